"""Which item of the finished answer is which of those that events told of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

from respeak.plan import Json
from respeak.streams.places import Places


def placed(output: list[Json], items: Mapping[int, Json], places: Places) -> list[int]:
    """The index of each item of the finished answer; of each that is known, where that says none."""
    known = sorted(items)
    if not output or [items[index].get("type") for index in known] == [item.get("type") for item in output]:
        return known
    left = dict(items)
    named = [_named(item, left, places) for item in output]
    free = (index for index in count(places.next) if index not in items)
    return [_alike(item, left, free) if index is None else index for item, index in zip(output, named, strict=True)]


def _named(item: Json, left: dict[int, Json], places: Places) -> int | None:
    """The item of the same type that has the id or the call_id of this one."""
    for key in ("id", "call_id"):
        index = places.named.get(item.get(key))
        if index is not None and left.get(index, {}).get("type") == item.get("type"):
            del left[index]
            return index
    return None


def _alike(item: Json, left: dict[int, Json], free: Iterator[int]) -> int:
    """The first item of the same type that no other one is, as services change ids (BUG/63); else a new one."""
    index = next((index for index in sorted(left) if left[index].get("type") == item.get("type")), None)
    if index is None:
        return next(free)
    del left[index]
    return index
