"""Clients and upstreams that know one call, in `function_call`, and a client that knows no more than text and that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from respeak import StreamTranslator
from streams.build import HEAD, chunk, token
from streams.shapes import Json, Stream

ASKED: Json = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}]}
FUNCTIONS: Json = {**ASKED, "functions": [{"name": "f", "parameters": {}}]}
TOOLS: Json = {**ASKED, "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}
CUSTOM: Json = {**ASKED, "tools": [{"type": "custom", "custom": {"name": "f"}}]}
FIRST = chunk({"role": "assistant", "content": None})


def fed(source: str, target: str, request: Json | None, *chunks: Json) -> Stream:
    translator = StreamTranslator(source=source, target=target, request=request)
    return [said for given in chunks for said in translator.feed(given)] + translator.close()


def choices(chunks: Stream) -> list[Json]:
    return [choice for each in chunks for choice in each.get("choices", ())]


def calls(chunks: Stream) -> list[Json]:
    """What a client puts together of the calls: by index, and the one of old."""
    held: dict[Any, Json] = {}
    for choice in choices(chunks):
        legacy = choice["delta"].get("function_call")
        entries = [
            *(choice["delta"].get("tool_calls") or ()),
            *([{"index": "old", "function": legacy}] if legacy else ()),
        ]
        for entry in entries:
            call = held.setdefault(entry["index"], {})
            inner = entry.get("function") or entry.get("custom") or {}
            for key, value in {**{"id": entry.get("id")}, **inner}.items():
                call[key] = call.get(key, "") + (value or "")
    return list(held.values())


def opening(index: int = 0, name: str = "f", arguments: str = "") -> Json:
    inner = {"name": name, "arguments": arguments}
    return chunk({"tool_calls": [{"index": index, "id": f"call_{index}", "type": "function", "function": inner}]})


def piece(arguments: str, index: int = 0) -> Json:
    return chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]})


def old(**inner: str) -> Json:
    return chunk({"function_call": inner})


FINISHES = [("stop", True), ("tool_calls", True), ("function_call", True), ("length", False), ("content_filter", False)]


@pytest.mark.parametrize(("finish", "filled"), FINISHES)
def test_a_call_without_arguments_has_an_empty_object_unless_it_was_cut(finish: str, filled: bool) -> None:
    """An empty string is no JSON (BUG/34), and half a call must not look whole."""
    expected = "{}" if filled else ""
    [call] = calls(fed("chat", "vtrix", None, FIRST, opening(), chunk({}, finish)))
    assert (call["name"], call["arguments"]) == ("f", expected)
    [call] = calls(fed("vtrix", "chat", TOOLS, FIRST, old(name="f", arguments=""), chunk({}, finish)))
    assert (call["name"], call["arguments"]) == ("f", expected)
    [call] = calls(fed("vtrix", "chat", TOOLS, FIRST, old(name="f"), chunk({}, finish)))
    assert (call["name"], call["arguments"]) == ("f", expected)


@pytest.mark.parametrize(("finish", "filled"), FINISHES)
@pytest.mark.parametrize("at_once", [True, False])
def test_arguments_that_came_are_all_of_them(finish: str, filled: bool, at_once: bool) -> None:
    pieces = [opening(arguments='{"a":1}')] if at_once else [opening(), piece('{"a"'), piece(":1}")]
    [call] = calls(fed("chat", "vtrix", None, FIRST, *pieces, chunk({}, finish)))
    assert (call["name"], call["arguments"]) == ("f", '{"a":1}')
    given = (
        [old(name="f", arguments='{"a":1}')]
        if at_once
        else [old(name="f"), old(arguments='{"a"'), old(arguments=":1}")]
    )
    [call] = calls(fed("vtrix", "chat", TOOLS, FIRST, *given, chunk({}, finish)))
    assert (call["name"], call["arguments"]) == ("f", '{"a":1}')


@pytest.mark.parametrize(
    ("called", "finish", "told"),
    [
        (True, "tool_calls", "function_call"),
        (True, "function_call", "function_call"),
        (True, "length", "length"),
        (True, "content_filter", "content_filter"),
        (False, "stop", "stop"),
        (False, "tool_calls", "stop"),
        (False, "function_call", "stop"),
        (False, "length", "length"),
        (False, "content_filter", "content_filter"),
        (False, "eos", "stop"),
        (True, "eos", "function_call"),
    ],
)
def test_a_plain_client_knows_how_an_answer_ended_in_its_own_words(called: bool, finish: str, told: str) -> None:
    spoken = [opening(arguments="{}")] if called else [chunk({"content": "a"})]
    said = choices(fed("chat", "vtrix", None, FIRST, *spoken, chunk({}, finish)))
    assert [choice["finish_reason"] for choice in said if choice["finish_reason"]] == [told]


@pytest.mark.parametrize(
    ("request_", "called", "finish", "told"),
    [
        (TOOLS, True, "function_call", "tool_calls"),
        (TOOLS, True, "tool_calls", "tool_calls"),
        (TOOLS, True, "length", "length"),
        (TOOLS, False, "function_call", "stop"),
        (TOOLS, False, "stop", "stop"),
        (FUNCTIONS, True, "function_call", "function_call"),
        (FUNCTIONS, False, "function_call", "stop"),
    ],
)
def test_an_upstream_of_functions_ends_in_the_words_of_the_client(
    request_: Json, called: bool, finish: str, told: str
) -> None:
    spoken = [old(name="f", arguments="{}")] if called else [chunk({"content": "a"})]
    said = choices(fed("vtrix", "chat", request_, FIRST, *spoken, chunk({}, finish)))
    assert [choice["finish_reason"] for choice in said if choice["finish_reason"]] == [told]
    kinds = {key for choice in said for key in choice["delta"]} & {"tool_calls", "function_call"}
    assert kinds == ({"tool_calls" if request_ is TOOLS else "function_call"} if called else set())


@pytest.mark.parametrize(
    "more",
    [{"content": "So. "}, {"role": "assistant"}, {"refusal": "No."}, {"mood": "calm"}],
    ids=lambda more: str(*more),
)
def test_what_stands_beside_arguments_in_one_delta_is_said_with_them(more: Json) -> None:
    begun = [FIRST, old(name="f", arguments="{")]
    both = chunk({"function_call": {"arguments": "}"}, **more})
    chunks = fed("vtrix", "chat", TOOLS, *begun, both, chunk({}, "function_call"))
    [call] = calls(chunks)
    assert call["arguments"] == "{}"
    deltas = [choice["delta"] for choice in choices(chunks)]
    [[key, value]] = more.items()
    assert [delta[key] for delta in deltas[2:] if key in delta] == [value]


@pytest.mark.parametrize("key", ["service_tier", "system_fingerprint", "obfuscation"])
@pytest.mark.parametrize("delta", [{"annotations": []}, {"reasoning_content": "Hm."}, {"audio": {"id": "a"}}], ids=str)
def test_a_plain_client_gets_no_chunk_that_says_nothing_to_it(key: str, delta: Json) -> None:
    value = "default" if key == "service_tier" else "x"
    for number in (1, 2):
        silent = {**chunk(delta), key: value}
        chunks = fed("chat", "vtrix", None, *[FIRST] * (number - 1), silent, chunk({"content": "a"}), chunk({}, "stop"))
        contents = [choice["delta"] for choice in choices(chunks)]
        assert contents[-2:] == [{"content": "a"}, {}] and len(chunks) == number + 1


@pytest.mark.parametrize(
    "key", ["annotations", "audio", "reasoning_content", "reasoning", "reasoning_details", "refusal"]
)
def test_a_plain_client_knows_no_key_of_a_delta_but_text_and_call(key: str) -> None:
    value: Any = {"annotations": [], "audio": {"id": "a"}, "reasoning_details": []}.get(key, "Hm.")
    chunks = fed(
        "chat", "vtrix", None, FIRST, chunk({"content": "a", key: value}), chunk({key: value}), chunk({}, "stop")
    )
    assert {name for choice in choices(chunks) for name in choice["delta"]} <= {"role", "content", "function_call"}
    text = "".join(choice["delta"].get("content") or "" for choice in choices(chunks))
    assert text == ("a\n\nHm.Hm." if key == "refusal" else "a")


def test_a_plain_client_gets_text_and_refusals_apart_whichever_comes_next() -> None:
    pieces = [
        {"content": "a"},
        {"content": "b"},
        {"refusal": "c"},
        {"refusal": "d"},
        {"content": "e"},
        {"content": "f"},
    ]
    chunks = fed("chat", "vtrix", None, FIRST, *map(chunk, pieces), chunk({}, "stop"))
    said = [choice["delta"]["content"] for choice in choices(chunks) if choice["delta"].get("content")]
    assert said == ["a", "b", "\n\nc", "d", "\n\ne", "f"]


def test_a_plain_client_gets_no_logprobs_in_any_chunk() -> None:
    weighed = {"logprobs": {"content": [token("a")], "refusal": None}}
    chunks = [
        chunk({"role": "assistant", "content": ""}, logprobs=None),
        chunk({"content": "a"}, **weighed),
        chunk({"content": "b"}, logprobs=None),
        chunk({"content": "c"}, logprobs=None),
        chunk({}, "stop", logprobs=None),
    ]
    said = choices(fed("chat", "vtrix", None, *chunks))
    assert len(said) == 5 and all("logprobs" not in choice for choice in said)
    assert "".join(choice["delta"].get("content") or "" for choice in said) == "abc"


def test_a_client_of_functions_gets_the_first_of_interleaved_calls() -> None:
    """What the others say is nothing, and a chunk of it alone is none."""
    one = [opening(0, "f"), opening(1, "g"), piece('{"a":', 0), piece('{"b":', 1), piece("1}", 0), piece("2}", 1)]
    both = chunk({"tool_calls": [{"index": n, "function": {"arguments": " "}} for n in (0, 1)]})
    chunks = fed("chat", "vtrix", None, FIRST, *one, both, chunk({}, "tool_calls"))
    [call] = calls(chunks)
    assert (call["name"], call["arguments"]) == ("f", '{"a":1} ')
    assert all(choice["delta"] or choice["finish_reason"] for choice in choices(chunks))


def test_every_choice_has_a_call_of_its_own() -> None:
    def of(number: int, delta: Json, finish: str | None = None) -> Json:
        return chunk(delta, finish, number)

    entry = opening()["choices"][0]["delta"]
    chunks = fed(
        "chat",
        "vtrix",
        None,
        of(0, {"content": "a"}),
        of(1, entry),
        of(1, piece("{}")["choices"][0]["delta"]),
        of(0, {}, "stop"),
        of(1, {}, "tool_calls"),
    )
    said = [(choice["index"], choice["delta"], choice["finish_reason"]) for choice in choices(chunks)]
    assert said == [
        (0, {"content": "a"}, None),
        (1, {"function_call": {"name": "f", "arguments": ""}}, None),
        (1, {"function_call": {"arguments": "{}"}}, None),
        (0, {}, "stop"),
        (1, {}, "function_call"),
    ]


@pytest.mark.parametrize("request_", [TOOLS, CUSTOM], ids=["function", "custom"])
def test_a_call_of_an_upstream_of_functions_has_index_zero_one_id_and_its_kind(request_: Json) -> None:
    chunks = fed(
        "vtrix",
        "chat",
        request_,
        FIRST,
        old(name="f", arguments=""),
        old(arguments='{"input": "ls"}'),
        chunk({}, "function_call"),
    )
    entries = [entry for choice in choices(chunks) for entry in choice["delta"].get("tool_calls") or ()]
    kind, key = ("custom", "input") if request_ is CUSTOM else ("function", "arguments")
    first, rest = entries
    assert (first["index"], first["type"], first[kind]) == (0, kind, {"name": "f", key: ""})
    assert first["id"] and "id" not in rest and rest["index"] == 0
    assert rest[kind] == {key: "ls" if kind == "custom" else '{"input": "ls"}'}
    other = fed(
        "vtrix", "chat", request_, *({**each, "id": "chatcmpl-2"} for each in (FIRST, old(name="f", arguments="{")))
    )
    [entry] = choices(other)[1]["delta"]["tool_calls"]
    assert entry["id"] != first["id"], "ids of two answers differ"


def test_a_custom_tool_is_called_as_a_function_when_its_input_is_whole() -> None:
    inner = [{"name": "f", "input": "l"}, {"input": "s"}]
    entries = [{"index": 0, "id": "call_1", "type": "custom", "custom": inner[0]}, {"index": 0, "custom": inner[1]}]
    chunks = fed(
        "chat", "vtrix", None, FIRST, *(chunk({"tool_calls": [each]}) for each in entries), chunk({}, "tool_calls")
    )
    told = [choice["delta"]["function_call"] for choice in choices(chunks) if choice["delta"].get("function_call")]
    [call] = told
    assert (call["name"], json.loads(call["arguments"])) == ("f", {"input": "ls"})
    assert choices(chunks)[-1]["finish_reason"] == "function_call"
    assert all(each.keys() >= {"id", "object", "created", "model"} for each in chunks)
    assert {each["model"] for each in chunks} == {chunks[0]["model"]} and {each["id"] for each in chunks} == {
        HEAD["id"]
    }


def test_usage_and_frames_without_choices_pass_to_a_plain_client() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    counted = {**chunk({"annotations": []}), "usage": usage}
    alone = {**HEAD, "choices": [], "usage": usage}
    chunks = fed("chat", "vtrix", None, FIRST, chunk({"content": "a"}), counted, chunk({}, "stop"), alone)
    assert [each["usage"]["total_tokens"] for each in chunks if each.get("usage")] == [2, 2]


def test_text_beside_an_error_reaches_a_plain_client_before_it() -> None:
    broken = {**chunk({"content": "b"}, "stop"), "error": {"message": "Gone.", "code": "server_error"}}
    *said, last = fed("chat", "vtrix", None, FIRST, chunk({"content": "a"}), broken)
    told = [(choice["delta"].get("content"), choice["finish_reason"]) for choice in choices(said)]
    assert told[-2:] == [("a", None), ("b", None)]
    assert last["error"]["message"] == "Gone." and "choices" not in last


def test_two_choices_in_one_chunk_are_both_said() -> None:
    def both(*deltas: Json, finish: str | None = None) -> Json:
        told = [{"index": number, "delta": delta, "finish_reason": finish} for number, delta in enumerate(deltas)]
        return {**HEAD, "choices": told}

    texts = [both({"content": "a"}, {"content": "b"}), both({"content": "c"}, {"content": "d"})]
    ended = both({}, {}, finish="stop")
    for source, target, request in (("vtrix", "chat", TOOLS), ("chat", "vtrix", None), ("vtrix", "chat", None)):
        said = choices(fed(source, target, request, *texts, ended))
        told = [(choice["index"], choice["delta"].get("content")) for choice in said]
        assert told == [(0, "a"), (1, "b"), (0, "c"), (1, "d"), (0, None), (1, None)]


@pytest.mark.parametrize("finish", ["tool_calls", "stop"])
def test_an_end_on_every_chunk_is_told_in_the_words_of_the_client_each_time(finish: str) -> None:
    pieces = [chunk({"content": "a"}, finish) for _ in range(4)]
    assert {choice["finish_reason"] for choice in choices(fed("chat", "vtrix", None, *pieces))} == {"stop"}
    called = [old(name="f", arguments=""), *[chunk({"function_call": {"arguments": " "}}, "function_call")] * 4]
    said = choices(fed("vtrix", "chat", TOOLS, FIRST, *called))
    assert [choice["finish_reason"] for choice in said] == [None, None, *["tool_calls"] * 4]
    assert all("function_call" not in choice["delta"] for choice in said)


def test_what_a_choice_says_of_its_own_is_said_although_its_call_is_not() -> None:
    begun = [FIRST, opening(0), piece("{}", 0), opening(1, "g")]
    strange = chunk({"tool_calls": [{"index": 1, "function": {"arguments": "{}"}}]}, mood="calm")
    *_, last, _ = choices(fed("chat", "vtrix", None, *begun, strange, chunk({}, "tool_calls")))
    assert (last["delta"], last.get("mood")) == ({}, "calm")


OF_OLD: Json = {"model": "m", "messages": [{"role": "user", "content": "Hi."}], "functions": [{"name": "find"}]}


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["find", "find", "find"], "find"),
        (["fi", "nd", None], "find"),
        (["fi", "nd", "find"], "find"),
        ([None, "find", "find"], "find"),
    ],
    ids=str,
)
@pytest.mark.parametrize(("source", "target"), [("chat", "vtrix"), ("vtrix", "chat")])
def test_a_client_of_functions_gets_each_piece_of_a_name_once(
    source: str, target: str, names: list[str | None], told: str
) -> None:
    """Accumulators put the strings of `name` one behind the other (streaming.md 2)."""
    pieces = ["", "", '{"a"', ": 1}"] if "nd" in names else ["", "{", '"a"', ": 1}"]
    calls = [{"arguments": piece} for piece in pieces]
    for call, name in zip(calls, names, strict=False):
        call |= {"name": name} if name else {}
    given = [chunk({"function_call": call}) for call in calls]
    request = OF_OLD if target == "chat" else None
    chunks = fed(source, target, request, chunk({"role": "assistant"}), *given, chunk({}, "function_call"))
    found = [each["delta"]["function_call"] for each in choices(chunks) if each["delta"].get("function_call")]
    assert "".join(call.get("name") or "" for call in found) == told
    assert "".join(call.get("arguments") or "" for call in found) == "".join(pieces)


@pytest.mark.parametrize("arguments", ["", '{"input": "ls"}'])
@pytest.mark.parametrize("request_", [None, TOOLS, CUSTOM, FUNCTIONS], ids=["none", "tools", "custom", "functions"])
@pytest.mark.parametrize("route", [("vtrix", "chat"), ("chat", "vtrix"), ("openrouter-chat", "chat")], ids=str)
def test_an_upstream_that_finishes_twice_says_nothing_twice(
    route: tuple[str, str], request_: Json | None, arguments: str
) -> None:
    asked = request_ and {**request_, "model": "vtrix-gpt-5.3-codex"}
    said = [old(name="f", arguments="")] if route[0] == "vtrix" else [opening()]
    said += [old(arguments=arguments) if route[0] == "vtrix" else piece(arguments)]
    once, twice = (fed(*route, asked, FIRST, *said, *[chunk({}, "stop")] * times) for times in (1, 2))
    assert calls(twice) == calls(once)
