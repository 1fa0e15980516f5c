"""OpenRouter on both wires and the LiteLLM proxy: profiles.md sections 3 to 5."""

from __future__ import annotations

import pytest

from respeak import profiles
from saying import Json, request, response

BASE: Json = {"model": "gpt-5.3-codex", "input": "hi"}
CHAT: Json = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "hi"}]}

PHASED: list[Json] = [
    {"role": "user", "content": "hi", "phase": "commentary"},
    {"type": "message", "id": "msg_1", "role": "assistant", "content": [], "phase": "final_answer"},
    {"role": "assistant", "content": "x", "phase": None},
]


@pytest.mark.parametrize("target", ["openrouter", "litellm", "aimlapi"])
def test_phase_stays_on_assistant_items_and_leaves_others(target: str) -> None:
    said, losses = request({**BASE, "input": PHASED}, "responses", target)
    assert said["input"] == [{"role": "user", "content": "hi"}, *PHASED[1:]]
    assert losses == [("phase_misplaced", "/input/0/phase", "harmless")]


def test_openrouter_names_models_by_vendor_and_litellm_by_alias() -> None:
    assert request(BASE, "responses", "openrouter")[0]["model"] == "openai/gpt-5.3-codex"
    assert request({**BASE, "model": "gpt-4o"}, "responses", "openrouter")[0]["model"] == "openai/gpt-4o"
    assert request({**BASE, "model": "openai/gpt-5.4"}, "openrouter", "litellm")[0]["model"] == "gpt-5.4"
    assert (
        request({**BASE, "model": "openai/gpt-5-3-codex"}, "aimlapi", "openrouter")[0]["model"]
        == "openai/gpt-5.3-codex"
    )


def test_phase_does_not_apply_to_models_of_other_vendors() -> None:
    payload = {"model": "anthropic/claude", "input": PHASED[1:]}
    said, losses = request(payload, "litellm", "openrouter")
    assert "phase" not in said["input"][0]
    assert losses == [("phase_dropped", "/input/0/phase", "degrading")]


@pytest.mark.parametrize(
    "field",
    [
        {"store": True},
        {"previous_response_id": "r"},
        {"conversation": "c"},
        {"background": True},
        {"prompt": {"id": "p"}},
        {"context_management": [{"type": "compaction"}]},
    ],
    ids=str,
)
def test_state_at_openrouter_is_sent_and_reported(field: Json) -> None:
    said, losses = request({**BASE, **field}, "responses", "openrouter")
    [name] = field
    assert said[name] == field[name]
    assert losses == [("undocumented_field", f"/{name}", "degrading")]
    assert request({**BASE, **field}, "responses", "litellm") == ({**BASE, **field}, [])


def test_what_nobody_speaks_of_stays_within_a_family_nulls_included() -> None:
    payload = {**BASE, "wibble": {"a": None}, "user": None}
    assert request(payload, "responses", "litellm") == (payload, [])
    chat = {**CHAT, "provider": {"order": ["x"]}, "user": None}
    assert request(chat, "chat", "openrouter-chat") == ({**chat, "model": "openai/gpt-5.3-codex"}, [])


def test_openrouter_chat_has_no_phase_anywhere() -> None:
    messages = [*CHAT["messages"], {"role": "assistant", "content": "x", "phase": "commentary"}]
    said, losses = request({**CHAT, "messages": messages}, "chat", "openrouter-chat")
    assert said["messages"][1] == {"role": "assistant", "content": "x"}
    assert losses == [("phase_dropped", "/messages/1/phase", "degrading")]


@pytest.mark.parametrize("field", [{"store": False}, {"background": False}], ids=str)
def test_what_asks_for_no_state_is_sent_to_openrouter_without_a_word(field: Json) -> None:
    said, losses = request({**BASE, **field}, "responses", "openrouter")
    assert (said, losses) == ({**BASE, **field, "model": "openai/gpt-5.3-codex"}, [])


FORWARDED: list[Json] = [
    {"instructions": "x"},
    {"tools": [{"type": "web_search"}]},
    {"tool_choice": {"type": "mcp", "server_label": "s"}},
    {"parallel_tool_calls": False},
    {"text": {"verbosity": "low"}},
    {"reasoning": {"effort": "minimal", "summary": "auto"}},
    {"temperature": 0.5},
    {"top_p": 0.5},
    {"top_logprobs": 2},
    {"max_output_tokens": 200_000},
    {"max_tool_calls": 2},
    {"stream": True, "stream_options": {"include_obfuscation": False}},
    {"include": ["reasoning.encrypted_content"]},
    {"metadata": {"a": "b"}},
    {"user": "u"},
    {"safety_identifier": "u"},
    {"prompt_cache_key": "k"},
    {"prompt_cache_options": {"mode": "implicit"}},
    {"prompt_cache_retention": "24h"},
    {"service_tier": "flex"},
    {"truncation": "auto"},
    {"moderation": {"model": "omni"}},
]


@pytest.mark.parametrize(("target", "model"), [("openrouter", "openai/gpt-5.3-codex"), ("litellm", "gpt-5.3-codex")])
@pytest.mark.parametrize("field", FORWARDED, ids=str)
def test_standard_fields_go_through_as_they_are(field: Json, target: str, model: str) -> None:
    assert request({**BASE, **field}, "responses", target) == ({**BASE, **field, "model": model}, [])


FORWARDED_CHAT: list[Json] = [
    {"audio": {"voice": "ash", "format": "wav"}},
    {"frequency_penalty": 1},
    {"functions": [{"name": "f"}], "function_call": "auto"},
    {"logit_bias": {"1": 1}},
    {"logprobs": True, "top_logprobs": 2},
    {"max_completion_tokens": 9},
    {"max_tokens": 9},
    {"metadata": {"a": "b"}},
    {"modalities": ["text", "audio"]},
    {"moderation": {"model": "omni"}},
    {"n": 2},
    {"parallel_tool_calls": False},
    {"prediction": {"type": "content", "content": "x"}},
    {"presence_penalty": 1},
    {"prompt_cache_key": "k"},
    {"prompt_cache_options": {"mode": "implicit"}},
    {"prompt_cache_retention": "24h"},
    {"reasoning_effort": "max"},
    {"response_format": {"type": "json_object"}},
    {"safety_identifier": "u"},
    {"seed": 1},
    {"service_tier": "flex"},
    {"stop": ["x"]},
    {"store": True},
    {"stream": True, "stream_options": {"include_usage": True}},
    {"temperature": 0.5},
    {"tools": [{"type": "custom", "custom": {"name": "c"}}], "tool_choice": "required"},
    {"top_p": 0.5},
    {"user": "u"},
    {"verbosity": "low"},
    {"web_search_options": {}},
]


@pytest.mark.parametrize("field", FORWARDED_CHAT, ids=str)
def test_openrouter_chat_takes_standard_fields_as_they_are(field: Json) -> None:
    said = request({**CHAT, **field}, "chat", "openrouter-chat")
    assert said == ({**CHAT, **field, "model": "openai/gpt-5.3-codex"}, [])


def test_the_models_that_know_phase_are_those_of_the_guide() -> None:
    known = {"gpt-5.5", "gpt-5.5-pro", "gpt-5.4", "gpt-5.4-pro", "gpt-5.3-codex"}
    assert profiles.get("openrouter").models == {name: f"openai/{name}" for name in known}


def test_a_phase_that_a_chat_client_kept_does_not_reach_models_of_other_vendors() -> None:
    message = {"role": "assistant", "content": "x", "phase": "commentary"}
    said, losses = request({"model": "anthropic/claude", "messages": [message]}, "chat", "openrouter")
    assert said["input"] == [{"role": "assistant", "content": "x"}]
    assert losses == [("phase_dropped", "/messages/0/phase", "degrading")]


def test_responses_clients_lose_phase_on_openrouter_chat() -> None:
    item = {"role": "assistant", "content": "x", "phase": "commentary"}
    said, losses = request({**BASE, "input": [item]}, "responses", "openrouter-chat")
    assert said["messages"] == [{"role": "assistant", "content": "x"}]
    assert losses == [("phase_dropped", "/input/0/phase", "degrading")]


@pytest.mark.parametrize(("source", "target"), [("chat", "openrouter-chat"), ("openrouter-chat", "chat")])
def test_answers_between_chat_dialects_have_no_phase(source: str, target: str) -> None:
    message = {"role": "assistant", "content": "x", "refusal": None}
    choice = {"index": 0, "message": {**message, "phase": "final_answer"}, "finish_reason": "stop", "logprobs": None}
    payload = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m/n", "choices": [choice]}
    said, losses = response(payload, source, target)
    assert said["choices"] == [{**choice, "message": message}]
    assert losses == [("phase_dropped", "/choices/0/message/phase", "degrading")]


def test_answers_between_responses_dialects_keep_phase_to_the_letter() -> None:
    item = {"type": "message", "role": "assistant", "content": [], "phase": "final_answer"}
    payload = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-5.3-codex", "output": [item]}
    for target in ("openrouter", "litellm", "aimlapi"):
        said, losses = response(payload, "responses", target)
        assert (said["output"], losses) == ([item], [])
