"""`python -m respeak.conformance`: respeak as a program of the protocol, the reference for other languages."""

from __future__ import annotations

import json
import sys
from typing import Any

from respeak.conformance.cases import KINDS, QUESTION
from respeak.conformance.run import answered
from respeak.entry import value_of
from respeak.options import Options
from respeak.plan import Json

KEYS = ("id", *QUESTION)
TYPES = {"id": str, "source": str, "target": str, "tolerate": str, "options": dict}
"""Keys of a question, and the types of some, which nobody checks behind here."""


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
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    missing = [key for key in KEYS if key not in value]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    if value["kind"] not in KINDS:
        raise ValueError(f"its kind is none of {', '.join(KINDS)}")
    odd = [key for key, kind in TYPES.items() if not isinstance(value[key], kind)]
    if value["kind"] == "stream" and not isinstance(value["input"], list):
        odd.append("input")
    if odd:
        raise ValueError(f"of another JSON type than the protocol has: {', '.join(odd)}")
    try:
        Options(**value["options"])
    except TypeError as error:
        raise ValueError(f"options: {error}") from None
    return value


def _refused(number: int, error: Exception) -> int:
    """Tell on stderr why a line is no question; the exit code of wrong use."""
    sys.stderr.write(f"line {number}: expected a question as fixtures/README.md has it, found none: {error}\n")
    return 2


if __name__ == "__main__":
    main()
