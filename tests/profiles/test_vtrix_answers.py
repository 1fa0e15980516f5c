"""Answers of vtrix, and answers for its clients: profiles.md section 2, below the table."""

from __future__ import annotations

import pytest

from saying import Json, response

CHAT: Json = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "hi"}]}


def tool(name: str = "f") -> Json:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


def function(name: str = "f") -> Json:
    return {"name": name, "parameters": {"type": "object"}}


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


FINISHES: list[tuple[str | None, Json, str, str | None]] = [
    ("stop", {"content": "a"}, "stop", None),
    ("length", {"content": "a"}, "length", None),
    ("content_filter", {"content": "a"}, "content_filter", None),
    ("tool_calls", {"content": "a"}, "stop", "harmless"),
    ("eos", {"content": "a"}, "stop", "degrading"),
    (None, {"content": "a"}, "stop", "degrading"),
]


@pytest.mark.parametrize(("finish", "message", "said", "severity"), FINISHES, ids=str)
def test_a_vtrix_client_sees_four_values_of_finish_reason(
    finish: str, message: Json, said: str, severity: str | None
) -> None:
    given, losses = response(answer(message, finish), "chat", "vtrix")
    assert given["choices"][0]["finish_reason"] == said
    assert losses == ([("finish_changed", "/choices/0/finish_reason", severity)] if severity else [])


BEYOND: list[tuple[Json, str, str]] = [
    ({"annotations": [{"type": "url_citation", "url_citation": {}}]}, "annotations_dropped", "degrading"),
    ({"audio": {"id": "x"}}, "audio_dropped", "breaking"),
    ({"reasoning_content": "r"}, "reasoning_dropped", "degrading"),
    ({"reasoning": "r"}, "reasoning_dropped", "degrading"),
    ({"reasoning_details": [{"k": 1}]}, "reasoning_dropped", "degrading"),
    ({"phase": "commentary"}, "phase_dropped", "degrading"),
]


@pytest.mark.parametrize(("field", "code", "severity"), BEYOND, ids=lambda value: str(value)[:30])
def test_a_message_for_a_vtrix_client_has_role_and_content(field: Json, code: str, severity: str) -> None:
    [name] = field
    said, losses = response(answer({"content": "a", "refusal": None, **field}), "chat", "vtrix")
    assert said["choices"][0]["message"] == {"role": "assistant", "content": "a"}
    assert losses == [(code, f"/choices/0/message/{name}", severity)]


def test_an_answer_for_a_vtrix_client_has_the_fields_of_the_page() -> None:
    payload = answer({"content": "a"})
    token = {"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}
    payload["choices"][0]["logprobs"] = {"content": [token], "refusal": None}
    payload["usage"] |= {
        "prompt_tokens_details": {"cached_tokens": 2, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 1},
    }
    payload |= {"service_tier": "default", "system_fingerprint": "fp", "metadata": {"a": "b"}}
    payload["moderation"] = {"input": {"type": "error", "code": "c", "message": "m"}}
    assert response(payload, "chat", "vtrix") == (
        answer({"content": "a"}),
        [
            ("usage_detail_dropped", "/usage/prompt_tokens_details/cached_tokens", "harmless"),
            ("usage_detail_dropped", "/usage/completion_tokens_details/reasoning_tokens", "harmless"),
            ("service_tier_dropped", "/service_tier", "harmless"),
            ("report_dropped", "/system_fingerprint", "harmless"),
            ("metadata_dropped", "/metadata", "harmless"),
            ("moderation_dropped", "/moderation/input", "degrading"),
            ("logprobs_dropped", "/choices/0/logprobs", "degrading"),
        ],
    )


def test_a_crossed_answer_for_a_vtrix_client_has_the_same_fields() -> None:
    part = {"type": "output_text", "text": "hi", "annotations": [], "logprobs": []}
    item = {"type": "message", "role": "assistant", "content": [part]}
    usage = {"input_tokens": 5, "output_tokens": 3, "total_tokens": 8, "input_tokens_details": {"cached_tokens": 2}}
    payload = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-5.3-codex", "status": "completed"}
    said, losses = response({**payload, "output": [item], "usage": usage}, "responses", "vtrix")
    assert said == answer({"content": "hi"})
    assert losses == [("usage_detail_dropped", "/usage/input_tokens_details/cached_tokens", "harmless")]


def test_content_in_parts_is_one_string_for_a_vtrix_client() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}, {"type": "refusal", "refusal": "no"}]
    said, losses = response(answer({"content": parts}), "chat", "vtrix")
    assert said["choices"][0]["message"]["content"] == "ab\n\nno"
    assert [loss[:2] for loss in losses] == [
        ("text_joined", "/choices/0/message/content"),
        ("refusal_as_text", "/choices/0/message"),
    ]


@pytest.mark.parametrize("target", ["chat", "openrouter-chat"])
def test_a_chat_client_sees_stop_when_vtrix_calls_nothing(target: str) -> None:
    said, losses = response(answer({"content": "a"}, "function_call"), "vtrix", target)
    assert said["choices"][0]["finish_reason"] == "stop"
    assert losses == [("finish_changed", "/choices/0/finish_reason", "harmless")]
