"""What can become of a value."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from respeak.codes import Code
from respeak.loss import Place, Severity
from respeak.options import Options
from respeak.plan import ABSENT, Job
from respeak.verbs import approximated, between, defaulted, excluding, flagged, lost, one_of, refused, reported, show

AT: Place = (None, "field")
NOTE = approximated(Code.UNDOCUMENTED_FIELD, Severity.DEGRADING, "watch it")


def apply(verb: Any, value: Any) -> tuple[Any, list[tuple[str, str, str]]]:
    job = Job({}, None, SimpleNamespace(name="acme"), Options())
    result = verb(value, AT, job)
    return result, [(loss.code.value, loss.severity.value, loss.message) for loss in job.ledger]


@pytest.mark.parametrize(
    ("value", "result", "said"),
    [
        (1, 16, ["acme takes at least 16 here; 1 became 16"]),
        (16, 16, []),
        (99, 99, []),
        (100, 99, ["acme takes at most 99 here; 100 became 99"]),
        ("many", "many", []),
    ],
)
def test_between_moves_a_number_into_the_range(value: Any, result: Any, said: list[str]) -> None:
    got, losses = apply(between(16, 99, Code.OUTPUT_LIMIT_RAISED), value)
    assert (got, [loss[2] for loss in losses]) == (result, said)


def test_between_without_an_upper_bound_has_none() -> None:
    assert apply(between(16, None, Code.OUTPUT_LIMIT_RAISED), 10**9) == (10**9, [])


def test_one_of_lets_pass_replaces_and_drops() -> None:
    verb = one_of(("low", "high"), Code.EFFORT_CHANGED, nearest={"none": "low"})
    assert apply(verb, "low") == ("low", [])
    assert apply(verb, "none") == (
        "low",
        [("effort_changed", "degrading", '"none" is not offered by acme (low, high); replaced by "low"')],
    )
    assert apply(verb, "huge") == (
        ABSENT,
        [("effort_changed", "breaking", '"huge" is not offered by acme (low, high); left to its default')],
    )


def test_excluding_judges_the_listed_values_only() -> None:
    verb = excluding({"ultrafast": lost(Code.SERVICE_TIER_DROPPED, Severity.DEGRADING, "no")})
    assert apply(verb, "flex") == ("flex", [])
    assert apply(verb, "ultrafast") == (ABSENT, [("service_tier_dropped", "degrading", "no")])


def test_flagged_carries_and_reports_when_it_matters() -> None:
    verb = flagged(NOTE, when=lambda value: value == "auto")
    assert apply(verb, "off") == ("off", [])
    assert apply(verb, "auto") == ("auto", [("undocumented_field", "degrading", "watch it")])


def test_reported_carries_and_reports_unless_assumed() -> None:
    verb = reported(NOTE, unless=(1,))
    assert apply(verb, 1) == (ABSENT, [])
    assert apply(verb, 2) == (2, [("undocumented_field", "degrading", "watch it")])


def test_verdicts_know_their_kind() -> None:
    kinds = {make(Code.SEED_DROPPED, Severity.HARMLESS, "x").kind.value for make in (lost, approximated, defaulted)}
    assert kinds == {"dropped", "approximated", "defaulted"}
    assert refused(Code.AUDIO_REFUSED, "x").refuse


@pytest.mark.parametrize(
    ("value", "shown"),
    [("a", '"a"'), ("x" * 60, '"' + "x" * 38 + "…"), ({"a": [1]}, '{"a": [1]}'), ("\ud800", '"\\ud800"')],
)
def test_values_are_quoted_short_and_printable(value: Any, shown: str) -> None:
    text = show(value)
    assert text == shown
    text.encode("utf-8")
