"""Codex CLI, which speaks Responses only, on a gateway whose upstream speaks only Chat: it works and comes to an end.

The command is `codex`, or what RESPEAK_CODEX names: `npm install @openai/codex@0.169.0`. Without it the tests are
skipped; continuous integration installs it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gateway.process import configured, gateway
from gateway.upstream import Server, calls, completion, either, running

CODEX = os.environ.get("RESPEAK_CODEX") or shutil.which("codex")
pytestmark = pytest.mark.skipif(CODEX is None, reason="Codex CLI is not installed: npm install @openai/codex")

Json = dict[str, Any]

CONFIG = """
model = "{model}"
model_provider = "local"
check_for_update_on_startup = false
[model_providers.local]
name = "local"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "LOCAL_KEY"
request_max_retries = 1
stream_max_retries = 1
"""

SHELL = ("exec_command", json.dumps({"cmd": "echo made > made.txt"}))
PATCH = ("apply_patch", "*** Begin Patch\n*** Add File: made.txt\n+made\n*** End Patch\n")


def chat_call(name: str, text: str) -> Json:
    """An answer of Chat that calls a tool: a custom one has text, a function has JSON."""
    if name == PATCH[0]:
        call = {"id": "call_1", "type": "custom", "custom": {"name": name, "input": text}}
        return completion({"tool_calls": [call]}, "tool_calls")
    return completion(calls(("call_1", name, json.loads(text))), "tool_calls")


def vtrix_call(name: str, text: str) -> Json:
    """An answer of vtrix that calls a function; a custom tool is a function of one string there."""
    arguments = json.dumps({"input": text}) if name == PATCH[0] else text
    return completion({"function_call": {"name": name, "arguments": arguments}}, "function_call")


ROUTES: list[Any] = [
    pytest.param("chat", "gpt-5.3-codex", SHELL, chat_call, id="a command, Chat"),
    pytest.param("vtrix", "gpt-5.3-codex", SHELL, vtrix_call, id="a command, vtrix"),
    pytest.param("chat", "gpt-5.5", PATCH, chat_call, id="a patch, Chat"),
    pytest.param("vtrix", "gpt-5.5", PATCH, vtrix_call, id="a patch, vtrix"),
]


@pytest.mark.parametrize(("dialect", "model", "tool", "answer"), ROUTES)
def test_codex_calls_a_tool_and_finishes(
    tmp_path: Path, dialect: str, model: str, tool: tuple[str, str], answer: Any
) -> None:
    def says(path: str, body: Json) -> Any:
        answered = any(message["role"] in ("tool", "function") for message in body["messages"])
        said = completion({"content": "The file is there."}, id="chatcmpl-2") if answered else answer(*tool)
        return either(said)(path, body)

    with running() as upstream:
        upstream.says = says
        arguments = configured(tmp_path, {"name": "U", "dialect": dialect, "base_url": upstream.url})
        with gateway(tmp_path, *arguments) as gate:
            ran = codex(tmp_path, gate.url, model)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "The file is there."
    assert (tmp_path / "work" / "made.txt").read_text() == "made\n"
    first, second = upstream.bodies
    looked_at(upstream, first, second, tool[0], dialect)


def codex(folder: Path, url: str, model: str) -> subprocess.CompletedProcess[str]:
    """One run of `codex exec` in a repository of its own."""
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    (home / "config.toml").write_text(CONFIG.format(model=model, url=url))
    subprocess.run(["git", "init", "-q"], cwd=work, check=True)
    command = [str(CODEX), "exec", "--dangerously-bypass-approvals-and-sandbox", "Make the file made.txt."]
    environment = {**os.environ, "CODEX_HOME": str(home), "LOCAL_KEY": "key-of-the-client"}
    return subprocess.run(
        command, cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


def looked_at(upstream: Server, first: Json, second: Json, name: str, dialect: str) -> None:
    """What the upstream got: the tool, later its result behind the call, and no word that Chat does not have."""
    assert {path for path, _, _ in upstream.seen} == {"/v1/chat/completions"}
    tools = first["tools"] if dialect == "chat" else [{"type": "function", "function": f} for f in first["functions"]]
    assert name in [tool[tool["type"]]["name"] for tool in tools]
    call, result = second["messages"][-2:]
    if dialect == "chat":
        assert result["role"] == "tool" and result["tool_call_id"] == call["tool_calls"][0]["id"] == "call_1"
    else:
        assert result["role"] == "function" and result["name"] == call["function_call"]["name"] == name
    assert not any("phase" in message for message in second["messages"])
    assert second["messages"][: len(first["messages"])] == first["messages"]
