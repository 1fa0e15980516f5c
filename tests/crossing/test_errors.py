"""Errors: mapping.md section 9."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from respeak.crossing.errors import ERROR_KEYS
from respeak.crossing.params import join, split
from saying import Json


def body(**more: Any) -> Json:
    return {"error": {"message": "m", "type": "invalid_request_error", "param": None, "code": None, **more}}


def said(
    payload: Json, source: str = "chat", target: str = "responses", status: int = 400, request: Any = None
) -> Json:
    back = respeak.translate_error(payload, source=source, target=target, status=status, request=request)
    assert back.status == status
    return back.payload


def failed(**error: Any) -> respeak.Translation:
    answer = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [],
        "status": "failed",
        "error": {"message": "m", **error},
    }
    return respeak.translate_response(answer, source="responses", target="chat")


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
@pytest.mark.parametrize("route", [("chat", "responses"), ("responses", "chat"), ("vtrix", "responses")], ids=str)
def test_status_and_body_of_an_error_stay(status: int, route: tuple[str, str]) -> None:
    assert said(body(code="c"), *route, status=status) == body(code="c")


STATUSES = [
    ("server_error", 500, "server_error"),
    ("rate_limit_exceeded", 429, "rate_limit_error"),
    ("vector_store_timeout", 504, "server_error"),
    *(
        (code, 400, "invalid_request_error")
        for code in (
            "invalid_prompt",
            "bio_policy",
            "image_content_policy_violation",
            "misalignment_policy_violation",
            "data_residency_mismatch",
            "invalid_image",
            "invalid_image_format",
            "invalid_base64_image",
            "invalid_image_url",
            "image_too_large",
            "image_too_small",
            "image_parse_error",
            "invalid_image_mode",
            "image_file_too_large",
            "unsupported_image_media_type",
            "empty_image_file",
            "failed_to_download_image",
            "image_file_not_found",
        )
    ),
]


@pytest.mark.parametrize(("code", "status", "kind"), STATUSES, ids=[case[0] for case in STATUSES])
def test_a_failed_answer_becomes_the_http_error_of_its_code(code: str, status: int, kind: str) -> None:
    """Bug class 82."""
    back = failed(code=code)
    assert back.status == status
    assert back.payload == {"error": {"message": "m", "type": kind, "param": None, "code": code}}
    assert {loss.code for loss in back.losses} == {"report_dropped"}


def test_an_unknown_code_is_http_500_and_said_so() -> None:
    back = failed(code="hologram_jam")
    assert (back.status, back.payload["error"]["code"]) == (500, "hologram_jam")
    assert ("error_status_assumed", "/error/code") in [(loss.code, loss.path) for loss in back.losses]


def test_type_param_and_extras_of_a_failed_answer_are_used_when_present() -> None:
    extra = {"misalignment": {"error_type": "x"}}
    back = failed(code="invalid_prompt", type="policy", param="input", **extra)
    assert back.payload["error"] == {
        "message": "m",
        "type": "policy",
        "param": "messages",
        "code": "invalid_prompt",
        **extra,
    }


def test_a_cancelled_answer_is_http_400() -> None:
    answer = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "output": [], "status": "cancelled"}
    back = respeak.translate_response(answer, source="responses", target="chat")
    assert (back.status, back.payload["error"]["code"]) == (400, "response_cancelled")
    assert ("error_status_assumed", "/status") in [(loss.code, loss.path) for loss in back.losses]


SHAPES: list[tuple[Json, Json]] = [
    ({"error": "no such model"}, {"message": "no such model"}),
    ({"detail": "bad key"}, {"message": "bad key"}),
    (
        {"object": "error", "message": "m", "type": "invalid_model", "param": None, "code": "1500"},
        {"message": "m", "type": "invalid_model", "code": "1500"},
    ),
    ({"error": {"message": "m", "code": 400}}, {"message": "m", "code": "400"}),
    ({"error": {"code": 503}}, {"message": "The upstream answered 400.", "code": "503"}),
    ({}, {"message": "The upstream answered 400."}),
]


@pytest.mark.parametrize(("payload", "expected"), SHAPES, ids=str)
def test_error_bodies_of_other_shapes_are_read(payload: Json, expected: Json) -> None:
    full = {"message": "", "type": "invalid_request_error", "param": None, "code": None, **expected}
    assert said(payload) == {"error": full}


def test_no_key_of_an_error_vanishes() -> None:
    kept = said({"error": {"message": "m", "n_ctx": 512}, "user_id": "u"})
    assert (kept["error"]["n_ctx"], kept["user_id"]) == (512, "u")
    back = respeak.translate_error(
        {"message": "m", "raw_status_code": 400}, source="chat", target="responses", status=400
    )
    assert [(loss.code, loss.path) for loss in back.losses] == [("error_detail_dropped", "/raw_status_code")]


def test_a_missing_type_follows_the_status() -> None:
    assert said({"error": "x"}, status=429)["error"]["type"] == "rate_limit_error"
    assert said({"error": "x"}, status=502)["error"]["type"] == "server_error"


PARAMS = [
    ("chat", "responses", "max_completion_tokens", "max_output_tokens"),
    ("chat", "responses", "reasoning_effort", "reasoning.effort"),
    ("chat", "responses", "response_format", "text.format"),
    ("chat", "responses", "verbosity", "text.verbosity"),
    ("chat", "responses", "temperature", "temperature"),
    ("chat", "responses", "messages[3].content", "input[3].content"),
    ("chat", "responses", "messages.3.content", "input[3].content"),
    ("chat", "responses", "wibble", "wibble"),
    ("responses", "chat", "max_output_tokens", "max_completion_tokens"),
    ("responses", "chat", "reasoning.effort", "reasoning_effort"),
    ("responses", "chat", "input", "messages"),
    ("responses", "chat", "input[0].content", "messages[0].content"),
    ("vtrix", "responses", "max_tokens", "max_output_tokens"),
    ("vtrix", "chat", "max_tokens", "max_completion_tokens"),
]


@pytest.mark.parametrize(("source", "target", "theirs", "ours"), PARAMS, ids=lambda value: value)
def test_param_is_in_the_clients_field_names(source: str, target: str, theirs: str, ours: str) -> None:
    assert said(body(param=theirs), source, target)["error"]["param"] == ours


def test_param_names_the_very_item_when_the_request_is_known() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "output": "x"}
    items = [{"role": "user", "content": "hi"}, call, output, {"role": "user", "content": "more"}]
    asked = {"model": "m", "input": items, "instructions": "Be brief."}
    places = ("instructions", "input[0].content", "input[1]", "input[2].output", "input[3].content")
    for position, place in enumerate(places):
        back = said(body(param=f"messages[{position}].content"), request=asked)
        assert back["error"]["param"] == place


def test_param_names_the_field_that_the_client_used() -> None:
    asked = {"model": "m", "messages": [], "max_tokens": 20}
    back = said(body(param="max_output_tokens"), "responses", "chat", request=asked)
    assert back["error"]["param"] == "max_tokens"


def test_params_are_split_and_joined() -> None:
    assert split("input[3].content.0") == ["input", 3, "content", 0]
    assert join(["input", 3, "content", 0]) == "input[3].content[0]"


# Failed answers -------------------------------------------------------------------------------------------------

WHOLE: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "output": [],
    "status": "failed",
    "error": {"code": "server_error", "message": "m"},
}


HEAD = [("report_dropped", f"/{name}", "harmless") for name in ("id", "created_at", "model")]
"""What no HTTP error says; the gateway may log it."""


def lost_of(answer: Json) -> list[tuple[str, str, str]]:
    back = respeak.translate_response(answer, source="responses", target="chat")
    found = [(loss.code.value, loss.path, loss.severity.value) for loss in back.losses]
    return [loss for loss in found if loss not in HEAD]


def test_what_a_failed_answer_holds_beside_its_error_is_reported() -> None:
    item = {"type": "message", "role": "assistant", "content": [], "phase": "commentary"}
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    assert lost_of({**WHOLE, "output": [item], "usage": usage, "user": "u", "temperature": 1.0}) == [
        ("phase_dropped", "/output/0/phase", "degrading"),
        ("error_detail_dropped", "/output", "degrading"),
        ("usage_detail_dropped", "/usage", "harmless"),
        ("report_dropped", "/user", "harmless"),
    ]


def test_the_error_of_a_cancelled_answer_is_reported() -> None:
    assert lost_of({**WHOLE, "status": "cancelled"}) == [
        ("error_status_assumed", "/status", "harmless"),
        ("error_detail_dropped", "/error", "harmless"),
    ]


def test_a_code_that_is_a_number_is_said_as_a_string() -> None:
    back = failed(code=502)
    assert (back.status, back.payload["error"]["code"]) == (500, "502")


def test_a_failed_answer_without_an_error_is_a_server_error() -> None:
    back = respeak.translate_response({**WHOLE, "error": None}, source="responses", target="chat")
    assert back.status == 500
    assert back.payload == {
        "error": {"message": "The response failed.", "type": "server_error", "param": None, "code": None}
    }


# Bodies of other shapes -----------------------------------------------------------------------------------------

ODD_BODIES: list[tuple[Json, Json, list[tuple[str, str]]]] = [
    ({"error": "short", "message": "long"}, {"message": "short: long"}, []),
    ({"message": "m", "detail": "d"}, {"message": "m: d"}, []),
    ({"error": "Bad", "detail": {"berth": 4}}, {"message": 'Bad: {"berth":4}'}, []),
    ({"error": 7, "detail": {"message": "m"}}, {"message": "m"}, [("error_detail_dropped", "/error")]),
    ({"error": {"message": 5}}, {"message": "5"}, []),
    ({"error": {"message": False, "detail": "d"}}, {"message": "d", "detail": "d"}, []),
    ({"detail": [{"loc": ["body"], "msg": "bad"}]}, {"message": '[{"loc":["body"],"msg":"bad"}]'}, []),
    ({"detail": {"message": "m", "code": 7}}, {"message": "m", "code": "7"}, []),
    ({"error": None, "message": "m"}, {"message": "m"}, []),
    ({"error": ""}, {"message": "The upstream answered 400."}, []),
    ({"message": "m", "type": "t", "param": "temperature", "code": 5}, {"message": "m", "type": "t", "code": "5"}, []),
]


@pytest.mark.parametrize(("payload", "expected", "lost"), ODD_BODIES, ids=str)
def test_the_words_of_an_error_are_carried_or_reported(
    payload: Json, expected: Json, lost: list[tuple[str, str]]
) -> None:
    back = respeak.translate_error(payload, source="chat", target="responses", status=400)
    full = {"type": "invalid_request_error", "param": payload.get("param"), "code": None, **expected}
    assert back.payload == {"error": full}
    assert [(loss.code, loss.path) for loss in back.losses] == lost


@pytest.mark.parametrize("odd", [True, False, 0, 7, 0.5, "m", "", [], ["m"], [[]], {}, {"m": 1}, None], ids=repr)
@pytest.mark.parametrize("target", ["responses", "chat", "openrouter-chat", "openrouter", "codex-guide"])
def test_no_json_object_is_too_odd_for_an_error(odd: Any, target: str) -> None:
    """An error of an upstream always reaches the client, in the form that its SDK knows."""
    for payload in (
        {"error": odd, "detail": odd},
        {"error": dict.fromkeys(ERROR_KEYS, odd)},
        dict.fromkeys(OUTER, odd),
    ):
        said = respeak.translate_error(payload, source="vtrix", target=target, status=400).payload["error"]
        assert all(isinstance(said[key], str) for key in ("message", "type"))
        assert all(isinstance(said[key], str | None) for key in ("param", "code"))


OUTER = ("message", "type", "param", "code", "error", "detail", "errors")


def test_the_bodies_of_official_errors_are_those_of_the_sdk() -> None:
    """`Error` requires all four keys for both families."""
    for payload in ({"error": {"message": "m"}}, {"error": "m"}, {}):
        for route in (("chat", "responses"), ("responses", "chat")):
            assert set(said(payload, *route)["error"]) == {"message", "type", "param", "code"}


def test_an_error_comes_before_a_detail_which_stays_beside_it() -> None:
    back = said({"error": {"message": "m"}, "detail": {"message": "more"}})
    assert back["error"]["message"] == "m"
    assert back["detail"] == {"message": "more"}
