"""AIML API: profiles.md section 1."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from respeak import InvalidPayload
from saying import Json, Lost, refused, request, response

BASE: Json = {"model": "gpt-5.3-codex", "input": "hi"}
AIML: Json = {"model": "openai/gpt-5-3-codex", "input": "hi", "store": True}
CHAT: Json = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "hi"}]}

FUNCTION: Json = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False}


def aiml(**field: Any) -> tuple[Json, Lost]:
    return request({**BASE, **field}, "responses", "aimlapi")


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
        ("web_search_dropped", "/web_search_options"),
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
    assert (said["output"][0]["id"], said["output"][0]["content"][0]["text"]) == ("msg_1_0", "hi")
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


LEFT_OVER: list[tuple[Json, Json, Lost]] = [
    (
        {"tools": [{"type": "web_search"}], "tool_choice": "required"},
        {},
        [("tool_dropped", "/tools/0", "degrading"), ("forced_tool_dropped", "/tool_choice", "breaking")],
    ),
    (
        {"tools": [{"type": "web_search"}], "tool_choice": "auto"},
        {},
        [("tool_dropped", "/tools/0", "degrading"), ("tool_choice_dropped", "/tool_choice", "harmless")],
    ),
    (
        {"tools": [FUNCTION], "tool_choice": {"type": "custom", "name": "c"}},
        {"tools": [FUNCTION]},
        [("undocumented_field", "/tools/0", "degrading"), ("forced_tool_dropped", "/tool_choice", "breaking")],
    ),
    (
        {"tools": [FUNCTION], "tool_choice": {"type": "mcp", "server_label": "s"}},
        {"tools": [FUNCTION]},
        [("undocumented_field", "/tools/0", "degrading"), ("forced_tool_dropped", "/tool_choice", "breaking")],
    ),
    ({"text": {}, "reasoning": {}}, {}, []),
]


@pytest.mark.parametrize(("field", "said", "losses"), LEFT_OVER, ids=lambda value: str(value)[:50])
def test_a_choice_at_aiml_needs_a_tool_that_aiml_has(field: Json, said: Json, losses: Lost) -> None:
    payload, found = aiml(**field)
    assert (payload, sorted(found)) == ({**AIML, **said}, sorted(losses))


def test_an_allowed_list_filters_the_tools_for_aiml() -> None:
    other = {**FUNCTION, "name": "g"}
    choice = {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "g"}]}
    said, losses = aiml(tools=[FUNCTION, other], tool_choice=choice)
    assert said == {**AIML, "tools": [other], "tool_choice": "required"}
    assert losses == [("tool_dropped", "/tools/0", "harmless"), ("undocumented_field", "/tools/1", "degrading")]
    nobody = {**choice, "tools": [{"type": "file_search"}]}
    payload = {**BASE, "tools": [FUNCTION], "tool_choice": nobody}
    assert refused(payload, "responses", "aimlapi") == ("no_tool_allowed", "/tool_choice")


def test_aiml_takes_no_audio() -> None:
    part = {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}
    payload = {**BASE, "input": [{"role": "user", "content": [part]}]}
    assert refused(payload, "responses", "aimlapi") == ("audio_refused", "/input/0/content/0")


def test_a_store_that_the_client_says_is_sent_as_it_is() -> None:
    payload = {**BASE, "store": False, "previous_response_id": "r"}
    for option in (True, False):
        said, losses = request(payload, "responses", "aimlapi", options=respeak.Options(aimlapi_store=option))
        assert said == {**payload, "model": AIML["model"]}
        assert losses == [("history_unknown", "/previous_response_id", "degrading")]


@pytest.mark.parametrize("target", ["responses", "openrouter", "litellm"])
def test_a_null_store_of_aiml_is_its_own_default(target: str) -> None:
    source = {"model": "openai/gpt-5-3-codex", "input": "hi", "store": None}
    assert request(source, "aimlapi", target)[0]["store"] is False


def test_keys_that_rows_write_into_a_field_that_aiml_lacks_are_reported() -> None:
    field = {"stream": True, "stream_options": {"include_obfuscation": True, "include_usage": True}}
    said, losses = request({**CHAT, **field, "prompt_cache_options": {"mode": "implicit"}}, "chat", "aimlapi")
    assert set(said) == {"model", "input", "stream", "store"}
    assert losses == [
        ("stream_options_dropped", "/stream_options/include_obfuscation", "harmless"),
        ("cache_hint_dropped", "/prompt_cache_options/mode", "harmless"),
    ]


def test_an_empty_output_beside_output_text_is_no_output() -> None:
    said, _ = response({**ANSWER, "output": []}, "aimlapi", "openrouter")
    assert said["output"][0]["content"][0]["text"] == "hi"
    assert "output_text" not in said


def test_an_output_of_aiml_is_used_when_there_is_one() -> None:
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "final_answer"}
    output = [{**item, "content": [{"type": "output_text", "text": "hi", "annotations": []}]}]
    said, losses = response({**ANSWER, "output": output}, "aimlapi", "responses")
    assert (said["output"], losses) == (output, [])


def test_an_answer_for_an_aiml_client_stays_as_it_is_but_for_the_model() -> None:
    payload = {**ANSWER, "model": "gpt-5.3-codex", "output": [], "usage": None, "truncation": "disabled", "wibble": 1}
    assert response(payload, "responses", "aimlapi") == ({**payload, "model": "openai/gpt-5-3-codex"}, [])


def test_what_an_allowed_list_holds_beside_tools_of_aiml_is_told() -> None:
    entries = [{"type": "function", "name": "f", "depth": 3}, {"type": "file_search"}, {"type": "function", "name": 5}]
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": entries, "limit": 2}
    tool = {"type": "function", "name": "f", "parameters": {}, "strict": False}
    asked = {"model": "openai/gpt-5-3-codex", "input": "x", "store": False, "tools": [tool], "tool_choice": allowed}
    said, losses = request(asked, "responses", "aimlapi")
    assert (said["tools"], said["tool_choice"]) == ([tool], "auto")
    assert losses == [
        ("unknown_field_dropped", "/tool_choice/limit", "degrading"),
        ("unknown_field_dropped", "/tool_choice/tools/0/depth", "degrading"),
        ("tool_dropped", "/tool_choice/tools/1", "degrading"),
        ("tool_dropped", "/tool_choice/tools/2", "degrading"),
        ("undocumented_field", "/tools/0", "degrading"),
    ]


def test_a_call_of_a_type_that_nobody_knows_may_have_an_id_of_any_kind() -> None:
    turn = {"role": "assistant", "content": "x", "tool_calls": [{"id": {"bed": 2}, "type": "valve"}]}
    asked = {"model": "openai/gpt-5-3-codex", "messages": [{"role": "user", "content": "q"}, turn]}
    said, losses = request(asked, "chat", "aimlapi")
    assert said["input"][1:] == [{"role": "assistant", "content": "x"}]
    assert losses == [("unknown_item_dropped", "/messages/1/tool_calls/0", "breaking")]


@pytest.mark.parametrize("tool", [{"type": "valve", "valve": 5}, {"type": "valve", "name": {"a": 1}}], ids=str)
def test_an_answer_is_said_whatever_tools_the_client_declared(tool: Json) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    said, _ = response(answer, "chat", "responses", request={"model": "m", "input": "x", "tools": [tool]})
    assert said["output"][0]["name"] == "f"


def test_a_local_shell_may_say_anything_of_an_environment() -> None:
    asked = {"model": "m", "input": "x", "tools": [{"type": "local_shell", "environment": ["x"]}]}
    said, losses = request(asked, "responses", "chat")
    assert said["tools"][0]["function"]["name"] == "local_shell"
    assert [loss for loss in losses if "environment" in loss[1]] != []


@pytest.mark.parametrize("position", ["\u00b3", "9" * 5000], ids=["superscript", "long"])
def test_a_param_with_an_odd_position_is_said_all_the_same(position: str) -> None:
    body = {"error": {"message": "m", "type": "t", "param": f"messages[{position}].content", "code": None}}
    said = respeak.translate_error(body, source="chat", target="aimlapi", status=400)
    assert said.payload["error"]["param"].startswith("input")
