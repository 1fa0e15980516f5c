"""What was said of a text that goes to the client in pieces: so much of it, and whether a retry says the same again.

Memory does not grow with the text: a checksum stands for what was said. Of calls short arguments are kept, too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zlib import crc32


class Contradicted(Exception):
    """A retry of the upstream's says something else than what was said already."""

    why = "the upstream began again and said something else; it is said as a failure"
    message = "The upstream began its answer again and said something else than before."


class Unusable(Contradicted):
    """The arguments of a call were said in pieces that are no JSON, and the finished call has others."""

    why = "the finished call has other arguments than were streamed, and those are no JSON; it is said as a failure"
    message = "The upstream finished a call with other arguments than it had streamed."


class Told:
    """How much of a text was said, and a checksum of it: the text itself is not kept (`pieces` are the last few).

    A retry has to repeat what was said: `due` is how much of that is to come, `repeated` the checksum of what came.
    `bare` is the checksum without the whitespace around the text, `begun` with that at its end; None before any text.
    `differs`: the whole text turned out to be another one.
    """

    __slots__ = ("bare", "begun", "checksum", "differs", "due", "length", "pieces", "repeated")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = self.checksum = self.bare = self.due = self.repeated = 0
        self.begun: int | None = None
        self.differs = False

    def add(self, piece: str) -> None:
        """A piece that is said."""
        self.pieces.append(piece)
        if len(self.pieces) > FEW:
            self.count()

    def count(self) -> int:
        """How much was said."""
        if not self.pieces:
            return self.length
        text = "".join(self.pieces)
        self.pieces.clear()
        self.length += len(text)
        self.checksum = _checksum(text, self.checksum)
        self.keep(text)
        return self.length

    def keep(self, text: str) -> None:
        """What has to be known of more text, to compare it with another."""
        if self.begun is None:
            text = text.lstrip()
            if not text:
                return
            self.begun = 0
        bare = text.rstrip()
        if bare:
            self.bare = _checksum(bare, self.begun)
        self.begun = self.bare if len(bare) == len(text) else _checksum(text, self.begun)

    def said(self, text: str) -> bool:
        """True when this and no more was said."""
        return self.count() == len(text) and _checksum(text, 0) == self.checksum

    def alike(self, text: str) -> bool:
        """True for a text that says the same as what was said: the whitespace around it does not count."""
        return self.bare == _checksum(text.strip(), 0)

    def new(self, piece: str) -> str:
        """What of a piece was not said before the retry. Raises Contradicted if the retry says something else."""
        if not self.due:
            return piece
        head = piece[: self.due]
        self.due -= len(head)
        self.repeated = _checksum(head, self.repeated)
        if not self.due and self.repeated != self.checksum:
            raise Contradicted
        return piece[len(head) :]

    def rest(self, text: str) -> str:
        """What of the whole text was not said. Of one that begins otherwise nothing: what was said stands."""
        said = self.count()
        if self.due:
            self.new(text[said - self.due :])
        if len(text) >= said and _checksum(text[:said], 0) == self.checksum:
            return text[said:]
        if text and not self.due and not self.alike(text):
            self.differs = True
        return ""

    def begin_again(self) -> None:
        """The upstream tries again."""
        self.due, self.repeated, self.differs = self.count(), 0, False


class SaidCall(Told):
    """A call that was announced: its index, type and name on Chat, and the key of its text.

    `held` are arguments that its item began with: some services repeat them in deltas. A bridged call is said whole:
    it has no key. `text` is what was said of arguments, None once that is more than `KEPT`. `item` holds what the
    client was told by: type, id, name and namespace. `other`: the item turned out to be another call, or none.
    """

    __slots__ = ("held", "item", "key", "kind", "named", "number", "other", "text")

    def __init__(self, number: int, kind: str, key: str, named: tuple[Any, ...], item: dict[str, Any]) -> None:
        super().__init__()
        self.number = number
        self.kind = kind
        self.key = key
        self.named = named
        self.item = {name: item[name] for name in IDENTITY if item.get(name)}
        self.other = False
        self.held = ""
        self.text: str | None = ""

    def keep(self, text: str) -> None:
        """Arguments are kept, so that they can be compared as values; not more than a few pages of them."""
        super().keep(text)
        if self.text is not None:
            self.text = self.text + text if self.length <= KEPT else None

    def alike(self, text: str) -> bool:
        """Arguments say the same if their values are equal, whatever their order and spaces."""
        if super().alike(text):
            return True
        said = _canonical(self.text or "") if self.kind == "function" else None
        return said is not None and said == _canonical(text)

    def begin_again(self) -> None:
        """The upstream tries again."""
        super().begin_again()
        self.other = False

    def filled(self, item: dict[str, Any]) -> dict[str, Any]:
        """An item that says this call again, with what it leaves out of what the call was announced with."""
        return filled(item, self.item)

    @property
    def unusable(self) -> bool:
        """True when others than the finished arguments were said, and those are no JSON."""
        if not self.differs or self.kind != "function":
            return False
        self.count()
        return self.text is not None and _canonical(self.text) is None


IDENTITY = ("type", "call_id", "name", "namespace")
"""Keys of an item that say which call it is."""

STANDING = (*IDENTITY[1:], "phase")
"""Keys of an item that stand as they were said before, where it leaves them out."""


def filled(item: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """An item with what it leaves out of what was said of it before: which call it is, and its phase.

    An item of another type or name is not the one that was `known`: it gets nothing of that.
    """
    if item.get("type") != known.get("type") or (item.get("name") or "") not in ("", known.get("name")):
        return item
    missing = {key: known[key] for key in STANDING if known.get(key) and not item.get(key)}
    return {**item, **missing} if missing else item


KEPT = 16_000
"""So many characters of arguments are kept. Of a longer text nobody can tell whether it is the same value."""


def _canonical(text: str) -> str | None:
    """The one text of a JSON value; None for what is no JSON."""
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except (ValueError, RecursionError):
        return None


FEW = 100
"""So many pieces are kept before they are counted."""


def _checksum(text: str, before: int) -> int:
    return crc32(text.encode(errors="surrogatepass"), before)
