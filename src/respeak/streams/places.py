"""Where an event of a Responses stream belongs: its item and its part, also where services leave the indexes out.

`output_index` alone tells items apart (streaming.md 1.3). An event without one belongs to the item of its `item_id`,
or to the item that is open; one without `content_index` to the part that is open. Ids count only then: some
services change them in every event (BUG/63).
"""

from __future__ import annotations

from typing import Any

from respeak.plan import Json

DONE = "response.output_item.done"
ITEMS = frozenset(("response.output_item.added", DONE))
PART = "response.content_part.added"
PARTS = frozenset((PART, "response.content_part.done"))
CONTENT = ("content_part", "output_text", "refusal", "reasoning_text")
"""Second word of the types whose events speak of one part of an item's content."""


class Places:
    """The items and parts of one answer, as its events bring them. `open` holds the items that are not done."""

    def __init__(self) -> None:
        self.named: dict[Any, int] = {}
        self.open: dict[int, Json] = {}
        self.parts: dict[int, tuple[int, str]] = {}
        self.next = 0

    def placed(self, event: Json) -> Json:
        """The event with its indexes; itself if it has them. One event of each item must have come by here."""
        kind, index = event["type"], event.get("output_index")
        if kind in ITEMS:
            return self._of_item(event, event["item"])
        if index is not None and event.get("content_index") is not None and kind not in PARTS:
            return event
        found = {"output_index": self._index(event.get("item_id")) if index is None else index}
        word = kind.split(".")[1]
        if word in CONTENT:
            found["content_index"] = self._part(found["output_index"], word, event)
        elif index is not None:
            return event
        return {**event, **found}

    def new(self) -> int:
        """An index that no item has."""
        self.next += 1
        return self.next - 1

    def _of_item(self, event: Json, item: Json) -> Json:
        """An item that opens or is done."""
        index, given = event.get("output_index"), (item.get("id"), item.get("call_id"))
        names = [name for name in given if name and isinstance(name, str)]  # of unknown types they may be anything
        placed, done = index is not None, event["type"] == DONE
        if index is None:
            known = (self.named[name] for name in names if name in self.named)
            index = next(known, self._opened(item) if done else None)
        if index is None:
            index = self.new()
        self.next = max(self.next, index + 1)
        self.named.update(dict.fromkeys(names, index))
        if done:
            self.open.pop(index, None)
        else:
            self.open[index] = item
        return event if placed else {**event, "output_index": index}

    def _opened(self, item: Json) -> int | None:
        """The last open item that may be this one: of its type, and no other call."""
        for index, other in reversed(self.open.items()):
            same = other.get("call_id") in (None, item.get("call_id"))
            if same and other.get("type") in (None, item.get("type")):
                return index
        return None

    def _index(self, name: str | None) -> int:
        """The item of an id; of one that no item has, the item that opened last, unless only its events tell of it."""
        if name in self.named:
            return self.named[name]
        index = next(reversed(self.open), None)
        if index is None or (name and "type" not in self.open[index]):
            index = self.new()
            self.open[index] = {}
        if name and not self.open[index].get("id"):
            self.named[name] = index
        return index

    def _part(self, index: int, word: str, event: Json) -> int:
        """The part that an event speaks of: without a number, the open one, or the next where another kind begins."""
        number: int | None = event.get("content_index")
        kind = str(event["part"].get("type")) if event["type"] in PARTS else word
        if number is None:
            number, before = self.parts.get(index, (0, kind))
            begins = event["type"] == PART and index in self.parts
            number += begins or kind != before
        self.parts[index] = number, kind
        return number
