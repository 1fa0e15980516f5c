"""Streams within a family: what passes as it is, what the client's profile changes, and how it ends."""

from __future__ import annotations

import pytest

from respeak import StreamTranslator
from streams.build import HEAD, RESPONSE, chunk, event
from streams.shapes import Json, Stream

CREATED = event("created", response=RESPONSE, sequence_number=0)
ITEM: Json = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": []}
FIRST = chunk({"role": "assistant", "content": ""})


def fed(source: str, target: str, *events: Json) -> tuple[Stream, list[tuple[str, str]]]:
    translator = StreamTranslator(source=source, target=target)
    said = [out for given in events for out in translator.feed(given)] + translator.close()
    return said, [(loss.code.value, loss.path) for loss in translator.losses]


@pytest.mark.parametrize("target", ["openrouter-chat", "codex-guide"])
def test_a_phase_does_not_pass_to_a_client_of_another_provider(target: str) -> None:
    """Chat has none; all else of the delta passes."""
    given = [
        FIRST,
        chunk({"content": "a", "phase": "commentary"}),
        chunk({"phase": "commentary"}),
        chunk({}),
        chunk({}, "stop"),
    ]
    said, losses = fed("chat", target, *given)
    assert [each["choices"][0]["delta"] for each in said] == [
        {"role": "assistant", "content": ""},
        {"content": "a"},
        {},
        {},
        {},
    ]
    assert ("phase_dropped", "/choices/0/message/phase") in losses


USAGE: Json = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


@pytest.mark.parametrize("more", [{}, {"usage": None}, {"usage": USAGE}], ids=str)
def test_usage_that_is_null_stays_null(more: Json) -> None:
    said, _ = fed("chat", "openrouter-chat", FIRST, *[{**chunk({"content": "a"}), **more}] * 3, chunk({}, "stop"))
    assert [{key: each[key] for key in each if key == "usage"} for each in said[1:4]] == [more] * 3


@pytest.mark.parametrize("target", ["chat", "openrouter-chat", "vtrix"])
def test_a_stream_that_failed_is_closed_without_another_word(target: str) -> None:
    error = {"message": "Gone.", "type": "server_error", "param": None, "code": None}
    said, losses = fed("chat", target, FIRST, chunk({"content": "a"}), {"error": error})
    assert said[-1] == {"error": error}
    assert "stream_cut" not in dict(losses)


@pytest.mark.parametrize("target", ["chat", "openrouter-chat", "vtrix"])
@pytest.mark.parametrize("ends", [[], [0], [0, 1]])
def test_a_stream_is_whole_when_every_choice_has_ended(ends: list[int], target: str) -> None:
    spoken = [chunk({"content": "a"}, index=number) for number in (0, 1)]
    said, losses = fed("chat", target, *spoken, *(chunk({}, "stop", number) for number in ends))
    whole = len(ends) == 2
    assert ("error" in said[-1]) == (not whole) and ("stream_cut" in dict(losses)) == (not whole)
    if not whole:
        error = said[-1]["error"]
        assert said[-1].keys() == {"error"} and error.keys() == {"message", "type", "param", "code"}
        assert (error["type"], error["param"], error["code"]) == ("server_error", None, None)


ENDS: dict[str, Json] = {
    "completed": event("completed", response={**RESPONSE, "status": "completed"}),
    "incomplete": event("incomplete", response={**RESPONSE, "status": "incomplete"}),
    "failed": event(
        "failed", response={**RESPONSE, "status": "failed", "error": {"code": "server_error", "message": "x"}}
    ),
    "done": event("done", response={**RESPONSE, "status": "completed"}),
    "error": {"type": "error", "message": "x", "code": None, "param": None},
    "error alone": {"error": {"message": "x"}},
}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("target", ["responses", "openrouter"])
def test_every_last_event_ends_the_stream(how: str, target: str) -> None:
    said, losses = fed("responses", target, CREATED, {**ENDS[how], "sequence_number": 1})
    assert len(said) == 2 and "stream_cut" not in dict(losses)
    assert said[1]["type"] == ENDS[how].get("type", "error")


@pytest.mark.parametrize("target", ["responses", "openrouter"])
@pytest.mark.parametrize("begun", [True, False])
def test_a_stream_that_ends_early_fails_with_the_next_number(begun: bool, target: str) -> None:
    """With the items that were done, in their order; without a response it is an error event with a nested copy."""
    done = [
        event("output_item.done", output_index=index, item={**ITEM, "id": f"m{index}"}, sequence_number=7 - index)
        for index in (1, 0)
    ]
    said, losses = fed("responses", target, *([CREATED] if begun else []), *done)
    assert said[-1]["sequence_number"] == 8 and dict(losses)["stream_cut"] == ""
    if begun:
        response = said[-1]["response"]
        assert said[-1]["type"] == "response.failed" and response["status"] == "failed"
        assert [item["id"] for item in response["output"]] == ["m0", "m1"]
        assert response["error"].keys() == {"code", "message"} and response["error"]["code"] == "server_error"
        assert response["id"] == RESPONSE["id"]
    else:
        assert (said[-1]["type"], said[-1]["code"], said[-1]["param"]) == ("error", "server_error", None)
        assert said[-1]["error"] == {"code": "server_error", "message": said[-1]["message"]}


BEGUN = [
    CREATED,
    event("queued", response=RESPONSE, sequence_number=1),
    event("in_progress", response=RESPONSE, sequence_number=2),
]
DELTA = event(
    "output_text.delta", output_index=0, content_index=0, item_id="m", delta="a", logprobs=[], sequence_number=3
)


@pytest.mark.parametrize("before", [1, 2, 3])
def test_an_upstream_that_begins_anew_before_it_spoke_has_one_beginning_and_one_id(before: int) -> None:
    again = [{**each, "response": {**RESPONSE, "id": "resp_2"}} for each in BEGUN]
    final = event("completed", response={**RESPONSE, "id": "resp_2", "status": "completed"}, sequence_number=9)
    said, losses = fed("responses", "openrouter", *BEGUN[:before], *again, DELTA, DELTA, final)
    assert [each["type"] for each in said] == [
        *(each["type"] for each in BEGUN[:before]),
        *[DELTA["type"]] * 2,
        final["type"],
    ]
    assert said[-1]["response"]["id"] == RESPONSE["id"] and losses == []


def test_an_upstream_that_begins_anew_when_it_spoke_has_failed() -> None:
    """Its items would come twice (BUG/76), so nothing of the second attempt passes."""
    final = event("completed", response={**RESPONSE, "status": "completed"}, sequence_number=9)
    said, losses = fed("responses", "openrouter", *BEGUN, DELTA, CREATED, DELTA, final)
    assert [each["type"] for each in said[-2:]] == [DELTA["type"], "response.failed"] and len(said) == 5
    assert [code for code, _ in losses] == ["stream_cut"]


def test_frames_of_the_same_dialect_pass_to_the_letter() -> None:
    frames: list[Json] = [
        {**FIRST, "x": 1},
        {**HEAD, "object": "", "choices": [], "prompt_filter_results": [{}]},
        chunk({"content": "a", "phase": "mood"}, mood=None),
        {**chunk({}, "stop"), "obfuscation": "b"},
    ]
    said, _ = fed("chat", "chat", *frames)
    assert said == frames
    events = [
        {**CREATED, "mood": 1},
        DELTA,
        event("nobody_knows", sequence_number=8),
        {**ENDS["completed"], "sequence_number": 9},
    ]
    said, _ = fed("responses", "responses", *events)
    assert said == events


def test_what_a_caller_does_to_one_chunk_changes_no_other() -> None:
    translator = StreamTranslator(source="chat", target="openrouter-chat")
    more: Json = {"provider_details": {"region": "eu"}}
    for _ in range(4):
        [said] = translator.feed(
            {**chunk({"content": "a"}), **more, "provider_details": dict(more["provider_details"])}
        )
        assert said.get("provider_details") in (None, {"region": "eu"})
        said.get("provider_details", {}).clear()
        said["choices"][0]["delta"].clear()


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ({"error": "boom"}, {"message": "boom", "type": "server_error", "param": None, "code": None}),
        (
            {"error": {"message": "Slow down.", "code": 429}},
            {"message": "Slow down.", "type": "rate_limit_error", "param": None, "code": "429"},
        ),
        (
            {"type": "error", "message": "Gone.", "code": "server_error", "param": None},
            {"message": "Gone.", "type": "server_error", "param": None, "code": "server_error"},
        ),
    ],
    ids=["words", "a limit", "an event"],
)
@pytest.mark.parametrize("source", ["chat", "openrouter-chat"])
def test_a_client_of_closed_forms_gets_errors_with_their_four_keys(source: str, last: Json, told: Json) -> None:
    """Mapping section 9; so do answers in one piece."""
    said, _ = fed(source, "vtrix", FIRST, chunk({"content": "a"}), last)
    assert said[-1] == {"error": told}


@pytest.mark.parametrize("target", ["chat", "openrouter-chat", "codex-guide"])
def test_an_error_of_words_alone_is_an_object_for_readers_of_another_dialect(target: str) -> None:
    """Readers take the message of an object, and of words nothing."""
    said, _ = fed("chat", target, FIRST, {"error": "boom"})
    full = {"message": "boom", "type": "server_error", "param": None, "code": None}
    assert said[-1] == {"error": "boom" if target == "chat" else full}


@pytest.mark.parametrize("left_out", [{"output": []}, {"output": None}, {}], ids=str)
def test_items_without_an_index_are_all_listed_where_the_last_event_leaves_them_out(left_out: Json) -> None:
    """BUG/63 and BUG/73 in one stream."""
    done = [event("output_item.done", item={**ITEM, "id": f"m{number}"}, sequence_number=number) for number in (1, 2)]
    bare = {key: value for key, value in RESPONSE.items() if key != "output"}
    last = event("completed", response={**bare, "status": "completed", **left_out}, sequence_number=3)
    said, _ = fed("responses", "litellm", CREATED, *done, last)
    assert [item["id"] for item in said[-1]["response"]["output"]] == ["m1", "m2"]


def test_a_finish_that_is_an_error_has_the_four_keys() -> None:
    said, _ = fed("chat", "vtrix", FIRST, chunk({"content": "a"}), chunk({}, "error"))
    error = said[-1]["error"]
    assert {key: error[key] for key in ("type", "param", "code")} == {
        **{"type": "server_error", "param": None, "code": "server_error"}
    }
    assert error["message"]


CALLED: Json = {"type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": "{}"}


@pytest.mark.parametrize("items", [[], [CALLED]], ids=len)
@pytest.mark.parametrize("kind", ["completed", "incomplete"])
def test_a_text_that_stands_in_the_last_event_alone_is_streamed_before_it(items: Stream, kind: str) -> None:
    """Clients that read deltas would get nothing of it; its item is announced like any other."""
    streamed = [
        each
        for index, item in enumerate(items)
        for each in (
            event("output_item.added", output_index=index, item={**item, "arguments": ""}, sequence_number=1),
            event("output_item.done", output_index=index, item=item, sequence_number=2),
        )
    ]
    last = {**RESPONSE, "status": kind, "output": items, "output_text": "Hello."}
    number = len(streamed) + 1
    said, _ = fed("aimlapi", "responses", CREATED, *streamed, event(kind, response=last, sequence_number=number))
    assert [each["sequence_number"] for each in said] == list(range(len(said)))
    told = [each["type"].removeprefix("response.") for each in said[1 + len(streamed) :]]
    assert told == [
        *("output_item.added", "content_part.added", "output_text.delta", "output_text.done"),
        *("content_part.done", "output_item.done", kind),
    ]
    output = said[-1]["response"]["output"]
    assert {each["output_index"] for each in said if "output_index" in each} == set(range(len(output)))
    assert said[-2]["item"] == output[-1]
    assert [item["type"] for item in output] == [*(item["type"] for item in items), "message"]
