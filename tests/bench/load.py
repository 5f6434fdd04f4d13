"""Six instruments sent by many phones: our submission against the ceiling's, interleaved."""

from __future__ import annotations

import itertools
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, and of a test
from typing import Any

from patientapp.questionnaires.library import default_library
from tests.accept.people import SIX, Ready, make_ready
from tests.bench.rivals import Rivals
from tests.bench.tools import DRIVERS, sweep, tidy

RISKY = ("eq5d5l", "ad")  # the item whose highest answer makes an alert
RISKY_SHARE = 0.05  # of people who choose it
FASTEST = 900  # submissions a second that we shall never pass: how many people a run needs


@dataclass(frozen=True)
class Result:
    """Medians over the runs at one concurrency."""

    ceiling: Mapping[str, float]
    ours: Mapping[str, float]

    @property
    def ratio(self) -> float:
        """Our rate as a share of the ceiling's."""
        return self.ours["rps"] / self.ceiling["rps"]


_runs = itertools.count()


def write_people(rivals: Rivals, count: int) -> tuple[str, str]:
    """The path template and the headers file of a run by `count` people who have not sent yet."""
    ready = make_ready(rivals.app, count)
    tidy(rivals.database)
    folder = rivals.folder / f"run{next(_runs)}"
    folder.mkdir()
    facts = {name: folder / name for name in ("path", "cookie", "key")}
    facts["path"].write_text(_lines(f"/api/v1/packs/{one.pack_id}/responses" for one in ready))
    facts["cookie"].write_text(_lines(one.cookie for one in ready))
    facts["key"].write_text(_lines(one.pack_id.hex for one in ready))
    headers = folder / "headers"
    headers.write_text(_headers(facts, ready))
    return f"{{{{next:{facts['path']}}}}}", str(headers)


def _lines(values: Iterator[str]) -> str:
    return "\n".join(values) + "\n"


def _headers(facts: Mapping[str, Path], ready: Sequence[Ready]) -> str:
    lines = ["Content-Type: application/json", f"X-CSRFToken: {ready[0].csrf}"]
    lines += [f"Cookie: {{{{next:{facts['cookie']}}}}}", f"Idempotency-Key: {{{{next:{facts['key']}}}}}"]
    return "\n".join(lines) + "\n"


def write_body(folder: Path) -> Path:
    """The template of a submission of all six instruments; one in twenty makes an alert."""
    risky = folder / "risky"
    dice = Random(1)
    shares = [5 if dice.random() < RISKY_SHARE else dice.randint(1, 4) for _ in range(1000)]
    risky.write_text(_lines(str(one) for one in shares))
    answers: dict[str, dict[str, str]] = {}
    for name in SIX:
        items = default_library().get(name).items
        answers[name] = {item.code: f"@r:{item.minimum}:{item.maximum}@" for item in items}
    answers[RISKY[0]][RISKY[1]] = f"@pick:{risky}@"
    body = json.dumps({"responses": answers})
    for mark, filled in (('"@', " {{"), ('@"', "}} ")):
        body = body.replace(mark, filled)
    path = folder / "body"
    path.write_text(body)
    return path


def submissions(rivals: Rivals, *, concurrency: int, seconds: int, reps: int) -> Result:
    """Both targets in turn, `reps` times, each request of ours by somebody who has not sent yet."""
    body = write_body(rivals.folder)
    theirs = f"{DRIVERS}/bodies/prom6.json"
    rows: list[list[dict[str, Any]]] = []
    for _ in range(reps):
        path, headers = write_people(rivals, FASTEST * seconds // 2)
        rows.append(
            sweep(
                [
                    f"ceiling={rivals.ceiling_url}/submit,body={theirs},headers={DRIVERS}/bodies/json.headers,"
                    + rivals.pids[0],
                    f"ours={rivals.url}/,path={path},body={body},headers={headers},{rivals.pids[1]}",
                ],
                concurrency=concurrency,
                seconds=seconds,
                out=rivals.folder / "out.json",
            )
        )
    return Result(_medians([row[0] for row in rows]), _medians([row[1] for row in rows]))


def _medians(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    numbers = ("rps", "p50", "p95", "p99", "cpu_ms", "pss", "also_pss", "foreign", "steal")
    found = {name: statistics.median(row[name] or 0 for row in rows) for name in numbers}
    bad = sum(row["bad"] + row["errors"] for row in rows)
    example = next((row["example_bad"] for row in rows if row["example_bad"]), "")
    if bad:
        print(f"bad answers: {bad}, such as {example}")
    return found | {"bad": bad}
