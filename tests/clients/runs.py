"""One agent with two tools, as each framework writes it: given a gateway, a model and the API to speak, the last text.

`family` is the API that the framework speaks; `stream` makes it ask for streams.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import openai

ASKED = "What is the weather in Graz, and what time is it there?"
ORDERS = "Use the tools, one at a time."
KEY = "key-of-the-client"

Run = Callable[[str, str, str, bool], str]


def weather(city: str) -> str:
    """The weather of a city."""
    return f"sun over {city}"


def clock(zone: str) -> str:
    """The time of a zone."""
    return f"noon in {zone}"


def openai_agents(url: str, model: str, family: str, stream: bool) -> str:
    """The OpenAI Agents SDK."""
    return asyncio.run(_openai_agents(url, model, family, stream))


async def _openai_agents(url: str, model: str, family: str, stream: bool) -> str:
    from agents import (
        Agent,
        OpenAIChatCompletionsModel,
        OpenAIResponsesModel,
        RunConfig,
        Runner,
        function_tool,
    )

    kind = OpenAIResponsesModel if family == "responses" else OpenAIChatCompletionsModel
    async with openai.AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0) as client:
        tools: Any = [function_tool(weather), function_tool(clock)]
        agent = Agent(name="a", instructions=ORDERS, tools=tools, model=kind(model, openai_client=client))
        config = RunConfig(tracing_disabled=True)
        if not stream:
            return str((await Runner.run(agent, ASKED, run_config=config)).final_output)
        running = Runner.run_streamed(agent, ASKED, run_config=config)
        async for _ in running.stream_events():
            pass
        return str(running.final_output)


def langchain(url: str, model: str, family: str, stream: bool) -> str:
    """LangChain's model of OpenAI, in the loop that its agents are."""
    from langchain_core.messages import HumanMessage, SystemMessage
    from langchain_core.tools import tool
    from langchain_openai import ChatOpenAI

    tools = {"weather": tool(weather), "clock": tool(clock)}
    chat = ChatOpenAI(
        model=model, base_url=url, api_key=KEY, max_retries=0, use_responses_api=family == "responses", streaming=stream
    ).bind_tools(list(tools.values()))
    messages: list[Any] = [SystemMessage(ORDERS), HumanMessage(ASKED)]
    for _ in range(5):
        answer = chat.invoke(messages)
        messages.append(answer)
        messages += [tools[call["name"]].invoke(call) for call in answer.tool_calls]
        if not answer.tool_calls:
            return str(answer.text)
    raise AssertionError("the agent does not come to an end")


def pydantic_ai(url: str, model: str, family: str, stream: bool) -> str:
    """Pydantic AI."""
    return asyncio.run(_pydantic_ai(url, model, family, stream))


async def _pydantic_ai(url: str, model: str, family: str, stream: bool) -> str:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider

    async def drained(_: Any, events: Any) -> None:
        async for _ in events:
            pass

    kind = OpenAIResponsesModel if family == "responses" else OpenAIChatModel
    async with openai.AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0) as client:
        chosen: Any = kind(model, provider=OpenAIProvider(openai_client=client))
        agent = Agent(chosen, instructions=ORDERS, tools=[weather, clock])
        result = await agent.run(ASKED, event_stream_handler=drained if stream else None)
        return str(result.output)


RUNS: dict[str, Run] = {"agents": openai_agents, "langchain_openai": langchain, "pydantic_ai": pydantic_ai}
"""By the module that has to be installed."""
