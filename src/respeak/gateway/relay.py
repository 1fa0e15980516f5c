"""One request of a client over HTTP: to its upstream and back, with memory, limits and an honest end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import anyio.to_thread
import httpx
from starlette.requests import Request
from starlette.responses import Response

from respeak.crossing.errors import body, error_type
from respeak.errors import InvalidPayload, TranslationError
from respeak.exchange import Exchange, ExchangeStream, is_stream
from respeak.gate import finding
from respeak.gateway.config import Config, Upstream
from respeak.gateway.replies import StreamReply, whole
from respeak.gateway.watch import Watch
from respeak.memory.marks import scope_of
from respeak.memory.store import LocalMemory, Memory
from respeak.options import Options
from respeak.reply import Reply, loss_header, refusal
from respeak.wire import dumps, loads

LOSSES = "respeak-losses"

PASSED_ON = ("accept-language", "openai-organization", "openai-project", "idempotency-key", "traceparent", "tracestate")
"""Headers of the client that its upstream gets, beside the key."""

PASSED_BACK = ("retry-after", "retry-after-ms", "x-request-id", "openai-processing-ms", "openai-version")
LIMITS = ("x-ratelimit-", "ratelimit")
"""Headers of the upstream that the client gets: those named, and those that begin so."""

HELD = 128 * 1024
"""Bytes that the system may hold for a connection in either direction: a slow reader slows its upstream down."""

GONE = 499
"""The status in the log when the client went away."""


class TooLarge(Exception):
    """The request has more bytes than the gateway takes."""


class Relay:
    """Sends exchanges to upstreams; one connection pool for all of them."""

    def __init__(self, config: Config, memory: Memory | None, watch: Watch, transport: Any = None) -> None:
        self.config = config
        self.watch = watch
        self.memory = memory
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=256)
        held = [(socket.SOL_SOCKET, socket.SO_RCVBUF, HELD)]
        transport = transport or httpx.AsyncHTTPTransport(limits=limits, socket_options=held, trust_env=False)
        self.client = httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def aclose(self) -> None:
        await self.client.aclose()

    async def handle(self, request: Request, family: str) -> Response:
        """The client's answer to one request."""
        try:
            payload = await self._payload(request)
        except TooLarge:
            limit = self.config.body_limit
            return self._refuse(request, 413, f"The request has more than {limit} bytes.")
        except (ValueError, RecursionError) as error:
            return self._refuse(request, 400, f"expected a JSON document, found none: {error}")
        if not isinstance(payload, dict):
            return self._refuse(request, 400, f"expected a JSON object, found {finding(payload)}")
        model = payload.get("model")
        upstream = self.config.choose(model if isinstance(model, str) else "")
        if upstream is None and not isinstance(model, str):
            missing = "/model: expected a string, found none: it says which upstream answers."
            return self._refuse(request, 400, missing, "missing_required_parameter", "model")
        if upstream is None:
            return self._refuse(request, 404, f"No upstream has the model {model!r}.", "model_not_found")
        credential = request.headers.get("authorization", "")
        exchange = Exchange(
            client=family,
            upstream=upstream.dialect,
            tolerate=self.config.tolerate,
            options=Options(**upstream.options),
            scope=None if self.memory is None else scope_of(credential),
            clock=time.time,
        )
        return await _Turn(self, request, exchange, upstream).run(payload)

    async def _payload(self, request: Request) -> Any:
        pieces, size = [], 0
        async for piece in request.stream():
            size += len(piece)
            if size > self.config.body_limit:
                raise TooLarge
            pieces.append(piece)
        return loads(b"".join(pieces))

    def _refuse(
        self, request: Request, status: int, message: str, code: str | None = None, param: str | None = None
    ) -> Response:
        self.watch.refused(request.url.path, status, message)
        return whole(Reply(status, body(message, error_type(status), param, code)))

    async def recall(self, keys: list[str]) -> Mapping[str, bytes]:
        """What memory holds; nothing, if it is gone."""
        if self.memory is None or not keys:
            return {}
        return await self._remembering(self.memory.recall, keys) or {}

    async def remember(self, entries: dict[str, bytes]) -> None:
        if self.memory is not None and entries:
            await self._remembering(self.memory.remember, entries)

    async def _remembering(self, call: Callable[[Any], Any], argument: Any) -> Any:
        try:
            if isinstance(self.memory, LocalMemory):  # answers at once
                return call(argument)
            return await anyio.to_thread.run_sync(call, argument)
        except Exception as error:  # whatever is wrong with the memory, the answer goes on without it
            self.watch.memory_failed(error)
            return None


class _Turn:
    """One exchange on its way."""

    def __init__(self, relay: Relay, request: Request, exchange: Exchange, upstream: Upstream) -> None:
        self.relay = relay
        self.request = request
        self.exchange = exchange
        self.upstream = upstream
        self.begun = time.perf_counter()
        self.response: httpx.Response | None = None
        self.broken = ""
        self.told = (0, "")

    async def run(self, payload: Any) -> Response:
        """The client's answer; if the client goes away, so does the upstream's."""
        self.relay.watch.open.inc()
        work = asyncio.ensure_future(self._answer(payload))
        gone = asyncio.ensure_future(self._gone())
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await work
                return await self._over(Reply(GONE, {}))
            return work.result()
        finally:
            gone.cancel()
            if not work.done():
                work.cancel()

    async def _gone(self) -> None:
        while (await self.request.receive())["type"] != "http.disconnect":
            pass

    async def _answer(self, payload: Any) -> Response:
        exchange = self.exchange
        try:
            exchange.begin(payload)
            sent = dumps(exchange.request(await self.relay.recall(exchange.keys)))
        except (InvalidPayload, TranslationError) as error:
            return await self._over(refusal(error))
        try:
            response = self.response = await self.relay.client.send(self._outgoing(sent), stream=True)
            if response.status_code == 200 and is_stream(response.headers.get("content-type", "")):
                if exchange.streaming:
                    return await self._stream(response)
                return await self._over(exchange.gathered(await response.aread()))
            data = await response.aread()
        except httpx.HTTPError as error:
            return await self._over(_fault(error, self.upstream.name))
        reply = exchange.answer(response.status_code, data)
        if exchange.streaming and reply.status == 200:
            pieces = list(exchange.as_stream(reply))
            return StreamReply(_listed(pieces), self._ended, self.relay.config.keep_alive, self._headers())
        return await self._over(reply)

    def _outgoing(self, sent: bytes) -> httpx.Request:
        """The upstream's request: its own key, or the client's where that is allowed."""
        headers = {name: value for name in PASSED_ON if (value := self.request.headers.get(name)) is not None}
        headers["content-type"] = "application/json"
        key = self.upstream.key()
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        elif self.relay.config.forwards(self.upstream) and "authorization" in self.request.headers:
            headers["authorization"] = self.request.headers["authorization"]
        url = self.upstream.base_url.rstrip("/") + self.exchange.path
        timeout = httpx.Timeout(self.upstream.timeout, connect=min(10.0, self.upstream.timeout), pool=None)
        return self.relay.client.build_request("POST", url, content=sent, headers=headers, timeout=timeout)

    def _headers(self) -> dict[str, str]:
        """Headers of the upstream that the client gets, and what was lost so far."""
        given = self.response.headers if self.response is not None else {}
        kept = {key: value for key, value in given.items() if key in PASSED_BACK or key.startswith(LIMITS)}
        told = self._lost()
        return {**kept, LOSSES: told} if told else kept

    def _lost(self) -> str:
        """What was lost so far, in one line."""
        count = len(self.exchange.losses)
        if count != self.told[0]:
            self.told = count, loss_header(self.exchange.losses)
        return self.told[1]

    async def _over(self, reply: Reply) -> Response:
        """A whole answer: the end of the exchange."""
        await self._ended(True, reply.status)
        return whole(reply, self._headers())

    async def _ended(self, done: bool, status: int = 200) -> None:
        """The exchange is over, `done` if the client got everything: let go, remember, tell."""
        if self.response is not None:
            await self.response.aclose()
        await self.relay.remember(self.exchange.entries())
        self.relay.watch.open.dec()
        lost = self._lost()
        more = {**({"losses": lost} if lost else {}), **({"broken": self.broken} if self.broken else {})}
        seconds = time.perf_counter() - self.begun
        self.relay.watch.told(self.exchange, self.upstream.name, status if done else GONE, seconds, **more)

    # Streams ------------------------------------------------------------------------------------------------------

    async def _stream(self, response: httpx.Response) -> Response:
        """A stream, once its first event is known or the client has waited long enough."""
        said = self.exchange.stream()
        pieces = response.aiter_bytes()
        first = asyncio.ensure_future(self._first(said, pieces))
        try:
            await asyncio.wait({first}, timeout=self.relay.config.hold)
        except asyncio.CancelledError:
            first.cancel()
            raise
        if first.done() and said.refusal is not None:
            return await self._over(said.refusal)
        keep_alive = self.relay.config.keep_alive
        return StreamReply(self._pieces(first, said, pieces), self._ended, keep_alive, self._headers())

    async def _first(self, said: ExchangeStream, pieces: AsyncIterator[bytes]) -> bytes:
        """The first bytes for the client."""
        data = b""
        try:
            while not data and not said.ended:
                piece = await anext(pieces, None)
                data = said.close() if piece is None else said.feed(piece)
        except httpx.HTTPError as error:
            data = said.close(self._why(error))
        return data

    async def _pieces(
        self, first: Awaitable[bytes], said: ExchangeStream, pieces: AsyncIterator[bytes]
    ) -> AsyncIterator[bytes]:
        """What the client gets, as the upstream says it."""
        yield await first
        if said.refusal is not None:  # too late for an HTTP error
            yield said.late
            return
        try:
            while not said.ended and (piece := await anext(pieces, None)) is not None:
                yield said.feed(piece)
            yield said.close()
        except httpx.HTTPError as error:
            yield said.close(self._why(error))

    def _why(self, error: httpx.HTTPError) -> str:
        self.broken = type(error).__name__
        return f"The upstream's stream broke: {error or self.broken}."


async def _listed(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


def _fault(error: httpx.HTTPError, name: str) -> Reply:
    """What the client gets when the upstream cannot be reached."""
    if isinstance(error, httpx.TimeoutException):
        return Reply(504, body(f"The upstream {name} did not answer in time.", "server_error", code="upstream_timeout"))
    what = f"The upstream {name} cannot be reached: {error or type(error).__name__}."
    return Reply(502, body(what, "server_error", code="upstream_error"))
