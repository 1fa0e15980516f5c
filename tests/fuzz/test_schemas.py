"""Payloads made from the bundled schemas, to every dialect: no exception but the documented ones."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import respeak
from fuzz import drive
from fuzz.speak import speaker

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SCHEMAS = [
    (kind, name) for kind in drive.KINDS for name in drive.DIALECTS if kind == "request" or name in drive.TARGETS
]


@pytest.mark.parametrize(("kind", "source"), SCHEMAS)
@many
@given(drawn=st.randoms(use_true_random=False))
def test_whatever_a_schema_allows_is_said_or_refused(kind: str, source: str, drawn: random.Random) -> None:
    payload = speaker(source, kind, drawn).payload()
    kept = json.dumps(payload)
    for target in drive.TARGETS:
        drive.translate(kind, payload, source, target)
    assert json.dumps(payload) == kept


@pytest.mark.parametrize("source", drive.TARGETS)
@many
@given(drawn=st.randoms(use_true_random=False))
def test_streams_of_anything_end(source: str, drawn: random.Random) -> None:
    """Events of their own each, in no order: terminal ones in the middle, deltas of items that never began."""
    of_events = speaker(source, "event", drawn, careless=1)
    events = [of_events.payload() for _ in range(drawn.randrange(1, 9))]
    for target in drive.TARGETS:
        drive.stream(events, source, target)
    drive.gathered(events, source)


@pytest.mark.parametrize(("kind", "source"), [(kind, name) for kind, name in SCHEMAS if kind in ("response", "error")])
@many
@given(drawn=st.randoms(use_true_random=False))
def test_answers_beside_any_request_of_the_client(kind: str, source: str, drawn: random.Random) -> None:
    payload = speaker(source, kind, drawn, careless=0).payload()
    for target in drive.TARGETS:
        request: Any = speaker(target, "request", drawn, careless=1).payload()
        drive.translate(kind, payload, source, target, request)


@pytest.mark.parametrize(("kind", "source"), SCHEMAS)
def test_most_of_what_is_made_is_what_the_dialect_documents(kind: str, source: str) -> None:
    """The fuzzing reaches the translation: it does not end at the gate."""
    drawn = random.Random(1)
    target = next(name for name in drive.TARGETS if name != source)
    counts: Counter[str] = Counter()
    for _ in range(100):
        counts[drive.translate(kind, speaker(source, kind, drawn, careless=0).payload(), source, target)] += 1
    assert counts["InvalidPayload"] <= 70, counts


def test_the_same_draws_make_the_same_payload() -> None:
    one, other = (speaker("responses", "request", random.Random(3)).payload() for _ in range(2))
    assert one == other
    assert isinstance(one, dict)
    assert respeak.schema("responses")["title"]
