"""JSON text and back, with the fastest library at hand: orjson if it is installed (extra `gateway`)."""

from __future__ import annotations

import json
from typing import Any

import pydantic_core

from respeak.errors import InvalidPayload, Violation

try:
    import orjson
except ImportError:  # the extra is not installed
    orjson = None  # type: ignore[assignment]

TOO_DEEP = Violation("", "a payload of sensible depth", "one nested too deeply")


def loads(data: bytes | str) -> Any:
    """The value of a JSON document. Raises ValueError, also for NaN and infinities, which JSON does not have."""
    if orjson is not None:
        return orjson.loads(data)
    return pydantic_core.from_json(data, allow_inf_nan=False)


def dumps(value: Any) -> bytes:
    """A value as JSON text; what UTF-8 or 64 bits cannot hold is written all the same, more slowly.

    Raises InvalidPayload for what can be read but nests too deeply to be written.
    """
    try:
        return orjson.dumps(value) if orjson is not None else pydantic_core.to_json(value)
    except (TypeError, ValueError):  # lone surrogates, integers of more than 64 bits, some depth
        try:
            return json.dumps(value, separators=(",", ":")).encode()
        except RecursionError:
            raise InvalidPayload([TOO_DEEP]) from None
