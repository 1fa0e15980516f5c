"""Losses, the ledger and what a caller tolerates."""

from __future__ import annotations

import json
from typing import Any

import pytest

import respeak
from respeak.codes import Code
from respeak.loss import Kind, Ledger, Severity, Verdict, pointer

SMALL = Verdict(Code.ITEM_ID_DROPPED, Severity.HARMLESS, Kind.DROPPED, "an id")
WORSE = Verdict(Code.PHASE_DROPPED, Severity.DEGRADING, Kind.DROPPED, "a phase")
WORST = Verdict(Code.STOP_DROPPED, Severity.BREAKING, Kind.DROPPED, "a stop")
NEVER = Verdict(Code.AUDIO_REFUSED, Severity.BREAKING, Kind.DROPPED, "audio", refuse=True)


def ledger(*verdicts: Verdict) -> Ledger:
    found = Ledger()
    for i, verdict in enumerate(verdicts):
        found.note(verdict, (((None, "input"), i), "phase"))
    return found


def test_a_place_becomes_a_json_pointer_with_escapes() -> None:
    assert pointer(None) == ""
    assert pointer((((None, "a/b"), 0), "c~d")) == "/a~1b/0/c~0d"


def test_severities_are_ordered() -> None:
    assert Severity.HARMLESS < Severity.DEGRADING < Severity.BREAKING
    assert max(Severity) is Severity.BREAKING
    assert Severity.BREAKING >= Severity.BREAKING >= Severity.DEGRADING
    assert Severity("harmless") is Severity.HARMLESS


def test_a_severity_is_its_word_as_a_code_is() -> None:
    request = {"model": "m", "input": "x", "wibble": 1}
    [loss] = respeak.translate_request(request, source="responses", target="chat").losses
    assert (loss.severity, loss.code, loss.kind) == ("degrading", "unknown_field_dropped", "dropped")
    assert (f"{loss.severity}", json.dumps(loss.severity)) == ("degrading", '"degrading"')
    said = respeak.translate_request(request, source="responses", target="chat", tolerate=loss.severity)
    assert said.losses.worst == "degrading"


@pytest.mark.parametrize("value", [None, [], {}, "auto"])
def test_null_empty_and_assumed_values_are_no_loss(value: object) -> None:
    assert Verdict(Code.TRUNCATION_DROPPED, Severity.DEGRADING, Kind.DROPPED, "", unless=("auto",)).spares(value)


@pytest.mark.parametrize("value", [0, False, ""])
def test_zero_false_and_empty_text_are_values(value: object) -> None:
    assert not SMALL.spares(value)


@pytest.mark.parametrize(
    ("verdicts", "tolerated"),
    [
        ((), {"none", "harmless", "degrading", "breaking"}),
        ((SMALL,), {"harmless", "degrading", "breaking"}),
        ((SMALL, WORSE), {"degrading", "breaking"}),
        ((WORST, SMALL), {"breaking"}),
    ],
)
def test_a_loss_goes_through_up_to_what_is_tolerated(verdicts: tuple[Verdict, ...], tolerated: set[str]) -> None:
    found = ledger(*verdicts)
    assert {name for name in ("none", "harmless", "degrading", "breaking") if not found.bars(name)} == tolerated


def test_a_summary_counts_by_code_and_shape_worst_first() -> None:
    lines = ledger(SMALL, WORSE, SMALL, WORST).summary()
    assert [(line.code, line.path, line.count) for line in lines] == [
        ("stop_dropped", "/input/*/phase", 1),
        ("phase_dropped", "/input/*/phase", 1),
        ("item_id_dropped", "/input/*/phase", 2),
    ]


def test_what_is_refused_comes_first_among_the_decisive() -> None:
    assert [loss.code for loss in ledger(WORST, NEVER, SMALL).decisive("harmless")] == ["audio_refused", "stop_dropped"]
    assert [loss.code for loss in ledger(WORST, NEVER).decisive("breaking")] == ["audio_refused"]


def test_the_worst_come_first_among_the_decisive_and_equals_as_they_were_met() -> None:
    found = ledger(SMALL, WORSE, WORST, WORSE, NEVER).decisive("none")
    assert [loss.severity for loss in found] == ["breaking", "breaking", "degrading", "degrading", "harmless"]
    assert [loss.path[:8] for loss in found] == ["/input/4", "/input/2", "/input/1", "/input/3", "/input/0"]


def test_a_ledger_reads_as_a_sequence_of_losses() -> None:
    found = ledger(SMALL, WORSE)
    assert (len(found), found[1].code, [loss.path for loss in found[:1]]) == (2, "phase_dropped", ["/input/0/phase"])
    assert found.worst is Severity.DEGRADING
    assert found == ledger(SMALL, WORSE)
    assert str(found[0]) == "harmless  item_id_dropped  /input/0/phase  an id"
    assert found[0].as_dict() == {
        "code": "item_id_dropped",
        "path": "/input/0/phase",
        "severity": "harmless",
        "kind": "dropped",
        "message": "an id",
    }


def test_an_error_spells_three_losses_and_counts_the_rest() -> None:
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
    extra = {"n": 2, "stop": "x", "logit_bias": {"1": 1}, "audio": {"voice": "a", "format": "wav"}}
    with pytest.raises(respeak.TranslationError) as error:
        respeak.translate_request({**request, **extra}, source="chat", target="responses")
    lines = str(error.value).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("/audio: ") and lines[0].endswith("[audio_refused]")
    assert lines[-1] == "... and 1 more"
    assert (error.value.param, error.value.status, len(error.value.losses)) == ("/audio", 400, 4)


def test_a_severity_is_compared_with_severities_only() -> None:
    other: Any = "breaking"
    with pytest.raises(TypeError, match="not supported"):
        assert other > Severity.HARMLESS
