"""What an answer is worth: a case and the line that came back, graded."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from respeak.conformance.cases import Case
from respeak.conformance.compare import NOTHING, Key, at, differences, losses, shown
from respeak.plan import Json

SHOWN = 5
"""How many differences are spelled out before the rest is counted."""


class Grade(enum.StrEnum):
    """From best to worst; only `right` passes, and `skipped` neither passes nor fails."""

    RIGHT = "right"
    SILENT = "right but silent"
    WRONG = "wrong"
    REFUSED = "refused"
    CRASHED = "crashed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """A graded answer, with a line for each thing that is not as expected."""

    case: Case
    grade: Grade
    details: tuple[str, ...] = ()
    answer: Json | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.grade is Grade.RIGHT

    @property
    def failed(self) -> bool:
        return self.grade not in (Grade.RIGHT, Grade.SKIPPED)


def crashed(case: Case, why: str, seconds: float = 0.0) -> Result:
    """There was no answer to be graded."""
    return Result(case, Grade.CRASHED, (why,), None, seconds)


def graded(case: Case, answer: Json, seconds: float = 0.0) -> Result:
    """The grade of an answer: `{payload, losses, status?}`, `{error}` or `{skipped}`."""
    try:
        grade, details = _graded(case, answer)
    except ValueError as error:  # an answer that the protocol does not know
        return Result(case, Grade.CRASHED, (f"{error}",), answer, seconds)
    return Result(case, grade, tuple(_some(details)), answer, seconds)


def _graded(case: Case, answer: Json) -> tuple[Grade, list[str]]:
    if isinstance(answer.get("skipped"), str):
        return Grade.SKIPPED, [answer["skipped"]]
    if answer.get("error") is not None:
        return _error(case.expected, answer["error"])
    if not isinstance(answer.get("payload"), list if case.kind == "stream" else dict):
        raise ValueError(f"expected payload, error or skipped in the answer, found {shown(answer)}")
    if "error" in case.expected:
        return Grade.WRONG, [f"expected the error {shown(case.expected['error'])}, found a payload"]
    return _payload(case.expected, answer, case.kind == "stream")


def _error(expected: Json, error: Any) -> tuple[Grade, list[str]]:
    """An error where a payload was expected is a refusal; where an error was expected, code and path decide."""
    wanted = expected.get("error")
    if wanted is None:
        return Grade.REFUSED, [f"expected a payload, found the error {shown(error)}"]
    said = {key: error[key] for key in ("code", "path", "invalid") if key in error} if isinstance(error, dict) else {}
    if not said:
        return Grade.SILENT, [f"expected the error {shown(wanted)}, found one that does not say what and where"]
    if said != wanted:
        return Grade.WRONG, [f"expected the error {shown(wanted)}, found {shown(said)}"]
    return Grade.RIGHT, []


def _payload(expected: Json, answer: Json, partial: bool) -> tuple[Grade, list[str]]:
    """A right payload may still be silent: some of the losses are not told, and nothing else is wrong."""
    wrong = differences(expected["payload"], answer["payload"], expected.get("free", ()), partial=partial)
    surplus_at = (place for place in expected.get("absent", ()) if at(answer["payload"], place) is not NOTHING)
    details = [*map(str, wrong), *(f"{place}: expected nothing, found something" for place in surplus_at)]
    if "status" in expected and answer.get("status") != expected["status"]:
        details.append(f"status: expected {expected['status']}, found {shown(answer.get('status'))}")
    told = [] if answer.get("losses") is None else answer["losses"]
    if not isinstance(told, list):
        raise ValueError(f"expected losses as an array, found {shown(told)}")
    wanted, found = losses(expected["losses"]), losses(told)
    missing, surplus = wanted - found, found - wanted
    told_of = [f"loss not told: {line}" for line in _lines(missing)] + [
        f"loss not expected: {line}" for line in _lines(surplus)
    ]
    if not details and not told_of:
        return Grade.RIGHT, []
    return (Grade.WRONG if details or surplus else Grade.SILENT), details + told_of


def _lines(losses: Counter[Key]) -> list[str]:
    return [
        f"{severity} {code} at {path or '(whole payload)'}" + (f" x{count}" if count > 1 else "")
        for (code, path, severity), count in losses.items()
    ]


def _some(lines: Iterable[str]) -> list[str]:
    every = list(lines)
    rest = len(every) - SHOWN
    return every[:SHOWN] + ([f"... and {rest} more"] if rest > 0 else [])
