"""Answers both ways: mapping.md sections 6 to 8 and 10."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
import sdk
from saying import Json, Lost, response

BASE: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1700000000.5,
    "status": "completed",
    "model": "gpt-4o",
    "error": None,
    "incomplete_details": None,
    "output": [],
}


def text(value: str, **more: Any) -> Json:
    part = {"type": "output_text", "text": value, "annotations": [], **more}
    return {"type": "message", "role": "assistant", "status": "completed", "content": [part]}


def down(output: list[Any], options: Any = None, request: Any = None, **more: Any) -> tuple[Json, Lost]:
    said, losses = response({**BASE, "output": output, **more}, "responses", "chat", options=options, request=request)
    return said, losses


def message_of(said: Json) -> Json:
    [choice] = said["choices"]
    found: Json = choice["message"]
    return found


CALL: Json = {
    "type": "function_call",
    "call_id": "call_1",
    "name": "f",
    "arguments": '{ "a":1.50}',
    "status": "completed",
}


def test_the_whole_answer_has_the_keys_that_chat_requires() -> None:
    usage = {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 1},
        "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 8,
    }
    said, losses = down([text("hi")], usage=usage, service_tier="flex", metadata={"a": "b"})
    assert said == {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "gpt-4o",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "hi", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 5,
            "prompt_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 1},
            "completion_tokens": 3,
            "completion_tokens_details": {"reasoning_tokens": 1},
            "total_tokens": 8,
        },
        "service_tier": "flex",
        "metadata": {"a": "b"},
    }
    assert losses == []
    assert sdk.problems(said, "chat", "response") == []


def test_null_usage_and_empty_metadata_are_left_out() -> None:
    said, losses = down([text("hi")], usage=None, metadata=None)
    assert "usage" not in said
    assert "metadata" not in said
    assert losses == []


ECHOES: list[tuple[str, Any]] = [
    ("instructions", "x"),
    ("tools", [{"type": "function", "name": "f"}]),
    ("tool_choice", "required"),
    ("parallel_tool_calls", False),
    ("temperature", 0.5),
    ("top_p", 0.5),
    ("top_logprobs", 2),
    ("text", {"format": {"type": "text"}, "verbosity": "low"}),
    ("reasoning", {"effort": "low", "summary": None}),
    ("truncation", "auto"),
    ("max_output_tokens", 50),
    ("max_tool_calls", 2),
    ("background", True),
    ("previous_response_id", "resp_0"),
    ("conversation", {"id": "c"}),
    ("prompt", {"id": "p"}),
    ("prompt_cache_key", "k"),
    ("prompt_cache_retention", "24h"),
    ("prompt_cache_options", {"mode": "implicit", "ttl": "30m"}),
    ("safety_identifier", "s"),
    ("user", "u"),
    ("store", True),
]


@pytest.mark.parametrize(("name", "value"), ECHOES, ids=[name for name, _ in ECHOES])
def test_an_echo_of_the_request_is_a_harmless_loss(name: str, value: Any) -> None:
    said, losses = down([text("hi")], **{name: value})
    assert name not in said
    assert losses == [("echo_dropped", f"/{name}", "harmless")]


@pytest.mark.parametrize("name", ["completed_at", "billing", "access_programs", "image", "tool_usage"])
def test_a_report_of_the_provider_is_a_harmless_loss(name: str) -> None:
    value: Any = 5 if name == "completed_at" else {"a": 1}
    assert down([text("hi")], **{name: value})[1] == [("report_dropped", f"/{name}", "harmless")]


def test_calls_are_listed_in_order_with_their_arguments_to_the_letter() -> None:
    custom = {"type": "custom_tool_call", "call_id": "call_2", "name": "patch", "input": "*** Begin"}
    said, losses = down([text("so"), CALL, custom])
    assert message_of(said) == {
        "role": "assistant",
        "content": "so",
        "refusal": None,
        "tool_calls": [
            {"type": "function", "id": "call_1", "function": {"name": "f", "arguments": '{ "a":1.50}'}},
            {"type": "custom", "id": "call_2", "custom": {"name": "patch", "input": "*** Begin"}},
        ],
    }
    assert said["choices"][0]["finish_reason"] == "tool_calls"
    assert losses == []


def test_several_messages_become_one_text_and_each_phase_is_lost() -> None:
    """Bug classes 1 and 2."""
    said, losses = down([{**text("one"), "phase": "commentary"}, {**text("two"), "phase": "final_answer"}])
    assert message_of(said)["content"] == "one\n\ntwo"
    assert losses == [
        ("phase_dropped", "/output/0/phase", "degrading"),
        ("phase_dropped", "/output/1/phase", "degrading"),
        ("messages_merged", "/output/1", "degrading"),
    ]


def test_equal_texts_are_both_kept_and_the_separator_is_the_callers() -> None:
    """Bug class 9."""
    said, _ = down([text("yes"), text("yes")], options=respeak.Options(separator=" | "))
    assert message_of(said)["content"] == "yes | yes"


def test_parts_of_one_message_join_without_separator() -> None:
    part = {"type": "output_text", "text": "b", "annotations": []}
    item = {**text("a"), "content": [*text("a")["content"], part]}
    assert message_of(down([item])[0])["content"] == "ab"


def test_final_only_leaves_commentary_out_and_says_so() -> None:
    """Bug classes 6 and 7."""
    output = [{**text("plan"), "phase": "commentary"}, {**text("done"), "phase": "final_answer"}]
    said, losses = down(output, options=respeak.Options(final_only=True))
    assert message_of(said)["content"] == "done"
    assert ("commentary_dropped", "/output/0", "degrading") in losses
    assert message_of(down(output[:1], options=respeak.Options(final_only=True))[0])["content"] == "plan"


@pytest.mark.parametrize("how", ["answer", "request"])
def test_structured_output_is_the_final_answer_only(how: str) -> None:
    output = [{**text("plan"), "phase": "commentary"}, {**text("{}"), "phase": "final_answer"}]
    if how == "answer":
        said, _ = down(output, text={"format": {"type": "json_object"}})
    else:
        asked = {"model": "m", "messages": [], "response_format": {"type": "json_object"}}
        said, _ = down(output, request=asked)
    assert message_of(said)["content"] == "{}"


def test_a_refusal_stays_a_refusal_and_the_answer_is_complete() -> None:
    item = {**text(""), "content": [{"type": "refusal", "refusal": "no"}]}
    said, losses = down([item])
    assert message_of(said) == {"role": "assistant", "content": None, "refusal": "no"}
    assert said["choices"][0]["finish_reason"] == "stop"
    assert losses == []


def test_citations_are_nested_and_move_with_their_text() -> None:
    citation = {"type": "url_citation", "url": "u", "title": "t", "start_index": 1, "end_index": 3}
    said, losses = down([text("four"), text("more", annotations=[citation])])
    nested = {"url": "u", "title": "t", "start_index": 7, "end_index": 9}
    assert message_of(said)["annotations"] == [{"type": "url_citation", "url_citation": nested}]
    assert losses == [("messages_merged", "/output/1", "degrading")]


@pytest.mark.parametrize("kind", ["file_citation", "container_file_citation", "file_path"])
def test_other_citations_have_no_form_on_chat(kind: str) -> None:
    citation = {
        "type": kind,
        "file_id": "f",
        "index": 0,
        "filename": "a",
        "container_id": "c",
        "start_index": 0,
        "end_index": 1,
    }
    said, losses = down([text("a", annotations=[citation])])
    assert "annotations" not in message_of(said)
    assert losses == [("annotations_dropped", "/output/0/content/0/annotations/0", "degrading")]


def test_logprobs_are_those_of_the_choice() -> None:
    entry = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
    said, losses = down([text("a", logprobs=[entry]), text("a", logprobs=[entry])])
    assert said["choices"][0]["logprobs"] == {"content": [entry, entry], "refusal": None}
    assert [loss[0] for loss in losses] == ["messages_merged"]


RECORDS: list[tuple[Json, str, str]] = [
    ({"type": "reasoning", "id": "rs", "summary": []}, "reasoning_dropped", "degrading"),
    ({"type": "web_search_call", "id": "x", "status": "completed"}, "hosted_call_dropped", "degrading"),
    ({"type": "file_search_call", "id": "x", "status": "completed", "queries": []}, "hosted_call_dropped", "degrading"),
    (
        {"type": "code_interpreter_call", "id": "x", "status": "completed", "container_id": "c"},
        "hosted_call_dropped",
        "degrading",
    ),
    ({"type": "image_generation_call", "id": "x", "status": "completed", "result": "AA"}, "image_dropped", "breaking"),
    (
        {"type": "mcp_call", "id": "x", "server_label": "s", "name": "n", "arguments": "{}"},
        "hosted_call_dropped",
        "degrading",
    ),
    ({"type": "mcp_list_tools", "id": "x", "server_label": "s", "tools": []}, "hosted_call_dropped", "harmless"),
    ({"type": "tool_search_call", "id": "x", "execution": "server"}, "hosted_call_dropped", "harmless"),
    ({"type": "tool_search_output", "id": "x", "tools": []}, "hosted_call_dropped", "harmless"),
    ({"type": "additional_tools", "id": "x", "role": "developer", "tools": []}, "hosted_call_dropped", "harmless"),
    ({"type": "function_call_output", "id": "x", "call_id": "c", "output": "o"}, "hosted_call_dropped", "harmless"),
    ({"type": "custom_tool_call_output", "id": "x", "call_id": "c", "output": "o"}, "hosted_call_dropped", "harmless"),
    ({"type": "local_shell_call_output", "id": "x", "output": "o"}, "hosted_call_dropped", "harmless"),
    ({"type": "shell_call_output", "id": "x", "call_id": "c", "output": []}, "hosted_call_dropped", "harmless"),
    (
        {"type": "apply_patch_call_output", "id": "x", "call_id": "c", "status": "completed"},
        "hosted_call_dropped",
        "harmless",
    ),
    (
        {"type": "mcp_approval_response", "id": "x", "approval_request_id": "a", "approve": True},
        "hosted_call_dropped",
        "harmless",
    ),
    ({"type": "compaction", "id": "x", "encrypted_content": "e"}, "state_dropped", "breaking"),
    ({"type": "program", "id": "x", "call_id": "c", "code": "1", "fingerprint": "f"}, "state_dropped", "breaking"),
    (
        {"type": "program_output", "id": "x", "call_id": "c", "result": "1", "status": "completed"},
        "state_dropped",
        "breaking",
    ),
    ({"type": "hologram", "id": "x"}, "unknown_item_dropped", "degrading"),
]


@pytest.mark.parametrize(("item", "code", "severity"), RECORDS, ids=[case[0]["type"] for case in RECORDS])
def test_an_item_that_chat_answers_do_not_hold_is_one_loss(item: Json, code: str, severity: str) -> None:
    said, losses = down([item, text("hi")])
    assert message_of(said)["content"] == "hi"
    assert losses == [(code, "/output/0", severity)]
    assert said["choices"][0]["finish_reason"] == "stop"


NEEDS_CLIENT: list[Json] = [
    {"type": "mcp_approval_request", "id": "x", "server_label": "s", "name": "n", "arguments": "{}"},
    {"type": "computer_call", "id": "x", "call_id": "c", "status": "completed", "pending_safety_checks": []},
    {"type": "tool_search_call", "id": "x", "execution": "client"},
]


@pytest.mark.parametrize("item", NEEDS_CLIENT, ids=lambda item: item["type"])
def test_an_item_that_waits_for_the_client_is_refused(item: Json) -> None:
    with pytest.raises(respeak.TranslationError) as error:
        down([item])
    assert (error.value.decisive[0].code, error.value.param) == ("item_refused", "/output/0")


def test_bridged_calls_are_tool_calls_of_their_function() -> None:
    item = {
        "type": "shell_call",
        "id": "sh_1",
        "call_id": "c",
        "status": "completed",
        "action": {"commands": ["ls"]},
    }
    said, losses = down([item])
    function = {"name": "shell", "arguments": '{"commands":["ls"]}'}
    assert message_of(said)["tool_calls"] == [{"type": "function", "function": function, "id": "c"}]
    assert ("tool_bridged", "/output/0", "degrading") in losses
    hosted = {**item, "environment": {"type": "container_reference", "container_id": "x"}}
    assert down([hosted])[1] == [("hosted_call_dropped", "/output/0", "degrading")]


ENDINGS: list[tuple[Json, list[Any], str, list[str]]] = [
    ({"status": "completed"}, [CALL], "tool_calls", []),
    ({"status": "completed"}, [text("a")], "stop", []),
    ({"status": "completed"}, [], "stop", []),
    ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, [CALL], "length", []),
    ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, [text("a")], "content_filter", []),
    (
        {"status": "incomplete", "incomplete_details": {"reason": "max_messages"}},
        [text("a")],
        "length",
        ["finish_changed"],
    ),
    ({"status": "incomplete", "incomplete_details": {"reason": "steered"}}, [text("a")], "stop", ["finish_changed"]),
    ({"status": "incomplete", "incomplete_details": None}, [text("a")], "length", ["finish_changed"]),
    (
        {"status": "incomplete", "incomplete_details": {"reason": "max_tokens"}},
        [text("a")],
        "length",
        ["finish_changed"],
    ),
]


@pytest.mark.parametrize(("end", "output", "finish", "codes"), ENDINGS, ids=lambda value: str(value)[:60])
def test_status_and_reason_become_the_finish_reason(
    end: Json, output: list[Any], finish: str, codes: list[str]
) -> None:
    """Bug classes 27, 86 and 87."""
    said, losses = down(output, **end)
    assert said["choices"][0]["finish_reason"] == finish
    assert [loss[0] for loss in losses] == codes


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_an_answer_that_is_not_finished_is_refused(status: str) -> None:
    with pytest.raises(respeak.TranslationError, match="answer_not_finished"):
        down([], status=status)


def test_output_text_alone_is_read_and_beside_output_it_is_a_repetition() -> None:
    said, losses = down([], output_text="hi")
    assert (message_of(said)["content"], losses) == ("hi", [])
    said, losses = down([text("hi")], output_text="hi")
    assert (message_of(said)["content"], losses) == ("hi", [("echo_dropped", "/output_text", "harmless")])
    payload = {key: value for key, value in BASE.items() if key != "output"}
    assert message_of(response({**payload, "output": None}, "responses", "chat")[0])["content"] is None


def test_the_moderation_result_becomes_a_list_of_one() -> None:
    result = {"type": "moderation_result", "model": "omni", "flagged": True, "categories": {"violence": True}}
    result |= {"category_scores": {"violence": 0.9}, "category_applied_input_types": {"violence": ["text"]}}
    error = {"type": "error", "code": "c", "message": "m"}
    said, _ = down([text("hi")], moderation={"input": result, "output": error})
    assert said["moderation"] == {
        "input": {"type": "moderation_results", "model": "omni", "results": [result]},
        "output": error,
    }


# Chat to Responses ----------------------------------------------------------------------------------------------

CHAT: Json = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "gpt-4o"}
REQUIRED = {
    "id",
    "object",
    "created_at",
    "error",
    "incomplete_details",
    "instructions",
    "model",
    "tools",
    "output",
    "parallel_tool_calls",
    "metadata",
    "tool_choice",
    "temperature",
    "top_p",
}


def up(
    message: Json, finish: Any = "stop", request: Any = None, logprobs: Any = None, **more: Any
) -> tuple[Json, Lost]:
    full = {"role": "assistant", "content": None, "refusal": None, **message}
    choice = {"index": 0, "message": full, "finish_reason": finish, "logprobs": logprobs}
    return response({**CHAT, "choices": [choice], **more}, "chat", "responses", request=request)


def chat_call(name: str = "f", arguments: str = '{ "a":1}', call_id: str = "call_1") -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_the_whole_answer_has_the_keys_that_responses_requires() -> None:
    said, losses = up({"content": "hi"}, system_fingerprint="fp", service_tier="flex")
    assert said.keys() >= REQUIRED
    assert (said["id"], said["object"], said["created_at"], said["status"]) == (
        "resp_1",
        "response",
        1700000000,
        "completed",
    )
    assert said["usage"] is None
    assert said["output"] == [
        {
            "type": "message",
            "id": "msg_1_0",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "hi", "annotations": [], "logprobs": []}],
            "status": "completed",
        }
    ]
    assert losses == [("report_dropped", "/system_fingerprint", "harmless")]
    assert sdk.problems(said, "responses", "response") == []


def test_the_answer_repeats_the_clients_request_with_strict_as_it_was_used() -> None:
    closed = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    asked = {
        "model": "gpt-4o",
        "input": "hi",
        "instructions": "Be brief.",
        "temperature": 0.5,
        "metadata": {"a": "b"},
        "reasoning": {"effort": "low"},
        "text": {"verbosity": "low"},
        "tools": [{"type": "function", "name": "f", "parameters": closed}],
        "store": False,
        "max_output_tokens": 50,
        "prompt_cache_key": "k",
    }
    said, _ = up({"content": "hi"}, request=asked)
    for name in ("instructions", "temperature", "metadata", "store", "max_output_tokens", "prompt_cache_key"):
        assert said[name] == asked[name], name
    assert said["reasoning"] == {"effort": "low", "summary": None}
    assert said["text"] == {"format": {"type": "text"}, "verbosity": "low"}
    assert said["tools"] == [{"type": "function", "name": "f", "parameters": closed, "strict": True}]
    assert sdk.problems(said, "responses", "response") in ([], ["/store: unknown to the SDK"])


def test_calls_follow_the_message_in_order() -> None:
    custom = {"id": "call_2", "type": "custom", "custom": {"name": "patch", "input": "x"}}
    said, losses = up({"content": "so", "tool_calls": [chat_call(), custom]}, "tool_calls")
    assert [item["type"] for item in said["output"]] == ["message", "function_call", "custom_tool_call"]
    assert said["output"][1] == {
        "type": "function_call",
        "id": "fc_1_1",
        "call_id": "call_1",
        "name": "f",
        "arguments": '{ "a":1}',
        "status": "completed",
    }
    assert (said["output"][2]["call_id"], said["output"][2]["input"]) == ("call_2", "x")
    assert losses == []


def test_a_refusal_comes_behind_the_text_and_wins_over_empty_text() -> None:
    """Bug classes 100 and 101."""
    said, _ = up({"content": "", "refusal": "no"})
    assert said["output"][0]["content"] == [{"type": "refusal", "refusal": "no"}]
    said, _ = up({"content": "well", "refusal": "no"})
    assert [part["type"] for part in said["output"][0]["content"]] == ["output_text", "refusal"]
    assert said["status"] == "completed"


def test_annotations_and_logprobs_move_into_the_text_part() -> None:
    citation = {"url": "u", "title": "t", "start_index": 0, "end_index": 1}
    entry = {"token": "é", "logprob": -1, "bytes": None, "top_logprobs": [{"token": "e", "logprob": -2, "bytes": None}]}
    said, losses = up(
        {"content": "é", "annotations": [{"type": "url_citation", "url_citation": citation}]},
        logprobs={"content": [entry], "refusal": None},
    )
    [part] = said["output"][0]["content"]
    assert part["annotations"] == [{"type": "url_citation", **citation}]
    assert part["logprobs"] == [
        {
            "token": "é",
            "logprob": -1,
            "bytes": [195, 169],
            "top_logprobs": [{"token": "e", "logprob": -2, "bytes": [101]}],
        }
    ]
    assert losses == []


def test_logprobs_of_a_refusal_have_no_place() -> None:
    entry = {"token": "n", "logprob": -1, "bytes": [110], "top_logprobs": []}
    assert up({"refusal": "n"}, logprobs={"content": None, "refusal": [entry]})[1] == [
        ("logprobs_dropped", "/choices/0/logprobs/refusal", "harmless")
    ]


UP_ENDINGS: list[tuple[Any, Json, str, str | None, list[str]]] = [
    ("stop", {"content": "a"}, "completed", None, []),
    ("stop", {"tool_calls": [chat_call()]}, "completed", None, []),
    ("tool_calls", {"tool_calls": [chat_call()]}, "completed", None, []),
    ("function_call", {"function_call": {"name": "f", "arguments": "{}"}}, "completed", None, ["call_id_made"]),
    ("length", {"content": "a"}, "incomplete", "max_output_tokens", []),
    ("content_filter", {"content": "a"}, "incomplete", "content_filter", []),
    (None, {"content": "a"}, "completed", None, ["finish_changed"]),
    (None, {}, "failed", None, ["finish_changed"]),
    ("eos", {"content": "a"}, "completed", None, ["finish_changed"]),
    ("error", {"content": "a"}, "failed", None, ["finish_changed"]),
    ("tool_calls", {"content": "a"}, "completed", None, ["finish_changed"]),
]


@pytest.mark.parametrize(("finish", "message", "status", "reason", "codes"), UP_ENDINGS, ids=str)
def test_the_finish_reason_becomes_status_and_reason(
    finish: Any, message: Json, status: str, reason: str | None, codes: list[str]
) -> None:
    """Bug classes 28, 30, 86 and 87."""
    said, losses = up(message, finish)
    assert said["status"] == status
    assert said["incomplete_details"] == ({"reason": reason} if reason else None)
    assert (said["error"] is not None) == (status == "failed")
    assert [loss[0] for loss in losses] == codes


def test_only_the_last_item_of_a_cut_answer_is_incomplete() -> None:
    said, _ = up({"content": "a", "tool_calls": [chat_call()]}, "length")
    assert [item["status"] for item in said["output"]] == ["completed", "incomplete"]


def test_an_empty_answer_has_an_empty_text_unless_it_was_cut() -> None:
    """Bug class 88."""
    assert up({})[0]["output"][0]["content"][0]["text"] == ""
    assert up({}, "length")[0]["output"] == []
    assert up({}, "content_filter")[0]["output"] == []


def test_an_answer_without_choices_has_failed() -> None:
    said, _ = response({**CHAT, "choices": []}, "chat", "responses")
    assert (said["status"], said["error"]["code"], said["output"]) == ("failed", "server_error", [])


def test_further_choices_are_reported() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "a"}, "finish_reason": "stop"}
    said, losses = response({**CHAT, "choices": [choice, {**choice, "index": 1}]}, "chat", "responses")
    assert len(said["output"]) == 1
    assert losses == [("candidates_dropped", "/choices/1", "breaking")]


def test_usage_counts_are_integers_and_never_null() -> None:
    """Bug classes 80 and 81."""
    usage = {"prompt_tokens": 5, "completion_tokens": 3, "prompt_tokens_details": None, "completion_tokens_details": {}}
    said, losses = up({"content": "a"}, usage=usage)
    assert said["usage"] == {
        "input_tokens": 5,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 8,
    }
    assert losses == []


def test_parts_of_totals_that_responses_does_not_report() -> None:
    usage = {
        "prompt_tokens": 5,
        "completion_tokens": 3,
        "total_tokens": 8,
        "prompt_tokens_details": {"audio_tokens": 1, "text_tokens": 0, "cached_tokens": 2},
        "completion_tokens_details": {"rejected_prediction_tokens": 1, "reasoning_tokens": 2},
    }
    said, losses = up({"content": "a"}, usage=usage)
    assert said["usage"]["input_tokens_details"]["cached_tokens"] == 2
    assert said["usage"]["output_tokens_details"]["reasoning_tokens"] == 2
    assert losses == [
        ("usage_detail_dropped", "/usage/prompt_tokens_details/audio_tokens", "harmless"),
        ("usage_detail_dropped", "/usage/completion_tokens_details/rejected_prediction_tokens", "harmless"),
    ]


def test_empty_doubled_and_long_call_ids_are_made_fit() -> None:
    calls = [chat_call(call_id=""), chat_call(call_id="a"), chat_call(call_id="a"), chat_call(call_id="x" * 99)]
    said, losses = up({"tool_calls": calls}, "tool_calls")
    made = [item["call_id"] for item in said["output"]]
    assert len(set(made)) == 4
    assert all(1 <= len(name) <= 64 for name in made)
    assert [loss[:2] for loss in losses] == [
        ("call_id_made", f"/choices/0/message/tool_calls/{i}/id") for i in (0, 2, 3)
    ]


def test_empty_arguments_are_an_empty_object() -> None:
    """Bug class 34."""
    said, losses = up({"tool_calls": [chat_call(arguments="")]}, "tool_calls")
    assert said["output"][0]["arguments"] == "{}"
    assert losses == [("arguments_filled", "/choices/0/message/tool_calls/0", "harmless")]


def test_a_custom_tool_answered_as_a_function_comes_back_as_custom() -> None:
    """Bug classes 37 and 38."""
    asked = {"model": "m", "input": "hi", "tools": [{"type": "custom", "name": "patch"}]}
    said, _ = up({"tool_calls": [chat_call("patch", '{"input":"*** Begin"}')]}, "tool_calls", request=asked)
    [item] = said["output"]
    assert (item["type"], item["name"], item["input"]) == ("custom_tool_call", "patch", "*** Begin")
    said, _ = up({"tool_calls": [chat_call("patch", "*** Begin")]}, "tool_calls", request=asked)
    assert said["output"][0]["input"] == "*** Begin"


@pytest.mark.parametrize("where", ["tools", "additional_tools"])
def test_a_flattened_name_comes_back_with_its_namespace(where: str) -> None:
    space = {"type": "namespace", "name": "mcp__gh", "tools": [{"type": "function", "name": "issues"}]}
    asked: Json = {"model": "m", "input": [{"role": "user", "content": "hi"}]}
    if where == "tools":
        asked["tools"] = [space]
    else:
        asked["input"].append({"type": "additional_tools", "role": "developer", "tools": [space]})
    said, _ = up({"tool_calls": [chat_call("mcp__gh__issues")]}, "tool_calls", request=asked)
    assert (said["output"][0]["name"], said["output"][0]["namespace"]) == ("issues", "mcp__gh")


def test_bridged_calls_come_back_in_the_form_of_their_tool() -> None:
    asked = {"model": "m", "input": "hi", "tools": [{"type": "apply_patch"}, {"type": "local_shell"}]}
    patch = chat_call("apply_patch", '{"type":"delete_file","path":"x"}')
    shell = chat_call("local_shell", '{"command":["ls"]}', "call_2")
    said, _ = up({"tool_calls": [patch, shell]}, "tool_calls", request=asked)
    assert [item["type"] for item in said["output"]] == ["apply_patch_call", "local_shell_call"]
    assert said["output"][0]["operation"] == {"type": "delete_file", "path": "x"}
    assert said["output"][1]["action"] == {"type": "exec", "command": ["ls"], "env": {}}
    said, losses = up({"tool_calls": [chat_call("apply_patch", "oops")]}, "tool_calls", request=asked)
    assert said["output"][0]["type"] == "function_call"
    assert losses == [("bridge_unreadable", "/choices/0/message/tool_calls/0", "degrading")]


def test_reasoning_text_is_an_item_only_where_the_profile_says_so() -> None:
    """Bug class 53."""
    message = {"role": "assistant", "content": "a", "reasoning": "hm"}
    payload = {**CHAT, "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    said, losses = response(payload, "openrouter-chat", "responses")
    assert [item["type"] for item in said["output"]] == ["reasoning", "message"]
    assert said["output"][0]["content"] == [{"type": "reasoning_text", "text": "hm"}]
    assert said["output"][0]["summary"] == []
    assert losses == []
    said, losses = response(payload, "chat", "responses")
    assert [item["type"] for item in said["output"]] == ["message"]
    assert losses == [("reasoning_dropped", "/choices/0/message/reasoning", "degrading")]


def test_audio_of_an_answer_is_breaking_and_several_moderation_results_are_merged() -> None:
    audio = {"id": "a", "data": "AA", "expires_at": 1, "transcript": "t"}
    assert up({"content": "a", "audio": audio})[1] == [("audio_dropped", "/choices/0/message/audio", "breaking")]
    found = {"categories": {}, "category_scores": {}, "category_applied_input_types": {}}
    results = [{"type": "moderation_result", "model": "o", "flagged": flagged, **found} for flagged in (False, True)]
    held = {"type": "moderation_results", "model": "o", "results": results}
    said, losses = up(
        {"content": "a"}, moderation={"input": held, "output": {"type": "error", "code": "c", "message": "m"}}
    )
    assert said["moderation"]["input"] == {"type": "moderation_result", "model": "o", "flagged": True, **found}
    assert losses == [("moderation_merged", "/moderation/input/results", "degrading")]
