"""One Chat message to output items: mapping.md C2R-RESP and C2R-MSGOUT.

Order: reasoning (where the provider's profile names a field for it), the message, the calls. The client's own
request says which names stood for custom tools, bridges and namespaces, and what the answer must repeat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from respeak.codes import Code
from respeak.crossing import bridges, ids
from respeak.crossing.citations import annotations_up, logprobs_up
from respeak.crossing.finish import Ending, ending
from respeak.crossing.items import UNKNOWN_CALL, call_table
from respeak.crossing.names import Declared, declared_tools
from respeak.crossing.parts import HIDDEN_REASONING, UNKNOWN_PART
from respeak.crossing.tools import strict_in_force
from respeak.crossing.unfold import INFERRED
from respeak.loss import Place, Verdict
from respeak.plan import UNKNOWN, Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, defaulted, lost
from respeak.walk import said, walk

CHOICES = lost(Code.CANDIDATES_DROPPED, BREAKING, "Responses holds one answer; the first choice is sent")
NO_ARGUMENTS = "{}"
FILLED = defaulted(Code.ARGUMENTS_FILLED, HARMLESS, "an empty string is no JSON; a call without arguments sends {}")
LEGACY_ID = defaulted(Code.CALL_ID_MADE, HARMLESS, "function_call has no id; one was made from its position")
UNSAID_ARGUMENTS = lost(
    Code.UNKNOWN_FIELD_DROPPED, DEGRADING, "a custom tool gets one text; the other arguments of the call are left out"
)
NAMELESS = lost(Code.CALLS_DROPPED, BREAKING, "nothing says the name of the call, so nobody could answer it")
ID_MADE = defaulted(Code.CALL_ID_MADE, HARMLESS, "the call's id was missing, empty, doubled or over 64 characters")
NO_TEXT_TO_CITE = lost(Code.ANNOTATIONS_DROPPED, DEGRADING, "the answer has no text that they could stand in")
NO_TEXT_TO_WEIGH = lost(Code.LOGPROBS_DROPPED, DEGRADING, "the answer has no text whose logprobs they could be")
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

CUT = ("length", "content_filter")
"""Values of finish_reason after which the last item is not whole."""

PHASES = ("commentary", "final_answer")

ANSWER_PARTS: Mapping[str, str | Verdict] = {
    "text": "output_text",
    "refusal": "refusal",
    "thinking": HIDDEN_REASONING,
}
"""What becomes of a part of the content, which some providers send as a list: its table, or the verdict on it."""


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
        self.declared = declared_tools(job)
        self.items: list[Json] = []
        self.call_ids = ids.CallIds()
        self.called = False

    def read(self, choice: Json, at: Place) -> Ending:
        """Fill `items` from the choice; says how the answer ended."""
        walk(self.job.plans["choice"], choice, {}, at, self.job)
        message, place, finish = choice.get("message") or {}, (at, "message"), choice.get("finish_reason")
        walk(self.job.plans["answer_message"], message, {}, place, self.job)
        given = [(call, ((place, "tool_calls"), j)) for j, call in enumerate(message.get("tool_calls") or [])]
        calls = [(call, here) for call, here in given if named(call, here, self.job)]
        legacy = message.get("function_call")
        legacy = legacy if legacy and has_name(legacy, legacy, (place, "function_call"), self.job) else None
        self.called = bool(calls or legacy)
        self.reasoning(message)
        self.text(message, choice, at)
        for call, here in calls:
            self.call(call, here, whole=finish not in CUT or here != calls[-1][1])
        if legacy:
            self.legacy(legacy, (place, "function_call"), whole=finish not in CUT)
        end = ending(choice, bool(self.items), self.called, at, self.job)
        if not self.items and end.status == "completed":
            self.add("msg", _message([_text("")]))
        self.close(end)
        return end

    def close(self, end: Ending) -> None:
        """Give the items their status: of a cut answer the last one is incomplete."""
        for item in self.items:
            if item["type"] not in STATUSLESS:
                item["status"] = "completed"
        if self.items and end.status != "completed" and self.items[-1]["type"] not in ALWAYS_WHOLE:
            self.items[-1]["status"] = "incomplete"

    def reasoning(self, message: Json) -> None:
        """Reasoning text, where the upstream's profile names the fields that hold it; some send it twice."""
        given = (message.get(name) for name in self.job.source.reasoning)
        texts = dict.fromkeys(text for text in given if isinstance(text, str) and text)
        if texts:
            content = [{"type": "reasoning_text", "text": text} for text in texts]
            self.add("rs", {"type": "reasoning", "summary": [], "content": content})

    def text(self, message: Json, choice: Json, at: Place) -> None:
        """Text and refusal as one message item, with what cites and weighs the text."""
        place: Place = (at, "message")
        parts = self.parts(message, (place, "content"))
        first = next((part for part in parts if part["type"] == "output_text"), None)
        annotations, logprobs = message.get("annotations"), (choice.get("logprobs") or {}).get("content")
        cited, weighed = (place, "annotations"), ((at, "logprobs"), "content")
        if first is not None:
            first["annotations"] = annotations_up(annotations or [], cited, self.job)
            first["logprobs"] = logprobs_up(logprobs or [], weighed, self.job)
        elif annotations:
            self.job.note(NO_TEXT_TO_CITE, cited)
        if logprobs and first is None:
            self.job.note(NO_TEXT_TO_WEIGH, weighed)
        if parts:
            self.add("msg", self.marked(_message(parts), message, choice, place))
        elif message.get("phase") is not None:
            self.job.note(UNKNOWN, (place, "phase"))

    def parts(self, message: Json, at: Place) -> list[Json]:
        """The parts of the message item: text that is not empty, then the refusal."""
        content, refusal = message.get("content"), message.get("refusal")
        if not content:
            content = (message.get("audio") or {}).get("transcript")
        parts = self.listed(content, at) if isinstance(content, list) else [_text(content)] if content else []
        return [*parts, {"type": "refusal", "refusal": refusal}] if refusal else parts

    def listed(self, content: list[Json], at: Place) -> list[Json]:
        """The parts of a content list, which some providers send instead of a string."""
        out = []
        for i, part in enumerate(content):
            rule = ANSWER_PARTS.get(part.get("type", ""), UNKNOWN_PART)
            if isinstance(rule, Verdict):
                self.job.note(rule, (at, i))
                continue
            made = said(self.job.plans[rule], part, (at, i), self.job)
            if made.get("text") or made.get("refusal"):
                out.append({**_text(""), **made} if rule == "output_text" else made)
        return out

    def marked(self, item: Json, message: Json, choice: Json, at: Place) -> Json:
        """The item with its phase, if the upstream says one or the caller wants it inferred (D-10)."""
        phase = message.get("phase")
        if phase in PHASES:
            item["phase"] = phase
        elif phase is not None:
            self.job.note(UNKNOWN, (at, "phase"))  # clients lose messages of a phase that they do not know
        elif self.job.options.infer_phase and (self.called or choice.get("finish_reason") == "stop"):
            self.job.note(INFERRED, at)
            item["phase"] = "commentary" if self.called else "final_answer"
        return item

    def call(self, call: Json, at: Place, whole: bool) -> None:
        """One entry of `tool_calls`, in the form in which the client declared the tool."""
        table = call_table(call)
        if table is None:
            self.job.note(UNKNOWN_CALL, at)
            return
        item = said(self.job.plans[table], call, at, self.job)
        given = item.get("call_id") or ""
        item["call_id"] = self.call_ids.claim(given or ids.legacy_call_id(self.owner, len(self.items)))
        if item["call_id"] != given:
            self.job.note(ID_MADE, (at, "id") if call.get("id") is not None else at)
        self.put_call(item, at, whole)

    def legacy(self, call: Json, at: Place, whole: bool) -> None:
        """A `function_call`: its call_id is made from the answer's id and its position."""
        made = self.call_ids.claim(ids.legacy_call_id(self.owner, len(self.items)))
        item: Json = {"type": "function_call", "call_id": made}
        walk(self.job.plans["legacy_call"], call, item, at, self.job)
        self.job.note(LEGACY_ID, at)
        self.put_call(item, at, whole)

    def put_call(self, item: Json, at: Place, whole: bool) -> None:
        item.setdefault("arguments" if item["type"] == "function_call" else "input", "")
        tool = self.declared.get(item["name"])
        is_text = tool is not None and tool.type == "custom"
        if item["type"] == "function_call" and not item["arguments"] and whole and not is_text:
            item["arguments"] = NO_ARGUMENTS
            self.job.note(FILLED, at)
        if tool is not None:
            item = restored(item, tool, at, self.job)
        self.add(PREFIX[item["type"]], item)

    def add(self, prefix: str, item: Json) -> None:
        kind = item.pop("type")
        self.items.append({"type": kind, "id": ids.item_id(prefix, self.owner, len(self.items)), **item})


def named(call: Json, at: Place, job: Job) -> bool:
    """False for an entry of `tool_calls` without a name; of types that nobody knows there is nothing to say here."""
    return call_table(call) is None or has_name(call, call.get("function") or call.get("custom") or call, at, job)


def has_name(call: Json, inner: Json, at: Place, job: Job) -> bool:
    """False for a call without a name, which is left out; where nothing else came of it, it never was one (BUG/36).

    `inner` is what holds the name: part of an entry of `tool_calls`, or the whole `function_call`.
    """
    if inner.get("name"):
        return True
    if any(value for each in (call, inner) for key, value in each.items() if key not in CALL_KEYS):
        job.note(NAMELESS, at)
    return False


CALL_KEYS = ("index", "id", "type", "function", "custom")
"""Keys of an entry that say nothing of what is called."""

PREFIX: Mapping[str, str] = {
    "function_call": "fc",
    "custom_tool_call": "ctc",
    "local_shell_call": "lsh",
    "shell_call": "sh",
    "apply_patch_call": "apc",
}
"""Prefix of the id of a call, by its type."""

STATUSLESS = ("custom_tool_call",)
"""Types of items that have no status."""

ALWAYS_WHOLE = (*STATUSLESS, "apply_patch_call")
"""Types of items that cannot be incomplete: what is cut is not readable as one of them."""


def restored(item: Json, tool: Declared, at: Place, job: Job) -> Json:
    """A call in the form of the tool that the client declared: its name, namespace and kind."""
    if item["type"] == "function_call" and tool.type == "custom":
        if bridges.says_more(item["arguments"]):
            job.note(UNSAID_ARGUMENTS, at)
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
    if not isinstance(arguments, dict) or not bridges.fits(arguments, bridge.parameters()):
        job.note(UNREADABLE, at)
        return item
    given = {key: value for key, value in arguments.items() if value is not None}
    payload = {**_unsaid(bridge), **bridge.restored(given)}
    call = {"type": bridge.call, "call_id": item["call_id"], bridge.payload: payload}
    return {**call, "environment": None} if bridge.name == "shell" else call


def _unsaid(bridge: bridges.Bridge) -> Json:
    """Keys that Responses requires in the payload of a call, and what they hold when the model did not say."""
    keys: dict[str, Json] = {"local_shell": {"env": {}}, "shell": {"timeout_ms": None, "max_output_length": None}}
    return keys.get(bridge.name, {})


def _text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _message(parts: list[Json]) -> Json:
    return {"type": "message", "role": "assistant", "content": parts}


def message_item(owner: str, position: int, status: str) -> Json:
    """A message item that says nothing yet, at its position in the answer `owner`."""
    return {"id": ids.item_id("msg", owner, position), "status": status, **_message([])}


def echo(job: Job) -> Json:
    """The fields of a Response that repeat the request, with the values in force where it does not say."""
    request, out = job.request, _defaults()
    if not request:
        return out | {"reasoning": {"effort": None, "summary": None}, "text": {"format": {"type": "text"}}}
    out |= {name: request[name] for name in (*ECHOED, *SOMETIMES) if request.get(name) is not None}
    if isinstance(out.get("conversation"), str):  # requests may say the id alone
        out["conversation"] = {"id": out["conversation"]}
    out["reasoning"] = {"effort": None, "summary": None, **(request.get("reasoning") or {})}
    text = request.get("text") or {}
    out["text"] = {**text, "format": text.get("format") or {"type": "text"}}
    out["tools"] = [_in_force(tool, job) for tool in request.get("tools") or []]
    return out


def _in_force(tool: Json, job: Job) -> Json:
    """A tool as the answer repeats it: `strict` as it was used."""
    if tool.get("type") != "function":
        return tool
    strict = tool.get("strict")
    used = job.source.strict and (strict_in_force(tool.get("parameters"))[0] if strict is None else strict)
    if used is strict and "parameters" in tool:
        return tool
    return {**tool, "strict": used, "parameters": tool.get("parameters")}


def finish_answer_up(source: Json, out: Json, job: Job) -> None:
    """What no row says: output, status, and the keys that Responses requires."""
    unfold = AnswerUnfold(source, job)
    choices = source.get("choices") or []
    first = next((i for i, choice in enumerate(choices) if choice.get("index") == 0), 0)
    for i in range(len(choices)):
        if i != first:
            job.note(CHOICES, ((None, "choices"), i))
    if choices:
        end = unfold.read(choices[first], ((None, "choices"), first))
    else:
        end = Ending("failed", error={"code": "server_error", "message": "The upstream sent no choices."})
    out["status"] = end.status
    out["output"] = unfold.items
    for name, value in echo(job).items():
        out.setdefault(name, value)
    out["error"] = end.error
    out["incomplete_details"] = {"reason": end.reason} if end.reason else None
    out.setdefault("id", "resp_0")
    out.setdefault("created_at", 0)
    out.setdefault("model", (job.request or {}).get("model") or "")
    out.setdefault("usage", None)
