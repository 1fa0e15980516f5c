"""`respeak translate --kind stream`: events as they arrive, said as they come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from respeak import profiles
from respeak.cli.read import EXIT_INVALID, EXIT_LOSS, called, printable
from respeak.codes import Code
from respeak.errors import InvalidPayload, StreamBroken
from respeak.loss import Ledger
from respeak.plan import Json
from respeak.sse import DONE, SseDecoder, encode, parsed
from respeak.stream import StreamTranslator

AT_ONCE = 64 * 1024
NO_EVENT = "no event found; expected server-sent events (data: {...}) or one JSON object a line"


def stream(file: str, *, source: str, target: str, request: Any = None) -> tuple[Ledger, int]:
    """Translate the stream in a file to stdout, each event flushed; what was lost, and the exit code.

    A stream that breaks is ended as a failure in the client's own form, and said on stderr.
    """
    translator = StreamTranslator(source=source, target=target, request=request)
    code, last, heard = 0, None, 0
    try:
        for event in events_of(file):
            heard += 1
            last = _say(translator.feed(event)) or last
    except InvalidPayload as error:
        code = _broken(file, f"event {heard - 1}: {error}")
    except StreamBroken as error:
        code = _broken(file, str(error))
    if not heard and not code:
        code = _broken(file, NO_EVENT)
    last = _say(translator.close()) or last
    if profiles.get(target).family == "chat" and not (last or {}).get("error"):
        _write(DONE)
    cut = any(loss.code is Code.STREAM_CUT for loss in translator.losses)
    return translator.losses, code or (EXIT_LOSS if cut else 0)


def _broken(file: str, trouble: str) -> int:
    for line in trouble.splitlines():
        click.echo(f"{called(file)}: {printable(line)}", err=True)
    return EXIT_INVALID


def _say(events: list[Json]) -> Json | None:
    """Write events; the last of them."""
    for event in events:
        _write(encode(event))
    return events[-1] if events else None


def _write(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def events_of(file: str) -> Iterator[Json]:
    """The events of an SSE file or of one JSON object a line, as they arrive. Raises StreamBroken."""
    for is_lines, data in _pieces(file):
        decoder = _Lines() if is_lines else SseDecoder()
        for piece in data:
            yield from decoder.feed(piece)
        yield from decoder.close()


def _pieces(file: str) -> Iterator[tuple[bool, Iterator[bytes]]]:
    """Whether the file holds lines of JSON, and its bytes."""
    try:
        source: IO[bytes] = sys.stdin.buffer if file == "-" else Path(file).open("rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise click.UsageError(f"cannot read {called(file)}: {reason}") from None
    with source:
        first = _some(source)
        while first and not first.removeprefix(b"\xef\xbb\xbf").strip():
            first += _some(source) or b"\n:"
        yield first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"), _rest(first, source)


def _some(source: IO[bytes]) -> bytes:
    read1 = getattr(source, "read1", source.read)
    data: bytes = read1(AT_ONCE)
    return data


def _rest(first: bytes, source: IO[bytes]) -> Iterator[bytes]:
    while first:
        yield first
        first = _some(source)


class _Lines:
    """One JSON object a line."""

    def __init__(self) -> None:
        self._left = b""
        self._count = 0

    def feed(self, data: bytes) -> list[Json]:
        *lines, self._left = (self._left + data).split(b"\n")
        return [self._event(line) for line in lines if line.strip(b"\xef\xbb\xbf \r\t")]

    def close(self) -> list[Json]:
        return [self._event(self._left)] if self._left.strip() else []

    def _event(self, line: bytes) -> Json:
        self._count += 1
        return parsed(line.removeprefix(b"\xef\xbb\xbf"), self._count - 1)
