"""The README cannot go stale: its tables are compared, its commands and its gateway are run."""

from __future__ import annotations

import json
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import httpx
import pytest

import readme
from respeak.gateway.config import made

Json = dict[str, Any]


def test_the_table_of_dialects_is_what_the_library_says() -> None:
    assert readme.block("dialects") == readme.dialects()


def test_the_example_prints_what_the_readme_shows() -> None:
    payload, losses = readme.example()
    assert readme.code("example-payload", "json").strip() == payload
    assert readme.code("example-losses", "text").strip("\n") == losses


class Vtrix(BaseHTTPRequestHandler):
    """An upstream that speaks vtrix: calls the first function once, then answers; refuses what vtrix does not know."""

    seen: ClassVar[list[Json]] = []

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append(request)
        unknown = sorted(request.keys() - {"model", "messages", "functions", "function_call", "max_tokens", "stream"})
        if unknown:
            error = {"message": "unknown parameter", "type": "invalid_request_error", "param": unknown[0], "code": None}
            self.answer(400, {"error": error})
        elif request.get("max_tokens") == 77:
            error = {"message": "too few", "type": "invalid_request_error", "param": "max_tokens", "code": None}
            self.answer(400, {"error": error})
        elif request["messages"][-1]["role"] == "function" or "functions" not in request:
            self.complete({"role": "assistant", "content": "It is sunny."}, "stop")
        else:
            call = {"name": request["functions"][0]["name"], "arguments": '{"city": "Graz"}'}
            self.complete({"role": "assistant", "content": None, "function_call": call}, "function_call")

    def complete(self, message: Json, finish: str) -> None:
        usage = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        self.answer(
            200,
            {
                "id": "chatcmpl-7",
                "object": "chat.completion",
                "created": 1,
                "model": "vtrix-gpt-5.3-codex",
                "choices": [choice],
                "usage": usage,
            },
        )

    def answer(self, status: int, body: Json) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def upstream() -> Iterator[httpx.Client]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Vtrix)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}") as client:
        yield client
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def gateway() -> Any:
    space: Json = {}
    exec(compile(readme.code("gateway", "python"), "README.md", "exec"), space)
    return space["answer"]


WEATHER: Json = {
    "type": "function",
    "name": "weather",
    "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def test_the_gateway_of_the_readme_makes_a_round_trip_with_a_tool(gateway: Any, upstream: httpx.Client) -> None:
    request: Json = {"model": "gpt-5.3-codex", "input": [{"role": "user", "content": "Weather?"}], "tools": [WEATHER]}
    status, first = gateway(request, upstream)
    [call] = first["output"]
    assert (status, call["type"], call["name"], call["arguments"]) == (
        200,
        "function_call",
        "weather",
        '{"city": "Graz"}',
    )
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}
    status, second = gateway({**request, "input": [*request["input"], call, output]}, upstream)
    assert (status, second["status"]) == (200, "completed")
    assert second["output"][0]["content"][0]["text"] == "It is sunny."
    assert second["model"] == "gpt-5.3-codex"
    assert Vtrix.seen[-1]["messages"][-1] == {"role": "function", "name": "weather", "content": "sunny"}


def test_the_gateway_of_the_readme_gives_errors_in_the_clients_words(gateway: Any, upstream: httpx.Client) -> None:
    status, body = gateway({"model": "gpt-5.3-codex", "input": "hi", "max_output_tokens": 77}, upstream)
    assert (status, body["error"]["param"], body["error"]["message"]) == (400, "max_output_tokens", "too few")


def test_the_gateway_of_the_readme_refuses_what_cannot_be_said(gateway: Any, upstream: httpx.Client) -> None:
    status, body = gateway({"model": "gpt-5.3-codex", "input": "hi", "previous_response_id": "resp_1"}, upstream)
    assert status == 400
    assert body["error"]["message"].startswith("/previous_response_id: ")
    status, body = gateway({"model": "gpt-5.3-codex", "input": 5}, upstream)
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")


def test_the_five_lines_of_the_readme_run(
    upstream: httpx.Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "the client's own")
    lines = readme.code("sdk", "python")
    assert len([line for line in lines.splitlines() if line]) == 5
    script = lines.replace("https://api.vtrix.example", str(upstream.base_url))
    assert script != lines
    space: Json = {}
    exec(compile(script, "README.md", "exec"), space)
    space["client"].close()
    assert capsys.readouterr().out == "It is sunny.\n"
    assert Vtrix.seen[-1]["model"] == "vtrix-gpt-5.3-codex"


def test_the_gateways_configuration_of_the_readme_is_one() -> None:
    config = made(tomllib.loads(readme.fenced("toml")), "README.md")
    assert [(upstream.name, upstream.dialect) for upstream in config.upstream] == [
        ("openai", "responses"),
        ("vtrix", "vtrix"),
    ]
    assert config.choose("gpt-5.4") is config.upstream[0] and config.choose("vtrix-gpt-5.3-codex") is config.upstream[1]
