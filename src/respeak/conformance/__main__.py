"""`python -m respeak.conformance`: respeak as a program of the protocol, the reference for other languages."""

from __future__ import annotations

import json
import sys
from typing import Any

from respeak.conformance.cases import KINDS, QUESTION
from respeak.conformance.run import answered
from respeak.entry import value_of
from respeak.plan import Json

KEYS = ("id", *QUESTION)


def main() -> None:
    """Answer every line on stdin by one on stdout; a line that asks nothing ends the program with exit code 2."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            question = _question(value_of(line))
            answer = {"id": question["id"], **answered(question)}
        except ValueError as error:
            sys.exit(_refused(number, error))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _question(value: Any) -> Json:
    """A question, if the line is one. Raises ValueError."""
    if not isinstance(value, dict) or not value.keys() >= set(KEYS):
        raise ValueError(f"it has not the keys {', '.join(KEYS)}")
    if value["kind"] not in KINDS:
        raise ValueError(f"its kind is none of {', '.join(KINDS)}")
    return value


def _refused(number: int, error: Exception) -> int:
    """Tell on stderr why a line is no question; the exit code of wrong use."""
    sys.stderr.write(f"line {number}: expected a question as fixtures/README.md has it, found none: {error}\n")
    return 2


if __name__ == "__main__":
    main()
