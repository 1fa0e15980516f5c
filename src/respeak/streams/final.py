"""Which item of the finished answer is which of those that events told of, and what it leaves out of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from itertools import count

from respeak.loss import Place
from respeak.plan import Json
from respeak.streams.places import Places
from respeak.streams.settle import CONTRADICTED
from respeak.streams.told import filled

DIFFERS = CONTRADICTED.saying("the finished text differs from what was streamed; what was streamed stands")
OTHER = CONTRADICTED.saying(
    "what was streamed as one call was finished as another, or as none; what was streamed stands"
)
GONE = CONTRADICTED.saying("the finished answer leaves out what was streamed; what was streamed stands")


ENDS: Mapping[str, str] = {
    "response.completed": "completed",
    "response.done": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
}
"""The events that end a stream, and how the answer ended where its response does not say it."""


def ended(kind: str, response: Json) -> Json:
    """The response of an event, with the status that a last event says if its own says none, or that it goes on."""
    if kind not in ENDS or response.get("status") not in (None, "", "in_progress", "queued"):
        return response
    return {**response, "status": ENDS[kind]}


class Finished:
    """The finished answer: its `items` and the `output_index` of each, in the order in which they were streamed.

    What it leaves out of finished items it holds all the same, for the client may have been told: items stand at the
    end, so that the others keep their places, and what an item leaves out of its identity or phase is as it was known
    by. Of an answer without output only the indexes are known, which are those of all items.
    """

    def __init__(self, output: list[Json], items: Mapping[int, Json], places: Places, unfinished: set[int]) -> None:
        told = placed(output, items, places)
        gone = sorted(items.keys() - set(told) - unfinished)
        held = dict(zip(told, output, strict=False))
        streamed = iter(sorted(index for index in told if index in items))
        self.told = frozenset(told)
        self.indexes = [next(streamed) if index in items else index for index in told] + gone
        self.items = [filled(held[index], items.get(index, {})) for index in self.indexes if index in held]
        self.items += [items[index] for index in gone]

    def at(self, index: int) -> Place:
        """The place of an item; none of one that neither the answer nor an event finished."""
        return ((None, "output"), self.indexes.index(index)) if index in self.indexes else None


def placed(output: list[Json], items: Mapping[int, Json], places: Places) -> list[int]:
    """The index of each item of the finished answer; of each that is known, where that says none.

    Ids tell which item is which, else what it says; services change ids (BUG/63), so its type and order have to do
    for the rest. An item that no event told of gets an index of its own.
    """
    known = sorted(items)
    if not output or (len(known) == len(output) and all(map(_same, output, (items[index] for index in known)))):
        return known
    left, found = dict(items), dict[int, int]()
    for mark in (_ids, _call_id, _id, _saying, _kind):
        if left and len(found) < len(output):
            _pair(mark, output, left, found)
    free = (index for index in count(places.next) if index not in items)
    return [found[number] if number in found else next(free) for number in range(len(output))]


def _pair(mark: Callable[[Json], Hashable], output: list[Json], left: dict[int, Json], found: dict[int, int]) -> None:
    """Put items of which `left` has one with the same mark into `found`, in order where several have it."""
    marked: dict[Hashable, list[int]] = {}
    for index in sorted(left, reverse=True):
        marked.setdefault(mark(left[index]), []).append(index)
    marked.pop(None, None)
    for number, item in enumerate(output):
        fitting = marked.get(mark(item)) if number not in found else None
        if fitting:
            found[number] = fitting.pop()
            del left[found[number]]


def _same(item: Json, known: Json) -> bool:
    """True for an item that is this one at first sight."""
    mark = _ids(item)
    return mark == _ids(known) if mark is not None else item == known


def _ids(item: Json) -> Hashable:
    return _marked(item, "id", "call_id")


def _call_id(item: Json) -> Hashable:
    return _marked(item, "call_id")


def _id(item: Json) -> Hashable:
    return _marked(item, "id")


def _marked(item: Json, *keys: str) -> Hashable:
    """The type and what stands at the keys; None where nothing does."""
    values = [str(item.get(key) or "") for key in keys]
    return (str(item.get("type")), *values) if any(values) else None


def _saying(item: Json) -> Hashable:
    """What the item says, whatever it is called."""
    return json.dumps({key: value for key, value in item.items() if key not in CHANGING}, sort_keys=True)


def _kind(item: Json) -> Hashable:
    return str(item.get("type"))


CHANGING = ("id", "call_id", "status")
"""Keys of an item that say nothing of what it holds."""
