"""vtrix: profiles.md section 2."""

from __future__ import annotations

from typing import Any

import pytest

import laws
import respeak
from respeak import InvalidPayload
from saying import Json, Lost, refused, request

MESSAGES: list[Json] = [{"role": "user", "content": "hi"}]
CHAT: Json = {"model": "gpt-5.3-codex", "messages": MESSAGES}
RESPONSES: Json = {"model": "gpt-5.3-codex", "input": "hi"}
SAID: Json = {"model": "vtrix-gpt-5.3-codex", "messages": MESSAGES}


def tool(name: str = "f", **more: Any) -> Json:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}, **more}}


def function(name: str = "f") -> Json:
    return {"name": name, "parameters": {"type": "object"}}


def chat(**field: Any) -> tuple[Json, Lost]:
    return request({**CHAT, **field}, "chat", "vtrix")


SAME: list[tuple[Json, Json]] = [
    ({"max_tokens": 9}, {"max_tokens": 9}),
    ({"max_completion_tokens": 9}, {"max_tokens": 9}),
    ({"temperature": 0.5}, {"temperature": 0.5}),
    ({"top_p": 0.5}, {"top_p": 0.5}),
    ({"stream": True}, {"stream": True}),
    ({"reasoning_effort": "xhigh"}, {"reasoning_effort": "xhigh"}),
    ({"response_format": {"type": "json_object"}}, {"response_format": {"type": "json_object"}}),
    (
        {"functions": [function()], "function_call": {"name": "f"}},
        {"functions": [function()], "function_call": {"name": "f"}},
    ),
    ({"tools": [tool()], "tool_choice": "auto"}, {"functions": [function()], "function_call": "auto"}),
    ({"tools": [tool()], "tool_choice": "none"}, {"functions": [function()], "function_call": "none"}),
    (
        {"tools": [tool()], "tool_choice": {"type": "function", "function": {"name": "f"}}},
        {"functions": [function()], "function_call": {"name": "f"}},
    ),
    ({"tools": [tool()], "tool_choice": "required"}, {"functions": [function()], "function_call": {"name": "f"}}),
    ({"tools": [tool(strict=False)]}, {"functions": [function()]}),
]


@pytest.mark.parametrize(("field", "said"), SAME, ids=str)
def test_what_vtrix_documents_is_sent_without_a_loss(field: Json, said: Json) -> None:
    assert chat(**field) == ({**SAID, **said}, [])


NEUTRAL: list[Json] = [
    {"n": 1},
    {"stop": []},
    {"logprobs": False},
    {"top_logprobs": 0},
    {"frequency_penalty": 0},
    {"presence_penalty": 0},
    {"logit_bias": {}},
    {"verbosity": "medium"},
    {"service_tier": "auto"},
    {"service_tier": "default"},
    {"modalities": ["text"]},
    {"store": False},
    {"parallel_tool_calls": False},
    {"reasoning_effort": None},
]


@pytest.mark.parametrize("field", NEUTRAL, ids=str)
def test_what_vtrix_assumes_anyway_is_no_loss(field: Json) -> None:
    assert chat(**field) == (SAID, [])


LOST: list[tuple[Json, str, str]] = [
    ({"n": 2}, "candidates_dropped", "breaking"),
    ({"stop": "x"}, "stop_dropped", "breaking"),
    ({"seed": 1}, "seed_dropped", "degrading"),
    ({"logit_bias": {"1": 1}}, "logit_bias_dropped", "breaking"),
    ({"frequency_penalty": 1}, "penalty_dropped", "degrading"),
    ({"presence_penalty": 1}, "penalty_dropped", "degrading"),
    ({"logprobs": True}, "logprobs_dropped", "degrading"),
    ({"top_logprobs": 2}, "logprobs_dropped", "degrading"),
    ({"stream_options": {"include_usage": True}}, "stream_options_dropped", "harmless"),
    ({"store": True}, "store_dropped", "degrading"),
    ({"metadata": {"a": "b"}}, "metadata_dropped", "harmless"),
    ({"user": "u"}, "user_dropped", "harmless"),
    ({"safety_identifier": "u"}, "user_dropped", "harmless"),
    ({"prompt_cache_key": "k"}, "cache_hint_dropped", "harmless"),
    ({"prompt_cache_options": {"mode": "implicit"}}, "cache_hint_dropped", "harmless"),
    ({"prompt_cache_retention": "24h"}, "cache_hint_dropped", "harmless"),
    ({"service_tier": "flex"}, "service_tier_dropped", "degrading"),
    ({"verbosity": "low"}, "verbosity_dropped", "degrading"),
    ({"prediction": {"type": "content", "content": "x"}}, "prediction_dropped", "harmless"),
    ({"web_search_options": {"search_context_size": "low"}}, "web_search_dropped", "breaking"),
    ({"moderation": {"model": "omni"}}, "moderation_dropped", "degrading"),
    ({"parallel_tool_calls": True}, "parallel_tool_calls_dropped", "harmless"),
    ({"wibble": 0}, "unknown_field_dropped", "degrading"),
]


@pytest.mark.parametrize(("field", "code", "severity"), LOST, ids=str)
def test_what_vtrix_does_not_document_is_reported_at_its_place(field: Json, code: str, severity: str) -> None:
    [name] = field
    assert chat(**field) == (SAID, [(code, f"/{name}", severity)])


def test_audio_is_refused_always() -> None:
    assert refused({**CHAT, "audio": {"voice": "ash", "format": "wav"}}, "chat", "vtrix") == ("audio_refused", "/audio")
    assert refused({**CHAT, "modalities": ["audio"]}, "chat", "vtrix") == ("audio_refused", "/modalities/0")
    part = {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}
    payload: Json = {**CHAT, "messages": [{"role": "user", "content": [part]}]}
    assert refused(payload, "chat", "vtrix") == ("audio_refused", "/messages/0/content/0")


@pytest.mark.parametrize(("asked", "given"), [("none", "low"), ("minimal", "low"), ("max", "xhigh")])
def test_an_effort_outside_the_set_becomes_the_nearest(asked: str, given: str) -> None:
    said, losses = request({**RESPONSES, "reasoning": {"effort": asked}}, "responses", "vtrix")
    assert said["reasoning_effort"] == given
    assert losses == [("effort_changed", "/reasoning/effort", "degrading")]
    said, losses = chat(reasoning_effort=asked)
    assert said["reasoning_effort"] == given
    assert losses == [("effort_changed", "/reasoning_effort", "degrading")]


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (200_000, 128_000)])
def test_an_output_limit_outside_the_range_is_clamped(asked: int, given: int) -> None:
    assert chat(max_tokens=asked) == (
        {**SAID, "max_tokens": given},
        [("output_limit_clamped", "/max_tokens", "degrading")],
    )
    said, losses = request({**RESPONSES, "max_output_tokens": 200_000}, "responses", "vtrix")
    assert said["max_tokens"] == 128_000
    assert losses == [("output_limit_clamped", "/max_output_tokens", "degrading")]


def test_any_model_becomes_the_only_one_and_its_own_name_is_no_loss() -> None:
    assert chat(model="vtrix-gpt-5.3-codex") == (SAID, [])
    assert chat(model="gpt-4o") == (SAID, [("model_replaced", "/model", "degrading")])
    assert request({"messages": MESSAGES}, "chat", "vtrix") == (SAID, [("model_replaced", "", "harmless")])


def test_losses_of_a_crossing_are_at_the_places_of_the_source() -> None:
    payload = {
        **RESPONSES,
        "text": {"verbosity": "low"},
        "include": ["message.output_text.logprobs"],
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}],
        "parallel_tool_calls": True,
        "stream": True,
    }
    said, losses = request(payload, "responses", "vtrix")
    assert said == {**SAID, "stream": True, "functions": [function()]}
    assert sorted(losses) == [
        ("logprobs_dropped", "/include/0", "degrading"),
        ("parallel_tool_calls_dropped", "/parallel_tool_calls", "harmless"),
        ("strict_dropped", "/tools/0/strict", "degrading"),
        ("verbosity_dropped", "/text/verbosity", "degrading"),
    ]


def test_a_custom_tool_is_a_function_with_one_string() -> None:
    """Bug class 40."""
    said, losses = request({**RESPONSES, "tools": [{"type": "custom", "name": "patch"}]}, "responses", "vtrix")
    [made] = said["functions"]
    assert made["name"] == "patch"
    assert made["parameters"]["properties"] == {"input": {"type": "string"}}
    assert losses == [("custom_tool_as_function", "/tools/0", "degrading")]


def test_one_of_several_functions_cannot_be_demanded() -> None:
    said, losses = chat(tools=[tool("f"), tool("g")], tool_choice="required")
    assert said["function_call"] == "auto"
    assert losses == [("tool_choice_dropped", "/tool_choice", "breaking")]


def test_an_allowed_list_filters_the_functions() -> None:
    entries = [{"type": "function", "function": {"name": "g"}}]
    choice = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": entries}}
    said, losses = chat(tools=[tool("f"), tool("g")], tool_choice=choice)
    assert (said["functions"], said["function_call"]) == ([function("g")], {"name": "g"})
    assert losses == [("tool_dropped", "/tools/0", "harmless")]


CALLS: Json = {
    "role": "assistant",
    "content": "so",
    "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{ }"}},
        {"id": "b", "type": "custom", "custom": {"name": "patch", "input": "x"}},
    ],
}


def test_parallel_calls_of_the_history_become_consecutive_pairs() -> None:
    """Bug class 12."""
    results: list[Json] = [
        {
            "role": "tool",
            "tool_call_id": "b",
            "content": [{"type": "text", "text": "B"}, {"type": "text", "text": "C"}],
        },
        {"role": "tool", "tool_call_id": "a", "content": "A"},
    ]
    said, losses = chat(messages=[*MESSAGES, CALLS, *results])
    assert said["messages"][1:] == [
        {"role": "assistant", "content": "so", "function_call": {"name": "f", "arguments": "{ }"}},
        {"role": "function", "name": "f", "content": "A"},
        {"role": "assistant", "content": None, "function_call": {"name": "patch", "arguments": '{"input":"x"}'}},
        {"role": "function", "name": "patch", "content": "B\nC"},
    ]
    assert losses == [
        ("calls_serialized", "/messages/1", "harmless"),
        ("call_id_dropped", "/messages/1/tool_calls/0/id", "harmless"),
        ("function_results", "/messages/3", "degrading"),
        ("call_id_dropped", "/messages/3/tool_call_id", "harmless"),
        ("call_id_dropped", "/messages/1/tool_calls/1/id", "harmless"),
        ("custom_tool_as_function", "/messages/1/tool_calls/1", "degrading"),
        ("call_id_dropped", "/messages/2/tool_call_id", "harmless"),
        ("text_joined", "/messages/2", "harmless"),
    ]


def test_legacy_history_is_left_alone_but_its_results_are_reported() -> None:
    history: list[Json] = [
        *MESSAGES,
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "x"},
    ]
    reported = [("function_results", f"/messages/{len(history) - 1}", "degrading")]
    assert chat(messages=history) == ({**SAID, "messages": history}, reported)


def test_what_messages_of_vtrix_cannot_hold_is_reported() -> None:
    breakpoint_ = {"mode": "explicit"}
    parts = [
        {"type": "text", "text": "a", "prompt_cache_breakpoint": breakpoint_},
        {"type": "image_url", "image_url": {"url": "u"}},
        {"type": "file", "file": {"file_id": "f"}},
    ]
    messages = [
        {"role": "user", "content": parts, "name": "Ann"},
        {"role": "assistant", "content": "a", "refusal": "no"},
    ]
    said, losses = chat(messages=messages)
    assert said["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "a"}, parts[1]]},
        {"role": "assistant", "content": "a\n\nno"},
    ]
    assert losses == [
        ("name_dropped", "/messages/0/name", "degrading"),
        ("cache_hint_dropped", "/messages/0/content/0/prompt_cache_breakpoint", "harmless"),
        ("file_dropped", "/messages/0/content/2", "breaking"),
        ("refusal_as_text", "/messages/1", "degrading"),
    ]


ORPHAN = {"role": "tool", "tool_call_id": "a", "content": "x"}

NEVER: list[tuple[Json, str, str]] = [
    ({"max_tokens": 5, "max_completion_tokens": 6}, "two_limits", "/max_tokens"),
    ({"tools": [tool()], "functions": [function("g")]}, "functions_and_tools", "/functions"),
    (
        {"tools": [tool()], "tool_choice": "auto", "function_call": "none"},
        "functions_and_tools",
        "/function_call",
    ),
    ({"messages": [*MESSAGES, ORPHAN]}, "output_without_call", "/messages/1"),
    (
        {"tools": [tool()], "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}},
        "no_tool_allowed",
        "/tool_choice",
    ),
    (
        {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}]},
        "no_messages",
        "/messages",
    ),
]


@pytest.mark.parametrize(("field", "code", "path"), NEVER, ids=lambda value: str(value)[:40])
def test_what_has_no_honest_form_at_vtrix_is_refused_always(field: Json, code: str, path: str) -> None:
    assert refused({**CHAT, **field}, "chat", "vtrix") == (code, path)


CHOICES: list[tuple[Json, Json, Lost]] = [
    ({"tool_choice": "auto"}, {}, [("tool_choice_dropped", "/tool_choice", "harmless")]),
    ({"tool_choice": "required"}, {}, [("forced_tool_dropped", "/tool_choice", "breaking")]),
    ({"tools": [], "tool_choice": "none"}, {}, [("tool_choice_dropped", "/tool_choice", "harmless")]),
    (
        {"tools": [{"type": "weird"}], "tool_choice": "required"},
        {},
        [("tool_dropped", "/tools/0", "degrading"), ("forced_tool_dropped", "/tool_choice", "breaking")],
    ),
    (
        {"tools": [tool()], "tool_choice": {"type": "weird"}},
        {"functions": [function()], "function_call": "auto"},
        [("tool_choice_dropped", "/tool_choice", "breaking")],
    ),
    (
        {"tools": [tool()], "tool_choice": {"type": "function", "function": {"name": "f"}, "k": 1}},
        {"functions": [function()], "function_call": {"name": "f"}},
        [("unknown_field_dropped", "/tool_choice/k", "degrading")],
    ),
]


@pytest.mark.parametrize(("field", "said", "losses"), CHOICES, ids=lambda value: str(value)[:60])
def test_a_choice_needs_a_function_to_choose(field: Json, said: Json, losses: Lost) -> None:
    """OBS-11."""
    assert chat(**field) == ({**SAID, **said}, losses)


def test_a_search_without_options_is_a_search_all_the_same() -> None:
    assert chat(web_search_options={}) == (SAID, [("web_search_dropped", "/web_search_options", "breaking")])


def test_vtrix_knows_three_formats() -> None:
    schema = {"name": "s", "schema": {"type": "object"}}
    for known in ({"type": "text"}, {"type": "json_object"}, {"type": "json_schema", "json_schema": schema}):
        assert chat(response_format=known) == ({**SAID, "response_format": known}, [])
    odd = {"type": "grammar"}
    assert chat(response_format=odd) == (SAID, [("format_dropped", "/response_format", "breaking")])
    said = request({**RESPONSES, "text": {"format": odd}}, "responses", "vtrix")
    assert said == (SAID, [("format_dropped", "/text/format", "breaking")])


def test_keys_inside_a_dropped_field_are_reported_where_the_source_has_them() -> None:
    field = {"stream": True, "stream_options": {"include_obfuscation": True}, "prompt_cache_options": {"ttl": "30m"}}
    assert request({**RESPONSES, **field}, "responses", "vtrix") == (
        {**SAID, "stream": True},
        [
            ("stream_options_dropped", "/stream_options/include_obfuscation", "harmless"),
            ("cache_hint_dropped", "/prompt_cache_options/ttl", "harmless"),
        ],
    )


def test_unknown_keys_of_tools_calls_and_results_are_reported() -> None:
    call = {
        "id": "a",
        "type": "function",
        "function": {"name": "f", "arguments": "{}", "k": 1},
        "extra_content": {"k": 1},
    }
    result = {"role": "tool", "tool_call_id": "a", "content": "x", "name": "f", "k": 1}
    history = [*MESSAGES, {"role": "assistant", "content": None, "tool_calls": [call]}, result]
    said, losses = chat(messages=history, tools=[{**tool(), "cache_control": {"k": 1}}])
    assert said["messages"][2] == {"role": "function", "name": "f", "content": "x"}
    assert {loss for loss in losses if loss[0] != "call_id_dropped"} == {
        ("unknown_field_dropped", "/tools/0/cache_control", "degrading"),
        ("unknown_field_dropped", "/messages/1/tool_calls/0/extra_content", "degrading"),
        ("unknown_field_dropped", "/messages/1/tool_calls/0/function/k", "degrading"),
        ("unknown_field_dropped", "/messages/2/k", "degrading"),
        ("function_results", "/messages/2", "degrading"),
    }


def test_a_refusal_of_the_history_is_text_wherever_it_stands() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "no"}]
    said, losses = chat(messages=[*MESSAGES, {"role": "assistant", "content": parts}])
    assert said["messages"][1]["content"] == [parts[0], {"type": "text", "text": "no"}]
    assert losses == [("refusal_as_text", "/messages/1/content/1", "degrading")]
    item = {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}
    said, losses = request({**RESPONSES, "input": [{"role": "user", "content": "hi"}, item]}, "responses", "vtrix")
    assert said["messages"][1] == {"role": "assistant", "content": "no"}
    assert losses == [("refusal_as_text", "/input/1/content/0", "degrading")]


def test_parts_that_are_neither_text_nor_image_leave_the_message() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "video_url", "video_url": {"url": "u"}}]
    said, losses = chat(messages=[{"role": "user", "content": parts}])
    assert said["messages"] == [{"role": "user", "content": parts[:1]}]
    assert losses == [("unknown_part_dropped", "/messages/0/content/1", "breaking")]


def test_a_message_of_which_nothing_is_left_is_not_sent() -> None:
    file = {"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]}
    assert chat(messages=[file, *MESSAGES]) == (SAID, [("file_dropped", "/messages/0/content/0", "breaking")])


def test_a_legacy_call_beside_tool_calls_keeps_its_place() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "g", "arguments": "{}"}}
    legacy = {"name": "f", "arguments": "{}"}
    turn = {"role": "assistant", "content": "so", "function_call": legacy, "tool_calls": [call]}
    said, _ = chat(messages=[turn, {"role": "tool", "tool_call_id": "a", "content": "done"}])
    assert [message["function_call"]["name"] for message in said["messages"][:2]] == ["f", "g"]
    assert said["messages"][2] == {"role": "function", "name": "g", "content": "done"}


def test_every_loss_of_a_rewritten_history_leads_into_the_source() -> None:
    """MCP calls have an id instead of a call_id, outputs of a local shell as well."""
    items = [
        {"type": "mcp_call", "id": "m", "server_label": "s", "name": "n", "arguments": "{}", "output": "o"},
        {"type": "local_shell_call", "id": "l", "call_id": "c", "action": {"type": "exec", "command": [], "env": {}}},
        {"type": "local_shell_call_output", "id": "c", "output": "x"},
        {"type": "function_call", "call_id": "d", "name": "f", "arguments": "{}"},
    ]
    payload = {**RESPONSES, "input": items}
    said, losses = request(payload, "responses", "vtrix")
    assert [message["role"] for message in said["messages"]] == ["assistant", "function"] * 3
    found = respeak.translate_request(payload, source="responses", target="vtrix", tolerate="breaking").losses
    assert laws.unread_pointers(payload, found) == []
    assert ("call_without_output", "/input/3", "breaking") in losses


# The gate -------------------------------------------------------------------------------------------------------

WRONG = [
    ({"model": "gpt-4o"}, "/model"),
    ({"max_tokens": 0}, "/max_tokens"),
    ({"max_tokens": 128_001}, "/max_tokens"),
    ({"reasoning_effort": "minimal"}, "/reasoning_effort"),
    ({"temperature": 3}, "/temperature"),
    ({"function_call": "required"}, "/function_call"),
    ({"functions": [{"description": "x"}]}, "/functions/0"),
]


@pytest.mark.parametrize(("field", "path"), WRONG, ids=str)
def test_a_request_that_vtrix_would_refuse_is_invalid_as_a_source(field: Json, path: str) -> None:
    with pytest.raises(InvalidPayload) as error:
        respeak.translate_request({**SAID, **field}, source="vtrix", target="responses")
    assert error.value.violations[0].path == path


def test_a_vtrix_request_crosses_to_responses_and_to_aimlapi() -> None:
    payload = {**SAID, "functions": [function()], "function_call": {"name": "f"}, "max_tokens": 9}
    said, losses = request(payload, "vtrix", "responses")
    assert (said["model"], said["max_output_tokens"]) == ("gpt-5.3-codex", 16)
    assert said["tool_choice"] == {"type": "function", "name": "f"}
    assert losses == [("output_limit_raised", "/max_tokens", "degrading")]
    said, _ = request(payload, "vtrix", "aimlapi")
    assert (said["model"], said["store"]) == ("openai/gpt-5-3-codex", False)


def test_a_turn_of_which_only_its_calls_can_be_sent_stays() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": [{"type": "wibble"}], "tool_calls": [call]}
    asked = {"model": "m", "messages": [message, {"role": "tool", "tool_call_id": "call_1", "content": "x"}]}
    said = respeak.translate_request(asked, source="chat", target="vtrix", tolerate="breaking")
    turn = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    assert said.payload["messages"] == [turn, {"role": "function", "name": "f", "content": "x"}]


UNHEARD: Json = {"id": {"bed": 2}, "type": "valve"}


def test_a_call_of_a_type_that_nobody_knows_may_have_an_id_of_any_kind() -> None:
    turn = {"role": "assistant", "content": "x", "tool_calls": [UNHEARD]}
    said, losses = chat(messages=[{"role": "user", "content": "q"}, turn])
    assert said["messages"][1:] == [{"role": "assistant", "content": "x"}]
    assert losses == [("unknown_item_dropped", "/messages/1/tool_calls/0", "breaking")]


def test_tool_calls_of_a_message_that_is_not_the_assistants_are_nobodys_matter() -> None:
    asked = {"model": "m", "messages": [{"role": "user", "content": "q", "tool_calls": True}]}
    assert request(asked, "chat", "openrouter-chat")[0]["messages"] == asked["messages"]


def test_what_is_no_text_leaves_a_function_result_and_is_told_at_its_place() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    picture = {"type": "image_url", "image_url": {"url": "https://img.example/x.png"}}
    parts = [
        {"type": "wibble"},
        picture,
        {"type": "text", "text": "t", "wobble": 1},
        {"type": "refusal", "refusal": "r"},
    ]
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    said, losses = chat(messages=[turn, {"role": "tool", "tool_call_id": "c", "content": parts}])
    assert said["messages"][1] == {"role": "function", "name": "f", "content": "t"}
    assert said["messages"][2] == {"role": "user", "content": [picture]}
    at = "/messages/1/content"
    assert [loss for loss in losses if loss[1].startswith(at)] == [
        ("unknown_part_dropped", f"{at}/0", "breaking"),
        ("unknown_field_dropped", f"{at}/2/wobble", "degrading"),
        ("unknown_part_dropped", f"{at}/3", "breaking"),
        ("attachment_moved", at, "degrading"),
    ]
