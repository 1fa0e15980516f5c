"""One HTTP exchange between a client and an upstream, without I/O: request, answer or stream, errors, memory.

    exchange = Exchange(client="responses", upstream="vtrix")
    exchange.begin(body)                    the client's request: read and checked
    found = memory.recall(exchange.keys)    what is to be looked up, if there is a memory
    body = exchange.request(found)          the upstream's request
    reply = exchange.answer(status, body)   or exchange.stream(), fed with bytes
    memory.remember(exchange.entries())     what is to be kept

The transports and the gateway are thin loops around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from respeak import profiles
from respeak.crossing.errors import body, error_type
from respeak.entry import check, ends, read
from respeak.errors import InvalidPayload, StreamBroken, TranslationError
from respeak.loss import Ledger
from respeak.memory import history, turns
from respeak.options import DEFAULT, Options
from respeak.plan import Job, Json
from respeak.reply import Reply, as_served, bad_gateway, refusal, status_of
from respeak.route import request_plans, run_request
from respeak.sse import DONE, SseDecoder, encode
from respeak.stream import StreamTranslator, answer_of, stream_of
from respeak.translate import Translation, answered, translate_error
from respeak.wire import dumps, loads

PATHS = {"responses": "/responses", "chat": "/chat/completions"}
"""Where an API of either family takes requests, behind its base URL."""

SHOWN = 2000
"""So many characters of an upstream's answer that is no JSON are told to the client."""


class Exchange:
    """One request of a client (its dialect) and the upstream's answer (another).

    tolerate   the worst loss that goes through in requests; answers always go through
    scope      whom memory belongs to (`memory.marks.scope_of`); None remembers nothing
    clock      gives seconds since 1970, for `completed_at`; None where that is nobody's business
    """

    def __init__(
        self,
        *,
        client: str,
        upstream: str,
        tolerate: str = "breaking",
        options: Options | None = None,
        scope: str | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.client, self.upstream = ends(client, upstream, tolerate, "request")
        self.options = options or DEFAULT
        self.losses = Ledger()
        self.hits = 0
        self.asked: Json = {}
        self._tolerate = tolerate
        self._scope = scope
        self._clock = clock
        self._resolved: Json = {}
        self._sent: Json = {}
        self._turns: Mapping[int, tuple[str, str]] = {}
        self._entries: dict[str, bytes] = {}

    @property
    def path(self) -> str:
        """Where the upstream takes the request, behind its base URL."""
        return PATHS[self.upstream.family]

    @property
    def streaming(self) -> bool:
        """True when the client asked for a stream."""
        return self.asked.get("stream") is True

    # The request --------------------------------------------------------------------------------------------------

    def begin(self, payload: Any) -> None:
        """Read the client's request. Raises InvalidPayload."""
        self.asked = self._resolved = read(payload)
        check(self.asked, self.client, "request")
        if self._remembers("chat") and self._scope is not None:
            self._turns = turns.wanted(self.asked, self._scope)

    @property
    def keys(self) -> list[str]:
        """The keys of what memory may hold for this request."""
        if self._scope is None or not self.asked:
            return []
        if self._remembers("responses"):
            return history.wanted(self.asked, self._scope)
        return [key for key, _ in self._turns.values()]

    def request(self, found: Mapping[str, bytes] | None = None) -> Json:
        """The upstream's request, with what was found in memory. Raises TranslationError."""
        found = found or {}
        if found and self._remembers("responses") and self._scope is not None:
            self._resolved = history.resolved(self.asked, found, self._scope)
        if self.client is self.upstream:
            self._sent = {**self._resolved, **({"model": self.options.model} if self.options.model else {})}
            return self._sent
        plans = request_plans(self.client.name, self.upstream.name)
        job = Job(plans, self.client, self.upstream, self.options)
        job.places = {}
        out = run_request(self._resolved, job)
        if job.ledger.bars(self._tolerate):
            raise TranslationError(job.ledger, job.ledger.decisive(self._tolerate))
        self.losses.extend(job.ledger)
        if self._remembers("chat"):
            out["input"], self.hits = turns.restored(out.get("input"), job.places, self._turns, found)
            turns.ask_for_reasoning(out)
        self._sent = out
        return out

    def _remembers(self, client: str) -> bool:
        """True when memory serves a client of this family: it can carry less than its upstream, or the reverse."""
        crossing = self.client.family != self.upstream.family
        return self._scope is not None and crossing and self.client.family == client

    # The answer ---------------------------------------------------------------------------------------------------

    def answer(self, status: int, data: bytes) -> Reply:
        """The client's answer for a whole one of the upstream, error bodies included; never raises."""
        try:
            payload = loads(data)
        except (ValueError, RecursionError):
            payload = None
        if not isinstance(payload, dict):
            return self._unreadable(status, data)
        if status >= 400:
            return self._error(payload, status, data)
        return self._whole(payload)

    def gathered(self, data: bytes) -> Reply:
        """The client's whole answer for an upstream that streams although nobody asked it to."""
        decoder = SseDecoder()
        try:
            events = decoder.feed(data) + decoder.close()
        except StreamBroken as error:
            return bad_gateway(f"The upstream's stream cannot be read: {error}.")
        failed = next((event for event in events if event.get("error") and "response" not in event), None)
        if failed is not None:
            return self._error({"error": failed["error"]}, status_of(failed["error"]), data)
        try:
            answer = answer_of(events, dialect=self.upstream.name)
        except InvalidPayload as error:
            return bad_gateway(f"The upstream's stream cannot be read: {error}.")
        return self._whole(answer)

    def _whole(self, payload: Json) -> Reply:
        try:
            said = answered(payload, self.upstream, self.client, self.asked, "breaking", self.options)
            self._serve(said.payload)
            reply = Reply(said.status or 200, said.payload, dumps(said.payload))
            self._note(said, payload)
        except InvalidPayload as error:
            return bad_gateway(f"The upstream's answer is malformed: {error}.")
        except TranslationError as error:
            self.losses.extend(error.losses)
            return refusal(error, 502)
        return reply

    def _serve(self, response: Any) -> None:
        """What the live service adds to each Response, where this side made it."""
        made = self.client.family == "responses" and self.upstream.family == "chat"
        if made and isinstance(response, dict) and "status" in response:
            as_served(response, self.asked, self._scope is not None, self._clock() if self._clock else None)

    def _note(self, said: Translation, payload: Json) -> None:
        self.losses.extend(said.losses)
        if said.status is None:
            self._keep(payload, said.payload)

    def _error(self, payload: Json, status: int, data: bytes) -> Reply:
        names = {"source": self.upstream.name, "target": self.client.name}
        try:
            said = translate_error(payload, **names, status=status, request=self.asked)
            reply = Reply(status, said.payload, dumps(said.payload))
        except InvalidPayload:
            return self._unreadable(status, data)
        self.losses.extend(said.losses)
        return reply

    def _unreadable(self, status: int, data: bytes) -> Reply:
        """An answer that is no JSON object: pages of proxies, empty bodies."""
        text = data[:SHOWN].decode("utf-8", "replace").strip() or "an empty body"
        if status < 400:
            return bad_gateway(f"The upstream's answer is no JSON object: {text}")
        return Reply(status, body(f"The upstream answered {status}: {text}", error_type(status)))

    def as_stream(self, reply: Reply) -> Iterator[bytes]:
        """A whole answer as the stream that the client asked for."""
        for event in stream_of(reply.body, dialect=self.client.name):
            if event.get("usage") is None or "type" in event or self._counted():
                yield encode(event)
        if self.client.family == "chat":
            yield DONE

    def _counted(self) -> bool:
        return bool((self.asked.get("stream_options") or {}).get("include_usage"))

    def stream(self) -> ExchangeStream:
        """The client's stream for one of the upstream."""
        return ExchangeStream(self)

    # Memory -------------------------------------------------------------------------------------------------------

    def entries(self) -> dict[str, bytes]:
        """What is to be remembered of the answer that was given."""
        return self._entries

    def _keep(self, payload: Json, said: Json) -> None:
        """Note what neither side can carry to the next request."""
        if self._scope is None:
            return
        if self._remembers("chat"):
            message = said["choices"][0]["message"]
            stored = bool(self._sent.get("store"))
            self._entries = turns.entries(self.asked, message, payload.get("output") or [], stored, self._scope)
        elif self._remembers("responses"):
            self._entries = history.entries(self.asked, self._resolved, said, self._scope)


class ExchangeStream:
    """The client's stream: bytes of the upstream in, bytes for the client out.

    `refusal` is set when the very first event is an error: nothing was said yet, so it can be an HTTP error; `late`
    is the same error as a frame, for a client that was told 200 already.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.refusal: Reply | None = None
        self.late = b""
        self.ended = False
        self._exchange = exchange
        self._decoder = SseDecoder()
        self._begun = False
        self._failed = False
        self._translator = StreamTranslator(
            source=exchange.upstream.name,
            target=exchange.client.name,
            request=exchange.asked,
            options=exchange.options,
        )

    def feed(self, data: bytes) -> bytes:
        """What the client gets for some bytes of the upstream."""
        if self.ended:
            return b""
        try:
            said = [event for found in self._decoder.feed(data) for event in self._translator.feed(found)]
        except (InvalidPayload, StreamBroken) as error:
            return self.close(f"The upstream's stream cannot be read: {error}")
        out = self._said(said)
        if self.ended:
            self._exchange.losses.extend(self._translator.losses)
        return out + self.close() if self._decoder.done else out

    def close(self, why: str | None = None) -> bytes:
        """The end: `why` says what broke, if the upstream did not end by itself. Closing twice gives nothing."""
        if self.ended:
            return b""
        self.ended = True
        said: list[Json] = []
        try:
            said = [event for found in self._decoder.close() for event in self._translator.feed(found)]
        except (InvalidPayload, StreamBroken) as error:
            why = why or f"The upstream's stream cannot be read: {error}"
        out = self._said(said + self._translator.close(why))
        exchange = self._exchange
        exchange.losses.extend(self._translator.losses)
        if self._translator.finished is not None and not self._failed:
            exchange._serve(self._translator.finished[1])
            exchange._keep(*self._translator.finished)
        if exchange.client.family == "chat" and not self._failed:
            out += DONE
        return out

    def _said(self, events: list[Json]) -> bytes:
        """Events as bytes, unless the first of all is an error."""
        if not events:
            return b""
        error = _error_of(events[0])
        if error is not None and not self._begun:
            self.ended = self._failed = True
            self.refusal = Reply(status_of(error), {"error": _full(error)})
            self.late = encode(events[0])
            return b""
        self._begun = True
        for event in events:
            self._exchange._serve(event.get("response"))
        self._failed = self._failed or any(_failed(event) for event in events)
        try:
            return b"".join(map(encode, events))
        except InvalidPayload as unwritable:
            return self._broken(f"The upstream's stream is malformed: {unwritable}.")

    def _broken(self, message: str) -> bytes:
        """The end of a stream whose events cannot be written."""
        self.ended = self._failed = True
        said = {"message": message, "type": "server_error", "param": None, "code": "upstream_error"}
        return encode({"error": said} if self._exchange.client.family == "chat" else {**said, "type": "error"})


def _error_of(event: Json) -> Json | None:
    """The error that an event or frame says outside of any answer."""
    if event.get("type") == "error" or (event.get("error") and "type" not in event):
        nested = event.get("error")
        return nested if isinstance(nested, dict) else event
    return None


def _failed(event: Json) -> bool:
    return _error_of(event) is not None or event.get("type") == "response.failed"


def _full(error: Json) -> Json:
    status = status_of(error)
    said = {"message": error.get("message"), "type": error.get("type"), "param": None, "code": None, **error}
    return {**said, "type": said["type"] if said["type"] not in (None, "error") else error_type(status)}


def family_of(path: str) -> str | None:
    """The family whose requests a URL path takes, None for any other path."""
    clean = path.rstrip("/")
    return next((family for family, end in PATHS.items() if clean.endswith(end)), None)


def base_of(path: str) -> str:
    """A URL path without the endpoint of its family."""
    clean = path.rstrip("/")
    return next((clean.removesuffix(end) for end in PATHS.values() if clean.endswith(end)), clean)


def is_stream(content_type: str) -> bool:
    """True for the media type of server-sent events."""
    return content_type.split(";")[0].strip().lower() == "text/event-stream"


def source_only(name: str) -> bool:
    """True for a dialect that clients may speak and no upstream does."""
    return profiles.get(name).source_only
