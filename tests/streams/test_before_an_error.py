"""What was fed before an error is said or reported, however the client takes it (DESIGN.md section 4).

Each word stands in one event, so that it is found as it is in what comes out, wherever the stream broke off.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from respeak import Loss, Options, StreamTranslator
from streams.build import HEAD, RESPONSE, chunk, event
from streams.shapes import Json, Stream

CREATED = event("created", response={**RESPONSE, "status": "in_progress"})
ERROR: Json = {"type": "error", "message": "Gone.", "code": "server_error", "param": None}
FAILED = event("failed", response={**RESPONSE, "status": "failed", "error": {"code": "server_error", "message": "G"}})


def message(index: int, words: tuple[str, ...], added: Json, done: Json) -> Stream:
    item = {"type": "message", "id": f"m{index}", "role": "assistant", "status": "in_progress", "content": []}
    at = {"output_index": index, "content_index": 0, "item_id": f"m{index}"}
    part = {"type": "output_text", "text": "".join(words), "annotations": [], "logprobs": []}
    cited = {"type": "url_citation", "url": "u", "title": f"title{words[0]}", "start_index": 0, "end_index": 1}
    pieces = [event("output_text.delta", **at, delta=word, logprobs=[]) for word in words]
    return [
        event("output_item.added", output_index=index, item={**item, **added}),
        *pieces,
        event("output_text.annotation.added", **at, annotation_index=0, annotation=cited),
        event("output_item.done", output_index=index, item={**item, "status": "completed", "content": [part], **done}),
    ]


def call(index: int, kind: str, key: str, first: str, words: tuple[str, ...]) -> Stream:
    item = {"type": kind, "id": f"c{index}", "call_id": f"call_{index}", "name": "f", "status": "in_progress"}
    word = "function_call_arguments" if kind == "function_call" else "custom_tool_call_input"
    pieces = [event(f"{word}.delta", output_index=index, item_id=f"c{index}", delta=piece) for piece in words]
    whole = {**item, "status": "completed", key: first + "".join(words)}
    return [
        event("output_item.added", output_index=index, item={**item, key: first}),
        *pieces,
        event("output_item.done", output_index=index, item=whole),
    ]


def reasoning(index: int, word: str) -> Stream:
    item = {"type": "reasoning", "id": f"r{index}", "summary": []}
    whole = {**item, "summary": [{"type": "summary_text", "text": word}]}
    at = {"output_index": index, "item_id": f"r{index}", "summary_index": 0}
    return [
        event("output_item.added", output_index=index, item=item),
        event("reasoning_summary_text.delta", **at, delta=word),
        event("output_item.done", output_index=index, item=whole),
    ]


def woven(*items: Stream) -> Stream:
    """Items that overlap in time."""
    rows = itertools.zip_longest(*items)
    return [each for row in rows for each in row if each is not None]


COMMENTARY, FINAL = {"phase": "commentary"}, {"phase": "final_answer"}
UP: dict[str, Stream] = {
    "overlapping messages": woven(message(0, ("aa", "bb"), {}, {}), message(1, ("cc",), {}, {})),
    "commentary": message(0, ("aa", "bb"), COMMENTARY, COMMENTARY) + message(1, ("cc",), FINAL, FINAL),
    "phases that come late": woven(message(0, ("aa", "bb"), {}, COMMENTARY), message(1, ("cc", "dd"), {}, FINAL)),
    "a call and commentary": call(0, "function_call", "arguments", "", ("aa", "bb")) + message(1, ("cc",), {}, {}),
    "thoughts": reasoning(0, "aa") + message(1, ("bb",), COMMENTARY, COMMENTARY),
    "an input in pieces": call(0, "custom_tool_call", "input", "", ("aa", "bb")),
    "an input that began": call(0, "custom_tool_call", "input", "aa", ("bb", "cc")),
    "overlapping calls": woven(
        call(0, "function_call", "arguments", "", ("aa", "bb")), call(1, "custom_tool_call", "input", "", ("cc", "dd"))
    ),
}
MESSAGES = [{"role": "user", "content": "Hi."}]
JSON_MODE: Json = {"model": "vtrix-gpt-5.3-codex", "messages": MESSAGES, "response_format": {"type": "json_object"}}
MODES: dict[str, dict[str, Any]] = {
    "plain": {},
    "final only": {"options": Options(final_only=True)},
    "JSON": {"request": JSON_MODE},
    "functions": {"request": {"model": "vtrix-gpt-5.3-codex", "messages": MESSAGES, "functions": [{"name": "f"}]}},
}


def fed(chunks: Stream, source: str, target: str, **more: Any) -> tuple[Stream, list[Loss]]:
    translator = StreamTranslator(source=source, target=target, **more)
    said = [each for given in chunks for each in translator.feed(given)] + translator.close()
    return said, list(translator.losses)


def words(value: Any) -> Iterator[str]:
    """The words that were fed in a piece, each with its place."""
    found = json.dumps(value)
    yield from (letter * 2 for letter in "abcd" if f'"{letter * 2}' in found or f'{letter * 2}"' in found)


def covered(losses: list[Loss], place: str) -> bool:
    """True if something is lost at the place, or all that holds it."""
    lost = [loss.path for loss in losses if loss.kind == "dropped" and loss.severity.value != "harmless"]
    mine = [path for path in lost if not path.endswith("/phase")]
    return any(place == path or place.startswith(f"{path}/") or path.startswith(f"{place}/") for path in mine)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("target", ["chat", "openrouter-chat", "vtrix"])
@pytest.mark.parametrize("ended", [ERROR, FAILED], ids=["error", "failed"])
@pytest.mark.parametrize("name", UP)
def test_each_word_of_items_before_an_error_is_said_or_reported(name: str, ended: Json, target: str, mode: str) -> None:
    for length in range(1, len(UP[name]) + 1):
        given = UP[name][:length]
        said, losses = fed([CREATED, *given, ended], "responses", target, **MODES[mode])
        assert said[-1]["error"]["message"]
        told = json.dumps(said[:-1])
        for each in given:
            for word in words(each):
                assert word in told or covered(losses, f"/output/{each['output_index']}"), (word, length, losses)


def entry(form: str, word: str, name: str | None = None, index: int = 0) -> Json:
    key = "input" if form == "custom" else "arguments"
    inner = {key: word} | ({"name": name} if name else {})
    opening = {"id": f"call_{index}", "type": form} if name else {}
    return chunk({"tool_calls": [{"index": index, **opening, form: inner}]})


def legacy(word: str, name: str | None = None) -> Json:
    return chunk({"function_call": {"arguments": word} | ({"name": name} if name else {})})


FIRST = chunk({"role": "assistant", "content": None})
CHAT: dict[str, Stream] = {
    "text and refusal": [chunk({"content": "aa"}), chunk({"refusal": "bb"}), chunk({"content": "cc"})],
    "thoughts": [chunk({"reasoning_content": "aa"}), chunk({"content": "bb"}), chunk({"reasoning_content": "cc"})],
    "a call": [entry("function", "aa", "f"), entry("function", "bb")],
    "an input": [chunk({"content": "aa"}), entry("custom", "bb", "f"), entry("custom", "cc")],
    "two calls": [entry("custom", "aa", "f"), entry("function", "bb", "g", 1), entry("custom", "cc")],
    "a call of old": [legacy("aa", "f"), legacy("bb")],
    "a name that comes late": [legacy("aa"), legacy("bb", "f"), legacy("cc")],
    "no name": [legacy("aa"), legacy("bb")],
    "no name and another call": [
        chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"arguments": "aa"}}]}),
        entry("function", "bb", "f", 1),
    ],
    "a name alone": [chunk({"function_call": {"name": "aa"}})],
}
TOOLS: Json = {"model": "vtrix-gpt-5.3-codex", "messages": MESSAGES}
TOOLS["tools"] = [{"type": "custom", "custom": {"name": "f"}}, {"type": "function", "function": {"name": "aa"}}]
ROUTES: list[tuple[str, str, dict[str, Any]]] = [
    *[("chat", target, {}) for target in ("responses", "vtrix", "openrouter-chat")],
    *[("vtrix", target, {}) for target in ("responses", "chat")],
    ("vtrix", "chat", {"request": TOOLS}),
    ("chat", "openrouter-chat", {"request": MODES["functions"]["request"]}),
]


@pytest.mark.parametrize("route", ROUTES, ids=str)
@pytest.mark.parametrize("name", CHAT)
def test_each_word_of_chunks_before_an_error_is_said_or_reported(
    name: str, route: tuple[str, str, dict[str, Any]]
) -> None:
    source, target, more = route
    for length in range(1, len(CHAT[name]) + 1):
        given = CHAT[name][:length]
        said, losses = fed([FIRST, *given, {"error": {"message": "Gone."}}], source, target, **more)
        told = json.dumps(said)
        for word in words(given):
            assert word in told or covered(losses, "/choices/0/message"), (word, length, losses)


@pytest.mark.parametrize("route", ROUTES, ids=str)
@pytest.mark.parametrize("name", CHAT)
def test_a_call_that_is_changed_on_its_way_was_said(name: str, route: tuple[str, str, dict[str, Any]]) -> None:
    """What was said nowhere is lost, not made or approximated."""
    source, target, more = route
    said, losses = fed([FIRST, *CHAT[name], {"error": {"message": "Gone."}}], source, target, **more)
    changed = {"custom_tool_as_function", "call_id_made"} & {loss.code.value for loss in losses}
    told = json.dumps(said)
    assert not changed or "call_" in told or "function_call" in told


def test_the_input_of_a_custom_tool_that_broke_off_is_no_whole_json() -> None:
    """A client that runs whatever can be read must not run half of a patch."""
    said, _ = fed([FIRST, *CHAT["an input"], {"error": {"message": "Gone."}}], "chat", "vtrix")
    assert said[-2]["choices"][0]["delta"] == {"function_call": {"name": "f", "arguments": '{"input":"bbcc'}}
    assert {key: said[-2][key] for key in ("id", "created", "model")} == {
        key: HEAD[key] for key in ("id", "created", "model")
    }


def test_before_any_chunk_an_error_stays_the_first_frame() -> None:
    """So that a gateway can send an HTTP error; what was muted till then is lost with it."""
    given = [CREATED, *UP["commentary"][:4], ERROR]
    said, losses = fed(given, "responses", "chat", options=Options(final_only=True))
    assert len(said) == 1 and said[0]["error"]
    assert ("error_detail_dropped", "/output") in {(loss.code.value, loss.path) for loss in losses}


FILE: Json = {"type": "file_citation", "file_id": "file_1", "filename": "a.txt", "index": 0}


@pytest.mark.parametrize("end", [[], [ERROR], [FAILED]], ids=["cut", "an error", "a response that failed"])
@pytest.mark.parametrize("target", ["chat", "vtrix"])
def test_citations_of_a_message_that_was_never_finished_are_lost_aloud(end: list[Json], target: str) -> None:
    item = {"type": "message", "id": "m", "role": "assistant", "status": "in_progress", "content": []}
    at = {"output_index": 0, "item_id": "m"}
    said = [
        event("output_item.added", output_index=0, item=item),
        event("refusal.delta", **at, content_index=0, delta="No."),
        event("output_text.delta", **at, content_index=1, delta="Or.", logprobs=[]),
        event("output_text.annotation.added", **at, content_index=1, annotation_index=0, annotation=FILE),
    ]
    translator = StreamTranslator(source="responses", target=target)
    for each in (CREATED, *said, *end):
        translator.feed(each)
    translator.close()
    assert ("annotations_dropped", "/output/0/content/1/annotations/0") in [
        (loss.code.value, loss.path) for loss in translator.losses
    ]
