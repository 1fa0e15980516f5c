"""Answers that end otherwise than they went, and calls of which too little came, where a fixture cannot say it."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

import respeak
from conformance import form
from respeak import StreamTranslator
from respeak.conformance.cases import Case, load
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
CUT = ("stream_contradicted", "/output/0")


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
    assert codes.count("stream_contradicted") == 1
    assert not {"namespace_flattened", "custom_tool_as_function"} & set(codes)


@pytest.mark.parametrize("missing", [("name", ""), ("call_id", ""), ("namespace", None), ("namespace", "")])
@pytest.mark.parametrize("target", ["chat", "vtrix"])
def test_what_a_finished_call_leaves_out_is_as_it_was_announced(missing: tuple[str, Any], target: str) -> None:
    item = {**CALL, "namespace": "ns"}
    begun = event("output_item.added", output_index=0, item={**item, "arguments": ""})
    rest = {**item, missing[0]: missing[1]}
    whole = fed(CREATED, begun, PIECE, done(item), final(item), target=target)
    for ends in ([done(rest), final()], [done(rest), final(rest)], [done(item), final(rest)], [final(rest)]):
        assert fed(CREATED, begun, PIECE, *ends, target=target) == whole
    again = fed(CREATED, begun, PIECE, CREATED, {**begun, "item": rest}, PIECE, done(rest), final(), target=target)
    assert again == whole


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
    assert not {"stream_contradicted", "arguments_filled"} & set(dict(losses))


def test_text_of_deltas_alone_is_said_once_though_the_last_event_has_reasoning_before_it() -> None:
    reasoning = {"type": "reasoning", "id": "rs", "summary": []}
    chunks, losses = fed(CREATED, DELTA, final(reasoning, {**MESSAGE, "id": "another"}))
    assert said_text(chunks) == "Yes."
    assert "stream_contradicted" not in dict(losses)


def test_calls_are_known_again_by_their_call_id() -> None:
    first, second = {**CALL, "id": "a", "call_id": "call_0"}, {**CALL, "id": "b"}
    chunks, losses = fed(CREATED, ADDED, PIECE, done(CALL), final(first, second))
    calls = [call for delta in deltas(chunks) for call in delta.get("tool_calls", ())]
    assert [call["id"] for call in calls if "id" in call] == ["call_1", "call_0"]
    assert "stream_contradicted" not in dict(losses)


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


def test_a_failed_response_says_itself_what_went_wrong() -> None:
    error = {"type": "error", "error": {"type": "server_error", "code": "overloaded", "message": "Busy."}}
    own = {"code": "insufficient_quota", "message": "Nothing is left."}
    for given, kept in ((own, own["code"]), (None, "overloaded")):
        failed = event("failed", response={**RESPONSE, "status": "failed", "error": given})
        answer = respeak.answer_of([CREATED, error, failed], dialect="responses")
        assert (answer["status"], answer["error"]["code"]) == ("failed", kept)
        assert given is None or answer["error"] == own


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


def spoken(name: str, text: str, **more: Any) -> Json:
    return {**MESSAGE, "id": name, "content": [{**MESSAGE["content"][0], "text": text}], **more}


def finishing(*items: Json) -> Stream:
    return [event("output_item.done", output_index=index, item=item) for index, item in enumerate(items)]


FIRST, SECOND = {**CALL, "arguments": '{"a":1}'}, {**CALL, "id": "fd", "call_id": "call_2", "arguments": '{"a":2}'}


@pytest.mark.parametrize("renamed", [{}, {"id": "another"}, {"id": None}], ids=str)
@pytest.mark.parametrize(
    "items",
    [(FIRST, SECOND), (spoken("m", "Yes."), spoken("n", "No.")), (spoken("", "Yes."), spoken("", "No."), FIRST)],
    ids=["calls", "messages", "nameless"],
)
@pytest.mark.parametrize("target", ["chat", "vtrix"])
def test_the_order_of_the_finished_answer_is_no_difference(items: tuple[Json, ...], renamed: Json, target: str) -> None:
    last = [{**item, **renamed} for item in items]
    events = [CREATED, *finishing(*items)]
    assert fed(*events, final(*reversed(last)), target=target) == fed(*events, final(*last), target=target)
    assert "stream_contradicted" not in dict(fed(*events, final(*reversed(last)), target=target)[1])


def test_calls_whose_ids_only_count_them_are_known_by_their_call_id() -> None:
    counted = [{**SECOND, "id": FIRST["id"]}, {**FIRST, "id": SECOND["id"]}]
    chunks, losses = fed(CREATED, *finishing(FIRST, SECOND), final(*counted))
    assert "stream_contradicted" not in dict(losses)
    assert sum("tool_calls" in delta for delta in deltas(chunks)) == 4


REASONING: Json = {
    **{"type": "reasoning", "id": "rs", "encrypted_content": "zz"},
    "summary": [{"type": "summary_text", "text": "It is simple."}],
}


@pytest.mark.parametrize("target", ["chat", "vtrix"])
def test_what_the_finished_answer_leaves_out_of_finished_items_is_judged(target: str) -> None:
    search = {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"type": "search", "query": "q"}}
    _, losses = fed(CREATED, *finishing(REASONING, MESSAGE, search), final(MESSAGE), target=target)
    assert respeak.answer_of([CREATED, *finishing(REASONING, MESSAGE, search), final(MESSAGE)], dialect="responses")[
        "output"
    ] == [MESSAGE, REASONING, search]
    told = {(code, path) for code, path in losses if code != "item_id_dropped"}
    assert told == {("reasoning_dropped", "/output/1"), ("hosted_call_dropped", "/output/2")}


@pytest.mark.parametrize("ended", ["completed", "incomplete", "failed"])
def test_a_phase_that_the_finished_answer_leaves_out_is_lost_as_one_that_it_says(ended: str) -> None:
    phased = {**MESSAGE, "phase": "commentary"}
    error = {"error": {"code": "server_error", "message": "It broke."}} if ended == "failed" else {}
    events = [CREATED, DELTA, *finishing(phased)]
    said = fed(*events, final(phased, kind=ended, **error))
    assert ("phase_dropped", "/output/0/phase") in said[1]
    for left in ({}, {"phase": None}):
        assert fed(*events, final({**MESSAGE, **left}, kind=ended, **error)) == said


def test_a_phase_that_the_finished_answer_leaves_out_is_said_where_it_can_be() -> None:
    phased = {**MESSAGE, "phase": "commentary"}
    asked = {"model": "m", "messages": [{"role": "user", "content": "Is it so?"}]}
    options = respeak.Options(extensions=True)
    chunks, losses = fed(CREATED, DELTA, *finishing(phased), final(MESSAGE), request=asked, options=options)
    assert [delta["phase"] for delta in deltas(chunks) if "phase" in delta] == ["commentary"]
    assert "phase_dropped" not in dict(losses)


STREAMS = [
    (case, event["response"]["output"])
    for case in load(form.FIXTURES)
    if case.kind == "stream"
    for event in case.input[-1:]
    if isinstance(event.get("response"), dict) and len(event["response"].get("output") or ()) > 1
]


@pytest.mark.parametrize(("case", "output"), STREAMS, ids=lambda given: getattr(given, "name", ""))
def test_no_order_of_the_finished_answer_cuts_a_stream(case: Case, output: Stream) -> None:
    *events, last = case.input

    def cuts(output: Stream) -> int:
        translator = StreamTranslator(
            source=case.source, target=case.target, request=case.request, options=respeak.Options(**case.options)
        )
        for given in [*events, {**last, "response": {**last["response"], "output": output}}]:
            translator.feed(given)
        translator.close()
        return [loss.code.value for loss in translator.losses].count("stream_contradicted")

    for order in list(permutations(output))[:24]:
        assert cuts(list(order)) == cuts(output)


def test_of_calls_in_another_order_a_client_of_functions_gets_the_one_that_was_streamed() -> None:
    translator = StreamTranslator(source="responses", target="vtrix")
    for given in [CREATED, *finishing(FIRST, SECOND), final(SECOND, FIRST)]:
        translator.feed(given)
    assert translator.finished is not None
    message = translator.finished[1]["choices"][0]["message"]
    assert message["function_call"]["arguments"] == FIRST["arguments"]
    assert ("calls_dropped", "/output/1") in [(loss.code.value, loss.path) for loss in translator.losses]


def test_a_phase_is_inferred_for_the_messages_that_can_still_have_it() -> None:
    options = respeak.Options(infer_phase=True)
    late = [chunk({"content": "Yes."}), chunk({"reasoning": "So it is."})]
    _, losses = crossed("openrouter-chat", "responses", *late, chunk({}, "stop"), options=options)
    assert not {"phase_inferred", "phase_dropped"} & set(dict(losses))
    said, losses = crossed(
        "openrouter-chat", "responses", *late, chunk({"content": "No."}), chunk({}, "stop"), options=options
    )
    messages = [item for item in said[-1]["response"]["output"] if item["type"] == "message"]
    assert [item.get("phase") for item in messages] == [None, "final_answer"]
    assert "phase_inferred" in dict(losses)
    assert "phase_dropped" not in dict(losses)
