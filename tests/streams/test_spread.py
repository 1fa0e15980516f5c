"""Finished answers as streams: what each chunk and event repeats, and where the rest of the answer stands."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from streams.build import RESPONSE
from streams.shapes import Json

CHOICE: Json = {
    "index": 0,
    "message": {"role": "assistant", "content": "Yes.", "refusal": None},
    "logprobs": None,
    "finish_reason": "stop",
}
ANSWER: Json = {
    **{"id": "chatcmpl-9", "object": "chat.completion", "created": 1760000000, "model": "gpt-4o-mini"},
    **{"service_tier": "flex", "system_fingerprint": "fp_1", "choices": [CHOICE]},
}
USAGE: Json = {"prompt_tokens": 4, "completion_tokens": 2, "total_tokens": 6}
MODERATION: Json = {"input": {"type": "error", "code": "unavailable", "message": "Later."}}


def spread(**more: Any) -> list[Json]:
    return respeak.stream_of({**ANSWER, **more}, dialect="chat")


@pytest.mark.parametrize("key", ["id", "created", "model", "service_tier", "system_fingerprint"])
@pytest.mark.parametrize("more", [{}, {"usage": USAGE}, {"usage": USAGE, "moderation": MODERATION}], ids=len)
def test_every_chunk_repeats_whose_it_is(key: str, more: Json) -> None:
    chunks = spread(**more)
    assert len(chunks) == 3 + len(more)
    assert {chunk[key] for chunk in chunks} == {ANSWER[key]}
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}


def test_what_an_answer_leaves_out_is_in_none_of_its_chunks() -> None:
    bare = {key: value for key, value in ANSWER.items() if key not in ("service_tier", "system_fingerprint")}
    for chunk in respeak.stream_of(bare, dialect="chat"):
        assert chunk.keys() == {"id", "object", "created", "model", "choices"}


def test_the_usage_is_alone_in_the_last_chunk_and_null_in_all_others() -> None:
    chunks = spread(usage=USAGE)
    assert [chunk["usage"] for chunk in chunks] == [None, None, None, USAGE]
    assert [len(chunk["choices"]) for chunk in chunks] == [1, 1, 1, 0]


@pytest.mark.parametrize("usage", [None, USAGE])
def test_a_moderation_has_a_chunk_of_its_own_before_the_usage(usage: Json | None) -> None:
    chunks = spread(moderation=MODERATION, **({"usage": usage} if usage else {}))
    assert [chunk.get("moderation") for chunk in chunks[:4]] == [None, None, None, MODERATION]
    assert chunks[3]["choices"] == [] and chunks[3].get("usage") is None
    assert chunks[2]["choices"][0]["finish_reason"] == "stop"
    assert [chunk["usage"] for chunk in chunks[4:]] == [usage] * bool(usage)


@pytest.mark.parametrize("usage", [None, USAGE])
def test_an_error_is_the_last_chunk_for_behind_it_nothing_is_read(usage: Json | None) -> None:
    answer = {**ANSWER, "error": {"message": "No."}, **({"usage": usage} if usage else {})}
    chunks = respeak.stream_of(answer, dialect="chat")
    assert [chunk.get("error") for chunk in chunks] == [None] * (len(chunks) - 1) + [{"message": "No."}]
    assert respeak.answer_of(chunks, dialect="chat") == answer


def test_an_answer_without_choices_says_the_rest_of_itself_all_the_same() -> None:
    [chunk] = spread(choices=[], metadata={"ticket": "88"})
    assert (chunk["choices"], chunk["metadata"]) == ([], {"ticket": "88"})


def test_several_choices_come_one_after_the_other_each_with_its_role_and_its_end() -> None:
    chunks = spread(choices=[CHOICE, {**CHOICE, "index": 1, "finish_reason": "length"}])
    told = [chunk["choices"][0] for chunk in chunks]
    assert [choice["index"] for choice in told] == [0, 0, 0, 1, 1, 1]
    assert [choice["finish_reason"] for choice in told] == [None, None, "stop", None, None, "length"]
    assert [choice["delta"] for choice in told[:3]] == [choice["delta"] for choice in told[3:]]
    assert [choice["delta"] for choice in told[:3]] == [
        {"role": "assistant", "content": "", "refusal": None},
        {"content": "Yes."},
        {},
    ]


CALL: Json = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("message", "deltas"),
    [
        ({"content": None}, [{"content": None}]),
        ({"content": ""}, [{"content": ""}]),
        ({}, [{"content": None}]),
        ({"role": "assistant", "content": "a"}, [{"content": ""}, {"content": "a"}]),
        ({"content": "", "tool_calls": [CALL]}, [{"content": None}, {"tool_calls": [{"index": 0, **CALL}]}]),
        (
            {"content": "a", "tool_calls": [CALL, CALL]},
            [{"content": ""}, {"content": "a"}, *({"tool_calls": [{"index": n, **CALL}]} for n in (0, 1))],
        ),
        ({"content": None, "refusal": "No."}, [{"content": None, "refusal": None}, {"refusal": "No."}]),
        ({"content": "a", "refusal": None}, [{"content": "", "refusal": None}, {"content": "a"}]),
        (
            {"content": "a", "reasoning_content": "b", "audio": {"id": "c"}},
            [{"content": ""}, {"reasoning_content": "b"}, {"content": "a"}, {"audio": {"id": "c"}}],
        ),
        (
            {"content": "a", "refusal": "No.", "annotations": [{"type": "x"}], "audio": {"id": "c"}},
            [
                {"content": "", "refusal": None},
                {"content": "a"},
                {"annotations": [{"type": "x"}]},
                {"refusal": "No."},
                {"audio": {"id": "c"}},
            ],
        ),
        ({"content": "a", "annotations": [], "audio": None}, [{"content": "", "annotations": []}, {"content": "a"}]),
    ],
)
def test_a_message_comes_role_first_then_thoughts_text_and_all_else(message: Json, deltas: list[Json]) -> None:
    said = [chunk["choices"][0]["delta"] for chunk in spread(choices=[{**CHOICE, "message": message}])]
    assert said == [{"role": "assistant", **deltas[0]}, *deltas[1:], {}]


@pytest.mark.parametrize("content", ["Yes.", None])
def test_logprobs_stand_beside_the_text_or_beside_the_role_where_there_is_none(content: str | None) -> None:
    logprobs = {"content": [{"token": "Yes.", "logprob": -0.1, "bytes": None, "top_logprobs": []}], "refusal": None}
    message = {"role": "assistant", "content": content, "refusal": None}
    chunks = spread(choices=[{**CHOICE, "message": message, "logprobs": logprobs}])
    told = [chunk["choices"][0]["logprobs"] for chunk in chunks]
    assert told == ([None, logprobs, None] if content else [logprobs, None])


def test_a_response_that_begins_has_nothing_yet_but_its_name() -> None:
    item = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": []}
    more = {"completed_at": 1760000009, "error": None, "incomplete_details": None, "metadata": {"a": "b"}}
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    answer = {**RESPONSE, **more, "status": "completed", "output": [item], "usage": usage}
    created, going, *_, completed = respeak.stream_of(answer, dialect="responses")
    for event in (created, going):
        held = event["response"]
        assert (held["status"], held["output"], held["usage"]) == ("in_progress", [], None)
        assert "completed_at" not in held and held["metadata"] == {"a": "b"} and held["id"] == RESPONSE["id"]
    assert completed["response"] == answer
    going["response"]["metadata"]["a"] = "c"
    assert created["response"]["metadata"] == {"a": "b"}, "what a caller does to one event changes no other"


def test_a_failed_response_has_failed_only_at_its_end() -> None:
    error = {"code": "server_error", "message": "It broke."}
    cut = {"reason": "content_filter"}
    answer = {**RESPONSE, "status": "failed", "error": error, "incomplete_details": cut, "output": []}
    created, going, failed = respeak.stream_of(answer, dialect="responses")
    assert [event["response"]["error"] for event in (created, going, failed)] == [None, None, error]
    assert [event["response"]["incomplete_details"] for event in (created, going, failed)] == [None, None, cut]
    assert failed["type"] == "response.failed"


def test_a_response_without_status_and_output_is_a_finished_one_without_items() -> None:
    answer = {key: value for key, value in RESPONSE.items() if key not in ("status", "output")}
    events = respeak.stream_of(answer, dialect="responses")
    assert [event["type"] for event in events] == [
        f"response.{kind}" for kind in ("created", "in_progress", "completed")
    ]


TEXT: Json = {"type": "output_text", "text": "Yes.", "annotations": [], "logprobs": []}
MESSAGE: Json = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [TEXT]}
FUNCTION: Json = {"type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": "{}"}
ITEMS: dict[str, tuple[Json, Json]] = {
    "a message": (MESSAGE, {"content": [], "status": "in_progress"}),
    "a thought": (
        {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"summary": []},
    ),
    "a thought with its text": (
        {"type": "reasoning", "id": "rs", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]},
        {"summary": [], "content": []},
    ),
    "a function call": (FUNCTION | {"status": "completed"}, {"arguments": "", "status": "in_progress"}),
    "a call without status": (FUNCTION, {"arguments": ""}),
    "a custom call": (
        {"type": "custom_tool_call", "id": "ct", "call_id": "c", "name": "f", "input": "x"},
        {"input": ""},
    ),
    "an MCP call": (
        {"type": "mcp_call", "id": "mc", "name": "f", "server_label": "s", "arguments": "{}"},
        {"arguments": ""},
    ),
    "code": (
        {"type": "code_interpreter_call", "id": "ci", "status": "completed", "code": "1"},
        {"code": "", "status": "in_progress"},
    ),
    "a search": ({"type": "web_search_call", "id": "ws", "status": "completed"}, {"status": "in_progress"}),
}


@pytest.mark.parametrize("name", ITEMS)
def test_an_item_is_announced_with_nothing_in_it_yet(name: str) -> None:
    """A whole skeleton: clients lose the deltas of one that leaves keys out (BUG/64, BUG/66)."""
    item, empty = ITEMS[name]
    events = respeak.stream_of({**RESPONSE, "status": "completed", "output": [item]}, dialect="responses")
    [added] = [event for event in events if event["type"] == "response.output_item.added"]
    assert added["item"] == {**item, **empty}
    [done] = [event for event in events if event["type"] == "response.output_item.done"]
    assert done["item"] == item and (added["output_index"], done["output_index"]) == (0, 0)


def test_the_encrypted_thoughts_of_an_item_come_when_it_is_done() -> None:
    """The announced ones may be incomplete (streaming.md 1.4)."""
    item = {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "gAAAAB"}
    events = respeak.stream_of({**RESPONSE, "status": "completed", "output": [item]}, dialect="responses")
    assert [event["item"].get("encrypted_content") for event in events if "item" in event] == [None, "gAAAAB"]


@pytest.mark.parametrize("name", ITEMS)
def test_every_event_of_an_item_names_it_by_its_id_or_by_one_that_is_made(name: str) -> None:
    item, _ = ITEMS[name]
    for given, named in ((item, item["id"]), ({**item, "id": None}, f"{item['type']}_1")):
        answer = {**RESPONSE, "status": "completed", "output": [MESSAGE, given]}
        inner = [event for event in respeak.stream_of(answer, dialect="responses") if event.get("output_index") == 1]
        assert {event["item_id"] for event in inner if "item" not in event} == {named}


EMPTY_TEXT: Json = {**TEXT, "text": ""}


@pytest.mark.parametrize(
    "item",
    [
        {**MESSAGE, "content": [EMPTY_TEXT]},
        {**MESSAGE, "content": [{"type": "refusal", "refusal": ""}]},
        {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": ""}]},
        {"type": "reasoning", "id": "rs", "summary": [], "content": [{"type": "reasoning_text", "text": ""}]},
        {**FUNCTION, "arguments": ""},
        {"type": "custom_tool_call", "id": "ct", "call_id": "c", "name": "f", "input": ""},
        {"type": "mcp_call", "id": "mc", "name": "f", "server_label": "s", "arguments": ""},
        {"type": "code_interpreter_call", "id": "ci", "status": "completed", "code": None},
    ],
    ids=lambda item: str(item["type"]),
)
def test_an_empty_text_is_whole_without_any_delta(item: Json) -> None:
    kinds = [
        event["type"]
        for event in respeak.stream_of({**RESPONSE, "status": "completed", "output": [item]}, dialect="responses")
    ]
    assert not any(kind.endswith(".delta") for kind in kinds)
    assert any(kind.endswith(".done") and kind != "response.output_item.done" for kind in kinds)
