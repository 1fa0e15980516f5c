"""Content parts: mapping.md R2C-PART and C2R-PART, wherever a part may stand."""

from __future__ import annotations

from typing import Any

import pytest

from saying import Json, Lost, request

USER: Json = {"role": "user", "content": "hi"}
TEXT: Json = {"type": "input_text", "text": "a"}
CHAT_TEXT: Json = {"type": "text", "text": "a"}
UNKNOWN = "unknown_field_dropped"


def down(*parts: Json, role: str = "user") -> tuple[list[Json], Lost]:
    """The messages behind the first, which is a user's, and the losses."""
    payload = {"model": "gpt-4o", "input": [USER, {"role": role, "content": list(parts)}]}
    said, losses = request(payload, "responses", "chat")
    return said["messages"][1:], losses


def up(*parts: Json, role: str = "user") -> tuple[list[Json], Lost]:
    payload = {"model": "gpt-4o", "messages": [USER, {"role": role, "content": list(parts)}]}
    said, losses = request(payload, "chat", "responses")
    return said["input"][1:], losses


def output_down(*parts: Json) -> tuple[list[Json], Lost]:
    """What becomes of the parts of a function's output: the messages behind its call."""
    call = {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "a", "output": list(parts)}
    said, losses = request({"model": "gpt-4o", "input": [USER, call, output]}, "responses", "chat")
    return said["messages"][2:], losses


def output_up(*parts: Json) -> tuple[Any, Lost]:
    """What becomes of the parts of a tool message: the output of its item."""
    call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        USER,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": list(parts)},
    ]
    said, losses = request({"model": "gpt-4o", "messages": messages}, "chat", "responses")
    return said["input"][2]["output"], losses


SOURCES: list[tuple[Json, Json, tuple[str, str]]] = [
    (
        {"type": "input_image", "image_url": "u", "file_id": "f", "detail": "low"},
        {"type": "image_url", "image_url": {"url": "u", "detail": "low"}},
        ("image_dropped", "file_id"),
    ),
    (
        {"type": "input_file", "file_id": "f", "file_url": "u"},
        {"type": "file", "file": {"file_id": "f"}},
        ("file_dropped", "file_url"),
    ),
    (
        {"type": "input_file", "file_data": "data:x", "filename": "a.pdf", "file_url": "u"},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:x"}},
        ("file_dropped", "file_url"),
    ),
]


@pytest.mark.parametrize(("part", "said", "loss"), SOURCES, ids=["image", "file_id", "file_data"])
def test_a_second_source_of_the_same_content_is_harmless_to_lose(part: Json, said: Json, loss: tuple[str, str]) -> None:
    code, key = loss
    assert down(part) == ([{"role": "user", "content": [said]}], [(code, f"/input/1/content/0/{key}", "harmless")])


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ({"type": "input_image", "file_id": "f"}, "image_dropped"),
        ({"type": "input_image", "image_url": None, "file_id": "f", "detail": "original"}, "image_dropped"),
        ({"type": "input_image"}, "image_dropped"),
        ({"type": "input_file", "file_url": "u", "filename": "a", "detail": "low"}, "file_dropped"),
        ({"type": "input_file", "filename": "a"}, "file_dropped"),
    ],
    ids=str,
)
def test_content_that_chat_cannot_fetch_is_one_breaking_loss(part: Json, code: str) -> None:
    assert down(TEXT, part) == ([{"role": "user", "content": [CHAT_TEXT]}], [(code, "/input/1/content/1", "breaking")])


STRANGE_DOWN = [
    {**TEXT, "wibble": 1},
    {"type": "input_image", "image_url": "u", "wibble": 1},
    {"type": "input_file", "file_id": "f", "wibble": 1},
]


@pytest.mark.parametrize("part", STRANGE_DOWN, ids=lambda part: part["type"])
def test_an_unknown_key_of_a_responses_part_is_reported(part: Json) -> None:
    assert down(part)[1] == [(UNKNOWN, "/input/1/content/0/wibble", "degrading")]
    assert output_down(part)[1][0] == (UNKNOWN, "/input/2/output/0/wibble", "degrading")


STRANGE_UP: list[tuple[Json, str]] = [
    ({**CHAT_TEXT, "wibble": 1}, "/wibble"),
    ({"type": "image_url", "image_url": {"url": "u"}, "wibble": 1}, "/wibble"),
    ({"type": "image_url", "image_url": {"url": "u", "wibble": 1}}, "/image_url/wibble"),
    ({"type": "file", "file": {"file_id": "f", "format": "pdf"}}, "/file/format"),
]


@pytest.mark.parametrize(("part", "path"), STRANGE_UP, ids=[case[1] for case in STRANGE_UP])
def test_an_unknown_key_of_a_chat_part_is_reported(part: Json, path: str) -> None:
    assert up(part)[1] == [(UNKNOWN, f"/messages/1/content/0{path}", "degrading")]


def test_null_keys_of_parts_are_no_loss_and_never_sent() -> None:
    """Responses demands detail, so a null one becomes its default."""
    image = {"type": "input_image", "image_url": "u", "detail": None, "file_id": None, "prompt_cache_breakpoint": None}
    file = {"type": "input_file", "file_id": "f", "filename": None, "file_data": None, "file_url": None, "detail": None}
    said = [{"type": "image_url", "image_url": {"url": "u"}}, {"type": "file", "file": {"file_id": "f"}}]
    assert down(image, file) == ([{"role": "user", "content": said}], [])
    chat_image = {"type": "image_url", "image_url": {"url": "u", "detail": None}}
    chat_file = {"type": "file", "file": {"file_id": "f", "filename": None, "file_data": None}}
    again = [{"type": "input_image", "image_url": "u", "detail": "auto"}, {"type": "input_file", "file_id": "f"}]
    assert up(chat_image, chat_file) == ([{"role": "user", "content": again}], [])


@pytest.mark.parametrize("role", ["user", "system", "developer"])
def test_an_empty_content_list_is_empty_text_both_ways(role: str) -> None:
    """Bug class 97."""
    assert down(role=role) == ([{"role": role, "content": ""}], [])
    assert up(role=role) == ([{"role": role, "content": ""}], [])


def test_an_empty_content_list_of_the_assistant_is_no_message() -> None:
    """Bug classes 97 and 98."""
    assert down(role="assistant") == ([], [])
    assert up(role="assistant") == ([], [])


def test_a_message_of_which_no_part_is_left_is_not_sent() -> None:
    strange = {"type": "hologram"}
    assert down(strange) == ([], [("unknown_part_dropped", "/input/1/content/0", "breaking")])
    assert up(strange) == ([], [("unknown_part_dropped", "/messages/1/content/0", "breaking")])


def test_an_empty_output_list_is_empty_text_both_ways() -> None:
    assert output_down() == ([{"role": "tool", "tool_call_id": "a", "content": ""}], [])
    assert output_up() == ("", [])


def test_an_output_of_which_no_part_is_left_is_empty_and_reported() -> None:
    strange = {"type": "hologram"}
    message = {"role": "tool", "tool_call_id": "a", "content": ""}
    assert output_down(strange) == ([message], [("unknown_part_dropped", "/input/2/output/0", "breaking")])
    assert output_up(strange) == ("", [("unknown_part_dropped", "/messages/2/content/0", "breaking")])


def test_images_and_files_of_an_output_follow_as_one_user_message() -> None:
    """Bug class 91, 4.1 step 6."""
    image, file = {"type": "input_image", "image_url": "u"}, {"type": "input_file", "file_data": "data:x"}
    said = [{"type": "image_url", "image_url": {"url": "u"}}, {"type": "file", "file": {"file_data": "data:x"}}]
    messages, losses = output_down(image, TEXT, file)
    assert messages == [
        {"role": "tool", "tool_call_id": "a", "content": [CHAT_TEXT]},
        {"role": "user", "content": said},
    ]
    assert losses == [("attachment_moved", "/input/2/output", "degrading")]


def test_text_and_images_of_a_tool_message_stay_in_the_output() -> None:
    """Bug classes 92 and 93: a list stays a list, in order."""
    image, file = {"type": "image_url", "image_url": {"url": "u"}}, {"type": "file", "file": {"file_id": "f"}}
    assert output_up(CHAT_TEXT, image, file) == (
        [TEXT, {"type": "input_image", "image_url": "u", "detail": "auto"}, {"type": "input_file", "file_id": "f"}],
        [],
    )


@pytest.mark.parametrize("part", [{"type": "image_url"}, {"type": "image_url", "image_url": {}}], ids=str)
def test_an_image_without_a_url_is_breaking(part: Json) -> None:
    assert output_up(part, CHAT_TEXT)[0] == [TEXT]
    assert ("image_dropped", "/messages/2/content/0", "breaking") in output_up(part, CHAT_TEXT)[1]


@pytest.mark.parametrize("file", [{}, {"filename": "a.pdf"}], ids=str)
def test_a_file_without_data_is_breaking(file: Json) -> None:
    """Bug class 95."""
    said, losses = up({"type": "file", "file": file}, CHAT_TEXT)
    assert said == [{"role": "user", "content": [TEXT]}]
    assert losses == [("file_dropped", "/messages/1/content/0", "breaking")]


ASSISTANTS: list[tuple[Json, str]] = [
    ({"type": "image_url", "image_url": {"url": "u"}}, "image_dropped"),
    ({"type": "file", "file": {"file_id": "f"}}, "file_dropped"),
]


@pytest.mark.parametrize(("part", "code"), ASSISTANTS, ids=[case[1] for case in ASSISTANTS])
def test_an_assistant_message_of_responses_holds_text_and_refusals_only(part: Json, code: str) -> None:
    said, losses = up(part, CHAT_TEXT, role="assistant")
    assert said == [{"role": "assistant", "content": "a"}]
    assert losses == [(code, "/messages/1/content/0", "breaking")]


def test_images_of_an_assistant_message_follow_as_a_user_message() -> None:
    image = {"type": "input_image", "image_url": "u", "detail": "auto"}
    said, losses = down(image, {"type": "output_text", "text": "see"}, role="assistant")
    assert said == [
        {"role": "assistant", "content": "see"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u", "detail": "auto"}}]},
    ]
    assert losses == [("attachment_moved", "/input/1", "degrading")]


def test_only_the_assistant_refuses() -> None:
    refusal = {"type": "refusal", "refusal": "no"}
    assert down(TEXT, refusal)[1] == [("unknown_part_dropped", "/input/1/content/1", "breaking")]
    assert up(CHAT_TEXT, refusal)[1] == [("unknown_part_dropped", "/messages/1/content/1", "breaking")]
    assert up(refusal, role="assistant")[0][0]["content"] == [refusal]


def test_one_text_of_the_assistant_is_a_string_again() -> None:
    """C2R-MSG: text is a string, only several parts are a list."""
    assert up(CHAT_TEXT, role="assistant") == ([{"role": "assistant", "content": "a"}], [])


@pytest.mark.parametrize("kind", ["reasoning_text", "summary_text"])
def test_reasoning_text_is_never_forwarded(kind: str) -> None:
    """Bug class 54."""
    said, losses = down({"type": kind, "text": "hm"}, TEXT)
    assert said == [{"role": "user", "content": [CHAT_TEXT]}]
    assert losses == [("reasoning_dropped", "/input/1/content/0", "degrading")]


def test_clients_may_send_output_text_and_input_text_under_any_role() -> None:
    """R2C-ITEM EasyInputMessage, OBS-5."""
    assert down({"type": "output_text", "text": "a"})[0] == [{"role": "user", "content": [CHAT_TEXT]}]
    assert down(TEXT, role="assistant")[0] == [{"role": "assistant", "content": "a"}]
