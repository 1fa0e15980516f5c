"""The hot path says the very same as the long way, whatever comes; and it is the way of most events."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
import laws
from benchmarks import payloads
from respeak import InvalidPayload, StreamTranslator
from respeak.plan import Json
from streams import build
from streams.test_generated import many

ASKED = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "x"}]}
FUNCTIONS = {**ASKED, "functions": [{"name": "f", "parameters": {}}]}
TOOLS = {**ASKED, "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}

ROUTES: list[tuple[str, str, Json | None]] = [
    ("responses", "chat", None),
    ("responses", "chat", FUNCTIONS),
    ("responses", "vtrix", None),
    ("responses", "aimlapi", None),
    ("responses", "responses", None),
    ("chat", "responses", None),
    ("chat", "chat", None),
    ("chat", "openrouter-chat", None),
    ("chat", "vtrix", None),
    ("vtrix", "chat", None),
    ("vtrix", "chat", TOOLS),
    ("openrouter-chat", "litellm", None),
]
"""Of every kind of route one: across, within, to a client of functions, from an upstream of functions."""


def said(events: list[Any], source: str, target: str, request: Json | None, quick: bool) -> tuple[Any, int]:
    """Everything that a translator gives for events, errors included; and how many went the short way."""
    translator = StreamTranslator(source=source, target=target, request=request)
    taken = 0

    def counted(short: Any) -> Any:
        def count(stage: Any, event: Json) -> Any:
            nonlocal taken
            found = short(stage, event)
            taken += found is not None
            return found

        return count

    translator._quick = {kind: counted(short) for kind, short in translator._quick.items() if quick}
    out: list[Any] = []
    for event in events:
        try:
            out.append(translator.feed(copy.deepcopy(event)))
        except InvalidPayload as error:
            out.append(str(error))
    end = translator.close()
    return (out, end, [loss.as_dict() for loss in translator.losses], translator.finished), taken


@pytest.mark.parametrize("route", ROUTES)
@many
@given(data=st.data())
def test_generated_streams(data: st.DataObject, route: tuple[str, str, Json | None]) -> None:
    family = laws.FAMILIES[route[0]]
    events = data.draw(build.chat_streams() if family == "chat" else build.responses_streams())
    missing = data.draw(st.sampled_from([set(), {0}, {0, 1}]) | st.sets(st.integers(0, 20), max_size=3))
    events = [event for number, event in enumerate(events) if number not in missing]
    assert said(events, *route, quick=True)[0] == said(events, *route, quick=False)[0]


@corpus.needed
@pytest.mark.parametrize("route", ROUTES)
def test_recorded_streams_and_most_of_their_events(route: tuple[str, str, Json | None]) -> None:
    short = deltas = 0
    for record in corpus.records(f"streams_{laws.FAMILIES[route[0]]}"):
        one, taken = said(record["events"], *route, quick=True)
        other, _ = said(record["events"], *route, quick=False)
        assert one == other, record["id"]
        short += taken
        deltas += sum(_is_delta(event) for event in record["events"])
    assert short > 0.7 * deltas


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("what", ["text", "arguments", "reasoning"])
def test_pieces_go_the_short_way_once_the_first_was_said(
    route: tuple[str, str, Json | None], what: str, padded: bool
) -> None:
    source, count = route[0], 50
    events = payloads.stream(laws.FAMILIES[source], what, count)
    if padded:
        events = [{**event, "obfuscation": "ab"} for event in events if "choices" in event] or events
    if source == "vtrix":  # streams functions, and no reasoning
        to_vtrix = StreamTranslator(source="chat", target="vtrix")
        events = [said for event in events for said in to_vtrix.feed(event)]
        count = 0 if what == "reasoning" else count
    _, taken = said(events, *route, quick=True)
    assert taken >= count - 1


@pytest.mark.parametrize("paddings", [["a", "bc", "d"], [None, "a", None], ["a", None, ""], [None, None, None]])
@pytest.mark.parametrize("target", ["openrouter-chat", "chat", "vtrix"])
def test_padding_stays_with_its_own_chunk(paddings: list[Any], target: str) -> None:
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    events = []
    for padding in paddings:
        delta = {"index": 0, "delta": {"content": "x"}, "finish_reason": None}
        events.append({**head, "choices": [delta], **({} if padding is None else {"obfuscation": padding})})
    for quick in (True, False):
        (out, *_), _ = said(events, "chat", target, None, quick)
        assert [chunk.get("obfuscation") for [chunk] in out] == paddings


WRONG: tuple[Any, ...] = (None, 5, "x", [], {}, 1.5, True, False, 0.0, ["a"], {"a": 1}, "", -1)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a value: what holds it, and its key."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in ((value, key), *_places(value[key]))]


@many
@given(st.data(), st.sampled_from([route for route in ROUTES if laws.FAMILIES[route[0]] == laws.FAMILIES[route[1]]]))
def test_what_passes_within_a_family_is_judged_alike(data: st.DataObject, route: tuple[str, str, Json | None]) -> None:
    """One value of one event is another: the client would get it, so no way may let through what the other refuses."""
    family = laws.FAMILIES[route[0]]
    events = copy.deepcopy(data.draw(build.chat_streams() if family == "chat" else build.responses_streams()))
    holder, key = data.draw(st.sampled_from(_places(events)))
    holder[key] = copy.deepcopy(data.draw(st.sampled_from(WRONG)))
    assert said(events, *route, quick=True)[0] == said(events, *route, quick=False)[0]


def _is_delta(event: Json) -> bool:
    if "choices" in event:
        return any(choice.get("delta", {}).get("content") for choice in event["choices"])
    return event["type"] in ("response.output_text.delta", "response.function_call_arguments.delta")
