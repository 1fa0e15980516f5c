"""Chunks to Responses events (streaming.md section 4).

What decides which event may follow which stands here: `TRANSITIONS` says what has to be closed and opened before
the next piece can be said. Calls are said beside it, by `up_calls`. The terminal event is the finished answer,
translated as any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing import ids
from respeak.crossing.answer_up import PHASES
from respeak.crossing.broken import beside_error, error_of, failure, untold
from respeak.crossing.unfold import INFERRED
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.streams import script as events
from respeak.streams.gather_chat import MERGED, GatheredChat, GatheredChoice, is_chunk, spoken
from respeak.streams.settle import CONTRADICTED, CUT, CUT_MESSAGE, Settle
from respeak.streams.told import Contradicted
from respeak.streams.up_calls import UpCalls
from respeak.streams.up_errors import event_fields, named_error
from respeak.streams.up_items import OpenMessage, OpenReasoning, begins_at, is_text, shifted
from respeak.verbs import DEGRADING, lost

NOTHING, REASONING, TEXT, REFUSAL, CALL, END = "nothing", "reasoning", "text", "refusal", "call", "end"

TRANSITIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    (NOTHING, REASONING): ("open_reasoning",),
    (NOTHING, TEXT): ("open_message", "open_text"),
    (NOTHING, REFUSAL): ("open_message", "open_refusal"),
    (NOTHING, CALL): (),
    (NOTHING, END): (),
    (REASONING, REASONING): (),
    (REASONING, TEXT): ("close_reasoning", "open_message", "open_text"),
    (REASONING, REFUSAL): ("close_reasoning", "open_message", "open_refusal"),
    (REASONING, CALL): ("close_reasoning",),
    (REASONING, END): ("close_reasoning",),
    (TEXT, REASONING): ("close_text", "close_message", "open_reasoning"),
    (TEXT, TEXT): (),
    (TEXT, REFUSAL): ("close_text", "open_refusal"),
    (TEXT, CALL): ("close_text", "close_message"),
    (TEXT, END): ("close_text", "close_message"),
    (REFUSAL, REASONING): ("close_refusal", "close_message", "open_reasoning"),
    (REFUSAL, TEXT): ("close_refusal", "open_text"),
    (REFUSAL, REFUSAL): (),
    (REFUSAL, CALL): ("close_refusal", "close_message"),
    (REFUSAL, END): ("close_refusal", "close_message"),
}
"""(what is open, what comes) -> what is done first. Every pair is here."""

LATE_CITATION = lost(Code.ANNOTATIONS_DROPPED, DEGRADING, "they came when the text that they stand in was closed")
LATE_LOGPROBS = lost(Code.LOGPROBS_DROPPED, DEGRADING, "they came when the text that they weigh was closed")
LATE_PHASE = lost(Code.PHASE_DROPPED, DEGRADING, "it came when a message was closed, so that was said without it")

NO_TIER = object()
"""No chunk has this tier: none goes the short way."""

CHOICE: Place = ((None, "choices"), 0)
MESSAGE: Place = (CHOICE, "message")


class Up:
    """The stage: `feed` it chunks, `close` it at the end of the stream.

    `waiting` are logprobs of no text, `early` citations of a text to come with their numbers, `late` the numbers of
    those that came behind their text. `tier` and `fingerprint` are what a chunk must repeat to go the short way
    (`quick.py`).
    """

    def __init__(self, job: Job, settle: Settle) -> None:
        self.job = job
        self.settle = settle
        self.script = events.Script()
        self.gathered = GatheredChat()
        self.items: list[Json] = []
        self.calls = UpCalls(self.script, self.items, job)
        self.open = NOTHING
        self.message: OpenMessage
        self.reasoning: OpenReasoning
        self.waiting: list[Json] = []
        self.early: list[tuple[int, Json]] = []
        self.late: list[int] = []
        self.head: Json = {}
        self.status = "completed"
        self.ended = False
        self.tier: Any = None
        self.fingerprint: Any = None

    def feed(self, chunk: Json) -> list[Json]:
        """The events that a chunk makes."""
        if self.ended:
            return []
        error, at = error_of(chunk)
        if error:
            said = self.feed(beside_error(chunk)) if self.head else []
            untold(chunk, error, self.settle.note)
            return said if self.ended else said + self.fail(error, at)
        if is_chunk(chunk):
            try:
                chunk = self.gathered.heard(chunk)
            except Contradicted as told:
                self.settle.note(CONTRADICTED.saying(told.why))
                return self.fail({"message": told.message, "code": "server_error"})
            self.gathered.add_top(chunk)
            if not self.head:
                self.begin()
            self.tier = NO_TIER if self.gathered.repeating else self.gathered.top.get("service_tier")
            self.fingerprint = self.gathered.top.get("system_fingerprint")
            for choice in chunk.get("choices") or ():
                self.choice(choice)
        return self.script.take()

    def close(self, why: str = CUT_MESSAGE) -> list[Json]:
        """The events that end the answer: as its finish_reason says, or as a failure if there was none."""
        if self.ended:
            return []
        choice = self.gathered.choices.get(0)
        if choice is None or choice.finish is None:
            self.settle.note(CUT)
            return self.fail({"message": why, "code": "server_error"})
        final = self.settle(self.gathered.answer())
        return self.end(final, {}, choice)

    # The beginning and the end ------------------------------------------------------------------------------------

    def begin(self) -> None:
        """`response.created` and `response.in_progress`, with what is known of the answer."""
        self.calls.owner = str(self.gathered.top.get("id") or "0")
        blank = self.settle.blank({**self.gathered.top, "object": "chat.completion", "choices": []})
        self.head = {name: blank[name] for name in ("id", "created_at", "model")}
        for kind in ("response.created", "response.in_progress"):
            self.script.emit(kind, {"response": events.fresh({**blank, **events.UNBEGUN})})

    def end(self, final: Json, failed: Json, choice: GatheredChoice | None) -> list[Json]:
        """Close what is open and say the finished answer."""
        self.ended = True
        if choice is not None and self.calls.unsaid(choice):
            self.step(CALL)
        if choice is not None and not choice.content():
            self.say_text((choice.message.get("audio") or {}).get("transcript"), [])  # as in an answer of one piece
        self.status = "completed" if final["status"] == "completed" and not failed else "incomplete"
        self.step(END)
        if choice is not None:
            self.calls.finish(choice, self.status, cut=bool(failed))
            self.uninferred()
            self.report(choice)
        if not self.items and self.status == "completed":
            self.items += final["output"]  # a message that says nothing
            for index, item in enumerate(self.items):
                events.whole(self.script, item, index)
        final |= {**self.head, **failed, "output": events.fresh(self.items)}
        self.script.emit(events.TERMINAL.get(final["status"], "response.failed"), {"response": final})
        return self.script.take()

    def uninferred(self) -> None:
        """No phase was inferred where every message was closed before it was known."""
        messages = [item for item in self.items if item["type"] == "message"]
        if messages and not any(item.get("phase") for item in messages):
            self.settle.withdraw(INFERRED)

    def report(self, choice: GatheredChoice) -> None:
        """What the finished answer shows and no event said; what it cannot hold itself it reports itself."""
        note, said = self.settle.note, any(is_text(part) for item in self.items for part in item.get("content") or ())
        for number in sorted((*self.late, *(number for number, _ in self.early))) if said else ():
            note(LATE_CITATION, ((MESSAGE, "annotations"), number))
        if self.waiting and said:
            note(LATE_LOGPROBS, ((CHOICE, "logprobs"), "content"))
        phase = self.phase()
        if phase and any(item.get("phase") != phase for item in self.items if item["type"] == "message"):
            note(LATE_PHASE, (MESSAGE, "phase"))
        for verdict, place in choice.calls.reports(MESSAGE):
            note(verdict, place)
        if choice.merged:
            note(MERGED, MESSAGE)

    def fail(self, error: Any, at: Place = None) -> list[Json]:
        """`response.failed` with everything so far; an `error` event if there is no response yet."""
        body = named_error(error, self.job, self.settle)
        if not self.head:
            self.ended = True
            self.script.emit("error", event_fields(body))
            return self.script.take()
        failed = {"status": "failed", "error": failure(error, body, at, self.settle.note), "incomplete_details": None}
        return self.end(self.settle(self.gathered.cut()), failed, self.gathered.choices.get(0))

    # One choice ---------------------------------------------------------------------------------------------------

    def choice(self, choice: Json) -> None:
        """What a chunk brings for one of the answers; only the first is said."""
        gathered, delta = self.gathered.choice(choice.get("index")), choice.get("delta") or {}
        gathered.add(choice, delta)
        if gathered.index == 0:
            self.first(gathered, choice, delta)
        else:
            gathered.calls.take(delta)

    def first(self, gathered: GatheredChoice, choice: Json, delta: Json) -> None:
        """What a chunk brings for the choice that is said."""
        for text in self.reasoning_texts(delta):
            self.step(REASONING)
            self.reasoning.text(text)
        self.say(delta.get("content"), (choice.get("logprobs") or {}).get("content") or [])
        self.refuse(delta.get("refusal"))
        if delta.get("annotations"):
            first = len(gathered.lists["annotations"]) - len(delta["annotations"])
            self.cite(list(enumerate(delta["annotations"], first)))
        for call, piece in gathered.calls.of(delta):
            if call in self.calls.known:
                self.calls.say(call, piece)
            elif self.calls.ready(call):
                self.step(CALL)
                self.calls.begin(call)

    def reasoning_texts(self, delta: Json) -> Iterable[str]:
        """Pieces of reasoning, in the fields that the upstream's profile names; some send each piece twice."""
        given = (delta.get(name) for name in self.job.source.reasoning)
        return dict.fromkeys(text for text in given if isinstance(text, str) and text)

    def say(self, content: Any, logprobs: list[Json]) -> None:
        """Content, which some providers send in parts: text and refusals in their order."""
        if not isinstance(content, list):
            self.say_text(content, logprobs)
            return
        self.waiting += logprobs
        for kind, piece in spoken(content):
            if kind == "refusal":
                self.refuse(piece)
            else:
                self.say_text(piece, [])

    def refuse(self, refusal: Any) -> None:
        """A refusal that is not empty."""
        if refusal:
            self.step(REFUSAL)
            self.message.refuse(refusal)

    def say_text(self, content: Any, logprobs: list[Json]) -> None:
        """Text that is not empty; logprobs of nothing wait for the text that they belong to."""
        if not content:
            self.waiting += logprobs
            return
        self.step(TEXT)
        self.message.text(content, self.waiting + logprobs if self.waiting else logprobs)
        self.waiting = []

    def cite(self, annotations: list[tuple[int, Json]]) -> None:
        """Citations count from the start of the whole content: of the open text, of one to come, or of a closed one."""
        start = sum(len(part["text"]) for item in self.items for part in item.get("content") or () if is_text(part))
        for number, annotation in annotations:
            place = begins_at(annotation)
            if annotation.get("type") != "url_citation":
                continue  # the finished answer tells of it
            if place is not None and place < start:
                self.late.append(number)
            elif self.open == TEXT:
                self.message.cite([shifted(annotation, -start)], self.job)
            elif place is not None or not start:
                self.early.append((number, annotation))
            else:
                self.late.append(number)

    # What TRANSITIONS names ---------------------------------------------------------------------------------------

    def step(self, comes: str) -> None:
        """Close and open what has to be, so that what comes can be said."""
        if self.open == comes:
            return
        for name in TRANSITIONS[self.open, comes]:
            _STEPS[name](self)
        self.open = NOTHING if comes in (CALL, END) else comes

    def open_reasoning(self) -> None:
        self.reasoning = OpenReasoning(self.script, *self.place("rs"))
        self.items.append(self.reasoning.item)

    def close_reasoning(self) -> None:
        self.reasoning.close(self.status_of(self.reasoning.index))

    def open_message(self) -> None:
        self.message = OpenMessage(self.script, *self.place("msg"), self.phase())
        self.items.append(self.message.item)

    def open_text(self) -> None:
        self.message.open_text()

    def open_refusal(self) -> None:
        self.message.open_refusal()

    def close_text(self) -> None:
        if self.message.pieces:
            early, self.early = self.early, []
            self.cite(early)
        self.message.logprobs += self.waiting
        self.waiting = []
        self.message.close_text(self.job)

    def close_refusal(self) -> None:
        self.message.close_refusal()

    def close_message(self) -> None:
        self.message.close(self.status_of(self.message.index), self.phase() or self.inferred())

    def place(self, prefix: str) -> tuple[str, int]:
        """Id and index of the next item."""
        return ids.item_id(prefix, self.calls.owner, len(self.items)), len(self.items)

    def status_of(self, index: int) -> str:
        """The answer's own status for its last item; what is followed by another item is whole."""
        return self.status if index == len(self.items) - 1 else "completed"

    def phase(self) -> str | None:
        """The phase that the upstream says, if it is one that clients know."""
        phase = self.gathered.choices[0].message.get("phase")
        return phase if phase in PHASES else None

    def inferred(self) -> str | None:
        """The phase that the caller wants inferred (D-10): known when a call comes, or at a clean end."""
        choice = self.gathered.choices[0]
        if not self.job.options.infer_phase or choice.message.get("phase") is not None:
            return None
        if choice.calls:
            return "commentary"
        return "final_answer" if choice.finish == "stop" else None


_STEPS = {name: getattr(Up, name) for names in TRANSITIONS.values() for name in names}
