"""`respeak conformance` as a person meets it: reports, scoreboards, exit codes, and one line for what goes wrong."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from conformance import miniatures, seeds
from respeak.cli.conformance import EXIT_INTERRUPTED, conformance
from respeak.conformance.cases import load

RIGHT = shlex.join([sys.executable, miniatures.__file__, "right"])
SILENT = shlex.join([sys.executable, miniatures.__file__, "silent"])
SKIPS = shlex.join([sys.executable, miniatures.__file__, "always_skips"])

posix = pytest.mark.skipif(os.name != "posix", reason="signals and devices of POSIX")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    return seeds.suite(tmp_path / "suite")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(conformance, [str(word) for word in words])


def test_respeak_passes_the_suite_that_it_ships() -> None:
    done = run()
    assert done.output.endswith(f"\n{len(load())} passed, 0 failed\n")
    assert done.exit_code == 0


def test_cases_of_your_own_are_run(suite: Path) -> None:
    done = run("--fixtures", suite)
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "5 passed, 0 failed")


def test_filter_chooses_cases(suite: Path) -> None:
    assert run("--fixtures", suite, "--filter", "obs-12").output.splitlines()[-1] == "1 passed, 0 failed"


def test_failing_cases_are_told_and_exit_with_1(suite: Path) -> None:
    done = run("--fixtures", suite, "--implementation", SILENT)
    assert done.exit_code == 1
    assert "loss not told: degrading phase_dropped at /input/0/phase" in done.output
    assert done.output.splitlines()[-1] == "2 passed, 3 failed"


def test_skipping_everything_passes_nothing(suite: Path) -> None:
    done = run("--fixtures", suite, "--implementation", SKIPS)
    assert (done.exit_code, done.output.splitlines()[-1]) == (1, "0 passed, 0 failed")


def test_several_implementations_make_a_scoreboard(suite: Path) -> None:
    done = run("--fixtures", suite, "--implementation", "respeak", "--implementation", SILENT)
    board = done.output.splitlines()[-5:]
    assert board[0].split()[0] == "implementation"
    assert board[1].split() == ["respeak", "5", "0", "0", "0", "0", "0", "5"]
    assert board[2].split()[-7:] == ["2", "3", "0", "0", "0", "0", "5"]
    assert board[-1] == "7 passed, 3 failed"


def test_an_implementation_named_twice_runs_once(suite: Path) -> None:
    done = run("--fixtures", suite, "--implementation", "respeak", "--implementation", "respeak")
    assert done.output.splitlines()[-1] == "5 passed, 0 failed"


def test_reports_for_machines_are_all_of_stdout(suite: Path) -> None:
    told = json.loads(run("--fixtures", suite, "--report", "json").output)
    assert told["respeak"]["grades"]["right"] == 5
    root = ElementTree.fromstring(run("--fixtures", suite, "--report", "junit").output.encode())
    assert root.get("tests") == "5"
    assert run("--fixtures", suite, "--report", "html").output.startswith("<!doctype html>")


@pytest.mark.parametrize("report", ["text", "json", "junit", "html"])
def test_output_writes_the_report_and_stdout_has_the_last_line(suite: Path, tmp_path: Path, report: str) -> None:
    file = tmp_path / "report"
    done = run("--fixtures", suite, "--report", report, "--output", file)
    assert done.output == f"{file} written\n5 passed, 0 failed\n"
    assert file.read_bytes().endswith(b"\n")


def test_an_older_report_is_replaced(suite: Path, tmp_path: Path) -> None:
    file = tmp_path / "report"
    file.write_text("x" * 100_000, encoding="utf-8")
    run("--fixtures", suite, "--report", "json", "--output", file)
    assert "respeak" in json.loads(file.read_text(encoding="utf-8"))


WRONG_USE = {
    "a program that is none": (
        ("--implementation", "no-such-program"),
        'expected a program that can be run, found none called "no-such-program"',
    ),
    "an empty command": (("--implementation", ""), "expected a command, found an empty one"),
    "an unfinished quote": (("--implementation", "'x"), "No closing quotation"),
    "no case": (("--filter", "no such thing"), 'no case speaks of "no such thing"'),
    "a folder that is none": (("--fixtures", "nowhere"), "nowhere: expected a folder of fixtures, found none"),
    "an unknown report": (("--report", "pdf"), "'pdf' is not one of"),
    "no time": (("--timeout", "0"), "--timeout"),
    "an output that cannot be": (("--output", "nowhere/report"), "cannot write nowhere/report: No such file"),
    "an output that is a folder": (("--output", "."), "is a directory"),
}


@pytest.mark.parametrize("what", WRONG_USE)
def test_wrong_use_is_one_line_and_exits_with_2(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words, says = WRONG_USE[what]
    done = run(*words)
    assert done.exit_code == 2
    assert done.stdout == ""
    error = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert len(error) == 1 and says in error[0]
    assert done.stderr.endswith(error[0] + "\n")


def test_nothing_is_asked_before_the_output_can_be_written(suite: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    touch = shlex.join([sys.executable, "-c", f"open({str(started)!r}, 'w')"])
    done = run("--fixtures", suite, "--implementation", touch, "--output", tmp_path / "no" / "x")
    assert done.exit_code == 2
    assert not started.exists()


def test_an_empty_folder_is_wrong_use(tmp_path: Path) -> None:
    done = run("--fixtures", tmp_path)
    assert done.exit_code == 2
    assert f"Error: {tmp_path}: no cases there\n" in done.stderr


def test_a_spoiled_fixture_is_wrong_use_and_names_its_place(tmp_path: Path) -> None:
    done = run("--fixtures", seeds.written(tmp_path, {"request/x.json": seeds.file(seeds.PLAIN | {"target": "chatt"})}))
    assert done.exit_code == 2
    assert "Error: request/x.json: /cases/0/target: expected" in done.stderr


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_disk_that_is_full_is_one_line(suite: Path) -> None:
    done = run("--fixtures", suite, "--output", "/dev/full")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: cannot write /dev/full: No space left on device\n")


@posix
def test_an_interrupt_ends_run_and_program_with_one_line(suite: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    program = shlex.join([sys.executable, "-c", f"open({str(ready)!r}, 'w').close(); import time; time.sleep(60)"])
    words = ["conformance", "--fixtures", str(suite), "--implementation", program]
    with subprocess.Popen([sys.executable, "-m", "respeak", *words], stderr=subprocess.PIPE, text=True) as process:
        ready.read_text()  # returns once the program runs
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    assert process.returncode == EXIT_INTERRUPTED
    assert error.strip() == f"interrupted after 0 of 5 cases of {program}"
