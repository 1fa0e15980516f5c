"""Chat messages to input items: mapping.md 4.2, C2R-MSG, C2R-PART, D-4."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from saying import Json, Lost, refused, request


def unfold(messages: list[Any], **more: Any) -> tuple[list[Json], Lost]:
    said, losses = request({"model": "gpt-4o", "messages": messages}, "chat", "responses", **more)
    return said["input"], losses


USER: Json = {"role": "user", "content": "hi"}


def calls(*ids: str) -> Json:
    function = {"name": "f", "arguments": "{ }"}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": name, "type": "function", "function": function} for name in ids],
    }


def tool(name: str, content: Any = "done") -> Json:
    return {"role": "tool", "tool_call_id": name, "content": content}


def call_item(name: str) -> Json:
    return {"type": "function_call", "call_id": name, "name": "f", "arguments": "{ }"}


def output_item(name: str, output: Any = "done") -> Json:
    return {"type": "function_call_output", "call_id": name, "output": output}


@pytest.mark.parametrize("role", ["system", "developer", "user", "assistant"])
def test_a_message_of_text_keeps_role_text_and_place(role: str) -> None:
    assert unfold([USER, {"role": role, "content": "x"}]) == ([USER, {"role": role, "content": "x"}], [])


@pytest.mark.parametrize("role", ["system", "developer", "user"])
def test_text_parts_become_input_text(role: str) -> None:
    """Bug class 99."""
    part = {"type": "text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}}
    said = {"type": "input_text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}}
    assert unfold([{"role": role, "content": [part]}]) == ([{"role": role, "content": [said]}], [])


def test_text_parts_of_the_assistant_become_output_text() -> None:
    parts = [
        {"type": "text", "text": "x"},
        {"type": "text", "text": "y", "prompt_cache_breakpoint": {"mode": "explicit"}},
    ]
    items, losses = unfold([USER, {"role": "assistant", "content": parts}])
    said = [{"type": "output_text", "text": text, "annotations": []} for text in ("x", "y")]
    assert items[1] == {"type": "message", "role": "assistant", "content": said}
    assert losses == [("cache_hint_dropped", "/messages/1/content/1/prompt_cache_breakpoint", "harmless")]


@pytest.mark.parametrize("content", [None, "", []])
def test_an_assistant_message_without_text_is_its_calls_only(content: Any) -> None:
    """Bug class 98."""
    message = {**calls("a", "b"), "content": content}
    items, losses = unfold([USER, message, tool("b"), tool("a")])
    assert items == [USER, call_item("a"), call_item("b"), output_item("b"), output_item("a")]
    assert losses == []


def test_text_comes_before_the_calls_and_calls_have_no_item_id() -> None:
    items, _ = unfold([USER, {**calls("call_1"), "content": "so"}, tool("call_1")])
    assert items[1:3] == [{"role": "assistant", "content": "so"}, call_item("call_1")]


def test_a_refusal_is_a_part_and_wins_over_empty_text() -> None:
    """Bug class 101."""
    items, losses = unfold([USER, {"role": "assistant", "content": "", "refusal": "no"}])
    assert items[1]["content"] == [{"type": "refusal", "refusal": "no"}]
    items, _ = unfold([USER, {"role": "assistant", "content": "well", "refusal": "no"}])
    assert items[1]["content"] == [
        {"type": "output_text", "text": "well", "annotations": []},
        {"type": "refusal", "refusal": "no"},
    ]
    parts = [{"type": "refusal", "refusal": "no"}]
    assert unfold([USER, {"role": "assistant", "content": parts}])[0][1]["content"] == parts
    assert losses == []


def test_custom_calls_and_their_outputs_become_custom_items() -> None:
    call = {"id": "c", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}}
    items, losses = unfold(
        [USER, {"role": "assistant", "tool_calls": [call]}, tool("c", [{"type": "text", "text": "ok"}])]
    )
    assert items[1:] == [
        {"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": "*** Begin"},
        {"type": "custom_tool_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "ok"}]},
    ]
    assert losses == []


def test_an_image_in_a_tool_message_stays_in_the_output() -> None:
    """Bug class 92."""
    content = [{"type": "image_url", "image_url": {"url": "u"}}]
    items, _ = unfold([USER, calls("a"), tool("a", content)])
    assert items[2]["output"] == [{"type": "input_image", "image_url": "u", "detail": "auto"}]


def test_legacy_calls_and_results_are_paired_by_name_and_get_ids_from_their_position() -> None:
    call = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    result = {"role": "function", "name": "f", "content": None}
    items, losses = unfold([USER, call, result, call, {**result, "content": "two"}])
    first, second = items[1]["call_id"], items[3]["call_id"]
    assert first != second
    assert items[1] == {"type": "function_call", "call_id": first, "name": "f", "arguments": "{}"}
    assert (items[2], items[4]) == (output_item(first, ""), output_item(second, "two"))
    assert unfold([USER, call, result, call, result])[0][1]["call_id"] == first, "the same transcript, the same ids"
    assert losses == []


def test_an_output_without_its_call_is_refused_at_its_place() -> None:
    for message in (tool("a"), {"role": "function", "name": "f", "content": "x"}):
        payload = {"model": "m", "messages": [USER, message]}
        assert refused(payload, "chat", "responses") == ("output_without_call", "/messages/1")


def test_a_call_without_output_gets_an_empty_one_behind_its_turn() -> None:
    items, losses = unfold([USER, calls("a", "b"), tool("b"), USER])
    assert items[1:4] == [call_item("a"), call_item("b"), output_item("a", "")] or items[3]["call_id"] == "a"
    assert [loss[0] for loss in losses] == ["call_without_output"]
    assert losses[0][1:] == ("/messages/1/tool_calls/0", "breaking")


def test_a_long_call_id_is_shortened_the_same_for_call_and_output() -> None:
    """Bug classes 18 and 19."""
    first, second = "x" * 70 + "1", "x" * 70 + "2"
    items, losses = unfold([USER, calls(first, second), tool(first), tool(second)])
    ids = [item["call_id"] for item in items[1:]]
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2
    assert all(len(name) <= 64 for name in ids)
    assert {loss[0] for loss in losses} == {"call_id_changed"}


def test_an_id_used_in_two_turns_is_made_unique() -> None:
    """Bug class in OBS-22: Chat pairs by adjacency, Responses by id."""
    items, losses = unfold([USER, calls("a"), tool("a", "one"), calls("a"), tool("a", "two")])
    assert [item["call_id"] for item in items[1:]] == ["a", "a", items[3]["call_id"], items[3]["call_id"]]
    assert items[3]["call_id"] != "a"
    assert [item["output"] for item in items if "output" in item] == ["one", "two"]
    assert losses == [("call_id_changed", "/messages/3/tool_calls/0/id", "harmless")]


def test_an_empty_id_is_made_from_the_position() -> None:
    items, losses = unfold([USER, calls(""), tool("")])
    assert items[1]["call_id"] == items[2]["call_id"] != ""
    assert losses == [("call_id_changed", "/messages/1/tool_calls/0/id", "harmless")]


def test_a_name_on_a_message_is_lost_and_said_so() -> None:
    assert unfold([{**USER, "name": "Ann"}]) == ([USER], [("name_dropped", "/messages/0/name", "degrading")])


PARTS: list[tuple[Json, Json]] = [
    (
        {"type": "image_url", "image_url": {"url": "u"}},
        {"type": "input_image", "image_url": "u", "detail": "auto"},
    ),
    (
        {"type": "image_url", "image_url": {"url": "u", "detail": "high"}},
        {"type": "input_image", "image_url": "u", "detail": "high"},
    ),
    (
        {"type": "file", "file": {"file_id": "f", "filename": "a.pdf", "file_data": "data:x"}},
        {"type": "input_file", "file_id": "f", "filename": "a.pdf", "file_data": "data:x"},
    ),
]


@pytest.mark.parametrize(("part", "said"), PARTS, ids=str)
def test_a_part_of_a_user_message_is_said_in_responses_shape(part: Json, said: Json) -> None:
    assert unfold([{"role": "user", "content": [part]}]) == ([{"role": "user", "content": [said]}], [])


def test_audio_is_refused_wherever_it_stands() -> None:
    """Bug class 96."""
    audio = {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}}
    payload: Json = {"model": "m", "messages": [{"role": "user", "content": [audio]}]}
    assert refused(payload, "chat", "responses") == ("audio_refused", "/messages/0/content/0")
    payload = {"model": "m", "messages": [USER, {"role": "assistant", "audio": {"id": "a"}}]}
    assert refused(payload, "chat", "responses") == ("audio_refused", "/messages/1/audio")


def test_reasoning_text_of_other_providers_is_never_turned_into_content() -> None:
    message = {"role": "assistant", "content": "x", "reasoning_content": "hm", "reasoning": "hm"}
    items, losses = unfold([USER, message])
    assert items[1] == {"role": "assistant", "content": "x"}
    assert losses == [
        ("reasoning_dropped", "/messages/1/reasoning_content", "degrading"),
        ("reasoning_dropped", "/messages/1/reasoning", "degrading"),
    ]


def test_a_client_that_keeps_phase_on_its_messages_gets_it_through() -> None:
    """Bug class 4."""
    items, losses = unfold([USER, {"role": "assistant", "content": "x", "phase": "commentary"}])
    assert items[1] == {"role": "assistant", "content": "x", "phase": "commentary"}
    assert losses == []
    assert unfold([{**USER, "phase": "commentary"}])[1] == [("phase_misplaced", "/messages/0/phase", "harmless")]


def test_phase_may_be_inferred_and_is_then_reported() -> None:
    """Bug class 3, D-10."""
    options = respeak.Options(infer_phase=True)
    turn = {**calls("a"), "content": "look"}
    items, losses = unfold([USER, turn, tool("a"), {"role": "assistant", "content": "done"}], options=options)
    assert [item.get("phase") for item in items if item.get("role") == "assistant"] == ["commentary", "final_answer"]
    assert losses == [
        ("phase_inferred", "/messages/1", "harmless"),
        ("phase_inferred", "/messages/3", "harmless"),
    ]
    assert all("phase" not in item for item in unfold([USER, turn, tool("a")])[0]), "absent, never null"


def test_a_call_of_unknown_type_is_breaking() -> None:
    call = {"id": "a", "type": "hologram", "hologram": {}}
    assert unfold([USER, {"role": "assistant", "content": "x", "tool_calls": [call]}])[1] == [
        ("unknown_item_dropped", "/messages/1/tool_calls/0", "breaking")
    ]


def test_unknown_keys_are_reported_at_every_depth() -> None:
    call = {**calls("a")["tool_calls"][0], "extra": 1}
    call["function"] = {**call["function"], "more": 2}
    messages = [
        {**USER, "cache": True},
        {"role": "assistant", "tool_calls": [call]},
        {**tool("a"), "is_error": False},
        {"role": "user", "content": [{"type": "text", "text": "x", "odd": 1}]},
    ]
    assert [loss[1] for loss in unfold(messages)[1]] == [
        "/messages/0/cache",
        "/messages/1/tool_calls/0/function/more",
        "/messages/1/tool_calls/0/extra",
        "/messages/2/is_error",
        "/messages/3/content/0/odd",
    ]
