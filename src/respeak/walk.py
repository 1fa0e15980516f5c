"""Plans, and the walk over a payload that they lead.

A plan has an entry for each key that the source may hold. `walk` goes through the keys of the *payload*: a key
without an entry is a loss, so nothing can be forgotten in silence. `said` makes a fresh object.

Clients repeat few sequences of keys, so each sequence that a plan knows wholly becomes a function once: what
`walk_keys` does, without looking anything up. The functions hold rules only, nothing of any payload.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from respeak.loss import NOTHING, Place, Verdict
from respeak.plan import ABSENT, IMPLIED, KEEP, UNKNOWN, Job, Json, StepFn, Verb

Keys: TypeAlias = tuple[str, ...]
Made: TypeAlias = Callable[..., Json]

EMPTY = frozenset(type(value) for value in NOTHING)
"""Types whose empty value is nothing."""

SHAPES = 64
"""So many sequences of keys are remembered of one plan."""


@dataclass(slots=True)
class Plan:
    """An entry for each source key, what to do with other keys, and constants to begin with.

    `walking` holds `(source, out, at, job) -> out` for each sequence of keys, `saying` `(source, at, job) -> object`.
    `last` are the keys that are judged when all others are carried.
    """

    entries: dict[str, Any] = field(default_factory=dict)
    otherwise: Any = UNKNOWN
    start: Json = field(default_factory=dict)
    walking: Shapes = field(init=False)
    saying: Shapes = field(init=False)
    last: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.last = frozenset(key for key, entry in self.entries.items() if isinstance(entry, Beside))
        self.walking = Shapes(self, _walking, lambda *ends: walk_keys(self, *ends))
        self.saying = Shapes(self, _saying, lambda *ends: said_keys(self, *ends))


class Shapes(dict[Keys, Made]):
    """The functions of a plan by sequence of keys, made when one is first met."""

    def __init__(self, plan: Plan, make: Callable[[Shape], Made], otherwise: Made) -> None:
        self._plan, self._make, self._otherwise = plan, make, otherwise

    def __missing__(self, keys: Keys) -> Made:
        if len(self) >= SHAPES or not self._plan.entries.keys() >= set(keys):
            return self._otherwise
        made = self[keys] = self._make(Shape(self._plan, keys))
        return made


def walk(plan: Plan, source: Json, out: Json, at: Place, job: Job) -> Json:
    """Carry every key of `source` into `out` as the plan says; returns `out`."""
    return plan.walking[tuple(source)](source, out, at, job)


def said(plan: Plan, source: Json, at: Place, job: Job) -> Json:
    """A fresh object made from `source` by the plan, constants first."""
    return plan.saying[tuple(source)](source, at, job)


def kept(plan: Plan, source: Json, at: Place, job: Job) -> Json:
    """A copy of `source`; only what the plan speaks of is carried as it says."""
    if plan.entries.keys().isdisjoint(source):
        return source.copy()
    return walk(plan, source, {}, at, job)


def walk_keys(plan: Plan, source: Json, out: Json, at: Place, job: Job) -> Json:
    """The walk, key by key: what every shape does, and the only way for keys that no plan knows."""
    entry_of, found, otherwise = plan.entries.get, job.found, plan.otherwise
    for key, value in _in_order(plan, source):
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


def _in_order(plan: Plan, source: Json) -> Iterable[tuple[str, Any]]:
    """Keys and values, last those that are judged beside the others."""
    if plan.last.isdisjoint(source):
        return source.items()
    return sorted(source.items(), key=lambda pair: pair[0] in plan.last)


def said_keys(plan: Plan, source: Json, at: Place, job: Job) -> Json:
    """A fresh object, key by key."""
    return walk_keys(plan, source, plan.start.copy(), at, job)


# Shapes ---------------------------------------------------------------------------------------------------------


class Shape:
    """A sequence of keys, all of them known to a plan: the source code of functions for objects of these keys."""

    def __init__(self, plan: Plan, keys: Keys) -> None:
        self.start = plan.start
        self.values = [(f"v{number}", key, plan.entries[key]) for number, key in enumerate(keys)]
        self.space: dict[str, Any] = {}

    def function(self, parameters: str, lines: list[str]) -> Made:
        """A function of these lines, the values of the source unpacked before them."""
        names = "".join(f"{name}, " for name, _, _ in self.values)
        unpacked = [f"{names}= source.values()"] if names else []
        text = "\n    ".join([f"def made({parameters}):", *unpacked, *lines])
        exec(compile(text, "<shape>", "exec"), self.space)
        made: Made = self.space["made"]
        return made

    def steps(self) -> list[str]:
        """The statements that walk, one for each key that does anything, and last what comes beside them."""
        ordered = sorted(self.values, key=lambda value: isinstance(value[2], Beside))
        return [line for value in ordered if (line := self._step(*value))]

    def judgements(self) -> list[str]:
        """Those that write nothing."""
        found = [value for value in self.values if isinstance(value[2], Verdict | Beside)]
        return [self._step(*value) for value in sorted(found, key=lambda value: isinstance(value[2], Beside))]

    def _step(self, name: str, key: str, entry: Any) -> str:
        if entry is IMPLIED:
            return ""
        if entry is KEEP:
            return f"out[{key!r}] = {name}"
        if isinstance(entry, Verdict):
            return self._note(name, key, entry)
        path = landing(entry)
        if path:
            place = "out" + "".join(f".setdefault({inner!r}, {{}})" for inner in path[:-1])
            return f"if {name} is not None: {place}[{path[-1]!r}] = {name}"
        step = f"{name}_step"
        self.space[step] = entry.run if isinstance(entry, Beside) else entry
        if isinstance(entry, Inside):
            self.space[step], step = entry.plan.walking, f"{step}[tuple({name})]"
        return f"if {name} is not None: {step}({name}, out, (at, {key!r}), job)"

    def _note(self, name: str, key: str, verdict: Verdict) -> str:
        self.space |= {f"{name}_verdict": verdict, f"{name}_spared": (*verdict.unless, *NOTHING), "EMPTY": EMPTY}
        test = f"{name} not in {name}_spared"
        if not verdict.unless:  # the same, for what JSON has
            test = f"{name} or {name}.__class__ not in EMPTY"
        return f"if {test}: job.found.append(({name}_verdict, (at, {key!r})))"

    def literal(self) -> tuple[str, list[str]] | None:
        """The whole object as one expression, and the values that must be there for it; None when steps are needed."""
        told = [(name, entry) for name, _, entry in self.values if not _writes_nothing(entry)]
        moves = [(name, landing(entry)) for name, entry in told]
        tree: Json = {key: repr(value) for key, value in self.start.items()}
        for name, path in moves:
            inner: Any = tree
            for key in path[:-1]:
                inner = inner.setdefault(key, {}) if isinstance(inner, dict) else None
            if not path or not isinstance(inner, dict) or path[-1] in inner:
                return None
            inner[path[-1]] = name
        return (_expression(tree), [name for name, _ in moves]) if moves else None


def _walking(shape: Shape) -> Made:
    return shape.function("source, out, at, job", [*shape.steps(), "return out"])


def _saying(shape: Shape) -> Made:
    """A literal where all that moves is there, and the walk where something is null."""
    start = _expression({key: repr(value) for key, value in shape.start.items()})
    slowly, found = [f"out = {start}", *shape.steps(), "return out"], shape.literal()
    if found is None:
        return shape.function("source, at, job", slowly)
    whole, names = found
    there = " and ".join(f"{name} is not None" for name in names)
    swiftly = [f"if {there}:", *(f"    {line}" for line in (f"out = {whole}", *shape.judgements(), "return out"))]
    return shape.function("source, at, job", [*swiftly, *slowly])


def _writes_nothing(entry: Any) -> bool:
    return entry is IMPLIED or isinstance(entry, Verdict | Beside)


def landing(entry: Any) -> Keys:
    """Where a value lands that is carried as it stands; empty where a step decides."""
    if isinstance(entry, str):
        return (entry,)
    return entry.path if isinstance(entry, Carry) and not entry.verbs else ()


def _expression(tree: Any) -> str:
    if isinstance(tree, str):
        return tree
    return "{" + ", ".join(f"{key!r}: {_expression(value)}" for key, value in tree.items()) + "}"


# Steps ----------------------------------------------------------------------------------------------------------


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
class Beside:
    """A step that only judges, when all other keys are carried."""

    run: StepFn

    def __call__(self, value: Any, out: Json, at: Place, job: Job) -> None:
        self.run(value, out, at, job)


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
