"""Tools, the choice among them, and what makes sense only with them: the rules between these fields of a request.

The law: mapping.md 5.1 to 5.4, and OBS-11: Chat wants no choice and no parallel_tool_calls without tools.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from respeak.codes import Code
from respeak.crossing.tool_choice import choice_down, choice_up, legacy_choice_up
from respeak.crossing.tools import ToolsDown, functions_up, tools_up
from respeak.crossing.web_search import web_search_up
from respeak.loss import Place, Verdict
from respeak.plan import ABSENT, Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, lost, refused

NO_TOOLS_LEFT = lost(Code.TOOL_CHOICE_DROPPED, HARMLESS, "there is no tool to choose from")
NO_TOOLS_FORCED = lost(Code.FORCED_TOOL_DROPPED, BREAKING, "the request demands a tool call but no tool remains")
NOT_OFFERED = lost(
    Code.FORCED_TOOL_DROPPED, BREAKING, "the request forces a tool that is not among those offered; the model chooses"
)
NO_TOOLS_PARALLEL = lost(
    Code.PARALLEL_TOOL_CALLS_DROPPED, HARMLESS, "Chat allows it only together with tools, and there are none"
)
SEARCHES_ALL_THE_SAME = approximated(
    Code.WEB_SEARCH_CHANGED, DEGRADING, "a search model searches on every request, tool_choice none included"
)
BOTH_KINDS = refused(Code.FUNCTIONS_AND_TOOLS, "send either functions or tools, not both")
BOTH_CHOICES = refused(Code.FUNCTIONS_AND_TOOLS, "send either function_call or tool_choice, not both")


OF_TOOLS = ("tools", "hoisted", "tool_choice", "parallel_tool_calls")
"""What a request notes that speaks of tools."""


def toolbox_down(out: Json, job: Job) -> None:
    """The tools of a Responses request, hoisted ones included, and what depends on them."""
    reader = ToolsDown(str(out.get("model", "")), job)
    for tools, at in [job.memo.get("tools", ([], None)), *job.memo.get("hoisted", [])]:
        reader.read(tools, at)
    if reader.tools:
        out["tools"] = reader.tools
    if reader.web_search is not None:
        out["web_search_options"] = reader.web_search
    job.memo["offered"] = reader.declared
    job.memo["searches"] = reader.web_search is not None
    job.comes_from("web_search_options", reader.web_search_at)
    choice = _choice_down(reader, job) if "tool_choice" in job.memo else ABSENT
    if choice is not ABSENT:
        out["tool_choice"] = choice
    if "parallel_tool_calls" in job.memo:
        value, at = job.memo["parallel_tool_calls"]
        if reader.tools:
            out["parallel_tool_calls"] = value
        else:
            job.note(NO_TOOLS_PARALLEL, at)


def _choice_down(reader: ToolsDown, job: Job) -> Any:
    """The choice among the tools that are left; ABSENT when it cannot be kept (the loss is noted)."""
    value, at = job.memo["tool_choice"]
    if not reader.tools:
        return _choice_without_tools(value, at, job)
    choice = choice_down(value, at, job)
    if not isinstance(choice, dict) or choice["type"] == "allowed_tools":
        return choice
    origin = reader.origin(choice[choice["type"]]["name"])
    return _of_offered(choice, origin == (value["type"], value.get("namespace") or None), at, job)


def _of_offered(choice: Any, offered: bool, at: Place, job: Job) -> Any:
    """The choice of one tool, unless that is not offered (the loss is noted)."""
    if offered:
        return choice
    job.note(NOT_OFFERED, at)
    return ABSENT


def _tool_of(value: Json) -> tuple[Any, Any]:
    """Type and name of a Responses tool or of one that is chosen; a hosted one has no name."""
    return value["type"], value.get("name")


def _choice_without_tools(value: Any, at: Place, job: Job) -> Any:
    """Chat takes no choice then; on a search model the search itself was forced, or forbidden in vain."""
    if not job.memo["searches"]:
        job.note(NO_TOOLS_LEFT if value in OPEN_CHOICES else NO_TOOLS_FORCED, at)
    elif not isinstance(value, dict):
        job.note(SEARCHES_ALL_THE_SAME if value == "none" else NO_TOOLS_LEFT, at)
    elif str(value.get("type")).startswith("web_search"):
        choice_down(value, at, job)
    else:
        job.note(NO_TOOLS_FORCED, at)
    return ABSENT


def toolbox_up(out: Json, job: Job) -> None:
    """The tools of a Chat request and the choice among them, the deprecated names included."""
    memo = job.memo
    tools: list[Json] = []
    for name, read in _TOOLS_UP.items():
        if name in memo:
            value, at = memo[name]
            tools += read(value, at, job)
    if tools:
        out["tools"] = tools
    for name in _CHOICES_UP:
        choice = _choice_up(name, tools, job) if name in memo else ABSENT
        if choice is not ABSENT:
            out["tool_choice"] = choice
    _either("functions", "tools", BOTH_KINDS, job)
    _either("function_call", "tool_choice", BOTH_CHOICES, job)


def _choice_up(name: str, tools: list[Json], job: Job) -> Any:
    """A choice under its own or its deprecated name; ABSENT when it cannot be kept (the loss is noted)."""
    value, at = job.memo[name]
    if tools:
        choice = _CHOICES_UP[name](value, at, job)
        if not isinstance(choice, dict) or choice["type"] == "allowed_tools":
            return choice
        return _of_offered(choice, _tool_of(choice) in map(_tool_of, tools), at, job)
    if value not in OPEN_CHOICES and any(job.memo.get(given, ([],))[0] != [] for given in GIVEN):
        job.note(NO_TOOLS_FORCED, at)
        return ABSENT
    return _CHOICES_UP[name](value, at, job)


OPEN_CHOICES = ("none", "auto")
"""Choices that come true without any tool."""
GIVEN = ("tools", "functions", "web_search_options")
"""Fields in which a Chat request declares what becomes tools."""


def _either(old: str, new: str, verdict: Verdict, job: Job) -> None:
    """Refuse a deprecated field beside the one that replaced it."""
    value, at = job.memo.get(old, (None, None))
    if value and job.memo.get(new, (None,))[0]:
        job.note(verdict, at)


_TOOLS_UP: dict[str, Callable[[Any, Place, Job], list[Json]]] = {
    "tools": tools_up,
    "functions": functions_up,
    "web_search_options": web_search_up,
}

_CHOICES_UP: dict[str, Callable[[Any, Place, Job], Any]] = {
    "function_call": legacy_choice_up,
    "tool_choice": choice_up,
}
