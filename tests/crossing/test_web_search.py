"""Web search, a tool on Responses and an option on Chat: mapping.md R2C-TOOL, C2R-REQ-SUB."""

from __future__ import annotations

from typing import Any

import pytest

import sdk
from saying import Json, Lost, request

ALWAYS = ("web_search_changed", "/tools/0", "degrading")
MAY = ("web_search_changed", "/web_search_options", "degrading")


def down(*tools: Json, **more: Any) -> tuple[Json, Lost]:
    model = {"model": "gpt-4o-search-preview", "input": "hi"}
    return request({**model, "tools": list(tools), **more}, "responses", "chat")


def up(options: Json) -> tuple[Json, Lost]:
    messages = [{"role": "user", "content": "hi"}]
    said, losses = request({"model": "m", "messages": messages, "web_search_options": options}, "chat", "responses")
    assert sdk.problems(said, "responses", "request") == []
    return said["tools"][0], losses


KINDS = ("web_search", "web_search_2025_08_26", "web_search_preview", "web_search_preview_2025_03_11")


@pytest.mark.parametrize("kind", KINDS)
def test_every_web_search_tool_is_an_option_of_search_models(kind: str) -> None:
    said, losses = down({"type": kind, "search_context_size": "low"})
    assert said["web_search_options"] == {"search_context_size": "low"}
    assert losses == [ALWAYS]
    assert sdk.problems(said, "chat", "request") == []


def test_a_research_model_is_no_search_model() -> None:
    said, losses = down({"type": "web_search"}, model="o4-mini-deep-research")
    assert "web_search_options" not in said
    assert ("tool_dropped", "/tools/0", "degrading") in losses


PLACE = {"type": "approximate", "city": "Graz", "country": None, "region": "Styria", "timezone": "Europe/Vienna"}
NESTED = {"city": "Graz", "region": "Styria", "timezone": "Europe/Vienna"}


def test_the_place_nests_under_approximate_without_its_nulls() -> None:
    said, losses = down({"type": "web_search", "user_location": PLACE})
    assert said["web_search_options"] == {"user_location": {"type": "approximate", "approximate": NESTED}}
    assert losses == [ALWAYS]


def test_the_place_loses_its_nesting_and_its_nulls_on_the_way_up() -> None:
    where = {"type": "approximate", "approximate": {**NESTED, "country": None}}
    assert up({"user_location": where}) == (
        {"type": "web_search", "user_location": {"type": "approximate", **NESTED}},
        [MAY],
    )


def test_a_place_that_says_nothing_keeps_its_shape() -> None:
    """C2R-REQ-SUB: `{type: approximate}` alone keeps Responses from assuming the United States."""
    said, _ = down({"type": "web_search", "user_location": {"type": "approximate"}})
    assert said["web_search_options"] == {"user_location": {"type": "approximate", "approximate": {}}}
    assert up({"user_location": {"type": "approximate", "approximate": {}}})[0] == {
        "type": "web_search",
        "user_location": {"type": "approximate"},
    }


@pytest.mark.parametrize("options", [{}, {"user_location": None, "search_context_size": None}], ids=["empty", "nulls"])
def test_empty_options_still_ask_for_a_search(options: Json) -> None:
    assert up(options) == ({"type": "web_search"}, [MAY])


STRANGE: list[tuple[Json, str]] = [
    ({"wibble": 1}, "/wibble"),
    ({"type": "web_search"}, "/type"),
    ({"user_location": {"type": "approximate", "wibble": 1}}, "/user_location/wibble"),
    (
        {"user_location": {"type": "approximate", "approximate": {"wibble": 1}}},
        "/user_location/approximate/wibble",
    ),
]


@pytest.mark.parametrize(("options", "path"), STRANGE, ids=[case[1] for case in STRANGE])
def test_unknown_keys_of_search_options_are_reported(options: Json, path: str) -> None:
    assert up(options)[1] == [MAY, ("unknown_field_dropped", f"/web_search_options{path}", "degrading")]


TOOL_KEYS: list[tuple[Json, Lost]] = [
    ({"filters": {"allowed_domains": ["x"]}}, [("search_filter_dropped", "/tools/0/filters", "breaking")]),
    ({"filters": {"allowed_domains": []}}, []),
    ({"filters": None}, []),
    ({"external_web_access": False}, [("search_filter_dropped", "/tools/0/external_web_access", "breaking")]),
    ({"external_web_access": True}, []),
    (
        {"type": "web_search_preview", "search_content_types": ["image"]},
        [("search_filter_dropped", "/tools/0/search_content_types", "degrading")],
    ),
    ({"wibble": 1}, [("unknown_field_dropped", "/tools/0/wibble", "degrading")]),
    (
        {"user_location": {"type": "approximate", "wibble": 1}},
        [("unknown_field_dropped", "/tools/0/user_location/wibble", "degrading")],
    ),
]


@pytest.mark.parametrize(("keys", "losses"), TOOL_KEYS, ids=[str(case[0]) for case in TOOL_KEYS])
def test_what_a_search_on_chat_cannot_say_is_reported(keys: Json, losses: Lost) -> None:
    assert down({"type": "web_search", **keys})[1] == [ALWAYS, *losses]


def test_a_second_search_tool_is_reported_and_the_first_holds() -> None:
    said, losses = down({"type": "web_search"}, {"type": "web_search_preview", "search_context_size": "high"})
    assert said["web_search_options"] == {}
    assert losses == [ALWAYS, ("tool_dropped", "/tools/1", "degrading")]


CHOICES: list[tuple[Any, Lost]] = [
    ("auto", [("tool_choice_dropped", "/tool_choice", "harmless")]),
    ("required", [("tool_choice_dropped", "/tool_choice", "harmless")]),
    ("none", [("web_search_changed", "/tool_choice", "degrading")]),
    ({"type": "web_search_preview"}, []),
    ({"type": "function", "name": "f"}, [("forced_tool_dropped", "/tool_choice", "breaking")]),
]


@pytest.mark.parametrize(("choice", "losses"), CHOICES, ids=str)
def test_a_choice_beside_search_alone_is_never_sent_and_judged_by_what_it_wanted(choice: Any, losses: Lost) -> None:
    """A search model searches on every request, so a forced search is what it does anyway."""
    said, found = down({"type": "web_search"}, tool_choice=choice)
    assert "tool_choice" not in said
    assert found == [ALWAYS, *losses]
