"""llm-comply: its suites of both families against the gateway, each with an upstream of the other family."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from clients.place import CHAT, RESPONSES, Place
from gateway.upstream import Json, called, calls, completion, either, response, said, thought

CITY = {"location": "San Francisco"}


def by_chat(path: str, body: Json) -> Any:
    """What the Chat upstream answers: a call if there are tools."""
    call = completion(calls(("call_1", "get_weather", CITY)), "tool_calls")
    return either(call if body.get("tools") else completion({"content": "Hello there, Alice."}))(path, body)


def by_responses(path: str, body: Json) -> Any:
    """What the Responses upstream answers."""
    answer = called("get_weather", CITY) if body.get("tools") else said("Hello there, Alice.", "final_answer")
    return either(response(thought(), answer))(path, body)


def results(place: Place, suite: str, model: str) -> tuple[int, dict[str, Json]]:
    """The exit code of llm-comply, and its result of each test."""
    command = [sys.executable, "-c", "from llm_comply.cli import main; raise SystemExit(main())", "--json"]
    aim = ["--base-url", place.url, "--api-key", place.key, "--model", model, "--format", suite]
    done = subprocess.run([*command, *aim], capture_output=True, text=True, timeout=60)
    assert done.stdout, done.stderr
    return done.returncode, {result["id"]: result for result in json.loads(done.stdout)["results"]}


def test_all_of_chat_passes_on_a_responses_upstream(place: Place) -> None:
    place.responses.says = by_responses
    passed(place, "openai-chat", RESPONSES, 9)
    assert [path for path, _, _ in place.responses.seen] == ["/v1/responses"] * 8
    assert [body.get("stream", False) for body in place.responses.bodies].count(True) == 2


def test_all_of_open_responses_passes_on_a_chat_upstream(place: Place) -> None:
    """In three of its tests the gateway answers with an error, as they want it, and no upstream is asked."""
    place.chat.says = by_chat
    passed(place, "open-responses", CHAT, 13)
    assert [path for path, _, _ in place.chat.seen] == ["/v1/chat/completions"] * 10
    assert [body.get("stream", False) for body in place.chat.bodies].count(True) == 2


def passed(place: Place, suite: str, model: str, count: int) -> None:
    """Every test of the suite ran and passed."""
    code, found = results(place, suite, model)
    assert {name: result.get("errors", []) for name, result in found.items()} == {name: [] for name in found}
    assert (code, len(found), {result["status"] for result in found.values()}) == (0, count, {"passed"})
