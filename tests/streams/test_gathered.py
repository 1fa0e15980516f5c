"""The finished answer of a stream, whichever of its events came (streaming.md 1.4 and 2)."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from streams.build import HEAD, RESPONSE, chunk, event
from streams.shapes import Json

CREATED = event("created", response=RESPONSE)


def items(*events: Json) -> list[Json]:
    found: list[Json] = respeak.answer_of([CREATED, *events], dialect="responses")["output"]
    return found


def added(item: Json) -> Json:
    return event("output_item.added", output_index=0, item={"id": "i", **item})


AT: Json = {"output_index": 0, "item_id": "i"}
MESSAGE: Json = {"type": "message", "role": "assistant", "status": "in_progress", "content": []}
THOUGHT: Json = {"type": "reasoning", "summary": []}
TEXT: Json = {"type": "output_text", "annotations": [], "text": "All."}
REFUSAL: Json = {"type": "refusal", "refusal": "All."}
HIDDEN: Json = {"type": "reasoning_text", "text": "All."}
SUMMARY: Json = {"type": "summary_text", "text": "All."}
FUNCTION: Json = {"type": "function_call", "call_id": "c", "name": "f", "arguments": ""}
CUSTOM: Json = {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": ""}
MCP: Json = {"type": "mcp_call", "name": "f", "server_label": "s", "arguments": ""}
CODE: Json = {"type": "code_interpreter_call", "status": "in_progress", "code": ""}

ALONE: list[tuple[str, Json, Json, Json]] = [
    ("content_part.added", MESSAGE, {"content_index": 0, "part": TEXT}, {"content": [TEXT]}),
    ("content_part.done", MESSAGE, {"content_index": 0, "part": TEXT}, {"content": [TEXT]}),
    ("output_text.delta", MESSAGE, {"content_index": 0, "delta": "All."}, {"content": [TEXT]}),
    ("content_part.done", MESSAGE, {"content_index": 0, "part": REFUSAL}, {"content": [REFUSAL]}),
    ("refusal.delta", MESSAGE, {"content_index": 0, "delta": "All."}, {"content": [REFUSAL]}),
    ("content_part.done", THOUGHT, {"content_index": 0, "part": HIDDEN}, {"content": [HIDDEN]}),
    ("reasoning_text.delta", THOUGHT, {"content_index": 0, "delta": "All."}, {"content": [HIDDEN]}),
    ("reasoning_summary_part.added", THOUGHT, {"summary_index": 0, "part": SUMMARY}, {"summary": [SUMMARY]}),
    ("reasoning_summary_part.done", THOUGHT, {"summary_index": 0, "part": SUMMARY}, {"summary": [SUMMARY]}),
    ("reasoning_summary_text.delta", THOUGHT, {"summary_index": 0, "delta": "All."}, {"summary": [SUMMARY]}),
    ("reasoning_summary_text.done", THOUGHT, {"summary_index": 0, "text": "All."}, {"summary": [SUMMARY]}),
    ("function_call_arguments.delta", FUNCTION, {"delta": "All."}, {"arguments": "All."}),
    ("function_call_arguments.done", FUNCTION, {"arguments": "All."}, {"arguments": "All."}),
    ("custom_tool_call_input.delta", CUSTOM, {"delta": "All."}, {"input": "All."}),
    ("custom_tool_call_input.done", CUSTOM, {"input": "All."}, {"input": "All."}),
    ("mcp_call_arguments.delta", MCP, {"delta": "All."}, {"arguments": "All."}),
    ("mcp_call_arguments.done", MCP, {"arguments": "All."}, {"arguments": "All."}),
    ("code_interpreter_call_code.delta", CODE, {"delta": "All."}, {"code": "All."}),
    ("code_interpreter_call_code.done", CODE, {"code": "All."}, {"code": "All."}),
]
"""Events that alone tell of a text that its item was announced without, and the item then."""


@pytest.mark.parametrize(("kind", "item", "fields", "whole"), ALONE)
def test_one_event_is_enough_to_know_a_text(kind: str, item: Json, fields: Json, whole: Json) -> None:
    assert items(added(item), event(kind, **AT, **fields)) == [{"id": "i", **item, **whole}]


@pytest.mark.parametrize(("kind", "item", "fields", "whole"), [row for row in ALONE if row[0].endswith(".delta")])
def test_pieces_of_a_text_go_on(kind: str, item: Json, fields: Json, whole: Json) -> None:
    pieces = [event(kind, **AT, **{**fields, "delta": piece}) for piece in ("A", "l", "l.")]
    assert items(added(item), *pieces) == [{"id": "i", **item, **whole}]


@pytest.mark.parametrize("kind", ["output_text", "refusal", "reasoning_text"])
def test_a_part_that_begins_with_text_goes_on_with_its_pieces(kind: str) -> None:
    """Text that a part is announced with counts as a delta (streaming.md 3)."""
    key, at = "refusal" if kind == "refusal" else "text", {**AT, "content_index": 0}
    begun = event("content_part.added", **at, part={"type": kind, key: "A"})
    pieces = [event(f"{kind}.delta", **at, delta=piece) for piece in ("l", "l.")]
    [item] = items(added(MESSAGE), begun, *pieces)
    assert item["content"][0][key] == "All."
    if kind == "reasoning_text":
        return
    translator = respeak.StreamTranslator(source="responses", target="chat")
    chunks = [said for given in (CREATED, added(MESSAGE), begun, *pieces) for said in translator.feed(given)]
    told = [said["choices"][0]["delta"].get("refusal" if key == "refusal" else "content") for said in chunks]
    assert "".join(piece or "" for piece in told) == "All."


PLACES = {"content": "content_index", "summary": "summary_index"}


@pytest.mark.parametrize("kind", ["output_text", "refusal", "reasoning_text"])
def test_the_done_of_a_text_is_what_counts(kind: str) -> None:
    key = "refusal" if kind == "refusal" else "text"
    at = {**AT, "content_index": 0}
    delta, done = event(f"{kind}.delta", **at, delta="Al"), event(f"{kind}.done", **at, **{key: "All."})
    [item] = items(added(MESSAGE), delta, done)
    assert (item["content"][0]["type"], item["content"][0][key]) == (kind, "All.")


@pytest.mark.parametrize("summary", [True, False])
@pytest.mark.parametrize("number", [0, 1, 2, None, 9, -4])
def test_a_part_is_that_of_its_number_or_the_next(number: int | None, summary: bool) -> None:
    """Numbers have no gaps, so one far beyond the last is the next; without a number it is the open one."""
    key, kind = ("summary", "reasoning_summary_text") if summary else ("content", "reasoning_text")
    pieces = [
        event(f"{kind}.delta", **AT, **{PLACES[key]: place}, delta=text)
        for place, text in ((0, "a"), (1, "b"), (number, "c"))
    ]
    [item] = items(added(THOUGHT), *pieces)
    texts = {0: ["ac", "b"], 1: ["a", "bc"], 2: ["a", "b", "c"], None: ["a", "bc"], 9: ["a", "b", "c"], -4: ["ac", "b"]}
    assert [part["text"] for part in item[key]] == (["ac", "b"] if number is None and not summary else texts[number])


@pytest.mark.parametrize("key", ["content", "summary"])
@pytest.mark.parametrize("held", [None, []])
def test_an_item_that_was_announced_without_parts_gets_those_of_its_events(key: str, held: Any) -> None:
    kind = "reasoning_summary_text" if key == "summary" else "reasoning_text"
    piece = event(f"{kind}.delta", **AT, **{PLACES[key]: 0}, delta="Hm.")
    [found] = items(added({**THOUGHT, key: held}), piece)
    assert [part["text"] for part in found[key]] == ["Hm."]


def test_citations_that_events_brought_stand_in_their_part() -> None:
    cited = [{"type": "url_citation", "url": u, "title": u, "start_index": 0, "end_index": 1} for u in ("a", "b")]
    at = {**AT, "content_index": 0}
    text = event("output_text.delta", **at, delta="Yes.")
    told = [event("output_text.annotation.added", **at, annotation_index=0, annotation=each) for each in (None, *cited)]
    for events in ([text, *told], [*told, text]):
        [item] = items(added(MESSAGE), *events)
        assert (item["content"][0]["text"], item["content"][0]["annotations"]) == ("Yes.", cited)


def test_what_a_caller_does_to_the_events_leaves_the_answer_as_it_was() -> None:
    announced, part = added({**MESSAGE, "metadata": {}}), {**TEXT, "text": "", "annotations": []}
    begun = event("content_part.added", **AT, content_index=0, part=part)
    delta = event("output_text.delta", **AT, content_index=0, delta="Yes.")
    cited = event("output_text.annotation.added", **AT, content_index=0, annotation_index=0, annotation={"type": "x"})
    items(announced, begun, delta, cited)
    assert announced["item"]["content"] == [] and part == {**TEXT, "text": "", "annotations": []}


@pytest.mark.parametrize("output", [None, [], ...], ids=["null", "empty", "missing"])
@pytest.mark.parametrize("kind", ["completed", "incomplete", "failed", "done"])
def test_items_that_were_done_are_the_output_where_the_last_event_has_none(kind: str, output: Any) -> None:
    """BUG/71, BUG/72: and they come in the order of their indexes."""
    final = {**RESPONSE, "status": "completed", **({} if output is ... else {"output": output})}
    done = [
        event("output_item.done", output_index=index, item={"id": f"i{index}", **MESSAGE, "content": [TEXT]})
        for index in (1, 0)
    ]
    found = respeak.answer_of([CREATED, *done, event(kind, response=final)], dialect="responses")
    assert [item["id"] for item in found["output"]] == ["i0", "i1"]


# Chat -----------------------------------------------------------------------------------------------------------


def message(*deltas: Json, finish: str = "stop") -> Json:
    found = respeak.answer_of([*map(chunk, deltas), chunk({}, finish)], dialect="chat")
    held: Json = found["choices"][0]["message"]
    return held


@pytest.mark.parametrize("key", ["content", "refusal", "reasoning_content", "reasoning"])
def test_pieces_of_a_string_are_put_one_behind_the_other(key: str) -> None:
    assert message({key: "Al"}, {key: ""}, {key: None}, {key: "l."})[key] == "All."


def test_a_text_that_is_empty_is_a_text_and_other_empty_strings_are_nothing() -> None:
    assert message({"content": ""})["content"] == ""
    assert message({"content": None})["content"] is None
    assert message({"content": "a", "refusal": ""})["refusal"] is None
    assert "reasoning_content" not in message({"content": "a", "reasoning_content": ""})


@pytest.mark.parametrize("key", ["annotations", "reasoning_details"])
def test_entries_of_a_list_are_put_one_behind_the_other(key: str) -> None:
    one, two = ({"type": f"t{number}"} for number in (1, 2))
    assert message({key: [one]}, {key: []}, {key: [two, one]})[key] == [one, two, one]


def test_the_first_phase_counts_and_of_what_nobody_knows_the_last() -> None:
    found = message({"phase": "commentary", "mood": "a"}, {"phase": "final_answer", "mood": "b"})
    assert (found["phase"], found["mood"]) == ("commentary", "b")


IMAGE: Json = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}


@pytest.mark.parametrize(
    ("contents", "whole"),
    [
        (["a", [{"type": "text", "text": "b"}], "c"], "abc"),
        (
            [[{"type": "text", "text": "a"}, IMAGE], "b"],
            [{"type": "text", "text": "a"}, IMAGE, {"type": "text", "text": "b"}],
        ),
        (["a", [IMAGE]], [{"type": "text", "text": "a"}, IMAGE]),
        ([[IMAGE], [IMAGE]], [IMAGE, IMAGE]),
        (
            [[{"type": "text", "text": "a", "mood": 1}], "b"],
            [{"type": "text", "text": "a", "mood": 1}, {"type": "text", "text": "b"}],
        ),
        ([[{"type": "other", "text": "a"}]], [{"type": "other", "text": "a"}]),
    ],
)
def test_content_in_parts_and_in_strings_stays_in_its_order(contents: list[Any], whole: Any) -> None:
    assert message(*({"content": content} for content in contents))["content"] == whole


@pytest.mark.parametrize(
    ("reasons", "finish"),
    [
        (["stop", "tool_calls"], "stop"),
        (["stop", "length"], "length"),
        (["stop", "content_filter"], "content_filter"),
        (["tool_calls", "error"], "error"),
        (["length", "content_filter"], "length"),
        (["length", "stop"], "length"),
        (["error", "stop"], "error"),
    ],
)
def test_the_first_end_counts_unless_a_later_one_is_a_cut(reasons: list[str], finish: str) -> None:
    chunks = [chunk({"content": "a"}), *(chunk({}, reason) for reason in reasons)]
    assert respeak.answer_of(chunks, dialect="chat")["choices"][0]["finish_reason"] == finish


def test_logprobs_of_pieces_are_put_one_behind_the_other_and_null_is_none() -> None:
    one, two = ({"token": token, "logprob": -1, "bytes": None, "top_logprobs": []} for token in "ab")
    told: list[Any] = [
        {"content": [one], "refusal": None},
        None,
        {"content": [two]},
        {"content": None, "refusal": [one]},
    ]
    chunks = [chunk({"content": "a"}, logprobs=each) for each in told]
    found = respeak.answer_of([*chunks, chunk({}, "stop")], dialect="chat")["choices"][0]["logprobs"]
    assert found["content"] == [one, two]
    assert found["refusal"] == [one]
    assert told[0]["content"] == [one], "the chunk itself stays as it was"


def test_keys_that_nobody_knows_stay_with_the_choice_and_the_answer() -> None:
    chunks = [{**chunk({"content": "a"}, mood="b"), "provider": "c", "x": None}, {**chunk({}, "stop"), "provider": "d"}]
    found = respeak.answer_of(chunks, dialect="chat")
    assert (found["provider"], found["choices"][0]["mood"]) == ("d", "b")
    assert "x" not in found and "delta" not in found["choices"][0] and "obfuscation" not in found


@pytest.mark.parametrize("key", ["id", "created", "model"])
def test_an_answer_is_named_by_the_first_chunk_that_names_it(key: str) -> None:
    """Some begin with a chunk whose id, time and model are empty."""
    nothing: Json = {"id": "", "created": 0, "model": ""}
    chunks = [{**chunk({"content": "a"}), key: value} for value in (nothing[key], HEAD[key], nothing[key])]
    found = respeak.answer_of([*chunks, {**chunk({}, "stop"), "obfuscation": "x"}], dialect="chat")
    assert found[key] == HEAD[key] and "obfuscation" not in found


def test_choices_stand_in_the_order_of_their_indexes() -> None:
    chunks = [chunk({"content": str(number)}, "stop", number) for number in (2, 0, 1)]
    found = respeak.answer_of(chunks, dialect="chat")["choices"]
    assert [(choice["index"], choice["message"]["content"]) for choice in found] == [(0, "0"), (1, "1"), (2, "2")]


def test_frames_of_another_object_bring_nothing() -> None:
    """A filter of Azure's sends them, with results of its own in the place of choices."""
    filtered = {"index": 0, "content_filter_results": {"hate": {"filtered": False}}, "finish_reason": None}
    frame = {"id": "", "object": "", "created": 0, "model": "", "choices": [filtered], "prompt_filter_results": []}
    plain = [chunk({"role": "assistant", "content": "Yes."}), chunk({}, "stop")]
    told = []
    for events in (plain, [frame, plain[0], frame, plain[1], frame]):
        translator = respeak.StreamTranslator(source="chat", target="responses")
        told.append(
            ([said for given in events for said in translator.feed(given)] + translator.close(), translator.losses)
        )
    assert [event["type"] for event in told[1][0]] == [event["type"] for event in told[0][0]]
    assert told[1][0][-1]["response"]["output"] == told[0][0][-1]["response"]["output"]
    assert list(told[1][1]) == list(told[0][1])


@pytest.mark.parametrize("value", [{"a": 1}, "abc", 5, True])
def test_a_key_of_logprobs_that_is_no_list_is_kept_as_it_is(value: Any) -> None:
    chunks = [chunk({"content": "a"}, logprobs={"content": [], "mood": each}) for each in ("first", value, None)]
    found = respeak.answer_of([*chunks, chunk({}, "stop")], dialect="chat")["choices"][0]["logprobs"]
    assert found == {"content": [], "refusal": None, "mood": value}


ENDS = [("completed", "completed"), ("done", "completed"), ("incomplete", "incomplete"), ("failed", "failed")]


@pytest.mark.parametrize(("end", "status"), ENDS)
@pytest.mark.parametrize("told", [{}, {"status": None}, {"status": ""}, {"status": "in_progress"}], ids=str)
def test_a_response_that_does_not_say_how_it_ended_ended_as_its_last_event_says(
    end: str, status: str, told: Json
) -> None:
    """For the client of a stream, too: never a stop that the upstream did not say."""
    bare = {key: value for key, value in RESPONSE.items() if key != "status"}
    stream = [CREATED, event(end, response={**bare, **told})]
    assert respeak.answer_of(stream, dialect="responses")["status"] == status
    translator = respeak.StreamTranslator(source="responses", target="chat")
    last = [chunk for each in stream for chunk in translator.feed(each)][-1]
    finish = {"completed": "stop", "incomplete": "length"}.get(status)
    assert [choice["finish_reason"] for choice in last.get("choices", ())] == ([finish] if finish else [])
    assert ("error" in last) == (status == "failed")


@pytest.mark.parametrize(("end", "status"), ENDS)
def test_what_comes_behind_the_end_of_a_response_is_no_part_of_it(end: str, status: str) -> None:
    """As for a stream's client: a reader stops at the first end (streaming.md 1.1)."""
    whole = [CREATED, event(end, response={**RESPONSE, "status": status})]
    other = event("completed", response={**RESPONSE, "id": "resp_2", "status": "completed"})
    behind = [added(MESSAGE), {"type": "error", "code": None, "message": "No."}, CREATED, other]
    assert respeak.answer_of([*whole, *behind], dialect="responses") == respeak.answer_of(whole, dialect="responses")


def test_behind_an_error_comes_the_response_that_failed_and_nothing_else() -> None:
    error = {"type": "error", "code": "server_error", "message": "No."}
    failed = event("failed", response={**RESPONSE, "status": "failed", "error": {"code": "x", "message": "Gone."}})
    other = event("completed", response={**RESPONSE, "status": "completed"})
    assert respeak.answer_of([CREATED, error, other], dialect="responses")["status"] == "failed"
    assert respeak.answer_of([CREATED, error, failed, other], dialect="responses")["error"]["message"] == "Gone."


@pytest.mark.parametrize(
    "error",
    [{"error": {"message": "No."}}, {"type": "error", "message": "No."}, chunk({}, "error", error="No.")],
    ids=str,
)
def test_what_comes_behind_an_error_is_no_part_of_a_completion(error: Json) -> None:
    said = [chunk({"role": "assistant", "content": "Yes"}), error]
    behind = [chunk({"content": ", sir."}), chunk({}, "stop")]
    assert respeak.answer_of([*said, *behind], dialect="chat") == respeak.answer_of(said, dialect="chat")


@pytest.mark.parametrize("annotations", [None, []])
def test_a_part_that_is_announced_without_a_list_of_citations_takes_those_that_come(annotations: object) -> None:
    cited = {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}
    at = {**AT, "content_index": 0}
    [item] = items(
        added(MESSAGE),
        event("content_part.added", **at, part={**TEXT, "annotations": annotations}),
        event("output_text.annotation.added", **at, annotation_index=0, annotation=cited),
    )
    assert item["content"][0]["annotations"] == [cited]
