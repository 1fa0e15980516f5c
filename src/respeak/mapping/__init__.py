"""The printed mapping: what becomes of every field, made from the same tables, dicts and profiles that translate.

    explained.py  one line of it          crossing.py  the rows between the families
    words.py      rules in words          dialect.py   the words of a profile
    streams.py    events and chunks
    reach.py      verdicts of functions   search.py    which rows speak of a field

`explain` reads rows, it knows none: what it prints is what translates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from respeak import profiles
from respeak.mapping.crossing import crossing
from respeak.mapping.dialect import source_words, spoken, target_words, within
from respeak.mapping.explained import Explained
from respeak.mapping.search import nearest, speaks_of
from respeak.mapping.streams import streams
from respeak.profiles.profile import Profile

__all__ = ["Explained", "explain"]

KINDS: Final = ("request", "response", "stream")


def explain(
    field: str | None = None,
    *,
    source: str | None = None,
    target: str | None = None,
    kind: str | None = None,
) -> list[Explained]:
    """The mapping rows of `field`, or all of them.

    field            a field of either side (`max_tokens`, `reasoning.effort`), with its parents and what is inside
                     it; a type of item, part, tool or tool_choice (`function_call_output`); a JSON Pointer
                     (`/input/3/phase`) or a loss code (`phase_dropped`), as losses have them
    source, target   dialects: only what that route does, with the words of both profiles; both or neither. Without
                     them both directions between the families, and the words of every profile
    kind             "request", "response" or "stream"; None for all

    A field that exists but of which the route says nothing gives an empty list. Raises UnknownDialect, and
    ValueError for a field that no row has (the message names the nearest ones), for a target that is a source only,
    for another `kind`, and when only one of `source` and `target` is given.
    """
    if kind not in (None, *KINDS):
        raise ValueError(f"kind is {kind!r}; expected one of {', '.join(KINDS)}")
    route = _route(source, target)
    kinds = KINDS if kind is None else (kind,)
    rows = list(_everything(kinds) if route is None else _rows(*route, kinds))
    if field is None:
        return rows
    found = [row for row in rows if speaks_of(row, field)]
    if not found:
        _check_known(field)
    return found or (rows if source is not None and source == target else [])


def _check_known(field: str) -> None:
    """Raises ValueError unless some row speaks of `field`."""
    known = list(_everything(KINDS))
    if not any(speaks_of(row, field) for row in known):
        near = nearest(field, known)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ValueError(f'no row has "{field}"{hint}')


def _route(source: str | None, target: str | None) -> tuple[Profile, Profile] | None:
    if source is None and target is None:
        return None
    if source is None or target is None:
        raise ValueError("give both source and target, or neither")
    start, end = profiles.get(source), profiles.get(target)
    if end.source_only:
        raise ValueError(f"{target} is a source only: payloads come from it, none go to it")
    return start, end


def _everything(kinds: tuple[str, ...]) -> Iterator[Explained]:
    """Both directions between the families, then every word of every profile."""
    for kind in kinds:
        yield from _crossed(kind, "down", profiles.get("chat"))
        yield from _crossed(kind, "up", profiles.get("responses"))
    for name in profiles.names():
        yield from (row for row in spoken(profiles.get(name)) if row.kind in kinds)


def _rows(start: Profile, end: Profile, kinds: tuple[str, ...]) -> Iterator[Explained]:
    """What one route does."""
    for kind in kinds:
        if start is end:
            yield Explained(kind, "within", "(every key)", "(the same key)", "the payload comes out equal")
        elif start.family == end.family:
            yield from () if kind == "stream" else within(start, end, kind)
        else:
            direction = "down" if start.family == "responses" else "up"
            yield from _crossed(kind, direction, end)
            if kind != "stream":
                yield from source_words(start, direction, kind, end)
                yield from target_words(end, direction, kind, end)


def _crossed(kind: str, direction: str, target: Profile) -> Iterator[Explained]:
    """The rows between the families; a stream's finished answer has those of answers."""
    return streams(direction, target) if kind == "stream" else crossing(kind, direction, target)
