"""Functions instead of tools: the deprecated half of Chat, for providers that know only that.

A second pass over a finished Chat payload, since tools, choice and messages change shape together (mapping.md,
below 5.4). Losses are reported at the places of the source, which the passes before it have left in the memo.
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.bridges import custom_arguments, custom_input, custom_parameters
from respeak.crossing.ids import legacy_call_id
from respeak.crossing.items import UNKNOWN_CALL, call_table
from respeak.crossing.names import declared_tools
from respeak.crossing.tool_choice import UNKNOWN_MODE
from respeak.crossing.tools import TOOLS_UP, UNKNOWN_TOOL
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, defaulted, lost, refused

CUSTOM = approximated(
    Code.CUSTOM_TOOL_AS_FUNCTION,
    DEGRADING,
    "said as a function with one string, input; its grammar is not enforced",
)
REQUIRED = lost(
    Code.TOOL_CHOICE_DROPPED,
    BREAKING,
    "function_call cannot demand one of several functions; the model chooses",
)
SERIALIZED = approximated(Code.CALLS_SERIALIZED, HARMLESS, "parallel calls become consecutive pairs of call and result")
RESULT_ROLE = approximated(
    Code.FUNCTION_RESULTS, DEGRADING, "results go as role function, which the provider does not document"
)
CALL_ID = lost(Code.CALL_ID_DROPPED, HARMLESS, "legacy calls have no ids; they pair by position")
PARTS_JOINED = approximated(Code.TEXT_JOINED, HARMLESS, "a function result is one string; its parts are joined")
REFUSAL = approximated(Code.REFUSAL_AS_TEXT, DEGRADING, "the provider has no refusals; said as text")
MORE_CALLS = lost(Code.CALLS_DROPPED, BREAKING, "a legacy answer holds one call; the first is sent")
NOT_ALLOWED = lost(Code.TOOL_DROPPED, HARMLESS, "tool_choice does not allow the tool, so it is not offered")
NO_TOOL = refused(Code.NO_TOOL_ALLOWED, "no function of the allowed list is declared")


def place_of(value: Json, job: Job) -> Place:
    """Where in the source a value of the payload came from."""
    place: Place = job.memo.get("places", {}).get(id(value))
    return place


def request_as_functions(out: Json, job: Job) -> None:
    """Tools, choice and messages of a Chat request, said with functions only."""
    if "tools" in out:
        said = [as_function(tool, job) for tool in out.pop("tools")]
        out["functions"] = [function for function in said if function is not None]
    if "tool_choice" in out:
        at = job.memo.get("origin", {}).get("tool_choice") or (None, "tool_choice")
        out["function_call"] = _choice(out.pop("tool_choice"), out, at, job)
    out["messages"] = Pairs(job).read(out.get("messages", []))


def as_function(tool: Json, job: Job) -> Json | None:
    """One tool as a legacy function; None when nobody knows its type."""
    kind = tool.get("type")
    if kind not in TOOLS_UP:
        job.note(UNKNOWN_TOOL, place_of(tool, job))
        return None
    if kind == "function":
        function = dict(tool.get("function") or {})
    else:
        job.note(CUSTOM, place_of(tool, job))
        custom = tool.get("custom") or {}
        named = {key: custom[key] for key in ("name", "description") if custom.get(key) is not None}
        function = {**named, "parameters": custom_parameters()}
    job.memo["places"][id(function)] = place_of(tool, job)
    return function


def _choice(choice: Any, out: Json, at: Place, job: Job) -> Any:
    """tool_choice as function_call: a mode, or the name of the one function."""
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        allowed = choice.get("allowed_tools") or {}
        names = {_name(entry) for entry in allowed.get("tools") or []}
        out["functions"] = _allowed(out.get("functions", []), names, job)
        if not out["functions"]:
            job.note(NO_TOOL, at)
        choice = allowed.get("mode", "auto")
    if isinstance(choice, dict):
        return {"name": _name(choice)}
    if choice in ("none", "auto"):
        return choice
    if choice != "required":
        job.note(UNKNOWN_MODE, at)
        return "auto"
    functions = out.get("functions", [])
    if len(functions) == 1:
        return {"name": functions[0]["name"]}
    job.note(REQUIRED, at)
    return "auto"


def _allowed(functions: list[Json], names: set[str], job: Job) -> list[Json]:
    """The functions that may be called; the others are left out, which comes to the same."""
    kept = []
    for function in functions:
        if function["name"] in names:
            kept.append(function)
        else:
            job.note(NOT_ALLOWED, place_of(function, job))
    return kept


def _name(entry: Json) -> str:
    """The name in a named choice or an allowed entry."""
    name: str = (entry.get(entry.get("type", "function")) or {}).get("name", "")
    return name


def known_calls(calls: list[Json], job: Job) -> list[Json]:
    """The calls whose type somebody knows; the others are reported."""
    for call in calls:
        if call_table(call) is None:
            job.note(UNKNOWN_CALL, place_of(call, job))
    return [call for call in calls if call_table(call) is not None]


class Pairs:
    """Messages with tool calls on their way into consecutive call and result pairs."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.out: list[Json] = []
        self.key = "call_id" if job.source.family == "responses" else "id"
        self.warned = False

    def read(self, messages: list[Json]) -> list[Json]:
        results: dict[str, list[Json]] = {}
        for message in messages:
            if message["role"] == "tool":
                results.setdefault(message["tool_call_id"], []).append(message)
        for message in messages:
            if message["role"] == "assistant":
                self.turn(message, results)
            elif message["role"] != "tool":
                self.out.append(message)
        return self.out

    def turn(self, message: Json, results: dict[str, list[Json]]) -> None:
        """One assistant message: its text with the first call, every call before its result."""
        plain = {key: value for key, value in message.items() if key not in ("tool_calls", "refusal")}
        if message.get("refusal"):
            self.job.note(REFUSAL, place_of(message, self.job))
            plain["content"] = _with_refusal(plain.get("content"), message["refusal"])
        calls = known_calls(message.get("tool_calls") or [], self.job)
        if len(calls) > 1:
            self.job.note(SERIALIZED, place_of(message, self.job))
        for call in calls:
            self.out.append({**plain, "function_call": self.function_call(call)})
            plain = {"role": "assistant", "content": None}
            if results.get(call["id"]):
                self.out.append(self.result(call, results[call["id"]].pop(0)))
        if not calls:
            self.out.append(plain)

    def function_call(self, call: Json) -> Json:
        at = place_of(call, self.job)
        self.job.note(CALL_ID, (at, self.key))
        if call.get("type") != "custom":
            return {"name": call["function"]["name"], "arguments": call["function"]["arguments"]}
        self.job.note(CUSTOM, at)
        return {"name": call["custom"]["name"], "arguments": custom_arguments(call["custom"]["input"])}

    def result(self, call: Json, message: Json) -> Json:
        at, content = place_of(message, self.job), message.get("content")
        if not self.warned:
            self.job.note(RESULT_ROLE, at)
            self.warned = True
        if at is not None:
            self.job.note(CALL_ID, (at, "call_id" if self.key == "call_id" else "tool_call_id"))
        if isinstance(content, list):
            self.job.note(PARTS_JOINED, at)
            content = "\n".join(part.get("text", "") for part in content)
        name = (call.get("function") or call.get("custom") or {}).get("name")
        return {"role": "function", "name": name, "content": content}


def _with_refusal(content: Any, refusal: str) -> Any:
    if isinstance(content, list):
        return [*content, {"type": "text", "text": refusal}]
    return f"{content}\n\n{refusal}" if content else refusal


def answer_as_function(choice: Json, at: Place, job: Job) -> Json:
    """A choice whose client knows function_call only; `at` is its place when the answer never crossed."""
    message = dict(choice.get("message") or {})
    given = message.pop("tool_calls", None) or []
    for j, call in enumerate(given):
        job.memo.setdefault("places", {}).setdefault(id(call), (((at, "message"), "tool_calls"), j))
    calls = known_calls(given, job)
    for call in calls[1:]:
        job.note(MORE_CALLS, place_of(call, job))
    if calls:
        message["function_call"] = Pairs(job).function_call(calls[0])
    finish = choice.get("finish_reason")
    return {**choice, "message": message, "finish_reason": "function_call" if finish == "tool_calls" else finish}


CALL_ID_MADE = defaulted(Code.CALL_ID_MADE, HARMLESS, "function_call has no id; one was made from its position")


def choice_as_tools(choice: Json, at: Place, owner: str, job: Job) -> Json:
    """A legacy choice for a Chat client that declared `tools`: function_call as an entry of tool_calls."""
    message = choice.get("message") or {}
    call = message.get("function_call")
    if not call or not (job.request or {}).get("tools"):
        return choice
    job.note(CALL_ID_MADE, ((at, "message"), "function_call"))
    declared = declared_tools(job.request).get(call["name"])
    made: Json = {"id": legacy_call_id(owner, 0), "type": "function", "function": call}
    if declared is not None and declared.type == "custom":
        custom = {"name": call["name"], "input": custom_input(call["arguments"])}
        made = {"id": made["id"], "type": "custom", "custom": custom}
    rest = {key: value for key, value in message.items() if key != "function_call"}
    finish = choice.get("finish_reason")
    return {
        **choice,
        "message": {**rest, "tool_calls": [made]},
        "finish_reason": "tool_calls" if finish == "function_call" else finish,
    }
