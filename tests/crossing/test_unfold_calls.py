"""Calls and outputs in their corners, up: mapping.md C2R-MSG and the rules on ids (D-4)."""

from __future__ import annotations

from typing import Any

import pytest

import laws
import respeak
from saying import Json, Lost, refused, request

USER: Json = {"role": "user", "content": "hi"}


def unfold(*messages: Json, **more: Any) -> tuple[list[Json], Lost]:
    said, losses = request({"model": "m", "messages": [USER, *messages]}, "chat", "responses", **more)
    assert laws.disorder(said, "responses") == []
    return said["input"][1:], losses


def calls(*ids: str, arguments: str = "{}", **more: Any) -> Json:
    function = {"name": "f", "arguments": arguments}
    entries = [{"id": name, "type": "function", "function": function} for name in ids]
    return {"role": "assistant", "content": None, "tool_calls": entries, **more}


def tool(call_id: str, content: Any = "x", **more: Any) -> Json:
    return {"role": "tool", "tool_call_id": call_id, "content": content, **more}


def outputs(items: list[Json]) -> list[tuple[str, Any]]:
    return [(item["call_id"], item["output"]) for item in items if "output" in item]


def test_an_output_answers_the_call_beside_it_not_an_earlier_one_of_its_id() -> None:
    """D-4: Chat pairs by adjacency, so the first call stays without output."""
    items, losses = unfold(calls("a"), USER, calls("a"), tool("a", "two"))
    ids = [item["call_id"] for item in items if item.get("type") == "function_call"]
    assert outputs(items) == [(ids[0], ""), (ids[1], "two")]
    assert sorted(losses) == [
        ("call_id_changed", "/messages/3/tool_calls/0/id", "harmless"),
        ("call_without_output", "/messages/1/tool_calls/0", "breaking"),
    ]


def test_one_id_twice_in_a_message_pairs_in_order() -> None:
    items, losses = unfold(calls("a", "a"), tool("a", "one"), tool("a", "two"))
    ids = [item["call_id"] for item in items if item.get("type") == "function_call"]
    assert outputs(items) == [(ids[0], "one"), (ids[1], "two")]
    assert losses == [("call_id_changed", "/messages/1/tool_calls/1/id", "harmless")]


def test_an_id_of_64_characters_of_any_kind_is_kept() -> None:
    """Bug class 19: only the length is checked."""
    strange = ("call:ä/|" * 8)[:64]
    items, losses = unfold(calls(strange), tool(strange))
    assert outputs(items) == [(strange, "x")]
    assert losses == []


def test_items_get_no_id_of_their_own() -> None:
    """OBS-8, bug classes 20 and 21: absent stays absent."""
    items, _ = unfold(calls("call_1", content="so"), tool("call_1"), {"role": "assistant", "content": "done"})
    assert all("id" not in item for item in items)


@pytest.mark.parametrize("arguments", ["", "{", '{ "a" : 1.0 }', "\u2028é"])
def test_arguments_and_inputs_are_never_read(arguments: str) -> None:
    """Bug class 38."""
    custom = {"id": "b", "type": "custom", "custom": {"name": "c", "input": arguments}}
    message = calls("a", arguments=arguments)
    message["tool_calls"] = [*message["tool_calls"], custom]
    items, _ = unfold(message, tool("a"), tool("b"))
    assert (items[0]["arguments"], items[1]["input"]) == (arguments, arguments)
    legacy = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": arguments}}
    assert unfold(legacy, {"role": "function", "name": "f", "content": "x"})[0][0]["arguments"] == arguments


def test_a_custom_call_without_output_gets_one_of_its_own_kind() -> None:
    """Bug class 14."""
    custom = {"id": "b", "type": "custom", "custom": {"name": "c", "input": ""}}
    items, losses = unfold({"role": "assistant", "tool_calls": [custom]})
    assert items[1] == {"type": "custom_tool_call_output", "call_id": "b", "output": ""}
    assert losses == [("call_without_output", "/messages/1/tool_calls/0", "breaking")]


def test_a_call_without_type_is_read_by_the_key_it_has() -> None:
    entries = [
        {"id": "a", "function": {"name": "f", "arguments": "{}"}},
        {"id": "b", "custom": {"name": "c", "input": "i"}},
    ]
    items, losses = unfold({"role": "assistant", "tool_calls": entries}, tool("a"), tool("b"))
    assert [item["type"] for item in items] == [
        "function_call",
        "custom_tool_call",
        "function_call_output",
        "custom_tool_call_output",
    ]
    assert losses == []


def test_a_call_of_unknown_type_leaves_with_its_output() -> None:
    call = {"id": "a", "type": "hologram", "hologram": {}}
    items, losses = unfold({"role": "assistant", "tool_calls": [call]}, tool("a"))
    assert items == []
    assert losses == [
        ("unknown_item_dropped", "/messages/1/tool_calls/0", "breaking"),
        ("unknown_item_dropped", "/messages/2", "breaking"),
    ]


def test_legacy_results_pair_with_the_nearest_unanswered_call_of_their_name() -> None:
    legacy = [
        {"role": "assistant", "content": None, "function_call": {"name": name, "arguments": "{}"}} for name in "fgf"
    ]
    results = [{"role": "function", "name": name, "content": text} for name, text in (("g", "2"), ("f", "3"))]
    items, losses = unfold(*legacy, *results)
    ids = [item["call_id"] for item in items if item["type"] == "function_call"]
    assert sorted(outputs(items)) == sorted([(ids[0], ""), (ids[1], "2"), (ids[2], "3")])
    assert losses == [("call_without_output", "/messages/1/function_call", "breaking")]


@pytest.mark.parametrize("name", ["g", ""])
def test_a_legacy_result_of_another_name_is_refused(name: str) -> None:
    call = {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}}
    payload = {"model": "m", "messages": [USER, call, {"role": "function", "name": name, "content": "x"}]}
    assert refused(payload, "chat", "responses") == ("output_without_call", "/messages/2")


def test_phase_of_a_message_without_text_has_nothing_to_mark() -> None:
    items, losses = unfold(calls("a", phase="commentary"), tool("a"))
    assert all("phase" not in item for item in items)
    assert losses == [("phase_misplaced", "/messages/1/phase", "harmless")]


MESSAGE_KEYS: list[tuple[Json, Lost]] = [
    ({"name": "bot"}, [("name_dropped", "/messages/1/name", "degrading")]),
    ({"annotations": [{"type": "url_citation"}]}, [("annotations_dropped", "/messages/1/annotations", "harmless")]),
    (
        {"reasoning_details": [{"type": "x"}]},
        [("reasoning_dropped", "/messages/1/reasoning_details", "degrading")],
    ),
    ({"reasoning_content": ""}, []),
    ({"parsed": {"a": 1}}, [("parsed_dropped", "/messages/1/parsed", "harmless")]),
    ({"wibble": 1}, [("unknown_field_dropped", "/messages/1/wibble", "degrading")]),
    (dict.fromkeys(("name", "refusal", "audio", "tool_calls", "function_call", "annotations", "wibble")), []),
]


@pytest.mark.parametrize(("keys", "losses"), MESSAGE_KEYS, ids=[next(iter(case[0])) for case in MESSAGE_KEYS])
def test_what_an_assistant_message_says_beside_its_text(keys: Json, losses: Lost) -> None:
    assert unfold({"role": "assistant", "content": "x", **keys}) == ([{"role": "assistant", "content": "x"}], losses)


def test_reasoning_details_of_our_own_are_the_items_that_they_were_made_of() -> None:
    mark = {"id": "rs_1", "format": "openai-responses-v1", "index": 0}
    details = [
        {"type": "reasoning.summary", "summary": "First.", **mark},
        {"type": "reasoning.summary", "summary": "Then.", **mark},
        {"type": "reasoning.encrypted", "data": "gAAA", **mark},
    ]
    message = {"role": "assistant", "content": "x", "reasoning_details": details}
    asked = {"model": "m", "messages": [{"role": "user", "content": "hi"}, message]}
    said = respeak.translate_request(asked, source="chat", target="responses", options=respeak.Options(extensions=True))
    summary = [{"type": "summary_text", "text": "First."}, {"type": "summary_text", "text": "Then."}]
    thought = {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": "gAAA"}
    assert said.payload["input"][1] == thought
    assert [loss.code for loss in said.losses] == []


def test_the_name_on_a_tool_message_is_harmless_to_lose() -> None:
    assert unfold(calls("a"), tool("a", name="f"))[1] == [("name_dropped", "/messages/2/name", "harmless")]


def test_developer_and_system_keep_their_role_and_their_place() -> None:
    """Bug classes 102 and 103: never promoted, never moved."""
    messages = [{"role": role, "content": role} for role in ("developer", "user", "system", "developer")]
    assert unfold(*messages) == (messages, [])


def test_a_leading_message_that_holds_more_than_text_is_not_hoisted() -> None:
    """Instructions are one string: a cache mark would be lost on the way."""
    marked = {"type": "text", "text": "b", "prompt_cache_breakpoint": {"mode": "explicit"}}
    messages = [{"role": "system", "content": "a"}, {"role": "system", "content": [marked]}, USER]
    payload = {"model": "m", "messages": messages}
    said, losses = request(payload, "chat", "responses", options=respeak.Options(hoist_instructions=True))
    assert said["instructions"] == "a"
    assert [item["role"] for item in said["input"]] == ["system", "user"]
    assert losses == []


ODD: Json = {"id": "a", "type": "odd"}


def test_each_output_of_a_call_that_cannot_be_said_is_left_out_and_a_further_one_is_an_orphan() -> None:
    turn = {"role": "assistant", "content": None, "tool_calls": [ODD, ODD]}
    assert unfold(turn, tool("a"), tool("a"))[1] == [
        ("unknown_item_dropped", "/messages/1/tool_calls/0", "breaking"),
        ("unknown_item_dropped", "/messages/1/tool_calls/1", "breaking"),
        ("unknown_item_dropped", "/messages/2", "breaking"),
        ("unknown_item_dropped", "/messages/3", "breaking"),
    ]
    asked = {"model": "m", "messages": [USER, turn, tool("a"), tool("a"), tool("a")]}
    assert refused(asked, "chat", "responses") == ("output_without_call", "/messages/4")


def test_outputs_belong_to_the_last_turn_that_used_the_id() -> None:
    odd = {"role": "assistant", "content": None, "tool_calls": [ODD]}
    asked = {"model": "m", "messages": [USER, odd, calls("a"), tool("a"), tool("a")]}
    assert refused(asked, "chat", "responses") == ("output_without_call", "/messages/4")
