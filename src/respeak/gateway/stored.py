"""Answers that are kept: by memory for upstreams without state, else by the Responses upstream that made them.

An upstream that gets the caller's own key knows what is the caller's. Any other is shared, with a key or
without one: it is asked only about answers that were noted as the caller's when they were made.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from respeak import profiles
from respeak.exchange import PATHS
from respeak.gateway.config import Upstream
from respeak.gateway.relay import Pieces, Relay, Turn
from respeak.gateway.replies import wrong
from respeak.memory import history
from respeak.memory.marks import credential_of, entry_key, scope_of
from respeak.plan import Json
from respeak.reply import Reply, forgotten
from respeak.sse import encode
from respeak.stream import stream_of
from respeak.wire import loads

IDENTIFIER = re.compile(r"\.*[A-Za-z0-9_:=+~-][A-Za-z0-9_:=+~.-]*")
"""What an id may look like that is sent on in a path."""

ASKED = ("stream", "starting_after", "include", "include[]", "include_obfuscation", "after", "limit", "order")
"""What of a caller's query is sent on, beside the query of the base URL, which is the operator's."""

PAGE, LIMIT = "20", re.compile(r"[1-9][0-9]?|100").fullmatch
"""Items of a page of a list, unless the caller says otherwise; what else there may be."""

CANCEL, INPUT_ITEMS = "/cancel", "/input_items"


class Stored:
    """The routes of one response: read it, delete it, cancel it, list what it was made of."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay

    def routes(self, base: str) -> list[Route]:
        """The routes under a path."""
        path = f"{base}{PATHS['responses']}/{{identifier}}"
        return [
            Route(path, self.response, methods=["GET", "DELETE"]),
            Route(path + CANCEL, self.cancelled, methods=["POST"]),
            Route(path + INPUT_ITEMS, self.input_items, methods=["GET"]),
        ]

    async def response(self, request: Request) -> Response:
        """A response that memory keeps, or else its upstream; as a stream, if the caller asks for one."""
        kept = await self._kept(request)
        if kept is None:
            return await self._elsewhere(request, "")
        identifier, scope = _named(request)
        found: Json = kept["response"]
        if request.method == "DELETE":
            await self.relay.remember(dict.fromkeys(history.keys_of(found, scope), b""))
            return JSONResponse({"id": identifier, "object": "response", "deleted": True})
        return _again(found, request) if _streams(request) else JSONResponse(found)

    async def cancelled(self, request: Request) -> Response:
        """A response that is made in the background, cancelled by its upstream; what memory keeps is finished."""
        if await self._kept(request) is None:
            return await self._elsewhere(request, CANCEL)
        message = "This response was not made in the background; it cannot be cancelled."
        return self.relay.refuse(request, wrong(400, message, "not_background"))

    async def input_items(self, request: Request) -> Response:
        """What a response was made of, the latest first unless the caller says otherwise."""
        kept = await self._kept(request)
        if kept is None:
            return await self._elsewhere(request, INPUT_ITEMS)
        limit = request.query_params.get("limit", PAGE)
        if not LIMIT(limit):
            message = "limit: expected a whole number from 1 to 100."
            return self.relay.refuse(request, wrong(400, message, "invalid_value", "limit"))
        return JSONResponse(_page(history.input_items(kept), request, int(limit)))

    async def _kept(self, request: Request) -> Json | None:
        """What memory keeps of a response; nothing, if it cannot be asked: the upstream may know it all the same."""
        identifier, scope = _named(request)
        found = await self.relay.recall([entry_key("response", identifier, scope)])
        kept = history.kept(found or {}, identifier, scope)
        if kept is not None:
            self.relay.watch.note("kept", method=request.method, path=request.url.path, status=200)
        return kept

    async def _elsewhere(self, request: Request, rest: str) -> Response:
        """What the upstream that keeps a response says of it: of those that may be asked, the first that knows it."""
        identifier, scope = _named(request)
        claims = {history.claim_key(identifier, scope_of(scope, each.origin)): each for each in self._shared()}
        noted = await self.relay.recall(list(claims))
        asked = self._asked(claims, noted or {}) if IDENTIFIER.fullmatch(identifier) else []
        if not asked and noted is None:
            return self.relay.refuse(request, forgotten(None))
        answer: Response | None = None
        for upstream in asked:
            turn = Polled(self.relay, request, self.relay.exchange(request, "responses", upstream), upstream)
            turn.is_guess = upstream is not asked[-1]
            said = await turn.run(turn.polled(identifier, rest))
            answer = said if answer is None or answer.status_code == 404 else answer
            if said.status_code < 400:
                answer = said
                break
        if answer is None:
            message = f"Nobody here keeps a response with id {identifier!r}."
            return self.relay.refuse(request, wrong(404, message, "not_found"))
        if request.method == "DELETE" and answer.status_code < 400:
            await self.relay.remember(dict.fromkeys(claims, b""))
        return answer

    def _shared(self) -> list[Upstream]:
        """Upstreams that take all callers for one."""
        return [each for each in self._stateful() if not self.relay.config.forwards(each)]

    def _stateful(self) -> list[Upstream]:
        """Upstreams that may keep answers."""
        return [each for each in self.relay.config.upstream if profiles.get(each.dialect).family == "responses"]

    def _asked(self, claims: Mapping[str, Upstream], noted: Mapping[str, bytes]) -> list[Upstream]:
        """The upstreams to ask: where the answer is noted as the caller's; else those where the caller's key goes."""
        known = [upstream for key, upstream in claims.items() if noted.get(key)]
        return known or [each for each in self._stateful() if self.relay.config.forwards(each)]


class Polled(Turn):
    """A request about an answer that an upstream keeps: nothing is translated but the answer."""

    is_guess = False
    """True when another upstream is asked if this one does not know the answer."""

    async def _settled(self, opening: asyncio.Future[Reply | Pieces]) -> None:
        """A guess is none any more when the upstream takes the request, though its stream may begin late."""
        if not self.is_guess:
            return
        taken = asyncio.ensure_future(self.taken.wait())
        either: set[asyncio.Future[Any]] = {opening, taken}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            taken.cancel()

    async def polled(self, identifier: str, rest: str) -> Response:
        """What the upstream says, in the client's dialect."""
        request = self.request
        method = "GET" if request.method == "HEAD" else request.method
        self.is_response = method != "DELETE" and rest != INPUT_ITEMS
        reads = method == "GET" and not rest
        self.exchange.resume(reads and _streams(request), "starting_after" in request.query_params)
        url = self.upstream.url(f"{PATHS['responses']}/{identifier}{rest}")
        asked = [(name, value) for name, value in request.query_params.multi_items() if name in ASKED]
        own = [pair for pair in asked if pair[0] not in url.params]
        return await self.sent(method, url.copy_with(params=[*url.params.multi_items(), *own]))

    def reply(self, status: int, data: bytes) -> Reply:
        """Responses and errors as ever; lists and receipts as they are, which some services leave out."""
        if status >= 300 or self.is_response:
            return super().reply(status, data)
        if self.request.method == "DELETE" and not data:
            identifier = self.request.path_params["identifier"]
            return Reply(200, {"id": identifier, "object": "response", "deleted": True})
        return Reply(status, {}, data) if _is_object(data) else super().reply(status, data)


def _named(request: Request) -> tuple[str, str]:
    """The id that a request is about, and whom memory takes the caller for."""
    return request.path_params["identifier"], scope_of(credential_of(request.headers))


def _streams(request: Request) -> bool:
    return request.query_params.get("stream") == "true"


def _again(found: Json, request: Request) -> Response:
    """A finished response as a stream, from where the caller left off."""
    after = request.query_params.get("starting_after", "")
    first = int(after[:9]) + 1 if after.isdecimal() else 0
    events = stream_of(found, dialect="responses")[first:]
    return Response(b"".join(map(encode, events)), media_type="text/event-stream")


def _page(items: list[Json], request: Request, most: int) -> Json:
    """A page of so many of a list, as the query asks for it: `order`, `after`."""
    query = request.query_params
    ordered = items if query.get("order") == "asc" else items[::-1]
    after = next((i + 1 for i, item in enumerate(ordered) if item["id"] == query.get("after")), 0)
    page = ordered[after : after + most]
    ends: dict[str, Any] = {"first_id": page[0]["id"], "last_id": page[-1]["id"]} if page else {}
    return {
        "object": "list",
        "data": page,
        "first_id": None,
        "last_id": None,
        **ends,
        "has_more": len(ordered) > after + most,
    }


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(loads(data), dict)
    except (ValueError, RecursionError):
        return False
