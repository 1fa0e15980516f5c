"""What the item of a call holds when it is announced: some services repeat it in pieces, some go on with it."""

from __future__ import annotations

from typing import Any

import pytest

from streams.build import event
from streams.shapes import Json
from streams.test_down import CREATED, entries, fed, final

FULL = '{"a":1}'
FUNCTION: Json = {"type": "function_call", "id": "i", "call_id": "call_1", "name": "f"}
CUSTOM: Json = {"type": "custom_tool_call", "id": "i", "call_id": "call_1", "name": "f"}
FORMS: dict[str, tuple[Json, str, str, str]] = {
    "function": (FUNCTION, "arguments", "function", "function_call_arguments"),
    "custom": (CUSTOM, "input", "custom", "custom_tool_call_input"),
}


def heard(kind: str, held: Any, pieces: list[str], done: str | None, whole: str | None, last: bool) -> str:
    """All that a client got of a call with what its item began with, its pieces, and what told all of it."""
    item, key, inner, name = FORMS[kind]
    events = [CREATED, event("output_item.added", output_index=0, item={**item, key: held})]
    events += [event(f"{name}.delta", output_index=0, delta=piece) for piece in pieces]
    events += [] if done is None else [event(f"{name}.done", output_index=0, **{key: done})]
    events += [] if whole is None else [event("output_item.done", output_index=0, item={**item, key: whole})]
    chunks, _ = fed(*events, final(*([{**item, key: whole}] if last and whole is not None else [])))
    assert "error" not in chunks[-1]
    return "".join(entry[inner].get(key) or "" for entry in entries(chunks))


@pytest.mark.parametrize("last", [True, False], ids=["told at the end", "not told at the end"])
@pytest.mark.parametrize("kind", FORMS)
def test_what_an_item_began_with_is_said_once(kind: str, last: bool) -> None:
    for whole in (None, FULL):
        assert heard(kind, FULL, [], FULL, whole, last) == FULL
        assert heard(kind, FULL, [], None, whole, last) == FULL
        assert heard(kind, '{"a"', [":1", "}"], FULL, whole, last) == FULL
    assert heard(kind, '{"a"', [":1", "}"], None, FULL, last) == FULL
    assert heard(kind, FULL, ['{"a"', ":1}"], FULL, FULL, last) == FULL


@pytest.mark.parametrize(("kind", "told"), [("function", "{}"), ("custom", "")])
def test_what_an_item_began_with_is_a_draft_where_the_finished_one_is_empty(kind: str, told: str) -> None:
    """An empty function call is one without arguments (BUG/34)."""
    for last in (True, False):
        assert heard(kind, FULL, [], None, "", last) == told


@pytest.mark.parametrize("held", ["{}", " ", "", None])
def test_arguments_are_those_of_the_pieces_where_the_item_began_with_nothing_of_them(held: str | None) -> None:
    for done in (None, FULL):
        said = heard("function", held, ['{"a"', ":1}"], done, None, last=False)
        assert said.strip() == FULL
