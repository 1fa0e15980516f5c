"""Streams, event by event, without I/O: `StreamTranslator`, and answers as streams and back.

    event -> gate (source dialect) -> stages of the route -> events of the client's dialect

Between families one stage crosses; within a family one narrows; a stage behind it says calls as `function_call`
for clients that know nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from respeak import profiles
from respeak.crossing.answer_down import asked_with_functions
from respeak.entry import asked_of, check, ends, gate_of, read
from respeak.loss import Ledger
from respeak.options import Options, chosen
from respeak.plan import Job, Json, Sent
from respeak.route import answer_plans, rewrite_param, run_answer
from respeak.streams import quick, quick_within
from respeak.streams.down import Down
from respeak.streams.gather_chat import GatheredChat, going_on
from respeak.streams.gather_response import GatheredResponse
from respeak.streams.legacy import AsFunction
from respeak.streams.settle import CUT_MESSAGE, Settle
from respeak.streams.spread import spread_chat, spread_response
from respeak.streams.up import Up
from respeak.streams.within import ChatWithin, ResponsesWithin


class FirstStage(Protocol):
    """The step of a route that does the work: events in, events out; it knows when the stream is over."""

    def feed(self, event: Json, /) -> list[Json]: ...

    def close(self, why: str = ..., /) -> list[Json]: ...


STAGES: dict[tuple[str, str], Any] = {
    ("responses", "chat"): Down,
    ("chat", "responses"): Up,
    ("chat", "chat"): ChatWithin,
    ("responses", "responses"): ResponsesWithin,
}
"""The stage that does the work, by family of source and target."""


QUICK: dict[tuple[str, str], quick.Quick] = {
    ("responses", "chat"): quick.DOWN,
    ("chat", "responses"): quick.UP,
    ("chat", "chat"): quick_within.CHUNKS,
    ("responses", "responses"): quick_within.EVENTS,
}
"""The short ways of most events, by family of source and target."""


class StreamTranslator:
    """Says the stream of an upstream (dialect `source`) to a client (dialect `target`).

    request   the client's original request, in the client's dialect: which tools were custom, bridged or
              namespaced, what the answer repeats, whether usage was asked for. Without it names stay as the
              upstream says them, and a Chat client gets usage.

    Feed it each event (Responses) or chunk (Chat) as a dict; it gives the events for the client, none, one or
    several. `close` it when the upstream's stream is over, however it ended (`[DONE]`, end of file, a broken
    connection): it gives the rest, and a failure if the answer was not finished. A first event of type `error`,
    or a first frame with `error`, came before any answer: a gateway can still send an HTTP error instead.

    `sent` may say where in the client's request parts of what was sent came from, if that was more than it says.

    Raises InvalidPayload for an event that is malformed in its own dialect (the path begins in the event) and for such
    a request, UnknownDialect, and TypeError for options of another type. What cannot be said honestly at all ends the
    stream with an error in the client's own form.
    Rules: mapping tables R2C-EVENT and C2R-CHUNK, and those of the finished answer.
    """

    def __init__(self, *, source: str, target: str, request: Any = None, options: Options | None = None) -> None:
        start, end = ends(source, target, "breaking", "response")
        asked, choices = asked_of(request, end), chosen(options)
        self.sent: Sent | None = None
        plans = {} if start is end else answer_plans(source, target)

        def job() -> Job:
            made = Job(plans, start, end, choices, asked)
            made.sent = self.sent
            return made

        run = (lambda body, _: dict(body)) if start is end else (lambda *of: run_answer(*of)[0])
        self._settle = Settle(job, run, rewrite_param)
        self._gate = gate_of(start.name, start.family, "event")
        self._first: FirstStage = STAGES[start.family, end.family](job(), self._settle)
        self._rest: list[Any] = []
        if start is not end and start.family == end.family and start.unshape_chunks is not None:
            self._rest.append(start.unshape_chunks(job()))
        if start is not end and end.reshape_chunks is not None:
            self._rest.append(end.reshape_chunks(job()))
        elif start.family != end.family and asked_with_functions(asked):
            self._rest.append(AsFunction(plain=False))
        self._read = _typed if start.family == "responses" else None if start is end else going_on
        self._quick = QUICK[start.family, end.family]
        self._behind = self._rest
        if isinstance(self._first, Down | ChatWithin) and len(self._rest) == 1:
            self._first.shorten(self._rest[0])
            self._behind = []

    def feed(self, event: Any) -> list[Json]:
        """The client's events for one of the upstream's."""
        if event.__class__ is not dict:
            event = read(event)
        kind = event.get("type")
        short = self._quick.get(kind) if kind is None or kind.__class__ is str else None
        if short is not None:
            said = short(self._first, event)
            if said is not None:
                return self._through(said, self._behind) if self._behind else said
        if self._read is not None:
            event = self._read(event)
        self._gate.check(event)
        return self._through(self._first.feed(event), self._rest)

    def close(self, why: str | None = None) -> list[Json]:
        """The client's last events; `why` says what broke, if you know. Closing twice gives nothing more."""
        return self._through(self._first.close(why or CUT_MESSAGE), self._rest)

    def _through(self, events: list[Json], stages: list[Any]) -> list[Json]:
        for stage in stages:
            if len(events) == 1:
                events = stage.feed(events[0])
            else:
                events = [said for event in events for said in stage.feed(event)]
        return events

    @property
    def finished(self) -> tuple[Json, Json] | None:
        """The finished answer, as the upstream said it and as the client got it; None before its end."""
        return self._settle.finished

    @property
    def losses(self) -> Ledger:
        """What was lost, at places of the finished answer; complete when the last event was given."""
        return self._settle.losses


def _typed(frame: Json) -> Json:
    """The event of a Responses upstream; an error frame as Chat has it, from whatever stands between, is one, too."""
    error = frame.get("error")
    if not error or frame.get("type") is not None:
        return frame
    return {"type": "error", **frame, "error": error if isinstance(error, dict) else {"message": str(error)}}


def stream_of(answer: Any, *, dialect: str) -> list[Json]:
    """The events or chunks of a finished answer, for upstreams that cannot stream: one delta for each text.

    Raises InvalidPayload (malformed, or a response that is still running) and UnknownDialect.
    """
    profile, body = profiles.get(dialect), read(answer)
    check(body, profile, "response")
    return (spread_response if profile.family == "responses" else spread_chat)(body)


def answer_of(events: Iterable[Any], *, dialect: str) -> Json:
    """The finished answer of a stream: Response or CreateChatCompletionResponse.

    A stream that broke gives what came of it; its status or finish_reason is missing or unfinished then. What comes
    behind the end or an error is not read. Raises InvalidPayload and UnknownDialect.
    """
    profile = profiles.get(dialect)
    gate = gate_of(profile.name, profile.family, "event")
    typed = profile.family == "responses"
    gathered = GatheredResponse() if typed else GatheredChat()
    for event in events:
        body = (_typed if typed else going_on)(read(event))
        gate.check(body)
        gathered.add(body)
    return gathered.answer()
