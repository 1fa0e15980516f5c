"""Bytes to events: any split gives the same, the official SDK's reader agrees, and nothing grows without bound."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import OpenAI, Stream

from respeak import StreamBroken
from respeak.sse import DONE, KEEP_ALIVE, SseDecoder, encode

EVENTS = [
    {"type": "response.output_text.delta", "delta": "Grüße 🙂 \u2028 end", "sequence_number": 1},
    {"object": "chat.completion.chunk", "choices": [{"delta": {"content": "\r\n\n: data: x"}}]},
    {"type": "error", "message": "no"},
]


def decoded(*pieces: bytes, limit: int = 1 << 20) -> list[Any]:
    decoder = SseDecoder(limit)
    return [event for piece in pieces for event in decoder.feed(piece)] + decoder.close()


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_split_gives_the_same_events(end: bytes) -> None:
    wire = b"\xef\xbb\xbf" + KEEP_ALIVE + b"".join(map(encode, EVENTS)) + DONE
    wire = wire.replace(b"\n", end)
    assert decoded(wire) == EVENTS
    assert all(decoded(wire[:at], wire[at:]) == EVENTS for at in range(len(wire)))
    assert decoded(*(wire[at : at + 1] for at in range(len(wire)))) == EVENTS


@pytest.mark.parametrize(
    ("wire", "events"),
    [
        (b'data: {"a":1}\n\n', [{"a": 1}]),
        (b'data:{"a":1}\n\n', [{"a": 1}]),
        (b'data: {"a":\ndata: 1}\n\n', [{"a": 1}]),
        (b'event: x\nid: 7\nretry: 5\ndata: {"a":1}\n\n', [{"a": 1}]),
        (b': note\n\n:\n\ndata: {"a":1}\n\n', [{"a": 1}]),
        (b'data: {"a":1}', [{"a": 1}]),
        (b'data: {"a":1}\n', [{"a": 1}]),
        (b'data: [DONE]\n\ndata: {"a":1}\n\n', []),
        (b'data: {"a":1}\n\ndata: [DONE]', [{"a": 1}]),
        (b"event: ping\n\n", []),
        (b"\n\n\n", []),
        (b"", []),
        (b"\xef\xbb\xbfdata: {}\n\n", [{}]),
    ],
)
def test_the_grammar_of_frames(wire: bytes, events: list[Any]) -> None:
    assert decoded(wire) == events


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (b"data: {}\n\ndata: {nope\n\n", "event 1: expected JSON, found '{nope'"),
        (b"data: [1]\n\n", "event 0: expected a JSON object, found '[1]'"),
        (b'data: {"a": NaN}\n\n', "event 0: expected JSON"),
        (b'data: {"a": "\xff"}\n\n', "event 0: expected JSON"),
        (b'data: {"half":', "event 0: expected JSON"),
    ],
)
def test_what_is_no_event_is_named(wire: bytes, message: str) -> None:
    with pytest.raises(StreamBroken) as caught:
        decoded(wire)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("piece", [b"data: " + b"x" * 50, b"data: xxxxx\n", b": never ends ", b"x" * 11])
def test_one_event_is_bounded(piece: bytes) -> None:
    decoder = SseDecoder(limit=1000)
    with pytest.raises(StreamBroken, match="at most 1000 bytes"):
        for _ in range(1000):
            decoder.feed(piece)


def test_many_events_hold_nothing() -> None:
    decoder, frame = SseDecoder(), encode(EVENTS[0])
    decoder.feed(frame)
    tracemalloc.start()
    for _ in range(20_000):
        decoder.feed(frame)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 10_000


def test_a_type_that_would_break_the_frame_is_said_in_the_data_only() -> None:
    wire = encode({"type": "x\ndata: {}\n\nevent: y"})
    assert wire.count(b"\n") == 2 and decoded(wire) == [{"type": "x\ndata: {}\n\nevent: y"}]


def test_a_lone_surrogate_is_escaped() -> None:
    wire = encode({"delta": "\ud83d"})
    assert json.loads(wire.removeprefix(b"data: ")) == {"delta": "\ud83d"}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.dictionaries(texts, texts | st.integers(-9, 9) | st.none(), max_size=3), max_size=4), st.data())
def test_the_official_sdk_reads_the_same(events: list[dict[str, Any]], data: st.DataObject) -> None:
    wire = b"".join(map(encode, events)) + DONE
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    pieces = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    reader = Stream[object](cast_to=object, response=httpx.Response(200), client=OpenAI(api_key="none"))
    theirs = [frame.json() for frame in reader._decoder.iter_bytes(iter(pieces)) if frame.data != "[DONE]"]
    assert decoded(*pieces) == theirs == events
