"""One request of a client over HTTP: to its upstream and back, with memory, limits and an honest end."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeAlias

import anyio.to_thread
import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from respeak.crossing.errors import body, error_type
from respeak.errors import InvalidPayload, TranslationError
from respeak.exchange import Exchange, is_stream
from respeak.exchange_stream import ExchangeStream, late_error
from respeak.gate import finding
from respeak.gateway.config import Config, Upstream
from respeak.gateway.headers import masked, passed_back, passed_on
from respeak.gateway.replies import StreamReply, compressed, fault, too_late, whole
from respeak.gateway.watch import Watch
from respeak.memory.marks import credential_of, scope_of
from respeak.memory.store import LocalMemory, Memory
from respeak.options import Options
from respeak.reply import Reply, forgotten, loss_header, refusal
from respeak.wire import dumps, loads

LOSSES = "respeak-losses"

DRAIN = 0.5
"""Seconds to wait for the end of an upstream's stream that has said its last word: its connection can be used again."""

TICK = 0.01
"""Seconds between two looks for exchanges that are not over yet, when the gateway ends."""

HELD = 128 * 1024
"""Bytes that the system may hold for a connection in either direction: a slow reader slows its upstream down."""

GONE = 499
"""The status in the log when the client went away."""

Pieces: TypeAlias = AsyncIterator[bytes]
"""Bytes of a stream, as they come."""


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
        transport = transport or httpx.AsyncHTTPTransport(
            verify=config.trusted(), limits=limits, socket_options=held, trust_env=False
        )
        self.client = httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False)

    async def aclose(self) -> None:
        """Let go of all upstreams, once what was cut off is told."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN):
                while self.watch.under_way:
                    await asyncio.sleep(TICK)
        await self.client.aclose()

    async def handle(self, request: Request, family: str) -> Response:
        """The client's answer to one request."""
        coding = request.headers.get("content-encoding", "identity")
        if coding.lower() != "identity":
            return self.refuse(request, compressed(coding), {"accept-encoding": "identity"})
        try:
            payload = await self._payload(request)
        except TooLarge:
            limit = self.config.body_limit
            return self._no(request, 413, f"The request has more than {limit} bytes.", "request_too_large")
        except (ValueError, RecursionError) as error:
            return self._no(request, 400, f"expected a JSON document, found none: {error}", "invalid_json")
        except ClientDisconnect:
            return self._no(request, GONE, "The client went away.", "client_gone")
        if not isinstance(payload, dict):
            return self._no(request, 400, f"expected a JSON object, found {finding(payload)}", "invalid_value")
        model = payload.get("model")
        upstream = self.config.choose(model if isinstance(model, str) else "")
        if upstream is None and not isinstance(model, str):
            missing = "/model: expected a string, found none: it says which upstream answers."
            return self._no(request, 400, missing, "missing_required_parameter", "model")
        if upstream is None:
            return self._no(request, 404, f"No upstream has the model {model!r}.", "model_not_found")
        turn = Turn(self, request, self.exchange(request, family, upstream), upstream)
        return await turn.run(turn.translated(payload))

    def exchange(self, request: Request, family: str, upstream: Upstream) -> Exchange:
        """An exchange of a client of this family with an upstream."""
        return Exchange(
            client=family,
            upstream=upstream.dialect,
            tolerate=self.config.tolerate,
            options=Options(**upstream.options),
            scope=None if self.memory is None else scope_of(credential_of(request.headers)),
            origin=upstream.origin,
            clock=time.time,
            unique=secrets.token_hex(8),
            shared=not self.config.forwards(upstream),
        )

    async def _payload(self, request: Request) -> Any:
        pieces, size = [], 0
        async for piece in request.stream():
            size += len(piece)
            if size > self.config.body_limit:
                raise TooLarge
            pieces.append(piece)
        return loads(b"".join(pieces))

    def _no(self, request: Request, status: int, message: str, code: str, param: str | None = None) -> Response:
        return self.refuse(request, Reply(status, body(message, error_type(status), param, code)))

    def refuse(self, request: Request, reply: Reply, headers: Mapping[str, str] | None = None) -> Response:
        """An answer of the gateway's own, which no upstream was asked for; noted for the operator."""
        self.watch.refused(request.url.path, reply)
        return whole(reply, headers)

    async def recall(self, keys: list[str]) -> Mapping[str, bytes] | None:
        """What memory holds; None, if it is gone."""
        if self.memory is None or not keys:
            return {}
        found: Mapping[str, bytes] | None = await self._remembering(self.memory.recall, keys)
        return found

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


class Turn:
    """One exchange on its way."""

    def __init__(self, relay: Relay, request: Request, exchange: Exchange, upstream: Upstream) -> None:
        self.relay = relay
        self.request = request
        self.exchange = exchange
        self.upstream = upstream
        self.begun = time.perf_counter()
        self.response: httpx.Response | None = None
        self.pieces: Pieces | None = None
        self.opening: asyncio.Future[Reply | Pieces] | None = None
        self.taken = asyncio.Event()
        self.deadline = 0.0
        self.said: ExchangeStream | None = None
        self.key = upstream.key()
        self.broken = ""
        self.failed = False
        self.told = (0, "")
        self.closed = False

    async def run(self, answer: Coroutine[Any, Any, Response]) -> Response:
        """The client's answer; if the client goes away, so does the upstream's."""
        self.relay.watch.under_way += 1
        work = asyncio.ensure_future(answer)
        gone = asyncio.ensure_future(self._gone())
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await work
                return await self._over(Reply(GONE, {}))
            return work.result()
        except Exception as error:  # a fault of ours: the client is told so, and the operator what it was
            self.relay.watch.failed(error)
            return await self._over(Reply(500, body("The gateway failed; see its log.", "server_error")))
        finally:
            gone.cancel()
            if not work.done():
                work.cancel()

    async def _gone(self) -> None:
        while (await self.request.receive())["type"] != "http.disconnect":
            pass

    async def translated(self, payload: Any) -> Response:
        """The answer to a request that goes to the upstream in its own dialect."""
        exchange = self.exchange
        try:
            exchange.begin(payload)
            found = await self.relay.recall(exchange.keys)
            if found is None and exchange.depends:
                return self._refused(forgotten())
            sent = dumps(exchange.request(found))
        except (InvalidPayload, TranslationError) as error:
            return self._refused(refusal(error))
        return await self.sent("POST", self.upstream.url(exchange.path), sent)

    async def sent(self, method: str, url: httpx.URL, content: bytes = b"") -> Response:
        """The answer of the upstream, or what became of it."""
        self.deadline = asyncio.get_running_loop().time() + self.upstream.timeout
        opening = self._opened(self._outgoing(method, url, content))
        said = await (self._held(opening) if self.exchange.streaming else opening)
        if isinstance(said, Reply):
            return await self._over(said)
        return StreamReply(said, self._ended, self.relay.config.keep_alive, self._headers())

    async def _opened(self, request: httpx.Request) -> Reply | Pieces:
        """The answer of the upstream, as the client has to get it: whole, or a stream whose first event is known."""
        exchange = self.exchange
        try:
            async with asyncio.timeout_at(self.deadline):
                response = self.response = await self.relay.client.send(request, stream=True)
                if response.is_success:
                    self.taken.set()
                streamed = response.is_success and is_stream(response.headers.get("content-type", ""))
                data = b"" if streamed and exchange.streaming else await response.aread()
        except (httpx.HTTPError, TimeoutError) as error:
            self.broken = type(error).__name__
            return fault(error, self.upstream.name, begun=self.response is not None)
        if streamed and exchange.streaming:
            return await self._stream(response)
        reply = exchange.gathered(data) if streamed else self.reply(response.status_code, data)
        return await self._as_stream(reply) if exchange.streaming and reply.status == 200 else reply

    async def _as_stream(self, reply: Reply) -> Reply | Pieces:
        """A whole answer for a client that asked for a stream."""
        pieces = self.exchange.as_stream(reply)
        if isinstance(pieces, Reply):
            return pieces
        await self._remember()
        return _listed([*map(self._masked, pieces)])

    def reply(self, status: int, data: bytes) -> Reply:
        """What a whole answer of the upstream is to the client."""
        return self.exchange.answer(status, data)

    def _outgoing(self, method: str, url: httpx.URL, content: bytes) -> httpx.Request:
        """The upstream's request: its own key, or the client's where that is allowed."""
        headers = passed_on(self.request.headers.raw, with_the_key=self.relay.config.forwards(self.upstream))
        headers.append((b"content-type", b"application/json"))
        if self.key is not None:
            headers.append((b"authorization", b"Bearer " + self.key.encode()))
        timeout = httpx.Timeout(self.upstream.timeout, connect=min(10.0, self.upstream.timeout), pool=None)
        return self.relay.client.build_request(method, url, content=content, headers=headers, timeout=timeout)

    def _headers(self) -> dict[str, str]:
        """Headers of the upstream that the client gets, and what was lost so far."""
        kept = passed_back(self.response.headers.raw) if self.response is not None else {}
        told = self._lost()
        return {**kept, LOSSES: told} if told else kept

    def _lost(self) -> str:
        """What was lost so far, in one line."""
        count = len(self.exchange.losses)
        if count != self.told[0]:
            self.told = count, loss_header(self.exchange.losses)
        return self.told[1]

    async def _remember(self) -> None:
        """Keep what is to be kept, before the client gets the end of the answer."""
        await self.relay.remember(self.exchange.entries())

    def _refused(self, reply: Reply) -> Response:
        """A request that goes nowhere."""
        self.closed = True
        self.relay.watch.under_way -= 1
        return self.relay.refuse(self.request, reply)

    async def _over(self, reply: Reply) -> Response:
        """A whole answer: the end of the exchange."""
        await self._remember()
        await self._ended(True, reply.status)
        return whole(Reply(reply.status, reply.body, self._masked(reply.encoded())), self._headers())

    def _masked(self, data: bytes) -> bytes:
        return masked(data, self.key)

    async def _ended(self, done: bool, status: int = 200) -> None:
        """The exchange is over, `done` if the client got everything: let go, tell."""
        if self.closed:
            return
        self.closed = True
        try:
            await self._let_go(done)
        finally:  # a gateway that is stopped waits for nobody, but tells
            self._tell(done, status)

    async def _let_go(self, done: bool) -> None:
        """Leave the upstream, whose connection can be used again if it has said all."""
        if self.opening is not None and not self.opening.done():
            self.opening.cancel()
            await asyncio.wait({self.opening})
        if done and self.pieces is not None:
            await self._drain(self.pieces)
        if self.response is not None:
            await self.response.aclose()

    def _tell(self, done: bool, status: int) -> None:
        """The exchange in the metrics and the log."""
        self.relay.watch.under_way -= 1
        lost = self._lost()
        failed = status == 200 and (self.failed or (self.said is not None and self.said.failed))
        found = {"losses": lost, "broken": self.broken, "failed": failed}
        more = {name: value for name, value in found.items() if value}
        seconds = time.perf_counter() - self.begun
        self.relay.watch.told(self.exchange, self.upstream.name, status if done else GONE, seconds, **more)

    # Streams ------------------------------------------------------------------------------------------------------

    async def _held(self, opening: Coroutine[Any, Any, Reply | Pieces]) -> Reply | Pieces:
        """What the upstream says; once the client has waited long enough for it, a stream that goes on waiting."""
        self.opening = asyncio.ensure_future(opening)
        await self._settled(self.opening)
        await asyncio.wait({self.opening}, timeout=self.relay.config.hold)
        return self.opening.result() if self.opening.done() else self._late(self.opening)

    async def _settled(self, opening: asyncio.Future[Reply | Pieces]) -> None:
        """Wait until the client may be told 200, whatever comes: at once, where nobody else could answer."""

    async def _late(self, opening: Awaitable[Reply | Pieces]) -> Pieces:
        """What the client gets that was told 200 before anything was known."""
        said = await asyncio.shield(opening)  # `_ended` cancels it: once, for it closes its connection then
        if isinstance(said, Reply):
            self.failed, self.broken = True, self.broken or f"status {said.status}"
            await self._remember()
            yield self._masked(late_error(said, self.exchange.client.family))
            return
        async for piece in said:
            yield piece

    async def _stream(self, response: httpx.Response) -> Reply | Pieces:
        """A stream, once its first event is known; nothing but an error, if it is one."""
        said = self.said = ExchangeStream(self.exchange)
        pieces = self.pieces = response.aiter_bytes()
        first = await self._first(said, pieces)
        return said.refusal or self._pieces(first, said, pieces)

    async def _first(self, said: ExchangeStream, pieces: Pieces) -> bytes:
        """The first bytes for the client; comments of the upstream give it no more time for them."""
        data = b""
        try:
            async with asyncio.timeout_at(self.deadline) as limit:
                while not data and not said.ended:
                    piece = await anext(pieces, None)
                    data = said.close() if piece is None else said.feed(piece)
                    if said.heard:
                        limit.reschedule(None)
        except (httpx.HTTPError, TimeoutError) as error:
            data = said.close(self._why(error))
        return data

    async def _pieces(self, data: bytes, said: ExchangeStream, pieces: Pieces) -> Pieces:
        """What the client gets, as the upstream says it."""
        while True:
            await self._remember()
            yield self._masked(data)
            if said.ended:
                return
            try:
                piece = await anext(pieces, None)
                data = said.close() if piece is None else said.feed(piece)
            except httpx.HTTPError as error:
                data = said.close(self._why(error))

    async def _drain(self, pieces: Pieces) -> None:
        """Read what follows the last word, which is nothing but the end; a service that goes on is left."""
        with contextlib.suppress(httpx.HTTPError, TimeoutError, RuntimeError):
            async with asyncio.timeout(DRAIN):
                await anext(pieces, None)

    def _why(self, error: Exception) -> str:
        self.broken = type(error).__name__
        if isinstance(error, TimeoutError):
            return too_late(self.upstream.name)
        silent = isinstance(error, httpx.ReadTimeout)
        why = f"nothing came for {self.upstream.timeout:g} seconds" if silent else str(error).rstrip(".") or self.broken
        return f"The upstream's stream broke: {why}."


async def _listed(pieces: list[bytes]) -> Pieces:
    for piece in pieces:
        yield piece
