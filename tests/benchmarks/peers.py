"""Other libraries that do the same job, or a part of it, each on the same payload.

A peer is imported when the table is made; a job of a peer is a function of the payload. `flaw` of a job looks at what
came out: whoever loses calls, outputs or texts does not do the job, and is shown as `fails` instead of a time.

litellm            its transformations between Responses and Chat, driven as its bridge does (`respeak.conformance`)
openai-agents      `Converter.items_to_messages`, `message_to_output_items`, its stream handler; items only, no fields
langchain-openai   dicts to its messages and those to a Responses payload; a Response to its message and that to Chat
llm-rosetta        `ConversionPipeline`, which goes through a form of its own

All but respeak work on payloads that are read afresh, outside of the clock: some of them change what they are given.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import json
import os
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

Json = dict[str, Any]
Job = Callable[[Any], Any]

MODULES = {
    "litellm": "litellm",
    "openai-agents": "agents",
    "langchain-openai": "langchain_openai",
    "llm-rosetta": "llm_rosetta",
}
"""Distribution and module of every peer."""


@dataclass(frozen=True)
class Peer:
    """A peer that is installed: its jobs by name."""

    name: str
    version: str
    jobs: dict[str, Job]


def present() -> tuple[list[Peer], list[str]]:
    """The peers that are installed, and a line for each that is not."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # or it fetches a list of prices when imported
    found, absent = [], []
    for name, module in MODULES.items():
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                importlib.import_module(module)
                found.append(Peer(name, importlib.metadata.version(name), JOBS[name]()))
        except ImportError as error:
            reason = "not installed" if isinstance(error, ModuleNotFoundError) and error.name == module else f"{error}"
            absent.append(f"{name}: {reason}")
    return found, absent


# litellm ----------------------------------------------------------------------------------------------------------


def _litellm() -> dict[str, Job]:
    from respeak.conformance.litellm import SAYS

    def said(*route: str) -> Job:
        return lambda body: SAYS[route](body, {})  # type: ignore[index]  # all four are there

    return {
        "request responses chat": said("request", "responses", "chat"),
        "request chat responses": said("request", "chat", "responses"),
        "answer responses chat": said("response", "responses", "chat"),
        "answer chat responses": said("response", "chat", "responses"),
        "stream responses chat": _litellm_down,
        "stream chat responses": _litellm_up,
    }


def _litellm_down(events: list[Json]) -> Iterator[Json]:
    from litellm.completion_extras.litellm_responses_transformation import transformation

    reader = transformation.OpenAiResponsesToChatCompletionStreamIterator(iter(()), sync_stream=True)
    return (reader.chunk_parser(event).model_dump(mode="json", exclude_none=True) for event in events)


def _litellm_up(chunks: list[Json]) -> Iterator[Json]:
    from litellm.responses.litellm_completion_transformation.streaming_iterator import (
        LiteLLMCompletionStreamingIterator,
    )
    from litellm.types.utils import ModelResponseStream

    class Wrapper:
        logging_obj = SimpleNamespace(
            model_call_details={}, litellm_trace_id=None, response_cost_calculator=lambda result: 0.0
        )

        def __init__(self) -> None:
            self.left = (ModelResponseStream(**chunk) for chunk in chunks)

        def __iter__(self) -> Iterator[Any]:
            return self

        def __next__(self) -> Any:
            return next(self.left)

    stream = LiteLLMCompletionStreamingIterator("gpt-5.3-codex", Wrapper(), "hi", {})  # type: ignore[arg-type]
    return (event.model_dump(mode="json", exclude_none=True) for event in stream)


# openai-agents ----------------------------------------------------------------------------------------------------


def _agents() -> dict[str, Job]:
    from agents.models.chatcmpl_converter import Converter
    from openai.types.chat import ChatCompletion

    def messages(body: Json) -> Json:
        return {"messages": Converter.items_to_messages(body["input"])}

    def items(body: Json) -> Json:
        message = ChatCompletion.model_validate(body).choices[0].message
        return {"output": [item.model_dump(mode="json") for item in Converter.message_to_output_items(message)]}

    return {
        "request responses chat": messages,
        "answer chat responses": items,
        "stream chat responses": lambda chunks: asyncio.run(_agents_up(chunks)),
    }


async def _agents_up(chunks: list[Json]) -> list[Json]:
    from agents.models.chatcmpl_stream_handler import ChatCmplStreamHandler
    from openai.types.chat import ChatCompletionChunk
    from openai.types.responses import Response

    async def models() -> AsyncIterator[Any]:
        for chunk in chunks:
            yield ChatCompletionChunk.model_validate(chunk)

    begun = Response(
        **{"id": "resp_1", "created_at": 1, "model": "gpt-5.3-codex", "object": "response", "output": []},
        **{"tool_choice": "auto", "tools": [], "parallel_tool_calls": True},
    )
    stream = ChatCmplStreamHandler.handle_stream(begun, models())  # type: ignore[arg-type]
    return [event.model_dump(mode="json", exclude_none=True) async for event in stream]


# langchain-openai -------------------------------------------------------------------------------------------------


def _langchain() -> dict[str, Job]:
    from langchain_openai.chat_models import base
    from openai.types.responses import Response

    def up(body: Json) -> Json:
        messages = [base._convert_dict_to_message(message) for message in body["messages"]]
        rest = {key: value for key, value in body.items() if key != "messages"}
        found: Json = base._construct_responses_api_payload(messages, rest)
        return found

    def down(body: Json) -> Json:
        found = base._construct_lc_result_from_responses_api(Response.model_validate(body))
        return {"choices": [{"message": base._convert_message_to_dict(found.generations[0].message)}]}

    return {"request chat responses": up, "answer responses chat": down}


# llm-rosetta ------------------------------------------------------------------------------------------------------

_ROSETTA = {"responses": "openai_responses", "chat": "openai_chat"}
_ASKED: dict[str, Json] = {
    "responses": {"model": "gpt-5.3-codex", "input": "hi"},
    "chat": {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "hi"}]},
}


def _rosetta() -> dict[str, Job]:
    from llm_rosetta import ConversionPipeline

    def request(source: str, target: str) -> Job:
        return lambda body: ConversionPipeline(_ROSETTA[source], _ROSETTA[target]).convert_request(body)

    def begun(source: str, target: str) -> Any:
        """A pipeline answers the client (the target here) from the upstream (the source)."""
        pipeline = ConversionPipeline(_ROSETTA[target], _ROSETTA[source])
        pipeline.convert_request(_ASKED[target])
        return pipeline

    def answer(source: str, target: str) -> Job:
        return lambda body: begun(source, target).convert_response(body)

    def stream(source: str, target: str) -> Job:
        def said(events: list[Json]) -> Iterator[Json]:
            processor = begun(source, target).create_stream_processor()
            return (out for event in events for out in processor.process_chunk(event))

        return said

    routes = (("responses", "chat"), ("chat", "responses"))
    kinds = {"request": request, "answer": answer, "stream": stream}
    return {
        f"{kind} {source} {target}": made(source, target) for kind, made in kinds.items() for source, target in routes
    }


JOBS: dict[str, Callable[[], dict[str, Job]]] = {
    "litellm": _litellm,
    "openai-agents": _agents,
    "langchain-openai": _langchain,
    "llm-rosetta": _rosetta,
}


# Doing the job at all ---------------------------------------------------------------------------------------------


def flaw(kind: str, source: Any, said: Any) -> str | None:
    """Why what came out does not do the job; None if it does. Only what a model would miss at once is looked at."""
    if kind == "stream":
        return None if _spoken(source) == _spoken(said) else "another text than the stream's"
    wanted, found = _pieces(source), _pieces(said)
    missing = wanted - found
    return f"loses {len(missing)} of {len(wanted)} texts, calls and outputs" if missing else None


def _pieces(body: Json) -> set[tuple[str, str]]:
    """Texts of messages, calls by id, outputs by id, of a request or an answer of either family."""
    if "choices" in body:
        return set(_of_messages([body["choices"][0]["message"]]))
    if "messages" in body:
        return set(_of_messages(body["messages"]))
    items = body.get("input", body.get("output"))
    return set(_of_items([{"role": "user", "content": items}] if isinstance(items, str) else items))


def _of_messages(messages: list[Json]) -> Iterator[tuple[str, str]]:
    for message in messages:
        if message["role"] == "tool":
            yield message["tool_call_id"], _plain(message["content"])
            continue
        if message["role"] not in ("system", "developer") and message.get("content"):
            yield "text", _plain(message["content"])
        for call in message.get("tool_calls") or ():
            yield call["id"], _same_json(call["function"]["arguments"])


def _of_items(items: list[Json]) -> Iterator[tuple[str, str]]:
    for item in items:
        kind = item.get("type", "message")
        if kind == "function_call":
            yield item["call_id"], _same_json(item["arguments"])
        elif kind == "function_call_output":
            yield item["call_id"], _plain(item["output"])
        elif kind == "message" and item["role"] not in ("system", "developer"):
            yield "text", _plain(item["content"])


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content or ())


def _same_json(text: str) -> str:
    return json.dumps(json.loads(text), sort_keys=True)


def _spoken(events: list[Json]) -> str:
    """All deltas of a stream of either family."""
    return "".join(map(_delta, events))


def _delta(event: Json) -> str:
    if "choices" not in event:
        delta = event.get("delta")
        return delta if isinstance(delta, str) else ""
    delta = event["choices"][0]["delta"] if event["choices"] else {}
    calls = "".join((call.get("function") or {}).get("arguments") or "" for call in delta.get("tool_calls") or ())
    return (delta.get("content") or "") + (delta.get("reasoning_content") or "") + calls
