"""Output formats: mapping.md R2C-REQ-SUB text.format, C2R-REQ-SUB response_format. Bug class 50."""

from __future__ import annotations

import pytest

from saying import Json, Lost, request

SCHEMA: Json = {"type": "object", "properties": {}, "x-order": ["a"]}
FLAT: Json = {"type": "json_schema", "name": "n", "schema": SCHEMA}
NESTED: Json = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}


def down(form: Json) -> tuple[Json | None, Lost]:
    said, losses = request({"model": "gpt-4o", "input": "hi", "text": {"format": form}}, "responses", "chat")
    return said.get("response_format"), losses


def up(form: Json) -> tuple[Json | None, Lost]:
    payload = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "response_format": form}
    said, losses = request(payload, "chat", "responses")
    return said.get("text", {}).get("format"), losses


@pytest.mark.parametrize("keys", [{}, {"strict": True}, {"strict": False}, {"description": "d"}], ids=str)
def test_a_schema_keeps_all_it_says_both_ways(keys: Json) -> None:
    flat = {**FLAT, **keys}
    nested = {"type": "json_schema", "json_schema": {**NESTED["json_schema"], **keys}}
    assert down(flat) == (nested, [])
    assert up(nested) == (flat, [])


def test_a_null_strict_is_left_out_both_ways() -> None:
    """Bug class 49."""
    assert down({**FLAT, "strict": None, "description": None}) == (NESTED, [])
    nulls = {**NESTED["json_schema"], "strict": None, "description": None}
    assert up({"type": "json_schema", "json_schema": nulls}) == (FLAT, [])


@pytest.mark.parametrize("kind", ["text", "json_object"])
def test_a_format_without_a_schema_is_copied_and_its_unknown_keys_are_reported(kind: str) -> None:
    assert down({"type": kind, "wibble": 1}) == (
        {"type": kind},
        [("unknown_field_dropped", "/text/format/wibble", "degrading")],
    )
    assert up({"type": kind, "wibble": 1}) == (
        {"type": kind},
        [("unknown_field_dropped", "/response_format/wibble", "degrading")],
    )


def test_unknown_keys_of_a_schema_format_are_reported_at_their_depth() -> None:
    assert down({**FLAT, "wibble": 1})[1] == [("unknown_field_dropped", "/text/format/wibble", "degrading")]
    inner = {**NESTED["json_schema"], "wibble": 1}
    assert up({"type": "json_schema", "json_schema": inner, "wobble": 2}) == (
        FLAT,
        [
            ("unknown_field_dropped", "/response_format/json_schema/wibble", "degrading"),
            ("unknown_field_dropped", "/response_format/wobble", "degrading"),
        ],
    )


def test_a_configuration_that_replaces_the_requests_own_settings_says_so() -> None:
    """R2C-ITEM configuration_update: the last one holds, so the request's own value is past."""
    item = {"type": "configuration_update", "reasoning": {"effort": "high"}, "text": {"format": {"type": "text"}}}
    payload = {
        "model": "gpt-4o",
        "input": [{"role": "user", "content": "hi"}, item],
        "reasoning": {"effort": "low"},
        "text": {"format": FLAT},
    }
    said, losses = request(payload, "responses", "chat")
    assert (said["reasoning_effort"], said["response_format"]) == ("high", {"type": "text"})
    assert losses == [
        ("configuration_applied", "/input/1", "harmless"),
        ("configuration_applied", "/reasoning/effort", "harmless"),
        ("configuration_applied", "/text/format", "harmless"),
    ]
