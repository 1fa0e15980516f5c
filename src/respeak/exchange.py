"""One HTTP exchange between a client and an upstream, without I/O: request, answer or stream, errors, memory.

    exchange = Exchange(client="responses", upstream="vtrix")
    exchange.begin(body)                    the client's request: read and checked
    found = memory.recall(exchange.keys)    what is to be looked up, if there is a memory
    body = exchange.request(found)          the upstream's request
    reply = exchange.answer(status, body)   or ExchangeStream(exchange), fed with bytes
    memory.remember(exchange.entries())     what is to be kept, before the end is sent

The transports and the gateway are thin loops around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from respeak import profiles
from respeak.codes import Code
from respeak.crossing.broken import error_of
from respeak.crossing.errors import FAILED, status_of, words_of
from respeak.crossing.params import places_of
from respeak.entry import check, ends, read
from respeak.errors import InvalidPayload, StreamBroken, TranslationError
from respeak.loss import Ledger, Place, Verdict
from respeak.memory import history, turns
from respeak.memory.marks import scope_of
from respeak.options import Options, chosen
from respeak.plan import Job, Json, Sent
from respeak.reply import Reply, as_served, bad_gateway, refusal
from respeak.route import request_plans, run_request, traced, unchanged
from respeak.sse import DONE, SseDecoder, encode
from respeak.stream import answer_of, stream_of
from respeak.streams.settle import CUT_MESSAGE
from respeak.translate import Translation, answered, errored, excerpt, unreadable
from respeak.verbs import refused
from respeak.wire import dumps, loads

PATHS = {"responses": "/responses", "chat": "/chat/completions"}
"""Where an API of either family takes requests, behind its base URL."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UNREADABLE = "The upstream's stream cannot be read: {}."
SSE_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")
"""How a stream begins, whatever its media type says."""

NOT_YOURS = refused(Code.HISTORY_UNKNOWN, "no answer of yours has this id, or it is too old to be remembered")
NOT_YOUR_CONVERSATION = refused(
    Code.HISTORY_UNKNOWN,
    "callers share the upstream, and no answer of yours is known to belong to this conversation; "
    "send the items, or go on with previous_response_id",
)
NOBODYS = refused(
    Code.HISTORY_UNKNOWN,
    "callers share the upstream, and without a memory nobody can tell whose this is; send the items",
)


class Exchange:
    """One request of a client (its dialect) and the upstream's answer (another).

    tolerate   the worst loss that goes through in requests; answers always go through
    scope      whom memory belongs to (`memory.marks.scope_of`); None remembers nothing
    origin     where the upstream is: turns are given back to the upstream that said them, and to no other
    clock      gives seconds since 1970, for `completed_at`; None where that is nobody's business
    unique     a string that no other exchange has: answers that memory keeps need ids of their own, whatever their
               upstream calls them, and so do those that it gives none; without it they have the upstream's
    shared     the upstream takes all callers for one, with a key that they share or without any: it is remembered whose
               each answer is that it keeps, and nobody goes on with what is not known to be theirs
    """

    def __init__(
        self,
        *,
        client: str,
        upstream: str,
        tolerate: str = "breaking",
        options: Options | None = None,
        scope: str | None = None,
        origin: str = "",
        clock: Callable[[], float] | None = None,
        unique: str = "",
        shared: bool = False,
    ) -> None:
        self.client, self.upstream = ends(client, upstream, tolerate, "request")
        self.options = chosen(options)
        self.losses = Ledger()
        self.hits = 0
        self.asked: Json = {}
        self._tolerate = tolerate
        self._scope = scope
        self._own = "" if scope is None else scope_of(scope, origin)
        self._clock = clock
        self._unique = unique if self.upstream.family == "chat" and self.client is not self.upstream else ""
        self._shared = shared and self.client.family == self.upstream.family == "responses"
        self._resolved: Json = {}
        self._sent: Json = {}
        self._found: Mapping[str, bytes] = {}
        self._turns: Mapping[int, tuple[str, str]] = {}
        self._entries: dict[str, bytes] = {}
        self._noted: set[str] = set()
        self.resumes = False

    @property
    def path(self) -> str:
        """Where the upstream takes the request, behind its base URL."""
        return PATHS[self.upstream.family]

    @property
    def streaming(self) -> bool:
        """True when the client asked for a stream."""
        return self.asked.get("stream") is True

    # The request --------------------------------------------------------------------------------------------------

    def resume(self, stream: bool, past: bool) -> None:
        """Nothing is asked but an answer that the upstream keeps; `past` its beginning, so that nothing may follow."""
        self.asked = self._resolved = {"stream": stream}
        self.resumes = past

    def begin(self, payload: Any) -> None:
        """Read the client's request. Raises InvalidPayload."""
        self.asked = self._resolved = read(payload)
        check(self.asked, self.client, "request")
        if self._remembers("chat"):
            self._turns = turns.wanted(self.asked, self._own)

    @property
    def keys(self) -> list[str]:
        """The keys of what memory may hold for this request."""
        if self._scope is None or not self.asked:
            return []
        if self._remembers("responses"):
            return history.wanted(self.asked, self._scope)
        if self._shared:
            return list(history.claimed(self.asked, self._own))
        return [key for key, _ in self._turns.values()]

    @property
    def depends(self) -> bool:
        """True when the request refers to what memory keeps, and cannot go without it."""
        return (self._remembers("responses") or self._shared) and bool(self.keys)

    def request(self, found: Mapping[str, bytes] | None = None) -> Json:
        """The upstream's request, with what was found in memory. Raises TranslationError."""
        found = found or {}
        if self._remembers("responses") and self._scope is not None:
            self._resolved, unknown = history.resolved(self.asked, found, self._scope)
            _refuse(unknown)
        if self._shared:
            claimed = history.claimed(self.asked, self._own).items()
            verdict = NOBODYS if self._scope is None else NOT_YOURS
            _refuse((place for key, place in claimed if not found.get(key)), verdict)
        if self.client is self.upstream:
            self._sent = unchanged(self._resolved, self.options)
            return self._sent
        plans = request_plans(self.client.name, self.upstream.name)
        job = Job(plans, self.client, self.upstream, self.options)
        if self._turns:
            job.places = {}
        out = run_request(self._resolved, job)
        if self._remembers("chat"):
            self._restore(out, job, found)
        history.own_places(job.ledger.found, self.asked, self._resolved)
        if job.ledger.bars(self._tolerate):
            raise TranslationError(job.ledger, job.ledger.decisive(self._tolerate))
        self.losses.extend(job.ledger)
        self._sent = out
        return out

    @property
    def sent(self) -> Sent | None:
        """Where in the client's request came from what was sent, if memory put its own among it."""
        own = self._resolved is self.asked and not self.hits
        return None if own or self.client is self.upstream else self._places

    def _places(self) -> Mapping[str, Place]:
        out, job = traced(self._resolved, self.client, self.upstream, self.options)
        if self.hits:
            out["input"], _ = turns.restored(out.get("input"), job.places or {}, self._turns, self._found)
        places = places_of(self._resolved, out, job)
        return {name: history.own_place(at, self.asked, self._resolved) for name, at in places.items()}

    def _restore(self, out: Json, job: Job, found: Mapping[str, bytes]) -> None:
        """Put remembered turns in place of translated ones; what those lost is not lost."""
        items, hits = turns.restored(out.get("input"), job.places or {}, self._turns, found)
        if hits:
            out["input"], self.hits, self._found = items, len(hits), found
            job.ledger.found[:] = turns.still_lost(job.ledger.found, hits)
        turns.ask_for_reasoning(out)

    def _remembers(self, client: str) -> bool:
        """True when memory serves a client of this family: it can carry less than its upstream, or the reverse."""
        crossing = self.client.family != self.upstream.family
        return self._scope is not None and crossing and self.client.family == client

    # The answer ---------------------------------------------------------------------------------------------------

    def answer(self, status: int, data: bytes) -> Reply:
        """The client's answer for a whole one of the upstream, error bodies included; never raises."""
        data = data.removeprefix(BYTE_ORDER_MARK)
        try:
            payload = loads(data)
        except (ValueError, RecursionError):
            payload = None
        if not isinstance(payload, dict):
            streamed = status < 300 and data.lstrip().startswith(SSE_FIELDS)
            return self.gathered(data) if streamed else self._unreadable(status, data)
        if status >= 400:
            return self._error(payload, status, data)
        if status >= 300:
            return self._unreadable(status, data)
        if _is_answer(payload, self.upstream.family):
            return self._whole(payload)
        if words_of(payload):
            return self._error(payload, status_of(payload.get("error") or payload), data)
        return bad_gateway(f"The upstream's answer is none of its API: {excerpt(data)}")

    def gathered(self, data: bytes) -> Reply:
        """The client's whole answer for an upstream that streams although nobody asked it to."""
        if data and not data.lstrip().startswith(SSE_FIELDS):
            return self.answer(200, data)  # whatever its media type says
        decoder = SseDecoder()
        try:
            events = decoder.feed(data) + decoder.close()
        except StreamBroken as error:
            return bad_gateway(UNREADABLE.format(error))
        try:
            answer = answer_of(events, dialect=self.upstream.name)
        except InvalidPayload as error:
            return bad_gateway(UNREADABLE.format(error))
        failed = next((error for error, _ in map(error_of, events) if error), None)
        if failed is not None:
            return self._error({"error": failed}, status_of(failed), data)
        return self._whole(answer) if _is_finished(answer) else bad_gateway(CUT_MESSAGE)

    def _whole(self, payload: Json) -> Reply:
        try:
            payload = self.named(payload)
            said = answered(payload, self.upstream, self.client, self.asked, "breaking", self.options, self.sent)
            self.serve(said.payload)
            reply = Reply(said.status or 200, said.payload, dumps(said.payload))
            self._note(said, payload)
        except InvalidPayload as error:
            return bad_gateway(f"The upstream's answer is malformed: {error}.")
        except TranslationError as error:
            self.losses.extend(error.losses)
            return refusal(error, 502)
        return reply

    def named(self, answer: Json) -> Json:
        """An answer or a chunk with an id of its own, where memory keeps answers by their ids, or theirs is missing."""
        if not self._unique or ("choices" not in answer and "id" not in answer):
            return answer
        if answer.get("id") and not self._remembers("responses"):
            return answer
        return {**answer, "id": f"{answer.get('id') or 'chatcmpl-0'}_{self._unique}"}

    def serve(self, response: Any) -> None:
        """What the live service adds to each Response, where this side made it; else a note of whose it is."""
        if self._shared and self._scope is not None and isinstance(response, dict):
            self._entries |= {
                key: note
                for key, note in history.claim(self.asked, response, self._own).items()
                if key not in self._noted
            }
            self._noted |= self._entries.keys()
        made = self.client.family == "responses" and self.upstream.family == "chat"
        if made and isinstance(response, dict) and "status" in response:
            as_served(response, self.asked, self._scope is not None, self._clock() if self._clock else None)

    def _note(self, said: Translation, payload: Json) -> None:
        self.losses.extend(said.losses)
        if said.status is None:
            self.keep(payload, said.payload)

    def _error(self, payload: Json, status: int, data: bytes) -> Reply:
        way = (self.upstream, self.client, status, self.asked, self.options, self.sent)
        try:
            said = errored(payload, *way)
            reply = Reply(status, said.payload, dumps(said.payload))
        except InvalidPayload:
            return self._unreadable(status, data)
        self.losses.extend(said.losses)
        return reply

    def _unreadable(self, status: int, data: bytes) -> Reply:
        """What is no answer of any API: pages of proxies, empty bodies, redirects."""
        if 300 <= status < 400:
            return bad_gateway(f"The upstream answered {status}, which nobody follows: {excerpt(data)}")
        if status < 300:
            return bad_gateway(f"The upstream's answer is no JSON object: {excerpt(data)}")
        return Reply(status, unreadable(data, status))

    def as_stream(self, reply: Reply) -> list[bytes] | Reply:
        """A whole answer as the stream that the client asked for; the error instead, if it is none that is finished."""
        try:
            events = stream_of(reply.body, dialect=self.client.name)
        except InvalidPayload as error:
            return bad_gateway(f"The upstream's answer cannot be streamed: {error}.")
        told = [event for event in events if event.get("usage") is None or "type" in event or self._counted()]
        return [*map(encode, told), *([DONE] if self.client.family == "chat" else [])]

    def _counted(self) -> bool:
        return bool((self.asked.get("stream_options") or {}).get("include_usage"))

    # Memory -------------------------------------------------------------------------------------------------------

    def entries(self) -> dict[str, bytes]:
        """What is to be remembered of the answer, before the client gets the end of it; told once."""
        found, self._entries = self._entries, {}
        return found

    def keep(self, payload: Json, said: Json) -> None:
        """Note what neither side can carry to the next request."""
        with suppress(InvalidPayload):  # what nests too deeply to be written is not remembered
            self._entries = self._kept(payload, said)

    def _kept(self, payload: Json, said: Json) -> dict[str, bytes]:
        if self._scope is not None and self._remembers("chat"):
            message = said["choices"][0]["message"]
            stored = bool(self._sent.get("store"))
            return turns.entries(self.asked, message, payload.get("output") or [], stored, self._own)
        if self._scope is not None and self._remembers("responses"):
            return history.entries(self.asked, self._resolved, said, self._scope)
        return self._entries


def _refuse(places: Iterable[Place], verdict: Verdict = NOT_YOURS) -> None:
    """Refuse references to answers that are not known to be the caller's. Raises TranslationError if there are any."""
    ledger = Ledger()
    for place in places:
        conversation = verdict is NOT_YOURS and place == (None, history.CONVERSATION)
        ledger.note(NOT_YOUR_CONVERSATION if conversation else verdict, place)
    if ledger.found:
        raise TranslationError(ledger, list(ledger))


def _is_answer(payload: Json, family: str) -> bool:
    """False for what no upstream of this family means by an answer: error bodies under a status of success, and others.

    An answer that failed has a status of its own, or its error beside choices.
    """
    if family == "chat":
        return bool(payload.get("choices")) or ("choices" in payload and not payload.get("error"))
    return "output" in payload or "output_text" in payload or isinstance(payload.get("status"), str)


def _is_finished(answer: Json) -> bool:
    """True for the answer of a stream that came to its end."""
    if "choices" in answer:
        return bool(answer["choices"]) and all(choice["finish_reason"] for choice in answer["choices"])
    return answer.get("status") in ("completed", "incomplete", *FAILED)


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
