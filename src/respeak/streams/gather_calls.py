"""The calls of a Chat stream, and which of them each entry of `tool_calls` belongs to.

Providers leave out the index of a call, or give all calls index 0; some leave out the id, too. So a new id is a new
call, and without ids a name is, once the call before has its own and its arguments (BUG/25, BUG/26).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import Json
from respeak.verbs import BREAKING, lost

LATE_NAME = lost(Code.TOOL_NAME_CHANGED, BREAKING, "a piece of the name came when the call was known without it")

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
    `repeats`: it came again as it is.
    """

    __slots__ = ("arguments", "id", "inner", "kind", "more", "name", "named", "repeats", "strayed")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.id: str | None = None
        self.name = ""
        self.arguments: list[str] = []
        self.more: Json = {}
        self.inner: Json = {}
        self.named = self.strayed = self.repeats = False

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

    def text(self) -> str:
        """The arguments, or the input of a custom tool."""
        return "".join(self.arguments)

    @property
    def whole(self) -> bool:
        """True when nothing can follow: the arguments are a JSON object already."""
        text = self.text() if self.kind != "custom" else ""
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
        return bool(self.all) or self.legacy is not None

    def late_names(self, message: Place) -> Iterator[Place]:
        """Places of the names, in the finished message, of which a piece came too late."""
        for number, call in enumerate(self.all):
            if call.strayed:
                yield ((((message, "tool_calls"), number), "custom" if call.kind == "custom" else "function"), "name")
        if self.legacy is not None and self.legacy.strayed:
            yield ((message, "function_call"), "name")

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
        if given:
            known = self._of_id(given, known, index, inner)
        elif known is not None and known.ended_by(inner.get("name") or "", inner.get("arguments") or ""):
            known = None
        if known is None:
            known = GatheredCall(kind)
            self.all.append(known)
        if given:
            self._by_id.setdefault(given, known)
        self.by_index[index] = known
        return known

    def _of_id(self, given: str, known: GatheredCall | None, index: Any, inner: Json) -> GatheredCall | None:
        """The call of an id, where `known` is that of the index; None for a new call."""
        same = self._by_id.get(given)
        if same is not None and known is None and inner.get("name") and same.whole:
            same = None  # an id that is used twice: the call that it belonged to has ended
        if same is not None and (known is None or known.id):
            return known if index is not None and known is not None and known.id == given else same
        return None if known is not None and known.id and known.id != given else known
