"""How an answer ended: `status`, `incomplete_details` and `error` <-> `finish_reason` (mapping.md section 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.verbs import DEGRADING, HARMLESS, approximated, refused, show

REASONS: dict[str | None, str] = {
    "max_output_tokens": "length",
    "max_tokens": "length",  # OA's own example of an incomplete response
    "content_filter": "content_filter",
    "max_messages": "length",
    "steered": "stop",
}
"""finish_reason of an incomplete response, by `incomplete_details.reason`."""

EXACT_REASONS = ("max_output_tokens", "content_filter")

FINISHES: dict[str, tuple[str, str | None]] = {
    "stop": ("completed", None),
    "tool_calls": ("completed", None),
    "function_call": ("completed", None),
    "length": ("incomplete", "max_output_tokens"),
    "content_filter": ("incomplete", "content_filter"),
}
"""Status and incomplete reason of a Responses answer, by finish_reason."""

NOT_FINISHED = refused(Code.ANSWER_NOT_FINISHED, "the response is still running in the background; ask for it again")
NOT_CUT = approximated(
    Code.FINISH_CHANGED, HARMLESS, "the answer is completed, so why it would be incomplete is not said"
)
UNKNOWN_STATUS = approximated(
    Code.FINISH_CHANGED, DEGRADING, "a status that no finished answer has is taken as completed"
)
UNKNOWN_REASON = approximated(Code.FINISH_CHANGED, HARMLESS, "Chat does not know the reason; said as a limit")
SAID_AS_STOP = approximated(
    Code.FINISH_CHANGED, DEGRADING, "Chat does not know the reason; after a stop the client takes the answer for whole"
)
UNKNOWN_FINISH = approximated(
    Code.FINISH_CHANGED, DEGRADING, "a finish_reason that nobody documents is judged by what was said"
)
NO_CALLS = approximated(Code.FINISH_CHANGED, HARMLESS, "the answer says it calls tools but holds no call")


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a Responses answer: status, why it is incomplete, what went wrong."""

    status: str
    reason: str | None = None
    error: Json | None = None


def finish_reason(payload: Json, has_calls: bool, job: Job) -> str:
    """The finish_reason of a Responses answer; forced calls end in `tool_calls` too (D-6)."""
    reason = (payload.get("incomplete_details") or {}).get("reason")
    status = payload.get("status") or ("incomplete" if reason else "completed")
    if status in ("queued", "in_progress"):
        job.note(NOT_FINISHED, (None, "status"))
        return "stop"  # never sent: the verdict refuses
    if status == "incomplete":
        return _incomplete(reason, payload, job)
    if reason:
        job.note(NOT_CUT, (None, "incomplete_details"))
    if status != "completed":
        why = f"{show(status)} is no status of a finished answer; taken as completed"
        job.note(UNKNOWN_STATUS.saying(why), (None, "status"))
    return "tool_calls" if has_calls else "stop"


def _incomplete(reason: str | None, payload: Json, job: Job) -> str:
    finish = REASONS.get(reason, "length")
    if reason not in EXACT_REASONS:
        why = f'Chat does not know the reason {show(reason)}; said as "{finish}"'
        at: Place = ((None, "incomplete_details"), "reason") if reason else (None, "status")
        job.note((SAID_AS_STOP if finish == "stop" else UNKNOWN_REASON).saying(why), at)
    return finish


def ending(choice: Json, has_output: bool, has_calls: bool, at: Place, job: Job) -> Ending:
    """Status of a Chat answer by its finish_reason; a missing or unknown one is judged by what was said."""
    finish = choice.get("finish_reason")
    known = FINISHES.get(finish) if isinstance(finish, str) else None
    if known is not None:
        if finish in ("tool_calls", "function_call") and not has_calls:
            job.note(NO_CALLS, (at, "finish_reason"))
        return Ending(*known)
    end = Ending("completed") if has_output and not errs(finish) else Ending("failed", error=failure_of(finish))
    given = "finish_reason" in choice
    what = f"finish_reason {show(finish)} is none of {', '.join(FINISHES)}" if given else "finish_reason is missing"
    why = f'{what}; said as status "{end.status}"'
    job.note(UNKNOWN_FINISH.saying(why), (at, "finish_reason") if given else at)
    return end


def errs(finish: Any) -> bool:
    """True for a finish_reason that says that something went wrong, as some providers do."""
    return "error" in str(finish).lower()


def failure_of(finish: Any) -> Json:
    """The error of an answer whose finish_reason is all that is known of what went wrong."""
    message = f"The upstream ended with finish_reason {show(finish)} and no usable answer."
    return {"code": "server_error", "message": message}
