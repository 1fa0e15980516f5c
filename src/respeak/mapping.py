"""The printed mapping: what becomes of every field, made from the same tables, dicts and profiles that translate.

`explain` reads rows, it knows none: a verb is described by its own attributes, a verdict by its own words.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from respeak import profiles
from respeak.crossing import TABLES
from respeak.crossing.answer_down import OUTPUT_DOWN
from respeak.crossing.answer_down import PARTS as ANSWER_PARTS
from respeak.crossing.errors import FAILED_STATUS
from respeak.crossing.finish import FINISHES, REASONS
from respeak.crossing.items import CALLS_UP, ITEMS_DOWN
from respeak.crossing.parts import PARTS_DOWN, PARTS_UP
from respeak.crossing.tool_choice import FORMS_DOWN, FORMS_UP, MODES
from respeak.crossing.tools import TOOLS_DOWN, TOOLS_UP
from respeak.loss import Verdict
from respeak.plan import IMPLIED, KEEP, ONE_WAY, Always, Direction, Row, Step, Table
from respeak.profiles.profile import Profile
from respeak.verbs import approximated, between, each, excluding, flagged, one_of, reported

ANSWERS = ("answer", "choice", "answer_message", "answer_text", "usage", "url_citation")
"""Tables of answers; all others are of requests."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What becomes of one field, item, part, tool or value on one road.

    `source_field` and `target_field` are paths with `[]` for elements and `<type>` for kinds; `target_field` is
    None when nothing is sent. `severity` and `code` are those of the loss that the rule may report.
    """

    kind: str
    direction: str
    source_field: str
    target_field: str | None
    rule: str
    severity: str | None = None
    code: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The row as plain JSON."""
        return asdict(self)


def explain(
    field: str | None = None, *, source: str | None = None, target: str | None = None, kind: str | None = None
) -> list[Explained]:
    """The mapping rows of `field`, or all of them.

    field            a field of either side (`max_tokens`, `reasoning.effort`), a type of item, part, tool or
                     tool_choice (`function_call_output`), a value of a finish, or a loss code (`phase_dropped`)
    source, target   dialects: only what that route does, with the words of both profiles; both or neither
    kind             "request" or "response"

    Raises UnknownDialect, and ValueError for a field that no row has (the message names the nearest) or when only
    one of `source` and `target` is given.
    """
    if (source is None) != (target is None):
        raise ValueError("give both source and target, or neither")
    route = None if source is None or target is None else (profiles.get(source), profiles.get(target))
    rows = [row for row in _rows(route) if kind in (None, row.kind)]
    if field is None:
        return rows
    found = [row for row in rows if _speaks_of(row, field)]
    if not found and not any(_speaks_of(row, field) for row in _rows(None)):
        raise ValueError(f'no row has "{field}"{_nearest(field, rows)}')
    return found


def _nearest(field: str, rows: list[Explained]) -> str:
    words = {word for row in rows for word in (*_words(row.source_field), *_words(row.target_field or ""), row.code)}
    near = difflib.get_close_matches(field, sorted(word for word in words if word), n=3)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _speaks_of(row: Explained, field: str) -> bool:
    """True when the row has the code, or the words of the field in sequence."""
    wanted = _words(field)
    return field == row.code or any(
        words[i : i + len(wanted)] == wanted
        for words in (_words(row.source_field), _words(row.target_field or ""))
        for i in range(len(words))
    )


def _words(path: str) -> list[str]:
    return [word for word in re.split(r"[.\[\]<>]+", path) if word]


# Rows -----------------------------------------------------------------------------------------------------------


def _rows(route: tuple[Profile, Profile] | None) -> Iterator[Explained]:
    if route is None:
        for direction in ("down", "up"):
            yield from _crossing(direction, {}, {})
        for name in profiles.names():
            yield from _profile(profiles.get(name), name)
        return
    start, end = route
    if start is end:
        return
    if start.family == end.family:
        yield from _profile(end, f"{start.name} to {end.name}", requests_of=start)
        return
    direction = "down" if start.family == "responses" else "up"
    yield from _crossing(direction, end.says, end.answers)
    yield from _own(start, end, f"{start.name} to {end.name}")


def _crossing(direction: Any, says: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[Explained]:
    for table in TABLES.values():
        words = (answers if table.name in ANSWERS else says).get(table.name, {})
        for row in table.rows:
            yield from _of_row(table, row, direction, words)
    for kind, where, to, rules in _DISPATCH[direction]:
        for name, rule in rules.items():
            yield _dispatched(kind, direction, f"{where}<{name}>" if where else name, to, rule)


def _of_row(table: Table, row: Row, direction: Direction, says: Mapping[str, Any]) -> Iterator[Explained]:
    source, target, rule = (
        (row.responses, row.chat, row.down) if direction == "down" else (row.chat, row.responses, row.up)
    )
    if source is None or rule is ONE_WAY or (isinstance(rule, Always) and target is None):
        return
    prefixes = table.fields if direction == "down" else table.fields[::-1]
    words, verdicts = _describe(rule)
    if target is not None and not isinstance(rule, Verdict):
        name, more = _said(says.get(target, KEEP), target)
        renamed, target = name != target, name
        words = [*words, *_describe(more)[0]] if more is not KEEP else words
        verdicts += _describe(more)[1]
        words = words or ["renamed" if renamed or _leaf(source) != _leaf(target) else "copied"]
    if isinstance(rule, Verdict):
        target = None
    if row.note:
        words = [*words, row.note]
    path = _joined(prefixes[1], target) if target is not None else None
    kind = "response" if table.name in ANSWERS else "request"
    yield _explained(kind, direction, _joined(prefixes[0], source), path, words, verdicts)


def _said(say: Any, name: str) -> tuple[str, Any]:
    """Name and rule of a profile's word."""
    if isinstance(say, tuple):
        return say
    return (say, KEEP) if isinstance(say, str) else (name, say)


def _profile(profile: Profile, road: str, requests_of: Profile | None = None) -> Iterator[Explained]:
    """What a profile makes of its own family."""
    for kind, speech in (("request", profile.says), ("response", profile.answers)):
        for table, words in speech.items():
            side = 0 if profile.family == "responses" else 1
            for name, say in words.items():
                target, rule = _said(say, name)
                described, verdicts = _describe(rule)
                prefix = TABLES[table].fields[side]
                gone = isinstance(rule, Verdict)
                yield _explained(
                    kind,
                    road,
                    _joined(prefix, name),
                    None if gone else _joined(prefix, target),
                    described or ["copied" if target == name else "renamed"],
                    verdicts,
                )
    yield from _own(requests_of or profile, profile, road)


def _own(start: Profile, end: Profile, road: str) -> Iterator[Explained]:
    """Model ids, content parts, and what only clients of a dialect send."""
    ids = ", ".join(end.models.values())
    only = f"; {end.only_model} only" if end.only_model else ""
    yield Explained("request", road, "model", "model", f"model ids: {ids}{only}")
    for part, verdict in end.parts.items():
        yield _explained("request", road, f"messages[].content[]<{part}>", None, *_describe(verdict))
    for name, rule in start.reads.items():
        yield _explained("request", road, name, None, *_describe(rule))
    for kind, odd in start.odd_tools.items():
        for family in ("responses", "chat"):
            yield _explained(
                "request", road, f"tools[]<{kind}>", f"tools[] ({family})", *_describe(getattr(odd, family))
            )


def _dispatched(kind: str, direction: str, source: str, to: str, rule: Any) -> Explained:
    words, verdicts = _describe(rule)
    table = TABLES.get(rule) if isinstance(rule, str) else None
    if table is not None:
        target = table.fields[1 if direction == "down" else 0]
        return Explained(kind, direction, source, target or to, table.title)
    return _explained(kind, direction, source, None if verdicts else to, words or ["translated"], verdicts)


def _explained(
    kind: str, direction: str, source: str, target: str | None, words: list[str], verdicts: list[Verdict]
) -> Explained:
    worst = max(verdicts, key=lambda verdict: verdict.severity.rank, default=None)
    severity = None if worst is None else "refused" if worst.refuse else worst.severity.value
    code = None if worst is None else worst.code.value
    return Explained(kind, direction, source, target, "; ".join(words), severity, code)


def _joined(prefix: str, path: str) -> str:
    return f"{prefix}.{path}" if prefix else path


def _leaf(path: str) -> str:
    return path.rsplit(".", 1)[-1]


# Words ----------------------------------------------------------------------------------------------------------


def _describe(rule: Any) -> tuple[list[str], list[Verdict]]:
    """A rule in words, and the verdicts that it may give."""
    if rule is None or rule is KEEP:
        return [], []
    if rule is IMPLIED:
        return ["implied by the form"], []
    describe = WORDS.get(type(rule))
    if describe is not None:
        return describe(rule)
    return [_first_line(rule)] if callable(rule) else [str(rule)], []


def _verdict(rule: Verdict) -> tuple[list[str], list[Verdict]]:
    assumed = f" (not {', '.join(map(str, rule.unless))}, which is assumed)" if rule.unless else ""
    word = "refused always" if rule.refuse else rule.kind.value
    return [f"{word}: {rule.why}{assumed}"], [rule]


def _step(rule: Step) -> tuple[list[str], list[Verdict]]:
    return [rule.note or _first_line(rule.run)], list(rule.verdicts)


def _between(rule: between) -> tuple[list[str], list[Verdict]]:
    bounds = f"{rule.low} to {rule.high}" if rule.high is not None else f"at least {rule.low}"
    return [f"{bounds}; moved into the range"], [_made(rule)]


def _one_of(rule: one_of) -> tuple[list[str], list[Verdict]]:
    nearest = ", ".join(f"{value} becomes {near}" for value, near in rule.nearest.items())
    return [f"one of {', '.join(map(str, rule.values))}" + (f"; {nearest}" if nearest else "")], [_made(rule)]


def _made(rule: between | one_of) -> Verdict:
    """The verdict that a verb with a code of its own gives."""
    return approximated(rule.code, rule.severity, "")


def _excluding(rule: excluding) -> tuple[list[str], list[Verdict]]:
    return [f"copied, but {value} is dropped: {verdict.why}" for value, verdict in rule.values.items()], list(
        rule.values.values()
    )


def _carried(rule: flagged | reported) -> tuple[list[str], list[Verdict]]:
    return [f"carried and reported: {rule.verdict.why}"], [rule.verdict]


def _each(rule: each) -> tuple[list[str], list[Verdict]]:
    return [f"each by {TABLES[rule.table].title}"], []


def _always(rule: Always) -> tuple[list[str], list[Verdict]]:
    return [f"always {rule.value}"], []


def _first_line(made_by: Any) -> str:
    text = (getattr(made_by, "__doc__", None) or "").strip().splitlines()
    return text[0].rstrip(".") if text else "by a rule of its own"


WORDS: dict[type, Callable[[Any], tuple[list[str], list[Verdict]]]] = {
    Verdict: _verdict,
    Step: _step,
    Always: _always,
    between: _between,
    one_of: _one_of,
    excluding: _excluding,
    flagged: _carried,
    reported: _carried,
    each: _each,
}
"""How each kind of rule is described."""

_STATUS = {f"error.code {code}": f"HTTP {status}" for code, status in FAILED_STATUS.items()}
_REASONS = {f"incomplete_details.reason {reason}": f"finish_reason {finish}" for reason, finish in REASONS.items()}
_FINISHES = {
    f"choices[].finish_reason {finish}": f"status {status}" + (f", reason {reason}" if reason else "")
    for finish, (status, reason) in FINISHES.items()
}
_MODES = dict.fromkeys(MODES, "the same string")

_DISPATCH: dict[str, tuple[tuple[str, str, str, Mapping[Any, Any]], ...]] = {
    "down": (
        ("request", "input[]", "messages[]", ITEMS_DOWN),
        ("request", "input[].content[]", "messages[].content[]", PARTS_DOWN),
        ("request", "tools[]", "tools[]", TOOLS_DOWN),
        ("request", "tool_choice", "tool_choice", {**_MODES, **FORMS_DOWN}),
        ("response", "output[]", "choices[0].message", OUTPUT_DOWN),
        ("response", "output[].content[]", "choices[0].message", ANSWER_PARTS),
        ("response", "", "choices[0].finish_reason", _REASONS),
        ("response", "", "HTTP status", _STATUS),
    ),
    "up": (
        ("request", "messages[].content[]", "input[].content[]", PARTS_UP),
        ("request", "messages[].tool_calls[]", "input[]", CALLS_UP),
        ("request", "tools[]", "tools[]", TOOLS_UP),
        ("request", "tool_choice", "tool_choice", {**_MODES, **FORMS_UP}),
        ("response", "", "status", _FINISHES),
    ),
}
"""The dicts that dispatch by type: kind, where the types stand, where they land, type to rule."""
