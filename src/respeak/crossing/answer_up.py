"""One Chat message to output items: mapping.md C2R-RESP and C2R-MSGOUT.

Order: reasoning (where the provider's profile names a field for it), the message, the calls. The client's own
request says which names stood for custom tools, bridges and namespaces, and what the answer must repeat.
"""

from __future__ import annotations

import json

from respeak.codes import Code
from respeak.crossing import bridges, ids
from respeak.crossing.citations import annotations_up, logprobs_up
from respeak.crossing.finish import Ending, ending
from respeak.crossing.items import UNKNOWN_CALL, call_table
from respeak.crossing.names import Declared, declared_tools
from respeak.crossing.parts import HIDDEN_REASONING, UNKNOWN_PART
from respeak.crossing.tools import fits_strict
from respeak.loss import Place
from respeak.plan import Job, Json, said, walk
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, defaulted, lost

CHOICES = lost(Code.CANDIDATES_DROPPED, BREAKING, "Responses holds one answer; the first choice is sent")
FILLED = defaulted(Code.ARGUMENTS_FILLED, HARMLESS, "an empty string is no JSON; a call without arguments sends {}")
LEGACY_ID = defaulted(Code.CALL_ID_MADE, HARMLESS, "function_call has no id; one was made from its position")
ID_MADE = defaulted(Code.CALL_ID_MADE, HARMLESS, "the call's id was empty, doubled or over 64 characters")
UNREADABLE = lost(
    Code.BRIDGE_UNREADABLE,
    DEGRADING,
    "the arguments are not those of the declared tool; sent as a function call",
)

ECHOED = (
    "instructions",
    "temperature",
    "top_p",
    "top_logprobs",
    "truncation",
    "max_output_tokens",
    "max_tool_calls",
    "background",
    "previous_response_id",
    "prompt",
    "tool_choice",
    "parallel_tool_calls",
    "metadata",
    "user",
)
"""Fields of the request that a Response repeats, null or their default when the request does not say them."""

SOMETIMES = ("safety_identifier", "prompt_cache_key", "service_tier", "store", "conversation")
"""Fields that a Response repeats only when the request says them."""


def _defaults() -> Json:
    return {
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "background": False,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "previous_response_id": None,
        "prompt": None,
        "top_logprobs": 0,
        "truncation": "disabled",
        "user": None,
    }


class AnswerUnfold:
    """The message of one completion on its way into output items."""

    def __init__(self, payload: Json, job: Job) -> None:
        self.job = job
        self.owner = str(payload.get("id") or "0")
        self.declared = declared_tools(job.request)
        self.items: list[Json] = []
        self.call_ids = ids.CallIds()

    def read(self, choice: Json, at: Place) -> Ending:
        """Fill `items` from the first choice; says how the answer ended."""
        walk(self.job.plans["choice"], choice, {}, at, self.job)
        message, place = choice.get("message") or {}, (at, "message")
        walk(self.job.plans["answer_message"], message, {}, place, self.job)
        self.reasoning(message, place)
        self.text(message, choice, place)
        calls = message.get("tool_calls") or []
        for j, call in enumerate(calls):
            self.call(call, ((place, "tool_calls"), j))
        if message.get("function_call"):
            self.legacy(message["function_call"], (place, "function_call"))
        has_calls = bool(calls or message.get("function_call"))
        end = ending(choice.get("finish_reason"), bool(self.items), has_calls, (at, "finish_reason"), self.job)
        if not self.items and end.status == "completed":
            self.add("msg", _message([_text("")]))
        for item in self.items:
            item["status"] = "completed"
        if self.items and end.status == "incomplete":
            self.items[-1]["status"] = "incomplete"
        return end

    def reasoning(self, message: Json, at: Place) -> None:
        """Reasoning text, where the upstream's profile names the field that holds it."""
        for name in self.job.source.reasoning:
            text = message.get(name)
            if isinstance(text, str) and text:
                self.add(
                    "rs",
                    {
                        "type": "reasoning",
                        "summary": [],
                        "content": [{"type": "reasoning_text", "text": text}],
                    },
                )
                return

    def text(self, message: Json, choice: Json, at: Place) -> None:
        """Text and refusal as one message item."""
        content, refusal = message.get("content"), message.get("refusal")
        texts = self.texts(content, (at, "content")) if isinstance(content, list) else [content] if content else []
        parts = [_text(text) for text in texts]
        citations = annotations_up(message.get("annotations") or [], (at, "annotations"), self.job)
        logprobs = (choice.get("logprobs") or {}).get("content")
        if parts:
            parts[0]["annotations"] = citations
            parts[0]["logprobs"] = logprobs_up(logprobs or [])
        if refusal:
            parts.append({"type": "refusal", "refusal": refusal})
        if parts:
            self.add("msg", _message(parts))

    def texts(self, content: list[Json], at: Place) -> list[str]:
        """The texts of a content list, which some providers send instead of a string."""
        out = []
        for i, part in enumerate(content):
            if part.get("type") == "text":
                out.append(part.get("text") or "")
            else:
                self.job.note(HIDDEN_REASONING if part.get("type") == "thinking" else UNKNOWN_PART, (at, i))
        return out

    def call(self, call: Json, at: Place) -> None:
        """One entry of `tool_calls`, in the form in which the client declared the tool."""
        table = call_table(call)
        if table is None:
            self.job.note(UNKNOWN_CALL, at)
            return
        item = said(self.job.plans[table], call, at, self.job)
        given = item.get("call_id") or ""
        item["call_id"] = self.call_ids.claim(given or ids.legacy_call_id(self.owner, len(self.items)))
        if item["call_id"] != given:
            self.job.note(ID_MADE, (at, "id"))
        self.put_call(item, at)

    def legacy(self, call: Json, at: Place) -> None:
        """A `function_call`: its call_id is made from the answer's id and its position."""
        item: Json = {"type": "function_call", "call_id": ids.legacy_call_id(self.owner, len(self.items))}
        walk(self.job.plans["legacy_call"], call, item, at, self.job)
        self.job.note(LEGACY_ID, at)
        self.put_call(item, at)

    def put_call(self, item: Json, at: Place) -> None:
        tool = self.declared.get(item["name"])
        if item["type"] == "function_call" and not item["arguments"]:
            item["arguments"] = "{}"
            self.job.note(FILLED, at)
        if tool is not None:
            item = restored(item, tool, at, self.job)
        self.add(_PREFIX[item["type"]], item)

    def add(self, prefix: str, item: Json) -> None:
        kind = item.pop("type")
        self.items.append({"type": kind, "id": ids.item_id(prefix, self.owner, len(self.items)), **item})


_PREFIX = {
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "local_shell_call": "lsh",
    "shell_call": "sh",
    "apply_patch_call": "apc",
}


def restored(item: Json, tool: Declared, at: Place, job: Job) -> Json:
    """A call in the form of the tool that the client declared: its name, namespace and kind."""
    if item["type"] == "function_call" and tool.type == "custom":
        item = {
            "type": "custom_tool_call",
            "call_id": item["call_id"],
            "name": item["name"],
            "input": bridges.custom_input(item["arguments"]),
        }
    elif item["type"] == "function_call" and tool.type in bridges.BRIDGES:
        return _unbridged(item, bridges.BRIDGES[tool.type], at, job)
    item["name"] = tool.name
    return {**item, "namespace": tool.namespace} if tool.namespace else item


def _unbridged(item: Json, bridge: bridges.Bridge, at: Place, job: Job) -> Json:
    try:
        arguments = json.loads(item["arguments"])
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        job.note(UNREADABLE, at)
        return item
    return {"type": bridge.call, "call_id": item["call_id"], bridge.payload: bridge.restored(arguments)}


def _text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _message(parts: list[Json]) -> Json:
    return {"type": "message", "role": "assistant", "content": parts}


def message_item(text: str, owner: str) -> Json:
    """A whole message item of one text, as the first of the answer `owner`."""
    return {"id": ids.item_id("msg", owner, 0), "status": "completed", **_message([_text(text)])}


def echo(request: Json) -> Json:
    """The fields of a Response that repeat the request, with the values in force where it does not say."""
    out = _defaults()
    out |= {name: request[name] for name in ECHOED if request.get(name) is not None}
    out |= {name: request[name] for name in SOMETIMES if request.get(name) is not None}
    out["reasoning"] = {"effort": None, "summary": None, **(request.get("reasoning") or {})}
    out["text"] = {"format": {"type": "text"}, **(request.get("text") or {})}
    out["tools"] = [_in_force(tool) for tool in request.get("tools") or []]
    return out


def _in_force(tool: Json) -> Json:
    """A tool as the answer repeats it: `strict` as it was used."""
    if tool.get("type") != "function":
        return tool
    strict = tool.get("strict")
    used = fits_strict(tool.get("parameters")) if strict is None else strict
    return {**tool, "strict": used, "parameters": tool.get("parameters")}


def finish_answer_up(source: Json, out: Json, job: Job) -> None:
    """What no row says: output, status, and the keys that Responses requires."""
    unfold = AnswerUnfold(source, job)
    choices = source.get("choices") or []
    for i in range(1, len(choices)):
        job.note(CHOICES, ((None, "choices"), i))
    if choices:
        end = unfold.read(choices[0], ((None, "choices"), 0))
    else:
        end = Ending("failed", error={"code": "server_error", "message": "The upstream sent no choices."})
    out["status"] = end.status
    out["output"] = unfold.items
    for name, value in echo(job.request or {}).items():
        out.setdefault(name, value)
    out["error"] = end.error
    out["incomplete_details"] = {"reason": end.reason} if end.reason else None
    out.setdefault("id", "resp_0")
    out.setdefault("created_at", 0)
    out.setdefault("model", (job.request or {}).get("model") or "")
    out.setdefault("usage", None)
