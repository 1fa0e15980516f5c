"""What has been said of the messages of a Responses answer: text, refusals and citations, each piece once.

Deltas say pieces, `.done` events say the whole: what no piece delivered is sent then. Keys are `output_index` and
`content_index`, which every event has that comes here (`places.py`).
"""

from __future__ import annotations

from typing import Any

from respeak.crossing import bridges
from respeak.crossing.citations import annotations_down
from respeak.plan import Job, Json
from respeak.streams.chunks import Chunks
from respeak.streams.places import ITEMS, PARTS
from respeak.streams.told import Contradicted, Told

Key = tuple[Any, Any]
"""output_index and content_index."""

NOBODY: Key = (object(), None)
"""No part at all: equal to nothing that an event can name."""


class Part(Told):
    """A part of a message: where its text starts, and how many logprobs of it were said."""

    __slots__ = ("logged", "start")

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start
        self.logged = 0


class Speech:
    """The text of all messages as one content, with what cites it; and the refusal.

    `now` is the part that goes on, `pieces` what was said of it, `before` how much all others said; `length` is of
    all, as it was when no part went on.
    """

    def __init__(self, chunks: Chunks, job: Job) -> None:
        self.chunks = chunks
        self.job = job
        self.parts: dict[Key, Part] = {}
        self.refusals: dict[Key, Told] = {}
        self.citations: dict[Key, dict[int, Json | None]] = {}
        self.length = 0
        self.speaker: Any = None
        self.now: Key = NOBODY
        self.pieces: list[str] = []
        self.before = 0

    def text(self, key: Key, text: str, logprobs: list[Json]) -> None:
        """A piece of text; the first of a later message comes behind the separator."""
        part = self.parts.get(key)
        if part is not None and part.due:
            text = part.new(text)
        if not text:
            return
        separator = self._turn_to(key) if key != self.now else ""
        part = self.parts[key]
        part.add(text)
        self._say(separator + text if separator else text, part, logprobs)

    def _say(self, text: str, part: Part, logprobs: list[Json]) -> None:
        found = None
        if logprobs:
            part.logged += len(logprobs)
            found = {"content": [with_bytes(entry) for entry in logprobs], "refusal": None}
        self.chunks.say({"content": text}, found)

    def _turn_to(self, key: Key) -> str:
        """Another part goes on; gives the separator if it is the first of a later message."""
        self.rest()
        separator = ""
        if key not in self.parts:
            separator = self.job.options.separator if self.length and key[0] != self.speaker else ""
            self.speaker = key[0]
            self.length += len(separator)
            self.parts[key] = Part(self.length)
        part = self.parts[key]
        self.now, self.pieces, self.before = key, part.pieces, self.length - part.count()
        return separator

    def rest(self) -> None:
        """No part goes on for now."""
        if self.now is not NOBODY:
            self.length = self.before + self.parts[self.now].count()
        self.now = NOBODY

    def count(self) -> None:
        """The part that goes on said enough to be counted."""
        self.parts[self.now].count()

    def whole(self, key: Key, text: str, logprobs: list[Json]) -> None:
        """All of a text: the rest that no piece said, and the logprobs that came with none."""
        part = self.parts.get(key)
        rest = text if part is None else part.rest(text)
        unsaid = logprobs if part is None else logprobs[part.logged :]
        if rest:
            self.text(key, rest, unsaid)
        elif unsaid and part is not None:
            self._say("", part, unsaid)

    def refuse(self, key: Key, piece: str) -> None:
        """A piece of a refusal."""
        told = self.refusals.setdefault(key, Told())
        piece = told.new(piece)
        if piece:
            told.add(piece)
            self.chunks.say({"refusal": piece})

    def refuse_whole(self, key: Key, refusal: str) -> None:
        """All of a refusal: the rest that no piece said."""
        told = self.refusals.get(key)
        self.refuse(key, refusal if told is None else told.rest(refusal))

    @property
    def differing(self) -> set[Any]:
        """The `output_index` of each message that was finished with another text than was said."""
        told = (*self.parts.items(), *self.refusals.items())
        return {index for (index, _), part in told if part.differs}

    @property
    def silent(self) -> bool:
        """True while there is neither text nor refusal."""
        return not self.parts and not any(told.count() for told in self.refusals.values())

    def cite(self, key: Key, number: int | None, annotation: Json | None) -> None:
        """A citation by its number in the part, the next if it has none; a null is none yet."""
        cited = self.citations.setdefault(key, {})
        place = len(cited) if number is None else number
        if not cited.get(place):
            cited[place] = annotation

    def cited(self, key: Key) -> list[Json]:
        """What was cited of a part, in its order."""
        return [annotation for _, annotation in sorted(self.citations.get(key, {}).items()) if annotation]

    def contents(self) -> dict[Any, list[Json]]:
        """The parts of each message by its index, as far as they are kept: what they cite, and no words."""
        told: dict[Any, list[Json]] = {}
        for key in sorted({*self.parts, *self.refusals, *self.citations}):
            text = {"type": "output_text", "text": "", "annotations": self.cited(key)}
            told.setdefault(key[0], []).append({"type": "refusal", "refusal": ""} if key in self.refusals else text)
        return told

    def close(self) -> None:
        """The answer is over. Raises Contradicted if a retry left out what was said."""
        if any(told.due for told in (*self.parts.values(), *self.refusals.values())):
            raise Contradicted
        self.say_cited()

    def say_cited(self) -> None:
        """All citations in one chunk: the official SDK gathers this extension, but raises on a second list.

        They count from the start of the whole text, which is known when all of it was said (R2C-ANN).
        """
        self.rest()
        told, end = [], 0
        for key in sorted({*self.parts, *self.citations}) if self.citations else ():
            part = self.parts.get(key)
            start = end if part is None else part.start  # one without text stands behind the parts before it
            end = end if part is None else max(end, start + part.count())
            told += annotations_down(self.cited(key), start, None, self.job)
        if told:
            self.chunks.say({"annotations": told})

    def part(self, key: Key, part: Json) -> None:
        """A whole part of a message."""
        if part.get("type") == "refusal":
            self.refuse_whole(key, part.get("refusal") or "")
        elif part.get("type") in ("output_text", "text"):
            self.whole(key, part.get("text") or "", part.get("logprobs") or [])
            for number, annotation in enumerate(part.get("annotations") or ()):
                self.cite(key, number, annotation)

    def begin_again(self) -> None:
        """A retry: what it repeats of what was said is not said twice."""
        self.rest()
        self.citations = {}
        for told in (*self.parts.values(), *self.refusals.values()):
            told.begin_again()


def with_bytes(entry: Json) -> Json:
    """A logprob with the bytes that Chat has: those of the token, null where the token is half a character."""
    tops = [{**top, "bytes": _bytes(top.get("token"))} for top in entry.get("top_logprobs") or ()]
    return {"bytes": _bytes(entry.get("token")), **entry, "top_logprobs": tops}


def _bytes(token: Any) -> list[int] | None:
    if not isinstance(token, str) or "\ufffd" in token:
        return None
    return list(token.encode("utf-8", "surrogatepass"))


CALLS = {"function_call": ("function", "arguments"), "custom_tool_call": ("custom", "input")}
"""Calls that are said in pieces, by type of the item: the type on Chat, and the key of their text in both."""


def begun(item: Json, content: list[Json]) -> Json | None:
    """What stands for an item that no event finished: of calls, those that were announced; None if nothing was said.

    Events announce items with whatever keys the upstream likes; an answer holds items with all that their type needs.
    `content` is what is known of the parts of a message.
    """
    kind = item.get("type") or ""
    if kind in bridges.BY_CALL or (kind in CALLS and not (item.get("name") and item.get("call_id"))):
        return None
    if kind == "message":
        return {"role": "assistant", **item, "content": content}
    if kind not in CALLS:
        return item
    held = {key: value for key, value in item.items() if value is not None}
    return {**held, CALLS[kind][1]: "", "status": "incomplete"}


def speaks(event: Json) -> bool:
    """True for an event of a message."""
    kind: str = event["type"]
    if kind in ITEMS:
        return bool(event["item"].get("type") == "message")
    return (event["part"].get("type") if kind in PARTS else kind.split(".")[1]) in SPOKEN


def parts_of(event: Json) -> list[Json]:
    """The parts of a whole message, as events."""
    index, content = event["output_index"], event["item"].get("content")
    at = {"type": "response.content_part.done", "output_index": index}
    parts = content if isinstance(content, list) else ()
    return [{**at, "content_index": number, "part": part} for number, part in enumerate(parts)]


SPOKEN = ("output_text", "text", "refusal")
"""Types of parts that are text of the answer."""
