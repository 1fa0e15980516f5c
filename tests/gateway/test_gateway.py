"""The gateway as its operator and its clients see it: a process, real upstreams, both families in front."""

from __future__ import annotations

import http.client
import importlib.util
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from gateway.process import Gateway, configured, gateway
from gateway.upstream import (
    Events,
    Server,
    Whole,
    called,
    completion,
    either,
    in_turn,
    response,
    running,
    said,
    streamed,
    thought,
    wait_until,
)
from respeak.gateway.app import listening


class Place:
    """One gateway for a module: a Responses upstream, a Chat one, a vtrix one."""

    def __init__(self, gate: Gateway, responses: Server, chat: Server, vtrix: Server) -> None:
        self.gate = gate
        self.responses = responses
        self.chat = chat
        self.vtrix = vtrix
        self.url = f"{gate.url}/v1"


KEYS = {"RESPONSES_KEY": "key-of-responses", "CHAT_KEY": "key-of-chat"}


def at(name: str, dialect: str, server: Server, models: list[str], **more: str) -> dict[str, Any]:
    return {"name": name, "dialect": dialect, "base_url": server.url, "models": models, **more}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("gateway")
    with ExitStack() as stack:
        responses, chat, vtrix = (stack.enter_context(running()) for _ in range(3))
        arguments = configured(
            folder,
            {
                "name": "R",
                "dialect": "responses",
                "base_url": responses.url,
                "key_env": "RESPONSES_KEY",
                "models": ["r-*"],
            },
            {"name": "C", "dialect": "chat", "base_url": chat.url, "key_env": "CHAT_KEY", "models": ["c-*", "gpt-5*"]},
            {"name": "V", "dialect": "vtrix", "base_url": vtrix.url, "models": ["v-*"]},
            keep_alive=0.2,
            hold=0.1,
            body_limit=200_000,
        )
        gate = stack.enter_context(gateway(folder, *arguments, env=KEYS))
        yield Place(gate, responses, chat, vtrix)


@pytest.fixture
def client(place: Place) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="key-of-the-client", base_url=place.url, max_retries=0, timeout=10) as sdk:
        yield sdk


ASK: Any = [{"role": "user", "content": "Weather?"}]


@pytest.mark.parametrize("model", ["r-1", "c-1", "v-1"])
@pytest.mark.parametrize("stream", [False, True])
def test_both_families_in_front_of_every_upstream(
    place: Place, client: openai.OpenAI, model: str, stream: bool
) -> None:
    place.responses.says = either(response(said("Sunny.")))
    place.chat.says = place.vtrix.says = either(completion({"content": "Sunny."}))
    if stream:
        with client.responses.stream(model=model, input="Weather?") as reader:
            assert reader.get_final_response().output_text == "Sunny."
        with client.chat.completions.stream(model=model, messages=ASK) as chat:
            assert chat.get_final_completion().choices[0].message.content == "Sunny."
    else:
        assert client.responses.create(model=model, input="Weather?").output_text == "Sunny."
        answer = client.chat.completions.create(model=model, messages=ASK)
        assert answer.choices[0].message.content == "Sunny."


def test_each_upstream_gets_its_own_key_and_nobody_the_clients(place: Place, client: openai.OpenAI) -> None:
    place.responses.says, place.chat.says = Whole(response(said("x"))), Whole(completion({"content": "x"}))
    place.vtrix.says = Whole(completion({"content": "x"}))
    for model in ("r-1", "c-1", "v-1"):
        client.responses.create(model=model, input="x")
    keys = [server.seen[-1][1].get("authorization") for server in (place.responses, place.chat, place.vtrix)]
    assert keys == ["Bearer key-of-responses", "Bearer key-of-chat", None]
    wait_until(lambda: len(place.gate.lines()) > 2)
    log = place.gate.log.read_text()
    assert not any(key in log for key in ("key-of-the-client", *KEYS.values()))


def test_redirects_are_not_followed(place: Place, client: openai.OpenAI) -> None:
    place.chat.says = Whole({}, status=307, headers={"location": place.vtrix.url})
    before = len(place.vtrix.seen)
    with pytest.raises(openai.APIStatusError):
        client.responses.create(model="c-1", input="x")
    assert len(place.vtrix.seen) == before


def test_losses_are_in_the_header_the_metrics_and_the_log(place: Place, client: openai.OpenAI) -> None:
    place.chat.says = Whole(completion({"content": "x"}))
    before = place.gate.metric('respeak_losses_total{code="phase_dropped"')
    items: Any = [{"role": "assistant", "content": "I look.", "phase": "commentary"} for _ in range(40)]
    raw = client.responses.with_raw_response.create(model="c-1", input=items)
    header = raw.headers["respeak-losses"]
    assert "phase_dropped /input/*/phase x40" in header and len(header) <= 1000
    wait_until(lambda: place.gate.metric('respeak_losses_total{code="phase_dropped"') == before + 40)
    assert any("phase_dropped" in line.get("losses", "") for line in place.gate.lines())


def test_models_and_health(place: Place, client: openai.OpenAI) -> None:
    assert "gpt-5.3-codex" in [model.id for model in client.models.list()]
    assert client.models.retrieve("c-anything").id == "c-anything"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody")
    assert httpx.get(f"{place.gate.url}/healthz").text == "ok\n"


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"{", 400, "expected a JSON document"),
        (b'{"model": "c-1", "input": 5}', 400, "/input: expected"),
        (b'{"model": "nobody", "input": "x"}', 404, "No upstream has the model 'nobody'."),
        (b"[1]", 400, "expected a JSON object, found array of 1"),
        (b'{"model": "c-1", "input": "x", "background": true}', 400, "/background: "),
        (b'{"model": "c-1", "input": "%s"}' % (b"x" * 200_001), 413, "more than 200000 bytes"),
    ],
)
def test_bad_requests_get_one_clear_error(place: Place, body: bytes, status: int, message: str) -> None:
    answer = httpx.post(f"{place.url}/responses", content=body)
    error = answer.json()["error"]
    assert (answer.status_code, sorted(error)) == (status, ["code", "message", "param", "type"])
    assert message in error["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/responses", 405),
        ("GET", "/nowhere", 404),
        ("POST", "/v1/responses/compact", 404),
        ("PUT", "/v1/chat/completions", 405),
    ],
)
def test_what_is_not_served_says_so(place: Place, method: str, path: str, status: int) -> None:
    answer = httpx.request(method, f"{place.gate.url}{path}")
    assert answer.status_code == status and answer.json()["error"]["message"]


def test_a_request_without_a_model_is_malformed_where_the_model_chooses_the_upstream(place: Place) -> None:
    answer = httpx.post(f"{place.url}/responses", json={"input": "x"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "missing_required_parameter", "model")
    assert "/model: expected a string" in error["message"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_made_of_a_chat_answer_says_what_the_live_service_always_says(place: Place, stream: bool) -> None:
    place.chat.says = either(completion({"content": "Sunny."}))
    asked = {"model": "c-1", "input": "x", "stream": stream, "prompt_cache_key": "k", "store": False}
    answer = httpx.post(f"{place.url}/responses", json=asked)
    if not stream:
        made = answer.json()
    else:
        data = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data")]
        begun, made = data[0]["response"], data[-1]["response"]
        assert (begun["status"], begun["completed_at"], begun["prompt_cache_key"]) == ("in_progress", None, "k")
    assert abs(made["completed_at"] - time.time()) < 60
    told = {key: made[key] for key in ("store", "service_tier", "safety_identifier", "prompt_cache_key")}
    assert told == {"store": False, "service_tier": "default", "safety_identifier": None, "prompt_cache_key": "k"}
    assert made["presence_penalty"] == made["frequency_penalty"] == 0


HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize("path", ["/v1/responses", "/responses"])
def test_a_websocket_is_answered_with_426_whatever_is_installed(place: Place, path: str) -> None:
    """With a library for WebSockets uvicorn would answer 403, which Codex tries again and again."""
    assert importlib.util.find_spec("websockets"), "without it uvicorn upgrades nothing"
    with socket.create_connection(("127.0.0.1", int(place.gate.url.rsplit(":", 1)[1])), timeout=10) as wire:
        wire.sendall(HANDSHAKE.format(path=path).encode())
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        body = answer.read().decode()
    assert answer.status == 426 and "upgrade_required" in body
    told = place.gate.log.read_text()
    assert '"status": 426' not in told and "upgrade" not in told.lower(), "an upgrade is no news"


def test_keep_alive_while_the_upstream_thinks(place: Place) -> None:
    events = streamed(completion({"content": "Sunny."})).events
    place.chat.says = Events(events, before=lambda number: time.sleep(0.7 if number == 1 else 0), done=True)
    body = {"model": "c-1", "input": "x", "stream": True}
    with httpx.stream("POST", f"{place.url}/responses", json=body, timeout=10) as answer:
        text = answer.read().decode()
    assert ": keep-alive\n\n" in text and text.rstrip().splitlines()[-1].startswith(
        'data: {"type":"response.completed"'
    )


def test_headers_wait_for_the_first_event_so_that_an_error_is_an_http_error(place: Place) -> None:
    """BUG/84: a client that was told 200 cannot try again."""
    error = {"error": {"message": "slow down", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}
    body = {"model": "c-1", "input": "x", "stream": True}
    place.chat.says = Events([error])
    assert httpx.post(f"{place.url}/responses", json=body).status_code == 429
    place.chat.says = Events([error], before=lambda number: time.sleep(0.5))
    late = httpx.post(f"{place.url}/responses", json=body)
    assert late.status_code == 200 and 'event: error\ndata: {"type":"error"' in late.text


def test_state_for_an_upstream_without_state(place: Place, client: openai.OpenAI) -> None:
    place.chat.says = in_turn(completion({"content": "Sunny."}), completion({"content": "Yes."}, id="chatcmpl-78"))
    first = client.responses.create(model="c-1", input="Weather?")
    second = client.responses.create(model="c-1", input="Sure?", previous_response_id=first.id)
    asked = place.chat.bodies[-1]["messages"]
    assert [message["content"] for message in asked] == ["Weather?", "Sunny.", "Sure?"]
    assert second.previous_response_id == first.id
    assert client.responses.retrieve(first.id).output_text == "Sunny."
    place.chat.says = Whole(completion({"content": "x"}))
    reference: Any = [{"type": "item_reference", "id": first.output[0].id}, {"role": "user", "content": "So?"}]
    client.responses.create(model="c-1", input=reference)
    assert [message["content"] for message in place.chat.bodies[-1]["messages"]] == ["Sunny.", "So?"]
    client.responses.delete(second.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(second.id)
    other = openai.OpenAI(api_key="another", base_url=place.url, max_retries=0)
    with other, pytest.raises(openai.NotFoundError):
        other.responses.retrieve(first.id)
    with pytest.raises(openai.BadRequestError, match=r"no answer of yours has this id.*history_unknown"):
        client.responses.create(model="c-1", input="x", previous_response_id="resp_nobody")


@pytest.mark.parametrize("stream", [False, True])
def test_phase_and_reasoning_come_back_to_a_responses_upstream(
    place: Place, client: openai.OpenAI, stream: bool
) -> None:
    items = [thought(), said("I look.", "commentary"), called("weather", {"city": "Graz"}, f"call_{stream}")]
    place.responses.says = either(response(*items))
    if stream:
        with client.chat.completions.stream(model="r-gpt-5", messages=ASK) as reader:
            message = reader.get_final_completion().choices[0].message
    else:
        message = client.chat.completions.create(model="r-gpt-5", messages=ASK).choices[0].message
    told = message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"})
    result = {"role": "tool", "tool_call_id": f"call_{stream}", "content": "sun"}
    place.responses.says = Whole(response(said("Sunny.", "final_answer")))
    hits = place.gate.metric("respeak_memory_hits_total")
    client.chat.completions.create(model="r-gpt-5", messages=[*ASK, told, result])
    sent = place.responses.bodies[-1]["input"]
    assert [item.get("type", "message") for item in sent][1:4] == ["reasoning", "message", "function_call"]
    assert sent[2]["phase"] == "commentary"
    wait_until(lambda: place.gate.metric("respeak_memory_hits_total") == hits + 1)
    thief = openai.OpenAI(api_key="another", base_url=place.url, max_retries=0)
    with thief:
        thief.chat.completions.create(model="r-gpt-5", messages=[*ASK, told, result])
    assert all(item.get("type") != "reasoning" for item in place.responses.bodies[-1]["input"])


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """With Nagle's algorithm an answer on a connection that is used again takes 40 ms more."""
    with listening("127.0.0.1", 0) as waiting, socket.create_connection(waiting.getsockname()):
        accepted, _ = waiting.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


# The command ------------------------------------------------------------------------------------------------------


def test_the_demo_needs_nothing(tmp_path: Path) -> None:
    with gateway(tmp_path, "--demo") as gate, openai.OpenAI(api_key="x", base_url=f"{gate.url}/v1") as client:
        assert client.responses.create(model="gpt-5.3-codex", input="Hello").output_text == "You said: Hello"
        with client.responses.stream(model="gpt-5.3-codex", input="Hello you") as stream:
            deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        assert "".join(deltas) == "You said: Hello you" and len(deltas) == 4


def test_every_answer_of_the_demo_has_ids_of_its_own(tmp_path: Path) -> None:
    """Equal ids overwrite each other in memory, and a client cannot go back to the one it means."""
    with gateway(tmp_path, "--demo") as gate, openai.OpenAI(api_key="x", base_url=f"{gate.url}/v1") as client:
        first = client.responses.create(model="m", input="Hello")
        with client.responses.stream(model="m", input="Hello") as stream:
            second = stream.get_final_response()
        assert first.id != second.id and first.output[0].id != second.output[0].id
        client.responses.create(model="m", input="Bye", previous_response_id=first.id)
        assert client.responses.retrieve(first.id).output_text == "You said: Hello"
        chats = [client.chat.completions.create(model="m", messages=ASK).id for _ in range(2)]
        with client.chat.completions.stream(model="m", messages=ASK) as reader:
            chunks = {event.chunk.id for event in reader if event.type == "chunk"}
        assert len({*chats, *chunks}) == 3, "one for each answer, the same in all of its chunks"


def test_one_upstream_gets_the_clients_own_key(tmp_path: Path, upstream: Server) -> None:
    upstream.says = Whole(completion({"content": "x"}))
    with (
        gateway(tmp_path, "--upstream", "chat", "--base-url", upstream.url) as gate,
        openai.OpenAI(api_key="mine", base_url=f"{gate.url}/v1") as client,
    ):
        client.responses.create(model="gpt-4.1", input="x")
        assert (tmp_path / "respeak-memory.sqlite").exists()
    assert upstream.seen[0][1]["authorization"] == "Bearer mine"


def test_sigterm_lets_open_streams_finish(tmp_path: Path, upstream: Server) -> None:
    begun, go_on = threading.Event(), threading.Event()
    events = streamed(completion({"content": "Sunny."})).events

    def before(number: int) -> None:
        if number == 2:
            begun.set()
            assert go_on.wait(10)

    upstream.says = Events(events, before=before, done=True)
    with gateway(tmp_path, "--upstream", "chat", "--base-url", upstream.url) as gate:
        body = {"model": "gpt-4.1", "input": "x", "stream": True}
        with httpx.stream("POST", f"{gate.url}/v1/responses", json=body, timeout=10) as answer:
            assert begun.wait(10)
            gate.process.terminate()
            time.sleep(0.3)
            go_on.set()
            text = answer.read().decode()
        assert "response.completed" in text
        assert gate.process.wait(10) in (0, -signal.SIGTERM)


def test_a_stream_that_takes_longer_than_the_grace_is_told_in_the_log(tmp_path: Path, upstream: Server) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def before(number: int) -> None:
        if number == 2:
            begun.set()
            go_on.wait(20)

    upstream.says = Events(streamed(completion({"content": "Sunny."})).events, before=before, done=True)
    options = configured(tmp_path, {"name": "u", "dialect": "chat", "base_url": upstream.url}, grace=0.5)
    with gateway(tmp_path, *options) as gate:
        body = {"model": "gpt-4.1", "input": "x", "stream": True}
        with (
            httpx.stream("POST", f"{gate.url}/v1/responses", json=body, timeout=10) as answer,
            pytest.raises(httpx.RemoteProtocolError),
        ):
            assert begun.wait(10)
            gate.process.terminate()
            answer.read()
        gate.process.wait(10)
        go_on.set()
        assert (gate.lines()[-1]["event"], gate.lines()[-1]["status"]) == ("exchange", 499)
        assert "Traceback" not in gate.log.read_text()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("upstream = []", "upstream: expected at least one upstream"),
        ("nonsense = 1", "nonsense: no such key; known are upstream, host"),
        ('[[upstream]]\nname="a"\ndialect="vtirx"\nbase_url="http://x"', 'did you mean "vtrix"?'),
        ('[[upstream]]\nname="a"\ndialect="codex-guide"\nbase_url="http://x"', "is a source only"),
        (
            '[[upstream]]\nname="a"\ndialect="chat"\nbase_url="x"',
            "upstream.0.base_url: expected a URL such as https://api.example.com/v1",
        ),
        ('[[upstream]]\nname="a"\ndialect="chat"\nbase_url="http://x"\noptions={odd=1}', "expected options among"),
        ("= 5", "not TOML"),
    ],
)
def test_a_wrong_configuration_is_one_clear_line(tmp_path: Path, config: str, message: str) -> None:
    (tmp_path / "gateway.toml").write_text(config)
    command = [sys.executable, "-m", "respeak", "serve", "--config", "gateway.toml"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=30)
    assert done.returncode == 2 and done.stdout == ""
    assert message in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--upstream", "chat"), "--upstream and --base-url go together"),
        (("--demo", "--config", "x.toml"), "give one of --upstream, --config and --demo"),
        (("--config", "nowhere.toml"), "nowhere.toml: cannot be read"),
        (("--demo", "--memory", "paper"), "expected local, none, sqlite:PATH or redis://HOST"),
        (("--demo", "--memory", "sqlite:/nowhere/at/all.db"), "unable to open database file"),
    ],
)
def test_wrong_use_is_exit_2(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    command = [sys.executable, "-m", "respeak", "serve", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=30)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert message in done.stderr
