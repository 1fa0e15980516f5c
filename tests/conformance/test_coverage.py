"""Every row of the mapping, every loss code and every class of bugs is proved by a case, without exceptions.

What is missing is printed, and fails.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import corpus
import respeak
from conformance import form, rows, snapshots
from respeak.codes import Code
from respeak.conformance.cases import load
from respeak.conformance.compare import NOTHING, at

Json = dict[str, Any]

TESTS = Path(__file__).parents[1]
SPECIFICATION = corpus.SHARED / "spec"
BUGS = [f"BUG/{number}" for number in range(1, 115)]
FILES = [path for path in form.files() if path.parent != form.FIXTURES]

STREAMS = (form.FIXTURES / "stream").is_dir()
"""Rows and codes of streams are demanded from the day on which there are fixtures of streams."""

each_file = pytest.mark.parametrize(
    "path", form.files(), ids=lambda path: path.relative_to(form.FIXTURES).as_posix().removesuffix(".json")
)


@cache
def content(path: Path) -> Json:
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found


def cases() -> list[Json]:
    """Every case of every file, of streams too."""
    return [case for path in FILES for case in content(path)["cases"]]


def cited() -> set[str]:
    """Every id under `rows` of a file or a case."""
    return {row for path in FILES for row in content(path)["rows"]} | {
        row for case in cases() for row in case.get("rows", ())
    }


def listed(name: str) -> list[str]:
    found: list[str] = content(form.FIXTURES / "rows.json")[name]
    return found


def strings(value: Any) -> Iterable[str]:
    """Values of every `code` within an expectation, wherever a kind has its losses."""
    if isinstance(value, dict):
        if isinstance(value.get("code"), str):
            yield value["code"]
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def expected_codes() -> set[str]:
    """Codes of expected losses and refusals; the payload may hold other things that are called `code`."""
    told = [{key: value for key, value in case["expected"].items() if key != "payload"} for case in cases()]
    return set(strings(told))


def demanded() -> list[str]:
    """Codes that a case must expect: without fixtures of streams, all but those that modules of streams alone tell."""
    package = Path(respeak.__file__).parent
    told: dict[bool, str] = {True: "", False: ""}
    for path in package.rglob("*.py"):
        told["stream" in path.relative_to(package).as_posix()] += path.read_text(encoding="utf-8")
    word = "Code.{}\\b".format
    of_streams = {
        code for code in Code if re.search(word(code.name), told[True]) and not re.search(word(code.name), told[False])
    }
    return [code.value for code in Code if STREAMS or code not in of_streams]


def report(title: str, missing: Iterable[str]) -> None:
    """Fail with everything that is missing, a line each."""
    lines = list(missing)
    if lines:
        pytest.fail("\n".join([f"{len(lines)} {title}:", *(f"  {line}" for line in lines)]), pytrace=False)


# nothing is left out


def test_every_row_of_the_mapping_is_proved_by_a_case() -> None:
    wanted = listed("rows") + (listed("stream") if STREAMS else [])
    report("rows have no case", (row for row in wanted if row not in cited()))


def test_every_loss_code_is_expected_by_a_case() -> None:
    found = expected_codes()
    report("codes are expected by no case", (code for code in demanded() if code not in found))


def test_every_class_of_bugs_has_a_case_or_a_test() -> None:
    found = cited()
    for path in TESTS.rglob("*.py"):
        found |= set(re.findall(r"BUG/[0-9]+", path.read_text(encoding="utf-8")))
    report("classes of bugs are cited nowhere", (bug for bug in BUGS if bug not in found))


# nothing is made up


def test_every_cited_row_exists() -> None:
    known = {*listed("rows"), *listed("stream"), *BUGS}
    rules = re.compile(r"[0-9]+(\.[0-9]+)*(/[0-9]+[a-z]?)?|(D|OBS)-[0-9]+")
    report("cited rows do not exist", sorted(row for row in cited() if row not in known and not rules.fullmatch(row)))


def test_every_expected_code_exists() -> None:
    report("expected codes do not exist", sorted(expected_codes() - {code.value for code in Code}))


def test_every_free_place_is_in_the_payload() -> None:
    report(
        "free places are nowhere",
        (
            f"{case.id}: {pointer}"
            for case in load()
            for pointer in case.expected.get("free", ())
            if at(case.expected["payload"], pointer) is NOTHING
        ),
    )


@pytest.mark.skipif(not SPECIFICATION.is_dir(), reason="the specification does not lie beside the checkout")
def test_the_list_of_rows_is_what_the_specification_has() -> None:
    """If this fails: python tests/conformance/rows.py ../shared/spec/mapping.json > fixtures/rows.json"""
    mapping = content(SPECIFICATION / "mapping.json")
    assert content(form.FIXTURES / "rows.json") == rows.listed(mapping)


@pytest.mark.skipif(not SPECIFICATION.is_dir(), reason="the specification does not lie beside the checkout")
def test_cited_design_rules_and_observations_exist() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in SPECIFICATION.glob("*.md"))
    names = (row for row in sorted(cited()) if re.fullmatch(r"(D|OBS)-[0-9]+", row))
    report("cited rules do not exist", (name for name in names if not re.search(rf"\b{name}\b", told)))


# how files look


@each_file
def test_files_are_laid_out(path: Path) -> None:
    """If this fails: python tests/conformance/form.py"""
    text = path.read_text(encoding="utf-8")
    assert text == form.laid_out(json.loads(text)) + "\n"


def test_names_are_unique_and_so_are_the_files_of_their_snapshots() -> None:
    places = Counter(snapshots.place(case.id).lower() for case in load())
    report("names are not unique", (place for place, count in places.items() if count > 1))


def test_names_are_laws_not_wishes() -> None:
    wishes = re.compile(r"\b(should|must be able|test|check|verify|ensure)\b", re.IGNORECASE)
    report("names are wishes", (case["name"] for case in cases() if wishes.search(case["name"])))


def test_names_are_one_sentence_without_a_full_stop() -> None:
    report("names end in a full stop", (case["name"] for case in cases() if case["name"].endswith((".", " "))))


def test_there_are_at_least_250_cases() -> None:
    assert len(load()) >= 250
