"""Errors: the HTTP body, its status, and `param` in the client's own field names (mapping.md section 9).

Both families share the body `{error: {message, type, param, code}}`. Providers send others; they are read too.
A Responses answer that failed is an HTTP error on Chat.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from respeak.codes import Code
from respeak.crossing.answer import ECHOES
from respeak.crossing.bridges import compact
from respeak.crossing.items import PHASE
from respeak.crossing.output_text import text_apart
from respeak.loss import Place, Verdict
from respeak.plan import Job, Json
from respeak.verbs import DEGRADING, HARMLESS, approximated, lost, lost_each

FAILED = ("failed", "cancelled")
"""Values of a response's `status` that are HTTP errors on Chat."""

FAILED_STATUS: dict[str, int] = {
    "server_error": 500,
    "rate_limit_exceeded": 429,
    "vector_store_timeout": 504,
    **dict.fromkeys(
        (
            "invalid_prompt",
            "bio_policy",
            "image_content_policy_violation",
            "misalignment_policy_violation",
            "data_residency_mismatch",
            "invalid_image",
            "invalid_image_format",
            "invalid_base64_image",
            "invalid_image_url",
            "image_too_large",
            "image_too_small",
            "image_parse_error",
            "invalid_image_mode",
            "image_file_too_large",
            "unsupported_image_media_type",
            "empty_image_file",
            "failed_to_download_image",
            "image_file_not_found",
        ),
        400,
    ),
}
"""HTTP status of a failed response, by `error.code` (ResponseErrorCode)."""

UNKNOWN_CODE = approximated(Code.ERROR_STATUS_ASSUMED, HARMLESS, "this error code is not documented; sent as HTTP 500")
CANCELLED = approximated(Code.ERROR_STATUS_ASSUMED, HARMLESS, "Chat has no cancelled answers; sent as HTTP 400")
DETAIL = lost(Code.ERROR_DETAIL_DROPPED, HARMLESS, "the error body has no place for this key", unless=("",))
UNSAID = lost(Code.REPORT_DROPPED, HARMLESS, "an HTTP error says nothing else of the answer")

FLAG = replace(DETAIL, unless=("", True, False))
"""A flag where words could be says that this is an error, which its status says, too."""

ERROR_KEYS = ("message", "type", "param", "code")
STATUS_KEYS = ("status", "statusCode", "status_code")
"""Keys under which bodies repeat their HTTP status."""

NAMED_STATUS = re.compile("[45][0-9][0-9]").fullmatch
"""Matches what is the HTTP status of an error."""

TEXT_KEYS = (
    "error",
    "title",
    "message",
    "msg",
    "error_message",
    "error_description",
    "description",
    "reason",
    "detail",
    "details",
    "errors",
)
"""Keys under which bodies put words: all of them are the message, from the general ones to the reason."""

INNER_TEXT_KEYS = ("message", "detail", "error", "msg", "errors")
"""Keys under which errors put their words; the most telling first, since the others stay beside it."""

FORM = ("object", "status", "error")
"""Keys of a failed answer that its HTTP error says in its own form."""

OF_FAILED: Mapping[str, Verdict] = {
    **{name: replace(UNSAID, unless=neutral) for name, neutral in ECHOES.items()},
    **lost_each(
        "output", "choices", code=Code.ERROR_DETAIL_DROPPED, severity=DEGRADING, why="an HTTP error holds no output"
    ),
    "usage": lost(Code.USAGE_DETAIL_DROPPED, HARMLESS, "an HTTP error holds no usage"),
}
"""What is lost of an answer that failed."""


def error_type(status: int) -> str:
    """The `type` of an error that does not name one."""
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def status_of(error: Any) -> int:
    """The HTTP status of an error that came without one; some upstreams say it as the code."""
    found = error if isinstance(error, dict) else {}
    for key in ("code", *STATUS_KEYS):
        named = str(found.get(key))
        if named in FAILED_STATUS:
            return FAILED_STATUS[named]
        if NAMED_STATUS(named):
            return int(named)
    if is_limit(found):
        return 429
    return 400 if found.get("type") == "invalid_request_error" else 502


def status_named(event: Json) -> int | None:
    """The HTTP status of an error that an object names which says why: what services send that leave out `error`."""
    named = (str(event.get(key)) for key in ("code", *STATUS_KEYS))
    found = next(filter(NAMED_STATUS, named), None)
    return int(found) if found and words_of(event) else None


def is_limit(error: Json) -> bool:
    """True for an error of a limit, by its code or its type."""
    code, kind = str(error.get("code") or ""), str(error.get("type") or "")
    return code == "429" or "rate_limit" in code or "rate_limit" in kind


def body(message: str, kind: str, param: str | None = None, code: str | None = None) -> Json:
    """An error body with the four keys that both families require."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def failed(payload: Json, job: Job) -> tuple[Json, int]:
    """The HTTP error that stands for a failed or cancelled response: body and status."""
    report_rest(payload, job)
    error = payload.get("error") or {}
    if payload.get("status") == "cancelled":
        job.note(CANCELLED, (None, "status"))
        if error:
            job.note(DETAIL, (None, "error"))
        return body("The response was cancelled.", "invalid_request_error", code="response_cancelled"), 400
    code = None if error.get("code") is None else str(error["code"])
    if code is not None and code not in FAILED_STATUS:
        job.note(UNKNOWN_CODE, ((None, "error"), "code"))
    status = FAILED_STATUS.get(code or "server_error", 500)
    more = {key: value for key, value in error.items() if key not in ERROR_KEYS and value is not None}
    message = error.get("message") or "The response failed."
    told = body(message, error.get("type") or error_type(status), error.get("param"), code)
    told["error"] |= more
    return told, status


def report_rest(payload: Json, job: Job) -> None:
    """What a failed answer holds beside its error; each phase counts, here too."""
    for at, said in _spoken(payload, job.source.family):
        if said.get("phase") is not None:
            job.note(PHASE, (at, "phase"))
    for key, value in payload.items():
        verdict = OF_FAILED.get(key, UNSAID)
        if key == "output_text" and text_apart(payload):
            verdict = OF_FAILED["output"]
        if key not in FORM and not verdict.spares(value) and (key != "choices" or _answers(payload, job)):
            job.note(verdict, (None, key))


def _answers(payload: Json, job: Job) -> bool:
    """True for an answer that holds more than roles; of a Responses answer `choices` are a key that nobody knows."""
    if job.source.family == "responses":
        return True
    held = (value for _, said in _spoken(payload, "chat") for key, value in said.items() if key != "role")
    return any(value not in (None, "", [], {}) for value in held)


def _spoken(payload: Json, family: str) -> Iterator[tuple[Place, Json]]:
    """The items or the messages of an answer, with their places."""
    if family == "responses":
        yield from ((((None, "output"), i), item) for i, item in enumerate(payload.get("output") or []))
        return
    for i, choice in enumerate(payload.get("choices") or []):
        yield ((((None, "choices"), i), "message"), choice.get("message") or {})


def normal(payload: Json, status: int, job: Job) -> Json:
    """Any provider's error body in the shape that both families share; no text of it is left out.

    What has a place in no key of that shape is reported; nothing that is a JSON object is too odd to be read.
    """
    detail = payload.get("detail")
    if payload.get("error") or not isinstance(detail, dict) or not detail.get("error"):
        return _normal(payload, status, None, job)
    _untold(payload, ("detail",), None, job)  # FastAPI wraps the body of an error that was raised
    return _normal(detail, status, (None, "detail"), job)


def _normal(payload: Json, status: int, at: Place, job: Job) -> Json:
    name = _holder(payload)
    if name is not None:
        rest = {key: value for key, value in payload.items() if key not in (name, "error")}
        if name != "error":
            _untold({"error": payload.get("error")}, (), at, job)
        return {**_full({**payload[name], "message": _told(payload[name], rest)}, status), **rest}
    texts = [key for key in TEXT_KEYS if _is_words(payload.get(key))]
    repeated = [key for key in STATUS_KEYS if payload.get(key) == status]
    _untold(payload, (*texts, *repeated, *ERROR_KEYS[1:], "object"), at, job)
    message = _joined(payload[key] for key in texts)
    return _full({"message": message, **{key: payload.get(key) for key in ERROR_KEYS[1:]}}, status)


def _holder(payload: Json) -> str | None:
    """The key that holds an error with keys of its own; None where the body is the error, or its error is words."""
    for name in ("error", "detail"):
        value = payload.get(name)
        if _is_words(value):
            return name if isinstance(value, dict) else None
    return None


def _told(error: Json, rest: Json) -> Any:
    """The words of an error, which some providers put under another key of it or, as strings, beside it."""
    beside = (rest[name] for name in TEXT_KEYS if isinstance(rest.get(name), str))
    return words_of(error) or _joined(beside) or error.get("message")


def words_of(error: Json) -> Any:
    """What an error says of itself; None if it says nothing."""
    return next((error[name] for name in INNER_TEXT_KEYS if _is_words(error.get(name))), None)


def _is_words(value: Any) -> bool:
    """True for what says something: a text, or a list or an object of whatever form."""
    return isinstance(value, str | list | dict) and bool(value)


def _joined(values: Iterable[Any]) -> str:
    """Several texts of one error as one, none of them twice."""
    out = ""
    for value in values:
        text = _words(value) or ""
        if out in text:
            out = text
        elif text not in out:
            out += f"{' ' if out.endswith(ENDS) else ': '}{text}"
    return out


ENDS = (".", "!", "?", ":")
"""Ends of texts behind which another one needs no colon."""


def _untold(payload: Json, told: tuple[str, ...], at: Place, job: Job) -> None:
    for key, value in payload.items():
        verdict = FLAG if key in TEXT_KEYS else DETAIL
        if key not in told and not verdict.spares(value):
            job.note(verdict, (at, key))


def _full(error: Json, status: int) -> Json:
    known = {
        "message": _words(error.get("message")) or f"The upstream answered {status}.",
        "type": _words(error.get("type")) or error_type(status),
        "param": _words(error.get("param")),
        "code": _words(error.get("code")),
    }
    return {"error": {**error, **known}}


def _words(value: Any) -> str | None:
    """A value as the string that an error body has: text as it is, anything else as JSON."""
    return value if value is None or isinstance(value, str) else compact(value)
