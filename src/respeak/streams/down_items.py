"""What has been said of the items of a Responses answer: text, refusals, citations and calls, each piece once.

Deltas say pieces, `.done` events say the whole: what no piece delivered is sent then. Keys are `output_index` and
`content_index`, never ids, which some services change in every event (BUG/63).
"""

from __future__ import annotations

from typing import Any

from respeak.crossing import bridges
from respeak.crossing.answer_down import special
from respeak.crossing.answer_up import NO_ARGUMENTS
from respeak.crossing.citations import annotations_down
from respeak.crossing.ids import ChatIds
from respeak.crossing.names import wire_name
from respeak.loss import Verdict
from respeak.plan import Job, Json
from respeak.streams.chunks import Chunks

Key = tuple[Any, Any]
"""output_index and content_index."""

NOBODY: Key = (object(), None)
"""No part at all: equal to nothing that an event can name."""


class Speech:
    """The text of all messages as one content, with what cites it; and the refusal. `now` is the part that goes on."""

    def __init__(self, chunks: Chunks, job: Job) -> None:
        self.chunks = chunks
        self.job = job
        self.sent: dict[Key, int] = {}
        self.refused: dict[Key, int] = {}
        self.starts: dict[Key, int] = {}
        self.cited: dict[Key, int] = {}
        self.citations: list[Json] = []
        self.length = 0
        self.speaker: Any = None
        self.muted: set[Any] = set()
        self.now: Key = NOBODY
        self.base = 0

    def text(self, key: Key, text: str, logprobs: list[Json]) -> None:
        """A piece of text; the first of a later message comes behind the separator."""
        if not text or key[0] in self.muted:
            return
        if key != self.now:
            text = self._turn_to(key, text)
        self.length += len(text)
        found = {"content": [with_bytes(entry) for entry in logprobs], "refusal": None} if logprobs else None
        self.chunks.say({"content": text}, found)

    def _turn_to(self, key: Key, text: str) -> str:
        """Another part goes on: its text, behind the separator if it is the first of a later message."""
        self.rest()
        self.now = key
        if key not in self.starts:
            separator = self.job.options.separator if self.length and key[0] != self.speaker else ""
            self.speaker = key[0]
            self.length += len(separator)
            self.starts[key] = self.length
            text, self.length = separator + text, self.length - len(separator)
            self.base = self.starts[key]
        else:
            self.base = self.length - self.sent[key]
        return text

    def rest(self) -> None:
        """No part goes on for now."""
        if self.now is not NOBODY:
            self.sent[self.now] = self.length - self.base
        self.now = NOBODY

    def mute(self, index: Any) -> None:
        """The message says nothing until it is known to be the answer."""
        self.muted.add(index)
        self.rest()

    def whole(self, key: Key, text: str, logprobs: list[Json]) -> None:
        """All of a text: the rest that no piece said."""
        sent = self.length - self.base if key == self.now else self.sent.get(key, 0)
        self.text(key, text[sent:], [] if sent else logprobs)

    def refuse(self, key: Key, piece: str) -> None:
        """A piece of a refusal."""
        if piece and key[0] not in self.muted:
            self.refused[key] = self.refused.get(key, 0) + len(piece)
            self.chunks.say({"refusal": piece})

    def refuse_whole(self, key: Key, refusal: str) -> None:
        """All of a refusal: the rest that no piece said."""
        self.refuse(key, refusal[self.refused.get(key, 0) :])

    def cite(self, key: Key, annotations: list[Json]) -> None:
        """Citations, at their places of the whole text; those of files have no form."""
        if key[0] in self.muted:
            return
        self.cited[key] = self.cited.get(key, 0) + len(annotations)
        self.citations += annotations_down(annotations, self.starts.get(key, self.length), None, self.job)

    def tell_citations(self) -> None:
        """All citations in one chunk: the official SDK gathers this extension, but raises on a second list."""
        if self.citations:
            self.chunks.say({"annotations": self.citations})

    def part(self, key: Key, part: Json) -> None:
        """A whole part of a message."""
        if part.get("type") == "refusal":
            self.refuse_whole(key, part.get("refusal") or "")
        elif part.get("type") in ("output_text", "text"):
            self.whole(key, part.get("text") or "", part.get("logprobs") or [])
            self.cite(key, (part.get("annotations") or [])[self.cited.get(key, 0) :])


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


def begun(item: Json) -> Json | None:
    """What stands for an item that no event finished: of calls, those that were announced; None if nothing was said.

    Events announce items with whatever keys the upstream likes; an answer holds items with all that their type needs.
    """
    kind = item.get("type") or ""
    if kind in bridges.BY_CALL or (kind in CALLS and not item.get("name")):
        return None
    if kind == "message":
        return {**item, "content": []}
    if kind not in CALLS:
        return item
    held = {key: value for key, value in item.items() if value is not None}
    return {"call_id": "", **held, CALLS[kind][1]: "", "status": "incomplete"}


class SaidCall:
    """A call that was announced: its index and type on Chat, the key of its text, and how much of it was sent."""

    __slots__ = ("key", "kind", "number", "sent")

    def __init__(self, number: int, kind: str, key: str, sent: int) -> None:
        self.number = number
        self.kind = kind
        self.key = key
        self.sent = sent


class Calls:
    """The tool calls of one answer: index, id and name once, then pieces of arguments.

    `said` holds each by its `output_index`; None for a bridged call, which is said whole. `open` holds the functions
    among them of which a piece was said in chunks that have a head: more of it may go the short way.
    """

    def __init__(self, chunks: Chunks, job: Job) -> None:
        self.chunks = chunks
        self.job = job
        self.said: dict[Any, SaidCall | None] = {}
        self.open: dict[Any, SaidCall] = {}
        self.ids = ChatIds()
        self.owner = "0"

    def announce(self, index: Any, item: Json) -> None:
        """A call that begins, with what its item holds already; one without a name waits until it is whole."""
        if index in self.said or not item.get("name"):
            return
        kind, key = CALLS[item["type"]]
        held = item.get(key)
        given = held if isinstance(held, str) else ""
        self._entry(item, kind, {"name": wire_name(item["name"], item.get("namespace")), key: given})
        self.said[index] = SaidCall(len(self.said), kind, key, len(given))

    def _entry(self, item: Json, kind: str, inner: Json) -> None:
        number = len(self.said)
        call_id, _ = self.ids.take(item.get("call_id") or "", self.owner, number)
        self.chunks.say({"tool_calls": [{"index": number, "id": call_id, "type": kind, kind: inner}]})

    def piece(self, index: Any, piece: str) -> None:
        """More of the arguments of a call that was announced."""
        call = self.said.get(index)
        if call is None or not piece:
            return
        call.sent += len(piece)
        self.chunks.say({"tool_calls": [{"index": call.number, call.kind: {call.key: piece}}]})
        if call.kind == "function" and self.chunks.head:
            self.open[index] = call

    def text(self, index: Any, text: str) -> None:
        """All of the arguments: the rest that no piece said."""
        call = self.said.get(index)
        if call is not None:
            self.piece(index, text[call.sent :])

    def whole(self, index: Any, item: Json) -> None:
        """The finished item of a call; one without arguments sends {} unless it was cut."""
        kind = item.get("type") or ""
        if kind in CALLS:
            self.announce(index, item)
            text = item[CALLS[kind][1]]
            empty = kind == "function_call" and not text and item.get("status") != "incomplete"
            self.text(index, NO_ARGUMENTS if empty else text)
        elif kind in bridges.BY_CALL and not isinstance(special(item, self.job), Verdict) and index not in self.said:
            bridge = bridges.BY_CALL[kind]
            self._entry(item, "function", {"name": bridge.name, "arguments": bridge.arguments(item)})
            self.said[index] = None
