"""Messages with tool calls as consecutive pairs of a deprecated `function_call` and its result.

What a call, a result and their parts become where ids, parallel calls and refusals are unknown (mapping.md, below 5.4).
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.bridges import custom_arguments
from respeak.crossing.fold import IMAGE_MOVED, ORPHAN, UNANSWERED, placeholder
from respeak.crossing.items import KNOWN_CALLS, UNKNOWN_CALL, call_table, id_of
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
    if job.source.family == "responses" or known.issuperset(value):
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
    """An entry of tool_calls as function_call; its id is left out."""
    kind = "custom" if call_table(call) == "custom_call" else "function"
    inner = call[kind]
    if job.source.family == "chat":
        others(call, CALL_KEYS[kind], at, job)
        others(inner, INNER_KEYS, (at, kind), job)
    if kind == "function":
        return {"name": inner["name"], "arguments": inner.get("arguments") or ""}
    job.note(CUSTOM, at)
    return {"name": inner["name"], "arguments": custom_arguments(inner.get("input") or "")}


CALL_IDS = {"responses": ("call_id", "id"), "chat": ("id",)}
RESULT_IDS = ("call_id", "tool_call_id")
"""Keys under which the id of a call may have come, by family, and that of a result."""


class Pairs:
    """Messages with tool calls on their way into consecutive call and result pairs.

    `held` are containers of a payload that crossed, by the place of each: they say under which key an id came.
    `results` are those of each turn, the first one last, by the id of the call; `pictures` are what those of the turn
    could not hold.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.out: list[Json] = []
        self.results: dict[int, dict[str, list[Json]]] = {}
        self.pictures: list[Json] = []
        self.warned = False
        self.held: dict[int, Any] = {id(None): job.memo["payload"]}
        self.crossed = job.source.family == "responses"
        self.call_ids = CALL_IDS[job.source.family]
        self.places: dict[int, Place] = job.places if job.places is not None else {}

    def read(self, messages: list[Json]) -> list[Json]:
        """All messages; a result stands behind its call, and one without a call has no honest place."""
        self.pair(messages)
        for message in messages:
            role = message["role"]
            if role == "assistant":
                self.turn(message)
            elif role != "tool":
                if role == "function":
                    self.warn(self.job.place_of(message))
                self.out.append(message)
        return self.out

    def pair(self, messages: list[Json]) -> None:
        """Give each turn the results of its calls: those behind it, before another turn uses the id again (4.2)."""
        waiting: dict[str, list[Json]] = {}
        for message in reversed(messages):
            if message["role"] == "tool":
                waiting.setdefault(message["tool_call_id"], []).append(message)
                continue
            for given in map(id_of, message.get("tool_calls") or ()):
                if given in waiting:
                    self.results.setdefault(id(message), {})[given] = waiting.pop(given)
        self.orphans(waiting)

    def orphans(self, results: dict[str, list[Json]]) -> None:
        """Report results that no call is waiting for."""
        for message in (message for left in results.values() for message in reversed(left)):
            self.job.note(ORPHAN, self.job.place_of(message))

    def id_left(self, said: Json, at: Place, keys: tuple[str, ...]) -> None:
        """Report the id of a call or a result, under the first of these keys that the source has; None has no place."""
        if at is None:
            return
        if self.crossed:
            outer, position = at
            said = (self.held.get(id(outer)) or self.container(outer))[position]
        for key in keys:
            if key in said:
                self.job.found.append((CALL_ID, (at, key)))
                return

    def container(self, at: Place) -> Any:
        """What stands at the place of a container; the payload itself at none."""
        if at is not None and id(at) not in self.held:
            outer, key = at
            self.held[id(at)] = self.container(outer)[key]
        return self.held[id(at)]

    def warn(self, at: Place) -> None:
        """Results of functions have a role that the provider does not document: told once (D-18)."""
        if not self.warned:
            self.warned = True
            self.job.note(RESULT_ROLE, at)

    def put(self, message: Json, at: Place) -> None:
        self.places[id(message)] = at
        self.out.append(message)

    def turn(self, message: Json) -> None:
        """One assistant message: its text with the first call, every call before its result."""
        at, given = self.places.get(id(message)), message.get("tool_calls") or []
        plain = message.copy()
        plain.pop("tool_calls", None)
        refusal = plain.pop("refusal", None)
        if refusal or isinstance(plain.get("content"), list):
            self.refusals(plain, refusal, at)
        calls, results = known_calls(given, self.job), self.results.get(id(message)) or {}
        if len(calls) < len(given):
            self.unknown(given, results)
        if not calls or plain.get("function_call"):
            self.put(plain, at)
            plain = {"role": "assistant", "content": None}
        if calls:
            self.pairs(calls, plain, at, results)
            if any(results.values()):
                self.orphans(results)

    def pairs(self, calls: list[Json], plain: Json, at: Place, results: dict[str, list[Json]]) -> None:
        """The calls of a turn, the first one in the message that is left of it, each before its result."""
        if len(calls) > 1:
            self.job.note(SERIALIZED, at)
        for call in calls:
            place = self.places.get(id(call))
            self.id_left(call, place, self.call_ids)
            plain["function_call"] = said = function_call(call, place, self.job)
            self.put(plain, at if plain.get("content") else place or at)
            plain = {"role": "assistant", "content": None}
            waiting = results.get(call["id"])
            if waiting:
                self.result(said["name"], waiting.pop(), place)
            else:
                self.unanswered(said["name"], place)
        if self.pictures:
            self.put({"role": "user", "content": self.pictures}, at)
            self.pictures = []

    def unanswered(self, name: str, at: Place) -> None:
        """A call without a result, of which an empty one was made: without it the next result would seem to be its."""
        self.job.note(UNANSWERED, at)
        self.warn(at)
        self.put({"role": "function", "name": name, "content": ""}, at)

    def unknown(self, calls: list[Json], results: dict[str, list[Json]]) -> None:
        """Results of those calls that nobody knows."""
        for call in calls:
            if call.get("type") not in KNOWN_CALLS:
                for message in results.pop(id_of(call), []):
                    self.job.note(UNKNOWN_CALL, self.job.place_of(message))

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
        self.id_left(message, at, RESULT_IDS)  # the crossing's own empty result has no place, and is reported
        if not self.crossed:
            others(message, RESULT_KEYS, at, self.job)
        if message.get("name") not in (None, name):
            self.job.note(RESULT_NAME, (at, "name"))
        if isinstance(content, list):
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
            elif part.get("type") == "image_url" and isinstance(part.get("image_url"), str | dict):
                pictures.append(_picture(part))
            else:
                self.job.note(NO_TEXT, place)
        if pictures:
            self.job.note(IMAGE_MOVED, (at, "content"))
            self.pictures += pictures
        if len(texts) > 1:
            self.job.note(PARTS_JOINED, at)
        return "\n".join(texts) or placeholder(len(pictures))


def _picture(part: Json) -> Json:
    """A picture as user messages hold it; in results some clients say its bare URL."""
    given = part["image_url"]
    return {**part, "image_url": {"url": given}} if isinstance(given, str) else part


def _as_text(part: Json) -> Json:
    return {"type": "text", "text": part.get("refusal") or ""} if part.get("type") == "refusal" else part


def _with_refusal(content: Any, refusal: str) -> Any:
    if isinstance(content, list):
        return [*content, {"type": "text", "text": refusal}]
    return f"{content}\n\n{refusal}" if content else refusal
