"""Tools and tool_choice: mapping.md 5.1 to 5.4."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from saying import Json, Lost, refused, request

CLOSED: Json = {
    "type": "object",
    "properties": {"q": {"type": "string"}},
    "required": ["q"],
    "additionalProperties": False,
}
OPEN: Json = {"type": "object", "properties": {"q": {"type": "string"}}}


def down(tools: list[Any], model: str = "gpt-4o", **more: Any) -> tuple[Json, Lost]:
    return request({"model": model, "input": "hi", "tools": tools, **more}, "responses", "chat")


def up(**more: Any) -> tuple[Json, Lost]:
    return request({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], **more}, "chat", "responses")


def function(name: str = "f", **more: Any) -> Json:
    return {"type": "function", "name": name, "parameters": OPEN, "strict": False, **more}


def chat_function(name: str = "f", **more: Any) -> Json:
    return {"type": "function", "function": {"name": name, "parameters": OPEN, "strict": False, **more}}


@pytest.mark.parametrize("strict", [True, False])
def test_an_explicit_strict_is_copied_both_ways(strict: bool) -> None:
    said, losses = down([function(strict=strict, description="d")])
    assert said["tools"] == [chat_function(strict=strict, description="d")]
    assert losses == []
    said, losses = up(tools=[chat_function(strict=strict, description="d")])
    assert said["tools"] == [function(strict=strict, description="d")]
    assert losses == []


@pytest.mark.parametrize("absent", [{}, {"strict": None}], ids=["absent", "null"])
@pytest.mark.parametrize(("schema", "strict", "severity"), [(CLOSED, True, "harmless"), (OPEN, False, "degrading")])
def test_strict_that_responses_leaves_open_is_decided_by_the_schema(
    absent: Json, schema: Json, strict: bool, severity: str
) -> None:
    """Bug classes 48 and 49: never null, always explicit."""
    tool = {"type": "function", "name": "f", "parameters": schema, **absent}
    said, losses = down([tool])
    assert said["tools"][0]["function"]["strict"] is strict
    assert losses == [("strict_assumed", "/tools/0", severity)]


@pytest.mark.parametrize("given", [{}, {"strict": None}], ids=["absent", "null"])
def test_strict_that_chat_leaves_out_is_false_on_responses(given: Json) -> None:
    said, losses = up(tools=[{"type": "function", "function": {"name": "f", "parameters": OPEN, **given}}])
    assert said["tools"] == [function()]
    assert losses == []


def test_parameters_that_chat_leaves_out_are_an_empty_object() -> None:
    said, _ = up(tools=[{"type": "function", "function": {"name": "f"}}])
    assert said["tools"][0]["parameters"] == {"type": "object", "properties": {}}


def test_null_parameters_are_left_out_on_chat() -> None:
    said, _ = down([function(parameters=None)])
    assert said["tools"][0]["function"] == {"name": "f", "strict": False}


EXTRAS = [
    ({"output_schema": {"type": "object"}}, ("output_schema_dropped", "/tools/0/output_schema", "harmless")),
    ({"defer_loading": True}, ("tool_loaded_at_once", "/tools/0/defer_loading", "harmless")),
    ({"allowed_callers": ["programmatic"]}, ("caller_dropped", "/tools/0/allowed_callers", "degrading")),
    ({"allowed_callers": ["direct", "programmatic"]}, ("caller_dropped", "/tools/0/allowed_callers", "harmless")),
    ({"async": True}, ("async_dropped", "/tools/0/async", "degrading")),
    ({"wibble": 0}, ("unknown_field_dropped", "/tools/0/wibble", "degrading")),
]


@pytest.mark.parametrize(("extra", "loss"), EXTRAS, ids=[str(case[0]) for case in EXTRAS])
def test_what_chat_functions_cannot_say_is_reported(extra: Json, loss: tuple[str, str, str]) -> None:
    said, losses = down([function(**extra)])
    assert said["tools"] == [chat_function()]
    assert losses == [loss]


@pytest.mark.parametrize(
    "extra", [{"defer_loading": False}, {"allowed_callers": ["direct"]}, {"async": False}], ids=str
)
def test_what_chat_assumes_of_functions_is_no_loss(extra: Json) -> None:
    assert down([function(**extra)])[1] == []


GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": "start: /a/"}
CHAT_GRAMMAR = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: /a/"}}


@pytest.mark.parametrize(
    ("flat", "nested"), [(GRAMMAR, CHAT_GRAMMAR), ({"type": "text"}, {"type": "text"})], ids=["grammar", "text"]
)
def test_a_custom_tool_goes_both_ways_with_its_format(flat: Json, nested: Json) -> None:
    """Bug classes 39 and 41."""
    tool = {"type": "custom", "name": "patch", "description": "d", "format": flat}
    chat_tool = {"type": "custom", "custom": {"name": "patch", "description": "d", "format": nested}}
    assert down([tool])[0]["tools"] == [chat_tool]
    assert up(tools=[chat_tool]) == ({**up()[0], "tools": [tool]}, [])


HOSTED = (
    {"type": "file_search", "vector_store_ids": ["vs"]},
    {"type": "code_interpreter", "container": {"type": "auto"}},
    {"type": "image_generation"},
    {"type": "mcp", "server_label": "s", "server_url": "https://x"},
    {"type": "computer"},
    {"type": "computer_use_preview", "environment": "linux", "display_width": 1, "display_height": 1},
    {"type": "tool_search"},
    {"type": "tool_search", "execution": "client"},
    {"type": "programmatic_tool_calling"},
    {"type": "web_search"},
    {"type": "web_search_preview"},
    {"type": "shell", "environment": {"type": "container_auto"}},
    {"type": "hologram"},
)


@pytest.mark.parametrize("tool", HOSTED, ids=lambda tool: tool["type"])
def test_a_hosted_tool_that_is_only_offered_costs_one_tool(tool: Json) -> None:
    """Bug class 43."""
    said, losses = down([function(), tool])
    assert said["tools"] == [chat_function()]
    assert losses == [("tool_dropped", "/tools/1", "degrading")]


@pytest.mark.parametrize("tool", HOSTED[:-1], ids=lambda tool: tool["type"])
def test_what_a_documented_hosted_tool_was_is_said(tool: Json) -> None:
    said = respeak.translate_request({"model": "m", "input": "x", "tools": [tool]}, source="responses", target="chat")
    assert [loss.message for loss in said.losses if "type of tool" in loss.message] == []


def test_web_search_on_a_search_model_is_an_option_of_the_request() -> None:
    tool = {
        "type": "web_search",
        "search_context_size": "high",
        "user_location": {"type": "approximate", "city": "Graz", "country": None},
    }
    said, losses = down([tool], model="gpt-4o-search-preview")
    where = {"type": "approximate", "approximate": {"city": "Graz"}}
    assert said["web_search_options"] == {"search_context_size": "high", "user_location": where}
    assert "tools" not in said
    assert losses == [("web_search_changed", "/tools/0", "degrading")]


SEARCH_LOSSES = [
    ({"filters": {"allowed_domains": ["x"]}}, ("search_filter_dropped", "/tools/0/filters", "breaking")),
    ({"external_web_access": False}, ("search_filter_dropped", "/tools/0/external_web_access", "breaking")),
]


@pytest.mark.parametrize(("extra", "loss"), SEARCH_LOSSES, ids=["filters", "offline"])
def test_a_filtered_search_means_something_else_on_chat(extra: Json, loss: tuple[str, str, str]) -> None:
    assert loss in down([{"type": "web_search", **extra}], model="gpt-5-search-api")[1]


@pytest.mark.parametrize("kind", ["local_shell", "shell", "apply_patch"])
def test_client_executed_tools_are_offered_as_functions(kind: str) -> None:
    said, losses = down([{"type": kind}])
    [tool] = said["tools"]
    assert (tool["type"], tool["function"]["name"]) == ("function", kind)
    assert tool["function"]["parameters"]["type"] == "object"
    assert losses == [("tool_bridged", "/tools/0", "degrading")]


def test_a_namespace_is_flattened_member_by_member() -> None:
    """Bug classes 44 and 45."""
    tool = {
        "type": "namespace",
        "name": "mcp__github",
        "description": "GitHub",
        "tools": [function("issues"), {"type": "custom", "name": "query"}],
    }
    said, losses = down([tool])
    names = [entry[entry["type"]]["name"] for entry in said["tools"]]
    assert names == ["mcp__github__issues", "mcp__github__query"]
    assert losses == [
        ("namespace_flattened", "/tools/0", "harmless"),
        ("description_dropped", "/tools/0/description", "degrading"),
    ]


def test_a_name_beyond_64_characters_is_shortened_and_stays_distinct() -> None:
    long = [function("n" * 70 + end) for end in "ab"]
    said, _ = down([{"type": "namespace", "name": "ns", "tools": long}])
    names = [entry["function"]["name"] for entry in said["tools"]]
    assert len(set(names)) == 2
    assert all(len(name) == 64 for name in names)


def test_a_tool_with_an_empty_name_is_refused_with_its_index() -> None:
    """Bug class 36."""
    payload: Json = {"model": "m", "input": "hi", "tools": [function(), function("")]}
    assert refused(payload, "responses", "chat") == ("tool_without_name", "/tools/1")
    payload = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [chat_function("")]}
    assert refused(payload, "chat", "responses") == ("tool_without_name", "/tools/0")


def test_legacy_functions_become_tools_with_strict_off() -> None:
    said, losses = up(functions=[{"name": "f", "description": "d"}], function_call={"name": "f"})
    assert said["tools"] == [
        {
            "type": "function",
            "name": "f",
            "description": "d",
            "strict": False,
            "parameters": {"type": "object", "properties": {}},
        }
    ]
    assert said["tool_choice"] == {"type": "function", "name": "f"}
    assert losses == []
    assert up(functions=[{"name": "f"}], function_call="none")[0]["tool_choice"] == "none"


CHOICES: list[tuple[Any, Any]] = [
    ("none", "none"),
    ("auto", "auto"),
    ("required", "required"),
    ({"type": "function", "name": "f"}, {"type": "function", "function": {"name": "f"}}),
    ({"type": "custom", "name": "patch"}, {"type": "custom", "custom": {"name": "patch"}}),
    (
        {
            "type": "allowed_tools",
            "mode": "auto",
            "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "p"}],
        },
        {
            "type": "allowed_tools",
            "allowed_tools": {
                "mode": "auto",
                "tools": [{"type": "function", "function": {"name": "f"}}, {"type": "custom", "custom": {"name": "p"}}],
            },
        },
    ),
]


@pytest.mark.parametrize(("flat", "nested"), CHOICES, ids=str)
def test_each_tool_choice_that_both_know_goes_both_ways(flat: Any, nested: Any) -> None:
    """Bug classes 46 and 47."""
    patch = {"name": "patch"}
    said, losses = down([function(), {"type": "custom", **patch}], tool_choice=flat)
    assert (said["tool_choice"], losses) == (nested, [])
    said, losses = up(tools=[chat_function(), {"type": "custom", "custom": patch}], tool_choice=nested)
    assert (said["tool_choice"], losses) == (flat, [])


FORCED = (
    "file_search",
    "web_search_preview",
    "web_search_preview_2025_03_11",
    "computer",
    "computer_use_preview",
    "computer_use",
    "image_generation",
    "code_interpreter",
    "programmatic_tool_calling",
)


@pytest.mark.parametrize("kind", FORCED)
def test_forcing_a_tool_that_chat_does_not_have_is_breaking(kind: str) -> None:
    said, losses = down([function()], tool_choice={"type": kind})
    assert "tool_choice" not in said
    assert losses == [("forced_tool_dropped", "/tool_choice", "breaking")]
    mcp = down([function()], tool_choice={"type": "mcp", "server_label": "s"})
    assert mcp[1] == [("forced_tool_dropped", "/tool_choice", "breaking")]


def test_forcing_a_search_is_moot_on_a_search_model() -> None:
    choice = {"type": "web_search_preview"}
    said, losses = down([{"type": "web_search_preview"}], "gpt-4o-search-preview", tool_choice=choice)
    assert "tool_choice" not in said
    assert losses == [("web_search_changed", "/tools/0", "degrading")]


@pytest.mark.parametrize("kind", ["shell", "apply_patch"])
def test_forcing_a_bridged_tool_names_its_function(kind: str) -> None:
    said, _ = down([{"type": kind}], tool_choice={"type": kind})
    assert said["tool_choice"] == {"type": "function", "function": {"name": kind}}


def test_hosted_tools_leave_the_allowed_list_and_an_empty_one_is_refused() -> None:
    mixed = {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [{"type": "image_generation"}, {"type": "function", "name": "f"}],
    }
    said, losses = down([function()], tool_choice=mixed)
    assert said["tool_choice"]["allowed_tools"]["tools"] == [{"type": "function", "function": {"name": "f"}}]
    assert losses == [("tool_dropped", "/tool_choice/tools/0", "degrading")]
    only = {**mixed, "tools": [{"type": "image_generation"}]}
    payload = {"model": "m", "input": "hi", "tools": [function()], "tool_choice": only}
    assert refused(payload, "responses", "chat") == ("no_tool_allowed", "/tool_choice")


def test_a_choice_that_nobody_knows_is_breaking() -> None:
    assert up(tools=[chat_function()], tool_choice="any")[1] == [("tool_choice_dropped", "/tool_choice", "breaking")]
    strange = {"type": "hologram"}
    assert up(tools=[chat_function()], tool_choice=strange)[1] == [("tool_choice_dropped", "/tool_choice", "breaking")]


def test_unknown_keys_of_a_choice_are_reported() -> None:
    choice = {"type": "function", "name": "f", "wibble": 1}
    assert down([function()], tool_choice=choice)[1] == [("unknown_field_dropped", "/tool_choice/wibble", "degrading")]
    choice = {"type": "function", "function": {"name": "f", "wibble": 1}, "more": 2}
    assert sorted(loss[1] for loss in up(tools=[chat_function()], tool_choice=choice)[1]) == [
        "/tool_choice/function/wibble",
        "/tool_choice/more",
    ]
