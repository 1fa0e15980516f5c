"""Whatever memory puts back: every call has one output, its own, and no other call has its id."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.upstream import called, response, said, thought
from respeak import Options, answer_of, stream_of
from respeak.exchange import Exchange
from respeak.exchange_stream import ExchangeStream
from respeak.memory.store import LocalMemory
from respeak.sse import SseDecoder, encode
from respeak.wire import dumps

Json = dict[str, Any]

LONG = "call_" + "7" * 24
IDS = ("call_0", "call_1", LONG, f"{LONG}b", "x" * 70)

ROUTES = [
    ("chat", "gpt-5.3-codex", "tools"),
    ("chat", "gpt-5.3-codex", "functions"),
    ("vtrix", "vtrix-gpt-5.3-codex", "functions"),
    ("codex-guide", "gpt-5.3-codex", "functions"),
    ("openrouter-chat", "openai/gpt-5.3-codex", "tools"),
]
each_route = pytest.mark.parametrize("route", ROUTES, ids=[f"{client} {tools}" for client, _, tools in ROUTES])


@dataclass
class Round:
    """What the upstream says, and what the client makes of it."""

    ids: list[str]
    thinks: bool = True
    text: str = ""
    answers: bool = True
    again: bool = False


@st.composite
def rounds(draw: st.DrawFn) -> list[Round]:
    ids = st.lists(st.sampled_from(IDS), max_size=3, unique=True)
    one = st.builds(
        Round, ids, st.booleans(), st.sampled_from(["", "I look."]), st.sampled_from([True, True, False]), st.booleans()
    )
    return draw(st.lists(one, min_size=1, max_size=4))


class Client:
    """A Chat client of one route in one conversation."""

    def __init__(self, route: tuple[str, str, str], streams: bool) -> None:
        self.name, self.model, tools = route
        function = {"name": "f", "parameters": {"type": "object", "properties": {}}}
        declared = {"functions": [function]} if tools == "functions" else {}
        self.tools = declared or {"tools": [{"type": "function", "function": function}]}
        self.streams = streams
        self.memory = LocalMemory()
        self.messages: list[Json] = [{"role": "user", "content": "Go."}]
        self.hits = 0
        self.losses: list[str] = []

    def ask(self, answer: Json) -> tuple[list[Json], Json]:
        """One exchange: the upstream's input, the client's message."""
        exchange = Exchange(client=self.name, upstream="responses", scope="me")
        stream = {"stream": True} if self.streams else {}
        exchange.begin({"model": self.model, "messages": self.messages, **self.tools, **stream})
        sent = exchange.request(self.memory.recall(exchange.keys))
        self.hits = exchange.hits
        self.losses = [loss.code.value for loss in exchange.losses]
        message = self._streamed(exchange, answer) if self.streams else self._whole(exchange, answer)
        self.memory.remember(exchange.entries())
        return sent["input"], {key: value for key, value in message.items() if value is not None}

    def _whole(self, exchange: Exchange, answer: Json) -> Json:
        message: Json = exchange.answer(200, dumps(answer)).body["choices"][0]["message"]
        return message

    def _streamed(self, exchange: Exchange, answer: Json) -> Json:
        stream = ExchangeStream(exchange)
        out = b"".join(map(stream.feed, map(encode, stream_of(answer, dialect="responses")))) + stream.close()
        message: Json = answer_of(SseDecoder().feed(out), dialect="chat")["choices"][0]["message"]
        return message

    def go_on(self, message: Json, answers: bool) -> None:
        """Send the message back, with what its calls gave."""
        self.messages.append({**message, "role": "assistant"})
        legacy = message.get("function_call")
        if answers and legacy:
            self.messages.append({"role": "function", "name": legacy["name"], "content": gave(legacy)})
        for call in message.get("tool_calls") or () if answers else ():
            self.messages.append({"role": "tool", "tool_call_id": call["id"], "content": gave(call["function"])})
        if not answers or not (legacy or message.get("tool_calls")):
            self.messages.append({"role": "user", "content": "Go on."})


def gave(call: Json) -> str:
    """The output of a call, which says whose it is."""
    return f"output of {json.loads(call['arguments'])['n']}"


def answer_to(number: int, one: Round) -> Json:
    calls = [called("f", {"n": 10 * number + i}, identifier) for i, identifier in enumerate(one.ids)]
    for i, call in enumerate(calls):
        call["id"] = f"fc_{number}_{i}"
    words = [said(one.text or "Done.", None, number)] if one.text or not calls else []
    return response(*([thought(number)] if one.thinks else []), *words, *calls)


def check(items: list[Json]) -> None:
    """Every call has one output, behind it, which is its own or says nothing; ids of calls and items are unique."""
    calls = [item for item in items if item.get("type") == "function_call"]
    outputs = [item for item in items if item.get("type") == "function_call_output"]
    ids = [call["call_id"] for call in calls]
    assert len(set(ids)) == len(ids) and all(1 <= len(name) <= 64 for name in ids)
    assert sorted(ids) == sorted(output["call_id"] for output in outputs)
    own = [item["id"] for item in items if item.get("id")]
    assert len(set(own)) == len(own)
    for call in calls:
        [output] = [output for output in outputs if output["call_id"] == call["call_id"]]
        assert items.index(call) < items.index(output)
        assert output["output"] in ("", gave(call))


@each_route
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streamed"])
@settings(max_examples=40, deadline=None)
@given(said=rounds())
def test_every_call_has_its_own_output_whatever_comes_back(
    route: tuple[str, str, str], streams: bool, said: list[Round]
) -> None:
    client = Client(route, streams)
    for number, one in enumerate(said):
        items, message = client.ask(answer_to(number, one))
        check(items)
        client.go_on(message, one.answers)
        if one.again:
            client.go_on(message, one.answers)
    check(client.ask(answer_to(99, Round([])))[0])


@each_route
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "streamed"])
def test_a_turn_with_one_call_comes_back_to_every_client_with_its_output(
    route: tuple[str, str, str], streams: bool
) -> None:
    client = Client(route, streams)
    for number in range(2):
        _, message = client.ask(answer_to(number, Round([LONG[:-1] + str(number)])))
        client.go_on(message, answers=True)
    items, _ = client.ask(answer_to(2, Round([])))
    assert client.hits == 2
    assert [item.get("type") for item in items[1:]] == ["reasoning", "function_call", "function_call_output"] * 2
    check(items)
    for item, number in zip(items[2::3], range(2), strict=True):
        assert item == answer_to(number, Round([LONG[:-1] + str(number)]))["output"][1]


@each_route
@pytest.mark.parametrize("answers", [False, True], ids=["unanswered", "answered"])
def test_calls_that_a_client_did_not_see_or_answer_do_not_come_back(route: tuple[str, str, str], answers: bool) -> None:
    client = Client(route, streams=False)
    _, message = client.ask(answer_to(0, Round(["call_0", LONG])))
    client.go_on(message, answers)
    items, _ = client.ask(answer_to(1, Round([])))
    assert client.hits == (answers and "tools" in client.tools)
    check(items)


def test_ids_that_repeat_are_made_unique_for_call_and_output_alike() -> None:
    client = Client(ROUTES[0], streams=False)
    for number in range(3):
        _, message = client.ask(answer_to(number, Round(["call_0"])))
        client.go_on(message, answers=True)
    items, _ = client.ask(answer_to(3, Round([])))
    ids = [item["call_id"] for item in items if "call_id" in item]
    assert client.hits == 3
    assert ids == ["call_0", "call_0", "call_0_2", "call_0_2", "call_0_3", "call_0_3"]
    assert client.losses == ["call_id_changed"] * 2


def test_a_turn_that_is_sent_twice_comes_back_once() -> None:
    """A provider refuses two items of one id."""
    client = Client(ROUTES[0], streams=False)
    _, message = client.ask(answer_to(0, Round([LONG])))
    client.go_on(message, answers=True)
    client.go_on(message, answers=True)
    items, _ = client.ask(answer_to(1, Round([])))
    assert client.hits == 1
    assert [item["call_id"] for item in items if "call_id" in item] == [LONG, LONG, f"{LONG}_2", f"{LONG}_2"]


def test_losses_of_a_turn_that_comes_back_are_none() -> None:
    """Not even a caller who tolerates nothing is refused for what did not happen."""
    client = Client(ROUTES[0], streams=False)
    told = Round([LONG], text="I look.")
    _, message = client.ask(answer_to(0, told))
    client.go_on(message, answers=True)
    for memory, losses in (({}, ["phase_inferred"]), (None, [])):
        exchange = Exchange(client="chat", upstream="responses", scope="me", options=Options(infer_phase=True))
        exchange.begin({"model": client.model, "messages": client.messages})
        exchange.request(client.memory.recall(exchange.keys) if memory is None else memory)
        assert [loss.code.value for loss in exchange.losses] == losses
    strict = Exchange(
        client="chat", upstream="responses", scope="me", tolerate="none", options=Options(infer_phase=True)
    )
    strict.begin({"model": client.model, "messages": client.messages})
    assert strict.request(client.memory.recall(strict.keys))["input"][1:4] == answer_to(0, told)["output"]


def test_a_hosted_call_brings_its_output_along() -> None:
    client = Client(ROUTES[0], streams=False)
    search: list[Json] = [
        {"type": "tool_search_call", "id": "ts_1", "call_id": "s_1", "arguments": {}, "status": "completed"},
        {"type": "tool_search_output", "id": "to_1", "call_id": "s_1", "tools": [], "status": "completed"},
    ]
    answer = answer_to(0, Round([LONG]))
    answer["output"][:0] = search
    _, message = client.ask(answer)
    client.go_on(message, answers=True)
    items, _ = client.ask(answer_to(1, Round([])))
    assert items[1:3] == search and client.hits == 1
    check(items)
