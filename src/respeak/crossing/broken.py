"""Chat answers that an error ended: what the upstream said of it, and what becomes of the rest (mapping.md 7 and 9).

The error stands at the top of the answer or of a chunk, or in the choice (OpenRouter). A Responses client gets a
response that failed, with a message and one of a closed list of codes; a Chat client gets an error body.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from respeak.codes import Code
from respeak.crossing.errors import (
    DETAIL,
    FAILED_STATUS,
    error_type,
    is_limit,
    normal,
    report_rest,
    status_of,
    words_of,
)
from respeak.crossing.finish import errs, failure_of
from respeak.loss import Place, Verdict
from respeak.plan import Job, Json
from respeak.verbs import DEGRADING, HARMLESS, approximated

FAILED_MESSAGE = "The upstream failed."
LIMIT, SERVER = "rate_limit_exceeded", "server_error"
CODES = {
    LIMIT: approximated(Code.ERROR_DETAIL_DROPPED, HARMLESS, f'responses that failed call this limit "{LIMIT}"'),
    SERVER: approximated(
        Code.ERROR_DETAIL_DROPPED,
        DEGRADING,
        f'responses that failed have a closed list of codes; said as "{SERVER}", after which clients try again',
    ),
}
"""What is lost when a code becomes one of the list."""

TYPES = {code: (code, error_type(status)) for code, status in FAILED_STATUS.items()}
"""Types of errors that say no more than the code."""


def event_error(event: Json) -> Json:
    """What an `error` event says of the error: flat as documented, or nested as the live service sends it (OBS-2)."""
    nested = event.get("error")
    inner = nested if isinstance(nested, dict) else {"message": nested}
    flat = {key: event[key] for key in ("message", "code", "param") if event.get(key)}
    return flat | {key: value for key, value in inner.items() if value or not (value is None or key in flat)}


def error_of(said: Json) -> tuple[Any, Place]:
    """What went wrong, by an answer, a chunk or an error event, and where that stands; None if nothing did."""
    if said.get("type") == "error":
        return event_error(said), (None, "error") if said.get("error") else None
    if said.get("error"):
        return said["error"], (None, "error")
    for i, choice in enumerate(said.get("choices") or ()):
        if choice.get("error") and not choice.get("index"):
            return choice["error"], (((None, "choices"), i), "error")
    return None, None


def end_of(said: Json) -> tuple[Any, Place]:
    """As `error_of`, for clients that know no other finish: one that says no more than that something went wrong."""
    error, at = error_of(said)
    if error:
        return error, at
    for i, choice in enumerate(said.get("choices") or ()):
        finish = choice.get("finish_reason")
        if finish is not None and errs(finish) and not choice.get("index"):
            return failure_of(finish), (((None, "choices"), i), "finish_reason")
    return None, None


def untold(said: Json, error: Any, note: Callable[[Verdict, Place], None]) -> None:
    """Report what the choice says of another error than the one that is told."""
    for i, choice in enumerate(said.get("choices") or ()):
        if not choice.get("index") and not DETAIL.spares(choice.get("error")) and choice["error"] != error:
            note(DETAIL, (((None, "choices"), i), "error"))


def beside_error(said: Json, finish: str | None = None) -> Json:
    """What an answer or a chunk with an error says beside it; a finish of its own would be made up."""
    if said.get("type") == "error":
        return {"choices": []}
    choices = [
        {**{key: value for key, value in choice.items() if key != "error"}, "finish_reason": finish}
        for choice in said.get("choices") or ()
    ]
    return {**{key: value for key, value in said.items() if key != "error"}, "choices": choices}


def error_body(error: Any, status: int, job: Job) -> Json:
    """An error with its four keys, whatever the upstream said."""
    given = error if isinstance(error, dict) else {"message": str(error)}
    return normal({"error": given if words_of(given) else {**given, "message": FAILED_MESSAGE}}, status, job)


def as_error(answer: Json, error: Any, job: Job) -> tuple[Json, int]:
    """The HTTP error for a Chat client: body and status."""
    report_rest(answer, job)
    status = status_of(error)
    return error_body(error, status, job), status


def as_failed(response: Json, error: Any, at: Place, job: Job) -> None:
    """Make the response that was made of what stands beside the error one that failed."""
    body = error_body(error, 500, job)["error"]
    response |= {"status": "failed", "error": failure(error, body, at, job.note), "incomplete_details": None}


def failure(error: Any, body: Json, at: Place, note: Callable[[Verdict, Place], None]) -> Json:
    """The error of a response that failed; what it cannot hold is noted. `body` is the error with its four keys."""
    code = failure_code(body)
    if body["code"] not in (None, "", code):
        note(CODES[code], (at, "code"))
    for key, value in error.items() if isinstance(error, dict) else ():
        told = value is words_of(error) or value in (None, "", {}, [], *TYPES[code])
        if key not in ("message", "code") and not told:
            note(DETAIL, (at, key))
    return {"code": code, "message": body["message"]}


def failure_code(body: Json) -> str:
    """The code of a failed response, which is a closed list: limits stay limits, the unknown is the server's."""
    code = str(body.get("code") or "")
    if code in FAILED_STATUS:
        return code
    return LIMIT if is_limit(body) else SERVER
