"""The printed mapping shows every rule that translates: rows, types, words of profiles, verdicts of functions."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

import pytest

from respeak import UnknownDialect, explain, profiles
from respeak.codes import Code
from respeak.conformance.cases import Case, load
from respeak.crossing import TABLES, answer_down, errors, finish, items, parts, tool_choice, tools
from respeak.loss import Verdict
from respeak.mapping import Explained
from respeak.mapping.crossing import note_of
from respeak.mapping.reach import verdicts
from respeak.mapping.search import speaks_of, split
from respeak.mapping.streams import DOWN
from respeak.mapping.words import DESCRIBE, describe
from respeak.plan import IMPLIED, KEEP, ONE_WAY, Always, Step
from respeak.streams.down import ON
from respeak.streams.words import SILENT
from respeak.verbs import (
    BREAKING,
    DEGRADING,
    HARMLESS,
    approximated,
    between,
    each,
    excluding,
    flagged,
    lost,
    one_of,
    refused,
    reported,
)

EVERYTHING = explain()
SIDES = {"down": ("responses", "chat", 0), "up": ("chat", "responses", 1)}


def _rows() -> list[Any]:
    """Every row in each direction in which it says something: table, direction, path, rule."""
    found = []
    for table in TABLES.values():
        for row in table.rows:
            for direction, (here, _, side) in SIDES.items():
                path, rule = getattr(row, here), getattr(row, direction)
                if path is not None and rule is not ONE_WAY:
                    found.append(
                        pytest.param(table, direction, side, path, rule, id=f"{table.name}-{direction}-{path}")
                    )
    return found


@pytest.mark.parametrize(("table", "direction", "side", "path", "rule"), _rows())
def test_every_row_of_every_table_is_shown(table: Any, direction: str, side: int, path: str, rule: Any) -> None:
    prefix = table.fields[side]
    full = f"{prefix}.{path}" if prefix else path
    shown = [row for row in EVERYTHING if row.direction == direction and row.source_field == full and not row.dialect]
    assert shown
    if isinstance(rule, Verdict):
        assert any(row.losses == (rule,) and rule.why in row.rule and row.target_field is None for row in shown)


DICTS: list[tuple[Mapping[Any, Any], str, str]] = [
    (items.ITEMS_DOWN, "down", "input[]<{}>"),
    (items.CALLS_UP, "up", "messages[].tool_calls[]<{}>"),
    (parts.PARTS_DOWN, "down", "input[].content[]<{}>"),
    (parts.PARTS_UP, "up", "messages[].content[]<{}>"),
    (tools.TOOLS_DOWN, "down", "tools[]<{}>"),
    (tools.TOOLS_UP, "up", "tools[]<{}>"),
    (tool_choice.FORMS_DOWN, "down", "tool_choice<{}>"),
    (tool_choice.FORMS_UP, "up", "tool_choice<{}>"),
    (answer_down.OUTPUT_DOWN, "down", "output[]<{}>"),
    (answer_down.PARTS, "down", "output[].content[]<{}>"),
    (finish.FINISHES, "up", "choices[].finish_reason = {}"),
    (errors.FAILED_STATUS, "down", "error.code = {}"),
    (finish.REASONS, "down", "incomplete_details.reason = {}"),
]


@pytest.mark.parametrize(("rules", "direction", "place"), DICTS, ids=[place for _, _, place in DICTS])
def test_every_type_is_shown(rules: Mapping[Any, Any], direction: str, place: str) -> None:
    shown = {row.source_field: row for row in EVERYTHING if row.direction == direction and not row.dialect}
    for name, rule in rules.items():
        row = shown[place.format("null" if name is None else name)]
        assert row.rule
        if isinstance(rule, Verdict):
            assert (row.losses, row.target_field) == ((rule,), None)
        else:
            assert row.target_field is not None


@pytest.mark.parametrize("name", profiles.names())
def test_every_word_of_every_profile_is_shown(name: str) -> None:
    profile = profiles.get(name)
    side = 0 if profile.family == "responses" else 1
    shown = [row for row in EVERYTHING if row.dialect == name]
    spoken = [
        (t, f, say) for speech in (profile.says, profile.answers) for t, s in speech.items() for f, say in s.items()
    ]
    for table, field, say in spoken:
        prefix = TABLES[table].fields[side]
        rows = [row for row in shown if row.source_field == (f"{prefix}.{field}" if prefix else field)]
        assert any(set(map(id, _verdicts(say))) <= set(map(id, row.losses)) for row in rows), (table, field)
    held = ("input", "messages")[side]
    for part, verdict in profile.parts.items():
        place = f"{held}[].content[]<{part}>"
        assert any(row.source_field == place and row.losses == (verdict,) for row in shown)
    for told in (*profile.tells, *profile.tells_reading):
        name = told.name(profile.family)
        assert name is None or any(row.source_field == name and row.losses == told.verdicts for row in shown)
    assert {*profile.reads} <= {row.source_field for row in shown}
    for tool, odd in profile.odd_tools.items():
        rows = [row for row in shown if row.source_field == f"tools[]<{tool}>"]
        assert [row.losses for row in rows] == [(odd.responses,), (odd.chat,)]


def _verdicts(say: Any) -> list[Verdict]:
    return [say] if isinstance(say, Verdict) else []


@pytest.mark.parametrize("code", list(Code), ids=str)
def test_every_loss_code_can_be_looked_up(code: Code) -> None:
    """A verdict that is built inside a function is found by nobody: name it as a constant of its module."""
    found = explain(code.value)
    assert found
    assert all(code in {verdict.code for verdict in row.losses} for row in found)


def test_every_kind_of_verb_has_words() -> None:
    import respeak.verbs as verbs

    made = {value for value in vars(verbs).values() if isinstance(value, type) and value.__module__ == verbs.__name__}
    assert made <= set(DESCRIBE)


# Words ----------------------------------------------------------------------------------------------------------

SEED = lost(Code.SEED_DROPPED, DEGRADING, "no seed here", unless=(0, 1))
STOP = approximated(Code.STOP_DROPPED, BREAKING, "stops elsewhere")


def _own_rule(value: Any, at: Any, job: Any) -> Any:
    """A rule of `its` own."""
    job.note(SEED if value else STOP, at)


@pytest.mark.parametrize(
    ("rule", "text", "losses"),
    [
        (None, "", []),
        (KEEP, "", []),
        (IMPLIED, "said by the form of the target", []),
        (SEED, "left out unless 0 or 1: no seed here", ["degrading"]),
        (refused(Code.PROMPT_REFUSED, "cannot"), "refused: cannot", ["breaking"]),
        (Always("x"), 'always "x"', []),
        (Step(_own_rule, "as noted", (STOP,)), "as noted", ["breaking"]),
        (Step(_own_rule), "a rule of its own", ["degrading", "breaking"]),
        (
            between(1, 9, Code.OUTPUT_LIMIT_CLAMPED),
            "1 to 9; a number out of range becomes the nearest bound",
            ["degrading"],
        ),
        (between(16, None, Code.OUTPUT_LIMIT_RAISED, HARMLESS), "at least 16; ", ["harmless"]),
        (
            one_of(("a", "b"), Code.EFFORT_CHANGED, {"c": "b"}),
            'one of "a" or "b"; "c" becomes "b"; any',
            ["degrading", "breaking"],
        ),
        (one_of(("a",), Code.EFFORT_CHANGED), 'one of "a"; any other value is left out', ["breaking"]),
        (each("usage"), "each element by the rows of token counts", []),
        (flagged(SEED), "carried; where it matters, reported: no seed here", ["degrading"]),
        (
            reported(STOP, unless=(1,)),
            "carried and reported: stops elsewhere; 1 is left out without a word",
            ["breaking"],
        ),
        (excluding({"x": SEED}), 'copied, but "x" is left out: no seed here', ["degrading"]),
        (_own_rule, "a rule of its own", ["degrading", "breaking"]),
    ],
    ids=lambda value: None if isinstance(value, str | list) else type(value).__name__,
)
def test_rules_are_described_by_their_own_attributes(rule: Any, text: str, losses: list[str]) -> None:
    words = describe(rule)
    assert words.text.startswith(text)
    assert bool(words.text) == bool(text)
    assert [verdict.severity.value for verdict in words.losses] == losses


def test_notes_of_the_other_direction_are_left_out() -> None:
    assert note_of("other meaning; up: false unless true", "up") == "other meaning; false unless true"
    assert note_of("other meaning; up: false unless true", "down") == "other meaning"


def test_verdicts_are_found_in_what_a_function_calls() -> None:
    assert verdicts(_calls_another) == (SEED, STOP)


def _calls_another(value: Any) -> Any:
    return _own_rule(value, None, None)


# Questions ------------------------------------------------------------------------------------------------------


def test_a_route_shows_the_rule_of_the_row_joined_with_the_word_of_the_target() -> None:
    [row] = explain("max_output_tokens", source="responses", target="vtrix", kind="request")
    assert (row.source_field, row.target_field) == ("max_output_tokens", "max_tokens")
    assert "1 to 128000" in row.rule
    assert (row.code, row.severity) == ("output_limit_clamped", "degrading")


def test_phase_is_lost_on_the_way_to_chat_and_kept_within_responses() -> None:
    [lost_row] = explain("phase", source="responses", target="chat", kind="request")
    assert (lost_row.target_field, lost_row.code, lost_row.severity) == (None, "phase_dropped", "degrading")
    [kept] = explain("phase", source="responses", target="litellm", kind="request")
    assert kept.target_field == "input[]<message>.phase"
    assert "kept" in kept.rule


def test_within_a_family_what_nobody_speaks_of_is_kept_or_unknown_to_a_closed_dialect() -> None:
    [kept] = explain("seed", source="chat", target="openrouter-chat", kind="request")
    assert kept.rule == "stays as it stands"
    [dropped] = explain("(any other key)", source="chat", target="vtrix", kind="request")
    assert dropped.code == "unknown_field_dropped"


def test_the_same_dialect_changes_nothing() -> None:
    rows = explain(source="vtrix", target="vtrix")
    assert [row.rule for row in rows] == ["the payload comes out equal"] * 3
    assert explain("seed", source="vtrix", target="vtrix") == rows
    with pytest.raises(ValueError, match="no row has"):
        explain("wibble", source="vtrix", target="vtrix")


@pytest.mark.parametrize(
    ("field", "source_field"),
    [
        ("reasoning.effort", "reasoning.effort"),
        ("reasoning", "reasoning.effort"),
        ("effort", "reasoning.effort"),
        ("reasoning.effort", "reasoning"),
        ("/reasoning/effort", "reasoning.effort"),
        ("max_tokens", "max_tokens"),
        ("max_completion_tokens", "max_output_tokens"),
        ("function_call_output", "input[]<function_call_output>"),
        ("function_call_output", "input[]<function_call_output>.call_id"),
        ("/input/*/phase", "input[]<message>.phase"),
        ("/input/3/content/0/text", "input[].content[]<input_text>.text"),
        ("input[]<message>.phase", "input[]<message>.phase"),
        ("tools", "tools[]<function>.strict"),
        ("phase_dropped", "input[]<message>.phase"),
        ("messages_merged", "input[]<message>"),
        ("content_filter", "choices[].finish_reason = content_filter"),
    ],
)
def test_a_field_is_found_by_name_parent_type_pointer_and_code(field: str, source_field: str) -> None:
    assert source_field in {row.source_field for row in explain(field)}


def test_a_pointer_does_not_find_its_siblings() -> None:
    assert "input[]<reasoning>" not in {row.source_field for row in explain("/input/3/phase")}


def test_pointers_lose_their_positions_only() -> None:
    assert split("/input/3/a~1b/*/c~0d") == ("input", "a/b", "c~d")


def test_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(ValueError, match='no row has "max_output_token"; did you mean max_output_tokens'):
        explain("max_output_token")


def test_a_field_of_another_route_is_no_error() -> None:
    assert explain("seed", source="responses", target="chat") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"source": "chat"}, "give both source and target, or neither"),
        ({"source": "chat", "target": "codex-guide"}, "source only"),
        ({"kind": "event"}, "expected one of request, response, stream"),
    ],
)
def test_wrong_use_says_what_to_do(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        explain(**arguments)


def test_an_unknown_dialect_is_named() -> None:
    with pytest.raises(UnknownDialect, match='did you mean "vtrix"'):
        explain(source="chat", target="vtirx")


@pytest.mark.parametrize("kind", ["request", "response", "stream"])
def test_a_kind_leaves_only_its_rows(kind: str) -> None:
    assert {row.kind for row in explain(kind=kind)} == {kind}


def test_losses_that_a_target_cannot_bring_about_are_left_out() -> None:
    def codes(target: str) -> set[Code]:
        rows = explain(source="responses", target=target)
        return {verdict.code for row in rows for verdict in row.losses}

    assert Code.STRICT_ASSUMED in codes("chat") and Code.STRICT_ASSUMED not in codes("vtrix")
    assert Code.MODEL_REPLACED in codes("vtrix") and Code.MODEL_REPLACED not in codes("chat")


@pytest.mark.parametrize("source", profiles.names())
@pytest.mark.parametrize("target", [name for name in profiles.names() if not profiles.get(name).source_only])
def test_every_route_can_be_explained(source: str, target: str) -> None:
    rows = explain(source=source, target=target)
    assert {row.kind for row in rows} >= {"request", "response"}
    assert all(row.rule or row.losses for row in rows)


def test_rows_are_plain_json() -> None:
    row = Explained("request", "down", "seed", None, "left out", (SEED, STOP), "vtrix")
    assert json.loads(json.dumps(row.as_dict())) == {
        "kind": "request",
        "direction": "down",
        "dialect": "vtrix",
        "source_field": "seed",
        "target_field": None,
        "rule": "left out",
        "severity": "breaking",
        "code": "stop_dropped",
        "losses": [
            {
                "code": "seed_dropped",
                "severity": "degrading",
                "kind": "dropped",
                "why": "no seed here",
                "unless": [0, 1],
            },
            {
                "code": "stop_dropped",
                "severity": "breaking",
                "kind": "approximated",
                "why": "stops elsewhere",
                "unless": [],
            },
        ],
    }
    json.dumps([row.as_dict() for row in EVERYTHING])


def test_the_same_question_has_the_same_answer() -> None:
    assert explain() == EVERYTHING


def test_every_event_that_is_translated_is_explained() -> None:
    assert DOWN.keys() == ON.keys()
    rows = explain(source="responses", target="chat", kind="stream")
    assert {row.source_field for row in rows} >= {*ON, *SILENT}


# What is printed is what happens --------------------------------------------------------------------------------

KINDS = ("request", "response", "stream")
SAME = {(kind, name, name) for kind in KINDS for name in profiles.names()}
ROUTES = sorted({(case.kind, case.source, case.target) for case in load() if case.kind in KINDS} - SAME)


@functools.cache
def _route(source: str, target: str, kind: str = "request") -> list[Explained]:
    return explain(source=source, target=target, kind=kind)


def _losses(case: Case) -> list[tuple[str, str]]:
    """Code and place of each loss that a case expects, and of what forbids it."""
    found = [*case.expected.get("losses", ()), case.expected.get("error", {})]
    return [(loss["code"], loss["path"]) for loss in found if "code" in loss and loss["path"]]


@pytest.mark.parametrize(("kind", "source", "target"), ROUTES, ids=map(" ".join, ROUTES))
def test_a_loss_that_occurs_at_a_field_is_named_there(kind: str, source: str, target: str) -> None:
    cases = [case for case in load() if (case.kind, case.source, case.target) == (kind, source, target)]
    missing = {
        (code, path)
        for code, path in (loss for case in cases for loss in _losses(case))
        if not any(code == verdict.code.value for row in _about(path, kind, source, target) for verdict in row.losses)
    }
    assert not missing


def _about(path: str, kind: str, source: str, target: str) -> list[Explained]:
    """The rows that speak of a place on a route, and the one of all keys that nobody knows.

    Of a stream those that speak of its finished answer, and all of its events: these do not name the places.
    """
    rows = _route(source, target, "response" if kind == "stream" else kind)
    found = [row for row in rows if row.source_field == "(any other key)" or speaks_of(row, path)]
    return found + _route(source, target, kind) if kind == "stream" else found


RESHAPED = [
    ("tools", "chat", "vtrix", "functions"),
    ("tool_choice", "chat", "vtrix", "function_call"),
    ("messages[].tool_calls", "chat", "vtrix", "messages[].function_call"),
    ("messages[].refusal", "chat", "vtrix", "messages[].content"),
    ("web_search_options", "chat", "aimlapi", None),
    ("max_tokens", "codex-guide", "chat", "max_completion_tokens"),
    ("max_tokens", "codex-guide", "vtrix", "max_tokens"),
]


@pytest.mark.parametrize(("field", "source", "target", "becomes"), RESHAPED)
def test_a_field_lands_where_the_rules_between_fields_put_it(
    field: str, source: str, target: str, becomes: str | None
) -> None:
    rows = [row for row in _route(source, target) if row.source_field == field]
    assert {row.target_field for row in rows} == {becomes}
    assert all(row.rule != "stays as it stands" for row in rows if becomes != field)


def test_a_reason_is_printed_once() -> None:
    [row] = explain("metadata", source="responses", target="chat", kind="request")
    assert row.rule.count("only") == 1
