"""One turn of the assistant, as the grouping of `fold.py` puts it together."""

from __future__ import annotations

from respeak.loss import Place
from respeak.plan import Json


class Turn:
    """An assistant message under construction, with the outputs of its calls.

    `open` holds the ids of calls without an output, and the place of each.
    """

    __slots__ = ("at", "calls", "message", "open", "outputs", "pictures", "refusals")

    def __init__(self, at: Place) -> None:
        self.at = at
        self.message: Json = {"role": "assistant", "content": None}
        self.calls: list[Json] = []
        self.open: dict[str, Place] = {}
        self.outputs: list[Json] = []
        self.refusals: tuple[str, ...] = ()
        self.pictures: tuple[Json, ...] = ()

    def say(self, part: Json) -> None:
        """A text: one stands as a string, several as parts; empty ones do not count beside others."""
        said, plain = self.message["content"], len(part) == 2  # type and text, nothing beside them
        if not said:
            self.message["content"] = part["text"] if plain else [part]
        elif plain and not part["text"]:
            return
        elif said.__class__ is list:
            said.append(part)
        else:
            self.message["content"] = [{"type": "text", "text": said}, part]

    def write(self, messages: list[Json]) -> None:
        """Add the message, if anything was said, and the outputs of its calls."""
        if self.refusals:
            said = {"role": "assistant", "content": self.message["content"], "refusal": "".join(self.refusals)}
            self.message = said
        if self.calls:
            self.message["tool_calls"] = self.calls
        elif self.message["content"] is None and not self.refusals:
            return
        messages.append(self.message)
        messages += self.outputs
