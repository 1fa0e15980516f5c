"""Chat streams for Responses: the events of each piece, what may follow what, and what comes too late."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import respeak
from respeak import Options, StreamTranslator
from streams import grammar
from streams.build import chunk, token
from streams.shapes import Json, Stream

FIRST = chunk({"role": "assistant", "content": ""})


def fed(
    *chunks: Json, source: str = "chat", target: str = "responses", **more: Any
) -> tuple[Stream, list[tuple[str, str]]]:
    translator = StreamTranslator(source=source, target=target, **more)
    said = [event for given in chunks for event in translator.feed(given)] + translator.close()
    return said, [(loss.code.value, loss.path) for loss in translator.losses]


def kinds(events: Stream) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


def output(events: Stream) -> list[Json]:
    held: list[Json] = events[-1]["response"]["output"]
    return held


def entry(index: int = 0, **more: Any) -> Json:
    return chunk({"tool_calls": [{"index": index, **more}]})


def call(index: int = 0, name: str = "f", arguments: str = "{}", **more: Any) -> Json:
    inner = {"name": name, "arguments": arguments}
    return entry(index, **{"id": f"call_{index}", "type": "function", "function": inner, **more})


def custom(name: str = "f", text: str = "x") -> Json:
    return entry(0, id="call_0", type="custom", custom={"name": name, "input": text})


SAID: dict[str, Json] = {
    "thought": {"reasoning": "Hm."},
    "text": {"content": "Yes."},
    "refusal": {"refusal": "No."},
    "call": call()["choices"][0]["delta"],
}
OPENED = {
    "thought": ["output_item.added", "content_part.added", "reasoning_text.delta"],
    "text": ["output_item.added", "content_part.added", "output_text.delta"],
    "refusal": ["output_item.added", "content_part.added", "refusal.delta"],
    "call": ["output_item.added", "function_call_arguments.delta"],
}
CLOSED = {
    "thought": ["reasoning_text.done", "content_part.done", "output_item.done"],
    "text": ["output_text.done", "content_part.done", "output_item.done"],
    "refusal": ["refusal.done", "content_part.done", "output_item.done"],
    "call": ["function_call_arguments.done", "output_item.done"],
}


def numbered_calls(order: tuple[str, ...]) -> list[Json]:
    """The deltas of an order; every call in it is another one."""
    number = itertools.count()
    return [call(next(number))["choices"][0]["delta"] if what == "call" else SAID[what] for what in order]


@pytest.mark.parametrize("order", [*itertools.product(SAID, repeat=2), *itertools.product(SAID, repeat=3)], ids=str)
def test_pieces_of_any_kinds_are_said_in_their_order_each_in_its_own_item(order: tuple[str, ...]) -> None:
    """One item a kind, but text and refusal are parts of one message (streaming.md 4)."""
    deltas = numbered_calls(order)
    events, _ = fed(FIRST, *map(chunk, deltas), chunk({}, "stop"), source="openrouter-chat", target="responses")
    assert grammar.problems(events, "responses") == []
    expected: list[tuple[str, list[str]]] = []
    for before, what in itertools.pairwise((None, *order)):
        kind = {"text": "message", "refusal": "message", "thought": "reasoning", "call": "function_call"}[what]
        together = expected and expected[-1][0] == kind and kind != "function_call"
        part = {"text": "output_text", "refusal": "refusal", "thought": "reasoning_text", "call": ""}[what]
        if not together:
            expected.append((kind, [part]))
        elif before != what:
            expected[-1][1].append(part)
    found = [
        (item["type"], [part["type"] for part in item.get("content") or [{"type": ""}]]) for item in output(events)
    ]
    assert found == expected


@pytest.mark.parametrize("what", SAID)
def test_an_item_is_opened_and_closed_by_its_own_events(what: str) -> None:
    """The minimal streams (streaming.md 4), numbered from 0 without a gap."""
    events, _ = fed(FIRST, chunk(SAID[what]), chunk({}, "stop"), source="openrouter-chat")
    assert kinds(events) == ["created", "in_progress", *OPENED[what], *CLOSED[what], "completed"]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    [item] = output(events)
    assert all(event["output_index"] == 0 for event in events[2:-1])
    for event in events[2:-1]:
        if "item" not in event:
            assert event["item_id"] == item["id"]
            assert event.get("content_index") == (None if what == "call" else 0)
    assert [event["item"]["id"] for event in events if "item" in event] == [item["id"]] * 2


@pytest.mark.parametrize("what", SAID)
def test_pieces_of_an_item_are_one_text_in_its_last_events(what: str) -> None:
    more: Json = {"tool_calls": [{"index": 0, "function": {"arguments": " "}}]} if what == "call" else SAID[what]
    whole = {"call": "{} ", "thought": "Hm.Hm.", "text": "Yes.Yes.", "refusal": "No.No."}[what]
    events, _ = fed(FIRST, chunk(SAID[what]), chunk(more), chunk({}, "stop"), source="openrouter-chat")
    assert "".join(event["delta"] for event in events if "delta" in event) == whole
    key = {"call": "arguments", "refusal": "refusal"}.get(what, "text")
    assert [event[key] for event in events if event["type"].endswith(f"{CLOSED[what][0]}")] == [whole]
    [item] = output(events)
    assert (item if what == "call" else item["content"][0])[key] == whole
    assert item == next(event["item"] for event in events if event["type"] == "response.output_item.done")


@pytest.mark.parametrize("what", SAID)
@pytest.mark.parametrize("finish", ["stop", "length", "content_filter", None])
def test_only_the_last_item_of_a_cut_answer_is_incomplete(what: str, finish: str | None) -> None:
    ended = [chunk({}, finish)] if finish else []
    before = {"reasoning": "So."} if what in ("text", "refusal") else {"content": "So."}
    events, losses = fed(FIRST, chunk(before), chunk(SAID[what]), *ended, source="openrouter-chat")
    last = "completed" if finish == "stop" else "incomplete"
    assert [item["status"] for item in output(events)] == ["completed", last]
    kind = {"stop": "response.completed", None: "response.failed"}.get(finish, "response.incomplete")
    assert events[-1]["type"] == kind
    assert ("stream_cut" in dict(losses)) == (finish is None)


@pytest.mark.parametrize("finish", ["length", None])
def test_of_two_calls_the_second_is_incomplete_in_a_cut_answer(finish: str | None) -> None:
    ended = [chunk({}, finish)] if finish else []
    events, _ = fed(FIRST, call(0), call(1, arguments='{"a'), *ended)
    assert [item["status"] for item in output(events)] == ["completed", "incomplete"]
    assert [item["arguments"] for item in output(events)] == ["{}", '{"a']


def cited(url: str = "https://a.example") -> Json:
    inner = {"url": url, "title": "A", "start_index": 0, "end_index": 2}
    return {"annotations": [{"type": "url_citation", "url_citation": inner}]}


@pytest.mark.parametrize(
    ("deltas", "told", "late"),
    [
        ([SAID["text"], cited()], 1, False),
        ([cited(), SAID["text"]], 1, False),
        ([SAID["text"], cited(), cited("https://b.example")], 2, False),
        ([cited(), SAID["call"], SAID["text"]], 1, False),
        ([SAID["text"], SAID["call"], cited()], 0, True),
        ([SAID["text"], SAID["refusal"], cited()], 0, True),
        ([SAID["text"], cited(), SAID["call"], cited()], 1, True),
    ],
)
def test_citations_belong_to_the_open_text_or_the_first_that_comes_and_are_lost_behind_it(
    deltas: list[Json], told: int, late: bool
) -> None:
    events, losses = fed(FIRST, *map(chunk, deltas), chunk({}, "stop"))
    added = [event for event in events if event["type"] == "response.output_text.annotation.added"]
    assert [event["annotation_index"] for event in added] == list(range(told))
    parts = [part for item in output(events) for part in item.get("content", ()) if part["type"] == "output_text"]
    assert [len(part["annotations"]) for part in parts] == [told]
    assert (("annotations_dropped", f"/choices/0/message/annotations/{told}") in losses) == late


def test_citations_of_no_text_at_all_are_not_said() -> None:
    events, _ = fed(FIRST, chunk(cited()), chunk(SAID["refusal"]), chunk({}, "stop"))
    assert not any("annotation" in event for event in events)
    assert grammar.problems(events, "responses") == []


def weighed(text: str | None) -> Json:
    return chunk({} if text is None else {"content": text}, logprobs={"content": [token(text or "x")], "refusal": None})


def test_logprobs_are_light_in_events_and_whole_in_the_part() -> None:
    """Events have them without bytes, the part with them (streaming.md 4)."""
    top = {"token": "y", "logprob": -1.5, "bytes": [121]}
    held = {**token("Yes."), "top_logprobs": [top]}
    given = chunk({"content": "Yes."}, logprobs={"content": [held], "refusal": None})
    events, _ = fed(FIRST, given, chunk({"content": "!"}), chunk({}, "stop"))
    light = {"token": "Yes.", "logprob": -0.5, "top_logprobs": [{"token": "y", "logprob": -1.5}]}
    assert [event["logprobs"] for event in events if "logprobs" in event] == [[light], [], [light]]
    [item] = output(events)
    assert item["content"][0]["logprobs"] == [held]
    [done] = [event["part"] for event in events if event["type"] == "response.content_part.done"]
    assert done["logprobs"] == [held]


def test_logprobs_of_no_text_go_with_the_text_that_follows_or_with_the_open_one() -> None:
    events, losses = fed(FIRST, weighed(None), weighed("a"), weighed(None), chunk({}, "stop"))
    told = [[entry["token"] for entry in event["logprobs"]] for event in events if "logprobs" in event]
    assert told == [["x", "a"], ["x", "a", "x"]]
    assert "logprobs_dropped" not in dict(losses)
    events, losses = fed(FIRST, weighed("a"), call(), weighed(None), chunk({}, "tool_calls"))
    assert ("logprobs_dropped", "/choices/0/logprobs/content") in losses


TOOLS: dict[str, Json] = {
    "nothing": {"model": "m", "input": "x"},
    "function": {
        "model": "m",
        "input": "x",
        "tools": [{"type": "function", "name": "f", "parameters": {}, "strict": None}],
    },
    "custom": {"model": "m", "input": "x", "tools": [{"type": "custom", "name": "f"}]},
}


@pytest.mark.parametrize("declared", TOOLS)
@pytest.mark.parametrize(("finish", "whole"), [("tool_calls", True), ("stop", True), ("length", False), (None, False)])
def test_a_call_without_arguments_has_an_empty_object_and_a_custom_tool_an_empty_input(
    declared: str, finish: str | None, whole: bool
) -> None:
    """Only where it is whole (BUG/34)."""
    ended = [chunk({}, finish)] if finish else []
    events, _ = fed(FIRST, call(arguments=""), *ended, request=TOOLS[declared])
    [item] = output(events)
    if declared == "custom":
        assert (item["type"], item["input"]) == ("custom_tool_call", "")
    else:
        assert (item["type"], item["arguments"]) == ("function_call", "{}" if whole else "")
    told = "".join(event["delta"] for event in events if "delta" in event)
    assert told == item.get("arguments", "")


@pytest.mark.parametrize("text", ["", "x", '{"input": "x"}'])
def test_a_custom_call_streams_its_input_as_it_is(text: str) -> None:
    events, _ = fed(FIRST, custom(text=text), entry(0, custom={"input": "y"}), chunk({}, "tool_calls"))
    deltas = [event["delta"] for event in events if event["type"] == "response.custom_tool_call_input.delta"]
    assert deltas == [piece for piece in (text, "y") if piece]
    [item] = output(events)
    assert (item["type"], item["input"], item["call_id"]) == ("custom_tool_call", f"{text}y", "call_0")
    assert "status" not in item or item["status"] == "completed"


@pytest.mark.parametrize("finish", ["tool_calls", "length", None])
@pytest.mark.parametrize("named", [True, False])
def test_a_call_that_waits_for_its_id_is_said_at_the_end_and_one_without_a_name_never(
    finish: str | None, named: bool
) -> None:
    inner = {"name": "f", "arguments": ""} if named else {"arguments": '{"a":1}'}
    ended = [chunk({}, finish)] if finish else []
    events, losses = fed(FIRST, entry(0, type="function", function=inner), *ended)
    said = [(item["name"], item["status"]) for item in output(events) if item["type"] == "function_call"]
    status = "completed" if finish == "tool_calls" else "incomplete"
    assert said == ([("f", status)] if named else [])
    assert ("calls_dropped", "/choices/0/message/tool_calls/0") in losses or named


def test_a_name_in_pieces_is_whole_before_the_call_is_announced() -> None:
    pieces = [
        entry(0, type="function", function={"name": "read_"}),
        entry(0, id="call_0", function={"name": "file", "arguments": ""}),
    ]
    events, losses = fed(FIRST, *pieces, entry(0, function={"arguments": "{}"}), chunk({}, "tool_calls"))
    assert [event["item"]["name"] for event in events if "item" in event] == ["read_file"] * 2
    assert "tool_name_changed" not in dict(losses)


@pytest.mark.parametrize("key", ["service_tier", "system_fingerprint"])
def test_what_chunks_say_of_the_whole_answer_is_the_last_of_it(key: str) -> None:
    chunks = [
        FIRST,
        chunk({"content": "a"}),
        {**chunk({"content": "b"}), key: "x"},
        {**chunk({"content": "c"}), key: "y"},
    ]
    events, _ = fed(*chunks, chunk({"content": "d"}), chunk({}, "stop"))
    assert "".join(event["delta"] for event in events if "delta" in event) == "abcd"
    assert events[-1]["response"].get("service_tier") == ("y" if key == "service_tier" else None)


@pytest.mark.parametrize(
    ("chunks", "phases"),
    [
        ([chunk({"content": "a"}), chunk({}, "stop")], ["final_answer"]),
        ([chunk({"content": "a"}), call(), chunk({}, "tool_calls")], ["commentary"]),
        ([chunk({"content": "a"}), call(), chunk({"content": "b"}), chunk({}, "stop")], ["commentary", "commentary"]),
        ([chunk({"content": "a"}), chunk({}, "length")], [None]),
        ([chunk({"content": "a"})], [None]),
        ([chunk({"content": "a", "phase": "commentary"}), chunk({}, "stop")], ["commentary"]),
        ([chunk({"content": "a", "phase": "mood"}), chunk({}, "stop")], [None]),
    ],
)
def test_a_phase_is_inferred_where_it_is_known_and_was_not_said(chunks: list[Json], phases: list[str | None]) -> None:
    """D-10; one that nobody knows is absent."""
    events, _ = fed(FIRST, *chunks, options=Options(infer_phase=True))
    assert [item.get("phase") for item in output(events) if item["type"] == "message"] == phases


def test_the_text_of_other_choices_is_not_said() -> None:
    events, _ = fed(
        FIRST, chunk({"content": "a"}), chunk({"content": "b"}, index=1), chunk({}, "stop"), chunk({}, "stop", 1)
    )
    assert [event["delta"] for event in events if "delta" in event] == ["a"]


def test_what_a_caller_does_to_one_event_changes_no_other() -> None:
    events, _ = fed(FIRST, chunk({"content": "a"}), chunk(cited()), call(), chunk({}, "stop"))
    kept = [repr(event) for event in events]

    def spoil(value: Any) -> None:
        for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            spoil(held)
        if isinstance(value, dict | list):
            value.clear()

    for number, event in enumerate(events):
        assert repr(event) == kept[number]
        spoil(event)


def test_reasoning_that_comes_twice_in_one_delta_is_said_once() -> None:
    """In the two fields that some providers fill alike."""
    both = chunk({"reasoning": "Hm.", "reasoning_content": "Hm."})
    events, _ = fed(FIRST, both, chunk({"content": "a"}), chunk({}, "stop"), source="openrouter-chat")
    told = [event["delta"] for event in events if event["type"] == "response.reasoning_text.delta"]
    assert told == ["Hm."]


def test_an_answer_without_a_word_is_one_empty_message_unless_it_was_cut() -> None:
    """streaming.md 4: empty with stop, and empty with length."""
    events, _ = fed(FIRST, chunk({}, "stop"))
    [item] = output(events)
    assert (item["type"], [part["text"] for part in item["content"]]) == ("message", [""])
    assert kinds(events)[2:] == [
        *("output_item.added", "content_part.added", "output_text.done", "content_part.done", "output_item.done"),
        "completed",
    ]
    events, _ = fed(FIRST, chunk({}, "length"))
    assert (kinds(events), output(events)) == (["created", "in_progress", "incomplete"], [])


def test_a_stream_that_never_began_is_an_error_event() -> None:
    [event], losses = fed()
    assert (event["type"], event["code"]) == ("error", "server_error")
    assert [code for code, _ in losses] == ["stream_cut"]
    assert respeak.answer_of([FIRST, chunk({}, "stop")], dialect="chat")["choices"][0]["message"]["content"] == ""


def test_of_content_in_parts_the_texts_are_said() -> None:
    parts = [
        {"type": "text", "text": "a"},
        {"type": "mood", "text": "b"},
        {"type": "text", "text": "c"},
    ]
    events, _ = fed(FIRST, chunk({"content": parts}), chunk({"content": []}), chunk({}, "stop"))
    assert [event["delta"] for event in events if "delta" in event] == ["ac"]


def spans(*places: tuple[int, int]) -> Json:
    url = {"url": "https://a.example", "title": "A"}
    entries = [{"url_citation": {**url, "start_index": start, "end_index": end}} for start, end in places]
    return chunk({"annotations": [{"type": "url_citation", **each} for each in entries]})


BETWEEN: dict[str, list[Json]] = {
    "thought": [chunk(SAID["thought"])],
    "refusal": [chunk(SAID["refusal"])],
    "call": [call()],
    "nothing": [],
}


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("early", [True, False])
def test_citations_count_from_the_start_of_the_content(between: str, early: bool) -> None:
    """They are moved to the part that they stand in; those of a closed part are told of where they stand."""
    second = [chunk({"content": "world"}), spans((0, 5), (6, 11), (2, 8))]
    chunks = [chunk({"content": "Hello "}), *BETWEEN[between], *(reversed(second) if early else second)]
    source = "openrouter-chat" if between == "thought" else "chat"
    events, losses = fed(FIRST, *chunks, chunk({}, "stop"), source=source)
    parts = [part for item in output(events) for part in item.get("content") or () if part["type"] == "output_text"]
    told = [
        [part["text"][each["start_index"] : each["end_index"]] for each in part["annotations"]]
        for part in parts
        if part["annotations"]
    ]
    late = [path for code, path in losses if code == "annotations_dropped"]
    if between == "nothing":
        assert (told, late) == ([["Hello", "world", "llo wo"]], [])
    else:
        assert told == [["world"]]
        assert late == ["/choices/0/message/annotations/0", "/choices/0/message/annotations/2"]


def test_a_citation_of_a_text_that_never_comes_is_told_of() -> None:
    chunks = [FIRST, chunk({"content": "Yes."}), call(), spans((4, 9)), chunk({}, "tool_calls")]
    _, losses = fed(*chunks)
    assert ("annotations_dropped", "/choices/0/message/annotations/0") in losses


def test_a_citation_without_a_place_belongs_to_the_open_text() -> None:
    inner = {"url": "https://a.example", "title": "A"}
    given = chunk({"annotations": [{"type": "url_citation", "url_citation": inner}]})
    chunks = [chunk({"content": "Yes."}), call(), chunk({"content": "No."}), given, chunk({}, "stop")]
    events, losses = fed(FIRST, *chunks)
    [cited_part] = [part for item in output(events) for part in item.get("content") or () if part["annotations"]]
    assert (cited_part["text"], cited_part["annotations"][0]["start_index"]) == ("No.", 0)
    assert "annotations_dropped" not in dict(losses)


SPOKEN = chunk({"audio": {"id": "audio_1", "transcript": "Hm."}})


@pytest.mark.parametrize("before", [[], [chunk({"reasoning": "Hm?"})], [call()], [chunk({"refusal": "No."})]], ids=str)
@pytest.mark.parametrize("finish", ["stop", "length", None])
def test_the_transcript_of_an_answer_in_sound_is_its_text_whatever_else_it_holds(
    before: list[Json], finish: str | None
) -> None:
    """As in an answer of one piece; how it ends makes no difference."""
    end = [chunk({}, finish)] if finish else []
    events, losses = fed(FIRST, *before, SPOKEN, *end, source="openrouter-chat")
    assert grammar.problems(events, "responses") == []
    texts = [part["text"] for item in output(events) for part in item.get("content") or () if "text" in part]
    assert texts[-1] == "Hm."
    assert "audio_dropped" in dict(losses)


def test_a_text_beside_sound_is_the_text() -> None:
    events, _ = fed(FIRST, SPOKEN, chunk({"content": "Yes."}), chunk({}, "stop"))
    assert [part["text"] for item in output(events) for part in item["content"]] == ["Yes."]


def test_an_id_that_comes_behind_the_first_arguments_is_told_of() -> None:
    pieces = [entry(function={"name": "f", "arguments": "{"}), entry(id="call_9", function={"arguments": "}"})]
    events, losses = fed(FIRST, *pieces, chunk({}, "tool_calls"))
    [item] = output(events)
    assert item["call_id"] and item["arguments"] == "{}"
    assert item["call_id"] != "call_9", "the client was told another one"
    assert losses == [("call_id_made", "/choices/0/message/tool_calls/0/id")]


def test_an_id_that_never_comes_is_told_once() -> None:
    pieces = [entry(function={"name": "f", "arguments": "{"}), entry(function={"arguments": "}"})]
    _, losses = fed(FIRST, *pieces, chunk({}, "tool_calls"))
    assert [code for code, _ in losses] == ["call_id_made"]


def test_what_belongs_to_no_text_beside_a_refusal_in_parts_is_told_once() -> None:
    said = chunk({"content": [{"type": "refusal", "refusal": "No."}]}, logprobs={"content": [token("No.")]})
    cited = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
    _, losses = fed(FIRST, said, chunk({"annotations": [cited]}), chunk({}, "stop"))
    assert losses == [
        ("annotations_dropped", "/choices/0/message/annotations"),
        ("logprobs_dropped", "/choices/0/logprobs/content"),
    ]
