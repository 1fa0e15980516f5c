"""Functions instead of tools in requests: the deprecated half of Chat, for providers that know only that.

A second pass over a finished Chat payload, since tools, choice and messages change shape together (mapping.md,
below 5.4). Losses are reported at the places of the source, which the passes before it have left in the memo.
Answers are `legacy_answer.py`'s matter.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from respeak.codes import Code
from respeak.crossing.bridges import custom_arguments, custom_parameters
from respeak.crossing.fold import ORPHAN
from respeak.crossing.items import KNOWN_CALLS, UNKNOWN_CALL, call_table, id_of
from respeak.crossing.tool_choice import UNKNOWN_MODE, UNNAMED
from respeak.crossing.toolbox import BOTH_CHOICES, BOTH_KINDS, NO_TOOLS_FORCED, NO_TOOLS_LEFT, NOT_OFFERED
from respeak.crossing.tools import TOOLS_UP, UNKNOWN_TOOL
from respeak.loss import Place
from respeak.plan import UNKNOWN, Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, lost, refused

CUSTOM = approximated(
    Code.CUSTOM_TOOL_AS_FUNCTION,
    DEGRADING,
    "said as a function with one string, input; its grammar is not enforced",
)
REQUIRED = lost(
    Code.TOOL_CHOICE_DROPPED,
    BREAKING,
    "function_call cannot demand one of several functions; the model chooses",
)
SERIALIZED = approximated(Code.CALLS_SERIALIZED, HARMLESS, "parallel calls become consecutive pairs of call and result")
RESULT_ROLE = approximated(
    Code.FUNCTION_RESULTS, DEGRADING, "results go as role function, which the provider does not document"
)
CALL_ID = lost(Code.CALL_ID_DROPPED, HARMLESS, "legacy calls have no ids; they pair by position")
PARTS_JOINED = approximated(Code.TEXT_JOINED, HARMLESS, "a function result is one string; its parts are joined")
NO_TEXT = lost(Code.UNKNOWN_PART_DROPPED, BREAKING, "a function result is one string; this part is no text")
NOT_TEXT = {"image_url": lost(Code.IMAGE_DROPPED, BREAKING, "a function result is one string and holds no images")}
RESULT_NAME = lost(Code.NAME_DROPPED, HARMLESS, "a result bears the name of the function that was called")
REFUSAL = approximated(Code.REFUSAL_AS_TEXT, DEGRADING, "the provider has no refusals; said as text")
NOT_ALLOWED = lost(Code.TOOL_DROPPED, HARMLESS, "tool_choice does not allow the tool, so it is not offered")
NO_TOOL = refused(Code.NO_TOOL_ALLOWED, "no function of the allowed list is declared")


def others(value: Json, known: frozenset[str], at: Place, job: Job) -> None:
    """Report the keys that the legacy form of an object has no place for; the crossing makes no such keys."""
    if job.source.family == "responses" or known.issuperset(value):
        return
    for key, held in value.items():
        if key not in known and not UNKNOWN.spares(held):
            job.note(UNKNOWN, (at, key))


def request_as_functions(out: Json, job: Job) -> None:
    """Tools, choice and messages of a Chat request, said with functions only."""
    tools, choice = out.pop("tools", None) or [], out.pop("tool_choice", None)
    if tools or choice is not None:
        _tools_and_choice(tools, choice, out, job)
    messages = out.setdefault("messages", [])
    if not IN_PAIRS.isdisjoint([message["role"] for message in messages]):
        out["messages"] = Pairs(job).read(messages)


IN_PAIRS = frozenset(("assistant", "tool", "function"))
"""Roles of messages that hold calls, or answer some."""


def _tools_and_choice(tools: list[Json], choice: Any, out: Json, job: Job) -> None:
    """The tools as functions, and the choice among them."""
    if tools and out.get("functions"):
        job.note(BOTH_KINDS, (None, "functions"))
    if choice and out.get("function_call"):
        job.note(BOTH_CHOICES, (None, "function_call"))
    at = job.memo.get("origin", {}).get("tool_choice") or (None, "tool_choice")
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools" and (tools or out.get("functions")):
        tools, choice = _allowed(choice, tools, out, at, job)
    said = [as_function(tool, job) for tool in tools]
    functions = [function for function in said if function is not None]
    if functions:
        out["functions"] = functions
    if choice is not None and out.get("functions"):
        out["function_call"] = _choice(choice, out, at, job)
    elif choice is not None:
        job.note(NO_TOOLS_LEFT if choice in ("none", "auto") else NO_TOOLS_FORCED, at)


def as_function(tool: Json, job: Job) -> Json | None:
    """One tool as a legacy function; None when nobody knows its type."""
    kind, at = tool.get("type"), job.place_of(tool)
    if kind not in TOOLS_UP:
        job.note(UNKNOWN_TOOL, at)
        return None
    others(tool, frozenset(("type", str(kind))), at, job)
    if kind == "function":
        function = dict(tool.get("function") or {})
    else:
        job.note(CUSTOM, at)
        custom = tool.get("custom") or {}
        named = {key: custom[key] for key in ("name", "description") if custom.get(key) is not None}
        function = {**named, "parameters": custom_parameters()}
    job.placed(function, at)
    return function


# The choice -----------------------------------------------------------------------------------------------------


def _choice(choice: Any, out: Json, at: Place, job: Job) -> Any:
    """tool_choice as function_call: a mode, or the name of the one function."""
    name = _name(choice, at, job) if isinstance(choice, dict) else None
    if name is not None and any(function.get("name") == name for function in out["functions"]):
        return {"name": name}
    if name is not None:
        job.note(NOT_OFFERED, at)
        return "auto"
    if choice in ("none", "auto"):
        return choice
    if choice != "required":
        job.note(UNKNOWN_MODE, at)
        return "auto"
    if len(out["functions"]) == 1:
        return {"name": out["functions"][0]["name"]}
    job.note(REQUIRED, at)
    return "auto"


def _allowed(choice: Json, tools: list[Json], out: Json, at: Place, job: Job) -> tuple[list[Json], Any]:
    """The tools of an allowed list and its mode; the others are left out, which comes to the same."""
    allowed, place = choice.get("allowed_tools") or {}, (at, "allowed_tools")
    others(choice, ALLOWED_KEYS, at, job)
    others(allowed, MODE_KEYS, place, job)
    names = _names(allowed.get("tools") or [], (place, "tools"), job)
    declared = {(_inner(tool) or {}).get("name") for tool in tools} | _named(out.get("functions"))
    for name, entry in names.items():
        if name not in declared:
            job.note(UNNAMED, entry)
    kept = [tool for tool in tools if _offers(tool, names, job.place_of(tool), job)]
    functions = [
        function
        for i, function in enumerate(out.pop("functions", None) or [])
        if _offers({"type": "function", "function": function}, names, ((None, "functions"), i), job)
    ]
    if functions:
        out["functions"] = functions
    if kept or functions:
        return kept, allowed.get("mode", "auto")
    job.note(NO_TOOL, at)
    return [], None


def _named(functions: list[Json] | None) -> set[Any]:
    return {function.get("name") for function in functions or ()}


def _names(entries: list[Json], at: Place, job: Job) -> dict[str, Place]:
    """The names of an allowed list, each with its place; entries that have none are reported."""
    names: dict[str, Place] = {}
    for i, entry in enumerate(entries):
        name = _name(entry, (at, i), job)
        if name is None:
            job.note(UNNAMED, (at, i))
        else:
            names[name] = (at, i)
    return names


def _offers(tool: Json, names: Container[str], at: Place, job: Job) -> bool:
    """True for a tool of an allowed list; another one is reported, since its provider never sees it."""
    inner = _inner(tool)
    if inner is not None and inner.get("name") in names:
        return True
    job.note(NOT_ALLOWED, at)
    return False


def _name(entry: Json, at: Place, job: Job) -> str | None:
    """The name in a named choice or an allowed entry; None when it names no function or custom tool."""
    inner = _inner(entry)
    name = inner.get("name") if inner is not None else None
    if inner is None or not isinstance(name, str):
        return None
    others(entry, frozenset(("type", entry["type"])), at, job)
    others(inner, NAME_KEYS, (at, entry["type"]), job)
    return name


def _inner(entry: Json) -> Json | None:
    """What a tool, a named choice or an allowed entry says under its own type; None for a type that nobody knows."""
    kind = entry.get("type")
    inner = entry.get(kind) if isinstance(kind, str) and kind in TOOLS_UP else None
    return inner if isinstance(inner, dict) else None


ALLOWED_KEYS = frozenset(("type", "allowed_tools"))
MODE_KEYS = frozenset(("mode", "tools"))
NAME_KEYS = frozenset(("name",))
"""Keys of an allowed list, of what it holds and of a named choice that are said."""


# Messages -------------------------------------------------------------------------------------------------------


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
    `results` are those of each turn, the first one last, by the id of the call.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.out: list[Json] = []
        self.results: dict[int, dict[str, list[Json]]] = {}
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
            elif message.get("tool_calls"):
                ids = {id_of(call) for call in message["tool_calls"]}
                self.results[id(message)] = {given: waiting.pop(given) for given in ids if given in waiting}
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
        calls, results = known_calls(given, self.job), self.results.get(id(message), {})
        if len(calls) < len(given):
            self.unknown(given, results)
        if not calls or plain.get("function_call"):
            self.put(plain, at)
            plain = {"role": "assistant", "content": None}
        if calls:
            self.pairs(calls, plain, at, results)
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
            if len(content) > 1:
                self.job.note(PARTS_JOINED, at)
            content = self.joined(content, (at, "content"))
        self.put({"role": "function", "name": name, "content": content}, at)

    def joined(self, parts: list[Json], at: Place) -> str:
        """The texts of a result; what is no text cannot be in one string."""
        texts = []
        for i, part in enumerate(parts):
            place = self.places.get(id(part)) or (at, i)
            if part.get("type") == "text":
                others(part, TEXT_KEYS, place, self.job)
                texts.append(part["text"])
            else:
                self.job.note(NOT_TEXT.get(part.get("type", ""), NO_TEXT), place)
        return "\n".join(texts)


def _as_text(part: Json) -> Json:
    return {"type": "text", "text": part.get("refusal") or ""} if part.get("type") == "refusal" else part


def _with_refusal(content: Any, refusal: str) -> Any:
    if isinstance(content, list):
        return [*content, {"type": "text", "text": refusal}]
    return f"{content}\n\n{refusal}" if content else refusal
