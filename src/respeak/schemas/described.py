"""The descriptions in the schemas: what a field is, where it is documented, where the live service differs."""

from __future__ import annotations

import re

from respeak import profiles
from respeak.models.base import Model
from respeak.schemas import documented
from respeak.schemas.words import WORDS

SCHEMA_NAME = re.compile(r"`([A-Z]\w+[\w.-]*)`")
PAGES = {**documented.PAGES, "respeak.models.codex_guide": "codex-guide"}
"""Modules whose classes follow a page, by their dialects; the last one adds to its family."""


def summary(model: type[Model]) -> str:
    """What an object is, for its `description`."""
    return (model.__doc__ or "").split("\n\n")[0]


def description(model: type[Model], name: str) -> str:
    """What a field is, its source, and what the live service does differently."""
    words = WORDS.get(f"{model.__name__}.{name}") or WORDS.get(name) or name.replace("_", " ").capitalize()
    said = [words, f"Source: {_source(model, name)}"]
    if _has(documented.LIVE_OMITS, model, name):
        said.append("Required by the document; the live service does without")
    if _has(documented.LIVE_NULLS, model, name):
        said.append("Not null by the document; the live service has null here")
    return ". ".join(said) + "."


def _source(model: type[Model], name: str) -> str:
    """The schema and its field, or the provider's page."""
    page = PAGES.get(model.__module__)
    if page and name in vars(model).get("__annotations__", {}):
        return profiles.get(page).source
    if page and model.__base__ and issubclass(model.__base__, Model):
        return _source(model.__base__, name)
    found = SCHEMA_NAME.search(model.__doc__ or "")
    field = f"{found[1] if found else model.__name__}.{name}"
    if name in documented.LIVE_FIELDS.get(model.__name__, {}):
        return f"requests that the live service answered; `{field}` is in no document"
    if _has(documented.UNDOCUMENTED, model, name):
        return f"answers of providers; `{field}` is in no document of the API"
    return f"`{field}`" + (" (official SDK only)" if _has(documented.SDK_ONLY, model, name) else "")


def _has(table: object, model: type[Model], name: str) -> bool:
    return isinstance(table, dict) and name in table.get(model.__name__, "").split()
