"""The checker itself: it accepts right streams, the live service's among them, and catches each rule broken once."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

import corpus
from streams import grammar

Json = dict[str, Any]
Stream = list[Json]

RESPONSE: Json = {
    **{"id": "resp_1", "object": "response", "created_at": 1, "status": "in_progress", "model": "m", "output": []},
    **{"error": None, "incomplete_details": None, "instructions": None, "tools": [], "tool_choice": "auto"},
    **{"parallel_tool_calls": True, "metadata": {}, "temperature": 1.0, "top_p": 1.0, "usage": None},
}
TOKENS = [{"token": "hel", "logprob": -0.5}, {"token": "lo", "logprob": -0.25}]
CITED = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 5}
TEXT: Json = {"type": "output_text", "text": "hello", "annotations": [CITED], "logprobs": TOKENS}
REFUSAL: Json = {"type": "refusal", "refusal": "no"}
SUMMARY: Json = {"type": "summary_text", "text": "hm"}
THOUGHT: Json = {"type": "reasoning_text", "text": "so"}
REASONING: Json = {"type": "reasoning", "id": "rs_1", "summary": [SUMMARY], "content": [THOUGHT]}
MESSAGE: Json = {
    **{"type": "message", "id": "msg_1", "role": "assistant", "phase": "commentary", "status": "completed"},
    "content": [TEXT, REFUSAL],
}
CALL: Json = {
    **{"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"},
    "status": "completed",
}
CUSTOM: Json = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "g", "input": "ab"}
SEARCH: Json = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}}
OUTPUT = [REASONING, MESSAGE, CALL, CUSTOM, SEARCH]
EMPTY: Json = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}


def event(kind: str, **more: Any) -> Json:
    return {"type": kind if kind == "error" else f"response.{kind}", **more}


def numbered(events: Stream) -> Stream:
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def lifecycle(kind: str, **more: Any) -> Json:
    return event(kind, response={**RESPONSE, **more})


def reasoning() -> Stream:
    at: Json = {"output_index": 0, "item_id": "rs_1"}
    summary, content = {**at, "summary_index": 0}, {**at, "content_index": 0}
    return [
        event("output_item.added", output_index=0, item={"type": "reasoning", "id": "rs_1", "summary": []}),
        event("reasoning_summary_part.added", **summary, part={**SUMMARY, "text": ""}),
        event("reasoning_summary_text.delta", **summary, delta="hm"),
        event("reasoning_summary_text.done", **summary, text="hm"),
        event("reasoning_summary_part.done", **summary, part=SUMMARY),
        event("reasoning_text.delta", **content, delta="so"),
        event("reasoning_text.done", **content, text="so"),
        event("output_item.done", output_index=0, item=REASONING),
    ]


def message() -> Stream:
    at: Json = {"output_index": 1, "item_id": "msg_1"}
    text, refusal = {**at, "content_index": 0}, {**at, "content_index": 1}
    return [
        event("output_item.added", output_index=1, item={**MESSAGE, "content": [], "status": "in_progress"}),
        event("content_part.added", **text, part=EMPTY),
        event("output_text.delta", **text, delta="hel", logprobs=TOKENS[:1]),
        event("output_text.delta", **text, delta="lo", logprobs=TOKENS[1:]),
        event("output_text.annotation.added", **text, annotation_index=0, annotation=CITED),
        event("output_text.done", **text, text="hello", logprobs=TOKENS),
        event("content_part.done", **text, part=TEXT),
        event("content_part.added", **refusal, part={**REFUSAL, "refusal": ""}),
        event("refusal.delta", **refusal, delta="no"),
        event("refusal.done", **refusal, refusal="no"),
        event("content_part.done", **refusal, part=REFUSAL),
        event("output_item.done", output_index=1, item=MESSAGE),
    ]


def calls() -> Stream:
    """A function call and a custom one that overlap in time."""
    first: Json = {"output_index": 2, "item_id": "fc_1"}
    second: Json = {"output_index": 3, "item_id": "ctc_1"}
    return [
        event("output_item.added", output_index=2, item={**CALL, "arguments": "", "status": "in_progress"}),
        event("function_call_arguments.delta", **first, delta="{"),
        event("output_item.added", output_index=3, item={**CUSTOM, "input": ""}),
        event("custom_tool_call_input.delta", **second, delta="ab"),
        event("function_call_arguments.delta", **first, delta="}"),
        event("function_call_arguments.done", **first, arguments="{}", name="f"),
        event("custom_tool_call_input.done", **second, input="ab"),
        event("output_item.done", output_index=3, item=CUSTOM),
        event("output_item.done", output_index=2, item=CALL),
    ]


def search() -> Stream:
    at: Json = {"output_index": 4, "item_id": "ws_1"}
    return [
        event("output_item.added", output_index=4, item={"type": "web_search_call", "id": "ws_1"}),
        event("web_search_call.searching", **at),
        event("output_item.done", output_index=4, item=SEARCH),
    ]


def events(*between: Stream, end: str = "completed", **more: Any) -> Stream:
    """A whole stream; without `between`, of every kind of item."""
    held = [*between] if between else [reasoning(), message(), calls(), search()]
    output = more.pop("output", [] if between else OUTPUT)
    begin = [lifecycle("created"), lifecycle("in_progress")]
    final = lifecycle(end, status=end, output=output, **more)
    whole = numbered([*begin, *(event for stream in held for event in stream), final])
    return list(json.loads(json.dumps(whole)))  # nothing shared, so that one fault is one


def at(stream: Stream, kind: str, nth: int = 0) -> int:
    """Where the nth event of a type stands."""
    return [number for number, event in enumerate(stream) if event["type"] in (kind, f"response.{kind}")][nth]


Fault = tuple[Callable[[Stream], Any], str]


def without(kind: str, nth: int = 0) -> Callable[[Stream], Any]:
    return lambda stream: stream.pop(at(stream, kind, nth))


def twice(kind: str, nth: int = 0) -> Callable[[Stream], Any]:
    return lambda stream: stream.insert(at(stream, kind, nth), copy.deepcopy(stream[at(stream, kind, nth)]))


def put(kind: str, path: str, value: Any, nth: int = 0) -> Callable[[Stream], Any]:
    """One value of one event changed; the path leads through keys and positions."""

    def change(stream: Stream) -> None:
        place: Any = stream[at(stream, kind, nth)]
        *way, last = path.split(".")
        for key in way:
            place = place[int(key)] if isinstance(place, list) else place[key]
        place[int(last) if isinstance(place, list) else last] = value

    return change


def cut(kind: str, key: str) -> Callable[[Stream], Any]:
    return lambda stream: stream[at(stream, kind)]["response"].pop(key)


def moved(kind: str, before: str, nth: int = 0) -> Callable[[Stream], Any]:
    return lambda stream: stream.insert(at(stream, before), stream.pop(at(stream, kind, nth)))


def late(stream: Stream) -> None:
    """A delta after the text of its part is done."""
    stream.insert(at(stream, "output_text.done") + 1, stream[at(stream, "output_text.delta")])


EVENT_FAULTS: dict[str, Fault] = {
    "no created": (without("created"), "comes before response.created"),
    "created twice": (twice("created"), "is sent twice"),
    "in_progress first": (moved("in_progress", "created"), "comes before response.created"),
    "in_progress late": (moved("in_progress", "completed"), "comes after the first item"),
    "created is done already": (put("created", "response.status", "completed"), "status is 'completed'"),
    "created with output": (put("created", "response.output", [MESSAGE]), "output is not empty"),
    "created with usage": (put("created", "response.usage", {}), "usage is known already"),
    "no terminal": (without("completed"), "no terminal event"),
    "two terminals": (twice("completed"), "comes after the terminal response.completed"),
    "something after the terminal": (moved("completed", "output_item.done", 0), "comes after the terminal"),
    "terminal of another status": (put("completed", "response.status", "incomplete"), "status is 'incomplete'"),
    "completed with an error": (put("completed", "response.error", {"code": "c"}), "error is there exactly when"),
    "completed with a reason": (put("completed", "response.incomplete_details", {}), "incomplete_details is there"),
    "terminal without usage": (cut("completed", "usage"), "response lacks usage"),
    "terminal without metadata": (cut("completed", "metadata"), "response lacks metadata"),
    "created without tools": (cut("created", "tools"), "response lacks tools"),
    "another id at the end": (put("completed", "response.id", "resp_2"), "another id than in response.created"),
    "another model at the end": (put("completed", "response.model", "n"), "another model than"),
    "terminal without output": (put("completed", "response.output", []), "output is not what the done items say"),
    "terminal in another order": (put("completed", "response.output", OUTPUT[::-1]), "output is not what the done"),
    "an item is never done": (without("output_item.done"), "item 0 is not done"),
    "completed, an item cut": (put("output_item.done", "item.status", "incomplete", 3), "yet an item is incomplete"),
    "item never added": (without("output_item.added", 4), "speaks of an item that was not added"),
    "output_index taken": (put("output_item.added", "output_index", 0, 1), "output_index 0 is taken"),
    "id taken": (put("output_item.added", "item.id", "rs_1", 1), "the id of the item is taken"),
    "item without id": (put("output_item.added", "item.id", None, 1), "the item has no id"),
    "no output_index": (put("output_item.added", "output_index", None), "has no output_index"),
    "message begins whole": (put("output_item.added", "item.content", [TEXT], 1), "content of the added message"),
    "message begins done": (put("output_item.added", "item.status", "completed", 1), "status of the added message"),
    "call begins whole": (put("output_item.added", "item.arguments", "{}", 2), "arguments of the added function_call"),
    "call begins nameless": (put("output_item.added", "item.name", "", 2), "the added function_call has no name"),
    "custom without call_id": (put("output_item.added", "item.call_id", None, 3), "custom_tool_call has no call_id"),
    "another item_id": (put("output_text.delta", "item_id", "msg_2"), "item_id 'msg_2' is not that of the added"),
    "another id when done": (put("output_item.done", "item.id", "msg_2", 1), "another id than when it was added"),
    "another name when done": (put("output_item.done", "item.name", "h", 3), "another name than when it was added"),
    "another phase when done": (put("output_item.done", "item.phase", None, 1), "another phase than when it was"),
    "done while in progress": (put("output_item.done", "item.status", "in_progress", 1), "done item is in_progress"),
    "done without status": (put("output_item.done", "item.status", None, 1), "the done item has no status"),
    "done twice": (twice("output_item.done"), "speaks of an item that is done"),
    "progress after the item": (moved("web_search_call.searching", "completed"), "speaks of an item that is done"),
    "item done, part open": (without("content_part.done"), "another one is open"),
    "last part open": (without("content_part.done", 1), "a part of the item is not done"),
    "item forgets a part": (put("output_item.done", "item.content", [TEXT], 1), "content of the done item is not"),
    "item forgets the summary": (put("output_item.done", "item.summary", []), "summary of the done item is not"),
    "item says another text": (put("output_item.done", "item.content.0.text", "h", 1), "content of the done item"),
    "part never added": (without("content_part.added", 1), "speaks of a part that was not added"),
    "part index leaps": (put("content_part.added", "content_index", 2, 1), "content index 2 is not the next one"),
    "summary index leaps": (put("reasoning_summary_part.added", "summary_index", 1), "summary index 1 is not the"),
    "part of another kind": (put("content_part.added", "part.type", "summary_text"), "is no part of message"),
    "part begins whole": (put("content_part.added", "part.text", "hello"), "the added part is not empty"),
    "refusal in a text": (put("refusal.delta", "content_index", 0), "speaks of a part that is done"),
    "text in a refusal": (put("content_part.added", "part", {"type": "refusal", "refusal": ""}), "speaks of a refusal"),
    "delta says nothing": (put("refusal.delta", "delta", ""), "says nothing"),
    "delta without logprobs": (put("output_text.delta", "logprobs", None), "has no logprobs"),
    "delta after done": (late, "comes after the text is done"),
    "text done twice": (twice("output_text.done"), "is sent twice for the part"),
    "text done is not whole": (put("output_text.done", "text", "hel"), "text is not what its deltas say"),
    "a delta is missing": (without("output_text.delta"), "text is not what its deltas say"),
    "refusal done is not whole": (put("refusal.done", "refusal", "n"), "refusal is not what its deltas say"),
    "logprobs are not whole": (put("output_text.done", "logprobs", []), "logprobs are not those of its deltas"),
    "part without logprobs": (put("content_part.done", "part.logprobs", []), "other logprobs than its deltas"),
    "annotation index leaps": (put("output_text.annotation.added", "annotation_index", 1), "annotation_index 1 is"),
    "annotation not announced": (without("output_text.annotation.added"), "other annotations than were added"),
    "no text done": (without("output_text.done"), "comes before the text is done"),
    "part done is not whole": (put("content_part.done", "part.text", "h"), "not what its done text says"),
    "part done is another": (put("content_part.done", "part.type", "refusal"), "the part is a refusal now"),
    "arguments are not whole": (put("function_call_arguments.done", "arguments", "{"), "arguments is not what its"),
    "arguments delta missing": (without("function_call_arguments.delta"), "arguments is not what its deltas say"),
    "no arguments done": (without("function_call_arguments.done"), "arguments of the done item is not that of"),
    "arguments done twice": (twice("function_call_arguments.done"), "is sent twice for the item"),
    "input is not whole": (put("custom_tool_call_input.done", "input", "a"), "input is not what its deltas say"),
    "arguments for a custom call": (put("function_call_arguments.delta", "output_index", 3, 1), "speaks of a custom"),
    "empty fragment": (put("custom_tool_call_input.delta", "delta", ""), "says nothing"),
}


def broken(stream: Stream, change: Callable[[Stream], Any], *, renumber: bool = True) -> Stream:
    change(stream)
    return numbered(stream) if renumber else stream


def told(stream: Stream, family: str, **more: Any) -> str:
    return "\n".join(grammar.problems(stream, family, **more))


def test_a_right_responses_stream_has_no_problems() -> None:
    assert told(events(), "responses") == ""
    assert told(events([]), "responses") == ""


@pytest.mark.parametrize(("change", "rule"), EVENT_FAULTS.values(), ids=EVENT_FAULTS)
def test_each_broken_rule_of_a_responses_stream_is_named(change: Callable[[Stream], Any], rule: str) -> None:
    assert rule in told(broken(events(), change), "responses")


def test_sequence_numbers_have_no_gap_and_start_at_zero() -> None:
    assert "sequence_number is 6, not 5" in told(broken(events(), lambda s: s.pop(5), renumber=False), "responses")
    assert "sequence_number is 1, not 0" in told(broken(events(), lambda s: s.pop(0), renumber=False), "responses")


def test_a_failed_stream_says_why_and_a_cut_one_cuts_only_its_last_item() -> None:
    error = {"code": "server_error", "message": "m"}
    assert told(events([], end="failed", error=error), "responses") == ""
    assert "error is there exactly when the response failed" in told(events([], end="failed"), "responses")
    reason = {"reason": "max_output_tokens"}
    assert told(events([], end="incomplete", incomplete_details=reason), "responses") == ""
    assert "incomplete_details is there" in told(events([], end="incomplete"), "responses")
    stream = events(end="incomplete", incomplete_details=reason)
    stream[at(stream, "output_item.done", 0)]["item"]["status"] = "incomplete"
    assert "yet an item before the last is cut" in told(stream, "responses")


def test_an_error_event_ends_a_stream_even_as_its_first_event() -> None:
    flat = event("error", code="c", message="m", param=None, sequence_number=0)
    assert told([flat], "responses") == ""
    assert "has no message" in told([event("error", code="c", sequence_number=0)], "responses")
    assert told([{**flat, "error": {"message": "m"}}], "responses") == ""
    assert "has a nested error that says" in told([{**flat, "error": {"message": "n"}}], "responses")
    assert "comes after the terminal error" in told([flat, {**flat, "sequence_number": 1}], "responses")


def test_an_empty_message_stands_alone_or_not_at_all() -> None:
    part = {**EMPTY}
    where: Json = {"output_index": 0, "item_id": "msg_1", "content_index": 0}
    item = {**MESSAGE, "content": [part]}
    stream = [
        event("output_item.added", output_index=0, item={**item, "content": [], "status": "in_progress"}),
        event("content_part.added", **where, part=part),
        event("output_text.done", **where, text="", logprobs=[]),
        event("content_part.done", **where, part=part),
        event("output_item.done", output_index=0, item=item),
    ]
    assert told(events(stream, output=[item]), "responses") == ""
    assert "an empty message item beside others" in told(events(stream, search(), output=[item, SEARCH]), "responses")


# Chat -----------------------------------------------------------------------------------------------------------


def chunk(delta: Json | None = None, finish: str | None = None, index: int = 0, **more: Any) -> Json:
    choices = [] if delta is None else [{"index": index, "delta": delta, "finish_reason": finish}]
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}


def call(index: int, kind: str = "function", **more: Any) -> Json:
    key = "arguments" if kind == "function" else "input"
    return {"tool_calls": [{"index": index, **more.pop("head", {}), kind: {key: more.pop("text", ""), **more}}]}


def opening(index: int, kind: str = "function") -> Json:
    return call(index, kind, head={"id": f"call_{index}", "type": kind}, name="f")


def spoken() -> Stream:
    return [
        chunk({"role": "assistant", "content": "", "refusal": None}),
        chunk({"content": "hi"}),
        chunk({}, "stop"),
    ]


def called() -> Stream:
    """Interleaved calls, text absent, usage asked for."""
    chunks = [
        chunk({"role": "assistant", "content": None}),
        chunk(opening(0)),
        chunk(opening(1, "custom")),
        chunk(call(0, text="{}")),
        chunk(call(1, "custom", text="ab")),
        chunk({}, "tool_calls"),
        chunk(moderation={"results": []}),
        chunk(usage={"total_tokens": 1}),
    ]
    return [{**held, "usage": held.get("usage")} for held in chunks]


def legacy() -> Stream:
    return [
        chunk({"role": "assistant", "content": None}),
        chunk({"function_call": {"name": "f", "arguments": ""}}),
        chunk({"function_call": {"arguments": "{}"}}),
        chunk({}, "function_call"),
    ]


def change(number: int, **more: Any) -> Callable[[Stream], Any]:
    return lambda stream: stream[number].update(more)


def choice(number: int, **more: Any) -> Callable[[Stream], Any]:
    return lambda stream: stream[number]["choices"][0].update(more)


def insert(number: int, held: Json) -> Callable[[Stream], Any]:
    return lambda stream: stream.insert(number, held)


USAGE_NULL: Json = {"usage": None}
CHUNK_FAULTS: dict[str, tuple[Callable[[], Stream], Callable[[Stream], Any], str]] = {
    "another id": (spoken, change(1, id="d"), "another id than the first chunk"),
    "another model": (spoken, change(1, model="n"), "another model than the first chunk"),
    "another created": (spoken, change(1, created=2), "another created than the first chunk"),
    "no object": (spoken, lambda s: s[1].pop("object"), "lacks object"),
    "object of an answer": (spoken, change(1, object="chat.completion"), "object is 'chat.completion'"),
    "no choices": (spoken, lambda s: s[1].pop("choices"), "lacks choices"),
    "an empty chunk": (spoken, insert(1, chunk()), "has no choices and tells nothing else"),
    "no role": (spoken, choice(0, delta={"content": ""}), "the first delta has no role"),
    "role twice": (spoken, choice(1, delta={"role": "assistant", "content": "hi"}), "the role is told again"),
    "no finish": (spoken, lambda s: s.pop(), "choice 0 has no finish_reason"),
    "no choice at all": (spoken, lambda s: s.clear(), "no choice was ever begun"),
    "finish twice": (spoken, insert(3, chunk({}, "stop")), "goes on after its finish_reason"),
    "text after the finish": (spoken, insert(3, chunk({"content": "x"})), "goes on after its finish_reason"),
    "finish with text": (spoken, choice(2, delta={"content": "x"}), "the finish chunk has a delta"),
    "content in parts": (spoken, choice(1, delta={"content": [{"type": "text"}]}), "content is no string"),
    "unknown finish": (spoken, choice(2, finish_reason="done"), "finish_reason is 'done'"),
    "finish says calls": (spoken, choice(2, finish_reason="tool_calls"), "is 'tool_calls', not 'stop'"),
    "finish denies calls": (called, choice(5, finish_reason="stop"), "is 'stop', not 'tool_calls'"),
    "no finish_reason key": (spoken, lambda s: s[1]["choices"][0].pop("finish_reason"), "lacks finish_reason"),
    "no delta": (spoken, lambda s: s[1]["choices"][0].pop("delta"), "the choice lacks delta"),
    "delta says nothing": (spoken, insert(1, chunk({"content": ""})), "the delta says nothing"),
    "usage nobody asked for": (spoken, change(1, usage=None), "has a usage key though nobody asked"),
    "usage key missing": (called, lambda s: s[1].pop("usage"), "has no usage key"),
    "usage never told": (called, lambda s: s.pop(), "usage was asked for and never told"),
    "usage before the end": (called, lambda s: s.insert(6, s.pop(7)), "comes after the usage chunk"),
    "usage before the finish": (called, lambda s: s.insert(5, s.pop(7)), "usage is told before the finish"),
    "usage on the finish chunk": (called, change(5, usage={"total_tokens": 1}), "the usage chunk has choices"),
    "index leaps": (called, choice(2, delta=opening(2)), "tool index 2 is neither known nor the next one"),
    "index missing": (called, lambda s: s[1]["choices"][0]["delta"]["tool_calls"][0].pop("index"), "index None"),
    "call without id": (called, choice(1, delta=call(0, head={"type": "function"}, name="f")), "begins without id"),
    "call without name": (called, choice(1, delta=call(0, head={"id": "i", "type": "function"})), "without name"),
    "call without type": (called, choice(1, delta=call(0, head={"id": "i"}, name="f")), "a call begins as None"),
    "id again": (called, choice(3, delta=call(0, head={"id": "call_0"}, text="{}")), "the id of a call is told again"),
    "name again": (called, choice(3, delta=call(0, text="{}", name="f")), "the name of a call is told again"),
    "custom goes on as function": (called, choice(4, delta=call(1, text="{}")), "goes on as something else"),
    "empty content beside calls": (
        called,
        choice(0, delta={"role": "assistant", "content": ""}),
        "content is empty, not null",
    ),
    "legacy name again": (
        legacy,
        choice(2, delta={"function_call": {"name": "f", "arguments": "{}"}}),
        "the name of the function_call is told again",
    ),
    "legacy name never": (legacy, lambda s: s.pop(1), "the name of the function_call is told late or never"),
    "legacy finish": (legacy, choice(3, finish_reason="tool_calls"), "is 'tool_calls', not 'function_call'"),
    "something after an error": (spoken, insert(1, {"error": {"message": "m"}}), "comes after the error"),
    "error without message": (spoken, insert(3, {"error": {"code": "c"}}), "the error has no message"),
    "error with choices": (spoken, insert(3, {"error": {"message": "m"}, "choices": [{}]}), "has no choices"),
}


@pytest.mark.parametrize("stream", [spoken, called, legacy])
def test_a_right_chat_stream_has_no_problems(stream: Callable[[], Stream]) -> None:
    assert told(stream(), "chat") == ""


def test_an_error_frame_may_end_a_chat_stream_at_any_time() -> None:
    error = {"error": {"message": "m", "type": "server_error", "param": None, "code": None}}
    for length in range(len(called()) - 1):
        assert told([*called()[:length], error], "chat") == ""


def test_several_choices_interleave() -> None:
    second = [
        {**held, "choices": [{**choice, "index": 1} for choice in held["choices"]]} for held in copy.deepcopy(spoken())
    ]
    mixed = [held for pair in zip(spoken(), second, strict=True) for held in pair]
    assert told(mixed, "chat") == ""
    assert "choice 1 has no finish_reason" in told(mixed[:-1], "chat")


@pytest.mark.parametrize(("stream", "change", "rule"), CHUNK_FAULTS.values(), ids=CHUNK_FAULTS)
def test_each_broken_rule_of_a_chat_stream_is_named(
    stream: Callable[[], Stream], change: Callable[[Stream], Any], rule: str
) -> None:
    made = copy.deepcopy(stream())
    change(made)
    assert rule in told(made, "chat", usage="usage" in stream()[0])


@corpus.needed
@pytest.mark.parametrize("family", ["responses", "chat"])
def test_the_live_service_obeys_the_grammar_but_for_what_is_known(family: str) -> None:
    """What recordings of api.openai.com depart in: redacted deltas, old streams, and OBS-16."""
    known = (
        "arguments is not what its deltas say",  # deltas redacted by the recorder
        "has no logprobs",  # recorded before the key was there
        "has a usage key though nobody asked",  # on the usage chunk alone
        "finish_reason is 'stop', not 'tool_calls'",  # a forced named function (OBS-16)
    )
    right = 0
    for record in corpus.records(f"streams_{family}"):
        if record["fidelity"] == "wire":
            wrong = grammar.problems(record["events"], family)
            assert [problem for problem in wrong if not problem.endswith(known)] == [], record["id"]
            right += not wrong
    assert right > 80
