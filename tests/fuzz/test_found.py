"""What fuzzing found, one test a finding: each broke something once."""

from __future__ import annotations

import json
import sys
import tracemalloc
from typing import Any

import pytest

import respeak
from fuzz import drive
from respeak import InvalidPayload, StreamTranslator
from respeak.crossing.answer_down import OUTPUT_DOWN
from respeak.exchange import Exchange
from respeak.exchange_stream import ExchangeStream
from respeak.wire import dumps

ADDED = {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "id": "m", "content": []}}
ASKED = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


@pytest.mark.parametrize(
    ("dialect", "event"),
    [
        ("responses", {"type": "response.output_item.done", "output_index": {}, "item": {}}),
        ("responses", {"type": "response.output_text.delta", "output_index": [], "delta": 1.5}),
        ("chat", {"choices": ["x"]}),
        ("chat", {"choices": [{"index": 0, "delta": "x"}]}),
        ("chat", {"choices": [{"index": 0, "delta": {"tool_calls": True}}]}),
        ("chat", {"choices": 1}),
    ],
)
def test_events_that_are_none_are_no_answer(dialect: str, event: Any) -> None:
    with pytest.raises(InvalidPayload):
        respeak.answer_of([event], dialect=dialect)


def test_a_stream_of_malformed_events_is_a_bad_gateway() -> None:
    """The upstream streamed although nobody asked: the client gets an answer, not a crash."""
    exchange = Exchange(client="chat", upstream="responses")
    exchange.begin(ASKED)
    exchange.request()
    data = {"type": "response.output_text.delta", "output_index": [], "delta": 1.5}
    assert exchange.gathered(b"data: " + json.dumps(data).encode() + b"\n\n").status == 502


@pytest.mark.parametrize("number", ["9", {}, [], 1.5, None])
def test_a_sequence_number_that_is_none_is_not_counted(number: Any) -> None:
    translator = StreamTranslator(source="responses", target="openrouter")
    translator.feed({"type": "response.nobody_knows_this", "sequence_number": number})
    assert translator.close()[-1]["sequence_number"] == 1


@pytest.mark.parametrize(
    ("source", "target"), [("responses", "openrouter"), ("chat", "vtrix"), ("responses", "responses")]
)
def test_closing_twice_gives_nothing_more(source: str, target: str) -> None:
    translator = StreamTranslator(source=source, target=target)
    assert translator.close()
    assert translator.close() == []


def test_the_header_of_losses_survives_keys_that_are_no_unicode() -> None:
    payload = {"model": "m", "input": "x", "\ud800": 1}
    said = respeak.translate_request(payload, source="responses", target="chat")
    drive.header(said.losses)


@pytest.mark.parametrize("entry", ["null", "{}", "1"])
def test_a_million_violations_are_told_by_the_first(entry: str) -> None:
    """They took half a minute and three gigabytes."""
    text = '{"model": "m", "input": [' + f"{entry}," * 999_999 + f"{entry}]}}"
    payload = json.loads(text)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidPayload) as caught:
            respeak.translate_request(payload, source="responses", target="chat")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(caught.value.violations) < 10
    assert caught.value.violations[0].path.startswith("/input/0")
    assert most < 50_000_000


@pytest.mark.parametrize(
    "event",
    [
        {"type": "response.output_text.delta", "content_index": 10**15, "delta": "a"},
        {"type": "response.content_part.added", "content_index": 10**15, "part": {"type": "output_text", "text": ""}},
        {"type": "response.output_text.delta", "content_index": -5, "delta": "a"},
        {"type": "response.reasoning_summary_text.delta", "summary_index": 10**15, "delta": "a"},
    ],
    ids=lambda event: f"{event['type']} {event.get('content_index', event.get('summary_index'))}",
)
def test_a_number_of_a_part_makes_no_parts_before_it(event: Any) -> None:
    """A part numbered 10^15 filled the memory of the machine."""
    answer = respeak.answer_of([ADDED, {**event, "output_index": 0, "item_id": "m"}], dialect="responses")
    assert len(answer["output"][0]["content"] + answer["output"][0].get("summary", [])) == 1


def test_many_pieces_of_one_text_are_joined_once() -> None:
    """They were added one to the next: the square of their number was copied."""
    delta = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m", "delta": "ab"}
    tracemalloc.start()
    try:
        answer = respeak.answer_of([ADDED, *[delta] * 5000], dialect="responses")
    finally:
        tracemalloc.stop()
    assert answer["output"][0]["content"][0]["text"] == "ab" * 5000


@pytest.mark.parametrize("place", [{}, [], "x", 1.5])
def test_an_unknown_event_at_no_place_is_passed_over(place: Any) -> None:
    translator = StreamTranslator(source="responses", target="vtrix")
    assert translator.feed({"type": "response.nobody_knows_this", "output_index": place}) == []


def test_a_summary_that_is_no_list_is_begun_anew() -> None:
    item = {"type": "nobody_knows_this", "id": "r", "summary": 1.5}
    delta = {"type": "response.reasoning_summary_text.delta", "output_index": 0, "item_id": "r", "delta": "a"}
    answer = respeak.answer_of([{**ADDED, "item": item}, {**delta, "summary_index": 0}], dialect="responses")
    assert answer["output"][0]["summary"] == [{"type": "summary_text", "text": "a"}]


BEGUN = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "in_progress", "output": []}
ENDS: dict[str, list[Any]] = {
    "cut": [],
    "completed": [{"type": "response.completed", "response": {**BEGUN, "status": "completed"}}],
    "failed": [{"type": "response.failed", "response": {**BEGUN, "status": "failed"}}],
    "error": [{"type": "error", "message": "x"}],
}


@pytest.mark.parametrize("kind", [*OUTPUT_DOWN, "nobody_knows_this"])
@pytest.mark.parametrize("keys", [{}, {"call_id": "c", "name": "n"}, {"content": 5, "summary": 5}, {"content": [5]}])
def test_an_item_that_was_announced_with_little_and_never_finished(kind: str, keys: Any) -> None:
    """An upstream announced a call without arguments and broke off: the keys that items need were taken for granted."""
    added = {"type": "response.output_item.added", "output_index": 0, "item": {"type": kind, "id": "x", **keys}}
    for target in drive.TARGETS:
        for name, end in ENDS.items():
            translator = StreamTranslator(source="responses", target=target)
            events = [{"type": "response.created", "response": BEGUN}, added, *end]
            said = [out for event in events for out in translator.feed(event)] + translator.close()
            drive.honest({}, translator.losses)
            failed = "error" in said[-1] or said[-1].get("type") in ("error", "response.failed")
            assert failed or name == "completed", (target, name, said)


def test_a_call_that_was_announced_and_never_finished_is_told() -> None:
    item = {"type": "shell_call", "id": "x"}
    translator = StreamTranslator(source="responses", target="chat")
    for event in ({"type": "response.output_item.added", "output_index": 0, "item": item}, *ENDS["completed"]):
        translator.feed(event)
    assert [loss.code for loss in translator.losses] == ["stream_cut"]


def test_of_a_call_that_was_announced_and_never_finished_the_name_and_id_stand() -> None:
    item = {"type": "function_call", "id": "x", "call_id": "c", "name": "f"}
    translator = StreamTranslator(source="responses", target="chat")
    delta = {"type": "response.function_call_arguments.delta", "output_index": 0, "item_id": "x", "delta": "{}"}
    said = []
    for event in ({"type": "response.output_item.added", "output_index": 0, "item": item}, delta, *ENDS["completed"]):
        said += translator.feed(event)  # no created: the terminal event says whose the pieces are
    entries = [call for chunk in said for choice in chunk["choices"] for call in choice["delta"].get("tool_calls", ())]
    assert entries[0]["id"] == "c"
    assert "".join(entry["function"]["arguments"] for entry in entries) == "{}"
    assert [choice["finish_reason"] for chunk in said for choice in chunk["choices"]][-1] == "tool_calls"
    assert "arguments_filled" not in [loss.code for loss in translator.losses]


@pytest.mark.parametrize("kind", ["added", "done"])
def test_a_part_of_a_summary_that_is_null(kind: str) -> None:
    item = {"type": "reasoning", "id": "r", "summary": []}
    part = {"type": f"response.reasoning_summary_part.{kind}", "output_index": 0, "summary_index": 0, "part": None}
    answer = respeak.answer_of([{**ADDED, "item": item}, part], dialect="responses")
    assert answer["output"][0]["summary"] == [{"type": "summary_text", "text": ""}]


def test_a_function_of_a_chunk_with_more_than_name_and_arguments() -> None:
    translator = StreamTranslator(source="chat", target="vtrix")
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{", "parameters": {}}}
    said = translator.feed({"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]})
    said += translator.feed({"choices": [{"index": 0, "delta": {"tool_calls": [call]}, "finish_reason": None}]})
    pieces = [chunk["choices"][0]["delta"]["function_call"] for chunk in said]
    assert [piece["arguments"] for piece in pieces] == ["{", "{"]


DEEP = json.loads('{"a":[' * 400 + "1" + "]}" * 400)


shallow = pytest.mark.skipif(sys.version_info >= (3, 12), reason="writes all that it can read, however deep")
"""For interpreters whose JSON writer stops at the depth at which Python's own functions do."""


def deeply(work: Any, depth: int = 500) -> Any:
    """Do something with little of Python's stack left, as within a server's frames."""
    return deeply(work, depth - 1) if depth else work()


@shallow
def test_what_nests_too_deeply_to_be_written_is_refused_on_the_way_to_the_upstream() -> None:
    exchange = Exchange(client="responses", upstream="litellm")
    exchange.begin({"model": "m", "input": "x", "nobody_knows": DEEP})
    sent = exchange.request()
    with pytest.raises(InvalidPayload, match="nested too deeply"):
        deeply(lambda: dumps(sent))


@shallow
def test_what_nests_too_deeply_to_be_written_is_a_bad_gateway_on_the_way_back() -> None:
    exchange = Exchange(client="responses", upstream="litellm")
    exchange.begin({"model": "m", "input": "x"})
    data = json.dumps({**BEGUN, "status": "completed", "nobody_knows": DEEP}).encode()
    assert deeply(lambda: exchange.answer(200, data)).status == 502
    events = frame("response.completed", BEGUN | {"nobody_knows": DEEP})
    assert deeply(lambda: exchange.gathered(events)).status == 502


@shallow
def test_what_nests_too_deeply_to_be_written_ends_a_stream_with_an_error() -> None:
    exchange = Exchange(client="responses", upstream="litellm")
    exchange.begin({"model": "m", "input": "x", "stream": True})
    stream = ExchangeStream(exchange)
    assert stream.feed(frame("response.created", BEGUN))
    events = frame("response.completed", BEGUN | {"nobody_knows": DEEP})
    last = deeply(lambda: stream.feed(events))
    assert stream.ended
    assert b"nested too deeply" in last


def frame(kind: str, response: Any) -> bytes:
    """An event as it stands in a stream."""
    return b"data: " + json.dumps({"type": kind, "sequence_number": 0, "response": response}).encode() + b"\n\n"


DONE = {"type": "response.done", "sequence_number": 1}


@pytest.mark.parametrize(
    ("response", "path"),
    [
        (5, ""),
        ({"output": [None]}, "/output/0"),
        ({"output": [{"type": "message", "role": "assistant", "content": ["x"]}]}, "/output/0/content/0"),
        ({"usage": {"input_tokens": 9, "output_tokens": {}, "total_tokens": 9}}, "/usage/output_tokens"),
    ],
)
@pytest.mark.parametrize("target", ["chat", "vtrix"])
def test_the_last_event_of_the_codex_backend_is_judged(response: Any, path: str, target: str) -> None:
    with pytest.raises(InvalidPayload) as caught:
        StreamTranslator(source="responses", target=target).feed({**DONE, "response": response})
    assert caught.value.violations[0].path == f"/response{path}"


@pytest.mark.parametrize("kind", ["message", "reasoning"])
@pytest.mark.parametrize("part", [None, [], "x", True])
def test_what_an_announced_item_holds_in_place_of_parts_is_none(kind: str, part: Any) -> None:
    item = {"type": kind, "id": "i", "content": [part], "summary": [part]}
    piece = {"item_id": "i", "output_index": 0, "content_index": 0, "summary_index": 0}
    events = [
        {**ADDED, "item": item},
        {**piece, "type": "response.output_text.delta", "delta": "x"},
        {**piece, "type": "response.reasoning_summary_text.delta", "delta": "x"},
    ]
    [answered] = respeak.answer_of(events, dialect="responses")["output"]
    assert answered["content"][0]["text"] == "x"
    assert answered["summary"] == [{"type": "summary_text", "text": "x"}]


@pytest.mark.parametrize("kind", [[], {}, 5, None])
def test_an_allowed_tool_of_no_type_allows_nothing(kind: Any) -> None:
    function = {"type": "function", "name": "f", "parameters": {}, "strict": False}
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": kind, "name": "f"}, {**function}]}
    asked = {"model": "m", "input": "x", "tools": [function], "tool_choice": allowed}
    said = respeak.translate_request(asked, source="responses", target="aimlapi", tolerate="breaking")
    assert said.payload["tools"] == [function] and said.payload["tool_choice"] == "auto"


@pytest.mark.parametrize("kind", [[], {}, 5, None])
def test_an_allowed_tool_of_no_type_names_nothing(kind: Any) -> None:
    function = {"type": "function", "function": {"name": "f"}}
    allowed = {"mode": "auto", "tools": [function, {**function, "type": kind}]}
    asked = {**ASKED, "tools": [function], "tool_choice": {"type": "allowed_tools", "allowed_tools": allowed}}
    said = respeak.translate_request(asked, source="chat", target="vtrix", tolerate="breaking")
    assert said.payload["functions"] == [{"name": "f"}]
    place = "/tool_choice/allowed_tools/tools/1"
    assert [loss.path for loss in said.losses if loss.path.startswith("/tool_choice")] == [place]


@pytest.mark.parametrize("held", [{}, {"function": "x"}, {"function": {}}])
@pytest.mark.parametrize("target", ["responses", "vtrix"])
def test_a_call_of_an_empty_type_is_one_that_nobody_knows(held: Any, target: str) -> None:
    call = {"id": "call_1", "type": "", **held}
    message = {"role": "assistant", "content": "x", "tool_calls": [call]}
    asked = {"model": "m", "messages": [message]}
    said = respeak.translate_request(asked, source="chat", target=target, tolerate="breaking")
    assert [loss.path for loss in said.losses if loss.code == "unknown_item_dropped"] == ["/messages/0/tool_calls/0"]
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    respeak.translate_response({**answer, "object": "chat.completion"}, source="chat", target=target)


def test_a_status_that_is_no_unicode_is_told_in_ascii() -> None:
    with pytest.raises(InvalidPayload) as caught:
        respeak.stream_of({"object": "response", "status": "\ud800", "output": []}, dialect="responses")
    str(caught.value).encode()


@pytest.mark.parametrize(
    "part", [{"type": "image_url", "image_url": 0}, {"type": "file", "file": "x"}, {"type": "file"}]
)
@pytest.mark.parametrize("role", ["tool", "developer"])
def test_an_image_where_none_is_documented_may_be_none(part: Any, role: str) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turn = [{"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "call_1", "content": "x"}]
    text = {"type": "text", "text": "y"}
    odd = {"role": role, "tool_call_id": "call_1", "content": [text, part]}
    messages = [turn[0], odd] if role == "tool" else [*turn, {"role": role, "content": [text, part]}]
    said = respeak.translate_request(
        {"model": "m", "messages": messages}, source="chat", target="responses", tolerate="breaking"
    )
    code = "image_dropped" if "image_url" in part else "file_dropped"
    place = f"/messages/{len(messages) - 1}/content/1"
    assert (code, place) in [(loss.code.value, loss.path) for loss in said.losses]


def test_a_picture_of_a_tool_may_be_its_bare_url() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "shot", "arguments": "{}"}}
    picture = {"type": "image_url", "image_url": "https://a.example/x.png"}
    messages = [
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": [picture]},
    ]
    said = respeak.translate_request({"model": "m", "messages": messages}, source="chat", target="responses")
    [part] = said.payload["input"][1]["output"]
    assert part == {"type": "input_image", "image_url": "https://a.example/x.png", "detail": "auto"}


@pytest.mark.parametrize("given", ["https://a.example/x.png", {"url": "https://a.example/x.png"}, 0])
def test_a_picture_of_a_tool_for_vtrix_is_one_of_a_user_or_told(given: Any) -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "shot", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "image_url", "image_url": given}]}
    asked = {"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}, result]}
    said = respeak.translate_request(asked, source="chat", target="vtrix", tolerate="breaking")
    shown = [message["content"] for message in said.payload["messages"] if message["role"] == "user"]
    told = ("image_dropped", "/messages/1/content/0") in [(loss.code.value, loss.path) for loss in said.losses]
    assert (shown == [[{"type": "image_url", "image_url": {"url": "https://a.example/x.png"}}]]) != told


@pytest.mark.parametrize("role", ["user", "system", "developer"])
@pytest.mark.parametrize("calls", [5, [5], "x", [{"id": "call_1"}]])
@pytest.mark.parametrize("target", ["responses", "vtrix", "openrouter-chat"])
def test_calls_of_others_than_assistants_may_be_anything(role: str, calls: Any, target: str) -> None:
    asked = {"model": "m", "messages": [{"role": role, "content": "x", "tool_calls": calls}]}
    said = respeak.translate_request(asked, source="chat", target=target, tolerate="breaking")
    told = [loss.path for loss in said.losses if loss.path.startswith("/messages/0/tool_calls")]
    assert bool(told) == (target == "responses")
    assert target == "responses" or said.payload["messages"][0]["tool_calls"] == calls


@pytest.mark.parametrize("kind", [[], {}, 1, "x", None])
@pytest.mark.parametrize("target", ["responses", "vtrix"])
def test_a_function_call_may_have_a_type_of_any_kind(kind: Any, target: str) -> None:
    message = {"role": "assistant", "content": "x", "function_call": {"name": "f", "arguments": "{}", "type": kind}}
    answer = {"choices": [{"index": 0, "message": message, "finish_reason": "function_call"}]}
    said = respeak.translate_response({**answer, "object": "chat.completion"}, source="chat", target=target)
    assert "f" in json.dumps(said.payload)


def test_a_stream_that_nobody_asked_for_may_hold_anything() -> None:
    exchange = Exchange(client="responses", upstream="chat")
    exchange.begin({"model": "m", "input": "x"})
    exchange.request()
    assert exchange.gathered(b'data: {"choices": ["x"]}\n\n').status == 502


@pytest.mark.parametrize("output", ["x", ["x"], [None], {}, 1])
def test_a_response_that_is_under_way_may_hold_any_output(output: Any) -> None:
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
    begun = {"id": "resp_1", "object": "response", "status": "in_progress", "output": output}
    events = [
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.in_progress", "response": begun},
    ]
    try:
        assert respeak.answer_of(events, dialect="responses")["output"] == [item]
    except InvalidPayload as refused:
        assert "/response/output" in str(refused)


@pytest.mark.parametrize("target", ["chat", "vtrix", "aimlapi"])
def test_an_item_that_nobody_knows_may_hold_anything(target: str) -> None:
    odd = {"type": "hologram", "id": ["x"], "call_id": {"y": 1}, "content": ["z"], "summary": [1]}
    ended = {"id": "resp_1", "status": "completed", "output": []}
    events = [
        {"type": "response.output_item.done", "item": odd},
        {"type": "response.completed", "response": ended},
    ]
    translator = StreamTranslator(source="responses", target=target)
    for event in events:
        translator.feed(event)
    translator.close()
    assert respeak.answer_of(events, dialect="responses")["output"] == [odd]


@pytest.mark.parametrize("allowed", ["x", ["x"], {"tools": ["x"]}, {"tools": "x"}])
@pytest.mark.parametrize("target", ["chat", "vtrix", "responses"])
def test_a_choice_that_nobody_knows_may_hold_what_an_allowed_list_holds(allowed: Any, target: str) -> None:
    asked = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "x"}]}
    tool = {"type": "function", "function": {"name": "f"}}
    choice = {"type": "hologram", "allowed_tools": allowed}
    respeak.translate_request(
        {**asked, "tools": [tool], "tool_choice": choice}, source="codex-guide", target=target, tolerate="breaking"
    )


@pytest.mark.parametrize("choices", [1, ["x"], [{"message": "x"}]])
def test_a_response_that_failed_may_hold_choices_of_any_kind(choices: Any) -> None:
    failed = {"id": "resp_1", "object": "response", "status": "failed", "error": {"message": "no"}, "output": []}
    said = respeak.translate_response({**failed, "choices": choices}, source="responses", target="chat")
    assert "/choices" in [loss.path for loss in said.losses]


@pytest.mark.parametrize("kind", ["a", "error"])
def test_what_an_unknown_event_calls_a_response_is_none(kind: str) -> None:
    event = {"type": kind, "error": {"message": "x"}, "response": {"id": "resp_8", "output": 1.5}, "sequence_number": 3}
    translator = StreamTranslator(source="aimlapi", target="responses")
    assert [said["response"] for said in translator.feed(event)] == [event["response"]]


def test_an_item_that_is_finished_without_a_type_is_not_the_call_that_was_announced() -> None:
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "berth", "arguments": ""}
    done = {"type": "", "id": "msg_4", "content": [{"type": "output_text", "text": "Pier 4."}]}
    translator = StreamTranslator(source="responses", target="chat")
    for kind, item in (("added", call), ("done", done)):
        translator.feed({"type": f"response.output_item.{kind}", "output_index": 0, "item": item})
    assert "error" in translator.close()[-1]
