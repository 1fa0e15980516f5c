"""Within a family: only what the target's profile speaks of changes, the rest stays as it stands.

A route between two dialects of one family never crosses, so it can never lose what both ends can say. Values
that nobody speaks of are shared with the payload, nulls and unknown keys included.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from respeak.codes import Code
from respeak.compose import narrow
from respeak.crossing.answer import echo_metadata
from respeak.crossing.items import MESSAGE, MISPLACED_PHASE, PHASE, item_type
from respeak.crossing.model import answer_model, request_model
from respeak.crossing.parts import HIDDEN_REASONING, PARTS_UP, UNKNOWN_PART
from respeak.crossing.request import NO_MESSAGES, REQUEST
from respeak.loss import Place, Verdict
from respeak.plan import KEEP, UNKNOWN, Job, Json, Step
from respeak.verbs import DEGRADING, flagged, lost
from respeak.walk import Plan, kept, walk

FOREIGN_MODEL = lost(Code.PHASE_DROPPED, DEGRADING, "phase does not apply to models of other vendors; removed")

CHAT_PARTS = {"text": "text", "image_url": "image", "file": "file", "refusal": "refusal"}

HOLDERS = {"message": "content", "function_call_output": "output", "custom_tool_call_output": "output"}
"""Where items hold parts, by type."""

RESULT_ROLES = ("function", "tool")
"""Roles whose `name` is that of the function they answer: no profile speaks of it."""

SPOKEN = ("tool_calls", "function_call", "refusal")
"""What an assistant says without content."""

LEFT: dict[str | None, Any] = {
    **{row.chat: row.up for row in MESSAGE.rows if isinstance(row.up, Verdict)},
    **dict.fromkeys(("reasoning", "reasoning_content", "reasoning_details"), HIDDEN_REASONING),
}
"""What is lost with a message that is left out, by key; any other key is unknown."""


def request_plans(source: Any, target: Any) -> dict[str, Plan]:
    """The plans of a request between two dialects of one family."""
    inner = (
        {"input": _items}
        if target.family == "responses"
        else {"messages": _messages, "tools": _tools, "functions": _functions}
    )
    plan = narrow({**target.says.get("request", {}), **source.reads}, UNKNOWN if target.closed else KEEP)
    plan.entries |= {name: step for name, step in inner.items() if name not in source.reads}
    if source.store_default is not None:
        plan.entries.setdefault("store", "store")  # null means the source's default here, which is made explicit
    _model(plan, request_model)
    plans = {"request": plan}
    for name in ("message", "function_tool", "legacy_function", *CHAT_PARTS.values()):
        plans[name] = narrow(target.says.get(name, {}), KEEP)
    return plans


def answer_plans(source: Any, target: Any) -> dict[str, Plan]:
    """The plans of an answer between two dialects of one family."""
    plan = narrow(target.answers.get("answer", {}), KEEP)
    if target.family == "chat":
        plan.entries["choices"] = _choices
        plan.entries.setdefault("metadata", _metadata)
    if "usage" in target.answers:
        plan.entries["usage"] = _usage
    _model(plan, answer_model)
    return {"answer": plan, "usage": narrow(target.answers.get("usage", {}), KEEP)}


def _model(plan: Plan, verb: Any) -> None:
    def rename(value: Any, out: Json, at: Place, job: Job) -> None:
        out["model"] = verb(value, at, job) if isinstance(value, str) else value

    plan.entries["model"] = rename


# Responses ------------------------------------------------------------------------------------------------------


def _items(value: Any, out: Json, at: Place, job: Job) -> None:
    """Input items stay as they are; phase goes where it does not belong."""
    if isinstance(value, list):
        value = [_item(item, (at, i), job) for i, item in enumerate(value)]
    out["input"] = value


def _item(item: Json, at: Place, job: Job) -> Json:
    kind = item_type(item)
    held = HOLDERS.get(kind)
    if held is not None and job.target.parts and isinstance(item.get(held), list):
        item = {**item, held: _parts(item[held], (at, held), job)}
    if kind != "message" or item.get("phase") is None:
        return item
    if item.get("role") != "assistant":
        job.note(MISPLACED_PHASE, (at, "phase"))
    elif job.memo["foreign_model"]:
        job.note(FOREIGN_MODEL, (at, "phase"))
    else:
        return item
    return {key: value for key, value in item.items() if key != "phase"}


# Chat -----------------------------------------------------------------------------------------------------------


def _messages(value: Any, out: Json, at: Place, job: Job) -> None:
    """Messages with what the profile says of their keys and parts."""
    out["messages"] = messages = []
    plan, places = job.plans["message"], job.places
    for i, message in enumerate(value):
        place = (at, i)
        changed = _message(plan, message, place, job)
        if changed is None:
            continue
        if places is not None:
            places[id(changed)] = place
            if changed.get("tool_calls") and changed.get("role") == "assistant":
                changed["tool_calls"] = _placed_calls(changed["tool_calls"], (place, "tool_calls"), places)
        messages.append(changed)


def _placed_calls(calls: list[Json], at: Place, places: dict[int, Place]) -> list[Json]:
    """The calls of a turn, each with a place of its own; one that the client uses twice is copied."""
    out = []
    for j, call in enumerate(calls):
        own = call.copy() if id(call) in places else call
        places[id(own)] = (at, j)
        out.append(own)
    return out


def finish(source: Json, out: Json, job: Job) -> None:
    """Chat needs at least one message; a target that is not closed may say so itself of what the client left empty."""
    if job.target.family == "chat" and not out.get("messages") and (source.get("messages") or job.target.closed):
        job.note(NO_MESSAGES, (None, "messages"))


def _message(plan: Plan, message: Json, at: Place, job: Job) -> Json | None:
    """One message; None when nothing of it can be sent, which is reported."""
    content = message.get("content")
    out = message.copy() if message.get("role") in RESULT_ROLES else kept(plan, message, at, job)
    if "phase" in out:
        _without_phase(out, at, job)
    if content and content.__class__ is list:
        out["content"] = _parts(content, (at, "content"), job)
        return out if out["content"] else _without_parts(out, at, job)
    return out


def _without_parts(message: Json, at: Place, job: Job) -> Json | None:
    """A message whose parts are all lost: a result stays as an empty one, a turn for what else it says."""
    role = message.get("role")
    if role in RESULT_ROLES:
        return {**message, "content": ""}
    if role == "assistant" and any(message.get(name) for name in SPOKEN):
        return {**message, "content": None}
    for key, value in message.items():
        verdict = LEFT.get(key, UNKNOWN)
        if key not in ("role", "content") and not verdict.spares(value):
            job.note(verdict, (at, key))
    return None


def _without_phase(message: Json, at: Place, job: Job) -> None:
    """Chat has no phase, and its assistants alone could have one."""
    if message.pop("phase", None) is not None:
        job.note(PHASE if message.get("role", "assistant") == "assistant" else MISPLACED_PHASE, (at, "phase"))


def _parts(parts: list[Json], at: Place, job: Job) -> list[Json]:
    return job.each(parts, at, _part)


def _part(part: Json, at: Place, job: Job) -> Json | None:
    kind = part.get("type", "")
    table = CHAT_PARTS.get(kind) if job.target.family == "chat" else None
    verdict = job.target.parts.get(kind)
    if verdict is None and job.target.closed and job.target.family == "chat" and table is None:
        verdict = PARTS_UP.get(kind, UNKNOWN_PART)
    if isinstance(verdict, Verdict):
        job.note(verdict, at)
        return None
    return kept(job.plans[table], part, at, job) if table else part


def _tools(value: Any, out: Json, at: Place, job: Job) -> None:
    """Tools with what the profile says of functions."""
    out["tools"] = job.each(value, at, _tool)


def _tool(tool: Json, at: Place, job: Job) -> Json | None:
    odd = job.source.odd_tools.get(tool.get("type"))
    if odd is not None:
        job.note(odd.chat, at)
        return None
    return kept(job.plans["function_tool"], tool, at, job) if tool.get("type") == "function" else tool.copy()


def _functions(value: Any, out: Json, at: Place, job: Job) -> None:
    """Deprecated functions with what the profile says of them."""
    out["functions"] = job.each(value, at, lambda each, place, _: kept(job.plans["legacy_function"], each, place, job))


def _choices(value: Any, out: Json, at: Place, job: Job) -> None:
    """Choices stay as they are, without phase; the answer has the metadata that its upstream did not take."""
    out["choices"] = [_choice(choice, (at, i), job) for i, choice in enumerate(value)]
    echo_metadata(out, job)


def _choice(choice: Json, at: Place, job: Job) -> Json:
    message = choice.get("message")
    if not message or "phase" not in message:
        return choice
    message = dict(message)
    _without_phase(message, (at, "message"), job)
    return {**choice, "message": message}


def _metadata(value: Any, out: Json, at: Place, job: Job) -> None:
    out["metadata"] = value
    echo_metadata(out, job)


def _usage(value: Any, out: Json, at: Place, job: Job) -> None:
    out["usage"] = walk(job.plans["usage"], value, {}, at, job)


# After a crossing -----------------------------------------------------------------------------------------------


def enforced(target: Any) -> dict[str, Any]:
    """What a profile says of fields of the request that a crossing may write without asking it."""
    says = target.says.get("request", {})
    return {name: say for name, say in says.items() if say.__class__ in (Step, Verdict, flagged)}


def enforce(out: Json, job: Job) -> None:
    """What a step wrote although the target's profile has a verdict on it: judged at its place in the source."""
    says = job.plans["enforced"]
    for name in [name for name in out if name in says] if says else ():
        _enforce(name, says[name], out, job)
    if job.memo["foreign_model"]:
        _unphase(out.get("input"), job)


def _enforce(name: str, say: Any, out: Json, job: Job) -> None:
    at, kind = job.origin(name), say.__class__
    if kind is Step:
        say.run(out.pop(name), out, at, job)
    elif kind is Verdict:
        value = out.pop(name)
        if at is not None:
            _judge(say, value, at, job)
        elif isinstance(value, dict):
            _judge_keys(say, name, value, job)
    elif kind is flagged and at is not None:
        say(out[name], at, job)


def _judge(verdict: Verdict, value: Any, at: Place, job: Job) -> None:
    if not verdict.spares(value):
        job.note(verdict, at)


def _judge_keys(verdict: Verdict, name: str, value: Json, job: Job) -> None:
    """The keys of a field that rows wrote one by one; a key without a source is the crossing's own addition."""
    for place, inner in _keys_of(name, job.source.family):
        if inner in value:
            _judge(verdict, value[inner], place, job)


@cache
def _keys_of(name: str, family: str) -> tuple[tuple[Place, str], ...]:
    """The keys of a target's field that rows write, each with its place in a source of this family."""
    found = []
    for row in REQUEST.rows:
        source, target = (row.chat, row.responses) if family == "chat" else (row.responses, row.chat)
        if source and target and target.startswith(f"{name}."):
            place: Place = None
            for key in source.split("."):
                place = (place, key)
            found.append((place, target.split(".")[1]))
    return tuple(found)


def _unphase(items: Any, job: Job) -> None:
    """Phase of messages that a crossing made, for models that do not know it."""
    for item in items if isinstance(items, list) else ():
        if item.pop("phase", None) is not None:
            job.note(FOREIGN_MODEL, (job.place_of(item), "phase"))
