"""One value of a piece is out of the ordinary: the short way says of it what the long way says, place by place.

What `test_quick.py` draws at random is gone through here in order, for one piece of each kind in mid-stream.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

import laws
from streams.build import RESPONSE, chunk, event
from streams.shapes import Json, Stream
from streams.test_quick import ROUTES, said

ITEM: Json = {"type": "message", "id": "i", "role": "assistant", "status": "in_progress", "content": []}
CALL: Json = {"type": "function_call", "id": "i", "call_id": "c", "name": "f", "arguments": "", "status": "in_progress"}
CUSTOM: Json = {"type": "custom_tool_call", "id": "i", "call_id": "c", "name": "f", "input": ""}
THOUGHT: Json = {"type": "reasoning", "id": "i", "summary": []}
AT: Json = {"sequence_number": 3, "output_index": 0, "item_id": "i", "delta": "a"}

EVENTS: dict[str, tuple[Json, Json]] = {
    "output_text.delta": (ITEM, {**AT, "content_index": 0, "logprobs": [], "obfuscation": "x"}),
    "refusal.delta": (ITEM, {**AT, "content_index": 0}),
    "function_call_arguments.delta": (CALL, AT),
    "custom_tool_call_input.delta": (CUSTOM, AT),
    "reasoning_summary_text.delta": (THOUGHT, {**AT, "summary_index": 0}),
    "reasoning_text.delta": (THOUGHT, {**AT, "content_index": 0}),
    "function_call_arguments.done": (CALL, {**AT, "delta": "", "arguments": "a", "name": "f"}),
    "in_progress": (ITEM, {"sequence_number": 3, "response": RESPONSE}),
}


def _entry(**inner: Any) -> Json:
    return {"tool_calls": [{"index": 0, **inner}]}


FIRST = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
DELTAS: dict[str, tuple[Json, Json]] = {
    "text": ({"content": "a"}, {"content": "a"}),
    "refusal": ({"refusal": "a"}, {"refusal": "a"}),
    "reasoning_content": ({"reasoning_content": "a"}, {"reasoning_content": "a"}),
    "reasoning": ({"reasoning": "a"}, {"reasoning": "a"}),
    "arguments": (_entry(**FIRST), _entry(function={"arguments": "a"})),
    "arguments with their type": (_entry(**FIRST), _entry(type="function", function={"arguments": "a"})),
    "a call of old": ({"function_call": {"name": "f", "arguments": ""}}, {"function_call": {"arguments": "a"}}),
}
CHUNK: Json = {"usage": None, "service_tier": "default", "system_fingerprint": "fp", "obfuscation": "x"}


def stream(family: str, kind: str) -> tuple[Stream, Json, Stream]:
    """What comes before a piece, the piece, and what comes behind it."""
    if family == "chat":
        opening, delta = DELTAS[kind]
        given = {**chunk(delta, logprobs=None), **CHUNK}
        begun = [chunk({"role": "assistant", "content": None}, logprobs=None), chunk(opening, logprobs=None)]
        return (
            [{**each, **CHUNK} for each in begun] + [given],
            given,
            [given, {**chunk({}, "stop", logprobs=None), **CHUNK}],
        )
    item, fields = EVENTS[kind]
    given = event(kind, **fields)
    created = event("created", response=RESPONSE, sequence_number=1)
    begun = [created, event("output_item.added", output_index=0, item=item, sequence_number=2)]
    ended = event("completed", response={**RESPONSE, "status": "completed"}, sequence_number=9)
    piece = {**given, "type": given["type"].replace(".done", ".delta"), "delta": "a"}
    piece = {key: value for key, value in piece.items() if key not in ("arguments", "name", "response")}
    before = [*begun, piece] if kind != "in_progress" else begun
    return before, given, [{**given, "sequence_number": 4}, ended]


OTHER: tuple[Any, ...] = (None, 1, "x", "", [], {}, True, 1.0, [{}])


def changed(value: Any) -> Iterator[tuple[tuple[Any, ...], Json]]:
    """The value with one place in it another or missing, by its path; and with a key that nobody knows, by none."""
    yield (), {**copy.deepcopy(value), "mood": "calm"}
    for path in _paths(value):
        *way, key = path
        for other in (..., *OTHER):
            out = copy.deepcopy(value)
            held = out
            for step in way:
                held = held[step]
            if other is ...:
                del held[key]
            else:
                held[key] = other
            yield path, out


def _paths(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*way, key)
        if key != "response":
            yield from _paths(value[key], (*way, key))


WAYS = [(route, kind) for route in ROUTES for kind in (DELTAS if laws.FAMILIES[route[0]] == "chat" else EVENTS)]
SILENT = ("reasoning_summary_text.delta", "reasoning_text.delta", "in_progress")
"""Events that say nothing to a Chat client: of their values the short way reads none."""

UNREAD = frozenset(
    ("sequence_number", "item_id", "obfuscation", "logprobs", "id", "object", "created", "model", "type", "response")
)
"""Keys of a piece that nobody reads across families (quick.py); `logprobs` only where they are empty."""


def _read(path: tuple[Any, ...], kind: str) -> bool:
    return path == () or not (kind in SILENT or UNREAD.intersection(path))


@pytest.mark.parametrize(("route", "kind"), WAYS, ids=str)
def test_a_piece_out_of_the_ordinary_is_said_alike(route: tuple[str, str, Json | None], kind: str) -> None:
    source, target, _ = route
    before, piece, behind = stream(laws.FAMILIES[source], kind)
    within = laws.FAMILIES[source] == laws.FAMILIES[target]
    for path, other in changed(piece):
        if within or _read(path, kind):
            events = [*before, other, *behind]
            assert said(events, *route, quick=True)[0] == said(events, *route, quick=False)[0], (path, other)


DOWN = [
    (route, kind) for route, kind in WAYS if laws.FAMILIES[route[0]] == "responses" and route[1] in ("chat", "vtrix")
]


@pytest.mark.parametrize(("route", "kind"), DOWN, ids=str)
def test_a_piece_with_a_key_that_nobody_knows_is_reported(route: tuple[str, str, Json | None], kind: str) -> None:
    before, piece, behind = stream("responses", kind)
    (_, _, losses, _), _ = said([*before, {**piece, "mood": "calm"}, *behind], *route, quick=True)
    assert [loss["code"] for loss in losses].count("unknown_field_dropped") == 1
