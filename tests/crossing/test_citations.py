"""Citations, logprobs and moderation of answers: mapping.md R2C-ANN, C2R-MSGOUT, C2R-RESP, R2C-RESP."""

from __future__ import annotations

from typing import Any

import pytest

import respeak
import sdk
from saying import Json, Lost, response


def part(text: str, *annotations: Json, **more: Any) -> Json:
    return {"type": "output_text", "text": text, "annotations": list(annotations), **more}


def down(*contents: list[Json], **more: Any) -> tuple[Json, Lost]:
    output = [{"type": "message", "role": "assistant", "status": "completed", "content": held} for held in contents]
    payload = {"id": "resp_1", "created_at": 1, "model": "m", "status": "completed", "output": output, **more}
    said, losses = response(payload, "responses", "chat")
    assert sdk.problems(said, "chat", "response") == []
    return said, [loss for loss in losses if loss[0] != "messages_merged"]


def up(message: Json, logprobs: Any = None, **more: Any) -> tuple[Json, Lost]:
    full = {"role": "assistant", "content": "a", "refusal": None, **message}
    choice = {"index": 0, "message": full, "finish_reason": "stop", "logprobs": logprobs}
    payload = {"id": "chatcmpl-1", "created": 1, "model": "m", "choices": [choice], **more}
    said, losses = response(payload, "chat", "responses")
    assert sdk.problems(said, "responses", "response") == []
    return said, losses


# Citations ------------------------------------------------------------------------------------------------------


def flat(start: int, end: int) -> Json:
    return {"type": "url_citation", "url": "u", "title": "t", "start_index": start, "end_index": end}


SHIFTS: list[tuple[str, list[list[Json]], int]] = [
    ("the first part", [[part("four", flat(1, 3))]], 0),
    ("a later part", [[part("four"), part("more", flat(1, 3))]], 4),
    ("a later message, behind the separator", [[part("four")], [part("more", flat(1, 3))]], 6),
    ("characters, not bytes", [[part("né🙂"), part("more", flat(1, 3))]], 3),
    ("behind a refusal", [[{"type": "refusal", "refusal": "no"}, part("more", flat(1, 3))]], 0),
    ("behind an empty message", [[part("")], [part("more", flat(1, 3))]], 0),
]


@pytest.mark.parametrize(("contents", "shift"), [case[1:] for case in SHIFTS], ids=[case[0] for case in SHIFTS])
def test_a_citation_moves_by_the_text_before_its_part(contents: list[list[Json]], shift: int) -> None:
    said, losses = down(*contents)
    assert said["choices"][0]["message"]["annotations"] == [
        {
            "type": "url_citation",
            "url_citation": {"url": "u", "title": "t", "start_index": 1 + shift, "end_index": 3 + shift},
        }
    ]
    assert losses == []


def test_the_cited_words_are_the_same_before_and_after() -> None:
    said, _ = down([part("First. "), part("Then this.", flat(5, 9))])
    message = said["choices"][0]["message"]
    inner = message["annotations"][0]["url_citation"]
    assert message["content"][inner["start_index"] : inner["end_index"]] == "this"


def test_citations_are_flat_on_responses_and_their_indices_are_copied() -> None:
    inner = {key: value for key, value in flat(2, 9).items() if key != "type"}
    said, losses = up({"annotations": [{"type": "url_citation", "url_citation": inner}]})
    assert said["output"][0]["content"][0]["annotations"] == [flat(2, 9)]
    assert losses == []


def test_a_citation_has_all_keys_that_clients_read() -> None:
    made = {"url": "u", "title": "", "start_index": 0, "end_index": 0}
    said, losses = up({"annotations": [{"type": "url_citation", "url_citation": {"url": "u"}}]})
    assert said["output"][0]["content"][0]["annotations"] == [{"type": "url_citation", **made}]
    assert losses == [("citation_filled", "/choices/0/message/annotations/0", "harmless")]
    said, losses = down([part("a", {"type": "url_citation", "url": "u"})])
    nested = {"type": "url_citation", "url_citation": made}
    assert said["choices"][0]["message"]["annotations"] == [nested]
    assert losses == [("citation_filled", "/output/0/content/0/annotations/0", "harmless")]


OTHERS: list[Json] = [
    {"type": "file_citation", "file_id": "f", "index": 0, "filename": "a"},
    {
        "type": "container_file_citation",
        "container_id": "c",
        "file_id": "f",
        "filename": "a",
        "start_index": 0,
        "end_index": 1,
    },
    {"type": "file_path", "file_id": "f", "index": 0},
    {"type": "footnote"},
]


@pytest.mark.parametrize("annotation", OTHERS, ids=lambda annotation: annotation["type"])
def test_a_citation_of_a_file_is_lost_alone(annotation: Json) -> None:
    said, losses = down([part("a", annotation, flat(0, 1))])
    assert len(said["choices"][0]["message"]["annotations"]) == 1
    assert losses == [("annotations_dropped", "/output/0/content/0/annotations/0", "degrading")]


def test_an_unknown_key_of_a_citation_is_reported() -> None:
    assert down([part("a", {**flat(0, 1), "odd": 1})])[1] == [
        ("unknown_field_dropped", "/output/0/content/0/annotations/0/odd", "degrading")
    ]


# Logprobs -------------------------------------------------------------------------------------------------------


def entry(token: str, **more: Any) -> Json:
    return {"token": token, "logprob": -0.5, "bytes": list(token.encode()), "top_logprobs": [], **more}


def test_logprobs_of_all_parts_follow_each_other_without_the_separator() -> None:
    said, losses = down([part("a", logprobs=[entry("a")])], [part("b", logprobs=[entry("b")])])
    assert said["choices"][0]["logprobs"] == {"content": [entry("a"), entry("b")], "refusal": None}
    assert losses == []


@pytest.mark.parametrize("logprobs", [None, []])
def test_no_logprobs_are_null(logprobs: Any) -> None:
    said, losses = down([part("a", logprobs=logprobs)])
    assert (said["choices"][0]["logprobs"], losses) == (None, [])


def test_bytes_that_chat_leaves_null_are_those_of_the_token() -> None:
    top = {"token": "é", "logprob": -1, "bytes": None}
    said, losses = up({}, {"content": [entry("é", bytes=None, top_logprobs=[top])], "refusal": None})
    [made] = said["output"][0]["content"][0]["logprobs"]
    assert made == entry("é", top_logprobs=[{**top, "bytes": [195, 169]}])
    assert losses == []


def test_bytes_that_are_no_whole_character_are_copied() -> None:
    said, _ = up({}, {"content": [entry("\\xf0", bytes=[240])], "refusal": None})
    assert said["output"][0]["content"][0]["logprobs"][0]["bytes"] == [240]


def test_logprobs_without_alternatives_have_an_empty_list() -> None:
    bare = {"token": "a", "logprob": -0.5}
    said, _ = up({}, {"content": [bare], "refusal": None})
    assert said["output"][0]["content"][0]["logprobs"] == [entry("a")]
    said, _ = down([part("a", logprobs=[bare])])
    assert said["choices"][0]["logprobs"]["content"] == [{**entry("a"), "bytes": None}]


def test_logprobs_of_a_refusal_are_a_harmless_loss() -> None:
    _, losses = up({"content": None, "refusal": "no"}, {"content": None, "refusal": [entry("no")]})
    assert losses == [("logprobs_dropped", "/choices/0/logprobs/refusal", "harmless")]


def test_an_unknown_key_of_a_logprob_is_reported() -> None:
    top = {"token": "a", "logprob": -1, "bytes": [97], "odd": 1}
    at = "/output/0/content/0/logprobs/0"
    _, losses = down([part("a", logprobs=[entry("a", odd=1, top_logprobs=[top])])])
    paths = [f"{at}/odd", f"{at}/top_logprobs/0/odd"]
    assert sorted(losses) == [("unknown_field_dropped", path, "degrading") for path in paths]


# Moderation -----------------------------------------------------------------------------------------------------


def result(flagged: bool = False, **more: Any) -> Json:
    scores = {"categories": {"violence": flagged}, "category_scores": {"violence": 0.5}}
    given = {"type": "moderation_result", "model": "omni", "flagged": flagged, **scores, **more}
    return {**given, "category_applied_input_types": {"violence": ["text"]}}


def results(*held: Json, **more: Any) -> Json:
    return {"type": "moderation_results", "model": "omni", "results": list(held), **more}


FAULT = {"type": "error", "code": "c", "message": "m"}


def test_one_result_is_a_list_of_one_and_back() -> None:
    flat_one, listed = {"input": result(True), "output": FAULT}, {"input": results(result(True)), "output": FAULT}
    said, losses = down([part("a")], moderation=flat_one)
    assert (said["moderation"], losses) == (listed, [])
    said, losses = up({}, moderation=listed)
    assert (said["moderation"], losses) == (flat_one, [])


def test_a_result_that_does_not_say_is_not_flagged() -> None:
    given = {"type": "moderation_result", "model": "omni", "categories": {}, "category_scores": {}}
    answer = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "status": "completed", "output": []}
    said = respeak.translate_response({**answer, "moderation": {"input": given}}, source="responses", target="chat")
    [found] = said.payload["moderation"]["input"]["results"]
    assert found["flagged"] is False


def test_several_results_are_the_first_flagged_if_any_is() -> None:
    said, losses = up({}, moderation={"input": results(result(False), result(True)), "output": results(result(False))})
    assert said["moderation"]["input"] == {**result(False), "flagged": True}
    assert losses == [("moderation_merged", "/moderation/input/results", "degrading")]


ODD_MODERATION: list[tuple[str, Json, str]] = [
    ("of the sides", {"input": FAULT, "output": FAULT, "odd": 1}, "/moderation/odd"),
    ("of the list", {"input": results(result(), odd=1), "output": FAULT}, "/moderation/input/odd"),
    ("of a result", {"input": results(result(odd=1)), "output": FAULT}, "/moderation/input/results/0/odd"),
    ("of an error", {"input": {**FAULT, "odd": 1}, "output": FAULT}, "/moderation/input/odd"),
]


@pytest.mark.parametrize(("held", "path"), [case[1:] for case in ODD_MODERATION], ids=[c[0] for c in ODD_MODERATION])
def test_an_unknown_key_of_moderation_is_reported(held: Json, path: str) -> None:
    assert up({}, moderation=held)[1] == [("unknown_field_dropped", path, "degrading")]


def test_an_unknown_key_of_a_responses_moderation_is_reported() -> None:
    held = {"input": result(odd=1), "output": {**FAULT, "odd": 1}}
    paths = ["/moderation/input/odd", "/moderation/output/odd"]
    assert down([part("a")], moderation=held)[1] == [("unknown_field_dropped", path, "degrading") for path in paths]


def test_a_result_of_another_model_than_its_list_is_sent_under_its_own() -> None:
    held = {"input": {**results(result()), "model": "omni-latest"}, "output": FAULT}
    said, losses = up({}, moderation=held)
    assert said["moderation"]["input"]["model"] == "omni"
    assert losses == [("moderation_merged", "/moderation/input/model", "harmless")]
