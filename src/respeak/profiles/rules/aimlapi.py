"""Rules between fields of AIML API: `store`, tools and the choice among them, and answers of `output_text` alone.

The page lists `tool_choice` but no `tools`, and `output_text` but no `output` (AIML API documentation of
openai/gpt-5-3-codex; profiles.md section 1).
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.answer_up import message_item
from respeak.crossing.tool_choice import leftovers
from respeak.crossing.toolbox import NO_TOOLS_FORCED, NO_TOOLS_LEFT, NOT_OFFERED
from respeak.crossing.tools import strict_in_force
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, lost, refused

UNDOCUMENTED = approximated(
    Code.UNDOCUMENTED_FIELD,
    DEGRADING,
    "AIML API does not document this field; sent, it may be ignored or refused",
)
HOSTED_TOOL = lost(
    Code.TOOL_DROPPED, DEGRADING, "AIML API knows functions and custom tools only; the model has one tool less"
)
HOSTED_CHOICE = lost(
    Code.FORCED_TOOL_DROPPED,
    BREAKING,
    "AIML API documents functions and custom tools only; the model chooses",
)
NOT_ALLOWED = lost(Code.TOOL_DROPPED, HARMLESS, "tool_choice does not allow the tool, so it is not offered")
NOT_CHOSEN = lost(
    Code.TOOL_DROPPED, DEGRADING, "AIML API knows functions and custom tools only; the entry leaves the allowed list"
)
NO_TOOL = refused(Code.NO_TOOL_ALLOWED, "AIML API has no tool of the allowed list")
INCLUDE = lost(Code.INCLUDE_DROPPED, DEGRADING, "AIML API does not document include")
NO_STORE = refused(Code.HISTORY_UNKNOWN, "the earlier answer was not stored: store is false by your option")

KEPT_INCLUDE = "reasoning.encrypted_content"
KNOWN_TOOLS = ("function", "custom")


def finish_request(source: Json, out: Json, job: Job) -> None:
    """Rules between fields: the other default of `store`, and what is documented of tools and include."""
    if "store" not in out:
        out["store"] = job.options.aimlapi_store
        if not out["store"] and out.get("previous_response_id"):
            job.note(NO_STORE, (None, "previous_response_id"))
    origin = job.memo.get("origin", {})
    offered = len(out.get("tools") or ())
    out["tools"] = _tools(out.get("tools") or [], origin.get("tools") or (None, "tools"), job)
    if "tool_choice" in out:
        _choice(out, offered, origin.get("tool_choice") or (None, "tool_choice"), job)
    for tool in out["tools"]:
        job.note(UNDOCUMENTED, job.place_of(tool))
    out["include"] = _include(out.get("include") or [], job)
    for name in ("tools", "include", "text", "reasoning"):
        if not out.get(name):
            out.pop(name, None)


def _tools(tools: list[Json], at: Place, job: Job) -> list[Json]:
    """Functions and custom tools with `strict` spelled out; hosted tools are not documented."""
    out = []
    for i, tool in enumerate(tools):
        place = job.place_of(tool) or (at, i)
        if tool.get("type") not in KNOWN_TOOLS:
            job.note(HOSTED_TOOL, place)
            continue
        unsaid = tool["type"] == "function" and tool.get("strict") is None
        out.append({**tool, "strict": strict_in_force(tool.get("parameters"))[0]} if unsaid else tool)
        job.placed(out[-1], place)
    return out


def _choice(out: Json, offered: int, at: Place, job: Job) -> None:
    """Modes, functions and custom tools can be chosen; a choice among tools that are left out cannot be kept."""
    choice = out["tool_choice"]
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        out["tool_choice"] = _allowed(choice, out, at, job)
    elif isinstance(choice, dict) and choice.get("type") not in KNOWN_TOOLS:
        job.note(HOSTED_CHOICE, at)
        del out["tool_choice"]
    elif out["tools"] and isinstance(choice, dict) and not _is_offered(choice, out["tools"]):
        job.note(NOT_OFFERED, at)
        del out["tool_choice"]
    elif offered and not out["tools"]:
        job.note(NO_TOOLS_LEFT if choice in ("none", "auto") else NO_TOOLS_FORCED, at)
        del out["tool_choice"]


def _is_offered(choice: Json, tools: list[Json]) -> bool:
    """True for a choice of one of the tools that are left, which are all outside of any namespace."""
    named = choice["type"], choice.get("name")
    return not choice.get("namespace") and any((tool["type"], tool.get("name")) == named for tool in tools)


def _allowed(choice: Json, out: Json, at: Place, job: Job) -> Any:
    """The mode of an allowed list; tools outside the list are left out, which comes to the same."""
    leftovers(choice, {"type", "mode", "tools"}, at, job)
    inside = (at, "allowed_tools") if job.source.family == "chat" else at
    allowed = _named(choice.get("tools") or [], (inside, "tools"), job)
    offered = {(tool["type"], tool.get("name")) for tool in out["tools"]}
    for place in (place for named, place in allowed.items() if named not in offered):
        job.note(NOT_CHOSEN, place)
    kept = []
    for tool in out["tools"]:
        if (tool["type"], tool.get("name")) in allowed:
            kept.append(tool)
        else:
            job.note(NOT_ALLOWED, job.place_of(tool))
    if not kept:
        job.note(NO_TOOL, at)
    out["tools"] = kept
    return choice.get("mode") or "auto"


def _named(entries: list[Json], at: Place, job: Job) -> dict[tuple[str, str], Place]:
    """Type and name of each entry of an allowed list, with its place; what AIML API has no tools for is reported."""
    named: dict[tuple[str, str], Place] = {}
    for i, entry in enumerate(entries):
        kind, name = entry.get("type"), entry.get("name")
        if kind in KNOWN_TOOLS and isinstance(name, str) and not entry.get("namespace"):
            leftovers(entry, {"type", "name"}, (at, i), job)
            named[kind, name] = (at, i)
        else:
            job.note(NOT_CHOSEN, (at, i))
    return named


def _include(values: list[Any], job: Job) -> list[Any]:
    """Encrypted reasoning matters for stateless loops and is sent; the rest is left out."""
    for i, value in enumerate(values):
        at: Place = ((None, "include"), i) if job.source.family == "responses" else (None, "logprobs")
        job.note(UNDOCUMENTED if value == KEPT_INCLUDE else INCLUDE, at)
    return [value for value in values if value == KEPT_INCLUDE]


def unshape_answer(payload: Json, job: Job) -> Json:
    """An AIML answer as the family has it: `output` made of `output_text`, and the keys that the page leaves out."""
    if job.target.family == "chat":
        return payload  # the crossing reads output_text itself
    request = job.request or {}
    out = dict(payload)
    out.setdefault("error", None)
    out.setdefault("incomplete_details", None)
    out.setdefault("usage", None)
    out.setdefault("metadata", request.get("metadata") or {})
    out.setdefault("tools", request.get("tools") or [])
    items, text = out.get("output") or [], out.get("output_text")
    if text and not any(item.get("type") == "message" for item in items):
        del out["output_text"]
        items = [message_item(text, str(out.get("id") or "0")), *items]
    out["output"] = items
    return out
