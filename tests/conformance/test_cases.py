"""Fixtures are read strictly: whatever is wrong with one is one line that names file and place."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import respeak
from conformance import seeds
from respeak import profiles
from respeak.codes import Code
from respeak.conformance import cases
from respeak.conformance.cases import FixtureError, chosen, load
from respeak.conformance.grade import Grade
from respeak.conformance.run import answered, asked
from respeak.loss import TOLERANCES, Severity

README = (Path(__file__).parents[2] / "fixtures" / "README.md").read_text(encoding="utf-8")


def test_cases_come_in_the_order_of_kinds_files_and_positions(tmp_path: Path) -> None:
    names = [case["name"] for case in (*seeds.REQUESTS, seeds.NOT_FOUND)]
    assert [case.name for case in load(seeds.suite(tmp_path))] == names


def test_the_id_is_kind_file_and_name(tmp_path: Path) -> None:
    assert seeds.case(tmp_path, seeds.PLAIN).id == "request/one/plain text is the same in both families"


def test_a_case_proves_the_rows_of_its_file_and_its_own(tmp_path: Path) -> None:
    assert seeds.case(tmp_path, seeds.PLAIN).rows == ("R2C-REQ/input", "OBS-12")


def test_silence_has_its_defaults(tmp_path: Path) -> None:
    found = seeds.case(tmp_path, seeds.COMMENTARY)
    assert (found.tolerate, found.options, found.request, found.status) == ("degrading", {}, None, None)


def test_answers_and_errors_tolerate_everything_by_default(tmp_path: Path) -> None:
    assert seeds.case(tmp_path, seeds.NOT_FOUND).tolerate == "breaking"


def test_a_question_has_every_key_and_no_expectation(tmp_path: Path) -> None:
    question = seeds.case(tmp_path, seeds.COMMENTARY).question()
    assert list(question) == ["id", *cases.QUESTION]


def test_other_files_and_folders_are_no_cases(tmp_path: Path) -> None:
    folder = seeds.written(seeds.suite(tmp_path), {"rows.json": {"rows": []}, "request/notes.md": "x", "x/y.json": "["})
    assert len(load(folder)) == 5


def test_the_shipped_suite_is_found_without_a_folder() -> None:
    assert {case.kind for case in load()} == set(cases.KINDS)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", 5),
        ("OBS-12", 1),
        ("obs-12", 1),
        ("request/phase", 4),
        ("chat to responses", 2),
        ("phase_dropped", 2),
        ("ERROR/HTTP", 1),
        ("no such thing", 0),
    ],
)
def test_cases_are_chosen_by_id_route_row_and_code(tmp_path: Path, text: str, names: int) -> None:
    assert len(chosen(load(seeds.suite(tmp_path)), text)) == names


def with_case(**changes: Any) -> dict[str, Any]:
    return seeds.file(seeds.COMMENTARY | changes)


def without(key: str) -> dict[str, Any]:
    return seeds.file({name: value for name, value in seeds.COMMENTARY.items() if name != key})


def expecting(**changes: Any) -> dict[str, Any]:
    return with_case(expected=seeds.COMMENTARY["expected"] | changes)


SPOILED: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "expected a JSON document, found none"),
    "an empty file": ("", "expected a JSON document, found none"),
    "a key twice": ('{"subject": "a", "subject": "b"}', 'the key "subject" stands twice'),
    "a number that is none": ('{"subject": NaN}', "NaN is no JSON number"),
    "too deep": ("[" * 200_000, "nested too deeply"),
    "an array": ([], "object"),
    "no cases at all": ({"subject": "a", "rows": ["D-1"], "cases": []}, "/cases"),
    "no rows": ({"subject": "a", "rows": [], "cases": [seeds.COMMENTARY]}, "/rows"),
    "no subject": ({"rows": ["D-1"], "cases": [seeds.COMMENTARY]}, '"subject"'),
    "an unknown key of the file": (seeds.file(seeds.PLAIN) | {"title": "x"}, "title"),
    "a row that is none": (with_case(rows=["phase"]), "/cases/0/rows/0"),
    "a row twice": (with_case(rows=["D-1", "D-1"]), "/cases/0/rows"),
    "no name": (without("name"), '/cases/0: expected key "name"'),
    "no source": (without("source"), '/cases/0: expected key "source"'),
    "no target": (without("target"), '/cases/0: expected key "target"'),
    "no input": (without("input"), '/cases/0: expected key "input"'),
    "no expectation": (without("expected"), '/cases/0: expected key "expected"'),
    "an unknown key": (with_case(tolerates="none"), 'did you mean "tolerate"'),
    "an unknown dialect": (with_case(target="chatt"), "/cases/0/target"),
    "an unknown tolerance": (with_case(tolerate="all"), "/cases/0/tolerate"),
    "options that are a list": (with_case(options=[]), "/cases/0/options"),
    "a name that is empty": (with_case(name=""), "/cases/0/name"),
    "a name twice": (seeds.file(seeds.PLAIN, seeds.PLAIN), "/cases/1/name: expected a name of its own"),
    "a request beside a request": (with_case(request={}), "/cases/0/request: expected no client's request"),
    "a status of a request": (with_case(status=400), "/cases/0/status: expected for errors"),
    "losses that are missing": (with_case(expected={"payload": {}}), "/cases/0/expected"),
    "a payload that is a list": (expecting(payload=[]), "/cases/0/expected/payload"),
    "payload and error": (expecting(error={"code": "x", "path": ""}), "/cases/0/expected"),
    "a message in a loss": (expecting(losses=[{"code": "a", "path": "", "severity": "harmless", "message": "x"}]), "0"),
    "an unknown severity": (
        expecting(losses=[{"code": "a", "path": "", "severity": "bad"}]),
        "/cases/0/expected/losses/0/severity",
    ),
    "a path that is no pointer": (
        expecting(losses=[{"code": "a", "path": "input", "severity": "harmless"}]),
        "/cases/0/expected/losses/0/path",
    ),
    "a free place that is no pointer": (expecting(free=["id"]), "/cases/0/expected/free/0"),
    "an error with a payload's keys": (
        with_case(expected={"error": {"code": "x", "path": "", "severity": "breaking"}}),
        "/cases/0/expected/error",
    ),
    "a code and an invalid place": (
        with_case(expected={"error": {"code": "x", "path": "", "invalid": ""}}),
        "/cases/0/expected/error",
    ),
}


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_file_is_one_line_with_file_and_place(tmp_path: Path, what: str) -> None:
    content, says = SPOILED[what]
    with pytest.raises(FixtureError) as caught:
        load(seeds.written(tmp_path, {"request/spoiled.json": content}))
    line = str(caught.value)
    assert line.startswith("request/spoiled.json: ")
    assert says in line
    assert "\n" not in line and len(line) < 300


def test_an_error_without_a_status_is_none(tmp_path: Path) -> None:
    bare = {key: value for key, value in seeds.NOT_FOUND.items() if key != "status"}
    with pytest.raises(FixtureError, match=re.escape("error/x.json: /cases/0/status: expected for errors")):
        load(seeds.written(tmp_path, {"error/x.json": seeds.file(bare)}))


def test_an_expected_error_body_has_a_status(tmp_path: Path) -> None:
    bare = seeds.NOT_FOUND | {"expected": {"payload": {}, "losses": []}}
    with pytest.raises(FixtureError, match="/cases/0/expected/status"):
        load(seeds.written(tmp_path, {"error/x.json": seeds.file(bare)}))


def test_a_file_that_is_not_utf8_is_one_line(tmp_path: Path) -> None:
    seeds.written(tmp_path, {"request/x.json": ""})
    (tmp_path / "request/x.json").write_bytes(b'{"subject": "\xff"}')
    with pytest.raises(FixtureError, match=re.escape("request/x.json: expected UTF-8, found byte 0xff")):
        load(tmp_path)


@pytest.mark.parametrize("spoil", [lambda path: path.mkdir(), lambda path: path.symlink_to("nowhere")])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    (tmp_path / "request").mkdir()
    spoil(tmp_path / "request/x.json")
    with pytest.raises(FixtureError, match=re.escape("request/x.json: cannot be read: ")):
        load(tmp_path)


def test_a_folder_that_is_missing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match="expected a folder of fixtures, found none"):
        load(tmp_path / "nowhere")


# the schema of the format


def test_the_schema_of_fixtures_is_a_schema() -> None:
    Draft202012Validator.check_schema(cases.schema())


def test_the_schema_knows_every_dialect_tolerance_and_severity() -> None:
    defs = cases.schema()["$defs"]
    assert sorted(defs["Dialect"]["enum"]) == sorted(profiles.names())
    assert defs["Case"]["properties"]["tolerate"]["enum"] == list(TOLERANCES)
    assert defs["Loss"]["properties"]["severity"]["enum"] == [severity.value for severity in Severity]


def test_every_code_is_one_by_the_schema() -> None:
    pattern = cases.schema()["$defs"]["Code"]["pattern"]
    assert [code.value for code in Code if not re.search(pattern, code.value)] == []


def test_the_schema_knows_the_keys_of_a_case() -> None:
    asked = {"options", *cases.QUESTION} - {"kind"}
    assert set(cases.schema()["$defs"]["Case"]["properties"]) == asked | {"name", "rows", "expected", "comment"}


# fixtures/README.md


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_example_of_the_readme_is_a_file_that_passes(tmp_path: Path) -> None:
    found = load(seeds.written(tmp_path, {"request/phase.json": blocks("json")[0]}))
    assert [asked(case, answered).grade for case in found] == [Grade.RIGHT]


def test_the_dialogue_of_the_readme_is_what_respeak_says() -> None:
    question, answer = (json.loads(block) for block in blocks("json")[1:3])
    assert list(question) == ["id", *cases.QUESTION]
    said = answered(question)
    losses = [{key: loss[key] for key in ("code", "path", "severity")} for loss in said["losses"]]
    assert answer == {"id": question["id"], "payload": said["payload"], "losses": losses}


def test_the_readme_tells_of_every_key_option_and_grade() -> None:
    keys = [*cases.schema()["properties"], *cases.schema()["$defs"]["Case"]["properties"]]
    words = [*(f"`{word}`" for word in (*keys, *respeak.Options.__dataclass_fields__)), *(f"| {g} |" for g in Grade)]
    assert [word for word in words if word not in README] == []
