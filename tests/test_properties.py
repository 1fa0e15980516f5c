"""Laws of every translation, on generated payloads of either family."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import laws
import sdk
from strategies import PAYLOADS

Json = dict[str, Any]

KINDS = sorted(PAYLOADS)
settings.register_profile("laws", deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
settings.load_profile("laws")

REORDERING = {"order_changed", "attachment_moved", "messages_merged"}
"""Losses that say that a text stands elsewhere now; everything else keeps its place."""

FORM = {"request": {"index"}, "response": {"object", "index", "role"}}
"""Keys that only name the form or the position of what they stand in; the target's form implies them."""


@pytest.mark.parametrize(("family", "kind"), KINDS)
@given(data=st.data())
def test_the_same_dialect_gives_the_same_payload(data: st.DataObject, family: str, kind: str) -> None:
    payload = data.draw(PAYLOADS[family, kind])
    for name in laws.sources(family):
        said = laws.translate(payload, kind, name, name, tolerate="none")
        assert said.payload == payload
        assert not said.losses


@pytest.mark.parametrize("target", laws.TARGETS)
@pytest.mark.parametrize(("family", "kind"), KINDS)
@given(data=st.data())
def test_a_translation_is_a_function_of_its_input(data: st.DataObject, family: str, kind: str, target: str) -> None:
    payload = data.draw(PAYLOADS[family, kind])
    before = copy.deepcopy(payload)
    for name in laws.sources(family):
        first = laws.outcome(payload, kind, name, target)
        kept = copy.deepcopy(first)
        assert payload == before, "the input was modified"
        laws.poison(copy.deepcopy(first))
        assert laws.canonical(laws.outcome(payload, kind, name, target)) == laws.canonical(kept)


@pytest.mark.parametrize("target", laws.TARGETS)
@pytest.mark.parametrize(("family", "kind"), KINDS)
@given(data=st.data())
def test_nothing_that_outlives_a_call_is_reachable_from_its_result(
    data: st.DataObject, family: str, kind: str, target: str
) -> None:
    payload = data.draw(PAYLOADS[family, kind])
    source = laws.sources(family)[0]
    kept = laws.canonical(laws.outcome(payload, kind, source, target))
    laws.poison(laws.outcome(copy.deepcopy(payload), kind, source, target)[0])
    assert laws.canonical(laws.outcome(payload, kind, source, target)) == kept


@pytest.mark.parametrize("target", laws.TARGETS)
@pytest.mark.parametrize(("family", "kind"), KINDS)
@given(data=st.data())
def test_every_leaf_is_carried_or_covered_by_a_loss(data: st.DataObject, family: str, kind: str, target: str) -> None:
    payload = data.draw(PAYLOADS[family, kind])
    paths = [path for path, _ in laws.leaves(payload) if path[-1] not in FORM[kind]]
    chosen = data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=12, unique=True))
    assert laws.silent(payload, kind, laws.sources(family)[0], target, chosen) == []


@pytest.mark.parametrize("target", laws.TARGETS)
@pytest.mark.parametrize(("family", "kind"), KINDS)
@given(data=st.data())
def test_every_loss_names_a_place_of_the_source(data: st.DataObject, family: str, kind: str, target: str) -> None:
    payload = data.draw(PAYLOADS[family, kind])
    for name in laws.sources(family):
        assert laws.unread_pointers(payload, laws.losses(payload, kind, name, target)) == []


@pytest.mark.parametrize("target", ["chat", "openrouter-chat", "vtrix"])
@pytest.mark.parametrize("kind", ["request", "response"])
@given(data=st.data())
def test_each_phase_is_one_loss_on_every_road_to_chat(data: st.DataObject, kind: str, target: str) -> None:
    payload = data.draw(PAYLOADS["responses", kind])
    name = "input" if kind == "request" else "output"
    items = payload[name] if isinstance(payload[name], list) else []
    marked = [i for i, item in enumerate(items) if item.get("phase") and item["role"] == "assistant"]
    losses = laws.losses(payload, kind, "responses", target)
    dropped = [loss.path for loss in losses if loss.code == "phase_dropped"]
    assert dropped == [f"/{name}/{i}/phase" for i in marked]


@pytest.mark.parametrize("target", ["aimlapi", "openrouter", "litellm"])
@given(data=st.data())
def test_phase_is_kept_to_the_letter_between_responses_dialects(data: st.DataObject, target: str) -> None:
    payload = data.draw(PAYLOADS["responses", "request"])
    assume(isinstance(payload["input"], list))
    said = laws.translate(payload, "request", "responses", target, tolerate="breaking").payload
    assistants = [item for item in payload["input"] if item.get("role") == "assistant"]
    assert [item for item in said["input"] if item.get("role") == "assistant"] == assistants


@pytest.mark.parametrize(("family", "other"), [("responses", "chat"), ("chat", "responses")])
@given(data=st.data())
def test_requests_there_and_back_keep_every_text_call_and_output_in_order(
    data: st.DataObject, family: str, other: str
) -> None:
    payload = data.draw(PAYLOADS[family, "request"])
    there = laws.translate(payload, "request", family, other, tolerate="breaking")
    back = laws.translate(there.payload, "request", other, family, tolerate="breaking")
    codes = {loss.code.value for loss in (*there.losses, *back.losses)}
    said, again = laws.transcript(payload), laws.transcript(back.payload)
    if codes & REORDERING or _outputs_wander(payload):
        said, again = sorted(said), sorted(again)
    assert again == said


def _outputs_wander(payload: Json) -> bool:
    """True when a message stands between a call and its output, which Chat does not allow."""
    open_calls = 0
    for item in payload.get("input", ()) if isinstance(payload.get("input"), list) else ():
        kind = item.get("type", "message")
        open_calls += kind.endswith("_call") - kind.endswith("_output")
        if open_calls and kind == "message":
            return True
    return False


CROSSINGS = [
    (family, kind, target) for family, kind in KINDS for target in laws.TARGETS if laws.FAMILIES[target] != family
]


@pytest.mark.parametrize(("family", "kind", "target"), CROSSINGS)
@given(data=st.data())
def test_each_output_is_one_of_the_official_sdk(data: st.DataObject, family: str, kind: str, target: str) -> None:
    payload = data.draw(PAYLOADS[family, kind])
    assume(not laws.refuses(payload, kind, family, target))
    said = laws.translate(payload, kind, family, target, tolerate="breaking")
    assert sdk.problems(said.payload, laws.FAMILIES[target], kind) == []


@pytest.mark.parametrize(("family", "kind", "target"), [case for case in CROSSINGS if case[1] == "request"])
@given(data=st.data())
def test_each_request_obeys_the_order_that_the_live_services_demand(
    data: st.DataObject, family: str, kind: str, target: str
) -> None:
    payload = data.draw(PAYLOADS[family, kind])
    assume(not laws.refuses(payload, kind, family, target))
    said = laws.translate(payload, kind, family, target, tolerate="breaking")
    assert laws.disorder(said.payload, laws.FAMILIES[target]) == []
