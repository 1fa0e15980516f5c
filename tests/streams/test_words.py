"""The names of events and of their keys are those of the official SDK."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from openai.types.responses import ResponseStreamEvent

import laws
import respeak
from conformance import form
from respeak.conformance.cases import Case, load
from respeak.streams.words import KEYS
from streams.test_quick import ROUTES, said

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
    {"type": "reasoning", "id": "rt", "summary": [], "content": [{"type": "reasoning_text", "text": "x"}]},
    {"type": "message", "id": "msg", "role": "assistant", "status": "completed"}
    | {"content": [{"type": "output_text", "text": "x", "annotations": [], "logprobs": []}]},
    {"type": "message", "id": "no", "role": "assistant", "status": "completed"}
    | {"content": [{"type": "refusal", "refusal": "x"}]},
]

PARTS = ["content_part.added", "{0}.delta", "{0}.done", "content_part.done"]
INNER: dict[str, list[str]] = {
    "w": [f"web_search_call.{step}" for step in ("in_progress", "searching", "completed")],
    "f": [f"file_search_call.{step}" for step in ("in_progress", "searching", "completed")],
    "i": [f"image_generation_call.{step}" for step in ("in_progress", "generating", "completed")],
    "c": [
        *("code_interpreter_call.in_progress", "code_interpreter_call_code.delta", "code_interpreter_call_code.done"),
        *("code_interpreter_call.interpreting", "code_interpreter_call.completed"),
    ],
    "m": ["mcp_call.in_progress", "mcp_call_arguments.delta", "mcp_call_arguments.done", "mcp_call.completed"],
    "e": ["mcp_call.in_progress", "mcp_call_arguments.done", "mcp_call.failed"],
    "l": ["mcp_list_tools.in_progress", "mcp_list_tools.completed"],
    "t": ["mcp_list_tools.in_progress", "mcp_list_tools.failed"],
    "fc": ["function_call_arguments.delta", "function_call_arguments.done"],
    "ct": ["custom_tool_call_input.delta", "custom_tool_call_input.done"],
    "r": [f"reasoning_summary_{part}" for part in ("part.added", "text.delta", "text.done", "part.done")],
    "rt": [part.format("reasoning_text") for part in PARTS],
    "msg": [part.format("output_text") for part in PARTS],
    "no": [part.format("refusal") for part in PARTS],
}
"""What stands between added and done, by id of the item (streaming.md 1.3)."""
RESPONSE = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed"}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_no_key_of_a_documented_event_is_called_unknown(event: Any) -> None:
    assert event.model_fields.keys() <= KEYS


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['type']} {item['id']}")
def test_an_item_is_streamed_in_documented_events(item: dict[str, Any]) -> None:
    events = respeak.stream_of({**RESPONSE, "output": [item]}, dialect="responses")
    assert {event["type"] for event in events} <= TYPES
    said = [event["type"].removeprefix("response.") for event in events]
    first, last = ["created", "in_progress", "output_item.added"], ["output_item.done", "completed"]
    assert said == first + INNER[item["id"]] + last
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[-2]["item"] == item and events[-1]["response"]["output"] == [item]


PIECEMEAL = [item for item in ITEMS if item["id"] in ("c", "m", "fc", "ct", "r", "rt", "msg", "no")]


@pytest.mark.parametrize("item", PIECEMEAL, ids=lambda item: f"{item['type']} {item['id']}")
@pytest.mark.parametrize("missing", ["nothing", ".done", ".delta"])
def test_pieces_make_the_item_that_no_event_finished(item: dict[str, Any], missing: str) -> None:
    """Deltas, `.done` or both: what was said counts once."""
    events = respeak.stream_of({**RESPONSE, "output": [item]}, dialect="responses")
    pieces = [event for event in events[2:-2] if not event["type"].endswith(missing)]
    cut = respeak.answer_of([events[0], *pieces], dialect="responses")
    assert cut["output"] == [{**item, **({"status": "in_progress"} if "status" in item else {})}]


EDGES = [case for case in load(form.FIXTURES) if case.id.startswith("stream/up-edges/")]


@pytest.mark.parametrize("case", EDGES, ids=lambda case: case.name)
def test_the_short_way_says_the_same_of_streams_out_of_the_ordinary(case: Case) -> None:
    for route in ROUTES:
        if laws.FAMILIES[route[0]] == laws.FAMILIES[case.source]:
            assert said(case.input, *route, quick=True)[0] == said(case.input, *route, quick=False)[0], route


TOO_LATE = ("phase_dropped", "tool_name_changed", "logprobs_dropped")
"""What a stream cannot say any more when it comes, and reports."""

WHOLE = [
    case
    for case in EDGES
    if laws.FAMILIES[case.source] == "chat"
    and not any(event.get("error") for event in case.input)
    and not any(loss["code"] in TOO_LATE for loss in case.expected["losses"])
]


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case.name)
def test_a_stream_out_of_the_ordinary_says_what_its_whole_answer_says(case: Case) -> None:
    """Calls, texts, phases and the way in which it ended; ids of items are made in either."""
    options = respeak.Options(**case.options)
    translator = respeak.StreamTranslator(source=case.source, target=case.target, options=options)
    streamed = [out for event in case.input for out in translator.feed(event)] + translator.close()
    answer = respeak.answer_of(case.input, dialect=case.source)
    whole = respeak.translate_response(answer, source=case.source, target=case.target, options=options).payload
    assert heard(respeak.answer_of(streamed, dialect=case.target)) == heard(whole)


NEVER = {"refusal": None}


def heard(answer: dict[str, Any]) -> list[Any]:
    """What a person would compare of two answers."""
    if "choices" in answer:
        return [({**NEVER, **choice["message"]}, choice["finish_reason"]) for choice in answer["choices"]]
    keys = ("type", "name", "call_id", "arguments", "input", "content", "phase", "status")
    return [answer["status"], *[{key: item.get(key) for key in keys} for item in answer["output"]]]
