"""The hot path says the very same as the long way, whatever comes; and it is the way of most events."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
from respeak import InvalidPayload, StreamTranslator
from respeak.plan import Json
from streams import build
from streams.test_generated import many

ROUTES = [("responses", "chat"), ("responses", "vtrix"), ("chat", "responses"), ("openrouter-chat", "litellm")]


def said(events: list[Any], source: str, target: str, quick: bool) -> tuple[Any, int]:
    """Everything that a translator gives for events, errors included; and how many went the short way."""
    translator = StreamTranslator(source=source, target=target)
    short = translator._quick
    taken = 0

    def counted(stage: Any, event: Json) -> Any:
        nonlocal taken
        found = short(stage, event)
        taken += found is not None
        return found

    translator._quick = counted if quick else None
    out: list[Any] = []
    for event in events:
        try:
            out.append(translator.feed(copy.deepcopy(event)))
        except InvalidPayload as error:
            out.append(str(error))
    return (out, translator.close(), [loss.as_dict() for loss in translator.losses]), taken


@many
@given(st.data(), st.sampled_from(ROUTES))
def test_generated_streams(data: st.DataObject, route: tuple[str, str]) -> None:
    family = "chat" if "chat" in route[0] else "responses"
    events = data.draw(build.chat_streams() if family == "chat" else build.responses_streams())
    assert said(events, *route, quick=True)[0] == said(events, *route, quick=False)[0]


@corpus.needed
@pytest.mark.parametrize(
    ("name", "route"), [("streams_responses", route) for route in ROUTES[:2]] + [("streams_chat", ROUTES[2])]
)
def test_recorded_streams_and_most_of_their_events(name: str, route: tuple[str, str]) -> None:
    short = deltas = 0
    for record in corpus.records(name):
        one, taken = said(record["events"], *route, quick=True)
        other, _ = said(record["events"], *route, quick=False)
        assert one == other, record["id"]
        short += taken
        deltas += sum(_is_delta(event) for event in record["events"])
    assert short > 0.7 * deltas


def _is_delta(event: Json) -> bool:
    if "choices" in event:
        return any(choice.get("delta", {}).get("content") for choice in event["choices"])
    return event["type"] in ("response.output_text.delta", "response.function_call_arguments.delta")
