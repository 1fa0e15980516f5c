"""The runner is not taken in: implementations that are broken on purpose get the grades that they deserve."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from conformance import miniatures, seeds
from conformance.test_cases import blocks
from respeak.conformance import harness
from respeak.conformance.cases import Case, load
from respeak.conformance.grade import Grade, Result
from respeak.conformance.harness import PATIENCE, Program
from respeak.conformance.run import NoAnswer, answered, asked, run

MINIATURES = Path(miniatures.__file__)
RIGHT, SILENT, WRONG, REFUSED, CRASHED, SKIPPED = Grade

posix = pytest.mark.skipif(os.name != "posix", reason="signals and sessions of POSIX")


def command(name: str) -> str:
    return shlex.join([sys.executable, str(MINIATURES), name])


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


@pytest.fixture
def cases(tmp_path: Path) -> list[Case]:
    return load(seeds.suite(tmp_path))


def results(cases: list[Case], line: str, timeout: float = 60, start: float = 60) -> list[Result]:
    with Program(line, timeout, start) as program:
        return list(run(cases, program))


def grades(found: list[Result]) -> list[Grade]:
    return [result.grade for result in found]


DESERVED = {
    "right": [RIGHT] * 5,
    "always_identity": [WRONG, WRONG, WRONG, WRONG, WRONG],
    "silent": [SILENT, RIGHT, SILENT, SILENT, RIGHT],
    "inventive": [WRONG, WRONG, RIGHT, RIGHT, WRONG],
    "always_drops_phase": [SILENT, RIGHT, WRONG, RIGHT, RIGHT],
    "tells_too_much": [WRONG, WRONG, RIGHT, RIGHT, WRONG],
    "always_refuses": [REFUSED, REFUSED, WRONG, WRONG, REFUSED],
    "always_skips": [SKIPPED] * 5,
    "crashing": [CRASHED] * 5,
    "shapeless": [CRASHED] * 5,
    "garbage": [CRASHED] * 5,
    "talkative": [CRASHED] * 5,
    "out_of_order": [CRASHED] * 5,
    "halting": [RIGHT, CRASHED, RIGHT, CRASHED, RIGHT],
}
"""Grades of the five cases: two payloads, two errors, one body of an error (which `always_identity` lacks a status)."""


@pytest.mark.parametrize("name", DESERVED)
def test_each_miniature_gets_what_it_deserves(cases: list[Case], name: str) -> None:
    found = results(cases, command(name))
    assert grades(found) == DESERVED[name]
    assert all(result.details for result in found if result.failed)


def test_every_miniature_is_judged() -> None:
    assert {*DESERVED, "hanging"} == {*miniatures.ANSWERS, *miniatures.LINES}


def test_the_program_that_respeak_is_passes(cases: list[Case]) -> None:
    assert grades(results(cases, shlex.join([sys.executable, "-m", "respeak.conformance"]))) == [RIGHT] * 5


def test_the_program_in_the_readme_is_one(cases: list[Case], tmp_path: Path) -> None:
    (tmp_path / "gateway.py").write_text(blocks("python")[0], encoding="utf-8")
    (tmp_path / "my_gateway.py").write_text(
        "def to_chat(body):\n    return {'model': 'm', 'messages': [{'role': 'assistant', 'content': 'Hm.'}]}\n",
        encoding="utf-8",
    )
    source = (
        (tmp_path / "gateway.py")
        .read_text(encoding="utf-8")
        .replace("import json, sys", "import json, sys, my_gateway")
    )
    (tmp_path / "gateway.py").write_text(source, encoding="utf-8")
    found = grades(results(cases, shlex.join([sys.executable, str(tmp_path / "gateway.py")])))
    assert found == [SILENT, SKIPPED, WRONG, WRONG, SKIPPED]


def test_a_program_that_hangs_is_late_and_is_not_waited_for(cases: list[Case]) -> None:
    begin = time.perf_counter()
    found = results(cases[:2], command("hanging"), timeout=0.2, start=0.4)
    assert [result.details for result in found] == [("no answer in time",)] * 2
    assert time.perf_counter() - begin < 10


def test_a_program_that_never_answers_is_given_up(cases: list[Case]) -> None:
    found = results(cases * 2, command("crashing"))
    assert [result.details[0] for result in found[PATIENCE:]] == [harness.UNASKED] * 5
    assert found[0].details == ("the program ended with exit code 1: out of order",)


def test_patience_begins_anew_with_every_answer(cases: list[Case]) -> None:
    found = results(cases * 2, command("halting"))
    assert Counter(grades(found)) == {RIGHT: 5, CRASHED: 5}


SAYS = {
    "garbage": "expected a line of JSON on stdout, found Traceback (most recent call last): (logs belong on stderr)",
    "talkative": "expected a line of JSON on stdout, found INFO translating (logs belong on stderr)",
    "out_of_order": 'expected an answer to "request/phase/commentary is dropped for Chat", found one to "nothing"',
    "shapeless": "expected payload, error or skipped in the answer, found ",
}


@pytest.mark.parametrize("name", SAYS)
def test_what_went_wrong_is_one_line(cases: list[Case], name: str) -> None:
    (line,) = results(cases[:1], command(name))[0].details
    assert line.startswith(SAYS[name])


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("print([])", "expected a JSON object, found []"),
        ("print('[' * 200000)", "expected a line of JSON on stdout, found [[["),
        ("print('{}', end='')", "the program ended with exit code 0"),
        ("import sys; sys.exit(3)", "the program ended with exit code 3"),
        ("import sys; sys.stderr.write('a\\nb\\x1b[31m\\xff\\n'); sys.exit(1)", "exit code 1: b\\x1b[31m"),
        (
            "import sys; sys.stdout.buffer.write(b'\\xff\\x00\\n')",
            "expected a line of JSON on stdout, found \ufffd\\x00 (",
        ),
        ('print(\'{"id": 5, "payload": {}}\')', "found one to 5"),
    ],
)
def test_whatever_a_program_says_is_a_printable_line(cases: list[Case], code: str, says: str) -> None:
    result = results(cases[:1], python(code))[0]
    (line,) = result.details
    assert result.grade is CRASHED
    assert says in line
    assert line.isprintable() and len(line) < 300


def test_a_line_without_end_is_cut_off(cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "LONGEST", 1000)
    (line,) = results(cases[:1], python("print('x' * 5000, flush=True); input()"))[0].details
    assert line == "an answer of more than 1000 bytes"


@posix
def test_a_program_that_closes_its_stdout_is_no_mystery(cases: list[Case]) -> None:
    code = "import os, sys, time; sys.stdin.readline(); os.close(1); time.sleep(60)"
    (line,) = results(cases[:1], python(code))[0].details
    assert line == "the program closed its stdout"


def test_questions_of_any_size_and_script_arrive(cases: list[Case]) -> None:
    code = """
import json, sys
for line in sys.stdin.buffer:
    q = json.loads(line)
    text = q["input"]["text"]
    print(json.dumps({"id": q["id"], "payload": {"n": len(text), "end": text[-1]}}), flush=True)
"""
    with Program(python(code)) as program:
        said = program({"id": "é \u2028", "input": {"text": "\u2028" * 300_000 + "\U0001f600"}})
    assert said == {"id": "é \u2028", "payload": {"n": 300_001, "end": "\U0001f600"}}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "expected a command, found an empty one"),
        ("   ", "expected a command, found an empty one"),
        ("no-such-program --x", 'expected a program that can be run, found none called "no-such-program"'),
        ("'unfinished", "No closing quotation"),
    ],
)
def test_a_command_that_names_no_program_is_said_at_once(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Program(line)


@posix
def test_a_program_that_the_system_cannot_start_is_one_line(cases: list[Case], tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/no/such/interpreter\n", encoding="utf-8")
    script.chmod(0o755)
    (line,) = results(cases[:1], str(script))[0].details
    assert line == f"cannot start {script}: No such file or directory"


@posix
def test_nothing_that_a_program_started_outlives_the_run(tmp_path: Path) -> None:
    code = f"""
import json, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(tmp_path / "pid")!r}, "w").write(str(child.pid))
for line in sys.stdin:
    print(json.dumps({{"id": json.loads(line)["id"], "payload": {{}}}}), flush=True)
"""
    with Program(python(code)) as program:
        program({"id": "x"})
    pid = int((tmp_path / "pid").read_text())
    assert eventually(lambda: not alive(pid))


def alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def eventually(claim: Any) -> bool:
    return any(claim() or time.sleep(0.05) for _ in range(100))


def test_a_function_that_raises_has_crashed_in_one_line(cases: list[Case]) -> None:
    def broken(question: dict[str, Any]) -> dict[str, Any]:
        raise KeyError("first\nsecond")

    def mute(question: dict[str, Any]) -> dict[str, Any]:
        raise NoAnswer("nothing to say")

    assert asked(cases[0], broken).details == ("KeyError: 'first\\nsecond'",)
    assert asked(cases[0], mute).details == ("nothing to say",)


def test_a_question_can_be_said_as_json(cases: list[Case]) -> None:
    for question in (case.question() for case in cases):
        assert answered(json.loads(json.dumps(question))) == answered(question)
