"""The rows between the families: every table, every dict that dispatches by type, and the rules between fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from respeak.codes import Code
from respeak.crossing import TABLES, answer, answer_down, citations, errors, fold, tools, unfold, usage
from respeak.crossing import told as of_requests
from respeak.crossing import told_answers as of_answers
from respeak.crossing.finish import FINISHES, REASONS
from respeak.crossing.items import CALLS_UP, ITEMS_DOWN
from respeak.crossing.parts import PARTS_DOWN, PARTS_UP
from respeak.crossing.request import REQUEST
from respeak.crossing.tool_choice import FORMS_DOWN, FORMS_UP, MODES, choice_down, choice_up
from respeak.loss import Verdict
from respeak.mapping.explained import Explained
from respeak.mapping.reach import verdicts
from respeak.mapping.words import Words, describe, first_line
from respeak.plan import IMPLIED, KEEP, ONE_WAY, UNKNOWN, Always, Row, Step, Table, Told
from respeak.profiles.profile import Profile
from respeak.route import FINISH
from respeak.verbs import flagged

ANSWER_TABLES = ("answer_text", *(table.name for module in (answer, citations, usage) for table in module.TABLES))
"""Tables that speak of answers only."""

SHARED = {
    "down": ("message", *(rule for rule in answer_down.OUTPUT_DOWN.values() if isinstance(rule, str)), "refusal"),
    "up": (*CALLS_UP.values(), "legacy_call"),
}
"""Tables of request items that answers are said by, too."""

IN_ANSWERS = {"input[]": "output[]", "messages[]": "choices[].message"}
"""Where the objects of shared tables stand in an answer."""

ONLY_IF: Mapping[Code, Callable[[Profile], bool]] = {
    Code.MODEL_NOT_SERVED: lambda target: target.wire_check,
    Code.MODEL_REPLACED: lambda target: bool(target.only_model),
    Code.STRICT_ASSUMED: lambda target: target.strict,
    Code.WEB_SEARCH_DROPPED: lambda target: target.closed,
}
"""Losses that only some targets can bring about."""


TOLD = {"request": of_requests.TOLD, "response": of_answers.TOLD}
"""What rules between fields say of single fields, by kind and direction."""

SEARCH = "web_search_options"
"""The field of Chat that is a hosted tool on Responses."""


def crossing(kind: str, direction: str, target: Profile) -> Iterator[Explained]:
    """All rows of one kind and direction, with the target's words on the fields they land on."""
    rows = [*_table_rows(kind, direction, target), *_types(kind, direction, target)]
    rows += told(TOLD[kind][direction], kind, "responses" if direction == "down" else "chat", direction, target)
    yield from rows
    known = [verdict for row in rows for verdict in row.losses]
    for verdict in _between(kind, direction):
        if verdict not in known and possible((verdict,), target):
            yield Explained(kind, direction, None, None, *_parts(describe(verdict)))
    yield Explained(kind, direction, "(any other key)", None, *_parts(describe(UNKNOWN)))


def told(
    tells: Iterable[Told], kind: str, family: str, direction: str, target: Profile, dialect: str | None = None
) -> list[Explained]:
    """What rules between fields make of single fields of a source of this family, for this target."""
    rows = []
    for tell in tells:
        name, losses = tell.name(family), possible(tell.verdicts, target)
        if name is None or (tell.open_only and target.closed) or (tell.verdicts and not losses):
            continue
        text = tell.note or describe(losses[0]).text
        rows.append(Explained(kind, direction, name, tell.becomes, text, losses, dialect))
    return rows


def possible(losses: tuple[Verdict, ...], target: Profile) -> tuple[Verdict, ...]:
    """The losses that this target can bring about."""
    return tuple(verdict for verdict in losses if ONLY_IF.get(verdict.code, _any_target)(target))


def _any_target(target: Profile) -> bool:
    return True


# Rows of tables -------------------------------------------------------------------------------------------------


def _table_rows(kind: str, direction: str, target: Profile) -> Iterator[Explained]:
    says = target.says if kind == "request" else target.answers
    for table in TABLES.values():
        in_answers = table.name in ANSWER_TABLES or (kind == "response" and table.name in SHARED[direction])
        if in_answers == (kind == "response"):
            for row in table.rows:
                if not _hosted(row, direction, target, table):
                    yield from _row(kind, direction, table, row, target, says.get(table.target, {}))


def _hosted(row: Row, direction: str, target: Profile, table: Table) -> bool:
    """True for what becomes a hosted tool, where the target has none."""
    return direction == "up" and target.closed and joined(table.fields[1], row.chat or "").startswith(SEARCH)


def _row(
    kind: str, direction: str, table: Table, row: Row, end: Profile, says: Mapping[str, Any]
) -> Iterator[Explained]:
    down = direction == "down"
    source, target, rule = (row.responses, row.chat, row.down) if down else (row.chat, row.responses, row.up)
    if rule is ONE_WAY or (source is None and not isinstance(rule, Always)):
        return
    words, target = _landed(rule, source, target, says)
    words = _noted(words, rule, note_of(row.note, direction))
    here, there = (_prefix(prefix, kind) for prefix in (table.fields if down else table.fields[::-1]))
    losses = possible(words.losses, end)
    yield Explained(
        kind,
        direction,
        None if source is None else joined(here, source),
        None if target is None else joined(there, target),
        words.text,
        losses,
    )


def _landed(rule: Any, source: str | None, target: str | None, says: Mapping[str, Any]) -> tuple[Words, str | None]:
    """The rule of the row, then the profile's word on the field where the value lands."""
    words = describe(rule)
    if isinstance(rule, Verdict):
        return words, None
    if target is None or rule is IMPLIED or isinstance(rule, Always):
        return words, target
    name, more = spoken_of(_say(target, says), target)
    if isinstance(rule, Step):  # a step writes itself; what is enforced on it is a verdict, or a word that flags
        if isinstance(more, Verdict | flagged):
            return words + describe(more), None if isinstance(more, Verdict) else target
        return words, target
    words += describe(more)
    if isinstance(more, Verdict):
        return words, None
    carried = "copied" if (source or "").rsplit(".", 1)[-1] == name.rsplit(".", 1)[-1] else "renamed"
    return (words if words.text else Words(carried)), name


def _say(target: str, says: Mapping[str, Any]) -> Any:
    """The profile's word on a field; a verdict on what it stands in is one on it, too."""
    around = says.get(target.split(".")[0])
    return says.get(target, around if isinstance(around, Verdict) else KEEP)


def _noted(words: Words, rule: Any, note: str) -> Words:
    """The words of a row with its note, which says better what a form implies."""
    if rule is IMPLIED and note:
        return Words(note)
    return words if note in words.text else words + Words(note)


def note_of(note: str, direction: str) -> str:
    """The clauses of a note that hold in this direction; `up:` and `down:` mark those of one only."""
    clauses = (clause.partition(": ") for clause in note.split("; "))
    held = (
        rest if head == direction else f"{head}{colon}{rest}"
        for head, colon, rest in clauses
        if head not in ("up", "down") or head == direction
    )
    return "; ".join(held)


def spoken_of(say: Any, name: str) -> tuple[str, Any]:
    """A profile's word on a field as its name there and the rule for its value."""
    if isinstance(say, tuple):
        return say[0], say[1]
    return (say, KEEP) if isinstance(say, str) else (name, say)


def joined(prefix: str, path: str) -> str:
    return f"{prefix}.{path}" if prefix else path


def _prefix(prefix: str, kind: str) -> str:
    """The place of an object; items and messages of shared tables stand elsewhere in answers."""
    if kind == "response":
        for request, response in IN_ANSWERS.items():
            if prefix.startswith(request):
                return prefix.replace(request, response, 1)
    return prefix


def _parts(words: Words) -> tuple[str, tuple[Verdict, ...]]:
    return words.text, words.losses


# Types ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Types:
    """A dict that dispatches by type: where the types stand, where they land, and the functions of its rules."""

    kind: str
    direction: str
    place: str
    lands: str
    rules: Mapping[Any, Any]
    steps: Mapping[str, Any] = field(default_factory=dict)


MODE_RULES = dict.fromkeys(MODES, Words("copied"))

DISPATCH = (
    Types("request", "down", "input[]<{}>", "messages[]", ITEMS_DOWN, fold._STEPS),
    Types("request", "down", "input[].content[]<{}>", "messages[].content[]", PARTS_DOWN),
    Types("request", "down", "tools[]<{}>", "tools[]", tools.TOOLS_DOWN, tools._STEPS),
    Types("request", "down", "tool_choice<{}>", "tool_choice", {**MODE_RULES, **FORMS_DOWN}),
    Types("request", "up", "messages[]<{}>", "input[]", unfold._STEPS),
    Types("request", "up", "messages[].tool_calls[]<{}>", "input[]", CALLS_UP),
    Types("request", "up", "messages[].content[]<{}>", "input[].content[]", PARTS_UP),
    Types("request", "up", "tools[]<{}>", "tools[]", tools.TOOLS_UP),
    Types("request", "up", "tool_choice<{}>", "tool_choice", {**MODE_RULES, **FORMS_UP}),
    Types("response", "down", "output[]<{}>", "choices[].message", answer_down.OUTPUT_DOWN, answer_down._STEPS),
    Types("response", "down", "output[].content[]<{}>", "choices[].message.content", answer_down.PARTS),
    Types("response", "down", "incomplete_details.reason = {}", "choices[].finish_reason", REASONS),
    Types("response", "down", "error.code = {}", "HTTP status", errors.FAILED_STATUS),
    Types("response", "up", "choices[].message.tool_calls[]<{}>", "output[]", CALLS_UP),
    Types("response", "up", "choices[].finish_reason = {}", "status", FINISHES),
)


def _types(kind: str, direction: str, target: Profile) -> Iterator[Explained]:
    for types in DISPATCH:
        if (types.kind, types.direction) == (kind, direction):
            for name, rule in types.rules.items():
                yield _type(types, "null" if name is None else name, rule, target)


def _type(types: Types, name: str, rule: Any, end: Profile) -> Explained:
    where = types.place.format(name)
    if types.lands in VALUES:
        landed, text = VALUES[types.lands](rule)
        return Explained(types.kind, types.direction, where, landed, text)
    table = TABLES.get(rule) if isinstance(rule, str) else None
    words = rule if isinstance(rule, Words) else Words() if isinstance(rule, str) else describe(rule)
    if isinstance(rule, str):
        step = types.steps.get(rule)
        words = (
            Words(first_line(step), verdicts(step))
            if step
            else Words(f"by the rows of {table.title if table else rule}")
        )
    if types.place.startswith("input[].content") and table is not None:
        words = _part_words(table, words, end)
    losses = possible(words.losses, end)
    lands = table.fields[1 if types.direction == "down" else 0] if table is not None else ""
    gone = isinstance(rule, Verdict)
    return Explained(
        types.kind,
        types.direction,
        where,
        None if gone else _prefix(lands or types.lands, types.kind),
        words.text or "translated",
        losses,
    )


def _part_words(table: Table, words: Words, end: Profile) -> Words:
    """A content part, with the target's verdict on the kind of part that it becomes."""
    kinds = [row.down.value for row in table.rows if row.chat == "type" and isinstance(row.down, Always)]
    verdict = end.parts.get(str(kinds[0])) if kinds else None
    return words if verdict is None else describe(verdict)


VALUES: Mapping[str, Callable[[Any], tuple[str, str]]] = {
    "choices[].finish_reason": lambda finish: (f"choices[].finish_reason = {finish}", "how the answer ended"),
    "HTTP status": lambda status: (f"HTTP {status}", "a failed answer is an HTTP error on Chat"),
    "status": lambda end: (
        f"status = {end[0]}" + (f", incomplete_details.reason = {end[1]}" if end[1] else ""),
        "how the answer ended",
    ),
}
"""Dicts whose rules are values: where they land, and in which words."""


# Between fields -------------------------------------------------------------------------------------------------


def _between(kind: str, direction: str) -> list[Verdict]:
    """The verdicts of the rules that no single row has."""
    found: list[Verdict] = []
    for rule in _hooks(kind, direction):
        found += [verdict for verdict in verdicts(rule, package="respeak") if verdict not in found]
    return found


def _hooks(kind: str, direction: str) -> Iterator[Any]:
    finish = FINISH["down" if direction == "down" else "up"]
    yield finish[0 if kind == "request" else 1]
    if kind == "response":
        yield from (errors.failed, errors.normal) if direction == "down" else (errors.normal,)
    else:
        yield choice_down if direction == "down" else choice_up
        yield from (rule for row in REQUEST.rows for rule in [row.down if direction == "down" else row.up] if rule)
