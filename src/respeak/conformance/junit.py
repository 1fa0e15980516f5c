"""Results as JUnit XML, as CI systems read it: a suite for each implementation and kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from xml.etree import ElementTree

from respeak.conformance.grade import Grade, Result

UNSAYABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 does not have."""


def junit(scores: Mapping[str, Sequence[Result]]) -> str:
    """The results of all implementations as one document."""
    root = ElementTree.Element("testsuites", _counted([result for results in scores.values() for result in results]))
    for name, results in scores.items():
        for kind, group in groupby(results, key=lambda result: result.case.kind):
            of_kind = list(group)
            suite = ElementTree.SubElement(root, "testsuite", {"name": clean(f"{name}: {kind}")} | _counted(of_kind))
            for result in of_kind:
                _case(suite, result)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, result: Result) -> None:
    place = result.case.id.removesuffix(f"/{result.case.name}").replace("/", ".")
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {"classname": clean(place), "name": clean(result.case.name), "time": f"{result.seconds:.6f}"},
    )
    if result.grade is Grade.RIGHT:
        return
    tag = {Grade.SKIPPED: "skipped", Grade.CRASHED: "error"}.get(result.grade, "failure")
    what = ElementTree.SubElement(case, tag, {"message": result.grade.value, "type": result.grade.value})
    what.text = clean("\n".join(result.details))


def _counted(results: Sequence[Result]) -> dict[str, str]:
    grades = [result.grade for result in results]
    errors, skipped = grades.count(Grade.CRASHED), grades.count(Grade.SKIPPED)
    return {
        "tests": str(len(grades)),
        "failures": str(len(grades) - grades.count(Grade.RIGHT) - errors - skipped),
        "errors": str(errors),
        "skipped": str(skipped),
        "time": f"{sum(result.seconds for result in results):.6f}",
    }


def clean(text: str) -> str:
    """Text that XML can hold: what it cannot is spelled out."""
    return UNSAYABLE.sub(lambda found: ascii(found[0])[1:-1], text)
