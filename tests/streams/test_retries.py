"""An upstream that begins its answer anew in mid-stream: what was said stands, so a retry must say it too (BUG/76)."""

from __future__ import annotations

from typing import Any

import pytest

from streams.build import RESPONSE, event
from streams.shapes import Json
from streams.test_down import AT, CALL, CREATED, DELTA, MESSAGE, TEXT, entries, fed, final, said_text

FAILED = "The upstream began its answer again and said something else than before."
BEGUN: Json = {**CALL, "arguments": ""}


def added(item: Json, index: int = 0) -> Json:
    return event("output_item.added", output_index=index, item=item)


def piece(text: str, index: int = 0) -> Json:
    return event("function_call_arguments.delta", output_index=index, item_id="fc", delta=text)


@pytest.mark.parametrize("other", [{"name": "g"}, {"call_id": "call_9"}, {"namespace": "files"}], ids=str)
@pytest.mark.parametrize("whole", [True, False])
def test_a_retry_must_call_the_same(other: Json, whole: bool) -> None:
    again = {**CALL, **other}
    say = event("output_item.done", output_index=0, item=again) if whole else added({**again, "arguments": ""})
    chunks, losses = fed(CREATED, added(BEGUN), CREATED, say, final(again))
    assert chunks[-1]["error"]["message"] == FAILED
    assert "stream_contradicted" in dict(losses)
    assert [entry["id"] for entry in entries(chunks)] == ["call_1"]


def test_an_item_that_is_announced_twice_in_one_attempt_is_the_first_one() -> None:
    chunks, _ = fed(CREATED, added(BEGUN), added({**BEGUN, "name": "g"}), piece("{}"), final(CALL))
    assert [entry["function"] for entry in entries(chunks)] == [{"name": "f", "arguments": ""}, {"arguments": "{}"}]


@pytest.mark.parametrize("said", ["", "{", '{"a":', '{"a":1}'])
@pytest.mark.parametrize("how", ["in pieces", "held", "when it is done"])
def test_a_retry_of_a_call_says_the_arguments_that_are_left(said: str, how: str) -> None:
    whole = {**CALL, "arguments": '{"a":1}'}
    again: dict[str, list[Json]] = {
        "in pieces": [added(BEGUN), *map(piece, whole["arguments"])],
        "held": [added(whole)],
        "when it is done": [],
    }
    done = event("output_item.done", output_index=0, item=whole)
    chunks, _ = fed(CREATED, added(BEGUN), piece(said), CREATED, *again[how], done, final(whole))
    told = [entry["function"].get("arguments") or "" for entry in entries(chunks)]
    assert "".join(told) == '{"a":1}' and "error" not in chunks[-1]
    assert [entry["index"] for entry in entries(chunks) if "id" in entry] == [0]


@pytest.mark.parametrize("left", [[], [added(BEGUN)], [added(BEGUN), piece("{")]], ids=len)
def test_a_retry_that_leaves_out_what_was_said_has_failed(left: list[Json]) -> None:
    chunks, _ = fed(CREATED, added(BEGUN), piece('{"a":'), CREATED, *left, final())
    assert chunks[-1]["error"]["message"] == FAILED
    refused = event("refusal.delta", **AT, delta="No, never.")
    for spoken, short in ((DELTA, {**DELTA, "delta": "Ye"}), (refused, {**refused, "delta": "No"})):
        for again in ([], [short]):
            chunks, _ = fed(CREATED, spoken, CREATED, *again, final())
            assert chunks[-1]["error"]["message"] == FAILED, again


@pytest.mark.parametrize("first", [[], [DELTA], [DELTA, DELTA]], ids=len)
def test_a_retry_is_named_and_cited_as_one_answer(first: list[Json]) -> None:
    """The head is that of the first response, citations are those of the attempt that came to its end."""
    cited = {"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 0, "end_index": 3}
    old = event("output_text.annotation.added", **AT, annotation_index=0, annotation={**cited, "title": "old"})
    item = {**MESSAGE, "content": [{**TEXT, "text": "Yes.Yes.", "annotations": [cited]}]}
    again = event("created", response={**RESPONSE, "id": "resp_2", "model": "other", "created_at": 9})
    done = event("output_item.done", output_index=0, item=item)
    chunks, _ = fed(CREATED, *first, old, again, {**DELTA, "delta": "Yes.Yes."}, done, final(item))
    assert said_text(chunks) == "Yes.Yes."
    assert {chunk["model"] for chunk in chunks} == {RESPONSE["model"] if first else chunks[0]["model"]}
    assert len({(chunk["id"], chunk["created"]) for chunk in chunks}) == 1
    told: list[Any] = [entry for chunk in chunks for entry in chunk["choices"][0]["delta"].get("annotations") or ()]
    assert [entry["url_citation"]["title"] for entry in told] == ["A"]


def test_a_client_of_functions_gets_the_first_call_of_the_retry() -> None:
    second = {**CALL, "id": "fc_2", "call_id": "call_2", "name": "g"}
    done = [event("output_item.done", output_index=number, item=item) for number, item in enumerate((CALL, second))]
    chunks, _ = fed(CREATED, added(BEGUN), CREATED, *done, final(CALL, second), target="vtrix")
    told = [chunk["choices"][0]["delta"].get("function_call") for chunk in chunks]
    assert [call for call in told if call] == [{"name": "f", "arguments": ""}, {"arguments": "{}"}]


@pytest.mark.parametrize("again", ["", "{}"])
def test_a_retry_of_a_call_without_arguments_repeats_what_was_filled_in(again: str) -> None:
    """Before the next call began the client was told `{}`, which the upstream never said."""
    first, second = {**CALL, "arguments": ""}, {**CALL, "id": "fc_2", "call_id": "call_2"}
    attempt = [
        added(BEGUN),
        event("output_item.done", output_index=0, item=first),
        added({**second, "arguments": ""}, 1),
    ]
    retried = [added(BEGUN), event("output_item.done", output_index=0, item={**CALL, "arguments": again})]
    rest = [event("output_item.done", output_index=1, item=second), final({**CALL, "arguments": again}, second)]
    chunks, losses = fed(CREATED, *attempt, CREATED, *retried, *rest)
    assert "error" not in chunks[-1] and "stream_contradicted" not in dict(losses)
    told = [(entry["index"], entry["function"]["arguments"]) for entry in entries(chunks)]
    assert [text for index, text in told if index == 0 and text] == ["{}"]
