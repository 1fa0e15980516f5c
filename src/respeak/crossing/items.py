"""Input items and what becomes of each on the way to Chat: its table, or the verdict on it.

The law: mapping.md, table R2C-ITEM. `fold.py` carries the items out; the rows here say which of their keys
travel (`call_id`, `name`, `arguments`) and which are lost (`id`, `status`, `phase`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing import extensions
from respeak.crossing.format import format_down
from respeak.loss import Place, Verdict
from respeak.plan import (
    IMPLIED,
    ONE_WAY,
    Always,
    Job,
    Json,
    Row,
    Step,
    Table,
    both,
    from_chat,
    only_chat,
    only_responses,
)
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, lost, refused

PHASE = lost(Code.PHASE_DROPPED, DEGRADING, "Chat cannot say phase; models that lose it stop early on long tasks")
PHASE_WITHOUT_TEXT = lost(Code.PHASE_MISPLACED, HARMLESS, "phase marks text, and the message has none")
MISPLACED_PHASE = lost(Code.PHASE_MISPLACED, HARMLESS, "phase belongs to assistant messages only; removed")
REASONING = lost(
    Code.REASONING_DROPPED,
    DEGRADING,
    "Chat has no reasoning items; the model loses its thoughts of earlier turns",
)
CHAT_REASONING = lost(
    Code.REASONING_DROPPED,
    DEGRADING,
    "reasoning text cannot be sent back to Responses without its encrypted item",
    unless=("",),
)
ITEM_ID = lost(Code.ITEM_ID_DROPPED, HARMLESS, "Chat history has no item ids")
STATUS = lost(Code.STATUS_DROPPED, HARMLESS, "Chat history has no status", unless=("completed",))
CALLER = lost(Code.CALLER_DROPPED, HARMLESS, "Chat does not say who made the call", unless=({"type": "direct"},))
CREATED_BY = lost(Code.CREATED_BY_DROPPED, HARMLESS, "Chat does not say who made the item")
NAMESPACE = approximated(Code.NAMESPACE_FLATTENED, HARMLESS, "Chat names are flat: the tool goes as namespace__name")
ASYNC = lost(Code.ASYNC_DROPPED, DEGRADING, "Chat waits for every tool result", unless=(False,))
NAME = lost(Code.NAME_DROPPED, DEGRADING, "Responses messages have no name")


def _phase_down(value: Any, out: Json, at: Place, job: Job) -> None:
    """Each phase is a loss: on assistant messages the one that matters, elsewhere it was misplaced."""
    if "phases" in job.memo:  # the answer may carry it as an extension
        job.memo["phases"].append((value, at))
        return
    job.found.append((PHASE if out.get("role", "assistant") == "assistant" else MISPLACED_PHASE, at))


def _phase_up(value: Any, out: Json, at: Place, job: Job) -> None:
    """A client that keeps `phase` on its Chat messages gets it through; elsewhere it is removed."""
    if out.get("role", "assistant") == "assistant":
        out["phase"] = value
    else:
        job.note(MISPLACED_PHASE, at)


def _details_up(value: Any, out: Json, at: Place, job: Job) -> None:
    """Reported as a whole unless `options.extensions` reads the assistant's entries, each for itself."""
    if value and not (extensions.taken(job) and out.get("role") == "assistant"):
        job.note(CHAT_REASONING, at)


MESSAGE = Table(
    "message",
    (
        Row("type", None, down=IMPLIED),
        Row("role", "role", None, IMPLIED, note="same role"),
        Row("content", "content", None, IMPLIED, note="string, or parts"),
        only_responses("id", ITEM_ID),
        only_responses("status", STATUS),
        only_responses("phase", Step(_phase_down, PHASE.why, (PHASE, MISPLACED_PHASE), beside=True)),
        Row("phase", "phase", ONE_WAY, Step(_phase_up, "kept on assistant messages", (MISPLACED_PHASE,))),
        only_chat("name", NAME),
        only_chat("tool_calls", IMPLIED, note="one function_call or custom_tool_call item each"),
        only_chat("function_call", IMPLIED, note="a function_call item with a call_id from its position"),
        only_chat("refusal", IMPLIED, note="a refusal part"),
        only_chat("audio", refused(Code.AUDIO_REFUSED, "Responses has no audio messages")),
        only_chat("annotations", lost(Code.ANNOTATIONS_DROPPED, HARMLESS, "history needs no annotations")),
        only_chat("reasoning_content", CHAT_REASONING),
        only_chat("reasoning", CHAT_REASONING),
        only_chat("reasoning_details", Step(_details_up, "reasoning items, by options.extensions", (CHAT_REASONING,))),
        only_chat("parsed", lost(Code.PARSED_DROPPED, HARMLESS, "a client library's copy of the content")),
    ),
    "messages",
    ("input[]<message>", "messages[]"),
)

CALL_KEYS = (
    Row(None, "index", up=IMPLIED, note="the position in the list"),
    only_responses("id", ITEM_ID),
    only_responses("status", STATUS),
    only_responses("namespace", NAMESPACE),
    only_responses("caller", CALLER),
    only_responses("created_by", CREATED_BY),
    only_responses("async", ASYNC),
)
"""Rows that function calls and custom tool calls share."""

TOOL_CALL = Table(
    "tool_call",
    (
        Row("type", "type", Always("function"), Always("function_call")),
        both("call_id", "id"),
        both("name", "function.name"),
        both("arguments", "function.arguments", note="byte for byte"),
        *CALL_KEYS,
    ),
    "function calls",
    ("input[]<function_call>", "messages[].tool_calls[]<function>"),
)

CUSTOM_CALL = Table(
    "custom_call",
    (
        Row("type", "type", Always("custom"), Always("custom_tool_call")),
        both("call_id", "id"),
        both("name", "custom.name"),
        both("input", "custom.input", note="byte for byte"),
        *CALL_KEYS,
    ),
    "custom tool calls",
    ("input[]<custom_tool_call>", "messages[].tool_calls[]<custom>"),
)

CALL_OUTPUT = Table(
    "call_output",
    (
        Row("type", "role", Always("tool"), IMPLIED),
        both(
            "call_id",
            "tool_call_id",
            up=IMPLIED,
            note="call_id = tool_call_id; longer than 64 characters: hashed",
        ),
        Row("output", "content", None, IMPLIED, note="text stays text; images and files follow as a user message"),
        only_responses("id", ITEM_ID),
        only_responses("status", STATUS),
        only_responses("name", lost(Code.NAME_DROPPED, HARMLESS, "tool messages are paired by id, not by name")),
        only_responses("namespace", NAMESPACE),
        only_responses("caller", CALLER),
        only_responses("created_by", CREATED_BY),
        only_chat("name", lost(Code.NAME_DROPPED, HARMLESS, "outputs are paired by call_id, not by name")),
    ),
    "outputs of function and custom tool calls",
    ("input[]<function_call_output>", "messages[]<tool>"),
)

BRIDGED_CALL = Table(
    "bridged_call",
    (
        only_responses("type", IMPLIED, note="a function of the tool's name"),
        both("call_id", "id"),
        only_responses("action", IMPLIED, note="arguments = JSON of action"),
        only_responses("operation", IMPLIED, note="arguments = JSON of operation"),
        only_responses("id", ITEM_ID),
        only_responses("status", STATUS),
        only_responses("caller", CALLER),
        only_responses("created_by", CREATED_BY),
        only_responses(
            "environment",
            lost(
                Code.ENVIRONMENT_DROPPED,
                DEGRADING,
                "a function has no environment",
                unless=({"type": "local"},),
            ),
        ),
    ),
    "calls of local_shell, shell and apply_patch, said as functions",
    ("input[]<shell_call>", "messages[].tool_calls[]<function>"),
)

BRIDGED_OUTPUT = Table(
    "bridged_output",
    (
        only_responses("type", IMPLIED, note="a tool message"),
        only_responses("call_id", IMPLIED, note="tool_call_id"),
        only_responses("output", IMPLIED, note="content = text, or JSON of the output chunks"),
        only_responses("id", IMPLIED, note="pairs when call_id is missing"),
        only_responses("status", IMPLIED, note="part of the text of an apply_patch output"),
        only_responses("caller", CALLER),
        only_responses("created_by", CREATED_BY),
        only_responses(
            "max_output_length",
            lost(Code.MAX_OUTPUT_LENGTH_DROPPED, HARMLESS, "the output was cut to this length already"),
        ),
        only_responses("environment", lost(Code.ENVIRONMENT_DROPPED, DEGRADING, "a function has no environment")),
    ),
    "outputs of bridged calls",
    ("input[]<shell_call_output>", "messages[]<tool>"),
)

MCP_CALL = Table(
    "mcp_call",
    (
        only_responses("type", IMPLIED, note="a function call and its tool message"),
        only_responses("id", IMPLIED, note="the id of the call"),
        only_responses("server_label", IMPLIED, note="name = server_label__name"),
        only_responses("name", IMPLIED, note="name = server_label__name"),
        only_responses("arguments", IMPLIED, note="byte for byte"),
        only_responses("output", IMPLIED, note="content of the tool message"),
        only_responses("error", IMPLIED, note="content of the tool message when there is no output"),
        only_responses("status", STATUS),
        only_responses("approval_request_id", lost(Code.APPROVAL_DROPPED, HARMLESS, "the approval was given already")),
        only_responses("caller", CALLER),
    ),
    "MCP calls, which hold arguments and output",
    ("input[]<mcp_call>", "messages[]"),
)

LEGACY_CALL = Table(
    "legacy_call",
    (
        from_chat("name", "name"),
        from_chat("arguments", "arguments", note="byte for byte"),
    ),
    "the deprecated function_call of an assistant message; call_id comes from its position",
    ("input[]<function_call>", "messages[].function_call"),
)

LEGACY_OUTPUT = Table(
    "legacy_output",
    (
        Row(None, "role", up=IMPLIED, note="function_call_output"),
        Row(None, "name", up=IMPLIED, note="pairs with the nearest earlier call of this name"),
        Row("output", "content", ONE_WAY, IMPLIED, note="null becomes an empty string"),
    ),
    "deprecated function messages",
    ("input[]<function_call_output>", "messages[]<function>"),
)

CONFIGURATION = Table(
    "configuration",
    (
        only_responses("type", IMPLIED, note="the last one holds for the whole request"),
        only_responses("id", ITEM_ID),
        both("reasoning.effort", "reasoning_effort"),
        Row("text.format", "response_format", format_down, note="as text.format of the request"),
    ),
    "configuration_update items",
    ("input[]<configuration_update>", ""),
    "request",
)

TABLES = (
    MESSAGE,
    TOOL_CALL,
    CUSTOM_CALL,
    CALL_OUTPUT,
    LEGACY_CALL,
    LEGACY_OUTPUT,
    BRIDGED_CALL,
    BRIDGED_OUTPUT,
    MCP_CALL,
    CONFIGURATION,
)


def _record(severity: Any, why: str) -> Verdict:
    return lost(Code.HOSTED_CALL_DROPPED, severity, why)


def _refused(what: str) -> Verdict:
    return refused(Code.ITEM_REFUSED, f"Chat cannot hold {what}; start from a history without it")


ITEMS_DOWN: Mapping[str, str | Verdict] = {
    "message": "message",
    "function_call": "tool_call",
    "custom_tool_call": "custom_call",
    "function_call_output": "call_output",
    "custom_tool_call_output": "call_output",
    "local_shell_call": "bridged_call",
    "shell_call": "bridged_call",
    "apply_patch_call": "bridged_call",
    "local_shell_call_output": "bridged_output",
    "shell_call_output": "bridged_output",
    "apply_patch_call_output": "bridged_output",
    "mcp_call": "mcp_call",
    "image_generation_call": "image_call",
    "additional_tools": "hoisted_tools",
    "tool_search_output": "hoisted_tools",
    "configuration_update": "configuration",
    "reasoning": REASONING,
    "web_search_call": _record(HARMLESS, "the record of a web search; the answer that followed keeps its effect"),
    "file_search_call": _record(DEGRADING, "the record of a file search and its results"),
    "code_interpreter_call": _record(DEGRADING, "the record of hosted code and its output"),
    "tool_search_call": _record(HARMLESS, "the record of a tool search; the tools that it found are kept"),
    "mcp_list_tools": _record(HARMLESS, "the record of a tool listing"),
    "computer_call": _refused("computer calls"),
    "computer_call_output": _refused("computer screenshots"),
    "mcp_approval_request": _refused("a pending MCP approval"),
    "mcp_approval_response": _refused("an MCP approval"),
    "compaction": _refused("a compacted history, which is opaque and stands for earlier turns"),
    "compaction_summary": _refused("a compacted history, which is opaque and stands for earlier turns"),
    "compaction_trigger": _refused("a request to compact the history"),
    "item_reference": refused(
        Code.HISTORY_UNKNOWN, "the item is stored at the provider; send the item itself instead of its id"
    ),
    "program": _refused("programmatic tool calls"),
    "program_output": _refused("programmatic tool calls"),
}
"""What becomes of an input item, by type: the table that says it, the name of a special rule, or a verdict."""

CALLS_UP: Mapping[str, str] = {"function": "tool_call", "custom": "custom_call"}
"""What becomes of an entry of `tool_calls`, by type: the table that says it."""

KNOWN_CALLS = frozenset((None, *CALLS_UP))
"""Types of entries of `tool_calls` that have a table; those without a type have one too."""

UNKNOWN_CALL = lost(Code.UNKNOWN_ITEM_DROPPED, BREAKING, "this type of tool call has no counterpart")
UNKNOWN_ITEM = lost(Code.UNKNOWN_ITEM_DROPPED, BREAKING, "this type of item has no counterpart")


def call_table(call: Json) -> str | None:
    """The table of an entry of `tool_calls`; some clients leave out its type. None when nobody knows it."""
    kind = call.get("type")
    return CALLS_UP.get(("custom" if "custom" in call else "function") if kind is None else kind)


def id_of(call: Json) -> str:
    """The id of an entry of `tool_calls`, empty if it has none; calls of a type that nobody knows hold anything."""
    given = call.get("id")
    return given if isinstance(given, str) else ""


def item_type(item: Json) -> str:
    """The type of an input item, which messages and references may leave out (mapping.md, below R2C-ITEM)."""
    kind = item.get("type")
    if isinstance(kind, str):
        return kind
    return "message" if "role" in item else "item_reference"
