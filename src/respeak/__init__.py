"""Say the same LLM request in another provider's dialect, and know exactly what was lost.

The names below are the public API; each is imported when it is first used.
"""

from __future__ import annotations

import importlib
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from respeak.errors import InvalidPayload, RespeakError, StreamBroken, TranslationError, UnknownDialect, Violation
    from respeak.loss import Loss, Severity
    from respeak.mapping import explain
    from respeak.options import Options
    from respeak.profiles import dialects
    from respeak.profiles.profile import Dialect
    from respeak.schemas import schema, validate
    from respeak.stream import StreamTranslator, answer_of, stream_of
    from respeak.translate import Translation, translate_error, translate_request, translate_response

__version__ = "0.1.0"

__all__ = [
    "Dialect",
    "InvalidPayload",
    "Loss",
    "Options",
    "RespeakError",
    "Severity",
    "StreamBroken",
    "StreamTranslator",
    "Translation",
    "TranslationError",
    "UnknownDialect",
    "Violation",
    "answer_of",
    "dialects",
    "explain",
    "schema",
    "stream_of",
    "translate_error",
    "translate_request",
    "translate_response",
    "validate",
]

_HOME = {
    "Dialect": "respeak.profiles.profile",
    "InvalidPayload": "respeak.errors",
    "Loss": "respeak.loss",
    "Options": "respeak.options",
    "RespeakError": "respeak.errors",
    "Severity": "respeak.loss",
    "StreamBroken": "respeak.errors",
    "StreamTranslator": "respeak.stream",
    "Translation": "respeak.translate",
    "TranslationError": "respeak.errors",
    "UnknownDialect": "respeak.errors",
    "Violation": "respeak.errors",
    "answer_of": "respeak.stream",
    "dialects": "respeak.profiles",
    "explain": "respeak.mapping",
    "schema": "respeak.schemas",
    "stream_of": "respeak.stream",
    "translate_error": "respeak.translate",
    "translate_request": "respeak.translate",
    "translate_response": "respeak.translate",
    "validate": "respeak.schemas",
}


_IMPORTING = threading.RLock()
"""Threads that import modules of one package in different orders would wait for each other."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with _IMPORTING:
        value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
