"""The official SDK through the transports: every call of one family works on an upstream of the other."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from gateway.upstream import (
    Events,
    Hangup,
    Server,
    Whole,
    called,
    calls,
    completion,
    either,
    frame,
    response,
    said,
    streamed,
    thought,
)
from respeak.memory.store import LocalMemory
from respeak.transport import AsyncTranslatingTransport, TranslatingTransport

WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "weather",
    "description": "The weather of a city.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
MODEL = "gpt-4.1"


@pytest.fixture
def sdk() -> Iterator[Any]:
    """Makes clients whose calls are translated, and closes them."""
    with ExitStack() as stack:

        def make(upstream: Server, client: str, dialect: str, **more: Any) -> openai.OpenAI:
            inner = TranslatingTransport(client=client, upstream=dialect, **more)
            http = httpx.Client(transport=inner, timeout=10)
            url = "https://elsewhere.invalid/v1" if "base_url" in more else upstream.url
            return stack.enter_context(openai.OpenAI(api_key="the key", base_url=url, http_client=http, max_retries=0))

        yield make


class City(BaseModel):
    name: str


@pytest.mark.parametrize("dialect", ["chat", "vtrix"])
def test_responses_create_on_an_upstream_of_chat(sdk: Any, upstream: Server, dialect: str) -> None:
    upstream.says = Whole(completion({"content": "Sunny."}), headers={"x-request-id": "req_1"})
    answer = sdk(upstream, "responses", dialect).responses.create(model=MODEL, input="Weather?", instructions="Short.")
    assert (answer.output_text, answer.status, answer._request_id) == ("Sunny.", "completed", "req_1")
    assert answer.usage is not None and answer.usage.total_tokens == 18
    path, headers, body = upstream.seen[0]
    assert path == "/v1/chat/completions" and headers["authorization"] == "Bearer the key"
    assert body is not None and body["messages"][-1] == {"role": "user", "content": "Weather?"}


@pytest.mark.parametrize("dialect", ["chat", "vtrix"])
def test_responses_stream_on_an_upstream_of_chat(sdk: Any, upstream: Server, dialect: str) -> None:
    upstream.says = streamed(completion({"content": "Sunny."}))
    with sdk(upstream, "responses", dialect).responses.stream(model=MODEL, input="Weather?") as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert kinds[:2] == ["response.created", "response.in_progress"] and kinds[-1] == "response.completed"
    assert final.output_text == "Sunny."


def test_responses_parse_and_tools_on_an_upstream_of_chat(sdk: Any, upstream: Server) -> None:
    client = sdk(upstream, "responses", "chat")
    upstream.says = Whole(completion({"content": '{"name": "Graz"}'}))
    assert client.responses.parse(model=MODEL, input="City?", text_format=City).output_parsed == City(name="Graz")
    assert upstream.bodies[-1]["response_format"]["json_schema"]["strict"] is True
    upstream.says = Whole(completion(calls(("call_1", "weather", {"city": "Graz"})), "tool_calls"))
    [call] = client.responses.create(model=MODEL, input="Weather?", tools=[WEATHER]).output  # type: ignore[list-item]
    assert call.type == "function_call" and (call.call_id, call.arguments) == ("call_1", '{"city": "Graz"}')
    upstream.says = Whole(completion({"content": "Sunny."}))
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "sun"}
    sent: Any = [{"role": "user", "content": "Weather?"}, call.model_dump(), output]
    assert client.responses.create(model=MODEL, input=sent, tools=[WEATHER]).output_text == "Sunny."  # type: ignore[list-item]
    assert [message["role"] for message in upstream.bodies[-1]["messages"]] == ["user", "assistant", "tool"]


def test_chat_create_stream_and_parse_on_an_upstream_of_responses(sdk: Any, upstream: Server) -> None:
    client = sdk(upstream, "chat", "responses")
    ask: Any = {"model": MODEL, "messages": [{"role": "user", "content": "Weather?"}]}
    upstream.says = either(response(said("Sunny.")))
    assert client.chat.completions.create(**ask).choices[0].message.content == "Sunny."
    assert upstream.seen[-1][0] == "/v1/responses"
    with client.chat.completions.stream(**ask, stream_options={"include_usage": True}) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    assert final.choices[0].message.content == "Sunny." and final.usage is not None
    upstream.says = either(response(said('{"name": "Graz"}')))
    parsed = client.chat.completions.parse(**ask, response_format=City)
    assert parsed.choices[0].message.parsed == City(name="Graz")
    upstream.says = either(response(called("weather", {"city": "Graz"})))
    tool: Any = {"type": "function", "function": {key: WEATHER[key] for key in ("name", "parameters", "strict")}}
    choice = client.chat.completions.create(**ask, tools=[tool]).choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.tool_calls is not None
    assert choice.message.tool_calls[0].id == "call_1"


def test_streams_pass_event_by_event(sdk: Any, upstream: Server) -> None:
    """The upstream sends its second half only when the client has read the first."""
    read = threading.Event()
    answer = completion({"content": "Sunny."})
    events = streamed(answer).events
    half = next(number for number, chunk in enumerate(events) if chunk["choices"][0]["delta"].get("content")) + 1

    def wait(number: int) -> None:
        assert number != half or read.wait(10)

    upstream.says = Events(events, before=wait, done=True)
    stream = sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="Weather?", stream=True)
    for event in stream:
        if event.type == "response.output_text.delta":
            read.set()
    assert read.is_set()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
    ],
)
def test_errors_keep_status_and_headers(
    sdk: Any, upstream: Server, status: int, error: type[openai.APIStatusError]
) -> None:
    body = {"error": {"message": "no", "type": "x", "param": "max_completion_tokens", "code": "c"}}
    headers = {"retry-after": "7", "x-ratelimit-remaining-requests": "0"}
    upstream.says = Whole(body, status=status, headers=headers)
    with pytest.raises(error) as caught:
        sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="x")
    assert caught.value.param == "max_output_tokens"
    assert {key: caught.value.response.headers[key] for key in headers} == headers


def test_what_cannot_be_said_never_leaves(sdk: Any, upstream: Server) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="x", background=True)
    assert caught.value.param == "background" and caught.value.code == "background_refused"
    with pytest.raises(openai.BadRequestError) as caught:
        sdk(upstream, "responses", "chat").responses.create(model=MODEL, input=5)  # type: ignore[arg-type]
    assert caught.value.param == "input"
    assert upstream.seen == []


def test_the_callers_tolerance_counts(sdk: Any, upstream: Server) -> None:
    upstream.says = Whole(completion({"content": "x"}))
    ask: Any = {"model": MODEL, "input": [{"role": "assistant", "content": "I look.", "phase": "commentary"}]}
    sdk(upstream, "responses", "chat").responses.create(**ask)
    with pytest.raises(openai.BadRequestError, match="phase_dropped"):
        sdk(upstream, "responses", "chat", tolerate="harmless").responses.create(**ask)


def test_other_endpoints_pass_untouched(sdk: Any, upstream: Server) -> None:
    assert [model.id for model in sdk(upstream, "responses", "vtrix").models.list()] == ["upstream-model"]
    assert upstream.seen[0][0] == "/v1/models"


def test_with_a_base_url_everything_goes_there(sdk: Any, upstream: Server) -> None:
    client = sdk(upstream, "responses", "chat", base_url=upstream.url)
    upstream.says = Whole(completion({"content": "x"}))
    client.responses.create(model=MODEL, input="x")
    list(client.models.list())
    assert [path for path, _, _ in upstream.seen] == ["/v1/chat/completions", "/v1/models"]
    assert {headers["host"] for _, headers, _ in upstream.seen} == {upstream.url.split("/")[2]}


def test_losses_are_told_in_a_header_and_to_the_caller(sdk: Any, upstream: Server) -> None:
    told: list[Any] = []
    upstream.says = Whole(completion({"content": "x"}))
    client = sdk(upstream, "responses", "chat", on_loss=told.append)
    ask: Any = [{"role": "assistant", "content": "I look.", "phase": "commentary"}]
    raw = client.responses.with_raw_response.create(model=MODEL, input=ask)
    assert raw.headers["respeak-losses"] == "degrading phase_dropped /input/*/phase"
    assert [loss.code.value for loss in told[0]] == ["phase_dropped"]


def test_an_upstream_that_cannot_stream(sdk: Any, upstream: Server) -> None:
    upstream.says = Whole(completion({"content": "Sunny."}))
    with sdk(upstream, "responses", "chat").responses.stream(model=MODEL, input="x") as stream:
        assert stream.get_final_response().output_text == "Sunny."


def test_an_upstream_that_always_streams(sdk: Any, upstream: Server) -> None:
    upstream.says = streamed(response(said("Sunny.")))
    ask: Any = {"model": MODEL, "messages": [{"role": "user", "content": "x"}]}
    assert sdk(upstream, "chat", "responses").chat.completions.create(**ask).choices[0].message.content == "Sunny."


def test_a_stream_that_begins_with_an_error_is_an_http_error(sdk: Any, upstream: Server) -> None:
    error = {
        "error": {"message": "slow down", "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"}
    }
    upstream.says = Events([error])
    with pytest.raises(openai.RateLimitError):
        sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="x", stream=True)


@pytest.mark.parametrize("end", ["done", "cut"])
def test_half_a_stream_is_a_failure(sdk: Any, upstream: Server, end: str) -> None:
    events = streamed(completion({"content": "Sunny."})).events[:2]
    upstream.says = Events(events, end=end)
    stream = sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="x", stream=True)
    last = list(stream)[-1]
    assert last.type == "response.failed" and last.response.output_text == "Sunny."
    half = streamed(response(said("Sunny."))).events[:5]
    upstream.says = Events(half, end=end)
    ask: Any = {"model": MODEL, "messages": [{"role": "user", "content": "x"}]}
    with pytest.raises(openai.APIError):
        list(sdk(upstream, "chat", "responses").chat.completions.create(**ask, stream=True))


@pytest.mark.parametrize(
    "says",
    [
        Whole(raw=b"<html>busy</html>", content_type="text/html"),
        Whole(raw=b"{nope"),
        Whole([1, 2]),
        Whole({"choices": "none"}),
    ],
)
def test_an_answer_that_is_none_is_a_bad_gateway(sdk: Any, upstream: Server, says: Whole) -> None:
    upstream.says = says
    with pytest.raises(openai.InternalServerError) as caught:
        sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="x")
    assert caught.value.status_code == 502 and caught.value.code == "upstream_error"


def test_an_upstream_that_hangs_up_is_a_connection_error(sdk: Any, upstream: Server) -> None:
    upstream.says = Hangup()
    with pytest.raises(openai.APIConnectionError):
        sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="x")


def test_a_timeout_reaches_the_client(sdk: Any, upstream: Server) -> None:
    wait = threading.Event()
    upstream.says = lambda path, body: (wait.wait(5), Hangup())[1]
    with pytest.raises(openai.APITimeoutError):
        sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="x", timeout=0.2)
    wait.set()


def test_a_client_that_stops_reading_lets_the_upstream_go(sdk: Any, upstream: Server) -> None:
    begun = streamed(completion({"content": "Sunny."})).events
    endless = [*begun[:2], *([begun[1]] * 100_000)]
    upstream.says = Events(endless)
    client = sdk(upstream, "responses", "chat")
    with client.responses.create(model=MODEL, input="x", stream=True) as stream:
        next(iter(stream))
    client.close()
    assert upstream.gone.wait(10)


@pytest.mark.parametrize("reads_on", [True, False])
def test_losses_are_told_once_to_a_client_that_stops_at_the_last_word(
    sdk: Any, upstream: Server, reads_on: bool
) -> None:
    told: list[Any] = []
    upstream.says = streamed(response(thought(), said("Sunny.", "final_answer")))
    ask: Any = {"model": MODEL, "messages": [{"role": "user", "content": "x"}], "stream": True, "seed": 3}
    with sdk(upstream, "chat", "responses", on_loss=told.append).chat.completions.create(**ask) as stream:
        for chunk in stream:
            if chunk.choices[0].finish_reason and not reads_on:
                break
    [losses] = told
    assert {"seed_dropped", "reasoning_dropped", "phase_dropped"} <= {loss.code.value for loss in losses}


def test_losses_of_the_request_are_told_to_a_client_that_stops_in_the_middle(sdk: Any, upstream: Server) -> None:
    told: list[Any] = []
    upstream.says = streamed(response(said("Sunny.")))
    ask: Any = {"model": MODEL, "messages": [{"role": "user", "content": "x"}], "stream": True, "seed": 3}
    with sdk(upstream, "chat", "responses", on_loss=told.append).chat.completions.create(**ask) as stream:
        next(iter(stream))
    [losses] = told
    assert "seed_dropped" in {loss.code.value for loss in losses}
    assert "stream_cut" not in {loss.code.value for loss in losses}  # the client did that itself


def test_a_stream_whose_compression_breaks_is_a_failure(sdk: Any, upstream: Server) -> None:
    squeeze = zlib.compressobj(wbits=31)
    events = b"".join(frame(chunk) for chunk in streamed(completion({"content": "Sunny."})).events[:2])
    begun = squeeze.compress(events) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    upstream.says = Events([begun, b"\xff" * 50], headers={"content-encoding": "gzip"})
    last = list(sdk(upstream, "responses", "chat").responses.create(model=MODEL, input="x", stream=True))[-1]
    assert last.type == "response.failed"
    assert "stream broke: Error -3" in last.response.error.message


class Silent(httpx.SyncByteStream, httpx.BaseTransport):
    """An upstream that falls silent after two events."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=self)

    def __iter__(self) -> Iterator[bytes]:
        yield from map(frame, streamed(completion({"content": "Sunny."})).events[:2])
        raise httpx.ReadTimeout("")


def test_a_break_without_words_is_named(sdk: Any, upstream: Server) -> None:
    client = sdk(upstream, "responses", "chat", inner=Silent())
    last = list(client.responses.create(model=MODEL, input="x", stream=True))[-1]
    assert last.response.error.message == "The upstream's stream broke: ReadTimeout."


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("stream", [False, True])
def test_the_time_that_an_answer_took_is_known(upstream: Server, status: int, stream: bool) -> None:
    upstream.says = Whole(completion({"content": "x"}) if status == 200 else {"error": {"message": "no"}}, status)
    with httpx.Client(transport=TranslatingTransport(client="responses", upstream="chat")) as client:
        answer = client.post(f"{upstream.url}/responses", json={"model": MODEL, "input": "x", "stream": stream})
    assert answer.status_code == status and answer.elapsed.total_seconds() > 0


def test_memory_gives_phase_and_reasoning_back(sdk: Any, upstream: Server) -> None:
    """A Chat client knows neither; on the second turn the upstream gets its own items."""
    items = [thought(), said("I look.", "commentary"), called("weather", {"city": "Graz"})]
    client = sdk(upstream, "chat", "responses", memory=LocalMemory())
    ask: Any = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "Weather?"}]}
    for stream in (False, True):
        upstream.says = either(response(*items))
        if stream:
            with client.chat.completions.stream(**ask) as reader:
                message = reader.get_final_completion().choices[0].message
        else:
            message = client.chat.completions.create(**ask).choices[0].message
        assert upstream.bodies[-1]["include"] == ["reasoning.encrypted_content"]
        upstream.says = either(response(said("Sunny.", "final_answer")))
        told = message.model_dump(exclude_none=True, include={"role", "content", "tool_calls"})
        result = {"role": "tool", "tool_call_id": "call_1", "content": "sun"}
        client.chat.completions.create(**{**ask, "messages": [*ask["messages"], told, result]})
        assert upstream.bodies[-1]["input"][1:4] == items


def test_the_async_sdk_does_the_same(upstream: Server) -> None:
    async def talk() -> None:
        inner = AsyncTranslatingTransport(client="responses", upstream="chat", memory=LocalMemory())
        http = httpx.AsyncClient(transport=inner, timeout=10)
        async with openai.AsyncOpenAI(api_key="k", base_url=upstream.url, http_client=http, max_retries=0) as client:
            upstream.says = either(completion({"content": "Sunny."}))
            answer = await client.responses.create(model=MODEL, input="x")
            assert answer.output_text == "Sunny."
            async with client.responses.stream(model=MODEL, input="y", previous_response_id=answer.id) as stream:
                assert (await stream.get_final_response()).output_text == "Sunny."
            assert [message["content"] for message in upstream.bodies[-1]["messages"]] == ["x", "Sunny.", "y"]
            upstream.says = Whole({"error": {"message": "no"}}, status=503, headers={"retry-after": "1"})
            with pytest.raises(openai.InternalServerError):
                await client.responses.create(model=MODEL, input="x")
            upstream.says = Events(streamed(completion({"content": "x"})).events[:2], end="cut")
            failed = [event async for event in await client.responses.create(model=MODEL, input="x", stream=True)]
            assert failed[-1].type == "response.failed"

    asyncio.run(talk())


def test_cancelling_an_async_call_lets_the_upstream_go(upstream: Server) -> None:
    begun = streamed(completion({"content": "Sunny."})).events
    upstream.says = Events([*begun[:2], *([begun[1]] * 100_000)])

    async def talk() -> None:
        inner = AsyncTranslatingTransport(client="responses", upstream="chat")
        http = httpx.AsyncClient(transport=inner, timeout=10)
        async with openai.AsyncOpenAI(api_key="k", base_url=upstream.url, http_client=http) as client:

            async def read() -> None:
                async for _ in await client.responses.create(model=MODEL, input="x", stream=True):
                    await asyncio.sleep(0.001)

            task = asyncio.ensure_future(read())
            await asyncio.sleep(0.3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(talk())
    assert upstream.gone.wait(10)


def test_without_httpx_the_transports_say_what_to_install() -> None:
    code = "import sys; sys.modules['httpx'] = None; import respeak.transport"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr
    assert "ModuleNotFoundError: the transports need httpx: pip install httpx, or 'respeak[gateway]'" in told


def test_a_dialect_that_there_is_not_is_named_at_once() -> None:
    with pytest.raises(ValueError, match='did you mean "vtrix"'):
        TranslatingTransport(client="responses", upstream="vtirx")


class Sleeping(httpx.AsyncByteStream, httpx.AsyncBaseTransport):
    """An upstream that answers with a body that does not come."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.closed = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": self.kind}, stream=self)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.sleep(60)
        yield b""

    async def aclose(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("kind", ["text/event-stream", "application/json"])
def test_a_client_that_gives_up_closes_the_answer_that_did_not_come(kind: str) -> None:
    async def ask() -> int:
        inner = Sleeping(kind)
        transport = AsyncTranslatingTransport(client="responses", upstream="chat", inner=inner)
        body = {"model": "m", "input": "x", "stream": kind == "text/event-stream"}
        async with httpx.AsyncClient(transport=transport) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.post("http://upstream/v1/responses", json=body), 0.2)
            return inner.closed

    assert asyncio.run(ask()) == 1
