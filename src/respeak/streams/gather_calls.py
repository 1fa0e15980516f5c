"""The calls of a Chat stream, and which of them each entry of `tool_calls` belongs to.

Providers leave out the index of a call, or give all calls index 0; some leave out the id, too. So a new id with a name
is a new call, and without ids a name is, once the call before has its own and its arguments, or stands before it in the
same delta (BUG/25, BUG/26). Others make up an id for each piece: a new one without a name goes on with the open call.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from respeak.codes import Code
from respeak.loss import Place, Verdict
from respeak.plan import Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, defaulted, lost

LATE_NAME = lost(Code.TOOL_NAME_CHANGED, BREAKING, "a piece of the name came when the call was known without it")
CHANGED_ID = approximated(
    Code.CALL_ID_CHANGED, DEGRADING, "pieces of the call came under other ids and without a name; the first id stands"
)

LATE_ID = defaulted(Code.CALL_ID_MADE, HARMLESS, "the call's id came when the client was told one that was made")

LEGACY = ""
"""Kind of a call in `function_call`, which has no type."""

KINDS = ("function", "custom", LEGACY)
"""Kinds of calls that every target can say; calls of other types are reported and left out."""

CALL_KEYS = ("index", "id", "type", "function", "custom")
INNER_KEYS = ("name", "arguments", "input")


class GatheredCall:
    """One call: what came of it so far.

    `id` is null until an entry says one, be it empty. `more` and `inner` are keys that nobody knows, of an entry and of
    its function. `named`: the client was told the name, so it stays; `strayed`: another piece of it came all the same;
    `repeats`: it came again as it is. `readdressed`: pieces of it came under another id. `made`: the client was told an
    id before it came.
    """

    __slots__ = (
        "arguments",
        "id",
        "inner",
        "kind",
        "made",
        "more",
        "name",
        "named",
        "readdressed",
        "repeats",
        "strayed",
    )

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.id: str | None = None
        self.name = ""
        self.arguments: list[str] = []
        self.more: Json = {}
        self.inner: Json = {}
        self.named = self.strayed = self.repeats = self.readdressed = self.made = False

    def add(self, entry: Json, inner: Json) -> str:
        """Take what an entry brings; the new piece of arguments. Ids and names that come again are not new."""
        if not self.id and entry.get("id") is not None:
            self.id = entry["id"]
        self._name(inner.get("name"))
        piece: str = inner.get("arguments") or inner.get("input") or ""
        if piece:
            self.arguments.append(piece)
        self.inner.update((key, value) for key, value in inner.items() if key not in INNER_KEYS)
        self.more.update((key, value) for key, value in entry.items() if key not in CALL_KEYS)
        return piece

    def _name(self, name: str | None) -> None:
        """The name, or a piece of it, which counts until the call is known by its name."""
        if not name:
            return
        if name == self.name:
            self.repeats = True
        elif self.named or (self.name and self.arguments):
            self.strayed = True
        else:
            self.name += name

    @property
    def told(self) -> bool:
        """False for what neither named a call nor brought anything of it: that is none."""
        return bool(self.name or self.arguments or any(self.more.values()) or any(self.inner.values()))

    @property
    def nameless(self) -> bool:
        """True for a call that no client could answer, unless more of it comes."""
        return not self.name and self.kind in KINDS

    def text(self) -> str:
        """The arguments, or the input of a custom tool."""
        return "".join(self.arguments)

    @property
    def whole(self) -> bool:
        """True when nothing can follow: the arguments are a JSON object already."""
        last = self.arguments[-1].rstrip() if self.arguments else ""
        if self.kind == "custom" or (last and last[-1] != "}"):
            return False
        text = self.text()
        if not text.rstrip().endswith("}"):
            return False
        try:
            return isinstance(json.loads(text), dict)
        except ValueError:
            return False

    def function(self) -> Json:
        """Name and arguments, as `function` and `function_call` hold them."""
        return {"name": self.name, "arguments": self.text(), **self.inner}

    def ended_by(self, name: str, piece: str) -> bool:
        """True when an entry without an id begins another call: it has a name, and this one has all it needs."""
        if not (name and self.name and self.arguments) or self.id:
            return False
        if name != self.name:
            return True
        return self.whole and (bool(piece) or not self.repeats)

    def over(self, name: str) -> bool:
        """True when an entry of this call's id with a name, at an index of its own, begins another call."""
        if not name or not self.name:
            return False
        return name != self.name or self.whole or (self.kind == "custom" and bool(self.arguments))

    def entry(self) -> Json:
        """The call as a finished message has it."""
        if self.kind == "custom":
            said: Json = {"custom": {"name": self.name, "input": self.text(), **self.inner}}
        else:
            said = {"function": self.function()}
        named = {} if self.id is None else {"id": self.id}
        return {**named, "type": self.kind, **said, **self.more}


class GatheredCalls:
    """The calls of one answer, in their order.

    `by_index` holds the last call of each index, `latest` the call of each entry of the last delta.
    """

    def __init__(self) -> None:
        self.all: list[GatheredCall] = []
        self.latest: list[GatheredCall] = []
        self.legacy: GatheredCall | None = None
        self.by_index: dict[Any, GatheredCall] = {}
        self._by_id: dict[str, GatheredCall] = {}

    def __iter__(self) -> Iterator[GatheredCall]:
        """Every call, the one in `function_call` behind the others."""
        yield from self.all
        if self.legacy is not None:
            yield self.legacy

    def __bool__(self) -> bool:
        """True when the answer calls: what has no name is no call, as in an answer that came whole."""
        return any(call.told and not call.nameless for call in self)

    @property
    def told(self) -> list[GatheredCall]:
        """The entries of the finished message."""
        return [call for call in self.all if call.told]

    def first(self, ended: bool) -> GatheredCall | None:
        """The call that is said where there can be one; None while more of its name may come."""
        told = [self.legacy] if self.legacy is not None and self.legacy.told else self.all
        found = (call for call in told if call.told and call.kind in KINDS and not (ended and call.nameless))
        first = next(found, None)
        return None if first is None or first.nameless else first

    def reports(self, message: Place) -> Iterator[tuple[Verdict, Place]]:
        """What the finished message does not show: pieces of names that came late, ids that changed or came late."""
        for number, call in enumerate(self.told):
            at: Place = ((message, "tool_calls"), number)
            if call.strayed:
                yield LATE_NAME, ((at, "custom" if call.kind == "custom" else "function"), "name")
            if call.readdressed:
                yield CHANGED_ID, (at, "id")
            if call.made and call.id:
                yield LATE_ID, (at, "id")
        if self.legacy is not None and self.legacy.strayed:
            yield LATE_NAME, ((message, "function_call"), "name")

    def of(self, delta: Json) -> Iterator[tuple[GatheredCall, str]]:
        """The calls that a delta speaks of, each as soon as it is gathered, with its new piece of arguments."""
        self.latest = []
        for entry in delta.get("tool_calls") or ():
            yield self.add(entry)
        legacy = delta.get("function_call")
        if legacy:
            self.legacy = self.legacy or GatheredCall(LEGACY)
            yield self.legacy, self.legacy.add({}, legacy)

    def take(self, delta: Json) -> None:
        """Gather the calls of a delta that nobody says piece by piece."""
        for _ in self.of(delta):
            pass

    def add(self, entry: Json) -> tuple[GatheredCall, str]:
        """Take an entry; the call that it belongs to, and its new piece of arguments."""
        kind = entry.get("type") or ("custom" if "custom" in entry else "function")
        inner = entry.get("custom" if kind == "custom" else "function") or {}
        call = self._call(entry, kind, inner)
        self.latest.append(call)
        return call, call.add(entry, inner)

    def _call(self, entry: Json, kind: str, inner: Json) -> GatheredCall:
        """The call of an entry: that of its id, or of its index unless it says that it begins another one."""
        index, given = entry.get("index"), entry.get("id")
        known = self.by_index.get(index) if index is not None else (self.all[-1] if self.all else None)
        if known is not None and inner.get("name") and self._beside(known, given):
            known = None
        elif given:
            known = self._of_id(given, known, index, inner, kind)
        elif known is not None and known.ended_by(inner.get("name") or "", inner.get("arguments") or ""):
            known = None
        if known is None:
            known = GatheredCall(kind)
            self.all.append(known)
        if given:
            self._by_id.setdefault(given, known)
        self.by_index[index] = known
        return known

    def _beside(self, known: GatheredCall, given: str | None) -> bool:
        """True for a call that an entry before in the same list named: calls stand side by side, pieces do not."""
        return bool(known.name) and known in self.latest and not (given and given == known.id)

    def _of_id(self, given: str, known: GatheredCall | None, index: Any, inner: Json, kind: str) -> GatheredCall | None:
        """The call of an id, where `known` is that of the index; None for a new call."""
        same = self._by_id.get(given)
        if same is not None and known is None and same.over(inner.get("name") or ""):
            same = None  # an id that is used twice
        if same is not None and (known is None or known.id):
            return known if index is not None and known is not None and known.id == given else same
        if known is None or not known.id or known.id == given:
            return known
        piece = inner.get("arguments") or inner.get("input")
        if inner.get("name") or not piece or known.whole or known.kind != kind:
            return None
        known.readdressed = True
        return known
