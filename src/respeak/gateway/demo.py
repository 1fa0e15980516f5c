"""The embedded upstream of `respeak serve --demo`: a Chat provider that repeats what it hears, with no key."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx

from respeak.gateway.config import Config, made
from respeak.plan import Json
from respeak.sse import DONE, encode
from respeak.streams.spread import spread_chat
from respeak.wire import dumps, loads

URL = "http://demo.invalid/v1"
PAUSE = 0.02
"""Seconds between two words of a stream."""


def demo_config(**more: Any) -> Config:
    """A gateway whose one upstream is the demo; it takes any model."""
    upstream = {"name": "demo", "dialect": "chat", "base_url": URL}
    return made({"upstream": [upstream], **more}, "demo")


class EchoTransport(httpx.AsyncBaseTransport):
    """Answers every Chat request with the words of its last message."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """An answer, streamed word by word if the request wants that."""
        asked = loads(await request.aread())
        answer = _answer(asked)
        if not asked.get("stream"):
            return httpx.Response(200, headers={"content-type": "application/json"}, content=dumps(answer))
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=_Words(answer))


def _answer(asked: Json) -> Json:
    said = f"You said: {_text(asked['messages'][-1].get('content')) if asked['messages'] else 'nothing'}"
    counts = {"prompt_tokens": len(dumps(asked["messages"])) // 4, "completion_tokens": len(said.split())}
    message = {"role": "assistant", "content": said, "refusal": None}
    return {
        "id": f"chatcmpl-{uuid4().hex}",  # clients take messages of one id for one message
        "object": "chat.completion",
        "created": int(time.time()),
        "model": str(asked.get("model") or "demo"),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {**counts, "total_tokens": sum(counts.values())},
    }


def _text(content: Any) -> str:
    if isinstance(content, list):
        return " ".join(part.get("text") or f"[{part.get('type')}]" for part in content)
    return str(content or "")


class _Words(httpx.AsyncByteStream):
    """The answer, a word at a time."""

    def __init__(self, answer: Json) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in spread_chat(self._answer):
            delta = chunk["choices"][0]["delta"] if chunk["choices"] else {}
            for word in _words(delta.get("content") or ""):
                delta["content"] = word
                yield encode(chunk)
                await asyncio.sleep(PAUSE)
            if not delta.get("content"):
                yield encode(chunk)
        yield DONE


def _words(text: str) -> list[str]:
    return [word for word in text.replace(" ", " \0").split("\0") if word]
