"""Streams of very many pieces: what their last events repeat is not said again, what they add is (BUG/75).

Pieces are counted and forgotten as they go by, so all of it must hold for as many as anybody sends.
"""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from streams.build import RESPONSE, event
from streams.shapes import Json, Stream
from streams.test_quick import said

MANY = [99, 100, 101, 102, 350]
"""On both sides of the number at which pieces are counted, and far beyond."""

AT: Json = {"output_index": 0, "item_id": "i", "content_index": 0}
CREATED = event("created", response={**RESPONSE, "output": []})


class Kind:
    """One kind of text: its item with a given text, its events, and what a Chat client got of it."""

    def __init__(self, name: str, item: Json, place: str, told: Any) -> None:
        self.name, self._item, self.place, self.told = name, item, place, told

    def item(self, text: str, status: str = "completed") -> Json:
        if self._item["type"] != "message":
            return {**self._item, self.place: text, "status": status}
        part = {"type": self.name, self.place: text, "annotations": []}
        return {**self._item, "status": status, "content": [part] if text else []}

    def begun(self) -> Stream:
        return [CREATED, event("output_item.added", output_index=0, item=self.item("", "in_progress"))]

    def pieces(self, text: str, number: int) -> Stream:
        """The text in so many pieces, the last one as long as it has to be."""
        cuts = [*text[: number - 1], text[number - 1 :]]
        return [event(f"{self.name}.delta", **AT, delta=piece) for piece in cuts if piece]

    def done(self, how: str, text: str) -> Json:
        """The event that says all of the text."""
        if how == "text done":
            return event(f"{self.name}.done", **AT, **{self.place: text})
        if how == "part done":
            return event("content_part.done", **AT, part={"type": self.name, self.place: text, "annotations": []})
        if how == "item done":
            return event("output_item.done", output_index=0, item=self.item(text))
        return event("completed", response={**RESPONSE, "status": "completed", "output": [self.item(text)]})

    def heard(self, chunks: Stream) -> str:
        deltas = [choice["delta"] for chunk in chunks for choice in chunk.get("choices", ())]
        return "".join(piece for delta in deltas for piece in self.told(delta))


def _arguments(delta: Json) -> list[str]:
    inner = [entry.get("function") or entry["custom"] for entry in delta.get("tool_calls") or ()]
    return [each.get("arguments") or each.get("input") or "" for each in inner]


MESSAGE: Json = {"type": "message", "id": "i", "role": "assistant"}
CALL: Json = {"id": "i", "call_id": "call_1", "name": "f"}
KINDS = {
    "text": Kind("output_text", MESSAGE, "text", lambda delta: [delta.get("content") or ""]),
    "refusal": Kind("refusal", MESSAGE, "refusal", lambda delta: [delta.get("refusal") or ""]),
    "arguments": Kind("function_call_arguments", {"type": "function_call", **CALL}, "arguments", _arguments),
    "input": Kind("custom_tool_call_input", {"type": "custom_tool_call", **CALL}, "input", _arguments),
}
WAYS = [(kind, how) for kind in KINDS for how in ("text done", "part done", "item done", "the finished answer")]
WAYS = [(kind, how) for kind, how in WAYS if how != "part done" or kind in ("text", "refusal")]
TEXT = "".join(chr(ord("a") + number % 25) for number in range(400))


def through(events: Stream, quick: bool) -> Stream:
    (out, end, *_), _ = said(events, "responses", "chat", None, quick)
    return [chunk for each in (*out, end) for chunk in each]


@pytest.mark.parametrize("quick", [True, False], ids=["the short way", "the long way"])
@pytest.mark.parametrize("many", MANY)
@pytest.mark.parametrize(("kind", "how"), WAYS)
def test_a_last_event_says_only_what_no_piece_of_a_long_text_said(kind: str, how: str, many: int, quick: bool) -> None:
    """It repeats the text, adds to it, has less of it, or another one: that cannot be taken back."""
    spoken = KINDS[kind]
    begun = [*spoken.begun(), *spoken.pieces(TEXT, many)]
    assert len(begun) == many + 2
    for final, heard in [
        (TEXT, TEXT),
        (TEXT + "ä and more", TEXT + "ä and more"),
        (TEXT[:-7], TEXT),
        ("Z" + TEXT[1:], TEXT),
        ("Z" + TEXT[1:] + " and more", TEXT),
        (TEXT[:200] + "Z" + TEXT[201:] + " and more", TEXT),
        ("", TEXT),
    ]:
        assert spoken.heard(through([*begun, spoken.done(how, final)], quick)) == heard, final


@pytest.mark.parametrize("quick", [True, False], ids=["the short way", "the long way"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_last_event_of_a_long_text_after_another_says_nothing_more(kind: str, quick: bool) -> None:
    spoken = KINDS[kind]
    hows = [how for each, how in WAYS if each == kind]
    events = [*spoken.begun(), *spoken.pieces(TEXT, 350), *(spoken.done(how, TEXT + "!") for how in hows)]
    chunks = through(events, quick)
    assert spoken.heard(chunks) == TEXT + "!"
    assert chunks[-1]["choices"][0]["finish_reason"] == ("stop" if kind in ("text", "refusal") else "tool_calls")


@pytest.mark.parametrize("quick", [True, False], ids=["the short way", "the long way"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", [40, 100, 101, 130])
def test_a_retry_of_a_long_text_goes_on_where_the_first_one_stopped(kind: str, first: int, quick: bool) -> None:
    """The retry has the text in other pieces; where it says something else the stream fails (BUG/76)."""
    spoken = KINDS[kind]
    once = [*spoken.begun(), *spoken.pieces(TEXT, 300)[:first]]
    again = [*spoken.begun(), *spoken.pieces(TEXT, 37)]
    end = spoken.done("the finished answer", TEXT)
    assert spoken.heard(through([*once, *again, end], quick)) == TEXT
    done = [*spoken.begun(), spoken.done("item done", TEXT), end]
    assert spoken.heard(through([*once, *done], quick)) == TEXT
    for other in ("Z" + TEXT[1:], TEXT[: first - 1] + "Z" + TEXT[first:], TEXT[: first - 1]):
        wrong = [*spoken.begun(), *spoken.pieces(other, 37), spoken.done("the finished answer", other)]
        chunks = through([*once, *wrong], quick)
        assert chunks[-1]["error"]["message"].startswith("The upstream began its answer again")
        assert TEXT.startswith(spoken.heard(chunks))


@pytest.mark.parametrize("quick", [True, False], ids=["the short way", "the long way"])
def test_half_a_character_in_a_long_text_is_counted_as_one(quick: bool) -> None:
    """JSON can hold a lone surrogate, and a service may cut a pair of them in two."""
    text = "\ud83d" + TEXT
    for spoken in KINDS.values():
        events = [*spoken.begun(), *spoken.pieces(text, 120), spoken.done("item done", text + "\ude00")]
        assert spoken.heard(through(events, quick)) == text + "\ude00"


@pytest.mark.parametrize("many", MANY)
@pytest.mark.parametrize("whole", [True, False])
def test_a_long_thought_is_gathered_once(many: int, whole: bool) -> None:
    """Of deltas, and of the event that says all of it; it alone counts where they differ."""
    cuts = [*TEXT[: many - 1], TEXT[many - 1 :]]
    item = {"type": "reasoning", "id": "i", "summary": [], "content": []}
    begun = [CREATED, event("output_item.added", output_index=0, item=item)]
    for kind, at, holder in (
        ("reasoning_text", {**AT}, "content"),
        ("reasoning_summary_text", {"output_index": 0, "item_id": "i", "summary_index": 0}, "summary"),
    ):
        deltas = [event(f"{kind}.delta", **at, delta=piece) for piece in cuts]
        ends = [event(f"{kind}.done", **at, text="All of it.")] if whole else []
        [thought] = respeak.answer_of([*begun, *deltas, *ends], dialect="responses")["output"]
        assert [part["text"] for part in thought[holder]] == ["All of it." if whole else TEXT]


@pytest.mark.parametrize("quick", [True, False], ids=["the short way", "the long way"])
@pytest.mark.parametrize("many", MANY)
def test_citations_of_a_second_message_count_from_the_start_of_a_long_first_one(many: int, quick: bool) -> None:
    """The message stands behind the separator of two characters (R2C-ANN)."""
    text, cited = KINDS["text"], {"type": "url_citation", "url": "https://a.example", "title": "A"}
    where = {"start_index": 3, "end_index": 5}
    first = [*text.begun(), *text.pieces(TEXT, many), text.done("item done", TEXT)]
    second = [{**each, "output_index": 1} for each in (*text.begun()[1:], *text.pieces(TEXT, many))]
    citation = event("output_text.annotation.added", **AT, annotation_index=0, annotation={**cited, **where})
    output = [text.item(TEXT), text.item(TEXT)]
    final = event("completed", response={**RESPONSE, "status": "completed", "output": output})
    chunks = through([*first, *second, {**citation, "output_index": 1}, final], quick)
    assert text.heard(chunks) == f"{TEXT}\n\n{TEXT}"
    [[told]] = [choice["delta"]["annotations"] for choice in _choices(chunks) if "annotations" in choice["delta"]]
    assert (told["url_citation"]["start_index"], told["url_citation"]["end_index"]) == (405, 407)


def _choices(chunks: Stream) -> list[Json]:
    return [choice for chunk in chunks for choice in chunk["choices"]]
