"""The adapter that drives an installed LiteLLM: what it skips, what it says, and the scoreboard of both."""

from __future__ import annotations

import importlib.util
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance import seeds
from respeak.conformance.cases import load
from respeak.conformance.grade import Grade
from respeak.conformance.harness import Program
from respeak.conformance.litellm import answered
from respeak.conformance.run import run

PROGRAM = shlex.join([sys.executable, "-m", "respeak.conformance.litellm"])
INSTALLED = importlib.util.find_spec("litellm") is not None

driven = pytest.mark.skipif(not INSTALLED, reason="litellm is not installed: pip install '.[peers]'")


def question(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "request",
        "source": "responses",
        "target": "chat",
        "tolerate": "degrading",
        "options": {},
        "request": None,
        "status": None,
        "input": {"model": "m", "input": "Hi."},
        **changes,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"target": "vtrix"},
        {"source": "codex-guide", "target": "responses"},
        {"kind": "error", "tolerate": "breaking", "status": 404},
        {"options": {"final_only": True}},
    ],
)
def test_what_litellm_has_no_words_for_is_skipped_with_a_reason(changes: dict[str, Any]) -> None:
    assert "LiteLLM" in answered(question(**changes))["skipped"]


@pytest.mark.skipif(INSTALLED, reason="litellm is installed")
def test_without_litellm_the_program_says_so_in_one_line() -> None:
    done = subprocess.run(shlex.split(PROGRAM), capture_output=True, text=True, input="", timeout=60, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("LiteLLM cannot be imported (") and done.stderr.count("\n") == 1


@driven
def test_litellm_says_the_text_and_not_the_loss(tmp_path: Path) -> None:
    with Program(PROGRAM, timeout=60) as program:
        grades = [result.grade for result in run(load(seeds.suite(tmp_path)), program)]
    assert Grade.CRASHED not in grades
    assert grades[0] is Grade.SILENT, "the phase is gone without a word"
    assert grades[2] is Grade.WRONG, "it cannot be told to refuse"
    assert grades[4] is Grade.SKIPPED


@driven
def test_every_question_of_the_suite_has_an_answer() -> None:
    with Program(PROGRAM, timeout=60) as program:
        results = list(run(load(), program))
    assert [result.case.id for result in results if result.grade is Grade.CRASHED and result.answer is None] == []


@driven
def test_the_scoreboard_shows_both(tmp_path: Path) -> None:
    words = ["--fixtures", str(seeds.suite(tmp_path)), "--implementation", "respeak", "--implementation", PROGRAM]
    command = [sys.executable, "-m", "respeak", "conformance", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    head, ours, theirs = done.stdout.splitlines()[-5:-2]
    assert head.startswith("implementation")
    assert ours.split()[:2] == ["respeak", "5"]
    assert theirs.startswith(PROGRAM)
