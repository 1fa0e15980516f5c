"""Tool definitions in their corners: mapping.md R2C-TOOL and C2R-TOOL."""

from __future__ import annotations

from typing import Any

import pytest

from saying import Json, Lost, refused, request

UNKNOWN = "unknown_field_dropped"


def down(tool: Json) -> tuple[Json, Lost]:
    said, losses = request({"model": "gpt-4o", "input": "hi", "tools": [tool]}, "responses", "chat")
    return said["tools"][0], losses


def up(tool: Json) -> tuple[Json, Lost]:
    payload = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "tools": [tool]}
    said, losses = request(payload, "chat", "responses")
    return said["tools"][0], losses


CLOSED: Json = {"type": "object", "properties": {}, "additionalProperties": False}


def closed(**properties: Any) -> Json:
    return {**CLOSED, "properties": properties, "required": list(properties)}


SCHEMAS: list[tuple[str, Any, bool, str]] = [
    ("closed", closed(a={"type": "string"}), True, "harmless"),
    ("closed_without_properties", CLOSED, True, "harmless"),
    ("nested_closed", closed(a=closed(b={"type": ["string", "null"]})), True, "harmless"),
    ("items_closed", closed(a={"type": "array", "items": closed()}), True, "harmless"),
    ("definitions_closed", {**closed(a={"$ref": "#/$defs/x"}), "$defs": {"x": closed()}}, True, "harmless"),
    ("open", {"type": "object", "properties": {}}, False, "degrading"),
    ("optional", {**closed(a={"type": "string"}), "required": []}, False, "degrading"),
    ("nested_open", closed(a={"type": "object"}), False, "degrading"),
    ("items_open", closed(a={"type": "array", "items": {"type": "object"}}), False, "degrading"),
    ("any_of_open", closed(a={"anyOf": [{"type": "null"}, {"type": "object"}]}), False, "degrading"),
    ("all_of", closed(a={"allOf": [closed()]}), False, "degrading"),
    ("one_of", closed(a={"oneOf": [closed()]}), False, "degrading"),
    ("pattern", {**CLOSED, "patternProperties": {"^a": {}}}, False, "degrading"),
    ("no_object", {"anyOf": [closed()]}, False, "degrading"),
    ("strange_properties", {**CLOSED, "properties": 1}, False, "degrading"),
    ("strange_required", {**CLOSED, "required": 5}, False, "degrading"),
    ("strange_names", {**CLOSED, "required": [["a"]]}, False, "degrading"),
    ("empty", {}, False, "harmless"),
    ("none", None, False, "harmless"),
]


@pytest.mark.parametrize(
    ("schema", "strict", "severity"), [case[1:] for case in SCHEMAS], ids=[case[0] for case in SCHEMAS]
)
def test_strict_is_on_only_where_the_schema_is_in_the_strict_subset_already(
    schema: Any, strict: bool, severity: str
) -> None:
    """R2C-TOOL FunctionTool, OBS-18; bug classes 48 and 49."""
    tool, losses = down({"type": "function", "name": "f", "parameters": schema})
    assert tool["function"]["strict"] is strict
    assert losses == [("strict_assumed", "/tools/0", severity)]


def test_schemas_are_carried_to_the_letter_nulls_included() -> None:
    schema = {"type": "object", "properties": {"a": {"default": None, "enum": [None, 1]}}, "x": {"type": None}}
    assert down({"type": "function", "name": "f", "parameters": schema, "strict": False})[0]["function"][
        "parameters"
    ] == (schema)
    assert up({"type": "function", "function": {"name": "f", "parameters": schema}})[0]["parameters"] == schema


GRAMMAR: Json = {"type": "grammar", "syntax": "regex", "definition": "a+"}
CHAT_GRAMMAR: Json = {"type": "grammar", "grammar": {"syntax": "regex", "definition": "a+"}}

FORMATS_DOWN: list[tuple[Json, Json | None, Lost]] = [
    ({**GRAMMAR, "wibble": 1}, CHAT_GRAMMAR, [(UNKNOWN, "/tools/0/format/wibble", "degrading")]),
    ({"type": "text", "wibble": 1}, {"type": "text"}, [(UNKNOWN, "/tools/0/format/wibble", "degrading")]),
    ({"type": "peg", "rules": 1}, None, [("tool_format_dropped", "/tools/0/format", "degrading")]),
]


@pytest.mark.parametrize(("form", "said", "losses"), FORMATS_DOWN, ids=["grammar", "text", "unknown"])
def test_unknown_keys_of_a_custom_tools_format_are_reported_on_the_way_down(
    form: Json, said: Json | None, losses: Lost
) -> None:
    tool, found = down({"type": "custom", "name": "c", "format": form})
    assert tool["custom"].get("format") == said
    assert found == losses


FORMATS_UP: list[tuple[Json, Json | None, Lost]] = [
    ({**CHAT_GRAMMAR, "wibble": 1}, GRAMMAR, [(UNKNOWN, "/tools/0/custom/format/wibble", "degrading")]),
    (
        {"type": "grammar", "grammar": {**CHAT_GRAMMAR["grammar"], "wibble": 1}},
        GRAMMAR,
        [(UNKNOWN, "/tools/0/custom/format/grammar/wibble", "degrading")],
    ),
    ({"type": "peg", "rules": 1}, None, [("tool_format_dropped", "/tools/0/custom/format", "degrading")]),
]


@pytest.mark.parametrize(("form", "said", "losses"), FORMATS_UP, ids=["grammar", "inside", "unknown"])
def test_unknown_keys_of_a_custom_tools_format_are_reported_on_the_way_up(
    form: Json, said: Json | None, losses: Lost
) -> None:
    tool, found = up({"type": "custom", "custom": {"name": "c", "format": form}})
    assert tool.get("format") == said
    assert found == losses


STRANGE_UP: list[tuple[Json, str]] = [
    ({"type": "function", "function": {"name": "f", "strict": False}, "wibble": 1}, "/tools/0/wibble"),
    ({"type": "function", "function": {"name": "f", "wibble": 1}}, "/tools/0/function/wibble"),
    ({"type": "custom", "custom": {"name": "c", "wibble": 1}}, "/tools/0/custom/wibble"),
]


@pytest.mark.parametrize(("tool", "path"), STRANGE_UP, ids=[case[1] for case in STRANGE_UP])
def test_an_unknown_key_of_a_chat_tool_is_reported(tool: Json, path: str) -> None:
    assert up(tool)[1] == [(UNKNOWN, path, "degrading")]


STRANGE_DOWN: list[tuple[Json, str]] = [
    ({"type": "custom", "name": "c", "wibble": 1}, "/tools/0/wibble"),
    ({"type": "apply_patch", "wibble": 1}, "/tools/0/wibble"),
    (
        {"type": "namespace", "name": "n", "wibble": 1, "tools": [{"type": "custom", "name": "c"}]},
        "/tools/0/wibble",
    ),
    (
        {"type": "namespace", "name": "n", "tools": [{"type": "custom", "name": "c", "wibble": 1}]},
        "/tools/0/tools/0/wibble",
    ),
]


@pytest.mark.parametrize(("tool", "path"), STRANGE_DOWN, ids=["custom", "bridge", "namespace", "member"])
def test_an_unknown_key_of_a_responses_tool_is_reported(tool: Json, path: str) -> None:
    assert (UNKNOWN, path, "degrading") in down(tool)[1]


def test_a_tool_type_that_nobody_knows_costs_one_tool_both_ways() -> None:
    payload: Json = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [{"type": "hologram"}]}
    said, losses = request(payload, "chat", "responses")
    assert "tools" not in said
    assert losses == [("tool_dropped", "/tools/0", "degrading")]


def test_a_member_of_a_namespace_that_chat_does_not_have_is_reported_at_its_place() -> None:
    members = [{"type": "custom", "name": "c"}, {"type": "hologram"}]
    _, losses = down({"type": "namespace", "name": "n", "tools": members})
    assert losses == [
        ("namespace_flattened", "/tools/0", "harmless"),
        ("tool_dropped", "/tools/0/tools/1", "degrading"),
    ]


ENVIRONMENTS: list[tuple[Json | None, Lost]] = [
    (None, []),
    ({"type": "local"}, []),
    (
        {"type": "local", "skills": [{"name": "s", "description": "d", "path": "p"}]},
        [("environment_dropped", "/tools/0/environment", "degrading")],
    ),
]


@pytest.mark.parametrize(("environment", "losses"), ENVIRONMENTS, ids=["null", "local", "skills"])
def test_a_local_shell_environment_is_what_a_function_has_anyway(environment: Json | None, losses: Lost) -> None:
    _, found = down({"type": "shell", "environment": environment})
    assert found == [*losses, ("tool_bridged", "/tools/0", "degrading")]


@pytest.mark.parametrize("keys", [{"strict": True}, {"strict": None}, {}], ids=str)
def test_a_legacy_function_has_strict_made_explicit(keys: Json) -> None:
    payload = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "functions": [{"name": "f", **keys}]}
    said, losses = request(payload, "chat", "responses")
    assert said["tools"][0]["strict"] is (keys.get("strict") or False)
    assert losses == []


def test_unknown_keys_and_empty_names_of_legacy_functions() -> None:
    """Bug class 36."""
    payload: Json = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
    losses = request({**payload, "functions": [{"name": "f", "wibble": 1}]}, "chat", "responses")[1]
    assert losses == [(UNKNOWN, "/functions/0/wibble", "degrading")]
    assert refused({**payload, "functions": [{"name": "f"}, {"name": ""}]}, "chat", "responses") == (
        "tool_without_name",
        "/functions/1",
    )
