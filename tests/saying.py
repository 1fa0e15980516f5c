"""Short words for tests of one rule: say a payload, and list what was lost."""

from __future__ import annotations

from typing import Any

import respeak
from respeak import TranslationError

Json = dict[str, Any]
Lost = list[tuple[str, str, str]]
"""Losses as (code, path, severity)."""


def losses(found: Any) -> Lost:
    return [(loss.code.value, loss.path, loss.severity.value) for loss in found]


def request(payload: Json, source: str, target: str, **more: Any) -> tuple[Json, Lost]:
    """A translated request and its losses, whatever they are."""
    said = respeak.translate_request(payload, source=source, target=target, tolerate="breaking", **more)
    return said.payload, losses(said.losses)


def response(payload: Json, source: str, target: str, **more: Any) -> tuple[Json, Lost]:
    """A translated answer and its losses, whatever they are."""
    said = respeak.translate_response(payload, source=source, target=target, tolerate="breaking", **more)
    return said.payload, losses(said.losses)


def refused(payload: Json, source: str, target: str, **more: Any) -> tuple[str, str]:
    """Code and path of what forbids a request, whatever is tolerated."""
    try:
        request(payload, source, target, **more)
    except TranslationError as error:
        return error.decisive[0].code.value, error.param
    raise AssertionError("translated, although there is no honest output")
