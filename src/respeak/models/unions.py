"""How an object of the wire finds its class: by one key, mostly `type`, without trying classes in order.

A key's value that no class claims goes to the union's `Unknown` class if it has one, so that new kinds pass.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args, get_origin

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from respeak.models.base import Model

__all__ = ["METADATA", "Chooser", "Kinds", "OneOf", "Unknown", "literals", "peek", "tag"]

Chooser = Callable[[object], str | None]
"""Looks at an object (a dict, or a model) and gives the tag of its class; None if there is none."""

METADATA = "respeak.kinds"
"""Where a union's core schema keeps its `Kinds`, for the gate to compile from."""


@dataclass(frozen=True)
class Kinds:
    """What a union knows: its key, the tag (or the chooser) of each value, the tag of unknown values.

    `loose` are the tags of classes that can be meant by an object whose key is missing, shared or unknown.
    """

    key: str
    table: Mapping[str | None, str | Chooser]
    unknown: str | None
    loose: frozenset[str]


class Unknown(Model):
    """An object of a type that this release does not know; it passes as it is."""

    type: str


def peek(value: object, key: str) -> object:
    """The value of a key, of a dict or of a model instance; None if there is none."""
    return value.get(key) if isinstance(value, dict) else getattr(value, key, None)


def literals(annotation: object) -> tuple[str, ...]:
    """The string literals that an annotation such as `Literal["a", "b"] | None` admits."""
    if get_origin(annotation) is Literal:
        return tuple(value for value in get_args(annotation) if isinstance(value, str))
    return tuple(value for part in get_args(annotation) for value in literals(part))


class OneOf:
    """Marks a union of models of which `key` says which one is meant.

    `special` maps values of the key that are claimed by several classes, or None for objects
    without the key, to a function that looks closer.
    """

    def __init__(self, key: str = "type", special: Mapping[str | None, Chooser] | None = None) -> None:
        self.key = key
        self.special = dict(special or {})

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        members: tuple[type[Model], ...] = get_args(source)
        choices = {tag(member): handler.generate_schema(member) for member in members}
        kinds = self._kinds(members)
        return core_schema.tagged_union_schema(choices, discriminator(kinds), metadata={METADATA: kinds})

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Any of the branches, which may overlap (messages do), but the unknown one takes no known kind."""
        written = handler(schema)
        union = cast(dict[str, Any], schema)
        kinds: Kinds = union["metadata"][METADATA]
        branches = written.pop("oneOf")
        for name, branch in zip(union["choices"], branches, strict=True):
            if name == kinds.unknown:
                known = [kind for kind in kinds.table if kind is not None]
                branch["properties"] = {kinds.key: {"not": {"enum": known}}}
        return written | {"anyOf": branches}

    def _kinds(self, members: tuple[type[Model], ...]) -> Kinds:
        table: dict[str | None, str | Chooser] = {}
        for member in members:
            table.update(dict.fromkeys(self._claims(member), tag(member)))
        unknown = next((tag(member) for member in members if not self._claims(member)), None)
        table.update(self.special)
        untyped = {tag(member) for member in members if not member.model_fields[self.key].is_required()}
        return Kinds(self.key, table, unknown, frozenset(untyped if unknown is None else untyped | {unknown}))

    def _claims(self, member: type[Model]) -> tuple[str, ...]:
        return literals(member.model_fields[self.key].annotation)


def discriminator(kinds: Kinds) -> Callable[[Any], str | None]:
    """A function from an object to the tag of its class, or None; it runs once for every object read."""
    key, table, unknown = kinds.key, kinds.table, kinds.unknown

    def discriminate(value: Any) -> str | None:
        # Plain dicts first, without a call: this line runs for each item and part of a request.
        kind = value.get(key) if type(value) is dict else peek(value, key)
        if kind is not None and type(kind) is not str:
            return None
        found = table.get(kind, unknown if kind is not None else None)
        return found if found is None or isinstance(found, str) else found(value)

    return discriminate


def tag(member: type[Model]) -> str:
    """The branch's name in an error's location; the brackets keep it apart from keys of the payload."""
    return f"<{member.__name__}>"
