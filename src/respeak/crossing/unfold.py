"""Chat messages to input items: mapping.md 4.2, the inverse of `fold.py`.

An assistant message becomes at most one message item and then one item per call, in order. Tool messages do not
say which kind of call they answer: the call does. Chat pairs by adjacency, Responses by `call_id` over the whole
input, so ids are made unique and fit (1 to 64 characters), the same for call and output.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

from respeak.codes import Code
from respeak.crossing import extensions
from respeak.crossing.fold import ORPHAN, UNANSWERED
from respeak.crossing.ids import CallIds
from respeak.crossing.items import PHASE_WITHOUT_TEXT, UNKNOWN_CALL, call_table, id_of
from respeak.crossing.parts import parts_up
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.verbs import DEGRADING, HARMLESS, approximated, defaulted, lost
from respeak.walk import walk

ID_CHANGED = approximated(
    Code.CALL_ID_CHANGED,
    HARMLESS,
    "Responses takes call ids of 1 to 64 characters, each once; call and output agree",
)
INFERRED = defaulted(Code.PHASE_INFERRED, HARMLESS, "Chat does not say phase; inferred from the presence of calls")

MISPLACED = lost(Code.UNKNOWN_FIELD_DROPPED, DEGRADING, "only an assistant calls tools and refuses; removed", ("",))
_OF_ASSISTANTS = ("tool_calls", "function_call", "refusal")

OUTPUT_TYPE = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}


Called: TypeAlias = tuple[Json, Place]
"""An item that calls, and where it came from."""


class Unfold:
    """The messages of one request on their way into items.

    `pending` are the calls that wait for an output, by the id that Chat has; `silent` will never get one. `unsaid`
    counts the calls of an unknown type by their ids, each until its output comes.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.plans = job.plans
        self.messages = job.plans["message"].walking
        self.extended = extensions.taken(job)
        self.inferring = job.options.infer_phase and not job.memo["foreign_model"]
        self.items: list[Json] = []
        self.ids = CallIds()
        self.pending: dict[str, list[Called]] = {}
        self.silent: list[Called] = []
        self.unsaid: Counter[str] = Counter()
        self.legacy: list[Called] = []
        self.places = job.places

    def read(self, messages: list[Json], at: Place) -> list[Json]:
        """All items of the messages."""
        for i, message in enumerate(messages):
            _STEPS[message["role"]](self, message, (at, i))
        return self.answered()

    def plain(self, message: Json, at: Place) -> None:
        """A system, developer or user message."""
        item: Json = {"role": message["role"]}
        self.messages[tuple(message)](message, item, at, self.job)
        if not message.keys().isdisjoint(_OF_ASSISTANTS):
            self.misplaced(message, at)
        content = message.get("content")
        if isinstance(content, list):
            parts = parts_up(content, (at, "content"), self.job)
            if content and not parts:
                return  # each part is judged already
            content = parts
        item["content"] = content or ""
        self.put(item, at)

    def misplaced(self, message: Json, at: Place) -> None:
        """Report what only an assistant can say."""
        for name in _OF_ASSISTANTS:
            if not MISPLACED.spares(message.get(name)):
                self.job.note(MISPLACED, (at, name))

    def assistant(self, message: Json, at: Place) -> None:
        """The text of a turn, then its calls."""
        item: Json = {"role": "assistant"}
        self.messages[tuple(message)](message, item, at, self.job)
        if self.extended and message.get("reasoning_details"):
            for thought in extensions.reasoning_items(
                message["reasoning_details"], (at, "reasoning_details"), self.job
            ):
                self.put(thought, at)
        content = self.spoken(message, at)
        if content:
            item["content"] = content
            if self.inferring and "phase" not in item:
                self.infer(message, item, at)
            self.put(item if content.__class__ is str else {"type": "message", **item}, at)
        elif "phase" in item:
            self.job.note(PHASE_WITHOUT_TEXT, (at, "phase"))
        if message.get("tool_calls"):
            self.calls(message["tool_calls"], (at, "tool_calls"))
        if message.get("function_call"):
            self.legacy_call(message["function_call"], (at, "function_call"))

    def infer(self, message: Json, item: Json, at: Place) -> None:
        """The phase of an unmarked turn, which the caller asked for."""
        self.job.note(INFERRED, at)
        item["phase"] = "commentary" if message.get("tool_calls") or message.get("function_call") else "final_answer"

    def spoken(self, message: Json, at: Place) -> str | list[Json] | None:
        """Text and refusal of an assistant message; empty text is none."""
        content, refusal = message.get("content"), message.get("refusal")
        if content.__class__ is list:
            parts = parts_up(content, (at, "content"), self.job, assistant=True)
        elif not refusal:
            return content or None
        else:
            parts = [self.part(_output_text(content), (at, "content"))] if content else []
        if refusal:
            return [*parts, self.part({"type": "refusal", "refusal": refusal}, (at, "refusal"))]
        if len(parts) == 1 and "text" in parts[0]:
            text: str = parts[0]["text"]
            return text or None
        return parts

    def part(self, part: Json, at: Place) -> Json:
        """A part made of a field of its own."""
        self.job.hold(part, at)
        return part

    def calls(self, calls: list[Json], at: Place) -> None:
        """The entries of `tool_calls`. Chat pairs by adjacency: outputs of an id used again belong to this turn."""
        for call in calls if self.pending else ():
            self.silent += self.pending.pop(id_of(call), ())
        for call in calls if self.unsaid else ():
            self.unsaid.pop(id_of(call), None)
        for j, call in enumerate(calls):
            self.call(call, (at, j))

    def call(self, call: Json, at: Place) -> None:
        """One entry of `tool_calls`."""
        table = call_table(call)
        if table is None:
            self.job.note(UNKNOWN_CALL, at)
            self.unsaid[id_of(call)] += 1
            return
        item = self.plans[table].saying[tuple(call)](call, at, self.job)
        given = id_of(call)
        claimed = self.ids.claim(given or _from_place(at))
        if claimed != given:
            item["call_id"] = claimed
            self.job.note(ID_CHANGED, (at, "id"))
        self.put(item, at)
        self.pending.setdefault(given, []).append((item, at))

    def legacy_call(self, call: Json, at: Place) -> None:
        """A `function_call`, which has no id: it gets one from its position."""
        item: Json = {"type": "function_call", "call_id": self.ids.claim(_from_place(at))}
        walk(self.plans["legacy_call"], call, item, at, self.job)
        self.put(item, at)
        self.legacy.append((item, at))

    def tool(self, message: Json, at: Place) -> None:
        """A tool message: the output of the call that bears its id."""
        given = message.get("tool_call_id") or ""
        calls = self.pending.get(given)
        if not calls:
            self.unpaired(given, at)
            return
        call, _ = calls.pop(0)
        if not calls:
            del self.pending[given]
        self.output(call, message, at)

    def unpaired(self, given: str, at: Place) -> None:
        """Report an output without a call, or that of a call which could not be said."""
        known = self.unsaid[given] > 0
        self.job.note(UNKNOWN_CALL if known else ORPHAN, at)
        self.unsaid[given] -= known

    def function(self, message: Json, at: Place) -> None:
        """A function message: the output of the nearest earlier `function_call` of its name."""
        for called in reversed(self.legacy):
            if called[0]["name"] == message.get("name"):
                self.legacy.remove(called)
                self.output(called[0], message, at)
                return
        self.job.note(ORPHAN, at)

    def output(self, call: Json, message: Json, at: Place) -> None:
        item: Json = {"type": OUTPUT_TYPE[call["type"]], "call_id": call["call_id"]}
        content = message.get("content")
        table = "call_output" if message["role"] == "tool" else "legacy_output"
        self.plans[table].walking[tuple(message)](message, item, at, self.job)
        if content.__class__ is list:
            content = parts_up(content, (at, "content"), self.job)
        item["output"] = content or ""
        self.put(item, at)

    def put(self, item: Json, at: Place) -> None:
        if self.places is not None:
            self.places[id(item)] = at
        self.items.append(item)

    def answered(self) -> list[Json]:
        """The items, with an empty output behind each turn whose calls never got one."""
        silent = [called for calls in self.pending.values() for called in calls] + self.silent + self.legacy
        if not silent:
            return self.items
        missing = {id(call): at for call, at in silent}
        out: list[Json] = []
        due: list[Json] = []
        for item in self.items:
            if due and item["type" if "type" in item else "role"] not in OUTPUT_TYPE:
                out, due = out + due, []
            out.append(item)
            if id(item) in missing:
                self.job.note(UNANSWERED, missing[id(item)])
                empty = {"type": OUTPUT_TYPE[item["type"]], "call_id": item["call_id"], "output": ""}
                self.job.placed(empty, missing[id(item)])
                due.append(empty)
        return out + due


def _output_text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": []}


def _from_place(at: Place) -> str:
    """A call id made from the position in the transcript: deterministic, so prompt caches survive."""
    positions: list[str] = []
    while at is not None:
        at, key = at
        if isinstance(key, int):
            positions.append(str(key))
    return "call_" + "_".join(reversed(positions))


_STEPS: dict[str, Callable[[Unfold, Json, Place], None]] = {
    "system": Unfold.plain,
    "developer": Unfold.plain,
    "user": Unfold.plain,
    "assistant": Unfold.assistant,
    "tool": Unfold.tool,
    "function": Unfold.function,
}
