"""What memory must not mix up, and when: ids of upstreams, tenants, upstreams themselves, and the end of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from gateway.process import Gateway, configured, free_port, gateway
from gateway.upstream import Server, called, completion, either, in_turn, response, running, said, thought
from respeak.memory.store import LocalMemory
from respeak.transport import TranslatingTransport

Json = dict[str, Any]

MINE = {"authorization": "Bearer mine"}


class Place:
    """A gateway that remembers in a file, in front of a Chat upstream and two Responses ones."""

    def __init__(self, gate: Gateway, chat: Server, one: Server, other: Server) -> None:
        self.gate, self.chat, self.one, self.other = gate, chat, one, other

    def ask(self, headers: Mapping[str, str] = MINE, **body: Any) -> httpx.Response:
        path = "chat/completions" if "messages" in body else "responses"
        return httpx.post(f"{self.gate.url}/v1/{path}", json=body, headers=headers, timeout=20)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("memory")
    with ExitStack() as stack:
        servers = [stack.enter_context(running()) for _ in range(3)]
        names = (("C", "chat", "c-*"), ("R", "responses", "gpt-5-one"), ("S", "responses", "gpt-5-other"))
        upstreams = [
            {"name": name, "dialect": dialect, "base_url": server.url, "models": [models]}
            for (name, dialect, models), server in zip(names, servers, strict=True)
        ]
        gate = stack.enter_context(gateway(folder, *configured(folder, *upstreams)))
        yield Place(gate, *servers)
        assert (folder / "respeak-memory.sqlite").exists()  # the memory of `serve`, with a configuration or without


def texts(sent: Json) -> list[str]:
    """What stands in the messages that an upstream got."""
    return [str(message["content"]) for message in sent["messages"]]


def test_answers_of_one_upstream_id_are_two_answers(place: Place) -> None:
    """Some servers call every answer the same, or nothing."""
    place.chat.says = in_turn(*(completion({"content": f"answer {n}"}, id="chatcmpl-1") for n in range(3)))
    first = place.ask(model="c-1", input="question A").json()
    second = place.ask(model="c-1", input="question B").json()
    assert first["id"] != second["id"]
    assert first["output"][0]["id"] != second["output"][0]["id"]
    place.ask(model="c-1", input="and then?", previous_response_id=first["id"])
    assert texts(place.chat.bodies[-1]) == ["question A", "answer 0", "and then?"]


@pytest.mark.parametrize("stream", [False, True])
def test_the_next_turn_may_come_at_once(place: Place, stream: bool) -> None:
    """What is remembered is there before the client has the end of the answer."""
    place.chat.says = either(completion({"content": "answer"}))
    for _ in range(15):
        answer = place.ask(model="c-1", input="question", stream=stream)
        identifier = _last_response(answer.text)["id"] if stream else answer.json()["id"]
        assert place.ask(model="c-1", input="more", previous_response_id=identifier).status_code == 200


def _last_response(text: str) -> Json:
    data = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: {")]
    found: Json = json.loads(data[-1])["response"]
    return found


@pytest.mark.parametrize("name", ["api-key", "x-api-key"])
def test_tenants_are_told_apart_by_whatever_says_who_they_are(place: Place, name: str) -> None:
    place.chat.says = either(completion({"content": "the secret is 42"}))
    answer = place.ask({name: "one"}, model="c-1", input="tell me").json()
    stolen = place.ask({name: "two"}, model="c-1", input="go on", previous_response_id=answer["id"])
    assert stolen.status_code == 400
    own = place.ask({name: "one"}, model="c-1", input="go on", previous_response_id=answer["id"])
    assert own.status_code == 200
    found = [httpx.get(f"{place.gate.url}/v1/responses/{answer['id']}", headers={name: who}) for who in ("one", "two")]
    assert [each.status_code for each in found] == [200, 404]


TURN = response(thought(), called("weather", {"city": "Oslo"}, "call_" + "7" * 24))


def test_thoughts_go_back_to_the_upstream_that_had_them_and_to_no_other(place: Place) -> None:
    place.one.says = place.other.says = in_turn(TURN, *(response(said("Sunny.")) for _ in range(3)))
    asked = [{"role": "user", "content": "Weather?"}]
    message = place.ask(model="gpt-5-one", messages=asked).json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "sun"}
    place.ask(model="gpt-5-one", messages=[*asked, message, result])
    assert "reasoning" in [item.get("type") for item in place.one.bodies[-1]["input"]]
    place.ask(model="gpt-5-other", messages=[*asked, message, result])
    assert "reasoning" not in [item.get("type") for item in place.other.bodies[-1]["input"]]


def test_a_call_id_that_others_have_too_counts_with_the_turns_before_it(place: Place) -> None:
    first = response(thought(1), called("weather", {}, "call_1"))
    second = response(called("weather", {}, "call_1"))
    place.one.says = in_turn(first, second, *(response(said("Sunny.")) for _ in range(2)))
    for question in ("in Oslo?", "in Rome?"):
        place.ask(model="gpt-5-one", messages=[{"role": "user", "content": question}])
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}],
    }
    result = {"role": "tool", "tool_call_id": "call_1", "content": "sun"}
    for question, thinks in (("in Oslo?", True), ("in Rome?", False)):
        place.ask(model="gpt-5-one", messages=[{"role": "user", "content": question}, message, result])
        assert ("reasoning" in [item.get("type") for item in place.one.bodies[-1]["input"]]) == thinks


def test_a_response_that_is_deleted_takes_its_items_along(place: Place) -> None:
    place.chat.says = either(completion({"content": "to be forgotten"}))
    answer = place.ask(model="c-1", input="question").json()
    url = f"{place.gate.url}/v1/responses/{answer['id']}"
    assert httpx.delete(url, headers=MINE).json()["deleted"] is True
    reference = {"type": "item_reference", "id": answer["output"][0]["id"]}
    assert place.ask(model="c-1", input=[reference]).status_code == 400


def test_without_its_memory_a_gateway_asks_to_try_again(tmp_path: Path, upstream: Server) -> None:
    """400 would make the client drop the conversation."""
    upstream.says = either(completion({"content": "Sunny."}))
    one = {"name": "u", "dialect": "chat", "base_url": upstream.url}
    arguments = configured(tmp_path, one, memory=f"redis://127.0.0.1:{free_port()}")
    with gateway(tmp_path, *arguments) as gate:
        url = f"{gate.url}/v1/responses"
        assert httpx.post(url, json={"model": "m", "input": "x"}, timeout=20).status_code == 200
        body = {"model": "m", "input": "x", "previous_response_id": "resp_1"}
        answer = httpx.post(url, json=body, timeout=20)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "memory_unavailable"


# In the transport -----------------------------------------------------------------------------------------------


class Broken:
    """A memory that is gone."""

    def recall(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        raise OSError("gone")

    def remember(self, entries: Mapping[str, bytes]) -> None:
        raise OSError("gone")

    def close(self) -> None:
        """Nothing to let go of."""


def sdk(server: Server, memory: Any) -> Any:
    http: Any = httpx.Client(transport=TranslatingTransport(client="responses", upstream="chat", memory=memory))
    return openai.OpenAI(api_key="mine", base_url=server.url, http_client=http, max_retries=0)


def test_a_client_that_leaves_at_the_last_event_is_remembered(upstream: Server) -> None:
    upstream.says = either(completion({"content": "answer"}))
    with sdk(upstream, LocalMemory()) as client:
        for event in client.responses.create(model="m", input="question", stream=True):
            if event.type == "response.completed":
                identifier = event.response.id
                break
        client.responses.create(model="m", input="more", previous_response_id=identifier)
    assert texts(upstream.bodies[-1]) == ["question", "answer", "more"]


def test_losses_are_told_to_a_client_that_leaves_at_the_last_event(upstream: Server) -> None:
    told: list[Any] = []
    upstream.says = either(completion({"content": "answer"}, system_fingerprint="fp_1"))
    inner = TranslatingTransport(client="responses", upstream="chat", on_loss=told.append)
    http: Any = httpx.Client(transport=inner)
    with openai.OpenAI(api_key="k", base_url=upstream.url, http_client=http, max_retries=0) as client:
        for event in client.responses.create(model="m", input="question", stream=True):
            if event.type == "response.completed":
                break
    assert len(told) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_a_memory_that_is_gone_stops_no_answer(upstream: Server, stream: bool) -> None:
    upstream.says = either(completion({"content": "answer"}))
    with sdk(upstream, Broken()) as client:
        answer = client.responses.create(model="m", input="question", stream=stream)
        if stream:
            assert [event.type for event in answer][-1] == "response.completed"
        else:
            assert answer.output_text == "answer"
        with pytest.raises(openai.InternalServerError) as found:
            client.responses.create(model="m", input="question", previous_response_id="resp_1")
    assert found.value.status_code == 503


def test_other_endpoints_stand_behind_the_base_url_whatever_the_clients_own_is(upstream: Server) -> None:
    inner = TranslatingTransport(client="responses", upstream="chat", base_url=f"{upstream.url}?api-version=7")
    http: Any = httpx.Client(transport=inner)
    base = "https://elsewhere.invalid/openai/v1"
    upstream.says = either(completion({"content": "answer"}))
    with openai.OpenAI(api_key="k", base_url=base, http_client=http, max_retries=0) as client:
        client.responses.create(model="m", input="question", extra_query={"q": "1"})
        assert upstream.seen[-1][0] == "/v1/chat/completions?api-version=7&q=1"
        client.models.list()
    assert upstream.seen[-1][0].startswith("/v1/models")
