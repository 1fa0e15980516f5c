"""langchain-openai: `ChatOpenAI` over Chat on a Responses upstream, over Responses on a Chat upstream."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

from clients import place as story
from clients.place import CHAT, RESPONSES, Place

TOOLS = {each.name: each for each in (tool(story.locate), tool(story.forecast))}


def asked(model: Any, messages: list[Any], stream: bool) -> AIMessage:
    """One answer of the model."""
    if not stream:
        return model.invoke(messages)
    first, *rest = model.stream(messages)
    for chunk in rest:
        first += chunk
    return first


def run(model: Any, messages: list[Any], stream: bool) -> tuple[int, int]:
    """Run the tools until the model calls none; the messages grow. The tokens of all requests."""
    counts = []
    while True:
        answer = asked(model, messages, stream)
        messages.append(answer)
        counts.append((answer.usage_metadata["input_tokens"], answer.usage_metadata["output_tokens"]))
        if not answer.tool_calls:
            return sum(told for told, _ in counts), sum(heard for _, heard in counts)
        messages += [TOOLS[call["name"]].invoke(call) for call in answer.tool_calls]


def talk(place: Place, name: str, use_responses_api: bool, stream: bool) -> tuple[Any, ...]:
    """The whole conversation: both answers, and the tokens of the first run."""
    chosen = {"use_responses_api": use_responses_api, "streaming": stream, "stream_usage": True}
    model = ChatOpenAI(model=name, api_key=place.key, base_url=place.url, max_retries=0, timeout=20, **chosen)
    able = model.bind_tools(list(TOOLS.values()))
    messages: list[Any] = [SystemMessage(story.SYSTEM), HumanMessage(story.QUESTION)]
    usage = run(able, messages, stream)
    first = messages[-1].text
    messages.append(HumanMessage(story.AGAIN))
    run(able, messages, stream)
    return first, messages[-1].text, usage


@pytest.mark.parametrize("stream", [False, True])
def test_chat_keeps_phase_and_reasoning_at_a_responses_upstream(place: Place, stream: bool) -> None:
    place.script()
    assert talk(place, RESPONSES, False, stream) == story.DONE
    place.seen_by_responses(stream)


@pytest.mark.parametrize("stream", [False, True])
def test_responses_call_tools_of_a_chat_upstream(place: Place, stream: bool) -> None:
    place.script()
    assert talk(place, CHAT, True, stream) == story.DONE
    place.seen_by_chat(stream)
