"""Names under which tools travel, and call ids: mapping.md 5.1 (names up to 64 characters), D-4."""

from __future__ import annotations

import re

import pytest

from respeak.crossing import ids
from respeak.crossing.ids import CallIds, shorten
from respeak.crossing.names import declared_tools, wire_name
from respeak.options import DEFAULT
from respeak.plan import Job
from saying import Json, Lost, request

LONG = "n" * 65
CHAT_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
CHANGED = "tool_name_changed"


def function(name: str) -> Json:
    return {"type": "function", "name": name, "parameters": {"type": "object"}, "strict": False}


def conversation(name: str, namespace: str | None = None) -> Json:
    """A request that declares, calls and forces one tool."""
    call = {"type": "function_call", "call_id": "a", "name": name, "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "a", "output": "x"}
    tool = function(name)
    within = {"namespace": namespace} if namespace else {}
    return {
        "model": "gpt-4o",
        "input": [{"role": "user", "content": "hi"}, {**call, **within}, output],
        "tools": [{"type": "namespace", "name": namespace, "tools": [tool]}] if namespace else [tool],
        "tool_choice": {"type": "function", "name": name, **within},
    }


def names(said: Json) -> set[str]:
    """The names of the tool in its declaration, its call and the choice."""
    return {
        said["tools"][0]["function"]["name"],
        said["messages"][1]["tool_calls"][0]["function"]["name"],
        said["tool_choice"]["function"]["name"],
    }


def changes(losses: Lost) -> list[str]:
    return sorted(path for code, path, severity in losses if code == CHANGED and severity == "harmless")


def test_a_name_of_64_characters_is_copied() -> None:
    said, losses = request(conversation("n" * 64), "responses", "chat")
    assert names(said) == {"n" * 64}
    assert losses == []


def test_a_longer_name_is_shortened_the_same_everywhere_and_reported() -> None:
    said, losses = request(conversation(LONG), "responses", "chat")
    [name] = names(said)
    assert CHAT_NAME.fullmatch(name)
    assert changes(losses) == ["/input/1/name", "/tool_choice/name", "/tools/0/name"]


def test_a_namespace_that_makes_the_name_too_long_is_reported_with_the_name() -> None:
    said, losses = request(conversation("n" * 60, "server"), "responses", "chat")
    [name] = names(said)
    assert CHAT_NAME.fullmatch(name)
    assert changes(losses) == ["/input/1/name", "/tool_choice/name", "/tools/0/tools/0/name"]


@pytest.mark.parametrize("namespace", ["my server", "a.b", "größe", "a/b"])
def test_a_namespace_of_other_characters_is_said_in_those_of_chat(namespace: str) -> None:
    """NamespaceToolParam: the flat name takes letters, digits, _ and - only."""
    said, losses = request(conversation("f", namespace), "responses", "chat")
    [name] = names(said)
    assert CHAT_NAME.fullmatch(name)
    assert changes(losses) == ["/input/1/name", "/tool_choice/name", "/tools/0/tools/0/name"]


def test_the_label_of_an_mcp_server_may_be_any_text() -> None:
    item = {"type": "mcp_call", "id": "m", "server_label": "my docs", "name": "read", "arguments": "{}", "output": "x"}
    said, losses = request({"model": "m", "input": [item]}, "responses", "chat")
    assert CHAT_NAME.fullmatch(said["messages"][0]["tool_calls"][0]["function"]["name"])
    assert (CHANGED, "/input/0/name", "harmless") in losses


def test_namespaces_that_differ_in_one_character_stay_apart() -> None:
    assert len({wire_name("f", namespace) for namespace in ("a.b", "a b", "a_b", "a/b")}) == 4


@pytest.mark.parametrize(("name", "namespace"), [("f", None), (LONG, None), ("f", "ns"), ("f", "my server")])
def test_the_way_back_is_read_from_the_clients_request(name: str, namespace: str | None) -> None:
    declared = declared_tools(Job({}, None, None, DEFAULT, conversation(name, namespace)))
    tool = declared[wire_name(name, namespace)]
    assert (tool.type, tool.name, tool.namespace) == ("function", name, namespace)


def test_two_tools_of_one_name_are_one_and_a_different_one_is_degrading() -> None:
    """Codex repeats what tool_search found; a clash of two tools costs the model the second."""
    other = {**function("f"), "description": "another"}
    payload = {"model": "gpt-4o", "input": "hi", "tools": [function("f"), function("f"), other]}
    said, losses = request(payload, "responses", "chat")
    assert [tool["function"]["name"] for tool in said["tools"]] == ["f"]
    assert losses == [("tool_dropped", "/tools/1", "harmless"), ("tool_dropped", "/tools/2", "degrading")]


def test_shortening_is_deterministic_and_keeps_texts_apart() -> None:
    """Bug classes 18 and 19."""
    assert shorten("x" * 64, 64) == "x" * 64
    assert shorten("x" * 70, 64) == shorten("x" * 70, 64)
    assert len({shorten("x" * 70 + end, 64) for end in "abc"}) == 3
    assert len(shorten("x" * 70, 64)) == 64


def test_a_claimed_id_is_unique_even_among_the_ids_made_for_others() -> None:
    ids = CallIds()
    claimed = [ids.claim(name) for name in ("a", "a", "a_2", "a", "x" * 70, "x" * 70)]
    assert claimed[0] == "a"
    assert len(set(claimed)) == len(claimed)
    assert all(1 <= len(name) <= 64 for name in claimed)


def test_ids_are_derived_without_the_prefix_of_their_kind() -> None:
    assert [ids.suffix(name) for name in ("chatcmpl-x", "resp_x", "call_x", "x", "call_", "")] == [
        *"xxxx",
        "call_",
        "0",
    ]


def test_a_call_id_that_is_taken_gets_a_longer_one() -> None:
    chat = ids.ChatIds()
    assert [chat.take(given, "resp_1", 0) for given in ("a", "a", "a", "")] == [
        ("a", False),
        ("call_a_0", True),
        ("call_a_0_", True),
        ("call_1_0", True),
    ]


def test_an_id_of_the_targets_own_form_stays() -> None:
    assert [ids.completion_id(name) for name in ("chatcmpl-x", "resp_x", "x")] == ["chatcmpl-x"] * 3
    assert [ids.response_id(name) for name in ("chatcmpl-x", "resp_x", "x")] == ["resp_x"] * 3
