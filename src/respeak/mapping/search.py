"""Which rows speak of a field: by name, path, type, loss code or JSON Pointer."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator

from respeak.loss import unescaped
from respeak.mapping.explained import Explained

WORDS = re.compile(r"[^.\[\]<>=,\s()]+")


def speaks_of(row: Explained, field: str) -> bool:
    """True when the row has `field` as a code, in a path, or as the parent of a path."""
    if any(field == verdict.code.value for verdict in row.losses):
        return True
    wanted = split(field)
    return any(_holds(path, wanted) or _above(path, wanted) for path in _paths(row)) or any(
        _holds(path, wanted) for path in _untyped(row)
    )


def split(path: str) -> tuple[str, ...]:
    """The words of a path as rows write them, or of a JSON Pointer, positions left out."""
    if path.startswith("/"):
        keys = map(unescaped, path.split("/"))
        return tuple(key for key in keys if key not in ("", "*") and not key.isdigit())
    return tuple(WORDS.findall(path))


def _holds(path: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """True when the wanted words stand in the path in sequence."""
    return bool(wanted) and any(path[i : i + len(wanted)] == wanted for i in range(len(path)))


def _above(path: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """True when the path is that of an object around what is wanted."""
    return bool(path) and wanted[: len(path)] == path


def _paths(row: Explained) -> Iterator[tuple[str, ...]]:
    return (split(path) for path in (row.source_field, row.target_field) if path is not None)


def _untyped(row: Explained) -> Iterator[tuple[str, ...]]:
    """The paths without the types in them, as a person or a JSON Pointer would write them."""
    paths = (path for path in (row.source_field, row.target_field) if path is not None and "<" in path)
    return (split(re.sub(r"<[^>]*>", "", path)) for path in paths)


def nearest(field: str, rows: Iterable[Explained]) -> list[str]:
    """At most three names of the rows that look like `field`."""
    rows = list(rows)
    words = {word for row in rows for path in _paths(row) for word in (*path, ".".join(path[-2:]))}
    words |= {verdict.code.value for row in rows for verdict in row.losses}
    close = difflib.get_close_matches(field, sorted(words), n=3)
    return close or difflib.get_close_matches(field.rsplit(".", 1)[-1], sorted(words), n=3)
