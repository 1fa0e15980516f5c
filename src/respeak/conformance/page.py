"""Results as one HTML file without outside assets: source and target side by side, lost parts marked.

In the source each place of an expected loss is marked with its severity and code, in words and in color; in the target
each place that is not as expected. Failed cases are open, the others closed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

from respeak.conformance.compare import differences, shown
from respeak.conformance.grade import Grade, Result
from respeak.loss import escaped
from respeak.plan import Json

Marks = Mapping[str, tuple[str, str]]
"""JSON Pointer to (class of the mark, what it says)."""

RANK = {"harmless": 0, "degrading": 1, "breaking": 2, "refused": 3, "malformed": 3}
"""What may be wrong with a place of the source, from best to worst."""


def page(scores: Mapping[str, Sequence[Result]]) -> str:
    """The whole page."""
    style = (resources.files("respeak.conformance") / "page.css").read_text(encoding="utf-8")
    parts = [part for name, results in scores.items() for part in _section(name, results)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>respeak conformance</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        "<h1>respeak conformance</h1>\n" + _scoreboard(scores) + _legend() + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _scoreboard(scores: Mapping[str, Sequence[Result]]) -> str:
    head = "".join(f'<th scope="col">{grade.value}</th>' for grade in Grade)
    rows = [
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(f"<td>{[result.grade for result in results].count(grade)}</td>" for grade in Grade)
        + f"<td>{len(results)}</td></tr>"
        for name, results in scores.items()
    ]
    return (
        f'<div class="board"><table>\n<tr><th scope="col">implementation</th>{head}<th scope="col">cases</th></tr>\n'
        + "\n".join(rows)
        + "\n</table></div>\n"
    )


def _legend() -> str:
    marks = "".join(f'<mark class="{severity}">{severity}</mark> ' for severity in RANK)
    return (
        f'<p class="legend">Marked in the source: {marks}<br>'
        'Marked in the target: <mark class="wrong">not as expected</mark></p>\n'
    )


def _section(name: str, results: Sequence[Result]) -> Iterator[str]:
    yield f"<h2>{escape(name)}</h2>"
    subject = None
    for result in results:
        if result.case.subject != subject:
            subject = result.case.subject
            yield f"<h3>{escape(result.case.kind)}: {escape(subject)}</h3>"
        yield _case(result)


def _case(result: Result) -> str:
    case = result.case
    tag = result.grade.value.rpartition(" ")[2]
    target = _target(result)
    return (
        f"<details{' open' if result.failed else ''}>\n"
        f'<summary><span class="grade {tag}">{result.grade.value}</span> {escape(case.name)} '
        f'<span class="route">{escape(case.source)} &rarr; {escape(case.target)}</span></summary>\n'
        + _list("details", result.details)
        + '<div class="sides">\n'
        + f"<div><h4>source: {escape(case.source)}</h4><pre>{rendered(case.input, _lost(case.expected))}</pre></div>\n"
        + f"<div><h4>target: {escape(case.target)}</h4>{target}</div>\n</div>\n"
        + _list("losses", [_told(loss) for loss in _losses(case.expected)])
        + f'<p class="rows">proves {escape(", ".join(case.rows))}</p>\n</details>'
    )


def _target(result: Result) -> str:
    """What came out, with what differs marked; below it what was expected, unless that is what came."""
    expected, answer = result.case.expected, result.answer or {}
    came = "<p>nothing</p>"
    if isinstance(answer.get("payload"), dict | list):
        wanted = expected.get("payload", answer["payload"])
        found = differences(wanted, answer["payload"], expected.get("free", ()), partial=isinstance(wanted, list))
        marks = {each.path: ("wrong", f"expected {shown(each.expected)}") for each in found}
        came = f"<pre>{rendered(answer['payload'], marks)}</pre>"
    elif "error" in answer:
        came = f"<pre>{rendered(answer['error'], {})}</pre>"
    return came if not result.failed else came + _expected(expected.get("payload", expected.get("error")))


def _expected(value: Any) -> str:
    return f"<h4>expected</h4><pre>{rendered(value, {})}</pre>"


def _told(loss: Json) -> str:
    return f"{loss['severity']} {loss['code']} at {loss['path'] or '(whole payload)'}"


def _losses(expected: Json) -> list[Json]:
    """The losses that a case expects, the forbidding one included."""
    error = expected.get("error", {})
    if "code" in error:
        return [{**error, "severity": "refused"}]
    if "invalid" in error:
        return [{"code": "input", "path": error["invalid"], "severity": "malformed"}]
    found: list[Json] = expected["losses"]
    return found


def _lost(expected: Json) -> dict[str, tuple[str, str]]:
    """A mark for each lost place, in the color of the worst where there are several."""
    marks: dict[str, tuple[str, str]] = {}
    for loss in sorted(_losses(expected), key=lambda loss: RANK[loss["severity"]]):
        says = f"{loss['severity']}: {loss['code']}"
        told = marks.get(loss["path"], ("", ""))[1]
        marks[loss["path"]] = (loss["severity"], f"{told}, {says}" if told else says)
    return marks


def _list(kind: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="{kind}">{items}</ul>\n' if lines else ""


def rendered(value: Any, marks: Marks, at: str = "", indent: str = "") -> str:
    """A JSON value as HTML, indented, each marked place in a `<mark>`."""
    if isinstance(value, dict) and value:
        entries = [
            (f"{at}/{escaped(key)}", f"{escape(json.dumps(key, ensure_ascii=False))}: ", each)
            for key, each in value.items()
        ]
        inner = _entries(entries, marks, indent, "{}")
    elif isinstance(value, list) and value:
        inner = _entries([(f"{at}/{index}", "", each) for index, each in enumerate(value)], marks, indent, "[]")
    else:
        inner = escape(json.dumps(value, ensure_ascii=False))
    return inner if at else _marked(inner, marks.get(at))


def _entries(entries: Sequence[tuple[str, str, Any]], marks: Marks, indent: str, ends: str) -> str:
    below = indent + "  "
    lines = [f"{below}{_marked(head + rendered(each, marks, at, below), marks.get(at))}" for at, head, each in entries]
    return ends[0] + "\n" + ",\n".join(lines) + f"\n{indent}{ends[1]}"


def _marked(text: str, mark: tuple[str, str] | None) -> str:
    if mark is None:
        return text
    kind, says = mark
    return f'<mark class="{kind}" data-says="{escape(says)}">{text}</mark>'
