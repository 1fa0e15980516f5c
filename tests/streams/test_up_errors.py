"""Chat streams that fail or begin anew, for Responses: the error in the words of the client, and nothing said twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

import respeak
from respeak import StreamTranslator
from streams.build import HEAD, chunk
from streams.shapes import Json
from streams.test_up import FIRST, SAID, fed, kinds

ERRORS: list[tuple[Any, Json]] = [
    ("boom", {"message": "boom", "code": "server_error"}),
    ({"message": "Slow.", "code": "rate_limit_exceeded"}, {"message": "Slow.", "code": "rate_limit_exceeded"}),
    ({"message": "Slow.", "type": "rate_limit_error"}, {"message": "Slow.", "code": "rate_limit_exceeded"}),
    ({"message": "Slow.", "code": 429}, {"message": "Slow.", "code": "rate_limit_exceeded"}),
    ({"message": "No.", "code": "invalid_prompt"}, {"message": "No.", "code": "invalid_prompt"}),
    ({"message": "Gone.", "code": "teapot"}, {"message": "Gone.", "code": "server_error"}),
    ({"code": "teapot"}, {"message": "The upstream failed.", "code": "server_error"}),
    ({"message": ""}, {"message": "The upstream failed.", "code": "server_error"}),
]


@pytest.mark.parametrize(("error", "told"), ERRORS)
def test_an_error_frame_ends_the_answer_in_the_codes_of_a_failed_response(error: Any, told: Json) -> None:
    events, _ = fed(FIRST, chunk({"content": "Yes."}), {"error": error}, chunk({"content": "more"}), chunk({}, "stop"))
    assert kinds(events)[-2:] == ["output_item.done", "failed"]
    response = events[-1]["response"]
    assert (response["status"], response["error"], response["incomplete_details"]) == ("failed", told, None)
    [item] = response["output"]
    assert (item["status"], item["content"][0]["text"]) == ("incomplete", "Yes.")


@pytest.mark.parametrize(("error", "told"), ERRORS)
def test_an_error_frame_before_any_chunk_is_an_error_event(error: Any, told: Json) -> None:
    """Flat with a nested copy (OBS-2), and the only event."""
    [event], _ = fed({"error": error}, FIRST)
    code = error.get("code") if isinstance(error, dict) else None
    assert (event["type"], event["sequence_number"], event["message"]) == ("error", 0, told["message"])
    assert event["code"] == (None if code is None else str(code)) and event["param"] is None
    assert (event["error"]["message"], event["error"]["param"]) == (told["message"], None)


RETRY: Json = {**HEAD, "id": "chatcmpl-2"}


@pytest.mark.parametrize("said", ["text", "refusal"])
@pytest.mark.parametrize("target", ["responses", "openrouter-chat"])
def test_an_attempt_that_begins_anew_and_not_as_before_is_reported(said: str, target: str) -> None:
    """Both stand in the answer (BUG/76)."""
    again = {**RETRY, "choices": FIRST["choices"]}
    other = {**RETRY, "choices": chunk({"content": "Other."})["choices"]}
    _, losses = fed(
        FIRST, chunk(SAID[said]), again, other, {**RETRY, "choices": chunk({}, "stop")["choices"]}, target=target
    )
    assert (("messages_merged", "/choices/0/message") in losses) == (said != "refusal")


CITED: list[Json] = [
    {"type": "url_citation", "url_citation": {"url": url, "title": "t", "start_index": 0, "end_index": 3}}
    for url in ("https://a.example/", "https://b.example/")
]


@pytest.mark.parametrize("target", ["responses", "openrouter-chat"])
@pytest.mark.parametrize("said", [1, 2])
def test_an_attempt_that_begins_anew_cites_nothing_twice(said: int, target: str) -> None:
    attempt = [FIRST, chunk({"content": "Yes."}), chunk({"annotations": CITED[:said]})]
    again = [*attempt, chunk({"annotations": CITED[said:]}), chunk({}, "stop")]
    stream, losses = fed(*attempt, *({**RETRY, "choices": each["choices"]} for each in again), target=target)
    answer = respeak.answer_of(stream, dialect=target)
    holder = answer["choices"][0]["message"] if target != "responses" else answer["output"][0]["content"][0]
    urls = [cited.get("url_citation", cited)["url"] for cited in holder["annotations"]]
    assert urls == [cited["url_citation"]["url"] for cited in CITED]
    assert losses == []


@pytest.mark.parametrize("target", ["responses", "openrouter-chat", "vtrix"])
def test_another_choice_that_begins_is_no_second_attempt_though_ids_change(target: str) -> None:
    """Some providers give every chunk an id of its own."""
    said = [FIRST, chunk({"content": "ha"}), chunk({"role": "assistant", "content": ""}, index=1)]
    said += [chunk({"content": "ha"}), chunk({"content": "No."}, index=1), chunk({}, "stop"), chunk({}, "stop", 1)]
    stream, losses = fed(*({**each, "id": f"chatcmpl-{number}"} for number, each in enumerate(said)), target=target)
    told = json.dumps(stream[-1] if target == "responses" else respeak.answer_of(stream, dialect=target))
    assert '"haha"' in told
    assert "messages_merged" not in dict(losses)


@pytest.mark.parametrize("target", ["responses", "openrouter-chat", "vtrix"])
def test_a_frame_of_a_filter_in_the_middle_of_a_second_attempt_brings_nothing(target: str) -> None:
    filtered = {"index": 0, "content_filter_results": {"hate": {"filtered": False}}, "finish_reason": None}
    frame = {"id": "", "object": "", "created": 0, "model": "", "choices": [filtered], "usage": None}
    again = [{**RETRY, "choices": FIRST["choices"]}, {**RETRY, "choices": chunk({"content": "Ye"})["choices"]}]
    rest = [{**RETRY, "choices": each["choices"]} for each in (chunk({"content": "s."}), chunk({}, "stop"))]
    told = []
    for between in ([], [frame]):
        translator = StreamTranslator(source="chat", target=target)
        for given in (FIRST, chunk({"content": "Yes."}), *again, *between, *rest):
            translator.feed(given)
        translator.close()
        told.append((list(translator.losses), translator.finished))
    assert told[0] == told[1]


LATE: dict[str, tuple[list[Json], str]] = {
    "function": (
        [
            {"tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{"}}]},
            {"tool_calls": [{"index": 0, "function": {"name": "_more", "arguments": "}"}}]},
        ],
        "tool_calls/0/function/name",
    ),
    "custom": (
        [
            {"tool_calls": [{"index": 0, "id": "c", "type": "custom", "custom": {"name": "f", "input": "a"}}]},
            {"tool_calls": [{"index": 0, "type": "custom", "custom": {"name": "_more", "input": "b"}}]},
        ],
        "tool_calls/0/custom/name",
    ),
    "a call of old": (
        [{"function_call": {"name": "f", "arguments": "{"}}, {"function_call": {"name": "_more", "arguments": "}"}}],
        "function_call/name",
    ),
}


@pytest.mark.parametrize(
    ("kind", "target"), [*((kind, "responses") for kind in LATE), ("function", "vtrix"), ("custom", "vtrix")]
)
def test_a_piece_of_a_name_that_comes_too_late_is_reported_at_the_name(kind: str, target: str) -> None:
    deltas, path = LATE[kind]
    said, losses = fed(FIRST, *map(chunk, deltas), chunk({}, "tool_calls"), target=target)
    assert ("tool_name_changed", f"/choices/0/message/{path}") in losses
    assert "_more" not in str(said)
