"""vtrix: profiles.md section 2."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from respeak import InvalidPayload
from saying import Json, Lost, refused, request, response

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
        {"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "B"}]},
        {"role": "tool", "tool_call_id": "a", "content": "A"},
    ]
    said, losses = chat(messages=[*MESSAGES, CALLS, *results])
    assert said["messages"][1:] == [
        {"role": "assistant", "content": "so", "function_call": {"name": "f", "arguments": "{ }"}},
        {"role": "function", "name": "f", "content": "A"},
        {"role": "assistant", "content": None, "function_call": {"name": "patch", "arguments": '{"input":"x"}'}},
        {"role": "function", "name": "patch", "content": "B"},
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


def test_legacy_history_is_left_alone() -> None:
    history: list[Json] = [
        *MESSAGES,
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "x"},
    ]
    assert chat(messages=history) == ({**SAID, "messages": history}, [])


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


# Answers --------------------------------------------------------------------------------------------------------

ANSWER: Json = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "vtrix-gpt-5.3-codex"}


def answer(message: Json, finish: str = "stop") -> Json:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
    return {**ANSWER, "choices": [choice], "usage": usage}


def test_a_function_call_becomes_an_item_with_a_stable_call_id() -> None:
    payload = answer({"content": None, "function_call": {"name": "f", "arguments": "{ }"}}, "function_call")
    said, losses = response(payload, "vtrix", "responses")
    [item] = said["output"]
    assert (item["type"], item["name"], item["arguments"]) == ("function_call", "f", "{ }")
    assert item["call_id"] == response(payload, "vtrix", "responses")[0]["output"][0]["call_id"]
    assert said["model"] == "gpt-5.3-codex"
    assert losses == [("call_id_made", "/choices/0/message/function_call", "harmless")]


def test_a_function_call_finish_without_a_call_is_reported() -> None:
    said, losses = response(answer({"content": "a"}, "function_call"), "vtrix", "responses")
    assert said["status"] == "completed"
    assert losses == [("finish_changed", "/choices/0/finish_reason", "harmless")]


def test_tool_calls_are_read_if_they_come_after_all() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    said, _ = response(answer({"content": None, "tool_calls": [call]}, "tool_calls"), "vtrix", "responses")
    assert said["output"][0]["call_id"] == "a"


def test_a_chat_client_with_tools_gets_tool_calls_and_the_required_keys() -> None:
    payload = answer({"content": None, "function_call": {"name": "f", "arguments": "{}"}}, "function_call")
    said, losses = response(payload, "vtrix", "chat", request={**CHAT, "tools": [tool()]})
    [choice] = said["choices"]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["logprobs"] is None
    assert choice["message"]["refusal"] is None
    assert choice["message"]["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}
    assert losses == [("call_id_made", "/choices/0/message/function_call", "harmless")]
    said, losses = response(payload, "vtrix", "chat", request={**CHAT, "functions": [function()]})
    assert said["choices"][0]["finish_reason"] == "function_call"
    assert losses == []


def test_a_vtrix_client_gets_one_function_call_and_a_refusal_as_text() -> None:
    calls = [
        {"type": "function_call", "call_id": name, "name": name, "arguments": "{}", "status": "completed"}
        for name in ("a", "b")
    ]
    payload = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-5.3-codex", "status": "completed"}
    said, losses = response({**payload, "output": calls}, "responses", "vtrix")
    [choice] = said["choices"]
    assert choice["message"] == {
        "role": "assistant",
        "content": None,
        "function_call": {"name": "a", "arguments": "{}"},
    }
    assert choice["finish_reason"] == "function_call"
    assert ("calls_dropped", "/output/1", "breaking") in losses
    no = {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}
    said, losses = response({**payload, "output": [no]}, "responses", "vtrix")
    assert said["choices"][0]["message"] == {"role": "assistant", "content": "no"}
    assert [loss[0] for loss in losses] == ["refusal_as_text"]


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
