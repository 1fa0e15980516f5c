"""What each field is, in a few words, and where it is documented."""

from __future__ import annotations

import re
from respeak.models.base import Model


def summary(model: type[Model]) -> str:
    return (model.__doc__ or "").split("\n\n")[0]


def description(model: type[Model], name: str, dialect: str) -> str:
    return f"{model.__name__}.{name}"
