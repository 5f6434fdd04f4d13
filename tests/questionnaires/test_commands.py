"""Files whole or not at all, exit codes, and the lists of instruments."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from patientapp.questionnaires import cli_common, wording_cli
from patientapp.questionnaires.library import data_folder
from tests.questionnaires.commands import ROOT, run, started

if TYPE_CHECKING:
    from pathlib import Path

GOOD = b"response\n1\n"


def test_a_file_appears_whole_under_its_name(tmp_path: Path) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(GOOD)
    assert run("score", "fft", str(source), "-o", str(target)).exit_code == 0
    assert target.read_bytes() == b"response,class,counted,n_invalid\n1,positive,1,0\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]
    assert target.stat().st_mode & 0o777 == 0o666 & ~cli_umask()


def cli_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_file_may_be_scored_in_place(tmp_path: Path) -> None:
    path = tmp_path / "same.csv"
    path.write_bytes(GOOD)
    assert run("score", "fft", str(path), "-o", str(path)).exit_code == 0
    assert path.read_bytes().startswith(b"response,class")


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_bytes(b"old")
    result = run("score", "fft", "-", "-o", str(target), typed=GOOD * 40_000 + b"1,2\n")
    assert result.exit_code == 2
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_command_leaves_nothing(tmp_path: Path, sign: signal.Signals) -> None:
    with started("score", "fft", "-", "-o", "out.csv", folder=tmp_path) as running:
        assert running.stdin is not None
        running.stdin.write(GOOD + b"1\n" * 1_000_000)
        running.stdin.flush()
        assert [path.name.startswith(".out.csv.") for path in tmp_path.iterdir()] == [True]
        running.send_signal(sign)
        _, errors = running.communicate(timeout=20)
    assert running.returncode == 1
    assert b"Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(GOOD + b"1\n" * 500_000)
    with started("score", "fft", "in.csv", folder=tmp_path) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline() == b"response,class,counted,n_invalid\n"
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(timeout=20) == 0


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("nowhere.csv", "-", "nowhere.csv: No such file or directory"),
        (".", "-", ".: Is a directory"),
        ("-", "nowhere/out.csv", "No such file or directory"),
        ("-", ".", ".: is a folder"),
    ],
)
def test_a_wrong_path_is_the_callers_mistake(source: str, target: str, message: str) -> None:
    result = run("score", "fft", source, "-o", target, typed=GOOD)
    assert (result.exit_code, message in result.stderr) == (2, True)
    assert result.stderr.count("\n") == 1


def test_silence_on_stderr_where_there_is_no_terminal() -> None:
    assert run("score", "fft", typed=GOOD).stderr == ""


@pytest.mark.parametrize("name", sorted(ROOT.commands))
def test_help_has_an_example(name: str) -> None:
    result = run(name, "--help")
    assert (result.exit_code, "Example: patientapp" in result.stdout) == (0, True)


def test_the_list_shows_licence_and_wording() -> None:
    lines = {line.split()[0]: line for line in run("instruments").stdout.splitlines()}
    assert "demonstration" in lines["eq5d5l"]
    assert "EuroQol" in lines["eq5d5l"]
    assert "not installed" in lines["pam13"]
    assert "own" in lines["functioning"]


def test_check_runs_the_worked_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "are in order" in run("instruments", "check").stdout
    shutil.copytree(data_folder() / "fft", tmp_path / "fft")
    for module in (cli_common, wording_cli):
        monkeypatch.setattr(module, "data_folder", lambda: tmp_path)
    golden = tmp_path / "fft" / "v1" / "golden.csv"
    golden.write_text(golden.read_text().replace("3,neutral,1", "3,positive,1"))
    result = run("instruments", "check")
    assert result.exit_code == 2
    assert "fft/v1/golden.csv line 4: class is not positive" in result.stderr
