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
from respeak.crossing.parts import part_down, parts_down
from respeak.crossing.turn import Turn
from respeak.crossing.waiting import ID_CHANGED, Waiting
from respeak.loss import Place, Verdict
from respeak.plan import IMPLIED, Job, Json
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, approximated, defaulted, lost, refused
from respeak.walk import Plan, said

MERGED = approximated(
    Code.MESSAGES_MERGED,
    HARMLESS,
    "one assistant turn is one Chat message; texts stay apart as parts, refusals become one",
)
REORDERED = approximated(
    Code.ORDER_CHANGED,
    HARMLESS,
    "Chat puts a turn's text before its calls, and outputs directly behind the calls",
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
    """The items of one request on their way into messages.

    `results` are the outputs by the `id()` of their call, if somebody asks.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.rules = job.plans["items"]
        self.texts = job.plans["output_text"].saying
        self.blocks: list[Any] = []
        self.messages: list[Json] = []
        self.turn: Turn | None = None
        self.waiting = Waiting(job)
        self.calls = self.waiting.calls
        self.unsaid: set[str] = set()
        self.call_of: dict[str, str] = {}
        self.places = job.places
        self.results: dict[int, Json] | None = None if job.target.say_turns is None else {}

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
        return self.write(items)

    # What an item does ------------------------------------------------------------------------------------

    def message(self, message: Json, item: Json, at: Place) -> None:
        """A message of any role; an assistant's joins the open turn."""
        content = message.get("content")
        if message["role"] != "assistant":
            self.foreign(message, content, at)
            return
        turn = self.turn
        if turn is None:
            self.turn = turn = Turn(at, self.blocks)
        elif turn.content is not None or turn.refusals:
            self.job.note(MERGED, at)
        if turn.calls:
            self.job.note(REORDERED, at)
        if content.__class__ is str:
            turn.say({"type": "text", "text": content}, (at, "content"))
        elif content and len(content) == 1 and content[0].get("type") == "output_text":  # as nearly all are
            [part], place = content, ((at, "content"), 0)
            turn.say(self.texts[tuple(part)](part, place, self.job), place)
        else:
            self.say_parts(content or [], at, turn)

    def foreign(self, message: Json, content: Any, at: Place) -> None:
        """A message that is not the assistant's: it ends the turn."""
        self.turn = None
        if content.__class__ is list:
            message["content"] = content = self.parts(content, (at, "content"), message["role"])
        if content is not None:
            self.put(message, at)

    def say_parts(self, content: list[Json], at: Place, turn: Turn) -> None:
        """Parts of any kind: texts and refusals are said, pictures follow the turn."""
        for i, given in enumerate(content):
            place = ((at, "content"), i)
            part = part_down(given, place, self.job, assistant=True)
            if part is None:
                continue
            if part["type"] == "refusal":
                turn.refusals += ((part["refusal"], place),)
            elif part["type"] == "text":
                turn.say(part, place)
            else:
                self.job.hold(part, place)
                self.job.note(IMAGE_MOVED, at)
                turn.show((part,), at)

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
        """A function or custom tool call, into the open turn or a new one; the item has its name."""
        if "namespace" in item or len(item["name"]) > TOOL_NAME_LIMIT:
            call[call["type"]]["name"] = said_name(item["name"], item.get("namespace"), at, self.job)
        call_id, turn = call["id"], self.turn
        if turn is None:
            self.turn = turn = Turn(at, self.blocks)
        if turn.outputs:
            self.job.note(REORDERED, at)
        if self.places is not None:
            self.places[id(call)] = at
        calls = self.calls.get(call_id)
        if calls is None:
            self.calls[call_id] = [(turn, call, at)]
        else:
            self.waiting.again(calls, (turn, call, at))
        turn.calls.append(call)
        turn.waiting += 1

    def bridged(self, _: Json, item: Json, at: Place) -> None:
        """A call that the client executes, said as a function call."""
        self.call_of[item.get("id") or item["call_id"]] = item["call_id"]
        if not self.job.options.bridge:
            self.job.note(UNBRIDGED, at)
            self.unsaid.add(item["call_id"])
            return
        bridge = bridges.BY_CALL[item["type"]]
        call = said(self.job.plans["bridged_call"], item, at, self.job)
        self.job.note(BRIDGED, at)
        function = {"name": bridge.name, "arguments": bridge.arguments(item)}
        self.call({"type": "function", **call, "function": function}, function, at)

    def output(self, message: Json, item: Json, at: Place) -> None:
        """The output of a function or custom tool call, behind the call; without one it has no honest place."""
        content = message.setdefault("content", None)
        pictures = self.texts_left(message, content, at) if content.__class__ is list else ()
        call_id = item.get("call_id") or self.only_call(item)
        calls = self.calls.get(call_id)
        if not calls:
            self.job.note(UNBRIDGED if call_id in self.unsaid else ORPHAN, at)
            return
        turn, call, _ = calls.pop()  # of the nearest turn, where a client uses one id twice, and of that the first one
        if turn.ids is not None:
            self.waiting.next(calls, call_id, turn)
        message["tool_call_id"] = call["id"]
        if self.places is not None:
            self.places[id(message)] = at
        if self.results is not None:
            self.results[id(call)] = message
        turn.outputs.append(message)
        turn.waiting -= 1
        if turn is self.turn:
            self.turn = turn if turn.waiting else None
        elif self.blocks[-1] is not turn:
            self.job.note(REORDERED, at)
        if pictures:
            self.job.note(IMAGE_MOVED, (at, "output"))
            turn.show(pictures, at)

    def texts_left(self, message: Json, content: list[Json], at: Place) -> tuple[Json, ...]:
        """Leaves a tool message the texts of its parts; the pictures that it cannot hold."""
        parts = parts_down(content, (at, "output"), self.job)
        pictures = tuple(part for part in parts if part["type"] != "text")
        texts = [part for part in parts if part["type"] == "text"]
        message["content"] = texts or placeholder(len(pictures))
        return pictures

    def bridged_output(self, _: Json, item: Json, at: Place) -> None:
        """The output of a bridged call, as text."""
        bridge = bridges.BY_OUTPUT[item["type"]]
        if bridge.name != "apply_patch" and not STATUS.spares(item.get("status")):
            self.job.note(STATUS, (at, "status"))
        if item.get("call_id") and item.get("id"):
            self.job.note(ITEM_ID, (at, "id"))
        message = {"role": "tool", "content": bridge.text(item)}
        self.output(message, {"call_id": self.bridged_call(item)}, at)

    def bridged_call(self, item: Json) -> str | None:
        """The call that a bridged output answers; one without `call_id` says it by its own id (R2C-ITEM)."""
        own: str | None = item.get("id")
        if item.get("call_id") or own in self.calls or own in self.unsaid:
            return item.get("call_id") or own
        return self.call_of.get(own or "")

    def mcp(self, _: Json, item: Json, at: Place) -> None:
        """An MCP call: call and output in one item."""
        self.job.note(MCP_REWRITTEN, at)
        name = said_name(item["name"], item.get("server_label"), at, self.job)
        call_id = self.id_of_mcp(item, at)
        function = {"name": name, "arguments": item["arguments"]}
        self.call({"id": call_id, "type": "function", "function": function}, function, at)
        output, error = item.get("output"), item.get("error")
        text = next((given for given in (output, error) if given is not None), "")
        text = text if isinstance(text, str) else bridges.compact(text)
        if output is not None and error is not None:
            self.job.note(
                lost(Code.ERROR_DETAIL_DROPPED, DEGRADING, "the output is sent, not the error"), (at, "error")
            )
        self.output({"role": "tool", "content": text}, {"call_id": call_id}, at)

    def id_of_mcp(self, item: Json, at: Place) -> str:
        """The id of an MCP call, whose output no other item can bring: it is no other call's."""
        given: str | None = item.get("id")
        call_id = given or "mcp"
        if not given or call_id in self.calls:
            call_id = self.waiting.free(f"{call_id}_{at[1]}")  # type: ignore[index]  # items stand at numbers
            if given:
                self.job.note(ID_CHANGED, (at, "id"))
        return call_id

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

    def put(self, message: Json, at: Place) -> None:
        if self.places is not None:
            self.places[id(message)] = at
        self.blocks.append(message)

    def only_call(self, item: Json) -> str:
        """The one open call of the output's name: it may leave `call_id` out then (4.1 step 8). Empty if none is."""
        return self.waiting.only(wire_name(item.get("name") or "", item.get("namespace")))

    def write(self, items: list[Json]) -> list[Json]:
        """The blocks as messages, each turn followed by its outputs and their pictures."""
        messages, say_turns = self.messages, self.job.target.say_turns
        say = self.say if say_turns is None else say_turns(self.job, messages, items, self.results).say
        missing: dict[int, Place] = {}
        for block in self.blocks:
            if block.__class__ is dict:
                messages.append(block)
                continue
            if block.waiting:
                missing = missing or self.waiting.left()
                self.complete(block, missing)
            say(block)
            if block.pictures:
                shown = {"role": "user", "content": list(block.pictures)}
                self.job.placed(shown, block.shown)
                messages.append(shown)
        return messages

    def say(self, turn: Turn) -> None:
        """A turn as Chat has it: what was said and called, then the outputs."""
        message = turn.message()
        if message is not None:
            self.messages.append(message)
            if self.places is not None:
                self.places[id(message)] = turn.at
                turn.hold(message, self.job)
        self.messages += turn.outputs

    def complete(self, turn: Turn, missing: Mapping[int, Place]) -> None:
        """Empty outputs of the calls that never got one; `missing` are the places of all of those."""
        for call in turn.calls:
            if id(call) in missing:
                self.job.note(UNANSWERED, missing[id(call)])
                turn.outputs.append({"role": "tool", "tool_call_id": call["id"], "content": ""})
                if self.results is not None:
                    self.results[id(call)] = turn.outputs[-1]


def placeholder(count: int) -> str:
    """The text of a result whose pictures all follow in a user message."""
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
