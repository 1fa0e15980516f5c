"""The gate: pointers, phrases, the branch that was meant, and the same verdict as the model."""

import contextlib
import copy
import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from respeak.errors import InvalidPayload, Violation
from respeak.gate import Gate, _validator
from respeak.models.base import Model
from respeak.models.chat import CreateChatCompletionRequest
from respeak.models.responses import CreateResponse, Response
from respeak.models.unions import OneOf, Unknown

RESPONSES = Gate(CreateResponse)
CHAT = Gate(CreateChatCompletionRequest)


def violations(gate: Gate, payload: object) -> tuple[Violation, ...]:
    with pytest.raises(InvalidPayload) as caught:
        gate.check(payload)
    return caught.value.violations


def only(payload: object, gate: Gate = RESPONSES) -> tuple[str, str, str]:
    (violation,) = violations(gate, payload)
    return violation.path, violation.expected, violation.found


@pytest.mark.parametrize(
    ("field", "value", "expected", "found"),
    [
        ("max_output_tokens", 3, "an integer >= 16", "integer 3"),
        ("max_output_tokens", "abc", "an integer", 'string "abc"'),
        ("max_output_tokens", 16.0, "an integer", "number 16.0"),
        ("temperature", 3, "a number <= 2", "integer 3"),
        ("temperature", "hot", "a number", 'string "hot"'),
        ("temperature", float("nan"), "a finite number", "number NaN"),
        ("temperature", float("-inf"), "a finite number", "number -Infinity"),
        ("stream", None.__class__, "a boolean", "a Python type"),
        ("store", 1, "a boolean", "integer 1"),
        ("model", True, "a string", "boolean true"),
        ("model", [], "a string", "array of 0"),
        ("input", {}, "a string or an array", "empty object"),
        ("tools", "x", "an array", 'string "x"'),
        ("reasoning", 5, "an object", "integer 5"),
        ("tool_choice", "any", 'one of "none", "auto", "required" or an object', 'string "any"'),
        ("safety_identifier", "x" * 129, "a string of at most 128 characters", f'string "{"x" * 56}...'),
        ("metadata", {str(n): "" for n in range(17)}, "at most 16 entries", None),
        ("conversation", {"name": "x"}, 'key "id"', 'object with "name"'),
    ],
)
def test_expected_and_found_are_said_in_words(field: str, value: Any, expected: str, found: str | None) -> None:
    path, said, seen = only({field: value})
    assert (path, said) == (f"/{field}", expected)
    assert found is None or seen == found
    assert len(seen) <= 70


def test_a_missing_key_is_reported_at_its_parent() -> None:
    payload = {"input": [{"type": "function_call", "call_id": "c", "arguments": "{}"}]}
    assert only(payload) == ("/input/0", 'key "name"', 'object with "type", "call_id", "arguments"')


def test_pointers_follow_the_payload_not_the_branches() -> None:
    image = {"type": "image_url", "image_url": {"url": 5}}
    payload = {"model": "m", "messages": [{"role": "user", "content": [image]}]}
    assert only(payload, CHAT)[0] == "/messages/0/content/0/image_url/url"


def test_pointers_escape_as_rfc_6901_says() -> None:
    assert only({"metadata": {"a/b~c": 5}})[0] == "/metadata/a~1b~0c"


def test_keys_are_checked_too() -> None:
    path, expected, _ = only({"metadata": {"k" * 65: ""}})
    assert (path, expected) == ("/metadata/" + "k" * 65, "a key of at most 64 characters")


def test_all_violations_are_kept_deepest_first() -> None:
    payload = {"model": 5, "input": [{"role": "user", "content": [{"type": "input_text"}]}], "top_p": 2}
    paths = [violation.path for violation in violations(RESPONSES, payload)]
    assert paths == ["/input/0/content/0", "/model", "/top_p"]
    assert violations(RESPONSES, payload) == violations(RESPONSES, copy.deepcopy(payload))


def test_of_a_union_the_branch_that_got_deepest_is_shown() -> None:
    assert only({"input": [{"type": "reasoning", "summary": {}}]})[:2] == ("/input/0/summary", "an array")


@pytest.mark.parametrize(
    ("item", "path", "expected"),
    [
        ({}, "/input/0", 'key "type"'),
        ({"content": "x"}, "/input/0", 'key "type"'),
        ({"type": 5}, "/input/0/type", "a string"),
        ({"type": ["x"]}, "/input/0/type", "a string"),
        (
            {"role": "tool", "content": "x"},
            "/input/0/role",
            'one of "user", "assistant", "system", "developer"',
        ),
        ("x", "/input/0", "an object"),
        (None, "/input/0", "an object"),
    ],
)
def test_an_unreadable_discriminator_is_named(item: object, path: str, expected: str) -> None:
    assert only({"input": [item]})[:2] == (path, expected)


def test_an_unknown_role_is_told_the_known_ones() -> None:
    path, expected, found = only({"messages": [{"role": "wizard", "content": ""}]}, CHAT)
    assert (path, found) == ("/messages/0/role", 'string "wizard"')
    assert expected.startswith('one of "assistant", "developer", "function"')


@pytest.mark.parametrize("payload", [None, [], "x", 5, b"{}"])
def test_a_payload_that_is_no_object_is_refused(payload: object) -> None:
    assert only(payload)[:2] == ("", "an object")


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    filters: dict[str, Any] = {"type": "eq", "key": "a", "value": 1}
    for _ in range(5000):
        filters = {"type": "and", "filters": [filters]}
    assert violations(RESPONSES, {"tools": [{"type": "file_search", "filters": filters}]})


def test_deep_json_that_nobody_looks_into_passes() -> None:
    schema: dict[str, Any] = {}
    for _ in range(5000):
        schema = {"items": schema}
    RESPONSES.check({"tools": [{"type": "function", "name": "f", "parameters": schema}]})


@pytest.mark.parametrize(
    "payload",
    [
        {"model": "\ud800"},
        {"input": [{"role": "\ud800", "content": "x"}]},
        {"input": [{"type": "\ud800"}]},
        {"\ud800": 1},
        {"metadata": {"\ud800": "x"}},
        {"metadata": {"a": "\ud800" * 600}},
        {"tools": [{"type": "function", "name": 5, "\ud800": 1}]},
    ],
)
def test_lone_surrogates_do_not_crash(payload: dict[str, Any]) -> None:
    try:
        RESPONSES.check(payload)
    except InvalidPayload as refusal:
        str(refusal).encode()


def test_no_pydantic_error_hangs_behind() -> None:
    with pytest.raises(InvalidPayload) as caught:
        RESPONSES.check({"input": 5})
    assert caught.value.__context__ is None


GOOD: list[dict[str, Any]] = [
    {},
    {"input": "x"},
    {"input": [{"role": "user", "content": "x", "status": "completed"}]},
    {"input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}]},
    {"input": [{"type": "item_reference", "id": "x"}, {"id": "x"}]},
    {"input": [{"type": "wibble"}]},
    {"input": [{"type": "mcp_call", "server_label": "s", "name": "n", "arguments": "", "error": "x"}]},
    {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "f"}]}]},
    {"tools": [{"type": "file_search", "filters": {"type": "or", "filters": [{"type": "wibble"}]}}]},
    {"text": {"format": {"type": "json_schema", "name": "n", "schema": {}}}},
    {"tool_choice": "auto", "temperature": 2},
]
BAD: list[Any] = [
    5,
    {"input": [5]},
    {"input": [{"role": "user", "content": [], "status": 5}]},
    {"input": [{"role": "assistant", "id": 5, "content": []}]},
    {"input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": 1}]}]},
    {"input": [{"id": "x", "wibble": 1}]},
    {"input": [{"id": 5}]},
    {"input": [{"type": "function_call", "call_id": "c", "name": "n", "arguments": None}]},
    {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "function"}]}]},
    {"tools": [{"type": "file_search", "filters": {"type": "or", "filters": [{"type": "eq"}]}}]},
    {"tools": [{"type": "function", "name": "f", "parameters": []}]},
    {"text": {"format": {"type": "json_schema", "name": "n"}}},
    {"text": {"format": {"type": "json_schema", "name": "n", "schema_": {}}}},
    {"top_logprobs": True},
    {"conversation": 5},
]


@pytest.mark.parametrize("payload", GOOD)
def test_what_the_model_takes_the_gate_takes(payload: dict[str, Any]) -> None:
    CreateResponse.model_validate(payload)
    RESPONSES.check(payload)


@pytest.mark.parametrize("payload", BAD)
def test_what_the_model_refuses_the_gate_refuses(payload: Any) -> None:
    with pytest.raises(ValidationError):
        CreateResponse.model_validate(payload)
    assert violations(RESPONSES, payload)


@pytest.mark.parametrize("payload", [*GOOD, *BAD])
def test_the_payload_is_never_changed(payload: Any) -> None:
    before = json.dumps(payload)
    with contextlib.suppress(InvalidPayload):
        RESPONSES.check(payload)
    assert json.dumps(payload) == before


def test_a_schema_is_compiled_once_a_model() -> None:
    Gate(Response).check({})
    before = _validator.cache_info().misses
    Gate(Response).check({})
    assert _validator.cache_info().misses == before


class Leaf(Model):
    """A branch that also stands outside its union, where its key has to be checked."""

    type: Literal["leaf"]
    size: Annotated[int, Field(ge=1)]


class Tree(Model):
    """Leaves in a union with a key, and one without."""

    leaves: list[Annotated[Leaf | Unknown, OneOf()]]
    first: Leaf | None = None


def test_a_branch_that_stands_alone_too_keeps_its_key() -> None:
    Gate(Tree).check({"leaves": [{"type": "leaf", "size": 1}], "first": {"type": "leaf", "size": 1}})
    assert only({"leaves": [], "first": {"type": "bud", "size": 1}}, Gate(Tree))[:2] == (
        "/first/type",
        '"leaf"',
    )
