"""Chat streams that fail or begin anew, for Responses: the error in the words of the client, and nothing said twice."""

from __future__ import annotations

from typing import Any

import pytest

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
