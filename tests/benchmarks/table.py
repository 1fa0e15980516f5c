"""The rows of the table: what is measured, and the budgets it is held to."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

import respeak
from respeak import StreamTranslator
from respeak.sse import SseDecoder, encode

from . import payloads
from .measure import QUICK, Effort, compare, fresh_process, peak, seconds
from .peers import Peer, flaw

Json = dict[str, Any]

BUDGETS = {"small": 12.0, "agentic": 2.0, "huge": 1.0, "answer": 5.0, "stream": 1.5, "import": 1.5}
"""Ratios to the JSON floor, to `import pydantic` for the import."""

LINEAR = 1.6
"""How much more one unit of the largest payload may cost than one of the payload before it; a square would be 10."""

FAMILIES = {dialect.name: dialect.family for dialect in respeak.dialects() if not dialect.source_only}


@dataclass
class Row:
    """One line of the table. `ratio` is to the floor, `unit` says what it is of where it is of something else."""

    group: str
    what: str
    size: str
    micros: float
    ratio: float | None = None
    budget: float | None = None
    unit: str = ""
    peers: dict[str, float | str] = field(default_factory=dict)
    held: bool | None = None

    def __post_init__(self) -> None:
        if self.held is None and self.budget is not None and self.ratio is not None:
            self.held = self.ratio <= self.budget

    def as_dict(self) -> Json:
        return asdict(self)


Rows = Iterator[Row]


# Requests, answers, streams -----------------------------------------------------------------------------------------


def _asks(source: str, target: str) -> Callable[[Json], Any]:
    return lambda body: respeak.translate_request(body, source=source, target=target, tolerate="breaking")


def _answers(source: str, target: str) -> Callable[[Json], Any]:
    return lambda body: respeak.translate_response(body, source=source, target=target)


def _streams(source: str, target: str) -> Callable[[list[Json]], Any]:
    """What comes out is let go event by event, as when it is sent."""

    def said(events: list[Json]) -> StreamTranslator:
        translator = StreamTranslator(source=source, target=target)
        for event in events:
            translator.feed(event)
        translator.close()
        return translator

    return said


def _kilobytes(data: list[bytes]) -> str:
    size = sum(map(len, data))
    return f"{size} B" if size < 1000 else f"{size / 1000:.0f} kB" if size < 1e6 else f"{size / 1e6:.2f} MB"


ROUTES = {
    "small": ("responses>chat", "responses>vtrix", "chat>responses"),
    "agentic": tuple(
        f"{source}>{target}" for source in ("responses", "chat") for target in FAMILIES if target != source
    ),
    "huge": ("responses>chat", "responses>vtrix", "chat>responses", "vtrix>responses"),
}


def _source(size: str, source: str) -> Json:
    """The payload of a dialect; vtrix says the session with functions of old."""
    body = payloads.request(FAMILIES[source], size)
    if source != "vtrix":
        return body
    return respeak.translate_request(body, source="chat", target="vtrix", tolerate="breaking").payload


def requests(effort: Effort, peers: list[Peer]) -> Rows:
    for size, routes in ROUTES.items():
        for route in routes:
            source, target = route.split(">")
            body = _source(size, source)
            data = [orjson.dumps(body)]
            timing = compare(data, _asks(source, target), effort)
            what = f"{size} request, {source} to {target}"
            beside = _beside(peers, "request", source, target, data, effort)
            yield Row(
                "request", what, _kilobytes(data), timing.work * 1e6, timing.ratio, BUDGETS[size], "floor", beside
            )


def answers(effort: Effort, peers: list[Peer]) -> Rows:
    for source, target in (("responses", "chat"), ("responses", "vtrix"), ("chat", "responses"), ("chat", "aimlapi")):
        data = [orjson.dumps(payloads.answer(FAMILIES[source]))]
        timing = compare(data, _answers(source, target), effort)
        beside = _beside(peers, "answer", source, target, data, effort)
        what, budget = f"answer, {source} to {target}", BUDGETS["answer"]
        yield Row("answer", what, _kilobytes(data), timing.work * 1e6, timing.ratio, budget, "floor", beside)


STREAMS = (
    ("text", 1000, "text deltas"),
    ("arguments", 200, "argument fragments"),
    ("reasoning", 1000, "reasoning deltas"),
)


STREAM_ROUTES = (
    ("responses", "chat"),
    ("responses", "vtrix"),
    ("responses", "aimlapi"),
    ("chat", "responses"),
    ("chat", "openrouter-chat"),
    ("chat", "vtrix"),
)


def streams(effort: Effort, peers: list[Peer]) -> Rows:
    """Whole streams, and one delta of each kind: what a stream that is `LONGER` costs more."""
    for kind, count, words in STREAMS:
        for source, target in STREAM_ROUTES:
            data, longer = (
                [orjson.dumps(event) for event in payloads.stream(FAMILIES[source], kind, deltas)]
                for deltas in (count, LONGER * count)
            )
            timing, more = (compare(each, _streams(source, target), effort) for each in (data, longer))
            beside = _beside(peers, "stream", source, target, data, effort)
            what, route = f"stream, {count} {words}", f"{source} to {target}"
            one = timing.work / len(data) * 1e6
            yield Row(
                "stream", f"{what}, {route}", _kilobytes(data), one, timing.ratio, BUDGETS["stream"], "floor", beside
            )
            work, floor = more.work - timing.work, more.floor - timing.floor
            if work > 0 and floor > 0:  # else noise is all that there is, as in a quick run
                one = work / (len(longer) - len(data)) * 1e6
                yield Row("stream", f"one of more {words}, {route}", "", one, work / floor, BUDGETS["stream"], "floor")


LONGER = 4
"""So many times the deltas: the difference is what deltas cost, without the beginning and the end of a stream."""


def in_and_out(effort: Effort, _: list[Peer]) -> Rows:
    """Bytes of a stream in pieces of 4 KB to bytes; bytes of a request to bytes."""
    for source, target in (("responses", "chat"), ("chat", "responses")):
        events = payloads.stream(FAMILIES[source], "text", 1000)
        data = [orjson.dumps(event) for event in events]
        wire = b"".join(map(encode, events))
        pieces = [wire[at : at + 4096] for at in range(0, len(wire), 4096)]
        timing = compare(data, lambda _, pieces=pieces, s=source, t=target: _relay(pieces, s, t), effort)
        one = timing.work / len(events) * 1e6
        yield Row("bytes", f"stream, bytes to bytes, {source} to {target}", _kilobytes(data), one, timing.ratio)
        body = orjson.dumps(payloads.request(FAMILIES[source], "agentic"))
        asks = _asks(source, target)
        timing = compare([body], lambda _, body=body, asks=asks: orjson.dumps(asks(orjson.loads(body)).payload), effort)
        what = f"agentic request, bytes to bytes, {source} to {target}"
        yield Row("bytes", what, _kilobytes([body]), timing.work * 1e6, timing.ratio)


def _relay(pieces: list[bytes], source: str, target: str) -> list[bytes]:
    decoder, translator = SseDecoder(), StreamTranslator(source=source, target=target)
    out = []
    for piece in pieces:
        for event in decoder.feed(piece):
            out += [encode(said) for said in translator.feed(event)]
    return out + [encode(said) for said in translator.close()]


def validation(effort: Effort, _: list[Peer]) -> Rows:
    for family in ("responses", "chat"):
        for size in ("small", "agentic"):
            data = [orjson.dumps(payloads.request(family, size))]
            timing = compare(data, lambda body, family=family: respeak.validate(body, dialect=family), effort)
            yield Row("validate", f"validate, {size} {family}", _kilobytes(data), timing.work * 1e6, timing.ratio)


def imports(effort: Effort, _: list[Peer]) -> Rows:
    base = fresh_process("import pydantic", effort)
    first = "import respeak; respeak.translate_request({'model': 'm', 'input': 'x'}, source='responses', target='chat')"
    for what, code, budget in (
        ("import respeak", "import respeak", BUDGETS["import"]),
        ("import every public name", "from respeak import *", None),
        ("import and the very first translation", first, None),
    ):
        took = fresh_process(code, effort)
        yield Row("import", what, "", took * 1e6, took / base, budget, "import pydantic")


def memory(effort: Effort, _: list[Peer]) -> Rows:
    """The most bytes that a translation holds beside its input, as a share of the input's JSON."""
    for size in ("agentic", "huge"):
        for source, target in (("responses", "chat"), ("chat", "responses"), ("responses", "vtrix")):
            body = payloads.request(FAMILIES[source], size)
            data = [orjson.dumps(body)]
            share = peak(lambda body=body, s=source, t=target: _asks(s, t)(body)) / len(data[0])
            what = f"memory, {size} request, {source} to {target}"
            yield Row("memory", what, _kilobytes(data), 0, share, None, "bytes of the payload")


# Growth -------------------------------------------------------------------------------------------------------------

Sized = Callable[[int], tuple[Any, Callable[[Any], Any]]]


def _items(family: str, target: str) -> Sized:
    def sized(count: int) -> tuple[Any, Callable[[Any], Any]]:
        make = payloads.responses_request if family == "responses" else payloads.chat_request
        return make(count, 60), _asks(family, target)

    return sized


def _of(make: Callable[[int], Json], target: str) -> Sized:
    return lambda count: (make(count), _asks("responses", target))


def _deltas(source: str, target: str, what: str = "text") -> Sized:
    return lambda count: (payloads.stream(FAMILIES[source], what, count), _streams(source, target))


GROWTH: tuple[tuple[str, str, tuple[int, ...], Sized], ...] = (
    ("items, responses to chat", "item", (10, 100, 1000, 10_000), _items("responses", "chat")),
    ("items, responses to vtrix", "item", (10, 100, 1000, 10_000), _items("responses", "vtrix")),
    ("items, chat to responses", "item", (10, 100, 1000, 10_000), _items("chat", "responses")),
    ("tools, responses to chat", "tool", (20, 200, 2000), _of(payloads.many_tools, "chat")),
    ("tools, responses to aimlapi", "tool", (20, 200, 2000), _of(payloads.many_tools, "aimlapi")),
    ("nesting, responses to chat", "level", (10, 40, 120), _of(payloads.nested, "chat")),
    ("one string, responses to chat", "MB", (500_000, 5_000_000, 50_000_000), _of(payloads.one_string, "chat")),
    ("text deltas, responses to chat", "delta", (100, 1000, 10_000), _deltas("responses", "chat")),
    ("text deltas, chat to responses", "delta", (100, 1000, 10_000), _deltas("chat", "responses")),
    ("argument fragments, chat to responses", "delta", (100, 1000, 10_000), _deltas("chat", "responses", "arguments")),
)


def growth(effort: Effort, _: list[Peer]) -> Rows:
    """What one more unit costs, small payload to large: time and memory."""
    for what, unit, counts, sized in GROWTH:
        if effort is QUICK:
            counts = counts[:2]
        scale = 1_000_000 if unit == "MB" else 1
        costs = [_cost(sized, count, effort, scale) for count in counts]
        shown = " ".join(f"{time:.2f}" for time, _ in costs)
        held = all(_linear([cost[kind] for cost in costs]) for kind in (0, 1))
        bytes_each = " ".join(f"{size:.0f}" for _, size in costs)
        size = ", ".join(f"{count / scale:g}" for count in counts) + (" MB" if scale > 1 else "")
        line = f"us a {unit}: {shown}; bytes: {bytes_each}"
        yield Row("growth", what, size, costs[-1][0], None, None, line, held=held)


def _cost(sized: Sized, count: int, effort: Effort, scale: int) -> tuple[float, float]:
    payload, work = sized(count)
    time = seconds(lambda: work(payload), Effort(min(effort.rounds, 5), effort.seconds))
    units = count / scale
    return time * 1e6 / units, peak(lambda: work(payload)) / units


def _linear(costs: list[float]) -> bool:
    """The last step may cost no more a unit than the one before it; what hardly costs anything cannot grow."""
    return costs[-1] <= LINEAR * max(costs[-2], 0.05)


# Peers --------------------------------------------------------------------------------------------------------------


def _beside(
    peers: list[Peer], kind: str, source: str, target: str, data: list[bytes], effort: Effort
) -> dict[str, float | str]:
    """The ratio of each peer that has the job, or `fails` with the reason."""
    out: dict[str, float | str] = {}
    for peer in peers:
        job = peer.jobs.get(f"{kind} {source} {target}")
        if job is not None:
            out[peer.name] = _peer(job, kind, data, Effort(min(effort.rounds, 5), effort.seconds))
    return out


def _peer(job: Callable[[Any], Any], kind: str, data: list[bytes], effort: Effort) -> float | str:
    def fresh() -> Any:
        return orjson.loads(data[0]) if kind != "stream" else [orjson.loads(piece) for piece in data]

    try:
        said = job(fresh())
        wrong = flaw(kind, fresh(), orjson.loads(orjson.dumps(list(said) if kind == "stream" else said, default=str)))
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1].name
        return f"fails: {type(error).__name__} in {last}: {' '.join(str(error).split())[:80]}"
    if wrong:
        return f"fails: {wrong}"
    work = job if kind != "stream" else lambda events: deque(job(events), maxlen=0)
    return compare(data, work, effort).ratio


GROUPS: dict[str, Callable[[Effort, list[Peer]], Rows]] = {
    "request": requests,
    "answer": answers,
    "stream": streams,
    "bytes": in_and_out,
    "validate": validation,
    "import": imports,
    "memory": memory,
    "growth": growth,
}
