"""Agents of three frameworks through the gateway, two rounds of tools, to an upstream of the other family.

What is looked at is what the upstream got: a framework that speaks Chat cannot carry phase, reasoning or item ids, and
yet the upstream must get its own items back.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.place import CHAT_MODEL, RESPONSES_MODEL, Place, served
from clients.runs import ASKED, ORDERS, RUNS
from gateway.upstream import called, calls, completion, in_turn, response, said, thought

LAST = "Sun, and it is noon."
TURNS = [
    [thought(0), said("I look at the sky.", "commentary", 0), called("weather", {"city": "Graz"}, "call_w")],
    [thought(1), said("Now the clock.", "commentary", 1), called("clock", {"zone": "CET"}, "call_c")],
    [thought(2), said(LAST, "final_answer", 2)],
]
OUTPUTS = [("call_w", "sun over Graz"), ("call_c", "noon in CET")]
SAID = [
    completion({"content": "I look at the sky.", **calls(("call_w", "weather", {"city": "Graz"}))}, "tool_calls"),
    completion({"content": "Now the clock.", **calls(("call_c", "clock", {"zone": "CET"}))}, "tool_calls"),
    completion({"content": LAST}),
]
ANSWERS = [{**answer, "id": f"chatcmpl-{number}"} for number, answer in enumerate(SAID)]
"""Each with an id of its own: LangChain takes messages of one id for one message."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("agents")) as found:
        yield found


def each(framework: str) -> Any:
    missing = importlib.util.find_spec(framework) is None
    return pytest.param(RUNS[framework], id=framework, marks=pytest.mark.skipif(missing, reason="not installed"))


frameworks = pytest.mark.parametrize("run", [each(framework) for framework in RUNS])
streamed_or_not = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])


@frameworks
@streamed_or_not
def test_a_chat_agent_gives_the_upstream_its_own_items_back(place: Place, run: Any, stream: bool) -> None:
    place.responses.seen.clear()
    place.responses.says = in_turn(*(response(*turn, id=f"resp_{n}") for n, turn in enumerate(TURNS)))
    assert run(place.url, RESPONSES_MODEL, "chat", stream).endswith(LAST)
    first, second, third = place.responses.bodies
    assert [tool["name"] for tool in first["tools"]] == ["weather", "clock"]
    assert all(bool(body.get("stream")) is stream for body in (first, second, third))
    assert [item["content"] for item in first["input"]] == [ORDERS, ASKED]
    assert second["input"] == [*first["input"], *TURNS[0], output(0)]
    assert third["input"] == [*second["input"], *TURNS[1], output(1)]


def output(number: int) -> Any:
    call_id, text = OUTPUTS[number]
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def test_without_memory_the_same_agent_loses_phase_and_reasoning(tmp_path: Path) -> None:
    """What the test above would see if the gateway did not remember."""
    pytest.importorskip("langchain_openai")
    with served(tmp_path, memory="none") as place:
        place.responses.says = in_turn(*(response(*turn) for turn in TURNS))
        assert RUNS["langchain_openai"](place.url, RESPONSES_MODEL, "chat", False) == LAST
        _, second, _ = place.responses.bodies
        assert "reasoning" not in [item.get("type") for item in second["input"]]
        assert not any("phase" in item for item in second["input"])


@frameworks
@streamed_or_not
def test_a_responses_agent_works_with_an_upstream_of_chat(place: Place, run: Any, stream: bool) -> None:
    place.chat.seen.clear()
    place.chat.says = in_turn(*ANSWERS)
    assert run(place.url, CHAT_MODEL, "responses", stream).endswith(LAST)
    first, second, third = place.chat.bodies
    assert [tool["function"]["name"] for tool in first["tools"]] == ["weather", "clock"]
    assert [message["content"] for message in first["messages"]] == [ORDERS, ASKED]
    for number, (before, after) in enumerate([(first, second), (second, third)]):
        assert after["messages"][: len(before["messages"])] == before["messages"]
        turn, result = after["messages"][len(before["messages"]) :]
        wanted = ANSWERS[number]["choices"][0]["message"]
        assert turn["content"] == wanted["content"]
        assert [told(call) for call in turn["tool_calls"]] == [told(call) for call in wanted["tool_calls"]]
        call_id, text = OUTPUTS[number]
        assert result == {"role": "tool", "tool_call_id": call_id, "content": text}


def told(call: Any) -> tuple[str, str, Any]:
    """Id, name and arguments; some frameworks write the arguments anew."""
    return call["id"], call["function"]["name"], json.loads(call["function"]["arguments"])
