"""Any program as an implementation: one JSON object a line on its stdin, one line back on its stdout.

One question is open at a time. A program that dies, hangs, answers something else or answers another question has
crashed on that question; it is started anew for the next one. `fixtures/README.md` states the protocol.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import IO

from respeak.conformance.run import NoAnswer
from respeak.plan import Json

PATIENCE = 5
"""After so many questions in a row without an answer the program is not asked again."""

UNASKED = f"not asked: {PATIENCE} questions in a row had no answer"

START = 60.0
"""Seconds for the first answer of a program that was just started: imports take time."""

LONGEST = 64 * 1024 * 1024
"""A longer line is no answer."""

LONG = 80
"""So many characters of what a program says are shown where it is no answer."""


class Program:
    """A program that answers questions; use it as a context manager and call it with a question.

    Raises ValueError for a command line that names no program.
    """

    def __init__(self, command: str, timeout: float = 10.0, start: float = START) -> None:
        self.command = shlex.split(command)
        if not self.command:
            raise ValueError("expected a command, found an empty one")
        if shutil.which(self.command[0]) is None:
            raise ValueError(f'expected a program that can be run, found none called "{self.command[0]}"')
        self.timeout, self.start = timeout, start
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed on exit)
        self._fresh = True
        self._misses = 0
        self._late = False

    def __enter__(self) -> Program:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the program."""
        self._stop()
        self._complaints.close()

    def __call__(self, question: Json) -> Json:
        """The answer to a question. Raises NoAnswer."""
        if self._misses >= PATIENCE:
            raise NoAnswer(UNASKED)
        try:
            answer = self._answer(question)
        except NoAnswer:
            self._misses += 1
            self._stop()
            raise
        self._misses = 0
        return answer

    def _answer(self, question: Json) -> Json:
        process = self._running()
        line = json.dumps(question, ensure_ascii=True).encode() + b"\n"
        with self._deadline(process):
            said = self._exchange(process, line)
        if not said.endswith(b"\n"):
            raise NoAnswer(self._why(process, said))
        self._fresh = False
        return _read(said, str(question["id"]))

    def _exchange(self, process: subprocess.Popen[bytes], line: bytes) -> bytes:
        """What came back for a line: no newline at its end if the program died or was stopped."""
        assert process.stdin is not None and process.stdout is not None
        with contextlib.suppress(OSError):  # it went away: reading says so too
            process.stdin.write(line)
            process.stdin.flush()
        return process.stdout.readline(LONGEST)

    @contextlib.contextmanager
    def _deadline(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """Kill the program when its time is over, which ends any read or write that waits for it."""
        self._late = False
        timer = threading.Timer(max(self.timeout, self.start if self._fresh else 0), self._too_late, [process])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _too_late(self, process: subprocess.Popen[bytes]) -> None:
        self._late = True
        _kill(process)

    def _why(self, process: subprocess.Popen[bytes], said: bytes) -> str:
        """Why there is no whole line, in one line of our own."""
        if self._late:
            return "no answer in time"
        if len(said) >= LONGEST:
            return f"an answer of more than {LONGEST} bytes"
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
        self._complaints.seek(0)
        lines = self._complaints.read().strip().splitlines()
        last = f": {_cut(lines[-1])}" if lines else ""
        code = process.poll()
        ended = "closed its stdout" if code is None else f"ended with exit code {code}"
        return f"the program {ended}{last}"

    def _running(self) -> subprocess.Popen[bytes]:
        """The program, started if it does not run. Raises NoAnswer when it cannot be."""
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        self._fresh = True
        self._complaints.seek(0)
        self._complaints.truncate()
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                start_new_session=os.name == "posix",  # so that what it starts itself ends with it
            )
        except OSError as error:
            raise NoAnswer(f"cannot start {self.command[0]}: {error.strerror}") from None
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the program, and on POSIX whatever it started: all of its own session."""
    with contextlib.suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _read(line: bytes, asked: str) -> Json:
    """The answer in a line. Raises NoAnswer for what is none."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        raise NoAnswer(f"expected a line of JSON on stdout, found {_cut(line)} (logs belong on stderr)") from None
    if not isinstance(answer, dict):
        raise NoAnswer(f"expected a JSON object, found {_cut(line)}")
    if answer.get("id") != asked:
        raise NoAnswer(f'expected an answer to "{asked}", found one to {json.dumps(answer.get("id"))}')
    return answer


def _cut(line: bytes) -> str:
    """The beginning of a line as it may be printed: without anything that a terminal would obey."""
    text = line.strip()[: LONG * 4].decode(errors="replace")
    safe = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return safe if len(safe) <= LONG else safe[: LONG - 1] + "…"
