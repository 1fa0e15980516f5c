"""`respeak translate --kind stream`: events as they arrive, said as they come.

A reader stops at a terminal event, at `[DONE]` or at the end of the stream, whichever is first (streaming.md section
1.1). Whatever breaks, the events before it are said, however the bytes were cut.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from respeak import profiles
from respeak.cli.read import EXIT_INVALID, EXIT_LOSS, opened
from respeak.codes import Code
from respeak.errors import InvalidPayload, StreamBroken
from respeak.loss import Ledger
from respeak.options import Options
from respeak.plan import Json
from respeak.sse import DONE, SseDecoder, encode
from respeak.stream import StreamTranslator
from respeak.streams.within import FINISHES

BROKEN = (Code.STREAM_CUT, Code.STREAM_CONTRADICTED)
"""Losses of a stream that say that its answer is not whole, or not the one that was said."""
AT_ONCE = 64 * 1024
NO_EVENT = "no event found; expected server-sent events (data: {...}) or one JSON object a line"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Outcome(NamedTuple):
    """What came of a stream: its losses, the exit code, and why it could not be read to its end."""

    losses: Ledger
    code: int
    trouble: str


def stream(file: str, *, source: str, target: str, request: Any = None, options: Options | None = None) -> Outcome:
    """Translate the stream in a file to stdout, each event flushed.

    A stream that breaks is ended as a failure in the client's own form.
    """
    translator = StreamTranslator(source=source, target=target, request=request, options=options)
    ends = FINISHES if profiles.get(source).family == "responses" and source != target else ()
    trouble, last, heard = "", None, 0
    try:
        for event in events_of(file):
            heard += 1
            last = _say(translator.feed(event)) or last
            if event.get("type") in ends:
                break
    except InvalidPayload as error:
        trouble = f"event {heard - 1}: {error}"
    except StreamBroken as error:
        trouble = str(error)
    trouble = trouble or ("" if heard else NO_EVENT)
    last = _say(translator.close()) or last
    if profiles.get(target).family == "chat" and not (last or {}).get("error"):
        _write(DONE)
    broken = any(loss.code in BROKEN for loss in translator.losses)
    return Outcome(translator.losses, EXIT_INVALID if trouble else EXIT_LOSS if broken else 0, trouble)


def _say(events: list[Json]) -> Json | None:
    """Write events; the last of them."""
    for event in events:
        _write(encode(event))
    return events[-1] if events else None


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def events_of(file: str) -> Iterator[Json]:
    """The events of an SSE file or of one JSON object a line, as they arrive. Raises StreamBroken behind the last."""
    with opened(file) as source:
        first = _some(source)
        while first and (BYTE_ORDER_MARK.startswith(first) or not first.removeprefix(BYTE_ORDER_MARK).strip()):
            first += _some(source) or b"\n:"
        is_lines = first.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"{")
        decoder = LineDecoder() if is_lines else SseDecoder()
        for piece in _rest(first, source):
            yield from _whole(decoder, piece)
            if decoder.done:
                return
        yield from _whole(decoder)


def _whole(decoder: SseDecoder | LineDecoder, *piece: bytes) -> Iterator[Json]:
    """The events that a piece completes, without one those that the end does; those before a broken one, too."""
    try:
        yield from decoder.feed(*piece) if piece else decoder.close()
    except StreamBroken as broken:
        yield from broken.before
        raise


def _some(source: IO[bytes]) -> bytes:
    read1 = getattr(source, "read1", source.read)
    data: bytes = read1(AT_ONCE)
    return data


def _rest(first: bytes, source: IO[bytes]) -> Iterator[bytes]:
    while first:
        yield first
        first = _some(source)


class LineDecoder:
    """One JSON object a line, read as events whose data is the line: the same bounds, the same words, `[DONE]` too."""

    def __init__(self) -> None:
        self._events = SseDecoder()
        self._within = False

    @property
    def done(self) -> bool:
        """True once `[DONE]` came."""
        return self._events.done

    def feed(self, data: bytes) -> list[Json]:
        """The events that these bytes complete. Raises StreamBroken, which has those before the broken one."""
        framed = bytearray()
        for line in data.replace(b"\r", b" ").splitlines(keepends=True):  # in JSON a return is a blank like any other
            if not self._within:
                line = line.lstrip(BYTE_ORDER_MARK + b" \t")
                if line in (b"", b"\n"):
                    continue
                framed += b"data: "
            framed += line
            self._within = not line.endswith(b"\n")
            framed += b"" if self._within else b"\n"
        return self._events.feed(bytes(framed))

    def close(self) -> list[Json]:
        """The last event, if its line has no end. Raises StreamBroken when it is not whole."""
        return self._events.close()
