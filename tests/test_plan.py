"""The engine: rows composed with a profile's words, and the walk that forgets nothing."""

from __future__ import annotations

from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respeak.codes import Code
from respeak.compose import compose, narrow
from respeak.loss import Place, Severity
from respeak.options import Options
from respeak.plan import (
    ABSENT,
    IMPLIED,
    KEEP,
    ONE_WAY,
    UNKNOWN,
    Always,
    Job,
    Row,
    Step,
    Table,
    both,
    from_chat,
    only_chat,
    only_responses,
)
from respeak.verbs import between, lost
from respeak.walk import SHAPES, said, said_keys, walk, walk_keys

SEED = lost(Code.SEED_DROPPED, Severity.DEGRADING, "no seed", unless=(0,))

TABLE = Table(
    "thing",
    (
        Row("type", "kind", Always("call"), Always("item")),
        both("limit", "max", up=between(16, None, Code.OUTPUT_LIMIT_RAISED)),
        from_chat("old_max", "limit"),
        both("reasoning.effort", "effort"),
        both("name", "function.name"),
        only_responses("phase", lost(Code.PHASE_DROPPED, Severity.DEGRADING, "no phase")),
        only_chat("seed", SEED),
        Row("hidden", None, down=IMPLIED),
    ),
)


def run(direction: Any, source: dict[str, Any], says: dict[str, Any] | None = None) -> tuple[dict[str, Any], list[Any]]:
    job = Job({}, SimpleNamespace(name="here"), SimpleNamespace(name="there"), Options())
    out = said(compose(TABLE, direction, says or {}), source, None, job)
    return out, [(loss.code.value, loss.path) for loss in job.ledger]


def test_a_value_moves_to_its_name_and_constants_come_first() -> None:
    assert run("down", {"limit": 5, "type": "item"}) == ({"kind": "call", "max": 5}, [])
    assert run("up", {"max": 50}) == ({"type": "item", "limit": 50}, [])


def test_a_path_goes_into_and_out_of_objects() -> None:
    assert run("down", {"reasoning": {"effort": "low"}, "name": "f"})[0] == {
        "kind": "call",
        "effort": "low",
        "function": {"name": "f"},
    }
    assert run("up", {"effort": "low", "function": {"name": "f"}})[0] == {
        "type": "item",
        "reasoning": {"effort": "low"},
        "name": "f",
    }


def test_a_verb_reports_at_the_source() -> None:
    assert run("up", {"max": 3}) == ({"type": "item", "limit": 16}, [("output_limit_raised", "/max")])


def test_a_second_name_is_read_and_never_written() -> None:
    assert run("up", {"old_max": 20})[0] == {"type": "item", "limit": 20}
    assert run("down", {"limit": 20})[0] == {"kind": "call", "max": 20}


def test_a_verdict_is_noted_unless_the_target_assumes_the_value() -> None:
    assert run("down", {"phase": "commentary"}) == ({"kind": "call"}, [("phase_dropped", "/phase")])
    assert run("up", {"seed": 7}) == ({"type": "item"}, [("seed_dropped", "/seed")])
    assert run("up", {"seed": 0}) == ({"type": "item"}, [])


@pytest.mark.parametrize("value", ["x", 0, False, {"deep": 1}])
def test_a_key_without_an_entry_is_a_loss(value: object) -> None:
    assert run("down", {"wibble": value}) == ({"kind": "call"}, [("unknown_field_dropped", "/wibble")])


def test_an_unknown_key_inside_a_known_object_is_a_loss() -> None:
    assert run("down", {"reasoning": {"depth": 3}})[1] == [("unknown_field_dropped", "/reasoning/depth")]


def test_null_is_absent_and_what_the_form_implies_is_no_loss() -> None:
    assert run("down", {"limit": None, "phase": None, "wibble": None, "hidden": "x"}) == ({"kind": "call"}, [])


def test_a_profile_renames_bounds_and_judges_the_target_field() -> None:
    says = {
        "max": ("max_tokens", between(1, 10, Code.OUTPUT_LIMIT_CLAMPED)),
        "effort": lost(Code.EFFORT_CHANGED, Severity.DEGRADING, "none", unless=("medium",)),
    }
    assert run("down", {"limit": 99, "reasoning": {"effort": "low"}}, says) == (
        {"kind": "call", "max_tokens": 10},
        [("output_limit_clamped", "/limit"), ("effort_changed", "/reasoning/effort")],
    )
    assert run("down", {"reasoning": {"effort": "medium"}}, says) == ({"kind": "call"}, [])


def test_a_profile_judges_what_the_rows_own_verb_made() -> None:
    says = {"limit": lost(Code.OUTPUT_LIMIT_CLAMPED, Severity.DEGRADING, "no limits", unless=(16,))}
    assert run("up", {"max": 3}, says) == ({"type": "item"}, [("output_limit_raised", "/max")])
    assert run("up", {"max": 30}, says)[1] == [("output_limit_clamped", "/max")]


def test_within_a_family_only_what_the_profile_speaks_of_changes() -> None:
    def shout(value: Any, out: dict[str, Any], at: Place, job: Job) -> None:
        out["LOUD"] = value.upper()

    says = {"a.b": lost(Code.SEED_DROPPED, Severity.DEGRADING, "no b"), "c": "d", "e": Step(shout)}
    source = {"a": {"b": 1, "x": None}, "c": 2, "e": "hi", "wibble": None}
    job = Job({}, None, SimpleNamespace(name="there"), Options())
    assert walk(narrow(says, KEEP), source, {}, None, job) == {"a": {"x": None}, "d": 2, "LOUD": "HI", "wibble": None}
    assert [(loss.code.value, loss.path) for loss in job.ledger] == [("seed_dropped", "/a/b")]
    closed = walk(narrow(says, UNKNOWN), {"wibble": 1}, {}, None, job)
    assert closed == {}
    assert job.ledger[-1].path == "/wibble"


def test_a_verb_may_leave_nothing() -> None:
    def nothing(value: Any, at: Place, job: Job) -> Any:
        return ABSENT

    table = Table("t", (both("a", down=nothing), both("b", down=ONE_WAY)))
    job = Job({}, None, None, Options())
    assert said(compose(table, "down", {}), {"a": 1}, None, job) == {}


def test_a_row_without_a_counterpart_needs_a_verdict() -> None:
    with pytest.raises(ValueError, match="needs a verdict"):
        compose(Table("t", (Row("a", None),)), "down", {})


VALUES = st.none() | st.sampled_from(["", "x", 0, 5, False, [], {}, [1], {"effort": "low"}, {"effort": None, "odd": 1}])
KEYS = st.sampled_from(
    ["type", "limit", "max", "old_max", "reasoning", "name", "phase", "seed", "hidden", "kind", "function", "odd"]
)


def _judged(value: Any, out: dict[str, Any], at: Place, job: Job) -> None:
    """A step that writes nothing, and judges by what was carried."""
    job.note(SEED.saying(f"beside {sorted(out)}"), at)


JUDGED = Table(
    "judged", (both("name"), both("max", "function.max"), Row("kind", None, down=Step(_judged, beside=True)))
)
PLANS = [
    compose(TABLE, "down", {}),
    compose(TABLE, "up", {}),
    narrow({"max": KEEP, "seed": SEED}, UNKNOWN),
    compose(JUDGED, "down", {}),
]


@pytest.mark.parametrize("keys", [("kind", "name", "max"), ("name", "max", "kind"), ("kind", "odd", "name")])
def test_what_only_judges_knows_all_that_was_carried(keys: tuple[str, ...]) -> None:
    source = dict.fromkeys(keys, 1)
    for way in (said, said_keys):
        job = Job({}, None, None, Options())
        out = way(PLANS[-1], source, None, job)
        assert f"beside {sorted(out)}" in [loss.message for loss in job.ledger]


@given(st.sampled_from(PLANS), st.dictionaries(KEYS, VALUES))
def test_a_walk_by_shape_is_the_walk_key_by_key(plan: Any, source: dict[str, Any]) -> None:
    if not isinstance(source.get("limit", 0) or 0, int) or not isinstance(source.get("max", 0) or 0, int):
        return
    for swift, slow, ends in ((walk, walk_keys, ({}, None)), (said, said_keys, (None,))):
        found = []
        for way in (swift, swift, slow):  # the second time by the shape that the first has made
            job = Job({}, SimpleNamespace(name="here"), SimpleNamespace(name="there"), Options())
            try:
                found.append((way(plan, source, *deepcopy(ends), job), told(job)))
            except (TypeError, AttributeError) as error:  # no gate has read this payload
                found.append((type(error), None))
        assert found[0] == found[1] == found[2]


def told(job: Job) -> list[Any]:
    """Losses as they are read: verdicts made on the way are equal to no other."""
    return [loss.as_dict() for loss in job.ledger]


def test_shapes_are_bounded_and_hold_known_keys_only() -> None:
    plan = compose(TABLE, "down", {})
    for number in range(SHAPES * 2):
        known = {
            key: 1 for bit, key in enumerate(["type", "name", "phase", "hidden", "odd", "seed"]) if number >> bit & 1
        }
        walk(plan, known, {}, None, Job({}, None, None, Options()))
        said(plan, known, None, Job({}, None, None, Options()))
    for shapes in (plan.walking, plan.saying):
        assert 0 < len(shapes) <= SHAPES
        assert {key for keys in shapes for key in keys} <= plan.entries.keys()


def test_a_fresh_object_shares_nothing_with_its_plan() -> None:
    plan = compose(TABLE, "down", {})
    for source in ({"type": "a", "limit": 5}, {"type": "a", "limit": None}, {}):
        first = said(plan, source, None, Job({}, None, SimpleNamespace(name="there"), Options()))
        first["later"] = 1
        assert "later" not in said(plan, source, None, Job({}, None, SimpleNamespace(name="there"), Options()))
