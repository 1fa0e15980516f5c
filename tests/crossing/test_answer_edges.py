"""Answers at their edges: names and tools that the client declared, calls that nobody could carry out, citations."""

from __future__ import annotations

from typing import Any

import pytest

from respeak import Options, StreamTranslator, TranslationError, stream_of, translate_request, translate_response

Json = dict[str, Any]
UNBRIDGED = Options(bridge=False)
CONTAINER = {"type": "shell", "environment": {"type": "container_auto"}}
LONG = "look_up_" * 10


def completion(message: Json, finish: str = "stop") -> Json:
    full = {"role": "assistant", "content": None, "refusal": None, **message}
    choice = {"index": 0, "message": full, "finish_reason": finish, "logprobs": None}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def called(name: str, arguments: str) -> Json:
    call = {"id": "call_0123456789abcdef", "type": "function", "function": {"name": name, "arguments": arguments}}
    return completion({"tool_calls": [call]}, "tool_calls")


def response(*output: Json, **more: Json) -> Json:
    head = {"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "m"}
    return {**head, "output": list(output), **more}


def streamed(answer: Json, source: str, target: str, **more: Any) -> list[Json]:
    translator = StreamTranslator(source=source, target=target, **more)
    events = [said for event in stream_of(answer, dialect=source) for said in translator.feed(event)]
    return events + translator.close()


def losses(translation: Any) -> list[tuple[str, str, str]]:
    return [(loss.code.value, loss.path, loss.severity.value) for loss in translation.losses]


@pytest.mark.parametrize(
    ("tool", "options"), [({"type": "shell"}, UNBRIDGED), (CONTAINER, Options())], ids=["not bridged", "in a container"]
)
def test_a_call_of_the_clients_own_function_is_no_shell_call_if_the_shell_was_never_offered(
    tool: Json, options: Options
) -> None:
    own = {"type": "function", "name": "shell", "parameters": {"type": "object"}}
    request = {"model": "m", "input": "x", "tools": [tool, own]}
    sent = translate_request(request, source="responses", target="chat", options=options)
    assert [each["function"]["name"] for each in sent.payload["tools"]] == ["shell"]
    answer = called("shell", '{"commands":["ls"]}')
    more: Json = {"request": request, "options": options}
    said = translate_response(answer, source="chat", target="responses", **more)
    assert [item["type"] for item in said.payload["output"]] == ["function_call"]
    last = streamed(answer, "chat", "responses", **more)[-1]
    assert [item["type"] for item in last["response"]["output"]] == ["function_call"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("shell", '{"commands":[1]}'),
        ("shell", '{"commands":["ls"],"timeout_ms":true}'),
        ("local_shell", '{"command":[null]}'),
        ("local_shell", '{"command":["ls"],"env":{"HOME":1}}'),
    ],
)
def test_a_bridged_call_of_other_types_than_were_asked_for_stays_a_function_call(tool: str, arguments: str) -> None:
    request = {"model": "m", "input": "x", "tools": [{"type": tool}]}
    said = translate_response(called(tool, arguments), source="chat", target="responses", request=request)
    [item] = said.payload["output"]
    assert (item["type"], item["arguments"]) == ("function_call", arguments)
    assert ("bridge_unreadable", "/choices/0/message/tool_calls/0", "degrading") in losses(said)


@pytest.mark.parametrize("target", ["chat", "vtrix"])
def test_a_call_bears_the_name_that_the_client_declared_however_long(target: str) -> None:
    item = {"type": "function_call", "call_id": "call_1", "name": LONG, "arguments": "{}", "status": "completed"}
    said = translate_response(response(item), source="responses", target=target)
    message = said.payload["choices"][0]["message"]
    call = message.get("function_call") or message["tool_calls"][0]["function"]
    assert call["name"] == LONG and "tool_name_changed" not in [code for code, _, _ in losses(said)]
    chunks = [chunk["choices"][0]["delta"] for chunk in streamed(response({**item, "id": "fc_1"}), "responses", target)]
    calls = [delta.get("function_call") or (delta.get("tool_calls") or [{}])[0].get("function") for delta in chunks]
    assert next(call["name"] for call in calls if call) == LONG


def test_a_name_that_is_shortened_with_its_namespace_is_told() -> None:
    item = {"type": "function_call", "call_id": "call_1", "name": LONG[:60], "namespace": "tools", "arguments": "{}"}
    said = translate_response(response(item), source="responses", target="chat")
    assert len(said.payload["choices"][0]["message"]["tool_calls"][0]["function"]["name"]) == 64
    assert ("tool_name_changed", "/output/0/name", "harmless") in losses(said)


@pytest.mark.parametrize("source", ["chat", "vtrix"])
def test_what_a_custom_tool_cannot_take_beside_its_text_is_told(source: str) -> None:
    tool = {"type": "custom", "name": "note"}
    arguments = '{"input":"buy milk","urgent":true}'
    given = called("note", arguments)
    if source == "vtrix":
        given = completion({"function_call": {"name": "note", "arguments": arguments}}, "function_call")
    request = {"model": "m", "input": "x", "tools": [tool]}
    said = translate_response(given, source=source, target="responses", request=request)
    assert said.payload["output"][0]["input"] == "buy milk"
    assert [code for code, _, severity in losses(said) if severity == "degrading"] == ["unknown_field_dropped"]


def test_what_a_citation_lacks_is_filled_and_told() -> None:
    """Both families require url, title, start_index and end_index; providers leave some of it out."""
    full = {"url": "https://a.example", "title": "A", "start_index": 0, "end_index": 1}
    short = {"url": "https://b.example"}
    up = completion(
        {"content": "x", "annotations": [{"type": "url_citation", "url_citation": c} for c in (full, short)]}
    )
    said = translate_response(up, source="chat", target="responses")
    assert losses(said) == [("citation_filled", "/choices/0/message/annotations/1", "harmless")]
    part = {"type": "output_text", "text": "x", "annotations": [{"type": "url_citation", **short}]}
    message = {"type": "message", "role": "assistant", "content": [part]}
    back = translate_response(response(message), source="responses", target="chat")
    assert losses(back) == [("citation_filled", "/output/0/content/0/annotations/0", "harmless")]
    [citation] = back.payload["choices"][0]["message"]["annotations"]
    assert citation["url_citation"] == {**short, "title": "", "start_index": 0, "end_index": 0}


def test_a_null_in_the_request_is_no_format_in_the_answer() -> None:
    request = {"model": "m", "input": "x", "text": {"format": None, "verbosity": "low"}}
    said = translate_response(completion({"content": "x"}), source="chat", target="responses", request=request)
    assert said.payload["text"] == {"format": {"type": "text"}, "verbosity": "low"}


@pytest.mark.parametrize("messages", [[], [{"role": "user", "content": [{"type": "odd"}]}]])
def test_a_conversation_of_nothing_is_refused_in_both_directions(messages: Any) -> None:
    with pytest.raises(TranslationError, match="no_messages"):
        translate_request({"model": "m", "messages": messages}, source="chat", target="responses", tolerate="breaking")
