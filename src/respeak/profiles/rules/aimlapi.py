"""Rules between fields of AIML API: `store`, tools and the choice among them, and answers of `output_text` alone.

The page lists `tool_choice` but no `tools`, and `output_text` but no `output` (AIML API documentation of
openai/gpt-5-3-codex; profiles.md section 1). Nothing is bridged: between Responses dialects the profile's table alone
holds (section 7, rule 2), so shell and patch tools are left out and their calls sent as they are, both reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing.answer import echo_metadata
from respeak.crossing.answer_up import echo, message_item
from respeak.crossing.bridges import BRIDGES, environment
from respeak.crossing.items import item_type
from respeak.crossing.output_text import place_of_text, text_apart, with_text
from respeak.crossing.tool_choice import leftovers
from respeak.crossing.toolbox import NO_TOOLS_FORCED, NO_TOOLS_LEFT, NOT_OFFERED, OPEN_CHOICES
from respeak.crossing.tools import strict_in_force
from respeak.loss import Place, Verdict
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
CLIENT_TOOL = lost(
    Code.TOOL_DROPPED,
    DEGRADING,
    "AIML API knows functions and custom tools only; shells and patches are said as functions to Chat alone",
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
UNDOCUMENTED_ITEM = approximated(
    Code.UNDOCUMENTED_FIELD,
    DEGRADING,
    "AIML API documents no items of this type; sent, it may be ignored or refused",
)
REFERENCE = approximated(
    Code.HISTORY_UNKNOWN, DEGRADING, "works only if the item was stored, which is not the default of AIML API"
)
NO_STORE = refused(Code.HISTORY_UNKNOWN, "the earlier answer was not stored: store is false by your option")

KEPT_INCLUDE = "reasoning.encrypted_content"
KNOWN_TOOLS = ("function", "custom")
ITEMS: Mapping[str, Verdict | None] = {
    "message": None,
    "reasoning": None,
    "function_call": None,
    "function_call_output": None,
    "custom_tool_call": None,
    "custom_tool_call_output": None,
    "item_reference": REFERENCE,
}
"""Items of the input that are sent without a word, or with one; all others are undocumented."""


def finish_request(source: Json, out: Json, job: Job) -> None:
    """Rules between fields: the other default of `store`, and what is documented of tools and include."""
    if "store" not in out:
        out["store"] = job.options.aimlapi_store
        if not out["store"] and out.get("previous_response_id"):
            job.note(NO_STORE, (None, "previous_response_id"))
    _items(source.get("input"), job)
    offered = len(out.get("tools") or ())
    out["tools"] = _tools(out.get("tools") or [], job.origin("tools") or (None, "tools"), job)
    if "tool_choice" in out:
        _choice(out, offered, job.origin("tool_choice") or (None, "tool_choice"), job)
    for tool in out["tools"]:
        job.note(UNDOCUMENTED, job.place_of(tool))
    out["include"] = _include(out.get("include") or [], job)
    for name in ("tools", "include", "text", "reasoning"):
        if not out.get(name):
            out.pop(name, None)


def _items(given: Any, job: Job) -> None:
    """Items go as they are, those that AIML API may not know reported."""
    for i, item in enumerate(given if isinstance(given, list) else ()):
        verdict = ITEMS.get(item_type(item), UNDOCUMENTED_ITEM)
        if verdict is not None:
            job.note(verdict, ((None, "input"), i))


def _tools(tools: list[Json], at: Place, job: Job) -> list[Json]:
    """Functions and custom tools with `strict` spelled out; hosted tools are not documented."""
    out = []
    for i, tool in enumerate(tools):
        kind, place = tool.get("type"), job.place_of(tool) or (at, i)
        if kind not in KNOWN_TOOLS:
            clients = kind in BRIDGES and environment(tool) == "local"
            job.note(CLIENT_TOOL if clients else HOSTED_TOOL, place)
            continue
        if kind == "function" and tool.get("strict") is None:
            tool = {**tool, "strict": strict_in_force(tool.get("parameters"))[0]}
        job.placed(tool, place)
        out.append(tool)
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
        job.note(NO_TOOLS_LEFT if choice in OPEN_CHOICES else NO_TOOLS_FORCED, at)
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
        kind, name, place = entry.get("type"), entry.get("name"), job.place_of(entry) or (at, i)
        if kind in KNOWN_TOOLS and isinstance(name, str) and not entry.get("namespace"):
            leftovers(entry, {"type", "name"}, place, job)
            named[kind, name] = place
        else:
            job.note(NOT_CHOSEN, place)
    return named


def _include(values: list[Any], job: Job) -> list[Any]:
    """Encrypted reasoning matters for stateless loops and is sent; the rest is left out."""
    for i, value in enumerate(values):
        at: Place = ((None, "include"), i) if job.source.family == "responses" else (None, "logprobs")
        job.note(UNDOCUMENTED if value == KEPT_INCLUDE else INCLUDE, at)
    return [value for value in values if value == KEPT_INCLUDE]


ECHOED = ("instructions", "metadata", "parallel_tool_calls", "temperature", "tool_choice", "top_p")
"""What Responses requires of an answer and is that of the request; the page lists some of it as optional."""

RUNNING = ("queued", "in_progress")


def unshape_answer(payload: Json, job: Job) -> Json:
    """An AIML answer as the family has it: `output` made of `output_text`, and the keys that the page leaves out."""
    if job.target.family == "chat":
        return payload  # the crossing reads output_text itself
    out, asked = dict(payload), echo(job)
    for name in ("error", "incomplete_details", "usage"):
        out.setdefault(name, None)
    echo_metadata(out, job)
    for name in ECHOED:
        if out.get(name) is None:
            out[name] = asked[name]
    out["tools"] = out.get("tools") or asked["tools"]
    out["output"] = _output(out)
    return out


def _output(out: Json) -> list[Json]:
    """The items of an answer; a text that none of them says moves there from `output_text`."""
    items = list(out.get("output") or [])
    text = text_apart(out)
    if text:
        del out["output_text"]
        at, message = place_of_text(items)
        if message is None:
            last = at == len(items)
            items.insert(at, message_item(str(out.get("id") or "0"), at, _status(out) if last else "completed"))
        items[at] = with_text(items[at], text)
    return items


def _status(out: Json) -> str:
    """The status of the last item of an answer."""
    status = out.get("status") or "completed"
    return "in_progress" if status in RUNNING else "completed" if status == "completed" else "incomplete"
