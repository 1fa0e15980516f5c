"""What an answer is worth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance import seeds
from respeak.conformance.cases import Case
from respeak.conformance.grade import SHOWN, Grade, crashed, graded

Json = dict[str, Any]

PAYLOAD = seeds.COMMENTARY["expected"]["payload"]
LOSS = seeds.COMMENTARY["expected"]["losses"][0]
OTHER = {"code": "seed_dropped", "path": "/seed", "severity": "degrading"}


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return seeds.case(tmp_path, seeds.COMMENTARY)


@pytest.fixture
def refused(tmp_path: Path) -> Case:
    return seeds.case(tmp_path, seeds.REFUSED)


@pytest.fixture
def malformed(tmp_path: Path) -> Case:
    return seeds.case(tmp_path, seeds.MALFORMED)


def test_payload_and_losses_as_expected_are_right(case: Case) -> None:
    result = graded(case, {"payload": PAYLOAD, "losses": [{**LOSS, "message": "whatever"}]})
    assert (result.grade, result.details, result.passed, result.failed) == (Grade.RIGHT, (), True, False)


@pytest.mark.parametrize("answer", [{"losses": []}, {"losses": None}, {}])
def test_a_right_payload_without_its_losses_is_silent(case: Case, answer: Json) -> None:
    result = graded(case, {"payload": PAYLOAD, **answer})
    assert result.grade is Grade.SILENT
    assert result.details == ("loss not told: degrading phase_dropped at /input/0/phase",)
    assert result.failed


@pytest.mark.parametrize("changed", [{"path": "/input/0"}, {"severity": "harmless"}, {"code": "seed_dropped"}])
def test_another_code_place_or_severity_is_another_loss(case: Case, changed: Json) -> None:
    result = graded(case, {"payload": PAYLOAD, "losses": [LOSS | changed]})
    assert result.grade is Grade.WRONG
    assert [line.split(":")[0] for line in result.details] == ["loss not told", "loss not expected"]


def test_a_loss_that_is_none_is_wrong(case: Case) -> None:
    result = graded(case, {"payload": PAYLOAD, "losses": [LOSS, OTHER]})
    assert result.grade is Grade.WRONG
    assert result.details == ("loss not expected: degrading seed_dropped at /seed",)


def test_a_loss_told_twice_is_wrong(case: Case) -> None:
    assert graded(case, {"payload": PAYLOAD, "losses": [LOSS, LOSS]}).grade is Grade.WRONG


def test_another_payload_is_wrong_however_well_its_losses_are_told(case: Case) -> None:
    result = graded(case, {"payload": {"model": "m"}, "losses": [LOSS]})
    assert result.grade is Grade.WRONG
    assert result.details[0].startswith("/messages: expected [")


def test_many_differences_are_counted(case: Case) -> None:
    more = {f"key{index}": index for index in range(SHOWN + 3)}
    result = graded(case, {"payload": PAYLOAD | more, "losses": [LOSS]})
    assert len(result.details) == SHOWN + 1
    assert result.details[-1] == "... and 3 more"


def test_an_error_where_a_payload_is_expected_is_a_refusal(case: Case) -> None:
    assert graded(case, {"error": {"code": "x", "path": ""}}).grade is Grade.REFUSED
    assert graded(case, {"error": "no"}).grade is Grade.REFUSED


def test_the_expected_error_is_right(refused: Case, malformed: Case) -> None:
    assert graded(refused, {"error": {"code": "phase_dropped", "path": "/input/0/phase", "message": "x"}}).passed
    assert graded(malformed, {"error": {"invalid": "/input/0/content"}}).passed


@pytest.mark.parametrize("error", ["no", {"message": "no"}, {"type": "invalid_request_error"}])
def test_an_error_that_does_not_say_what_and_where_is_silent(refused: Case, error: Any) -> None:
    assert graded(refused, {"error": error}).grade is Grade.SILENT


@pytest.mark.parametrize(
    "error",
    [
        {"code": "seed_dropped", "path": "/input/0/phase"},
        {"code": "phase_dropped", "path": "/input"},
        {"code": "phase_dropped"},
        {"invalid": "/input/0/phase"},
    ],
)
def test_another_error_is_wrong(refused: Case, error: Json) -> None:
    assert graded(refused, {"error": error}).grade is Grade.WRONG


def test_a_payload_where_an_error_is_expected_is_wrong(refused: Case, malformed: Case) -> None:
    for case in (refused, malformed):
        assert graded(case, {"payload": {}, "losses": []}).grade is Grade.WRONG


def test_a_status_counts_where_one_is_expected(tmp_path: Path) -> None:
    case = seeds.case(tmp_path, seeds.NOT_FOUND)
    said = {"payload": seeds.NOT_FOUND["expected"]["payload"], "losses": []}
    assert graded(case, {**said, "status": 404}).passed
    assert graded(case, {**said, "status": 500}).details == ("status: expected 404, found 500",)
    assert graded(case, said).grade is Grade.WRONG


def test_a_status_that_nobody_asked_for_does_not_matter(case: Case) -> None:
    assert graded(case, {"payload": PAYLOAD, "losses": [LOSS], "status": 200}).passed


def test_skipped_neither_passes_nor_fails(case: Case) -> None:
    result = graded(case, {"skipped": "not my dialect"})
    assert (result.grade, result.details) == (Grade.SKIPPED, ("not my dialect",))
    assert not result.passed and not result.failed


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"payload": "text"},
        {"payload": None},
        {"losses": []},
        {"skipped": True},
        {"payload": PAYLOAD, "losses": {}},
        {"payload": PAYLOAD, "losses": ["phase_dropped"]},
        {"payload": PAYLOAD, "losses": [{"code": 5, "path": "", "severity": "harmless"}]},
    ],
)
def test_an_answer_that_the_protocol_does_not_know_has_crashed(case: Case, answer: Json) -> None:
    result = graded(case, answer)
    assert result.grade is Grade.CRASHED
    assert result.details[0].startswith("expected ")


def test_no_answer_has_crashed(case: Case) -> None:
    result = crashed(case, "no answer in time", 1.5)
    assert (result.grade, result.details, result.seconds) == (Grade.CRASHED, ("no answer in time",), 1.5)
