"""Token counts: mapping.md USAGE."""

from __future__ import annotations

from typing import Any

import pytest

from saying import Json, Lost, response

RESPONSES: Json = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    "output_tokens": 7,
    "output_tokens_details": {"reasoning_tokens": 5},
    "total_tokens": 18,
}
CHAT: Json = {
    "prompt_tokens": 10,
    "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
    "completion_tokens": 7,
    "completion_tokens_details": {"reasoning_tokens": 5},
    "total_tokens": 18,
}


def down(usage: Any) -> tuple[Any, Lost]:
    payload = {"id": "resp_1", "created_at": 1, "model": "m", "status": "completed", "output": [], "usage": usage}
    said, losses = response(payload, "responses", "chat")
    return said.get("usage"), losses


def up(usage: Any) -> tuple[Any, Lost]:
    choice = {"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}
    said, losses = response({"id": "chatcmpl-1", "choices": [choice], "usage": usage}, "chat", "responses")
    return said["usage"], losses


def test_every_count_has_its_counterpart_and_the_total_is_not_recomputed() -> None:
    assert down(RESPONSES) == (CHAT, [])
    assert up(CHAT) == (RESPONSES, [])


def test_usage_that_is_null_stays_unknown() -> None:
    assert down(None) == (None, [])
    assert up(None) == (None, [])


ZEROS = {
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}


@pytest.mark.parametrize(
    "details", [{}, {"prompt_tokens_details": None}, {"prompt_tokens_details": {"cached_tokens": None}}]
)
def test_details_that_responses_requires_are_zero_when_absent(details: Json) -> None:
    """Bug class 81."""
    given = {"prompt_tokens": 10, "completion_tokens": 7, **details}
    assert up(given) == ({"input_tokens": 10, "output_tokens": 7, "total_tokens": 17, **ZEROS}, [])


UNKNOWN: Lost = [("usage_unknown", "/usage", "harmless")]


@pytest.mark.parametrize("given", [{}, {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None}])
def test_counts_are_never_null_and_unknown_ones_are_reported(given: Json) -> None:
    """Bug class 80."""
    assert up(given) == ({"input_tokens": 0, "output_tokens": 0, "total_tokens": 0, **ZEROS}, UNKNOWN)
    assert down({}) == ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, UNKNOWN)


def test_details_that_are_missing_stay_missing_on_chat() -> None:
    given = {"input_tokens": 1, "input_tokens_details": {}, "output_tokens": 2, "output_tokens_details": None}
    assert down(given) == ({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}, [])


PARTS = [
    *(f"prompt_tokens_details/{name}_tokens" for name in ("audio", "text", "image")),
    *(
        f"completion_tokens_details/{name}_tokens"
        for name in ("audio", "text", "accepted_prediction", "rejected_prediction")
    ),
]


@pytest.mark.parametrize("path", PARTS)
def test_a_part_of_a_total_is_a_harmless_loss_unless_it_is_zero(path: str) -> None:
    details, name = path.split("/")
    given = {**CHAT, details: {**CHAT[details], name: 3}}
    assert up(given) == (RESPONSES, [("usage_detail_dropped", f"/usage/{path}", "harmless")])
    assert up({**CHAT, details: {**CHAT[details], name: 0}}) == (RESPONSES, [])


def test_cache_writes_by_lifetime_are_a_harmless_loss() -> None:
    details = {**RESPONSES["input_tokens_details"], "cache_write_tokens_details": {"ttl_30m_tokens": 2}}
    path = "/usage/input_tokens_details/cache_write_tokens_details"
    assert down({**RESPONSES, "input_tokens_details": details}) == (CHAT, [("usage_detail_dropped", path, "harmless")])


@pytest.mark.parametrize("where", ["", "input_tokens_details/", "output_tokens_details/"])
def test_an_unknown_count_of_responses_is_reported(where: str) -> None:
    usage = dict(RESPONSES)
    if where:
        usage[where[:-1]] = {**usage[where[:-1]], "odd": 1}
    else:
        usage["odd"] = 1
    assert down(usage) == (CHAT, [("unknown_field_dropped", f"/usage/{where}odd", "degrading")])
