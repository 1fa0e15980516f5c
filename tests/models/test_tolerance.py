"""What the readers let pass, and what they refuse, with the place."""

from typing import Any

import pytest

from respeak.errors import InvalidPayload
from respeak.gate import Gate
from respeak.models.base import Model, required_by_api
from respeak.models.chat import CreateChatCompletionRequest, CreateChatCompletionResponse
from respeak.models.errors import ErrorResponse
from respeak.models.responses import CreateResponse, Response

USER = {"role": "user", "content": "hi"}
CALL = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
TOOL_CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
MODELS = (CreateResponse, Response, CreateChatCompletionRequest, CreateChatCompletionResponse, ErrorResponse)


def passes(model: type[Model], payload: dict[str, Any]) -> bool:
    model.model_validate(payload)
    Gate(model).check(payload)
    return True


def refused_at(model: type[Model], payload: dict[str, Any]) -> list[str]:
    with pytest.raises(ValueError):
        model.model_validate(payload)
    with pytest.raises(InvalidPayload) as caught:
        Gate(model).check(payload)
    return [violation.path for violation in caught.value.violations]


def item(**changes: Any) -> dict[str, Any]:
    return {"input": [changes]}


def chat(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": list(messages) or [USER], **fields}


@pytest.mark.parametrize("model", MODELS)
def test_explicit_nulls_pass_on_optional_fields(model: type[Model]) -> None:
    required = {"messages": [USER]} if model is CreateChatCompletionRequest else {}
    if model is CreateChatCompletionResponse:
        required = {"choices": []}
    nulls = {field.alias or name: None for name, field in model.model_fields.items() if name not in required}
    assert passes(model, nulls | required)


@pytest.mark.parametrize("model", [CreateResponse, Response, ErrorResponse])
def test_nothing_at_the_top_is_needed_to_read(model: type[Model]) -> None:
    assert passes(model, {})


def test_unknown_keys_pass_and_are_kept() -> None:
    payload = {"model": "m", "input": [{**USER, "metadata": {"x": 1}}], "client_metadata": {"a": [1]}}
    assert passes(CreateResponse, payload)
    assert CreateResponse.model_validate(payload).model_dump(exclude_unset=True) == payload


@pytest.mark.parametrize(
    "payload",
    [
        {"input": [{"type": "wibble", "x": 1}]},
        {"input": [{"role": "user", "content": [{"type": "wibble"}]}]},
        {"tools": [{"type": "wibble"}]},
        {"tool_choice": {"type": "wibble"}},
        {"text": {"format": {"type": "wibble"}}},
    ],
)
def test_unknown_types_pass(payload: dict[str, Any]) -> None:
    assert passes(CreateResponse, payload)


def test_unknown_types_pass_in_answers() -> None:
    text = {"type": "output_text", "text": "x", "annotations": [{"type": "wibble"}]}
    message = {"type": "message", "id": "msg_1", "role": "assistant", "content": [text]}
    assert passes(Response, {"output": [{"type": "wibble"}, message]})


def test_what_the_api_requires_is_remembered_in_the_schema() -> None:
    schema = Response.model_json_schema()
    assert schema["properties"]["id"]["x-required"] is True
    assert "x-required" not in schema["properties"]["usage"]
    assert required_by_api().default is None


def test_an_unknown_branch_of_a_schema_leaves_the_known_types_out() -> None:
    branches = CreateResponse.model_json_schema()["properties"]["tools"]["anyOf"][0]["items"]["anyOf"]
    unknown = next(branch for branch in branches if branch["$ref"].endswith("UnknownTool"))
    assert {"function", "web_search_2025_08_26", "mcp"} <= set(unknown["properties"]["type"]["not"]["enum"])


@pytest.mark.parametrize(
    "echo",
    [
        {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [
            {"type": "output_text", "text": "x", "annotations": []}]},
        {"role": "assistant", "content": [{"type": "output_text", "text": "x"}]},
        {"role": "assistant", "content": [{"type": "input_text", "text": "x"}]},
        {"role": "assistant", "id": "m", "content": [{"type": "input_text", "text": "x"}]},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "x"}]},
        {"role": "assistant", "content": "x", "phase": "commentary"},
        {"type": "message", "id": "m", "role": "assistant", "content": "x"},
        {"type": "item_reference", "id": "m"},
        {"type": None, "id": "m"},
        {"id": "m"},
        {"type": "reasoning", "content": None, "encrypted_content": "g", "summary": []},
        {**CALL, "id": "fc", "status": "completed", "async": True},
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "x"}]},
    ],
)  # fmt: skip
def test_every_form_of_echo_passes(echo: dict[str, Any]) -> None:
    assert passes(CreateResponse, {"input": [echo]})


def test_new_words_pass_where_models_may_extend_them() -> None:
    assert passes(CreateResponse, {"reasoning": {"effort": "ultra"}, "service_tier": "warp", "include": ["x.y"]})
    assert passes(CreateChatCompletionRequest, chat(reasoning_effort="ultra", verbosity="shy", tool_choice="any"))
    assert passes(Response, {"status": "odd", "incomplete_details": {"reason": "odd"}})


def test_integers_are_numbers() -> None:
    assert passes(CreateResponse, {"temperature": 1, "top_p": 0})


@pytest.mark.parametrize("output", [{}, {"output": None}, {"output": []}, {"output_text": "x"}])
def test_answers_without_output_pass(output: dict[str, Any]) -> None:
    assert passes(Response, {"id": "resp_1", **output})


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "m", "code": 404}},
        {"error": {"message": None, "code": None, "extra": []}},
        {"error": "broken"},
        {"detail": "broken"},
    ],
)
def test_errors_are_read_in_every_form(body: dict[str, Any]) -> None:
    assert passes(ErrorResponse, body)


def test_reasoning_that_providers_add_to_chat_passes() -> None:
    said = {
        "role": "assistant",
        "content": None,
        "reasoning_content": "x",
        "reasoning_details": [{"type": "y"}],
    }
    assert passes(CreateChatCompletionRequest, chat(USER, said, stop=[]))
    assert passes(CreateChatCompletionResponse, {"choices": [{"message": said | {"reasoning": "x"}}]})


def test_tool_calls_without_type_pass() -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": ""}}
    custom = {"id": "c", "custom": {"name": "f", "input": ""}}
    assert passes(CreateChatCompletionRequest, chat({"role": "assistant", "tool_calls": [call, custom]}))


@pytest.mark.parametrize("key", ["call_id", "name", "arguments"])
def test_a_function_call_needs(key: str) -> None:
    assert refused_at(CreateResponse, {"input": [{k: v for k, v in CALL.items() if k != key}]}) == ["/input/0"]


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"input": 5}, "/input"),
        ({"input": {}}, "/input"),
        ({"input": ["hi"]}, "/input/0"),
        ({"model": 5}, "/model"),
        ({"stream": "yes"}, "/stream"),
        ({"stream": 1}, "/stream"),
        ({"max_output_tokens": True}, "/max_output_tokens"),
        ({"max_output_tokens": 15}, "/max_output_tokens"),
        ({"temperature": 2.1}, "/temperature"),
        ({"temperature": True}, "/temperature"),
        ({"top_logprobs": 21}, "/top_logprobs"),
        ({"metadata": {"a": 1}}, "/metadata/a"),
        ({"metadata": {str(n): "" for n in range(17)}}, "/metadata"),
        ({"tools": [{"type": "function"}]}, "/tools/0"),
        ({"tools": [{"type": "custom", "name": 1}]}, "/tools/0/name"),
        ({"tool_choice": "any"}, "/tool_choice"),
        (item(**CALL | {"arguments": {}}), "/input/0/arguments"),
        (item(role="user"), "/input/0"),
        (item(content="hi"), "/input/0"),
        (item(id="a", content="hi"), "/input/0"),
        (item(role="tool", content="hi"), "/input/0/role"),
        (item(type="message", content="hi"), "/input/0"),
        (item(role="user", content=None), "/input/0/content"),
        (item(role="user", content=[{"type": "input_text"}]), "/input/0/content/0"),
        (item(role="user", content=[{"text": "hi"}]), "/input/0/content/0"),
        (item(type="function_call_output", call_id="c"), "/input/0"),
        (item(type="item_reference"), "/input/0"),
    ],
)
def test_responses_requests_are_refused_at(payload: dict[str, Any], path: str) -> None:
    assert refused_at(CreateResponse, payload) == [path]


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"model": "m"}, ""),
        ({"messages": "hi"}, "/messages"),
        (chat({"role": "user"}), "/messages/0"),
        (chat({"content": "hi"}), "/messages/0"),
        (chat({"role": "wizard", "content": "hi"}), "/messages/0/role"),
        (chat({"role": "tool", "content": "hi"}), "/messages/0"),
        (
            chat({"role": "assistant", "tool_calls": [{**TOOL_CALL, "id": None}]}),
            "/messages/0/tool_calls/0/id",
        ),
        (chat({"role": "assistant", "tool_calls": [{"id": "c"}]}), "/messages/0/tool_calls/0"),
        (chat(n=0), "/n"),
        (chat(n=129), "/n"),
        (chat(stop=["a"] * 5), "/stop"),
        (chat(tools=[{"type": "function", "function": {}}]), "/tools/0/function"),
        (chat(tool_choice={"type": "function", "function": {"name": 1}}), "/tool_choice/function/name"),
        (chat(response_format={"type": "json_schema"}), "/response_format"),
    ],
)
def test_chat_requests_are_refused_at(payload: dict[str, Any], path: str) -> None:
    assert refused_at(CreateChatCompletionRequest, payload) == [path]


def test_answers_are_refused_at() -> None:
    assert refused_at(CreateChatCompletionResponse, {"id": "x"}) == [""]
    assert refused_at(CreateChatCompletionResponse, {"choices": [{"index": 0}]}) == ["/choices/0"]
    assert refused_at(Response, {"output": {}}) == ["/output"]
    assert refused_at(Response, {"output": [{"id": "x"}]}) == ["/output/0"]
