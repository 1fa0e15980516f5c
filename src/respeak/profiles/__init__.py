"""The dialects, one file each; the file name is the name (`_` for `-`). The folder is the list."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from respeak.errors import UnknownDialect
from respeak.profiles.profile import Dialect, Profile

_HELPERS = ("profile", "rules")


@cache
def names() -> tuple[str, ...]:
    """Names of all dialects, the plain ones of either family first."""
    found = [module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)]
    plain = ("responses", "chat")
    return plain + tuple(sorted(name for name in found if name not in (*plain, *_HELPERS)))


@cache
def get(name: str) -> Profile:
    """The profile of a dialect. Raises UnknownDialect."""
    if name not in names():
        raise UnknownDialect(str(name), names())
    profile: Profile = importlib.import_module(f"{__name__}.{name.replace('-', '_')}").PROFILE
    return profile


def dialects() -> tuple[Dialect, ...]:
    """All dialects: family, endpoint, model ids, phase support."""
    return tuple(get(name).public() for name in names())
