"""What a run found, told in four forms: all of them hold the same numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from conformance import miniatures, seeds
from respeak.conformance import page
from respeak.conformance.cases import load
from respeak.conformance.grade import Grade, Result, crashed, graded
from respeak.conformance.harness import UNASKED
from respeak.conformance.report import REPORTS, scoreboard, total
from respeak.conformance.run import run

Scores = dict[str, list[Result]]


@pytest.fixture
def scores(tmp_path: Path) -> Scores:
    """Five right answers, and one implementation with a case of each grade."""
    cases = load(seeds.suite(tmp_path))
    commentary, _, refused, malformed, not_found = cases
    each = [
        graded(commentary, {"payload": commentary.expected["payload"]}),
        graded(refused, {"payload": {"a": "<script>"}, "losses": []}),
        graded(malformed, {"skipped": "not today"}),
        graded(not_found, {"error": "no"}),
        crashed(cases[1], "the program ended with exit code 1: \x00\x1b ]]> <b>"),
    ]
    right = list(run(cases, miniatures.right))
    return {"respeak": right, "node <gateway> & co": each}


# text


def test_the_text_ends_with_passed_and_failed(scores: Scores) -> None:
    assert REPORTS["text"](scores).endswith("\n\n5 passed, 4 failed\n")
    assert total({"respeak": scores["respeak"]}) == "5 passed, 0 failed"


def test_the_scoreboard_has_a_line_for_each_implementation(scores: Scores) -> None:
    head, *lines = scoreboard(scores)
    assert re.split(r"\s{2,}", head) == ["implementation", *Grade, "cases"]
    assert re.split(r"\s{2,}", lines[0]) == ["respeak", "5", "0", "0", "0", "0", "0", "5"]
    assert re.split(r"\s{2,}", lines[1]) == ["node <gateway> & co", "0", "1", "1", "1", "1", "1", "5"]
    assert len({len(line) for line in (head, *lines)}) == 1, "the columns are aligned"


def test_the_text_tells_what_failed_and_where(scores: Scores) -> None:
    told = REPORTS["text"](scores)
    assert "RIGHT BUT SILENT  request/phase/commentary is dropped for Chat  (responses to chat; node <gateway>" in told
    assert "    loss not told: degrading phase_dropped at /input/0/phase\n" in told
    assert "not today" not in told, "what is skipped did not fail"


def test_cases_that_were_not_asked_are_one_paragraph(scores: Scores) -> None:
    silent = [crashed(result.case, UNASKED) for result in scores["respeak"]]
    told = REPORTS["text"]({"dead": silent})
    assert told.startswith(f"CRASHED  5 more  (dead)\n    {UNASKED}\n\nimplementation")


# json


def test_the_json_holds_every_result(scores: Scores) -> None:
    told = json.loads(REPORTS["json"](scores))
    assert list(told) == list(scores)
    for name, results in scores.items():
        assert sum(told[name]["grades"].values()) == len(told[name]["results"]) == len(results)
    first = told["node <gateway> & co"]["results"][0]
    assert first["grade"] == "right but silent"
    assert first["details"] == ["loss not told: degrading phase_dropped at /input/0/phase"]
    assert first["rows"] == ["R2C-REQ/input"]


# junit


def junit(scores: Scores) -> ElementTree.Element:
    return ElementTree.fromstring(REPORTS["junit"](scores).encode())


def test_the_junit_counts_add_up(scores: Scores) -> None:
    root = junit(scores)
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "10",
        "failures": "3",
        "errors": "1",
        "skipped": "1",
    }
    for suite in (root, *root.findall("testsuite")):
        cases = suite.findall(".//testcase")
        assert suite.get("tests") == str(len(cases))
        assert suite.get("failures") == str(len(suite.findall(".//failure")))
        assert suite.get("errors") == str(len(suite.findall(".//error")))
        assert suite.get("skipped") == str(len(suite.findall(".//skipped")))
    assert sum(int(suite.get("tests", "")) for suite in root) == 10


def test_the_junit_names_suites_and_cases(scores: Scores) -> None:
    root = junit(scores)
    assert [suite.get("name") for suite in root][:2] == ["respeak: request", "respeak: error"]
    case = root.find("testsuite/testcase")
    assert case is not None
    assert (case.get("classname"), case.get("name")) == ("request.phase", "commentary is dropped for Chat")


def test_the_junit_spells_out_what_xml_cannot_say(scores: Scores) -> None:
    error = junit(scores).find(".//error")
    assert error is not None and error.text == "the program ended with exit code 1: \\x00\\x1b ]]> <b>"


# html


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed in its turn; keeps marks and texts."""

    VOID = ("meta", "br", "!doctype")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.marks: list[tuple[str, str]] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "mark":
            found = dict(attributes)
            self.marks.append((found.get("class") or "", found.get("data-says") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(scores: Scores) -> None:
    html = REPORTS["html"](scores)
    read(html)
    assert not re.search(r"(src|href)=|@import|url\(", html)


def test_the_page_says_strange_things_without_obeying_them(scores: Scores) -> None:
    html = REPORTS["html"](scores)
    assert "script" not in read(html).tags and "b" not in read(html).tags
    assert "&lt;script&gt;" in html and "node &lt;gateway&gt; &amp; co" in html
    assert "Hi &lt;b&gt;&amp;amp;&lt;/b&gt;." in html


def test_lost_places_are_marked_in_the_source_with_their_severity_and_code(scores: Scores) -> None:
    html = REPORTS["html"]({"respeak": scores["respeak"][:1]})
    assert ("degrading", "degrading: phase_dropped") in read(html).marks
    assert re.search(r'<mark class="degrading"[^>]*>&quot;phase&quot;: &quot;commentary&quot;</mark>', html)


def test_what_differs_is_marked_in_the_target(scores: Scores) -> None:
    case = scores["respeak"][0].case
    wrong = {"model": "other", "messages": case.expected["payload"]["messages"], "more": 1}
    html = REPORTS["html"]({"it": [graded(case, {"payload": wrong, "losses": []})]})
    assert ("wrong", 'expected "m"') in read(html).marks
    assert ("wrong", "expected nothing") in read(html).marks
    assert "<h4>expected</h4>" in html


def test_failed_cases_are_open_and_right_ones_closed(scores: Scores) -> None:
    assert "<details open>" not in REPORTS["html"]({"respeak": scores["respeak"]})
    assert REPORTS["html"](scores).count("<details open>") == 4


def test_every_grade_has_its_word(scores: Scores) -> None:
    html = REPORTS["html"](scores)
    for grade in Grade:
        assert f">{grade.value}</span>" in html


def test_a_loss_at_a_place_that_is_not_there_is_told_beside_the_source(scores: Scores) -> None:
    case = scores["respeak"][0].case
    loss = {"code": "store_changed", "path": "/store", "severity": "harmless"}
    told = replace(case, expected={**case.expected, "losses": [loss]})
    html = REPORTS["html"]({"it": [graded(told, {"payload": case.expected["payload"], "losses": [loss]})]})
    assert "harmless store_changed at /store" in html


@pytest.mark.parametrize("value", [{}, [], {"a": []}, "", None, 1.5, {"a/b": {"~": "<"}}, ["\u2028"]])
def test_a_value_in_the_page_is_the_value(value: Any) -> None:
    parser = Texts()
    parser.feed(f"<pre>{page.rendered(value, {'/a~1b/~0': ('breaking', 'x')})}</pre>")
    assert json.loads("".join(parser.texts)) == value


class Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("form", REPORTS.values(), ids=list(REPORTS))
def test_lone_surrogates_and_control_characters_break_no_report(form: Callable[[Any], str], tmp_path: Path) -> None:
    case = seeds.case(tmp_path, seeds.COMMENTARY)
    result = graded(case, {"payload": {"a": "\ud800\x00\x0b\uffff"}, "losses": []})
    (tmp_path / "report").write_text(form({"x": [result]}), encoding="utf-8", errors="backslashreplace")
