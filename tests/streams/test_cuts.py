"""A stream of Chat that is cut anywhere tells what the answer so far would lose, on every route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from conformance import form
from respeak import StreamTranslator, answer_of, translate_response
from respeak.conformance.cases import Case, load
from respeak.loss import Ledger
from streams.shapes import Json

CLIENTS = ("responses", "aimlapi", "chat", "openrouter-chat", "vtrix")
ROUTES = [
    pytest.param(case, target, id=f"{case.id} to {target}")
    for case in load(form.FIXTURES)
    for target in CLIENTS
    if case.kind == "stream" and case.source in ("chat", "openrouter-chat", "vtrix") and case.source != target
]


def told(losses: Ledger) -> set[tuple[str, str]]:
    return {(loss.code.value, loss.path) for loss in losses}


def beginnings(chunks: list[Json]) -> Iterator[list[Json]]:
    """The stream cut behind each of its chunks but the last, as long as no error ended it."""
    for count in range(1, len(chunks)):
        if any(chunk.get("error") or chunk.get("type") for chunk in chunks[:count]):
            return
        if any(chunk.get("choices") for chunk in chunks[:count]):
            yield chunks[:count]


def cut(chunks: list[Json], source: str) -> Json:
    """The answer so far, of which no choice says that it is whole."""
    answer = answer_of(chunks, dialect=source)
    choices = [{**choice, "finish_reason": choice["finish_reason"] or "length"} for choice in answer["choices"]]
    return {**answer, "choices": choices}


@pytest.mark.parametrize(("case", "target"), ROUTES)
def test_a_cut_stream_tells_what_was_lost_until_then(case: Case, target: str) -> None:
    chunks: Any = case.input
    for beginning in beginnings(chunks):
        translator = StreamTranslator(source=case.source, target=target)
        for chunk in beginning:
            translator.feed(chunk)
        translator.close()
        whole = translate_response(cut(beginning, case.source), source=case.source, target=target)
        assert told(whole.losses) <= told(translator.losses)
