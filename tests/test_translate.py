"""The entry points: what they take, what they refuse, what they promise."""

from __future__ import annotations

import json
from collections import ChainMap
from typing import Any

import pytest
from openai.types.responses import Response

import respeak
from respeak import InvalidPayload, TranslationError, UnknownDialect
from respeak.models.registry import model_of
from respeak.models.responses import CreateResponse

REQUEST: dict[str, Any] = {"model": "gpt-4o", "input": "hi", "max_output_tokens": 50}
SAID = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "max_completion_tokens": 50}


@pytest.mark.parametrize(
    "payload",
    [
        REQUEST,
        json.dumps(REQUEST),
        json.dumps(REQUEST).encode(),
        ChainMap(REQUEST),
        CreateResponse.model_validate(REQUEST),
    ],
    ids=["dict", "text", "bytes", "mapping", "model"],
)
def test_a_payload_may_be_a_mapping_json_or_a_model(payload: Any) -> None:
    assert respeak.translate_request(payload, source="responses", target="chat").payload == SAID


@pytest.mark.parametrize(
    ("payload", "found"),
    [("{", "JSON"), ("[1]", "list"), ("NaN", "NaN"), (b"\xff\xfe", "JSON"), (7, "int"), (None, "NoneType")],
)
def test_what_is_no_json_object_is_an_invalid_payload(payload: Any, found: str) -> None:
    with pytest.raises(InvalidPayload, match=found):
        respeak.translate_request(payload, source="responses", target="chat")


def test_a_model_of_the_official_sdk_is_read_as_it_came_over_the_wire() -> None:
    """Python cannot call a field `schema`, so the SDK calls it `schema_`; what it does not know it holds, too."""
    form = {"type": "json_schema", "name": "n", "schema": {"type": "object"}}
    held: dict[str, Any] = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed"}
    asked: dict[str, Any] = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "text": {"format": form}}
    answer = {**held, **asked, "output": [{"type": "hologram", "id": "h", "light": {"years": 4}}], "wibble": [1]}
    said = respeak.translate_response(Response.construct(**answer), source="responses", target="litellm")
    assert said.payload == answer


NO_UTF_8 = [b'{"model": "m", "input": "\xed\xa0\x80"}', '{"model": "m", "input": "hi"}'.encode("utf-16"), b"\xff"]


@pytest.mark.parametrize("payload", NO_UTF_8, ids=["a surrogate", "UTF-16", "a byte"])
def test_bytes_are_utf_8(payload: bytes) -> None:
    with pytest.raises(InvalidPayload, match=r"byte \d+ is 0x.., which is not UTF-8"):
        respeak.translate_request(payload, source="responses", target="chat")
    assert [violation.path for violation in respeak.validate(payload, dialect="responses")] == [""]


def test_a_byte_order_mark_is_passed_over() -> None:
    payload = b'\xef\xbb\xbf{"model": "m", "input": "hi"}'
    assert respeak.translate_request(payload, source="responses", target="chat").payload["model"] == "m"


def test_an_invalid_payload_says_where_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(InvalidPayload) as error:
        respeak.translate_request({"input": "hi", "max_output_tokens": "many"}, source="responses", target="chat")
    [violation] = error.value.violations
    assert (violation.path, violation.expected, violation.found) == (
        "/max_output_tokens",
        "an integer",
        'string "many"',
    )


def test_an_unknown_dialect_names_the_nearest() -> None:
    with pytest.raises(UnknownDialect, match='did you mean "vtrix"'):
        respeak.translate_request(REQUEST, source="responses", target="vtrx")


def test_a_source_only_dialect_is_no_target() -> None:
    with pytest.raises(UnknownDialect, match=r'"codex-guide" is a source only.*known are responses'):
        respeak.translate_request(REQUEST, source="responses", target="codex-guide")


def test_clients_of_a_source_only_dialect_get_their_answers() -> None:
    part = {"type": "output_text", "text": "hi", "annotations": []}
    message = {"type": "message", "role": "assistant", "status": "completed", "content": [part]}
    answer = {
        "id": "r",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [message],
        "status": "completed",
    }
    said = respeak.translate_response(answer, source="responses", target="codex-guide")
    assert said.payload["choices"][0]["message"]["content"] == "hi"


def test_a_number_that_no_number_type_holds_is_an_invalid_payload() -> None:
    with pytest.raises(InvalidPayload, match="1e400"):
        respeak.translate_request('{"input": "hi", "wibble": 1e400}', source="responses", target="litellm")


def test_tolerate_takes_four_words() -> None:
    with pytest.raises(ValueError, match="expected one of none, harmless, degrading, breaking"):
        respeak.translate_request(REQUEST, source="responses", target="chat", tolerate="everything")


def test_requests_tolerate_degrading_and_answers_breaking_by_default() -> None:
    breaking = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stop": ["x"]}
    with pytest.raises(TranslationError, match="stop_dropped"):
        respeak.translate_request(breaking, source="chat", target="responses")
    picture = {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "aGk="}
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [picture],
        "status": "completed",
    }
    said = respeak.translate_response(answer, source="responses", target="chat")
    assert [loss.code for loss in said.losses] == ["image_dropped"]


def test_the_model_of_the_options_is_sent_without_a_loss() -> None:
    options = respeak.Options(model="vtrix-gpt-5.3-codex")
    said = respeak.translate_request(REQUEST, source="responses", target="vtrix", options=options, tolerate="none")
    assert said.payload["model"] == "vtrix-gpt-5.3-codex"


def test_a_failed_answer_is_an_http_error_on_chat() -> None:
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [],
        "status": "failed",
        "error": {"code": "rate_limit_exceeded", "message": "slow down"},
    }
    said = respeak.translate_response(answer, source="responses", target="chat")
    assert said.status == 429
    assert said.payload == {
        "error": {"message": "slow down", "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"}
    }


def test_a_malformed_request_of_an_answer_is_an_invalid_payload() -> None:
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}
    with pytest.raises(InvalidPayload, match="/tools/0: expected an object in the client's request"):
        respeak.translate_response(answer, source="chat", target="responses", request={"input": "x", "tools": [1]})


def test_an_error_in_its_own_dialect_comes_out_equal() -> None:
    body = {"error": "just words"}
    assert respeak.translate_error(body, source="chat", target="chat", status=500).payload == body


def test_the_dialects_are_these_eight() -> None:
    found = {dialect.name: (dialect.family, dialect.phase, dialect.source_only) for dialect in respeak.dialects()}
    assert found == {
        "responses": ("responses", True, False),
        "chat": ("chat", False, False),
        "aimlapi": ("responses", True, False),
        "codex-guide": ("chat", False, True),
        "litellm": ("responses", True, False),
        "openrouter": ("responses", True, False),
        "openrouter-chat": ("chat", False, False),
        "vtrix": ("chat", False, False),
    }


def test_the_model_of_the_options_is_sent_when_the_payload_names_none() -> None:
    options = respeak.Options(model="gpt-4o")
    for source, target in (("responses", "litellm"), ("responses", "chat")):
        said = respeak.translate_request({"input": "hi"}, source=source, target=target, options=options)
        assert said.payload["model"] == "gpt-4o"


MODELS = {
    "aimlapi": "openai/gpt-5-3-codex",
    "openrouter": "openai/gpt-5.3-codex",
    "openrouter-chat": "openai/gpt-5.3-codex",
    "vtrix": "vtrix-gpt-5.3-codex",
}
"""Ids of gpt-5.3-codex, where a dialect has its own."""
FUNCTION = {"name": "f", "parameters": {"type": "object"}}
USER = [{"role": "user", "content": "hi"}]
ASKED: dict[str, list[dict[str, Any]]] = {
    "responses": [
        {"input": "hi", "instructions": "Be brief.", "max_output_tokens": 30, "reasoning": {"effort": "low"}},
        {"input": USER, "tools": [{"type": "function", **FUNCTION}], "tool_choice": "none", "store": True},
    ],
    "chat": [
        {"messages": USER, "max_completion_tokens": 30, "functions": [FUNCTION], "function_call": "none"},
        {"messages": USER, "max_tokens": 30, "tools": [{"type": "function", "function": FUNCTION}], "temperature": 1},
        {"messages": USER, "tools": [{"type": "custom", "custom": {"name": "c"}}], "tool_choice": "none"},
    ],
}


@pytest.mark.parametrize("source", [dialect.name for dialect in respeak.dialects()])
def test_the_model_of_the_options_is_sent_within_one_dialect_too(source: str) -> None:
    family = next(dialect.family for dialect in respeak.dialects() if dialect.name == source)
    payload = {"model": MODELS.get(source, "gpt-5.3-codex"), **ASKED[family][0]}
    options = respeak.Options(model="elsewhere")
    said = respeak.translate_request(payload, source=source, target=source, options=options, tolerate="none")
    assert said.payload == {**payload, "model": "elsewhere"}
    assert payload["model"] != "elsewhere"
    assert respeak.translate_request(payload, source=source, target=source).payload == payload


@pytest.mark.parametrize("source", [dialect.name for dialect in respeak.dialects()])
def test_a_null_key_changes_nothing_whatever_other_key_means_the_same(source: str) -> None:
    """max_tokens beside max_completion_tokens, functions beside tools, and all others."""
    family = next(dialect.family for dialect in respeak.dialects() if dialect.name == source)
    fields = sorted(model_of(source, family, "request").model_fields)
    for asked in ASKED[family]:
        payload = {"model": MODELS.get(source, "gpt-5.3-codex"), **asked}
        for target in (name for name in TARGETS if name != source):
            expected = _without_nulls(payload, source, target)
            for name in fields:
                for given in ({name: None, **payload}, {**payload, name: payload.get(name)}):
                    assert _without_nulls(given, source, target) == expected, (target, name)


TARGETS = [dialect.name for dialect in respeak.dialects() if not dialect.source_only]


def _without_nulls(payload: dict[str, Any], source: str, target: str) -> Any:
    """What a request becomes, and the codes and places of what is lost; the code that refuses it otherwise."""
    try:
        said = respeak.translate_request(payload, source=source, target=target, tolerate="breaking")
    except TranslationError as error:
        return error.decisive[0].code
    kept = {key: value for key, value in said.payload.items() if value is not None}
    return kept, sorted((loss.code, loss.path) for loss in said.losses)


LEFT_OUT = [
    ({"type": "function", "function": {"name": "f", "arguments": "{}"}}, ""),
    ({"id": None, "type": "function", "function": {"name": "f", "arguments": "{}"}}, "/id"),
    ({"id": "c", "type": "function", "function": {"name": "f"}}, "/function"),
    ({"id": "c", "type": "function", "function": {"name": "f", "arguments": None}}, "/function/arguments"),
    ({"id": "c", "type": "custom", "custom": {"name": "f"}}, "/custom"),
]
"""Calls without what the API requires, and where a request with them is wrong."""


@pytest.mark.parametrize(("call", "at"), LEFT_OUT, ids=str)
@pytest.mark.parametrize("target", ["responses", "vtrix", "openrouter-chat"])
def test_a_request_must_say_what_an_answer_may_leave_out(call: dict[str, Any], at: str, target: str) -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls", "logprobs": None}
    respeak.translate_response({"choices": [choice]}, source="chat", target=target)
    with pytest.raises(InvalidPayload) as error:
        respeak.translate_request({"model": "m", "messages": [message]}, source="chat", target=target)
    assert [violation.path for violation in error.value.violations] == [f"/messages/0/tool_calls/0{at}"]


def test_the_schema_of_answers_lists_what_readers_do_without() -> None:
    defs = respeak.schema("chat", "response")["$defs"]
    assert defs["ChatCompletionMessageToolCall"]["required"] == ["id", "type", "function"]
    assert defs["FunctionCall"]["required"] == ["name", "arguments"]
    assert defs["CustomCall"]["required"] == ["name", "input"]


def test_a_status_that_is_no_number_is_told() -> None:
    status: Any = "500"
    with pytest.raises(ValueError, match="status is '500'; expected the HTTP status, an integer"):
        respeak.translate_error({}, source="chat", target="responses", status=status)


@pytest.mark.parametrize("payload", ["<html>busy</html>", b"<html>busy</html>", bytearray(b" <html>busy</html>\n")])
@pytest.mark.parametrize("target", ["responses", "chat"])
def test_an_error_that_is_no_json_object_is_told_in_its_own_words(payload: object, target: str) -> None:
    said = respeak.translate_error(payload, source="chat", target=target, status=502)
    message = "The upstream answered 502: <html>busy</html>"
    assert said.payload == {"error": {"message": message, "type": "server_error", "param": None, "code": None}}
    assert (said.status, list(said.losses)) == (502, [])


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ("", "an empty body"),
        (b"", "an empty body"),
        ("[1]", "[1]"),
        ("null", "null"),
        (b"\xff", "\ufffd"),
        ("\ud800", "?"),
        ("x" * 9000, "x" * 2000),
    ],
)
def test_whatever_an_upstream_answers_can_be_said(payload: object, message: str) -> None:
    said = respeak.translate_error(payload, source="vtrix", target="responses", status=503)
    assert said.payload["error"]["message"] == f"The upstream answered 503: {message}"


@pytest.mark.parametrize("payload", [None, 5, ["busy"]])
def test_a_value_that_is_no_error_is_malformed(payload: object) -> None:
    with pytest.raises(InvalidPayload):
        respeak.translate_error(payload, source="vtrix", target="responses", status=503)


@pytest.mark.parametrize("digits", [5000, 100_000])
def test_an_integer_too_long_to_read_is_told_in_plain_words(digits: int) -> None:
    text = '{"model": "m", "messages": [], "seed": ' + "1" * digits + "}"
    with pytest.raises(InvalidPayload) as found:
        respeak.translate_request(text, source="chat", target="responses")
    assert str(found.value) == (
        "(whole payload): expected a JSON document, found none: an integer of more than 4300 digits"
    )
    [violation] = respeak.validate(text, dialect="chat")
    assert violation.found == "none: an integer of more than 4300 digits"
