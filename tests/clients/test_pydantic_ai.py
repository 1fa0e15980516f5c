"""pydantic-ai: its Chat model on a Responses upstream, its Responses model on a Chat upstream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from typing import Any

import openai
import pytest
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

from clients import place as story
from clients.place import CHAT, RESPONSES, Place


async def follow(_: Any, events: AsyncIterable[Any]) -> None:
    """Read a stream to its end; a run that is given this streams every request."""
    async for _event in events:
        pass


def talk(place: Place, name: str, kind: type[Any], stream: bool) -> tuple[Any, ...]:
    """The whole conversation: both answers, and the tokens of the first run."""

    async def both() -> tuple[Any, ...]:
        async with openai.AsyncOpenAI(api_key=place.key, base_url=place.url, max_retries=0, timeout=20) as sdk:
            model = kind(name, provider=OpenAIProvider(openai_client=sdk))
            agent = Agent(model, instructions=story.SYSTEM, tools=[story.locate, story.forecast])
            reader = follow if stream else None
            first = await agent.run(story.QUESTION, event_stream_handler=reader)
            more = {"message_history": first.all_messages(), "event_stream_handler": reader}
            last = await agent.run(story.AGAIN, **more)
        return first.output, last.output, (first.usage.input_tokens, first.usage.output_tokens)

    return asyncio.run(both())


@pytest.mark.parametrize("stream", [False, True])
def test_its_chat_model_keeps_phase_and_reasoning_at_a_responses_upstream(place: Place, stream: bool) -> None:
    place.script()
    assert talk(place, RESPONSES, OpenAIChatModel, stream) == story.DONE
    place.seen_by_responses(stream)


@pytest.mark.parametrize("stream", [False, True])
def test_its_responses_model_calls_tools_of_a_chat_upstream(place: Place, stream: bool) -> None:
    place.script()
    assert talk(place, CHAT, OpenAIResponsesModel, stream) == story.DONE
    place.seen_by_chat(stream)
