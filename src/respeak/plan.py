"""Rows, tables and plans: how a correspondence of fields becomes one walk over a payload.

A `Row` says where a value stands in either family and what becomes of it on the way down (Responses to Chat)
and up. `compose` joins a table with what the target's profile says into a `Plan`, once a route. `walk` goes
through the keys of the *payload*: a key without an entry is a loss, so nothing can be forgotten in silence.
This module knows nothing of either family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from respeak.codes import Code
from respeak.loss import Kind, Ledger, Place, Severity, Verdict

Json: TypeAlias = dict[str, Any]
Direction: TypeAlias = Literal["down", "up"]
Verb: TypeAlias = Callable[[Any, Place, "Job"], Any]
"""`(value, place, job) -> value to carry`, or `ABSENT` when nothing is left to carry."""
StepFn: TypeAlias = Callable[[Any, Json, Place, "Job"], None]


class _Mark:
    """A named singleton of the plan language."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


ABSENT: Final = _Mark("ABSENT")
KEEP: Final = _Mark("KEEP")
IMPLIED: Final = _Mark("IMPLIED")
ONE_WAY: Final = _Mark("ONE_WAY")

UNKNOWN: Final = Verdict(
    Code.UNKNOWN_FIELD_DROPPED,
    Severity.DEGRADING,
    Kind.DROPPED,
    "this key is in no documentation, so it has no counterpart",
)


@dataclass(frozen=True, slots=True)
class Always:
    """The target always holds this value, whatever the source says (`type`, `role`)."""

    value: str | int | bool | None


@dataclass(frozen=True, slots=True)
class Step:
    """A rule that writes to the target itself: `(value, out, place, job) -> None`.

    `note` and `verdicts` say for the printed mapping what it does and which losses it may report.
    """

    run: StepFn
    note: str = ""
    verdicts: tuple[Verdict, ...] = ()


Rule: TypeAlias = "Verdict | Always | Step | Verb | _Mark | None"


@dataclass(frozen=True, slots=True)
class Row:
    """One correspondence. A path with a dot is a key inside a key; a missing path has no counterpart."""

    responses: str | None
    chat: str | None
    down: Rule = None
    up: Rule = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one object, and the rule between its fields that no row can say."""

    name: str
    rows: tuple[Row, ...]
    title: str = ""
    fields: tuple[str, str] = ("", "")
    """Prefixes under which the rows stand in either family's payload, for the printed mapping."""


def both(responses: str, chat: str | None = None, *, down: Rule = None, up: Rule = None, note: str = "") -> Row:
    """A value that both families can say; `chat` is the same name unless given."""
    return Row(responses, chat or responses, down, up, note)


def only_responses(path: str, rule: Verdict | Step | _Mark, note: str = "") -> Row:
    """A Responses field that Chat has no place for."""
    return Row(path, None, down=rule, note=note)


def only_chat(path: str, rule: Verdict | Step | _Mark, note: str = "") -> Row:
    """A Chat field that Responses has no place for."""
    return Row(None, path, up=rule, note=note)


def from_chat(chat: str, responses: str, *, up: Rule = None, note: str = "") -> Row:
    """A second Chat name of a Responses field: read on the way up, never written on the way down."""
    return Row(responses, chat, down=ONE_WAY, up=up, note=note)


@dataclass(slots=True)
class Plan:
    """What `walk` reads: an entry for each source key, what to do with other keys, constants to begin with.

    `shapes` holds a function for each sequence of known keys that was met, made by `shape.py`.
    """

    entries: dict[str, Any] = field(default_factory=dict)
    otherwise: Any = UNKNOWN
    start: Json = field(default_factory=dict)
    shapes: dict[tuple[str, ...], Any] = field(default_factory=dict)


Says: TypeAlias = Mapping[str, Any]
"""What a profile says of one object of its family: `{path: name | verb | verdict | (name, verb)}`."""


class Job:
    """One translation on its way: the ledger, the plans of its route and what the steps must remember.

    `source` and `target` are profiles, `options` the caller's choices, `request` the client's original
    request when an answer or an error is translated. `memo` is the steps' own store for this one payload.
    """

    __slots__ = ("ledger", "memo", "options", "plans", "request", "source", "target")

    def __init__(
        self, plans: Mapping[str, Plan], source: Any, target: Any, options: Any, request: Json | None = None
    ) -> None:
        self.ledger = Ledger()
        self.plans = plans
        self.source = source
        self.target = target
        self.options = options
        self.request = request
        self.memo: dict[str, Any] = {}

    def note(self, verdict: Verdict, place: Place) -> None:
        """Report a loss at a place of the source."""
        self.ledger.found.append((verdict, place))


def walk(plan: Plan, source: Json, out: Json, at: Place, job: Job) -> Json:
    """Carry every key of `source` into `out` as the plan says; returns `out`."""
    made = plan.shapes.get(tuple(source)) or shaped(plan, tuple(source))
    if made is None:
        return walk_keys(plan, source, out, at, job)
    made(source, out, at, job)
    return out


def walk_keys(plan: Plan, source: Json, out: Json, at: Place, job: Job) -> Json:
    """The walk, key by key: what every shape does, and the only way for keys that no plan knows."""
    entry_of, found, otherwise = plan.entries.get, job.ledger.found, plan.otherwise
    for key, value in source.items():
        entry = entry_of(key, otherwise)
        kind = entry.__class__
        if kind is str:  # a name: the value moves
            if value is not None:
                out[entry] = value
        elif kind is Verdict:  # nowhere to go: noted
            if not entry.spares(value):
                found.append((entry, (at, key)))
        elif entry is KEEP:
            out[key] = value
        elif entry is not IMPLIED and value is not None:  # a step: a function does it
            entry(value, out, (at, key), job)
    return out


SHAPES = 64
"""So many sequences of keys are remembered of one plan; clients repeat few."""


def shaped(plan: Plan, keys: tuple[str, ...]) -> Any:
    """A function that walks objects of exactly these keys; None if the plan does not know all of them."""
    if len(plan.shapes) >= SHAPES or not all(key in plan.entries for key in keys):
        return None
    names = [f"v{number}" for number in range(len(keys))]
    space: dict[str, Any] = {}
    lines = [f"    {', '.join(names)}{',' if len(names) == 1 else ''} = source.values()"] if names else []
    for name, key in zip(names, keys, strict=True):
        lines += _line(name, key, plan.entries[key], space)
    text = "\n".join(["def made(source, out, at, job):", *lines, "    return out"])
    exec(compile(text, "<shape>", "exec"), space)
    made = plan.shapes[keys] = space["made"]
    return made


def _line(name: str, key: str, entry: Any, space: dict[str, Any]) -> list[str]:
    """The statements for one key, by the kind of its entry; `space` holds what they name."""
    if entry is IMPLIED:
        return []
    if entry is KEEP:
        return [f"    out[{key!r}] = {name}"]
    if isinstance(entry, str):
        return [f"    if {name} is not None: out[{entry!r}] = {name}"]
    if isinstance(entry, Carry) and not entry.verbs:
        *outer, last = entry.path
        place = "out" + "".join(f".setdefault({inner!r}, {{}})" for inner in outer)
        return [f"    if {name} is not None: {place}[{last!r}] = {name}"]
    space[f"{name}_entry"] = entry
    if isinstance(entry, Verdict):
        test = f"{name} is not None and ({name}.__class__ is str or not {name}_entry.spares({name}))"
        if entry.unless:
            test = f"{name} is not None and not {name}_entry.spares({name})"
        return [f"    if {test}: job.ledger.found.append(({name}_entry, (at, {key!r})))"]
    return [f"    if {name} is not None: {name}_entry({name}, out, (at, {key!r}), job)"]


def said(plan: Plan, source: Json, at: Place, job: Job) -> Json:
    """A fresh object made from `source` by the plan, constants first."""
    out = plan.start.copy()
    made = plan.shapes.get(tuple(source))
    if made is None:
        return walk(plan, source, out, at, job)
    made(source, out, at, job)
    return out


@dataclass(frozen=True, slots=True)
class Carry:
    """A step that turns a value with verbs and puts it at a path of the target."""

    verbs: tuple[Verb, ...]
    path: tuple[str, ...]

    def __call__(self, value: Any, out: Json, at: Place, job: Job) -> None:
        for verb in self.verbs:
            value = verb(value, at, job)
            if value is ABSENT:
                return
        for key in self.path[:-1]:
            out = out.setdefault(key, {})
        out[self.path[-1]] = value


@dataclass(frozen=True, slots=True)
class Judge:
    """A verdict at the end of verbs: judges the value that they made."""

    verdict: Verdict

    def __call__(self, value: Any, at: Place, job: Job) -> Any:
        if not self.verdict.spares(value):
            job.note(self.verdict, at)
        return ABSENT


@dataclass(frozen=True, slots=True)
class Inside:
    """A step into an object whose keys have rows of their own and land beside their parent's."""

    plan: Plan

    def __call__(self, value: Any, out: Json, at: Place, job: Job) -> None:
        walk(self.plan, value, out, at, job)


@dataclass(frozen=True, slots=True)
class Within:
    """A step into an object that stays where it is: only some of its keys change."""

    key: str
    plan: Plan

    def __call__(self, value: Any, out: Json, at: Place, job: Job) -> None:
        inner = walk(self.plan, value, {}, at, job) if isinstance(value, dict) else value
        if inner or not value:  # an object of which nothing is left is not sent
            out[self.key] = inner


def compose(table: Table, direction: Direction, says: Says) -> Plan:
    """Join a table with what the target's profile says into the plan of one direction."""
    tree: dict[str, Any] = {}
    start: Json = {}
    for row in table.rows:
        source, target, rule = (
            (row.responses, row.chat, row.down) if direction == "down" else (row.chat, row.responses, row.up)
        )
        if isinstance(rule, Always) and target is not None:
            _constant(start, target, rule.value, says)
            rule = IMPLIED
        if source is not None and rule is not ONE_WAY:
            _place(tree, source.split("."), _entry(rule, target, says))
    return Plan(_inside(tree), UNKNOWN, start)


def narrow(says: Says, otherwise: Any) -> Plan:
    """The plan within a family: only what the profile speaks of changes, the rest is `otherwise`."""
    tree: dict[str, Any] = {}
    for path, say in says.items():
        keys = path.split(".")
        _place(tree, keys, _land([], keys[-1], say))
    return Plan(_within(tree), otherwise)


def _constant(start: Json, target: str, value: Any, says: Says) -> None:
    *outer, last = target.split(".")
    if not outer and not isinstance(says.get(target), Verdict):
        start[last] = value


def _entry(rule: Any, target: str | None, says: Says) -> Any:
    """The entry of one source key: the row's rule, then what the profile makes of the place it lands on."""
    if isinstance(rule, Step):
        return rule.run
    if isinstance(rule, Verdict) or rule is IMPLIED:
        return rule
    if target is None:
        raise ValueError(f"a row without a counterpart needs a verdict, not {rule!r}")
    verbs: list[Verb] = [rule] if rule is not None else []
    return _land(verbs, target, says.get(target, KEEP))


def _land(verbs: list[Verb], target: str, say: Any) -> Any:
    """Where a value ends after its verbs, by the profile's word on the target field."""
    if isinstance(say, Step):
        return say.run
    if isinstance(say, str):
        say = (say, KEEP)
    name, last = say if isinstance(say, tuple) else (target, say)
    if isinstance(last, Verdict):
        if not verbs:
            return last
        last = Judge(last)
    if last is not KEEP:
        verbs.append(last)
    if not verbs and "." not in name:
        return name
    return Carry(tuple(verbs), tuple(name.split(".")))


def _place(tree: dict[str, Any], keys: list[str], entry: Any) -> None:
    for key in keys[:-1]:
        tree = tree.setdefault(key, {})
    tree[keys[-1]] = entry


def _inside(tree: dict[str, Any]) -> dict[str, Any]:
    return {key: Inside(Plan(_inside(entry))) if isinstance(entry, dict) else entry for key, entry in tree.items()}


def _within(tree: dict[str, Any]) -> dict[str, Any]:
    return {
        key: Within(key, Plan(_within(entry), KEEP)) if isinstance(entry, dict) else entry
        for key, entry in tree.items()
    }
