"""Requests of clients written after a widespread "Definition: GPT-5.3-Codex" page: a source, never a target.

The page speaks Chat and adds fields and tools that neither API has (profiles.md section 6). They are read for
what they mean where they mean something, and reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from respeak.codes import Code
from respeak.crossing.request import TWO_LIMITS
from respeak.crossing.tool_choice import FORCED, NONE_ALLOWED, NOT_ALLOWED, UNKNOWN_MODE
from respeak.crossing.toolbox import (
    BOTH_CHOICES,
    NO_TOOLS_FORCED,
    NO_TOOLS_LEFT,
    NO_TOOLS_PARALLEL,
    OPEN_CHOICES,
)
from respeak.loss import Place, Verdict
from respeak.plan import Job, Json, Step, Told
from respeak.profiles.profile import Profile
from respeak.verbs import DEGRADING, HARMLESS, approximated, lost

REASONING_MODEL = re.compile(r"(openai/|vtrix-)?(gpt-[5-9]|o\d)")
SYSTEM_PROMPT = approximated(
    Code.SYSTEM_PROMPT_MOVED, HARMLESS, "neither API has system_prompt; it became the first developer message"
)
APPROVAL = lost(
    Code.APPROVAL_DROPPED,
    DEGRADING,
    "neither API has tool_use_approval; nothing will ask before tools are called",
    unless=(False,),
)
TEMPERATURE = lost(Code.TEMPERATURE_DROPPED, DEGRADING, "reasoning models take temperature 1 only")


@dataclass(frozen=True, slots=True)
class OddTool:
    """A tool type that the page invents: what Responses gets for it, and the verdicts on that and on dropping it.

    Chat drops it, and so does a Responses dialect without hosted tools.
    """

    tool: Callable[[], Json]
    responses: Verdict
    chat: Verdict


def _tool(name: str, stands_for: str, tool: Callable[[], Json]) -> OddTool:
    return OddTool(
        tool,
        approximated(Code.TOOL_REPLACED, DEGRADING, f"{name} is no Chat tool; said as {stands_for}"),
        lost(Code.TOOL_DROPPED, DEGRADING, f"the target has no {name}; the model has one tool less"),
    )


def _system_prompt(value: Any, out: Json, at: Place, job: Job) -> None:
    if value:
        job.note(SYSTEM_PROMPT, at)
        job.memo["lead"] = {"role": "developer", "content": value}
        job.placed(job.memo["lead"], at)


def finish_reading(source: Json, out: Json, job: Job) -> None:
    """The system prompt in front, no temperature for reasoning models, the limit under its current name."""
    if "lead" in job.memo:
        out["input" if job.target.family == "responses" else "messages"].insert(0, job.memo["lead"])
    if out.get("temperature") not in (None, 1) and REASONING_MODEL.match(str(out.get("model", ""))):
        found, place = job.ledger.found, (None, "temperature")
        found[:] = [(verdict, at) for verdict, at in found if at != place]  # what the target would say is moot
        job.note(TEMPERATURE, place)
        del out["temperature"]
    if job.target.family == "chat":
        if isinstance(out.get("tool_choice"), dict):
            _choice(out, job)
        if not job.target.closed:  # a closed one has rules of its own for limits and empty lists
            _limit(out, job)
            _without_tools(source, out, job)


def _limit(out: Json, job: Job) -> None:
    """max_tokens under its current name, unless both are there; null is no limit."""
    limit = out.pop("max_tokens", None)
    if limit is None:
        return
    if out.get("max_completion_tokens") is not None:
        job.note(TWO_LIMITS, (None, "max_tokens"))
    out["max_completion_tokens"] = limit


def _choice(out: Json, job: Job) -> None:
    """A choice without the tools that Chat does not have."""
    choice, at = out["tool_choice"], (None, "tool_choice")
    if choice.get("type") in job.source.odd_tools:
        job.note(FORCED if out.get("tools") or out.get("functions") else NO_TOOLS_FORCED, at)
        del out["tool_choice"]
        return
    allowed = (choice.get("allowed_tools") or {}) if choice.get("type") == "allowed_tools" else {}
    if not allowed.get("tools"):
        return
    entries = job.each(allowed["tools"], ((at, "allowed_tools"), "tools"), _entry)
    if entries:
        out["tool_choice"] = {**choice, "allowed_tools": {**allowed, "tools": entries}}
    else:
        job.note(NONE_ALLOWED, at)
        del out["tool_choice"]


def _entry(entry: Json, at: Place, job: Job) -> Json | None:
    """One tool of an allowed list; None for one that Chat does not have."""
    if str(entry.get("type")) not in job.source.odd_tools:
        return entry
    job.note(NOT_ALLOWED, at)
    return None


def _without_tools(source: Json, out: Json, job: Job) -> None:
    """No empty list of tools, and nothing that Chat takes only with one (OBS-11)."""
    if not source.get("tools") or out.get("tools"):
        return
    del out["tools"]
    choice = out.pop("tool_choice", None)
    if choice is not None:
        _choice_without_tools(choice, out, (None, "tool_choice"), job)
    if out.pop("parallel_tool_calls", None) is not None:
        job.note(NO_TOOLS_PARALLEL, (None, "parallel_tool_calls"))


def _choice_without_tools(choice: Any, out: Json, at: Place, job: Job) -> None:
    """The choice among deprecated functions that remain, as their own `function_call`."""
    if not out.get("functions"):
        job.note(NO_TOOLS_LEFT if choice in OPEN_CHOICES else NO_TOOLS_FORCED, at)
    elif out.get("function_call") is not None:
        job.note(BOTH_CHOICES, (None, "function_call"))
    elif choice in OPEN_CHOICES:
        out["function_call"] = choice
    else:
        job.note(UNKNOWN_MODE, at)


CHOICE = (FORCED, NO_TOOLS_FORCED, NO_TOOLS_LEFT, NONE_ALLOWED, NOT_ALLOWED, UNKNOWN_MODE)
TELLS = (
    Told(None, "temperature", "temperature", "for models that do not reason", (TEMPERATURE,)),
    Told(None, "tool_choice", "tool_choice", "of the tools that are left", CHOICE),
    Told(None, "max_tokens", "max_completion_tokens", "under its current name", (TWO_LIMITS,), open_only=True),
    Told(None, "function_call", "function_call", "beside the choice of a tool", (BOTH_CHOICES,), open_only=True),
    Told(None, "parallel_tool_calls", "parallel_tool_calls", "with tools", (NO_TOOLS_PARALLEL,), open_only=True),
)

PROFILE = Profile(
    name="codex-guide",
    family="chat",
    title='clients written after "Definition: GPT-5.3-Codex"',
    source="the page of that name, judged in the mapping of this project",
    models={"gpt-5.3-codex": "gpt-5.3-codex"},
    source_only=True,
    reads={"system_prompt": Step(_system_prompt), "tool_use_approval": APPROVAL},
    odd_tools={
        "code_interpreter": _tool(
            "code_interpreter",
            "code_interpreter with an automatic container",
            lambda: {"type": "code_interpreter", "container": {"type": "auto"}},
        ),
        "web_browser": _tool("web_browser", "web_search", lambda: {"type": "web_search"}),
    },
    finish_reading=finish_reading,
    tells_reading=TELLS,
)
