"""The calls of a transcript that have no output yet, on the way to Chat.

Clients use one id for several calls: in other turns, which Chat allows, or in one, where it pairs calls and outputs by
their ids. An output answers a call of the nearest turn that has one of its id, and of that turn the first one.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

from respeak.codes import Code
from respeak.crossing.turn import Turn
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.verbs import HARMLESS, approximated

ID_CHANGED = approximated(
    Code.CALL_ID_CHANGED, HARMLESS, "Chat takes each call id once in a turn; call and output agree"
)

Called: TypeAlias = tuple[Turn, Json, Place]
"""A call, the turn that made it and where it came from."""


class Waiting:
    """The `calls` by the `call_id` of their items, one of each turn; `queued` are those behind it in the same turn."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.calls: dict[str, list[Called]] = {}
        self.queued: dict[tuple[str, int], deque[Called]] = {}

    def again(self, calls: list[Called], called: Called) -> None:
        """A call with the id of earlier ones: another one, if its turn has that already."""
        turn, call, at = called
        given: str = call["id"]
        if turn.ids is None:
            turn.ids = set()
        turn.ids.update(earlier["id"] for earlier in turn.calls[len(turn.ids) :])
        if given in turn.ids and self.job.target.say_turns is None:
            call["id"] = self.free(f"{given}_{len(turn.calls)}")
            self.calls[call["id"]] = []
            self.job.note(ID_CHANGED, (at, "call_id"))
        if calls and calls[-1][0] is turn:
            self.queued.setdefault((given, id(turn)), deque()).append(called)
        else:
            calls.append(called)

    def free(self, identifier: str) -> str:
        """An id that no call has."""
        while identifier in self.calls:
            identifier += "_"
        return identifier

    def next(self, calls: list[Called], call_id: str, turn: Turn) -> None:
        """The first call of a turn was answered: the next one of its id waits."""
        queue = self.queued.get((call_id, id(turn)))
        if queue:
            calls.append(queue.popleft())

    def only(self, name: str) -> str:
        """The id of the one call of this name that waits; empty if none is, or several are."""
        calls = [(given, call) for given, called in self.calls.items() for _, call, _ in called]
        calls += [(given, call) for (given, _), called in self.queued.items() for _, call, _ in called]
        found = [given for given, call in calls if name and name == (call.get("function") or call["custom"])["name"]]
        return found[0] if len(found) == 1 else ""

    def left(self) -> dict[int, Place]:
        """Where the calls came from that never got an output, by their `id()`."""
        return {id(call): at for called in (*self.calls.values(), *self.queued.values()) for _, call, at in called}
