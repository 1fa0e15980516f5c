"""One turn of the assistant, as the grouping of `fold.py` puts it together."""

from __future__ import annotations

from typing import Any

from respeak.loss import Place
from respeak.plan import Job, Json


class Turn:
    """An assistant message under construction, the last block so far, with the outputs of its calls.

    `waiting` is the number of calls that have no output yet. `ids` are those of the calls, once one came twice.
    `said` are the places of the texts in `content`.
    """

    __slots__ = ("at", "calls", "content", "ids", "outputs", "pictures", "refusals", "said", "shown", "waiting")

    def __init__(self, at: Place, blocks: list[Any]) -> None:
        blocks.append(self)
        self.at = at
        self.content: Any = None
        self.said: tuple[Place, ...] = ()
        self.calls: list[Json] = []
        self.outputs: list[Json] = []
        self.waiting = 0
        self.ids: set[str] | None = None
        self.refusals: tuple[tuple[str, Place], ...] = ()
        self.pictures: tuple[Json, ...] = ()
        self.shown: Place = None

    def show(self, pictures: tuple[Json, ...], at: Place) -> None:
        """Pictures that the message, or a result, cannot hold; where the first ones came from is their place."""
        self.shown = self.shown if self.pictures else at
        self.pictures += pictures

    def say(self, part: Json, at: Place) -> None:
        """A text: one stands as a string, several as parts; empty ones do not count beside others."""
        said, plain = self.content, len(part) == 2  # type and text, nothing beside them
        if not said:
            self.content = part["text"] if plain else [part]
            self.said = (at,)
            return
        if plain and not part["text"]:
            return
        self.said += (at,)
        if said.__class__ is list:
            said.append(part)
        else:
            self.content = [{"type": "text", "text": said}, part]

    def refusal(self) -> str:
        """All refusals, which Chat has one string for."""
        return "".join(text for text, _ in self.refusals)

    def message(self) -> Json | None:
        """The message, if anything was said."""
        if self.refusals:
            message = {"role": "assistant", "content": self.content, "refusal": self.refusal()}
            if self.calls:
                message["tool_calls"] = self.calls
            return message
        if self.calls:
            return {"role": "assistant", "content": self.content, "tool_calls": self.calls}
        return None if self.content is None else {"role": "assistant", "content": self.content}

    def hold(self, message: Json, job: Job) -> None:
        """Remember where each thing that the message says came from, if anybody asks."""
        if job.held is None:
            return
        content, refused = message.get("content"), tuple(at for _, at in self.refusals)
        places = self.said + refused
        if content.__class__ is list:
            for part, at in zip(content, places, strict=False):
                job.hold(part, at)
        said = {"content": _string(places[0])} if places and content.__class__ is str else {}
        if "refusal" in message:
            said["refusal"] = refused[0]
        job.memo.setdefault("said", {})[id(message)] = said


def _string(at: Any) -> Place:
    """The place of the content that holds what stands at a place, which is one string now."""
    place: Place = at if at[1] == "content" else at[0]
    return place
