"""Transports for httpx, so that the official SDK speaks to an upstream of another dialect.

    client = openai.OpenAI(
        base_url="https://api.vtrix.example/v1",
        http_client=httpx.Client(transport=TranslatingTransport(client="responses", upstream="vtrix")),
    )
    client.responses.create(model="gpt-5.3-codex", input="Hello")

Requests to the endpoint of the client's family are translated, everything else passes untouched. Streams pass event
by event. A request that cannot be said never leaves: the SDK gets the 400 that a server would send.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypedDict, Unpack

try:
    import anyio.to_thread
    import httpx
except ModuleNotFoundError as error:
    message = f"the transports need httpx: pip install httpx, or 'respeak[gateway]' ({error})"
    raise ModuleNotFoundError(message, name=error.name) from None

from respeak.errors import InvalidPayload, TranslationError
from respeak.exchange import Exchange, base_of, family_of, is_stream
from respeak.exchange_stream import ExchangeStream
from respeak.loss import Loss
from respeak.memory.marks import credential_of, scope_of
from respeak.memory.store import Memory
from respeak.options import Options
from respeak.reply import Reply, forgotten, loss_header, refusal
from respeak.wire import dumps

LOG = logging.getLogger("respeak")

OnLoss = Callable[[list[Loss]], None]

LOSSES = "respeak-losses"
"""The response header that tells what was lost of request and answer, if that is known before the body."""

OURS = ("content-length", "content-encoding", "content-type", "transfer-encoding", "connection")
"""Headers of an answer that are the translated body's own."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What both transports are told.

    client, upstream   dialects
    base_url           where the upstream's API is, such as `https://api.vtrix.example/v1`; None where the client's
                       own requests go. With it, everything goes there
    tolerate           the worst loss that a request may suffer
    on_loss            called with the losses of each exchange, when its answer is over
    memory             keeps what a client or an upstream cannot carry; entries belong to who sent the request, by its
                       Authorization or `api-key` header. What goes wrong with it is logged, and answers go on
    """

    client: str
    upstream: str
    base_url: str | None = None
    tolerate: str = "breaking"
    options: Options | None = None
    on_loss: OnLoss | None = None
    memory: Memory | None = None

    def __post_init__(self) -> None:
        """Raises UnknownDialect and ValueError at once, not with the first request."""
        Exchange(client=self.client, upstream=self.upstream, tolerate=self.tolerate)

    def exchange(self, request: httpx.Request) -> Exchange | None:
        """The exchange of a request that is to be translated, None for any other."""
        scope = scope_of(credential_of(request.headers)) if self.memory is not None else None
        exchange = Exchange(
            client=self.client,
            upstream=self.upstream,
            tolerate=self.tolerate,
            options=self.options,
            scope=scope,
            origin=self.base_url or str(request.url.copy_with(path="/", query=None)),
            clock=time.time,
            unique=secrets.token_hex(8),
        )
        ours = request.method == "POST" and family_of(request.url.path) == exchange.client.family
        return exchange if ours else None

    def outgoing(self, request: httpx.Request, exchange: Exchange | None, body: bytes | None) -> httpx.Request:
        """The upstream's request: its own body and path, the client's headers and timeouts."""
        url = self._url(request.url, exchange)
        host = [] if url.netloc == request.url.netloc else [(b"host", url.netloc)]
        dropped = (*(REPLACED if body is not None else ()), *(key for key, _ in host))
        kept = host + [(key, value) for key, value in request.headers.raw if key.lower() not in dropped]
        if body is None:
            return httpx.Request(
                request.method, url, headers=kept, stream=request.stream, extensions=request.extensions
            )
        kept.append((b"content-type", b"application/json"))
        return httpx.Request(request.method, url, headers=kept, content=body, extensions=request.extensions)

    def _url(self, url: httpx.URL, exchange: Exchange | None) -> httpx.URL:
        path = url.path if exchange is None else base_of(url.path) + exchange.path
        if self.base_url is None:
            return url.copy_with(path=path)
        base = httpx.URL(self.base_url)
        _, version, rest = path.rpartition("/v1/")  # whatever stands before it is the base of the client's own
        tail = exchange.path if exchange is not None else f"/{rest}" if version else path
        return base.copy_with(path=base.path.rstrip("/") + tail, params=base.params.merge(url.params))


class More(TypedDict, total=False):
    """The arguments of both transports that have a default; `Settings` says what they mean."""

    base_url: str | None
    tolerate: str
    options: Options | None
    on_loss: OnLoss | None
    memory: Memory | None


REPLACED = (b"content-length", b"content-type", b"transfer-encoding")
"""Headers of a request that its new body brings itself."""

Step: TypeAlias = tuple[Any, str, tuple[Any, ...]]
"""Something that has to wait for the world: an object, the name of the method, its arguments."""

ASYNC = {
    "read": "aread",
    "close": "aclose",
    "handle_request": "handle_async_request",
    "next_piece": "anext_piece",
}
"""What a method is called that waits without blocking; any other is called in a thread."""


def _conversation(settings: Settings, inner: Any, request: httpx.Request) -> Generator[Step, Any, httpx.Response]:
    """One request and its answer; each step is done by the transport, sync or async."""
    exchange = settings.exchange(request)
    if exchange is None:
        response: httpx.Response = yield inner, "handle_request", (settings.outgoing(request, None, None),)
        return response
    memory = settings.memory
    try:
        exchange.begin((yield request, "read", ()))
        found = (yield from _recalled(memory, exchange.keys)) if memory is not None and exchange.keys else {}
        if found is None and exchange.depends:
            return _reply(forgotten(), exchange)
        body = dumps(exchange.request(found))
    except (InvalidPayload, TranslationError) as error:
        return _reply(refusal(error), exchange)
    response = yield inner, "handle_request", (settings.outgoing(request, exchange, body),)
    streamed = response.is_success and is_stream(response.headers.get("content-type", ""))
    if streamed and exchange.streaming:
        return (yield from _streamed(settings, exchange, response))
    try:
        data = yield response, "read", ()
    finally:
        yield response, "close", ()
    reply = exchange.gathered(data) if streamed else exchange.answer(response.status_code, data)
    yield from _over(settings, exchange)
    if exchange.streaming and reply.status == 200:
        pieces = exchange.as_stream(reply)
        if isinstance(pieces, Reply):
            return _reply(pieces, exchange, response)
        return _made(200, _headers(response, exchange, stream=True), b"".join(pieces))
    return _reply(reply, exchange, response)


def _streamed(settings: Settings, exchange: Exchange, response: httpx.Response) -> Generator[Step, Any, httpx.Response]:
    """A stream, once its first event is known: an error before any answer is an HTTP error."""
    stream = _Stream(settings, exchange, response)
    try:
        while not stream.first and not stream.translated.ended:
            stream.take((yield stream, "next_piece", ()))
    except BaseException:
        yield response, "close", ()
        raise
    refused = stream.translated.refusal
    if refused is not None:
        yield response, "close", ()
        yield from _over(settings, exchange)
        return _reply(refused, exchange, response)
    yield from stream.tell()
    return httpx.Response(200, headers=_headers(response, exchange, stream=True), stream=stream)


def _recalled(memory: Memory, keys: list[str]) -> Generator[Step, Any, Mapping[str, bytes] | None]:
    """What memory holds; None, if it is gone."""
    try:
        found: Mapping[str, bytes] = yield memory, "recall", (keys,)
    except Exception:
        LOG.warning("memory cannot be asked; the request goes without it", exc_info=True)
        return None
    return found


def _remember(settings: Settings, exchange: Exchange) -> Generator[Step, Any, None]:
    """Keep what is to be kept, before the client gets the end of the answer."""
    entries = exchange.entries()
    if settings.memory is None or not entries:
        return
    try:
        yield settings.memory, "remember", (entries,)
    except Exception:
        LOG.warning("memory keeps nothing of an answer", exc_info=True)


def _over(settings: Settings, exchange: Exchange) -> Generator[Step, Any, None]:
    """The answer is over: remember it and tell its losses."""
    yield from _remember(settings, exchange)
    _tell(settings, exchange)


def _tell(settings: Settings, exchange: Exchange) -> None:
    if settings.on_loss is not None and exchange.losses:
        settings.on_loss(list(exchange.losses))


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The client's stream, made of the upstream's as it is read."""

    def __init__(self, settings: Settings, exchange: Exchange, response: httpx.Response) -> None:
        self.translated = ExchangeStream(exchange)
        self.first = b""
        self._settings = settings
        self._exchange = exchange
        self._response = response
        self._pieces: Any = None
        self._told = False

    def take(self, piece: bytes | None) -> None:
        """The first piece, or the end."""
        self.first = self.translated.close() if piece is None else self.translated.feed(piece)

    def next_piece(self) -> bytes | None:
        self._pieces = self._pieces or self._response.iter_bytes()
        return next(self._pieces, None)

    async def anext_piece(self) -> bytes | None:
        self._pieces = self._pieces or self._response.aiter_bytes()
        return await anext(self._pieces, None)

    def _fed(self, piece: bytes) -> Generator[Step, Any, bytes]:
        """What the client gets for a piece, once what has to be is remembered."""
        data = self.translated.feed(piece)
        yield from self.tell()
        return data

    def tell(self) -> Generator[Step, Any, None]:
        """Remember what is known, and tell the losses once nothing can follow: many clients read no further."""
        if self.translated.ended and not self._told:
            self._told = True
            yield from _over(self._settings, self._exchange)
        else:
            yield from _remember(self._settings, self._exchange)

    def _end(self, error: Exception | None) -> Generator[Step, Any, bytes]:
        """The last bytes; `error` is what broke the connection."""
        why = (
            None if error is None else f"The upstream's stream broke: {str(error).rstrip('.') or type(error).__name__}."
        )
        data = self.translated.close(why)
        yield from self.tell()
        return data

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
        error = None
        try:
            while not self.translated.ended and (piece := self.next_piece()) is not None:
                yield _drive(self._fed(piece))
        except httpx.HTTPError as broken:
            error = broken
        yield _drive(self._end(error))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.first
        error = None
        try:
            while not self.translated.ended and (piece := await self.anext_piece()) is not None:
                yield await _adrive(self._fed(piece))
        except httpx.HTTPError as broken:
            error = broken
        yield await _adrive(self._end(error))

    def close(self) -> None:
        self._response.close()
        self._left()

    async def aclose(self) -> None:
        await self._response.aclose()
        self._left()

    def _left(self) -> None:
        """Tell the losses, if the client read only so far: many stop at the last word, before the end."""
        self.translated.leave()
        if not self._told:
            self._told = True
            _tell(self._settings, self._exchange)


def _drive(talk: Generator[Step, Any, Any]) -> Any:
    """Do each step, waiting."""
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            on, name, arguments = talk.send(value) if error is None else talk.throw(error)
        except StopIteration as done:
            return done.value
        value, error = None, None
        try:
            value = getattr(on, name)(*arguments)
        except BaseException as broken:  # whatever ends it, the talk lets go of what it holds
            error = broken


async def _adrive(talk: Generator[Step, Any, Any]) -> Any:
    """Do each step without blocking; what knows no such way is done in a thread."""
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            on, name, arguments = talk.send(value) if error is None else talk.throw(error)
        except StopIteration as done:
            return done.value
        value, error = None, None
        try:
            if name in ASYNC:
                value = await getattr(on, ASYNC[name])(*arguments)
            else:
                value = await anyio.to_thread.run_sync(getattr(on, name), *arguments)
        except BaseException as broken:  # a client that goes away, above all
            error = broken


def _reply(reply: Reply, exchange: Exchange, response: httpx.Response | None = None) -> httpx.Response:
    """A whole answer as httpx has it."""
    return _made(reply.status, _headers(response, exchange, stream=False), reply.encoded())


def _made(status: int, headers: list[tuple[str, str]], data: bytes) -> httpx.Response:
    """An answer that is still to be read: httpx measures the time until that is done."""
    sized = [*headers, ("content-length", str(len(data)))]
    return httpx.Response(status, headers=sized, stream=httpx.ByteStream(data))


def _headers(response: httpx.Response | None, exchange: Exchange, *, stream: bool) -> list[tuple[str, str]]:
    """The upstream's headers (limits, request ids, Retry-After) around a body of our own."""
    given = response.headers.multi_items() if response is not None else []
    kept = [(key, value) for key, value in given if key.lower() not in OURS]
    kept.append(("content-type", "text/event-stream; charset=utf-8" if stream else "application/json"))
    told = loss_header(exchange.losses)
    return [*kept, (LOSSES, told)] if told else kept


class TranslatingTransport(httpx.BaseTransport):
    """A transport for `httpx.Client`; `inner` does the network. See `Settings` for the other arguments."""

    def __init__(
        self, *, client: str, upstream: str, inner: httpx.BaseTransport | None = None, **more: Unpack[More]
    ) -> None:
        self._settings = Settings(client, upstream, **more)
        self._inner = inner or httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The client's answer to one request."""
        response: httpx.Response = _drive(_conversation(self._settings, self._inner, request))
        return response

    def close(self) -> None:
        """Close the connections to the upstream."""
        self._inner.close()


class AsyncTranslatingTransport(httpx.AsyncBaseTransport):
    """A transport for `httpx.AsyncClient`; `inner` does the network. See `Settings` for the other arguments."""

    def __init__(
        self, *, client: str, upstream: str, inner: httpx.AsyncBaseTransport | None = None, **more: Unpack[More]
    ) -> None:
        self._settings = Settings(client, upstream, **more)
        self._inner = inner or httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The client's answer to one request."""
        response: httpx.Response = await _adrive(_conversation(self._settings, self._inner, request))
        return response

    async def aclose(self) -> None:
        """Close the connections to the upstream."""
        await self._inner.aclose()
