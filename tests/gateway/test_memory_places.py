"""Errors and losses of a request that memory added to are told where the client can find them."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.upstream import called, completion, response, said, thought
from respeak.errors import TranslationError
from respeak.exchange import Exchange
from respeak.exchange_stream import ExchangeStream
from respeak.memory.store import LocalMemory
from respeak.sse import encode
from respeak.wire import dumps

Json = dict[str, Any]

LONG = "call_" + "7" * 24
MODEL = {"model": "gpt-5.3-codex"}


def error(param: str) -> Json:
    return {"error": {"message": "Not so.", "type": "invalid_request_error", "param": param, "code": None}}


def exchange(memory: LocalMemory, client: str, body: Json, **more: Any) -> Exchange:
    """A request on its way, with what memory has for it."""
    upstream = "chat" if client == "responses" else "responses"
    begun = Exchange(client=client, upstream=upstream, scope="me", unique="0", **more)
    begun.begin({**MODEL, **body})
    begun.request(memory.recall(begun.keys))
    return begun


def answered(memory: LocalMemory, client: str, body: Json, answer: Json) -> Json:
    """The client's answer, which memory keeps."""
    begun = exchange(memory, client, body)
    reply = begun.answer(200, dumps(answer))
    memory.remember(begun.entries())
    return reply.body


def param_of(begun: Exchange, param: str) -> Any:
    """What the client is told of an error, however it comes."""
    whole = begun.answer(400, dumps(error(param))).body["error"]["param"]
    stream = ExchangeStream(begun)
    stream.feed(encode(error(param)))
    assert stream.refusal is not None and stream.refusal.body["error"]["param"] == whole
    return whole


def before(memory: LocalMemory) -> str:
    """The id of an answer after two turns: four messages."""
    first = answered(memory, "responses", {"input": "One?"}, completion({"content": "1."}))
    body = {"input": "Two?", "previous_response_id": first["id"]}
    return str(answered(memory, "responses", body, completion({"content": "2."}))["id"])


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("messages[0].content", "instructions"),
        ("messages[1].content", "previous_response_id"),
        ("messages[4].content", "previous_response_id"),
        ("messages[5].content", "input[0].content"),
        ("messages[6].content[1].image_url.url", "input[1].content[1].image_url"),
        ("max_completion_tokens", "max_output_tokens"),
    ],
)
def test_an_error_names_the_clients_own_item_or_the_answer_that_it_goes_on_with(named: str, told: str) -> None:
    memory = LocalMemory()
    picture = {"type": "input_image", "image_url": "https://x.example/p.png", "detail": "auto"}
    body = {
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": "Three?"},
            {"role": "user", "content": [{"type": "input_text", "text": "See"}, picture]},
        ],
        "previous_response_id": before(memory),
        "max_output_tokens": 5000,
    }
    assert param_of(exchange(memory, "responses", body), named) == told


@pytest.mark.parametrize(("named", "told"), [("messages[3]", "previous_response_id"), ("messages[4].content", "input")])
def test_an_input_that_is_one_string_is_named_as_such(named: str, told: str) -> None:
    memory = LocalMemory()
    body = {"input": "Three?", "previous_response_id": before(memory)}
    assert param_of(exchange(memory, "responses", body), named) == told


def test_a_loss_of_what_came_before_stands_at_the_answer_that_the_client_goes_on_with() -> None:
    memory = LocalMemory()
    spoken = said("So.", "commentary")
    first = answered(memory, "responses", {"input": [spoken]}, completion({"content": "1."}))
    body = {"input": [spoken], "previous_response_id": first["id"]}
    found = [loss.path for loss in exchange(memory, "responses", body).losses if loss.code.value == "phase_dropped"]
    assert found == ["/previous_response_id", "/input/0/phase"]
    with pytest.raises(TranslationError, match="\n/previous_response_id: Chat cannot say phase"):
        exchange(memory, "responses", body, tolerate="harmless")


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("input[0]", "messages[0]"),
        ("input[1].encrypted_content", "messages[1]"),
        ("input[2].content[0].text", "messages[1].content"),
        ("input[3].arguments", "messages[1].tool_calls[0].function.arguments"),
        ("input[4].output", "messages[2].content"),
        ("input[5].content", "messages[3].content"),
    ],
)
def test_an_error_names_the_message_that_remembered_items_stand_for(named: str, told: str) -> None:
    memory = LocalMemory()
    ask = [{"role": "user", "content": "Weather?"}]
    items = [thought(), said("I look.", "commentary"), called("weather", {"city": "Graz"}, LONG)]
    message = answered(memory, "chat", {"messages": ask}, response(*items))["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": LONG, "content": "sun"}
    begun = exchange(memory, "chat", {"messages": [*ask, message, result, {"role": "user", "content": "And now?"}]})
    assert begun.hits == 1
    assert param_of(begun, named) == told
