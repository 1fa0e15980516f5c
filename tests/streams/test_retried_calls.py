"""A Chat upstream that begins anew during a call: it makes the same call, or the stream has failed (BUG/33, BUG/76)."""

from __future__ import annotations

from typing import Any

import pytest

from respeak import StreamTranslator, answer_of
from streams.build import HEAD, chunk
from streams.shapes import Json, Stream

FAILED = "The upstream began its answer again and said something else than before."
FIRST = chunk({"role": "assistant", "content": None})
WHOLE = '{"a": 1}'
ROUTES = [("chat", "responses"), ("chat", "vtrix"), ("chat", "openrouter-chat"), ("openrouter-chat", "chat")]
FORMS = ["function", "custom", "legacy"]


def again(each: Json) -> Json:
    return {**each, "id": "chatcmpl-2"}


def entry(form: str, text: str, call_id: str | None = None, name: str | None = None, index: int | None = 0) -> Json:
    key = "input" if form == "custom" else "arguments"
    inner = {key: text} | ({"name": name} if name else {})
    if form == "legacy":
        return chunk({"function_call": inner})
    opening = {"id": call_id, "type": form} if call_id else {}
    place = {} if index is None else {"index": index}
    return chunk({"tool_calls": [{**place, **opening, form: inner}]})


def fed(chunks: Stream, source: str, target: str) -> tuple[Stream, list[tuple[str, str]]]:
    translator = StreamTranslator(source=source, target=target)
    said = [event for given in chunks for event in translator.feed(given)] + translator.close()
    return said, [(loss.code.value, loss.severity.value) for loss in translator.losses]


def told(said: Stream, target: str) -> list[tuple[str, str, str]]:
    """Type, name and text of each call, as a client puts its pieces together."""
    if target == "responses":
        items = [item for item in said[-1]["response"]["output"] if item["type"] != "message"]
        return [(item["type"], item["name"], item.get("arguments", item.get("input"))) for item in items]
    calls: dict[Any, list[str]] = {}
    for delta in (choice["delta"] for each in said for choice in each.get("choices", ())):
        pieces = [(call["index"], call.get("function") or call["custom"]) for call in delta.get("tool_calls") or ()]
        pieces += [("legacy", delta["function_call"])] if delta.get("function_call") else []
        for index, inner in pieces:
            held = calls.setdefault(index, ["", "", ""])
            held[1] += inner.get("name") or ""
            held[2] += inner.get("arguments") or inner.get("input") or ""
    return [(held[0], held[1], held[2]) for held in calls.values()]


def attempts(form: str, said: str, *pieces: str, name: str = "f") -> Stream:
    second = [entry(form, pieces[0], "call_2", name), *(entry(form, piece) for piece in pieces[1:])]
    finish = chunk({}, "function_call" if form == "legacy" else "tool_calls")
    return [FIRST, entry(form, said, "call_1", "f"), *map(again, [FIRST, *second, finish])]


@pytest.mark.parametrize(("source", "target"), ROUTES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("said", ["", "{", '{"a":', WHOLE])
@pytest.mark.parametrize("pieces", [[WHOLE], ["", *WHOLE], ['{"a"', ": 1}"]], ids=len)
def test_what_a_retry_repeats_of_a_call_is_said_once(
    source: str, target: str, form: str, said: str, pieces: list[str]
) -> None:
    out, losses = fed(attempts(form, said, *pieces), source, target)
    [(_, name, text)] = told(out, target)
    wanted = '{"input":"{\\"a\\": 1}"}' if (form, target) == ("custom", "vtrix") else WHOLE
    assert (name, text) == ("f", wanted)
    assert not any(severity == "breaking" for _, severity in losses)
    assert "error" not in out[-1] and out[-1].get("type") in (None, "response.completed")


OTHERS: dict[str, Stream] = {
    "other arguments": attempts("function", '{"a":', '{"b": 1}'),
    "fewer arguments": attempts("function", '{"a":', "{"),
    "another name": attempts("function", '{"a":', WHOLE, name="g"),
    "a longer name": attempts("function", '{"a":', WHOLE, name="ff"),
    "a shorter name": [FIRST, entry("function", "", "call_1", "fo"), *attempts("function", "", WHOLE)[2:]],
    "another kind": [*attempts("function", "{", "")[:3], *attempts("custom", "{", WHOLE)[3:]],
    "no call": [FIRST, entry("function", '{"a":', "c", "f"), *map(again, [FIRST, chunk({"content": "A"}, "stop")])],
    "the other call first": [
        *[FIRST, entry("function", "{}", "c", "f"), entry("function", WHOLE, "d", "g", 1)],
        *map(again, [FIRST, entry("function", WHOLE, "d", "g"), chunk({}, "tool_calls")]),
    ],
}


@pytest.mark.parametrize(("source", "target"), ROUTES)
@pytest.mark.parametrize("other", OTHERS)
def test_a_retry_that_calls_something_else_has_failed(source: str, target: str, other: str) -> None:
    """A call that is not whole is never finished; nothing comes behind the failure."""
    out, losses = fed([*OTHERS[other], chunk({"content": "more"})], source, target)
    failed = out[-1]["response"] if target == "responses" else out[-1]
    assert failed["error"]["message"] == FAILED
    assert "breaking" in dict(losses).values()
    if target == "responses":
        broken = [item for item in failed["output"] if item.get("arguments") == '{"a":']
        assert all(item["status"] == "incomplete" for item in broken)
    else:
        assert not any(choice["finish_reason"] for each in out for choice in each.get("choices", ()))


@pytest.mark.parametrize("other", OTHERS)
def test_the_answer_of_a_stream_that_calls_something_else_has_no_finish(other: str) -> None:
    [choice] = answer_of(OTHERS[other], dialect="chat")["choices"]
    assert choice["finish_reason"] is None


def test_a_stream_passes_within_a_dialect_as_it_is() -> None:
    for chunks in OTHERS.values():
        assert fed(chunks, "chat", "chat") == (chunks, [])


@pytest.mark.parametrize("numbers", [(0, 1), (None, None), (3, 4)], ids=str)
def test_a_retry_may_make_more_calls_and_number_them_anew(numbers: tuple[Any, Any]) -> None:
    """Without a number a piece belongs to the last call, so the second attempt must not go back to the first."""
    names = [entry("function", "{}", "c", "f", numbers[0]), entry("function", "{", "d", "g", numbers[1])]
    second = [entry("function", "{}", "e", "f", 0), entry("function", WHOLE, "h", "g", 1)]
    more = [*second, entry("function", "{}", "i", "k", 5), chunk({}, "tool_calls")]
    out, _ = fed([FIRST, *names, *map(again, [FIRST, *more])], "chat", "responses")
    assert [call[1:] for call in told(out, "responses")] == [("f", "{}"), ("g", WHOLE), ("k", "{}")]
    assert [item["call_id"] for item in out[-1]["response"]["output"]] == ["c", "d", "i"]


def test_a_call_whose_number_another_one_took_cannot_go_on() -> None:
    chunks = [FIRST, entry("function", "{", "c", "f"), entry("function", "{", "d", "g")]
    out, _ = fed([*chunks, *map(again, [FIRST, entry("function", WHOLE, "e", "f")])], "chat", "responses")
    assert out[-1]["response"]["error"]["message"] == FAILED


def test_a_retry_says_an_id_and_keys_that_were_not_said() -> None:
    first = chunk({"tool_calls": [{"index": 0, "type": "function", "function": {"name": "f"}}]})
    more = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}", "x": 1}}
    second = [FIRST, chunk({"tool_calls": [more]}), chunk({}, "tool_calls")]
    out, _ = fed([FIRST, first, *map(again, second)], "chat", "openrouter-chat")
    pieces = [call for each in out for call in each["choices"][0]["delta"].get("tool_calls") or ()]
    assert pieces[1] == {"index": 0, "id": "c", "function": {"arguments": "{}", "x": 1}}


def test_after_a_second_retry_the_first_call_still_stands() -> None:
    third = [{**each, "id": "chatcmpl-3"} for each in (FIRST, entry("function", WHOLE, "e", "f"))]
    finish = {**HEAD, "id": "chatcmpl-3", "choices": chunk({}, "tool_calls")["choices"]}
    second = map(again, [FIRST, entry("function", '{"a"', "d", "f")])
    out, _ = fed([FIRST, entry("function", "{", "c", "f"), *second, *third, finish], "chat", "responses")
    assert told(out, "responses") == [("function_call", "f", WHOLE)]
