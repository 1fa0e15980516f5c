"""Memory grows with what the terminal event must hold and nothing else: what is muted or passed on is not kept."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from respeak import StreamTranslator
from streams import build
from streams.shapes import Json

MANY = 10_000
VERY_MANY = 100_000
SMALL = 20_000
"""Bytes that a stage may hold however many events go through it: what is held of each would be a hundred times more."""

AT: Json = {"output_index": 0, "item_id": "i"}
BEGUN = [build.event("created", response=build.RESPONSE)]


def grown(translator: StreamTranslator, begun: list[Json], events: Iterator[Json]) -> int:
    """Bytes that are held after the events and were not held before, what they made being thrown away."""
    for event in begun:
        translator.feed(event)
    next_one = next(events)
    translator.feed(next_one)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for event in events:
        translator.feed(event)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before


def added(kind: str, **more: Any) -> Json:
    return build.event("output_item.added", output_index=0, item={"type": kind, "id": "i", **more})


def numbered(kind: str, many: int = MANY, **more: Any) -> Iterator[Json]:
    return (build.event(kind, **AT, **more, sequence_number=number) for number in range(many))


MUTED = {
    "summaries": (added("reasoning", summary=[]), "reasoning_summary_text.delta", {"summary_index": 0, "delta": "hm"}),
    "reasoning": (added("reasoning", summary=[]), "reasoning_text.delta", {"content_index": 0, "delta": "hm"}),
    "searches": (added("web_search_call"), "web_search_call.searching", {}),
    "code": (added("code_interpreter_call"), "code_interpreter_call_code.delta", {"delta": "x = 1"}),
    "mcp arguments": (added("mcp_call"), "mcp_call_arguments.delta", {"delta": "{}"}),
    "images": (added("image_generation_call"), "image_generation_call.partial_image", {"partial_image_b64": "a" * 64}),
    "unknown events": (added("message", role="assistant", content=[]), "nobody_knows_this.delta", {"delta": "x"}),
}


@pytest.mark.parametrize("target", ["chat", "vtrix"])
@pytest.mark.parametrize("opening, kind, fields", MUTED.values(), ids=MUTED)
def test_what_no_chunk_says_is_not_held(opening: Json, kind: str, fields: Json, target: str) -> None:
    translator = StreamTranslator(source="responses", target=target)
    extra = {"partial_image_index": 0} if "image" in kind else {}
    many = VERY_MANY if "summary" in kind and target == "chat" else MANY
    assert grown(translator, [*BEGUN, opening], numbered(kind, many, **fields, **extra)) < SMALL


SAID = {
    "text": (
        [
            added("message", role="assistant", content=[], status="in_progress"),
            build.event("content_part.added", **AT, content_index=0, part={"type": "output_text", "text": ""}),
        ],
        "output_text.delta",
        {"content_index": 0, "delta": "word ", "logprobs": []},
    ),
    "refusals": (
        [added("message", role="assistant", content=[], status="in_progress")],
        "refusal.delta",
        {"content_index": 0, "delta": "no "},
    ),
    "arguments": (
        [added("function_call", call_id="c", name="f", arguments="", status="in_progress")],
        "function_call_arguments.delta",
        {"delta": " 1,"},
    ),
}


@pytest.mark.parametrize("target", ["chat", "vtrix"])
@pytest.mark.parametrize("opening, kind, fields", SAID.values(), ids=SAID)
def test_what_chunks_say_is_not_held_either(opening: list[Json], kind: str, fields: Json, target: str) -> None:
    translator = StreamTranslator(source="responses", target=target)
    many = VERY_MANY if "text" in kind and target == "chat" else MANY
    assert grown(translator, [*BEGUN, *opening], numbered(kind, many, **fields)) < SMALL


@pytest.mark.parametrize("key", ["content", "reasoning_content", "refusal"])
def test_going_up_the_text_itself_is_held_once_or_twice(key: str) -> None:
    """The terminal event repeats it; nothing is kept of the chunk around it, which is a hundred times its size."""
    word = "a word of eight and some more letters so that the text counts"
    deltas = (build.chunk({key: f"{number} {word}"}) for number in range(MANY))
    translator = StreamTranslator(source="chat", target="responses")
    size = grown(translator, [build.chunk({"role": "assistant", "content": None})], deltas)
    assert size < 3 * MANY * (len(word) + 56)  # 56: what a string weighs beside its letters


def test_going_up_other_choices_and_empty_chunks_are_not_held() -> None:
    empty = ({**build.HEAD, "choices": [], "obfuscation": str(number)} for number in range(MANY))
    translator = StreamTranslator(source="chat", target="responses")
    assert grown(translator, [build.chunk({"role": "assistant", "content": None})], empty) < SMALL


@pytest.mark.parametrize("target", ["aimlapi", "openrouter", "responses"])
def test_within_the_family_deltas_are_not_held(target: str) -> None:
    opening, kind, fields = SAID["text"]
    translator = StreamTranslator(source="responses", target=target)
    assert grown(translator, [*BEGUN, *opening], numbered(kind, **fields)) < SMALL
