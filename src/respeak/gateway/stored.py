"""Answers that are kept: by memory for upstreams without state, else by the Responses upstream that made them.

An upstream that gets the caller's own key knows what is the caller's. One whose key callers share is asked only about
answers that were noted as the caller's when they were made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from respeak import profiles
from respeak.exchange import PATHS
from respeak.gateway.config import Upstream
from respeak.gateway.relay import Relay, Turn
from respeak.gateway.replies import error, whole
from respeak.memory import history
from respeak.memory.marks import credential_of, entry_key, scope_of
from respeak.reply import Reply, forgotten

IDENTIFIER = re.compile(r"\.*[A-Za-z0-9_:=+~-][A-Za-z0-9_:=+~.-]*")
"""What an id may look like that is sent on in a path."""

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
            Route(path + CANCEL, self.elsewhere, methods=["POST"]),
            Route(path + INPUT_ITEMS, self.elsewhere, methods=["GET"]),
        ]

    async def response(self, request: Request) -> Response:
        """A response that memory keeps, or else its upstream."""
        identifier = request.path_params["identifier"]
        scope = scope_of(credential_of(request.headers))
        kept = await self.relay.recall([entry_key("response", identifier, scope)])
        if kept is None:
            return whole(forgotten())
        found = history.stored_response(kept, identifier, scope)
        if found is None:
            return await self.elsewhere(request)
        if request.method == "DELETE":
            await self.relay.remember(dict.fromkeys(history.keys_of(found, scope), b""))
            return JSONResponse({"id": identifier, "object": "response", "deleted": True})
        return JSONResponse(found)

    async def elsewhere(self, request: Request) -> Response:
        """What the upstream that keeps a response says of it: of those that may be asked, the first that knows it."""
        identifier = request.path_params["identifier"]
        scope = scope_of(credential_of(request.headers))
        claims = {history.claim_key(identifier, scope_of(scope, each.origin)): each for each in self._shared()}
        noted = await self.relay.recall(list(claims))
        if noted is None:
            return whole(forgotten())
        answer = error(404, f"Nobody here keeps a response with id {identifier!r}.", "not_found")
        for upstream in self._asked(claims, noted) if IDENTIFIER.fullmatch(identifier) else ():
            turn = Polled(self.relay, request, self.relay.exchange(request, "responses", upstream), upstream)
            answer = await turn.run(turn.polled(identifier))
            if answer.status_code != 404:
                break
        if request.method == "DELETE" and answer.status_code == 200:
            await self.relay.remember(dict.fromkeys(claims, b""))
        return answer

    def _shared(self) -> list[Upstream]:
        return [each for each in self._stateful() if each.key_env is not None]

    def _stateful(self) -> list[Upstream]:
        """Upstreams that may keep answers."""
        return [each for each in self.relay.config.upstream if profiles.get(each.dialect).family == "responses"]

    def _asked(self, claims: Mapping[str, Upstream], noted: Mapping[str, bytes]) -> list[Upstream]:
        """Upstreams that may be asked: where the caller's key goes, and where the answer is noted as the caller's."""
        own = [each for each in self._stateful() if self.relay.config.forwards(each)]
        return [*own, *(claims[key] for key in claims if noted.get(key))]


class Polled(Turn):
    """A request about an answer that an upstream keeps: nothing is translated but the answer."""

    async def polled(self, identifier: str) -> Response:
        """What the upstream says, in the client's dialect."""
        request = self.request
        rest = next((end for end in (CANCEL, INPUT_ITEMS) if request.url.path.endswith(end)), "")
        url = self.upstream.url(f"{PATHS['responses']}/{identifier}{rest}")
        self.exchange.begin({"stream": request.query_params.get("stream") == "true"})
        self.is_response = request.method != "DELETE" and rest != INPUT_ITEMS
        return await self.sent(request.method, url.copy_merge_params(httpx.QueryParams(request.url.query)))

    def reply(self, status: int, data: bytes) -> Reply:
        """Responses and errors as ever; lists and receipts as they are."""
        if status < 400 and not self.is_response:
            return Reply(status, {}, data)
        return super().reply(status, data)
