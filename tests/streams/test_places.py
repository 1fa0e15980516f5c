"""Which item, part and call an event speaks of: by indexes, by ids, or by what is open (streaming.md 1.2, BUG/63).

An index that is no number is no event at all, on every way that an event can go.
"""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from streams.build import RESPONSE, chunk, event
from streams.shapes import Json

CREATED = event("created", response=RESPONSE)
ITEM: Json = {"type": "message", "id": "msg_1", "role": "assistant", "status": "in_progress", "content": []}
CALL: Json = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": ""}
INPUT: Json = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "f", "input": ""}
THOUGHT: Json = {"type": "reasoning", "id": "rs_1", "summary": []}
PIECES: dict[str, tuple[Json, Json]] = {
    "output_text.delta": (ITEM, {"content_index": 0, "delta": "a", "logprobs": []}),
    "output_text.done": (ITEM, {"content_index": 0, "text": "a", "logprobs": []}),
    "refusal.delta": (ITEM, {"content_index": 0, "delta": "a"}),
    "refusal.done": (ITEM, {"content_index": 0, "refusal": "a"}),
    "function_call_arguments.delta": (CALL, {"delta": "{}"}),
    "function_call_arguments.done": (CALL, {"arguments": "{}"}),
    "custom_tool_call_input.delta": (INPUT, {"delta": "x"}),
    "custom_tool_call_input.done": (INPUT, {"input": "x"}),
    "reasoning_summary_text.delta": (THOUGHT, {"summary_index": 0, "delta": "a"}),
    "reasoning_text.delta": (THOUGHT, {"content_index": 0, "delta": "a"}),
}
"""An event of each kind that comes often, and the item before it."""


SILENT = ("reasoning_summary_text.delta", "reasoning_text.delta")
"""A Chat client gets nothing of them, so nothing of them is read there (quick.py)."""

READ = [(kind, target) for kind in PIECES for target in ("chat", "vtrix", "responses", "openrouter")]
READ = [(kind, target) for kind, target in READ if kind not in SILENT or target in ("responses", "openrouter")]
NO_INDEXES: list[Any] = [[], {}, [0], {"a": 0}, "0", 0.5, True]


@pytest.mark.parametrize(("kind", "target"), READ)
@pytest.mark.parametrize("index", NO_INDEXES, ids=str)
def test_an_output_index_that_is_no_number_is_refused_before_and_behind_a_good_one(
    kind: str, index: Any, target: str
) -> None:
    item, fields = PIECES[kind]
    good = event(kind, item_id=item["id"], output_index=0, **fields)
    begun = [CREATED, event("output_item.added", output_index=0, item=item), good]
    for before in (begun[:1], begun[:2], begun):
        translator = respeak.StreamTranslator(source="responses", target=target)
        for given in before:
            translator.feed(given)
        with pytest.raises(respeak.InvalidPayload) as caught:
            translator.feed({**good, "output_index": index})
        assert caught.value.violations[0].path == "/output_index"


@pytest.mark.parametrize("key", ["tool_calls", "choices"])
@pytest.mark.parametrize("index", NO_INDEXES, ids=str)
@pytest.mark.parametrize("target", ["responses", "chat", "openrouter-chat", "vtrix"])
def test_an_index_in_a_chunk_that_is_no_number_is_refused_before_and_behind_a_good_one(
    target: str, index: Any, key: str
) -> None:
    def piece(entry: Any, choice: Any) -> Json:
        return chunk({"tool_calls": [{"index": entry, "function": {"arguments": " "}}]}, index=choice)

    opening = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{"}}
    begun = [chunk({"role": "assistant", "content": None}), chunk({"tool_calls": [opening]}), piece(0, 0)]
    wrong = piece(index, 0) if key == "tool_calls" else piece(0, index)
    path = "/choices/0/delta/tool_calls/0/index" if key == "tool_calls" else "/choices/0/index"
    for before in (begun[:1], begun[:2], begun):
        translator = respeak.StreamTranslator(source="chat", target=target)
        for given in before:
            translator.feed(given)
        with pytest.raises(respeak.InvalidPayload) as caught:
            translator.feed(wrong)
        assert caught.value.violations[0].path == path


def gathered(*events: Json) -> list[Json]:
    """The items of an answer of which only these events came."""
    found: list[Json] = respeak.answer_of([CREATED, *events], dialect="responses")["output"]
    return found


def call(name: str, **more: Any) -> Json:
    return event(
        "output_item.added", item={"type": "function_call", "call_id": name, "name": name, "arguments": "", **more}
    )


def arguments(piece: str, **at: Any) -> Json:
    return event("function_call_arguments.delta", delta=piece, **at)


CALLS: dict[str, tuple[list[Json], list[str]]] = {
    "by the ids of their items": (
        [call("f", id="a"), call("g", id="b"), arguments("1", item_id="a"), arguments("2", item_id="b")],
        ["1", "2"],
    ),
    "by an id that their first piece had": (
        [call("f"), arguments("1", item_id="a"), call("g"), arguments("2", item_id="b"), arguments("3", item_id="a")],
        ["13", "2"],
    ),
    "by the call that opened last": ([call("f"), arguments("1"), call("g"), arguments("2")], ["1", "2"]),
    "by an id that no item has": (
        [call("f", id="a"), call("g", id="b"), arguments("1", item_id="x"), arguments("2", item_id="y")],
        ["", "12"],
    ),
    "by the call that is left open": (
        [
            *(call("f", id="a"), call("g", id="b")),
            event("output_item.done", item={**call("g")["item"], "id": "b", "arguments": "2"}),
            arguments("1"),
        ],
        ["1", "2"],
    ),
    "by their call_id when they are done": (
        [
            *(call("f"), call("g")),
            event("output_item.done", item={**call("f")["item"], "arguments": "1"}),
            event("output_item.done", item={**call("g")["item"], "arguments": "2"}),
        ],
        ["1", "2"],
    ),
    "by their numbers where only some have them": (
        [
            call("f"),
            {**call("g"), "output_index": 4},
            call("h"),
            arguments("1", output_index=5),
            arguments("2", output_index=4),
        ],
        ["", "2", "1"],
    ),
}


@pytest.mark.parametrize("how", CALLS)
def test_pieces_of_calls_without_output_index_find_theirs(how: str) -> None:
    events, told = CALLS[how]
    assert [item["arguments"] for item in gathered(*events)] == told


def test_an_item_of_another_type_that_is_done_closes_no_open_call() -> None:
    thought = event("output_item.done", item={"type": "reasoning", "summary": []})
    items = gathered(call("f"), thought, arguments("1"))
    assert [(item["type"], item.get("arguments")) for item in items] == [("function_call", "1"), ("reasoning", None)]


def test_another_call_that_is_done_is_not_the_open_one() -> None:
    other = event("output_item.done", item={**call("g")["item"], "arguments": "2"})
    items = gathered(call("f"), other, arguments("1"))
    assert [(item["name"], item["arguments"]) for item in items] == [("f", "1"), ("g", "2")]


def part(kind: str, type_: str, number: int | None = None) -> Json:
    blank: Json = {"type": type_, "refusal" if type_ == "refusal" else "text": ""}
    return event(
        f"content_part.{kind}", output_index=0, part=blank, **({} if number is None else {"content_index": number})
    )


def piece(word: str, delta: str, number: int | None = None) -> Json:
    return event(f"{word}.delta", output_index=0, delta=delta, **({} if number is None else {"content_index": number}))


PARTS: dict[str, tuple[list[Json], list[tuple[str, str]]]] = {
    "one after the other": (
        [
            part("added", "output_text"),
            piece("output_text", "a"),
            part("added", "output_text"),
            piece("output_text", "b"),
        ],
        [("output_text", "a"), ("output_text", "b")],
    ),
    "of another kind": (
        [piece("output_text", "a"), piece("output_text", "b"), piece("refusal", "c"), piece("refusal", "d")],
        [("output_text", "ab"), ("refusal", "cd")],
    ),
    "announced by number": (
        [
            part("added", "output_text", 0),
            piece("output_text", "a"),
            part("added", "refusal", 1),
            piece("refusal", "b"),
        ],
        [("output_text", "a"), ("refusal", "b")],
    ),
    "announced by a number that pieces do not have": (
        [part("added", "output_text", 0), part("added", "output_text", 1), piece("output_text", "a")],
        [("output_text", ""), ("output_text", "a")],
    ),
    "said by number": (
        [piece("output_text", "a", 0), piece("output_text", "b", 1), piece("output_text", "c", 0)],
        [("output_text", "ac"), ("output_text", "b")],
    ),
}


@pytest.mark.parametrize("how", PARTS)
def test_pieces_of_parts_without_content_index_find_theirs(how: str) -> None:
    events, told = PARTS[how]
    [item] = gathered(event("output_item.added", output_index=0, item=ITEM), *events)
    assert [(each["type"], each.get("refusal", each.get("text"))) for each in item["content"]] == told


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_text_whose_part_begins_at_any_number_is_said_once(number: int) -> None:
    """The first parts may have got lost; the part is that of its number all the same."""
    at = {"output_index": 0, "item_id": "msg_1", "content_index": number}
    whole = {"type": "output_text", "text": "Yes.", "annotations": []}
    events = [
        event("output_item.added", output_index=0, item=ITEM),
        event("content_part.added", **at, part={**whole, "text": ""}),
        event("output_text.delta", **at, delta="Yes."),
        event("content_part.done", **at, part=whole),
        event("completed", response={**RESPONSE, "status": "completed", "output": []}),
    ]
    translator = respeak.StreamTranslator(source="responses", target="chat")
    chunks = [chunk for given in (CREATED, *events) for chunk in translator.feed(given)]
    assert "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks) == "Yes."
