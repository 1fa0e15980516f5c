"""Whole requests that say all they can: what comes out is what the official SDK would send."""

from __future__ import annotations

from typing import Any

import pytest

import laws
import respeak
import sdk
from saying import Json, losses, refused, request

SCHEMA: Json = {"type": "object", "properties": {"q": {"type": "string"}}}

AGENT: Json = {
    "model": "gpt-5",
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "hi"}, {"type": "input_image", "image_url": "u"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x"},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "phase": "commentary",
            "content": [{"type": "output_text", "text": "Looking.", "annotations": []}],
        },
        {"type": "function_call", "id": "fc_1", "call_id": "a", "name": "f", "arguments": "{}", "namespace": "ns"},
        {"type": "custom_tool_call", "id": "ctc_1", "call_id": "b", "name": "patch", "input": "x"},
        {"type": "function_call_output", "call_id": "a", "output": [{"type": "input_image", "image_url": "u"}]},
        {"type": "custom_tool_call_output", "call_id": "b", "output": "ok"},
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
        {"role": "user", "content": [{"type": "input_file", "file_id": "file-1", "detail": "low"}]},
    ],
    "tools": [
        {"type": "namespace", "name": "ns", "description": "d", "tools": [{"type": "function", "name": "f"}]},
        {"type": "function", "name": "g", "parameters": SCHEMA, "strict": None},
        {
            "type": "custom",
            "name": "patch",
            "format": {"type": "grammar", "syntax": "lark", "definition": "start: /a/"},
        },
        {"type": "shell"},
        {"type": "web_search"},
    ],
    "tool_choice": {"type": "allowed_tools", "mode": "required", "tools": [{"type": "custom", "name": "patch"}]},
    "parallel_tool_calls": True,
    "text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True}, "verbosity": "low"},
    "reasoning": {"effort": "high", "summary": "auto"},
    "include": ["reasoning.encrypted_content", "message.output_text.logprobs"],
    "top_logprobs": 2,
    "stream": True,
    "store": False,
}

CHAT: Json = {
    "model": "gpt-5",
    "messages": [
        {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hi"},
                {"type": "image_url", "image_url": {"url": "u"}},
                {"type": "file", "file": {"file_data": "data:x", "filename": "a.pdf"}},
            ],
        },
        {
            "role": "assistant",
            "content": "Looking.",
            "refusal": "Not all of it.",
            "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"id": "b", "type": "custom", "custom": {"name": "patch", "input": "x"}},
            ],
        },
        {"role": "tool", "tool_call_id": "b", "content": "ok"},
        {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "done"}]},
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "old"},
    ],
    "tools": [
        {"type": "function", "function": {"name": "f"}},
        {"type": "custom", "custom": {"name": "patch", "format": {"type": "text"}}},
    ],
    "tool_choice": {
        "type": "allowed_tools",
        "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]},
    },
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
    "web_search_options": {"user_location": {"type": "approximate", "approximate": {"city": "Graz"}}},
    "reasoning_effort": "low",
    "verbosity": "low",
    "logprobs": True,
    "top_logprobs": 2,
    "max_completion_tokens": 20,
    "stream": True,
    "stream_options": {"include_usage": True},
    "store": False,
}

ROADS = [(AGENT, "responses", "chat"), (CHAT, "chat", "responses")]


@pytest.mark.parametrize(("payload", "source", "target"), ROADS, ids=["down", "up"])
def test_a_whole_request_conforms_to_the_official_sdk(payload: Json, source: str, target: str) -> None:
    said, _ = request(payload, source, target)
    assert sdk.problems(said, target, "request") == []
    assert laws.disorder(said, target) == []


@pytest.mark.parametrize(("payload", "source", "target"), ROADS, ids=["down", "up"])
def test_nothing_of_a_whole_request_is_lost_in_silence(payload: Json, source: str, target: str) -> None:
    paths = [path for path, _ in laws.leaves(payload)]
    assert laws.silent(payload, "request", source, target, paths) == []


OPAQUE = {"schema", "parameters"}
"""Keys whose value is a JSON Schema, which is carried and not looked into."""


@pytest.mark.parametrize(("payload", "source", "target"), ROADS, ids=["down", "up"])
def test_an_unknown_key_is_reported_in_every_object_of_a_request(payload: Json, source: str, target: str) -> None:
    missed = []
    for path in {leaf[:depth] for leaf, _ in laws.leaves(payload) for depth in range(len(leaf))}:
        if not OPAQUE & {str(key) for key in path} and isinstance(_at(payload, path), dict):
            place = laws.pointer((*path, "wibble"))
            found = request(_with(payload, path, "wibble", 1), source, target)[1]
            covered = [loss for _, loss, _ in found if place == loss or place.startswith(f"{loss}/")]
            missed += [] if covered else [place]
    assert missed == []


@pytest.mark.parametrize(("payload", "source", "target"), ROADS, ids=["down", "up"])
def test_every_loss_is_said_at_a_place_that_exists(payload: Json, source: str, target: str) -> None:
    found = respeak.translate_request(payload, source=source, target=target, tolerate="breaking").losses
    assert laws.unread_pointers(payload, found) == []


def _at(payload: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        payload = payload[key]
    return payload


def _with(payload: Any, path: tuple[str | int, ...], key: str, value: Any) -> Any:
    """The payload with one key more in the object at a path."""
    if not path:
        return {**payload, key: value}
    inner = _with(payload[path[0]], path[1:], key, value)
    if isinstance(payload, list):
        return [inner if i == path[0] else held for i, held in enumerate(payload)]
    return {**payload, path[0]: inner}


def test_an_agents_history_goes_through_as_degrading() -> None:
    """DESIGN 4: a hosted tool that is only offered is no reason to stop."""
    payload = {name: value for name, value in AGENT.items() if name not in ("tool_choice", "include", "top_logprobs")}
    worst = respeak.translate_request(payload, source="responses", target="chat").losses.worst
    assert worst is respeak.Severity.DEGRADING


def test_the_model_of_the_options_is_sent_even_if_the_payload_names_none() -> None:
    options = respeak.Options(model="gpt-4o")
    said = respeak.translate_request({"input": "hi"}, source="responses", target="chat", options=options)
    assert (said.payload["model"], losses(said.losses)) == ("gpt-4o", [])


def test_values_of_include_that_nobody_documents_are_degrading() -> None:
    assert request({"model": "gpt-4o", "input": "hi", "include": ["hologram"]}, "responses", "chat")[1] == [
        ("include_dropped", "/include/0", "degrading")
    ]


def test_image_compression_that_the_service_decides_is_no_loss() -> None:
    """R2C-REQ image: unsupported for context_compression enabled only."""
    payload = {"model": "gpt-4o", "input": "hi", "image": {"context_compression": "auto"}}
    assert request(payload, "responses", "chat")[1] == []


def test_top_logprobs_of_zero_is_what_chat_gives_without_logprobs() -> None:
    payload: Json = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "top_logprobs": 0}
    assert request(payload, "chat", "responses")[1] == []


def test_functions_beside_tools_are_refused_even_if_no_tool_can_be_said() -> None:
    payload: Json = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "functions": [{"name": "f"}]}
    assert refused({**payload, "tools": [{"type": "hologram"}]}, "chat", "responses") == (
        "functions_and_tools",
        "/functions",
    )
    assert request({**payload, "tools": []}, "chat", "responses")[1] == []
