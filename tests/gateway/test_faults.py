"""Faults: each ends in a clear error in the client's own form, and nothing stays open."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from gateway.process import Gateway, configured, free_port, gateway
from gateway.upstream import Events, Hangup, Server, Whole, completion, response, running, said, streamed, wait_until


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Server]]:
    """A gateway and its upstream; clients of either family get at it by the model's name."""
    folder: Path = tmp_path_factory.mktemp("faults")
    with ExitStack() as stack:
        server = stack.enter_context(running())
        dead = f"http://127.0.0.1:{free_port()}/v1"
        arguments = configured(
            folder,
            {"name": "up", "dialect": "chat", "base_url": server.url, "models": ["c-*"], "timeout": 1.0},
            {"name": "upR", "dialect": "responses", "base_url": server.url, "models": ["r-*"], "timeout": 1.0},
            {"name": "dead", "dialect": "chat", "base_url": dead, "models": ["dead"]},
            hold=0.5,
            keep_alive=0.5,
        )
        yield stack.enter_context(gateway(folder, *arguments)), server


BODIES: dict[str, Any] = {
    "/v1/responses": {"model": "c-1", "input": "x"},
    "/v1/chat/completions": {"model": "r-1", "messages": [{"role": "user", "content": "x"}]},
}
CHAT, RESPONSES = completion({"content": "Sunny."}), response(said("Sunny."))


def post(gate: Gateway, path: str, **more: Any) -> httpx.Response:
    return httpx.post(f"{gate.url}{path}", json={**BODIES[path], **more}, timeout=20)


def settled(gate: Gateway) -> None:
    """Every exchange is over."""
    wait_until(lambda: gate.metric("respeak_open_exchanges") == 0)


WHOLE_FAULTS = [
    (Hangup(), 502, "cannot be reached"),
    (Whole(raw=b"{nope"), 502, "no JSON object: {nope"),
    (Whole(raw=b"<html>busy</html>", content_type="text/html"), 502, "no JSON object: <html>"),
    (Whole(raw=b"<html>busy</html>", status=503, content_type="text/html"), 503, "answered 503: <html>"),
    (Whole(raw=b"", status=500), 500, "answered 500: an empty body"),
    (Whole({"error": {"message": "slow down", "type": "rate_limit_error"}}, status=429), 429, "slow down"),
    (Whole({"error": "broken"}, status=500), 500, "broken"),
    (Whole({"detail": [{"loc": ["body"], "msg": "bad"}]}, status=422), 422, "bad"),
]


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(("says", "status", "message"), WHOLE_FAULTS)
def test_an_upstream_that_fails(world: tuple[Gateway, Server], path: str, says: Any, status: int, message: str) -> None:
    gate, upstream = world
    upstream.says = says
    for stream in (False, True):
        answer = post(gate, path, stream=stream)
        error = answer.json()["error"]
        assert answer.status_code == status and message in error["message"]
        assert sorted(error)[:4] == ["code", "message", "param", "type"]
    settled(gate)


def test_retry_after_and_limits_come_through(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    headers = {"retry-after": "9", "x-ratelimit-reset-requests": "1s", "set-cookie": "secret=1", "server": "nginx"}
    upstream.says = Whole({"error": {"message": "slow"}}, status=429, headers=headers)
    answer = post(gate, "/v1/responses")
    assert (answer.headers["retry-after"], answer.headers["x-ratelimit-reset-requests"]) == ("9", "1s")
    assert "set-cookie" not in answer.headers


def test_an_upstream_that_is_not_there(world: tuple[Gateway, Server]) -> None:
    gate, _ = world
    answer = httpx.post(f"{gate.url}/v1/responses", json={"model": "dead", "input": "x"}, timeout=20)
    assert answer.status_code == 502 and answer.json()["error"]["code"] == "upstream_error"
    settled(gate)
    assert (gate.lines()[-1]["upstream"], gate.lines()[-1]["broken"]) == ("dead", "ConnectError")


@pytest.mark.parametrize("path", BODIES)
def test_an_upstream_that_does_not_answer_in_time(world: tuple[Gateway, Server], path: str) -> None:
    gate, upstream = world
    wait = threading.Event()
    upstream.says = lambda *_: (wait.wait(10), Hangup())[1]
    answer = post(gate, path)
    wait.set()
    assert answer.status_code == 504 and answer.json()["error"]["code"] == "upstream_timeout"
    settled(gate)


@pytest.mark.parametrize("end", ["done", "cut"])
def test_half_a_stream(world: tuple[Gateway, Server], end: str) -> None:
    gate, upstream = world
    upstream.says = Events(streamed(CHAT).events[:2], end=end)
    text = post(gate, "/v1/responses", stream=True).text
    assert '"type":"response.failed"' in text and "response.completed" not in text
    upstream.says = Events(streamed(RESPONSES).events[:5], end=end)
    text = post(gate, "/v1/chat/completions", stream=True).text
    assert 'data: {"error":{' in text and '"finish_reason":"stop"' not in text and "[DONE]" not in text
    settled(gate)


@pytest.mark.parametrize("piece", [b"data: {nope\n\n", b'data: {"choices": 5}\n\n', b"data: [1]\n\n"])
def test_a_stream_that_turns_to_garbage(world: tuple[Gateway, Server], piece: bytes) -> None:
    gate, upstream = world
    upstream.says = Events([*streamed(CHAT).events[:2], piece, *streamed(CHAT).events[2:]])
    text = post(gate, "/v1/responses", stream=True).text
    assert text.count('"type":"response.failed"') == 1 and "cannot be read" in text
    settled(gate)


def test_an_error_in_the_middle(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    error = {"error": {"message": "out of memory", "type": "server_error", "param": None, "code": None}}
    upstream.says = Events([*streamed(CHAT).events[:2], error])
    assert "out of memory" in post(gate, "/v1/responses", stream=True).text
    flat = {"type": "error", "sequence_number": 5, "message": "out of memory", "param": None, "code": None}
    upstream.says = Events([*streamed(RESPONSES).events[:5], flat])
    assert 'data: {"error":{"message":"out of memory"' in post(gate, "/v1/chat/completions", stream=True).text
    settled(gate)


def test_a_client_that_vanishes_lets_the_upstream_go(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    begun = streamed(CHAT).events
    upstream.gone.clear()
    upstream.says = Events([*begun[:2], *([begun[1]] * 200_000)])
    body = {**BODIES["/v1/responses"], "stream": True}
    with httpx.stream("POST", f"{gate.url}/v1/responses", json=body, timeout=10) as answer:
        next(answer.iter_bytes())
    assert upstream.gone.wait(10)
    settled(gate)


def test_a_client_that_vanishes_before_the_answer(world: tuple[Gateway, Server]) -> None:
    gate, upstream = world
    wait = threading.Event()
    upstream.says = lambda *_: (wait.wait(10), Hangup())[1]
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{gate.url}/v1/responses", json=BODIES["/v1/responses"], timeout=0.3)
    settled(gate)
    wait.set()
    assert gate.lines()[-1]["status"] == 499


def test_two_hundred_streams_with_slow_readers(world: tuple[Gateway, Server]) -> None:
    """A reader that does not read makes the upstream wait; the gateway holds little of it."""
    gate, upstream = world
    begun = streamed(CHAT).events
    piece = {**begun[1], "choices": [{**begun[1]["choices"][0], "delta": {"content": "x" * 2000}}]}
    upstream.says = Events([begun[0], *([piece] * 1500), *begun[2:]], done=True)
    process = psutil.Process(gate.process.pid)
    before = process.memory_info().rss
    body = httpx.Request("POST", gate.url, json={**BODIES["/v1/responses"], "stream": True}).content
    head = f"POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    host, port = gate.url.removeprefix("http://").split(":")

    def open_stream(_: int) -> socket.socket:
        reader = socket.create_connection((host, int(port)), timeout=60)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.sendall(head + body)
        reader.recv(100)
        return reader

    with ThreadPoolExecutor(50) as pool:
        readers = list(pool.map(open_stream, range(200)))
    time.sleep(1.0)
    grown = process.memory_info().rss - before
    assert httpx.get(f"{gate.url}/healthz", timeout=10).text == "ok\n"
    for reader in readers:
        reader.close()
    assert grown < 150_000_000, f"{grown} bytes for 600 MB of streams"
    settled(gate)
