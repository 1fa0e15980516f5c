"""`param` of an error in the client's words: mapping.md ERROR, first row."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import respeak
from respeak import InvalidPayload
from saying import Json


def param(given: str, source: str, target: str, request: Any = None) -> str | None:
    body = {"error": {"message": "m", "type": "invalid_request_error", "param": given, "code": None}}
    said = respeak.translate_error(body, source=source, target=target, status=400, request=request)
    assert not said.losses
    found: str | None = said.payload["error"]["param"]
    return found


FIELDS = [
    ("max_completion_tokens", "max_output_tokens"),
    ("reasoning_effort", "reasoning.effort"),
    ("verbosity", "text.verbosity"),
    ("response_format", "text.format"),
    ("response_format.json_schema.schema", "text.format.schema"),
    ("tools[0].function.parameters", "tools[0].parameters"),
    ("tools[2].custom.format", "tools[2].format"),
    ("tools", "tools"),
    ("tool_choice", "tool_choice"),
    ("temperature", "temperature"),
    ("messages", "input"),
]


@pytest.mark.parametrize(("chat", "responses"), FIELDS, ids=[chat for chat, _ in FIELDS])
def test_a_field_has_the_clients_name_both_ways(chat: str, responses: str) -> None:
    assert param(chat, "chat", "responses") == responses
    assert param(responses, "responses", "chat") == chat


@pytest.mark.parametrize("given", ["wibble", "wibble[0].x", "seed", ""])
def test_what_the_client_cannot_have_said_stays_as_it_is(given: str) -> None:
    assert param(given, "chat", "responses") == given


def test_a_provider_that_renames_a_field_is_understood() -> None:
    assert param("max_tokens", "vtrix", "responses") == "max_output_tokens"
    assert param("max_output_tokens", "aimlapi", "chat") == "max_completion_tokens"
    assert param("max_completion_tokens", "chat", "vtrix") == "max_tokens"


@pytest.mark.parametrize(("source", "target"), [("responses", "aimlapi"), ("chat", "openrouter-chat")])
def test_within_a_family_param_stays(source: str, target: str) -> None:
    for given in ("temperature", "input[3].content", "messages[3].content"):
        assert param(given, source, target) == given


CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
CUSTOM = {"type": "custom_tool_call", "call_id": "d", "name": "g", "input": "x"}
ITEMS: list[Json] = [
    {"role": "user", "content": "hi"},
    CALL,
    CUSTOM,
    {"type": "function_call_output", "call_id": "c", "output": "x"},
    {"type": "custom_tool_call_output", "call_id": "d", "output": "x"},
    {"role": "user", "content": [{"type": "input_text", "text": "more"}]},
]
RESPONSES: Json = {"model": "m", "instructions": "Be brief.", "input": ITEMS}
DOWN = [
    ("messages[0]", "instructions"),
    ("messages[0].content", "instructions"),
    ("messages[1].content", "input[0].content"),
    ("messages[2]", "input[1]"),
    ("messages[2].content", "input[1]"),
    ("messages[2].tool_calls[0].id", "input[1].call_id"),
    ("messages[2].tool_calls[0].function.arguments", "input[1].arguments"),
    ("messages[2].tool_calls[1].custom.input", "input[2].input"),
    ("messages[2].tool_calls[7].id", "input[1]"),
    ("messages[3].content", "input[3].output"),
    ("messages[4].tool_call_id", "input[4].call_id"),
    ("messages[5].content[0].text", "input[5].content[0].text"),
    ("messages.5.content.0.text", "input[5].content[0].text"),
]


@pytest.mark.parametrize(("theirs", "ours"), DOWN, ids=[case[0] for case in DOWN])
def test_a_message_of_the_upstream_is_the_clients_item(theirs: str, ours: str) -> None:
    assert param(theirs, "chat", "responses", RESPONSES) == ours


MESSAGES: list[Json] = [
    {"role": "user", "content": "hi"},
    {
        "role": "assistant",
        "content": "so",
        "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "d", "type": "custom", "custom": {"name": "g", "input": "x"}},
        ],
    },
    {"role": "tool", "tool_call_id": "c", "content": "x"},
    {"role": "tool", "tool_call_id": "d", "content": "x"},
    {"role": "user", "content": [{"type": "text", "text": "more"}]},
]
UP = [
    ("input[0].content", "messages[0].content"),
    ("input[1].content", "messages[1].content"),
    ("input[2]", "messages[1].tool_calls[0]"),
    ("input[2].name", "messages[1].tool_calls[0].function.name"),
    ("input[3].input", "messages[1].tool_calls[1].custom.input"),
    ("input[3].call_id", "messages[1].tool_calls[1].id"),
    ("input[4].output", "messages[2].content"),
    ("input[5].call_id", "messages[3].tool_call_id"),
    ("input[6].content[0].text", "messages[4].content[0].text"),
]


@pytest.mark.parametrize(("theirs", "ours"), UP, ids=[case[0] for case in UP])
def test_an_item_of_the_upstream_is_the_clients_message_or_call(theirs: str, ours: str) -> None:
    assert param(theirs, "responses", "chat", {"model": "m", "messages": MESSAGES}) == ours


def test_nothing_stands_inside_an_input_that_is_a_string() -> None:
    assert param("messages[0].content", "chat", "responses", {"model": "m", "input": "hi"}) == "input"


def test_the_field_that_the_client_used_is_named() -> None:
    """Bug class 108."""
    for name in ("max_tokens", "max_completion_tokens"):
        asked = {"model": "m", "messages": [], name: 20}
        assert param("max_output_tokens", "responses", "chat", asked) == name


def test_a_request_that_is_malformed_is_an_invalid_payload() -> None:
    with pytest.raises(InvalidPayload, match=r"/input: .* in the client's request"):
        param("messages[1].content", "chat", "responses", {"input": 5})


OLD = {"model": "m", "messages": [], "functions": [{"name": "f"}], "function_call": {"name": "f"}}
CUSTOM = {
    "model": "m",
    "messages": [],
    "tools": [
        {"type": "custom", "custom": {"name": "f"}},
        {"type": "function", "function": {"name": "g"}},
    ],
    "tool_choice": {"type": "custom", "custom": {"name": "f"}},
}
ITEMS = {"model": "m", "input": "x", "tools": [{"type": "function", "name": "f"}]}


@pytest.mark.parametrize(
    ("theirs", "source", "target", "asked", "ours"),
    [
        ("tools[0].name", "responses", "chat", OLD, "functions[0].name"),
        ("tool_choice.name", "responses", "chat", OLD, "function_call.name"),
        ("tools[0].name", "responses", "chat", CUSTOM, "tools[0].custom.name"),
        ("tools[1].name", "responses", "chat", CUSTOM, "tools[1].function.name"),
        ("tool_choice.name", "responses", "chat", CUSTOM, "tool_choice.custom.name"),
        ("functions[0].name", "vtrix", "responses", ITEMS, "tools[0].name"),
        ("functions", "vtrix", "responses", ITEMS, "tools"),
        ("function_call.name", "vtrix", "responses", ITEMS, "tool_choice.name"),
        ("functions[0].name", "vtrix", "chat", OLD, "functions[0].name"),
    ],
)
def test_tools_are_named_as_the_client_declared_them(
    theirs: str, source: str, target: str, asked: Json, ours: str
) -> None:
    assert param(theirs, source, target, asked) == ours


PAIRED: list[Json] = [
    {"role": "user", "content": "hi"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "d", "type": "custom", "custom": {"name": "g", "input": "x"}},
        ],
    },
    {"role": "tool", "tool_call_id": "d", "content": "x"},
    {"role": "tool", "tool_call_id": "c", "content": "x"},
]
WITHIN = [
    ("messages[1].function_call", "messages[1].tool_calls[0]"),
    ("messages[1].content", "messages[1].tool_calls[0]"),
    ("messages[2].content", "messages[3].content"),
    ("messages[2].name", "messages[3]"),
    ("messages[3].function_call.arguments", "messages[1].tool_calls[1].custom.input"),
    ("messages.3.function_call.arguments", "messages[1].tool_calls[1].custom.input"),
    ("messages[4]", "messages[2]"),
    ("messages[9].content", "messages[9].content"),
]


@pytest.mark.parametrize(("theirs", "ours"), WITHIN, ids=[case[0] for case in WITHIN])
def test_a_message_that_moved_within_the_family_is_the_clients_own(theirs: str, ours: str) -> None:
    assert param(theirs, "vtrix", "chat", {"model": "m", "messages": PAIRED}) == ours


@pytest.mark.parametrize("source", ["vtrix", "openrouter-chat", "responses", "aimlapi"])
def test_the_request_that_param_is_looked_up_in_is_not_changed(source: str) -> None:
    asked = {"model": "m", "system_prompt": "s", "messages": PAIRED, "max_tokens": 20, "logprobs": True}
    before = copy.deepcopy(asked)
    param("messages[0]", source, "codex-guide", asked)
    assert asked == before


def test_without_the_request_within_a_family_names_are_the_clients_alone() -> None:
    assert param("max_tokens", "chat", "codex-guide") == "max_tokens"
    assert param("include[0]", "responses", "chat") == "include[0]"
    assert param("reasoning", "responses", "chat") == "reasoning_effort"
    assert param("reasoning", "responses", "aimlapi") == "reasoning"


@pytest.mark.parametrize("source", ["vtrix", "openrouter-chat", "responses", "aimlapi"])
@pytest.mark.parametrize("given", ["input[0].function_call.name", "messages[0].function_call.name", "functions[0]"])
def test_fields_of_the_other_family_are_nothing_to_look_into(source: str, given: str) -> None:
    odd = {"input": [{"tool_calls": 5}], "include": 5}
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **odd}
    assert param(given, source, "chat", asked)
    other = {"model": "m", "input": "hi", "messages": 5, "functions": 5}
    assert param(given, source, "responses" if source != "responses" else "openrouter", other)
