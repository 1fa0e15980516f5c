"""Broken implementations, each in one way: what the runner must not be taken in by.

`python miniatures.py NAME` speaks the protocol of `fixtures/README.md`.
"""

from __future__ import annotations

import copy
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from respeak.conformance.run import answered

Json = dict[str, Any]


def right(question: Json) -> Json:
    """The one that is not broken."""
    return answered(question)


def always_identity(question: Json) -> Json:
    return {"payload": question["input"], "losses": []}


def silent(question: Json) -> Json:
    answer = answered(question)
    return {**answer, "losses": []} if "payload" in answer else {"error": {"message": "no"}}


def inventive(question: Json) -> Json:
    answer = answered(question)
    return {**answer, "payload": {**answer["payload"], "temperature": 1}} if "payload" in answer else answer


def always_drops_phase(question: Json) -> Json:
    question = copy.deepcopy(question)
    for entry in question["input"].get("input") or question["input"].get("output") or ():
        entry.pop("phase", None)
    return answered(question)


def tells_too_much(question: Json) -> Json:
    answer = answered(question)
    more = {"code": "seed_dropped", "path": "/seed", "severity": "degrading"}
    return {**answer, "losses": [*answer["losses"], more]} if "payload" in answer else answer


def always_refuses(question: Json) -> Json:
    return {"error": {"code": "item_refused", "path": ""}}


def always_skips(question: Json) -> Json:
    return {"skipped": "not today"}


def crashing(question: Json) -> Json:
    raise SystemExit("out of order")


def hanging(question: Json) -> Json:
    time.sleep(600)
    return {}


def shapeless(question: Json) -> Json:
    return {"payload": "a string"}


ANSWERS: dict[str, Callable[[Json], Json]] = {
    said.__name__: said
    for said in (
        right,
        always_identity,
        silent,
        inventive,
        always_drops_phase,
        tells_too_much,
        always_refuses,
        always_skips,
        crashing,
        hanging,
        shapeless,
    )
}


def garbage(questions: Iterator[Json]) -> Iterator[str]:
    for _ in questions:
        yield "Traceback (most recent call last):"


def talkative(questions: Iterator[Json]) -> Iterator[str]:
    """Answers rightly, but says something before each answer."""
    for question in questions:
        yield "INFO translating\n" + json.dumps({"id": question["id"], **answered(question)})


def out_of_order(questions: Iterator[Json]) -> Iterator[str]:
    """Answers every question with the answer to the one before."""
    before = "nothing"
    for question in questions:
        yield json.dumps({"id": before, **answered(question)})
        before = question["id"]


def halting(questions: Iterator[Json]) -> Iterator[str]:
    """Answers the first question of its life, and dies of the second."""
    yield json.dumps({"id": (first := next(questions))["id"], **answered(first)})
    next(questions)
    raise SystemExit("tired")


LINES: dict[str, Callable[[Iterator[Json]], Iterator[str]]] = {
    said.__name__: said for said in (garbage, talkative, out_of_order, halting)
}


def _answers(name: str, questions: Iterator[Json]) -> Iterator[str]:
    for question in questions:
        yield json.dumps({"id": question["id"], **ANSWERS[name](question)})


def main(name: str) -> None:
    questions = (json.loads(line) for line in sys.stdin.buffer)
    for line in LINES[name](questions) if name in LINES else _answers(name, questions):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
