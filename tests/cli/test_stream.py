"""`respeak translate --kind stream`: events flushed as they come, and an honest end whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from respeak import answer_of, stream_of
from respeak.cli.main import respeak
from respeak.sse import DONE, SseDecoder, encode

CHAT_ANSWER: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Grüße", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
CHUNKS = stream_of(CHAT_ANSWER, dialect="chat")
UP = ("--kind", "stream", "--from", "chat", "--to", "responses")


def run(given: bytes, *arguments: str) -> Result:
    return CliRunner().invoke(respeak, ["translate", "-", *arguments], input=given)


def events(wire: bytes) -> list[Any]:
    decoder = SseDecoder()
    return decoder.feed(wire) + decoder.close()


@pytest.mark.parametrize(
    "wire",
    [
        b"".join(map(encode, CHUNKS)) + DONE,
        b"\xef\xbb\xbf\n" + b"".join(map(encode, CHUNKS)),
        "\n".join(map(json.dumps, CHUNKS)).encode(),
        b"\n" + "\n\n".join(map(json.dumps, CHUNKS)).encode() + b"\n",
    ],
)
def test_frames_and_lines_are_read(wire: bytes) -> None:
    done = run(wire, *UP)
    assert (done.exit_code, done.stderr) == (0, "no losses\n")
    said = events(done.stdout_bytes)
    assert said[-1]["type"] == "response.completed" and DONE not in done.stdout_bytes
    assert answer_of(said, dialect="responses")["output"][0]["content"][0]["text"] == "Grüße"


def test_a_chat_stream_ends_with_done() -> None:
    there = run(b"".join(map(encode, CHUNKS)), *UP).stdout_bytes
    back = run(there, "--kind", "stream", "--from", "responses", "--to", "chat")
    assert back.stdout_bytes.endswith(DONE)
    assert answer_of(events(back.stdout_bytes), dialect="chat")["choices"] == CHAT_ANSWER["choices"]


def test_the_request_gives_names_back(tmp_path: Path) -> None:
    asked = {"model": "m", "input": "x", "tools": [{"type": "custom", "name": "patch"}]}
    (tmp_path / "request.json").write_text(json.dumps(asked))
    call = {"id": "c", "type": "function", "function": {"name": "patch", "arguments": '{"input":"*** Begin"}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    answer = {**CHAT_ANSWER, "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    wire = b"".join(map(encode, stream_of(answer, dialect="chat")))
    done = run(wire, *UP, "--request", str(tmp_path / "request.json"))
    [item] = answer_of(events(done.stdout_bytes), dialect="responses")["output"]
    assert (item["type"], item["input"]) == ("custom_tool_call", "*** Begin")


def test_losses_are_told_on_stderr() -> None:
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "phase": "commentary"}
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "status": "completed",
        "output": [{**item, "content": [{"type": "output_text", "text": "I look.", "annotations": []}]}],
    }
    wire = b"".join(map(encode, stream_of(answer, dialect="responses")))
    done = run(wire, "--kind", "stream", "--from", "responses", "--to", "chat", "--losses", "json")
    [summary] = [loss for loss in json.loads(done.stderr) if loss["code"] == "phase_dropped"]
    assert summary["path"] == "/output/0/phase"


@pytest.mark.parametrize(
    ("wire", "message"),
    [
        (encode(CHUNKS[0]) + b"data: {nope\n\n", "stdin: event 1: expected JSON, found '{nope'"),
        (encode(CHUNKS[0]) + encode({"choices": 5}), "stdin: event 1: /choices: expected an array, found integer 5"),
        (encode(CHUNKS[0]), None),
        (b"<html>busy</html>", "stdin: no event found; expected server-sent events"),
        (b'[{"choices": []}]', "stdin: no event found; expected server-sent events"),
        (b"", "stdin: no event found; expected server-sent events"),
    ],
)
def test_a_broken_stream_ends_as_a_failure(wire: bytes, message: str | None) -> None:
    done = run(wire, *UP)
    assert events(done.stdout_bytes)[-1]["type"] in ("response.failed", "error")
    assert done.exit_code == (1 if message is None else 3)
    assert "stream_cut" in done.stderr
    if message is not None:
        assert done.stderr.splitlines()[0].startswith(message)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("extra", [("--tolerate", "none"), ("--status", "400")])
def test_options_of_other_kinds_are_wrong_use(extra: tuple[str, ...]) -> None:
    assert run(b"", *UP, *extra).exit_code == 2


def test_a_file_that_is_not_there() -> None:
    done = CliRunner().invoke(respeak, ["translate", "nowhere.sse", *UP])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "cannot read nowhere.sse" in done.stderr


def test_events_are_said_before_the_stream_is_over() -> None:
    command = [sys.executable, "-m", "respeak", "translate", "-", *UP]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(encode(CHUNKS[0]))
        child.stdin.flush()
        assert child.stdout.readline() == b"event: response.created\n"
        child.stdin.close()
        assert b"response.failed" in child.stdout.read()
