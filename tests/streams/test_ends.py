"""Streams that are not quite as documented: what was said stands, belongs to one answer, and nothing is made up."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from respeak import StreamTranslator
from streams import build, shapes

Json = dict[str, Any]

DELTA = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "m", "delta": "Hel"}
CREATED: Json = {
    "type": "response.created",
    "sequence_number": 0,
    "response": {"id": "resp_1", "object": "response", "created_at": 7, "model": "m", "status": "in_progress"}
    | {"output": []},
}
ITEM = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": []}


def fed(source: str, target: str, *events: Json) -> tuple[list[Json], StreamTranslator]:
    translator = StreamTranslator(source=source, target=target)
    return [said for event in events for said in translator.feed(event)] + translator.close(), translator


def test_pieces_that_waited_for_a_response_get_a_head_though_none_came() -> None:
    said, _ = fed("responses", "chat", DELTA, {"type": "error", "message": "Gone."})
    assert [chunk["id"] for chunk in said[:-1]] == ["chatcmpl-0"] * 2
    assert all({"object", "created", "model"} <= chunk.keys() for chunk in said[:-1])
    assert said[1]["choices"][0]["delta"] == {"content": "Hel"}
    assert said[-1]["error"]["message"] == "Gone."


def test_a_stream_within_responses_that_breaks_off_fails_with_the_items_that_were_finished() -> None:
    done = {"type": "response.output_item.done", "sequence_number": 4, "output_index": 0, "item": ITEM}
    said, translator = fed("responses", "openrouter", CREATED, done)
    last = said[-1]
    assert (last["type"], last["sequence_number"]) == ("response.failed", 5)
    assert last["response"]["output"] == [ITEM]
    assert last["response"]["status"] == "failed" and last["response"]["error"]["code"] == "server_error"
    assert [loss.code for loss in translator.losses] == ["stream_cut"]


@pytest.mark.parametrize("target", ["chat", "vtrix", "openrouter", "responses"])
def test_a_broken_stream_is_closed_once(target: str) -> None:
    said, translator = fed("responses", target, CREATED)
    assert said and translator.close() == []
    assert [loss.code.value for loss in translator.losses].count("stream_cut") == 1


def chunk(content: str | None, number: int = 0, finish: str | None = None) -> Json:
    head = {"id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": number, "model": f"m-{number}"}
    delta = {} if content is None else {"content": content}
    return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def test_an_answer_is_named_by_its_first_chunk() -> None:
    answer = respeak.answer_of([chunk("a", 1), chunk("b", 2), chunk(None, 3, "stop")], dialect="chat")
    assert (answer["id"], answer["created"], answer["model"]) == ("chatcmpl-1", 1, "m-1")


@pytest.mark.parametrize(("source", "target"), [("chat", "responses"), ("chat", "vtrix"), ("vtrix", "responses")])
def test_an_empty_piece_of_text_says_nothing(source: str, target: str) -> None:
    chunks = [chunk("a"), chunk("b"), chunk(""), chunk("c"), chunk(None, finish="stop")]
    said, _ = fed(source, target, *chunks)
    deltas = [event.get("delta") for event in said if event.get("type") == "response.output_text.delta"]
    pieces = [each["delta"].get("content") for event in said for each in event.get("choices", ()) if each["delta"]]
    assert (deltas or pieces) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [("completed", "completed"), ("incomplete", "incomplete"), ("failed", "failed"), ("cancelled", "failed")],
)
def test_a_finished_response_ends_in_the_event_of_its_status(status: str, kind: str) -> None:
    answer = {**CREATED["response"], "status": status, "output": [ITEM]}
    events = respeak.stream_of(answer, dialect="responses")
    assert events[-1] == {"type": f"response.{kind}", "sequence_number": len(events) - 1, "response": answer}
    assert [event["response"]["status"] for event in events[:2]] == ["in_progress"] * 2


@pytest.mark.parametrize("status", ["in_progress", "queued"])
def test_a_response_that_is_still_running_is_no_stream(status: str) -> None:
    with pytest.raises(respeak.InvalidPayload, match="/status: expected a finished response"):
        respeak.stream_of({**CREATED["response"], "status": status}, dialect="responses")


def test_the_summary_of_a_thought_is_streamed() -> None:
    item = {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "Look."}]}
    events = respeak.stream_of({**CREATED["response"], "status": "completed", "output": [item]}, dialect="responses")
    [delta] = [event for event in events if event["type"] == "response.reasoning_summary_text.delta"]
    assert (delta["delta"], delta["item_id"], delta["summary_index"]) == ("Look.", "r", 0)


def test_what_a_completion_says_beside_its_choices_stands_on_the_last_of_their_chunks() -> None:
    message = {"role": "assistant", "content": "y", "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    chunks = respeak.stream_of({**answer, "metadata": {"a": "b"}}, dialect="chat")
    assert chunks[-1]["metadata"] == {"a": "b"} and chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert respeak.answer_of(chunks, dialect="chat")["metadata"] == {"a": "b"}


@pytest.mark.parametrize(
    ("delta", "path"),
    [({"annotations": 5}, "annotations"), ({"annotations": [5]}, "annotations/0"), ({"audio": "x"}, "audio")],
)
@pytest.mark.parametrize("target", ["chat", "responses", "vtrix"])
def test_what_a_delta_says_of_the_message_is_judged_as_there(delta: Json, path: str, target: str) -> None:
    wrong = {**chunk(None), "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    with pytest.raises(respeak.InvalidPayload) as caught:
        fed("chat", target, chunk("a"), wrong)
    assert caught.value.violations[0].path == f"/choices/0/delta/{path}"


def test_sound_comes_in_pieces_of_which_some_are_null() -> None:
    pieces: list[Json] = [
        {"id": "audio_1", "data": None, "transcript": "Hel"},
        {"data": "QUJD", "transcript": "lo"},
        {"data": "REVG", "expires_at": 9},
    ]
    chunks = [{**chunk(None), "choices": [{"index": 0, "delta": {"audio": piece}}]} for piece in pieces]
    message = respeak.answer_of([*chunks, chunk(None, finish="stop")], dialect="chat")["choices"][0]["message"]
    assert message["audio"] == {"id": "audio_1", "data": "QUJDREVG", "transcript": "Hello", "expires_at": 9}


def test_a_bridged_call_that_comes_twice_is_said_once() -> None:
    """When it is done, and again in the finished answer."""
    action = {"type": "exec", "command": ["ls"], "env": {}}
    call = {"type": "local_shell_call", "id": "lsh_1", "call_id": "call_1", "status": "completed", "action": action}
    done = {"type": "response.output_item.done", "output_index": 0, "item": call}
    final = {**CREATED["response"], "status": "completed", "output": [call]}
    said, _ = fed("responses", "chat", CREATED, done, done, {"type": "response.completed", "response": final})
    deltas = [choice["delta"] for chunk in said for choice in chunk["choices"]]
    assert [entry["id"] for delta in deltas for entry in delta.get("tool_calls") or ()] == ["call_1"]


CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CUSTOM = {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "x"}}
TOKEN = {"token": "y", "logprob": -0.5, "bytes": [121], "top_logprobs": []}
MESSAGES: dict[str, tuple[Json, Json]] = {
    "text": ({"content": "y"}, {}),
    "empty text": ({"content": ""}, {}),
    "a refusal": ({"content": None, "refusal": "No."}, {}),
    "calls": ({"content": "y", "tool_calls": [CALL, CUSTOM]}, {"finish_reason": "tool_calls"}),
    "a call of old": ({"content": None, "function_call": CALL["function"]}, {"finish_reason": "function_call"}),
    "logprobs": ({"content": "y"}, {"logprobs": {"content": [TOKEN], "refusal": None}}),
    "thoughts": ({"content": "y", "reasoning_content": "z", "annotations": []}, {}),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_completion_is_what_its_chunks_make(name: str) -> None:
    said, more = MESSAGES[name]
    message = {"role": "assistant", "refusal": None, **said}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop", **more}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}
    chunks = respeak.stream_of(answer, dialect="chat")
    assert respeak.answer_of(chunks, dialect="chat") == answer
    spoken = [each["choices"][0] for each in chunks if each["choices"] and each["choices"][0]["logprobs"]]
    assert all(choice["delta"] == {"content": "y"} for choice in spoken) and bool(spoken) == ("logprobs" in more)
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant" and chunks[-1]["usage"] == usage


def test_a_client_of_functions_knows_no_logprobs_and_no_parts() -> None:
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]
    token = {"token": "!", "logprob": -0.1, "bytes": [33], "top_logprobs": []}
    choices = [
        {"index": 0, "delta": {"role": "assistant", "content": parts}, "logprobs": None, "finish_reason": None},
        {"index": 0, "delta": {"content": "!"}, "logprobs": {"content": [token], "refusal": None}},
        {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"},
    ]
    said, _ = fed("chat", "vtrix", *({**chunk(None), "choices": [choice]} for choice in choices))
    told = [choice for each in said for choice in each["choices"]]
    assert "".join(choice["delta"].get("content") or "" for choice in told) == "Hello!"
    assert all("logprobs" not in choice for choice in told)


@pytest.mark.parametrize("said", [{"tool_calls": [{"index": 0, **CALL}]}, {"function_call": CALL["function"]}])
def test_an_empty_text_beside_calls_is_none(said: Json) -> None:
    chunks = [{**chunk(None), "choices": [{"index": 0, "delta": delta}]} for delta in ({"content": ""}, said)]
    answer = respeak.answer_of([*chunks, chunk(None, finish="stop")], dialect="chat")
    assert answer["choices"][0]["message"]["content"] is None


@pytest.mark.parametrize("kind", ["refusal.done", "content_part.done", "output_item.done"])
def test_a_refusal_that_no_delta_brought_is_said_once(kind: str) -> None:
    part = {"type": "refusal", "refusal": "No."}
    item = {**ITEM, "content": [part]}
    at = {"output_index": 0, "content_index": 0, "item_id": "m"}
    events: dict[str, Json] = {
        "refusal.done": part,
        "content_part.done": {"part": part},
        "output_item.done": {"item": item},
    }
    whole = {**at, **events[kind], "type": f"response.{kind}"}
    final = {**CREATED["response"], "status": "completed", "output": [item]}
    said, _ = fed("responses", "chat", CREATED, whole, {"type": "response.completed", "response": final})
    deltas = [choice["delta"] for each in said for choice in each["choices"]]
    assert "".join(delta.get("refusal") or "" for delta in deltas) == "No."


def test_the_logprobs_of_a_text_go_with_it() -> None:
    top = {"token": "y", "logprob": -0.5, "bytes": [121]}
    part = {"type": "output_text", "text": "y", "annotations": [], "logprobs": [{**top, "top_logprobs": [top]}]}
    answer = {**CREATED["response"], "status": "completed", "output": [{**ITEM, "content": [part]}]}
    told = [event["logprobs"] for event in respeak.stream_of(answer, dialect="responses") if "logprobs" in event]
    light = {"token": "y", "logprob": -0.5}
    assert told == [[{**light, "top_logprobs": [light]}]] * 2


def test_text_in_parts_goes_on() -> None:
    parts = [{"content": [{"type": "text", "text": text}]} for text in ("Hel", "lo")]
    chunks = [{**chunk(None), "choices": [{"index": 0, "delta": delta}]} for delta in parts]
    answer = respeak.answer_of([*chunks, chunk(None, finish="stop")], dialect="chat")
    assert answer["choices"][0]["message"]["content"] == "Hello"


@pytest.mark.parametrize(("finish", "phase"), [("stop", "final_answer"), ("length", None)])
def test_a_phase_is_inferred_at_a_clean_end(finish: str, phase: str | None) -> None:
    translator = StreamTranslator(source="chat", target="responses", options=respeak.Options(infer_phase=True))
    said = [event for each in (chunk("a"), chunk(None, finish=finish)) for event in translator.feed(each)]
    said += translator.close()
    assert said[-1]["response"]["output"][-1].get("phase") == phase


def test_chunks_of_an_answer_without_usage_do_not_speak_of_it() -> None:
    message = {"role": "assistant", "content": "y", "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    assert all("usage" not in each for each in respeak.stream_of(answer, dialect="chat"))


def test_logprobs_of_a_text_that_no_delta_brought() -> None:
    token = {"token": "Hel", "logprob": -0.5, "top_logprobs": []}
    whole = {**DELTA, "type": "response.output_text.done", "text": "Hel", "logprobs": [token]}
    said, _ = fed("responses", "chat", CREATED, whole)
    [told] = [choice["logprobs"] for each in said for choice in each.get("choices", ()) if choice["logprobs"]]
    assert told["content"] == [{**token, "bytes": [72, 101, 108]}]


def test_a_call_of_old_that_came_before_its_name_is_closed() -> None:
    """Its arguments came first: the call begins when the answer ends."""
    deltas: list[Json] = [{"function_call": {"arguments": "{}"}}, {"function_call": {"name": "f"}}]
    chunks = [{**chunk(None), "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    said, _ = fed("chat", "responses", *chunks, chunk(None, finish="function_call"))
    [call] = said[-1]["response"]["output"]
    assert (call["type"], call["name"], call["arguments"]) == ("function_call", "f", "{}")
    assert call["status"] == "completed"


def test_a_custom_tool_of_the_client_is_called_through_functions() -> None:
    tool = {"type": "custom", "custom": {"name": "g"}}
    asked = {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [tool]}
    pieces: list[Json] = [{"name": "g"}, {"arguments": '{"inp'}, {"arguments": 'ut": "x"}'}]
    chunks = [{**chunk(None), "choices": [{"index": 0, "delta": {"function_call": piece}}]} for piece in pieces]
    translator = StreamTranslator(source="vtrix", target="chat", request=asked)
    said = [each for event in (*chunks, chunk(None, finish="function_call")) for each in translator.feed(event)]
    deltas = [choice["delta"] for each in said for choice in each["choices"]]
    begun, rest = [entry for delta in deltas for entry in delta.get("tool_calls") or ()]
    assert (begun["index"], begun["type"], begun["custom"]) == (0, "custom", {"name": "g", "input": ""})
    assert rest == {"index": 0, "custom": {"input": "x"}}
    assert said[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_citations_of_a_finished_text_have_events_of_their_own() -> None:
    cited = [
        {"type": "url_citation", "url": f"https://{n}.example", "title": n, "start_index": 0, "end_index": 1}
        for n in "ab"
    ]
    part = {"type": "output_text", "text": "y", "annotations": cited, "logprobs": []}
    answer = {**CREATED["response"], "status": "completed", "output": [{**ITEM, "content": [part]}]}
    events = respeak.stream_of(answer, dialect="responses")
    told = [event for event in events if event["type"] == "response.output_text.annotation.added"]
    assert [(event["annotation_index"], event["annotation"]) for event in told] == list(enumerate(cited))


@pytest.mark.parametrize(("kind", "finish"), [("completed", "stop"), ("incomplete", "length"), ("done", "stop")])
def test_a_last_event_whose_response_has_no_status_says_it_by_its_type(kind: str, finish: str) -> None:
    said, _ = fed("responses", "chat", CREATED, DELTA, {"type": f"response.{kind}", "response": {"id": "resp_1"}})
    assert [choice["finish_reason"] for each in said for choice in each["choices"]][-1] == finish


def test_a_piece_of_an_item_that_nothing_announced_is_no_item() -> None:
    assert respeak.answer_of([CREATED, DELTA], dialect="responses")["output"] == []


def of_call(number: int, indexed: bool) -> list[Json]:
    """The events of a function call, with or without the indexes and the id that tell whose they are."""
    whole = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", "name": f"f{number}"}
    begun: Json = {**whole, "arguments": "", "status": "in_progress"}
    done: Json = {**whole, "arguments": f'{{"a":{number}}}', "status": "completed"}
    at: Json = {"output_index": number, "item_id": f"fc_{number}"} if indexed else {}
    return [
        {**at, "type": "response.output_item.added", "item": begun},
        {**at, "type": "response.function_call_arguments.delta", "delta": '{"a":'},
        {**at, "type": "response.function_call_arguments.delta", "delta": f"{number}}}"},
        {**at, "type": "response.output_item.done", "item": done},
    ]


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("retried", [True, False])
def test_an_answer_is_gathered_from_events_that_say_no_index_and_from_the_last_try(
    indexed: bool, retried: bool
) -> None:
    tries = [CREATED, *of_call(0, indexed), *of_call(1, indexed)] if retried else []
    events = [*tries, CREATED, *of_call(0, indexed), *of_call(1, indexed)[:3]]
    answer = respeak.answer_of(events, dialect="responses")
    calls = [(item["call_id"], item["arguments"]) for item in answer["output"]]
    assert calls == [("call_0", '{"a":0}'), ("call_1", '{"a":1}')]


def test_thoughts_without_numbers_follow_one_another() -> None:
    part = {"type": "response.reasoning_summary_part.added", "output_index": 0, "part": {"type": "summary_text"}}
    delta = {"type": "response.reasoning_summary_text.delta", "output_index": 0, "delta": "Hm."}
    item = {"type": "reasoning", "id": "rs", "summary": []}
    added = {"type": "response.output_item.added", "output_index": 0, "item": item}
    answer = respeak.answer_of([CREATED, added, part, delta, part, delta], dialect="responses")
    assert [part["text"] for part in answer["output"][0]["summary"]] == ["Hm.", "Hm."]


def test_ids_that_change_in_every_event_without_index_are_those_of_the_open_item() -> None:
    item = {**ITEM, "content": [{"type": "output_text", "text": "Hello", "annotations": []}]}
    added = {"type": "response.output_item.added", "item": {**ITEM, "id": "a"}}
    deltas = [{"type": DELTA["type"], "item_id": name, "delta": text} for name, text in (("b", "Hel"), ("c", "lo"))]
    done = {"type": "response.output_item.done", "item": {**item, "id": "d"}}
    final = {**CREATED["response"], "status": "completed", "output": [{**item, "id": "e"}]}
    said, _ = fed("responses", "chat", CREATED, added, *deltas, done, {"type": "response.completed", "response": final})
    assert [each["choices"][0]["delta"].get("content") for each in said] == ["", "Hel", "lo", None]


@pytest.mark.parametrize("again", ["Hello", "Help!"])
def test_a_retry_of_a_long_text_is_known_by_all_of_it(again: str) -> None:
    """Pieces that went the short way count, too, however many there were."""
    added = {"type": "response.output_item.added", "output_index": 0, "item": ITEM}
    pieces = [{**DELTA, "delta": f"{number} "} for number in range(500)]
    once = [CREATED, added, *pieces, {**DELTA, "delta": "Hel"}]
    text = "".join(piece["delta"] for piece in pieces) + again
    retry = [CREATED, added, *({**DELTA, "delta": text[at : at + 7]} for at in range(0, len(text), 7))]
    said, translator = fed("responses", "chat", *once, *retry)
    spoken = "".join(choice["delta"].get("content") or "" for each in said for choice in each.get("choices", ()))
    assert spoken == text
    other, _ = fed("responses", "chat", *once, CREATED, added, {**DELTA, "delta": f"x{text}"})
    assert other[-1]["error"]["message"].startswith("The upstream began its answer again")
    assert [loss.code.value for loss in translator.losses].count("stream_cut") == 1


def test_an_empty_object_that_was_said_before_the_answer_was_cut_is_reported() -> None:
    """It had to be said when the next call opened; the whole answer leaves such a call empty."""
    first, second = of_call(0, indexed=True), of_call(1, indexed=True)
    empty = {**first[3], "item": {**first[3]["item"], "arguments": ""}}
    output = [empty["item"], second[3]["item"]]
    final = {**CREATED["response"], "status": "incomplete", "output": output}
    terminal = {
        "type": "response.incomplete",
        "response": {**final, "incomplete_details": {"reason": "max_output_tokens"}},
    }
    said, translator = fed("responses", "chat", CREATED, first[0], empty, *second, terminal)
    entries = [entry for each in said for choice in each["choices"] for entry in choice["delta"].get("tool_calls", ())]
    assert [(entry["index"], entry["function"]["arguments"]) for entry in entries[:3]] == [(0, ""), (0, "{}"), (1, "")]
    assert ("arguments_filled", "/output/0") in [(loss.code.value, loss.path) for loss in translator.losses]


def test_a_call_before_which_another_began_that_never_came_is_the_one() -> None:
    """A client of functions gets the first call that is said at all."""
    action = {"commands": ["ls"], "timeout_ms": None, "max_output_length": None}
    shell = {"type": "shell_call", "id": "sh", "call_id": "s", "status": "in_progress", "action": action}
    added = {"type": "response.output_item.added", "output_index": 0, "item": shell}
    call = of_call(1, indexed=True)
    final = {**CREATED["response"], "status": "completed", "output": [call[3]["item"]]}
    said, _ = fed("responses", "vtrix", CREATED, added, *call, {"type": "response.completed", "response": final})
    calls = [each["choices"][0]["delta"].get("function_call") for each in said]
    assert [call for call in calls if call] == [{"name": "f1", "arguments": ""}, {"arguments": '{"a":1}'}]


def test_an_error_may_have_keys_of_any_name() -> None:
    nested = {"message": "Gone.", "type": "t", "code": 7, "kind": "a", "self": "b", "hint": None}
    said, _ = fed("responses", "chat", CREATED, {"type": "error", "error": nested})
    assert said == [{"error": {"message": "Gone.", "type": "t", "param": None, "code": "7", "kind": "a", "self": "b"}}]


def test_a_response_that_begins_again_may_have_no_id() -> None:
    translator = respeak.StreamTranslator(source="responses", target="openrouter")
    begun = {"type": "response.created", "response": {"status": "in_progress", "output": []}}
    done = {"type": "response.completed", "response": {"id": "resp_2", "status": "completed", "output": []}}
    said = [event for given in (begun, begun, done) for event in translator.feed(given)] + translator.close()
    assert [event["type"] for event in said] == ["response.created", "response.completed"]


UNENDED = ("", None)
"""What providers say of a choice that goes on."""
OLD: Json = {"model": "m", "messages": [{"role": "user", "content": "x"}], "functions": [{"name": "f"}]}


@pytest.mark.parametrize(
    "target, request_", [("responses", None), ("chat", None), ("openrouter-chat", None), ("vtrix", None), ("chat", OLD)]
)
@pytest.mark.parametrize("source", ["chat", "openrouter-chat", "vtrix"])
@pytest.mark.parametrize("end", ["tool_calls", "length", None])
def test_an_empty_finish_reason_says_that_the_choice_goes_on(
    source: str, target: str, request_: Json | None, end: str | None
) -> None:
    """As null does; a stream that is cut behind it has failed (BUG/69)."""
    inner = [{"name": "f", "arguments": ""}, {"arguments": "{"}, {"arguments": "}"}]
    opening = {"id": "call_1", "type": "function"}
    entries = [{"index": 0, "function": each, **(opening if "name" in each else {})} for each in inner]
    new = [{"tool_calls": [entry]} for entry in entries]
    said = [{"function_call": each} for each in inner] if source == "vtrix" else new
    told = []
    for going in UNENDED:
        translator = StreamTranslator(source=source, target=target, request=request_)
        given = [build.chunk(delta, going) for delta in ({"role": "assistant", "content": None}, *said)]
        given += [build.chunk({}, end)] if end else []
        out = [each for one in given for each in translator.feed(one)] + translator.close()
        told.append((out, [str(loss) for loss in translator.losses], respeak.answer_of(given, dialect=source)))
    if source != target:
        assert told[0] == told[1]
    assert told[0][1:] == told[1][1:]
    assert shapes.has_failed(told[0][0]) == (end is None)
