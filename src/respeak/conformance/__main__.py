"""`python -m respeak.conformance`: respeak as a program of the protocol, the reference for other languages."""

from __future__ import annotations

import json
import sys

from respeak.conformance.run import answered


def main() -> None:
    """Answer every line on stdin by one on stdout."""
    for line in sys.stdin.buffer:
        question = json.loads(line)
        answer = {"id": question["id"], **answered(question)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
