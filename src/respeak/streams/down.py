"""Responses events to chunks (streaming.md section 3).

`ON` lists what each event makes; all other known events say nothing that a Chat client could read. How the answer
ended is taken from the finished answer, translated as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.crossing.answer_down import head, structured
from respeak.crossing.errors import error_type
from respeak.plan import UNKNOWN, Job, Json
from respeak.streams.chunks import CHOICE, Chunks
from respeak.streams.down_items import CALLS, Calls, Speech, begun
from respeak.streams.legacy import AsFunction
from respeak.streams.settle import CUT, CUT_MESSAGE, UNFINISHED, UNKNOWN_EVENT, Settle
from respeak.streams.words import KEYS, SILENT

FAILED = ("failed", "cancelled")


class Down:
    """The stage: `feed` it events, `close` it at the end of the stream.

    `pattern` and `functions` say how pieces look behind all stages of the route, for the short way (`quick.py`).
    """

    pattern = CHOICE
    functions = False

    def __init__(self, job: Job, settle: Settle) -> None:
        self.job = job
        self.settle = settle
        asked = job.request
        self.chunks = Chunks(asked is None or bool((asked.get("stream_options") or {}).get("include_usage")))
        self.speech = Speech(self.chunks, job)
        self.calls = Calls(self.chunks, job)
        self.response: Json = {}
        self.items: dict[Any, Json] = {}
        self.unfinished: set[Any] = set()
        self.final_only = job.options.final_only
        self.unknown: set[str] = set()
        self.talking: Any = None
        self.waiting: dict[Any, list[Json]] = {}

    def shorten(self, behind: AsFunction) -> None:
        """Say pieces as they would come out of the stage behind: what is noted of them there is noted here, too."""
        self.functions, self.pattern = True, behind.pattern

    def feed(self, event: Json) -> list[Json]:
        """The chunks that an event makes."""
        if self.chunks.ended:
            return []
        kind = event.get("type") or "error"
        if not event.keys() <= KEYS:
            for key in event.keys() - KEYS:
                self.note(f"{kind} {key}", UNKNOWN.saying(f'events of type "{kind}" have no documented key "{key}"'))
        say = ON.get(kind)
        if say is not None:
            if not self.waits(event):
                say(self, event)
        elif kind not in SILENT:
            self.note(kind, UNKNOWN_EVENT.saying(f'no documentation has events of type "{kind}"'))
        return self.take()

    def take(self) -> list[Json]:
        """The chunks since the last time, unless they wait for a response that says whose they are."""
        if self.chunks.ended:
            self.speech.rest()
            if not self.chunks.head and len(self.chunks.out) > 1:
                self.created({})
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
            self.settle(self.partial())
            self.chunks.fail(why, "server_error")
        return self.take()

    # The beginning and the end ------------------------------------------------------------------------------------

    def created(self, event: Json) -> None:
        """Fixes what every chunk repeats. A second one is a retry of the upstream's, and says nothing new."""
        if self.chunks.head:
            return
        self.response = event.get("response") or {}
        named = head(self.response, self.job)
        self.chunks.name(named["id"], named["created"], named["model"])
        self.calls.owner = str(self.response.get("id") or "0")
        self.final_only = self.final_only or structured(self.response, self.job.request)

    def finished(self, event: Json) -> None:
        """The terminal event: what is still unsaid, the finish and the usage."""
        self.created(event)
        while self.waiting:
            self.next_message()
        assumed = "incomplete" if event["type"] == "response.incomplete" else "completed"
        response = {"status": assumed, **(event.get("response") or {})}
        told = response.get("output") or []
        response["output"] = told or self.outputs()
        if response["status"] in FAILED:
            return self.failed({"response": response})
        answer = self.settle(response)
        refused = self.settle.refused
        if refused is not None:
            return self.chunks.fail(refused.message, "invalid_request_error", refused.path, refused.code.value)
        self.reconcile(told)
        message = answer["choices"][0]["message"]
        self.rest(message)
        self.speech.tell_citations()
        extension = {name: message[name] for name in ("phase", "reasoning_details") if name in message}
        if extension:  # known only now: a second message would have made the phase ambiguous
            self.chunks.say(extension)
        self.chunks.finish(answer)

    def rest(self, message: Json) -> None:
        """Say what no event said: commentary if nothing else came, and text that stands in no item (`output_text`)."""
        length, refused, muted = self.speech.length, self.speech.refused, self.speech.muted
        if muted and not length:
            self.speech.citations = message.get("annotations") or []
        for key, said in (("content", length), ("refusal", refused)):
            if message.get(key) and not said and (muted or not (length or refused)):
                self.chunks.say({key: message[key]})

    def reconcile(self, output: list[Json]) -> None:
        """What the finished answer has and no `output_item.done` said; its items stand in the order of indexes."""
        places = sorted(self.items, key=lambda index: index or 0) if self.items else list(range(len(output)))
        if len(places) != len(output):
            return
        for index, item in zip(places, output, strict=True):
            if index not in self.items or index in self.unfinished:
                self.item_done({"output_index": index, "item": item})

    def failed(self, event: Json) -> None:
        """A failed response: an error frame, on which the client's SDK raises."""
        response = {**(event.get("response") or {}), "status": "failed"}
        response["output"] = response.get("output") or self.outputs()
        error = self.settle(response)["error"]
        self.chunks.fail(error.pop("message"), error.pop("type"), **error)

    def error(self, event: Json) -> None:
        """An `error` event: flat as documented, or nested as the live service sends it (OBS-2)."""
        nested = event.get("error")
        inner = nested if isinstance(nested, dict) else {"message": nested}
        found = {key: inner.get(key) or event.get(key) for key in ("message", "code", "param")}
        status = 429 if "rate_limit" in str(found["code"]) else 500
        self.settle(self.partial())
        message = str(found["message"] or "The upstream failed.")
        self.chunks.fail(message, inner.get("type") or error_type(status), found["param"], found["code"])

    def partial(self) -> Json:
        """The answer so far, as if it had been cut."""
        reason = {"reason": "max_output_tokens"}
        cut = {"status": "incomplete", "incomplete_details": reason, "error": None, "output": self.outputs()}
        return {**self.response, **cut}

    def outputs(self) -> list[Json]:
        """The items as far as events told them, in their order; what only began and said nothing is left out."""
        told = []
        for index, item in sorted(self.items.items(), key=lambda pair: pair[0] or 0):
            found = begun(item) if index in self.unfinished else item
            if found is None:
                self.note(f"item {index}", UNFINISHED)
            else:
                told.append(found)
        return told

    # Items --------------------------------------------------------------------------------------------------------

    def waits(self, event: Json) -> bool:
        """True for an event of a message that waits until the one before it is whole: Chat has one text."""
        index = event.get("output_index")
        if event.get("type") == "response.output_item.added" and event["item"].get("type") == "message":
            if self.talking in (None, index):
                self.talking = index
            else:
                self.waiting.setdefault(index, [])
        if isinstance(index, dict | list) or index not in self.waiting:
            return False
        self.waiting[index].append(event)
        return True

    def next_message(self) -> None:
        """The message that was talking is whole: the one that waits for it says what it has."""
        self.talking = min(self.waiting, default=None)
        for event in self.waiting.pop(self.talking, ()):
            ON[event["type"]](self, event)

    def item_added(self, event: Json) -> None:
        index, item = event.get("output_index"), event["item"]
        self.items[index] = item
        self.unfinished.add(index)
        if item.get("type") in CALLS:
            self.calls.announce(index, item)
        elif item.get("type") == "message" and self.final_only and self.may_be_commentary(item):
            self.speech.mute(index)

    def may_be_commentary(self, item: Json) -> bool:
        """The live service says the phase at once; a caller who wants the final answer only can wait for it."""
        said = "phase" in item or not self.job.options.final_only
        return item.get("phase") == "commentary" if said else True

    def item_done(self, event: Json) -> None:
        """The whole item: what no delta delivered is sent now."""
        index, item = event.get("output_index"), event["item"]
        self.items[index] = item
        self.unfinished.discard(index)
        if item.get("type") != "message":
            return self.calls.whole(index, item)
        if self.final_only and item.get("phase") == "commentary":
            self.speech.mute(index)
        else:
            self.speech.muted.discard(index)
        content = item.get("content")
        for number, part in enumerate(content if isinstance(content, list) else ()):
            self.speech.part((index, number), part)
        if index == self.talking:
            self.next_message()

    def part(self, event: Json) -> None:
        self.speech.part(_key(event), event.get("part") or {})

    def text_delta(self, event: Json) -> None:
        self.speech.text(_key(event), event["delta"], event.get("logprobs") or [])

    def text_done(self, event: Json) -> None:
        self.speech.whole(_key(event), event.get("text") or "", event.get("logprobs") or [])

    def annotation(self, event: Json) -> None:
        if event.get("annotation"):
            self.speech.cite(_key(event), [event["annotation"]])

    def refusal_delta(self, event: Json) -> None:
        self.speech.refuse(_key(event), event["delta"])

    def refusal_done(self, event: Json) -> None:
        self.speech.refuse_whole(_key(event), event.get("refusal") or "")

    def call_delta(self, event: Json) -> None:
        self.calls.piece(event.get("output_index"), event["delta"])

    def arguments_done(self, event: Json) -> None:
        self.calls.text(event.get("output_index"), event.get("arguments") or "")

    def input_done(self, event: Json) -> None:
        self.calls.text(event.get("output_index"), event.get("input") or "")

    def audio(self, event: Json) -> None:
        self.chunks.say({"audio": {"data": event["delta"]}})

    def transcript(self, event: Json) -> None:
        self.chunks.say({"audio": {"transcript": event["delta"]}})


def _key(event: Json) -> tuple[Any, Any]:
    return event.get("output_index"), event.get("content_index")


ON: Mapping[str, Callable[[Down, Json], None]] = {
    "response.created": Down.created,
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
    "response.audio.delta": Down.audio,
    "response.audio.transcript.delta": Down.transcript,
    "response.completed": Down.finished,
    "response.incomplete": Down.finished,
    "response.done": Down.finished,
    "response.failed": Down.failed,
    "error": Down.error,
}
"""What each event makes, by type. `response.done` is how the Codex backend completes (OBS-23)."""
