"""Where the clients meet the gateway, and the conversation that every one of them has with it.

An agent is asked for the weather. Its model thinks, says what it does and calls `locate` for two cities at once;
thinks, says more and calls `forecast`; then it answers. Then the user asks again. The upstreams are scripted, the
tools are run by the client, and what counts is what the upstream received: `Place.at_responses`, `Place.at_chat`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gateway.process import Gateway
from gateway.upstream import Json, Server, called, calls, completion, in_turn, response, said, thought

RESPONSES, CHAT = "gpt-5.3-codex", "gpt-5.1"
"""Models: the first is at the Responses upstream, the second at the Chat upstream."""

SYSTEM = "You are a careful weatherman."
QUESTION, AGAIN = "Is it sunny in Graz?", "And in Linz?"
ANSWER, LAST = "It is sunny in Graz.", "It rains in Linz."


def locate(city: str) -> str:
    """Where a city lies."""
    return f"{city} lies in Austria."


def forecast(city: str, day: str) -> str:
    """The weather of a day."""
    return f"{city}, {day}: no cloud."


CALLS = {
    "call_1": ("locate", {"city": "Graz"}),
    "call_2": ("locate", {"city": "Linz"}),
    "call_3": ("forecast", {"city": "Graz", "day": "today"}),
}
ARGUMENTS = {"call_1": '{"city": "Graz"}', "call_2": '{"city":"Linz"}', "call_3": '{"day":"today",  "city":"Graz"}'}
"""The same arguments as the Responses model writes them: some clients write them anew, with or without spaces."""

OUTPUTS = {"call_1": "Graz lies in Austria.", "call_2": "Linz lies in Austria.", "call_3": "Graz, today: no cloud."}
TURNS = (("call_1", "call_2"), ("call_3",))
TEXTS = ("I look where they lie.", "Now the forecast.")

USAGE = (33, 21)
"""Tokens in and out of the three answers up to `ANSWER`."""


def spoken(turn: int, ids: tuple[str, ...]) -> Json:
    """The Chat message of a turn that calls."""
    return {"content": TEXTS[turn], **calls(*((each, *CALLS[each]) for each in ids))}


def worked(turn: int, ids: tuple[str, ...]) -> list[Json]:
    """The items of a turn that calls."""
    made = [{**called(*CALLS[each], each), "arguments": ARGUMENTS[each]} for each in ids]
    return [thought(turn + 1), said(TEXTS[turn], "commentary", turn + 1), *made]


ITEMS: list[list[Json]] = [
    *(worked(turn, ids) for turn, ids in enumerate(TURNS)),
    [thought(3), said(ANSWER, "final_answer", 3)],
    [said(LAST, "final_answer", 4)],
]
"""What the Responses upstream says, turn by turn."""

MESSAGES: list[Json] = [
    *(spoken(turn, ids) for turn, ids in enumerate(TURNS)),
    {"content": ANSWER},
    {"content": LAST},
]
"""What the Chat upstream says."""

DONE = (ANSWER, LAST, USAGE)
"""What a client has when it is through: both answers, and the tokens of all requests up to the first."""


@dataclass
class Place:
    """The gateway and both upstreams."""

    gate: Gateway
    responses: Server
    chat: Server
    key: str = ""

    @property
    def url(self) -> str:
        return f"{self.gate.url}/v1"

    def script(self) -> None:
        """Let both upstreams have the conversation."""
        self.responses.says = in_turn(*(response(*items, id=f"resp_{n}") for n, items in enumerate(ITEMS)))
        ends = ("tool_calls", "tool_calls", "stop", "stop")
        said = zip(MESSAGES, ends, strict=True)
        self.chat.says = in_turn(*(completion(*each, id=f"chatcmpl-{n}") for n, each in enumerate(said)))

    def seen_by_responses(self, stream: bool) -> None:
        """The Responses upstream received its own items, verbatim, with the output of each call."""
        bodies = requests(self.responses, "/v1/responses", stream)
        for number, body in enumerate(bodies):
            first, *rest = body["input"]
            assert (first["role"], first["content"]) in [(role, SYSTEM) for role in ("system", "developer")]
            assert rest == history(number, ITEMS, result_item)
            assert body["include"] == ["reasoning.encrypted_content"]
            assert declared(body["tools"]) == TOOLS

    def seen_by_chat(self, stream: bool) -> None:
        """The Chat upstream received its own messages, with the output of each call."""
        bodies = requests(self.chat, "/v1/chat/completions", stream)
        said = [[plain({"role": "assistant", **message})] for message in MESSAGES]
        for number, body in enumerate(bodies):
            first, *rest = body["messages"]
            assert (first["role"], first["content"]) in [(role, SYSTEM) for role in ("system", "developer")]
            assert [plain(message) for message in rest] == history(number, said, result_message)
            assert declared([{"type": tool["type"], **tool["function"]} for tool in body["tools"]]) == TOOLS


TOOLS = {"locate": ["city"], "forecast": ["city", "day"]}


def requests(server: Server, path: str, stream: bool) -> list[Json]:
    """The four requests of the conversation, as an upstream received them, each streamed or none."""
    assert [each for each, _, _ in server.seen] == [path] * 4
    assert [body.get("stream", False) for body in server.bodies] == [stream] * 4
    return server.bodies


def history(number: int, answers: list[list[Json]], result: Any) -> list[Json]:
    """What is said before an answer: the question, each turn with its outputs, the next question."""
    out: list[Json] = [{"role": "user", "content": QUESTION}]
    for turn, answer in enumerate(answers[:number]):
        ids = TURNS[turn] if turn < len(TURNS) else ()
        out += [*answer, *(result(each) for each in ids)]
    return out if number < 3 else [*out, {"role": "user", "content": AGAIN}]


def result_item(call_id: str) -> Json:
    return {"type": "function_call_output", "call_id": call_id, "output": OUTPUTS[call_id]}


def result_message(call_id: str) -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": OUTPUTS[call_id]}


def declared(tools: list[Json]) -> dict[str, list[str]]:
    """Functions by name, each with its parameters."""
    assert {tool["type"] for tool in tools} == {"function"}
    return {tool["name"]: list(tool["parameters"]["properties"]) for tool in tools}


def plain(message: Json) -> Json:
    """A message without what says nothing, its calls as (id, name, arguments)."""
    made = [
        (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
        for call in message.get("tool_calls") or ()
    ]
    kept = {key: value for key, value in message.items() if value is not None and key != "tool_calls"}
    return {**kept, "tool_calls": made} if made else kept
