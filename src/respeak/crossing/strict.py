"""The strict subset of JSON Schema, which function tools must keep to with `strict: true` (OBS-18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from respeak.plan import Json

_NOT_STRICT = {"allOf", "oneOf", "not", "if", "then", "else", "patternProperties", "dependentRequired"}
"""Keywords outside the strict subset: with `strict: true` the live service refuses them."""


def fits_strict(schema: Any) -> bool:
    """True when a JSON schema is in the strict subset already: closed objects with every property required."""
    if not isinstance(schema, dict):
        return schema is None
    if _NOT_STRICT & schema.keys():
        return False
    if "properties" in schema or schema.get("type") == "object":
        properties, required = schema.get("properties") or {}, schema.get("required") or []
        closed = schema.get("additionalProperties") is False
        if not (closed and isinstance(properties, dict) and isinstance(required, list)):
            return False
        if {str(name) for name in required} != set(properties):
            return False
    return all(fits_strict(inner) for inner in _inner_schemas(schema))


def _inner_schemas(schema: Json) -> Iterator[Any]:
    """The schemas inside a schema, wherever the strict subset allows some."""
    for key in ("properties", "$defs", "definitions"):
        held = schema.get(key)
        yield from held.values() if isinstance(held, dict) else ()
    held = schema.get("anyOf")
    yield from held if isinstance(held, list) else ()
    yield schema.get("items")
