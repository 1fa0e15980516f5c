"""Models to JSON Schema 2020-12: what a provider documents, not what our readers swallow.

Requests are closed, answers and events open. Nothing here is `anyOf`: alternatives differ by JSON type, and objects by
one key that `if` looks at, so that any validator complains about the branch that was meant, and only about that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import RootModel
from pydantic.fields import FieldInfo

from respeak import profiles
from respeak.models.base import Model
from respeak.models.registry import model_of
from respeak.models.unions import OneOf, Unknown, literals
from respeak.schemas import documented
from respeak.schemas.described import description, summary

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
HOME = "https://respeak.dev/schemas"
TITLES = {
    "request": "A request to {}",
    "response": "An answer of {}",
    "event": "One event of a streamed answer of {}",
    "error": "The body of an error of {}",
}
TYPES: Mapping[object, str] = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
BOUNDS = {
    "ge": dict.fromkeys(("integer", "number"), "minimum"),
    "le": dict.fromkeys(("integer", "number"), "maximum"),
    "min_length": {"string": "minLength", "array": "minItems", "object": "minProperties"},
    "max_length": {"string": "maxLength", "array": "maxItems", "object": "maxProperties"},
    "pattern": {"string": "pattern"},
}
"""Pydantic's constraints, and the keyword of each by JSON type."""

SCALE = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
"""Values that have an order; all others are in that of the alphabet."""

OF_ONE_TYPE = {name for words in BOUNDS.values() for name in words.values()} | {
    "items", "additionalProperties", "propertyNames", "examples"
}  # fmt: skip
"""Keywords that speak of one JSON type only, so that alternatives may share one object."""


def made(dialect: str, kind: str) -> Schema:
    """The schema of a dialect's payloads of one kind, generated from the models."""
    profile = profiles.get(dialect)
    maker = _Maker(dialect, kind)
    body = maker.of(model_of(dialect, profile.family, kind))
    named = body.pop("$ref", "").rpartition("/")[2]
    if named:
        body = maker.defs[named]
        if not _refers(maker.defs, named):
            del maker.defs[named]
    head: Schema = {
        "$schema": DRAFT,
        "$id": f"{HOME}/{dialect}/{kind}.json",
        "title": TITLES[kind].format(profile.title),
    }
    said = body.get("description", "")
    head["description"] = f"{said} Generated from the models of respeak; after {profile.source}.".strip()
    body = {key: value for key, value in body.items() if key not in ("title", "description")}
    return head | body | ({"$defs": dict(sorted(maker.defs.items()))} if maker.defs else {})


def objects(dialect: str, kind: str) -> dict[str, list[str]]:
    """The fields of every class that a schema is made from, those that it leaves out included."""
    maker = _Maker(dialect, kind)
    maker.of(model_of(dialect, profiles.get(dialect).family, kind))
    return {name: [field for field, _ in _fields(model)] for name, model in maker.homes.items()}


def _refers(node: object, name: str) -> bool:
    if isinstance(node, dict):
        return node.get("$ref") == f"#/$defs/{name}" or any(_refers(child, name) for child in node.values())
    return isinstance(node, list) and any(_refers(child, name) for child in node)


class _Maker:
    """Writes the schema of one dialect and kind; `defs` are the objects met on the way, by class name."""

    def __init__(self, dialect: str, kind: str) -> None:
        self.dialect, self.closed = dialect, kind == "request"
        self.defs: dict[str, Schema] = {}
        self.homes: dict[str, type[Model]] = {}
        narrowed = documented.NARROWED.get(dialect, {}) if self.closed else {}
        self.without = {name: words.split() for name, words in narrowed.items()}
        self.odd_tools = tuple(profiles.get(dialect).odd_tools) if self.closed else ()

    def of(self, annotation: Any, *, nullable: bool = False, is_open: bool = False) -> Schema:
        """The schema of an annotation of a model."""
        either = [self._one(kind) for kind in _alternatives(annotation)]
        known = [one for one in either if "enum" in one]
        if known and {"type": "string"} in either:
            either.remove({"type": "string"} if self.closed and not is_open else known[0])
            if not self.closed or is_open:
                either[either.index({"type": "string"})] = {"type": "string", "examples": known[0]["enum"]}
        return _joined([*either, {"type": "null"}] if nullable else either)

    def _one(self, kind: Any) -> Schema:
        if kind in TYPES:
            return {"type": TYPES[kind]}
        origin, inside = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._annotated(inside[0], inside[1:])
        if origin is Literal:
            return {"type": "string", "enum": sorted(inside, key=_rank)}
        if origin is list:
            return {"type": "array", "items": self.of(inside[0])}
        if origin is dict:
            return self._map(*inside)
        if isinstance(kind, type) and issubclass(kind, RootModel):
            return self.of(kind.model_fields["root"].rebuild_annotation())
        if isinstance(kind, type) and issubclass(kind, Model):
            return self._named(kind)
        return {}  # any JSON value

    def _annotated(self, kind: Any, marks: Iterable[Any]) -> Schema:
        schema: Schema = {}
        for mark in marks:
            if isinstance(mark, OneOf):
                schema = self._keyed(_members(kind), mark.key)
        schema = schema or self.of(kind)
        for mark in marks:
            for bound in mark.metadata if isinstance(mark, FieldInfo) else [mark]:
                schema |= _bounds(bound, schema.get("type", ""))
        return schema

    def _map(self, keys: Any, values: Any) -> Schema:
        named, held = self.of(keys), self.of(values)
        schema: Schema = {"type": "object"}
        if held:
            schema["additionalProperties"] = held
        return schema | ({} if named == {"type": "string"} else {"propertyNames": named})

    def _named(self, model: type[Model]) -> Schema:
        name = model.__name__
        if self.homes.setdefault(name, model) is not model:
            raise TypeError(f"two classes are called {name}")
        if name not in self.defs:
            self.defs[name] = {}
            self.defs[name].update(self._object(model))
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, model: type[Model]) -> Schema:
        """The object that a class reads, its fields in the class's order."""
        properties, required = {}, []
        for name, field in _fields(model):
            if name in self._left_out(model):
                continue
            is_open = _listed(documented.OPEN_VALUES, model, name)
            nullable = self._is_nullable(model, name)
            whole = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
            schema = self.of(whole, nullable=nullable, is_open=is_open)
            properties[name] = {"description": description(model, name)} | schema | self._bounded(model, name)
            if self._is_required(model, name, field):
                required.append(name)
        for name, schema in documented.LIVE_FIELDS.get(model.__name__, {}).items() if self.closed else ():
            if name not in self._left_out(model):
                properties[name] = {"description": description(model, name)} | schema
        schema = {"title": model.__name__, "description": summary(model), "type": "object", "properties": properties}
        if required:
            schema["required"] = required
        return schema | ({"additionalProperties": False} if self.closed else {})

    def _bounded(self, model: type[Model], name: str) -> Schema:
        """Bounds of a field of a request that only its document knows, its class's own or one that it came from."""
        known = [documented.BOUNDS.get(each.__name__, {}) for each in model.__mro__] if self.closed else []
        return dict(next((bounds[name] for bounds in known if name in bounds), {}))

    def _left_out(self, model: type[Model]) -> list[str]:
        """Fields that requests do not have: no document lists them, or the provider's page does not."""
        if not self.closed:
            return []
        unlisted = [name for name, _ in _fields(model) if not documented.lists(model, name)]
        undocumented = documented.UNDOCUMENTED.get(model.__name__, "").split()
        return unlisted + undocumented + self.without.get(model.__name__, [])

    def _is_nullable(self, model: type[Model], name: str) -> bool:
        if not self.closed and self.dialect in documented.LENIENT:
            return not model.model_fields[_attribute(model, name)].is_required()
        return any(_listed(table, model, name) for table in (documented.NULLS, documented.LIVE_NULLS))

    def _is_required(self, model: type[Model], name: str, field: FieldInfo) -> bool:
        if not documented.lists(model, name):
            return False
        marked = isinstance(field.json_schema_extra, dict) and bool(field.json_schema_extra.get("x-required"))
        if not self.closed and self.dialect in documented.LENIENT and not documented.follows_a_page(model):
            marked = False
        return (field.is_required() or marked) and not _listed(documented.LIVE_OMITS, model, name)

    def _keyed(self, members: list[type[Model]], key: str) -> Schema:
        """A union of objects of which `key` says which is meant: one `if` a class."""
        known: list[str] = []
        branches: list[Schema] = []
        for member in members:
            kinds = [] if issubclass(member, Unknown) else list(literals(member.model_fields[key].annotation))
            if member.__name__ in self.without.get("without", []) or not kinds:
                continue
            known += [kind for kind in kinds if kind not in known]
            chosen = documented.CHOICES.get(member.__name__) if "EasyInputMessage" in _names(members) else None
            branches.append({"if": chosen or _is(key, kinds), "then": self._named(member)})
        if "ChatCompletionTool" in _names(members):
            known += self.odd_tools
        says: Schema = {"enum": known} if self.closed else {"type": "string", "examples": known}
        schema: Schema = {"type": "object", "properties": {key: says}}
        if "EasyInputMessage" in _names(members):
            untyped = [documented.MESSAGE, documented.REFERENCE]
            branches.append({"if": {"not": {"anyOf": untyped}}, "then": {"required": [key]}})
        else:
            schema["required"] = [key]
        return schema | {"allOf": branches}


def _is(key: str, kinds: list[str]) -> Schema:
    value = {"const": kinds[0]} if len(kinds) == 1 else {"enum": kinds}
    return {"properties": {key: value}, "required": [key]}


def _joined(either: list[Schema]) -> Schema:
    """One schema for alternatives that differ by their JSON type."""
    if len(either) == 1:
        return _plain(either[0])
    joined: Schema = {"type": []}
    rules = []
    for one in either:
        kinds = one.get("type", "object")
        joined["type"] += [kind for kind in ([kinds] if isinstance(kinds, str) else kinds)]
        rest = {key: value for key, value in one.items() if key != "type"}
        if rest.keys() <= OF_ONE_TYPE:
            joined |= rest
        else:
            rules.append({"if": {"type": kinds}, "then": one if "$ref" in one else rest})
    if joined["type"] == ["string", "null"] and rules:
        return {"enum": [*rules[0]["then"]["enum"], None]}
    joined["type"] = [kind for kind in joined["type"] if kind != "integer" or "number" not in joined["type"]]
    return joined | (rules[0] if len(rules) == 1 else {"allOf": rules} if rules else {})


def _rank(value: str) -> tuple[int, str]:
    """Typing hands out one `Literal` for all of the same values, in the order of whichever was imported first."""
    return (SCALE.index(value) if value in SCALE else -1), value


def _plain(one: Schema) -> Schema:
    """A value set without the type, which it implies."""
    if "enum" not in one:
        return one
    return {"const": one["enum"][0]} if len(one["enum"]) == 1 else {"enum": one["enum"]}


def _bounds(mark: object, kind: str) -> Schema:
    found = {}
    for bound, words in BOUNDS.items():
        value = getattr(mark, bound, None)
        if value is not None and isinstance(kind, str) and kind in words:
            found[words[kind]] = value
    return found


def _alternatives(annotation: Any) -> Iterator[Any]:
    """The members of a union without null, which readers allow everywhere."""
    if get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from _alternatives(member)
    elif get_origin(annotation) is Annotated and not any(isinstance(mark, OneOf) for mark in get_args(annotation)[1:]):
        inner = list(_alternatives(get_args(annotation)[0]))
        yield from ([annotation] if len(inner) == 1 else inner)
    elif annotation is not NoneType:
        yield annotation


def _members(union: Any) -> list[type[Model]]:
    return [member for member in get_args(union) if isinstance(member, type)]


def _names(members: Iterable[type]) -> list[str]:
    return [member.__name__ for member in members]


def _fields(model: type[Model]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def _attribute(model: type[Model], key: str) -> str:
    return next(name for name, field in model.model_fields.items() if (field.alias or name) == key)


def _listed(table: Mapping[str, str], model: type[Model], name: str) -> bool:
    return name in table.get(documented.SAME_AS.get(model.__name__, model.__name__), "").split()
