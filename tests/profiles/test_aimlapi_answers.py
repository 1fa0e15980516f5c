"""Answers of AIML API, which leave much to their reader: profiles.md section 1."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

import respeak
from saying import Json, request, response

ASKED: Json = {
    "model": "gpt-5.3-codex",
    "input": "Which knot?",
    "instructions": "You teach sailors.",
    "metadata": {"class": "b"},
    "tools": [{"type": "function", "name": "draw", "parameters": {"type": "object"}, "strict": False}],
}
BARE: Json = {
    "id": "resp_k",
    "object": "response",
    "created_at": 1,
    "model": "openai/gpt-5-3-codex",
    "parallel_tool_calls": True,
}
THOUGHT: Json = {"type": "reasoning", "id": "rs_k", "summary": []}
SILENT: Json = {"type": "message", "id": "msg_k", "role": "assistant", "status": "completed", "content": []}
ANSWERS: list[Json] = [
    {"status": "completed", "output_text": "A bowline."},
    {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output_text": "A bow"},
    {"status": "failed", "error": {"code": "server_error", "message": "m"}, "output_text": "A bow"},
    {"status": "completed", "output": [THOUGHT], "output_text": "A bowline."},
    {"status": "completed", "output": [SILENT], "output_text": "A bowline."},
    {"status": "completed", "output": None, "output_text": "A bowline.", "metadata": None, "tools": None},
    {"status": "completed", "metadata": {}, "tools": [], "instructions": None, "temperature": None},
]
LAST = {"incomplete": "response.incomplete", "failed": "response.failed", "completed": "response.completed"}


@pytest.mark.parametrize("asked", [None, ASKED], ids=["nothing", "request"])
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda value: str(value)[:60])
def test_what_responses_requires_is_in_every_answer(answer: Json, asked: Json | None) -> None:
    said, _ = response({**BARE, **answer}, "aimlapi", "responses", request=asked)
    assert respeak.validate(said, dialect="responses", kind="response") == []
    assert said["metadata"] == (asked or {}).get("metadata", {})


@pytest.mark.parametrize("asked", [None, ASKED], ids=["nothing", "request"])
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda value: str(value)[:60])
def test_a_stream_ends_with_the_answer_in_one_piece(answer: Json, asked: Json | None) -> None:
    whole, losses = response({**BARE, **answer}, "aimlapi", "responses", request=asked)
    events: list[Json] = [
        {"type": "response.created", "sequence_number": 0, "response": {**BARE, "status": "in_progress"}},
        {"type": LAST[answer["status"]], "sequence_number": 1, "response": {**BARE, **answer}},
    ]
    translator = respeak.StreamTranslator(source="aimlapi", target="responses", request=asked)
    said = [made for event in events for made in translator.feed(event)] + translator.close()
    assert said[-1]["response"] == whole
    assert list(translator.losses) == losses


def test_a_chat_client_gets_the_text_that_a_silent_message_leaves_out() -> None:
    said, losses = response({**BARE, "output": [{**SILENT, "id": "m"}], "output_text": "A bowline."}, "aimlapi", "chat")
    assert said["choices"][0]["message"]["content"] == "A bowline."
    assert losses == [("item_id_dropped", "/output/0/id", "harmless")]


def test_what_is_filled_in_is_not_the_requests_own() -> None:
    asked, before = deepcopy(ASKED), deepcopy(ASKED)
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "vtrix-gpt-5.3-codex"}
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    chat: Json = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "q"}], "metadata": {"a": "b"}}
    kept = deepcopy(chat)
    for said, _ in (
        response({**BARE, "output_text": "x"}, "aimlapi", "responses", request=asked),
        response({**BARE, "output_text": "x"}, "aimlapi", "chat", request=chat),
        response({**answer, "choices": [choice]}, "vtrix", "chat", request=chat),
    ):
        said["metadata"]["mine"] = "yes"
    assert (asked, chat) == (before, kept)


def test_a_chunk_has_no_place_for_metadata() -> None:
    chat: Json = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "q"}], "metadata": {"a": "b"}}
    frame: Json = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "vtrix-gpt-5.3-codex"}
    choice: Json = {"index": 0, "delta": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    translator = respeak.StreamTranslator(source="vtrix", target="chat", request=chat)
    chunks = [*translator.feed({**frame, "choices": [choice]}), *translator.close()]
    assert all("metadata" not in chunk for chunk in chunks)


@pytest.mark.parametrize("environment", [{"type": "container_auto"}, {"type": "local"}], ids=str)
def test_a_shell_is_left_out_wherever_it_runs(environment: Any) -> None:
    asked = {"model": "gpt-5.3-codex", "input": "x", "tools": [{"type": "shell", "environment": environment}]}
    said, losses = request(asked, "responses", "aimlapi")
    assert "tools" not in said
    assert losses == [("tool_dropped", "/tools/0", "degrading")]
