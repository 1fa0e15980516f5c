"""What the tests of other people's clients share: one gateway between them and two scripted upstreams."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from gateway.process import configured, gateway
from gateway.upstream import Hangup, Server, running

pytest.register_assert_rewrite("clients.place")

from clients.place import CHAT, RESPONSES, Place  # noqa: E402  (its assertions are told in full)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A gateway process with its memory, before a Responses and a Chat upstream."""
    folder = tmp_path_factory.mktemp("clients")
    with ExitStack() as stack:
        responses, chat = (stack.enter_context(running()) for _ in range(2))
        upstreams = [
            {"name": name, "dialect": name, "base_url": server.url, "models": [model], "forward_key": True}
            for name, server, model in (("responses", responses, RESPONSES), ("chat", chat, CHAT))
        ]
        arguments = configured(folder, *upstreams, memory=f"sqlite:{folder}/memory.sqlite")
        gate = stack.enter_context(gateway(folder, *arguments))
        yield Place(gate, responses, chat)


@pytest.fixture
def place(stage: Place, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The same, with nothing seen, and a key of the test's own: memory of another test is another tenant's."""
    for server in (stage.responses, stage.chat):
        server.seen.clear()
        server.says = Hangup()
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.delenv(name, raising=False)
    stage.key = f"key-of-{request.node.name}"
    return stage


@pytest.fixture
def upstream() -> Iterator[Server]:
    """A scripted upstream."""
    with running() as server:
        yield server
