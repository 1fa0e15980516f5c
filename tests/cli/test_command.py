"""The real command: streams kept apart, pipes, signals, odd terminals, and faults without a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from respeak.cli import main as command

RESPEAK = (sys.executable, "-m", "respeak")
DOWN = ("--from", "responses", "--to", "chat")
REQUEST = json.dumps({"model": "gpt-4o", "input": [{"role": "assistant", "content": "é", "phase": "commentary"}]})

posix = pytest.mark.skipif(os.name != "posix", reason="signals and closed descriptors of POSIX")


def run(*arguments: str, given: str = "", **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*RESPEAK, *arguments], input=given.encode(), capture_output=True, env={**os.environ, **env}, timeout=60
    )


def test_stdout_is_the_payload_and_stderr_the_losses() -> None:
    done = run("translate", "-", *DOWN, given=REQUEST)
    assert done.returncode == 0
    assert json.loads(done.stdout)["messages"] == [{"role": "assistant", "content": "é"}]
    assert b"phase_dropped" in done.stderr and b"phase" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "given", "code"),
    [
        (("translate", "-", *DOWN), REQUEST, 0),
        (("translate", "-", *DOWN, "--tolerate", "none"), REQUEST, 1),
        (("translate", "-", "--from", "nobody", "--to", "chat"), REQUEST, 2),
        (("translate", "-", *DOWN), "{", 3),
        (("explain", "zzzz"), "", 2),
        (("nonsense",), "", 2),
        ((), "", 2),
        (("--version",), "", 0),
    ],
)
def test_exit_codes(arguments: tuple[str, ...], given: str, code: int) -> None:
    done = run(*arguments, given=given)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    assert bool(done.stdout) == (code == 0)


def test_a_translation_can_be_piped_into_the_next() -> None:
    there = run("translate", "-", "--from", "responses", "--to", "litellm", given=REQUEST)
    back = run("translate", "-", "--from", "litellm", "--to", "responses", given=there.stdout.decode())
    assert json.loads(back.stdout) == json.loads(REQUEST)


def test_the_installed_command_is_the_same() -> None:
    script = Path(sys.executable).with_name("respeak")
    if not script.exists():
        pytest.skip("the package is not installed as a command here")
    done = subprocess.run([script, "dialects", "--json"], capture_output=True, check=True)
    assert done.stdout == run("dialects", "--json").stdout


@posix
@pytest.mark.parametrize("arguments", [("explain",), ("explain", "--json")])
def test_a_reader_that_goes_away_early_is_no_error(arguments: tuple[str, ...]) -> None:
    with subprocess.Popen([*RESPEAK, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


WAITING = """
import sys, time
from types import SimpleNamespace
from respeak.cli.main import main

def read():
    print("ready", flush=True)
    time.sleep(60)

sys.argv[1:] = {words!r}
sys.stdin = SimpleNamespace(buffer=SimpleNamespace(read=read))
main()
"""
"""The command, told to say when it reads stdin, where nothing ever comes."""


@posix
def test_an_interrupt_ends_the_command_without_a_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING.format(words=["translate", "-", *DOWN])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == command.EXIT_INTERRUPTED
        assert process.stdout.read() == b""
        assert b"Traceback" not in process.stderr.read()


def test_an_ascii_terminal_gets_escapes_and_json_stays_utf8() -> None:
    env = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    assert b"\\u2192 nothing" in run("explain", "phase_dropped", **env).stdout
    assert json.loads(run("translate", "-", *DOWN, given=REQUEST, **env).stdout)["messages"][0]["content"] == "é"


@posix
@pytest.mark.parametrize(("closed", "code", "lines"), [(">&-", 2, 1), ("2>&-", 0, 0)])
def test_closed_streams_are_no_traceback(closed: str, code: int, lines: int) -> None:
    line = f'exec "{sys.executable}" -m respeak dialects {closed}'
    done = subprocess.run(["sh", "-c", line], capture_output=True, timeout=60)
    assert (done.returncode, done.stderr.count(b"\n")) == (code, lines)
    assert b"stdout is closed" in done.stderr or not lines


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full")
@pytest.mark.parametrize(
    "words",
    ["dialects", "explain", "explain --json", "schemas vtrix", "translate - --from chat --to chat --kind error"],
)
def test_a_full_disk_is_one_honest_line(words: str) -> None:
    line = f'echo "[]" | "{sys.executable}" -m respeak {words} >/dev/full'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "respeak cannot go on: reading or writing failed: No space left on device"
    assert "report it" not in done.stderr


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that is always full")
def test_a_full_disk_does_not_hide_behind_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "payload.json").write_text("{}")
    line = f'"{sys.executable}" -m respeak validate payload.json --dialect chat --format json >/dev/full'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@posix
@pytest.mark.parametrize("more", ["", "--kind stream", "--kind error"])
def test_a_stdin_that_is_closed_is_wrong_use(more: str) -> None:
    line = f'"{sys.executable}" -m respeak translate - --from chat --to responses {more} <&-'
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "Error: cannot read stdin: it is closed"


def asked(**other: Any) -> str:
    """A question of the protocol, but for these keys."""
    question = {"id": "a", "kind": "request", "source": "responses", "target": "chat", "tolerate": "degrading"}
    silent = {"options": {}, "request": None, "status": None, "input": {"model": "m", "input": "x"}}
    return json.dumps({**question, **silent, **other})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "nonsense",
            "line 1: expected a question as fixtures/README.md has it, found none: line 1, column 1: Expecting",
        ),
        ("[]", "it is no object"),
        ('{"id": "a"}', "it lacks kind, source, target"),
        (asked(options=None, source=[1]), "of another JSON type than the protocol has: source, options"),
        (asked(options={"x": 1}), "options: "),
        (asked(options={"bridge": "yes"}), "options: option bridge: expected True or False"),
        (asked(kind="stream", input=None), "of another JSON type than the protocol has: input"),
        (asked(target="nobody"), "unknown dialect"),
        (asked(kind="poem"), "its kind is none of request, response"),
    ],
)
def test_the_reference_program_says_which_line_is_no_question(line: str, message: str) -> None:
    command = [sys.executable, "-m", "respeak.conformance"]
    done = subprocess.run(command, input=line + "\n", capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert message in done.stderr


def test_a_fault_of_the_library_is_one_line_and_exit_70(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_: object) -> None:
        raise KeyError("\x1b[31mboom")

    monkeypatch.setattr(command, "respeak", fails)
    assert command._run() == command.EXIT_FAULT
    told = capsys.readouterr().err
    assert "KeyError" in told and "please report it" in told
    assert told.count("\n") == 1 and "\x1b" not in told
