"""Edges of single providers: what a page leaves open, and what two dialects know of each other's models."""

from __future__ import annotations

from typing import Any

import pytest

from respeak import InvalidPayload, Options, StreamTranslator, stream_of, translate_request, translate_response

Json = dict[str, Any]
USER = {"role": "user", "content": "x"}


def completion(message: Json, finish: str = "stop") -> Json:
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def losses(translation: Any) -> list[tuple[str, str, str]]:
    return [(loss.code.value, loss.path, loss.severity.value) for loss in translation.losses]


TEXT = {"type": "text", "text": "a"}
IMAGE = {"type": "image_url", "image_url": {"url": "https://a.example/x.png"}}
THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
REFUSAL = {"type": "refusal", "refusal": "no"}


@pytest.mark.parametrize(
    ("message", "content", "lost"),
    [
        ({"content": [TEXT]}, "a", []),
        ({"content": [TEXT, TEXT]}, "aa", [("text_joined", "content", "harmless")]),
        ({"content": [TEXT, IMAGE]}, "a", [("image_dropped", "content/1", "breaking")]),
        ({"content": [THOUGHT, TEXT]}, "a", [("reasoning_dropped", "content/0", "degrading")]),
        ({"content": [{"type": "odd"}, TEXT]}, "a", [("unknown_part_dropped", "content/0", "breaking")]),
        ({"content": [TEXT, REFUSAL], "refusal": "never"}, "a\n\nnonever", [("refusal_as_text", "", "degrading")]),
        ({"content": [TEXT, REFUSAL], "refusal": "no"}, "a\n\nno", [("refusal_as_text", "", "degrading")]),
    ],
)
def test_each_part_of_an_answer_is_said_to_vtrix_or_told(
    message: Json, content: str, lost: list[tuple[str, str, str]]
) -> None:
    answer = completion({"role": "assistant", **message})
    said = translate_response(answer, source="openrouter-chat", target="vtrix")
    assert said.payload["choices"][0]["message"]["content"] == content
    place = "/choices/0/message"
    assert losses(said) == [(code, f"{place}/{path}".rstrip("/"), severity) for code, path, severity in lost]


def test_an_answer_of_vtrix_has_the_keys_that_chat_requires() -> None:
    call = {"function_call": {"name": "f", "arguments": "{}"}}
    said = translate_response(completion(call, "function_call"), source="vtrix", target="chat")
    message = said.payload["choices"][0]["message"]
    assert message == {"role": "assistant", "content": None, "refusal": None, **call}


@pytest.mark.parametrize("request_", [None, {"model": "m", "messages": [USER], "functions": [{"name": "f"}]}])
def test_a_call_of_vtrix_without_arguments_has_an_empty_object_for_clients_of_functions_too(request_: Any) -> None:
    call = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": ""}}
    answer = completion(call, "function_call")
    said = translate_response(answer, source="vtrix", target="chat", request=request_)
    assert said.payload["choices"][0]["message"]["function_call"] == {"name": "f", "arguments": "{}"}
    assert ("arguments_filled", "/choices/0/message/function_call", "harmless") in losses(said)
    translator = StreamTranslator(source="vtrix", target="chat", request=request_)
    chunks = [said for chunk in stream_of(answer, dialect="vtrix") for said in translator.feed(chunk)]
    chunks += translator.close()
    calls = [chunk["choices"][0]["delta"].get("function_call") or {} for chunk in chunks if chunk["choices"]]
    assert "".join(call.get("arguments") or "" for call in calls) == "{}"
    assert [loss.code.value for loss in translator.losses] == [code for code, _, _ in losses(said)]


@pytest.mark.parametrize("source", ["openrouter", "responses", "litellm"])
def test_the_targets_own_model_id_is_its_model_whatever_the_source_knows(source: str) -> None:
    said = translate_request({"model": "openai/gpt-5-3-codex", "input": "x"}, source=source, target="aimlapi")
    assert said.payload["model"] == "openai/gpt-5-3-codex"


def test_no_phase_is_inferred_for_a_model_that_does_not_know_it() -> None:
    request = {"model": "anthropic/claude", "messages": [USER, {"role": "assistant", "content": "b"}]}
    said = translate_request(request, source="chat", target="openrouter", options=Options(infer_phase=True))
    assert losses(said) == [] and "phase" not in said.payload["input"][1]


@pytest.mark.parametrize(
    ("choice", "lost"),
    [("required", ["forced_tool_dropped"]), ({"type": "function", "function": {"name": "f"}}, ["forced_tool_dropped"])],
)
def test_a_forced_call_without_any_tool_left_is_told(choice: Any, lost: list[str]) -> None:
    request = {"model": "m", "messages": [USER], "tools": [{"type": "web_search"}], "tool_choice": choice}
    said = translate_request(request, source="chat", target="responses", tolerate="breaking")
    assert "tool_choice" not in said.payload
    assert [code for code, _, severity in losses(said) if severity == "breaking"] == lost


def test_strict_functions_are_told_like_strict_tools() -> None:
    function = {"name": "f", "parameters": {"type": "object"}, "strict": True}
    said = translate_request({"model": "m", "messages": [USER], "functions": [function]}, source="chat", target="vtrix")
    assert ("strict_dropped", "/functions/0/strict", "degrading") in losses(said)
    assert said.payload["functions"] == [{"name": "f", "parameters": {"type": "object"}}]


def test_a_result_of_one_part_is_the_same_in_one_string() -> None:
    calls = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    turn = {"role": "assistant", "content": None, "tool_calls": calls}
    result = {"role": "tool", "tool_call_id": "call_1", "content": [TEXT]}
    said = translate_request({"model": "m", "messages": [USER, turn, result]}, source="chat", target="vtrix")
    assert said.payload["messages"][-1]["content"] == "a"
    assert "text_joined" not in [code for code, _, _ in losses(said)]


ESCAPED = r'{"model":"m","input":"\ud800"}'


@pytest.mark.parametrize("payload", [ESCAPED, ESCAPED.encode(), '{"model":"m","input":"\ud800"}'])
def test_a_lone_surrogate_in_json_text_is_no_text(payload: str | bytes) -> None:
    with pytest.raises(InvalidPayload, match="surrogate"):
        translate_request(payload, source="responses", target="chat")


def test_an_escaped_pair_is_text() -> None:
    paired = r'{"model":"m","input":"\ud83d\ude00"}'
    assert translate_request(paired, source="responses", target="chat").payload["messages"][0]["content"] == "😀"
