"""One turn of the assistant, as the grouping of `fold.py` puts it together."""

from __future__ import annotations

from typing import Any

from respeak.loss import Place
from respeak.plan import Json

EMPTY_TEXT = {"type": "text", "text": ""}


class Turn:
    """One assistant message under construction, with the outputs of its calls.

    `open` holds the ids of calls without an output, and the place of each.
    """

    __slots__ = ("at", "calls", "content", "open", "outputs", "pictures", "refusals")

    def __init__(self, at: Place) -> None:
        self.at = at
        self.content: list[Json] = []
        self.refusals: tuple[str, ...] = ()
        self.calls: list[Json] = []
        self.open: dict[str, Place] = {}
        self.outputs: list[Json] = []
        self.pictures: tuple[Json, ...] = ()

    def message(self) -> Json | None:
        """The assistant message; None when nothing was said."""
        if not (self.calls or self.content or self.refusals):
            return None
        out: Json = {"role": "assistant", "content": self.said()}
        if self.refusals:
            out["refusal"] = "".join(self.refusals)
        if self.calls:
            out["tool_calls"] = self.calls
        return out

    def said(self) -> Any:
        """The content: one text as a string, several as parts; empty ones do not count beside others."""
        texts = self.content
        if len(texts) > 1:
            texts = [part for part in texts if part != EMPTY_TEXT] or texts[:1]
        if len(texts) == 1 and len(texts[0]) == 2:  # type and text, nothing beside them
            return texts[0]["text"]
        return texts or None
