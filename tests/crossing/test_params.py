"""`param` of an error in the client's words: mapping.md ERROR, first row."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import laws
import respeak
from respeak import InvalidPayload, Options
from respeak.crossing.params import join, split
from respeak.exchange import Exchange
from saying import Json
from strategies import PAYLOADS


def param(theirs: str, source: str, target: str, request: Any = None, options: Options | None = None) -> str | None:
    body = {"error": {"message": "m", "type": "invalid_request_error", "param": theirs, "code": None}}
    said = respeak.translate_error(body, source=source, target=target, status=400, request=request, options=options)
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


@pytest.mark.parametrize("theirs", ["wibble", "wibble[0].x", "seed", ""])
def test_what_the_client_cannot_have_said_stays_as_it_is(theirs: str) -> None:
    assert param(theirs, "chat", "responses") == theirs


def test_a_provider_that_renames_a_field_is_understood() -> None:
    assert param("max_tokens", "vtrix", "responses") == "max_output_tokens"
    assert param("max_output_tokens", "aimlapi", "chat") == "max_completion_tokens"
    assert param("max_completion_tokens", "chat", "vtrix") == "max_tokens"


@pytest.mark.parametrize(("source", "target"), [("responses", "aimlapi"), ("chat", "openrouter-chat")])
def test_within_a_family_param_stays(source: str, target: str) -> None:
    for theirs in ("temperature", "input[3].content", "messages[3].content"):
        assert param(theirs, source, target) == theirs


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


TURN: list[Json] = [
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "first", "annotations": []}]},
    CALL,
    {"type": "mcp_call", "id": "m", "server_label": "s", "name": "n", "arguments": "{}", "output": "x"},
    {"role": "assistant", "content": "second"},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    CUSTOM,
    *ITEMS[3:5],
]
SAID = [
    (TURN, "chat", "messages[0].content[0].text", "input[0].content[0].text"),
    (TURN, "chat", "messages[0].content[1].text", "input[3].content"),
    (TURN, "chat", "messages[0].refusal", "input[4].content[0]"),
    (TURN, "chat", "messages[0].tool_calls[1].function.arguments", "input[2].arguments"),
    (TURN, "chat", "messages[0].tool_calls[2].custom.input", "input[5].input"),
    (TURN[1:], "chat", "messages[0].content", "input[2].content"),
    (TURN, "vtrix", "messages[0].content[1].text", "input[3].content"),
    (TURN, "vtrix", "messages[0].content[2]", "input[4].content[0]"),
    (TURN, "vtrix", "messages[0].function_call.arguments", "input[1].arguments"),
    (TURN, "vtrix", "messages[2].function_call.name", "input[2].name"),
    (TURN[1:], "vtrix", "messages[0].content[0].text", "input[2].content"),
    ([TURN[1], TURN[4], TURN[6]], "vtrix", "messages[0].content", "input[1].content"),
]


@pytest.mark.parametrize(("items", "upstream", "theirs", "ours"), SAID)
def test_what_one_message_says_for_several_items_is_named_in_the_item_it_came_from(
    items: list[Json], upstream: str, theirs: str, ours: str
) -> None:
    assert param(theirs, upstream, "responses", {"model": "m", "input": items}) == ours


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
@pytest.mark.parametrize("theirs", ["input[0].function_call.name", "messages[0].function_call.name", "functions[0]"])
def test_fields_of_the_other_family_are_nothing_to_look_into(source: str, theirs: str) -> None:
    odd = {"input": [{"tool_calls": 5}], "include": 5}
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}], **odd}
    assert param(theirs, source, "chat", asked)
    other = {"model": "m", "input": "hi", "messages": 5, "functions": 5}
    assert param(theirs, source, "responses" if source != "responses" else "openrouter", other)


USER: Json = {"role": "user", "content": "hi"}
REFUSING: Json = {"role": "assistant", "content": "Hm.", "refusal": "No."}
PICTURE: Json = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
UNANSWERED: Json = {"role": "assistant", "content": None, "tool_calls": MESSAGES[1]["tool_calls"][:1]}
ALLOWED: Json = {
    "type": "allowed_tools",
    "allowed_tools": {"mode": "auto", "tools": [CUSTOM["tools"][0], CUSTOM["tools"][1]]},
}
PLACES: list[tuple[str, Json, str]] = [
    ("input[2].output", {"messages": [USER, UNANSWERED, USER]}, "messages[1].tool_calls[0]"),
    ("input[3].content", {"messages": [USER, UNANSWERED, USER]}, "messages[2].content"),
    ("input[9].content", {"messages": [USER]}, "messages"),
    ("input[1].content[0].text", {"messages": [USER, REFUSING]}, "messages[1].content"),
    ("input[1].content[1].refusal", {"messages": [USER, REFUSING]}, "messages[1].refusal"),
    ("input[1].content[0].refusal", {"messages": [USER, {**REFUSING, "content": None}]}, "messages[1].refusal"),
    (
        "input[0].content[0].image_url",
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {}}, PICTURE]}]},
        "messages[0].content[1].image_url.url",
    ),
    (
        "tool_choice.tools[0].name",
        {**CUSTOM, "tool_choice": ALLOWED},
        "tool_choice.allowed_tools.tools[0].custom.name",
    ),
    (
        "tool_choice.tools[1].name",
        {**CUSTOM, "tool_choice": ALLOWED},
        "tool_choice.allowed_tools.tools[1].function.name",
    ),
    ("max_output_tokens", {"messages": [USER], "max_tokens": 5, "max_completion_tokens": None}, "max_tokens"),
    ("input[1].content", {"messages": [USER, USER]}, "messages[1].content"),
]


@pytest.mark.parametrize(("theirs", "asked", "ours"), PLACES, ids=[case[0] for case in PLACES])
def test_what_the_client_said_is_named_where_it_said_it(theirs: str, asked: Json, ours: str) -> None:
    assert param(theirs, "responses", "chat", {"model": "m", **asked}) == ours


def test_an_object_that_the_client_uses_twice_has_both_places() -> None:
    asked = {"model": "m", "input": [USER, USER]}
    assert [param(f"input[{i}].content", "aimlapi", "responses", asked) for i in (0, 1)] == [
        "input[0].content",
        "input[1].content",
    ]


def test_positions_are_those_of_the_request_as_its_options_made_it() -> None:
    system: Json = {"role": "system", "content": "Be brief."}
    details = [{"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "openai-responses-v1"}]
    turn: Json = {"role": "assistant", "content": "x", "reasoning_details": details}
    hoisted = {"model": "m", "messages": [system, USER]}
    assert param("input[0].content", "responses", "chat", hoisted) == "messages[0].content"
    options = Options(hoist_instructions=True)
    assert param("input[0].content", "responses", "chat", hoisted, options) == "messages[1].content"
    extended = {"model": "m", "messages": [USER, turn, USER]}
    assert param("input[3].content", "responses", "chat", extended, Options(extensions=True)) == "messages[2].content"


def test_an_exchange_names_positions_by_its_own_options() -> None:
    exchange = Exchange(client="chat", upstream="responses", options=Options(hoist_instructions=True))
    exchange.begin({"model": "m", "messages": [{"role": "system", "content": "Be brief."}, USER]})
    exchange.request()
    reply = exchange.answer(400, b'{"error": {"message": "m", "param": "input[0].content"}}')
    assert reply.body["error"]["param"] == "messages[1].content"


# Every name is the client's -------------------------------------------------------------------------------------


def names(value: Any, keys: tuple[str | int, ...] = ()) -> Iterator[list[str | int]]:
    """Every place of a payload."""
    if keys:
        yield [*keys]
    if isinstance(value, dict | list):
        for key, held in value.items() if isinstance(value, dict) else enumerate(value):
            yield from names(held, (*keys, key))


def stands(keys: list[str | int], request: Any) -> bool:
    """True for what is in the request, and for a key that one of its objects does not have."""
    for key in keys[:-1]:
        if not (key in request if isinstance(request, dict) else isinstance(key, int) and key < len(request)):
            return False
        request = request[key]
        if not isinstance(request, dict | list):
            return False
    last = keys[-1]
    return isinstance(request, dict) if isinstance(last, str) else isinstance(request, list) and last < len(request)


@pytest.mark.parametrize("upstream", laws.TARGETS)
@pytest.mark.parametrize("client", ["chat", "responses"])
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_param_of_a_translated_request_is_in_the_clients(client: str, upstream: str, data: st.DataObject) -> None:
    asked = data.draw(PAYLOADS[client, "request"])
    try:
        said = respeak.translate_request(asked, source=client, target=upstream, tolerate="breaking")
    except respeak.TranslationError:
        return
    for keys in names(said.payload):
        if all(isinstance(key, int) or split(key) == [key] for key in keys):
            found = split(param(join(keys), upstream, client, asked) or "")
            assert found[0] not in asked or stands(found, asked), (keys, found)
