"""Top-level fields of requests: mapping.md R2C-REQ, R2C-REQ-SUB, C2R-REQ, C2R-REQ-SUB."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from saying import Json, Lost, refused, request

DOWN: Json = {"model": "gpt-4o", "input": "hi"}
SAID_DOWN: Json = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
UP: Json = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
SAID_UP: Json = {"model": "gpt-4o", "input": [{"role": "user", "content": "hi"}], "store": False}

SCHEMA: Json = {"type": "object", "properties": {}}
TOOL: Json = {"type": "function", "name": "f", "parameters": SCHEMA, "strict": False}
CHAT_TOOL: Json = {"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": False}}


def lost(code: str, path: str, severity: str) -> Lost:
    return [(code, path, severity)]


COPIED_DOWN: list[tuple[Json, Json]] = [
    ({"max_output_tokens": 50}, {"max_completion_tokens": 50}),
    ({"moderation": {"model": "omni"}}, {"moderation": {"model": "omni"}}),
    ({"prompt_cache_key": "k"}, {"prompt_cache_key": "k"}),
    ({"prompt_cache_retention": "24h"}, {"prompt_cache_retention": "24h"}),
    (
        {"prompt_cache_options": {"mode": "explicit", "ttl": "30m"}},
        {"prompt_cache_options": {"mode": "explicit", "ttl": "30m"}},
    ),
    ({"reasoning": {"effort": "low"}}, {"reasoning_effort": "low"}),
    ({"safety_identifier": "s" * 128}, {"safety_identifier": "s" * 128}),
    ({"service_tier": "priority"}, {"service_tier": "priority"}),
    ({"store": False}, {"store": False}),
    ({"stream": False}, {"stream": False}),
    ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
    (
        {"stream": True, "stream_options": {"include_obfuscation": False}},
        {"stream": True, "stream_options": {"include_obfuscation": False, "include_usage": True}},
    ),
    ({"temperature": 0}, {"temperature": 0}),
    ({"top_p": 0.5}, {"top_p": 0.5}),
    ({"user": "u"}, {"user": "u"}),
    ({"text": {"verbosity": "low"}}, {"verbosity": "low"}),
    ({"text": {"format": {"type": "text"}}}, {"response_format": {"type": "text"}}),
    ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
    (
        {
            "text": {
                "format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True, "description": "d"}
            }
        },
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": SCHEMA, "strict": True, "description": "d"},
            }
        },
    ),
    (
        {"text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": None}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}},
    ),
    (
        {"include": ["message.output_text.logprobs"], "top_logprobs": 3},
        {"logprobs": True, "top_logprobs": 3},
    ),
    ({"tools": [TOOL], "parallel_tool_calls": False}, {"tools": [CHAT_TOOL], "parallel_tool_calls": False}),
]


@pytest.mark.parametrize(("field", "said"), COPIED_DOWN, ids=lambda value: "+".join(value))
def test_a_field_that_chat_can_say_goes_down_without_a_loss(field: Json, said: Json) -> None:
    assert request({**DOWN, **field}, "responses", "chat") == ({**SAID_DOWN, **said}, [])


ASSUMED_DOWN: list[Json] = [
    {"background": False},
    {"truncation": "disabled"},
    {"reasoning": {"context": "auto"}},
    {"reasoning": {"context": "current_turn"}},
    {"reasoning": {"mode": "standard"}},
    {"prompt_cache_options": {"prewarm": False}},
    {"image": {"context_compression": "disabled"}},
    {"include": []},
    {"metadata": {}},
    {"top_logprobs": 0},
    {"instructions": ""},
    *({name: None} for name in ("instructions", "temperature", "user", "reasoning", "tools", "parallel_tool_calls")),
]


@pytest.mark.parametrize("field", ASSUMED_DOWN, ids=str)
def test_null_and_what_chat_assumes_anyway_are_no_loss(field: Json) -> None:
    assert request({**DOWN, **field}, "responses", "chat") == (SAID_DOWN, [])


LOST_DOWN: list[tuple[Json, str, str, str]] = [
    ({"max_tool_calls": 3}, "max_tool_calls_dropped", "/max_tool_calls", "harmless"),
    ({"metadata": {"a": "b"}}, "metadata_dropped", "/metadata", "harmless"),
    ({"parallel_tool_calls": True}, "parallel_tool_calls_dropped", "/parallel_tool_calls", "harmless"),
    ({"prompt_cache_options": {"ttl": "12h"}}, "cache_hint_dropped", "/prompt_cache_options/ttl", "harmless"),
    (
        {"prompt_cache_options": {"comparison_response_id": "resp_1"}},
        "cache_hint_dropped",
        "/prompt_cache_options/comparison_response_id",
        "degrading",
    ),
    ({"service_tier": "ultrafast"}, "service_tier_dropped", "/service_tier", "degrading"),
    ({"store": True}, "store_dropped", "/store", "degrading"),
    ({"truncation": "auto"}, "truncation_dropped", "/truncation", "degrading"),
    (
        {"context_management": [{"type": "compaction", "compact_threshold": 1000}]},
        "context_management_dropped",
        "/context_management",
        "degrading",
    ),
    ({"access_programs": {"cyber": "standard"}}, "access_programs_dropped", "/access_programs", "breaking"),
    (
        {"image": {"context_compression": "enabled"}},
        "image_compression_dropped",
        "/image/context_compression",
        "degrading",
    ),
    ({"reasoning": {"summary": "auto"}}, "reasoning_summary_dropped", "/reasoning/summary", "degrading"),
    (
        {"reasoning": {"generate_summary": "concise"}},
        "reasoning_summary_dropped",
        "/reasoning/generate_summary",
        "degrading",
    ),
    ({"reasoning": {"context": "all_turns"}}, "reasoning_context_dropped", "/reasoning/context", "degrading"),
    ({"reasoning": {"mode": "pro"}}, "reasoning_mode_dropped", "/reasoning/mode", "breaking"),
    ({"include": ["reasoning.encrypted_content"]}, "reasoning_dropped", "/include/0", "degrading"),
    *(
        ({"include": [value]}, "include_dropped", "/include/0", "harmless")
        for value in (
            "file_search_call.results",
            "web_search_call.results",
            "web_search_call.action.sources",
            "code_interpreter_call.outputs",
            "computer_call_output.output.image_url",
            "message.input_image.image_url",
        )
    ),
    ({"top_logprobs": 3}, "logprobs_dropped", "/top_logprobs", "harmless"),
    ({"tool_choice": "auto"}, "tool_choice_dropped", "/tool_choice", "harmless"),
    ({"tool_choice": "required"}, "forced_tool_dropped", "/tool_choice", "breaking"),
    ({"text": {"format": {"type": "yaml"}}}, "format_dropped", "/text/format", "breaking"),
    ({"wibble": 0}, "unknown_field_dropped", "/wibble", "degrading"),
    ({"client_metadata": {"a": "b"}}, "unknown_field_dropped", "/client_metadata", "degrading"),
    ({"text": {"wibble": 1}}, "unknown_field_dropped", "/text/wibble", "degrading"),
    ({"reasoning": {"wibble": 1}}, "unknown_field_dropped", "/reasoning/wibble", "degrading"),
    ({"stream_options": {"wibble": 1}}, "unknown_field_dropped", "/stream_options/wibble", "degrading"),
]


@pytest.mark.parametrize(("field", "code", "path", "severity"), LOST_DOWN, ids=lambda value: str(value)[:50])
def test_a_field_that_chat_cannot_say_is_reported_at_its_place(
    field: Json, code: str, path: str, severity: str
) -> None:
    assert request({**DOWN, **field}, "responses", "chat") == (SAID_DOWN, lost(code, path, severity))


REFUSED_DOWN: list[tuple[Json, str, str]] = [
    ({"previous_response_id": "resp_1"}, "history_unknown", "/previous_response_id"),
    ({"conversation": "conv_1"}, "history_unknown", "/conversation"),
    ({"conversation": {"id": "conv_1"}}, "history_unknown", "/conversation"),
    ({"prompt": {"id": "pmpt_1"}}, "prompt_refused", "/prompt"),
    ({"background": True}, "background_refused", "/background"),
    ({"prompt_cache_options": {"prewarm": True}}, "prewarm_refused", "/prompt_cache_options/prewarm"),
    ({"input": []}, "no_messages", "/input"),
]


@pytest.mark.parametrize(("field", "code", "path"), REFUSED_DOWN, ids=str)
def test_what_has_no_honest_output_on_chat_is_refused_always(field: Json, code: str, path: str) -> None:
    assert refused({**DOWN, **field}, "responses", "chat") == (code, path)


def test_instructions_are_the_first_message_with_the_developers_role() -> None:
    said, losses = request({**DOWN, "instructions": "Be brief."}, "responses", "chat")
    assert said["messages"] == [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "hi"}]
    assert losses == []


def test_the_schema_of_structured_output_is_copied_and_strange_keys_are_reported() -> None:
    field = {"text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "wibble": 1}}}
    assert request({**DOWN, **field}, "responses", "chat")[1] == lost(
        "unknown_field_dropped", "/text/format/wibble", "degrading"
    )


def test_models_that_openai_serves_on_responses_only_are_reported() -> None:
    for model in ("o1-pro", "gpt-5-codex", "gpt-5.1-codex-max", "gpt-5.3-codex", "gpt-5.5-pro", "o3-deep-research"):
        assert request({**DOWN, "model": model}, "responses", "chat")[1] == lost(
            "model_not_served", "/model", "degrading"
        )
    for model in ("gpt-5", "gpt-4o", "gpt-5.4", "my-codex"):
        assert request({**DOWN, "model": model}, "responses", "chat")[1] == []


@pytest.mark.parametrize(("choice", "effort"), [("keep", None), ("none", "none")], ids=["keep", "none"])
def test_tools_with_effort_on_models_that_refuse_both_are_the_callers_choice(choice: Any, effort: str | None) -> None:
    payload = {**DOWN, "model": "gpt-5.6", "tools": [TOOL]}
    said, losses = request(payload, "responses", "chat", options=respeak.Options(effort_with_tools=choice))
    assert said.get("reasoning_effort") == effort
    assert losses == lost("effort_with_tools", "/model", "degrading")
    assert request({**payload, "reasoning": {"effort": "none"}}, "responses", "chat")[1] == []


@pytest.mark.parametrize("source", ["responses", "openrouter-chat", "codex-guide"])
def test_a_caller_may_refuse_tools_with_effort_whatever_is_tolerated(source: str) -> None:
    chat = {**UP, "model": "gpt-5.6", "tools": [{"type": "function", "function": {"name": "f"}}]}
    payload = {**DOWN, "model": "gpt-5.6", "tools": [TOOL]} if source == "responses" else chat
    options = respeak.Options(effort_with_tools="refuse")
    assert refused(payload, source, "chat", options=options) == ("effort_with_tools", "/model")


def test_tools_with_effort_stay_as_they_are_within_chat_itself() -> None:
    payload = {**UP, "model": "gpt-5.6", "tools": [{"type": "function", "function": {"name": "f"}}]}
    assert request(payload, "chat", "chat", options=respeak.Options(effort_with_tools="refuse")) == (payload, [])


COPIED_UP: list[tuple[Json, Json]] = [
    ({"max_completion_tokens": 50}, {"max_output_tokens": 50}),
    ({"max_tokens": 50}, {"max_output_tokens": 50}),
    ({"logprobs": True}, {"include": ["message.output_text.logprobs"]}),
    ({"logprobs": True, "top_logprobs": 2}, {"include": ["message.output_text.logprobs"], "top_logprobs": 2}),
    ({"metadata": {"a": "b"}}, {"metadata": {"a": "b"}}),
    ({"moderation": {"model": "omni"}}, {"moderation": {"model": "omni"}}),
    ({"parallel_tool_calls": False}, {"parallel_tool_calls": False}),
    ({"prompt_cache_key": "k"}, {"prompt_cache_key": "k"}),
    (
        {"prompt_cache_options": {"mode": "implicit", "ttl": "30m"}},
        {"prompt_cache_options": {"mode": "implicit", "ttl": "30m"}},
    ),
    ({"prompt_cache_retention": "24h"}, {"prompt_cache_retention": "24h"}),
    ({"reasoning_effort": "xhigh"}, {"reasoning": {"effort": "xhigh"}}),
    ({"safety_identifier": "s"}, {"safety_identifier": "s"}),
    ({"service_tier": "flex"}, {"service_tier": "flex"}),
    ({"store": False}, {"store": False}),
    ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
    (
        {"stream": True, "stream_options": {"include_obfuscation": False}},
        {"stream": True, "stream_options": {"include_obfuscation": False}},
    ),
    ({"temperature": 0.3}, {"temperature": 0.3}),
    ({"top_p": 1}, {"top_p": 1}),
    ({"user": "u"}, {"user": "u"}),
    ({"verbosity": "high"}, {"text": {"verbosity": "high"}}),
    ({"response_format": {"type": "text"}}, {"text": {"format": {"type": "text"}}}),
    ({"response_format": {"type": "json_object"}}, {"text": {"format": {"type": "json_object"}}}),
    (
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": SCHEMA, "strict": True, "description": "d"},
            },
            "verbosity": "low",
        },
        {
            "text": {
                "format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True, "description": "d"},
                "verbosity": "low",
            }
        },
    ),
]


@pytest.mark.parametrize(("field", "said"), COPIED_UP, ids=lambda value: "+".join(value))
def test_a_field_that_responses_can_say_goes_up_without_a_loss(field: Json, said: Json) -> None:
    assert request({**UP, **field}, "chat", "responses") == ({**SAID_UP, **said}, [])


ASSUMED_UP: list[Json] = [
    {"n": 1},
    {"frequency_penalty": 0},
    {"presence_penalty": 0.0},
    {"logit_bias": {}},
    {"logprobs": False},
    {"modalities": ["text"]},
    {"stop": []},
    {"store": None},
    *({name: None} for name in ("n", "stop", "seed", "temperature", "max_tokens", "logprobs", "audio", "tools")),
]


@pytest.mark.parametrize("field", ASSUMED_UP, ids=str)
def test_null_and_what_responses_assumes_anyway_are_no_loss(field: Json) -> None:
    assert request({**UP, **field}, "chat", "responses") == (SAID_UP, [])


LOST_UP: list[tuple[Json, str, str, str]] = [
    ({"n": 2}, "candidates_dropped", "/n", "breaking"),
    ({"stop": "x"}, "stop_dropped", "/stop", "breaking"),
    ({"stop": ["x", "y"]}, "stop_dropped", "/stop", "breaking"),
    ({"seed": 0}, "seed_dropped", "/seed", "degrading"),
    ({"frequency_penalty": 0.5}, "penalty_dropped", "/frequency_penalty", "degrading"),
    ({"presence_penalty": -1}, "penalty_dropped", "/presence_penalty", "degrading"),
    ({"logit_bias": {"1": 100}}, "logit_bias_dropped", "/logit_bias", "breaking"),
    ({"prediction": {"type": "content", "content": "x"}}, "prediction_dropped", "/prediction", "harmless"),
    (
        {"stream_options": {"include_usage": False}},
        "usage_always_sent",
        "/stream_options/include_usage",
        "harmless",
    ),
    ({"response_format": {"type": "grammar"}}, "format_dropped", "/response_format", "breaking"),
    ({"thinking": {"type": "enabled"}}, "unknown_field_dropped", "/thinking", "degrading"),
]


@pytest.mark.parametrize(("field", "code", "path", "severity"), LOST_UP, ids=lambda value: str(value)[:50])
def test_a_field_that_responses_cannot_say_is_reported_at_its_place(
    field: Json, code: str, path: str, severity: str
) -> None:
    assert request({**UP, **field}, "chat", "responses") == (SAID_UP, lost(code, path, severity))


REFUSED_UP: list[tuple[Json, str, str]] = [
    ({"audio": {"voice": "ash", "format": "wav"}}, "audio_refused", "/audio"),
    ({"modalities": ["text", "audio"]}, "audio_refused", "/modalities/1"),
    ({"max_tokens": 20, "max_completion_tokens": 20}, "two_limits", "/max_tokens"),
    ({"top_logprobs": 2}, "top_logprobs_alone", "/top_logprobs"),
    (
        {"tools": [CHAT_TOOL], "functions": [{"name": "g"}]},
        "functions_and_tools",
        "/functions",
    ),
]


@pytest.mark.parametrize(("field", "code", "path"), REFUSED_UP, ids=str)
def test_what_has_no_honest_output_on_responses_is_refused_always(field: Json, code: str, path: str) -> None:
    assert refused({**UP, **field}, "chat", "responses") == (code, path)


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_an_output_limit_below_16_is_raised_and_reported(name: str) -> None:
    said, losses = request({**UP, name: 5}, "chat", "responses")
    assert said["max_output_tokens"] == 16
    assert losses == lost("output_limit_raised", f"/{name}", "degrading")


def test_store_is_false_unless_chat_says_true_and_then_it_means_something_else() -> None:
    assert request(UP, "chat", "responses")[0]["store"] is False
    said, losses = request({**UP, "store": True}, "chat", "responses")
    assert said["store"] is True
    assert losses == lost("store_changed", "/store", "harmless")


def test_a_schema_that_chat_leaves_out_is_an_open_one() -> None:
    field = {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "strict": True}}}
    said, losses = request({**UP, **field}, "chat", "responses")
    assert said["text"]["format"] == {"type": "json_schema", "name": "n", "strict": False, "schema": {}}
    assert losses == lost("schema_defaulted", "/response_format", "degrading")


def test_web_search_options_become_a_tool_that_the_model_may_use() -> None:
    where = {"type": "approximate", "approximate": {"city": "Graz", "country": "AT"}}
    options = {"search_context_size": "low", "user_location": where}
    said, losses = request({**UP, "web_search_options": options}, "chat", "responses")
    flat = {"type": "approximate", "city": "Graz", "country": "AT"}
    assert said["tools"] == [{"type": "web_search", "search_context_size": "low", "user_location": flat}]
    assert losses == lost("web_search_changed", "/web_search_options", "degrading")


def test_leading_authority_may_become_instructions() -> None:
    messages = [
        {"role": "system", "content": "A"},
        {"role": "developer", "content": [{"type": "text", "text": "B"}]},
        {"role": "user", "content": "hi"},
        {"role": "system", "content": "C"},
    ]
    options = respeak.Options(hoist_instructions=True)
    said, _ = request({"model": "m", "messages": messages}, "chat", "responses", options=options)
    assert said["instructions"] == "A\n\nB"
    assert said["input"] == [{"role": "user", "content": "hi"}, {"role": "system", "content": "C"}]
