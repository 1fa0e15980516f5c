"""Error frames of a Chat stream for a Responses client (mapping.md section 9, streaming.md section 4).

Before the response began there is room for all of the error; a response that failed has a message and one of a closed
list of codes, so what else the upstream said is reported.
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.errors import DETAIL, FAILED_STATUS, error_type, normal
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.streams.settle import Settle
from respeak.verbs import DEGRADING, HARMLESS, approximated

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

FRAME: Place = (None, "error")


def error_body(error: Any, job: Job, settle: Settle) -> Json:
    """The error of a frame with its four keys, `param` in the client's own field names."""
    given = error if isinstance(error, dict) else {"message": str(error)}
    told = normal({"error": {**given, "message": given.get("message") or "The upstream failed."}}, 500, job)
    body: Json = settle.renamed(told)["error"]
    return body


def event_fields(body: Json) -> Json:
    """The fields of an `error` event, flat and with a nested copy (OBS-2)."""
    return {**{key: body[key] for key in ("code", "message", "param")}, "error": body}


def failure(error: Any, body: Json, settle: Settle) -> Json:
    """The error of a response that failed; what it cannot hold is noted."""
    code = failure_code(body)
    if body["code"] not in (None, "", code):
        settle.note(CODES[code], (FRAME, "code"))
    for key, value in error.items() if isinstance(error, dict) else ():
        if key not in ("message", "code") and value not in (None, "", {}, [], *TYPES[code]):
            settle.note(DETAIL, (FRAME, key))
    return {"code": code, "message": body["message"]}


def failure_code(body: Json) -> str:
    """The code of a failed response, which is a closed list: limits stay limits, the unknown is the server's."""
    code, kind = str(body.get("code") or ""), str(body.get("type") or "")
    if code in FAILED_STATUS:
        return code
    limited = code == "429" or "rate_limit" in code or "rate_limit" in kind
    return LIMIT if limited else SERVER
