"""Answers as ASGI responses: whole ones, and streams that keep alive, slow down and stop with their reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import anyio
import httpx
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from respeak.crossing.errors import body
from respeak.reply import Reply
from respeak.sse import KEEP_ALIVE

Headers = Mapping[str, str]


def whole(reply: Reply, headers: Headers | None = None) -> Response:
    """A reply with its own status."""
    return Response(reply.encoded(), reply.status, headers, "application/json")


def error(status: int, message: str, code: str, headers: Headers | None = None) -> Response:
    """What a client gets that asked for something that there is not."""
    return whole(wrong(status, message, code), headers)


def wrong(status: int, message: str, code: str, param: str | None = None) -> Reply:
    """The error of a request that is the client's own mistake."""
    return Reply(status, body(message, "invalid_request_error", param, code))


def compressed(coding: str) -> Reply:
    """What a client gets whose request is not written as it is."""
    message = f"The request's body has the content-encoding {coding[:60]!r}, which is not read here; send it as it is."
    return wrong(415, message, "unsupported_content_encoding")


def fault(error: Exception, name: str, *, begun: bool) -> Reply:
    """What the client gets when the upstream cannot be reached, or breaks off after it had `begun` to answer.

    What cannot be sent is not quoted: it may be the key.
    """
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Reply(504, body(too_late(name), "server_error", code="upstream_timeout"))
    kind = type(error).__name__
    why = kind if isinstance(error, httpx.LocalProtocolError) else str(error).rstrip(".") or kind
    what = "broke off its answer" if begun else "cannot be reached"
    return Reply(502, body(f"The upstream {name} {what}: {why}.", "server_error", code="upstream_error"))


def too_late(name: str) -> str:
    """What is wrong with an upstream that says nothing."""
    return f"The upstream {name} did not answer in time."


class StreamReply(Response):
    """A stream of bytes, sent as they come: the next is made when the reader took the last.

    pieces      what to send          over        called at the end, however it came
    keep_alive  seconds of silence after which a comment is sent
    """

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        over: Callable[[bool], Awaitable[None]],
        keep_alive: float,
        headers: Headers,
    ) -> None:
        super().__init__(None, 200, {**headers, "cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self.headers["content-type"] = "text/event-stream; charset=utf-8"
        self._pieces = pieces
        self._over = over
        self._pause = keep_alive
        self._busy = True
        self._sending = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        done = False
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch, receive, group.cancel_scope)
                group.start_soon(self._keep_alive, send)
                done = await self._pump(send)
                group.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await self._over(done)

    async def _pump(self, send: Send) -> bool:
        """Send everything; true when the reader got it all."""
        try:
            async for piece in self._pieces:
                if piece:
                    await self._sent(send, piece, True)
            await self._sent(send, b"", False)
        except OSError:  # the reader went away
            return False
        return True

    async def _sent(self, send: Send, data: bytes, more: bool) -> None:
        """Send something, and nothing beside it: a comment that waits for a slow reader must not come after the end."""
        async with self._sending:
            self._busy = True
            await send(_body(data, more))

    async def _keep_alive(self, send: Send) -> None:
        while True:
            await anyio.sleep(self._pause)
            async with self._sending:
                if not self._busy:
                    await send(_body(KEEP_ALIVE, True))
                self._busy = False

    async def _watch(self, receive: Receive, scope: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()


def _body(data: bytes, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}
