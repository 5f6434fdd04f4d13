"""`patientapp services`: the contracts that are shipped, and whether a file of one is right."""

from __future__ import annotations

from pathlib import Path

import click

from patientapp.services.profile import Profile
from patientapp.services.profiles import BrokenProfile, profiles, read


@click.group(invoke_without_command=True)
@click.pass_context
def services(context: click.Context) -> None:
    """List the service profiles: one for each commissioned specification.

    \b
    Example:
      patientapp services
      patientapp services check our-contract.toml
    """
    if context.invoked_subcommand is None:
        for one in profiles().values():
            click.echo(_line(one))


def _line(one: Profile) -> str:
    lines = len(one.figures.data.get("kpis", ()))
    return (
        f"{one.id:18} v{one.version}  from {one.first_day}  age {one.minimum_age}+  "
        f"{len(one.clocks)} clocks, {lines} figures  {one.name}"
    )


@services.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Check the file of a contract; a mistake is told with file, key and reason.

    \b
    Example: patientapp services check our-contract.toml
    """
    try:
        one = read(file)
    except BrokenProfile as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{file.name} is right. {_line(one)}")


commands = [services]
