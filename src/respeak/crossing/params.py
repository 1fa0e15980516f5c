"""`param` of an error, from the upstream's field names back to the client's (mapping.md section 9).

`messages[3].content` becomes `input[5].content`: names by the request table, positions by translating the
client's request once more and asking where each message came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from respeak.crossing.format import JSON_SCHEMA
from respeak.crossing.items import CALL_OUTPUT, CUSTOM_CALL, ITEMS_DOWN, MESSAGE, TOOL_CALL, call_table
from respeak.crossing.parts import FILE, IMAGE, REFUSAL, TEXT
from respeak.crossing.request import LOGPROBS_VALUE, REQUEST
from respeak.crossing.tools import CUSTOM_TOOL, FUNCTION_TOOL
from respeak.loss import Place, path_of
from respeak.plan import Json, Row, Table, both

_STEP = re.compile(r"[^.\[\]]+")
_POSITION = re.compile(r"[0-9]{1,9}")

LISTS: Mapping[str, tuple[str, ...]] = {"chat": ("messages", "tools", "functions"), "responses": ("input", "tools")}
"""Fields of a family's requests whose entries may stand in another order at the upstream, or be fewer."""

LEGACY = {"functions": "tools", "function_call": "tool_choice"}
"""Deprecated Chat fields, and what holds the same today, one level deeper."""


def split(param: str) -> list[str | int]:
    """`messages[3].content` or `messages.3.content` as keys."""
    return [int(key) if _POSITION.fullmatch(key) else key for key in _STEP.findall(param)]


def join(keys: list[str | int]) -> str:
    """Keys as the live services write them: `input[3].content`."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def places_of(asked: Json, out: Json, job: Any) -> dict[str, Place]:
    """Where in the client's request what the upstream may name came from: messages, items, tools, logprobs.

    `out` is the request as `job` made it of `asked`. What a route within a family leaves alone is the client's own.
    """
    start, end = job.source.family, job.target.family
    own: dict[int, list[Place]] = {}  # an object that the client uses twice has two places, the last one first
    for held in LISTS[start]:
        for i, entry in _objects(asked, held)[::-1]:
            own.setdefault(id(entry), []).append(((None, held), i))
    found = {
        f"{LEGACY.get(name, name)}[{i}]": job.place_of(entry) or (own.get(id(entry)) or [None]).pop()
        for name in LISTS[end]
        for i, entry in _objects(out, name)
    }
    found |= {name: job.place_of(part) for name, part in (*_parts(out, LISTS[end][0]), *_allowed(out))}
    if start != end:
        found |= {**dict(_of_turns(out, job)), **_of_logprobs(out, job)}
    if end == "responses":  # from Chat they are messages that were hoisted
        found["instructions"] = job.origin("instructions")
    return {name: place for name, place in found.items() if place is not None}


def _parts(payload: Json, name: str) -> Iterator[tuple[str, Json]]:
    """The content parts of messages or items, each with its name."""
    for i, entry in _objects(payload, name):
        for inner in ("content", "output"):
            if isinstance(entry.get(inner), list):
                yield from ((f"{name}[{i}].{inner}[{j}]", part) for j, part in _objects(entry, inner))


def _of_turns(out: Json, job: Any) -> Iterator[tuple[str, Place]]:
    """What the messages of turns say and call, each with its name: several items may have become one message."""
    said: Mapping[int, Mapping[str, Place]] = job.memo.get("said", {})
    for i, message in _objects(out, "messages"):
        yield from ((f"messages[{i}].{key}", place) for key, place in said.get(id(message), {}).items())
        yield from (
            (f"messages[{i}].tool_calls[{j}]", job.place_of(call)) for j, call in _objects(message, "tool_calls")
        )
        if "function_call" in message:
            yield f"messages[{i}].function_call", job.place_of(message["function_call"])


def _allowed(payload: Json) -> Iterator[tuple[str, Json]]:
    """The entries of the allowed list that tool_choice may be, each with its name."""
    choice, name = payload.get("tool_choice"), "tool_choice"
    if isinstance(choice, dict) and isinstance(choice.get("allowed_tools"), dict):
        choice, name = choice["allowed_tools"], "tool_choice.allowed_tools"
    if isinstance(choice, dict) and isinstance(choice.get("tools"), list):
        yield from ((f"{name}.tools[{i}]", entry) for i, entry in _objects(choice, "tools"))


def _objects(payload: Json, name: str) -> list[tuple[int, Json]]:
    """The entries of a list that are objects, each with its position."""
    return [(i, entry) for i, entry in enumerate(payload.get(name) or ()) if isinstance(entry, dict)]


def _of_logprobs(out: Json, job: Any) -> dict[str, Place]:
    """What asks for logprobs: a value of `include` on Responses, a field of its own on Chat."""
    if job.target.family == "chat":
        return {"logprobs": job.origin("logprobs")}
    asked = LOGPROBS_VALUE in (out.get("include") or ())
    return dict.fromkeys(("include", "include[0]"), (None, "logprobs")) if asked else {}


def _candidates(head: str, source: Any, target: Any) -> list[str]:
    """Client names of an upstream field. `source` is the upstream's profile, `target` the client's."""
    found = []
    for row in REQUEST.rows:
        theirs = _name(row, source)
        if theirs and head in (theirs, _own(theirs, source)):
            kin = (other for other in REQUEST.rows if row.responses and other.responses == row.responses)
            found += [_own(ours, target) for other in (row, *kin) if (ours := _name(other, target))]
    return found


def _held_apart(head: str, source: Any, target: Any) -> list[str]:
    """Client names of what an upstream holds in one object, if the client has it in fields of its own."""
    inside = [row for row in REQUEST.rows if (_name(row, source) or "").startswith(f"{head}.")]
    ours = [_own(name, target) for row in inside if (name := _name(row, target))]
    return [name for name in ours if not name.startswith(f"{head}.")]


def _name(row: Row, profile: Any) -> str | None:
    """What the family of a provider calls a field."""
    return row.responses if profile.family == "responses" else row.chat


def _own(name: str, profile: Any) -> str:
    """A field's name at a provider, which may rename it."""
    say = profile.says.get("request", {}).get(name)
    if isinstance(say, tuple):
        say = say[0]
    return say if isinstance(say, str) else name


def rewritten(param: str, source: Any, target: Any, request: Json | None, places: Mapping[str, Any]) -> str:
    """The client's name for what the upstream calls `param`; an unknown name stays as it is.

    `places` maps `messages[3]` of the translated request to its place in the client's.
    """
    keys = split(param)
    if source.family == "chat":
        keys = _as_tools(keys)
    found = _renamed(keys, source, target, request, places)
    asked = request or {}
    return join(_as_functions(found) if asked.get("functions") and not asked.get("tools") else found)


def _as_tools(keys: list[str | int]) -> list[str | int]:
    """`functions[0].name` as `tools[0].function.name`."""
    head = LEGACY.get(str(keys[0])) if keys else None
    if head is None:
        return keys
    at = 2 if head == "tools" else 1
    return [head, *keys[1:at], "function", *keys[at:]] if len(keys) > at else [head, *keys[1:]]


def _as_functions(keys: list[str | int]) -> list[str | int]:
    """The way back, for a client that knows functions only."""
    head = next((old for old, new in LEGACY.items() if keys[:1] in ([new], [old])), None)
    return keys if head is None else [head, *(key for key in keys[1:] if key != "function")]


def _renamed(
    keys: list[str | int], source: Any, target: Any, request: Json | None, places: Mapping[str, Any]
) -> list[str | int]:
    """The keys in the client's own names."""
    alike = source.family == target.family
    for length in range(len(keys), 0, -1):
        head, rest = join(keys[:length]), keys[length:]
        if head in places:
            at = path_of(places[head])
            if rest and keys[length - 1] == "function_call":
                rest = ["function", *rest]
            return _inside_alike(at, rest, request or {}) if alike else _inside(at, rest, source, request or {})
        candidates = _candidates(head, source, target) or ([] if rest else _held_apart(head, source, target))
        if candidates:
            name = _present(candidates, request)
            return _in_field(name, head, rest, source, request) if not alike else _in_own(name, rest, request or {})
    return keys


def _present(names: list[str], request: Json | None) -> str:
    """The name of a field that the client used; null is no use of it."""
    used = [name for name in names if request is None or request.get(name.split(".")[0]) is not None]
    return (used or names)[0]


def _in_own(name: str, rest: list[str | int], request: Json) -> list[str | int]:
    """What stands inside a field of the client's, where the upstream is of the same family."""
    held = request.get(name)
    if isinstance(held, str):  # nothing stands inside a string
        return [name]
    return [*split(name), *(_of_kind(rest, held) if isinstance(held, dict) and "custom" in held else rest)]


def _in_field(name: str, head: str, rest: list[str | int], source: Any, request: Json | None) -> list[str | int]:
    """What stands inside a field of the client's, by the rows of what the upstream calls `head`."""
    field, tables = split(name), TAILS.get(head, ())
    tails = list(_tails(rest, tables, source)) or [_unwrapped(rest) if tables else rest]
    if request is None or field[0] not in request:
        return [*field, *tails[0]]
    if head in LISTS[source.family]:  # an entry that no entry of the client's became
        return field
    found = _standing([[*field, *tail] for tail in tails], request)
    return found if len(found) > len(field) else field


def _standing(candidates: list[list[str | int]], request: Json) -> list[str | int]:
    """The candidate of which the client's request has most, up to the first key that its object does not have."""
    lengths = [_length(keys, request) for keys in candidates]
    best = max(range(len(candidates)), key=lengths.__getitem__)
    keys, length = candidates[best], lengths[best]
    more = keys[length : length + 1]
    return keys[:length] + (more if isinstance(_at(keys[:length], request), dict) else [])


def _length(keys: list[str | int], request: Json) -> int:
    """So many of the keys, from the first one on, lead to something in the client's request."""
    held: Any = request
    for count, key in enumerate(keys):
        there = (
            key < len(held)
            if isinstance(held, list) and isinstance(key, int)
            else isinstance(held, dict) and key in held
        )
        if not there:
            return count
        held = held[key]
    return len(keys)


def _inside_alike(keys: list[str | int], rest: list[str | int], request: Json) -> list[str | int]:
    """A place in the client's request and what stands inside it, where the upstream is of the same family."""
    held = _at(keys, request)
    if not isinstance(held, dict):
        return keys
    if rest[:1] == ["function_call"] and rest[0] not in held:
        if held.get("tool_calls"):
            keys, held = [*keys, "tool_calls", 0], held["tool_calls"][0]
        rest = ["function", *rest[1:]] if rest[1:] else []
    rest = _of_kind(rest, held)
    return _standing([[*keys, *rest]], request) if rest and rest[0] in held else keys


def _of_kind(rest: list[str | int], held: Json) -> list[str | int]:
    """The keys inside a tool, a call or a choice, which may be of a custom tool, or a function of the older form."""
    if rest[:1] != ["function"] or "function" in held:
        return rest
    if "custom" not in held:
        return rest[1:]
    name = CUSTOM_KEYS.get(str(rest[1])) if rest[1:] else None
    return ["custom", name] if name else []


CUSTOM_KEYS = {"name": "name", "description": "description", "arguments": "input"}
"""Keys of functions and their calls, and what custom tools and theirs have instead."""


def _at(keys: list[str | int], request: Json) -> Any:
    """What stands at a place of the client's request."""
    held: Any = request
    for key in keys:
        held = held[key]
    return held


def _inside(keys: list[str | int], rest: list[str | int], source: Any, request: Json) -> list[str | int]:
    """A place in the client's request and what stands inside it, as far as the client's form has it."""
    held = _at(keys, request)
    if not isinstance(held, dict):  # instructions, or an input that is one string
        return keys
    tails = list(_tails(rest, _tables(keys, held), source)) or [[]]
    if keys[0] == "functions":
        tails = [[key for key in tail if key != "function"] for tail in tails]
    return _standing([[*keys, *tail] for tail in tails], request)


def _tables(keys: list[str | int], held: Json) -> tuple[Table, ...]:
    """The rows that speak of what stands at a place of the client's request."""
    if keys[-2:-1] in (["tools"], ["functions"]):
        kind = held.get("type", "function")
        return TAILS["tools"] if kind == "function" else TAILS["tools"][1:] if kind == "custom" else ()
    if keys[-2:-1] in (["content"], ["output"]):
        return PARTS
    return (_table(held),) if isinstance(keys[-1], int) else ()


def _table(held: Json) -> Table:
    """The rows that speak of an item, a message or a call of the client."""
    if "role" in held:
        return CALL_OUTPUT if held["role"] == "tool" else MESSAGE
    kinds: dict[Any, Table] = {"custom_call": CUSTOM_CALL, "call_output": CALL_OUTPUT, "message": MESSAGE}
    return kinds.get(ITEMS_DOWN.get(held.get("type", "")) or call_table(held), TOOL_CALL)


def _tails(rest: list[str | int], tables: Iterable[Table], source: Any) -> Iterator[list[str | int]]:
    """What the rows of the tables make of the keys inside an object; positions at their head stay."""
    at = next((i for i, key in enumerate(rest) if not isinstance(key, int)), len(rest))
    if at == len(rest):
        yield rest
    for row in (row for table in tables for row in table.rows):
        theirs, ours = (row.responses, row.chat) if source.family == "responses" else (row.chat, row.responses)
        keys = split(theirs or "")
        if theirs and ours and rest[at : at + len(keys)] == keys:
            below, inner = rest[at + len(keys) :], BELOW.get(row.responses or "", ())
            for tail in [*_tails(below, inner, source)] or [below]:
                yield [*rest[:at], *split(ours), *tail]


def _unwrapped(rest: list[str | int]) -> list[str | int]:
    """The keys inside a field without the object that Chat wraps around what Responses has flat."""
    return rest[:-1] if rest[-1:] and rest[-1] in WRAPPERS else rest


FUNCTION_CHOICE = Table("function_choice", (both("name", "function.name"),))
CUSTOM_CHOICE = Table("custom_choice", (both("name", "custom.name"),))
ALLOWED = Table("allowed", (both("mode", "allowed_tools.mode"), both("tools", "allowed_tools.tools")))
INPUT_GRAMMAR = Table(
    "input_grammar",
    tuple(both(f"format.{name}", f"custom.format.grammar.{name}") for name in ("syntax", "definition")),
)

TAILS: Mapping[str, tuple[Table, ...]] = {
    "messages": (MESSAGE,),
    "input": (MESSAGE,),
    "tools": (FUNCTION_TOOL, INPUT_GRAMMAR, CUSTOM_TOOL),
    "tool_choice": (FUNCTION_CHOICE, CUSTOM_CHOICE, ALLOWED),
    "response_format": (JSON_SCHEMA,),
    "text.format": (JSON_SCHEMA,),
}
"""The rows inside a field, by the upstream's name of it."""

PARTS = (TEXT, IMAGE, FILE, REFUSAL)

BELOW: Mapping[str, tuple[Table, ...]] = {
    "content": PARTS,
    "output": PARTS,
    "tools": (FUNCTION_CHOICE, CUSTOM_CHOICE),
}
"""The rows inside a key of those rows, by its Responses name: parts of a message or result, entries of a list."""

WRAPPERS = ("json_schema", "function", "custom", "allowed_tools")
"""Keys of Chat that hold what stands one level higher on Responses."""
