"""Recorded real traffic through every route: no exception but the documented ones, every law kept.

The traffic is not part of the project; without it beside the repository these tests are skipped.
"""

from __future__ import annotations

import copy
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

import corpus
import laws
import respeak
import sdk
from respeak import InvalidPayload, TranslationError

pytestmark = corpus.needed

Json = dict[str, Any]
Record = tuple[str, str, Json]

READERS: dict[str, Callable[[], Iterator[Record]]] = {"request": corpus.requests, "response": corpus.answers}

EVERY = 40
"""At most about so many leaves of a record are changed, to see whether anybody notices."""

FORM = {"request": {"index"}, "response": {"object", "index", "role"}}
"""Keys that only name the form or the position of what they stand in; the target's form implies them."""


@cache
def well_formed(kind: str) -> tuple[Record, ...]:
    """All records of a kind but the malformed ones."""
    return tuple(record for record in READERS[kind]() if record[0] not in corpus.MALFORMED)


both_kinds = pytest.mark.parametrize("kind", list(READERS))


def crossings(family: str) -> list[str]:
    return [name for name in laws.TARGETS if laws.FAMILIES[name] != family]


def test_malformed_records_are_refused_with_a_pointer() -> None:
    refused = {}
    for name, family, payload in corpus.requests():
        if name in corpus.MALFORMED:
            with pytest.raises(InvalidPayload) as error:
                respeak.translate_request(payload, source=family, target="litellm")
            refused[name] = error.value.violations[0].path
    assert refused == dict.fromkeys(corpus.MALFORMED, "/temperature")


@both_kinds
def test_all_records_go_through_all_routes(kind: str, met: Counter[tuple[str, ...]]) -> None:
    routes = {
        family: [
            (source, target)
            for source in (*laws.sources(family), *(["codex-guide"] if (family, kind) == ("chat", "request") else []))
            for target in laws.TARGETS
        ]
        for family in ("responses", "chat")
    }
    for _, family, payload in well_formed(kind):
        for source, target in routes[family]:
            try:
                losses = laws.translate(payload, kind, source, target).losses
                met["told", kind, source, target, "", ""] += 1
            except TranslationError as error:
                met["refused", kind, source, target, "", error.decisive[0].code.value] += 1
                continue
            for line in losses.summary():
                if line.severity is not respeak.Severity.HARMLESS:
                    met["lost", kind, source, target, "", line.code.value] += 1


def test_all_errors_go_through_all_routes() -> None:
    for name, status, payload in corpus.errors():
        for source in laws.TARGETS:
            for target in laws.TARGETS:
                if source == target:
                    continue  # comes out equal, whatever its shape
                said = respeak.translate_error(payload, source=source, target=target, status=status)
                error = said.payload["error"]
                assert said.status == status, name
                assert isinstance(error["message"], str), name
                assert error["message"], name
                assert {"message", "type", "param", "code"} <= error.keys(), name


@both_kinds
def test_no_record_is_modified_and_twice_gives_the_same(kind: str) -> None:
    for name, family, payload in well_formed(kind):
        before = copy.deepcopy(payload)
        for target in laws.TARGETS:
            first = laws.canonical(laws.outcome(payload, kind, family, target))
            assert laws.canonical(laws.outcome(payload, kind, family, target)) == first, name
        assert payload == before, name


@both_kinds
def test_every_loss_names_a_place_of_the_record(kind: str) -> None:
    wrong = []
    for name, family, payload in well_formed(kind):
        for target in laws.TARGETS:
            losses = laws.losses(payload, kind, family, target)
            wrong += [(name, target, path) for path in laws.unread_pointers(payload, losses)]
    assert wrong == []


@both_kinds
def test_every_leaf_is_carried_or_covered_by_a_loss(kind: str) -> None:
    wrong = []
    for name, family, payload in well_formed(kind):
        paths = [path for path, _ in laws.leaves(payload) if path[-1] not in FORM[kind]]
        step = max(1, len(paths) // EVERY)
        sample = paths[zlib.crc32(name.encode()) % step :: step]
        for target in crossings(family):
            wrong += [(name, silence) for silence in laws.silent(payload, kind, family, target, sample)]
    assert wrong == []


@both_kinds
def test_what_openai_recorded_comes_out_as_the_official_sdk_types_it(kind: str) -> None:
    wrong = []
    for family in ("responses", "chat"):
        for record in corpus.records(f"{kind}s_{family}"):
            for target in crossings(family) if record["id"] not in corpus.MALFORMED else ():
                try:
                    said = laws.translate(record["payload"], kind, family, target, tolerate="breaking")
                except TranslationError:
                    continue
                found = sdk.problems(said.payload, laws.FAMILIES[target], kind) if said.status is None else []
                wrong += [(record["id"], target, problem) for problem in found]
    assert wrong == []


def test_requests_obey_the_order_of_the_live_services() -> None:
    wrong = []
    for name, family, payload in well_formed("request"):
        for target in crossings(family):
            try:
                said = laws.translate(payload, "request", family, target, tolerate="breaking")
            except TranslationError:
                continue
            wrong += [(name, target, problem) for problem in laws.disorder(said.payload, laws.FAMILIES[target])]
    assert wrong == []


RESHAPED = {
    "attachment_moved",
    "call_without_output",
    "mcp_call_rewritten",
    "namespace_flattened",
    "order_changed",
    "tool_bridged",
}
"""Losses that say that the transcript itself reads otherwise now."""


def test_requests_there_and_back_keep_texts_calls_outputs_and_order() -> None:
    compared = 0
    for name, family, payload in well_formed("request"):
        other = "chat" if family == "responses" else "responses"
        try:
            there = laws.translate(payload, "request", family, other, tolerate="breaking")
            back = laws.translate(there.payload, "request", other, family, tolerate="breaking")
        except TranslationError:
            continue
        if {loss.code.value for loss in (*there.losses, *back.losses)} & RESHAPED:
            continue
        compared += 1
        assert laws.transcript(there.payload) == laws.transcript(payload), name
        assert laws.transcript(back.payload) == laws.transcript(payload), name
    assert compared > 1000
