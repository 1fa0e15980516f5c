"""Clients written after "Definition: GPT-5.3-Codex": profiles.md section 6."""

from __future__ import annotations

import pytest

from respeak import InvalidPayload, Options, UnknownDialect, translate_request
from saying import Json, Lost, refused, request

CHAT: Json = {"model": "gpt-5.3-codex", "messages": [{"role": "user", "content": "hi"}]}
FUNCTION: Json = {"type": "function", "function": {"name": "f"}}


def but_for_the_model(losses: Lost) -> Lost:
    """Losses without the remark that OpenAI serves codex models on Responses only."""
    return [loss for loss in losses if loss[0] != "model_not_served"]


@pytest.mark.parametrize(("target", "name"), [("chat", "messages"), ("responses", "input")])
def test_the_guides_system_prompt_is_the_first_developer_message(target: str, name: str) -> None:
    payload = {"model": "gpt-5.3-codex", "system_prompt": "S", "messages": [{"role": "system", "content": "T"}]}
    said, losses = request(payload, "codex-guide", target)
    assert said[name] == [{"role": "developer", "content": "S"}, {"role": "system", "content": "T"}]
    assert but_for_the_model(losses) == [("system_prompt_moved", "/system_prompt", "harmless")]


def test_the_guides_limit_goes_under_its_current_name() -> None:
    payload = {**CHAT, "max_tokens": 9000}
    assert request(payload, "codex-guide", "chat")[0]["max_completion_tokens"] == 9000
    assert request(payload, "codex-guide", "responses")[0]["max_output_tokens"] == 9000
    assert request(payload, "codex-guide", "vtrix")[0]["max_tokens"] == 9000


def test_the_guides_tools_are_said_as_responses_knows_them() -> None:
    tools = [{"type": "code_interpreter"}, {"type": "web_browser"}]
    said, losses = request({**CHAT, "tools": tools}, "codex-guide", "responses")
    assert said["tools"] == [{"type": "code_interpreter", "container": {"type": "auto"}}, {"type": "web_search"}]
    assert losses == [("tool_replaced", f"/tools/{i}", "degrading") for i in range(2)]
    said, losses = request({**CHAT, "tools": tools}, "codex-guide", "chat")
    assert not said.get("tools")
    assert but_for_the_model(losses) == [("tool_dropped", f"/tools/{i}", "degrading") for i in range(2)]


def test_the_guides_approval_means_nothing_and_is_reported() -> None:
    losses = request({**CHAT, "tool_use_approval": True}, "codex-guide", "chat")[1]
    assert but_for_the_model(losses) == [("approval_dropped", "/tool_use_approval", "degrading")]


def test_reasoning_models_take_no_temperature_from_the_guide() -> None:
    """Bug class 110."""
    said, losses = request({**CHAT, "temperature": 0.2}, "codex-guide", "responses")
    assert "temperature" not in said
    assert losses == [("temperature_dropped", "/temperature", "degrading")]
    assert request({**CHAT, "model": "gpt-4o", "temperature": 0.2}, "codex-guide", "responses")[0]["temperature"] == 0.2


def test_no_temperature_is_one_loss_whatever_the_target_would_say_of_it() -> None:
    said, losses = request({**CHAT, "temperature": 0.2}, "codex-guide", "aimlapi")
    assert "temperature" not in said
    assert losses == [("temperature_dropped", "/temperature", "degrading")]
    assert request({**CHAT, "temperature": 1}, "codex-guide", "vtrix")[1] == []


@pytest.mark.parametrize("target", ["chat", "openrouter-chat", "vtrix", "responses", "aimlapi"])
def test_two_limits_of_the_guide_are_refused(target: str) -> None:
    payload = {**CHAT, "max_tokens": 20, "max_completion_tokens": 30}
    assert refused(payload, "codex-guide", target) == ("two_limits", "/max_tokens")


def test_the_guides_bound_on_tokens_is_not_enforced_and_the_floor_of_responses_is() -> None:
    said, losses = request({**CHAT, "max_tokens": 3}, "codex-guide", "responses")
    assert said["max_output_tokens"] == 16
    assert losses == [("output_limit_raised", "/max_tokens", "degrading")]


def test_an_empty_system_prompt_and_an_approval_that_is_off_say_nothing() -> None:
    payload = {**CHAT, "system_prompt": "", "tool_use_approval": False}
    assert request(payload, "codex-guide", "vtrix") == ({**CHAT, "model": "vtrix-gpt-5.3-codex"}, [])


FORCED: list[tuple[Json, Json, Lost]] = [
    (
        {"tool_choice": "auto", "parallel_tool_calls": True},
        {},
        [
            ("tool_choice_dropped", "/tool_choice", "harmless"),
            ("parallel_tool_calls_dropped", "/parallel_tool_calls", "harmless"),
        ],
    ),
    ({"tool_choice": "required"}, {}, [("forced_tool_dropped", "/tool_choice", "breaking")]),
    ({"tool_choice": {"type": "code_interpreter"}}, {}, [("forced_tool_dropped", "/tool_choice", "breaking")]),
]


@pytest.mark.parametrize(("field", "said", "losses"), FORCED, ids=lambda value: str(value)[:40])
def test_a_choice_does_not_outlive_the_tools_that_chat_lacks(field: Json, said: Json, losses: Lost) -> None:
    payload = {**CHAT, "tools": [{"type": "code_interpreter"}], **field}
    given, found = request(payload, "codex-guide", "openrouter-chat")
    assert given == {**CHAT, "model": "openai/gpt-5.3-codex", **said}
    assert found == [("tool_dropped", "/tools/0", "degrading"), *losses]


def test_real_tools_of_the_guide_pass_beside_invented_ones() -> None:
    payload = {**CHAT, "tools": [{"type": "web_browser"}, FUNCTION], "tool_choice": "required"}
    said, losses = request(payload, "codex-guide", "openrouter-chat")
    assert (said["tools"], said["tool_choice"]) == ([FUNCTION], "required")
    assert losses == [("tool_dropped", "/tools/0", "degrading")]


@pytest.mark.parametrize(("tools", "why"), [([], "no tool remains"), ([FUNCTION], "Chat does not have")])
def test_a_choice_that_cannot_be_kept_is_told_as_it_is(tools: list[Json], why: str) -> None:
    payload = {**CHAT, "tools": [{"type": "web_browser"}, *tools], "tool_choice": {"type": "web_browser"}}
    for target in ("openrouter-chat", "vtrix"):
        found = translate_request(payload, source="codex-guide", target=target, tolerate="breaking").losses
        assert [why in loss.message for loss in found] == [False, True]


@pytest.mark.parametrize("kind", ["code_interpreter", "web_browser"])
@pytest.mark.parametrize("target", ["openrouter-chat", "vtrix", "aimlapi"])
def test_a_tool_that_is_left_out_is_one_loss(kind: str, target: str) -> None:
    said, losses = request({**CHAT, "tools": [{"type": kind}]}, "codex-guide", target)
    assert "tools" not in said and "functions" not in said
    assert losses == [("tool_dropped", "/tools/0", "degrading")]


def test_a_function_of_the_name_of_a_forced_tool_is_not_that_tool() -> None:
    function = {"type": "function", "function": {"name": "code_interpreter"}}
    payload = {**CHAT, "tools": [function], "tool_choice": {"type": "code_interpreter"}}
    said, losses = request(payload, "codex-guide", "responses")
    assert "tool_choice" not in said
    assert losses == [("forced_tool_dropped", "/tool_choice", "breaking")]


@pytest.mark.parametrize("place", ["choice", "entry"])
def test_what_a_choice_of_a_tool_says_beyond_its_type_is_reported(place: str) -> None:
    odd = {"type": "code_interpreter", "container": "c"}
    allowed = {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [odd]}}
    payload = {**CHAT, "tools": [{"type": "code_interpreter"}], "tool_choice": odd if place == "choice" else allowed}
    at = "/tool_choice" if place == "choice" else "/tool_choice/allowed_tools/tools/0"
    losses = request(payload, "codex-guide", "responses")[1]
    assert losses[1:] == [("unknown_field_dropped", f"{at}/container", "degrading")]


def test_hoisting_leaves_nothing_of_the_guide_behind() -> None:
    payload = {**CHAT, "messages": [], "system_prompt": "S"}
    options = Options(hoist_instructions=True)
    assert refused(payload, "codex-guide", "responses", options=options) == ("no_messages", "/messages")


def test_the_guide_is_a_source_and_never_a_target() -> None:
    with pytest.raises(UnknownDialect):
        translate_request(CHAT, source="chat", target="codex-guide")


def test_a_system_prompt_is_a_string() -> None:
    with pytest.raises(InvalidPayload) as error:
        translate_request({**CHAT, "system_prompt": 5}, source="codex-guide", target="chat")
    assert error.value.violations[0].path == "/system_prompt"


def test_standard_fields_of_the_guide_go_through_as_they_are() -> None:
    fields: Json = {
        "frequency_penalty": 1,
        "logit_bias": {"1": 1},
        "logprobs": True,
        "metadata": {"a": "b"},
        "n": 2,
        "presence_penalty": 1,
        "reasoning_effort": "high",
        "response_format": {"type": "json_object"},
        "seed": 1,
        "service_tier": "flex",
        "stop": ["x"],
        "store": True,
        "stream": True,
        "stream_options": {"include_usage": True},
        "top_logprobs": 2,
        "top_p": 0.5,
        "user": "u",
        "verbosity": "low",
        "web_search_options": {},
        "wibble": None,
    }
    said = request({**CHAT, **fields}, "codex-guide", "openrouter-chat")
    assert said == ({**CHAT, **fields, "model": "openai/gpt-5.3-codex"}, [])
