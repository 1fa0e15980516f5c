"""A scripted upstream: a real HTTP server on loopback, both families, streaming or not, with faults on demand.

Answers are written from the specification of either API. `Upstream.says` holds what the next requests get.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from respeak import stream_of

Json = dict[str, Any]


@dataclass
class Whole:
    """An answer in one piece; `raw` instead of `body` for what is no JSON."""

    body: Any = None
    status: int = 200
    headers: Json = field(default_factory=dict)
    raw: bytes | None = None
    content_type: str = "application/json"


@dataclass
class Events:
    """A stream. `before` is called before each event; `end` says how it ends: done, cut, or open."""

    events: list[Any]
    end: str = "done"
    before: Callable[[int], None] = lambda number: None
    done: bool = False
    headers: Json = field(default_factory=dict)


class Hangup:
    """The connection is closed without an answer."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.answer(json.loads(data) if data else None)

    def do_GET(self) -> None:
        if "/models" in self.path:
            self.server.seen.append((self.path, dict(self.headers), None))
            self.whole(Whole({"object": "list", "data": [{"id": "upstream-model", "object": "model"}]}))
        else:
            self.answer(None)

    def do_DELETE(self) -> None:
        self.answer(None)

    def answer(self, body: Json | None) -> None:
        self.server.seen.append((self.path, dict(self.headers), body))
        says = self.server.says
        answer = says(self.path, body) if callable(says) else says
        {Whole: self.whole, Events: self.stream, Hangup: self.hang_up}[type(answer)](answer)

    def whole(self, answer: Whole) -> None:
        data = answer.raw if answer.raw is not None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"content-type": answer.content_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, answer: Events) -> None:
        self.send_response(200)
        for name, value in {"content-type": "text/event-stream", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            for number, event in enumerate(answer.events):
                answer.before(number)
                self.piece(frame(event))
            if answer.end == "cut":
                self.hang_up(answer)
                return
            if answer.done:
                self.piece(b"data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            self.server.gone.set()

    def piece(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def hang_up(self, answer: Any) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, Json, Json | None]] = []
        self.says: Any = Hangup()
        self.gone = threading.Event()

    def handle_error(self, request: Any, address: Any) -> None:
        """What a client that went away causes here is no news."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def bodies(self) -> list[Json]:
        return [body for _, _, body in self.seen if body is not None]


def frame(event: Any) -> bytes:
    """An event as its family sends it; bytes as they are."""
    if isinstance(event, bytes):
        return event
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()


@contextmanager
def running() -> Iterator[Server]:
    """A server on a port of its own."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


# Answers ----------------------------------------------------------------------------------------------------------

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def completion(message: Json, finish: str = "stop", **more: Any) -> Json:
    """CreateChatCompletionResponse."""
    full = {"role": "assistant", "content": None, "refusal": None, **message}
    choice = {"index": 0, "message": full, "logprobs": None, "finish_reason": finish}
    head = {"id": "chatcmpl-77", "object": "chat.completion", "created": 1700000000, "model": "gpt-4.1"}
    return {**head, "choices": [choice], "usage": USAGE, **more}


def calls(*pairs: tuple[str, str, Json]) -> Json:
    """A message that calls functions: id, name, arguments of each."""
    made = [
        {"id": identifier, "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for identifier, name, arguments in pairs
    ]
    return {"tool_calls": made}


def response(*output: Json, status: str = "completed", **more: Any) -> Json:
    """Response, with what the API requires."""
    return {
        "id": "resp_77",
        "object": "response",
        "created_at": 1700000000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": "gpt-5.3-codex",
        "output": list(output),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": 11,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 7,
            "output_tokens_details": {"reasoning_tokens": 3},
            "total_tokens": 18,
        },
        **more,
    }


def said(text: str, phase: str | None = None, number: int = 0) -> Json:
    """A message item."""
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {"type": "message", "id": f"msg_{number}", "status": "completed", "role": "assistant", "content": [part]}
    return item if phase is None else {**item, "phase": phase}


def thought(number: int = 0) -> Json:
    """A reasoning item that can be sent back."""
    return {"type": "reasoning", "id": f"rs_{number}", "summary": [], "encrypted_content": f"sealed-{number}"}


def called(name: str, arguments: Json, call_id: str = "call_1") -> Json:
    """A function_call item."""
    text = json.dumps(arguments)
    ids = {"id": f"fc_{call_id}", "call_id": call_id}
    return {"type": "function_call", **ids, "name": name, "arguments": text, "status": "completed"}


def streamed(answer: Json, **more: Any) -> Events:
    """A finished answer as its family streams it."""
    chat = answer["object"] == "chat.completion"
    return Events(stream_of(answer, dialect="chat" if chat else "responses"), done=chat, **more)


def either(answer: Json) -> Callable[[str, Json], Any]:
    """The answer, streamed if the request wants that."""
    return lambda path, body: streamed(answer) if body.get("stream") else Whole(answer)


def in_turn(*answers: Any) -> Callable[[str, Json], Any]:
    """One answer after another, each streamed if the request wants that."""
    left = list(answers)

    def next_of(path: str, body: Json) -> Any:
        answer = left.pop(0)
        return either(answer)(path, body) if isinstance(answer, dict) else answer

    return next_of


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that another thread or process does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
