"""What was said of a text that goes to the client in pieces: so much of it, and whether a retry says the same again.

Memory does not grow with the text: a checksum stands for what was said.
"""

from __future__ import annotations

from zlib import crc32


class Contradicted(Exception):
    """A retry of the upstream's says something else than what was said already."""


class Told:
    """How much of a text was said, and a checksum of it: the text itself is not kept (`pieces` are the last few).

    A retry has to repeat what was said: `due` is how much of that is to come, `repeated` the checksum of what came.
    """

    __slots__ = ("checksum", "due", "length", "pieces", "repeated")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = self.checksum = self.due = self.repeated = 0

    def add(self, piece: str) -> None:
        """A piece that is said."""
        self.pieces.append(piece)
        if len(self.pieces) > FEW:
            self.count()

    def count(self) -> int:
        """How much was said."""
        text = "".join(self.pieces)
        self.pieces.clear()
        self.length += len(text)
        self.checksum = _checksum(text, self.checksum)
        return self.length

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
        """What of the whole text was not said. Of one that begins otherwise than what was said, nothing."""
        said = self.count()
        if self.due:
            self.new(text[said - self.due :])
        if len(text) <= said or _checksum(text[:said], 0) != self.checksum:
            return ""
        return text[said:]

    def begin_again(self) -> None:
        """The upstream tries again."""
        self.due, self.repeated = self.count(), 0


FEW = 100
"""So many pieces are kept before they are counted."""


def _checksum(text: str, before: int) -> int:
    return crc32(text.encode(errors="surrogatepass"), before)
