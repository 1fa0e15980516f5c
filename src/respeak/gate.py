"""The gate: a family's model, compiled into a check of plain dicts that builds no instances.

Two validators come from the model's core schema, with a typed dict where the model has a class. The swift
one says yes or doubts; only if it doubts is the clear one asked, which decides and says where. Pydantic's
locations become JSON Pointers by following them through the payload.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, cast

from pydantic_core import CoreConfig, CoreSchema, ErrorDetails, SchemaValidator, ValidationError, core_schema

from respeak.errors import InvalidPayload, Violation
from respeak.loss import escaped
from respeak.models.base import Model
from respeak.models.unions import METADATA, Kinds

CONFIG = CoreConfig(strict=True, allow_inf_nan=False)
BRANCH = "|"
"""Begins the label of a branch of a union that has no key, as in `|0`; models label theirs `<ClassName>`."""
KIND = "no_such_kind"
LARGE = 20_000
"""Values of a payload beyond which only the first violation of each array and object is told."""
SHOWN = 60
"""How many characters of a value a violation shows."""

Schema = dict[str, Any]


class Gate:
    """Checks payloads against a model: `check` returns nothing or raises `InvalidPayload`."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def check(self, payload: object) -> None:
        """Raise `InvalidPayload` with every violation (of large payloads with some); the payload is never changed."""
        try:
            self.swift.validate_python(payload)
            return
        except (ValidationError, RecursionError, UnicodeError):
            pass
        violations = _explain(self.model, payload)
        if violations:
            raise InvalidPayload(violations)

    @cached_property
    def swift(self) -> SchemaValidator:
        """The validator that only says yes or no, compiled at first use."""
        return _validator(self.model, clear=False)


def _explain(model: type[Model], payload: object) -> list[Violation]:
    """What the clear validator has against the payload; nothing, if the swift one doubted for no reason."""
    try:
        _validator(model, clear=True, brief=_is_large(payload)).validate_python(payload)
    except ValidationError as error:
        return _violations(error.errors(include_url=False), payload)
    except RecursionError:
        return [Violation("", "a payload of sensible depth", "one nested too deeply")]
    except UnicodeError:
        return [Violation("", "valid Unicode", "a lone surrogate")]
    return []


@cache
def _validator(model: type[Model], *, clear: bool, brief: bool = True) -> SchemaValidator:
    schema = cast(Schema, model.__pydantic_core_schema__)
    return SchemaValidator(cast(CoreSchema, _Rewriter(schema, clear, brief).result), CONFIG)


def _is_large(payload: object) -> bool:
    """True for payloads of more than `LARGE` values: a violation of each would take gigabytes."""
    left, waiting = LARGE, [payload]
    while waiting and left >= 0:
        value = waiting.pop()
        if isinstance(value, dict | list):
            left -= len(value)
            waiting += (value.values() if isinstance(value, dict) else value) if left >= 0 else ()
    return left < 0


class _Rewriter:
    """Turns a model's core schema into one of typed dicts: same constraints, no defaults, no instances.

    Swift: a union with a key looks its branch up without calling Python, and the branch leaves out the key,
    which the look-up has proved; value sets that are open anyway are plain strings.
    Clear: branches are labelled, and an unknown kind is an error of our own.
    Brief: an array or object is left at its first error; the swift one need not know more.
    """

    def __init__(self, schema: Schema, clear: bool, brief: bool) -> None:
        self.clear = clear
        self.brief = brief
        self.keyed: dict[str, str] = {}
        self.steps: dict[str, Callable[[Schema], Schema]] = {
            "model": lambda model: self.rewrite(model["schema"]),
            "model-fields": self._typed_dict,
            "default": lambda default: self.rewrite(default["schema"]),
            "definitions": self._definitions,
            "union": self._union,
            "tagged-union": self._keyed_union,
        }
        if not clear:
            self._note_keyed(schema)
        self.result = self.rewrite(schema)

    def rewrite(self, schema: Schema) -> Schema:
        return self.steps.get(schema["type"], self._plain)(schema)

    def _plain(self, schema: Schema) -> Schema:
        if not self.clear and schema.get("values_schema") == {"type": "any"}:
            return {"type": "is-instance", "cls": dict}  # an object that is carried needs no copy
        inner = ("schema", "items_schema", "keys_schema", "values_schema")
        plain = {
            key: self.rewrite(value) if key in inner else value
            for key, value in schema.items()
            if key not in ("metadata", "serialization")
        }
        return {**plain, "fail_fast": True} if self.brief and schema["type"] in ("list", "dict") else plain

    def _typed_dict(self, schema: Schema, leave_out: str | None = None) -> Schema:
        fields = {}
        for name, field in schema["fields"].items():
            if name != leave_out:
                required = field["schema"]["type"] != "default"
                inner = cast(CoreSchema, self.rewrite(field["schema"]))
                key = field.get("validation_alias", name)
                fields[key] = core_schema.typed_dict_field(inner, required=required)
        # A typed dict takes the settings of no schema around it.
        return cast(Schema, core_schema.typed_dict_schema(fields, config=CONFIG))

    def _definitions(self, schema: Schema) -> Schema:
        named = []
        for definition in schema["definitions"]:
            key = self.keyed.get(definition["ref"])
            named.append(self._branch(definition, key) if key else self.rewrite(definition))
            named[-1]["ref"] = definition["ref"]
        return {"type": "definitions", "schema": self.rewrite(schema["schema"]), "definitions": named}

    def _union(self, schema: Schema) -> Schema:
        choices = [self.rewrite(choice) for choice in schema["choices"]]
        if {"type": "str"} in choices:
            choices = [choice for choice in choices if choice["type"] != "literal"]
        if len(choices) == 1:
            return choices[0]
        labelled: list[Any] = list(choices)
        if self.clear:
            labelled = [(choice, f"{BRANCH}{number}") for number, choice in enumerate(choices)]
        # The branches differ by their JSON type: the first that fits is the only one.
        return {"type": "union", "choices": labelled, "mode": "left_to_right"}

    def _keyed_union(self, schema: Schema) -> Schema:
        kinds: Kinds = schema["metadata"][METADATA]
        if self.clear:
            choices = {name: self.rewrite(choice) for name, choice in schema["choices"].items()}
            return _called(choices, schema["discriminator"], kinds)
        branches = {name: self._branch(choice, kinds.key) for name, choice in schema["choices"].items()}
        loose = {name: branch for name, branch in branches.items() if name in kinds.loose}
        swift: dict[str, Schema] = {}
        for kind, found in kinds.table.items():
            if kind is not None:
                swift[kind] = branches[found] if isinstance(found, str) else _called(loose, found, kinds)
        looked_up: Schema = {"type": "tagged-union", "choices": swift, "discriminator": kinds.key}
        if not loose:
            return looked_up
        choices_in_order = [looked_up, _called(loose, schema["discriminator"], kinds)]
        return {"type": "union", "choices": choices_in_order, "mode": "left_to_right"}

    def _branch(self, schema: Schema, key: str) -> Schema:
        if schema["type"] == "model" and schema["schema"]["type"] == "model-fields":
            return self._typed_dict(schema["schema"], leave_out=key)
        return self.rewrite(schema)

    def _note_keyed(self, schema: Schema) -> None:
        """Note the definitions that stand in unions with a key and nowhere else: they may leave it out."""
        elsewhere = set()
        for node, key in _references(schema, None):
            if key is None:
                elsewhere.add(node)
            else:
                self.keyed[node] = key
        for node in elsewhere:
            self.keyed.pop(node, None)


def _called(choices: Mapping[str, Schema], discriminator: Any, kinds: Kinds) -> Schema:
    known = sorted(kind for kind in kinds.table if kind is not None)
    return {
        "type": "tagged-union",
        "choices": choices,
        "discriminator": discriminator,
        "custom_error_type": KIND,
        "custom_error_message": "no such kind",
        "custom_error_context": {"key": kinds.key, "known": "" if kinds.unknown else any_of(known)},
    }


def _references(node: object, key: str | None) -> Iterator[tuple[str, str | None]]:
    """Each reference to a definition, with the key of the union that it is a direct branch of."""
    if isinstance(node, dict):
        if node.get("type") == "definition-ref":
            yield node["schema_ref"], key
            return
        if node.get("type") == "tagged-union":
            for choice in node["choices"].values():
                yield from _references(choice, node["metadata"][METADATA].key)
            return
        children: Iterable[object] = node.values()
    else:
        children = node if isinstance(node, list | tuple) else ()
    for child in children:
        yield from _references(child, None)


def _violations(details: Sequence[ErrorDetails], payload: object) -> list[Violation]:
    """All violations, deepest first, those of one place that a union allowed several things at joined."""
    joined: dict[tuple[object, ...], tuple[int, list[str], str, str]] = {}
    for number, error in enumerate(_deepest_branches(details)):
        path, depth, place = _follow(error["loc"], payload, is_missing=error["type"] == "missing")
        pointer, expected, found = _say(error, path, place)
        last = str(error["loc"][-1]) if error["loc"] else ""
        alternatives = error["loc"][:-1] if last.startswith(BRANCH) else number
        _, phrases, _, _ = joined.setdefault((pointer, alternatives), (depth, [], pointer, found))
        if expected not in phrases:
            phrases.append(expected)
    ordered = sorted(joined.values(), key=lambda entry: -entry[0])
    said = (Violation(pointer, " or ".join(phrases), found) for _, phrases, pointer, found in ordered)
    return list(dict.fromkeys(said))


def _deepest_branches(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Of each union without a key, the errors of the branch that got deepest: it was the one meant."""
    reached: dict[tuple[int | str, ...], int] = {}
    for error in details:
        for end in _unions(error):
            for prefix in (error["loc"][:end], error["loc"][: end + 1]):
                reached[prefix] = max(reached.get(prefix, 0), len(error["loc"]))
    return [
        error
        for error in details
        if all(reached[error["loc"][: end + 1]] == reached[error["loc"][:end]] for end in _unions(error))
    ]


def _unions(error: ErrorDetails) -> list[int]:
    return [at for at, part in enumerate(error["loc"]) if isinstance(part, str) and part.startswith(BRANCH)]


def _follow(location: Sequence[int | str], payload: object, *, is_missing: bool) -> tuple[list[int | str], int, object]:
    """The keys of a location that the payload has, their number (a missing key counts), and what is there."""
    path: list[int | str] = []
    for part in location[:-1] if is_missing else location:
        is_key = isinstance(payload, dict) and part in payload
        if is_key or (isinstance(payload, list) and isinstance(part, int)):
            payload = cast(Any, payload)[part]
            path.append(part)
    return path, len(path) + is_missing, payload


def pointer(path: Sequence[int | str]) -> str:
    """RFC 6901; a lone surrogate in a key is escaped, so that the pointer can be printed."""
    return "".join("/" + escaped(_printable(str(part))) for part in path)


def _say(error: ErrorDetails, path: list[int | str], place: object) -> tuple[str, str, str]:
    """Pointer, expected and found of one error."""
    context = error.get("ctx", {})
    if error["type"] == "missing":
        return pointer(path), f'key "{error["loc"][-1]}"', finding(place)
    if error["type"] == KIND:
        return _say_kind(context["key"], context["known"], path, place)
    phrase = EXPECTED.get(error["type"])
    expected = phrase(context) if phrase else error["msg"].removeprefix("Input should be ")
    if error["loc"] and error["loc"][-1] == "[key]":
        return pointer(path), expected.replace("a string", "a key", 1), finding(error["input"])
    return pointer(path), expected, finding(place)


def _say_kind(key: str, known: str, path: list[int | str], place: object) -> tuple[str, str, str]:
    if not isinstance(place, dict):
        return pointer(path), "an object", finding(place)
    if place.get(key) is None:
        return pointer(path), f'key "{key}"', finding(place)
    return pointer([*path, key]), known or "a string", finding(place[key])


def characters(number: int) -> str:
    """How long a string is, or has to be."""
    return f"{number} character{'' if number == 1 else 's'}"


def entries(number: int) -> str:
    """How long an array is, or has to be."""
    return f"{number} {'entry' if number == 1 else 'entries'}"


def any_of(values: Sequence[str]) -> str:
    return "one of " + ", ".join(f'"{value}"' for value in values)


def _bound(sign: str, key: str) -> Callable[[Mapping[str, Any]], str]:
    def say(context: Mapping[str, Any]) -> str:
        limit = context[key]
        return f"{'an integer' if isinstance(limit, int) else 'a number'} {sign} {limit:g}"

    return say


def _literal(context: Mapping[str, Any]) -> str:
    """Pydantic writes `'a', 'b' or 'c'`."""
    values = str(context["expected"]).replace(" or ", ", ").replace("'", '"')
    return values if ", " not in values else f"one of {values}"


EXPECTED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "string_type": lambda _: "a string",
    "string_unicode": lambda _: "a string of valid Unicode",
    "int_type": lambda _: "an integer",
    "float_type": lambda _: "a number",
    "finite_number": lambda _: "a finite number",
    "bool_type": lambda _: "a boolean",
    "list_type": lambda _: "an array",
    "dict_type": lambda _: "an object",
    "none_required": lambda _: "null",
    "literal_error": _literal,
    "greater_than_equal": _bound(">=", "ge"),
    "less_than_equal": _bound("<=", "le"),
    "string_too_short": lambda context: f"a string of at least {characters(context['min_length'])}",
    "string_too_long": lambda context: f"a string of at most {characters(context['max_length'])}",
    "string_pattern_mismatch": lambda context: f"a string that matches {context['pattern']}",
    "too_short": lambda context: f"at least {entries(context['min_length'])}",
    "too_long": lambda context: f"at most {entries(context['max_length'])}",
    "recursion_loop": lambda _: "a payload of sensible depth",
}


def finding(value: object) -> str:
    """What was found, in a few words: `string "abc"`, `integer 5`, `array of 3`, `object with "type"`."""
    if value is None:
        return "null"
    if isinstance(value, dict):
        return _cut("object with " + ", ".join(f'"{key}"' for key in list(value)[:SHOWN])) if value else "empty object"
    if isinstance(value, list):
        return f"array of {len(value)}"
    if isinstance(value, str):
        return "string " + _cut(json.dumps(value[: SHOWN + 1], ensure_ascii=False))
    name = {bool: "boolean", int: "integer", float: "number"}.get(type(value))
    if name is None:
        return f"a Python {type(value).__name__}"
    return f"{name} {_cut(json.dumps(value))}"


def _cut(text: str) -> str:
    return _printable(text if len(text) <= SHOWN else text[: SHOWN - 3] + "...")


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()
