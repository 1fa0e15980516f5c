"""`pytest --respeak-fixtures` in a gateway's own folder: a test for each case, selected and reported like any other."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import miniatures
from respeak.conformance.cases import chosen, load

FEW = "D-4"
"""A word that few cases speak of."""


def run(folder: Path, *words: str, alone: bool = True) -> tuple[int, str]:
    """Exit code and stdout of pytest, run in a folder as a user would; `alone` saves the time of other plugins."""
    plugins = ("-p", "respeak.conformance.plugin") if alone else ()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", *plugins, *words],
        cwd=folder,
        env={**os.environ, **({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} if alone else {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "INTERNALERROR" not in done.stdout
    return done.returncode, done.stdout


def miniature(name: str) -> str:
    return shlex.join([sys.executable, miniatures.__file__, name])


def count(text: str = FEW) -> int:
    return len(chosen(load(), text))


def test_the_suite_runs_in_an_empty_folder(tmp_path: Path) -> None:
    code, out = run(tmp_path, "--respeak-fixtures", "-q", alone=False)
    assert code == 0, out
    assert re.search(rf"^{len(load())} passed in", out, re.MULTILINE)


def test_nothing_is_collected_unless_it_is_asked_for(tmp_path: Path) -> None:
    code, out = run(tmp_path)
    assert (code, "no tests ran" in out) == (5, True)


def test_the_suite_stands_beside_the_tests_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    code, out = run(tmp_path, "--respeak-fixtures", "--respeak-filter", FEW)
    assert code == 0
    assert f"{count() + 1} passed" in out


def test_cases_are_selected_by_their_words(tmp_path: Path) -> None:
    name = "commentary is dropped for Chat and reported at its place"
    code, out = run(tmp_path, "--respeak-fixtures", "-v", "-k", "commentary and reported and place")
    assert code == 0
    assert f"respeak-fixtures::request/phase/{name} PASSED" in out
    assert re.search(r"passed, \d+ deselected", out)


def test_a_wrong_answer_is_told_without_a_traceback(tmp_path: Path) -> None:
    code, out = run(
        tmp_path,
        "--respeak-fixtures",
        *("--respeak-filter", "commentary is dropped for Chat and reported"),
        *("--respeak-implementation", miniature("silent")),
    )
    assert code == 1
    assert "right but silent\n  loss not told: degrading phase_dropped at /input/1/phase" in out
    assert "FAILED respeak-fixtures::request/phase/commentary is dropped" in out
    assert "Traceback" not in out and ".py:" not in out


def test_what_an_implementation_skips_is_skipped(tmp_path: Path) -> None:
    words = ("--respeak-fixtures", "--respeak-filter", FEW, "-rs")
    code, out = run(tmp_path, *words, "--respeak-implementation", miniature("always_skips"))
    assert code == 0
    assert f"{count()} skipped" in out and "not today" in out


def test_a_program_that_dies_fails_its_cases(tmp_path: Path) -> None:
    words = ("--respeak-fixtures", "--respeak-filter", FEW)
    code, out = run(tmp_path, *words, "--respeak-implementation", miniature("crashing"))
    assert code == 1
    assert "crashed\n  the program ended with exit code 1: out of order" in out
    assert f"{count()} failed" in out


def test_a_command_that_names_no_program_is_one_line(tmp_path: Path) -> None:
    code, out = run(tmp_path, "--respeak-fixtures", "--respeak-implementation", "no-such-program")
    assert code == 2
    assert 'expected a program that can be run, found none called "no-such-program"' in out
    assert "Traceback" not in out and ".py:" not in out


def test_the_suite_is_shared_among_workers(tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    code, out = run(tmp_path, "--respeak-fixtures", "--respeak-filter", FEW, "-p", "xdist", "-n", "2")
    assert code == 0
    assert f"{count()} passed" in out
