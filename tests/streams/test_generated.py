"""Generated streams of either family: the laws of the recorded ones, where services are at their most careless."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import respeak
import strategies
from respeak import InvalidPayload, Loss, TranslationError
from streams import accumulate, build, grammar, shapes
from streams.shapes import Json, Stream

many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

DOWN = ["chat", "openrouter-chat", "vtrix"]
UP = ["responses", "aimlapi", "openrouter"]
SOURCES = {"responses": ["responses", "openrouter"], "chat": ["chat", "openrouter-chat"]}


def check_grammar(out: Stream, family: str) -> None:
    wrong = grammar.problems(out, family, usage=True)
    told = any(chunk.get("usage") for chunk in out)
    assert [problem for problem in wrong if told or not problem.endswith("usage was asked for and never told")] == []


def check_same(
    events: Stream, source: str, target: str, out: Stream, losses: Sequence[Loss], request: Any = None
) -> None:
    """The assembled translation is the translated assembly, and the losses are the same."""
    whole = respeak.answer_of(copy.deepcopy(events), dialect=source)
    try:
        expected = respeak.translate_response(whole, source=source, target=target, request=request)
    except TranslationError:
        assert shapes.has_failed(out)
        return
    if target == "vtrix" and _text_after_refusal(whole):
        return  # vtrix has both in one text, the refusal behind everything else; a stream says it as it comes
    if expected.status is not None:
        assert out[-1]["error"]["message"] == expected.payload["error"]["message"]
        return
    got = respeak.answer_of(out, dialect=target)
    assert list(shapes.differences(shapes.said(expected.payload), shapes.said(got))) == []
    assert shapes.told(expected.losses) == shapes.told(losses)


def _text_after_refusal(answer: Json) -> bool:
    parts = [part["type"] for item in answer["output"] if item["type"] == "message" for part in item["content"]]
    return "refusal" in parts and "output_text" in parts[parts.index("refusal") :]


@many
@given(build.responses_streams(), st.sampled_from(SOURCES["responses"]), st.sampled_from(DOWN))
def test_responses_streams_become_right_chunks_of_the_same_answer(events: Stream, source: str, target: str) -> None:
    out, losses = shapes.through(events, source, target)
    check_grammar(out, "chat")
    check_same(events, source, target, out, losses)


LEFT_OUT: list[tuple[str, Any]] = [("namespace", None), ("namespace", ""), ("name", ""), ("call_id", "")]
"""What a service may leave out of a finished call, and what stands there then; None for a key that is absent."""


@st.composite
def forgetful_streams(draw: st.DrawFn) -> Stream:
    """Calls in namespaces and messages with a phase, of which the events at their end leave something out."""
    calls = st.one_of(build.function_calls, build.custom_calls)
    spaced = st.builds(lambda item, space: {**item, "namespace": space}, calls, strategies.names)
    output = draw(st.lists(st.one_of(spaced, build.messages), min_size=1, max_size=3))

    def less(item: Json) -> Json:
        gaps = dict(draw(st.lists(st.sampled_from(LEFT_OUT), max_size=2))) if "namespace" in item else {"phase": None}
        said = {key: value for key, value in item.items() if gaps.get(key, "") is not None}
        return said | {key: value for key, value in gaps.items() if value is not None}

    manner = build.Manner(draw)
    spoken = [event for index, item in enumerate(output) for event in build.item_events(item, index, manner)]
    spoken = [
        {**event, "item": less(event["item"])} if event["type"] == "response.output_item.done" else event
        for event in spoken
    ]
    final = {**build.RESPONSE, "status": "completed", "output": [less(item) for item in output]}
    created = build.event("created", response=build.RESPONSE)
    return shapes.numbered([created, *spoken, build.event("completed", response=final)])


@many
@given(forgetful_streams(), st.sampled_from(DOWN))
def test_what_the_end_of_an_item_leaves_out_is_as_it_began_in_streams_and_whole_answers(
    events: Stream, target: str
) -> None:
    out, losses = shapes.through(events, "responses", target)
    check_grammar(out, "chat")
    check_same(events, "responses", target, out, losses)
    begun = [event["item"] for event in events if event["type"] == "response.output_item.added"]
    whole = respeak.answer_of(events, dialect="responses")["output"]
    keys = ("type", "call_id", "name", "namespace", "phase")
    assert [[item.get(key) for key in keys] for item in whole] == [[item.get(key) for key in keys] for item in begun]


@many
@given(build.chat_streams(), st.sampled_from(SOURCES["chat"]), st.sampled_from(UP))
def test_chat_streams_become_right_events_of_the_same_answer(chunks: Stream, source: str, target: str) -> None:
    out, losses = shapes.through(chunks, source, target)
    check_grammar(out, "responses")
    if _finish_of(chunks) is None:
        assert out[-1]["type"] == "response.failed"
    else:
        check_same(chunks, source, target, out, losses)


def _finish_of(chunks: Stream) -> Any:
    found = [choice for chunk in chunks for choice in chunk["choices"] if choice["index"] == 0]
    return next((choice["finish_reason"] for choice in found if choice["finish_reason"]), None)


UP_REQUEST: Json = {
    "model": "gpt-5.6",
    "input": "x",
    "tools": [
        {"type": "custom", "name": "search"},
        {"type": "function", "name": "read_file", "parameters": {"type": "object"}, "strict": None},
    ],
}
DOWN_REQUESTS: list[Json] = [
    {"tools": [{"type": "custom", "custom": {"name": "search"}}]},
    {"functions": [{"name": "search"}, {"name": "read_file"}], "stream_options": {"include_usage": True}},
    {"response_format": {"type": "json_object"}, "stream_options": {"include_usage": True}},
]


@many
@given(build.chat_streams())
def test_what_the_client_declared_comes_back_as_it_was_declared(chunks: Stream) -> None:
    out, losses = shapes.through(chunks, "chat", "responses", request=UP_REQUEST)
    check_grammar(out, "responses")
    if _finish_of(chunks) is not None:
        check_same(chunks, "chat", "responses", out, losses, UP_REQUEST)
    streamed = [event["item"] for event in out if event["type"] == "response.output_item.done"]
    assert all(item["type"] != "function_call" for item in streamed if item.get("name") == "search")


@many
@given(build.responses_streams(), st.sampled_from(DOWN_REQUESTS))
def test_a_client_of_functions_or_of_json_gets_its_own_form(events: Stream, declared: Json) -> None:
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}], "stream": True, **declared}
    out, losses = shapes.through(events, "responses", "chat", request=request)
    counted = bool(declared.get("stream_options"))
    wrong = grammar.problems(out, "chat", usage=counted)
    assert [problem for problem in wrong if not problem.endswith("never told")] == []
    whole = respeak.answer_of(copy.deepcopy(events), dialect="responses")
    if counted or whole.get("usage") is None:
        check_same(events, "responses", "chat", out, losses, request)


@many
@given(build.chat_streams(ordered=False), st.sampled_from(SOURCES["chat"]), st.sampled_from(UP))
def test_chat_streams_in_any_order_keep_what_was_said(chunks: Stream, source: str, target: str) -> None:
    out, _ = shapes.through(chunks, source, target)
    check_grammar(out, "responses")
    before = respeak.answer_of(chunks, dialect=source)
    after = respeak.answer_of(out, dialect=target)
    left, right = shapes.gist(before), shapes.gist(after)
    assert right["text"].replace("\n\n", "") == left["text"].replace("\n\n", "")
    assert right["refusal"] == left["refusal"]
    if _finish_of(chunks) is not None:
        assert sorted(right["calls"]) == sorted(left["calls"])
        assert right["usage"] == left["usage"]


@many
@given(build.responses_streams(ends=3))
def test_the_official_sdk_reads_the_chunks(events: Stream) -> None:
    out, _ = shapes.through(events, "responses", "chat")
    if not accumulate.streams_custom_calls(out):
        ours = shapes.gist(respeak.answer_of(out, dialect="chat"))
        assert shapes.gist(accumulate.accumulated(out, "chat")) == ours
    assert accumulate.problems(out, "chat") == []


@many
@given(build.chat_streams())
def test_the_official_sdk_reads_the_events(chunks: Stream) -> None:
    out, _ = shapes.through(chunks, "chat", "responses")
    read = accumulate.accumulated(out, "responses")
    assert shapes.gist(read) == shapes.gist(respeak.answer_of(out, dialect="responses"))
    assert accumulate.problems(out, "responses") == []


@many
@given(st.data(), st.sampled_from([("responses", "chat"), ("chat", "responses"), ("chat", "vtrix")]))
def test_a_stream_cut_anywhere_fails_and_is_right_to_its_end(data: st.DataObject, route: tuple[str, str]) -> None:
    source, target = route
    events = data.draw(build.responses_streams() if source == "responses" else build.chat_streams())
    whole = len(events) - 1
    if source == "chat":
        told = [any(choice["finish_reason"] for choice in chunk["choices"]) for chunk in events]
        whole = told.index(True) if True in told else whole
    out, losses = shapes.through(events[: data.draw(st.integers(0, whole))], source, target)
    assert shapes.has_failed(out)
    assert "stream_cut" in dict(shapes.told(losses))
    if target != "vtrix":
        check_grammar(out, target)


@many
@given(st.data(), st.sampled_from([("responses", "chat"), ("chat", "responses")]))
def test_single_characters_say_the_same(data: st.DataObject, route: tuple[str, str]) -> None:
    source, target = route
    events = data.draw(build.responses_streams() if source == "responses" else build.chat_streams())
    (one, lost), (two, lost_too) = (
        shapes.through(stream, source, target) for stream in (events, shapes.in_characters(events, source))
    )
    assert respeak.answer_of(two, dialect=target) == respeak.answer_of(one, dialect=target)
    assert shapes.told(lost_too) == shapes.told(lost)


SPOILED = st.sampled_from([None, 0, "", "x", [], {}, [None], {"type": "x"}, True, -1.5])


@many
@given(st.data(), st.sampled_from([("responses", "chat"), ("chat", "responses"), ("chat", "vtrix")]))
def test_a_spoiled_event_is_refused_or_read_and_nothing_else(data: st.DataObject, route: tuple[str, str]) -> None:
    source, target = route
    events = copy.deepcopy(data.draw(build.responses_streams() if source == "responses" else build.chat_streams()))
    place: Any = data.draw(st.sampled_from(events))
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(SPOILED)
    try:
        out, losses = shapes.through(events, source, target)
        respeak.answer_of(out, dialect=target)
        list(losses)
    except InvalidPayload as error:
        assert error.violations
