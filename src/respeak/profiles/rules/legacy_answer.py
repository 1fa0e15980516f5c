"""Answers between Chat and its deprecated half: one function_call instead of tool_calls, and back.

The law: mapping.md, R2C-RESP and C2R-RESP on `function_call`, and profiles.md section 2.
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.answer_up import FILLED, NO_ARGUMENTS, UNSAID_ARGUMENTS, has_name, named
from respeak.crossing.bridges import custom_input, says_more
from respeak.crossing.finish import NO_CALLS
from respeak.crossing.ids import legacy_call_id
from respeak.crossing.names import declared_tools
from respeak.crossing.parts import HIDDEN_REASONING, UNKNOWN_PART
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.profiles.rules.legacy_messages import CALL_ID, CALL_IDS, REFUSAL, function_call, known_calls, others
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, defaulted, lost, show

MORE_CALLS = lost(Code.CALLS_DROPPED, BREAKING, "a legacy answer holds one call; the first is sent")
CALL_ID_MADE = defaulted(Code.CALL_ID_MADE, HARMLESS, "function_call has no id; one was made from its position")
FINISH = approximated(Code.FINISH_CHANGED, DEGRADING, "a finish_reason that the dialect does not know is said as stop")

JOINED = approximated(Code.TEXT_JOINED, HARMLESS, "an answer is one string; its parts are joined")
NO_TEXT = {
    "image_url": lost(Code.IMAGE_DROPPED, BREAKING, "an answer is one string and holds no images"),
    "thinking": HIDDEN_REASONING,
}
"""What becomes of parts of an answer that are no text."""

CALLS = ("tool_calls", "function_call")
FINISHES = ("stop", "length", "content_filter")
"""Values of finish_reason that the deprecated dialect shares with Chat; it says function_call for calls."""


def as_function(choice: Json, at: Place, job: Job) -> Json:
    """A choice whose client knows function_call, text and no refusal; `at` is its place if it never crossed."""
    message = dict(choice.get("message") or {})
    here = (at, "message") if job.source.family == "chat" else (None, "output")
    given = message.pop("tool_calls", None) or []
    for j, call in enumerate(given):
        if job.place_of(call) is None:
            job.placed(call, (((at, "message"), "tool_calls"), j))
    legacy = _function_call(message, ((at, "message"), "function_call"), job)
    calls = [call for call in known_calls(given, job) if named(call, job.place_of(call), job)]
    for call in calls if legacy else calls[1:]:
        job.note(MORE_CALLS, job.place_of(call))
    if legacy:
        message["function_call"] = filled(legacy, choice.get("finish_reason"), (here, "function_call"), job)
    elif calls:
        place = job.place_of(calls[0])
        if calls[0].get("id") is not None:
            job.note(CALL_ID, (place, CALL_IDS[job.source.family][0]))
        message["function_call"] = filled(function_call(calls[0], place, job), choice.get("finish_reason"), place, job)
    message["content"] = _text(message.get("content"), message.pop("refusal", None), here, job)
    return {**choice, "message": message, "finish_reason": _finish(choice, bool(calls or legacy), at, job)}


def _function_call(message: Json, at: Place, job: Job) -> Any:
    """The function_call of a message, which loses one without a name."""
    call = message.get("function_call")
    if call and not has_name(call, call, at, job):
        del message["function_call"]
        return None
    return call


def filled(call: Json, finish: Any, at: Place, job: Job) -> Json:
    """The call with arguments that are JSON, unless the answer was cut: an empty string is not."""
    if call.get("arguments") or finish not in ("stop", *CALLS):
        return call
    job.note(FILLED, at)
    return {**call, "arguments": NO_ARGUMENTS}


def _text(content: Any, refusal: str | None, at: Place, job: Job) -> str | None:
    """Content of any form as one string, the refusal behind it."""
    if isinstance(content, list):
        content, refused = _spoken(content, (at, "content"), job)
        refusal = "".join(dict.fromkeys(said for said in (refused, refusal) if said))
    if not refusal:
        return content if isinstance(content, str) else None
    for place in origins("refusal", at, job):
        job.note(REFUSAL, place)
    return f"{content}\n\n{refusal}" if content else refusal


def origins(name: str, at: Place, job: Job) -> list[Place]:
    """Where an answer that crossed has what its message says once; the place in a message that did not."""
    return job.memo["said_in"].get(name, []) if job.source.family == "responses" else [at]


def _spoken(parts: list[Json], at: Place, job: Job) -> tuple[str, str]:
    """The texts and the refusals of parts; what is neither is no part of a text."""
    said: dict[str, list[str]] = {"text": [], "refusal": []}
    for i, part in enumerate(parts):
        kind = part.get("type", "")
        if kind in said:
            others(part, frozenset(("type", kind)), (at, i), job)
            said[kind].append(part.get(kind) or "")
        else:
            job.note(NO_TEXT.get(kind, UNKNOWN_PART), (at, i))
    if len(said["text"]) > 1:
        job.note(JOINED, at)
    return "".join(said["text"]), "".join(said["refusal"])


def _finish(choice: Json, calls: bool, at: Place, job: Job) -> str:
    finish, said = choice.get("finish_reason"), "function_call" if calls else "stop"
    if finish in FINISHES:
        return str(finish)
    if "finish_reason" not in choice:
        job.note(FINISH.saying(f'finish_reason is missing; said as "{said}"'), at)
    elif finish not in CALLS:
        words = f'finish_reason {show(finish)} is not of this dialect; said as "{said}"'
        job.note(FINISH.saying(words), (at, "finish_reason"))
    elif not calls:
        job.note(NO_CALLS, (at, "finish_reason"))
    return said


def as_tools(choice: Json, at: Place, owner: str, job: Job) -> Json:
    """A legacy choice for a Chat client; if it declared `tools`, function_call is an entry of tool_calls."""
    message, finish = dict(choice.get("message") or {}), choice.get("finish_reason")
    place = ((at, "message"), "function_call")
    call, given = _function_call(message, place, job), message.get("tool_calls")
    choice = {**choice, "message": message}
    if finish in CALLS and not (call or given):
        job.note(NO_CALLS, (at, "finish_reason"))
        return {**choice, "finish_reason": "stop"}
    if given and finish == "function_call":
        return {**choice, "finish_reason": "tool_calls"}
    if not call:
        return choice
    if not (job.request or {}).get("tools"):
        return {**choice, "message": {**message, "function_call": filled(call, finish, place, job)}}
    job.note(CALL_ID_MADE, place)
    made = {"id": legacy_call_id(owner, 0), **_call(call, finish, place, job)}
    rest = {key: value for key, value in message.items() if key != "function_call"}
    finish = "tool_calls" if finish == "function_call" else finish
    return {**choice, "message": {**rest, "tool_calls": [*(given or ()), made]}, "finish_reason": finish}


def _call(call: Json, finish: Any, at: Place, job: Job) -> Json:
    """The call in the form in which the client declared its tool."""
    declared = declared_tools(job).get(call["name"])
    if declared is not None and declared.type == "custom":
        if says_more(call.get("arguments") or ""):
            job.note(UNSAID_ARGUMENTS, at)
        return {"type": "custom", "custom": {"name": call["name"], "input": custom_input(call.get("arguments") or "")}}
    return {"type": "function", "function": filled(call, finish, at, job)}
