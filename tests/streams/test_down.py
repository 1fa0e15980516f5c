"""Responses streams for Chat: what every chunk repeats, how a stream ends, and what only its last event tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

import respeak
from respeak import Options, StreamTranslator
from streams.build import RESPONSE, event
from streams.shapes import Json, Stream

CREATED = event("created", response=RESPONSE)
TEXT: Json = {"type": "output_text", "text": "Yes.", "annotations": []}
MESSAGE: Json = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [TEXT]}
CALL: Json = {"type": "function_call", "id": "fc", "call_id": "call_1", "name": "f", "arguments": "{}"}
AT: Json = {"output_index": 0, "item_id": "m", "content_index": 0}
DELTA = event("output_text.delta", **AT, delta="Yes.", logprobs=[])


def fed(*events: Json, target: str = "chat", **more: Any) -> tuple[Stream, list[tuple[str, str]]]:
    translator = StreamTranslator(source="responses", target=target, **more)
    said = [chunk for given in events for chunk in translator.feed(given)] + translator.close()
    return said, [(loss.code.value, loss.path) for loss in translator.losses]


def final(*output: Json, kind: str = "completed", **more: Any) -> Json:
    return event(kind, response={**RESPONSE, "status": kind, "output": list(output), **more})


def deltas(chunks: Stream) -> list[Json]:
    return [choice["delta"] for chunk in chunks for choice in chunk.get("choices", ())]


def said_text(chunks: Stream) -> str:
    return "".join(delta.get("content") or "" for delta in deltas(chunks))


def entries(chunks: Stream) -> list[Json]:
    return [entry for delta in deltas(chunks) for entry in delta.get("tool_calls") or ()]


USAGE: Json = {
    **{"input_tokens": 3, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 2, "total_tokens": 5},
    "output_tokens_details": {"reasoning_tokens": 0},
}
MODERATION: Json = {"input": {"type": "error", "code": "unavailable", "message": "Later."}}


@pytest.mark.parametrize(
    "more", [{}, {"id": "resp_2"}, {"created_at": 9}, {"model": "other"}, {"usage": USAGE}], ids=str
)
@pytest.mark.parametrize("target", ["chat", "vtrix"])
def test_every_chunk_has_the_name_of_the_first_response(more: Json, target: str) -> None:
    """One id for the whole stream, whatever the last event says (BUG/35)."""
    chunks, _ = fed(CREATED, DELTA, final(MESSAGE, **more), target=target)
    assert len(chunks) == 3 + bool(more.get("usage"))
    for chunk in chunks:
        named = {key: chunk[key] for key in ("id", "object", "created", "model")}
        assert named == {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1700000000,
            "model": "gpt-5.6",
        }


def test_the_usage_is_the_very_last_chunk_behind_the_moderation() -> None:
    chunks, _ = fed(CREATED, DELTA, final(MESSAGE, usage=USAGE, moderation=MODERATION))
    assert [chunk["usage"] and chunk["usage"]["total_tokens"] for chunk in chunks] == [None] * 4 + [5]
    assert [chunk["choices"] == [] for chunk in chunks] == [False, False, False, True, True]
    assert ["moderation" in chunk for chunk in chunks] == [False, False, False, True, False]


@pytest.mark.parametrize("options", [None, {}, {"include_usage": False}, {"include_usage": True}])
def test_only_a_client_that_asked_for_usage_hears_of_it(options: Json | None) -> None:
    request = {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": True, "stream_options": options}
    chunks, _ = fed(CREATED, DELTA, final(MESSAGE, usage=USAGE), request=request)
    asked = bool(options and options.get("include_usage"))
    assert ["usage" in chunk for chunk in chunks] == [asked] * (4 if asked else 3)


def test_what_else_an_answer_says_stands_on_its_finish_chunk() -> None:
    chunks, _ = fed(CREATED, DELTA, final(MESSAGE, service_tier="flex"))
    assert [chunk.get("service_tier") for chunk in chunks] == [None, None, "flex"]
    assert chunks[-1]["choices"][0] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}


@pytest.mark.parametrize(
    "item", [MESSAGE, CALL, {**MESSAGE, "content": [{"type": "refusal", "refusal": "No."}]}], ids=str
)
def test_the_first_chunk_has_text_where_text_follows_and_null_elsewhere(item: Json) -> None:
    chunks, _ = fed(CREATED, final(item))
    content = "" if item is MESSAGE else None
    assert deltas(chunks)[0] == {"role": "assistant", "content": content, "refusal": None}


def test_an_empty_answer_has_a_first_and_a_last_chunk() -> None:
    chunks, _ = fed(CREATED, final({**MESSAGE, "content": [{**TEXT, "text": ""}]}))
    assert deltas(chunks) == [{"role": "assistant", "content": "", "refusal": None}, {}]
    chunks, _ = fed(CREATED, final())
    assert [delta.get("role") for delta in deltas(chunks)] == ["assistant", None]


@pytest.mark.parametrize("extended", [True, False])
def test_phase_and_thoughts_go_to_a_client_that_keeps_them_and_else_are_reported(extended: bool) -> None:
    summary = [{"type": "summary_text", "text": "Hm."}]
    thought = {"type": "reasoning", "id": "rs", "summary": summary, "encrypted_content": "gAAA"}
    output = [thought, {**MESSAGE, "phase": "commentary"}]
    request = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    options = Options(extensions=extended)
    chunks, losses = fed(CREATED, final(*output), request=request, options=options)
    answer = respeak.translate_response(
        {**RESPONSE, "status": "completed", "output": output},
        **{"source": "responses", "target": "chat"}, request=request, options=options,
    )  # fmt: skip
    gathered = respeak.answer_of(chunks, dialect="chat")["choices"][0]["message"]
    assert gathered == answer.payload["choices"][0]["message"]
    assert ("phase" in gathered, "reasoning_details" in gathered) == (extended, extended)
    assert losses == [(loss.code.value, loss.path) for loss in answer.losses]


ERRORS: list[tuple[Json, Json]] = [
    ({"message": "a", "code": "c", "param": "p"}, {"message": "a", "type": "server_error", "param": "p", "code": "c"}),
    ({"error": {"message": "a", "code": "c"}}, {"message": "a", "type": "server_error", "param": None, "code": "c"}),
    (
        {"error": {"message": "a"}, "message": "b", "code": "c"},
        {"message": "a", "type": "server_error", "param": None, "code": "c"},
    ),
    ({"error": {"code": "c"}, "message": "b"}, {"message": "b", "type": "server_error", "param": None, "code": "c"}),
    (
        {"error": {"param": None}, "message": "b", "param": "p"},
        {"message": "b", "type": "server_error", "param": "p", "code": None},
    ),
    (
        {"message": "a", "code": "rate_limit_exceeded"},
        {"message": "a", "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"},
    ),
    (
        {"error": {"message": "a", "code": "rate_limit_exceeded", "type": "tokens"}},
        {"message": "a", "type": "tokens", "param": None, "code": "rate_limit_exceeded"},
    ),
]


@pytest.mark.parametrize(("given", "told"), ERRORS)
@pytest.mark.parametrize("begun", [0, 1, 2])
def test_an_error_event_is_an_error_frame_of_the_same_words(given: Json, told: Json, begun: int) -> None:
    """Flat or nested, field by field (OBS-2); behind it comes nothing (D-13)."""
    chunks, _ = fed(*[CREATED, DELTA][:begun], {"type": "error", **given}, DELTA, final(MESSAGE))
    assert chunks[-1] == {"error": told}
    assert said_text(chunks) == ("Yes." if begun == 2 else "")
    assert all(choice["finish_reason"] is None for chunk in chunks[:-1] for choice in chunk["choices"])


@pytest.mark.parametrize("kind", [None, "error"])
def test_an_error_event_without_any_words_has_some(kind: str | None) -> None:
    given: Json = {"type": kind, "error": {}} if kind else {"error": {"code": None}}
    [frame], _ = fed(given)
    assert frame == {"error": {"message": "The upstream failed.", "type": "server_error", "param": None, "code": None}}


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        ("failed", {"code": "server_error", "message": "It broke."}, ("It broke.", "server_error", "server_error")),
        (
            "failed",
            {"code": "rate_limit_exceeded", "message": "Slow."},
            ("Slow.", "rate_limit_error", "rate_limit_exceeded"),
        ),
        ("failed", {"code": "invalid_prompt", "message": "No."}, ("No.", "invalid_request_error", "invalid_prompt")),
    ],
)
@pytest.mark.parametrize("kind", ["failed", "completed", "done"])
@pytest.mark.parametrize("begun", [True, False])
def test_a_response_that_failed_is_an_error_frame_whatever_event_brings_it(
    status: str, error: Json, told: tuple[str, str, str], kind: str, begun: bool
) -> None:
    ended = event(kind, response={**RESPONSE, "status": status, "error": error})
    chunks, _ = fed(*[CREATED, DELTA][: 2 * begun], ended)
    message, type_, code = told
    assert chunks[-1] == {"error": {"message": message, "type": type_, "param": None, "code": code}}
    assert len(chunks) == (3 if begun else 1)


def test_what_was_said_before_a_failure_is_not_lost_whichever_event_says_that_it_failed() -> None:
    done = event("output_item.done", output_index=0, item=MESSAGE)
    error = {"code": "server_error", "message": "It broke."}
    told, lost = fed(CREATED, done, {"type": "error", **error, "param": None})
    assert "error_detail_dropped" not in dict(lost)
    for output in ([], [MESSAGE], None):
        failed = event("failed", response={**RESPONSE, "status": "failed", "error": error, "output": output})
        assert fed(CREATED, done, failed) == (told, lost)


def test_what_nothing_said_before_a_failure_is_lost_output() -> None:
    error = {"code": "server_error", "message": "It broke."}
    failed = event("failed", response={**RESPONSE, "status": "failed", "error": error, "output": [MESSAGE]})
    assert ("error_detail_dropped", "/output") in fed(CREATED, failed)[1]


def test_the_code_of_an_error_that_came_after_text_is_reported() -> None:
    done = event("output_item.done", output_index=0, item=MESSAGE)
    error = {"code": "of_its_own", "message": "It broke."}
    _, losses = fed(CREATED, done, event("failed", response={**RESPONSE, "status": "failed", "error": error}))
    assert [path for _, path in losses if path.startswith("/error")] == ["/error/code"]


def test_a_key_or_a_type_that_nobody_knows_is_reported_once() -> None:
    strange = {**DELTA, "mood": "calm"}
    unknown = event("daydream.started", output_index=0)
    _, losses = fed(CREATED, strange, strange, unknown, unknown, {**unknown, "mood": "calm"}, final(MESSAGE))
    codes = [code for code, _ in losses]
    assert codes.count("unknown_event_dropped") == 1
    assert codes.count("unknown_field_dropped") == 2


def test_an_announced_call_that_no_event_finished_is_reported_where_the_stream_breaks_off() -> None:
    """Nothing of it was said: it has no name yet."""
    chunks, losses = fed(CREATED, event("output_item.added", output_index=0, item={**CALL, "call_id": ""}))
    assert [code for code, _ in losses].count("stream_cut") == 2
    assert entries(chunks) == []


@pytest.mark.parametrize("kind", ["function_call", "custom_tool_call"])
def test_a_call_that_was_announced_and_cut_counts_as_far_as_it_came(kind: str) -> None:
    """Its pieces were said, so the answer of the losses has it, too."""
    key, name = {"function_call": ("arguments", "function"), "custom_tool_call": ("input", "custom")}[kind]
    item = {"type": kind, "id": "i", "call_id": "call_1", "name": "f", key: ""}
    added = event("output_item.added", output_index=0, item=item)
    chunks, losses = fed(CREATED, added)
    [entry] = entries(chunks)
    assert entry == {"index": 0, "id": "call_1", "type": name, name: {"name": "f", key: ""}}
    assert [code for code, _ in losses].count("stream_cut") == 1


TYPES = ["output_text", "text", "refusal"]


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("how", ["part added", "part done", "item done", "the finished answer"])
def test_a_part_of_a_message_is_said_whichever_event_brings_it(type_: str, how: str) -> None:
    """Some services call a text part "text"; pieces that follow go on with it."""
    key = "refusal" if type_ == "refusal" else "text"
    part = {"type": type_, key: "All."}
    item = {**MESSAGE, "content": [part]}
    events: dict[str, Json] = {
        "part added": event("content_part.added", **AT, part=part),
        "part done": event("content_part.done", **AT, part=part),
        "item done": event("output_item.done", output_index=0, item=item),
        "the finished answer": final(item),
    }
    chunks, _ = fed(CREATED, events[how], events["the finished answer"])
    told = "refusal" if key == "refusal" else "content"
    assert "".join(delta.get(told) or "" for delta in deltas(chunks)) == "All."


@pytest.mark.parametrize("number", [0, 1, 5])
@pytest.mark.parametrize("part_first", [True, False])
def test_a_part_is_said_once_whatever_its_number(number: int, part_first: bool) -> None:
    at = {**AT, "content_index": number}
    begun = [event("content_part.added", **at, part={**TEXT, "text": ""})] if part_first else []
    ends = [event("output_text.done", **at, text="Yes."), event("content_part.done", **at, part=TEXT)]
    chunks, _ = fed(CREATED, *begun, {**DELTA, **at}, *ends, final())
    assert said_text(chunks) == "Yes."


@pytest.mark.parametrize("status", ["incomplete", "completed"])
def test_a_call_that_was_cut_stays_without_arguments_though_another_follows(status: str) -> None:
    cut = {**CALL, "arguments": "", "status": status}
    second = {**CALL, "id": "fc2", "call_id": "call_2"}
    done = [event("output_item.done", output_index=n, item=item) for n, item in enumerate((cut, second))]
    chunks, _ = fed(CREATED, *done, final(cut, second))
    told = "".join(entry["function"].get("arguments") or "" for entry in entries(chunks) if entry["index"] == 0)
    assert told == ("{}" if status == "completed" else "")


def test_ids_that_are_made_differ_from_one_answer_to_the_next() -> None:
    made = []
    for name in ("resp_1", "resp_2"):
        begun = event("created", response={**RESPONSE, "id": name})
        calls = [{**CALL, "id": f"fc_{number}", "call_id": ""} for number in (0, 1)]
        done = [event("output_item.done", output_index=number, item=call) for number, call in enumerate(calls)]
        chunks, _ = fed(
            begun, *done, event("completed", response={**RESPONSE, "id": name, "status": "completed", "output": calls})
        )
        made += [entry["id"] for entry in entries(chunks) if "id" in entry]
    assert len(set(made)) == 4 and all(made)


def test_calls_are_numbered_in_the_order_in_which_they_come() -> None:
    calls = [{**CALL, "id": f"fc_{number}", "call_id": f"call_{number}"} for number in range(3)]
    added = [
        event("output_item.added", output_index=7 - number, item={**call, "arguments": ""})
        for number, call in enumerate(calls)
    ]
    pieces = [
        event("function_call_arguments.delta", output_index=7 - number, delta=f'{{"a":{number}}}')
        for number in (2, 0, 1)
    ]
    chunks, _ = fed(CREATED, *added, *pieces, final(*calls))
    told = [(entry["index"], entry.get("id"), entry["function"]["arguments"]) for entry in entries(chunks)]
    assert told[:3] == [(0, "call_0", ""), (1, "call_1", ""), (2, "call_2", "")]
    assert [(index, json.loads(text)) for index, _, text in told[3:]] == [(2, {"a": 2}), (0, {"a": 0}), (1, {"a": 1})]


def test_sound_is_passed_on_with_its_words() -> None:
    chunks, _ = fed(CREATED, event("audio.delta", delta="QUJD"), event("audio.transcript.delta", delta="Abc"), final())
    assert [delta["audio"] for delta in deltas(chunks) if "audio" in delta] == [{"data": "QUJD"}, {"transcript": "Abc"}]


TOKEN: Json = {
    "token": "Yes.",
    "logprob": -0.5,
    "top_logprobs": [{"token": "\ufffd", "logprob": -2.5}, {"token": "Yes", "logprob": -1}],
}


def test_logprobs_get_the_bytes_of_their_tokens_and_null_for_half_a_character() -> None:
    chunks, _ = fed(CREATED, {**DELTA, "logprobs": [TOKEN, {"token": "é", "logprob": 0}]}, final(MESSAGE))
    [told] = [choice["logprobs"] for chunk in chunks for choice in chunk["choices"] if choice["logprobs"]]
    first, second = told["content"]
    assert told["refusal"] is None
    assert (first["bytes"], second["bytes"], second["top_logprobs"]) == ([89, 101, 115, 46], [195, 169], [])
    assert [top["bytes"] for top in first["top_logprobs"]] == [None, [89, 101, 115]]


@pytest.mark.parametrize("logprobs", [[TOKEN], [TOKEN, TOKEN], []])
def test_of_the_logprobs_of_a_done_text_those_are_said_that_no_piece_had(logprobs: list[Json]) -> None:
    done = event("output_text.done", **AT, text="Yes.", logprobs=[TOKEN, TOKEN])
    chunks, _ = fed(CREATED, {**DELTA, "logprobs": logprobs}, done, final(MESSAGE))
    told = [choice["logprobs"]["content"] for chunk in chunks for choice in chunk["choices"] if choice["logprobs"]]
    assert sum(map(len, told)) == 2 and said_text(chunks) == "Yes."


CITED: Json = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 3}


def test_a_citation_counts_from_its_own_part_and_is_said_once_behind_all_text() -> None:
    parts = [{**TEXT, "annotations": [CITED]}, {**TEXT, "annotations": [CITED, {**CITED, "url": "https://b.example"}]}]
    item = {**MESSAGE, "content": parts}
    told = [event("output_text.annotation.added", **{**AT, "content_index": 1}, annotation_index=0, annotation=CITED)]
    chunks, _ = fed(
        CREATED,
        DELTA,
        {**DELTA, "content_index": 1},
        *told,
        event("output_item.done", output_index=0, item=item),
        final(item),
    )
    [cited] = [delta["annotations"] for delta in deltas(chunks) if "annotations" in delta]
    found = [entry["url_citation"] for entry in cited]
    assert [(each["url"][8], each["start_index"], each["end_index"]) for each in found] == [
        ("a", 0, 3),
        ("a", 4, 7),
        ("b", 4, 7),
    ]
    assert "annotations" in deltas(chunks)[-2] and deltas(chunks)[-1] == {}


@pytest.mark.parametrize(
    "between", [CALL, {"type": "reasoning", "id": "rs", "summary": []}], ids=lambda item: item["type"]
)
def test_a_message_that_waits_is_said_when_the_one_before_is_done_and_not_when_another_item_is(between: Json) -> None:
    other = {**DELTA, "output_index": 1, "item_id": "n", "delta": "Or no."}
    done = event("output_item.done", output_index=2, item=between)
    message = event("output_item.done", output_index=0, item={**MESSAGE, "content": [{**TEXT, "text": "Yes. Yes."}]})
    chunks, _ = fed(CREATED, DELTA, other, done, {**DELTA, "delta": " Yes."}, other, message, other, final())
    assert said_text(chunks) == "Yes. Yes.\n\nOr no.Or no.Or no."


@pytest.mark.parametrize("target", ["chat", "vtrix"])
def test_what_was_spoken_is_text_for_a_client_of_text(target: str) -> None:
    heard = [event("audio.delta", delta="UklG"), event("audio.transcript.delta", delta="Good "), DELTA]
    chunks, losses = fed(CREATED, *heard, final(MESSAGE), target=target)
    audio = [delta["audio"] for delta in deltas(chunks) if "audio" in delta]
    if target == "vtrix":
        assert audio == [] and said_text(chunks).startswith("Good ")
        assert "audio_dropped" in dict(losses)
    else:
        assert audio == [{"data": "UklG"}, {"transcript": "Good "}]
        assert "audio_dropped" not in dict(losses)


def test_citations_of_a_part_without_text_stand_behind_the_parts_before_it() -> None:
    """As in the whole answer, whatever comes behind it (R2C-ANN)."""
    cited = {"type": "url_citation", "url": "https://a.example/", "title": "t", "start_index": 0, "end_index": 0}
    parts = [{**TEXT, "annotations": [cited]}, {**TEXT, "text": "", "annotations": [cited]}, TEXT]
    item = {**MESSAGE, "content": parts}
    chunks, _ = fed(CREATED, event("output_item.done", output_index=0, item=item), final(item))
    [told] = [delta["annotations"] for delta in deltas(chunks) if "annotations" in delta]
    assert [each["url_citation"]["start_index"] for each in told] == [0, len(TEXT["text"])]
