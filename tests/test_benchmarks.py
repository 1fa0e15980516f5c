"""The benchmark runs, its payloads are valid, and growth is linear: counted, not timed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import respeak
from benchmarks import __main__ as command
from benchmarks import gateway, payloads, peers, table
from benchmarks.measure import QUICK, Effort

FAMILIES = ("responses", "chat")
SIZES = ("small", "agentic", "huge")


def test_every_group_gives_rows_with_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    groups = [word for name in table.GROUPS if name not in ("validate", "growth") for word in ("--only", name)]
    command.main(["--quick", "--no-peers", "--json", str(file), *groups])
    rows = json.loads(file.read_text())["rows"]
    printed = capsys.readouterr().out
    assert {row["group"] for row in rows} == set(table.GROUPS) - {"validate", "growth"}
    assert all(row["what"] in printed and row["ratio"] > 0 for row in rows)
    assert all((row["held"] is None) == (row["budget"] is None) for row in rows)


def test_growth_rows_show_the_cost_of_each_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "GROWTH", table.GROWTH[:1])
    (row,) = table.growth(QUICK, [])
    assert row.unit.startswith("us a item: ")
    assert row.size == "10, 100"


def test_a_budget_that_is_not_held_fails_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> table.Rows:
        yield table.Row("answer", "slow", "1 B", 1.0, 9.0, 5.0)

    monkeypatch.setitem(table.GROUPS, "answer", slow)
    assert command.main(["--no-peers", "--only", "answer"]) == 1


def test_peers_that_are_absent_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "MODULES", {"nobody": "nobody_has_this_module"})
    assert peers.present() == ([], ["nobody: not installed"])


def test_a_peer_that_loses_a_call_does_not_do_the_job() -> None:
    body = payloads.request("responses", "agentic")
    said = respeak.translate_request(body, source="responses", target="chat").payload
    assert peers.flaw("request", body, said) is None
    said["messages"] = [message for message in said["messages"] if message["role"] != "tool"]
    assert "loses" in str(peers.flaw("request", body, said))


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_requests_are_valid_and_of_their_size(family: str, size: str) -> None:
    body = payloads.request(family, size)
    said = len(json.dumps(body))
    near = {"small": 200, "agentic": 45_000, "huge": 1_000_000}[size]
    assert 0.8 * near < said < 1.2 * near
    if size != "huge":
        assert respeak.validate(body, dialect=family) == []
    if family == "responses" and size == "agentic":
        assert len(body["input"]) == 61


@pytest.mark.parametrize("family", FAMILIES)
def test_answers_are_valid(family: str) -> None:
    assert respeak.validate(payloads.answer(family), dialect=family, kind="response") == []


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("what", ["text", "arguments", "reasoning"])
def test_streams_are_valid_and_whole(family: str, what: str) -> None:
    events = payloads.stream(family, what, 20)
    assert [found for event in events for found in respeak.validate(event, dialect=family, kind="event")] == []
    assert respeak.validate(respeak.answer_of(events, dialect=family), dialect=family, kind="response") == []


def test_payloads_are_the_same_every_time() -> None:
    assert payloads.request("chat", "agentic") == payloads.request("chat", "agentic")
    assert payloads.stream("responses", "text", 9) == payloads.stream("responses", "text", 9)


def calls(work: Callable[[], object]) -> int:
    """How many functions, of Python and of C, are called."""
    count = 0

    def called(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    work()  # plans and validators are made at first use
    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


PERIOD = 22 * 6
"""Items of whole rounds of the session's turns, so that every step holds the same."""

GROWTH = {what: sized for what, _, _, sized in table.GROWTH if "string" not in what and "nesting" not in what}


@pytest.mark.parametrize("what", GROWTH)
def test_one_more_unit_costs_the_same_however_many_there_are(what: str) -> None:
    found = []
    for count in (PERIOD + 1, 2 * PERIOD + 1, 3 * PERIOD + 1):
        payload, work = GROWTH[what](count)
        found.append(calls(lambda work=work, payload=payload: work(payload)))  # type: ignore[misc]
    first, second = found[1] - found[0], found[2] - found[1]
    assert first > 0
    assert abs(second - first) <= 0.02 * first, found


@pytest.mark.parametrize("target", ["chat", "vtrix", "aimlapi"])
def test_a_longer_text_costs_no_more_calls(target: str) -> None:
    short, long = (payloads.one_string(length) for length in (1_000, 2_000_000))
    ways = [
        lambda body=body: respeak.translate_request(body, source="responses", target=target) for body in (short, long)
    ]
    assert calls(ways[0]) == calls(ways[1])


def test_a_round_is_measured_at_least_once() -> None:
    assert Effort(rounds=1, seconds=0) == QUICK


def test_the_gateway_is_measured_beside_passing_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    gateway.main(["--quick", "--json", str(file)])
    figures = json.loads(file.read_text())
    judged = [row for row in figures["rows"] if row["budget"] is not None]
    assert len(figures["rows"]) == 15 and len(judged) == 3
    assert all(row["rate"] > 0 for row in figures["rows"]) and all(row["ratio"] > 0 for row in judged)
    assert "memory over 100 requests" in capsys.readouterr().out
