"""Payloads made from the bundled schemas: mostly what the dialect documents, now and then something else.

`hypothesis-jsonschema` cannot read these schemas (conditions within recursion), so this is a small reader of the words
that they use. It draws from any `random.Random`: hypothesis has one that it can shrink.
"""

from __future__ import annotations

import random
from typing import Any

import respeak

Json = dict[str, Any]

STRINGS = (
    "",
    "a",
    "gpt-5.3-codex",
    "https://a.example/x.png",
    "data:image/png;base64,iVBORw0KGgo=",
    "{}",
    '{"a": 1}',
    "ü\u2028",
)
KEYS = ("a", "", "/", "~", "~1", "__proto__", "__class__", "type", "a\nb", "0", "\ud800")
NASTY: tuple[Any, ...] = (
    None,
    "",
    0,
    -1,
    2**70,
    1.5,
    True,
    [],
    {},
    [None],
    {"type": None},
    {"type": "x"},
    "\ud800",
    [[]],
)
NUMBERS = (0, 1, 2, 16, 100, -1, 0.5, 2.0, 2**53, 10**18)
DEEP = 14
TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")


class Speaker:
    """Draws values of a schema. `careless`: of a hundred values, so many are something else."""

    def __init__(self, schema: Json, drawn: random.Random, careless: int = 2) -> None:
        self.schema = schema
        self.drawn = drawn
        self.careless = careless

    def payload(self) -> Any:
        """A payload; an object, whatever the schema allows."""
        careless, self.careless = self.careless, 0
        schema = self._resolved(self.schema)
        self.careless = careless
        return self._value(schema, 0)

    def _chance(self, percent: int) -> bool:
        return self.drawn.randrange(100) < percent

    def _resolved(self, schema: Any) -> Json:
        """The schema without references, unions and conditions: one branch of each is taken."""
        if not isinstance(schema, dict):
            return {}
        out: Json = {
            key: value for key, value in schema.items() if key not in ("$ref", "anyOf", "oneOf", "allOf", "if", "then")
        }
        if "$ref" in schema:
            out = _merged(out, self._resolved(self.schema["$defs"][schema["$ref"].rpartition("/")[2]]))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                out = _merged(out, self._resolved(self.drawn.choice(schema[word])))
        rules = [rule for rule in schema.get("allOf", ()) if "if" in rule]
        others = [rule for rule in schema.get("allOf", ()) if "if" not in rule]
        for rule in (*others, *([self.drawn.choice(rules)] if rules else ())):
            out = _merged(out, self._resolved(rule))
        if "then" in schema and self._chance(85):
            out = _merged(out, _merged(self._resolved(schema["if"]), self._resolved(schema["then"])))
        return out

    def _value(self, schema: Any, depth: int) -> Any:
        if self._chance(self.careless):
            return self.drawn.choice(NASTY)
        found = self._resolved(schema)
        if "const" in found:
            return found["const"]
        if "enum" in found:
            return self.drawn.choice(found["enum"])
        return getattr(self, "_" + self._type(found, depth))(found, depth)

    def _type(self, schema: Json, depth: int) -> str:
        kinds = schema.get("type", "object" if "properties" in schema else TYPES)
        if isinstance(kinds, str):
            return kinds
        shallow = [kind for kind in kinds if kind not in ("object", "array")] if depth > DEEP else list(kinds)
        rich = [kind for kind in shallow if kind != "null"]
        return self.drawn.choice(rich if rich and self._chance(80) else shallow or ["null"])

    def _object(self, schema: Json, depth: int) -> Json:
        known, needed = schema.get("properties", {}), set(schema.get("required", ()))
        likely = 45 - 4 * min(depth, 10)
        out = {
            key: self._value(inner, depth + 1)
            for key, inner in known.items()
            if (key in needed and not self._chance(self.careless // 2)) or self._chance(likely)
        }
        more = schema.get("additionalProperties", True)
        if more is not False and not known and depth <= DEEP:
            for _ in range(self.drawn.randrange(3)):
                out[self.drawn.choice(KEYS[:-1])] = self._value(more if isinstance(more, dict) else {}, depth + 4)
        if self._chance(self.careless):
            out[self.drawn.choice(KEYS)] = self.drawn.choice(NASTY)
        return out

    def _array(self, schema: Json, depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        most = 4 if depth < 3 else 2
        return [
            self._value(schema.get("items", {}), depth + 1) for _ in range(self.drawn.randrange(least, least + most))
        ]

    def _string(self, schema: Json, depth: int) -> str:
        text = self.drawn.choice(STRINGS)
        text += "x" * max(0, schema.get("minLength", 0) - len(text))
        return text[: schema.get("maxLength", len(text))]

    def _integer(self, schema: Json, depth: int) -> int:
        return int(self._number(schema, depth))

    def _number(self, schema: Json, depth: int) -> float:
        number = self.drawn.choice(NUMBERS)
        return min(max(number, schema.get("minimum", number)), schema.get("maximum", number))

    def _boolean(self, schema: Json, depth: int) -> bool:
        return self.drawn.random() < 0.5

    def _null(self, schema: Json, depth: int) -> None:
        return None


def _merged(one: Json, other: Json) -> Json:
    """Both schemas in one, roughly: properties and required keys add up, the second knows better otherwise."""
    out = {**one, **other}
    if "properties" in one and "properties" in other:
        out["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        out["required"] = [*one["required"], *other["required"]]
    return out


def speaker(dialect: str, kind: str, drawn: random.Random, careless: int = 2) -> Speaker:
    """A speaker of a dialect's payloads of a kind."""
    if (dialect, kind) not in _SCHEMAS:
        _SCHEMAS[dialect, kind] = respeak.schema(dialect, kind)
    return Speaker(_SCHEMAS[dialect, kind], drawn, careless)


_SCHEMAS: dict[tuple[str, str], Json] = {}
