"""Responses events to chunks (streaming.md section 3).

`ON` lists what each event makes; all other known events say nothing that a Chat client could read. How the answer
ended is taken from the finished answer, translated as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing.answer_down import head, structured
from respeak.crossing.answer_up import FILLED
from respeak.crossing.errors import ERROR_KEYS, FAILED
from respeak.crossing.output_text import text_apart
from respeak.plan import UNKNOWN, Job, Json
from respeak.streams.chunks import CHOICE, Chunks
from respeak.streams.down_calls import Calls
from respeak.streams.down_failed import break_off, error_of_event, error_of_response
from respeak.streams.down_items import Speech, begun, parts_of, speaks
from respeak.streams.final import DIFFERS, GONE, OTHER, Finished, ended
from respeak.streams.legacy import AsFunction
from respeak.streams.places import DONE, ITEMS, Places
from respeak.streams.settle import CONTRADICTED, CUT, CUT_MESSAGE, UNFINISHED, UNKNOWN_EVENT, Settle
from respeak.streams.told import Contradicted, filled
from respeak.streams.words import KEYS, SILENT
from respeak.verbs import BREAKING, lost


class Down:
    """The stage: `feed` it events, `close` it at the end of the stream.

    `pattern` and `functions` say how pieces look behind all stages of the route, for the short way (`quick.py`);
    `mute` that the client knows text only.
    """

    pattern = CHOICE
    functions = False
    mute = False

    def __init__(self, job: Job, settle: Settle) -> None:
        self.job = job
        self.settle = settle
        asked = job.request
        self.chunks = Chunks(asked is None or bool((asked.get("stream_options") or {}).get("include_usage")))
        self.speech = Speech(self.chunks, job)
        self.calls = Calls(self.chunks, job)
        self.response: Json = {}
        self.final_only = job.options.final_only or structured({}, asked)
        self.unknown: set[str] = set()
        self.clear()

    def clear(self) -> None:
        """No item is known. Of the messages one is `talking`, others are `waiting`, commentary is `muted`."""
        self.places = Places()
        self.items: dict[int, Json] = {}
        self.unfinished: set[int] = set()
        self.talking: int | None = None
        self.waiting: dict[int, list[Json]] = {}
        self.muted: dict[int, list[Json]] = {}

    def shorten(self, behind: AsFunction) -> None:
        """Say pieces as they would come out of the stage behind: what is noted of them there is noted here, too."""
        self.functions, self.pattern, self.mute = True, behind.pattern, behind.plain
        self.calls.single, self.calls.seen = True, self.seen

    def feed(self, event: Json) -> list[Json]:
        """The chunks that an event makes."""
        if self.chunks.ended:
            return []
        kind = event.get("type") or "error"
        for key in event.keys() - KEYS:
            self.note(f"{kind} {key}", UNKNOWN.saying(f'events of type "{kind}" have no documented key "{key}"'))
        try:
            self.hear(kind, event)
        except Contradicted as told:
            self.settle.note(CONTRADICTED.saying(told.why))
            self.settle(self.partial())
            self.chunks.fail(told.message, "server_error")
        return self.take()

    def hear(self, kind: str, event: Json) -> None:
        """Say what an event brings; one of an item may have to wait."""
        if kind in OF_ITEMS:
            self.of_item(self.places.placed(event))
        elif kind in OF_ANSWER:
            OF_ANSWER[kind](self, event)
        elif kind not in SILENT:
            self.note(kind, UNKNOWN_EVENT.saying(f'no documentation has events of type "{kind}"'))

    def take(self) -> list[Json]:
        """The chunks since the last time, unless they wait for a response that says whose they are."""
        if self.chunks.ended:
            self.speech.rest()
            self.calls.open = {}
            if not self.chunks.head:
                self.begin({})
        return self.chunks.take() if self.chunks.head or self.chunks.ended else []

    def note(self, what: str, verdict: Any) -> None:
        """A loss of the stream, once."""
        if what not in self.unknown:
            self.unknown.add(what)
            self.settle.note(verdict)

    def close(self, why: str = CUT_MESSAGE) -> list[Json]:
        """The end of the stream: a failure if no event said that the answer was over."""
        if not self.chunks.ended:
            self.settle.note(CUT)
            break_off(self)
            self.chunks.fail(why, "server_error")
        return self.take()

    # The beginning and the end ------------------------------------------------------------------------------------

    def created(self, event: Json) -> None:
        """Fixes what every chunk repeats. A second one is a retry of the upstream's: the client gets one answer.

        What was said stands, so the retry must repeat it; the stream fails if it says something else (BUG/76).
        """
        if self.chunks.head:
            self.clear()
            self.speech.begin_again()
            self.calls.begin_again()
        if not self.chunks.begun or not self.chunks.head:
            self.begin(event)

    def begin(self, event: Json) -> None:
        """The head of all chunks, from the first response that an event holds."""
        self.response = event.get("response") or {}
        named = head(self.response, self.job)
        self.chunks.name(named["id"], named["created"], named["model"])
        self.calls.owner = str(self.response.get("id") or "0")
        self.final_only = self.final_only or structured(self.response, self.job.request)

    def finished(self, event: Json) -> None:
        """The terminal event: what is still unsaid, the finish and the usage."""
        if not self.chunks.head:
            self.begin(event)
        while self.waiting:
            self.next_message()
        response = dict(ended(event["type"], event.get("response") or {}))
        if response["status"] in FAILED:
            return self.failed({"response": response})
        whole = self.whole(response)
        answer = self.settle(response)
        refused = self.settle.refused
        if refused is not None:
            return self.chunks.fail(refused.message, "invalid_request_error", refused.path, refused.code.value)
        self.reconcile(whole)
        self.rest(response, whole)
        message = answer["choices"][0]["message"]
        extension = {name: message[name] for name in ("phase", "reasoning_details") if name in message}
        if extension:  # known only now: a second message would have made the phase ambiguous
            self.chunks.say(extension)
        self.chunks.finish(answer)

    def whole(self, response: Json) -> Finished:
        """What the response was finished with; its `output` is that, as the client was told it."""
        whole = Finished(response.get("output") or [], self.items, self.places, self.unfinished)
        said = [self.calls.as_said(*pair) for pair in zip(whole.indexes, whole.items, strict=False)]
        response["output"] = said or self.outputs()
        return whole

    def rest(self, response: Json, whole: Finished) -> None:
        """Say what no event said: commentary that stands alone, text outside of items (`output_text`), citations."""
        self.unmute(response["output"])
        if self.speech.silent:
            self.speech.whole((-1, 0), text_apart(response), [])
        cut = response["status"] == "incomplete"
        self.differing(whole)
        self.calls.close(cut)
        for index in self.calls.filled if cut else ():
            self.settle.note(FILLED, whole.at(index))
        self.speech.close()

    def unmute(self, output: list[Json]) -> None:
        """Say what turned out to be no commentary, and commentary that stands alone."""
        messages = [item for item in output if item.get("type") == "message"]
        alone = all(item.get("phase") == "commentary" for item in messages)
        for index in sorted(self.muted):
            if alone or self.items[index].get("phase") != "commentary":
                for event in self.muted.pop(index):
                    self.tell(event)

    def differing(self, whole: Finished) -> None:
        """Report each item that was finished otherwise than its pieces said."""
        found: dict[int, Any] = dict.fromkeys(self.speech.differing, DIFFERS)
        for index, call in self.calls.said.items():
            if call.other or call.differs:
                found[index] = OTHER if call.other else DIFFERS
        said = {index for index, _ in (*self.speech.parts, *self.speech.refusals)} | self.calls.said.keys()
        found |= dict.fromkeys((index for index in said & self.items.keys() if index not in whole.told), GONE)
        for index in sorted(found):
            self.settle.note(found[index], whole.at(index))

    def reconcile(self, whole: Finished) -> None:
        """Say what the finished answer has and no `output_item.done` said, and mark what it says otherwise."""
        for index, item in zip(whole.indexes, whole.items, strict=False):
            if index in self.unfinished or self.items.get(index) != item:
                self.tell({"type": DONE, "output_index": index, "item": item})

    def failed(self, event: Json) -> None:
        """A failed response: an error frame, on which the client's SDK raises."""
        self.fail(error_of_response(self, dict(event.get("response") or {})))

    def error(self, event: Json) -> None:
        """An `error` event."""
        self.fail(error_of_event(self, event))

    def fail(self, error: Json) -> None:
        """The error frame of an error body."""
        message, kind, param, code = (error.pop(key) for key in ERROR_KEYS)
        self.chunks.fail(message, kind, param, code, **error)

    def partial(self) -> Json:
        """The answer so far, as if it had been cut."""
        reason = {"reason": "max_output_tokens"}
        cut = {"status": "incomplete", "incomplete_details": reason, "error": None, "output": self.outputs()}
        return {**self.response, **cut}

    def outputs(self) -> list[Json]:
        """The items as far as events told them, in their order."""
        return [self.calls.as_said(index, item) for index, item in self.told().items()]

    def told(self) -> dict[int, Json]:
        """The items as events told them, by their indexes; what only began and said nothing is left out."""
        told, contents = {}, self.speech.contents() if self.unfinished else {}
        for index, item in sorted(self.items.items()):
            found = begun(item, contents.get(index, [])) if index in self.unfinished else item
            if found is None:
                self.note(f"item {index}", UNFINISHED)
            else:
                told[index] = found
        return told

    # Items --------------------------------------------------------------------------------------------------------

    def seen(self, index: int) -> bool:
        """True for an item of which an event told."""
        return index in self.items or index in self.waiting

    def of_item(self, event: Json) -> None:
        """An event of an item; of a message it waits until the one before is whole, for Chat has one text."""
        index = event["output_index"]
        if index not in self.items and index not in self.waiting and speaks(event):
            if self.talking in (None, index):
                self.talking = index
            else:
                self.waiting[index] = []
        if index in self.waiting:
            self.waiting[index].append(event)
        else:
            self.tell(event)

    def tell(self, event: Json) -> None:
        """Say an event of an item, unless its message may be commentary that the client does not get."""
        index = event["output_index"]
        if index not in self.items and event["type"] not in ITEMS and speaks(event):
            self.item_added({"output_index": index, "item": {"type": "message"}})
        if index in self.muted and event["type"] not in ITEMS:
            self.muted[index].append(event)
        else:
            OF_ITEMS[event["type"]](self, event)

    def next_message(self) -> None:
        """The message that was talking is whole: the one that waits for it says what it has."""
        self.talking = min(self.waiting, default=None)
        if self.talking is not None:
            for event in self.waiting.pop(self.talking):
                self.tell(event)

    def item_added(self, event: Json) -> None:
        index, item = event["output_index"], event["item"]
        self.items[index] = item
        self.unfinished.add(index)
        if item.get("type") != "message":
            self.calls.added(index, item)
        elif self.final_only and (
            item.get("phase", "commentary") == "commentary" or self.unfinished & self.muted.keys()
        ):
            self.speech.rest()
            self.muted[index] = []

    def item_done(self, event: Json) -> None:
        """The whole item: what no delta delivered is sent now, and what it leaves out is as it was announced."""
        index = event["output_index"]
        item = filled(event["item"], self.items.get(index, {}))
        self.items[index] = item
        self.unfinished.discard(index)
        self.calls.whole(index, item)
        if item.get("type") == "message":
            self.message_done({**event, "item": item})
        if index == self.talking:
            self.next_message()

    def message_done(self, event: Json) -> None:
        """A whole message, unless it is commentary that the client does not get."""
        index = event["output_index"]
        if self.final_only and event["item"].get("phase") == "commentary":
            self.muted[index] = parts_of(event)
        else:
            self.muted.pop(index, None)
            for part in parts_of(event):
                self.part(part)

    def part(self, event: Json) -> None:
        self.speech.part(_key(event), event.get("part") or {})

    def text_delta(self, event: Json) -> None:
        self.speech.text(_key(event), event["delta"], event.get("logprobs") or [])

    def text_done(self, event: Json) -> None:
        self.speech.whole(_key(event), event.get("text") or "", event.get("logprobs") or [])

    def annotation(self, event: Json) -> None:
        self.speech.cite(_key(event), event.get("annotation_index"), event.get("annotation"))

    def refusal_delta(self, event: Json) -> None:
        self.speech.refuse(_key(event), event["delta"])

    def refusal_done(self, event: Json) -> None:
        self.speech.refuse_whole(_key(event), event.get("refusal") or "")

    def call_delta(self, event: Json) -> None:
        self.calls.piece(event["output_index"], event["delta"])

    def arguments_done(self, event: Json) -> None:
        self.calls.text(event["output_index"], event.get("arguments") or "")

    def input_done(self, event: Json) -> None:
        self.calls.text(event["output_index"], event.get("input") or "")

    def audio(self, event: Json) -> None:
        self.hearable({"data": event["delta"]})

    def transcript(self, event: Json) -> None:
        if self.mute:
            self.speech.text(TRANSCRIPT, event["delta"], [])
        else:
            self.hearable({"transcript": event["delta"]})

    def hearable(self, audio: Json) -> None:
        """A piece of audio, which has no place in an answer: it is said or lost here."""
        if self.mute:
            self.note("audio", NO_AUDIO)
        else:
            self.chunks.say({"audio": audio})


NO_AUDIO = lost(Code.AUDIO_DROPPED, BREAKING, "this client knows text only; what was spoken is said as text")
TRANSCRIPT = (-1, 1)
"""Where the text of audio stands: in no item."""


def _key(event: Json) -> tuple[int, int]:
    return event["output_index"], event["content_index"]


Handlers = Mapping[str, Callable[[Down, Json], None]]

OF_ITEMS: Handlers = {
    "response.output_item.added": Down.item_added,
    "response.output_item.done": Down.item_done,
    "response.content_part.added": Down.part,
    "response.content_part.done": Down.part,
    "response.output_text.delta": Down.text_delta,
    "response.output_text.done": Down.text_done,
    "response.output_text.annotation.added": Down.annotation,
    "response.refusal.delta": Down.refusal_delta,
    "response.refusal.done": Down.refusal_done,
    "response.function_call_arguments.delta": Down.call_delta,
    "response.function_call_arguments.done": Down.arguments_done,
    "response.custom_tool_call_input.delta": Down.call_delta,
    "response.custom_tool_call_input.done": Down.input_done,
}
"""What each event of an item makes, by type; it has its place by then."""

OF_ANSWER: Handlers = {
    "response.created": Down.created,
    "response.audio.delta": Down.audio,
    "response.audio.transcript.delta": Down.transcript,
    "response.completed": Down.finished,
    "response.incomplete": Down.finished,
    "response.done": Down.finished,
    "response.failed": Down.failed,
    "error": Down.error,
}
"""What each event of the whole answer makes. `response.done` is how the Codex backend completes (OBS-23)."""

ON: Handlers = {**OF_ITEMS, **OF_ANSWER}
"""All events that make anything."""
