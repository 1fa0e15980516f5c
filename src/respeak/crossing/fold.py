"""Input items to Chat messages: the grouping algorithm of mapping.md 4.1.

Theory: the transcript is a row of blocks, each a finished message or a `Turn` of the assistant. A turn takes
texts, refusals and calls until something that is not the assistant's comes; outputs find their turn by
`call_id`, wherever they stand. Written out, every turn is one assistant message with its tool messages directly
behind it, then the images that tool messages cannot hold: so nothing ever stands between calls and outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing import bridges
from respeak.crossing.ids import TOOL_NAME_LIMIT
from respeak.crossing.items import ITEM_ID, ITEMS_DOWN, STATUS, UNKNOWN_ITEM, item_type
from respeak.crossing.names import said_name, wire_name
from respeak.crossing.parts import parts_down
from respeak.crossing.turn import Turn
from respeak.loss import Place, Verdict
from respeak.plan import IMPLIED, Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, defaulted, lost, refused
from respeak.walk import Plan, said

MERGED = approximated(
    Code.MESSAGES_MERGED,
    HARMLESS,
    "one assistant turn is one Chat message; the boundary stays as a content part",
)
REORDERED = approximated(
    Code.ORDER_CHANGED,
    HARMLESS,
    "Chat puts a turn's text before its calls, and its calls before their outputs",
)
ORPHAN = refused(
    Code.OUTPUT_WITHOUT_CALL,
    "no call of this call_id comes before the output; send the call too (param: input)",
)
UNANSWERED = defaulted(
    Code.CALL_WITHOUT_OUTPUT,
    BREAKING,
    "the call has no output, which both APIs refuse; an empty one was added",
)
IMAGE_MOVED = approximated(
    Code.ATTACHMENT_MOVED, DEGRADING, "the message it stood in takes text only; it follows in a user message"
)
IMAGE_RESULT = approximated(
    Code.ATTACHMENT_MOVED,
    DEGRADING,
    "assistant messages hold no images; the result follows in a user message",
)
NO_RESULT = lost(Code.HOSTED_CALL_DROPPED, DEGRADING, "the record of an image generation without its result")
TOOLS_HOISTED = approximated(
    Code.TOOLS_HOISTED,
    HARMLESS,
    "Chat declares tools at the top only; they are offered from the first turn on",
)
MCP_REWRITTEN = approximated(
    Code.MCP_CALL_REWRITTEN, DEGRADING, "said as a function call server_label__name and its tool message"
)
BRIDGED = approximated(Code.TOOL_BRIDGED, DEGRADING, "said as a function call; the model was not trained on that shape")
UNBRIDGED = lost(
    Code.HOSTED_CALL_DROPPED, BREAKING, "the client executes this call and bridging is off; it leaves the history"
)
CONFIGURED = approximated(
    Code.CONFIGURATION_APPLIED,
    HARMLESS,
    "applied to the whole request; Chat cannot change settings on the way",
)


class Fold:
    """The items of one request on their way into messages."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rules = job.plans["items"]
        self.texts = job.plans["output_text"].saying
        self.blocks: list[Json | Turn] = []
        self.turn: Turn | None = None
        self.waiting: dict[str, list[Turn]] = {}
        self.unsaid: set[str] = set()
        self.call_of: dict[str, str] = {}
        self.places = job.places

    def read(self, items: list[Json], at: Place) -> list[Json]:
        """All messages of the items."""
        job, rules = self.job, self.rules
        for i, item in enumerate(items):
            rule = rules.get(item.get("type") or item_type(item), UNKNOWN_ITEM)
            if rule.__class__ is Verdict:
                job.found.append((rule, (at, i)))
            else:
                step, shapes = rule
                place = (at, i)
                step(self, shapes[tuple(item)](item, place, job), item, place)
        return self.write()

    # What an item does ------------------------------------------------------------------------------------

    def message(self, message: Json, item: Json, at: Place) -> None:
        """A message of any role; an assistant's joins the open turn."""
        role, content = message["role"], message.get("content")
        if role == "assistant":
            self.say(content, at)
            return
        self.turn = None
        if content.__class__ is list:
            message["content"] = content = self.parts(content, (at, "content"), role)
        if content is not None:
            self.put(message, at)

    def say(self, content: Any, at: Place) -> None:
        """Text of the assistant, into the open turn or a new one."""
        turn = self.turn
        if turn is None:
            turn = self.open_turn(at)
        elif turn.message["content"] is not None or turn.refusals:
            self.job.note(MERGED, at)
        if turn.calls:
            self.job.note(REORDERED, at)
        if content.__class__ is str:
            turn.say({"type": "text", "text": content})
        elif content and len(content) == 1 and content[0].get("type") == "output_text":  # as nearly all are
            [part] = content
            turn.say(self.texts[tuple(part)](part, ((at, "content"), 0), self.job))
        else:
            self.say_parts(content or [], at, turn)

    def say_parts(self, content: list[Json], at: Place, turn: Turn) -> None:
        """Parts of any kind: texts and refusals are said, pictures follow the turn."""
        for part in parts_down(content, (at, "content"), self.job, assistant=True):
            if part["type"] == "refusal":
                turn.refusals += (part["refusal"],)
            elif part["type"] == "text":
                turn.say(part)
            else:
                self.job.note(IMAGE_MOVED, at)
                turn.pictures += (part,)

    def parts(self, content: list[Json], at: Place, role: str) -> list[Json] | str | None:
        """Parts of a user, system or developer message; pictures leave the latter two (table R2C-ITEM)."""
        out = parts_down(content, at, self.job)
        texts = [part for part in out if part["type"] == "text"]
        if role == "user" or len(texts) == len(out):
            return out or ("" if not content else None)
        self.job.note(IMAGE_MOVED, at)
        pictures = [part for part in out if part["type"] != "text"]
        if texts:
            self.put({"role": role, "content": texts}, at)
        self.put({"role": "user", "content": pictures}, at)
        return None

    def call(self, call: Json, item: Json, at: Place) -> None:
        """A function or custom tool call."""
        if "namespace" in item or len(item["name"]) > TOOL_NAME_LIMIT:
            call[call["type"]]["name"] = said_name(item["name"], item.get("namespace"), at, self.job)
        self.add_call(call, at)

    def bridged(self, _: Json, item: Json, at: Place) -> None:
        """A call that the client executes, said as a function call."""
        if not self.job.options.bridge:
            self.job.note(UNBRIDGED, at)
            self.unsaid.add(item["call_id"])
            return
        bridge = bridges.BY_CALL[item["type"]]
        self.call_of[item.get("id") or item["call_id"]] = item["call_id"]
        call = said(self.job.plans["bridged_call"], item, at, self.job)
        self.job.note(BRIDGED, at)
        function = {"name": bridge.name, "arguments": bridge.arguments(item)}
        self.add_call({"type": "function", **call, "function": function}, at)

    def output(self, message: Json, item: Json, at: Place) -> None:
        """The output of a function or custom tool call."""
        content = message.setdefault("content", None)
        if content.__class__ is not list:
            self.answer(item.get("call_id") or self.only_call(item), message, at)
            return
        parts = parts_down(content, (at, "output"), self.job)
        pictures = tuple(part for part in parts if part["type"] != "text")
        texts = [part for part in parts if part["type"] == "text"]
        message["content"] = texts or _placeholder(len(pictures))
        turn = self.answer(item.get("call_id") or self.only_call(item), message, at)
        if turn and pictures:
            self.job.note(IMAGE_MOVED, (at, "output"))
            turn.pictures += pictures

    def bridged_output(self, _: Json, item: Json, at: Place) -> None:
        """The output of a bridged call, as text."""
        bridge = bridges.BY_OUTPUT[item["type"]]
        if bridge.name != "apply_patch" and not STATUS.spares(item.get("status")):
            self.job.note(STATUS, (at, "status"))
        if item.get("call_id") and item.get("id"):
            self.job.note(ITEM_ID, (at, "id"))
        message = {"role": "tool", "content": bridge.text(item)}
        self.answer(self.bridged_call(item), message, at)

    def bridged_call(self, item: Json) -> str | None:
        """The call that a bridged output answers; one without `call_id` says it by its own id (R2C-ITEM)."""
        own: str | None = item.get("id")
        if item.get("call_id") or own in self.waiting or own in self.unsaid:
            return item.get("call_id") or own
        return self.call_of.get(own or "")

    def mcp(self, _: Json, item: Json, at: Place) -> None:
        """An MCP call: call and output in one item."""
        self.job.note(MCP_REWRITTEN, at)
        name = said_name(item["name"], item.get("server_label"), at, self.job)
        call_id = item.get("id") or f"mcp_{len(self.blocks)}"
        function = {"name": name, "arguments": item["arguments"]}
        self.add_call({"id": call_id, "type": "function", "function": function}, at)
        output, error = item.get("output"), item.get("error")
        text = next((given for given in (output, error) if given is not None), "")
        text = text if isinstance(text, str) else bridges.compact(text)
        if output is not None and error is not None:
            self.job.note(
                lost(Code.ERROR_DETAIL_DROPPED, DEGRADING, "the output is sent, not the error"), (at, "error")
            )
        self.answer(call_id, {"role": "tool", "content": text}, at)

    def image(self, _: Json, item: Json, at: Place) -> None:
        """A generated image: its result goes on as a user's picture."""
        result = item.get("result")
        if not result:
            self.job.note(NO_RESULT, at)
            return
        self.job.note(IMAGE_RESULT, at)
        url = f"data:image/{item.get('output_format') or 'png'};base64,{result}"
        self.turn = None
        self.put({"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}, at)

    def hoist(self, _: Json, item: Json, at: Place) -> None:
        """Tools declared on the way, kept for the request's own list."""
        self.job.note(TOOLS_HOISTED, at)
        self.job.memo.setdefault("hoisted", []).append((item.get("tools") or [], (at, "tools")))

    def configure(self, _: Json, item: Json, at: Place) -> None:
        """Settings changed on the way: the last ones hold for the request."""
        self.job.note(CONFIGURED, at)
        self.job.memo.setdefault("configured", []).append((item, at))

    # Turns and blocks -------------------------------------------------------------------------------------

    def open_turn(self, at: Place) -> Turn:
        self.turn = turn = Turn(at)
        self.blocks.append(turn)
        return turn

    def put(self, message: Json, at: Place) -> None:
        if self.places is not None:
            self.places[id(message)] = at
        self.blocks.append(message)

    def add_call(self, call: Json, at: Place) -> None:
        turn, call_id = self.turn or self.open_turn(at), call["id"]
        if turn.outputs:
            self.job.note(REORDERED, at)
        if self.places is not None:
            self.places[id(call)] = at
        turn.calls.append(call)
        turn.open[call_id] = at
        turns = self.waiting.get(call_id)
        if turns is None:
            self.waiting[call_id] = [turn]
        else:
            turns.append(turn)

    def answer(self, call_id: str | None, message: Json, at: Place) -> Turn | None:
        """Put an output behind the call it answers; an output without a call has no honest place."""
        turns = self.waiting.get(call_id or "")
        if not turns:
            self.job.note(UNBRIDGED if call_id in self.unsaid else ORPHAN, at)
            return None
        turn = turns.pop()  # the nearest call, where a client uses one id twice
        if turn not in turns:
            del turn.open[call_id or ""]
        message["tool_call_id"] = call_id or ""
        if self.places is not None:
            self.places[id(message)] = at
        turn.outputs.append(message)
        if not turn.open and turn is self.turn:
            self.turn = None
        return turn

    def only_call(self, item: Json) -> str | None:
        """The one open call of the output's name: it may leave `call_id` out then (4.1 step 8)."""
        name = wire_name(item.get("name") or "", item.get("namespace"))
        calls = [
            call["id"]
            for block in self.blocks
            if isinstance(block, Turn)
            for call in block.calls
            if call["id"] in block.open and name == (call.get("function") or call["custom"])["name"]
        ]
        return calls[0] if len(calls) == 1 else None

    def write(self) -> list[Json]:
        """The blocks as messages, each turn followed by its outputs and their pictures."""
        messages: list[Json] = []
        for block in self.blocks:
            if isinstance(block, Turn):
                self.write_turn(block, messages)
            else:
                messages.append(block)
        return messages

    def write_turn(self, turn: Turn, messages: list[Json]) -> None:
        """One turn: what was said, the outputs of its calls, the pictures that these could not hold."""
        turn.write(messages)
        if turn.open:
            messages += [silence for call_id, at in turn.open.items() for silence in self.silences(call_id, at, turn)]
        if turn.pictures:
            messages.append({"role": "user", "content": list(turn.pictures)})
        if self.places is not None:
            self.places |= {id(written): turn.at for written in (turn.message, *messages[-1:] * bool(turn.pictures))}

    def silences(self, call_id: str, at: Place, turn: Turn) -> list[Json]:
        """The empty outputs of the calls of an id that never got one."""
        count = self.waiting[call_id].count(turn)
        self.job.found += [(UNANSWERED, at)] * count
        return [{"role": "tool", "tool_call_id": call_id, "content": ""} for _ in range(count)]


def _placeholder(count: int) -> str:
    return f"[{count} attachment{'s' if count > 1 else ''}: see the next user message]" if count else ""


_STEPS: dict[str, Callable[[Fold, Json, Json, Place], None]] = {
    "message": Fold.message,
    "tool_call": Fold.call,
    "custom_call": Fold.call,
    "call_output": Fold.output,
    "bridged_call": Fold.bridged,
    "bridged_output": Fold.bridged_output,
    "mcp_call": Fold.mcp,
    "image_call": Fold.image,
    "hoisted_tools": Fold.hoist,
    "configuration": Fold.configure,
}
"""What to do with an item, which gets what its table says, the item itself and its place."""

_OF_STEPS_ALONE = ("bridged_call", "image_call", "hoisted_tools", "configuration")
"""Rules whose steps do everything; keys are theirs to judge."""


def rules(plans: Mapping[str, Plan]) -> dict[str, Any]:
    """What becomes of an item on a route, by type: a step with the shapes of its table, or the verdict on it."""
    free = Plan(otherwise=IMPLIED)
    return {
        kind: (_STEPS[rule], (free if rule in _OF_STEPS_ALONE else plans[rule]).saying)
        if isinstance(rule, str)
        else rule
        for kind, rule in ITEMS_DOWN.items()
    }
