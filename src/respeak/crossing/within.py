"""Within a family: only what the target's profile speaks of changes, the rest stays as it stands.

A route between two dialects of one family never crosses, so it can never lose what both ends can say. Values
that nobody speaks of are shared with the payload, nulls and unknown keys included.
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.items import MISPLACED_PHASE, PHASE, item_type
from respeak.crossing.model import answer_model, request_model
from respeak.loss import Place, Verdict
from respeak.plan import KEEP, UNKNOWN, Job, Json, Plan, narrow, walk
from respeak.verbs import DEGRADING, lost

FOREIGN_MODEL = lost(Code.PHASE_DROPPED, DEGRADING, "phase does not apply to models of other vendors; removed")

CHAT_PARTS = {"text": "text", "image_url": "image", "file": "file", "refusal": "refusal"}


def request_plans(source: Any, target: Any) -> dict[str, Plan]:
    """The plans of a request between two dialects of one family."""
    inner = {"input": _items} if target.family == "responses" else {"messages": _messages, "tools": _tools}
    plan = narrow({**target.says.get("request", {}), **source.reads}, UNKNOWN if target.closed else KEEP)
    plan.entries |= {name: step for name, step in inner.items() if name not in source.reads}
    _model(plan, request_model)
    plans = {"request": plan}
    for name in ("message", "function_tool", *CHAT_PARTS.values()):
        plans[name] = narrow(target.says.get(name, {}), KEEP)
    return plans


def answer_plans(source: Any, target: Any) -> dict[str, Plan]:
    """The plans of an answer between two dialects of one family."""
    plan = narrow(target.answers.get("answer", {}), KEEP)
    _model(plan, answer_model)
    return {"answer": plan, "usage": narrow(target.answers.get("usage", {}), KEEP)}


def _model(plan: Plan, verb: Any) -> None:
    def rename(value: Any, out: Json, at: Place, job: Job) -> None:
        out["model"] = verb(value, at, job) if isinstance(value, str) else value

    plan.entries["model"] = rename


def _items(value: Any, out: Json, at: Place, job: Job) -> None:
    """Input items stay as they are; phase goes where it does not belong."""
    if isinstance(value, list):
        value = [_item(item, (at, i), job) for i, item in enumerate(value)]
    out["input"] = value


def _item(item: Json, at: Place, job: Job) -> Json:
    if item.get("phase") is None or item_type(item) != "message":
        return item
    if item.get("role") != "assistant":
        job.note(MISPLACED_PHASE, (at, "phase"))
    elif job.memo["foreign_model"]:
        job.note(FOREIGN_MODEL, (at, "phase"))
    else:
        return item
    return {key: value for key, value in item.items() if key != "phase"}


def _messages(value: Any, out: Json, at: Place, job: Job) -> None:
    """Messages with what the profile says of their keys and parts."""
    places = job.memo.setdefault("places", {})
    out["messages"] = messages = []
    for i, message in enumerate(value):
        place = (at, i)
        changed = _message(message, place, job)
        places[id(changed)] = place
        for j, call in enumerate(changed.get("tool_calls") or []):
            places[id(call)] = ((place, "tool_calls"), j)
        messages.append(changed)


def _message(message: Json, at: Place, job: Job) -> Json:
    if message.get("role") == "function":
        return dict(message)  # its `name` is the function's, which no profile speaks of
    out = walk(job.plans["message"], message, {}, at, job)
    if out.pop("phase", None) is not None:
        job.note(PHASE if message.get("role") == "assistant" else MISPLACED_PHASE, (at, "phase"))
    if isinstance(out.get("content"), list):
        parts = (_part(part, ((at, "content"), i), job) for i, part in enumerate(out["content"]))
        out["content"] = [part for part in parts if part is not None]
    return out


def _part(part: Json, at: Place, job: Job) -> Json | None:
    kind = part.get("type", "")
    verdict = job.target.parts.get(kind)
    if verdict is not None:
        job.note(verdict, at)
        return None
    table = CHAT_PARTS.get(kind)
    return walk(job.plans[table], part, {}, at, job) if table else part


def _tools(value: Any, out: Json, at: Place, job: Job) -> None:
    """Tools with what the profile says of functions."""
    places = job.memo.setdefault("places", {})
    out["tools"] = tools = []
    for i, tool in enumerate(value):
        odd = job.source.odd_tools.get(tool.get("type"))
        if odd is not None:
            job.note(odd.chat, (at, i))
            continue
        changed = walk(job.plans["function_tool"], tool, {}, (at, i), job) if tool.get("type") == "function" else tool
        places[id(changed)] = (at, i)
        tools.append(changed)


def enforce(out: Json, job: Job) -> None:
    """What a step wrote although the target's profile has a verdict on it: judged at its place in the source."""
    origin = job.memo.get("origin", {})
    for name, say in job.target.says.get("request", {}).items():
        if isinstance(say, Verdict) and name in out:
            value = out.pop(name)
            if name in origin and not say.spares(value):
                job.note(say, origin[name])
