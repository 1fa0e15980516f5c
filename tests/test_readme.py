"""The README cannot go stale: its tables are compared, its commands and its gateway are run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

import readme
import respeak
from respeak.cli.serve import HERE
from respeak.gateway.config import Config, Upstream, made

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
    PAGES: ClassVar[dict[int, bytes]] = {78: b"<html>Bad gateway</html>\n", 79: b""}

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
        elif request.get("max_tokens") == 80:
            self.send(200, b"<html>Please sign in</html>", "text/html")
        elif request.get("max_tokens") in self.PAGES:
            self.send(502, self.PAGES[request["max_tokens"]], "text/html")
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
        self.send(status, json.dumps(body).encode(), "application/json")

    def send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
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


@pytest.mark.parametrize(("tokens", "page"), [(78, "<html>Bad gateway</html>"), (79, "an empty body")])
def test_the_gateway_of_the_readme_survives_a_page_of_a_proxy(
    gateway: Any, upstream: httpx.Client, tokens: int, page: str
) -> None:
    status, body = gateway({"model": "gpt-5.3-codex", "input": "hi", "max_output_tokens": tokens}, upstream)
    assert (status, body["error"]["message"]) == (502, f"The upstream answered 502: {page}")


def test_the_gateway_of_the_readme_survives_whatever_is_no_answer(gateway: Any, upstream: httpx.Client) -> None:
    request = {"model": "gpt-5.3-codex", "input": "hi", "max_output_tokens": 80}
    status, body = gateway(request, upstream)
    assert (status, body["error"]["type"]) == (502, "server_error")
    with httpx.Client(base_url="http://127.0.0.1:1") as nobody:
        assert gateway(request, nobody)[0] == 502


def test_the_gateway_of_the_readme_refuses_streams(gateway: Any, upstream: httpx.Client) -> None:
    status, body = gateway({"model": "gpt-5.3-codex", "input": "hi", "stream": True}, upstream)
    assert (status, body["error"]["message"]) == (400, "Streams are not served here.")


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


SAID_OTHERWISE = {"memory": f'`"sqlite:{HERE}"`', "forward_key": "only to a single upstream"}
"""Defaults that the classes leave to others."""


def defaults(part: type[Config] | type[Upstream]) -> list[tuple[str, str]]:
    """The keys of a table of the configuration, and what they are unless said."""
    rows = []
    for key, field in part.model_fields.items():
        told = json.dumps(field.default, default=str).removesuffix(".0") if not field.is_required() else ""
        rows.append(
            (key, SAID_OTHERWISE.get(key, "required" if not told else "nothing" if told == "null" else f"`{told}`"))
        )
    return rows


def test_the_tables_of_the_configuration_are_what_the_gateway_reads() -> None:
    lines = readme.block("config").splitlines()
    rows = [[cell.strip() for cell in line.split(" | ")] for line in lines if line.startswith("| `")]
    found = [(key.removeprefix("| ").strip("`"), default) for key, default, _ in rows]
    assert sorted(found) == sorted(defaults(Config) + defaults(Upstream))
    assert len(set(found)) == len(found)


def test_the_provider_of_the_readme_can_be_pasted() -> None:
    space: Json = {}
    exec(compile(readme.code("provider", "python"), "README.md", "exec"), space)
    profile = space["PROFILE"]
    assert (profile.name, profile.public().models) == ("acme", ("acme-codex",))


def test_the_provider_of_the_readme_is_a_dialect_once_its_file_is_there(tmp_path: Path) -> None:
    source = Path(respeak.__file__).parent
    shutil.copytree(source, tmp_path / "src" / "respeak", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(Path(readme.README).parent / "schemas", tmp_path / "schemas")
    (tmp_path / "src" / "respeak" / "profiles" / "acme.py").write_text(readme.code("provider", "python"))
    (tmp_path / "request.json").write_text('{"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "x"}]}')

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "respeak", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    code, told = run("validate", "request.json", "--dialect", "acme")
    assert code == 2 and f"acme has no schemas yet; run: respeak schemas --write {tmp_path / 'schemas'}" in told
    assert run("schemas", "--write", "schemas") == (0, "33 schemas written to schemas\n")
    assert run("validate", "request.json", "--dialect", "acme") == (0, "")
    code, told = run("translate", "request.json", "--from", "chat", "--to", "acme", "--losses", "none")
    assert (code, json.loads(told)["model"]) == (0, "acme-codex")
    assert '"acme"' in (tmp_path / "schemas" / "fixture.json").read_text()
