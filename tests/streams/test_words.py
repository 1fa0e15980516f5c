"""The names of events and of their keys are those of the official SDK."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from openai.types.responses import ResponseStreamEvent

import respeak
from respeak.streams.words import KEYS

EVENTS = get_args(get_args(ResponseStreamEvent)[0])
TYPES = {name for event in EVENTS for name in get_args(event.model_fields["type"].annotation)}

ITEMS: list[dict[str, Any]] = [
    {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search", "query": "x"}},
    {"type": "file_search_call", "id": "f", "status": "completed", "queries": [], "results": None},
    {"type": "image_generation_call", "id": "i", "status": "completed", "result": "eA=="},
    {"type": "code_interpreter_call", "id": "c", "status": "completed", "code": "1", "container_id": "k"}
    | {"outputs": None},
    {"type": "mcp_call", "id": "m", "name": "n", "server_label": "s", "arguments": "{}", "output": "x"},
    {"type": "mcp_call", "id": "e", "name": "n", "server_label": "s", "arguments": "", "error": "x"},
    {"type": "mcp_list_tools", "id": "l", "server_label": "s", "tools": []},
    {"type": "mcp_list_tools", "id": "t", "server_label": "s", "tools": [], "error": "x"},
    {"type": "function_call", "id": "fc", "call_id": "k", "name": "n", "arguments": "{}", "status": "completed"},
    {"type": "custom_tool_call", "id": "ct", "call_id": "k2", "name": "n", "input": "x"},
    {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "x"}]},
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_no_key_of_a_documented_event_is_called_unknown(event: Any) -> None:
    assert event.model_fields.keys() <= KEYS


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['type']} {item['id']}")
def test_an_item_is_streamed_in_documented_events(item: dict[str, Any]) -> None:
    response = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed"}
    events = respeak.stream_of({**response, "output": [item]}, dialect="responses")
    assert {event["type"] for event in events} <= TYPES
