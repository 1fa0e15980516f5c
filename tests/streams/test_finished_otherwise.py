"""Answers that end otherwise than they went, and calls of which too little came, where a fixture cannot say it."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from respeak import StreamTranslator
from streams.build import RESPONSE, chunk, event
from streams.shapes import Json, Stream
from streams.test_down import CREATED, DELTA, MESSAGE, deltas, fed, final, said_text

AT: Json = {"output_index": 0, "item_id": "fc"}
CALL: Json = {"type": "function_call", "id": "fc", "call_id": "call_1", "name": "f", "arguments": "{}"}
ADDED = event("output_item.added", output_index=0, item={**CALL, "arguments": ""})
PIECE = event("function_call_arguments.delta", **AT, delta="{}")
OTHERS = [
    {**CALL, "name": "g"},
    {**CALL, "call_id": "call_2"},
    {**CALL, "namespace": "ns"},
    {"type": "custom_tool_call", "id": "fc", "call_id": "call_1", "name": "f", "input": "x"},
]
CUT = ("stream_cut", "/output/0")


def done(item: Json) -> Json:
    return event("output_item.done", output_index=0, item=item)


@pytest.mark.parametrize("target", ["chat", "vtrix"])
@pytest.mark.parametrize("other", OTHERS)
def test_the_finished_answer_holds_the_call_that_was_streamed(other: Json, target: str) -> None:
    events = [CREATED, ADDED, PIECE, done(other), final(other)]
    translator = StreamTranslator(source="responses", target=target)
    for given in events:
        translator.feed(given)
    assert translator.finished is not None
    message = translator.finished[1]["choices"][0]["message"]
    said = message["function_call"] if target == "vtrix" else message["tool_calls"][0]["function"]
    assert said == {"name": "f", "arguments": "{}"}
    codes = [loss.code.value for loss in translator.losses]
    assert codes.count("stream_cut") == 1
    assert not {"namespace_flattened", "custom_tool_as_function"} & set(codes)


@pytest.mark.parametrize("missing", ["name", "call_id", "namespace"])
def test_what_a_finished_call_says_again_is_no_difference(missing: str) -> None:
    item = {**CALL, "namespace": "ns"}
    begun = event("output_item.added", output_index=0, item={**item, "arguments": ""})
    rest = {**item, "namespace": None} if missing == "namespace" else item
    _, losses = fed(CREATED, begun, PIECE, done(item), final(rest))
    assert (CUT in losses) is (missing == "namespace")


def test_a_bridged_call_that_the_last_event_says_otherwise_is_reported() -> None:
    action = {"commands": ["ls"], "timeout_ms": None, "max_output_length": None}
    shell = {"type": "shell_call", "id": "sh", "call_id": "c", "action": action, "environment": None}
    begun = event("output_item.added", output_index=0, item=shell)
    other = {**shell, "action": {**action, "commands": ["rm"]}}
    for last, told in ((other, True), ({**shell, "status": "completed"}, False)):
        chunks, losses = fed(CREATED, begun, done({**shell, "status": "completed"}), final(last))
        assert (CUT in losses) is told
        assert sum("tool_calls" in delta for delta in deltas(chunks)) == 1


def test_a_call_without_arguments_gets_those_of_the_last_event() -> None:
    empty = {**CALL, "arguments": ""}
    chunks, losses = fed(CREATED, ADDED, done(empty), final({**CALL, "arguments": '{"a":1}'}))
    pieces = [call["function"]["arguments"] for delta in deltas(chunks) for call in delta.get("tool_calls", ())]
    assert "".join(pieces) == '{"a":1}'
    assert not {"stream_cut", "arguments_filled"} & set(dict(losses))


def test_text_of_deltas_alone_is_said_once_though_the_last_event_has_reasoning_before_it() -> None:
    reasoning = {"type": "reasoning", "id": "rs", "summary": []}
    chunks, losses = fed(CREATED, DELTA, final(reasoning, {**MESSAGE, "id": "another"}))
    assert said_text(chunks) == "Yes."
    assert "stream_cut" not in dict(losses)


def test_calls_are_known_again_by_their_call_id() -> None:
    first, second = {**CALL, "id": "a", "call_id": "call_0"}, {**CALL, "id": "b"}
    chunks, losses = fed(CREATED, ADDED, PIECE, done(CALL), final(first, second))
    calls = [call for delta in deltas(chunks) for call in delta.get("tool_calls", ())]
    assert [call["id"] for call in calls if "id" in call] == ["call_1", "call_0"]
    assert "stream_cut" not in dict(losses)


def test_text_that_only_a_failed_response_has_is_said_before_its_error() -> None:
    error = {"code": "server_error", "message": "It broke."}
    text = {**MESSAGE["content"][0], "text": "Yes. No."}
    failed = event("failed", response={**RESPONSE, "status": "failed", "error": error})
    failed["response"]["output"] = [{**MESSAGE, "content": [text]}]
    chunks, losses = fed(CREATED, DELTA, failed)
    assert said_text(chunks) == "Yes. No."
    assert chunks[-1]["error"]["message"] == "It broke."
    assert "error_detail_dropped" not in dict(losses)


@pytest.mark.parametrize(
    "error",
    [
        {"type": "error", "code": "overloaded", "message": "Busy.", "param": None},
        {"type": "error", "error": {"type": "server_error", "code": "overloaded", "message": "Busy.", "param": None}},
        {"type": "error", "code": None, "error": {"code": "overloaded", "message": "Busy."}},
    ],
)
@pytest.mark.parametrize("begun", [[], [CREATED, DELTA, done(MESSAGE)]])
def test_a_gathered_answer_keeps_the_error_that_ended_it(error: Json, begun: Stream) -> None:
    answer = respeak.answer_of([*begun, error], dialect="responses")
    assert answer["status"] == "failed"
    assert (answer["error"]["code"], answer["error"]["message"]) == ("overloaded", "Busy.")
    assert bool(answer["output"]) is bool(begun)


def entry(**inner: Any) -> Json:
    return {"tool_calls": [{"index": 0, "id": "x", "type": "function", "function": inner}]}


def crossed(source: str, target: str, *chunks: Json, **more: Any) -> tuple[Stream, list[tuple[str, str]]]:
    translator = StreamTranslator(source=source, target=target, **more)
    said = [out for given in chunks for out in translator.feed(given)] + translator.close()
    return said, [(loss.code.value, loss.path) for loss in translator.losses]


def test_arguments_wait_for_a_name_that_comes_last() -> None:
    chunks = [chunk(entry(name="", arguments='{"a"')), chunk(entry(arguments=":1}")), chunk(entry(name="f"))]
    said, losses = crossed("chat", "vtrix", *chunks, chunk({}, "tool_calls"))
    told = [delta["function_call"] for delta in deltas(said) if "function_call" in delta]
    assert told == [{"name": "f", "arguments": '{"a":1}'}]
    assert "calls_dropped" not in dict(losses)


def test_a_function_call_waits_for_its_name_where_the_client_knows_it() -> None:
    pieces: list[Json] = [{"arguments": '{"a"'}, {"arguments": ":1}"}, {"name": "f"}]
    chunks = [chunk({"function_call": piece}) for piece in pieces]
    said, _ = crossed("vtrix", "chat", *chunks, chunk({}, "function_call"))
    told = [delta["function_call"] for delta in deltas(said) if "function_call" in delta]
    assert told == [{"name": "f", "arguments": '{"a":1}'}]
    assert said[-1]["choices"][0]["finish_reason"] == "function_call"


def test_a_custom_call_that_comes_with_the_finish_is_said() -> None:
    call = {"index": 0, "id": "x", "type": "custom", "custom": {"name": "p", "input": "a"}}
    said, _ = crossed("chat", "vtrix", chunk({"tool_calls": [call]}, "tool_calls"))
    assert [delta["function_call"] for delta in deltas(said) if delta] == [{"name": "p", "arguments": '{"input":"a"}'}]


def test_of_two_names_for_one_call_a_client_of_functions_gets_one() -> None:
    both = {"function_call": {"name": "f", "arguments": "{}"}, **entry(name="f", arguments="{}")}
    said, losses = crossed("chat", "vtrix", chunk(both), chunk({}, "tool_calls"))
    assert [delta["function_call"] for delta in deltas(said) if delta] == [{"name": "f", "arguments": "{}"}]
    assert ("calls_dropped", "/choices/0/message/tool_calls/0") in losses
