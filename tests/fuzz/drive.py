"""What every input goes through, and what is demanded of it: no exception but the documented ones, honest output.

`RespeakError` and its subclasses are documented; anything else is a finding. What comes out can be written as JSON,
its losses can be read, and neither the header of losses nor a frame of a stream has a line that the payload made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import respeak
from respeak import RespeakError, StreamTranslator
from respeak.exchange import Exchange
from respeak.exchange_stream import ExchangeStream
from respeak.loss import Ledger, summarize
from respeak.profiles import dialects
from respeak.reply import loss_header
from respeak.sse import SseDecoder, encode
from respeak.wire import dumps

Json = dict[str, Any]

DIALECTS = {dialect.name: dialect for dialect in dialects()}
TARGETS = tuple(name for name, dialect in DIALECTS.items() if not dialect.source_only)
KINDS = ("request", "response", "error", "event")


def translate(kind: str, payload: Any, source: str, target: str, request: Any = None) -> str:
    """Say a payload and look at what came out; one word for what happened."""
    route = {"source": source, "target": target}
    try:
        if kind == "request":
            said = respeak.translate_request(payload, **route, tolerate="breaking")
        elif kind == "response":
            said = respeak.translate_response(payload, **route, request=request)
        elif kind == "error":
            said = respeak.translate_error(payload, **route, status=400, request=request)
        else:
            stream([payload], source, target, request)
            return "streamed"
    except RespeakError as error:
        told(error)
        return type(error).__name__
    honest(said.payload, said.losses)
    return "said"


def stream(events: Iterable[Any], source: str, target: str, request: Any = None) -> None:
    """Feed events one by one, whatever some of them are; end it; look at what came out."""
    translator = StreamTranslator(source=source, target=target, request=request)
    out: list[Json] = []
    for event in events:
        try:
            out += translator.feed(event)
        except RespeakError as error:
            told(error)
    out += translator.close()
    assert translator.close() == []
    for event in out:
        framed(event)
    honest({}, translator.losses)


def gathered(events: list[Any], dialect: str) -> None:
    """Assemble events, and take the answer apart again."""
    try:
        answer = respeak.answer_of(events, dialect=dialect)
        for event in respeak.stream_of(answer, dialect=dialect):
            framed(event)
    except RespeakError as error:
        told(error)


def bytes_of_stream(data: bytes, cuts: Iterable[int], source: str, target: str) -> None:
    """Bytes in pieces, decoded, translated, written; the pieces must not matter."""
    whole = _decoded([data])
    pieces, last = [], 0
    for cut in sorted(cuts):
        pieces.append(data[last:cut])
        last = max(last, cut)
    assert _decoded([*pieces, data[last:]]) == whole
    events, _ = whole
    stream(events, source, target)
    gathered(events, source)


def _decoded(pieces: list[bytes]) -> tuple[list[Json], str]:
    """The events and the name of the error that ended them; of broken bytes only the error can be compared."""
    decoder = SseDecoder(limit=1 << 20)
    events: list[Json] = []
    try:
        for piece in pieces:
            events += decoder.feed(piece)
        events += decoder.close()
    except RespeakError as error:
        return [], type(error).__name__
    return events, ""


def exchange(asked: Any, status: int, data: bytes, client: str, upstream: str) -> None:
    """A whole exchange as the gateway has it: an answer that is anything at all gives the client a reply."""
    found = Exchange(client=client, upstream=upstream)
    try:
        found.begin(asked)
        dumps(found.request())
    except RespeakError as error:
        told(error)
        return
    json.loads(found.answer(status, data).encoded())
    json.loads(found.gathered(data).encoded())
    flow = ExchangeStream(found)
    out = flow.feed(data) + flow.close()
    assert isinstance(out, bytes)
    header(found.losses)


def honest(payload: Any, losses: Ledger) -> None:
    """The payload can be written and read again; the losses can be told."""
    json.loads(dumps(payload))
    for loss in losses[:1000]:
        str(loss)
        json.dumps(loss.as_dict())
        assert loss.path == "" or loss.path.startswith("/")
    header(losses)


def header(losses: Ledger) -> None:
    """The header that tells losses is one line of ASCII, whatever the keys of the payload were."""
    line = loss_header(losses)
    assert losses.summary() == summarize(losses)
    assert line.isascii() and line.isprintable(), line
    assert len(line) <= 1000


def framed(event: Json) -> None:
    """One event is one frame: a payload cannot begin a line of its own."""
    lines = encode(event).split(b"\n")
    assert lines[-2:] == [b"", b""] and len(lines) <= 4, lines
    assert b"\r" not in encode(event)
    json.loads(lines[-3].removeprefix(b"data: "))


def told(error: RespeakError) -> None:
    """An error can be printed and says something."""
    text = str(error)
    assert text
    text.encode()
