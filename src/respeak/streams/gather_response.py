"""A finished Responses answer, gathered from its events (streaming.md sections 1.4 and 1.5).

The terminal event holds everything; where it is missing or empty, the items are those of `output_item.done`, and
of one that was not finished what its deltas said. What it leaves out of finished items stands as it was finished, and
what they leave out of a call's identity or of a phase as it was announced.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.crossing.broken import FAILED_MESSAGE, event_error
from respeak.plan import Json
from respeak.streams.final import ENDS, Finished, ended
from respeak.streams.places import DONE, ITEMS, Places
from respeak.streams.script import fresh
from respeak.streams.told import filled


class Pieces(list[str]):
    """A text in the making: joined once, when the answer is asked for."""


class GatheredResponse:
    """The finished answer of a Responses stream; what comes behind its end is no part of it (streaming.md 1.1)."""

    def __init__(self) -> None:
        self.ended = False
        self.response: Json = {}
        self.items: dict[int, Json] = {}
        self.places = Places()
        self.error: Json = {}

    def add(self, event: Json) -> None:
        """Everything that an event brings; behind an error that is the response that failed, and nothing else."""
        kind = event.get("type", "")
        if self.ended and not (self.error and kind == "response.failed"):
            return
        self.ended = kind in ENDS or kind == "error"
        if kind == "error":
            error = event_error(event)
            said = {"code": error.get("code") or "server_error", "message": error.get("message") or FAILED_MESSAGE}
            self.error = {**error, **said}
        if isinstance(event.get("response"), dict):
            self.response = ended(kind, event["response"])
            if kind == "response.created":  # a second one begins the answer anew
                self.items, self.places = {}, Places()
        elif kind in ITEMS or kind in PIECES:
            self._of_item(kind, self.places.placed(event))

    def _of_item(self, kind: str, event: Json) -> None:
        index = event["output_index"]
        if kind in ITEMS:
            item = event["item"] if kind == DONE else _opened(event["item"])
            self.items[index] = filled(item, self.items.get(index, {}))
        elif index in self.items:
            PIECES[kind](self.items[index], event)

    def answer(self) -> Json:
        """The Response; one that no event finished has the status that its last event had.

        One that an `error` event ended failed by that, unless it says itself what went wrong.
        """
        items = {index: _joined(item) for index, item in sorted(self.items.items())}
        given = self.response.get("output")  # before the end it may hold anything
        told = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
        output = Finished(told, items, self.places, set(self.places.open)).items
        failed = {"status": "failed", "error": self.response.get("error") or self.error} if self.error else {}
        return {**self.response, **failed, "output": output or list(items.values())}


def _opened(item: Json) -> Json:
    """The item as it was announced; what it holds in place of parts is none."""
    out: Json = fresh(item)
    for key in ("content", "summary"):
        if isinstance(out.get(key), list):
            out[key] = [part for part in out[key] if isinstance(part, dict)]
    return out


def _joined(item: Json) -> Json:
    """The item with every text whole: its own, and those of its parts."""
    parts = {
        key: [_whole_texts(part) if isinstance(part, dict) else part for part in item[key]]
        for key in ("content", "summary")
        if isinstance(item.get(key), list)
    }
    return {key: _text(value) for key, value in {**item, **parts}.items()}


def _whole_texts(part: Json) -> Json:
    return {key: _text(value) for key, value in part.items()}


def _text(value: Any) -> Any:
    return "".join(value) if value.__class__ is Pieces else value


def _grow(held: Json, key: str, piece: str) -> None:
    """One more piece of the text behind a key."""
    text = held.get(key)
    if text.__class__ is not Pieces:
        text = held[key] = Pieces([text] if isinstance(text, str) else [])
    text.append(piece)


def _part(item: Json, event: Json) -> Json:
    """The part that an event speaks of, begun if nothing announced it."""
    return _numbered(_listed(item, "content"), event.get("content_index"), {})


def _listed(item: Json, key: str) -> list[Json]:
    """The parts of an item, or what cites a part; none yet where it says null, or no list."""
    if not isinstance(item.get(key), list):
        item[key] = []
    found: list[Json] = item[key]
    return found


def _numbered(parts: list[Json], number: int | None, blank: Json) -> Json:
    """The part of a number, begun if it is new; numbers have no gaps, so one far beyond the last is the next."""
    place = min(max(number or 0, 0), len(parts))
    if place == len(parts):
        parts.append(blank)
    return parts[place]


def _announced(item: Json, event: Json) -> None:
    _part(item, event).update(fresh(event.get("part") or {}))


def _grows(key: str, **form: Any) -> Callable[[Json, Json], None]:
    """A piece of a text of a part."""

    def add(item: Json, event: Json) -> None:
        part = _part(item, event)
        for name, value in form.items():
            part.setdefault(name, fresh(value))
        _grow(part, key, event["delta"])

    return add


def _whole(key: str, given: str) -> Callable[[Json, Json], None]:
    def put(item: Json, event: Json) -> None:
        _part(item, event)[key] = event.get(given)

    return put


def _of_item(key: str) -> Callable[[Json, Json], None]:
    """A piece of a text of the item itself."""

    def add(item: Json, event: Json) -> None:
        _grow(item, key, event["delta"])

    return add


def _whole_of_item(key: str) -> Callable[[Json, Json], None]:
    def put(item: Json, event: Json) -> None:
        item[key] = event.get(key)

    return put


def _cited(item: Json, event: Json) -> None:
    if event.get("annotation"):
        _listed(_part(item, event), "annotations").append(event["annotation"])


def _summary(item: Json, event: Json) -> None:
    kind, parts, number = event["type"], _listed(item, "summary"), event.get("summary_index")
    if number is None:  # the open part, or the next
        number = len(parts) - (not kind.endswith("part.added"))
    part = _numbered(parts, number, {"type": "summary_text", "text": ""})
    if kind.endswith(".delta"):
        _grow(part, "text", event["delta"])
    else:
        part.update(fresh(event.get("part") or {}) if "_part." in kind else {"text": event.get("text")})


PIECES: Mapping[str, Callable[[Json, Json], None]] = {
    "response.content_part.added": _announced,
    "response.content_part.done": _announced,
    "response.output_text.delta": _grows("text", type="output_text", annotations=[]),
    "response.output_text.done": _whole("text", "text"),
    "response.output_text.annotation.added": _cited,
    "response.refusal.delta": _grows("refusal", type="refusal"),
    "response.refusal.done": _whole("refusal", "refusal"),
    "response.reasoning_text.delta": _grows("text", type="reasoning_text"),
    "response.reasoning_text.done": _whole("text", "text"),
    "response.reasoning_summary_part.added": _summary,
    "response.reasoning_summary_part.done": _summary,
    "response.reasoning_summary_text.delta": _summary,
    "response.reasoning_summary_text.done": _summary,
    "response.function_call_arguments.delta": _of_item("arguments"),
    "response.function_call_arguments.done": _whole_of_item("arguments"),
    "response.custom_tool_call_input.delta": _of_item("input"),
    "response.custom_tool_call_input.done": _whole_of_item("input"),
    "response.mcp_call_arguments.delta": _of_item("arguments"),
    "response.mcp_call_arguments.done": _whole_of_item("arguments"),
    "response.code_interpreter_call_code.delta": _of_item("code"),
    "response.code_interpreter_call_code.done": _whole_of_item("code"),
}
"""Events that bring a piece of an item that is not finished."""
