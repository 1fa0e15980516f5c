"""tool_choice in all its forms: mapping.md R2C-CHOICE and C2R-CHOICE."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from saying import Json, Lost, refused, request

F: Json = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False}
CHAT_F: Json = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": False}}
UNKNOWN = "unknown_field_dropped"


def down(choice: Any, tools: list[Json] | None = None, **more: Any) -> tuple[Any, Lost]:
    payload = {"model": "gpt-4o", "input": "hi", "tools": [F] if tools is None else tools, "tool_choice": choice}
    said, losses = request(payload, "responses", "chat", **more)
    return said.get("tool_choice"), losses


def up(choice: Any, **more: Any) -> tuple[Any, Lost]:
    payload = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [CHAT_F], "tool_choice": choice}
    said, losses = request({**payload, **more}, "chat", "responses")
    return said.get("tool_choice"), losses


def allowed(*entries: Json, **more: Any) -> Json:
    return {"type": "allowed_tools", "mode": "auto", "tools": list(entries), **more}


def chat_allowed(*entries: Json, **more: Any) -> Json:
    return {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": list(entries), **more}}


NAMED: Json = {"type": "function", "name": "f"}
CHAT_NAMED: Json = {"type": "function", "function": {"name": "f"}}

STRANGE_DOWN: list[tuple[Json, str]] = [
    ({**NAMED, "wibble": 1}, "/tool_choice/wibble"),
    ({**NAMED, "mode": "auto"}, "/tool_choice/mode"),
    ({**NAMED, "tools": [1]}, "/tool_choice/tools"),
    (allowed(NAMED, wibble=1), "/tool_choice/wibble"),
    (allowed({**NAMED, "wibble": 1}), "/tool_choice/tools/0/wibble"),
]


@pytest.mark.parametrize(("choice", "path"), STRANGE_DOWN, ids=[case[1] for case in STRANGE_DOWN])
def test_a_key_that_no_form_has_is_reported_on_the_way_down(choice: Json, path: str) -> None:
    assert down(choice)[1] == [(UNKNOWN, path, "degrading")]


STRANGE_UP: list[tuple[Json, str]] = [
    ({**CHAT_NAMED, "wibble": 1}, "/tool_choice/wibble"),
    ({**CHAT_NAMED, "name": "f"}, "/tool_choice/name"),
    ({"type": "function", "function": {"name": "f", "strict": True}}, "/tool_choice/function/strict"),
    ({**chat_allowed(CHAT_NAMED), "wibble": 1}, "/tool_choice/wibble"),
    (chat_allowed(CHAT_NAMED, wibble=1), "/tool_choice/allowed_tools/wibble"),
    (chat_allowed({**CHAT_NAMED, "wibble": 1}), "/tool_choice/allowed_tools/tools/0/wibble"),
    (
        chat_allowed({"type": "function", "function": {"name": "f", "wibble": 1}}),
        "/tool_choice/allowed_tools/tools/0/function/wibble",
    ),
]


@pytest.mark.parametrize(("choice", "path"), STRANGE_UP, ids=[case[1] for case in STRANGE_UP])
def test_a_key_that_no_form_has_is_reported_on_the_way_up(choice: Json, path: str) -> None:
    said, losses = up(choice)
    assert said in (NAMED, allowed(NAMED))
    assert losses == [(UNKNOWN, path, "degrading")]


def test_null_keys_of_a_choice_are_no_loss_and_never_sent() -> None:
    assert down({**NAMED, "namespace": None, "wibble": None}) == (CHAT_NAMED, [])
    assert up({**CHAT_NAMED, "custom": None}) == (NAMED, [])


def test_the_function_of_a_namespace_is_chosen_by_its_flat_name() -> None:
    """Bug class 46: the name is never lost on the way."""
    tools = [{"type": "namespace", "name": "ns", "tools": [F]}]
    said, losses = down({**NAMED, "namespace": "ns"}, tools)
    assert said == {"type": "function", "function": {"name": "ns__f"}}
    assert ("namespace_flattened", "/tool_choice/namespace", "harmless") in losses


NAMELESS: list[Json] = [{"type": "function"}, {"type": "function", "name": None}, {"type": "function", "name": 1}]


@pytest.mark.parametrize("entry", NAMELESS, ids=str)
def test_an_entry_without_a_name_leaves_the_allowed_list(entry: Json) -> None:
    assert down(allowed(entry, NAMED)) == (
        chat_allowed(CHAT_NAMED),
        [("tool_dropped", "/tool_choice/tools/0", "degrading")],
    )


FOREIGN: list[Json] = [
    {"type": "mcp", "server_label": "s"},
    {"type": "function"},
    {"type": "function", "function": None},
    {"type": "function", "function": {"name": None}},
    {"type": ["function"]},
    {},
]


@pytest.mark.parametrize("entry", FOREIGN, ids=str)
def test_a_chat_entry_that_names_no_tool_leaves_the_allowed_list(entry: Json) -> None:
    place = "/tool_choice/allowed_tools/tools/0"
    assert up(chat_allowed(entry, CHAT_NAMED)) == (allowed(NAMED), [("tool_dropped", place, "degrading")])


def test_an_allowed_list_of_which_nothing_is_left_is_refused_both_ways() -> None:
    payload: Json = {"model": "m", "input": "hi", "tools": [F], "tool_choice": allowed({"type": "file_search"})}
    assert refused(payload, "responses", "chat") == ("no_tool_allowed", "/tool_choice")
    payload = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [CHAT_F]}
    assert refused({**payload, "tool_choice": chat_allowed({"type": "mcp"})}, "chat", "responses") == (
        "no_tool_allowed",
        "/tool_choice",
    )


@pytest.mark.parametrize("kind", ["shell", "apply_patch", "local_shell"])
def test_a_bridged_tool_may_stand_in_the_allowed_list(kind: str) -> None:
    said, losses = down(allowed({"type": kind}), [{"type": kind}])
    assert said == chat_allowed({"type": "function", "function": {"name": kind}})
    assert losses == [("tool_bridged", "/tools/0", "degrading")]


def test_a_bridged_tool_that_is_not_offered_cannot_be_forced() -> None:
    """The shell of a container is no function of the client, so no function stands for it."""
    container = {"type": "shell", "environment": {"type": "container_auto"}}
    said, losses = down({"type": "shell"}, [F, container])
    assert said is None
    assert losses == [("tool_dropped", "/tools/1", "degrading"), ("forced_tool_dropped", "/tool_choice", "breaking")]
    said, losses = down({"type": "shell"}, [F, {"type": "shell"}], options=respeak.Options(bridge=False))
    assert said is None
    assert losses == [("tool_dropped", "/tools/1", "degrading"), ("forced_tool_dropped", "/tool_choice", "breaking")]
    assert down(allowed({"type": "shell"}, NAMED), [F, container]) == (
        chat_allowed(CHAT_NAMED),
        [("tool_dropped", "/tools/1", "degrading"), ("tool_dropped", "/tool_choice/tools/0", "degrading")],
    )


LEGACY: list[tuple[Any, Any, Lost]] = [
    ("none", "none", []),
    ("auto", "auto", []),
    ({"name": "f"}, NAMED, []),
    ({"name": "f", "wibble": 1}, NAMED, [(UNKNOWN, "/function_call/wibble", "degrading")]),
]


@pytest.mark.parametrize(("choice", "said", "losses"), LEGACY, ids=str)
def test_a_legacy_function_call_is_a_tool_choice(choice: Any, said: Any, losses: Lost) -> None:
    payload = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "functions": [{"name": "f"}]}
    translated, found = request({**payload, "function_call": choice}, "chat", "responses")
    assert (translated["tool_choice"], found) == (said, losses)


def test_function_call_beside_tool_choice_is_refused() -> None:
    payload: Json = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [CHAT_F]}
    both = {"tool_choice": "auto", "function_call": {"name": "f"}}
    assert refused({**payload, **both}, "chat", "responses") == ("functions_and_tools", "/function_call")
    assert request({**payload, "tool_choice": None, "function_call": "auto"}, "chat", "responses")[1] == []


@pytest.mark.parametrize("word", ["any", "AUTO", ""])
def test_a_word_that_nobody_knows_is_breaking_and_never_forwarded(word: str) -> None:
    assert up(word) == (None, [("tool_choice_dropped", "/tool_choice", "breaking")])


def test_a_word_that_nobody_knows_is_malformed_on_responses() -> None:
    with pytest.raises(respeak.InvalidPayload):
        down("any")
