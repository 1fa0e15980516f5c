"""Input items to Chat messages: mapping.md 4.1, R2C-ITEM, R2C-PART."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from saying import Json, Lost, refused, request


def fold(items: list[Any], **more: Any) -> tuple[list[Json], Lost]:
    said, losses = request({"model": "gpt-4o", "input": items}, "responses", "chat", **more)
    return said["messages"], losses


def call(name: str, arguments: str = "{}") -> Json:
    return {"type": "function_call", "call_id": name, "name": f"tool_{name}", "arguments": arguments}


def output(name: str, text: Any = "done") -> Json:
    return {"type": "function_call_output", "call_id": name, "output": text}


def said_call(name: str, arguments: str = "{}") -> Json:
    return {"id": name, "type": "function", "function": {"name": f"tool_{name}", "arguments": arguments}}


def said_output(name: str, text: Any = "done") -> Json:
    return {"role": "tool", "tool_call_id": name, "content": text}


def assistant(*calls: Json, content: Any = None) -> Json:
    return {"role": "assistant", "content": content, **({"tool_calls": list(calls)} if calls else {})}


USER: Json = {"role": "user", "content": "hi"}
PHASE = ("phase_dropped", "degrading")


def test_parallel_calls_become_one_assistant_message() -> None:
    """Bug class 10."""
    items = [USER, call("a"), call("b"), output("b"), output("a")]
    assert fold(items) == ([USER, assistant(said_call("a"), said_call("b")), said_output("b"), said_output("a")], [])


def test_a_call_after_an_answered_call_is_a_turn_of_its_own() -> None:
    items = [USER, call("a"), output("a"), call("b"), output("b")]
    turns = [assistant(said_call("a")), said_output("a"), assistant(said_call("b")), said_output("b")]
    assert fold(items) == ([USER, *turns], [])


def test_reasoning_and_text_between_calls_do_not_split_the_turn() -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": []}
    text = {"role": "assistant", "content": "so"}
    messages, losses = fold([USER, reasoning, call("a"), reasoning, text, call("b"), output("a"), output("b")])
    assert messages[1] == assistant(said_call("a"), said_call("b"), content="so")
    assert losses == [
        ("reasoning_dropped", "/input/1", "degrading"),
        ("reasoning_dropped", "/input/3", "degrading"),
        ("order_changed", "/input/4", "harmless"),
    ]


def test_text_before_calls_joins_their_message() -> None:
    messages, losses = fold([USER, {"role": "assistant", "content": "so"}, call("a"), output("a")])
    assert messages[1] == assistant(said_call("a"), content="so")
    assert losses == []


def test_a_message_between_calls_and_outputs_waits_behind_the_outputs() -> None:
    """Bug class 15."""
    held = {"role": "system", "content": "note"}
    items = [USER, call("a"), call("b"), held, output("a"), output("b")]
    turn = [assistant(said_call("a"), said_call("b")), said_output("a"), said_output("b")]
    moved = [("order_changed", "/input/4", "harmless"), ("order_changed", "/input/5", "harmless")]
    assert fold(items) == ([USER, *turn, held], moved)


def test_text_of_the_same_turn_after_some_outputs_joins_its_message() -> None:
    items = [USER, call("a"), call("b"), output("a"), {"role": "assistant", "content": "so"}, output("b")]
    messages, losses = fold(items)
    assert messages[1] == assistant(said_call("a"), said_call("b"), content="so")
    assert losses == [("order_changed", "/input/4", "harmless")]


def test_images_of_outputs_follow_the_last_tool_message_of_the_turn() -> None:
    """Bug class 91."""
    rich = [
        {"type": "input_text", "text": "see"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA", "detail": None},
    ]
    messages, losses = fold([USER, call("a"), call("b"), output("a", rich), output("b")])
    assert messages[2:] == [
        said_output("a", [{"type": "text", "text": "see"}]),
        said_output("b"),
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]},
    ]
    assert losses == [("attachment_moved", "/input/3/output", "degrading")]


def test_an_output_of_pictures_only_leaves_a_placeholder() -> None:
    rich = [{"type": "input_file", "file_id": "file-1"}]
    messages, _ = fold([USER, call("a"), output("a", rich)])
    assert messages[2] == said_output("a", "[1 attachment: see the next user message]")
    assert messages[3]["content"] == [{"type": "file", "file": {"file_id": "file-1"}}]


def test_a_call_without_output_gets_an_empty_one_and_is_breaking() -> None:
    """Bug classes 13, 14 and 17."""
    messages, losses = fold([USER, call("a"), call("b"), output("b"), USER])
    assert messages[2:] == [said_output("b"), said_output("a", ""), USER]
    assert losses == [("call_without_output", "/input/1", "breaking")]
    custom = {"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": "x"}
    assert fold([USER, custom])[1] == [("call_without_output", "/input/1", "breaking")]


def test_an_output_without_its_call_is_refused_at_its_place() -> None:
    """Bug class 16."""
    payload = {"model": "m", "input": [USER, output("a")]}
    assert refused(payload, "responses", "chat") == ("output_without_call", "/input/1")


def test_an_output_without_call_id_belongs_to_the_only_open_call_of_its_name() -> None:
    nameless = {"type": "function_call_output", "call_id": None, "name": "tool_a", "output": "x"}
    messages, _ = fold([USER, call("a"), call("b"), nameless, output("b")])
    assert messages[2] == said_output("a", "x")
    two = [USER, call("a"), {**call("a"), "call_id": "z"}, nameless]
    assert refused({"model": "m", "input": two}, "responses", "chat") == ("output_without_call", "/input/3")


def test_adjacent_messages_of_one_role_are_not_merged() -> None:
    assert fold([USER, USER]) == ([USER, USER], [])


def test_several_texts_of_one_turn_stay_parts_of_a_list() -> None:
    """Bug class 1: the boundary stays, and each phase is one loss."""
    items = [
        USER,
        {"role": "assistant", "content": "one", "phase": "commentary"},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "phase": "final_answer",
            "content": [
                {"type": "output_text", "text": "two", "annotations": [], "logprobs": []},
                {"type": "output_text", "text": "three", "annotations": []},
            ],
        },
    ]
    messages, losses = fold(items)
    texts = [{"type": "text", "text": text} for text in ("one", "two", "three")]
    assert messages[1] == {"role": "assistant", "content": texts}
    assert losses == [
        ("phase_dropped", "/input/1/phase", "degrading"),
        ("item_id_dropped", "/input/2/id", "harmless"),
        ("phase_dropped", "/input/2/phase", "degrading"),
        ("messages_merged", "/input/2", "harmless"),
    ]


@pytest.mark.parametrize("role", ["user", "system", "developer"])
def test_phase_on_other_roles_is_misplaced(role: str) -> None:
    assert fold([{"role": role, "content": "x", "phase": "commentary"}]) == (
        [{"role": role, "content": "x"}],
        [("phase_misplaced", "/input/0/phase", "harmless")],
    )


def test_a_null_phase_is_no_loss() -> None:
    assert fold([USER, {"role": "assistant", "content": "x", "phase": None}])[1] == []


def test_a_refusal_of_the_past_stays_a_refusal() -> None:
    """Bug class 100."""
    parts = [
        {"type": "output_text", "text": "well", "annotations": []},
        {"type": "refusal", "refusal": "no"},
    ]
    messages, losses = fold([USER, {"role": "assistant", "content": parts}])
    assert messages[1] == {"role": "assistant", "content": "well", "refusal": "no"}
    assert losses == []
    assert fold([USER, {"role": "assistant", "content": parts[1:]}])[0][1] == {
        "role": "assistant",
        "content": None,
        "refusal": "no",
    }


def test_arguments_are_copied_byte_for_byte() -> None:
    strange = '{ "a" : 1.50,\n"b":"\\u00e9" '
    messages, _ = fold([USER, call("a", strange), output("a")])
    assert messages[1]["tool_calls"][0]["function"]["arguments"] == strange


def test_item_keys_that_chat_has_no_place_for_are_reported() -> None:
    rich_call = {**call("a"), "id": "fc_1", "status": "incomplete", "caller": {"type": "program", "caller_id": "p"}}
    rich_output = {**output("a"), "id": "fco_1", "status": "completed", "name": "tool_a", "wibble": 1}
    assert fold([USER, rich_call, rich_output])[1] == [
        ("item_id_dropped", "/input/1/id", "harmless"),
        ("status_dropped", "/input/1/status", "harmless"),
        ("caller_dropped", "/input/1/caller", "harmless"),
        ("item_id_dropped", "/input/2/id", "harmless"),
        ("name_dropped", "/input/2/name", "harmless"),
        ("unknown_field_dropped", "/input/2/wibble", "degrading"),
    ]


def test_custom_calls_travel_as_custom_calls() -> None:
    items = [
        USER,
        {"type": "custom_tool_call", "call_id": "c", "name": "patch", "input": "*** Begin"},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "ok"},
    ]
    custom = {"id": "c", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}}
    assert fold(items) == ([USER, assistant(custom), said_output("c", "ok")], [])


def test_a_call_of_a_namespace_goes_under_the_flat_name() -> None:
    """Bug classes 44 and 45."""
    item = {**call("a"), "namespace": "mcp__github"}
    messages, losses = fold([USER, item, output("a")])
    assert messages[1]["tool_calls"][0]["function"]["name"] == "mcp__github__tool_a"
    assert losses == [("namespace_flattened", "/input/1/namespace", "harmless")]


DROPPED = [
    ({"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "x"}, "reasoning_dropped", "degrading"),
    ({"type": "web_search_call", "id": "ws", "status": "completed"}, "hosted_call_dropped", "harmless"),
    (
        {"type": "file_search_call", "id": "fs", "status": "completed", "queries": ["q"]},
        "hosted_call_dropped",
        "degrading",
    ),
    (
        {
            "type": "code_interpreter_call",
            "id": "ci",
            "status": "completed",
            "container_id": "c",
            "code": "1",
            "outputs": None,
        },
        "hosted_call_dropped",
        "degrading",
    ),
    ({"type": "mcp_list_tools", "id": "ml", "server_label": "s", "tools": []}, "hosted_call_dropped", "harmless"),
    ({"type": "tool_search_call", "arguments": {}}, "hosted_call_dropped", "harmless"),
    (
        {"type": "image_generation_call", "id": "ig", "status": "failed", "result": None},
        "hosted_call_dropped",
        "degrading",
    ),
    ({"type": "hologram", "id": "x"}, "unknown_item_dropped", "breaking"),
]


@pytest.mark.parametrize(("item", "code", "severity"), DROPPED, ids=[case[0]["type"] for case in DROPPED])
def test_an_item_that_chat_cannot_hold_is_one_loss_and_never_text(item: Json, code: str, severity: str) -> None:
    """Bug classes 54 and 104."""
    assert fold([USER, item]) == ([USER], [(code, "/input/1", severity)])


REFUSED: list[tuple[Json, str]] = [
    (
        {
            "type": "computer_call",
            "id": "cu",
            "call_id": "c",
            "status": "completed",
            "pending_safety_checks": [],
            "action": {"type": "wait"},
        },
        "item_refused",
    ),
    (
        {
            "type": "computer_call_output",
            "call_id": "c",
            "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,AA"},
        },
        "item_refused",
    ),
    (
        {"type": "mcp_approval_request", "id": "a", "server_label": "s", "name": "n", "arguments": "{}"},
        "item_refused",
    ),
    ({"type": "mcp_approval_response", "approval_request_id": "a", "approve": True}, "item_refused"),
    ({"type": "compaction", "encrypted_content": "x"}, "item_refused"),
    ({"type": "compaction_trigger"}, "item_refused"),
    ({"type": "item_reference", "id": "msg_1"}, "history_unknown"),
    ({"id": "msg_1"}, "history_unknown"),
    ({"type": "program", "id": "p", "call_id": "c", "code": "x", "fingerprint": "f"}, "item_refused"),
    (
        {"type": "program_output", "id": "p", "call_id": "c", "result": "x", "status": "completed"},
        "item_refused",
    ),
]


@pytest.mark.parametrize(("item", "code"), REFUSED, ids=[case[0].get("type", "reference") for case in REFUSED])
def test_an_item_without_honest_output_is_refused_always(item: Json, code: str) -> None:
    assert refused({"model": "m", "input": [USER, item]}, "responses", "chat") == (code, "/input/1")


BRIDGES: list[tuple[Json, Json, str, str, str]] = [
    (
        {
            "type": "local_shell_call",
            "id": "lsh_1",
            "call_id": "s",
            "status": "completed",
            "action": {"type": "exec", "command": ["ls", "-l"], "env": {}},
        },
        {"type": "local_shell_call_output", "id": "s", "output": "a.txt"},
        "local_shell",
        '{"command":["ls","-l"],"env":{}}',
        "a.txt",
    ),
    (
        {"type": "shell_call", "call_id": "s", "action": {"commands": ["ls"], "timeout_ms": 5}},
        {
            "type": "shell_call_output",
            "call_id": "s",
            "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
        },
        "shell",
        '{"commands":["ls"],"timeout_ms":5}',
        '[{"stdout":"a","stderr":"","outcome":{"type":"exit","exit_code":0}}]',
    ),
    (
        {
            "type": "apply_patch_call",
            "call_id": "s",
            "status": "completed",
            "operation": {"type": "delete_file", "path": "x"},
        },
        {"type": "apply_patch_call_output", "call_id": "s", "status": "failed", "output": "no such file"},
        "apply_patch",
        '{"type":"delete_file","path":"x"}',
        "failed: no such file",
    ),
]


@pytest.mark.parametrize(("item", "result", "name", "arguments", "text"), BRIDGES, ids=[case[2] for case in BRIDGES])
def test_client_executed_calls_are_said_as_functions(
    item: Json, result: Json, name: str, arguments: str, text: str
) -> None:
    messages, losses = fold([USER, item, result])
    assert messages[1]["tool_calls"] == [
        {"id": "s", "type": "function", "function": {"name": name, "arguments": arguments}}
    ]
    assert messages[2] == said_output("s", text)
    assert ("tool_bridged", "/input/1", "degrading") in losses


def test_an_mcp_call_becomes_a_call_and_its_output() -> None:
    """Bug class 105."""
    item = {
        "type": "mcp_call",
        "id": "mcp_1",
        "server_label": "docs",
        "name": "read",
        "arguments": '{"p":1}',
        "output": "text",
    }
    messages, losses = fold([USER, item])
    function = {"name": "docs__read", "arguments": '{"p":1}'}
    assert messages[1:] == [
        assistant({"id": "mcp_1", "type": "function", "function": function}),
        said_output("mcp_1", "text"),
    ]
    assert losses == [("mcp_call_rewritten", "/input/1", "degrading")]
    failed = {**item, "output": None, "error": "broken"}
    assert fold([USER, failed])[0][2] == said_output("mcp_1", "broken")


def test_a_generated_image_goes_on_as_a_picture_of_the_user() -> None:
    item = {"type": "image_generation_call", "id": "ig", "status": "completed", "result": "QUJD"}
    messages, losses = fold([USER, item])
    assert messages[1]["content"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}]
    assert losses == [("attachment_moved", "/input/1", "degrading")]


@pytest.mark.parametrize("kind", ["additional_tools", "tool_search_output"])
def test_tools_declared_on_the_way_are_hoisted(kind: str) -> None:
    tool = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False}
    extra = {"role": "developer"} if kind == "additional_tools" else {}
    payload = {"model": "gpt-4o", "input": [USER, {"type": kind, "tools": [tool], **extra}]}
    said, losses = request(payload, "responses", "chat")
    function = {"name": "f", "parameters": {"type": "object"}, "strict": False}
    assert said["tools"] == [{"type": "function", "function": function}]
    assert losses == [("tools_hoisted", "/input/1", "harmless")]


def test_the_last_configuration_holds_for_the_request() -> None:
    items = [
        USER,
        {"type": "configuration_update", "reasoning": {"effort": "low"}},
        {"type": "configuration_update", "reasoning": {"effort": "high"}, "text": {"format": {"type": "json_object"}}},
    ]
    said, losses = request({"model": "gpt-4o", "input": items}, "responses", "chat")
    assert (said["reasoning_effort"], said["response_format"]) == ("high", {"type": "json_object"})
    assert [loss[:2] for loss in losses] == [
        ("configuration_applied", "/input/1"),
        ("configuration_applied", "/input/2"),
    ]


PARTS: list[tuple[Json, Json]] = [
    (
        {"type": "input_text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}},
        {"type": "text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}},
    ),
    (
        {"type": "input_image", "image_url": "https://x/a.png", "detail": "low"},
        {"type": "image_url", "image_url": {"url": "https://x/a.png", "detail": "low"}},
    ),
    (
        {"type": "input_file", "file_id": "file-1", "filename": "a.pdf"},
        {"type": "file", "file": {"file_id": "file-1", "filename": "a.pdf"}},
    ),
    (
        {"type": "input_file", "file_data": "data:x", "filename": "a.pdf", "detail": "auto"},
        {"type": "file", "file": {"file_data": "data:x", "filename": "a.pdf"}},
    ),
]


@pytest.mark.parametrize(("part", "said"), PARTS, ids=[case[0]["type"] for case in PARTS])
def test_a_part_of_a_user_message_is_said_in_chats_shape(part: Json, said: Json) -> None:
    """Bug class 95."""
    assert fold([{"role": "user", "content": [part]}]) == ([{"role": "user", "content": [said]}], [])


TEXT: Json = {"type": "input_text", "text": "a"}
LOST_PARTS: list[tuple[Json, tuple[str, str, str]]] = [
    (
        {"type": "input_image", "file_id": "file-1", "detail": "auto"},
        ("image_dropped", "/input/0/content/1", "breaking"),
    ),
    ({"type": "input_file", "file_url": "https://x/a"}, ("file_dropped", "/input/0/content/1", "breaking")),
    ({"type": "hologram"}, ("unknown_part_dropped", "/input/0/content/1", "breaking")),
]


@pytest.mark.parametrize(("part", "loss"), LOST_PARTS, ids=[case[1][0] for case in LOST_PARTS])
def test_a_part_that_chat_cannot_hold_is_left_out_and_breaking(part: Json, loss: tuple[str, str, str]) -> None:
    messages, losses = fold([{"role": "user", "content": [TEXT, part]}])
    assert messages == [{"role": "user", "content": [{"type": "text", "text": "a"}]}]
    assert losses == [loss]


def test_details_that_chat_does_not_know() -> None:
    image = {"type": "input_image", "image_url": "u", "detail": "original"}
    file = {"type": "input_file", "file_id": "f", "detail": "high"}
    messages, losses = fold([{"role": "user", "content": [image, file]}])
    assert messages[0]["content"][0]["image_url"] == {"url": "u", "detail": "high"}
    assert losses == [
        ("image_detail_changed", "/input/0/content/0/detail", "harmless"),
        ("file_detail_dropped", "/input/0/content/1/detail", "degrading"),
    ]


def test_pictures_in_developer_messages_follow_as_a_user_message() -> None:
    image = {"type": "input_image", "image_url": "u", "detail": "auto"}
    messages, losses = fold([{"role": "developer", "content": [TEXT, image]}])
    picture = {"type": "image_url", "image_url": {"url": "u", "detail": "auto"}}
    assert messages == [
        {"role": "developer", "content": [{"type": "text", "text": "a"}]},
        {"role": "user", "content": [picture]},
    ]
    assert losses == [("attachment_moved", "/input/0/content", "degrading")]


def test_annotations_and_logprobs_of_history_are_harmless_losses() -> None:
    part = {
        "type": "output_text",
        "text": "a",
        "annotations": [{"type": "url_citation"}],
        "logprobs": [{"token": "a", "logprob": 0}],
    }
    assert fold([USER, {"role": "assistant", "content": [part]}])[1] == [
        ("annotations_dropped", "/input/1/content/0/annotations", "harmless"),
        ("logprobs_dropped", "/input/1/content/0/logprobs", "harmless"),
    ]


def test_bridging_can_be_switched_off_for_tools() -> None:
    payload = {"model": "gpt-4o", "input": "hi", "tools": [{"type": "shell"}]}
    said, losses = request(payload, "responses", "chat", options=respeak.Options(bridge=False))
    assert "tools" not in said
    assert losses == [("tool_dropped", "/tools/0", "degrading")]
