"""Our models against the inventory of the specification, where it is at hand: every field has a place."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

import respeak.models.chat
import respeak.models.errors
import respeak.models.responses
from respeak.models.base import Model
from respeak.models.unions import Unknown

SHARED = Path(os.environ.get("RESPEAK_SHARED", Path(__file__).parents[3] / "shared"))
INVENTORY = SHARED / "spec" / "inventory.json"

pytestmark = pytest.mark.skipif(not INVENTORY.exists(), reason="the inventory is not beside the repository")

CATALOGS = {
    "responses": (
        "request",
        "response",
        "input_items",
        "output_items",
        "content_parts",
        "annotations",
        "tools",
    ),
    "chat": (
        "request",
        "response",
        "messages",
        "content_parts",
        "tools",
        "legacy_functions",
        "response_format",
    ),
}
ALSO = {"responses": ("tool_choice", "components", "errors"), "chat": ("tool_choice", "components")}
OF_STREAMS = {
    "ResponseErrorEvent",
    "ResponseLogProb",
    "ChatCompletionStreamResponseDelta",
    "ChatCompletionMessageToolCallChunk",
}
TOKEN = re.compile(r"[^.<\[{]+|\[\]|\{\}|<[^>]*>")


def catalog() -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Family, schema and fields of each object that the inventory lists."""
    if not INVENTORY.exists():
        return
    inventory = json.loads(INVENTORY.read_text())["openapi"]
    for family in CATALOGS:
        for name in CATALOGS[family] + ALSO[family]:
            for schema, entry in inventory[family][name].items():
                is_object = not entry["fields"][0]["path"].startswith("$") and schema not in OF_STREAMS
                if is_object and schema not in ("ToolChoiceOptions", "ChatCompletionToolChoiceOption"):
                    yield family, schema, entry["fields"]
    for schema, entry in inventory["shared"]["error_body"].items():
        yield "errors", schema, entry["fields"]


def classes(base: type[Model] = Model) -> Iterator[type[Model]]:
    for child in base.__subclasses__():
        yield child
        yield from classes(child)


def models_of(family: str, schema: str) -> list[type[Model]]:
    """The classes that carry the schema's name, or name it in their docstring."""
    other = {"responses": "models.chat", "chat": "models.responses"}.get(family, "models.chat")
    ours = [model for model in classes() if other not in model.__module__]
    named = [model for model in ours if model.__name__ == schema]
    return named or [model for model in ours if f"`{schema}`" in (model.__doc__ or "")]


def alternatives(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from alternatives(member)
    elif get_origin(annotation) is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif annotation is not NoneType:
        yield annotation


def literals(model: type[BaseModel], name: str) -> set[str]:
    field = model.model_fields.get(name)
    kinds = alternatives(field.annotation) if field else ()
    return {value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)}


def step(places: list[Any], token: str, kinds: set[str]) -> list[Any]:
    """Where one token of a path leads from the places reached."""
    if any(place is Any for place in places):
        return [Any]
    if token in ("[]", "{}"):
        held = [get_args(place)[-1] for place in places if get_args(place) and get_origin(place) is not Literal]
        return [member for each in held for member in alternatives(each)]
    models = [place for place in places if isinstance(place, type) and issubclass(place, Model)]
    if token.startswith("<"):
        return [model for model in models if kinds <= literals(model, "type")] if kinds else places
    fields = [
        field
        for model in models
        if not issubclass(model, Unknown)
        for name, field in model.model_fields.items()
        if token == (field.alias or name)
    ]
    return [member for field in fields for member in alternatives(field.annotation)]


def unplaced(fields: list[dict[str, Any]], models: list[type[Model]]) -> list[str]:
    """The paths of an inventory entry that lead nowhere in the models."""
    kinds = {field["path"]: set(field.get("enum", [])) for field in fields}
    lost = []
    for field in fields:
        places: list[Any] = list(models)
        walked = ""
        for token in TOKEN.findall(field["path"]):
            walked += token if walked == "" or token[0] in "<[{" else f".{token}"
            places = step(places, token, kinds.get(f"{walked}.type", set()))
        if not places:
            lost.append(field["path"])
    return lost


@pytest.mark.parametrize(
    ("family", "schema", "fields"), [pytest.param(*entry, id=f"{entry[0]}-{entry[1]}") for entry in catalog()]
)
def test_every_field_has_a_place(family: str, schema: str, fields: list[dict[str, Any]]) -> None:
    models = models_of(family, schema)
    assert models, f"no class for {schema}"
    assert unplaced(fields, models) == []


def test_a_field_without_a_place_is_named() -> None:
    fields = [{"path": "model"}, {"path": "wibble"}, {"path": "reasoning.wobble"}]
    assert unplaced(fields, [respeak.models.responses.CreateResponse]) == ["wibble", "reasoning.wobble"]
