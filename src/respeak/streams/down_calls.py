"""What has been said of the calls of a Responses answer, each piece once.

What was said stands: a call that is finished as another one, or with another text, is marked, and the stage reports it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from respeak.crossing import bridges
from respeak.crossing.answer_down import special
from respeak.crossing.answer_up import NO_ARGUMENTS
from respeak.crossing.ids import ChatIds
from respeak.crossing.names import called_name
from respeak.loss import Verdict
from respeak.plan import Job, Json
from respeak.streams.chunks import Chunks
from respeak.streams.down_items import CALLS
from respeak.streams.told import IDENTITY, Contradicted, SaidCall, Unusable

TEXTS = tuple(key for _, key in CALLS.values())
"""Keys of a call that hold its text."""


class Calls:
    """The tool calls of one answer: index, id and name once, then pieces of arguments.

    `said` holds each by its `output_index`. `open` holds the functions among them of which a piece was said in chunks
    that have a head: more of it may go the short way. `empty` are whole and have no arguments, which says `{}` unless
    the answer turns out to be cut; `filled` said it. `unsaid` are those of which pieces came that wait. `single`: the
    client knows one call, the first of the answer; as long as one before it may come, which `seen` and those that have
    `begun` tell, a call is `late`.
    """

    def __init__(self, chunks: Chunks, job: Job) -> None:
        self.chunks = chunks
        self.job = job
        self.said: dict[Any, SaidCall] = {}
        self.open: dict[Any, SaidCall] = {}
        self.empty: list[Any] = []
        self.filled: list[Any] = []
        self.unsaid: set[Any] = set()
        self.retried = False
        self.late: dict[Any, Json] = {}
        self.single = False
        self.seen: Callable[[int], bool] = lambda index: True
        self.begun: set[int] = set()
        self.ids = ChatIds()
        self.owner = "0"

    def added(self, index: Any, item: Json) -> None:
        """A call that begins; one without a name or an id waits until it is whole."""
        if not self._is_call(item):
            return
        if index in self.said:
            item = self.said[index].filled(item)
        self.begun.add(index)
        if self._overtakes(index):
            return
        if item["type"] in CALLS and item.get("name") and item.get("call_id"):
            repeated = index in self.said and not self.retried
            self._announce(index, item)
            held = item.get(CALLS[item["type"]][1])
            self.said[index].held = held if isinstance(held, str) and not repeated else ""

    def _is_call(self, item: Json) -> bool:
        """True for a call that the client has to answer."""
        kind = item.get("type")
        return kind in CALLS or (kind in bridges.BY_CALL and not isinstance(special(item, self.job), Verdict))

    def _overtakes(self, index: Any) -> bool:
        """True for a call before which another began or may begin, where only the first one counts."""
        if not self.single or self.said:
            return False
        return any(place in self.begun or not self.seen(place) for place in range(index))

    def _announce(self, index: Any, item: Json) -> None:
        kind, key = CALLS[item["type"]]
        self._entry(index, item, kind, key, {"name": called_name(item), key: ""})

    def _entry(self, index: Any, item: Json, kind: str, key: str, inner: Json) -> None:
        """The first entry of a call, once: a retry must call the same."""
        named = item.get("call_id"), inner["name"]
        call = self.said.get(index)
        if call is not None:
            if call.named != named and self.retried:
                raise Contradicted
            return
        self.fill()
        number = len(self.said)
        call_id, _ = self.ids.take(item.get("call_id") or "", self.owner, number)
        self.chunks.say({"tool_calls": [{"index": number, "id": call_id, "type": kind, kind: inner}]})
        self.said[index] = SaidCall(number, kind, key, named, item)

    def piece(self, index: Any, piece: str) -> None:
        """More of the arguments of a call that was announced."""
        call = self.said.get(index)
        if call is None or not piece or (call.held and call.kind == "custom"):
            self.unsaid |= {index} if piece else set()
            return  # whether deltas repeat what an input began with is known when it is whole
        if call.held and not (piece.lstrip().startswith("{") and _is_object(call.held)):
            self._more(index, call, call.new(call.held))
        call.held = ""
        self._more(index, call, call.new(piece))

    def _more(self, index: Any, call: SaidCall, piece: str) -> None:
        if not piece or not call.key:
            return
        call.add(piece)
        self.chunks.say({"tool_calls": [{"index": call.number, call.kind: {call.key: piece}}]})
        if call.kind == "function" and self.chunks.head:
            self.open[index] = call

    def text(self, index: Any, text: str) -> None:
        """All of the arguments: the rest that no piece said."""
        call = self.said.get(index)
        if call is not None and text:
            self.unsaid.discard(index)
            call.held = ""
            self._more(index, call, call.rest(text))

    def whole(self, index: Any, item: Json) -> None:
        """A finished item: all of its call, if it is one; a call that was announced has to be the same one."""
        kind, call = item.get("type") or "", self.said.get(index)
        self.unsaid.discard(index)
        if call is not None:
            item = call.filled(item)
            call.other = call.other or _is_other(call, item)
        if not self._is_call(item) or (kind in CALLS and not item.get("name")):
            self.begun.discard(index)
        elif self._overtakes(index):
            self.late[index] = item
        elif call is None or call.item["type"] == kind:
            (self._whole_bridged if kind in bridges.BY_CALL else self._whole)(index, item)

    def _whole_bridged(self, index: Any, item: Json) -> None:
        """A call that is said whole, as a function with arguments of our own making."""
        bridge, call = bridges.BY_CALL[item["type"]], self.said.get(index)
        arguments = bridge.arguments(item)
        self._entry(index, item, "function", "", {"name": bridge.name, "arguments": arguments})
        if call is None:
            self.said[index].add(arguments)
        else:
            call.rest(arguments)

    def _whole(self, index: Any, item: Json) -> None:
        """A call that is said in pieces: the rest of it."""
        self._announce(index, item)
        text, call = item[CALLS[item["type"]][1]], self.said[index]
        self.text(index, text or (NO_ARGUMENTS if index in self.filled else ""))
        call.held = ""
        if call.kind == "function" and not text and not call.count() and item.get("status") != "incomplete":
            self.empty.append(index)

    def as_said(self, index: Any, item: Json) -> Json:
        """The finished item, as the client was told it if it was told another call: what was said stands."""
        call, kind = self.said.get(index), item.get("type")
        if call is None:
            return item
        item = call.filled(item)
        if not _is_other(call, item) or not {kind, call.item["type"]} <= CALLS.keys():
            return item
        call.count()
        text = item[CALLS[kind][1]] if kind == call.item["type"] else call.text or NO_ARGUMENTS
        rest = {name: value for name, value in item.items() if name not in (*IDENTITY, *TEXTS)}
        return {**rest, **call.item, CALLS[call.item["type"]][1]: text}

    def fill(self) -> None:
        """Calls that are whole and said no arguments say `{}`, before the next one begins: clients read them then."""
        empty, self.empty = self.empty, []
        for index in empty:
            if not self.said[index].count():
                self.text(index, NO_ARGUMENTS)
                self.filled.append(index)

    def close(self, cut: bool) -> None:
        """The answer is over: what waited for more.

        Raises Contradicted if a retry left out what was said, Unusable if nobody could run what was said.
        """
        single = self.single
        self.say_held()
        for call in self.said.values():
            if call.due:
                raise Contradicted
            if call.unusable and not cut and not (single and call.number):
                raise Unusable
        if not cut:
            self.fill()

    def say_held(self) -> None:
        """No call comes any more: say those that are `late`, and what others began with."""
        late, self.late, self.single = self.late, {}, False
        for index, item in sorted(late.items()):
            self.whole(index, item)
        for index, call in self.said.items():
            self._more(index, call, call.new(call.held))
            call.held = ""

    def begin_again(self) -> None:
        """A retry: what it repeats of what was said is not said twice."""
        self.unsaid = set()
        self.retried, self.begun, self.late = True, set(), {}
        self.open = {}
        for call in self.said.values():
            call.begin_again()


def _is_other(call: SaidCall, item: Json) -> bool:
    """True for an item that is another call than was said, or none; `item` as `filled` gives."""
    if item.get("type") != call.item["type"]:
        return True
    call_id, name = call.named
    if call_id and item.get("call_id") != call_id:
        return True
    return bool(item.get("name")) and called_name(item) != name


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
