"""Answers that an upstream keeps, asked for through the gateway: read, streamed again, cancelled, deleted, listed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from gateway.process import Gateway, configured, gateway
from gateway.upstream import Events, Json, Server, Whole, completion, either, response, running, said, streamed

KEYS = {"SHARED_KEY": "key-of-the-operator"}
LATER = response(status="queued", background=True)
DONE = response(said("Done."), background=True)
NOT_FOUND = {"error": {"message": "No such response.", "type": "invalid_request_error", "param": None, "code": None}}


class Keeper:
    """A Responses upstream that keeps one answer, `resp_77`."""

    def __init__(self) -> None:
        self.answer = LATER

    def __call__(self, path: str, body: Json | None) -> Any:
        place, _, query = path.removeprefix("/v1").partition("?")
        if body is not None:
            return either(self.answer)(path, body)
        answers: dict[str, Callable[[], Any]] = {
            "/responses/resp_77": lambda: streamed(self.answer) if "stream=true" in query else Whole(self.answer),
            "/responses/resp_77/cancel": lambda: Whole({**self.answer, "status": "cancelled"}),
            "/responses/resp_77/input_items": lambda: Whole({"object": "list", "data": [said("x")], "query": query}),
        }
        return answers.get(place, lambda: Whole(NOT_FOUND, 404))()


def sdk(gate: Gateway, key: str = "k") -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=f"{gate.url}/v1", max_retries=0)


class Place:
    """A gateway with one Responses upstream and what it keeps."""

    def __init__(self, gate: Gateway, upstream: Server, keeper: Keeper) -> None:
        self.gate, self.upstream, self.keeper = gate, upstream, keeper
        self.stack = ExitStack()

    def client(self, key: str = "one") -> openai.OpenAI:
        return self.stack.enter_context(sdk(self.gate, key))

    def at(self, path: str) -> str:
        return f"{self.gate.url}/v1/responses{path}"

    def last(self) -> tuple[str, str | None]:
        """Path and key of the last request that the upstream saw."""
        path, headers, _ = self.upstream.seen[-1]
        found = {name.lower(): value for name, value in headers.items()}
        return path, found.get("authorization")


KEYED: dict[str, Json] = {
    "the caller's key": {},
    "a shared key": {"key_env": "SHARED_KEY"},
    "no key": {"forward_key": False},
}
"""What an upstream is asked with."""


@pytest.fixture(scope="module", params=KEYED)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("stored")
    with ExitStack() as stack:
        server = stack.enter_context(running())
        upstream = {"name": "openai", "dialect": "responses", "base_url": server.url}
        arguments = configured(folder, {**upstream, **KEYED[request.param]}, memory="local")
        yield Place(stack.enter_context(gateway(folder, *arguments, env=KEYS)), server, Keeper())


@pytest.fixture
def place(world: Place) -> Iterator[Place]:
    world.keeper = world.upstream.says = Keeper()
    with world.stack:
        yield world


def test_an_answer_made_in_the_background_is_polled_until_it_is_done(place: Place) -> None:
    client = place.client()
    assert client.responses.create(model="gpt-5.3-codex", input="x", background=True).status == "queued"
    assert client.responses.retrieve("resp_77").status == "queued"
    place.keeper.answer = DONE
    assert client.responses.retrieve("resp_77", include=["message.output_text.logprobs"]).output_text == "Done."
    assert place.last()[0] == "/v1/responses/resp_77?include%5B%5D=message.output_text.logprobs"


def test_a_caller_asks_for_nothing_but_what_the_api_has(tmp_path: Path) -> None:
    """The query of the base URL is the operator's; of the caller's, what is about the answer goes up beside it."""
    with running() as server:
        server.says = Whole(DONE)
        upstream = {"name": "u", "dialect": "responses", "base_url": f"{server.url}?api-version=1&limit=9"}
        with gateway(tmp_path, *configured(tmp_path, upstream, memory="none")) as gate:
            asked = "api-version=evil&key=1&limit=5&include[]=a&include=b&after=x&order=asc&include_obfuscation=false"
            httpx.get(f"{gate.url}/v1/responses/resp_77/input_items?{asked}")
            httpx.post(f"{gate.url}/v1/responses/resp_77/cancel")
    paths = [httpx.URL(path) for path, _, _ in server.seen]
    assert paths[0].params.multi_items() == [
        ("api-version", "1"),
        ("limit", "9"),
        ("include[]", "a"),
        ("include", "b"),
        ("after", "x"),
        ("order", "asc"),
        ("include_obfuscation", "false"),
    ]
    assert str(paths[1]) == "/v1/responses/resp_77/cancel?api-version=1&limit=9"


def test_it_is_streamed_again_cancelled_and_listed(place: Place) -> None:
    client = place.client()
    client.responses.create(model="gpt-5.3-codex", input="x", background=True)
    place.keeper.answer = DONE
    events = list(client.responses.retrieve("resp_77", stream=True, starting_after=3))
    assert events[-1].type == "response.completed" and events[-1].response.output_text == "Done."
    assert "starting_after=3" in place.last()[0]
    assert client.responses.cancel("resp_77").status == "cancelled"
    listed = client.responses.input_items.list("resp_77", limit=7, order="asc")
    assert [item.type for item in listed.data] == ["message"] and "limit=7" in place.last()[0]


def test_the_key_is_the_one_that_made_it(place: Place, request: pytest.FixtureRequest) -> None:
    place.client("one").responses.create(model="gpt-5.3-codex", input="x", background=True)
    made_with = place.last()[1]
    place.client("one").responses.retrieve("resp_77")
    assert place.last() == ("/v1/responses/resp_77", made_with)


def test_a_streamed_answer_can_be_asked_for_as_soon_as_its_id_is_known(place: Place) -> None:
    client, place.keeper.answer = place.client("early"), DONE
    with client.responses.create(model="gpt-5.3-codex", input="x", background=True, stream=True) as stream:
        assert next(iter(stream)).type == "response.created"
        assert client.responses.retrieve("resp_77").id == "resp_77"


def test_what_nobody_keeps_is_not_found_in_the_words_of_the_api(place: Place) -> None:
    client = place.client()
    for identifier in ("resp_0", "..", "a%2F..%2Fmodels", "x y"):
        answer = httpx.get(f"{place.gate.url}/v1/responses/{identifier}", headers={"authorization": "Bearer one"})
        assert answer.status_code == 404 and answer.json()["error"]["message"]
    with pytest.raises(openai.NotFoundError):
        client.responses.cancel("resp_0")


def test_an_upstream_that_fails_is_told_in_the_clients_form(place: Place) -> None:
    client = place.client()
    client.responses.create(model="gpt-5.3-codex", input="x", background=True)
    place.upstream.says = Whole({"error": {"message": "slow down", "type": "rate_limit_error"}}, 429)
    with pytest.raises(openai.RateLimitError, match="slow down"):
        client.responses.retrieve("resp_77")
    place.upstream.says = Whole(raw=b"<html>", content_type="text/html")
    with pytest.raises(openai.InternalServerError, match="no JSON object"):
        client.responses.retrieve("resp_77")


BY_ID: list[Any] = [
    {"type": "image_generation_call", "status": "completed", "result": None},
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
    {"type": "file_search_call", "status": "completed", "queries": ["q"], "results": None},
    {"type": "code_interpreter_call", "status": "completed", "code": "1", "container_id": "cntr_1", "outputs": None},
]
WHOLE: list[Any] = [
    {**BY_ID[0], "id": "ig_9", "result": "aGk="},
    {**BY_ID[1], "id": "rs_9", "encrypted_content": "gAAA"},
    {"type": "reasoning", "id": "rs_8", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]},
    {"type": "function_call", "id": "fc_9", "call_id": "call_9", "name": "f", "arguments": "{}"},
    {"type": "web_search_call", "id": "ws_9", "status": "completed", "action": {"type": "search", "query": "q"}},
]


@pytest.mark.parametrize("world", ["a shared key", "no key"], indirect=True)
class TestOfASharedUpstream:
    """Callers that are all the same to the upstream: each gets its own answers only."""

    def test_an_answer_is_nobody_elses_even_with_its_id(self, place: Place) -> None:
        mine, other = place.client("mine"), place.client("another")
        mine.responses.create(model="gpt-5.3-codex", input="x", background=True)
        seen = len(place.upstream.seen)
        for call in (other.responses.retrieve, other.responses.cancel, other.responses.delete):
            with pytest.raises(openai.NotFoundError):
                call("resp_77")
        assert len(place.upstream.seen) == seen  # the upstream was not even asked
        assert mine.responses.retrieve("resp_77").id == "resp_77"

    def test_an_answer_that_was_deleted_is_nobodys(self, place: Place) -> None:
        client = place.client("deleting")
        client.responses.create(model="gpt-5.3-codex", input="x", background=True)
        place.upstream.says = Whole({"id": "resp_77", "object": "response", "deleted": True})
        client.responses.delete("resp_77")
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve("resp_77")

    def test_an_answer_that_its_upstream_does_not_keep_is_not_noted(self, place: Place) -> None:
        client = place.client("forgetful")
        client.responses.create(model="gpt-5.3-codex", input="x", store=False)
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve("resp_77")

    def test_the_operator_sees_who_asks_for_what_is_not_there(self, place: Place) -> None:
        path = "/v1/responses/resp_nobody/input_items"
        httpx.get(place.at("/resp_nobody/input_items"), headers={"authorization": "Bearer one"})
        [line] = [line for line in place.gate.lines() if line.get("path") == path]
        assert (line["event"], line["status"]) == ("refused", 404)

    def test_nobody_goes_on_with_an_answer_of_somebody_else(self, place: Place) -> None:
        mine, other = place.client("first"), place.client("second")
        place.keeper.answer = DONE
        mine.responses.create(model="gpt-5.3-codex", input="x")
        item: Any = [{"type": "item_reference", "id": "msg_0"}, {"role": "user", "content": "And?"}]
        seen = len(place.upstream.seen)
        for asked in ({"previous_response_id": "resp_77", "input": "And?"}, {"input": item}):
            with pytest.raises(openai.BadRequestError, match="history_unknown"):
                other.responses.create(model="gpt-5.3-codex", **asked)
        assert len(place.upstream.seen) == seen
        for asked in ({"previous_response_id": "resp_77", "input": "And?"}, {"input": item}):
            mine.responses.create(model="gpt-5.3-codex", **asked)
            sent = place.upstream.bodies[-1]
            assert {key: sent[key] for key in asked} == asked

    @pytest.mark.parametrize("item", BY_ID, ids=[item["type"] for item in BY_ID])
    @pytest.mark.parametrize("stores", [{}, {"store": False}], ids=["kept", "not kept"])
    def test_nobody_sends_an_item_of_somebody_else_by_its_id_alone(self, place: Place, item: Any, stores: Any) -> None:
        """The provider would look it up: a picture, a thought, what was found."""
        item = {**item, "id": f"{item['type']}_{len(stores)}"}
        mine, other = place.client("first"), place.client("second")
        place.keeper.answer = {**DONE, "output": [item]}
        mine.responses.create(model="gpt-5.3-codex", input="x", **stores)
        seen = len(place.upstream.seen)
        asked: Any = [item, {"role": "user", "content": "And?"}]
        with pytest.raises(openai.BadRequestError, match="no answer of yours has this id") as found:
            other.responses.create(model="gpt-5.3-codex", input=asked)
        assert (found.value.code, found.value.param) == ("history_unknown", "input.0")
        assert len(place.upstream.seen) == seen
        mine.responses.create(model="gpt-5.3-codex", input=asked)
        assert place.upstream.bodies[-1]["input"] == asked

    @pytest.mark.parametrize("item", WHOLE, ids=[item["type"] for item in WHOLE])
    def test_an_item_that_says_all_itself_is_everybodys(self, place: Place, item: Any) -> None:
        place.client("anybody").responses.create(model="gpt-5.3-codex", input=[item])
        assert place.upstream.bodies[-1]["input"] == [item]

    @pytest.mark.parametrize("named", ["conv_1", {"id": "conv_1"}], ids=["by id", "as an object"])
    def test_nobody_goes_on_with_a_conversation_of_somebody_else(self, place: Place, named: Any) -> None:
        mine, other = place.client("talking"), place.client("listening")
        place.keeper.answer = {**DONE, "conversation": {"id": "conv_1"}}
        mine.responses.create(model="gpt-5.3-codex", input="x")  # as its upstream has it
        seen = len(place.upstream.seen)
        with pytest.raises(openai.BadRequestError, match="no answer of yours is known to belong to this conv") as found:
            other.responses.create(model="gpt-5.3-codex", input="x", conversation=named)
        assert (found.value.code, found.value.param) == ("history_unknown", "conversation")
        assert len(place.upstream.seen) == seen
        mine.responses.create(model="gpt-5.3-codex", input="x", conversation=named)
        assert place.upstream.bodies[-1]["conversation"] == named


def test_the_end_of_a_stream_that_was_read_already_is_empty(place: Place) -> None:
    client = place.client()
    client.responses.create(model="gpt-5.3-codex", input="x", background=True)
    place.upstream.says = Events([])
    assert list(client.responses.retrieve("resp_77", stream=True, starting_after=9)) == []
    with pytest.raises(openai.InternalServerError, match="ended before"):
        list(client.responses.retrieve("resp_77", stream=True))


def test_a_receipt_that_the_upstream_leaves_out_is_given(place: Place) -> None:
    client = place.client("leaving")
    client.responses.create(model="gpt-5.3-codex", input="x", background=True)
    place.upstream.says = Whole(raw=b"", status=204)
    answer = httpx.delete(place.at("/resp_77?stream=true"), headers={"authorization": "Bearer leaving"})
    assert (answer.status_code, answer.json()["deleted"]) == (200, True)


def test_a_page_where_a_list_should_be_is_a_bad_gateway(place: Place) -> None:
    client = place.client()
    client.responses.create(model="gpt-5.3-codex", input="x", background=True)
    for status, words in ((200, "no JSON object: <html>"), (302, "answered 302, which nobody follows: <html>")):
        place.upstream.says = Whole(raw=b"<html>", status=status, content_type="text/html")
        with pytest.raises(openai.InternalServerError, match=words):
            client.responses.input_items.list("resp_77")


def test_head_and_ids_that_look_like_routes(place: Place) -> None:
    place.client("one").responses.create(model="gpt-5.3-codex", input="x", background=True)
    mine = {"authorization": "Bearer one"}
    assert httpx.head(place.at("/resp_77"), headers=mine).status_code == 200
    seen = len(place.upstream.seen)
    assert httpx.get(place.at("/cancel"), headers=mine).status_code == 404
    assert {path for path, _, _ in place.upstream.seen[seen:]} <= {"/v1/responses/cancel"}


@pytest.mark.parametrize("keyed", ["a shared key", "no key"])
def test_without_a_memory_nobody_goes_on_with_an_answer_of_a_shared_upstream(tmp_path: Path, keyed: str) -> None:
    """Nobody can tell whose it is."""
    with running() as server:
        server.says = Keeper()
        upstream = {"name": "u", "dialect": "responses", "base_url": server.url, **KEYED[keyed]}
        with gateway(tmp_path, *configured(tmp_path, upstream, memory="none"), env=KEYS) as gate, sdk(gate) as client:
            client.responses.create(model="m", input="x")
            for name in ("previous_response_id", "conversation"):
                with pytest.raises(openai.BadRequestError, match="without a memory nobody can tell") as found:
                    client.responses.create(model="m", input="x", extra_body={name: "resp_77"})
                assert (found.value.code, found.value.param) == ("history_unknown", name)
            assert len(server.seen) == 1
            with pytest.raises(openai.NotFoundError):
                client.responses.retrieve("resp_77")


# Several upstreams, and none -------------------------------------------------------------------------------------


def test_of_several_upstreams_the_first_that_knows_it_answers(tmp_path: Path) -> None:
    with running() as one, running() as two, running() as chat:
        one.says, two.says = Whole(NOT_FOUND, 404), Whole(DONE)
        names = [("one", "responses", one), ("chat", "chat", chat), ("two", "openrouter", two)]
        upstreams = [
            {"name": name, "dialect": dialect, "base_url": server.url, "models": [name], "forward_key": True}
            for name, dialect, server in names
        ]
        with gateway(tmp_path, *configured(tmp_path, *upstreams, memory="none")) as gate:
            answer = httpx.get(f"{gate.url}/v1/responses/resp_77", headers={"authorization": "Bearer k"})
        assert (answer.status_code, answer.json()["id"]) == (200, "resp_77")
        assert (len(one.seen), len(two.seen), len(chat.seen)) == (1, 1, 0)


def test_the_upstream_that_made_it_is_asked_whoever_stands_before_it(tmp_path: Path) -> None:
    with running() as guess, running() as maker:
        guess.says, maker.says = Whole(NOT_FOUND, 401), Keeper()
        upstreams: list[Json] = [
            {"name": "guess", "dialect": "responses", "base_url": guess.url, "models": ["g"], "forward_key": True},
            {"name": "maker", "dialect": "responses", "base_url": maker.url, "key_env": "SHARED_KEY"},
        ]
        with (
            gateway(tmp_path, *configured(tmp_path, *upstreams, memory="local"), env=KEYS) as gate,
            sdk(gate) as client,
        ):
            client.responses.create(model="gpt-5.3-codex", input="x", background=True)
            assert client.responses.retrieve("resp_77").status == "queued" and guess.seen == []


def test_an_error_of_an_upstream_that_is_a_guess_does_not_end_the_search(tmp_path: Path) -> None:
    with running() as one, running() as two:
        one.says, two.says = Whole({"error": {"message": "Who are you?"}}, 401), Whole(DONE)
        upstreams: list[Json] = [
            {"name": name, "dialect": "responses", "base_url": server.url, "models": [name], "forward_key": True}
            for name, server in (("one", one), ("two", two))
        ]
        with gateway(tmp_path, *configured(tmp_path, *upstreams, memory="none")) as gate:
            url, mine = f"{gate.url}/v1/responses/resp_77", {"authorization": "Bearer k"}
            assert httpx.get(url, headers=mine).status_code == 200
            two.says = Whole(NOT_FOUND, 404)
            assert httpx.get(url, headers=mine).json()["error"]["message"] == "Who are you?"


def test_a_guess_that_takes_its_time_does_not_end_the_search(tmp_path: Path) -> None:
    def slow(path: str, body: Any) -> Whole:
        time.sleep(0.6)
        return Whole(NOT_FOUND, 404)

    with running() as one, running() as two:
        one.says, two.says = slow, streamed(DONE)
        upstreams: list[Json] = [
            {"name": name, "dialect": "responses", "base_url": server.url, "models": [name], "forward_key": True}
            for name, server in (("one", one), ("two", two))
        ]
        with gateway(tmp_path, *configured(tmp_path, *upstreams, memory="none", hold=0.1)) as gate:
            url = f"{gate.url}/v1/responses/resp_77?stream=true"
            answer = httpx.get(url, headers={"authorization": "Bearer k"})
            assert (answer.status_code, "response.completed" in answer.text) == (200, True)
            one.says = streamed(DONE, before=lambda number: time.sleep(0 if number else 0.6))
            two.says = Whole(NOT_FOUND, 404)
            begun = time.monotonic()
            with httpx.stream("GET", url, headers={"authorization": "Bearer k"}) as waiting:
                assert waiting.status_code == 200 and time.monotonic() - begun < 0.5
                assert b"response.completed" in waiting.read()


def test_polling_with_ones_own_key_needs_no_memory(tmp_path: Path) -> None:
    with running() as server:
        server.says = Whole(DONE)
        upstream = {"name": "openai", "dialect": "responses", "base_url": server.url}
        with gateway(tmp_path, *configured(tmp_path, upstream, memory="redis://127.0.0.1:9")) as gate:
            url, mine = f"{gate.url}/v1/responses/resp_77", {"authorization": "Bearer k"}
            assert httpx.get(url, headers=mine).status_code == 200
            assert httpx.post(f"{url}/cancel", headers=mine).status_code == 200
        with gateway(
            tmp_path,
            *configured(tmp_path, {**upstream, "key_env": "SHARED_KEY"}, memory="redis://127.0.0.1:9"),
            env=KEYS,
        ) as gate:
            answer = httpx.get(f"{gate.url}/v1/responses/resp_77", headers=mine)
            error = answer.json()["error"]
            assert (answer.status_code, error["code"], error["param"]) == (503, "memory_unavailable", None)


@contextmanager
def remembering(folder: Path) -> Iterator[tuple[Server, Gateway]]:
    """A gateway with a memory, and its Chat upstream, which always says the same."""
    with running() as server:
        server.says = either(completion({"content": "Sunny."}))
        upstream = {"name": "chat", "dialect": "chat", "base_url": server.url}
        with gateway(folder, *configured(folder, upstream, memory="local")) as gate:
            yield server, gate


def test_an_answer_that_memory_keeps_is_streamed_listed_and_too_late_to_cancel(tmp_path: Path) -> None:
    with remembering(tmp_path) as (server, gate), sdk(gate) as client:
        first = client.responses.create(model="m", input="Weather?")
        made = client.responses.create(model="m", input="Sure?", previous_response_id=first.id)
        events = list(client.responses.retrieve(made.id, stream=True))
        assert events[0].type == "response.created" and events[-1].type == "response.completed"
        rest = list(client.responses.retrieve(made.id, stream=True, starting_after=events[2].sequence_number))
        assert [event.sequence_number for event in rest] == [event.sequence_number for event in events[3:]]
        listed = list(client.responses.input_items.list(made.id, limit=2))
        assert [item.content[0].text for item in listed] == ["Sure?", "Sunny.", "Weather?"]  # type: ignore
        oldest = client.responses.input_items.list(made.id, limit=1, order="asc")
        assert (len(oldest.data), oldest.has_more) == (1, True)
        for limit in ("0", "101", "-1", "x", ""):
            url, mine = f"{gate.url}/v1/responses/{made.id}/input_items", {"authorization": "Bearer k"}
            refused = httpx.get(url, params={"limit": limit}, headers=mine)
            error = refused.json()["error"]
            assert (refused.status_code, error["param"], error["code"]) == (400, "limit", "invalid_value")
        with pytest.raises(openai.BadRequestError, match="background"):
            client.responses.cancel(made.id)
        null: Any = [{"type": None, "id": made.output[0].id}, {"role": "user", "content": "So?"}]
        client.responses.create(model="m", input=null)
        assert [message["content"] for message in server.bodies[-1]["messages"]] == ["Sunny.", "So?"]


def test_an_item_that_was_listed_can_be_referred_to_by_who_sent_it(tmp_path: Path) -> None:
    with remembering(tmp_path) as (server, gate), sdk(gate) as client:
        made = client.responses.create(model="m", input="Weather?")
        [item] = client.responses.input_items.list(made.id).data
        asked: Any = [{"type": "item_reference", "id": item.id}, {"role": "user", "content": "So?"}]
        client.responses.create(model="m", input=asked)
        contents = [message["content"] for message in server.bodies[-1]["messages"]]
        assert contents in ([[{"type": "text", "text": "Weather?"}], "So?"], ["Weather?", "So?"])
        with sdk(gate, "another") as other, pytest.raises(openai.BadRequestError, match="no answer of yours"):
            other.responses.create(model="m", input=asked)
        asked[0]["id"] += "9"
        with pytest.raises(openai.BadRequestError, match="no answer of yours has this id") as found:
            client.responses.create(model="m", input=asked, previous_response_id=made.id)
        assert found.value.param == "input.0"
