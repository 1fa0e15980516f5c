"""Responses answers to Chat answers: mapping.md R2C-RESP, R2C-OUT, 10.1 and 10.2."""

from __future__ import annotations

from typing import Any

import pytest
from openai.types.chat import ChatCompletion

import respeak
import sdk
from respeak import Options
from saying import Json, Lost, response

HEAD: Json = {"id": "resp_1", "object": "response", "created_at": 1700000000, "status": "completed", "model": "gpt-4o"}


def down(
    *output: Json, target: str = "chat", options: Any = None, request: Any = None, **more: Any
) -> tuple[Json, Lost]:
    """The answer said downwards; it must be one of the official SDK."""
    payload = {**HEAD, "output": list(output), **more}
    said, losses = response(payload, "responses", target, options=options, request=request)
    ChatCompletion.model_validate(said)
    assert sdk.problems(said, "chat", "response") == []
    return said, losses


def text(value: str, **more: Any) -> Json:
    part = {"type": "output_text", "text": value, "annotations": []}
    return {"type": "message", "role": "assistant", "status": "completed", "content": [part], **more}


def refusal(value: str) -> Json:
    return {**text(""), "content": [{"type": "refusal", "refusal": value}]}


def call(arguments: str = "{}", call_id: str = "call_1", **more: Any) -> Json:
    return {"type": "function_call", "call_id": call_id, "name": "f", "arguments": arguments, **more}


def message(said: Json) -> Json:
    [choice] = said["choices"]
    found: Json = choice["message"]
    return found


# R2C-RESP -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("metadata", [None, {}])
def test_metadata_that_says_nothing_is_left_out(metadata: Any) -> None:
    said, losses = down(text("a"), metadata=metadata)
    assert "metadata" not in said
    assert losses == []


def test_the_time_is_whole_seconds_and_the_id_can_be_turned_back() -> None:
    said, _ = down(text("a"), created_at=1700000000.9, id="resp_abc")
    assert (said["created"], said["id"]) == (1700000000, "chatcmpl-abc")


def test_the_ultrafast_tier_is_left_out() -> None:
    said, losses = down(text("a"), service_tier="ultrafast")
    assert "service_tier" not in said
    assert losses == [("service_tier_dropped", "/service_tier", "harmless")]


NEUTRAL: Json = {
    "instructions": None,
    "tools": [],
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "temperature": 1.0,
    "top_p": 1.0,
    "top_logprobs": 0,
    "text": {"format": {"type": "text"}},
    "reasoning": {"effort": None, "summary": None},
    "truncation": "disabled",
    "background": False,
    "user": None,
}


@pytest.mark.parametrize("name", NEUTRAL)
def test_an_echo_of_what_nobody_asked_is_no_loss(name: str) -> None:
    assert down(text("a"), **{name: NEUTRAL[name]})[1] == []


REPORTS = ["input_transformations", "prompt_cache_diagnostics"]


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_for_the_log_is_a_harmless_loss(name: str) -> None:
    value: Any = [{"type": "reasoning"}] if name == "input_transformations" else {"type": "cache_hit"}
    assert down(text("a"), **{name: value})[1] == [("report_dropped", f"/{name}", "harmless")]


def test_an_error_of_an_answer_that_did_not_fail_is_reported() -> None:
    assert down(text("a"), error={"code": "server_error", "message": "m"})[1] == [
        ("error_detail_dropped", "/error", "degrading")
    ]


ODD_KEYS: list[tuple[str, Json, str]] = [
    ("of the answer", {"mood": 1}, "/mood"),
    ("of incomplete_details", {"incomplete_details": {"mood": 1}}, "/incomplete_details/mood"),
    ("of an item", {"output": [text("a", mood=1)]}, "/output/0/mood"),
    (
        "of a part",
        {"output": [{**text("a"), "content": [{"type": "output_text", "text": "a", "mood": 1}]}]},
        "/output/0/content/0/mood",
    ),
    (
        "of a refusal",
        {"output": [{**text("a"), "content": [{"type": "refusal", "refusal": "a", "mood": 1}]}]},
        "/output/0/content/0/mood",
    ),
    ("of a call", {"output": [call(mood=1)]}, "/output/0/mood"),
]


@pytest.mark.parametrize(("more", "path"), [case[1:] for case in ODD_KEYS], ids=[case[0] for case in ODD_KEYS])
def test_an_unknown_key_is_reported(more: Json, path: str) -> None:
    assert down(**more)[1] == [("unknown_field_dropped", path, "degrading")]


# R2C-OUT --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", [None, []])
@pytest.mark.parametrize("extra", [{}, {"output_text": ""}, {"output_text": None}])
def test_an_answer_without_output_has_no_content(output: Any, extra: Json) -> None:
    """Bug classes 71 and 72."""
    said, losses = down(**{"output": output, **extra})
    assert message(said) == {"role": "assistant", "content": None, "refusal": None}
    assert losses == []


def test_output_text_without_any_message_is_the_text() -> None:
    said, losses = down(call(), output_text="so")
    assert message(said)["content"] == "so"
    assert losses == []


def test_reasoning_that_used_the_whole_budget_is_an_empty_answer_with_length() -> None:
    """Bug class 88."""
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": []}
    said, losses = down(reasoning, status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    assert (message(said)["content"], said["choices"][0]["finish_reason"]) == (None, "length")
    assert losses == [("reasoning_dropped", "/output/0", "degrading")]


def test_text_and_refusal_of_one_message_are_both_kept() -> None:
    """Bug class 100."""
    item = {**text("a"), "content": [*text("a")["content"], {"type": "refusal", "refusal": "no"}]}
    assert message(down(item)[0]) == {"role": "assistant", "content": "a", "refusal": "no"}


def test_refusal_has_priority_over_empty_text() -> None:
    """Bug class 101."""
    item = {**text(""), "content": [*text("")["content"], {"type": "refusal", "refusal": "no"}]}
    assert message(down(item)[0]) == {"role": "assistant", "content": None, "refusal": "no"}


ITEM_KEYS: list[tuple[str, Any, Lost]] = [
    ("id", "fc_1", [("item_id_dropped", "/output/0/id", "harmless")]),
    ("status", "completed", []),
    ("status", "incomplete", [("status_dropped", "/output/0/status", "harmless")]),
    ("caller", {"type": "direct"}, []),
    ("caller", {"type": "program", "caller_id": "p"}, [("caller_dropped", "/output/0/caller", "harmless")]),
    ("namespace", "gh", [("namespace_flattened", "/output/0/namespace", "harmless")]),
    ("async", True, [("async_dropped", "/output/0/async", "degrading")]),
    ("async", False, []),
]


@pytest.mark.parametrize(("key", "value", "lost"), ITEM_KEYS)
def test_what_a_chat_call_cannot_say(key: str, value: Any, lost: Lost) -> None:
    said, losses = down(call(**{key: value}))
    assert message(said)["tool_calls"][0]["function"]["name"] == ("gh__f" if key == "namespace" else "f")
    assert losses == lost


def test_text_after_calls_stands_before_them() -> None:
    said, losses = down(call(), text("done"))
    assert message(said)["content"] == "done"
    assert losses == [("order_changed", "/output/1", "harmless")]


def test_call_ids_are_not_empty_and_used_once() -> None:
    said, losses = down(call(call_id=""), call(call_id="a"), call(call_id="a"), call(call_id="x" * 99))
    ids = [made["id"] for made in message(said)["tool_calls"]]
    assert (ids[1], ids[3]) == ("a", "x" * 99)
    assert len({*ids, ""}) == 5
    assert losses == [("call_id_made", f"/output/{i}/call_id", "harmless") for i in (0, 2)]


def test_empty_arguments_are_an_empty_object_unless_the_call_was_cut() -> None:
    """Bug class 34."""
    said, losses = down(call(""))
    assert message(said)["tool_calls"][0]["function"]["arguments"] == "{}"
    assert losses == [("arguments_filled", "/output/0", "harmless")]
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    said, losses = down(call(""), **cut)
    assert message(said)["tool_calls"][0]["function"]["arguments"] == ""
    assert losses == []


def test_calls_that_were_cut_are_still_listed_to_the_letter() -> None:
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    said, _ = down(call('{"a": "b', status="incomplete"), **cut)
    assert message(said)["tool_calls"][0]["function"]["arguments"] == '{"a": "b'
    assert said["choices"][0]["finish_reason"] == "length"


SHELL = {"type": "shell_call", "id": "s", "call_id": "c", "status": "completed", "action": {"commands": ["ls"]}}
LOCAL = {
    "type": "local_shell_call",
    "id": "s",
    "call_id": "c",
    "status": "completed",
    "action": {"type": "exec", "command": ["ls"], "env": {}},
}
PATCH = {
    "type": "apply_patch_call",
    "id": "s",
    "call_id": "c",
    "status": "completed",
    "operation": {"type": "delete_file", "path": "a"},
}
BRIDGED = [
    (SHELL, "shell", '{"commands":["ls"]}'),
    (LOCAL, "local_shell", '{"command":["ls"],"env":{}}'),
    (PATCH, "apply_patch", '{"type":"delete_file","path":"a"}'),
]


@pytest.mark.parametrize(("item", "name", "arguments"), BRIDGED, ids=[case[1] for case in BRIDGED])
def test_a_call_that_the_client_executes_is_a_function_call(item: Json, name: str, arguments: str) -> None:
    said, losses = down(item)
    [made] = message(said)["tool_calls"]
    assert made == {"id": "c", "type": "function", "function": {"name": name, "arguments": arguments}}
    assert losses == [("item_id_dropped", "/output/0/id", "harmless"), ("tool_bridged", "/output/0", "degrading")]


@pytest.mark.parametrize("item", [SHELL, LOCAL, PATCH], ids=lambda item: item["type"])
def test_without_a_bridge_a_call_that_waits_for_the_client_is_refused(item: Json) -> None:
    with pytest.raises(respeak.TranslationError) as error:
        down(item, options=Options(bridge=False))
    assert (error.value.decisive[0].code, error.value.param) == ("item_refused", "/output/0")


def test_a_screenshot_is_an_echo() -> None:
    item = {"type": "computer_call_output", "id": "x", "call_id": "c", "output": {"type": "computer_screenshot"}}
    assert down(item, text("a"))[1] == [("hosted_call_dropped", "/output/0", "harmless")]


ODD_PARTS = [("reasoning_text", "reasoning_dropped", "degrading"), ("hologram", "unknown_part_dropped", "breaking")]


@pytest.mark.parametrize(("kind", "code", "severity"), ODD_PARTS)
def test_a_part_that_is_no_text_is_reported(kind: str, code: str, severity: str) -> None:
    """Bug class 54."""
    item = {**text("a"), "content": [{"type": kind, "text": "x"}, *text("a")["content"]]}
    said, losses = down(item)
    assert message(said)["content"] == "a"
    assert losses == [(code, "/output/0/content/0", severity)]


# Section 10 -----------------------------------------------------------------------------------------------------

PLAN, DONE = text("plan", phase="commentary"), text("done", phase="final_answer")


@pytest.mark.parametrize("target", ["chat", "openrouter-chat", "vtrix"])
@pytest.mark.parametrize("options", [Options(), Options(final_only=True)], ids=["all", "final_only"])
def test_each_phase_is_one_loss_at_its_item(target: str, options: Options) -> None:
    payload = {**HEAD, "output": [PLAN, call(), text("x", phase=None), text("y"), DONE]}
    _, losses = response(payload, "responses", target, options=options)
    phases = [loss for loss in losses if loss[0] == "phase_dropped"]
    assert phases == [("phase_dropped", f"/output/{i}/phase", "degrading") for i in (0, 4)]


def test_all_texts_stand_in_output_order_in_one_choice() -> None:
    """Bug classes 1 and 2."""
    said, losses = down(PLAN, call(), DONE)
    assert len(said["choices"]) == 1
    assert message(said)["content"] == "plan\n\ndone"
    assert losses == [
        ("phase_dropped", "/output/0/phase", "degrading"),
        ("phase_dropped", "/output/2/phase", "degrading"),
        ("order_changed", "/output/2", "harmless"),
        ("messages_merged", "/output/2", "degrading"),
    ]


def test_final_only_keeps_messages_without_a_phase() -> None:
    said, losses = down(PLAN, text("well"), DONE, options=Options(final_only=True))
    assert message(said)["content"] == "well\n\ndone"
    assert losses[:2] == [
        ("commentary_dropped", "/output/0", "degrading"),
        ("phase_dropped", "/output/0/phase", "degrading"),
    ]


def test_commentary_alone_is_not_left_out() -> None:
    """Bug class 7."""
    assert message(down(PLAN, options=Options(final_only=True))[0])["content"] == "plan"


JSON_FORMATS = [{"type": "json_object"}, {"type": "json_schema", "name": "n", "schema": {}}]


@pytest.mark.parametrize("format", JSON_FORMATS, ids=lambda format: format["type"])
@pytest.mark.parametrize("echo", [None, {"format": {"type": "text"}}], ids=["no echo", "a wrong echo"])
def test_structured_output_holds_the_final_answer_only(format: Json, echo: Any) -> None:
    nested = {key: value for key, value in format.items() if key != "type"}
    asked = {"type": format["type"], **({"json_schema": nested} if nested else {})}
    request = {"model": "m", "messages": [], "response_format": asked}
    assert message(down(PLAN, text("{}", phase="final_answer"), request=request, text=echo)[0])["content"] == "{}"
    assert message(down(PLAN, text("{}", phase="final_answer"), text={"format": format})[0])["content"] == "{}"


def test_an_empty_message_brings_no_separator() -> None:
    assert message(down(text(""), text("a"), text(""), text("b"))[0])["content"] == "a\n\nb"


# Legacy clients -------------------------------------------------------------------------------------------------

LEGACY: Json = {"model": "m", "messages": [], "functions": [{"name": "f"}]}


def test_a_client_that_asked_with_functions_gets_a_function_call() -> None:
    said, losses = down(text("so"), call('{"a":1}'), request=LEGACY)
    assert message(said) == {
        "role": "assistant",
        "content": "so",
        "refusal": None,
        "function_call": {"name": "f", "arguments": '{"a":1}'},
    }
    assert said["choices"][0]["finish_reason"] == "function_call"
    assert losses == [("call_id_dropped", "/output/1/call_id", "harmless")]


def test_a_client_that_asked_with_functions_gets_one_call_only() -> None:
    said, losses = down(call(), call(call_id="call_2"), request=LEGACY)
    assert "tool_calls" not in message(said)
    assert losses == [
        ("call_id_dropped", "/output/0/call_id", "harmless"),
        ("calls_dropped", "/output/1", "breaking"),
    ]


def test_a_client_that_asked_with_tools_gets_tool_calls() -> None:
    """Bug class 10."""
    said, losses = down(call(), call(call_id="call_2"), request={"model": "m", "messages": []})
    assert [made["id"] for made in message(said)["tool_calls"]] == ["call_1", "call_2"]
    assert losses == []


def test_the_model_and_the_service_tier_of_the_answer_are_kept() -> None:
    """Bug classes 112 and 114."""
    said, losses = down(text("a"), model="gpt-4o-2024-08-06", service_tier="priority")
    assert (said["model"], said["service_tier"], losses) == ("gpt-4o-2024-08-06", "priority", [])


@pytest.mark.parametrize(("status", "arguments"), [("incomplete", ""), ("completed", "{}")])
def test_a_call_that_was_cut_has_the_arguments_that_came(status: str, arguments: str) -> None:
    """An empty string stands for no arguments only where the call is whole (bug class 34)."""
    said, _ = down(call("", status=status))
    assert message(said)["tool_calls"][0]["function"]["arguments"] == arguments
