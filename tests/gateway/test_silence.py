"""Upstreams that say nothing for long, not even headers: a client that wants a stream has one, whatever comes then."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from gateway.process import Gateway, configured, gateway
from gateway.upstream import (
    Events,
    Hangup,
    Json,
    Server,
    Whole,
    completion,
    response,
    running,
    said,
    streamed,
    wait_until,
)

CHAT, RESPONSES = completion({"content": "Sunny."}), response(said("Sunny."))
ANSWERS = {"chat": CHAT, "responses": RESPONSES}
PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}
SAYS: dict[str, Json] = {"chat": {"messages": [{"role": "user", "content": "x"}]}, "responses": {"input": "x"}}
FLAT = {"type": "error", "sequence_number": 0}

every_route = pytest.mark.parametrize(("client", "upstream"), [(one, two) for one in PATHS for two in ANSWERS])


class Place:
    """A gateway that holds streams for a moment, and a server that waits before it says anything at all."""

    def __init__(self, gate: Gateway, server: Server) -> None:
        self.gate, self.server, self.speak = gate, server, threading.Event()

    def waits(self, answer: Any) -> None:
        """The server waits until the client has had a comment."""
        self.speak = speak = threading.Event()
        self.server.says = lambda *_: (speak.wait(10), answer)[1]

    def asked(self, client: str, upstream: str) -> str:
        """What the client gets, under the status 200."""
        body = {"model": upstream, "stream": True, **SAYS[client]}
        with httpx.stream("POST", f"{self.gate.url}{PATHS[client]}", json=body, timeout=10) as answer:
            assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")
            pieces = answer.iter_text()
            assert next(pieces) == ": keep-alive\n\n"
            self.speak.set()
            return "".join(pieces)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("silence")
    with ExitStack() as stack:
        server = stack.enter_context(running())
        named = [
            {"name": name + brief, "dialect": name, "base_url": server.url, "models": [name + brief], **more}
            for name in ANSWERS
            for brief, more in (("", {"key_env": "OF_UP"}), ("-brief", {"timeout": 0.8}))
        ]
        arguments = configured(folder, *named, hold=0.2, keep_alive=0.2, memory="local")
        yield Place(stack.enter_context(gateway(folder, *arguments, env={"OF_UP": "sk-of-the-operator"})), server)


@pytest.fixture
def place(world: Place) -> Iterator[Place]:
    yield world
    world.speak.set()
    wait_until(lambda: world.gate.metric("respeak_open_exchanges") == 0)


def errors(text: str) -> list[Json]:
    """The events of a stream that was an error and nothing else."""
    return [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]


@every_route
@pytest.mark.parametrize("form", [streamed, Whole], ids=["stream", "whole"])
def test_the_answer_follows_the_comments(place: Place, client: str, upstream: str, form: Callable[[Json], Any]) -> None:
    place.waits(form(ANSWERS[upstream]))
    text = place.asked(client, upstream)
    assert "Sunny." in text
    assert text.rstrip().endswith("[DONE]") if client == "chat" else "response.completed" in text


@every_route
@pytest.mark.parametrize(
    ("answer", "words", "code", "broken"),
    [
        (Whole({"error": {"message": "slow", "code": "rate_limit_exceeded"}}, 429), "slow", "rate_limit", "status 429"),
        (Whole({"error": {"message": "No: sk-of-the-operator", "code": "key"}}, 401), "No: ***", "key", "status 401"),
        (Whole(raw=b"<html>busy", status=503, content_type="text/html"), "answered 503: <html>busy", "", "status 503"),
        (Whole(raw=b"", content_type="text/event-stream"), "ended before the answer", "upstream_error", "status 502"),
        (Hangup(), "cannot be reached", "upstream_error", "RemoteProtocolError"),
    ],
    ids=["limit", "key", "page", "nothing", "gone"],
)
def test_an_error_that_comes_later_is_the_only_event(
    place: Place, client: str, upstream: str, answer: Any, words: str, code: str, broken: str
) -> None:
    before = place.gate.metric("respeak_failed_streams_total")
    place.waits(answer)
    [event] = errors(place.asked(client, upstream))
    error = event["error"]
    assert words in error["message"] and (error["code"] or "").startswith(code)
    assert {"message", "type", "param", "code"} <= error.keys()
    if client == "responses":
        flat = {key: error[key] for key in ("message", "param", "code")}
        assert event == {**FLAT, **flat, "error": error}
    wait_until(lambda: place.gate.metric("respeak_failed_streams_total") == before + 1)
    line = place.gate.lines()[-1]
    assert (line["status"], line["failed"]) == (200, True) and line["broken"] == broken


@every_route
def test_a_silence_that_lasts_is_told(place: Place, client: str, upstream: str) -> None:
    place.waits(Hangup())
    hears, place.speak = place.speak, threading.Event()
    [event] = errors(place.asked(client, f"{upstream}-brief"))
    assert (event["error"]["code"], "in time" in event["error"]["message"]) == ("upstream_timeout", True)
    hears.set()


def test_the_sdk_raises_an_error_that_comes_later(place: Place) -> None:
    place.waits(Whole({"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, 429))
    threading.Timer(0.6, place.speak.set).start()
    with (
        openai.OpenAI(api_key="k", base_url=f"{place.gate.url}/v1", max_retries=0) as client,
        pytest.raises(openai.APIError, match="slow down"),
    ):
        list(client.responses.create(model="chat", input="x", stream=True))


def test_an_error_that_comes_in_time_is_an_http_error(place: Place) -> None:
    place.server.says = Whole({"error": {"message": "slow down"}}, 429)
    body = {"model": "chat", "stream": True, **SAYS["responses"]}
    assert httpx.post(f"{place.gate.url}/v1/responses", json=body).status_code == 429


@pytest.mark.parametrize("heard", [0, 1], ids=["at once", "after a comment"])
def test_a_client_that_goes_away_lets_the_upstream_go(place: Place, heard: int) -> None:
    """The upstream has said nothing yet: its connection is closed, not waited for."""
    place.waits(Events(streamed(CHAT).events[:2] * 50_000))
    place.server.gone.clear()
    begun = len(place.server.seen)
    body = {"model": "chat", "stream": True, **SAYS["responses"]}
    with httpx.stream("POST", f"{place.gate.url}/v1/responses", json=body, timeout=10) as answer:
        for _ in zip(range(heard), answer.iter_text(), strict=False):
            pass
    assert len(place.server.seen) == begun + 1
    wait_until(lambda: place.gate.metric("respeak_open_exchanges") == 0, 1.0)  # the server still waits
    assert place.gate.lines()[-1]["status"] == 499
    place.speak.set()
    assert place.server.gone.wait(10)
