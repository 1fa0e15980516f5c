"""What a translation could not say: severities, verdicts, places and the ledger that collects them.

A rule writes its `Verdict` once, beside the field it speaks of. The walk notes `(verdict, place)` pairs;
the `Loss` objects and their JSON Pointers are made only when somebody reads the ledger.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, overload

from respeak.codes import Code

Place: TypeAlias = "tuple[Place, str | int] | None"
"""Where a value stands: `(place of the container, key)`; None is the payload itself."""


class Severity(enum.StrEnum):
    """How much a loss matters: harmless (no observable effect) < degrading < breaking (another meaning).

    Equal to its word, as codes are; ordered among severities only, since the order of words would be another.
    """

    HARMLESS = "harmless"
    DEGRADING = "degrading"
    BREAKING = "breaking"

    def __init__(self, value: str) -> None:
        self.rank = ("harmless", "degrading", "breaking").index(value) + 1

    def __lt__(self, other: object) -> bool:
        return self.rank < _rank(other)

    def __le__(self, other: object) -> bool:
        return self.rank <= _rank(other)

    def __gt__(self, other: object) -> bool:
        return self.rank > _rank(other)

    def __ge__(self, other: object) -> bool:
        return self.rank >= _rank(other)


def _rank(other: object) -> int:
    """The rank of what a severity is compared with. Raises TypeError."""
    if isinstance(other, Severity):
        return other.rank
    raise TypeError(f"comparison not supported between instances of 'Severity' and {type(other).__name__!r}")


TOLERANCES: Final = {"none": 0, **{severity.value: severity.rank for severity in Severity}}
"""What a caller may tolerate, with the rank of the worst loss that goes through."""


REFUSED: Final = max(TOLERANCES.values()) + 1
"""The weight of what nobody can tolerate."""


class Kind(enum.StrEnum):
    """What became of the value: left out, said less exactly, or made up because the target needs one."""

    DROPPED = "dropped"
    APPROXIMATED = "approximated"
    DEFAULTED = "defaulted"


NOTHING: Final[tuple[Any, ...]] = (None, [], {})
"""Values that are left out without a loss."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement on one field, written beside its rule.

    `unless` holds the values that the target assumes anyway: they are no loss. `refuse` marks what has no
    honest output at all: it raises whatever is tolerated. `weight` is the rank of what must be tolerated for it.
    """

    code: Code
    severity: Severity
    kind: Kind
    why: str
    unless: tuple[Any, ...] = ()
    refuse: bool = False
    weight: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", REFUSED if self.refuse else self.severity.rank)

    def spares(self, value: Any) -> bool:
        """True when leaving `value` out loses nothing: null, empty, or what the target assumes anyway."""
        return value in NOTHING or value in self.unless

    def saying(self, why: str) -> Verdict:
        """The same judgement with words for this very case."""
        return replace(self, why=why)


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that the target cannot say.

    `path` is a JSON Pointer (RFC 6901) into the **source** payload. `code` is stable and searchable; `message` is one
    sentence for a person.
    """

    code: Code
    path: str
    severity: Severity
    kind: Kind
    message: str

    @property
    def advice(self) -> str:
        """What the caller can do about it, one sentence."""
        return self.code.advice

    def __str__(self) -> str:
        return f"{self.severity.value}  {self.code.value}  {self.path or '(whole payload)'}  {self.message}"

    def as_dict(self) -> dict[str, Any]:
        """The loss as plain JSON, keys in the order of the class."""
        return {
            "code": self.code.value,
            "path": self.path,
            "severity": self.severity.value,
            "kind": self.kind.value,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """Losses of one code at one shape of path (`/input/*/id`), counted."""

    severity: Severity
    code: Code
    path: str
    count: int
    message: str

    def __str__(self) -> str:
        times = f"  x{self.count}" if self.count > 1 else ""
        return f"{self.severity.value}  {self.code.value}  {self.path or '(whole payload)'}{times}"


def pointer(place: Place) -> str:
    """The JSON Pointer of a place; the payload itself is the empty string."""
    return "".join(f"/{escaped(key) if isinstance(key, str) else key}" for key in path_of(place))


def path_of(place: Place) -> list[str | int]:
    """The keys of a place, outermost first."""
    keys: list[str | int] = []
    while place is not None:
        place, key = place
        keys.append(key)
    return keys[::-1]


def escaped(key: str) -> str:
    """A key as it stands in a JSON Pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def unescaped(token: str) -> str:
    """The key that a part of a JSON Pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~")


_NOWHERE: Final[tuple[Any, Any]] = (None, None)


class Ledger(Sequence[Loss]):
    """The losses of one translation, in the order in which they were met."""

    __slots__ = ("_losses", "_summary", "found")

    def __init__(self) -> None:
        self.found: list[tuple[Verdict, Place]] = []
        self._losses: list[Loss] | None = None
        self._summary: tuple[int, list[SummaryLine]] = (0, [])

    def note(self, verdict: Verdict, place: Place) -> None:
        self.found.append((verdict, place))

    def _read(self) -> list[Loss]:
        if self._losses is None or len(self._losses) != len(self.found):
            self._losses = [
                Loss(verdict.code, pointer(place), verdict.severity, verdict.kind, verdict.why)
                for verdict, place in self.found
            ]
        return self._losses

    @overload
    def __getitem__(self, index: int) -> Loss: ...
    @overload
    def __getitem__(self, index: slice) -> list[Loss]: ...
    def __getitem__(self, index: int | slice) -> Loss | list[Loss]:
        return self._read()[index]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[Loss]:
        return iter(self._read())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # mutable while the walk goes on

    def __repr__(self) -> str:
        return f"Ledger({list(self)!r})"

    @property
    def worst(self) -> Severity | None:
        """The highest severity found, None when nothing was lost."""
        rank = max((verdict.severity.rank for verdict, _ in self.found), default=0)
        return next((severity for severity in Severity if severity.rank == rank), None)

    @property
    def refused(self) -> bool:
        """True when something found has no honest output at all."""
        return any(verdict.refuse for verdict, _ in self.found)

    def bars(self, tolerate: str) -> bool:
        """True when something found forbids the translation."""
        limit = TOLERANCES[tolerate]
        for verdict, _ in self.found:  # noqa: SIM110 - a generator takes twice as long, and every translation comes here
            if verdict.weight > limit:
                return True
        return False

    def decisive(self, tolerate: str) -> list[Loss]:
        """The losses that forbid a translation, worst first: refused ones, then those beyond `tolerate`, as met."""
        weighed = zip((verdict.weight for verdict, _ in self.found), self, strict=True)
        barring = [(weight, loss) for weight, loss in weighed if weight > TOLERANCES[tolerate]]
        return [loss for _, loss in sorted(barring, key=lambda pair: -pair[0])]

    def summary(self) -> list[SummaryLine]:
        """Losses counted by code and shape of path, worst first: the form for logs and terminals."""
        if self._summary[0] != len(self.found):
            self._summary = len(self.found), _listed(self._counted())
        return self._summary[1]

    def _counted(self) -> dict[tuple[Severity, Code, str, str], int]:
        """How often each line was found. Entries of one list are kin, so few places have to be written out."""
        kin: dict[tuple[object, ...], list[Any]] = {}
        for verdict, place in self.found:
            outer, key = place or _NOWHERE
            above, name = outer or _NOWHERE
            mark = (
                id(verdict),
                key if key.__class__ is str else None,
                name if name.__class__ is str else None,
                id(above),
            )
            found = kin.get(mark)
            if found is None:
                kin[mark] = [verdict, place, 1]
            else:
                found[2] += 1
        lines: dict[tuple[Severity, Code, str, str], int] = {}
        for verdict, place, count in kin.values():
            line = verdict.severity, verdict.code, _shape_of(place), verdict.why
            lines[line] = lines.get(line, 0) + count
        return lines

    def extend(self, other: Ledger) -> None:
        """Add the losses of another ledger."""
        self.found += other.found


def summarize(losses: Iterable[Loss]) -> list[SummaryLine]:
    """Count `losses` by severity, code, path with `*` for indices, and message; worst first, then as met."""
    return _listed(Counter((loss.severity, loss.code, _shape(loss.path), loss.message) for loss in losses))


def _listed(counts: Mapping[tuple[Severity, Code, str, str], int]) -> list[SummaryLine]:
    lines = [
        SummaryLine(severity, code, path, count, message) for (severity, code, path, message), count in counts.items()
    ]
    return sorted(lines, key=lambda line: line.severity.rank, reverse=True)


def _shape_of(place: Place) -> str:
    """The shape of a place's pointer, without writing the pointer."""
    out = ""
    while place is not None:
        place, key = place
        step = "*" if isinstance(key, int) or key.isdigit() else escaped(key)
        out = f"/{step}{out}"
    return out


def _shape(path: str) -> str:
    return "/".join("*" if key.isdigit() else key for key in path.split("/"))
