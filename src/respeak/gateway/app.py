"""The routes of the gateway, as an ASGI application."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from respeak import profiles
from respeak.crossing.errors import body
from respeak.exchange import PATHS
from respeak.gateway.config import Config
from respeak.gateway.relay import HELD, Relay
from respeak.gateway.replies import error
from respeak.gateway.stored import Stored
from respeak.gateway.watch import Watch
from respeak.memory.open import opened


def app(config: Config, watch: Watch | None = None, transport: Any = None) -> Starlette:
    """The gateway of a configuration; `transport` reaches the upstreams (httpx's own unless given).

    Raises ConfigError for a key that is missing or certificates that cannot be read, ValueError for a memory.
    """
    for upstream in config.upstream:
        upstream.check_key()
    watch = watch or Watch()
    memory = opened("local" if config.memory is None else config.memory, config.memory_bytes, config.memory_age)
    relay = Relay(config, memory, watch, transport)

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        await relay.recall(["start"])  # a memory that is not there is told now
        yield
        await relay.aclose()
        if memory is not None:
            memory.close()

    return Starlette(
        routes=_Site(relay).routes(), lifespan=life, exception_handlers={404: _nowhere, 405: _nowhere, 500: _fault}
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; its connections send at once, and hold little that was not read. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.create_server((host, port), family=family, backlog=2048)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, HELD)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio sees no TCP here, and small writes would wait
    return found


FRONT = """respeak: clients of either family in front, upstreams of any dialect behind.

POST /v1/responses          GET, DELETE /v1/responses/{id}
POST /v1/chat/completions
GET  /v1/models
GET  /healthz
GET  /metrics
"""


class _Site:
    """What each route does."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    def routes(self) -> list[BaseRoute]:
        """The routes, under /v1 and at the root, as clients have it in their base URL."""
        responses, chat = PATHS["responses"], PATHS["chat"]
        routes: list[BaseRoute] = [
            Route("/", self.front),
            Route("/healthz", self.healthz),
            Route("/metrics", self.metrics),
        ]
        for base in ("/v1", ""):
            routes += [
                Route(base + responses, self.responses, methods=["POST"]),
                Route(base + responses, _upgrade, methods=["GET"]),
                Route(base + chat, self.chat, methods=["POST"]),
                *Stored(self.relay).routes(base),
                Route(base + responses + "/{rest:path}", _nowhere, methods=["GET", "POST", "DELETE"]),
                Route(base + "/models", self.models),
                Route(base + "/models/{name:path}", self.model),
            ]
        return routes

    async def responses(self, request: Request) -> Response:
        return await self.relay.handle(request, "responses")

    async def chat(self, request: Request) -> Response:
        return await self.relay.handle(request, "chat")

    async def models(self, request: Request) -> Response:
        found = [_model(name, owner) for name, owner in _models(self.relay.config)]
        return JSONResponse({"object": "list", "data": found})

    async def model(self, request: Request) -> Response:
        name = request.path_params["name"]
        upstream = self.relay.config.choose(name)
        if upstream is None:
            return error(404, f"No upstream has the model {name!r}.", "model_not_found")
        return JSONResponse(_model(name, upstream.name))

    async def healthz(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def metrics(self, request: Request) -> Response:
        return Response(self.relay.watch.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def front(self, request: Request) -> Response:
        """What there is, for who looks."""
        return PlainTextResponse(FRONT)


def _models(config: Config) -> list[tuple[str, str]]:
    """The models that clients can name, each with its upstream: those listed, and what a dialect is known to have."""
    found: dict[str, str] = {}
    for upstream in config.upstream:
        listed = [name for name in upstream.models if not any(sign in name for sign in "*?[")]
        known = [name for name in profiles.get(upstream.dialect).models if upstream.takes(name)]
        for name in [*listed, *known]:
            found.setdefault(name, upstream.name)
    return list(found.items())


def _model(name: str, owner: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": owner}


async def _upgrade(request: Request) -> Response:
    """Codex tries a WebSocket first, and takes 426 for an answer at once."""
    if request.headers.get("upgrade", "").lower() != "websocket":
        raise HTTPException(405, headers={"allow": "POST"})
    message = "This gateway speaks HTTP only, no WebSocket."
    return error(426, message, "upgrade_required", {"upgrade": "HTTP/1.1"})


async def _nowhere(request: Request, fault: Exception | None = None) -> Response:
    status = getattr(fault, "status_code", 404)
    headers = getattr(fault, "headers", None)
    code = "method_not_allowed" if status == 405 else "not_found"
    return error(status, f"{request.method} {request.url.path} is not served here.", code, headers)


async def _fault(request: Request, fault: Exception) -> Response:
    return JSONResponse(body("The gateway failed; see its log.", "server_error", code="gateway_error"), 500)
