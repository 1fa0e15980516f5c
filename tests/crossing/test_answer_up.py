"""Chat answers to Responses answers: mapping.md C2R-RESP, C2R-MSGOUT, C2R-FINISH, 10.3 and 10.5."""

from __future__ import annotations

from typing import Any

import pytest
from openai.types.responses import Response

import respeak
import sdk
from respeak import Options
from respeak.loss import Ledger
from saying import Json, Lost, response

HEAD: Json = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1700000000, "model": "gpt-4o"}
AT = "/choices/0/message"


def choice(message: Json, finish: Any = "stop", **more: Any) -> Json:
    full = {"role": "assistant", "content": None, "refusal": None, **message}
    return {"index": 0, "message": full, "finish_reason": finish, "logprobs": None, **more}


def up(message: Json, finish: Any = "stop", source: str = "chat", **more: Any) -> tuple[Json, Lost]:
    """The answer said upwards; it must be one of the official SDK."""
    inner = {key: more.pop(key) for key in ("logprobs", "seen_by") if key in more}
    extra = {key: more.pop(key) for key in ("request", "options") if key in more}
    payload = {**HEAD, "choices": [choice(message, finish, **inner)], **more}
    said, losses = response(payload, source, "responses", **extra)
    conforms(said)
    return said, losses


def conforms(said: Json) -> None:
    Response.model_validate(said)
    known = [problem for problem in sdk.problems(said, "responses", "response") if not problem.startswith("/store")]
    assert known == []


def call(name: str = "f", arguments: str = "{}", call_id: str = "call_1", **more: Any) -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}, **more}


def items(said: Json) -> list[str]:
    return [item["type"] for item in said["output"]]


# C2R-RESP -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("completion", "answer"),
    [("chatcmpl-x", "resp_x"), ("gen-7", "resp_gen-7"), ("resp_x", "resp_x"), (None, "resp_0")],
)
def test_the_id_is_derived_from_the_upstreams(completion: str | None, answer: str) -> None:
    assert up({"content": "a"}, id=completion)[0]["id"] == answer


@pytest.mark.parametrize(("completion", "item"), [("chatcmpl-x", "msg_x_0"), (None, "msg_0_0"), ("", "msg_0_0")])
def test_ids_of_items_are_derived_from_the_answers(completion: str | None, item: str) -> None:
    assert up({"content": "a"}, id=completion)[0]["output"][0]["id"] == item


METADATA: list[tuple[Any, Any, Json, Lost]] = [
    ({"a": "b"}, None, {"a": "b"}, []),
    ({"a": "b"}, {}, {"a": "b"}, []),
    ({"a": "b"}, {"a": "b"}, {"a": "b"}, []),
    ({"a": "b"}, {"c": "d"}, {"a": "b"}, [("metadata_dropped", "/metadata", "harmless")]),
    (None, {"c": "d"}, {"c": "d"}, []),
    (None, None, {}, []),
]


@pytest.mark.parametrize(("asked", "echoed", "expected", "lost"), METADATA)
def test_metadata_is_that_of_the_request(asked: Any, echoed: Any, expected: Json, lost: Lost) -> None:
    """OBS-20: upstreams do not echo it reliably."""
    request = {"model": "m", "input": "hi", "metadata": asked}
    said, losses = up({"content": "a"}, metadata=echoed, request=request)
    assert (said["metadata"], losses) == (expected, lost)


def test_fields_that_nobody_asked_for_have_their_documented_defaults() -> None:
    said, _ = up({"content": "a"})
    assert {key: value for key, value in said.items() if key not in ("id", "object", "model", "output", "status")} == {
        "created_at": 1700000000,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": 1,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1,
        "background": False,
        "max_output_tokens": None,
        "max_tool_calls": None,
        "previous_response_id": None,
        "prompt": None,
        "reasoning": {"effort": None, "summary": None},
        "text": {"format": {"type": "text"}},
        "top_logprobs": 0,
        "truncation": "disabled",
        "usage": None,
        "user": None,
    }


OPEN = {"type": "object", "properties": {"a": {"type": "string"}}}
CLOSED = {**OPEN, "required": ["a"], "additionalProperties": False}
STRICT = [
    ("chat", OPEN, None, False),
    ("chat", CLOSED, None, True),
    ("chat", OPEN, True, True),
    ("chat", CLOSED, False, False),
    ("vtrix", CLOSED, None, False),
    ("vtrix", CLOSED, True, False),
]


@pytest.mark.parametrize(("upstream", "schema", "asked", "used"), STRICT)
def test_tools_are_repeated_with_the_strict_that_was_in_force(
    upstream: str, schema: Json, asked: bool | None, used: bool
) -> None:
    tool = {"type": "function", "name": "f", "parameters": schema, "strict": asked}
    payload = {**HEAD, "choices": [{"index": 0, "message": {"role": "assistant", "content": "a"}}]}
    said, _ = response(payload, upstream, "responses", request={"model": "m", "input": "x", "tools": [tool]})
    assert said["tools"] == [{**tool, "strict": used}]


def test_the_choice_of_index_zero_is_the_answer() -> None:
    choices = [{**choice({"content": "b"}), "index": 1}, choice({"content": "a"})]
    said, losses = response({**HEAD, "choices": choices}, "chat", "responses")
    assert said["output"][0]["content"][0]["text"] == "a"
    assert losses == [("candidates_dropped", "/choices/0", "breaking")]


UNKNOWN_KEYS: list[tuple[str, Json, str]] = [
    ("of the answer", {"provider": "x"}, "/provider"),
    ("of usage", {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2, "cost": 1}}, "/usage/cost"),
    (
        "of usage details",
        {
            "usage": {
                "prompt_tokens": 1,
                "completion_tokens": 1,
                "total_tokens": 2,
                "completion_tokens_details": {"smell_tokens": 1},
            }
        },
        "/usage/completion_tokens_details/smell_tokens",
    ),
]


@pytest.mark.parametrize(("more", "path"), [case[1:] for case in UNKNOWN_KEYS], ids=[case[0] for case in UNKNOWN_KEYS])
def test_an_unknown_key_around_the_message_is_reported(more: Json, path: str) -> None:
    assert up({"content": "a"}, **more)[1] == [("unknown_field_dropped", path, "degrading")]


CITATION = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
ODD_MESSAGES: list[tuple[str, Json, str]] = [
    ("of the message", {"content": "a", "mood": "x"}, "/mood"),
    ("of a call", {"tool_calls": [call(mood=1)]}, "/tool_calls/0/mood"),
    (
        "of a function",
        {"tool_calls": [call() | {"function": {"name": "f", "arguments": "{}", "parsed": 1}}]},
        "/tool_calls/0/function/parsed",
    ),
    ("of a part", {"content": [{"type": "text", "text": "a", "mood": 1}]}, "/content/0/mood"),
    ("of an annotation", {"content": "a", "annotations": [{**CITATION, "mood": 1}]}, "/annotations/0/mood"),
    (
        "of a citation",
        {"content": "a", "annotations": [{**CITATION, "url_citation": {**CITATION["url_citation"], "content": "x"}}]},
        "/annotations/0/url_citation/content",
    ),
]


@pytest.mark.parametrize(
    ("message", "path"), [case[1:] for case in ODD_MESSAGES], ids=[case[0] for case in ODD_MESSAGES]
)
def test_an_unknown_key_inside_the_message_is_reported(message: Json, path: str) -> None:
    assert up(message)[1] == [("unknown_field_dropped", AT + path, "degrading")]


def test_an_unknown_key_of_a_choice_or_its_logprobs_is_reported() -> None:
    entry = {"token": "a", "logprob": -1, "bytes": [97], "top_logprobs": [{"token": "a", "logprob": -1, "odd": 1}]}
    payload = {
        **HEAD,
        "choices": [choice({"content": "a"}, logprobs={"content": [{**entry, "odd": 1}], "odd": 1}, x=1)],
    }
    said, losses = response(payload, "chat", "responses")
    conforms(said)
    at = "/choices/0/logprobs"
    paths = [f"{at}/odd", "/choices/0/x", f"{at}/content/0/top_logprobs/0/odd", f"{at}/content/0/odd"]
    assert sorted(losses) == sorted(("unknown_field_dropped", path, "degrading") for path in paths)


# C2R-MSGOUT -----------------------------------------------------------------------------------------------------


def test_a_content_list_keeps_its_texts_and_refusals_as_parts() -> None:
    """Bug classes 99 and 100."""
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": ""}, {"type": "refusal", "refusal": "no"}]
    said, losses = up({"content": parts})
    assert said["output"][0]["content"] == [
        {"type": "output_text", "text": "a", "annotations": [], "logprobs": []},
        {"type": "refusal", "refusal": "no"},
    ]
    assert losses == []


ODD_PARTS = [("thinking", "reasoning_dropped", "degrading"), ("hologram", "unknown_part_dropped", "breaking")]


@pytest.mark.parametrize(("kind", "code", "severity"), ODD_PARTS)
def test_a_part_that_is_no_text_is_reported(kind: str, code: str, severity: str) -> None:
    """Bug class 54: thoughts never become visible text."""
    said, losses = up({"content": [{"type": kind, "thinking": "x"}, {"type": "text", "text": "a"}]})
    assert [part["text"] for part in said["output"][0]["content"]] == ["a"]
    assert losses == [(code, f"{AT}/content/0", severity)]


def test_what_cites_or_weighs_a_text_that_is_not_there_is_reported() -> None:
    entry = {"token": "a", "logprob": -1, "bytes": [97], "top_logprobs": []}
    message = {"tool_calls": [call()], "annotations": [CITATION]}
    said, losses = up(message, "tool_calls", logprobs={"content": [entry], "refusal": None})
    assert items(said) == ["function_call"]
    assert losses == [
        ("annotations_dropped", f"{AT}/annotations", "degrading"),
        ("logprobs_dropped", "/choices/0/logprobs/content", "degrading"),
    ]


def test_an_unknown_annotation_is_reported() -> None:
    assert up({"content": "a", "annotations": [{"type": "footnote"}]})[1] == [
        ("annotations_dropped", f"{AT}/annotations/0", "degrading")
    ]


def test_the_transcript_of_audio_is_the_text_when_there_is_none() -> None:
    audio = {"id": "a", "data": "AA", "expires_at": 1, "transcript": "spoken"}
    said, losses = up({"audio": audio})
    assert said["output"][0]["content"][0]["text"] == "spoken"
    assert losses == [("audio_dropped", f"{AT}/audio", "breaking")]


def test_empty_text_beside_calls_makes_no_message() -> None:
    """Bug class 98."""
    for content in (None, ""):
        assert items(up({"content": content, "tool_calls": [call()]}, "tool_calls")[0]) == ["function_call"]


def test_custom_calls_have_no_status_and_the_last_item_of_a_cut_answer_is_incomplete() -> None:
    custom = {"id": "call_2", "type": "custom", "custom": {"name": "patch", "input": "x"}}
    said, _ = up({"content": "a", "tool_calls": [custom, call()]}, "length")
    assert [item.get("status") for item in said["output"]] == ["completed", None, "incomplete"]
    assert said["output"][1] == {
        "type": "custom_tool_call",
        "id": "ctc_1_1",
        "call_id": "call_2",
        "name": "patch",
        "input": "x",
    }


def test_a_call_that_was_cut_before_its_arguments_is_not_made_whole() -> None:
    said, losses = up({"tool_calls": [call(arguments=""), call(arguments="", call_id="call_2")]}, "length")
    assert [(item["arguments"], item["status"]) for item in said["output"]] == [("{}", "completed"), ("", "incomplete")]
    assert losses == [("arguments_filled", f"{AT}/tool_calls/0", "harmless")]


def test_the_legacy_call_gets_an_id_from_its_place() -> None:
    said, losses = up({"function_call": {"name": "f", "arguments": "{}"}}, "function_call")
    assert said["output"] == [
        {
            "type": "function_call",
            "id": "fc_1_0",
            "call_id": "call_1_0",
            "name": "f",
            "arguments": "{}",
            "status": "completed",
        }
    ]
    assert losses == [("call_id_made", f"{AT}/function_call", "harmless")]


def test_item_ids_have_the_prefix_of_their_kind() -> None:
    """Bug classes 21 and 22."""
    custom = {"id": "b", "type": "custom", "custom": {"name": "patch", "input": "x"}}
    said, _ = up({"content": "a", "reasoning": "r", "tool_calls": [call(), custom]}, source="openrouter-chat")
    assert [item["id"].split("_")[0] for item in said["output"]] == ["rs", "msg", "fc", "ctc"]


TOOLS = [{"type": "custom", "name": "patch"}, {"type": "shell"}, {"type": "local_shell"}, {"type": "apply_patch"}]


def test_empty_arguments_of_a_custom_tool_are_its_empty_input() -> None:
    """Bug class 38: never the JSON of nothing."""
    said, losses = up({"tool_calls": [call("patch", "")]}, request={"model": "m", "input": "x", "tools": TOOLS})
    assert (said["output"][0]["type"], said["output"][0]["input"], losses) == ("custom_tool_call", "", [])


BRIDGED: list[tuple[str, str, Json]] = [
    (
        "shell",
        '{"commands":["ls"]}',
        {
            "type": "shell_call",
            "action": {"timeout_ms": None, "max_output_length": None, "commands": ["ls"]},
            "environment": None,
        },
    ),
    (
        "local_shell",
        '{"command":["ls"],"user":null}',
        {"type": "local_shell_call", "action": {"env": {}, "type": "exec", "command": ["ls"]}},
    ),
    (
        "apply_patch",
        '{"type":"create_file","path":"a","diff":"+x"}',
        {"type": "apply_patch_call", "operation": {"type": "create_file", "path": "a", "diff": "+x"}},
    ),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), BRIDGED, ids=[case[0] for case in BRIDGED])
def test_a_bridged_call_has_every_key_that_the_client_reads(name: str, arguments: str, expected: Json) -> None:
    said, losses = up({"tool_calls": [call(name, arguments)]}, request={"model": "m", "input": "x", "tools": TOOLS})
    [item] = said["output"]
    assert {key: value for key, value in item.items() if key != "id"} == {
        **expected,
        "call_id": "call_1",
        "status": "completed",
    }
    assert losses == []


UNREADABLE = [
    ("shell", '{"command":"ls"}'),
    ("shell", '{"commands":"ls"}'),
    ("local_shell", "[]"),
    ("apply_patch", '{"type":"rename_file","path":"a"}'),
    ("apply_patch", '{"type":"update_file","path":"a"}'),
]


@pytest.mark.parametrize(("name", "arguments"), UNREADABLE)
def test_a_bridged_call_that_nobody_could_carry_out_stays_a_function_call(name: str, arguments: str) -> None:
    said, losses = up({"tool_calls": [call(name, arguments)]}, request={"model": "m", "input": "x", "tools": TOOLS})
    assert (said["output"][0]["type"], said["output"][0]["arguments"]) == ("function_call", arguments)
    assert losses == [("bridge_unreadable", f"{AT}/tool_calls/0", "degrading")]


# Reasoning and phase --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_reasoning_stands_before_the_message_and_the_calls(field: str) -> None:
    """Bug classes 53, 57 and 58."""
    said, losses = up({"content": "a", field: "hm", "tool_calls": [call()]}, "tool_calls", source="openrouter-chat")
    assert items(said) == ["reasoning", "message", "function_call"]
    assert said["output"][0]["summary"] == []
    assert losses == []


def test_reasoning_sent_twice_is_said_once_and_different_texts_are_both_kept() -> None:
    for second, texts in (("hm", ["hm"]), ("well", ["hm", "well"])):
        message = {"content": "a", "reasoning": "hm", "reasoning_content": second}
        said, losses = up(message, source="openrouter-chat")
        assert [part["text"] for part in said["output"][0]["content"]] == texts
        assert losses == []


@pytest.mark.parametrize("source", ["chat", "openrouter-chat"])
def test_reasoning_details_do_not_vanish_in_silence(source: str) -> None:
    message = {"content": "a", "reasoning_details": [{"type": "reasoning.text", "text": "x"}]}
    assert up(message, source=source)[1] == [("reasoning_dropped", f"{AT}/reasoning_details", "degrading")]


def test_phase_is_absent_when_nobody_knows_it() -> None:
    assert "phase" not in up({"content": "a"})[0]["output"][0]


def test_a_phase_that_the_upstream_says_is_kept() -> None:
    said, losses = up({"content": "a", "phase": "commentary"}, options=Options(infer_phase=True))
    assert (said["output"][0]["phase"], losses) == ("commentary", [])


@pytest.mark.parametrize(
    "message", [{"content": "a", "phase": "musing"}, {"tool_calls": [call()], "phase": "commentary"}]
)
def test_a_phase_that_no_client_could_read_is_reported(message: Json) -> None:
    assert up(message)[1] == [("unknown_field_dropped", f"{AT}/phase", "degrading")]


INFERRED: list[tuple[Json, str, str | None]] = [
    ({"content": "a"}, "stop", "final_answer"),
    ({"content": "a", "tool_calls": [call()]}, "tool_calls", "commentary"),
    ({"content": "a", "tool_calls": [call()]}, "stop", "commentary"),
    ({"content": "a"}, "length", None),
]


@pytest.mark.parametrize(("message", "finish", "phase"), INFERRED)
def test_phase_is_inferred_when_the_caller_wants_it(message: Json, finish: str, phase: str | None) -> None:
    """Bug class 3, D-10."""
    said, losses = up(message, finish, options=Options(infer_phase=True))
    assert said["output"][0].get("phase") == phase
    assert losses == ([("phase_inferred", AT, "harmless")] if phase else [])


def test_a_message_of_the_answer_is_the_same_every_time() -> None:
    payload = {**HEAD, "choices": [choice({"content": "a", "tool_calls": [call(call_id="")]}, "tool_calls")]}
    first = respeak.translate_response(payload, source="chat", target="responses").payload
    assert respeak.translate_response(payload, source="chat", target="responses").payload == first


@pytest.mark.parametrize("asked", ["conv_1", {"id": "conv_1"}])
def test_a_conversation_is_repeated_as_an_object(asked: Any) -> None:
    request = {"model": "gpt-4.1", "input": "x", "conversation": asked}
    message = {"role": "assistant", "content": "y", "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4.1", "choices": [choice]}
    said = respeak.translate_response(answer, source="chat", target="responses", request=request).payload
    assert said["conversation"] == {"id": "conv_1"}


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_the_last_item_of_an_answer_that_was_cut_is_not_whole(finish: str) -> None:
    said, _ = up({"content": "a"}, finish)
    assert (said["status"], said["output"][-1]["status"]) == ("incomplete", "incomplete")


def test_an_answer_of_nothing_is_an_empty_message() -> None:
    said, _ = up({"content": None})
    [item] = said["output"]
    assert (item["type"], item["id"], item["content"][0]["text"]) == ("message", "msg_1_0", "")


LENIENT = {
    "no id": {"type": "function", "function": {"name": "f", "arguments": "{}"}},
    "id null": {"id": None, "type": "function", "function": {"name": "f", "arguments": "{}"}},
    "id empty": {"id": "", "type": "function", "function": {"name": "f", "arguments": "{}"}},
    "no arguments": {"id": "c", "type": "function", "function": {"name": "f"}},
    "arguments null": {"id": "c", "type": "function", "function": {"name": "f", "arguments": None}},
    "no input": {"id": "c", "type": "custom", "custom": {"name": "f"}},
    "input null": {"id": "c", "type": "custom", "custom": {"name": "f", "input": None}},
    "only a name": {"function": {"name": "f"}},
}
"""Calls as weak providers leave them."""


@pytest.mark.parametrize("target", ["responses", "vtrix", "openrouter-chat"])
@pytest.mark.parametrize("finish", ["tool_calls", "length"])
@pytest.mark.parametrize("given", LENIENT.values(), ids=LENIENT)
def test_a_whole_answer_is_read_as_leniently_as_its_stream(given: Json, finish: str, target: str) -> None:
    payload = {**HEAD, "choices": [choice({"tool_calls": [given]}, finish)]}
    whole = respeak.translate_response(payload, source="chat", target=target)
    translator = respeak.StreamTranslator(source="chat", target=target)
    for chunk in respeak.stream_of(payload, dialect="chat"):
        translator.feed(chunk)
    translator.close()
    assert places(translator.losses) == places(whole.losses)
    assert translator.finished is not None


@pytest.mark.parametrize("given", LENIENT.values(), ids=LENIENT)
def test_within_the_family_a_call_without_its_keys_stays_as_it_is(given: Json) -> None:
    payload = {**HEAD, "choices": [choice({"tool_calls": [given]}, "tool_calls")]}
    said = respeak.translate_response(payload, source="chat", target="openrouter-chat")
    assert said.payload["choices"] == payload["choices"]
    assert not said.losses


@pytest.mark.parametrize("given", LENIENT.values(), ids=LENIENT)
def test_the_place_of_a_made_id_is_in_the_finished_answer_of_the_stream(given: Json) -> None:
    payload = {**HEAD, "choices": [choice({"tool_calls": [given]}, "tool_calls")]}
    translator = respeak.StreamTranslator(source="chat", target="responses")
    for chunk in respeak.stream_of(payload, dialect="chat"):
        translator.feed(chunk)
    translator.close()
    assert translator.finished is not None
    for loss in translator.losses:
        at: Any = translator.finished[0]
        for key in loss.path.split("/")[1:]:
            at = at[int(key)] if isinstance(at, list) else at[key]


def places(losses: Ledger) -> list[tuple[str, str]]:
    return [(loss.code.value, loss.path) for loss in losses]


@pytest.mark.parametrize("given", [{"name": "f"}, {"name": "f", "arguments": None}], ids=str)
def test_a_legacy_call_that_names_no_arguments_has_none(given: Json) -> None:
    said, losses = up({"function_call": given}, "function_call", source="vtrix")
    assert said["output"][0]["arguments"] == "{}"
    assert losses == [
        ("call_id_made", f"{AT}/function_call", "harmless"),
        ("arguments_filled", f"{AT}/function_call", "harmless"),
    ]
