"""The bundled JSON Schemas, and payloads checked against them.

`make` generates the schemas from the models, `documented` and `words` hold what models do not say, `violations` tells
people what is wrong. The files are committed: `respeak schemas --write schemas` renews them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from respeak import profiles
from respeak.entry import of_model, value_of
from respeak.errors import Violation
from respeak.gate import finding
from respeak.loss import Place, pointer

__all__ = ["KINDS", "available", "folder", "schema", "text", "validate"]

KINDS = ("request", "response", "event", "error")


def available() -> Iterator[tuple[str, str]]:
    """Dialect and kind of every schema: a dialect that is a source only has requests only."""
    for dialect in profiles.dialects():
        for kind in KINDS[:1] if dialect.source_only else KINDS:
            yield dialect.name, kind


def schema(dialect: str, kind: str = "request") -> dict[str, Any]:
    """The JSON Schema (2020-12) of a dialect's payloads: "request", "response", "event" or "error".

    Each call gives a copy of its own. Raises `UnknownDialect`, and `ValueError` for a kind that the dialect has not or
    a new dialect whose schemas were not generated yet.
    """
    return copy.deepcopy(_bundled(dialect, kind))


def validate(payload: Any, *, dialect: str, kind: str = "request") -> list[Violation]:
    """What is wrong with a payload by its dialect's documents, most relevant first; nothing if it is valid.

    `payload` is a JSON value, JSON as `bytes` or `str`, or a Pydantic model. Unlike the gate of a translation, which
    reads tolerantly, requests are held to what the provider documents. Raises as `schema` does.
    """
    check, explain = _checks(dialect, kind)
    value = payload
    if isinstance(payload, str | bytes | bytearray):
        try:
            value = value_of(payload)
        except ValueError as error:
            return [Violation("", "a JSON document", f"none: {error}")]
    elif hasattr(payload, "model_dump"):
        value = of_model(payload)
    try:
        odd = _odd_key(value)
        if odd is not None:
            return [odd]
        return [] if check(value) else explain(value)
    except RecursionError:
        return [Violation("", "a payload of sensible depth", "one nested too deeply")]


def _odd_key(payload: Any) -> Violation | None:
    """The first key that is no string, which JSON does not have."""
    waiting: list[tuple[Place, Any]] = [(None, payload)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    return Violation(pointer(at), "keys that are strings", f"the key {finding(key)}")
            waiting += [((at, key), held) for key, held in value.items() if isinstance(held, dict | list)]
        elif isinstance(value, list):
            waiting += [((at, i), held) for i, held in enumerate(value) if isinstance(held, dict | list)]
    return None


def text(schema: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


@cache
def _bundled(dialect: str, kind: str) -> dict[str, Any]:
    name = profiles.get(dialect).name
    if (name, kind) not in available():
        kinds = ", ".join(known for owner, known in available() if owner == name)
        raise ValueError(f'no schema of kind "{kind}" for {name}: it has {kinds}')
    home = folder()
    try:
        found: dict[str, Any] = json.loads((home / name / f"{kind}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ValueError(f"{name} has no schemas yet; run: respeak schemas --write {home}") from None
    return found


def folder() -> Traversable:
    """The schemas within the installed package, or beside the sources."""
    packed = resources.files("respeak") / "_schemas"
    return packed if packed.is_dir() else Path(__file__).parents[3] / "schemas"


@cache
def _checks(dialect: str, kind: str) -> tuple[Callable[[Any], bool], Callable[[Any], list[Violation]]]:
    """Whether a payload is valid, and what is wrong with it: compiled once for each schema."""
    from jsonschema import Draft202012Validator

    from respeak.schemas.violations import violations

    validator = Draft202012Validator(_bundled(dialect, kind))

    def explain(payload: Any) -> list[Violation]:
        return violations(validator, payload)

    try:
        import jsonschema_rs
    except ImportError:
        return lambda payload: False, explain  # one pass is enough: it explains, or finds nothing
    is_valid = jsonschema_rs.validator_for(_bundled(dialect, kind)).is_valid

    def check(payload: Any) -> bool:
        try:
            json.dumps(payload, ensure_ascii=False).encode()  # of all else, lone surrogates too, it may panic
            return bool(is_valid(payload))
        except (TypeError, ValueError):
            return False

    return check, explain
