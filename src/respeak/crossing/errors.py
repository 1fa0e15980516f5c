"""Errors: the HTTP body, its status, and `param` in the client's own field names (mapping.md section 9).

Both families share the body `{error: {message, type, param, code}}`. Providers send others; they are read too.
A Responses answer that failed is an HTTP error on Chat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from respeak.codes import Code
from respeak.crossing.answer import ECHOES
from respeak.crossing.bridges import compact
from respeak.crossing.items import PHASE
from respeak.loss import Place, Verdict
from respeak.plan import Job, Json
from respeak.verbs import DEGRADING, HARMLESS, approximated, lost

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

ERROR_KEYS = ("message", "type", "param", "code")
TEXT_KEYS = ("error", "message", "detail", "msg", "errors")
INNER_TEXT_KEYS = ("message", "detail", "error", "msg", "errors")
"""Keys under which providers put the words of an error, in the body and in its error; the most telling first."""

FORM = ("object", "status", "error")
"""Keys of a failed response that its HTTP error says in its own form."""

OF_FAILED: Mapping[str, Verdict] = {
    **{name: replace(UNSAID, unless=neutral) for name, neutral in ECHOES.items()},
    "output": lost(Code.ERROR_DETAIL_DROPPED, DEGRADING, "an HTTP error holds no output"),
    "usage": lost(Code.USAGE_DETAIL_DROPPED, HARMLESS, "an HTTP error holds no usage"),
}
"""What is lost of a response that failed."""


def error_type(status: int) -> str:
    """The `type` of an error that does not name one."""
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def body(message: str, kind: str, param: str | None = None, code: str | None = None) -> Json:
    """An error body with the four keys that both families require."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def failed(payload: Json, job: Job) -> tuple[Json, int]:
    """The HTTP error that stands for a failed or cancelled response: body and status."""
    _report_rest(payload, job)
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


def _report_rest(payload: Json, job: Job) -> None:
    """What a failed response holds beside its error; each phase counts, here too."""
    for i, item in enumerate(payload.get("output") or []):
        if item.get("phase") is not None:
            job.note(PHASE, (((None, "output"), i), "phase"))
    for key, value in payload.items():
        verdict = OF_FAILED.get(key, UNSAID)
        if key not in FORM and not verdict.spares(value):
            job.note(verdict, (None, key))


def normal(payload: Json, status: int, job: Job) -> Json:
    """Any provider's error body in the shape that both families share; no text of it is left out."""
    detail = payload.get("detail")
    if payload.get("error") or not isinstance(detail, dict) or not detail.get("error"):
        return _normal(payload, status, None, job)
    _untold(payload, ("detail",), None, job)  # FastAPI wraps the body of an error that was raised
    return _normal(detail, status, (None, "detail"), job)


def _normal(payload: Json, status: int, at: Place, job: Job) -> Json:
    name = "error" if payload.get("error") or not isinstance(payload.get("detail"), dict) else "detail"
    if payload.get(name) and isinstance(payload[name], dict):
        rest = {key: value for key, value in payload.items() if key not in (name, "error")}
        return {**_full({**payload[name], "message": _told(payload[name], rest)}, status), **rest}
    text = next((name for name in TEXT_KEYS if payload.get(name)), "message")
    _untold(payload, (text, "type", "param", "code", "object"), at, job)
    return _full({"message": payload.get(text), **{key: payload.get(key) for key in ERROR_KEYS[1:]}}, status)


def _told(error: Json, rest: Json) -> Any:
    """The words of an error, which some providers put under another key of it or, as a string, beside it."""
    inside = (error.get(name) for name in INNER_TEXT_KEYS)
    beside = (rest.get(name) for name in TEXT_KEYS)
    words = (*inside, *(value for value in beside if isinstance(value, str)))
    return next((value for value in words if value), None)


def _untold(payload: Json, told: tuple[str, ...], at: Place, job: Job) -> None:
    for key, value in payload.items():
        if key not in told and not DETAIL.spares(value):
            job.note(DETAIL, (at, key))


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


def place_of(at: Place) -> list[str | int]:
    """The keys of a place, outermost first."""
    keys: list[str | int] = []
    while at is not None:
        at, key = at
        keys.append(key)
    return keys[::-1]
