"""Models of providers: they read what the page documents, refuse what is out of its range, and pass the rest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import laws
import respeak
from respeak import InvalidPayload, TranslationError
from respeak.gate import Gate
from respeak.models.registry import FAMILY, PROVIDERS, model_of
from strategies import PAYLOADS

Json = dict[str, Any]

VTRIX: Json = {"model": "vtrix-gpt-5.3-codex", "messages": [{"role": "user", "content": "hi"}]}
AIML: Json = {"model": "openai/gpt-5-3-codex", "input": "hi"}
GUIDE: Json = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "hi"}]}
BASES: dict[str, Json] = {"vtrix": VTRIX, "aimlapi": AIML, "codex-guide": GUIDE}


def check(dialect: str, kind: str, payload: Json) -> list[str]:
    """Where a payload is none of its dialect."""
    try:
        Gate(model_of(dialect, laws.FAMILIES[dialect], kind)).check(payload)
    except InvalidPayload as error:
        return [violation.path for violation in error.violations]
    return []


WRONG: list[tuple[str, Json, str]] = [
    ("vtrix", {"model": "gpt-5.3-codex"}, "/model"),
    ("vtrix", {"model": None}, "/model"),
    ("vtrix", {"messages": None}, "/messages"),
    ("vtrix", {"messages": [{"role": "critic", "content": "x"}]}, "/messages/0/role"),
    ("vtrix", {"reasoning_effort": "none"}, "/reasoning_effort"),
    ("vtrix", {"reasoning_effort": "max"}, "/reasoning_effort"),
    ("vtrix", {"max_tokens": 0}, "/max_tokens"),
    ("vtrix", {"max_tokens": 128_001}, "/max_tokens"),
    ("vtrix", {"max_tokens": "9"}, "/max_tokens"),
    ("vtrix", {"temperature": 2.1}, "/temperature"),
    ("vtrix", {"top_p": -0.1}, "/top_p"),
    ("vtrix", {"stream": 1}, "/stream"),
    ("vtrix", {"functions": [{"description": "no name"}]}, "/functions/0"),
    ("vtrix", {"function_call": "required"}, "/function_call"),
    ("vtrix", {"function_call": {}}, "/function_call"),
    ("vtrix", {"response_format": {"type": "grammar"}}, "/response_format/type"),
    ("vtrix", {"tools": 5}, "/tools"),  # undocumented, but the family reads it
    ("aimlapi", {"model": "openai/gpt-5.3-codex"}, "/model"),
    ("aimlapi", {"input": None}, "/input"),
    ("aimlapi", {"input": 5}, "/input"),
    ("aimlapi", {"background": "yes"}, "/background"),
    ("aimlapi", {"instructions": []}, "/instructions"),
    ("aimlapi", {"max_output_tokens": 15}, "/max_output_tokens"),
    ("aimlapi", {"previous_response_id": 5}, "/previous_response_id"),
    ("aimlapi", {"store": "false"}, "/store"),
    ("aimlapi", {"stream": "false"}, "/stream"),
    ("aimlapi", {"truncation": 5}, "/truncation"),
    ("aimlapi", {"tool_choice": "any"}, "/tool_choice"),
    ("aimlapi", {"parallel_tool_calls": 1}, "/parallel_tool_calls"),
    ("aimlapi", {"text": 6}, "/text"),
    ("codex-guide", {"system_prompt": ["x"]}, "/system_prompt"),
    ("codex-guide", {"tool_use_approval": 5}, "/tool_use_approval"),
    ("codex-guide", {"temperature": 3}, "/temperature"),
]


@pytest.mark.parametrize(("dialect", "field", "path"), WRONG, ids=str)
def test_what_is_out_of_the_documented_range_is_invalid_at_its_place(dialect: str, field: Json, path: str) -> None:
    assert check(dialect, "request", {**BASES[dialect], **field}) == [path]


RIGHT: list[tuple[str, Json]] = [
    *(("vtrix", {"reasoning_effort": effort}) for effort in ("low", "medium", "high", "xhigh")),
    ("vtrix", {"max_tokens": 1}),
    ("vtrix", {"max_tokens": 128_000}),
    ("vtrix", {"temperature": 0}),
    ("vtrix", {"temperature": 2}),
    ("vtrix", {"function_call": {"name": "f"}}),
    ("vtrix", {"functions": [{"name": "f", "description": "d", "parameters": {}}]}),
    ("vtrix", {"response_format": {"type": "json_schema", "json_schema": {"name": "s"}}}),
    ("vtrix", {"messages": [{"role": "function", "name": "f", "content": "x"}]}),
    ("vtrix", {"messages": [{"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": ""}}]}),
    ("aimlapi", {"max_output_tokens": 16}),
    ("aimlapi", {"truncation": "auto"}),
    ("aimlapi", {"tool_choice": {"type": "custom", "name": "c"}}),
    ("aimlapi", {"tools": [{"type": "function", "name": "f"}]}),
    ("codex-guide", {"system_prompt": "S", "tool_use_approval": "auto"}),
    ("codex-guide", {"tools": [{"type": "code_interpreter"}, {"type": "web_browser"}]}),
]


@pytest.mark.parametrize(("dialect", "field"), RIGHT, ids=str)
def test_what_the_page_documents_passes(dialect: str, field: Json) -> None:
    assert check(dialect, "request", {**BASES[dialect], **field}) == []


@pytest.mark.parametrize("dialect", BASES)
def test_unknown_keys_and_nulls_of_optional_fields_pass(dialect: str) -> None:
    model = model_of(dialect, laws.FAMILIES[dialect], "request")
    nulls = {name: None for name, field in model.model_fields.items() if name not in BASES[dialect]}
    assert check(dialect, "request", {**nulls, **BASES[dialect], "wibble": {"a": 1}}) == []


DEFAULTS = {
    "vtrix": {"reasoning_effort": "medium", "temperature": 1.0, "top_p": 1.0, "stream": False},
    "aimlapi": {"background": False, "store": False, "stream": False, "truncation": "disabled"},
}


@pytest.mark.parametrize("dialect", DEFAULTS)
def test_the_models_say_the_defaults_of_the_pages_and_never_write_them(dialect: str) -> None:
    model = model_of(dialect, laws.FAMILIES[dialect], "request")
    assert {name: model.model_fields[name].default for name in DEFAULTS[dialect]} == DEFAULTS[dialect]
    made = model.model_validate(BASES[dialect])
    assert respeak.translate_request(made, source=dialect, target=dialect).payload == BASES[dialect]


ANSWERS: list[tuple[str, Json]] = [
    ("vtrix", {"choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}),
    ("vtrix", {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}),
    ("vtrix", {"choices": [{"message": {"content": None, "function_call": {"name": "f", "arguments": ""}}}]}),
    ("aimlapi", {"id": "r", "object": "response", "created_at": 1.5, "model": "m", "parallel_tool_calls": True}),
    ("aimlapi", {"output_text": None, "temperature": 2, "truncation": "disabled", "status": "completed"}),
]


@pytest.mark.parametrize(("dialect", "answer"), ANSWERS, ids=str)
def test_answers_as_the_pages_show_them_pass(dialect: str, answer: Json) -> None:
    assert check(dialect, "response", answer) == []


BROKEN: list[tuple[str, Json, str]] = [
    ("vtrix", {"choices": None}, "/choices"),
    ("vtrix", {"choices": [{}]}, "/choices/0"),
    ("vtrix", {"choices": [], "usage": {"prompt_tokens": "1"}}, "/usage/prompt_tokens"),
    ("aimlapi", {"output_text": 5}, "/output_text"),
    ("aimlapi", {"temperature": 3}, "/temperature"),
    ("aimlapi", {"output": "hi"}, "/output"),
]


@pytest.mark.parametrize(("dialect", "answer", "path"), BROKEN, ids=str)
def test_answers_that_no_page_allows_are_invalid(dialect: str, answer: Json, path: str) -> None:
    assert check(dialect, "response", answer) == [path]


@pytest.mark.parametrize("target", ["vtrix", "aimlapi"])
@pytest.mark.parametrize(("family", "kind"), sorted(PAYLOADS))
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_said_to_a_provider_is_of_its_dialect(data: st.DataObject, family: str, kind: str, target: str) -> None:
    payload = data.draw(PAYLOADS[family, kind])
    try:
        said = laws.translate(payload, kind, laws.sources(family)[0], target, tolerate="breaking")
    except TranslationError:
        return
    assert check(target, kind, said.payload) == []


def test_the_registry_names_dialects_and_kinds_that_exist() -> None:
    for dialect, kind in PROVIDERS:
        model = model_of(dialect, laws.FAMILIES[dialect], kind)
        assert issubclass(model, model_of("", laws.FAMILIES[dialect], kind))
        assert (laws.FAMILIES[dialect], kind) in FAMILY
