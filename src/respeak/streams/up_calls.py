"""The calls of a Chat stream as items of a Responses answer.

A call is said as it comes where the client's item holds the very same text; one that stands for a custom tool or a
bridged one is said when it is whole. Calls stay open until their arguments are whole JSON or the answer ends, so
that interleaved calls are said right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from respeak.crossing import bridges, ids
from respeak.crossing.answer_up import ALWAYS_WHOLE, NO_ARGUMENTS, PREFIX, STATUSLESS, restored
from respeak.crossing.names import declared_tools
from respeak.plan import Job, Json
from respeak.streams import script as events
from respeak.streams.gather_calls import KINDS, LEGACY, GatheredCall
from respeak.streams.gather_chat import GatheredChoice
from respeak.streams.script import Script

STREAMED: Mapping[str, tuple[str, str, Any]] = {
    "function_call": ("arguments", "response.function_call_arguments.delta", events.close_arguments),
    "custom_tool_call": ("input", "response.custom_tool_call_input.delta", events.close_input),
}
"""Calls whose text comes in pieces: where the item holds it, the event of a piece, and what ends it."""


class OpenCall:
    """A call on its way; `at` names its item, and is empty until the item is announced, as is `delta`, its event."""

    __slots__ = ("at", "call_id", "delta", "gathered", "index", "said")

    def __init__(self, gathered: GatheredCall, call_id: str, index: int) -> None:
        self.gathered = gathered
        self.index = index
        self.call_id = call_id
        self.at: Json = {}
        self.delta: Json = {}
        self.said = False


class UpCalls:
    """The calls of one answer. `items` is its output: a call takes its place when it begins, announced or not."""

    def __init__(self, script: Script, items: list[Json], job: Job) -> None:
        self.script = script
        self.items = items
        self.job = job
        self.declared = declared_tools(job)
        self.call_ids = ids.CallIds()
        self.open: dict[GatheredCall, OpenCall] = {}
        self.known: set[GatheredCall] = set()
        self.owner = "0"

    def say(self, call: GatheredCall, piece: str) -> None:
        """More of the arguments of a call that was begun."""
        opened = self.open.get(call)
        if opened is not None and opened.at and piece:
            opened.said = True
            self.script.emit(opened.delta["type"], {**opened.at, "delta": piece})

    def ready(self, call: GatheredCall) -> bool:
        """True when a new call can be begun: its name, and the id before any arguments, may come late."""
        return bool(call.name) and call.kind in KINDS and bool(call.id or call.arguments or call.kind == LEGACY)

    def begin(self, call: GatheredCall) -> None:
        """A new call; those before it that are whole are closed."""
        for other in [other for other in self.open.values() if other.gathered.whole]:
            self.close(other, "completed")
        made = ids.legacy_call_id(self.owner, len(self.items))
        opened = self.open[call] = OpenCall(call, self.call_ids.claim(call.id or made), len(self.items))
        self.items.append({})
        self.known.add(call)
        call.made = not call.id
        if self._streams(call):
            self._announce(opened, self._item(opened, ""))
            self.say(call, call.text())

    def unsaid(self, choice: GatheredChoice) -> list[GatheredCall]:
        """The calls that still wait for their id, and are said at the end; one without a name is never said."""
        return [call for call in choice.calls if call not in self.known and call.kind in KINDS and call.name]

    def finish(self, choice: GatheredChoice, status: str, cut: bool = False) -> None:
        """The end of the answer: every call is closed; only the last item can be incomplete, unless all are cut."""
        for call in self.unsaid(choice):
            self.begin(call)
        for each in sorted(self.open.values(), key=lambda each: each.index):
            last = each.index == len(self.items) - 1
            self.close(each, status if last or cut else "completed")

    def close(self, call: OpenCall, status: str) -> None:
        """The call is whole, or as whole as it will be."""
        del self.open[call.gathered]
        text = call.gathered.text()
        item = self._item(call, text, whole=status == "completed")
        if not call.at:
            self._place(item, call.index)
            item |= _status(item, status)
            events.whole(self.script, item, call.index)
            return
        index = call.index
        final = {"type": item.pop("type"), "id": self.items[index]["id"], **item}
        final |= _status(final, status)
        key, delta, end = STREAMED[final["type"]]
        if final[key] and not call.said:
            self.script.emit(delta, {**call.at, "delta": final[key]})
        end(self.script, final, call.at)
        events.finish(self.script, final, index)
        self.items[index] = final

    def _streams(self, call: GatheredCall) -> bool:
        """True when pieces can be passed on as they are."""
        tool = self.declared.get(call.name)
        return call.kind == "custom" or tool is None or tool.type not in ("custom", *bridges.BRIDGES)

    def _announce(self, call: OpenCall, item: Json) -> None:
        self._place(item, call.index)
        item |= _status(item, "in_progress")
        call.at = {"item_id": item["id"], "output_index": call.index}
        call.gathered.named = True
        call.delta = {"type": STREAMED[item["type"]][1], "sequence_number": 0, **call.at, "delta": ""}
        events.announce(self.script, item, call.index)

    def _place(self, item: Json, index: int) -> None:
        """Put the item into its place of the output, with an id by it."""
        kind, rest = item.pop("type"), dict(item)
        item.clear()
        item |= {"type": kind, "id": ids.item_id(PREFIX[kind], self.owner, index), **rest}
        self.items[index] = item

    def _item(self, call: OpenCall, text: str, whole: bool = False) -> Json:
        """The call in the form in which the client declared the tool; an empty whole one has the arguments {}."""
        gathered = call.gathered
        tool = self.declared.get(gathered.name)
        if gathered.kind == "custom":
            item: Json = {"type": "custom_tool_call", "call_id": call.call_id, "name": gathered.name, "input": text}
        else:
            filled = text or (NO_ARGUMENTS if whole and (tool is None or tool.type != "custom") else "")
            item = {"type": "function_call", "call_id": call.call_id, "name": gathered.name, "arguments": filled}
        return item if tool is None else restored(item, tool, None, self.job)


def _status(item: Json, status: str) -> Json:
    if item["type"] in STATUSLESS:
        return {}
    return {"status": "completed" if item["type"] in ALWAYS_WHOLE else status}
