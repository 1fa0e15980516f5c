"""Reasoning that clients of Chat keep in `reasoning_details`: what they send back is the item that it was made of."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from respeak.streams.spread import spread_response
from saying import Json, Lost, request, response
from streams.accumulate import accumulated

KEPT = respeak.Options(extensions=True)
SUMMARY: Json = {"type": "summary_text", "text": "Dry soil."}
THOUGHTS: list[Json] = [
    {"type": "reasoning", "id": "rs_a", "summary": [SUMMARY, SUMMARY], "encrypted_content": "gAAAAABdry"},
    {"type": "reasoning", "id": "rs_b", "summary": [], "encrypted_content": "gAAAAABshade"},
    {"type": "reasoning", "summary": [SUMMARY], "encrypted_content": "gAAAAABnoid"},
    {"type": "reasoning", "summary": [SUMMARY], "encrypted_content": "gAAAAABnoid2"},
]
ANSWER: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "model": "gpt-5.4",
    "output": [
        *THOUGHTS,
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Bed two."}],
        },
    ],
}
MARK = {"format": "openai-responses-v1", "index": 0}


def sent_back(message: Json) -> tuple[list[Json], Lost]:
    """What a client's next request says of the message, without the question."""
    asked = {"model": "gpt-5.4", "messages": [{"role": "user", "content": "Which bed?"}, message]}
    said, losses = request(asked, "chat", "responses", options=KEPT)
    return said["input"][1:], losses


def test_thoughts_of_a_whole_answer_come_back_as_they_were() -> None:
    said, losses = response(ANSWER, "responses", "chat", options=KEPT)
    assert losses == [("item_id_dropped", "/output/4/id", "harmless")]
    assert sent_back(said["choices"][0]["message"]) == ([*THOUGHTS, {"role": "assistant", "content": "Bed two."}], [])


@pytest.mark.parametrize("target", ["chat", "openrouter-chat"])
def test_thoughts_that_the_official_sdk_gathered_from_a_stream_come_back_as_they_were(target: str) -> None:
    translator = respeak.StreamTranslator(source="responses", target=target, options=KEPT)
    chunks = [chunk for event in spread_response(ANSWER) for chunk in translator.feed(event)] + translator.close()
    message = accumulated(chunks, "chat")["choices"][0]["message"]
    items, losses = sent_back({key: value for key, value in message.items() if value is not None})
    assert (items, losses) == ([*THOUGHTS, {"role": "assistant", "content": "Bed two."}], [])


def test_details_whose_entries_share_an_index_are_read_too() -> None:
    said, _ = response(ANSWER, "responses", "chat", options=KEPT)
    details = said["choices"][0]["message"]["reasoning_details"]
    numbers = {"rs_a": 0, "rs_b": 1}
    shared = [{**entry, "index": numbers[entry["id"]]} for entry in details if entry["id"]]
    items, losses = sent_back({"role": "assistant", "content": "x", "reasoning_details": shared})
    assert (items[:-1], losses) == (THOUGHTS[:2], [])


ODD: list[tuple[Json, str]] = [
    ({"type": "reasoning.text", "text": "x", **MARK}, "reasoning_dropped"),
    ({"type": "reasoning.encrypted", "data": "x", **MARK, "format": "anthropic-claude-v1"}, "reasoning_dropped"),
    ({"type": "reasoning.encrypted", "data": {"a": 1}, **MARK}, "reasoning_dropped"),
    ({"type": "reasoning.encrypted", "data": "", **MARK}, "reasoning_dropped"),
    ({"type": "reasoning.encrypted", "data": "x", "id": ["rs"], **MARK}, "reasoning_dropped"),
    ({"type": ["x"], "data": "x", **MARK}, "reasoning_dropped"),
    ({"type": "reasoning.summary", "summary": {"a": 1}, **MARK}, "reasoning_dropped"),
    ({"type": "reasoning.summary", "summary": "alone", "id": "rs_z", **MARK}, "reasoning_dropped"),
]


@pytest.mark.parametrize(("entry", "code"), ODD, ids=str)
def test_an_entry_that_is_no_item_of_responses_is_told_and_its_neighbours_are_kept(entry: Json, code: str) -> None:
    whole = {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_a", **MARK}
    items, losses = sent_back({"role": "assistant", "content": "x", "reasoning_details": [entry, whole]})
    assert items[0] == {"type": "reasoning", "id": "rs_a", "summary": [], "encrypted_content": "gAAA"}
    assert losses == [(code, "/messages/1/reasoning_details/0", "degrading")]


def test_unknown_keys_of_an_entry_are_told_and_its_index_may_be_anything() -> None:
    whole: Json = {
        "type": "reasoning.encrypted",
        "data": "gAAA",
        "id": "rs_a",
        **MARK,
        "index": {"a": 1},
        "signature": "s",
    }
    items, losses = sent_back({"role": "assistant", "content": "x", "reasoning_details": [whole]})
    assert items[0] == {"type": "reasoning", "id": "rs_a", "summary": [], "encrypted_content": "gAAA"}
    assert losses == [("unknown_field_dropped", "/messages/1/reasoning_details/0/signature", "degrading")]


@pytest.mark.parametrize("details", [5, True, [{"type": "x"}]], ids=str)
def test_details_on_a_message_that_is_not_the_assistants_are_told_as_a_whole(details: Any) -> None:
    items, losses = sent_back({"role": "user", "content": "x", "reasoning_details": details})
    assert items == [{"role": "user", "content": "x"}]
    assert losses == [("reasoning_dropped", "/messages/1/reasoning_details", "degrading")]
