"""What an upstream sends under a status of success and is no answer: cut and empty streams, errors, other objects."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gateway.upstream import completion
from respeak import stream_of
from respeak.exchange import Exchange
from respeak.exchange_stream import ExchangeStream
from respeak.sse import encode
from respeak.wire import dumps

ASKED: dict[str, dict[str, Any]] = {
    "responses": {"model": "m", "input": "x"},
    "chat": {"model": "m", "messages": [{"role": "user", "content": "x"}]},
}
ROUTES = [
    ("chat", "responses"),
    ("chat", "vtrix"),
    ("responses", "chat"),
    ("chat", "aimlapi"),
    ("responses", "openrouter"),
]
every_route = pytest.mark.parametrize(("client", "upstream"), ROUTES)

CUT_CALL = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
    b'"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"rm",'
    b'"arguments":"{\\"path\\": \\"/tmp"}}]},"finish_reason":null}]}\n\n'
)
CUT_TEXT = (
    b'data: {"type":"response.output_text.delta","delta":"Half","output_index":0,"content_index":0,"item_id":"i"}\n\n'
)


def exchange(client: str, upstream: str, **more: Any) -> Exchange:
    begun = Exchange(client=client, upstream=upstream)
    begun.begin({**ASKED[client], **more})
    begun.request()
    return begun


@pytest.mark.parametrize(
    ("client", "upstream", "data"),
    [
        ("responses", "chat", CUT_CALL),
        ("chat", "vtrix", CUT_CALL),
        ("chat", "responses", CUT_TEXT),
        *((*route, data) for route in ROUTES for data in (b"", b": PROCESSING\n\n", b"data: [DONE]\n\n")),
    ],
)
def test_a_stream_without_an_end_is_no_answer_though_nobody_asked_for_a_stream(
    client: str, upstream: str, data: bytes
) -> None:
    reply = exchange(client, upstream).gathered(data)
    assert reply.status == 502
    assert "stream ended before the answer was finished" in reply.body["error"]["message"]


@every_route
@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b'{"detail": "model overloaded"}', 502, "model overloaded"),
        (b'{"statusCode": 429, "message": "Too many requests"}', 429, "Too many requests"),
        (b'{"object": "error", "message": "No such model", "code": 404}', 404, "No such model"),
        (b'{"error": {"message": "No credit", "code": "402"}}', 402, "No credit"),
        (b"{}", 502, "none of its API: {}"),
    ],
)
def test_an_object_that_is_no_answer_is_an_error_in_its_own_words(
    client: str, upstream: str, data: bytes, status: int, words: str
) -> None:
    reply = exchange(client, upstream).answer(200, data)
    assert (reply.status, words in reply.body["error"]["message"]) == (status, True)


@pytest.mark.parametrize("upstream", ["responses", "aimlapi", "litellm"])
def test_an_answer_of_the_other_family_is_no_answer(upstream: str) -> None:
    chat = b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}'
    assert exchange("chat", upstream).answer(200, chat).status == 502


@every_route
def test_nobody_follows_a_redirect(client: str, upstream: str) -> None:
    for body in (b'{"detail": "moved"}', b"", b"<html>moved</html>"):
        reply = exchange(client, upstream).answer(307, body)
        assert (reply.status, "307" in reply.body["error"]["message"]) == (502, True)


@every_route
@pytest.mark.parametrize("status", [400, 402, 429])
def test_the_first_error_of_a_stream_has_the_status_that_it_names(client: str, upstream: str, status: int) -> None:
    stream = ExchangeStream(exchange(client, upstream, stream=True))
    assert stream.feed(b'data: {"error": {"message": "no", "code": %d}}\n\n' % status) == b""
    assert stream.refusal is not None and stream.refusal.status == status


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("identifier", [None, "", "chatcmpl-7"])
@pytest.mark.parametrize(("client", "upstream"), [("chat", "vtrix"), ("responses", "vtrix"), ("responses", "chat")])
def test_answers_without_an_id_get_one_that_no_other_has(
    client: str, upstream: str, identifier: str | None, stream: bool
) -> None:
    call = {"name": "locate", "arguments": "{}"}
    answer = completion({"content": None, "function_call": call}, "function_call", id="chatcmpl-7")
    parts = stream_of(answer, dialect=upstream) if stream else [answer]
    sent = [{**part, "id": identifier} for part in parts]
    tools = [{"type": "function", "function": {"name": "locate", "parameters": {}}}]
    more: dict[str, Any] = {"tools": tools} if client == "chat" else {}
    found = []
    for unique in ("one", "two"):
        begun = Exchange(client=client, upstream=upstream, unique=unique)
        begun.begin({**ASKED[client], "model": "vtrix-gpt-5.3-codex", "stream": stream, **more})
        begun.request()
        told = ExchangeStream(begun)
        data = b"".join(map(told.feed, map(encode, sent))) + told.close() if stream else b""
        found.append(data.decode() if stream else begun.answer(200, dumps(sent[0])).encoded().decode())
    ids = [set(re.findall(r'"(?:id|call_id)":"([^"]+)"', text)) for text in found]
    assert all(ids) and (ids[0] == ids[1] if identifier else not ids[0] & ids[1])


BARE = [
    (b'{"statusCode": 429, "message": "Slow down."}', 429),
    (b'{"object": "error", "message": "Slow down.", "type": "BadRequestError", "param": null, "code": 400}', 400),
    (b'{"type": "about:blank", "title": "Gone", "status": 503, "detail": "Slow down."}', 503),
]


@every_route
@pytest.mark.parametrize(("frame", "status"), BARE)
def test_a_status_and_words_are_an_error_wherever_they_come_in_a_stream(
    client: str, upstream: str, frame: bytes, status: int
) -> None:
    error = b"data: " + frame + b"\n\n"
    first = ExchangeStream(exchange(client, upstream, stream=True))
    assert first.feed(error) == b""
    assert first.refusal is not None and first.refusal.status == status
    assert first.refusal.body["error"]["message"] == "Slow down."
    begun = CUT_CALL if upstream in ("chat", "vtrix") else CUT_TEXT
    later = ExchangeStream(exchange(client, upstream, stream=True))
    said = later.feed(begun) + later.feed(error) + later.close()
    told = later.refusal.encoded() if later.refusal else said
    assert b"Slow down." in told and b"before the answer was finished" not in told and later.failed
    assert exchange(client, upstream).gathered(begun + error).status == status


@every_route
def test_the_first_error_of_a_stream_may_be_words_alone(client: str, upstream: str) -> None:
    stream = ExchangeStream(exchange(client, upstream, stream=True))
    assert stream.feed(b'data: {"error": "Overloaded"}\n\n') == b""
    assert stream.refusal is not None and stream.refusal.body["error"]["message"] == "Overloaded"


@every_route
@pytest.mark.parametrize(("data", "words"), [(b"", "ended before"), (b"data: xxx\n\n", "cannot be read: event 0")])
def test_a_stream_that_says_nothing_is_one_bad_gateway_however_it_was_asked_for(
    client: str, upstream: str, data: bytes, words: str
) -> None:
    whole = exchange(client, upstream).gathered(data)
    stream = ExchangeStream(exchange(client, upstream, stream=True))
    stream.feed(data)
    stream.close()
    assert stream.refusal == whole
    error = whole.body["error"]
    assert (whole.status, error["type"], error["code"]) == (502, "server_error", "upstream_error")
    assert words in error["message"]
