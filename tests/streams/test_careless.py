"""Careless upstreams: content in parts, ids and indexes that mean nothing, pieces that do not add up to the whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

import respeak
from respeak import StreamTranslator
from streams.build import HEAD, chunk, event
from streams.shapes import Json, Stream
from streams.test_down import AT, CALL, CREATED, DELTA, MESSAGE, TEXT, entries, final, said_text
from streams.test_entries import FIRST, entry
from streams.test_functions import CUSTOM, TOOLS, calls, choices, old

Losses = list[tuple[str, str, str]]


def told(source: str, target: str, *events: Json, request: Json | None = None) -> tuple[Stream, Losses]:
    """What the client gets, and the losses; the short way and the long way are the same."""
    both = []
    for short in (True, False):
        translator = StreamTranslator(source=source, target=target, request=request)
        if not short:
            translator._quick = {}
        said = [out for given in events for out in translator.feed(given)] + translator.close()
        both.append((said, [(loss.code.value, loss.path, loss.severity.value) for loss in translator.losses]))
    assert both[0] == both[1]
    return both[0]


# Content in parts -------------------------------------------------------------------------------------------------

PARTS: dict[str, list[Any]] = {
    "in one list": [[("text", "a"), ("refusal", "REF")]],
    "first": [[("refusal", "REF"), ("text", "a")]],
    "in a later chunk": ["a", [("refusal", "REF")]],
    "before a later text": [[("refusal", "REF")], "a"],
    "twice": [[("text", "a"), ("refusal", "RE"), ("refusal", "F")]],
}


def content(given: Any) -> Any:
    return given if isinstance(given, str) else [{"type": kind, kind: piece} for kind, piece in given]


@pytest.mark.parametrize("how", PARTS)
def test_a_refusal_in_parts_is_said(how: str) -> None:
    chunks = [FIRST, *(chunk({"content": content(given)}) for given in PARTS[how]), chunk({}, "stop")]
    events, losses = told("chat", "responses", *chunks)
    [item] = events[-1]["response"]["output"]
    spoken = {part["type"]: part.get("text") or part.get("refusal") for part in item["content"]}
    assert spoken == {"output_text": "a", "refusal": "REF"}
    assert losses == []
    plain, losses = told("chat", "vtrix", *chunks)
    text = "REF\n\na" if PARTS[how][0][0][0] == "refusal" else "a\n\nREF"
    assert said_text(plain) == text
    assert [code for code, *_ in losses] == ["refusal_as_text"]


def test_a_whole_answer_with_a_refusal_in_parts_says_it_as_a_stream() -> None:
    message = {"role": "assistant", "content": content([("text", "a"), ("refusal", "REF")]), "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    chunks = respeak.stream_of({**HEAD, "object": "chat.completion", "choices": [choice]}, dialect="chat")
    events, _ = told("chat", "responses", *chunks)
    assert [part["type"] for part in events[-1]["response"]["output"][0]["content"]] == ["output_text", "refusal"]


# Calls of a Chat stream -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [None, 0])
@pytest.mark.parametrize("names", [("get_time", "get_date"), ("get_time", "get_time")], ids=str)
@pytest.mark.parametrize("arguments", ["", None, "{}"])
def test_two_names_in_one_delta_are_two_calls(index: int | None, names: tuple[str, str], arguments: str | None) -> None:
    delta = {"tool_calls": [entry(index, None, name, arguments) for name in names]}
    events, _ = told("chat", "responses", FIRST, chunk(delta), chunk({}, "tool_calls"))
    assert [(item["name"], item["arguments"]) for item in events[-1]["response"]["output"]] == [
        (name, "{}") for name in names
    ]
    plain, losses = told("chat", "vtrix", FIRST, chunk(delta), chunk({}, "tool_calls"))
    assert [call["name"] for call in calls(plain)] == [names[0]]
    assert ("calls_dropped", "/choices/0/message/tool_calls/1", "breaking") in losses


RENAMED = [entry(0, "t1", "rm", ""), entry(0, "t2", None, '{"path":'), entry(0, "t3", None, '"a"}')]


@pytest.mark.parametrize("index", [None, 0])
@pytest.mark.parametrize("more", [[], [entry(0, "t4", None, "")]], ids=len)
def test_an_id_for_each_piece_is_one_call(index: int | None, more: list[Json]) -> None:
    pieces = [{**each, "index": index} if index is not None else each for each in (*RENAMED, *more)]
    if index is None:
        pieces = [{key: value for key, value in each.items() if key != "index"} for each in pieces]
    chunks = [FIRST, *(chunk({"tool_calls": [each]}) for each in pieces), chunk({}, "tool_calls")]
    events, losses = told("chat", "responses", *chunks)
    [item] = events[-1]["response"]["output"]
    assert (item["name"], item["call_id"], item["arguments"]) == ("rm", "t1", '{"path":"a"}')
    assert ("call_id_changed", "/choices/0/message/tool_calls/0/id", "degrading") in losses
    plain, _ = told("chat", "vtrix", *chunks)
    assert [(call["name"], call["arguments"]) for call in calls(plain)] == [("rm", '{"path":"a"}')]


def test_a_call_without_a_name_behind_a_whole_one_is_left_out_and_reported() -> None:
    pieces = [entry(0, "t1", "rm", "{}"), entry(0, "t2", None, "{}")]
    chunks = [FIRST, *(chunk({"tool_calls": [each]}) for each in pieces), chunk({}, "tool_calls")]
    events, losses = told("chat", "responses", *chunks)
    assert [item["name"] for item in events[-1]["response"]["output"]] == ["rm"]
    assert ("calls_dropped", "/choices/0/message/tool_calls/1", "breaking") in losses


# Responses streams that are finished otherwise than they were told ------------------------------------------------


def call_told(pieces: list[str], whole: str, status: str = "completed") -> list[Json]:
    item = {**CALL, "arguments": ""}
    done = {**CALL, "arguments": whole, "status": status}
    return [
        CREATED,
        event("output_item.added", output_index=0, item=item),
        *(event("function_call_arguments.delta", output_index=0, item_id="fc", delta=piece) for piece in pieces),
        event("function_call_arguments.done", output_index=0, item_id="fc", arguments=whole),
        event("output_item.done", output_index=0, item=done),
        final(done, kind=status),
    ]


BROKEN = ("stream_contradicted", "/output/0", "breaking")


@pytest.mark.parametrize("target", ["chat", "vtrix"])
@pytest.mark.parametrize("whole", ['{"path":"a/b"}', '{"other": "a'])
def test_broken_arguments_that_the_finished_call_does_not_have_are_a_failure(whole: str, target: str) -> None:
    chunks, losses = told("responses", target, *call_told(['{"path": "a'], whole))
    assert "streamed" in chunks[-1]["error"]["message"]
    assert losses.count(BROKEN) == 1 and ("stream_contradicted", "", "breaking") in losses


def test_broken_arguments_of_a_cut_answer_are_reported() -> None:
    chunks, losses = told("responses", "chat", *call_told(['{"path": "a'], '{"path":"b', "incomplete"))
    assert choices(chunks)[-1]["finish_reason"] == "length" and BROKEN in losses


@pytest.mark.parametrize("target", ["chat", "vtrix"])
@pytest.mark.parametrize(
    ("said", "whole", "same"),
    [
        ('{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1}', True),
        ('{"a": 1}  ', '{"a": 1}', True),
        ('{"a": "\\u00e9"}', '{"a":"é"}', True),
        ('{"a": 1}', '{"a": 2}', False),
        ('{"a": 1}', '{"a":true}', False),
        ('{"a": [1, 2]}', '{"a":[2,1]}', False),
        ('{"a": "x y"}', '{"a":"xy"}', False),
        (json.dumps({"a": "x" * 20_000}), json.dumps({"a": "y" * 20_000}), False),
    ],
)
def test_other_arguments_are_reported_once_and_the_same_value_is_not(
    said: str, whole: str, same: bool, target: str
) -> None:
    for size in (1, 3, len(said)):
        pieces = [said[at : at + size] for at in range(0, len(said), size)]
        chunks, losses = told("responses", target, *call_told(pieces, whole))
        assert "error" not in chunks[-1]
        assert losses.count(BROKEN) == (not same)


@pytest.mark.parametrize(
    ("said", "whole", "same"),
    [
        (["Hello ", "world"], "Hello big world", False),
        (["Hello ", "world"], "Hello worl", False),
        (["Hello ", "world"], "hello world", False),
        (["\n Hello ", "world", " ", "\n"], "Hello world", True),
        (["Hello ", "world"], " Hello world\n", True),
        (["Hello ", "world"], "Hello world!", True),
        ([" ", " "], "", True),
    ],
)
@pytest.mark.parametrize("kind", ["text", "refusal"])
def test_another_text_is_reported_once_and_spaces_around_it_are_not(
    said: list[str], whole: str, same: bool, kind: str
) -> None:
    name = "output_text" if kind == "text" else "refusal"
    part = {**TEXT, "text": whole} if kind == "text" else {"type": "refusal", "refusal": whole}
    item = {**MESSAGE, "content": [part]}
    deltas = [{**DELTA, "type": f"response.{name}.delta", "delta": piece} for piece in said]
    done = event(f"{name}.done", **AT, **{kind: whole})
    events = [CREATED, *deltas, done, event("output_item.done", output_index=0, item=item), final(item)]
    chunks, losses = told("responses", "chat", *events)
    assert choices(chunks)[-1]["finish_reason"] == "stop"
    assert losses.count(BROKEN) == (not same)
    assert entries(chunks) == []


# One call of old for a client of tools ----------------------------------------------------------------------------

NAMES: dict[str, tuple[list[Json], str]] = {
    "alone": ([{"name": "get_"}, {"name": "f"}, {"arguments": "{}"}], "get_f"),
    "with empty arguments": ([{"name": "get_", "arguments": ""}, {"name": "f", "arguments": ""}], "get_f"),
    "with the arguments": ([{"name": "get_"}, {"name": "f", "arguments": "{"}, {"arguments": "}"}], "get_f"),
    "again": ([{"name": "f"}, {"name": "f"}, {"arguments": "{}"}], "f"),
    "at the end": ([{"name": "f"}], "f"),
    "behind the arguments": ([{"arguments": "{"}, {"name": "f", "arguments": "}"}], "f"),
}


@pytest.mark.parametrize("how", NAMES)
def test_a_name_in_pieces_is_whole_for_a_client_of_tools(how: str) -> None:
    pieces, name = NAMES[how]
    chunks, losses = told("vtrix", "chat", FIRST, *(old(**each) for each in pieces), chunk({}, "stop"), request=TOOLS)
    [call] = calls(chunks)
    assert (call["name"], call["arguments"]) == (name, "{}")
    assert all(severity == "harmless" for *_, severity in losses)


def test_a_piece_of_a_name_behind_the_arguments_is_reported() -> None:
    chunks, losses = told(
        "vtrix", "chat", FIRST, old(name="f", arguments="{}"), old(name="g"), chunk({}, "stop"), request=TOOLS
    )
    assert [call["name"] for call in calls(chunks)] == ["f"]
    assert ("tool_name_changed", "/choices/0/message/function_call/name", "breaking") in losses


@pytest.mark.parametrize("request_", [TOOLS, CUSTOM], ids=["function", "custom"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("number", [1, 2])
def test_both_kinds_of_calls_have_indexes_of_their_own(request_: Json, order: tuple[int, ...], number: int) -> None:
    own = [{"index": at, **entry(None, f"t{at}", "rm", "{}", type="function")} for at in range(number)]
    given = [[chunk({"tool_calls": [each]}) for each in own], [old(name="f", arguments='{"input":"x"}')]]
    pieces = [each for place in order for each in given[place]]
    chunks, _ = told("vtrix", "chat", FIRST, *pieces, chunk({}, "tool_calls"), request=request_)
    names = [call["name"] for call in calls(chunks)]
    assert sorted(names) == ["f", *["rm"] * number]
    if order == (0, 1):
        assert names[-1] == "f"


@pytest.mark.parametrize("finish", ["tool_calls", "function_call"])
def test_an_answer_with_tool_calls_ends_with_them(finish: str) -> None:
    own = chunk({"tool_calls": [entry(0, "t", "rm", "{}", type="function")]})
    for more in ([], [old(name="f", arguments="{}")]):
        chunks, _ = told("vtrix", "chat", FIRST, own, *more, chunk({}, finish))
        assert choices(chunks)[-1]["finish_reason"] == "tool_calls"
    chunks, _ = told("vtrix", "chat", FIRST, old(name="f", arguments="{}"), chunk({}, finish))
    assert choices(chunks)[-1]["finish_reason"] == finish
