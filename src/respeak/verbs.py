"""What can become of a value on its way: the vocabulary of rows and profiles.

A verb is `(value, place, job) -> value | ABSENT`. Verbs are frozen dataclasses, so that the printed mapping
and the tests can ask them for their bounds; `lost`, `approximated` and `refused` make verdicts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from respeak.codes import Code
from respeak.loss import Kind, Place, Severity, Verdict
from respeak.plan import ABSENT, Job
from respeak.walk import said

HARMLESS, DEGRADING, BREAKING = Severity.HARMLESS, Severity.DEGRADING, Severity.BREAKING


def lost(code: Code, severity: Severity, why: str, unless: tuple[Any, ...] = ()) -> Verdict:
    """The value is left out; `unless` it is what the target assumes anyway."""
    return Verdict(code, severity, Kind.DROPPED, why, unless)


def approximated(code: Code, severity: Severity, why: str) -> Verdict:
    """The value is said less exactly."""
    return Verdict(code, severity, Kind.APPROXIMATED, why)


def defaulted(code: Code, severity: Severity, why: str) -> Verdict:
    """The target got a value that the source does not have."""
    return Verdict(code, severity, Kind.DEFAULTED, why)


def refused(code: Code, why: str, unless: tuple[Any, ...] = ()) -> Verdict:
    """There is no honest output: raises whatever the caller tolerates."""
    return Verdict(code, BREAKING, Kind.DROPPED, why, unless, refuse=True)


def lost_each(
    *names: str, code: Code, severity: Severity, why: str, unless: tuple[Any, ...] = ()
) -> dict[str, Verdict]:
    """The same verdict on several fields of a profile."""
    return dict.fromkeys(names, lost(code, severity, why, unless))


def show(value: Any, limit: int = 40) -> str:
    """A value as a person would quote it, cut to `limit` characters."""
    text = json.dumps(value, ensure_ascii=False, default=repr)
    if not text.isprintable():  # control characters and lone surrogates
        text = json.dumps(value, default=repr)
    return text if len(text) <= limit else text[: limit - 1] + "…"


@dataclass(frozen=True, slots=True)
class between:
    """Moves a number into a range and reports it."""

    low: int
    high: int | None
    code: Code
    severity: Severity = DEGRADING

    def __call__(self, value: Any, at: Place, job: Job) -> Any:
        if not isinstance(value, int | float):
            return value
        bound = self.low if value < self.low else self.high
        if bound is None or self.low <= value <= bound:
            return value
        side = "at least" if value < self.low else "at most"
        why = f"{job.target.name} takes {side} {bound} here; {show(value)} became {bound}"
        job.note(approximated(self.code, self.severity, why), at)
        return bound


@dataclass(frozen=True, slots=True)
class one_of:
    """Lets listed values pass, says others by the nearest one, and drops what has none."""

    values: tuple[Any, ...]
    code: Code
    nearest: Mapping[Any, Any] = field(default_factory=dict)
    severity: Severity = DEGRADING
    otherwise: Severity = BREAKING

    def __call__(self, value: Any, at: Place, job: Job) -> Any:
        if value in self.values:
            return value
        offered = ", ".join(map(str, self.values))
        replacement = self.nearest.get(value) if isinstance(value, str) else None
        if replacement is not None:
            why = f'{show(value)} is not offered by {job.target.name} ({offered}); replaced by "{replacement}"'
            job.note(approximated(self.code, self.severity, why), at)
            return replacement
        why = f"{show(value)} is not offered by {job.target.name} ({offered}); left to its default"
        job.note(lost(self.code, self.otherwise, why), at)
        return ABSENT


@dataclass(frozen=True, slots=True)
class each:
    """Says every element of a list by the plan of its table."""

    table: str

    def __call__(self, value: Any, at: Place, job: Job) -> Any:
        plan = job.plans[self.table]
        return [
            said(plan, element, (at, i), job) if isinstance(element, dict) else element
            for i, element in enumerate(value)
        ]


@dataclass(frozen=True, slots=True)
class flagged:
    """Carries the value and reports that it will not mean quite the same."""

    verdict: Verdict
    when: Callable[[Any], bool] = bool

    def __call__(self, value: Any, at: Place, job: Job) -> Any:
        if self.when(value):
            job.note(self.verdict, at)
        return value


@dataclass(frozen=True, slots=True)
class reported:
    """Carries the value and reports it; what the target assumes anyway is left out without a word."""

    verdict: Verdict
    unless: tuple[Any, ...] = ()

    def __call__(self, value: Any, at: Place, job: Job) -> Any:
        if value in self.unless or value == {}:
            return ABSENT
        job.note(self.verdict, at)
        return value


@dataclass(frozen=True, slots=True)
class excluding:
    """Lets every value pass but the listed ones, which are judged and left out."""

    values: Mapping[Any, Verdict]

    def __call__(self, value: Any, at: Place, job: Job) -> Any:
        verdict = self.values.get(value) if isinstance(value, str) else None
        if verdict is None:
            return value
        job.note(verdict, at)
        return ABSENT
