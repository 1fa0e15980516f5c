"""Calls of a Chat upstream that begins its answer anew in mid-stream: what was said of them is not said twice.

As of a Responses upstream (`told.py`) what was said stands: the second attempt must make the same calls in the same
order, with arguments that begin alike; its ids may be others, the first stand (BUG/33, BUG/76).
"""

from __future__ import annotations

from respeak.plan import Json
from respeak.streams.gather_calls import GatheredCall, GatheredCalls
from respeak.streams.told import Contradicted


class RetriedCall:
    """A call of the first attempt: the arguments that it said, and how much of them the second one repeated."""

    __slots__ = ("call", "due", "repeated", "said")

    def __init__(self, call: GatheredCall) -> None:
        self.call = call
        self.said = call.text()
        self.repeated = 0
        self.due = call.told

    def rest(self, again: GatheredCall, piece: str) -> tuple[str, str]:
        """What of the name and of a piece of arguments was not said before. Raises Contradicted if they differ."""
        name = self._name(again)
        rest = piece[len(self.said) - self.repeated :]
        head = piece[: len(piece) - len(rest)]
        if again.kind != self.call.kind or not self.said.startswith(head, self.repeated):
            raise Contradicted
        self.repeated += len(head)
        self.due = self.repeated < len(self.said) or again.name + name != self.call.name + name
        return name, rest

    def _name(self, again: GatheredCall) -> str:
        """More of the name, as long as nothing but a beginning of it was said."""
        said, known = self.call.name, self.call.named or bool(self.said)
        begins = again.name.startswith(said) and not (known and again.name != said)
        if not begins and (again.arguments or not said.startswith(again.name)):
            raise Contradicted
        return again.name[len(said) :]


class RetriedCalls:
    """The calls of a second attempt, beside `first`, those that the client was told."""

    def __init__(self, first: GatheredCalls) -> None:
        self.first = first
        self.again = GatheredCalls()
        self.told = [RetriedCall(call) for call in first.all]
        self.legacy = None if first.legacy is None else RetriedCall(first.legacy)

    @property
    def due(self) -> bool:
        """True while the second attempt has not repeated all that was said."""
        return any(call.due for call in (*self.told, self.legacy) if call is not None)

    def unsaid(self, delta: Json) -> Json:
        """The delta without what was said of calls. Raises Contradicted if it says something else."""
        out = {key: value for key, value in delta.items() if key not in ("tool_calls", "function_call")}
        entries, legacy = delta.get("tool_calls") or [], delta.get("function_call")
        found = list(self.again.of(delta))
        told = [self._entry(*pair, entry) for pair, entry in zip(found, entries, strict=False)]
        out |= {"tool_calls": [entry for entry in told if entry]} if any(told) else {}
        if legacy:
            said = legacy if self.legacy is None else _inner(legacy, *self.legacy.rest(*found[-1]))
            out |= {"function_call": said} if said else {}
        return out

    def _entry(self, again: GatheredCall, piece: str, entry: Json) -> Json:
        """What an entry says beyond the first attempt, as more of the call that it began; empty for nothing."""
        number = self.again.all.index(again)
        if number >= len(self.told):
            return entry
        told = self.told[number]
        inner = _inner(entry.get(told.call.kind) or {}, *told.rest(again, piece))
        out = {key: value for key, value in entry.items() if key not in ("index", "type", "function", "custom")}
        if told.call.id:
            out.pop("id", None)
        out |= {told.call.kind: inner} if inner else {}
        return {**self._address(told.call), **out} if out else {}

    def _address(self, call: GatheredCall) -> Json:
        """The index of a call; one that another call took since cannot be said to go on."""
        for index, known in self.first.by_index.items():
            if known is call:
                return {} if index is None else {"index": index}
        raise Contradicted


def _inner(inner: Json, name: str, rest: str) -> Json:
    """What a function says of itself with no more than this of its name and its arguments."""
    out = {key: value for key, value in inner.items() if key not in ("name", "arguments", "input")}
    out |= {"name": name} if name else {}
    return out | ({"input" if inner.get("input") else "arguments": rest} if rest else {})
