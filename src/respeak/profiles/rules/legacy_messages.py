"""Messages with tool calls as consecutive pairs of a deprecated `function_call` and its result.

What a call, a result and their parts become where ids, parallel calls and refusals are unknown (mapping.md, below 5.4).
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.bridges import custom_arguments
from respeak.crossing.fold import IMAGE_MOVED, ORPHAN, UNANSWERED, placeholder
from respeak.crossing.items import KNOWN_CALLS, UNKNOWN_CALL, id_of
from respeak.crossing.parts import NO_URL
from respeak.crossing.turn import Turn
from respeak.loss import Place
from respeak.plan import UNKNOWN, Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, lost

CUSTOM = approximated(
    Code.CUSTOM_TOOL_AS_FUNCTION,
    DEGRADING,
    "said as a function with one string, input; its grammar is not enforced",
)
SERIALIZED = approximated(Code.CALLS_SERIALIZED, HARMLESS, "parallel calls become consecutive pairs of call and result")
RESULT_ROLE = approximated(
    Code.FUNCTION_RESULTS, DEGRADING, "results go as role function, which the provider does not document"
)
CALL_ID = lost(Code.CALL_ID_DROPPED, HARMLESS, "legacy calls have no ids; they pair by position")
PARTS_JOINED = approximated(Code.TEXT_JOINED, HARMLESS, "a function result is one string; its parts are joined")
NO_TEXT = lost(Code.UNKNOWN_PART_DROPPED, BREAKING, "a function result is one string; this part is no text")
RESULT_NAME = lost(Code.NAME_DROPPED, HARMLESS, "a result bears the name of the function that was called")
REFUSAL = approximated(Code.REFUSAL_AS_TEXT, DEGRADING, "the provider has no refusals; said as text")


def others(value: Json, known: frozenset[str], at: Place, job: Job) -> None:
    """Report the keys that the legacy form of an object has no place for; the crossing makes no such keys."""
    if job.source.family == "responses":
        return
    for key, held in value.items():
        if key not in known and not UNKNOWN.spares(held):
            job.note(UNKNOWN, (at, key))


def known_calls(calls: list[Json], job: Job) -> list[Json]:
    """The calls whose type somebody knows; the others are reported."""
    known = []
    for call in calls:
        if call.get("type") in KNOWN_CALLS:
            known.append(call)
        else:
            job.note(UNKNOWN_CALL, job.place_of(call))
    return known


CALL_KEYS = {kind: frozenset(("id", "type", "index", kind)) for kind in ("function", "custom")}
INNER_KEYS = frozenset(("name", "arguments", "input"))
RESULT_KEYS = frozenset(("role", "content", "tool_call_id", "name"))
TEXT_KEYS = frozenset(("type", "text"))
"""Keys of a call, of what it calls, of its result and of the result's texts that are said or reported."""


def function_call(call: Json, at: Place, job: Job) -> Json:
    """An entry of tool_calls as function_call, without its id; what it calls is shared where that says no more."""
    kind = call.get("type") or ("custom" if "custom" in call else "function")
    inner: Json = call[kind]
    others(call, CALL_KEYS[kind], at, job)
    others(inner, INNER_KEYS, (at, kind), job)
    if kind == "function":
        whole = len(inner) == 2 and inner.get("arguments")
        return inner if whole else {"name": inner["name"], "arguments": inner.get("arguments") or ""}
    job.note(CUSTOM, at)
    return {"name": inner["name"], "arguments": custom_arguments(inner.get("input") or "")}


CALL_IDS = {"responses": ("call_id", "id"), "chat": ("id",)}
RESULT_IDS = {"responses": ("call_id", "id"), "chat": ("tool_call_id",)}
"""Keys under which the id of a call may have come, and that of a result, by family."""


class Pairs:
    """Messages with tool calls on their way into consecutive call and result pairs, which are put into `out`.

    `items` are those of a request that crosses: they say under which key an id came. `results` are the tool messages by
    the `id()` of the call that each answers; `pictures` are what the results of the turn could not hold.
    """

    def __init__(
        self, job: Job, out: list[Json], items: list[Json] | None = None, results: dict[int, Json] | None = None
    ) -> None:
        self.job = job
        self.out = out
        self.items = items
        self.results: dict[int, Json] = {} if results is None else results
        self.pictures: list[Json] = []
        self.warned = False
        self.call_ids, self.result_ids = CALL_IDS[job.source.family], RESULT_IDS[job.source.family]
        self.places: dict[int, Place] = job.places if job.places is not None else {}

    def read(self, messages: list[Json]) -> None:
        """All messages; a result stands behind its call, and one without a call has no honest place."""
        self.pair(messages)
        for message in messages:
            role = message["role"]
            if role == "assistant":
                self.turn(message, self.places.get(id(message)))
            elif role != "tool":
                if role == "function":
                    self.warn(self.job.place_of(message))
                self.out.append(message)

    def say(self, turn: Turn) -> None:
        """A turn of a request that crosses."""
        plain: Json = {"role": "assistant", "content": turn.content}
        if turn.refusals:
            for _, at in turn.refusals:
                self.job.note(REFUSAL, at)
            plain["content"] = _with_refusal(turn.content, turn.refusal())
        turn.hold(plain, self.job)
        if turn.calls:
            self.pairs(turn.calls, plain, turn.at)
        elif plain["content"] is not None:
            self.put(plain, turn.at)

    def pair(self, messages: list[Json]) -> None:
        """Give each call its result: the first one behind it, before another turn uses the id again (4.2)."""
        waiting: dict[str, list[Json]] = {}
        for message in reversed(messages):
            if message["role"] == "tool":
                waiting.setdefault(message["tool_call_id"], []).append(message)
                continue
            calls = (message["role"] == "assistant" and message.get("tool_calls")) or ()  # of others nobody knows what
            for call in calls:
                results = waiting.get(id_of(call))
                if results:
                    self.results[id(call)] = results.pop()
            for call in calls:
                self.orphans(waiting.pop(id_of(call), []))
        for left in waiting.values():
            self.orphans(left)

    def orphans(self, results: list[Json]) -> None:
        """Report results that no call is waiting for."""
        for message in reversed(results):
            self.job.note(ORPHAN, self.job.place_of(message))

    def id_left(self, said: Json, at: tuple[Place, Any], keys: tuple[str, ...]) -> None:
        """Report the id of a call or a result, under the first of these keys that the source has."""
        if self.items is not None:
            said = self.items[at[1]]
        for key in keys:
            if said.get(key) is not None:
                self.job.found.append((CALL_ID, (at, key)))
                return

    def warn(self, at: Place) -> None:
        """Results of functions have a role that the provider does not document: told once (D-18)."""
        if not self.warned:
            self.warned = True
            self.job.note(RESULT_ROLE, at)

    def put(self, message: Json, at: Place) -> None:
        self.places[id(message)] = at
        self.out.append(message)

    def turn(self, plain: Json, at: Place) -> None:
        """One assistant message, which is nobody else's: its text with the first call, every call before its result."""
        given = plain.pop("tool_calls", None) or []
        refusal = plain.pop("refusal", None)
        if "function_call" in plain and plain["function_call"] is None:
            del plain["function_call"]
        if refusal or plain.get("content").__class__ is list:
            self.refusals(plain, refusal, at)
        calls = known_calls(given, self.job)
        if len(calls) < len(given):
            self.unknown(given)
            if not calls and not any(value for key, value in plain.items() if key != "role"):
                return  # it said nothing but those calls
        if not calls or plain.get("function_call"):
            self.put(plain, at)
            plain = {"role": "assistant", "content": None}
        if calls:
            self.pairs(calls, plain, at)

    def pairs(self, calls: list[Json], plain: Json, at: Place) -> None:
        """The calls of a turn, the first one in the message that is left of it, each before its result."""
        if len(calls) > 1:
            self.job.note(SERIALIZED, at)
        for call in calls:
            place, result = self.places.get(id(call)), self.results.get(id(call))
            if place is not None:
                self.id_left(call, place, self.call_ids)
            plain["function_call"] = said = function_call(call, place, self.job)
            self.job.placed(said, place)
            self.put(plain, at if plain.get("content") else place or at)
            if result is not None:
                self.result(said["name"], result, place)
            else:
                self.unanswered(said["name"], place)
            plain = {"role": "assistant", "content": None}
        if self.pictures:
            self.put({"role": "user", "content": self.pictures}, at)
            self.pictures = []

    def unanswered(self, name: str, at: Place) -> None:
        """A call without a result, of which an empty one was made: without it the next result would seem to be its."""
        self.job.note(UNANSWERED, at)
        self.warn(at)
        self.put({"role": "function", "name": name, "content": ""}, at)

    def unknown(self, calls: list[Json]) -> None:
        """Results of those calls that nobody knows."""
        for call in calls:
            result = self.results.get(id(call))
            if call.get("type") not in KNOWN_CALLS and result is not None:
                self.job.note(UNKNOWN_CALL, self.job.place_of(result))

    def refusals(self, plain: Json, refusal: str | None, at: Place) -> None:
        """Refusals, in a key of their own or among the parts, said as text."""
        content = plain.get("content")
        if isinstance(content, list):
            for i, part in enumerate(content):
                if part.get("type") == "refusal":
                    self.job.note(REFUSAL, self.places.get(id(part)) or ((at, "content"), i))
            plain["content"] = content = [_as_text(part) for part in content]
        if refusal:
            self.job.note(REFUSAL, at)
            plain["content"] = _with_refusal(content, refusal)

    def result(self, name: str, message: Json, called: Place) -> None:
        """A tool message as a function message behind its call."""
        at, content = self.places.get(id(message)), message.get("content")
        self.warn(at or called)
        if at is not None and at is not called:  # an empty result of the crossing's own has none, an item with both one
            self.id_left(message, at, self.result_ids)
        others(message, RESULT_KEYS, at, self.job)
        if message.get("name") not in (None, name):
            self.job.note(RESULT_NAME, (at, "name"))
        if content.__class__ is list:
            content = self.joined(content, at)
        self.put({"role": "function", "name": name, "content": content}, at)

    def joined(self, parts: list[Json], at: Place) -> str:
        """The texts of the result at this place; its pictures follow the turn, and no more fits into one string."""
        texts, pictures = [], []
        for i, part in enumerate(parts):
            place = self.places.get(id(part)) or ((at, "content"), i)
            if part.get("type") == "text":
                others(part, TEXT_KEYS, place, self.job)
                texts.append(part["text"])
            elif (picture := _picture(part)) is not None:
                pictures.append(picture)
            else:
                self.job.note(NO_URL if part.get("type") == "image_url" else NO_TEXT, place)
        if pictures:
            self.job.note(IMAGE_MOVED, (at, "content"))
            self.pictures += pictures
        if len(texts) > 1:
            self.job.note(PARTS_JOINED, at)
        return "\n".join(texts) or placeholder(len(pictures))


def _picture(part: Json) -> Json | None:
    """A picture as user messages hold it, if there is one; in results some clients say its bare URL."""
    given = part.get("image_url") if part.get("type") == "image_url" else None
    if isinstance(given, str):
        return {**part, "image_url": {"url": given}}
    return part if isinstance(given, dict) and isinstance(given.get("url"), str) else None


def _as_text(part: Json) -> Json:
    return {"type": "text", "text": part.get("refusal") or ""} if part.get("type") == "refusal" else part


def _with_refusal(content: Any, refusal: str) -> Any:
    if isinstance(content, list):
        return [*content, {"type": "text", "text": refusal}]
    return f"{content}\n\n{refusal}" if content else refusal
