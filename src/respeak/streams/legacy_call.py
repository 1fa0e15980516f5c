"""What was said of the one call of a choice, by the stages of `legacy`, and what of it waits."""

from __future__ import annotations

from typing import Any

from respeak.crossing import bridges
from respeak.plan import Json
from respeak.streams.gather_calls import LEGACY, GatheredCall, GatheredCalls

CALLS = ("tool_calls", "function_call")
ENDS = ("stop", *CALLS)
"""Values of finish_reason after which a call is whole."""


class OneFunction:
    """What was said of one choice: the call and so much of its name, and a text that has to wait until it is whole."""

    def __init__(self) -> None:
        self.by_index: dict[Any, GatheredCall] = {}
        self.call: Any = None
        self.name = ""
        self.held: list[str] | None = None
        self.spoke = ""
        self.arguments = False

    def joined(self, kind: str, piece: str) -> str:
        """A piece of text or of a refusal, which are one text here: apart from the other kind before it."""
        before, self.spoke = self.spoke, kind
        return piece if before in ("", kind) else f"\n\n{piece}"

    def silent(self, finish: Any) -> bool:
        """True when the call ends without arguments: an empty string is no JSON, unless the answer was cut."""
        return self.call is not None and self.held is None and not self.arguments and finish in ENDS

    def begin(self) -> Json:
        """What came of the call before it was known that it is the one; a custom one waits until its input is whole."""
        text, self.name = self.call.text(), self.call.name
        if self.call.kind == "custom":
            self.held = [text]
            return {}
        self.arguments = bool(text)
        said: Json = self.call.function()
        return said if self.call.kind == LEGACY else {"name": self.name, "arguments": text}

    def function(self, legacy: Json) -> Json:
        """More of the call in `function_call`: its name once, however often it comes."""
        said = {key: value for key, value in legacy.items() if key != "name"}
        name, self.name = self.call.name[len(self.name) :], self.call.name
        self.arguments = self.arguments or bool(legacy.get("arguments"))
        return {"name": name, **said} if name else said

    def cut(self, calls: GatheredCalls) -> Json:
        """What waits of the call when an error comes; the arguments of a custom one are not closed then."""
        said: Json = {}
        if self.call is None:
            self.call = calls.first(ended=True)
            said = {} if self.call is None else self.begin()
        if self.held is not None:
            arguments = bridges.custom_arguments("".join(self.held)).removesuffix('"}')
            said, self.held = {"name": self.name, "arguments": arguments}, None
        return said

    def entry(self, entry: Json, said: Json) -> None:
        """More of the call in an entry of tool_calls."""
        name, self.name = self.call.name[len(self.name) :], self.call.name
        if self.held is not None:
            self.held.append((entry.get("custom") or {}).get("input") or "")
            return
        arguments = (entry.get("function") or {}).get("arguments")
        if name:
            said["name"] = name
        if arguments is not None:
            said["arguments"] = said.get("arguments", "") + arguments
        self.arguments = self.arguments or bool(arguments)


class OneTool:
    """What was said of one choice to a client that declared tools, or what waits.

    Nothing of a call is said before its name: `early` are its arguments until then. `index` is that of the entry which
    stands for `function_call`, once it is said: behind those of the upstream's own `tool_calls`, which `entries`
    counts; those that come later stand behind it.
    """

    def __init__(self) -> None:
        self.name = ""
        self.index: int | None = None
        self.entries = 0
        self.arguments = False
        self.early: list[str] = []
        self.held: list[str] | None = None

    def named(self, call: Json) -> Json:
        """A piece of `function_call` with no more of the name than is new; behind arguments nothing is."""
        name = call.get("name") or ""
        if self.arguments or name == self.name:
            name = ""
        self.name += name
        said = {key: value for key, value in call.items() if key != "name"}
        return {"name": name, **said} if name else said

    def beside(self, entry: Json) -> Json:
        """An entry of the upstream's own, at an index that no other call has."""
        index = entry.get("index")
        if index.__class__ is not int:
            self.entries = self.entries or 1
            return entry
        if self.index is not None and index >= self.index:
            index += 1
        self.entries = max(self.entries, index + 1)
        return {**entry, "index": index}
