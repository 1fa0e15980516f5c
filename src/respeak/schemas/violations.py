"""The errors of a validator as violations: the deepest relevant place, what was expected, what was found.

The schemas have no `anyOf` (see `make`), so an error of theirs already stands at its place; what is left is to say it,
to name the key that was meant, and to notice an object that is whole but for the wrong kind.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from respeak.errors import Violation
from respeak.gate import any_of, characters, entries, finding, pointer

Schema = dict[str, Any]
SHOWN = 10
"""How many values of a set a violation spells out."""
NEAR = 0.7
"""How much alike two keys are of which one may be meant by the other, by difflib: "messages" is no "image"."""

Ranked = tuple[int, Violation]
"""How much a violation matters (less is more), and itself."""

WRONG_KIND, UNKNOWN_KEY, WRONG_VALUE, MISSING_KEY = range(4)


def violations(validator: Any, payload: object) -> list[Violation]:
    """Everything that is wrong with a payload, most relevant first."""
    said: dict[str, tuple[int, int, Violation]] = {}
    for error in validator.iter_errors(payload):
        depth = len(error.absolute_path)
        for rank, violation in _kind(validator, error) or SAY.get(error.validator, _value)(error):
            said.setdefault(f"{violation}", (rank, -depth, violation))
    meant = {violation.path.rpartition("/")[0] for rank, _, violation in said.values() if rank == WRONG_KIND}
    ordered = sorted(said.values(), key=lambda entry: entry[:2])
    return [
        violation
        for rank, _, violation in ordered
        if rank == WRONG_KIND or not (violation.path in meant and rank in (UNKNOWN_KEY, MISSING_KEY))
    ]


def _kind(validator: Any, error: Any) -> list[Ranked]:
    """An object whose keys are those of another kind: its kind is wrong, not its keys."""
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return []
    others = list(_others(_union(validator.schema, error.absolute_schema_path)))
    fitting = [
        kind for key, kind, schema in others if validator.evolve(schema=schema).is_valid(error.instance | {key: kind})
    ]
    if not fitting:
        return []
    key = others[0][0]
    if key not in error.instance:
        return [(WRONG_KIND, Violation(pointer(error.absolute_path), f'key "{key}"', finding(error.instance)))]
    found = finding(error.instance.get(key))
    return [(WRONG_KIND, Violation(pointer([*error.absolute_path, key]), any_of_values(fitting), found))]


def _others(union: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Key, kind and schema of each branch of a union that one key decides."""
    for branch in union.get("allOf", ()):
        for key, says in branch["if"].get("properties", {}).items():
            for kind in says.get("enum", [says.get("const")]):
                yield key, kind, branch["then"]


def _union(schema: Schema, path: Iterable[str | int]) -> Schema:
    """The innermost union on the way to a place in a schema; the way does not tell references."""
    node: Any = schema
    union: Schema = {}
    for step in path:
        if isinstance(node, dict) and step not in node and "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        node = node[step]
        if isinstance(node, dict) and any("properties" in rule["if"] for rule in node.get("allOf", ()) if "if" in rule):
            union = node
    return union


def _missing(error: Any) -> Iterator[Ranked]:
    for key in error.validator_value:
        if key not in error.instance:
            yield MISSING_KEY, Violation(pointer(error.absolute_path), f'key "{key}"', finding(error.instance))


def _unknown(error: Any) -> Iterator[Ranked]:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            near = difflib.get_close_matches(
                key, [name for name in known if name not in error.instance], n=1, cutoff=NEAR
            )
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            yield UNKNOWN_KEY, Violation(pointer(error.absolute_path), f"a known key{hint}", f"key {json.dumps(key)}")


def _enum(error: Any) -> Iterator[Ranked]:
    known = error.validator_value if error.validator == "enum" else [error.validator_value]
    near = difflib.get_close_matches(error.instance, _strings(known), n=1) if isinstance(error.instance, str) else []
    hint = f' (did you mean "{near[0]}"?)' if near and len(known) > 1 else ""
    rank = WRONG_KIND if error.absolute_path and error.absolute_path[-1] in ("type", "role") else WRONG_VALUE
    yield rank, Violation(pointer(error.absolute_path), any_of_values(known) + hint, finding(error.instance))


def any_of_values(known: Sequence[object]) -> str:
    """`"a"`, or `one of "a", "b"`, and null where it is among them."""
    words = _strings(known)
    said = f'"{words[0]}"' if len(words) == 1 else any_of(words[:SHOWN])
    said += f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return said + (" or null" if None in known else "")


def _strings(known: Sequence[object]) -> list[str]:
    return [word for word in known if isinstance(word, str)]


def _value(error: Any) -> Iterator[Ranked]:
    phrase = PHRASES.get(error.validator)
    expected = phrase(error.schema) if phrase else f"what {error.validator} says"
    if "propertyNames" in error.absolute_schema_path:
        expected = expected.replace("a string", "a key", 1)
    yield WRONG_VALUE, Violation(pointer(error.absolute_path), expected, finding(error.instance))


SAY: Mapping[str, Callable[[Any], Iterator[Ranked]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "enum": _enum,
    "const": _enum,
}

ARTICLES = {"array": "an array", "integer": "an integer", "object": "an object", "null": "null"}


def _types(schema: Schema) -> str:
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return " or ".join(ARTICLES.get(kind, f"a {kind}") for kind in kinds)


def _bound(schema: Schema, sign: str, keyword: str) -> str:
    number = "an integer" if "integer" in schema.get("type", ()) else "a number"
    return f"{number} {sign} {schema[keyword]}"


PHRASES: Mapping[str, Callable[[Schema], str]] = {
    "type": _types,
    "minimum": lambda schema: _bound(schema, ">=", "minimum"),
    "maximum": lambda schema: _bound(schema, "<=", "maximum"),
    "minLength": lambda schema: f"a string of at least {characters(schema['minLength'])}",
    "maxLength": lambda schema: f"a string of at most {characters(schema['maxLength'])}",
    "pattern": lambda schema: f"a string that matches {schema['pattern']}",
    "minItems": lambda schema: f"at least {entries(schema['minItems'])}",
    "maxItems": lambda schema: f"at most {entries(schema['maxItems'])}",
    "minProperties": lambda schema: f"at least {entries(schema['minProperties'])}",
    "maxProperties": lambda schema: f"at most {entries(schema['maxProperties'])}",
}
