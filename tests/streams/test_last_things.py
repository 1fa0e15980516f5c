"""What waits for its turn, and how answers end that were cut, cancelled or begun again."""

from __future__ import annotations

from typing import Any

import pytest

from respeak import StreamTranslator, stream_of
from streams import test_down as down
from streams import test_functions as functions
from streams import test_up as up
from streams.build import chunk, event
from streams.shapes import Json

STRUCTURED: Json = {
    "model": "m",
    "messages": [{"role": "user", "content": "x"}],
    "response_format": {"type": "json_object"},
}


def message(number: int, text: str, **more: Any) -> Json:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": f"m{number}", "role": "assistant", "content": [part], **more}


@pytest.mark.parametrize("done", [True, False], ids=["each is told to be done", "only the end tells"])
def test_texts_of_a_structured_answer_keep_their_order_while_one_waits_for_its_phase(done: bool) -> None:
    said = [message(0, "a"), message(1, "b"), message(2, "c", phase="final_answer")]
    events: list[Json] = [down.CREATED]
    for number, item in enumerate(said):
        at = {"output_index": number, "item_id": f"m{number}", "content_index": 0}
        events.append(event("output_item.added", output_index=number, item={**item, "content": []}))
        events.append(event("output_text.delta", **at, delta=item["content"][0]["text"], logprobs=[]))
        events += [event("output_item.done", output_index=number, item=item)] if done else []
    chunks, _ = down.fed(*events, down.final(*said), request=STRUCTURED)
    assert "".join(letter for letter in down.said_text(chunks) if letter in "abc") == "abc"


def test_an_answer_that_was_cancelled_says_so_like_one_in_one_piece() -> None:
    """D-7: HTTP 400, response_cancelled."""
    last = event("failed", response={**down.RESPONSE, "status": "cancelled", "output": []})
    chunks, losses = down.fed(down.CREATED, last)
    assert chunks[-1]["error"]["code"] == "response_cancelled"
    assert ("error_status_assumed", "/status") in losses


def test_the_last_item_of_a_cut_answer_is_incomplete_though_a_call_before_it_is_still_open() -> None:
    text = chunk({"content": "then"})
    events, _ = up.fed(up.FIRST, up.call(), text, chunk({}, finish_reason="length"))
    assert [item["status"] for item in up.output(events)] == ["completed", "incomplete"]


@pytest.mark.parametrize(("arguments", "told"), [('{"a":1}', '{"a":1}'), ("", "{}")])
def test_a_call_of_old_on_its_way_to_vtrix_ends_as_one(arguments: str, told: str) -> None:
    first = chunk({"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": arguments}})
    chunks = functions.fed("chat", "vtrix", None, first, chunk({}, finish_reason="function_call"))
    assert [choice["finish_reason"] for choice in functions.choices(chunks)][-1] == "function_call"
    [call] = functions.calls(chunks)
    assert (call["name"], call["arguments"]) == ("f", told)


@pytest.mark.parametrize("extra", [{}, {"odd": 1}], ids=["the short way", "the long way"])
def test_a_second_attempt_may_tell_all_arguments_at_once(extra: Json) -> None:
    """BUG/76: what it repeats is said once."""
    whole = '{"city":"Bergen"}'
    item = {**down.CALL, "arguments": ""}
    begin = [down.CREATED, event("output_item.added", output_index=0, item=item)]
    delta = event("function_call_arguments.delta", output_index=0, item_id="fc", delta=whole)
    done = event("function_call_arguments.done", output_index=0, item_id="fc", arguments=whole, **extra)
    chunks, _ = down.fed(*begin, delta, *begin, done, down.final())
    assert "error" not in chunks[-1]
    assert "".join(entry["function"].get("arguments") or "" for entry in down.entries(chunks)) == whole


def test_an_upstreams_chunk_stays_as_it_is_though_its_call_is_filled() -> None:
    call = {"name": "f", "arguments": ""}
    last = chunk({"role": "assistant", "content": None, "function_call": call}, finish_reason="function_call")
    for target in ("vtrix", "chat"):
        chunks = functions.fed("vtrix" if target == "chat" else "chat", target, None, last)
        assert functions.calls(chunks)[0]["arguments"] == "{}"
        assert call == {"name": "f", "arguments": ""}


def test_a_part_that_nobody_knows_is_in_the_stream_of_an_answer_without_events_of_its_own() -> None:
    odd = {"type": "hologram", "beam": 1}
    item = {**message(0, "a"), "content": [odd, *message(0, "a")["content"]]}
    events = stream_of({**down.final(item)["response"]}, dialect="responses")
    assert [each["delta"] for each in events if each["type"].endswith(".delta")] == ["a"]
    assert events[-1]["response"]["output"][0]["content"][0] == odd


def test_all_chunks_of_a_call_count_where_the_upstream_counts() -> None:
    asked = {"model": "m", "messages": [], "tools": [{"type": "function", "function": {"name": "f"}}]}
    translator = StreamTranslator(source="vtrix", target="chat", request={**asked, "messages": STRUCTURED["messages"]})
    call = {"function_call": {"name": "f", "arguments": "{}"}}
    said = translator.feed({**chunk(call), "usage": None}) + translator.feed(
        {**chunk({}, "function_call"), "usage": None}
    )
    assert said and all("usage" in each for each in said)
