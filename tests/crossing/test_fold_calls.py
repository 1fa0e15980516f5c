"""Calls and outputs in their corners, down: mapping.md 4.1 steps 3 to 8, R2C-ITEM."""

from __future__ import annotations

from typing import Any

import pytest

import laws
import respeak
from saying import Json, Lost, refused, request

USER: Json = {"role": "user", "content": "hi"}


def fold(*items: Json, **more: Any) -> tuple[list[Json], Lost]:
    said, losses = request({"model": "gpt-4o", "input": [USER, *items]}, "responses", "chat", **more)
    assert laws.disorder(said, "chat") == []
    return said["messages"][1:], losses


def call(name: str, **more: Any) -> Json:
    return {"type": "function_call", "call_id": name, "name": "f", "arguments": "{}", **more}


def output(call_id: str | None, text: Any = "x", **more: Any) -> Json:
    return {"type": "function_call_output", "call_id": call_id, "output": text, **more}


def outputs(messages: list[Json]) -> list[tuple[str, Any]]:
    return [(message["tool_call_id"], message["content"]) for message in messages if message["role"] == "tool"]


def test_an_id_used_in_two_turns_pairs_with_the_nearest_call() -> None:
    messages, losses = fold(call("a"), output("a", "one"), call("a"), output("a", "two"))
    assert [message["role"] for message in messages] == ["assistant", "tool", "assistant", "tool"]
    assert outputs(messages) == [("a", "one"), ("a", "two")]
    assert losses == []


def test_an_output_goes_to_the_nearest_call_when_an_earlier_one_had_none() -> None:
    messages, losses = fold(call("a"), USER, call("a"), output("a", "two"))
    assert outputs(messages) == [("a", ""), ("a", "two")]
    assert losses == [("call_without_output", "/input/1", "breaking")]


def test_a_second_output_of_one_call_is_refused() -> None:
    items = [USER, call("a"), output("a"), output("a")]
    assert refused({"model": "m", "input": items}, "responses", "chat") == ("output_without_call", "/input/3")


def test_an_output_before_its_call_is_refused() -> None:
    items = [USER, output("a"), call("a")]
    assert refused({"model": "m", "input": items}, "responses", "chat") == ("output_without_call", "/input/1")


def test_a_nameless_output_finds_the_only_open_call_within_its_namespace() -> None:
    """4.1 step 8: null call_id, exactly one open call of that name."""
    messages, _ = fold(call("a", namespace="ns"), call("b"), output(None, "in", name="f", namespace="ns"), output("b"))
    assert outputs(messages) == [("a", "in"), ("b", "x")]


@pytest.mark.parametrize("arguments", ["", "{", '{ "a" : 1.0 }', '"\\u00e9é"', "\u2028"])
def test_arguments_and_inputs_are_never_read(arguments: str) -> None:
    custom = {"type": "custom_tool_call", "call_id": "b", "name": "c", "input": arguments}
    mcp = {
        "type": "mcp_call",
        "id": "m",
        "server_label": "s",
        "name": "n",
        "arguments": arguments,
        "output": arguments,
    }
    items = [call("a", arguments=arguments), custom, output("a"), {**output("b"), "type": "custom_tool_call_output"}]
    messages, _ = fold(*items, mcp)
    first, second = messages[0]["tool_calls"]
    assert (first["function"]["arguments"], second["custom"]["input"]) == (arguments, arguments)
    assert messages[3]["tool_calls"][0]["function"]["arguments"] == arguments
    assert messages[4]["content"] == arguments


def test_empty_text_of_a_turn_disappears_beside_other_text() -> None:
    texts = [{"role": "assistant", "content": text} for text in ("", "so")]
    messages, losses = fold(*texts)
    assert messages == [{"role": "assistant", "content": "so"}]
    assert losses == [("messages_merged", "/input/2", "harmless")]


MCP: Json = {"type": "mcp_call", "id": "m", "server_label": "s", "name": "n", "arguments": "{}"}

RESULTS: list[tuple[Json, str, Lost]] = [
    ({"output": "x"}, "x", []),
    ({"output": "", "error": None}, "", []),
    ({"output": None, "error": "broken"}, "broken", []),
    ({"error": {"type": "http_error", "code": 404}}, '{"type":"http_error","code":404}', []),
    ({"output": "x", "error": "late"}, "x", [("error_detail_dropped", "/input/1/error", "degrading")]),
    ({"output": "x", "status": "incomplete"}, "x", [("status_dropped", "/input/1/status", "harmless")]),
    (
        {"output": "x", "approval_request_id": "a"},
        "x",
        [("approval_dropped", "/input/1/approval_request_id", "harmless")],
    ),
    ({"output": "x", "wibble": 1}, "x", [("unknown_field_dropped", "/input/1/wibble", "degrading")]),
]


@pytest.mark.parametrize(("keys", "text", "losses"), RESULTS, ids=[str(case[0]) for case in RESULTS])
def test_an_mcp_call_keeps_its_result_and_names_what_it_loses(keys: Json, text: str, losses: Lost) -> None:
    """Bug class 105."""
    messages, found = fold({**MCP, **keys})
    assert outputs(messages) == [("m", text)]
    assert sorted(found) == sorted([("mcp_call_rewritten", "/input/1", "degrading"), *losses])


def test_an_mcp_call_between_calls_stays_in_the_turn() -> None:
    messages, _ = fold(call("a"), {**MCP, "output": "x"}, output("a", "y"))
    assert [made["id"] for made in messages[0]["tool_calls"]] == ["a", "m"]
    assert outputs(messages) == [("m", "x"), ("a", "y")]


LOCAL: Json = {
    "type": "local_shell_call",
    "id": "lsh_1",
    "call_id": "call_1",
    "status": "completed",
    "action": {"type": "exec", "command": ["ls"], "env": {}},
}


@pytest.mark.parametrize("ids", [{"call_id": "call_1"}, {"id": "call_1"}, {"id": "lsh_1"}], ids=str)
def test_a_local_shell_output_is_paired_by_call_id_else_by_id(ids: Json) -> None:
    """R2C-ITEM LocalShellToolCallOutput: call_id if present, else id."""
    messages, losses = fold(LOCAL, {"type": "local_shell_call_output", "output": "a.txt", **ids})
    assert outputs(messages) == [("call_1", "a.txt")]
    assert losses == [("item_id_dropped", "/input/1/id", "harmless"), ("tool_bridged", "/input/1", "degrading")]


def test_a_function_output_may_answer_a_bridged_call() -> None:
    messages, _ = fold(LOCAL, output("call_1", "a.txt"))
    assert outputs(messages) == [("call_1", "a.txt")]


SHELL: Json = {"type": "shell_call", "call_id": "s", "action": {"commands": ["ls"]}}


@pytest.mark.parametrize(
    "result", [{"type": "shell_call_output", "call_id": "s", "output": []}, output("s")], ids=["shell", "function"]
)
def test_without_bridging_a_client_executed_call_leaves_with_its_output(result: Json) -> None:
    """R2C-ITEM: unsupported without a bridge."""
    messages, losses = fold(SHELL, result, options=respeak.Options(bridge=False))
    assert messages == []
    assert losses == [
        ("hosted_call_dropped", "/input/1", "breaking"),
        ("hosted_call_dropped", "/input/2", "breaking"),
    ]


def test_the_environment_of_a_shell_call_is_lost_unless_it_is_local() -> None:
    container = {**SHELL, "environment": {"type": "container_reference", "container_id": "c"}}
    result = {"type": "shell_call_output", "call_id": "s", "output": []}
    assert ("environment_dropped", "/input/1/environment", "degrading") in fold(container, result)[1]
    local = {**SHELL, "environment": {"type": "local"}}
    assert fold(local, result)[1] == [("tool_bridged", "/input/1", "degrading")]


def test_unknown_items_and_their_outputs_are_each_one_loss() -> None:
    """Bug class 104."""
    messages, losses = fold({"type": "hologram_call", "call_id": "h"}, {"type": "hologram_call_output", "call_id": "h"})
    assert messages == []
    assert losses == [
        ("unknown_item_dropped", "/input/1", "breaking"),
        ("unknown_item_dropped", "/input/2", "breaking"),
    ]


def test_an_image_between_a_call_and_its_output_waits() -> None:
    """OBS-12: nothing stands between a call and its output."""
    image = {"type": "image_generation_call", "id": "ig", "status": "completed", "result": "QUJD"}
    messages, _ = fold(call("a"), image, output("a"))
    assert [message["role"] for message in messages] == ["assistant", "tool", "user"]
