"""Which call an entry of `tool_calls` belongs to, by index, id, name or order (BUG/25 to BUG/33)."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from streams.build import chunk
from streams.shapes import Json

FIRST = chunk({"role": "assistant", "content": None})
FULL = '{"a":1}'


def entry(index: int | None, id_: str | None, name: str | None, arguments: str | None, **more: Any) -> Json:
    """An entry with only what it has."""
    inner = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    head: Json = {key: value for key, value in (("index", index), ("id", id_)) if value is not None}
    return {**head, **({"function": inner} if inner else {}), **more}


Told = list[tuple[str, str]]
IN_PIECES = "by no name that is part of the first"
"""In one delta two names are two calls."""

ENTRIES: dict[str, tuple[list[Json], Told]] = {
    "by index": (
        [entry(0, "x", "f", ""), entry(1, "y", "g", ""), entry(0, None, None, FULL), entry(1, None, None, "{}")],
        [("f", FULL), ("g", "{}")],
    ),
    "by index, though both have one id, repeated": (
        [entry(0, "x", "f", FULL), entry(1, "x", "g", ""), entry(1, "x", None, "{}")],
        [("f", FULL), ("g", "{}")],
    ),
    "by index, though another with its id is not whole": (
        [entry(0, "x", "f", '{"a"'), entry(1, "x", "g", "{"), entry(0, None, None, ":1}"), entry(1, None, None, "}")],
        [("f", FULL), ("g", "{}")],
    ),
    "by id, where no entry has an index": (
        [
            entry(None, "x", "f", ""),
            entry(None, "y", "g", ""),
            entry(None, "x", None, FULL),
            entry(None, "y", None, "{}"),
        ],
        [("f", FULL), ("g", "{}")],
    ),
    "by id, where all have index 0": (
        [entry(0, "x", "f", ""), entry(0, "y", "g", ""), entry(0, "x", None, FULL), entry(0, "y", None, "{}")],
        [("f", FULL), ("g", "{}")],
    ),
    "by order, where entries go on without index and id": (
        [
            entry(None, "x", "f", ""),
            entry(None, None, None, FULL),
            entry(None, "y", "g", ""),
            entry(None, None, None, "{}"),
        ],
        [("f", FULL), ("g", "{}")],
    ),
    "by order within index 0": (
        [entry(0, "x", "f", ""), entry(0, None, None, FULL), entry(0, "y", "g", ""), entry(0, None, None, "{}")],
        [("f", FULL), ("g", "{}")],
    ),
    "by an id that comes late": (
        [entry(0, None, "f", ""), entry(0, "x", None, FULL), entry(0, "y", "g", "{}")],
        [("f", FULL), ("g", "{}")],
    ),
    "by an id that comes with every piece": (
        [entry(0, "x", "f", '{"a"'), entry(0, "x", None, ":1"), entry(0, "x", None, "}")],
        [("f", FULL)],
    ),
    "by an id and a name that come with every piece": (
        [entry(0, "x", "f", '{"a"'), entry(0, "x", "f", ":1"), entry(0, "x", "f", "}")],
        [("f", FULL)],
    ),
    "by another name, once the first is known": (
        [entry(None, None, "f", FULL), entry(None, None, "g", "{}")],
        [("f", FULL), ("g", "{}")],
    ),
    "by another name, though the arguments before are not whole": (
        [entry(0, None, "f", '{"a'), entry(0, None, "g", "{}")],
        [("f", '{"a'), ("g", "{}")],
    ),
    "by the same name, once the first is whole": (
        [entry(None, None, "f", FULL), entry(None, None, "f", "{}")],
        [("f", FULL), ("f", "{}")],
    ),
    "by the same name alone, once the first is whole": (
        [entry(None, None, "f", FULL), entry(None, None, "f", None), entry(None, None, None, "{}")],
        [("f", FULL), ("f", "{}")],
    ),
    "by the same id with a name, where the first is whole and indexes say that it is new": (
        [entry(0, "x", "f", FULL), entry(1, "x", "f", "{}")],
        [("f", FULL), ("f", "{}")],
    ),
    "by the same id, where the first is not whole": (
        [entry(0, "x", "f", '{"a"'), entry(1, "x", "f", ":1}")],
        [("f", FULL)],
    ),
    IN_PIECES: (
        [entry(0, None, "read_", None), entry(0, None, "file", None), entry(0, None, None, FULL)],
        [("read_file", FULL)],
    ),
    "by no name where the arguments are missing": (
        [entry(0, None, None, FULL), entry(0, None, "f", None)],
        [("f", FULL)],
    ),
}


@pytest.mark.parametrize("how", ENTRIES)
def test_an_entry_goes_to_its_call(how: str) -> None:
    entries, told = ENTRIES[how]
    chunks = [FIRST, *(chunk({"tool_calls": [each]}) for each in entries), chunk({}, "tool_calls")]
    at_once = [FIRST, chunk({"tool_calls": entries}), chunk({}, "tool_calls")]
    for events in (chunks,) if how == IN_PIECES else (chunks, at_once):
        message = respeak.answer_of(events, dialect="chat")["choices"][0]["message"]
        found = [(call["function"]["name"], call["function"]["arguments"]) for call in message["tool_calls"]]
        assert found == told
        translator = respeak.StreamTranslator(source="chat", target="responses")
        said = [event for given in events for event in translator.feed(given)] + translator.close()
        items = said[-1]["response"]["output"]
        assert [(item["name"], item["arguments"]) for item in items] == told
        assert len({item["call_id"] for item in items}) == len(told), "ids of calls differ"


def test_the_kind_of_a_call_is_its_type_or_the_key_that_it_has() -> None:
    entries: list[Json] = [
        {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}},
        {"index": 1, "id": "b", "custom": {"name": "g", "input": "x"}},
        {"index": 2, "id": "c", "type": "custom", "custom": {"name": "h", "input": ""}},
        {"index": 1, "custom": {"input": "y"}},
    ]
    events = [FIRST, *(chunk({"tool_calls": [each]}) for each in entries), chunk({}, "tool_calls")]
    calls = respeak.answer_of(events, dialect="chat")["choices"][0]["message"]["tool_calls"]
    assert calls == [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "b", "type": "custom", "custom": {"name": "g", "input": "xy"}},
        {"id": "c", "type": "custom", "custom": {"name": "h", "input": ""}},
    ]


@pytest.mark.parametrize("arguments", ["", "1", '"x"', "[{}]", '{"a":1', '{"a":1}x}', " ", "}"])
def test_only_an_object_is_whole(arguments: str) -> None:
    """Calls stay open until then: a name that comes again with no id is no other call."""
    entries = [entry(0, None, "f", arguments), entry(0, None, "f", "{}")]
    events = [FIRST, *(chunk({"tool_calls": [each]}) for each in entries), chunk({}, "tool_calls")]
    calls = respeak.answer_of(events, dialect="chat")["choices"][0]["message"]["tool_calls"]
    assert [call["function"]["arguments"] for call in calls] == [f"{arguments}{{}}"]


@pytest.mark.parametrize("arguments", ["{}", '{"a":1}', ' {"a": {"b": "}"}} \n'])
def test_a_call_that_is_whole_is_closed_when_the_next_one_begins(arguments: str) -> None:
    translator = respeak.StreamTranslator(source="chat", target="responses")
    begun = [FIRST, chunk({"tool_calls": [entry(0, "x", "f", arguments)]})]
    for given in begun:
        translator.feed(given)
    said = translator.feed(chunk({"tool_calls": [entry(1, "y", "g", "")]}))
    kinds = [event["type"].removeprefix("response.") for event in said]
    assert kinds == ["function_call_arguments.done", "output_item.done", "output_item.added"]


def test_a_call_that_is_not_whole_stays_open_for_more() -> None:
    """D-15: pieces of calls may interleave."""
    entries = [
        entry(0, "x", "f", '{"a'),
        entry(1, "y", "g", "{"),
        entry(0, None, None, '":1}'),
        entry(1, None, None, "}"),
    ]
    translator = respeak.StreamTranslator(source="chat", target="responses")
    events = [FIRST, *(chunk({"tool_calls": [each]}) for each in entries), chunk({}, "tool_calls")]
    said = [event for given in events for event in translator.feed(given)] + translator.close()
    deltas = [(event["output_index"], event["delta"]) for event in said if "delta" in event]
    assert deltas == [(0, '{"a'), (1, "{"), (0, '":1}'), (1, "}")]
    done = [event["output_index"] for event in said if event["type"] == "response.output_item.done"]
    assert done == [0, 1]


BRIDGED: dict[str, tuple[str, Json]] = {
    "apply_patch": ('{"type": "delete_file", "path": "a.txt"}', {"type": "apply_patch_call", "status": "completed"}),
    "local_shell": ('{"command": ["ls"]}', {"type": "local_shell_call", "status": "incomplete"}),
    "shell": ('{"commands": ["ls"]}', {"type": "shell_call", "status": "incomplete"}),
}


@pytest.mark.parametrize("name", BRIDGED)
@pytest.mark.parametrize("finish", ["tool_calls", "length"])
def test_a_call_that_stands_for_another_tool_is_said_whole_as_that_tool(name: str, finish: str) -> None:
    """In a cut answer a patch has no word for incomplete: one that can be read is whole."""
    arguments, told = BRIDGED[name]
    request = {"model": "m", "input": "x", "tools": [{"type": name}]}
    cuts = [entry(0, "x", name, arguments[:9]), entry(0, None, None, arguments[9:])]
    translator = respeak.StreamTranslator(source="chat", target="responses", request=request)
    events = [FIRST, *(chunk({"tool_calls": [each]}) for each in cuts), chunk({}, finish)]
    said = [event for given in events for event in translator.feed(given)] + translator.close()
    kinds = [event["type"].removeprefix("response.") for event in said]
    assert kinds[2:-1] == ["output_item.added", "output_item.done"]
    [item] = said[-1]["response"]["output"]
    status = "completed" if finish == "tool_calls" else told["status"]
    assert (item["type"], item["status"], item["call_id"]) == (told["type"], status, "x")
    assert said[-2]["item"] == item and item["id"] == said[2]["item"]["id"]


def test_keys_that_nobody_knows_stay_with_the_call_and_are_reported_at_it() -> None:
    entries = [entry(0, "x", "f", "{", mood="calm"), {"index": 0, "function": {"arguments": "}", "tone": "low"}}]
    events = [FIRST, *(chunk({"tool_calls": [each]}) for each in entries), chunk({}, "tool_calls")]
    [call] = respeak.answer_of(events, dialect="chat")["choices"][0]["message"]["tool_calls"]
    function = {"name": "f", "arguments": "{}", "tone": "low"}
    assert call == {"id": "x", "type": "function", "function": function, "mood": "calm"}
    translator = respeak.StreamTranslator(source="chat", target="responses")
    for given in events:
        translator.feed(given)
    translator.close()
    paths = [loss.path for loss in translator.losses if loss.code.value == "unknown_field_dropped"]
    assert sorted(paths) == [f"/choices/0/message/tool_calls/0/{key}" for key in ("function/tone", "mood")]


@pytest.mark.parametrize("name", ["f", "g"])
def test_calls_of_custom_tools_with_one_id_are_told_apart_by_their_index(name: str) -> None:
    called = [("f", "a"), (name, "b")]
    said = [
        chunk({"tool_calls": [{"index": number, "id": "x", "type": "custom", "custom": {"name": each, "input": text}}]})
        for number, (each, text) in enumerate(called)
    ]
    answer = respeak.answer_of([FIRST, *said, chunk({}, "tool_calls")], dialect="chat")
    told = answer["choices"][0]["message"]["tool_calls"]
    assert [(call["custom"]["name"], call["custom"]["input"]) for call in told] == called
