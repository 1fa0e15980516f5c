"""`respeak translate --kind stream`: events flushed as they come, and an honest end whatever happens."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from respeak import answer_of, stream_of, translate_response
from respeak.cli.main import respeak
from respeak.cli.stream import stream
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


def spread(dialect: str) -> list[Any]:
    """The events of an answer, in a dialect."""
    answer = translate_response(CHAT_ANSWER, source="chat", target=dialect).payload
    return stream_of(answer, dialect=dialect)


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


def frames(*events: object) -> bytes:
    return b"".join(
        b"data: " + (event if isinstance(event, bytes) else json.dumps(event).encode()) + b"\n\n" for event in events
    )


def lines(*events: object) -> bytes:
    return b"".join((event if isinstance(event, bytes) else json.dumps(event).encode()) + b"\n" for event in events)


FORMS = pytest.mark.parametrize("form", [frames, lines])
HELLO = {**CHUNKS[0], "choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": None}]}


class Cut(io.BytesIO):
    """A pipe that gives so many bytes at once."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self.size = size

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(self.size)


@FORMS
@pytest.mark.parametrize("size", [1, 2, 7, 64, 100_000])
def test_events_before_a_broken_one_are_said_however_the_bytes_are_cut(
    form: Any, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = b"\xef\xbb\xbf" + form(CHUNKS[0], HELLO, b"{broken", HELLO)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Cut(wire, size)))
    said = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=said))
    told = stream("-", source="chat", target="responses")
    assert (told.code, told.trouble.startswith("event 2: expected JSON, found '{broken'")) == (3, True)
    found = events(said.getvalue())
    assert [found[0]["type"], found[-1]["type"]] == ["response.created", "response.failed"]
    assert "".join(event["delta"] for event in found if event["type"].endswith("text.delta")) == "Hello"


@FORMS
def test_what_follows_done_is_not_read(form: Any) -> None:
    done = run(form(*CHUNKS, b"[DONE]", b"{broken"), *UP)
    assert (done.exit_code, done.stderr) == (0, "no losses\n")
    assert events(done.stdout_bytes)[-1]["type"] == "response.completed"


@FORMS
def test_a_stream_said_in_its_own_dialect_comes_out_equal(form: Any) -> None:
    error = {"type": "error", "sequence_number": 1, "code": "server_error", "message": "Down.", "param": None}
    created, *_, completed = spread("responses")
    failed = {**completed, "type": "response.failed", "response": {**completed["response"], "status": "failed"}}
    said = run(form(created, error, failed, completed), "--kind", "stream", "--from", "responses", "--to", "responses")
    assert events(said.stdout_bytes) == [created, error, failed, completed]


@FORMS
@pytest.mark.parametrize(
    ("route", "given", "last"),
    [
        (UP, [*CHUNKS, b"[DONE]"], b"response.completed"),
        (("--kind", "stream", "--from", "responses", "--to", "chat"), spread("responses"), b"[DONE]"),
    ],
    ids=["done", "terminal event"],
)
def test_the_command_ends_with_the_stream_though_stdin_stays_open(
    form: Any, route: tuple[str, ...], given: list[object], last: bytes
) -> None:
    command = [sys.executable, "-m", "respeak", "translate", "-", *route]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(form(*given))
        child.stdin.flush()
        assert child.wait(30) == 0
        assert last in child.stdout.read()


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b" \t\r\n", b"\n\n \n", b""])
def test_lines_may_end_in_any_way(ending: bytes) -> None:
    wire = (
        ending.join(json.dumps(chunk).replace(", ", ",\r ").encode() for chunk in CHUNKS)
        if ending
        else lines(*CHUNKS)[:-1]
    )
    done = run(wire, *UP)
    assert (done.exit_code, events(done.stdout_bytes)[-1]["type"]) == (0, "response.completed")


@FORMS
def test_an_event_has_a_limit_whatever_its_form(form: Any) -> None:
    long = b'{"x": "' + b"x" * (17 * 1024 * 1024) + b'"}'
    done = run(form(HELLO, long), *UP)
    assert done.exit_code == 3
    assert done.stderr.startswith("stdin: event 1: expected at most 16777216 bytes, found more than 16777216")
    assert b"Hello" in done.stdout_bytes


@FORMS
def test_a_broken_stream_is_one_document_of_json_on_stderr(form: Any) -> None:
    done = run(form(HELLO, b"{broken"), *UP, "--losses", "json")
    told = json.loads(done.stderr)
    assert (done.exit_code, told["file"], len(told["invalid"])) == (3, "stdin", 1)
    assert told["invalid"][0].startswith("event 1: expected JSON, found '{broken'")
    assert [loss["code"] for loss in told["losses"]] == ["stream_cut"]


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
