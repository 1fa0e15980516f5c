"""How answers end: mapping.md R2C-FINISH and C2R-FINISH."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from saying import Json, Lost, response

PART = {"type": "output_text", "text": "a", "annotations": []}
MESSAGE = {"type": "message", "role": "assistant", "status": "completed", "content": [PART]}
REFUSAL = {**MESSAGE, "content": [{"type": "refusal", "refusal": "no"}]}
FUNCTION = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
CUSTOM = {"type": "custom_tool_call", "call_id": "c", "name": "g", "input": "x"}
SEARCH = {"type": "web_search_call", "id": "w", "status": "completed"}


def down(end: Json, *output: Json) -> tuple[str, Lost]:
    payload = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "output": list(output), **end}
    said, losses = response(payload, "responses", "chat")
    finish: str = said["choices"][0]["finish_reason"]
    return finish, [loss for loss in losses if loss[0] != "hosted_call_dropped"]


def cut(reason: Any) -> Json:
    return {"status": "incomplete", "incomplete_details": {"reason": reason}}


REASON = "/incomplete_details/reason"
DOWN: list[tuple[str, Json, list[Json], str, Lost]] = [
    ("completed, a function call", {"status": "completed"}, [FUNCTION], "tool_calls", []),
    ("completed, a custom call", {"status": "completed"}, [CUSTOM], "tool_calls", []),
    ("completed, text and call", {"status": "completed"}, [MESSAGE, FUNCTION], "tool_calls", []),
    ("completed, text", {"status": "completed"}, [MESSAGE], "stop", []),
    ("completed, refusal", {"status": "completed"}, [REFUSAL], "stop", []),
    ("completed, hosted tools only", {"status": "completed"}, [SEARCH], "stop", []),
    ("no status", {}, [MESSAGE], "stop", []),
    ("max_output_tokens", cut("max_output_tokens"), [MESSAGE], "length", []),
    ("max_output_tokens wins over calls", cut("max_output_tokens"), [FUNCTION], "length", []),
    ("no status, but a reason", {"incomplete_details": {"reason": "max_output_tokens"}}, [MESSAGE], "length", []),
    ("content_filter", cut("content_filter"), [MESSAGE], "content_filter", []),
    ("max_messages", cut("max_messages"), [MESSAGE], "length", [("finish_changed", REASON, "harmless")]),
    ("max_tokens", cut("max_tokens"), [MESSAGE], "length", [("finish_changed", REASON, "harmless")]),
    ("another reason", cut("boredom"), [MESSAGE], "length", [("finish_changed", REASON, "harmless")]),
    ("no reason", cut(None), [MESSAGE], "length", [("finish_changed", "/status", "harmless")]),
    ("steered", cut("steered"), [MESSAGE], "stop", [("finish_changed", REASON, "degrading")]),
    ("another status", {"status": "paused"}, [MESSAGE], "stop", [("finish_changed", "/status", "degrading")]),
    (
        "completed, with a reason",
        {**cut("max_output_tokens"), "status": "completed"},
        [MESSAGE],
        "stop",
        [("finish_changed", "/incomplete_details", "harmless")],
    ),
]


@pytest.mark.parametrize(
    ("end", "output", "finish", "lost"), [case[1:] for case in DOWN], ids=[case[0] for case in DOWN]
)
def test_the_end_of_a_response_is_one_finish_reason(end: Json, output: list[Json], finish: str, lost: Lost) -> None:
    """Bug classes 27, 29, 86 and 87."""
    assert down(end, *output) == (finish, lost)


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_response_that_still_runs_is_refused_for_that_alone(status: str) -> None:
    with pytest.raises(respeak.TranslationError) as error:
        down({"status": status}, MESSAGE)
    assert [(loss.code, loss.path) for loss in error.value.losses] == [("answer_not_finished", "/status")]


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
AT = "/choices/0/finish_reason"
CHANGED = [("finish_changed", AT, "degrading")]
UP: list[tuple[str, Any, Json, str, Any, Lost]] = [
    ("stop", "stop", {"content": "a"}, "completed", None, []),
    ("stop beside calls", "stop", {"tool_calls": [CALL]}, "completed", None, []),
    ("tool_calls", "tool_calls", {"tool_calls": [CALL]}, "completed", None, []),
    (
        "tool_calls without a call",
        "tool_calls",
        {"content": "a"},
        "completed",
        None,
        [("finish_changed", AT, "harmless")],
    ),
    ("length", "length", {"content": "a"}, "incomplete", "max_output_tokens", []),
    ("length, nothing said", "length", {"content": None}, "incomplete", "max_output_tokens", []),
    ("content_filter", "content_filter", {"content": "a"}, "incomplete", "content_filter", []),
    ("missing", None, {"content": "a"}, "completed", None, CHANGED),
    ("missing, nothing said", None, {"content": None}, "failed", None, CHANGED),
    ("another word", "eos", {"content": "a"}, "completed", None, CHANGED),
    ("another word, nothing said", "eos", {"content": ""}, "failed", None, CHANGED),
    ("error", "error", {"content": "a"}, "failed", None, CHANGED),
    ("network_error", "network_error", {"content": "a"}, "failed", None, CHANGED),
]


@pytest.mark.parametrize(("finish", "message", "status", "reason", "lost"), [c[1:] for c in UP], ids=[c[0] for c in UP])
def test_the_finish_reason_is_status_and_reason(
    finish: Any, message: Json, status: str, reason: Any, lost: Lost
) -> None:
    """Bug classes 28, 30, 86 and 87."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    said, losses = response({"id": "chatcmpl-1", "choices": [choice]}, "chat", "responses")
    assert (said["status"], losses) == (status, lost)
    assert said["incomplete_details"] == ({"reason": reason} if reason else None)
    assert (said["error"] or {}).get("code") == ("server_error" if status == "failed" else None)


def test_an_answer_without_any_finish_reason_key_is_judged_by_what_it_says() -> None:
    """Bug class 69."""
    choice = {"index": 0, "message": {"role": "assistant", "content": None}}
    assert response({"id": "chatcmpl-1", "choices": [choice]}, "chat", "responses")[0]["status"] == "failed"
