"""Recorded streams through the command, read by the official SDK as if a server had sent them."""

from __future__ import annotations

from typing import Any

import httpx
import openai
import pytest
from click.testing import CliRunner

import corpus
from respeak import answer_of
from respeak.cli.main import respeak
from respeak.sse import encode

pytestmark = corpus.needed


def picked(name: str, *features: str) -> list[Any]:
    """Some recordings of each feature."""
    if not corpus.FOLDER.is_dir():
        return []
    found: dict[str, Any] = {}
    for feature in features:
        records = (record for record in corpus.records(name) if feature in record["features"])
        for record, _ in zip(records, range(4), strict=False):
            found[record["id"]] = record
    return [pytest.param(record, id=record["id"]) for record in found.values()]


def said(record: Any, source: str, target: str) -> bytes:
    wire = b"".join(map(encode, record["events"]))
    done = CliRunner().invoke(
        respeak,
        ["translate", "-", "--kind", "stream", "--from", source, "--to", target, "--losses", "none"],
        input=wire,
    )
    assert done.exit_code == 0
    return done.stdout_bytes


def sdk(wire: bytes) -> openai.OpenAI:
    """A client whose every request is answered with this stream."""
    answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=wire)
    return openai.OpenAI(api_key="k", http_client=httpx.Client(transport=httpx.MockTransport(lambda _: answer)))


@pytest.mark.parametrize(
    "record",
    picked(
        "streams_responses", "phase:commentary", "phase:final_answer", "parallel_tool_calls", "refusal", "incomplete"
    ),
)
def test_recorded_responses_streams_are_chat_streams_to_the_sdk(record: Any) -> None:
    with sdk(said(record, "responses", "chat")) as client:
        chunks = client.chat.completions.create(model="m", messages=[], stream=True)
        got = answer_of((chunk.model_dump(exclude_unset=True) for chunk in chunks), dialect="chat")
    output = answer_of(record["events"], dialect="responses")["output"]
    texts = [part.get("text", "") for item in output if item["type"] == "message" for part in item["content"]]
    message = got["choices"][0]["message"]
    assert (message["content"] or "") == "\n\n".join(text for text in texts if text)
    calls = [item["call_id"] for item in output if item["type"] in ("function_call", "custom_tool_call")]
    assert [call["id"] for call in message.get("tool_calls", [])] == calls


@pytest.mark.parametrize(
    "record", picked("streams_chat", "finish:stop", "finish:tool_calls", "finish:length", "refusal")
)
def test_recorded_chat_streams_are_responses_streams_to_the_sdk(record: Any) -> None:
    with sdk(said(record, "chat", "responses")) as client, client.responses.stream(model="m", input="x") as stream:
        events = list(stream)
    whole = answer_of(record["events"], dialect="chat")["choices"][0]["message"]
    last: Any = events[-1]
    assert last.response.output_text == (whole["content"] or "")
    calls = [item.call_id for item in last.response.output if item.type == "function_call"]
    assert calls == [call["id"] for call in whole.get("tool_calls", [])]
