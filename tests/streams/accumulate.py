"""The official SDK as the reader of a stream: its accumulators, and its types for each event.

`accumulated` gives the answer that the SDK's own helper puts together; `problems` names each event that is not what
the SDK's types say, unknown keys forbidden.
"""

from __future__ import annotations

import typing
from typing import Any

import openai
from openai._models import construct_type_unchecked
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.chat import ChatCompletionChunk
from openai.types.responses import ResponseStreamEvent

import sdk

Json = dict[str, Any]

_UNION = typing.get_args(ResponseStreamEvent)[0]
EVENTS: dict[str, Any] = {
    typing.get_args(kind.model_fields["type"].annotation)[0]: kind for kind in typing.get_args(_UNION)
}
"""The SDK's type of each Responses event."""

EXTENSIONS = ("annotations", "phase", "reasoning", "reasoning_content", "reasoning_details")
"""Keys of a delta that no type of the SDK has, though its accumulator gathers them (streaming.md 2)."""


class Unread(Exception):
    """The official SDK raised on a stream, or found no finished answer in it."""


def accumulated(events: list[Json], family: str) -> Json:
    """The finished answer as the official SDK puts it together. Raises Unread with the SDK's own reason."""
    try:
        return _response(events) if family == "responses" else _completion(events)
    except (AssertionError, RuntimeError, AttributeError, LookupError, TypeError, openai.OpenAIError) as error:
        raise Unread(f"{type(error).__name__}: {error}") from error


def _response(events: list[Json]) -> Json:
    state: ResponseStreamState[None] = ResponseStreamState(input_tools=openai.omit, text_format=openai.omit)
    last: Any = None
    for event in events:
        fired = state.handle_event(construct_type_unchecked(type_=ResponseStreamEvent, value=event))
        last = fired[-1] if fired else last
    if last is None or not hasattr(last, "response"):
        raise Unread("the last event has no response")
    whole: Json = last.response.to_dict(exclude_unset=True)
    for item in whole["output"]:
        item.pop("parsed_arguments", None)
        for part in item.get("content") or ():
            part.pop("parsed", None)
    return whole


def _completion(chunks: list[Json]) -> Json:
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    for chunk in chunks:
        for _ in state.handle_chunk(construct_type_unchecked(type_=ChatCompletionChunk, value=chunk)):
            pass
    whole: Json = state.current_completion_snapshot.to_dict(exclude_unset=True)
    for choice in whole["choices"]:
        choice["message"].pop("parsed", None)
        for call in choice["message"].get("tool_calls") or ():
            call.pop("index", None)
            call["function"].pop("parsed_arguments", None)
    return whole


def streams_custom_calls(chunks: list[Json]) -> bool:
    """True for chunks with custom tool calls, which the SDK's own helper cannot read (streaming.md 2, rule 4)."""
    return any(
        "custom" in call
        for chunk in chunks
        for choice in chunk.get("choices") or ()
        for call in choice["delta"].get("tool_calls") or ()
    )


def problems(events: list[Json], family: str) -> list[str]:
    """Where the events depart from the SDK's types, unknown keys forbidden but for the known extensions."""
    check = _of_event if family == "responses" else _of_chunk
    return [f"{number}{problem}" for number, event in enumerate(events) for problem in check(event)]


def _of_event(event: Json) -> list[str]:
    kind = EVENTS.get(event["type"])
    if kind is None:
        return [f": the SDK knows no {event['type']}"]
    told = {key: value for key, value in event.items() if (event["type"], key) not in MORE}
    return sdk.conforms(told, kind)


MORE = {("response.function_call_arguments.done", "name"), ("error", "error")}
"""Keys that the SDK does not know: OpenAI's document requires the first (OBS-3), clients raise by the second."""


def _of_chunk(chunk: Json) -> list[str]:
    if chunk.get("error"):
        return []
    choices = []
    for choice in chunk["choices"]:
        delta = {key: value for key, value in choice["delta"].items() if key not in EXTENSIONS}
        calls = [call for call in delta.get("tool_calls") or () if "custom" not in call]
        if "tool_calls" in delta:
            delta["tool_calls"] = calls  # custom calls have no form in the chunk schema (OBS-4)
        choices.append({**choice, "delta": delta})
    return sdk.conforms({**chunk, "choices": choices}, ChatCompletionChunk)
