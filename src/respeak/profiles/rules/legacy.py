"""Functions instead of tools in requests: the deprecated half of Chat, for providers that know only that.

A second pass over a finished Chat payload, since tools, choice and messages change shape together (mapping.md,
below 5.4). Losses are reported at the places of the source, which the passes before it have left in the memo.
Messages are said by `legacy_messages.py`, answers by `legacy_answer.py`.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing.bridges import custom_parameters
from respeak.crossing.tool_choice import UNKNOWN_MODE, UNNAMED
from respeak.crossing.toolbox import BOTH_CHOICES, BOTH_KINDS, NO_TOOLS_FORCED, NO_TOOLS_LEFT, NOT_OFFERED, OPEN_CHOICES
from respeak.crossing.tools import DUPLICATE, NAME_TAKEN, TOOLS_UP, UNKNOWN_TOOL
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.profiles.rules.legacy_messages import CUSTOM, Pairs, others
from respeak.verbs import BREAKING, HARMLESS, lost, refused

REQUIRED = lost(
    Code.TOOL_CHOICE_DROPPED,
    BREAKING,
    "function_call cannot demand one of several functions; the model chooses",
)
NOT_ALLOWED = lost(Code.TOOL_DROPPED, HARMLESS, "tool_choice does not allow the tool, so it is not offered")
NO_TOOL = refused(Code.NO_TOOL_ALLOWED, "no function of the allowed list is declared")


def request_as_functions(out: Json, job: Job) -> None:
    """Tools, choice and messages of a Chat request, said with functions only."""
    tools, choice = out.pop("tools", None) or [], out.pop("tool_choice", None)
    if tools or choice is not None:
        _tools_and_choice(tools, choice, out, job)
    elif isinstance(out.get("function_call"), dict) and out.get("functions"):
        out["function_call"] = _legacy_choice(out["function_call"], out["functions"], job)
    if job.source.family == "chat":  # a crossing has said them in pairs already
        messages, out["messages"] = out.get("messages") or [], []
        Pairs(job, out["messages"]).read(messages)


def _tools_and_choice(tools: list[Json], choice: Any, out: Json, job: Job) -> None:
    """The tools as functions, and the choice among them."""
    if tools and out.get("functions"):
        job.note(BOTH_KINDS, (None, "functions"))
    if choice and out.get("function_call"):
        job.note(BOTH_CHOICES, (None, "function_call"))
    at = job.origin("tool_choice") or (None, "tool_choice")
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools" and (tools or out.get("functions")):
        tools, choice = _allowed(choice, tools, out, at, job)
    tools = _distinct(tools, job)
    offered = {(tool.get("type"), (_inner(tool) or {}).get("name")) for tool in tools}
    offered |= {("function", name) for name in _named(out.get("functions"))}
    said = [as_function(tool, job) for tool in tools]
    functions = [function for function in said if function is not None]
    if functions:
        out["functions"] = functions
    if choice is not None and out.get("functions"):
        out["function_call"] = _choice(choice, out["functions"], offered, at, job)
    elif choice is not None:
        job.note(NO_TOOLS_LEFT if choice in OPEN_CHOICES else NO_TOOLS_FORCED, at)


def _distinct(tools: list[Json], job: Job) -> list[Json]:
    """The tools, of those of one name the first: as functions they would be one."""
    first: dict[Any, Json] = {}
    out = []
    for tool in tools:
        name = (_inner(tool) or {}).get("name")
        if name in first:
            job.note(DUPLICATE if tool == first[name] else NAME_TAKEN, job.place_of(tool))
            continue
        if name is not None:
            first[name] = tool
        out.append(tool)
    return out


def as_function(tool: Json, job: Job) -> Json | None:
    """One tool as a legacy function; None when nobody knows its type."""
    kind, at = tool.get("type"), job.place_of(tool)
    known = TOOL_KEYS.get(kind)
    if known is None:
        job.note(UNKNOWN_TOOL, at)
        return None
    others(tool, known, at, job)
    if kind == "function":
        function = tool.get("function") or {}  # nobody else's: the plans made it
    else:
        job.note(CUSTOM, at)
        custom = tool.get("custom") or {}
        others(custom, CUSTOM_KEYS, (at, "custom"), job)
        named = {key: custom[key] for key in ("name", "description") if custom.get(key) is not None}
        function = {**named, "parameters": custom_parameters()}
    job.placed(function, at)
    return function


# The choice -----------------------------------------------------------------------------------------------------


def _legacy_choice(choice: Json, functions: list[Json], job: Job) -> Any:
    """function_call as it stands, unless it names a function that is not offered."""
    if choice.get("name") in _named(functions):
        return choice
    job.note(NOT_OFFERED, (None, "function_call"))
    return "auto"


def _choice(choice: Any, functions: list[Json], offered: Container[tuple[Any, Any]], at: Place, job: Job) -> Any:
    """tool_choice as function_call: a mode, or the name of the one function; `offered` are types and names of tools."""
    name = _name(choice, at, job) if isinstance(choice, dict) else None
    if name is not None and (choice["type"], name) in offered:
        return {"name": name}
    if name is not None:
        job.note(NOT_OFFERED, at)
        return "auto"
    if choice in OPEN_CHOICES:
        return choice
    if choice != "required":
        job.note(UNKNOWN_MODE, at)
        return "auto"
    if len(functions) == 1:
        return {"name": functions[0]["name"]}
    job.note(REQUIRED, at)
    return "auto"


def _allowed(choice: Json, tools: list[Json], out: Json, at: Place, job: Job) -> tuple[list[Json], Any]:
    """The tools of an allowed list and its mode; the others are left out, which comes to the same."""
    allowed = choice.get("allowed_tools") or {}
    place = (at, "allowed_tools") if job.source.family == "chat" else at
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
        place = job.place_of(entry) or (at, i)
        name = _name(entry, place, job)
        if name is None:
            job.note(UNNAMED, place)
        else:
            names[name] = place
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


TOOL_KEYS: Mapping[Any, frozenset[str]] = {kind: frozenset(("type", kind)) for kind in TOOLS_UP}
CUSTOM_KEYS = frozenset(("name", "description", "format"))
ALLOWED_KEYS = frozenset(("type", "allowed_tools"))
MODE_KEYS = frozenset(("mode", "tools"))
NAME_KEYS = frozenset(("name",))
"""Keys of a tool by its type, a custom one, an allowed list, what it holds and a named choice that are said."""
