"""What remembers: bounds, tenants, processes that die, a Redis that goes and comes back."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from gateway.process import configured, free_port, gateway
from gateway.upstream import Server, Whole, called, response, said, thought, wait_until
from respeak.exchange import Exchange
from respeak.memory import marks
from respeak.memory.open import opened
from respeak.memory.redis import RedisMemory
from respeak.memory.sqlite import SqliteMemory
from respeak.memory.store import LocalMemory, Memory
from respeak.wire import dumps

ITEMS = [thought(), said("I look.", "commentary"), called("weather", {"city": "Graz"})]
ASK: list[dict[str, Any]] = [{"role": "system", "content": "It is noon."}, {"role": "user", "content": "Weather?"}]


def turn(memory: Memory, messages: list[Any], scope: str = "me", answer: Any = None) -> tuple[Any, Any]:
    """One exchange of a Chat client with a Responses upstream: the upstream's input, the client's message."""
    exchange = Exchange(client="chat", upstream="responses", scope=scope)
    exchange.begin({"model": "gpt-5.3-codex", "messages": messages})
    sent = exchange.request(memory.recall(exchange.keys))
    reply = exchange.answer(200, dumps(answer or response(*ITEMS)))
    memory.remember(exchange.entries())
    return sent["input"], reply.body["choices"][0]["message"]


def result(content: str = "sun") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "call_1", "content": content}


def test_a_turn_comes_back_verbatim_however_the_client_writes_it() -> None:
    memory = LocalMemory()
    _, message = turn(memory, ASK)
    forms = [
        message,
        {key: value for key, value in message.items() if value is not None},
        {**message, "content": [{"type": "text", "text": message["content"]}]},
        {**message, "name": None, "audio": None},
    ]
    for form in forms:
        later = [{"role": "system", "content": "It is midnight."}, *ASK[1:], form, result()]
        sent, _ = turn(memory, later)
        assert sent[2:5] == ITEMS


def call_of(arguments: str) -> dict[str, Any]:
    return {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": arguments}}


@pytest.mark.parametrize("text", ['{"city":"Graz","days":[1,2]}', '{ "days": [1, 2], "city": "\\u0047raz" }'])
def test_a_turn_comes_back_verbatim_from_a_client_that_writes_arguments_anew(text: str) -> None:
    memory = LocalMemory()
    items = [thought(), called("weather", {"city": "Graz", "days": [1, 2]})]
    _, message = turn(memory, ASK, answer=response(*items))
    sent, _ = turn(memory, [*ASK, {**message, "tool_calls": [call_of(text)]}, result()])
    assert sent[2:4] == items
    deep = "[" * 100_000
    sent, _ = turn(memory, [*ASK, {**message, "tool_calls": [call_of(deep)]}, result()])
    assert (sent[2]["type"], sent[2]["arguments"]) == ("function_call", deep)


@pytest.mark.parametrize(
    "change", [{"content": "I look again."}, *({"tool_calls": [call_of(text)]} for text in ("{}", "{", '{"city": 1}'))]
)
def test_an_edited_turn_is_translated_as_usual(change: dict[str, Any]) -> None:
    memory = LocalMemory()
    _, message = turn(memory, ASK)
    sent, _ = turn(memory, [*ASK, {**message, **change}, result()])
    assert [item.get("type", "message") for item in sent[2:]] == ["message", "function_call", "function_call_output"]
    assert "phase" not in sent[2]


def test_another_tenant_gets_nothing_even_with_the_ids() -> None:
    memory = LocalMemory()
    _, message = turn(memory, ASK, scope=marks.scope_of("Bearer mine"))
    sent, _ = turn(memory, [*ASK, message, result()], scope=marks.scope_of("Bearer another's"))
    assert all(item.get("type") != "reasoning" for item in sent)


def test_text_is_known_by_the_turns_before_it() -> None:
    memory = LocalMemory()
    answer = response(thought(), said("Yes.", "final_answer"))
    _, message = turn(memory, ASK, answer=answer)
    sent, _ = turn(memory, [*ASK, message, {"role": "user", "content": "So?"}])
    assert sent[2:4] == answer["output"]
    elsewhere = [ASK[0], {"role": "user", "content": "Other?"}, message, {"role": "user", "content": "So?"}]
    sent, _ = turn(memory, elsewhere)
    assert all(item.get("type") != "reasoning" for item in sent)


def test_reasoning_that_cannot_be_sent_back_is_left_out_with_the_ids_that_need_it() -> None:
    memory = LocalMemory()
    bare = {"type": "reasoning", "id": "rs_1", "summary": []}
    _, message = turn(memory, ASK, answer=response(bare, *ITEMS[1:]))
    sent, _ = turn(memory, [*ASK, message, result()])
    assert [(item["type"], item.get("id")) for item in sent[2:4]] == [("message", None), ("function_call", None)]
    assert sent[2]["phase"] == "commentary"


Maker = Callable[..., Memory]


@pytest.fixture(params=["local", "sqlite"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Maker]:
    """Makes a memory with the given bounds and clock."""
    made: list[Memory] = []

    def maker(**bounds: Any) -> Memory:
        local = request.param == "local"
        made.append(LocalMemory(**bounds) if local else SqliteMemory(str(tmp_path / "memory.sqlite"), **bounds))
        return made[-1]

    yield maker
    for memory in made:
        memory.close()


def test_what_is_used_longest_ago_goes_first(make: Maker) -> None:
    now = [0.0]
    memory = make(max_bytes=30, clock=lambda: now[0])
    for number in range(3):
        now[0] += 100
        memory.remember({f"k{number}": b"x" * 10})
    now[0] += 100
    assert memory.recall(["k0"]) == {"k0": b"x" * 10}
    now[0] += 100
    memory.remember({"k3": b"y" * 10})
    assert sorted(memory.recall(["k0", "k1", "k2", "k3"])) == ["k0", "k2", "k3"]
    memory.remember({"k0": b"", "huge": b"z" * 31})
    assert sorted(memory.recall(["k0", "huge", "k2"])) == ["k2"]


def test_what_is_too_old_is_gone(make: Maker) -> None:
    now = [0.0]
    memory = make(max_age=50, clock=lambda: now[0])
    memory.remember({"a": b"1", "b": b"2"})
    now[0] = 51
    assert memory.recall(["a", "b", "nobody"]) == {}
    memory.remember({"c": b"3"})
    assert memory.recall(["c"]) == {"c": b"3"}


def test_sqlite_is_shared_and_survives(tmp_path: Path) -> None:
    path = str(tmp_path / "memory.sqlite")
    one, two = SqliteMemory(path), SqliteMemory(path)
    one.remember({"key": b"value"})
    assert two.recall(["key"]) == {"key": b"value"}
    many = {f"k{number}": b"v" for number in range(1200)}
    two.remember(many)
    assert one.recall(many) == many
    one.close()
    two.close()
    three = SqliteMemory(path)
    assert three.recall(["key"]) == {"key": b"value"}
    three.close()


WRITER = """
import sys
from respeak.memory.sqlite import SqliteMemory
memory = SqliteMemory(sys.argv[1])
for number in range(1_000_000):
    memory.remember({f"k{number}": b"v" * 500})
    print(number, flush=True)
"""


def test_nothing_that_was_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    path = str(tmp_path / "memory.sqlite")
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 40:
                writer.send_signal(signal.SIGKILL)
                break
        acknowledged = [int(line), *map(int, writer.stdout.read().split())]
    memory = SqliteMemory(path)
    keys = [f"k{number}" for number in range(max(acknowledged) + 1)]
    assert sorted(memory.recall(keys)) == sorted(keys)
    memory.close()


def test_memories_are_opened_by_name(tmp_path: Path) -> None:
    assert opened("none") is None
    for name, kind in (("local", LocalMemory), (f"sqlite:{tmp_path}/m.sqlite", SqliteMemory)):
        memory = opened(name)
        assert isinstance(memory, kind)
        memory.close()
    with pytest.raises(ValueError, match="expected local, none"):
        opened("paper")


# Redis ------------------------------------------------------------------------------------------------------------

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server on this machine")


class Redis:
    """A server of our own, which can go away and come back on the same port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self.answers)

    def answers(self) -> bool:
        memory = RedisMemory(self.url)
        try:
            memory.recall(["nothing"])
        except Exception:
            return False
        finally:
            memory.close()
        return True

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path)
    yield server
    server.stop()


@needs_redis
def test_redis_keeps_forgets_and_ages(redis: Redis) -> None:
    memory = RedisMemory(redis.url, max_age=1)
    memory.remember({"a": b"1", "b": b"2"})
    assert memory.recall(["a", "b", "nobody"]) == {"a": b"1", "b": b"2"}
    memory.remember({"a": b""})
    assert memory.recall(["a", "b"]) == {"b": b"2"}
    time.sleep(1.2)
    assert memory.recall(["b"]) == {}
    memory.close()


@needs_redis
def test_two_gateways_have_one_memory_and_go_on_without_it(redis: Redis, tmp_path: Path, upstream: Server) -> None:
    upstream.says = lambda path, body: Whole(response(*ITEMS))
    arguments = configured(tmp_path, {"name": "R", "dialect": "responses", "base_url": upstream.url}, memory=redis.url)
    with gateway(tmp_path, *arguments) as first, gateway(tmp_path, *arguments) as second:

        def ask(gate: Any, messages: list[Any]) -> Any:
            with openai.OpenAI(api_key="k", base_url=f"{gate.url}/v1", max_retries=0) as client:
                answer = client.chat.completions.create(model="gpt-5.3-codex", messages=messages)
            return answer.choices[0].message.model_dump(exclude_none=True)

        message = ask(first, ASK)
        ask(second, [*ASK, message, result()])
        assert upstream.bodies[-1]["input"][2:5] == ITEMS
        redis.stop()
        ask(second, [*ASK, message, result()])
        assert [item.get("type", "message") for item in upstream.bodies[-1]["input"][2:4]] == [
            "message",
            "function_call",
        ]
        assert second.metric("respeak_memory_faults_total") >= 1
        assert any(line["event"] == "memory" for line in second.lines())
        redis.start()
        message = ask(first, ASK)
        ask(second, [*ASK, message, result()])
        assert upstream.bodies[-1]["input"][2:5] == ITEMS
