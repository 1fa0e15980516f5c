"""`llm-comply`, somebody else's suite for servers of either API, against the gateway in front of the other family."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clients.place import CHAT_MODEL, RESPONSES_MODEL, served
from gateway.upstream import called, calls, completion, either, response, said, thought

pytestmark = pytest.mark.skipif(importlib.util.find_spec("llm_comply") is None, reason="llm-comply is not installed")

Json = dict[str, Any]


def chat_upstream(path: str, body: Json) -> Any:
    """Chat: calls the tool that is offered, as long as no result is there, or speaks."""
    name = body["tools"][0]["function"]["name"] if body.get("tools") else None
    if name and body["messages"][-1]["role"] != "tool":
        return either(completion(calls(("call_1", name, {"location": "Graz"})), "tool_calls"))(path, body)
    return either(completion({"content": "Hello there."}))(path, body)


def responses_upstream(path: str, body: Json) -> Any:
    """Responses: the same, with reasoning and a phase."""
    name = body["tools"][0]["name"] if body.get("tools") else None
    if name and body["input"][-1].get("type") != "function_call_output":
        return either(response(thought(), called(name, {"location": "Graz"})))(path, body)
    return either(response(thought(), said("Hello there.", "final_answer")))(path, body)


@pytest.mark.parametrize(
    ("format", "model", "passed", "skipped"),
    [("open-responses", CHAT_MODEL, 12, ["reasoning-summary"]), ("openai-chat", RESPONSES_MODEL, 9, [])],
)
def test_every_test_of_the_suite_passes(
    tmp_path: Path, format: str, model: str, passed: int, skipped: list[str]
) -> None:
    """The one that is skipped asks reasoning models only, and no Chat answer has a summary of reasoning."""
    with served(tmp_path) as place:
        place.chat.says, place.responses.says = chat_upstream, responses_upstream
        names = ["-u", place.url, "-k", "key-of-the-client", "-m", model, "--format", format, "--json"]
        command = [sys.executable, "-m", "llm_comply.cli", *names]
        environment = {**os.environ, "NO_COLOR": "1"}
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    report = json.loads(ran.stdout)
    assert [result for result in report["results"] if result["status"] == "failed"] == []
    assert [result["id"] for result in report["results"] if result["status"] == "skipped"] == skipped
    assert report["summary"]["passed"] == passed
