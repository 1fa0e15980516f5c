"""What upstreams, keys and headers are like outside of the documentation: a clear answer, and no key in it."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.process import Gateway, configured, free_port, gateway
from gateway.upstream import (
    Events,
    Server,
    Whole,
    completion,
    either,
    frame,
    response,
    running,
    said,
    streamed,
    wait_until,
)
from respeak.gateway.config import ConfigError, made
from respeak.gateway.relay import Relay
from respeak.gateway.replies import StreamReply
from respeak.gateway.watch import Watch
from respeak.memory.turns import ask_for_reasoning

Json = dict[str, Any]

CHAT, RESPONSES = completion({"content": "Sunny."}), response(said("Sunny."))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Server]]:
    """A gateway with an upstream of each family, on one server; the Chat one has a key of its own."""
    folder: Path = tmp_path_factory.mktemp("edges")
    with ExitStack() as stack:
        server = stack.enter_context(running())
        arguments = configured(
            folder,
            {
                "name": "C",
                "dialect": "chat",
                "base_url": f"{server.url}?api-version=7",
                "models": ["c-*"],
                "key_env": "C_KEY",
                "timeout": 1.0,
            },
            {
                "name": "R",
                "dialect": "responses",
                "base_url": server.url,
                "models": ["r-*"],
                "forward_key": True,
                "timeout": 1.0,
            },
            hold=0.5,
            memory="none",
        )
        yield stack.enter_context(gateway(folder, *arguments, env={"C_KEY": "sk-secret\n"})), server


BODIES: dict[str, Json] = {
    "/v1/responses": {"model": "c-1", "input": "x"},
    "/v1/chat/completions": {"model": "r-1", "messages": [{"role": "user", "content": "x"}]},
}
every_path = pytest.mark.parametrize("path", BODIES)
both_ways = pytest.mark.parametrize("stream", [False, True])


def post(gate: Gateway, path: str, headers: Any = None, **more: Any) -> httpx.Response:
    return httpx.post(f"{gate.url}{path}", json={**BODIES[path], **more}, headers=headers, timeout=20)


def last(server: Server) -> tuple[str, dict[str, str]]:
    """Path and headers of the request that came last."""
    path, headers, _ = server.seen[-1]
    return path, {name.lower(): value for name, value in headers.items()}


def as_stream(body: Any) -> Whole:
    return Whole(raw=json.dumps(body).encode(), content_type="text/event-stream")


# Errors and answers in clothes that are not theirs --------------------------------------------------------------

NO_CREDIT: Json = {"error": {"message": "No credit left.", "code": 402}}


@every_path
@both_ways
@pytest.mark.parametrize("says", [Whole(NO_CREDIT), as_stream(NO_CREDIT)], ids=["json", "as a stream"])
def test_an_error_under_a_status_of_success_is_an_error(
    world: tuple[Gateway, Server], path: str, stream: bool, says: Whole
) -> None:
    gate, upstream = world
    upstream.says = says
    answer = post(gate, path, stream=stream)
    assert answer.status_code == 402  # what the upstream says its status is
    assert answer.json()["error"]["message"] == "No credit left."


@every_path
@both_ways
def test_an_answer_that_is_called_a_stream_is_an_answer(world: tuple[Gateway, Server], path: str, stream: bool) -> None:
    gate, upstream = world
    upstream.says = lambda where, _: as_stream(RESPONSES if where.endswith("responses") else CHAT)
    answer = post(gate, path, stream=stream)
    assert answer.status_code == 200
    assert "Sunny." in answer.text


@every_path
@both_ways
@pytest.mark.parametrize("media", ["text/plain", "application/json"])
def test_a_stream_that_is_called_something_else_is_a_stream(
    world: tuple[Gateway, Server], path: str, stream: bool, media: str
) -> None:
    gate, upstream = world

    def says(where: str, _: Json) -> Whole:
        events = streamed(RESPONSES if where.endswith("responses") else CHAT)
        ends = b"data: [DONE]\n\n" if events.done else b""
        return Whole(raw=b"".join(map(frame, events.events)) + ends, content_type=media)

    upstream.says = says
    answer = post(gate, path, stream=stream)
    assert answer.status_code == 200
    assert "Sunny." in answer.text


@every_path
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_byte_order_mark_and_another_status_of_success_do_no_harm(
    world: tuple[Gateway, Server], path: str, status: int
) -> None:
    gate, upstream = world

    def says(where: str, _: Json) -> Whole:
        body = RESPONSES if where.endswith("responses") else CHAT
        return Whole(raw=b"\xef\xbb\xbf" + json.dumps(body).encode(), status=status)

    upstream.says = says
    assert "Sunny." in post(gate, path).text


@every_path
def test_an_error_event_without_a_type_keeps_its_words(world: tuple[Gateway, Server], path: str) -> None:
    gate, upstream = world
    upstream.says = Whole(
        raw=b'event: error\ndata: {"message": "Overloaded now."}\n\n', content_type="text/event-stream"
    )
    for stream in (False, True):
        answer = post(gate, path, stream=stream)
        assert answer.status_code >= 500
        assert answer.json()["error"]["message"] == "Overloaded now."


@every_path
def test_a_stream_without_an_event_is_an_error_whose_losses_fit_into_a_header(
    world: tuple[Gateway, Server], path: str
) -> None:
    gate, upstream = world
    upstream.says = Whole(raw=b"", content_type="text/event-stream")
    answer = post(gate, path, stream=True)
    assert answer.json()["error"]["message"] == "The upstream's stream ended before the answer was finished."
    assert answer.headers["respeak-losses"] == "breaking stream_cut"


# Keys and headers -----------------------------------------------------------------------------------------------


def test_a_key_is_sent_without_the_line_end_behind_it(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    upstream.says = either(CHAT)
    assert post(gate, "/v1/responses", {"openai-organization": "org-of-the-client"}).status_code == 200
    path, headers = last(upstream)
    assert path == "/v1/chat/completions?api-version=7"
    assert headers["authorization"] == "Bearer sk-secret"
    assert "openai-organization" not in headers  # it says whose key it is, and the key is another's


@pytest.mark.parametrize("name", ["api-key", "x-api-key", "x-goog-api-key"])
def test_a_clients_key_goes_on_in_whatever_header_it_comes(tmp_path: Path, upstream: Server, name: str) -> None:
    upstream.says = Whole(completion({"content": "Sunny."}))
    for forward, seen in ((True, "key-of-the-client"), (False, None)):
        one = {"name": "u", "dialect": "chat", "base_url": upstream.url, "forward_key": forward}
        with gateway(tmp_path, *configured(tmp_path, one, memory="none")) as gate:
            body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
            httpx.post(f"{gate.url}/v1/chat/completions", json=body, headers={name: "key-of-the-client"})
        assert {key.lower(): value for key, value in upstream.seen[-1][1].items()}.get(name) == seen


def test_the_times_of_long_answers_are_told_apart(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    upstream.says = Whole(completion({"content": "Sunny."}))
    httpx.post(f"{gate.url}/v1/responses", json={"model": "c-1", "input": "x"})
    found = httpx.get(f"{gate.url}/metrics").text
    assert all(f'respeak_seconds_bucket{{le="{bound}.0",' in found for bound in (10, 60, 600))


def test_a_compressed_request_is_refused_in_so_many_words(world: tuple[Gateway, Server]) -> None:
    gate, _ = world
    url, body = f"{gate.url}/v1/responses", b'{"model": "m", "input": "x"}'
    for coding in ("gzip", "zstd", "identity, br"):
        answer = httpx.post(url, content=gzip.compress(body), headers={"content-encoding": coding})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (415, "unsupported_content_encoding")
        assert coding in error["message"] and answer.headers["accept-encoding"] == "identity"
    assert httpx.post(url, content=b"{}", headers={"content-encoding": "identity"}).status_code == 400


def test_the_clients_organization_goes_where_its_key_goes(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    upstream.says = Whole(RESPONSES, headers={"x-should-retry": "false"})
    sent = {"authorization": "Bearer mine", "openai-organization": "org-of-the-client"}
    answer = post(gate, "/v1/chat/completions", sent)
    headers = last(upstream)[1]
    assert (headers["authorization"], headers["openai-organization"]) == ("Bearer mine", "org-of-the-client")
    assert answer.headers["x-should-retry"] == "false"


def test_headers_beyond_ascii_pass(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    upstream.says = Whole(RESPONSES, headers={"x-request-id": "r\u00e9q"})
    sent = [(b"authorization", b"Bearer sk-\xe4"), (b"accept-language", "é".encode())]
    answer = post(gate, "/v1/chat/completions", sent)
    assert answer.status_code == 200
    assert answer.headers.raw and (b"x-request-id", b"r\xe9q") in [(k.lower(), v) for k, v in answer.headers.raw]
    assert gate.metric("respeak_open_exchanges") == 0


@both_ways
@pytest.mark.parametrize("status", [200, 401])
def test_a_key_that_the_upstream_repeats_in_its_error_is_masked(
    world: tuple[Gateway, Server], stream: bool, status: int
) -> None:
    gate, upstream = world
    upstream.says = Whole({"error": {"message": "Invalid key: Bearer sk-secret", "code": 401}}, status)
    answer = post(gate, "/v1/responses", stream=stream)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "Invalid key: Bearer ***"


def test_a_key_in_an_error_within_a_stream_is_masked(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    for before in ([b": wait\n\n"], streamed(CHAT).events[:2]):
        upstream.says = Events(
            [*before, {"error": {"message": "sk-secret is over its limit"}}], before=lambda _: time.sleep(0.4)
        )
        answer = post(gate, "/v1/responses", stream=True)
        assert answer.status_code == 200
        assert "*** is over its limit" in answer.text and "sk-secret" not in answer.text


@pytest.mark.parametrize(
    ("value", "message"), [(None, "no such variable"), (" \n", "or it is empty"), ("sk-ä", "is no key")]
)
def test_a_key_that_cannot_be_sent_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, value: str | None, message: str
) -> None:
    upstream = {"name": "u", "dialect": "chat", "base_url": "http://127.0.0.1/v1", "key_env": "U_KEY"}
    monkeypatch.delenv("U_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("U_KEY", value)
    config = made({"upstream": [upstream]}, "test")
    with pytest.raises(ConfigError, match=message) as found:
        config.upstream[0].check_key()
    assert "sk-" not in str(found.value)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("https://user:word@api.example.com/v1", "without user and password"),
        ("http://api.example.com:99999/v1", "expected a URL"),
        ("http:///v1", "expected a URL"),
        ("ftp://api.example.com", "expected a URL"),
        ("https://api.example.com/v1/chat/completions", "without the path of an endpoint"),
        ("https://api.example.com/v1/responses/", "without the path of an endpoint"),
    ],
)
def test_a_base_url_that_leads_nowhere_is_told_at_the_start(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        made({"upstream": [{"name": "u", "dialect": "chat", "base_url": url}]}, "test")


def test_certificates_that_cannot_be_read_are_told_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing of use")
    upstream = {"name": "u", "dialect": "chat", "base_url": "https://127.0.0.1/v1"}
    config = made({"upstream": [upstream], "ca_file": str(file)}, "test")
    with pytest.raises(ConfigError, match="no certificates can be read"):
        Relay(config, None, Watch())


# Time and connections -------------------------------------------------------------------------------------------


@every_path
def test_an_answer_that_trickles_takes_no_longer_than_the_upstream_may(
    world: tuple[Gateway, Server], path: str
) -> None:
    gate, upstream = world
    upstream.says = Events(
        [{"choices": []}] * 40, before=lambda _: time.sleep(0.1), headers={"content-type": "application/json"}
    )
    answer = post(gate, path)
    assert answer.status_code == 504
    assert answer.elapsed.total_seconds() < 3


@every_path
def test_comments_give_the_upstream_no_more_time_for_its_first_event(world: tuple[Gateway, Server], path: str) -> None:
    gate, upstream = world
    upstream.says = Events([b": PROCESSING\n\n"] * 50, before=lambda _: time.sleep(0.1))
    answer = post(gate, path, stream=True)
    assert answer.elapsed.total_seconds() < 3
    assert answer.status_code == 200 and "did not answer in time" in answer.text


def test_comments_are_life_between_events(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    first, *rest = streamed(CHAT).events
    upstream.says = Events([first, *([b": still here\n\n"] * 6), *rest], before=lambda _: time.sleep(0.2), done=True)
    answer = post(gate, "/v1/responses", stream=True)
    assert answer.elapsed.total_seconds() > 1.2
    assert "response.completed" in answer.text


def test_an_event_that_the_client_gets_nothing_of_is_a_first_event(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    created, *rest = streamed(RESPONSES).events
    comments = [b": still here\n\n"] * 6
    upstream.says = Events([created, *comments, *rest], before=lambda number: time.sleep(0.2 if number < 8 else 0))
    answer = post(gate, "/v1/chat/completions", stream=True)
    assert answer.status_code == 200
    assert "Sunny." in answer.text and "in time" not in answer.text


def test_a_silence_that_is_too_long_is_told_to_the_client_and_to_the_operator(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    upstream.says = Events(streamed(CHAT).events, before=lambda number: time.sleep(1.5 if number == 2 else 0))
    before = gate.metric("respeak_failed_streams_total")
    answer = post(gate, "/v1/responses", stream=True)
    assert "The upstream's stream broke: nothing came for 1 seconds." in answer.text
    wait_until(lambda: gate.metric("respeak_failed_streams_total") == before + 1)
    line = gate.lines()[-1]
    assert (line["status"], line["failed"], line["broken"]) == (200, True, "ReadTimeout")


def test_no_comment_comes_after_the_end_of_a_stream_that_is_read_slowly() -> None:
    """All that waits for the reader goes out at once when it reads on."""
    sent: list[bytes] = []
    reads = asyncio.Event()

    async def send(message: Any) -> None:
        await reads.wait()
        sent.append(message.get("body"))

    async def pieces() -> AsyncIterator[bytes]:
        reads.clear()
        asyncio.get_running_loop().call_later(0.2, reads.set)
        yield b"data: 1\n\n"

    async def over(_: bool) -> None:
        """Nothing to let go."""

    async def talk() -> None:
        reads.set()
        never: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        await StreamReply(pieces(), over, 0.03, {})({"type": "http"}, lambda: never, send)

    asyncio.run(talk())
    assert sent == [None, b"data: 1\n\n", b""]


def test_half_a_second_of_grace_is_some(tmp_path: Path) -> None:
    with running() as server:
        server.says = Events(streamed(CHAT).events, before=lambda _: time.sleep(0.1), done=True)
        upstream = {"name": "c", "dialect": "chat", "base_url": server.url}
        with gateway(tmp_path, *configured(tmp_path, upstream, memory="none", grace=0.5)) as gate:
            body = {**BODIES["/v1/responses"], "stream": True}
            with httpx.stream("POST", f"{gate.url}/v1/responses", json=body, timeout=10) as answer:
                gate.process.terminate()
                assert "response.completed" in answer.read().decode()


def test_streams_use_connections_again(tmp_path: Path) -> None:
    with running() as server:
        opened: list[Any] = []
        accept = server.get_request

        def counted() -> Any:
            opened.append(1)
            return accept()

        server.get_request = counted
        server.says = either(CHAT)
        arguments = configured(tmp_path, {"name": "u", "dialect": "chat", "base_url": server.url}, memory="none")
        with gateway(tmp_path, *arguments) as gate:
            for _ in range(6):
                assert post(gate, "/v1/responses", stream=True).status_code == 200
        assert len(opened) < 4


def test_what_is_not_served_says_what_is(world: tuple[Gateway, Server]) -> None:
    gate, _ = world
    assert httpx.get(f"{gate.url}/v1/chat/completions").headers["allow"] == "POST"
    asks = {"connection": "upgrade", "upgrade": "websocket"}
    assert httpx.get(f"{gate.url}/v1/responses", headers=asks).headers["upgrade"] == "HTTP/1.1"
    assert httpx.get(f"{gate.url}/v1/responses/resp_1/compact").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_a_method_that_is_not_served_is_told_with_those_that_are(world: tuple[Gateway, Server], method: str) -> None:
    gate, _ = world
    answer = httpx.request(method, f"{gate.url}/v1/responses")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    if method != "HEAD":
        assert answer.json()["error"]["code"] == "method_not_allowed"


def test_who_looks_at_the_root_finds_what_there_is(world: tuple[Gateway, Server]) -> None:
    gate, _ = world
    answer = httpx.get(f"{gate.url}/")
    assert answer.status_code == 200
    for path in ("/v1/responses", "/v1/chat/completions", "/v1/models", "/healthz", "/metrics"):
        assert path in answer.text


# What the operator sees -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content", "status", "told"),
    [
        ("/v1/responses", '"my words 4711"', 400, "invalid_value"),
        ("/v1/responses", "my words 4711", 400, "invalid_json"),
        ("/v1/responses", '{"model": "my words 4711"}', 404, "model_not_found"),
        ("/v1/responses", "{}", 400, "missing_required_parameter model"),
        ("/v1/responses", '{"model": "c-1", "input": 4711}', 400, "invalid_value input"),
        ("/v1/responses", '{"model": "c-1", "input": "x", "previous_response_id": "4711"}', 400, "history_unknown "),
        ("/v1/chat/completions", '{"model": "r-1", "messages": []}', 400, "no_messages messages"),
    ],
)
def test_what_the_gateway_refuses_is_logged_by_code_and_field_and_counted_as_its_own(
    world: tuple[Gateway, Server], path: str, content: str, status: int, told: str
) -> None:
    gate, upstream = world
    code = told.split(" ")[0]
    ours, seen = f'respeak_refused_total{{code="{code}"}}', len(upstream.seen)
    before = gate.metric(ours), gate.metric(f'respeak_requests_total{{client="",status="{status}",upstream=""}}')
    answer = httpx.post(f"{gate.url}{path}", content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    line = gate.lines()[-1]
    assert (line["event"], line["path"], line["status"]) == ("refused", path, status)
    assert line["refused"].startswith(told) and "4711" not in json.dumps(line["refused"]) and "message" not in line
    after = gate.metric(ours), gate.metric(f'respeak_requests_total{{client="",status="{status}",upstream=""}}')
    assert after == (before[0] + 1, before[1] + 1)
    assert len(upstream.seen) == seen and gate.metric("respeak_open_exchanges") == 0


def test_what_an_upstream_refuses_is_its_own(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    upstream.says = Whole({"error": {"message": "no"}}, 400)
    before = gate.metric("respeak_refused_total")
    assert post(gate, "/v1/responses").status_code == 400
    line = gate.lines()[-1]
    assert (line["event"], line["upstream"], line["status"]) == ("exchange", "C", 400)
    assert gate.metric("respeak_refused_total") == before


def test_the_demo_answers_a_conversation_of_nothing(tmp_path: Path) -> None:
    with gateway(tmp_path, "--demo") as gate:
        answer = httpx.post(f"{gate.url}/v1/chat/completions", json={"model": "m", "messages": []})
        assert "You said: nothing" in answer.text


def test_an_upstream_that_is_gone_is_told_with_one_full_stop(tmp_path: Path) -> None:
    dead = {"name": "dead", "dialect": "chat", "base_url": f"http://127.0.0.1:{free_port()}/v1"}
    with gateway(tmp_path, *configured(tmp_path, dead, memory="none")) as gate:
        assert ".." not in post(gate, "/v1/responses").json()["error"]["message"]


@pytest.mark.parametrize("broken", [b"data: {nope\n\n", b'data: {"choices": 5}\n\n'], ids=["no JSON", "no chunk"])
def test_what_came_before_a_broken_event_is_said(world: tuple[Gateway, Server], broken: bytes) -> None:
    """However the network cuts the bytes into pieces."""
    gate, upstream = world
    whole = b"".join(map(frame, streamed(CHAT).events[:2]))
    upstream.says = Whole(raw=whole + broken, content_type="text/event-stream")
    answer = post(gate, "/v1/responses", stream=True)
    assert answer.status_code == 200
    assert '"delta":"Sunny."' in answer.text
    assert "response.failed" in answer.text


def test_an_answer_that_is_not_finished_cannot_be_streamed(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    upstream.says = Whole({**RESPONSES, "status": "in_progress"})
    answer = post(gate, "/v1/responses", model="r-1", stream=True)
    assert answer.status_code == 502
    assert "cannot be streamed: /status: expected a finished response" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("model", "asks"),
    [
        ("gpt-5", True),
        ("gpt-5.3-codex", True),
        ("openai/gpt-5.1", True),
        ("gpt-5-chat-latest", False),
        ("openai/gpt-5.1-chat-latest", False),
        ("gpt-5-chat", False),
        ("gpt-4.1", False),
    ],
)
def test_models_that_do_not_reason_are_not_asked_for_reasoning(model: str, asks: bool) -> None:
    body: Json = {"model": model}
    ask_for_reasoning(body)
    assert ("include" in body) is asks
