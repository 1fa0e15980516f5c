"""A gateway process in front of an upstream of each family, each with a model of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.process import configured, gateway
from gateway.upstream import Server, running

RESPONSES_MODEL, CHAT_MODEL, VTRIX_MODEL = "gpt-5.3-codex", "gpt-4.1", "vtrix-gpt-5.3-codex"


@dataclass
class Place:
    """The gateway's URL, and the upstreams behind it."""

    url: str
    responses: Server
    chat: Server
    vtrix: Server


@contextmanager
def served(folder: Path, memory: str = "local") -> Iterator[Place]:
    """A running gateway."""
    with running() as responses, running() as chat, running() as vtrix:
        arguments = configured(
            folder,
            {"name": "R", "dialect": "responses", "base_url": responses.url, "models": [RESPONSES_MODEL]},
            {"name": "C", "dialect": "chat", "base_url": chat.url, "models": [CHAT_MODEL]},
            {"name": "V", "dialect": "vtrix", "base_url": vtrix.url, "models": [VTRIX_MODEL]},
            memory=memory,
        )
        with gateway(folder, *arguments) as gate:
            yield Place(f"{gate.url}/v1", responses, chat, vtrix)
