"""Errors: the HTTP body, its status, and `param` in the client's own field names (mapping.md section 9).

Both families share the body `{error: {message, type, param, code}}`. Providers send others; they are read too.
A Responses answer that failed is an HTTP error on Chat.
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.verbs import HARMLESS, approximated, lost

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
DETAIL = lost(Code.ERROR_DETAIL_DROPPED, HARMLESS, "the error body has no place for this key")

ERROR_KEYS = ("message", "type", "param", "code")


def error_type(status: int) -> str:
    """The `type` of an error that does not name one."""
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def body(message: str, kind: str, param: str | None = None, code: str | None = None, **more: Any) -> Json:
    """An error body with the four keys that both families require."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code, **more}}


def failed(payload: Json, job: Job) -> tuple[Json, int]:
    """The HTTP error that stands for a failed or cancelled response: body and status."""
    if payload.get("status") == "cancelled":
        job.note(CANCELLED, (None, "status"))
        return body("The response was cancelled.", "invalid_request_error", code="response_cancelled"), 400
    error = payload.get("error") or {}
    code = error.get("code")
    if code is not None and code not in FAILED_STATUS:
        job.note(UNKNOWN_CODE, ((None, "error"), "code"))
    status = FAILED_STATUS.get(str(code or "server_error"), 500)
    more = {key: value for key, value in error.items() if key not in ERROR_KEYS and value is not None}
    message = error.get("message") or "The response failed."
    return body(message, error.get("type") or error_type(status), error.get("param"), code, **more), status


def normal(payload: Json, status: int, job: Job) -> Json:
    """Any provider's error body in the shape that both families share; no text of it is left out."""
    error = payload.get("error")
    if isinstance(error, dict):
        rest = {key: value for key, value in payload.items() if key != "error"}
        return {**_full(error, status), **rest}
    message = error or payload.get("message") or payload.get("detail")
    flat = {"message": message, **{key: payload.get(key) for key in ("type", "param", "code")}}
    for key, value in payload.items():
        if key not in (*ERROR_KEYS, "error", "detail", "object") and value is not None:
            job.note(DETAIL, (None, key))
    return _full(flat, status)


def _full(error: Json, status: int) -> Json:
    code, message = error.get("code"), error.get("message")
    known = {
        "message": message if isinstance(message, str) else str(message or f"The upstream answered {status}."),
        "type": error.get("type") or error_type(status),
        "param": error.get("param"),
        "code": None if code is None else str(code),
    }
    return {"error": {**error, **known}}


def place_of(at: Place) -> list[str | int]:
    """The keys of a place, outermost first."""
    keys: list[str | int] = []
    while at is not None:
        at, key = at
        keys.append(key)
    return keys[::-1]
