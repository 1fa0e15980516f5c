"""Server-sent events without I/O: bytes to events and back, right at every split of the bytes.

Only line ends, `data` and comments matter here: the JSON repeats the type, so `event:` lines are written for
clients and never read (streaming.md section 1.1). `[DONE]` ends a stream.
"""

from __future__ import annotations

import re

from respeak.errors import StreamBroken
from respeak.plan import Json
from respeak.wire import dumps, loads

LIMIT = 16 * 1024 * 1024
"""Bytes that one event may have, unless the caller says otherwise."""

DONE = b"data: [DONE]\n\n"
"""What ends a Chat stream; a Responses stream ends with its terminal event (D-12)."""

KEEP_ALIVE = b": keep-alive\n\n"
"""A comment, which every reader skips."""

_BOM = b"\xef\xbb\xbf"
_TYPE = re.compile(r"[A-Za-z0-9_.\-]+")


class SseDecoder:
    """Feed it bytes as they arrive; it gives the events that are whole, as dicts.

    limit   bytes that one event may have; more raise StreamBroken, as do data that are no JSON object

    `done` is true once `[DONE]` came; what follows is not read. Memory is bounded by `limit`.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.done = False
        self.count = 0
        self._limit = limit
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._size = 0
        self._after_return = False
        self._begun = False

    def feed(self, data: bytes) -> list[Json]:
        """The events that these bytes complete. Raises StreamBroken."""
        if self._after_return and data[:1] == b"\n":
            data = data[1:]  # the second half of a \r\n
        if data:
            self._after_return = data.endswith(b"\r")
        events: list[Json] = []
        for line in data.splitlines(keepends=True):
            if self.done:
                break
            if line.endswith((b"\n", b"\r")):
                self._whole(line, events)
            else:
                self._grow(len(line))
                self._line.append(line)
        return events

    def close(self) -> list[Json]:
        """The last event, if its blank line is missing. Raises StreamBroken when it is not whole."""
        events: list[Json] = []
        if not self.done:
            self._whole(b"\n", events)
            self._end(events)
        return events

    def _whole(self, line: bytes, events: list[Json]) -> None:
        """A line that is complete."""
        if self._line:
            line = b"".join([*self._line, line])
            self._line = []
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BOM)
        line = line.rstrip(b"\r\n")
        if not line:
            self._end(events)
        elif line.startswith(b"data:"):
            value = line[6:] if line.startswith(b"data: ") else line[5:]
            self._grow(len(value))
            self._data.append(value)

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > self._limit:
            raise StreamBroken(self.count, f"at most {self._limit} bytes", f"more than {self._limit}")

    def _end(self, events: list[Json]) -> None:
        """The blank line that ends an event."""
        data, self._data, self._size = self._data, [], 0
        if not data:
            return
        text = data[0] if len(data) == 1 else b"\n".join(data)
        if text.strip() == b"[DONE]":
            self.done = True
            return
        events.append(parsed(text, self.count))
        self.count += 1


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
