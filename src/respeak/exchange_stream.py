"""The stream of an exchange, without I/O: bytes of the upstream in, bytes for the client out."""

from __future__ import annotations

from collections.abc import Callable

from respeak.crossing.broken import event_error
from respeak.crossing.errors import error_type, status_of, words_of
from respeak.errors import InvalidPayload, StreamBroken
from respeak.exchange import SSE_FIELDS, UNREADABLE, Exchange
from respeak.plan import Json
from respeak.reply import Reply, bad_gateway
from respeak.sse import DONE, SseDecoder, encode
from respeak.stream import StreamTranslator
from respeak.streams.settle import CUT_MESSAGE
from respeak.streams.up_errors import event_fields
from respeak.wire import dumps

UNREAD = 1024 * 1024
"""So many bytes are kept of what came before the first event: it may be no stream at all."""


class ExchangeStream:
    """The client's stream: bytes of the upstream in, bytes for the client out.

    `refusal` is set when the very first event is an error: nothing was said yet, so it can be an HTTP error;
    `late_error` makes a frame of it, for a client that was told 200 already.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.refusal: Reply | None = None
        self.ended = False
        self._exchange = exchange
        self._decoder = SseDecoder()
        self._begun = False
        self._failed = False
        self._kept = False
        self._nameless = False
        self._unread: bytes | None = b""
        self._translator = StreamTranslator(
            source=exchange.upstream.name,
            target=exchange.client.name,
            request=exchange.asked,
            options=exchange.options,
        )
        self._translator.sent = exchange.sent

    @property
    def heard(self) -> bool:
        """True when the upstream has sent an event, even one that the client gets nothing of."""
        return self._unread is None

    @property
    def failed(self) -> bool:
        """True when the client was told an error, in whatever form."""
        return self._failed

    def leave(self) -> None:
        """The client reads no further: what was lost up to here is all that there is."""
        if not self.ended:
            self.ended = True
            self._exchange.losses.extend(self._translator.losses)

    def feed(self, data: bytes) -> bytes:
        """What the client gets for some bytes of the upstream."""
        if self.ended:
            return b""
        found, why = _read(self._decoder.feed, data)
        said, why = self._translated(found, why)
        if self._unread is not None:
            self._unread = (self._unread + data)[:UNREAD]
        out = self._said(said)
        if self.ended:
            self._exchange.losses.extend(self._translator.losses)
        self._keep()
        return out + self.close(why) if self._decoder.done or why is not None else out

    def close(self, why: str | None = None) -> bytes:
        """The end: `why` says what broke, if the upstream did not end by itself. Closing twice gives nothing."""
        if self.ended:
            return b""
        self.ended = True
        if self._exchange.resumes and not self._begun and self._unread == b"" and why is None:
            return b""  # the client had everything
        found, broken = _read(self._decoder.close) if why is None else ([], None)
        said, broken = self._translated(found, broken)
        why = why or broken
        if self._unread and why is None and not self._unread.lstrip().startswith(SSE_FIELDS):
            return self._no_stream(self._unread)
        end = self._translator.close(why)
        if end and not (self._begun or said) and _error_of(end[0]) is not None:  # the upstream said nothing
            self._failed, self.refusal, end = True, bad_gateway(why or CUT_MESSAGE), []
        out = self._said(said + end)
        self._exchange.losses.extend(self._translator.losses)
        self._keep()
        return out + DONE if self._exchange.client.family == "chat" and not self._failed else out

    def _translated(self, found: list[Json], why: str | None) -> tuple[list[Json], str | None]:
        """What the client gets for events, and why it gets no more, if one of them cannot be read."""
        if found:
            self._unread = None
        if not self._begun:  # the first id is the answer's
            self._nameless = any("choices" in one and not one.get("id") for one in found)
        if not self._begun or self._nameless:
            found = [self._exchange.named(one) for one in found]
        said: list[Json] = []
        for one in found:
            try:
                said += self._translator.feed(one)
            except InvalidPayload as error:
                return said, UNREADABLE.format(error)
        return said, why

    def _keep(self) -> None:
        """Tell the exchange of the finished answer as soon as there is one: its end is not sent yet."""
        finished = self._translator.finished
        if finished is None or self._kept or self._failed:
            return
        self._kept = True
        self._exchange.serve(finished[1])
        self._exchange.keep(*finished)

    def _no_stream(self, data: bytes) -> bytes:
        """What came under the name of a stream was no event: a whole answer, an error body, a page."""
        reply = self._exchange.answer(200, data)
        streamed = self._exchange.as_stream(reply) if reply.status == 200 else reply
        if not isinstance(streamed, Reply):
            return b"".join(streamed)
        self._failed = True
        self.refusal = streamed
        return b""

    def _said(self, events: list[Json]) -> bytes:
        """Events as bytes, unless the first of all is an error."""
        if not events:
            return b""
        error = _error_of(events[0])
        if error is not None and not self._begun:
            self.ended = self._failed = True
            self.refusal = Reply(status_of(error), {"error": _full(error)})
            return b""
        self._begun = True
        for event in events:
            self._exchange.serve(event.get("response"))
        self._failed = self._failed or any(_failed(event) for event in events)
        try:
            return b"".join(map(encode, events))
        except InvalidPayload as unwritable:
            return self._broken(f"The upstream's stream is malformed: {unwritable}.")

    def _broken(self, message: str) -> bytes:
        """The end of a stream whose events cannot be written."""
        self.ended = self._failed = True
        return self._frame({"message": message, "type": "server_error", "param": None, "code": "upstream_error"})

    def _frame(self, error: Json) -> bytes:
        """An error as the last event of the client's family."""
        return encode({"error": error} if self._exchange.client.family == "chat" else {**error, "type": "error"})


def late_error(reply: Reply, family: str) -> bytes:
    """An error as the only frame of a stream of this family, for a client that was told 200 already."""
    error = reply.body.get("error")
    full = _full(error if isinstance(error, dict) else {"message": str(error)})
    flat = {"type": "error", "sequence_number": 0, **event_fields(full)}
    return encode({"error": full} if family == "chat" else flat)


def _error_of(event: Json) -> Json | None:
    """The error that an event or frame says outside of any answer."""
    if event.get("type") == "error" or (event.get("error") and "type" not in event):
        return event_error(event)
    return None


def _failed(event: Json) -> bool:
    return _error_of(event) is not None or event.get("type") == "response.failed"


def _full(error: Json) -> Json:
    status = status_of(error)
    words = words_of(error)
    message = words if words is None or isinstance(words, str) else dumps(words).decode()
    said = {"message": None, "type": error.get("type"), "param": None, "code": None, **error} | {"message": message}
    return {**said, "type": said["type"] if said["type"] not in (None, "error") else error_type(status)}


def _read(decode: Callable[..., list[Json]], *data: bytes) -> tuple[list[Json], str | None]:
    """The events that are whole, and why there are no more, if the bytes are no events."""
    try:
        return decode(*data), None
    except StreamBroken as broken:
        return broken.before, UNREADABLE.format(broken)
