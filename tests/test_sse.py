"""Bytes to events: any split gives the same, the official SDK's reader agrees, and nothing grows without bound."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openai import OpenAI, Stream

from respeak import StreamBroken, StreamTranslator
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
        (b'data:\n\ndata: {"a":1}\n\ndata: \n\n', [{"a": 1}]),
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


@settings(deadline=None)
@given(st.lists(st.dictionaries(texts, texts | st.integers(-9, 9) | st.none(), max_size=3), max_size=4), st.data())
def test_the_official_sdk_reads_the_same(events: list[dict[str, Any]], data: st.DataObject) -> None:
    wire = b"".join(map(encode, events)) + DONE
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    pieces = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    reader = Stream[object](cast_to=object, response=httpx.Response(200), client=OpenAI(api_key="none"))
    theirs = [frame.json() for frame in reader._decoder.iter_bytes(iter(pieces)) if frame.data != "[DONE]"]
    assert decoded(*pieces) == theirs == events


def outcome(*pieces: bytes, limit: int = 1 << 20) -> list[Any] | str:
    """The events, or the error that they end in."""
    try:
        return decoded(*pieces, limit=limit)
    except StreamBroken as error:
        return str(error)


def cut(wire: bytes, *at: int) -> list[bytes]:
    marks = sorted(at)
    return [wire[a:b] for a, b in zip([0, *marks], [*marks, len(wire)], strict=True)]


SHARDS = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf",
    b": note",
    b":",
    b"data: ",
    b"data:",
    b"data",
    b"event: error",
]
SHARDS += [
    b'{"a":1}',
    b'{"\xc3\xbc":"\xe2\x80\xa8\xf0\x9f\x99\x82\xc2\x85"}',
    b"[DONE]",
    b'{"a":',
    b"1}",
    b"\xff",
    b" ",
]
wires = st.lists(st.sampled_from(SHARDS) | st.just(b'data: {"b":"\xc3\xa4"}\n'), max_size=24).map(b"".join)


@settings(deadline=None)
@given(wires, st.lists(st.integers(0, 200), max_size=4), st.sampled_from([3, 9, 1 << 20]))
@example(b'data: {"a":1}\r\n\ndata: {"b":2}\n\n', [], 1 << 20)
def test_whatever_the_bytes_every_split_gives_the_same(wire: bytes, cuts: list[int], limit: int) -> None:
    whole = outcome(wire, limit=limit)
    assert all(outcome(wire[:at], wire[at:], limit=limit) == whole for at in range(len(wire)))
    assert outcome(*(wire[at : at + 1] for at in range(len(wire))), limit=limit) == whole
    assert outcome(*cut(wire, *(min(at, len(wire)) for at in cuts)), b"", limit=limit) == whole


SIZED = [
    (b'\xef\xbb\xbfdata: {"a":"%s"}\r\n\r\n', 8, 0),
    (b'event: x\nid: 7\ndata:{"a":"%s"}\n\n', 8, 0),
    (b'data: {}\n\ndata: {"a":\ndata: "%s"}\n\n', 9, 1),
    (b'data: {"a":"%s"}', 8, 0),
    (b": %s\ndata: {}\n\n", 2, 0),
]
"""Bytes, how many of them count beside what is filled in, and the number of the event that has them."""


@pytest.mark.parametrize(("wire", "beside", "number"), SIZED)
def test_an_event_of_the_limit_passes_and_one_byte_more_fails_at_every_split(
    wire: bytes, beside: int, number: int
) -> None:
    limit = 100
    fits, exceeds = wire % (b"x" * (limit - beside)), wire % (b"x" * (limit - beside + 1))
    events, error = decoded(fits), f"event {number}: expected at most {limit} bytes, found more than {limit}"
    for at in range(len(exceeds)):
        assert outcome(*cut(fits, min(at, len(fits))), limit=limit) == events
        assert outcome(*cut(exceeds, at), limit=limit) == error
    for size in (1, 2, 7, 50):
        cuts = range(size, len(fits), size)
        assert outcome(*cut(fits, *cuts), limit=limit) == events
        assert outcome(*cut(exceeds, *cuts), limit=limit) == error


def test_an_event_of_nine_mebibytes_may_come_in_pieces() -> None:
    wire = encode({"type": "x", "text": "A" * (9 << 20)})
    decoder = SseDecoder()
    events = [event for at in range(0, len(wire), 1 << 16) for event in decoder.feed(wire[at : at + (1 << 16)])]
    assert len(events) == 1 and len(events[0]["text"]) == 9 << 20


def test_nothing_is_held_after_the_end() -> None:
    decoder = SseDecoder(limit=100)
    assert [decoder.feed(piece) for piece in (DONE + b"x" * 99, b"x" * 99, b"x" * 99)] == [[], [], []]
    assert decoder.done and decoder.close() == []


@pytest.mark.parametrize(
    ("frame", "event"),
    [
        (b'event: error\ndata: {"message": "no"}\n\n', {"error": {"message": "no"}}),
        (b'data: {"message": "no"}\nevent:error\n\n', {"error": {"message": "no"}}),
        (b'event: error\ndata: {"message": "no", "type": null}\n\n', {"error": {"message": "no", "type": None}}),
        (
            b'event: error\ndata: {"type": "server_error", "message": "no"}\n\n',
            {"error": {"type": "server_error", "message": "no"}},
        ),
        (b'event: error\ndata: {"type": "error", "message": "no"}\n\n', {"type": "error", "message": "no"}),
        (b'event: error\ndata: {"type": "response.failed"}\n\n', {"type": "response.failed"}),
        (b'event: error\ndata: {"error": {"message": "no"}}\n\n', {"error": {"message": "no"}}),
        (b'event: error\ndata: {"error": "no"}\n\n', {"error": "no"}),
        (b'event: error\nevent: x\ndata: {"a": 1}\n\n', {"a": 1}),
        (b'event: error\n\ndata: {"a": 1}\n\n', {"a": 1}),
        (b'event: errors\ndata: {"a": 1}\n\n', {"a": 1}),
    ],
)
def test_what_only_the_name_of_an_event_calls_an_error_becomes_one(frame: bytes, event: Any) -> None:
    assert decoded(frame) == [event]
    assert decoded(frame + b'data: {"a": 1}\n\n') == [event, {"a": 1}]


@pytest.mark.parametrize(
    ("event", "is_error"),
    [
        ({"statusCode": 429, "message": "no"}, True),
        ({"object": "error", "message": "no", "type": "BadRequestError", "param": None, "code": 400}, True),
        ({"type": "about:blank", "status": 503, "detail": "no"}, True),
        ({"status": 429}, False),
        ({"status": "429 Too Many", "message": "no"}, False),
        ({"statusCode": 200, "message": "hello"}, False),
        ({"statusCode": 429, "message": "no", "choices": []}, False),
        ({"type": "error", "code": "429", "message": "no"}, False),
        ({"type": "response.failed", "code": 500, "message": "no"}, False),
    ],
)
def test_a_status_and_words_make_an_error_of_what_is_no_event(event: Any, is_error: bool) -> None:
    assert decoded(encode(event).replace(b"event: error\n", b"")) == [{"error": event} if is_error else event]


def test_data_that_are_no_object_break_the_stream_under_any_name() -> None:
    assert outcome(b"event: error\ndata: overloaded\n\n") == outcome(b"data: overloaded\n\n")


@pytest.mark.parametrize("source", ["chat", "openrouter-chat"])
@pytest.mark.parametrize("target", ["chat", "responses"])
def test_the_message_of_such_an_error_reaches_the_client(source: str, target: str) -> None:
    translator = StreamTranslator(source=source, target=target)
    [event] = decoded(b'event: error\ndata: {"message": "The model is overloaded."}\n\n')
    assert "The model is overloaded." in str(translator.feed(event) + translator.close())
