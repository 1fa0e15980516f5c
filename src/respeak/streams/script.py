"""Which events say an item of a Responses answer, and what each carries (streaming.md sections 1.3 and 1.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.plan import Json


class Script:
    """Events in the making, numbered without a gap."""

    __slots__ = ("out", "sequence")

    def __init__(self) -> None:
        self.out: list[Json] = []
        self.sequence = 0

    def emit(self, kind: str, fields: Json) -> None:
        """Add an event."""
        self.out.append({"type": kind, "sequence_number": self.sequence, **fields})
        self.sequence += 1

    def take(self) -> list[Json]:
        """The events since the last time."""
        out, self.out = self.out, []
        return out


EMPTY: Mapping[str, Json] = {
    "message": {"content": []},
    "reasoning": {"summary": []},
    "function_call": {"arguments": ""},
    "custom_tool_call": {"input": ""},
    "mcp_call": {"arguments": ""},
    "code_interpreter_call": {"code": ""},
}
"""What an item holds when it is announced, by type: clients lose the deltas of an incomplete skeleton (BUG/64)."""


def skeleton(item: Json) -> Json:
    """The item as `output_item.added` has it: nothing in it yet."""
    empty = EMPTY.get(item["type"], {})
    out = {key: value for key, value in item.items() if key != "encrypted_content"} | empty
    if item["type"] == "reasoning" and item.get("content") is not None:
        out["content"] = []
    if "status" in item:
        out["status"] = "in_progress"
    return out


def announce(script: Script, item: Json, index: int) -> None:
    """`output_item.added`."""
    script.emit("response.output_item.added", {"output_index": index, "item": skeleton(item)})


def finish(script: Script, item: Json, index: int) -> None:
    """`output_item.done`, which holds the final item."""
    script.emit("response.output_item.done", {"output_index": index, "item": fresh(item)})


def whole(script: Script, item: Json, index: int) -> None:
    """All events of a finished item, one delta for each of its texts."""
    announce(script, item, index)
    inner = _INNER.get(item["type"])
    if inner is not None:
        inner(script, item, {"item_id": item_id(item, index), "output_index": index})
    finish(script, item, index)


def fresh(value: Any) -> Any:
    """A copy that shares no object and no list: what a caller does to one event changes no other."""
    out = [value]
    waiting: list[Any] = [out]  # no recursion: schemas of tools may nest more deeply than Python calls
    while waiting:
        held = waiting.pop()
        for key, inner in held.items() if isinstance(held, dict) else enumerate(held):
            if isinstance(inner, CONTAINERS):
                held[key] = inner = inner.copy()
                if inner:
                    waiting.append(inner)
    return out[0]


CONTAINERS = (dict, list)


def item_id(item: Json, index: int) -> str:
    """The id that events name an item by; one is made where the item has none."""
    return str(item.get("id") or f"{item['type']}_{index}")


# Messages and reasoning -------------------------------------------------------------------------------------------


def text_part(part: Json) -> Json:
    """An empty text part, as `content_part.added` has it."""
    return {"type": part["type"], "text": "", "annotations": [], "logprobs": []}


def light_logprobs(entries: list[Json]) -> list[Json]:
    """Logprobs as events have them: without bytes (ResponseLogProb)."""
    return [
        {
            "token": entry.get("token", ""),
            "logprob": entry.get("logprob", 0),
            "top_logprobs": [
                {"token": top.get("token"), "logprob": top.get("logprob")} for top in entry.get("top_logprobs") or ()
            ],
        }
        for entry in entries
    ]


def close_text(script: Script, part: Json, at: Json) -> None:
    """`output_text.done` and `content_part.done`."""
    logprobs = light_logprobs(part.get("logprobs") or [])
    script.emit("response.output_text.done", {**at, "text": part["text"], "logprobs": logprobs})
    script.emit("response.content_part.done", {**at, "part": fresh(part)})


def close_refusal(script: Script, part: Json, at: Json) -> None:
    """`refusal.done` and `content_part.done`."""
    script.emit("response.refusal.done", {**at, "refusal": part["refusal"]})
    script.emit("response.content_part.done", {**at, "part": fresh(part)})


def close_reasoning(script: Script, part: Json, at: Json) -> None:
    """`reasoning_text.done` and `content_part.done`."""
    script.emit("response.reasoning_text.done", {**at, "text": part["text"]})
    script.emit("response.content_part.done", {**at, "part": fresh(part)})


def _text(script: Script, part: Json, at: Json) -> None:
    script.emit("response.content_part.added", {**at, "part": text_part(part)})
    if part["text"]:
        logprobs = light_logprobs(part.get("logprobs") or [])
        script.emit("response.output_text.delta", {**at, "delta": part["text"], "logprobs": logprobs})
    for number, annotation in enumerate(part.get("annotations") or ()):
        fields = {**at, "annotation_index": number, "annotation": fresh(annotation)}
        script.emit("response.output_text.annotation.added", fields)
    close_text(script, part, at)


def _refusal(script: Script, part: Json, at: Json) -> None:
    script.emit("response.content_part.added", {**at, "part": {"type": "refusal", "refusal": ""}})
    if part["refusal"]:
        script.emit("response.refusal.delta", {**at, "delta": part["refusal"]})
    close_refusal(script, part, at)


def _reasoning_text(script: Script, part: Json, at: Json) -> None:
    script.emit("response.content_part.added", {**at, "part": {"type": "reasoning_text", "text": ""}})
    if part["text"]:
        script.emit("response.reasoning_text.delta", {**at, "delta": part["text"]})
    close_reasoning(script, part, at)


_PARTS: Mapping[str, Callable[[Script, Json, Json], None]] = {
    "output_text": _text,
    "refusal": _refusal,
    "reasoning_text": _reasoning_text,
}


def _contents(script: Script, item: Json, at: Json) -> None:
    for number, part in enumerate(item.get("content") or ()):
        say = _PARTS.get(part.get("type", ""))
        if say is not None:
            say(script, part, {**at, "content_index": number})


def _reasoning(script: Script, item: Json, at: Json) -> None:
    for number, part in enumerate(item.get("summary") or ()):
        here, text = {**at, "summary_index": number}, part.get("text") or ""
        script.emit("response.reasoning_summary_part.added", {**here, "part": {"type": "summary_text", "text": ""}})
        if text:
            script.emit("response.reasoning_summary_text.delta", {**here, "delta": text})
        script.emit("response.reasoning_summary_text.done", {**here, "text": text})
        script.emit("response.reasoning_summary_part.done", {**here, "part": fresh(part)})
    _contents(script, item, at)


# Calls ------------------------------------------------------------------------------------------------------------


def close_arguments(script: Script, item: Json, at: Json) -> None:
    """`function_call_arguments.done`, with the name that OpenAI's document requires (OBS-3)."""
    fields = {**at, "name": item["name"], "arguments": item["arguments"]}
    script.emit("response.function_call_arguments.done", fields)


def close_input(script: Script, item: Json, at: Json) -> None:
    """`custom_tool_call_input.done`."""
    script.emit("response.custom_tool_call_input.done", {**at, "input": item["input"]})


def _function_call(script: Script, item: Json, at: Json) -> None:
    if item["arguments"]:
        script.emit("response.function_call_arguments.delta", {**at, "delta": item["arguments"]})
    close_arguments(script, item, at)


def _custom_call(script: Script, item: Json, at: Json) -> None:
    if item["input"]:
        script.emit("response.custom_tool_call_input.delta", {**at, "delta": item["input"]})
    close_input(script, item, at)


def _hosted(*steps: str) -> Callable[[Script, Json, Json], None]:
    """The progress of a tool that the provider runs."""

    def say(script: Script, item: Json, at: Json) -> None:
        for step in steps:
            script.emit(f"response.{item['type']}.{step}", at)

    return say


def _code(script: Script, item: Json, at: Json) -> None:
    code = item.get("code") or ""
    script.emit("response.code_interpreter_call.in_progress", at)
    if code:
        script.emit("response.code_interpreter_call_code.delta", {**at, "delta": code})
    script.emit("response.code_interpreter_call_code.done", {**at, "code": code})
    script.emit("response.code_interpreter_call.interpreting", at)
    script.emit("response.code_interpreter_call.completed", at)


def _mcp_call(script: Script, item: Json, at: Json) -> None:
    arguments = item.get("arguments") or ""
    script.emit("response.mcp_call.in_progress", at)
    if arguments:
        script.emit("response.mcp_call_arguments.delta", {**at, "delta": arguments})
    script.emit("response.mcp_call_arguments.done", {**at, "arguments": arguments})
    script.emit(f"response.mcp_call.{'failed' if item.get('error') else 'completed'}", at)


def _mcp_list_tools(script: Script, item: Json, at: Json) -> None:
    script.emit("response.mcp_list_tools.in_progress", at)
    script.emit(f"response.mcp_list_tools.{'failed' if item.get('error') else 'completed'}", at)


_INNER: Mapping[str, Callable[[Script, Json, Json], None]] = {
    "message": _contents,
    "reasoning": _reasoning,
    "function_call": _function_call,
    "custom_tool_call": _custom_call,
    "web_search_call": _hosted("in_progress", "searching", "completed"),
    "file_search_call": _hosted("in_progress", "searching", "completed"),
    "image_generation_call": _hosted("in_progress", "generating", "completed"),
    "code_interpreter_call": _code,
    "mcp_call": _mcp_call,
    "mcp_list_tools": _mcp_list_tools,
}
"""What stands between added and done, by type of the item; other items have nothing there."""

TERMINAL: Mapping[Any, str] = {"completed": "response.completed", "incomplete": "response.incomplete"}
"""The last event of an answer, by its status; every other status has failed."""

UNBEGUN: Mapping[str, Any] = {
    "status": "in_progress",
    "output": [],
    "usage": None,
    "error": None,
    "incomplete_details": None,
}
"""What a response holds before it has begun."""
