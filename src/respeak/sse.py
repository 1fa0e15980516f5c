"""Server-sent events without I/O: bytes to events and back, right at every split of the bytes.

Only line ends, `data` and comments matter here: the JSON repeats the type, so `event:` lines are written for clients
(streaming.md section 1.1), and of those that come only `event: error` is read: its data may say nothing else of being
an error. `[DONE]` ends a stream.
"""

from __future__ import annotations

import re

from respeak.crossing.errors import status_named
from respeak.errors import StreamBroken
from respeak.plan import Json
from respeak.wire import dumps, loads

LIMIT = 16 * 1024 * 1024
"""Bytes that the data of one event may have, unless the caller says otherwise."""

DONE = b"data: [DONE]\n\n"
"""What ends a Chat stream; a Responses stream ends with its terminal event (D-12)."""

KEEP_ALIVE = b": keep-alive\n\n"
"""A comment, which every reader skips."""

_BOM = b"\xef\xbb\xbf"
_BESIDE = len(_BOM + b"data: ")
"""Bytes that a line may have beside its data: an unfinished one is judged exactly when it ends."""
_TYPE = re.compile(r"[A-Za-z0-9_.\-]+")


class SseDecoder:
    """Feed it bytes as they arrive; it gives the events that are whole, as dicts.

    limit   bytes that the data of one event may have (its lines and the line ends between them), or any other line;
            more raise StreamBroken, as do data that are no JSON object

    `done` is true once `[DONE]` came; what follows is not read. Memory is bounded by `limit`. An object in an event
    named `error` that is neither an event nor holds an `error` is given as the `error` of an object, as both families
    write it; so is one that names the HTTP status of an error, and says why.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.done = False
        self.count = 0
        self._limit = limit
        self._line = bytearray()
        self._data: bytes | bytearray | None = None
        self._is_error = False
        self._after_return = False
        self._begun = False

    def feed(self, data: bytes) -> list[Json]:
        """The events that these bytes complete. Raises StreamBroken, which has those before the broken one."""
        events: list[Json] = []
        second_half = self._after_return and data.startswith(b"\n")  # of a \r\n
        self._after_return = data.endswith(b"\r") if data else self._after_return
        lines = data[1:].splitlines() if second_half else data.splitlines()
        rest = lines.pop() if lines and not data.endswith((b"\n", b"\r")) else b""
        try:
            for line in lines:
                if not self.done:
                    self._whole(line, events)
            if rest and not self.done:
                self._line += rest
                if len(self._line) > self._limit + _BESIDE:
                    raise self._too_long()
        except StreamBroken as broken:
            broken.before = events
            raise
        return events

    def close(self) -> list[Json]:
        """The last event, if its blank line is missing. Raises StreamBroken when it is not whole."""
        events: list[Json] = []
        if not self.done:
            self._whole(b"", events)
            self._end(events)
        return events

    def _whole(self, line: bytes, events: list[Json]) -> None:
        """A line that is complete, without its end."""
        if self._line:
            line = bytes(self._line + line)
            self._line = bytearray()
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BOM)
        if not line:
            self._end(events)
        elif line.startswith(b"data:"):
            self._grow(line[6:] if line.startswith(b"data: ") else line[5:])
        elif len(line) > self._limit:
            raise self._too_long()
        elif line.startswith(b"event:"):
            self._is_error = line[6:].strip() == b"error"

    def _grow(self, value: bytes) -> None:
        """One more line of data."""
        if self._data is None:
            self._data = value
        else:
            self._data = self._data if isinstance(self._data, bytearray) else bytearray(self._data)
            self._data += b"\n"
            self._data += value
        if len(self._data) > self._limit:
            raise self._too_long()

    def _too_long(self) -> StreamBroken:
        return StreamBroken(self.count, f"at most {self._limit} bytes", f"more than {self._limit}")

    def _end(self, events: list[Json]) -> None:
        """The blank line that ends an event."""
        data, self._data = self._data, None
        is_error, self._is_error = self._is_error, False
        if not data:
            return  # an event of no data is none, as readers of event streams have it
        text = bytes(data)
        if text.strip() == b"[DONE]":
            self.done = True
            return
        event = parsed(text, self.count)
        is_event = "choices" in event or "sequence_number" in event
        events.append(_error(event) if is_error or not (is_event or status_named(event) is None) else event)
        self.count += 1


def _error(event: Json) -> Json:
    """The event of a provider that says with `event: error` or a status alone what it is."""
    kind = str(event.get("type"))  # the type of an error body is one of its words, as "server_error"
    told = event.get("error") or kind == "error" or kind.startswith("response.")
    return event if told else {"error": event}


def parsed(text: bytes, number: int) -> Json:
    """The JSON object in the data of event `number`. Raises StreamBroken."""
    try:
        event = loads(text)
    except ValueError as error:
        raise StreamBroken(number, "JSON", f"{_shown(text)} ({error})") from None
    if not isinstance(event, dict):
        raise StreamBroken(number, "a JSON object", _shown(text))
    return event


def _shown(text: bytes) -> str:
    shown = text[:60].decode("utf-8", "backslashreplace")
    return f"{shown!r}" if len(text) <= 60 else f"{shown!r}..."


def encode(event: Json) -> bytes:
    """One event as a frame: `event:` and `data:` for Responses, whose events have a type; `data:` alone for Chat."""
    kind = event.get("type")
    named = isinstance(kind, str) and _TYPE.fullmatch(kind)
    head = f"event: {kind}\n".encode() if named else b""
    return b"".join((head, b"data: ", dumps(event), b"\n\n"))
