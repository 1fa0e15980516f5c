"""Output items to one Chat message: mapping.md R2C-OUT and section 10.

Texts of one item join without a separator (the SDK's own rule), texts of several items with the caller's; what
cites or measures the text moves with it. Each item's `phase` is lost, and said so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing import bridges, extensions, ids
from respeak.crossing.answer import echo_metadata
from respeak.crossing.answer_up import FILLED, ID_MADE, NAMELESS, NO_ARGUMENTS
from respeak.crossing.citations import annotations_down, logprobs_down
from respeak.crossing.finish import finish_reason
from respeak.crossing.fold import BRIDGED
from respeak.crossing.items import PHASE
from respeak.crossing.names import NAME_CHANGED, called_name
from respeak.crossing.output_text import place_of_text, repetition, text_apart, with_text
from respeak.crossing.parts import HIDDEN_REASONING, UNKNOWN_PART
from respeak.loss import Place, Verdict
from respeak.plan import Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, lost, refused
from respeak.walk import said, walk

MERGED = approximated(
    Code.MESSAGES_MERGED,
    DEGRADING,
    "one Chat answer holds one text; the messages are joined by the separator",
)
COMMENTARY = lost(Code.COMMENTARY_DROPPED, DEGRADING, "only the final answer is sent; the commentary is left out")
REORDERED = approximated(Code.ORDER_CHANGED, HARMLESS, "Chat puts the text before the calls")
REASONING = lost(Code.REASONING_DROPPED, DEGRADING, "Chat answers hold no reasoning items")
MORE_CALLS = lost(Code.CALLS_DROPPED, BREAKING, "the client asked with functions: its answer holds one call, the first")
CALL_ID = lost(Code.CALL_ID_DROPPED, HARMLESS, "the client asked with functions: its calls have no ids")


def _record(severity: Any, what: str) -> Verdict:
    return lost(Code.HOSTED_CALL_DROPPED, severity, f"Chat answers do not show {what}")


def _echo(what: str) -> Verdict:
    return lost(Code.HOSTED_CALL_DROPPED, HARMLESS, f"a repetition of the client's {what}")


def _action(what: str) -> Verdict:
    return refused(Code.ITEM_REFUSED, f"the client must answer {what}, which Chat cannot carry")


def _state(what: str) -> Verdict:
    return lost(Code.STATE_DROPPED, BREAKING, f"{what} must be sent back next turn, which a Chat client cannot")


OUTPUT_DOWN: Mapping[str, str | Verdict] = {
    "message": "message",
    "function_call": "tool_call",
    "custom_tool_call": "custom_call",
    "local_shell_call": "bridged_call",
    "shell_call": "bridged_call",
    "apply_patch_call": "bridged_call",
    "reasoning": REASONING,
    "web_search_call": _record(DEGRADING, "the record of a web search; citations stay with the text"),
    "file_search_call": _record(DEGRADING, "the record of a file search"),
    "code_interpreter_call": _record(DEGRADING, "hosted code and its output"),
    "image_generation_call": lost(Code.IMAGE_DROPPED, BREAKING, "Chat answers hold no images"),
    "mcp_call": _record(DEGRADING, "MCP calls made by the provider"),
    "mcp_list_tools": _record(HARMLESS, "the record of a tool listing"),
    "tool_search_call": _record(HARMLESS, "the record of a tool search"),
    "tool_search_output": _record(HARMLESS, "the tools that a search found"),
    "additional_tools": _echo("additional tools"),
    "function_call_output": _echo("tool output"),
    "custom_tool_call_output": _echo("tool output"),
    "local_shell_call_output": _echo("shell output"),
    "shell_call_output": _record(HARMLESS, "the output of a shell that the provider ran"),
    "apply_patch_call_output": _echo("patch output"),
    "computer_call_output": _echo("screenshot"),
    "mcp_approval_response": _echo("approval"),
    "mcp_approval_request": _action("a request for approval"),
    "computer_call": _action("a computer call"),
    "compaction": _state("a compacted history"),
    "program": _state("a program"),
    "program_output": _state("the output of a program"),
}
"""What becomes of an output item, by type: the table that says it, or the verdict on it."""

UNKNOWN_OUTPUT = lost(Code.UNKNOWN_ITEM_DROPPED, DEGRADING, "this type of item has no counterpart")
CLIENT_SEARCH = _action("a tool search")
UNBRIDGED = _action("a call of its shell or patch tool (options.bridge is off)")
CONTAINER_CALL = _record(DEGRADING, "calls of a shell that the provider runs")


class AnswerFold:
    """The output of one response on its way into a message; `origins` says where what Chat has once came from."""

    def __init__(self, payload: Json, job: Job) -> None:
        self.job = job
        self.payload = payload
        self.text: str | None = None
        self.refusals: list[str] = []
        self.annotations: list[Json] = []
        self.logprobs: list[Json] = []
        self.calls: list[Json] = []
        self.said = 0
        self.ids = ids.ChatIds()
        self.thoughts: list[Json] = []
        self.origins: dict[str, list[Place]] = {}
        job.memo["said_in"] = self.origins
        self.extended = extensions.given(job)
        if self.extended:
            job.memo["phases"] = []

    def choice(self) -> Json:
        """The one choice of the answer."""
        items = output_items(self.payload, self.job)
        silent = self.hidden([item for item, _ in items])
        for i, (item, at) in enumerate(items):
            self.item(item, at, i in silent)
        logprobs = {"content": self.logprobs, "refusal": None} if self.logprobs else None
        finish = finish_reason(self.payload, bool(self.calls), self.job)
        choice = {"index": 0, "message": self.message(), "logprobs": logprobs, "finish_reason": finish}
        return self.legacy(choice) if self.calls and asked_with_functions(self.job.request) else choice

    def legacy(self, choice: Json) -> Json:
        """The choice for a client that sent `functions`: the first call as function_call."""
        call, *more = choice["message"].pop("tool_calls")
        self.job.note(CALL_ID, (self.job.place_of(call), "call_id"))
        for dropped in more:
            self.job.note(MORE_CALLS, self.job.place_of(dropped))
        custom = call.get("custom")
        arguments = custom and {"name": custom["name"], "arguments": bridges.custom_arguments(custom["input"])}
        choice["message"]["function_call"] = arguments or call["function"]
        finish = choice["finish_reason"]
        return {**choice, "finish_reason": "function_call" if finish == "tool_calls" else finish}

    def hidden(self, items: list[Json]) -> set[int]:
        """Positions of commentary that the answer leaves out: by option, and in structured output (10.2)."""
        if not (self.job.options.final_only or structured(self.payload, self.job.request)):
            return set()
        spoken = [i for i, item in enumerate(items) if item.get("type") == "message"]
        commentary = {i for i in spoken if items[i].get("phase") == "commentary"}
        return commentary if len(commentary) < len(spoken) else set()

    def item(self, item: Json, at: Place, silent: bool) -> None:
        rule = special(item, self.job) or OUTPUT_DOWN.get(item.get("type", ""), UNKNOWN_OUTPUT)
        if rule is REASONING and self.extended and extensions.carried(item):
            self.thoughts += extensions.details(item, len(self.thoughts), at, self.job)
            return
        if isinstance(rule, Verdict):
            self.job.note(rule, at)
        elif silent:
            self.job.note(COMMENTARY, at)
            self.job.note(PHASE, (at, "phase"))
        else:
            _STEPS[rule](self, item, at)

    def spoken(self, item: Json, at: Place) -> None:
        """A message: its text behind that of earlier messages."""
        walk(self.job.plans["message"], item, {"role": "assistant"}, at, self.job)
        if self.calls:
            self.job.note(REORDERED, at)
        if self.said:
            self.job.note(MERGED, at)
        self.said += 1
        first = bool(self.text)
        content = item.get("content")
        if isinstance(content, str):
            content = [{"type": "output_text", "text": content}]
        for i, part in enumerate(content or []):
            place = ((at, "content"), i)
            verdict = PARTS.get(part.get("type", ""), UNKNOWN_PART)
            if isinstance(verdict, Verdict):
                self.job.note(verdict, place)
            else:
                first = verdict(self, part, place, first)

    def text_part(self, part: Json, at: Place, first: bool) -> bool:
        """Text, with the separator if it is the first of a later message."""
        text = part.get("text") or ""
        before = self.text or ""
        if first and text:
            before, first = before + self.job.options.separator, False
        self.annotations += annotations_down(part.get("annotations") or [], len(before), (at, "annotations"), self.job)
        self.logprobs += logprobs_down(part.get("logprobs") or [], (at, "logprobs"), self.job)
        self.text = before + text
        for name in ("annotations", "logprobs"):
            if part.get(name):
                self.origins.setdefault(name, []).append((at, name))
        walk(self.job.plans["answer_text"], part, {}, at, self.job)
        return first

    def refusal_part(self, part: Json, at: Place, first: bool) -> bool:
        """A refusal, into message.refusal."""
        self.refusals.append(part.get("refusal") or "")
        self.origins.setdefault("refusal", []).append(at)
        walk(self.job.plans["refusal"], part, {}, at, self.job)
        return first

    def call(self, item: Json, at: Place) -> None:
        """A function or custom tool call; one without a name is left out, as nobody could answer it."""
        if not item.get("name"):
            self.job.note(NAMELESS, at)
            return
        kind = "function" if item["type"] == "function_call" else "custom"
        call = said(self.job.plans["tool_call" if kind == "function" else "custom_call"], item, at, self.job)
        name = call[kind]["name"] = called_name(item)
        if item.get("namespace") and name != f"{item['namespace']}__{item['name']}":
            self.job.note(NAME_CHANGED, (at, "name"))
        if kind == "function" and not item["arguments"] and not self.cut(item):
            call["function"]["arguments"] = NO_ARGUMENTS
            self.job.note(FILLED, at)
        self.add(call, at)

    def cut(self, item: Json) -> bool:
        """True when the call may have been cut: an empty string is no sign of a call without arguments then."""
        return "incomplete" in (item.get("status"), self.payload.get("status"))

    def bridged(self, item: Json, at: Place) -> None:
        """A call that the client executes, said as a function call."""
        bridge = bridges.BY_CALL[item["type"]]
        call: Json = {
            "type": "function",
            "function": {"name": bridge.name, "arguments": bridge.arguments(item)},
        }
        walk(self.job.plans["bridged_call"], item, call, at, self.job)
        self.job.note(BRIDGED, at)
        self.add(call, at)

    def add(self, call: Json, at: Place) -> None:
        call["id"] = self.call_id(call["id"], at)
        self.job.placed(call, at)
        self.calls.append(call)

    def call_id(self, given: str, at: Place) -> str:
        """An id that is not empty and used once; Chat has no longest one."""
        found, made = self.ids.take(given, str(self.payload.get("id") or "0"), len(self.calls))
        if made:
            self.job.note(ID_MADE, (at, "call_id"))
        return found

    def message(self) -> Json:
        """The message, with the keys that Chat requires: role, content, refusal."""
        out: Json = {
            "role": "assistant",
            "content": self.text if self.text or not (self.calls or self.refusals) else None,
            "refusal": "".join(self.refusals) if self.refusals else None,
        }
        if self.annotations:
            out["annotations"] = self.annotations
        if self.calls:
            out["tool_calls"] = self.calls
        return {**out, **self.extension()} if self.extended else out

    def extension(self) -> Json:
        """What Chat has no field for: the phase of the one message, encrypted reasoning."""
        out: Json = {}
        phases = self.job.memo["phases"]
        if len(phases) == 1 and self.said == 1:
            out["phase"] = phases[0][0]
        else:
            for _, at in phases:
                self.job.note(PHASE, at)
        if self.thoughts:
            out["reasoning_details"] = self.thoughts
        return out


def output_items(payload: Json, job: Job) -> list[tuple[Json, Place]]:
    """The output items with their places; an `output_text` that no message says is in the last one, or in its own."""
    output = payload.get("output") or []
    items: list[tuple[Json, Place]] = [(item, ((None, "output"), i)) for i, item in enumerate(output)]
    text = text_apart(payload)
    if text:
        at, message = place_of_text(output)
        if message is None:
            items.insert(at, ({"type": "message", "role": "assistant"}, job.memo.get("output_text")))
        items[at] = (with_text(items[at][0], text), items[at][1])
    elif payload.get("output_text"):
        job.note(repetition(payload), job.memo.get("output_text"))
    return items


def structured(payload: Json, request: Json | None) -> bool:
    """True when the client asked for JSON: only the final answer may be its content then."""
    formats = (payload.get("text") or {}).get("format"), (request or {}).get("response_format")
    return any(isinstance(asked, dict) and str(asked.get("type", "")).startswith("json") for asked in formats)


def asked_with_functions(request: Json | None) -> bool:
    """True when the client knows only the deprecated functions."""
    return bool(request and request.get("functions") and not request.get("tools"))


def special(item: Json, job: Job) -> Verdict | None:
    """Items whose rule depends on who runs them."""
    kind = item.get("type")
    if kind == "shell_call" and bridges.environment(item) != "local":
        return CONTAINER_CALL
    if kind == "tool_search_call" and item.get("execution") == "client":
        return CLIENT_SEARCH
    return UNBRIDGED if kind in bridges.BY_CALL and not job.options.bridge else None


PartStep = Callable[[AnswerFold, Json, Place, bool], bool]

PARTS: Mapping[str, PartStep | Verdict] = {
    "output_text": AnswerFold.text_part,
    "text": AnswerFold.text_part,
    "refusal": AnswerFold.refusal_part,
    "reasoning_text": HIDDEN_REASONING,
    "summary_text": HIDDEN_REASONING,
}
"""What becomes of a part of an output message, by type."""

_STEPS: dict[str, Callable[[AnswerFold, Json, Place], None]] = {
    "message": AnswerFold.spoken,
    "tool_call": AnswerFold.call,
    "custom_call": AnswerFold.call,
    "bridged_call": AnswerFold.bridged,
}


def finish_answer_down(source: Json, out: Json, job: Job) -> None:
    """What no row says: the choice, and the keys that Chat requires."""
    out["choices"] = [AnswerFold(source, job).choice()]
    echo_metadata(out, job)
    for name, value in UNNAMED.items():
        out.setdefault(name, value)


UNNAMED: Mapping[str, str | int] = {"id": "chatcmpl-0", "created": 0, "model": ""}
"""What Chat requires of an answer's head, where the upstream does not say it."""


def head(response: Json, job: Job) -> Json:
    """Id, time and model of the answer to come."""
    named: Json = {key: response[key] for key in ("id", "created_at", "model") if key in response}
    return walk(job.plans["answer"], named, dict(UNNAMED), None, job)
