"""What a run found, for people and machines: text, JSON, and the scoreboard of several implementations.

`junit` and `page` hold the other forms. All of them read the same `Scores`: results by name of the implementation.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from respeak.conformance.grade import Grade, Result
from respeak.conformance.harness import UNASKED
from respeak.conformance.junit import junit
from respeak.conformance.page import page
from respeak.plan import Json

Scores = Mapping[str, Sequence[Result]]
"""Results of each implementation, in the order in which they ran."""


def text(scores: Scores) -> str:
    """What failed, the scoreboard, and `N passed, M failed` at the end."""
    lines = [line for name, results in scores.items() for line in _failures(name, results)]
    return "\n".join([*lines, *scoreboard(scores), "", total(scores)]) + "\n"


def total(scores: Scores) -> str:
    """`N passed, M failed` over all implementations."""
    every = [result for results in scores.values() for result in results]
    return f"{sum(result.passed for result in every)} passed, {sum(result.failed for result in every)} failed"


def scoreboard(scores: Scores) -> list[str]:
    """A line for each implementation: how many answers of each grade."""
    head = ["implementation", *Grade, "cases"]
    rows = [head, *([name, *_counts(results), str(len(results))] for name, results in scores.items())]
    wide = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, wide, strict=True))
        )
        for row in rows
    ]


def _counts(results: Sequence[Result]) -> list[str]:
    found = Counter(result.grade for result in results)
    return [str(found[grade]) for grade in Grade]


def _failures(name: str, results: Sequence[Result]) -> Iterator[str]:
    """What failed: a paragraph for each case, and one for all cases that were not asked."""
    unasked = [result for result in results if result.details == (UNASKED,)]
    for result in results:
        if result.failed and result.details != (UNASKED,):
            route = f"{result.case.source} to {result.case.target}"
            yield f"{result.grade.value.upper()}  {result.case.id}  ({route}; {name})"
            yield from (f"    {line}" for line in result.details)
            yield ""
    if unasked:
        yield from (f"CRASHED  {len(unasked)} more  ({name})", f"    {UNASKED}", "")


def as_json(scores: Scores) -> str:
    """The results as one JSON object: counts by grade, and every result, by implementation."""
    said = {
        name: {"grades": {grade: int(count) for grade, count in zip(Grade, _counts(results), strict=True)}}
        | {"results": [_plain(result) for result in results]}
        for name, results in scores.items()
    }
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def _plain(result: Result) -> Json:
    return {
        "id": result.case.id,
        "kind": result.case.kind,
        "source": result.case.source,
        "target": result.case.target,
        "rows": list(result.case.rows),
        "grade": result.grade.value,
        "details": list(result.details),
        "seconds": round(result.seconds, 6),
    }


REPORTS: Mapping[str, Callable[[Scores], str]] = {"text": text, "json": as_json, "junit": junit, "html": page}
"""How a run can be told."""
