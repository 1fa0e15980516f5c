"""AIML API, OpenRouter, LiteLLM and the codex guide: profiles.md sections 1, 3 to 7; and what all profiles obey."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from respeak import InvalidPayload, profiles
from respeak.crossing import TABLES
from respeak.models.chat import CreateChatCompletionRequest
from respeak.models.responses import CreateResponse
from saying import Json, Lost, refused, request, response

BASE: Json = {"model": "gpt-5.3-codex", "input": "hi"}
AIML: Json = {"model": "openai/gpt-5-3-codex", "input": "hi", "store": True}
CHAT: Json = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "hi"}]}

FUNCTION: Json = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False}


def aiml(**field: Any) -> tuple[Json, Lost]:
    return request({**BASE, **field}, "responses", "aimlapi")


# AIML API -------------------------------------------------------------------------------------------------------

FORWARDED: list[Json] = [
    {"instructions": "x"},
    {"max_output_tokens": 16},
    {"stream": True},
    {"truncation": "disabled"},
    {"tool_choice": "auto"},
    {"tool_choice": {"type": "function", "name": "f"}},
    {"parallel_tool_calls": False},
    {"background": False},
    {"store": False},
    {"input": [{"role": "assistant", "content": "x", "phase": "commentary"}]},
]


@pytest.mark.parametrize("field", FORWARDED, ids=str)
def test_what_aiml_documents_is_sent_without_a_loss(field: Json) -> None:
    assert aiml(**field) == ({**AIML, **field}, [])


AIML_NEUTRAL: list[Json] = [
    {"max_output_tokens": None},
    {"truncation": None},
    {"text": {"format": {"type": "text"}}},
    {"reasoning": {"effort": None}},
    {"temperature": 1},
    {"top_p": 1.0},
    {"include": []},
    {"include": None},
    {"top_logprobs": 0},
    {"service_tier": "auto"},
    {"store": None},
]


@pytest.mark.parametrize("field", AIML_NEUTRAL, ids=str)
def test_null_and_what_aiml_assumes_anyway_are_left_out(field: Json) -> None:
    assert aiml(**field) == (AIML, [])


UNDOCUMENTED: list[tuple[Json, str]] = [
    ({"text": {"verbosity": "low"}}, "/text/verbosity"),
    ({"text": {"format": {"type": "json_object"}}}, "/text/format"),
    ({"reasoning": {"effort": "high"}}, "/reasoning/effort"),
    ({"reasoning": {"summary": "auto"}}, "/reasoning/summary"),
    ({"temperature": 0.5}, "/temperature"),
    ({"top_p": 0.5}, "/top_p"),
    ({"include": ["reasoning.encrypted_content"]}, "/include/0"),
    ({"tools": [FUNCTION]}, "/tools/0"),
    ({"background": True}, "/background"),
]


@pytest.mark.parametrize(("field", "path"), UNDOCUMENTED, ids=str)
def test_what_changes_the_answer_is_sent_and_reported(field: Json, path: str) -> None:
    assert aiml(**field) == ({**AIML, **field}, [("undocumented_field", path, "degrading")])


AIML_LOST: list[tuple[Json, str, str, str]] = [
    ({"metadata": {"a": "b"}}, "metadata_dropped", "/metadata", "harmless"),
    ({"include": ["message.output_text.logprobs"]}, "include_dropped", "/include/0", "degrading"),
    ({"top_logprobs": 2}, "logprobs_dropped", "/top_logprobs", "degrading"),
    ({"max_tool_calls": 2}, "max_tool_calls_dropped", "/max_tool_calls", "harmless"),
    (
        {"context_management": [{"type": "compaction"}]},
        "context_management_dropped",
        "/context_management",
        "degrading",
    ),
    ({"moderation": {"model": "omni"}}, "moderation_dropped", "/moderation", "degrading"),
    ({"service_tier": "flex"}, "service_tier_dropped", "/service_tier", "degrading"),
    ({"stream_options": {"include_obfuscation": True}}, "stream_options_dropped", "/stream_options", "harmless"),
    ({"user": "u"}, "user_dropped", "/user", "harmless"),
    ({"safety_identifier": "u"}, "user_dropped", "/safety_identifier", "harmless"),
    ({"prompt_cache_key": "k"}, "cache_hint_dropped", "/prompt_cache_key", "harmless"),
    ({"prompt_cache_options": {"mode": "implicit"}}, "cache_hint_dropped", "/prompt_cache_options", "harmless"),
    ({"prompt_cache_retention": "24h"}, "cache_hint_dropped", "/prompt_cache_retention", "harmless"),
    ({"access_programs": {"cyber": "standard"}}, "access_programs_dropped", "/access_programs", "breaking"),
    ({"tools": [{"type": "web_search"}]}, "tool_dropped", "/tools/0", "degrading"),
    ({"tool_choice": {"type": "image_generation"}}, "forced_tool_dropped", "/tool_choice", "breaking"),
    ({"wibble": 0}, "unknown_field_dropped", "/wibble", "degrading"),
]


@pytest.mark.parametrize(("field", "code", "path", "severity"), AIML_LOST, ids=lambda value: str(value)[:40])
def test_what_aiml_does_not_take_is_reported_at_its_place(field: Json, code: str, path: str, severity: str) -> None:
    assert aiml(**field) == (AIML, [(code, path, severity)])


def test_what_aiml_cannot_resolve_is_refused_always() -> None:
    assert refused({**BASE, "prompt": {"id": "p"}}, "responses", "aimlapi") == ("prompt_refused", "/prompt")
    assert refused({**BASE, "conversation": "c"}, "responses", "aimlapi") == ("history_unknown", "/conversation")


def test_truncation_auto_means_something_else_at_aiml() -> None:
    assert aiml(truncation="auto") == (
        {**AIML, "truncation": "auto"},
        [("truncation_changed", "/truncation", "degrading")],
    )


def test_strict_is_always_spelled_out_for_aiml() -> None:
    tool = {key: value for key, value in FUNCTION.items() if key != "strict"}
    assert aiml(tools=[tool])[0]["tools"] == [FUNCTION]


def test_another_model_is_breaking_at_aiml() -> None:
    assert aiml(model="gpt-4o") == (AIML, [("model_replaced", "/model", "breaking")])
    assert aiml(model="openai/gpt-5-3-codex") == (AIML, [])


def test_store_keeps_the_clients_meaning_in_both_directions() -> None:
    assert aiml()[0]["store"] is True
    assert request(BASE, "responses", "aimlapi", options=respeak.Options(aimlapi_store=False))[0]["store"] is False
    assert request(CHAT, "chat", "aimlapi")[0]["store"] is False
    source = {"model": "openai/gpt-5-3-codex", "input": "hi"}
    assert request(source, "aimlapi", "responses")[0] == {**BASE, "store": False}
    assert request({**source, "store": True}, "aimlapi", "openrouter")[0]["store"] is True


def test_an_earlier_answer_is_known_only_if_it_was_stored() -> None:
    assert aiml(previous_response_id="r")[1] == [("history_unknown", "/previous_response_id", "degrading")]
    options = respeak.Options(aimlapi_store=False)
    payload = {**BASE, "previous_response_id": "r"}
    assert refused(payload, "responses", "aimlapi", options=options) == ("history_unknown", "/previous_response_id")


def test_a_chat_request_reaches_aiml_through_responses() -> None:
    payload = {**CHAT, "logprobs": True, "web_search_options": {}, "max_tokens": 5}
    said, losses = request(payload, "chat", "aimlapi")
    assert said["max_output_tokens"] == 16
    assert "include" not in said
    assert "tools" not in said
    assert {loss[:2] for loss in losses} == {
        ("include_dropped", "/logprobs"),
        ("web_search_changed", "/web_search_options"),
        ("tool_dropped", "/web_search_options"),
        ("output_limit_raised", "/max_tokens"),
    }


ANSWER: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "openai/gpt-5-3-codex",
    "status": "completed",
    "parallel_tool_calls": True,
    "output_text": "hi",
}


def test_an_answer_of_aiml_may_hold_output_text_only() -> None:
    said, losses = response(ANSWER, "aimlapi", "responses", request={**BASE, "metadata": {"a": "b"}})
    assert said["output"][0]["content"][0]["text"] == "hi"
    assert (said["error"], said["incomplete_details"], said["usage"]) == (None, None, None)
    assert (said["metadata"], said["tools"], said["model"]) == ({"a": "b"}, [], "gpt-5.3-codex")
    assert losses == []
    said, losses = response(ANSWER, "aimlapi", "chat")
    assert said["choices"][0]["message"]["content"] == "hi"
    assert losses == []


@pytest.mark.parametrize(
    ("field", "path"),
    [({"model": "gpt-4o"}, "/model"), ({"max_output_tokens": 15}, "/max_output_tokens"), ({"input": 5}, "/input")],
    ids=str,
)
def test_a_request_that_aiml_would_refuse_is_invalid_as_a_source(field: Json, path: str) -> None:
    with pytest.raises(InvalidPayload) as error:
        respeak.translate_request({**AIML, **field}, source="aimlapi", target="responses")
    assert error.value.violations[0].path == path


# OpenRouter and LiteLLM -----------------------------------------------------------------------------------------

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


def but_for_the_model(losses: Lost) -> Lost:
    """Losses without the remark that OpenAI serves codex models on Responses only."""
    return [loss for loss in losses if loss[0] != "model_not_served"]


# The codex guide ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("target", "name"), [("chat", "messages"), ("responses", "input")])
def test_the_guides_system_prompt_is_the_first_developer_message(target: str, name: str) -> None:
    payload = {"model": "gpt-5.3-codex", "system_prompt": "S", "messages": [{"role": "system", "content": "T"}]}
    said, losses = request(payload, "codex-guide", target)
    assert said[name] == [{"role": "developer", "content": "S"}, {"role": "system", "content": "T"}]
    assert but_for_the_model(losses) == [("system_prompt_moved", "/system_prompt", "harmless")]


def test_the_guides_limit_goes_under_its_current_name() -> None:
    payload = {**CHAT, "max_tokens": 9000}
    assert request(payload, "codex-guide", "chat")[0]["max_completion_tokens"] == 9000
    assert request(payload, "codex-guide", "responses")[0]["max_output_tokens"] == 9000
    assert request(payload, "codex-guide", "vtrix")[0]["max_tokens"] == 9000


def test_the_guides_tools_are_said_as_responses_knows_them() -> None:
    tools = [{"type": "code_interpreter"}, {"type": "web_browser"}]
    said, losses = request({**CHAT, "tools": tools}, "codex-guide", "responses")
    assert said["tools"] == [{"type": "code_interpreter", "container": {"type": "auto"}}, {"type": "web_search"}]
    assert losses == [("tool_replaced", f"/tools/{i}", "degrading") for i in range(2)]
    said, losses = request({**CHAT, "tools": tools}, "codex-guide", "chat")
    assert not said.get("tools")
    assert but_for_the_model(losses) == [("tool_dropped", f"/tools/{i}", "degrading") for i in range(2)]


def test_the_guides_approval_means_nothing_and_is_reported() -> None:
    losses = request({**CHAT, "tool_use_approval": True}, "codex-guide", "chat")[1]
    assert but_for_the_model(losses) == [("approval_dropped", "/tool_use_approval", "degrading")]


def test_reasoning_models_take_no_temperature_from_the_guide() -> None:
    """Bug class 110."""
    said, losses = request({**CHAT, "temperature": 0.2}, "codex-guide", "responses")
    assert "temperature" not in said
    assert losses == [("temperature_dropped", "/temperature", "degrading")]
    assert request({**CHAT, "model": "gpt-4o", "temperature": 0.2}, "codex-guide", "responses")[0]["temperature"] == 0.2


# All profiles ---------------------------------------------------------------------------------------------------

MODELS: dict[str, Any] = {"responses": CreateResponse, "chat": CreateChatCompletionRequest}
ALL = [profiles.get(name) for name in profiles.names()]


@pytest.mark.parametrize("profile", [profile for profile in ALL if profile.closed], ids=lambda profile: profile.name)
def test_a_closed_profile_has_a_word_for_each_field_of_its_family(profile: Any) -> None:
    words = {path.split(".")[0] for path in profile.says["request"]}
    missing = set(MODELS[profile.family].model_fields) - words - {"model"}
    assert missing == set()


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
def test_every_word_of_a_profile_speaks_of_something_that_exists(profile: Any) -> None:
    assert set(profile.says) | set(profile.answers) <= set(TABLES)
    fields = set(MODELS[profile.family].model_fields)
    assert {path.split(".")[0] for path in profile.says.get("request", {})} <= fields


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
def test_every_profile_says_where_its_facts_come_from_and_knows_the_model_of_the_mission(profile: Any) -> None:
    assert profile.source
    assert profile.canonical(profile.models["gpt-5.3-codex"]) == "gpt-5.3-codex"
    assert len(set(profile.models.values())) == len(profile.models)
