"""What breaks careless programs is refused with a documented error or said, in bounded time and memory."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

import respeak
from fuzz import drive, nasty

SECONDS = 20
"""Generous: it tells a hang from work. The largest inputs have a million entries."""

ROUTES = [
    (source, target)
    for source in ("responses", "chat", "vtrix", "aimlapi", "codex-guide")
    for target in ("responses", "chat", "vtrix", "aimlapi")
]


@pytest.mark.parametrize("name", nasty.NASTY)
@pytest.mark.parametrize("kind", ["request", "response", "error"])
def test_nasty_text(name: str, kind: str) -> None:
    begun = time.monotonic()
    for family in ("responses", "chat"):
        text = nasty.NASTY[name](family)
        routes = [route for route in ROUTES if drive.DIALECTS[route[0]].family == family]
        if len(text) > 500_000:
            routes = [next(route for route in routes if drive.DIALECTS[route[1]].family != family)]
        for source, target in routes:
            if kind == "request" or not drive.DIALECTS[source].source_only:
                drive.translate(kind, text, source, target)
    assert time.monotonic() - begun < SECONDS


@pytest.mark.parametrize("name", nasty.NASTY)
def test_nasty_requests_beside_an_answer(name: str) -> None:
    """The client's request that stands beside answers and streams is read by the same gate."""
    for family, other in (("responses", "chat"), ("chat", "responses")):
        text = nasty.NASTY[name](family)
        if len(text) < 500_000:
            drive.translate("error", {"error": {"message": "no", "param": "tools[0].function"}}, other, family, text)
            drive.translate(
                "event", {"choices": []} if other == "chat" else {"type": "error"}, other, family, _read(text)
            )


def _read(text: str) -> object:
    """What a program that parses with another library hands over; the text where none can."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@pytest.mark.parametrize("name", nasty.NASTY)
def test_nasty_text_is_validated(name: str) -> None:
    for family in ("responses", "chat"):
        text = nasty.NASTY[name](family)
        if len(text) < 500_000:
            assert isinstance(respeak.validate(text, dialect=family), list)


@pytest.mark.parametrize("name", nasty.NASTY)
def test_nasty_text_as_events_and_as_an_upstreams_answer(name: str) -> None:
    for family, other in (("responses", "chat"), ("chat", "responses")):
        data = nasty.NASTY[name](family).encode()
        if len(data) < 500_000:
            drive.bytes_of_stream(b"data: " + data + b"\n\n", (3, 9, 40), family, other)
            asked = {"model": "gpt-5.3-codex", "input": "x", "messages": [{"role": "user", "content": "x"}]}
            asked.pop("messages" if other == "responses" else "input")
            drive.exchange(asked, 200, data, other, family)
            drive.exchange(asked, 500, data, other, family)


@pytest.mark.parametrize("depth", [10, 100, 200, 400, 700, 900, 990])
def test_python_objects_of_any_depth_are_said_or_refused(depth: int) -> None:
    """Not only text: a caller's own dict may nest as deeply as Python lets it."""
    inner: object = 1
    for _ in range(depth):
        inner = {"properties": {"a": inner}}
    for target in drive.TARGETS:
        body = {
            "model": "gpt-5.3-codex",
            "input": "x",
            "tools": [{"type": "function", "name": "f", "parameters": inner}],
        }
        try:
            respeak.translate_request(body, source="responses", target=target, tolerate="breaking")
        except respeak.RespeakError as error:
            drive.told(error)


def test_dicts_that_hold_themselves_are_said_or_refused() -> None:
    ring: dict[str, object] = {"type": "object"}
    ring["properties"] = {"again": ring}
    for body in (
        {"model": "m", "input": "x", "tools": [{"type": "function", "name": "f", "parameters": ring}]},
        {"model": "m", "input": ring},
        ring,
    ):
        for target in drive.TARGETS:
            try:
                respeak.translate_request(body, source="responses", target=target, tolerate="breaking")
            except respeak.RespeakError as error:
                drive.told(error)


def test_a_decoder_holds_no_more_than_its_limit() -> None:
    decoder = drive.SseDecoder(limit=100_000)
    tracemalloc.start()
    try:
        with pytest.raises(respeak.StreamBroken):
            for _ in range(1000):
                decoder.feed(b"data: " + b"x" * 1000)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 400_000


@pytest.mark.parametrize("line", [b"data:\n", b": comment\n", b"event: x\n", b"id: 1\n", b"\n"])
def test_a_decoder_holds_nothing_of_lines_that_say_nothing(line: bytes) -> None:
    decoder = drive.SseDecoder(limit=10_000_000)
    tracemalloc.start()
    try:
        for _ in range(100):
            decoder.feed(line * 1000)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 1_500_000
