"""Streams within a family: every event passes, changed only where the client's profile says so.

A stream that ends early is said to have failed here too, in the words of its family.
"""

from __future__ import annotations

from typing import Any

from respeak.crossing.broken import beside_error, end_of, error_body
from respeak.crossing.errors import status_of
from respeak.crossing.output_text import place_of_text, text_apart
from respeak.loss import Place, Verdict
from respeak.plan import Job, Json
from respeak.streams.chunks import Chunks, is_choice
from respeak.streams.gather_calls import LATE_NAME
from respeak.streams.gather_chat import MERGED, GatheredChat, going_on
from respeak.streams.legacy import AsFunction, AsTools
from respeak.streams.script import CONTAINERS, Script, fresh, whole
from respeak.streams.settle import CONTRADICTED, CUT, CUT_MESSAGE, Settle
from respeak.streams.told import Contradicted
from respeak.walk import Plan, kept

BEGINNING = ("response.created", "response.queued", "response.in_progress")
RETRIED = "The upstream began its answer again in mid-stream."
RETRY = CUT.saying("the upstream began its answer again in mid-stream; it is said as a failure")
FINISHES = ("response.completed", "response.incomplete", "response.failed", "response.done")
"""What ends a stream of Responses; behind an error the response that failed may come."""
HOLDERS = (*BEGINNING, *FINISHES)
"""Types of events that hold a response; what else calls something so may hold anything."""


class ChatWithin:
    """Chunks to chunks.

    `head` is what the last chunk had beside its choices, `said` what became of it, `choice` its choice if that held a
    delta only, and `padded` says whether the client gets the obfuscation; None if no chunk had one. `behind` is the
    stage behind this one that the short way (`quick_within.py`) takes along, `shown` the choice as it comes out there.
    """

    behind: AsFunction | AsTools | None = None

    def __init__(self, job: Job, settle: Settle) -> None:
        self.job = job
        self.settle = settle
        self.same = job.source is job.target
        self.gathered = GatheredChat()
        self.over = False
        self.head: Json = {}
        self.said: Json = {}
        self.choice: Json = {}
        self.shown: Json = {}
        self.padded: bool | None = None
        plan: Plan = job.plans.get("answer") or Plan()
        self.plan = Plan({**plan.entries, "choices": _choices}, plan.otherwise)

    def shorten(self, behind: AsFunction | AsTools) -> None:
        """Say pieces as they would come out of the stage behind."""
        self.behind = behind
        if isinstance(behind, AsFunction):
            behind.share(self.gathered)

    def feed(self, chunk: Json) -> list[Json]:
        """The chunk as the client's profile has it."""
        if self.over and not self.same:
            return []
        error = self.error(chunk)
        try:
            said = going_on(chunk) if self.same else self.gathered.heard(chunk)
        except Contradicted as told:
            return self.broken(CONTRADICTED.saying(told.why), told.message)
        self.gathered.take(beside_error(said) if error else said)
        if error:
            self.fail()
            return [chunk if self.same or chunk.get("error") == error else {**_chunk_of(chunk), "error": error}]
        said = chunk if self.same else self.walked(said)
        self.head, self.said, self.choice = _rest(chunk), _rest(said), _plain_choice(chunk)
        if self.gathered.repeating or any(isinstance(value, CONTAINERS) for value in self.said.values()):
            self.choice = {}  # nothing goes the short way: the next chunk says less, or what a client may change
        if self.behind is not None:
            self.shown = self.behind.of(self.choice, {})
        if chunk.get("obfuscation") is not None:
            self.padded = "obfuscation" in said
        return [said]

    def error(self, chunk: Json) -> Any:
        """What ends the stream: an error frame, and for clients that know no other finish whatever means one.

        They get the four keys that both families have (mapping.md 9); so does who gets words alone, which readers lose.
        """
        closed = self.job.target.closed and not self.same
        error = end_of(chunk)[0] if closed or chunk.get("type") == "error" else chunk.get("error")
        if self.same or not error or (isinstance(error, dict) and not closed):
            return error
        return self.settle.renamed(error_body(error, status_of(error), self.job))["error"]

    def walked(self, chunk: Json) -> Json:
        """The chunk with the keys that the client's profile leaves it."""
        said = kept(self.plan, chunk, None, self.job)
        if "usage" in chunk:
            said.setdefault("usage", None)
        self.job.ledger.found.clear()  # what is lost is told of the finished answer
        return said

    def close(self, why: str = CUT_MESSAGE) -> list[Json]:
        """Nothing, or the error frame of a stream that ended early."""
        choices = self.gathered.choices
        if self.over:
            return []
        if choices and all(choice.finish is not None for choice in choices.values()):
            self.end()
            self.settle(self.gathered.answer())
            self.report()
            return []
        return self.broken(CUT, why)

    def broken(self, verdict: Verdict, why: str) -> list[Json]:
        """The error frame of a stream that did not come to its end."""
        self.fail()
        self.settle.note(verdict)
        chunks = Chunks(counted=False)
        chunks.fail(why, "server_error")
        return chunks.take()

    def end(self) -> None:
        """Nothing comes behind it, the short way neither."""
        self.over, self.choice, self.shown = True, {}, {}

    def fail(self) -> None:
        """The end of a stream that failed: it lost what an answer that was cut here would lose."""
        self.end()
        if self.gathered.choices:
            self.settle(self.gathered.cut())
            self.report()

    def report(self) -> None:
        """What the finished answer does not show."""
        for number, (_, choice) in enumerate(sorted(self.gathered.choices.items())):
            message: Place = (((None, "choices"), number), "message")
            if choice.merged:
                self.settle.note(MERGED, message)
            if isinstance(self.behind, AsFunction):
                for verdict, place in choice.calls.reports(message):
                    self.settle.note(verdict, place)
            elif isinstance(self.behind, AsTools) and choice.calls.legacy is not None and choice.calls.legacy.strayed:
                self.settle.note(LATE_NAME, ((message, "function_call"), "name"))


def _chunk_of(chunk: Json) -> Json:
    """What of a frame with an error is a chunk: nothing, if it is an error event."""
    return {} if chunk.get("type") == "error" else chunk


def _rest(chunk: Json) -> Json:
    """What a chunk says of the whole answer."""
    return {key: value for key, value in chunk.items() if key not in APART}


def _plain_choice(chunk: Json) -> Json:
    """The first choice of a chunk if there is nothing in it but a delta; else nothing."""
    choices = chunk.get("choices") or [{}]
    choice: Json = choices[0]
    told = choice.get("finish_reason") is not None or choice.get("logprobs") is not None
    return {} if told or choice.get("index") != 0 or not is_choice(choice) else choice.copy()


APART = ("choices", "obfuscation")
"""Keys that are another in every chunk."""


def _choices(value: Any, out: Json, at: Any, job: Job) -> None:
    """Choices without phase, which Chat has not."""
    out["choices"] = [
        {**choice, "delta": {key: part for key, part in choice["delta"].items() if key != "phase"}}
        if "phase" in (choice.get("delta") or ())
        else choice
        for choice in value
    ]


class ResponsesWithin:
    """Events to events: those that carry the response have it as the client's profile says.

    An upstream that begins its answer anew has one beginning for the client, as long as nothing else was said (`told`).
    Events pass as they are, so behind that the stream has failed: items would come twice (BUG/76). `warned`: an error
    event ended it, behind which the live service says the response that failed.
    """

    def __init__(self, job: Job, settle: Settle) -> None:
        self.settle = settle
        self.same = job.source is job.target
        self.response: Json | None = None
        self.items: dict[int, Json] = {}
        self.next = 0
        self.ended = self.told = self.again = self.warned = False

    def feed(self, event: Json) -> list[Json]:
        """The event as the client's profile has it."""
        if self.same:
            return self.passed(event)
        kind = event.get("type")
        if self.ended and not (self.warned and kind == "response.failed"):
            return []
        if kind == "response.created" and self.response is not None:
            self.again = True
            return self.fail(RETRIED, RETRY) if self.told else []
        if self.again and not self.told and kind in BEGINNING:
            return []
        self.told = self.told or kind not in BEGINNING
        return self.passed(event)

    def passed(self, event: Json) -> list[Json]:
        """The event, noted for the end."""
        number = event.get("sequence_number")
        self.next = (number if isinstance(number, int) else self.next) + 1
        kind, response = event.get("type"), event.get("response")
        if kind == "response.output_item.done":
            index = event.get("output_index")
            self.items[len(self.items) if index is None else index] = fresh(event["item"])
        if kind in FINISHES or kind == "error" or (kind is None and event.get("error")):
            self.ended, self.warned = True, kind == "error"
        if kind not in HOLDERS or not isinstance(response, dict):
            return [event]
        if self.ended:
            return self.last(event, self.whole(response))
        self.response = self.settle.blank(response)  # kept for a failure, whatever becomes of the event
        return [event if self.same else {**event, "response": fresh(self.response)}]

    def last(self, event: Json, response: Json) -> list[Json]:
        """The terminal event; before it come the events of a text that stood apart from the items (`output_text`)."""
        said = self.settle(response)
        if self.again and self.response is not None and "id" in self.response:
            said["id"] = self.response["id"]
        if self.same:
            return [event]
        script = Script()
        script.sequence = self.next - 1
        at, message = place_of_text(response["output"])
        if text_apart(response) and message is None and said["output"] != response["output"]:
            said["output"].append(said["output"].pop(at))  # behind the items that were streamed
            whole(script, said["output"][-1], len(response["output"]))
        number = {"sequence_number": script.sequence} if script.out else {}
        return [*script.take(), {**event, **number, "response": said}]

    def whole(self, response: Json) -> Json:
        """The finished answer; one that leaves out `output` has the items that were streamed."""
        return response if response.get("output") else {**response, "output": self.finished_items()}

    def finished_items(self) -> list[Json]:
        """The items that were finished, in their order."""
        return [item for _, item in sorted(self.items.items())]

    def close(self, why: str = CUT_MESSAGE) -> list[Json]:
        """Nothing, or the failure of a stream that ended early."""
        return [] if self.ended else self.fail(why, CUT)

    def fail(self, why: str, verdict: Verdict) -> list[Json]:
        """The failure of a stream, with the items that were whole."""
        self.ended = True
        self.settle.note(verdict)
        error = {"code": "server_error", "message": why}
        if self.response is None:
            return [{"type": "error", "sequence_number": self.next, **error, "param": None, "error": error}]
        failed = {**self.response, "status": "failed", "error": error, "output": self.finished_items()}
        return [{"type": "response.failed", "sequence_number": self.next, "response": failed}]
