"""openai-agents: its Chat model on a Responses upstream, its Responses model on a Chat upstream."""

from __future__ import annotations

import asyncio
from typing import Any

import agents
import openai
import pytest

from clients import place as story
from clients.place import CHAT, RESPONSES, Place

agents.set_tracing_disabled(True)


def agent(model: agents.Model) -> agents.Agent[Any]:
    tools: list[Any] = [agents.function_tool(story.locate), agents.function_tool(story.forecast)]
    settings = agents.ModelSettings(include_usage=True)
    return agents.Agent("weatherman", instructions=story.SYSTEM, model=model, tools=tools, model_settings=settings)


async def run(weatherman: agents.Agent[Any], said: Any, stream: bool) -> Any:
    """The finished run."""
    if not stream:
        return await agents.Runner.run(weatherman, said)
    result = agents.Runner.run_streamed(weatherman, said)
    async for _ in result.stream_events():
        pass
    return result


def talk(place: Place, model: str, kind: type[Any], stream: bool) -> tuple[Any, ...]:
    """The whole conversation: both answers, and the tokens of the first run."""

    async def both() -> tuple[Any, ...]:
        async with openai.AsyncOpenAI(api_key=place.key, base_url=place.url, max_retries=0, timeout=20) as sdk:
            weatherman = agent(kind(model=model, openai_client=sdk))
            first = await run(weatherman, story.QUESTION, stream)
            more = [*first.to_input_list(), {"role": "user", "content": story.AGAIN}]
            second = await run(weatherman, more, stream)
        usage = first.context_wrapper.usage
        return first.final_output, second.final_output, (usage.input_tokens, usage.output_tokens)

    return asyncio.run(both())


@pytest.mark.parametrize("stream", [False, True])
def test_its_chat_model_keeps_phase_and_reasoning_at_a_responses_upstream(place: Place, stream: bool) -> None:
    place.script()
    assert talk(place, RESPONSES, agents.OpenAIChatCompletionsModel, stream) == story.DONE
    place.seen_by_responses(stream)


@pytest.mark.parametrize("stream", [False, True])
def test_its_responses_model_calls_tools_of_a_chat_upstream(place: Place, stream: bool) -> None:
    place.script()
    assert talk(place, CHAT, agents.OpenAIResponsesModel, stream) == story.DONE
    place.seen_by_chat(stream)
