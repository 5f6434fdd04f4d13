"""`python -m tests.carrier`: a carrier for a person to try things against."""

from __future__ import annotations

import click

from tests.carrier.faults import CallBacks, Fault, Kind, all_well, share
from tests.carrier.server import ACCOUNT, SENDER, TOKEN, Carrier


@click.command()
@click.option("--port", default=4010, show_default=True)
@click.option("--fault", type=click.Choice([kind.value for kind in Kind]), help="What goes wrong.")
@click.option("--part", default=0.3, show_default=True, help="With how many of all calls.")
@click.option("--code", default=21211, show_default=True, help="The code of --fault refuse.")
@click.option("--call-backs", default=1, show_default=True, help="How often each report is sent.")
@click.option("--shuffled", is_flag=True, help="Reports come in any order.")
def main(
    port: int, fault: str | None, part: float, code: int, call_backs: int, *, shuffled: bool
) -> None:
    """Run a carrier on this machine that keeps a ledger; Ctrl-C prints what it took.

    \b
    Example:
      python -m tests.carrier --port 4010 --fault hang --part 0.1
    """
    plan = share(part, Fault(kind=Kind(fault), code=code, seconds=2)) if fault else all_well
    with Carrier(
        plan=plan, call_backs=CallBacks(times=call_backs, shuffled=shuffled, after=0.2), port=port
    ) as carrier:
        click.echo(f"PATIENTAPP_GATEWAY=twilio PATIENTAPP_TWILIO_BASE_URL={carrier.url}")
        click.echo(f"PATIENTAPP_TWILIO_ACCOUNT_SID={ACCOUNT} PATIENTAPP_TWILIO_AUTH_TOKEN={TOKEN}")
        click.echo(f"PATIENTAPP_TWILIO_FROM={SENDER}")
        try:
            carrier.closing.wait()
        except KeyboardInterrupt:
            click.echo("")
        doubled = carrier.ledger.doubled()
        click.echo(f"{carrier.calls} calls, {len(carrier.ledger.texts)} texts, {len(doubled)} doubled")
        for wrong in carrier.violations:
            click.echo(f"not as described: {wrong}")


if __name__ == "__main__":
    main()
