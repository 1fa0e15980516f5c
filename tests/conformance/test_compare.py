"""What equal means: objects by key, arrays by order, numbers by value, losses as a multiset."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from respeak.conformance.compare import LONGEST, NOTHING, at, differences, equal, losses, shown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def told(expected: Any, found: Any, *free: str) -> list[str]:
    return [str(difference) for difference in differences(expected, found, free)]


@given(JSON)
def test_a_value_is_equal_to_itself_and_to_what_json_makes_of_it(value: Any) -> None:
    assert equal(value, value)
    assert equal(value, json.loads(json.dumps(value)))


@given(JSON, JSON)
def test_equal_goes_both_ways(one: Any, other: Any) -> None:
    assert equal(one, other) == equal(other, one)


@given(JSON, JSON)
def test_every_difference_is_a_place_where_the_values_differ(one: Any, other: Any) -> None:
    for found in differences(one, other):
        assert at(one, found.path) is found.expected or at(one, found.path) == found.expected
        assert at(other, found.path) is found.found or at(other, found.path) == found.found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (0, -0.0),
        (1e2, 100),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ("é", "\u00e9"),
        ([], []),
        ({}, {}),
        (None, None),
    ],
)
def test_these_are_equal(one: Any, other: Any) -> None:
    assert equal(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (0, None),
        ("1", 1),
        ("", None),
        ([], {}),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({"a": None}, {}),
        ("é", "e\u0301"),
        ('{"a":1}', '{"a": 1}'),
        (9007199254740993, 9007199254740992),
    ],
)
def test_these_are_not_equal(one: Any, other: Any) -> None:
    assert not equal(one, other)
    assert not equal({"in": [one]}, {"in": [other]})


def test_a_difference_says_where_what_was_expected_and_what_was_found() -> None:
    assert told({"a": [{"b": 1}]}, {"a": [{"b": 2}]}) == ["/a/0/b: expected 1, found 2"]


def test_missing_and_surplus_keys_and_elements_are_nothing() -> None:
    assert told({"a": 1}, {"b": 1}) == ["/a: expected 1, found nothing", "/b: expected nothing, found 1"]
    assert told([1], [1, 2]) == ["/1: expected nothing, found 2"]
    assert told([1, 2], [1]) == ["/1: expected 2, found nothing"]


def test_another_type_is_one_difference_not_one_for_each_leaf() -> None:
    assert told({"a": {"b": 1, "c": 2}}, {"a": "x"}) == ['/a: expected {"b": 1, "c": 2}, found "x"']


def test_the_whole_payload_has_a_name() -> None:
    assert told(1, 2) == ["(whole payload): expected 1, found 2"]


def test_pointers_are_escaped() -> None:
    assert [found.path for found in differences({"a/b": {"~": 1}}, {"a/b": {"~": 2}})] == ["/a~1b/~0"]
    assert at({"a/b": {"~": [7]}}, "/a~1b/~0/0") == 7


def test_a_pointer_that_leads_nowhere_finds_nothing() -> None:
    for pointer in ("/b", "/a/1", "/a/-", "/a/x", "/a/0/b"):
        assert at({"a": [1]}, pointer) is NOTHING


def test_a_free_place_may_hold_any_value_of_its_type() -> None:
    expected = {"id": "resp_1", "n": 1, "list": [1]}
    assert told(expected, {"id": "x", "n": 2.5, "list": []}, "/id", "/n", "/list") == []
    assert told(expected, {"id": 5, "n": 1, "list": [1]}, "/id") == ['/id: expected "resp_1", found 5']
    assert told(expected, {"n": 1, "list": [1]}, "/id") == ['/id: expected "resp_1", found nothing']


def test_a_free_place_frees_nothing_beside_it() -> None:
    assert told([{"id": "a"}, {"id": "b"}], [{"id": "x"}, {"id": "y"}], "/0/id") == ['/1/id: expected "b", found "y"']


def test_a_long_value_is_cut() -> None:
    assert len(shown("x" * 1000)) == LONGEST
    assert shown({"a": "é"}) == '{"a": "é"}'


def loss(code: str = "a", path: str = "", severity: str = "harmless", **more: Any) -> dict[str, Any]:
    return {"code": code, "path": path, "severity": severity, **more}


def test_losses_are_a_multiset_without_their_messages() -> None:
    one = [loss("a", message="x"), loss("b"), loss("b")]
    assert losses(one) == losses([loss("b"), loss("a", kind="dropped"), loss("b")])
    assert losses(one) != losses([loss("a"), loss("b")])


@pytest.mark.parametrize("no_loss", [None, "a", {}, {"code": "a", "path": ""}, loss(path=None)])  # type: ignore[arg-type]
def test_what_is_no_loss_is_refused(no_loss: Any) -> None:
    with pytest.raises(ValueError, match="expected a loss with code, path and severity, found"):
        losses([no_loss])
