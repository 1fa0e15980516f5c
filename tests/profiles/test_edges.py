"""Edges of single providers: what a page leaves open, and what two dialects know of each other's models."""

from __future__ import annotations

from typing import Any

import pytest

from respeak import (
    InvalidPayload,
    Options,
    StreamTranslator,
    TranslationError,
    stream_of,
    translate_error,
    translate_request,
    translate_response,
)

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


# A choice, and what is offered -----------------------------------------------------------------------------------

TARGETS = ("chat", "openrouter-chat", "vtrix", "responses", "aimlapi", "openrouter", "litellm")


def flat(name: str, kind: str = "function") -> Json:
    return {"type": kind, "name": name, **({"parameters": {}, "strict": False} if kind == "function" else {})}


def nested(name: str, kind: str = "function") -> Json:
    return {"type": kind, kind: {"name": name, **({"parameters": {}} if kind == "function" else {})}}


NAMESPACE: Json = {"type": "namespace", "name": "n", "description": "d", "tools": [flat("f")]}
FORCED: list[tuple[str, Json]] = [
    (
        "responses",
        {"tools": [flat("g"), NAMESPACE], "tool_choice": {"type": "function", "name": "f", "namespace": "n"}},
    ),
    (
        "responses",
        {"tools": [flat("g"), {"type": "wibble", "name": "w"}], "tool_choice": {"type": "custom", "name": "w"}},
    ),
    ("responses", {"tools": [flat("g"), flat("c", "custom")], "tool_choice": {"type": "custom", "name": "c"}}),
    (
        "chat",
        {"tools": [nested("g"), {"type": "wibble"}], "tool_choice": {"type": "function", "function": {"name": "w"}}},
    ),
    (
        "chat",
        {"tools": [nested("g"), nested("c", "custom")], "tool_choice": {"type": "custom", "custom": {"name": "c"}}},
    ),
    ("chat", {"functions": [{"name": "g"}], "function_call": {"name": "g"}}),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("source", "asked"), FORCED, ids=lambda value: str(value)[:60])
def test_a_choice_that_is_sent_names_a_tool_that_is_sent(source: str, asked: Json, target: str) -> None:
    body = {"model": "gpt-5.3-codex", **({"input": "x"} if source == "responses" else {"messages": [USER]}), **asked}
    said = translate_request(body, source=source, target=target, tolerate="breaking")
    choice = said.payload.get("tool_choice") or said.payload.get("function_call")
    forms = [*said.payload.get("tools", ()), *({"function": each} for each in said.payload.get("functions", ()))]
    offered = [(form.get("function") or form.get("custom") or form).get("name") for form in forms]
    offered += [inner["name"] for form in forms for inner in form.get("tools", ())]
    if said.payload.get("tools") == asked.get("tools"):
        return  # nothing was taken away
    if isinstance(choice, dict):
        assert (choice.get("function") or choice.get("custom") or choice)["name"] in offered
    else:
        assert "forced_tool_dropped" in [code for code, _, _ in losses(said)]


@pytest.mark.parametrize("target", ["vtrix", "aimlapi"])
def test_an_allowed_tool_that_nobody_declares_is_told(target: str) -> None:
    entries = [{"type": "function", "function": {"name": name}} for name in ("g", "nope")]
    choice = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": entries}}
    body = {"model": "m", "messages": [USER], "tools": [nested("g")], "tool_choice": choice}
    said = translate_request(body, source="chat", target=target, tolerate="breaking")
    assert "/tool_choice/allowed_tools/tools/1" in [path for _, path, _ in losses(said)]


# Calls and results -----------------------------------------------------------------------------------------------


def calling(name: str, identifier: str = "call_0") -> Json:
    call = {"id": identifier, "type": "function", "function": {"name": name, "arguments": "{}"}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def result(text: str, identifier: str = "call_0") -> Json:
    return {"role": "tool", "tool_call_id": identifier, "content": text}


def test_a_result_is_that_of_the_call_before_it_though_an_id_is_used_again() -> None:
    """Chat pairs by adjacency, so clients may use one id in several turns (mapping.md 4.2)."""
    messages = [USER, calling("delete"), USER, calling("list"), result("a.txt"), USER, calling("read"), result("b")]
    said = translate_request({"model": "m", "messages": messages}, source="chat", target="vtrix", tolerate="breaking")
    answered = [(each["name"], each["content"]) for each in said.payload["messages"] if each["role"] == "function"]
    assert answered == [("delete", ""), ("list", "a.txt"), ("read", "b")]
    assert ("call_without_output", "/messages/1/tool_calls/0", "breaking") in losses(said)


@pytest.mark.parametrize(
    "messages", [[USER, result("x"), calling("f")], [USER, calling("f"), result("x"), result("y")]]
)
def test_a_result_without_a_call_before_it_is_refused(messages: list[Json]) -> None:
    with pytest.raises(TranslationError, match="output_without_call"):
        translate_request({"model": "m", "messages": messages}, source="chat", target="vtrix", tolerate="breaking")


def test_an_answer_of_vtrix_keeps_its_tool_calls_beside_a_function_call() -> None:
    both = {**calling("f", "call_1"), "function_call": {"name": "g", "arguments": "{}"}}
    asked = {"model": "m", "messages": [USER], "tools": [nested("f"), nested("g")]}
    said = translate_response(completion(both, "tool_calls"), source="vtrix", target="chat", request=asked)
    calls = said.payload["choices"][0]["message"]["tool_calls"]
    assert [call["function"]["name"] for call in calls] == ["f", "g"]


def test_a_call_of_old_without_arguments_has_an_empty_object_for_vtrix_too() -> None:
    call = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": ""}}
    said = translate_response(completion(call, "function_call"), source="chat", target="vtrix")
    assert said.payload["choices"][0]["message"]["function_call"]["arguments"] == "{}"
    assert ("arguments_filled", "/choices/0/message/function_call", "harmless") in losses(said)


def test_an_output_that_is_paired_by_the_calls_own_id_leaves_with_its_call() -> None:
    action = {"type": "exec", "command": ["ls"], "env": {}}
    call = {"type": "local_shell_call", "id": "s", "call_id": "c", "status": "completed", "action": action}
    output = {"type": "local_shell_call_output", "id": "s", "output": "a.txt"}
    body = {"model": "m", "input": [USER, call, output]}
    said = translate_request(
        body, source="responses", target="chat", tolerate="breaking", options=Options(bridge=False)
    )
    assert [code for code, _, _ in losses(said)] == ["hosted_call_dropped", "hosted_call_dropped"]


def test_an_error_about_a_picture_that_moved_names_the_result_that_it_came_from() -> None:
    turn = {"role": "assistant", "content": "x"}
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    image = {"type": "input_image", "image_url": "https://a.example/x.png", "detail": "auto"}
    output = {"type": "function_call_output", "call_id": "c", "output": [image, {"type": "input_text", "text": "t"}]}
    asked = {"model": "m", "input": [USER, turn, call, output]}
    error = {"error": {"message": "m", "type": "t", "param": "messages[3].content[0].image_url.url", "code": None}}
    said = translate_error(error, source="chat", target="responses", status=400, request=asked)
    assert said.payload["error"]["param"] == "input[3].output[0].image_url"
