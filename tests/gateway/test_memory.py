"""What remembers: bounds, tenants, processes that die, a Redis that goes and comes back."""

from __future__ import annotations

import hashlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
from redis import RedisError

from gateway.process import configured, free_port, gateway
from gateway.upstream import Server, Whole, called, response, said, thought, wait_until
from respeak.exchange import Exchange
from respeak.memory import marks
from respeak.memory import sqlite as sqlite_memory
from respeak.memory.door import Door
from respeak.memory.open import opened
from respeak.memory.redis import RedisMemory
from respeak.memory.sqlite import SqliteMemory
from respeak.memory.store import AMBIGUOUS, ONLY, OVERHEAD, LocalMemory, Memory
from respeak.wire import dumps

ITEMS = [thought(), said("I look.", "commentary"), called("weather", {"city": "Graz"})]
ASK: list[dict[str, Any]] = [{"role": "system", "content": "It is noon."}, {"role": "user", "content": "Weather?"}]


def turn(memory: Memory, messages: list[Any], scope: str = "me", answer: Any = None, **fields: Any) -> tuple[Any, Any]:
    """One exchange of a Chat client with a Responses upstream: the upstream's input, the client's message."""
    exchange = Exchange(client="chat", upstream="responses", scope=scope)
    exchange.begin({"model": "gpt-5.3-codex", "messages": messages, **fields})
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


def greeted(memory: Memory, who: str, **fields: Any) -> Any:
    """What a client gets who says hi, with a system prompt of its own; what its conversation goes on with."""
    ask = [{"role": "system", "content": f"This is {who}."}, {"role": "user", "content": "Hi."}]
    thinks = {**thought(), "encrypted_content": f"thoughts about {who}"}
    _, message = turn(memory, ask, answer=response(thinks, said("Hello!", "final_answer")), **fields)
    return [*ask, message, {"role": "user", "content": "So?"}]


def thoughts(memory: Memory, messages: list[Any], **fields: Any) -> list[str]:
    """The reasoning that goes to the upstream with the next question."""
    sent, _ = turn(memory, messages, answer=response(said("?")), **fields)
    return [item["encrypted_content"] for item in sent if item.get("type") == "reasoning"]


def test_a_text_that_two_conversations_have_comes_back_to_neither() -> None:
    """Apps have one key and a system prompt for each of their users."""
    memory = LocalMemory()
    anna = greeted(memory, "Anna")
    assert thoughts(memory, anna) == ["thoughts about Anna"]
    assert greeted(memory, "Anna") == anna
    assert thoughts(memory, anna) == ["thoughts about Anna"], "the very same answer is no other"
    ben = greeted(memory, "Ben")
    greeted(memory, "Anna")
    assert thoughts(memory, anna) == thoughts(memory, ben) == []


@pytest.mark.parametrize("field", ["user", "safety_identifier", "prompt_cache_key"])
def test_a_text_belongs_to_the_person_for_whom_the_client_asks(field: str) -> None:
    memory = LocalMemory()
    people = {name: greeted(memory, name, **{field: name}) for name in ("Anna", "Ben")}
    for name, messages in people.items():
        assert thoughts(memory, messages, **{field: name}) == [f"thoughts about {name}"]
    assert thoughts(memory, people["Anna"]) == []


def test_call_ids_that_nobody_else_has_need_no_more() -> None:
    memory = LocalMemory()
    ids = [f"call_{n}{'7' * 24}" for n in range(2)]
    for identifier in ids:
        turn(memory, ASK, answer=response(thought(), called("weather", {}, identifier)), user="one")
    call = {**call_of("{}"), "id": ids[0]}
    messages = [
        *ASK,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {**result(), "tool_call_id": ids[0]},
    ]
    assert thoughts(memory, messages, user="another") == [thought()["encrypted_content"]]


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def test_what_nests_too_deeply_for_memory_goes_on_without_it() -> None:
    picture = {"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}
    before = sys.getrecursionlimit()
    found = []
    for depth in (10, before - 150, before - 100, before + 1000):
        memory = LocalMemory()
        ask = [{"role": "user", "content": [{**picture, "more": nested(depth)}]}]
        _, message = turn(memory, ask, answer=response(thought(), said("Yes.")))
        found.append(len(thoughts(memory, [*ask, message, {"role": "user", "content": "So?"}])))
    assert found[0] == 1
    assert found[-1] == 0 or sys.version_info >= (3, 12)  # later ones read whatever they are given


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
    memory = make(max_bytes=3 * (10 + 2 + OVERHEAD), clock=lambda: now[0])
    for number in range(3):
        now[0] += 100
        memory.remember({f"k{number}": b"x" * 10})
    now[0] += 100
    assert memory.recall(["k0"]) == {"k0": b"x" * 10}
    now[0] += 100
    memory.remember({"k3": b"y" * 10})
    assert sorted(memory.recall(["k0", "k1", "k2", "k3"])) == ["k0", "k2", "k3"]
    memory.remember({"k0": b"", "huge": b"z" * 1000})
    assert sorted(memory.recall(["k0", "huge", "k2"])) == ["k2"]


def test_what_is_too_old_is_gone(make: Maker) -> None:
    now = [0.0]
    memory = make(max_age=50, clock=lambda: now[0])
    memory.remember({"a": b"1", "b": b"2"})
    now[0] = 51
    assert memory.recall(["a", "b", "nobody"]) == {}
    memory.remember({"c": b"3"})
    assert memory.recall(["c"]) == {"c": b"3"}


def test_of_two_values_that_must_be_the_only_one_none_is_kept(make: Maker) -> None:
    now = [0.0]
    memory = make(max_age=50, clock=lambda: now[0])
    for entries in ({"a": ONLY + b"1", "b": ONLY + b"1", "c": b"1"}, {"a": ONLY + b"2", "b": ONLY + b"1", "c": b"2"}):
        memory.remember(entries)
    assert memory.recall(["a", "b", "c"]) == {"a": AMBIGUOUS, "b": ONLY + b"1", "c": b"2"}
    now[0] = 40
    memory.remember({"a": ONLY + b"1"})
    now[0] = 80
    assert memory.recall(["a", "b"]) == {"a": AMBIGUOUS}
    now[0] = 131
    memory.remember({"a": ONLY + b"3"})
    assert memory.recall(["a"]) == {"a": ONLY + b"3"}
    memory.remember({"a": b""})
    assert memory.recall(["a"]) == {}


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
def test_of_two_values_that_two_gateways_keep_at_once_none_is_kept(redis: Redis) -> None:
    memories = [RedisMemory(redis.url) for _ in range(4)]
    keys = [f"k{number}" for number in range(50)]

    def keep(memory: Memory, value: bytes) -> None:
        for key in keys:
            memory.remember({key: ONLY + value, "more": value})

    tasks = [threading.Thread(target=keep, args=(memory, b"%d" % n)) for n, memory in enumerate(memories)]
    for task in tasks:
        task.start()
    for task in tasks:
        task.join()
    assert memories[0].recall(keys) == dict.fromkeys(keys, AMBIGUOUS)
    memories[0].remember({"alone": ONLY + b"1"})
    memories[1].remember({"alone": ONLY + b"1"})
    assert memories[2].recall(["alone"]) == {"alone": ONLY + b"1"}
    for memory in memories:
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


# Bounds and busy files --------------------------------------------------------------------------------------------


def small(count: int) -> Iterator[tuple[str, bytes]]:
    """Entries whose keys and keeping weigh more than their values."""
    for number in range(count):
        yield hashlib.sha256(b"%d" % number).hexdigest(), b"%095d" % number


def test_a_memory_in_the_process_takes_no_more_than_its_bound() -> None:
    tracemalloc.start()
    memory = LocalMemory(max_bytes=4_000_000)
    for key, value in small(20_000):
        memory.remember({key: value})
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 2_000_000 < held < 4_400_000
    memory.recall([key for key, _ in small(20_000)])
    memory.remember({key: b"" for key, _ in small(20_000)})
    assert len(memory) == memory._size == 0


@pytest.mark.parametrize("size", [95, 500, 1000, 4000, 20_000])
def test_a_memory_in_a_file_takes_about_its_bound(size: int, tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    memory = SqliteMemory(str(path), max_bytes=1_000_000)
    for begin in range(0, 2_400_000, 60_000):
        count = 60_000 // (size + 100)
        memory.remember({f"{begin + number:064}": b"x" * size for number in range(count + 1)})
    memory.close()
    assert 500_000 < path.stat().st_size < 1_300_000


OLD_SCHEMA = """
CREATE TABLE entries (key TEXT PRIMARY KEY, used REAL NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE total (bytes INTEGER NOT NULL);
INSERT INTO total SELECT 0;
CREATE TRIGGER added AFTER INSERT ON entries BEGIN UPDATE total SET bytes = bytes + length(new.value); END;
CREATE TRIGGER removed AFTER DELETE ON entries BEGIN UPDATE total SET bytes = bytes - length(old.value); END;
INSERT INTO entries VALUES ('a', 1, x'2020'), ('b', 2, x'20');
"""


def test_a_file_that_counted_values_alone_is_counted_anew(tmp_path: Path) -> None:
    path = str(tmp_path / "memory.sqlite")
    db = sqlite3.connect(path)
    db.executescript(OLD_SCHEMA)
    db.close()
    memory = SqliteMemory(path, max_bytes=2 * (2 + OVERHEAD), clock=lambda: 3.0)
    assert memory.recall(["a", "b"]) == {"a": b"  ", "b": b" "}
    memory.remember({"c": b" "})
    assert memory.recall(["a", "b", "c"]) == {"b": b" ", "c": b" "}
    memory.remember({"b": b"", "c": b""})
    memory.close()
    db = sqlite3.connect(path)
    assert db.execute("SELECT bytes FROM total").fetchall() == [(0,)]
    db.close()


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else at the file of the memory."""
    db = sqlite3.connect(tmp_path / "memory.sqlite", isolation_level=None, check_same_thread=False)
    yield db
    db.close()


def timed(call: Callable[[], Any]) -> tuple[float, bool]:
    """Seconds that a call of the memory takes, and whether it fails."""
    began = time.monotonic()
    try:
        call()
    except sqlite3.Error:
        return time.monotonic() - began, True
    return time.monotonic() - began, False


def test_a_busy_file_costs_half_a_second_once_and_then_nothing(
    tmp_path: Path, busy: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("respeak.memory.door.PAUSE", 1.5)
    memory = SqliteMemory(str(tmp_path / "memory.sqlite"))
    memory.remember({"key": b"value"})
    busy.execute("BEGIN IMMEDIATE")
    took: list[tuple[float, bool]] = []
    tasks = [
        threading.Thread(target=lambda: took.append(timed(lambda: memory.remember({"more": b"x"})))) for _ in range(8)
    ]
    for task in tasks:
        task.start()
    assert memory.recall(["key"]) == {"key": b"value"}, "who reads waits for nobody"
    for task in tasks:
        task.join()
    assert len(took) == 8 and all(failed for _, failed in took)
    assert max(seconds for seconds, _ in took) < 0.8
    seconds, failed = timed(lambda: memory.remember({"more": b"x"}))
    assert failed and seconds < 0.1
    busy.execute("ROLLBACK")
    wait_until(lambda: not timed(lambda: memory.remember({"more": b"y"}))[1])
    assert memory.recall(["more"]) == {"more": b"y"}
    memory.close()


def test_a_file_that_answers_nobody_costs_one_wait(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    memory = SqliteMemory(str(path))
    memory.remember({"key": b"value"})
    for each in tmp_path.iterdir():
        each.write_bytes(b"\xff" * each.stat().st_size)
    first, second = timed(lambda: memory.recall(["key"])), timed(lambda: memory.remember({"key": b"value"}))
    assert first[1] and second[1] and first[0] + second[0] < 0.8
    memory.close()


def test_calls_behind_a_slow_one_do_not_wait_for_long() -> None:
    door = Door(sqlite3.connect(":memory:"))
    began = time.monotonic()
    with door.turn(), pytest.raises(sqlite3.OperationalError, match="not done"), door.turn():
        pass
    assert time.monotonic() - began < 0.8
    with door.turn() as db:
        assert db.execute("SELECT 1").fetchall() == [(1,)]
    door.close()


def test_answers_that_end_together_are_all_kept_though_the_disk_is_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite_memory._transaction

    @contextmanager
    def slow(db: sqlite3.Connection) -> Iterator[None]:
        with real(db):
            time.sleep(0.05)
            yield

    memory = SqliteMemory(str(tmp_path / "memory.sqlite"))
    monkeypatch.setattr(sqlite_memory, "_transaction", slow)
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda n: memory.remember({f"key-{n}": b"value", "one": ONLY + b"%d" % n}), range(40)))
    assert len(memory.recall(f"key-{n}" for n in range(40))) == 40
    assert memory.recall(["one"]) == {"one": AMBIGUOUS}
    memory.close()


def test_what_waited_is_written_though_the_call_that_took_it_along_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, broken = sqlite_memory._transaction, threading.Event()

    @contextmanager
    def breaking(db: sqlite3.Connection) -> Iterator[None]:
        with real(db):
            yield
            if not broken.is_set():
                time.sleep(0.1)  # the others queue up
                broken.set()
                raise MemoryError

    memory = SqliteMemory(str(tmp_path / "memory.sqlite"))
    monkeypatch.setattr(sqlite_memory, "_transaction", breaking)
    with memory._writing.turn(), ThreadPoolExecutor(5) as pool:
        calls = [pool.submit(memory.remember, {f"key-{n}": b"value"}) for n in range(5)]
        while len(memory._waiting) < 5:
            time.sleep(0.001)
        memory._writing._lock.release()  # let them go, all of them waiting
        failed = [isinstance(call.exception(), MemoryError) for call in calls]
        memory._writing._lock.acquire()
    assert sum(failed) == 1
    assert len(memory.recall(f"key-{n}" for n in range(5))) == 5 - 1
    memory.close()


def test_what_was_only_read_is_kept_as_used(tmp_path: Path) -> None:
    path, now = str(tmp_path / "memory.sqlite"), [0.0]
    memory = SqliteMemory(path, max_age=100, clock=lambda: now[0])
    memory.remember({"key": b"value"})
    now[0] = 90
    assert memory.recall(["key"])
    memory.close()
    now[0] = 150
    memory = SqliteMemory(path, max_age=100, clock=lambda: now[0])
    assert memory.recall(["key"]) == {"key": b"value"}
    memory.close()


def test_a_file_that_we_make_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    memory = SqliteMemory(str(path))
    memory.remember({"key": b"value"})
    modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
    assert modes == dict.fromkeys(["memory.sqlite", "memory.sqlite-wal", "memory.sqlite-shm"], 0o600)
    memory.close()
    path.chmod(0o640)
    SqliteMemory(str(path)).close()
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["sqlite:", "sqlite: "])
def test_a_file_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^memory has an empty path; expected sqlite:PATH$"):
        opened(name)


def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "memory.sqlite"
    SqliteMemory(str(path)).close()
    path.chmod(0o444)
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write to every file
    with pytest.raises(ValueError) as caught:
        opened(f"sqlite:{path}")
    assert str(caught.value) == f"memory {path}: the file is read-only; expected a file that can be written"


def test_a_memory_without_a_file_still_works() -> None:
    memory = SqliteMemory(":memory:")
    memory.remember({"key": b"value"})
    assert memory.recall(["key"]) == {"key": b"value"}
    memory.close()
    assert not Path(":memory:").exists()


def test_a_redis_that_does_not_answer_costs_half_a_second_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("respeak.memory.redis.PAUSE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        memory = RedisMemory(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        took = []
        for pause in (0.0, 0.0, 1.0):
            time.sleep(pause)
            began = time.monotonic()
            with pytest.raises(RedisError):
                memory.recall(["key"])
            took.append(time.monotonic() - began)
        memory.close()
    assert 0.3 < took[0] < 1.0 and took[1] < 0.1 and 0.3 < took[2] < 1.0, "and it is tried again"
