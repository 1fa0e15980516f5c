"""Rows and tables: the language in which correspondences of fields are written, and the job of one translation.

A `Row` says where a value stands in either family and what becomes of it on the way down (Responses to Chat)
and up. `compose.py` makes plans of tables, `walk.py` follows them. This module knows nothing of either family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
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

    `note` and `verdicts` say for the printed mapping what it does and which losses it may report. One that is `beside`
    only judges: it writes nothing, and comes when all other keys are carried.
    """

    run: StepFn
    note: str = ""
    verdicts: tuple[Verdict, ...] = ()
    beside: bool = False


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
    lands: str = ""
    """The table of the object that its values land in, where that is another one: profiles speak of that."""

    @property
    def target(self) -> str:
        """The table of the object that its values land in."""
        return self.lands or self.name


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


@dataclass(frozen=True, slots=True)
class Told:
    """What rules between fields make of one field: said beside their code, for the printed mapping.

    responses, chat   the field in a source of either family; None where no such source has it
    becomes           where it lands; None where it is left out
    verdicts          those that the rules may give at this field
    open_only         closed targets have rules of their own
    """

    responses: str | None
    chat: str | None
    becomes: str | None
    note: str
    verdicts: tuple[Verdict, ...]
    open_only: bool = False

    def name(self, family: str) -> str | None:
        """The field in a source of this family."""
        return self.responses if family == "responses" else self.chat


Says: TypeAlias = Mapping[str, Any]
"""What a profile says of one object of its family: `{path: name | verb | verdict | (name, verb)}`."""


Sent: TypeAlias = Callable[[], Mapping[str, Place]]
"""Places in the client's request, by the upstream's names of what came from there, such as `messages[3]`."""


class Job:
    """One translation on its way: the ledger, the plans of its route and what the steps must remember.

    `plans` are those of its route by table (`walk.Plan`). `source` and `target` are profiles, `options` the
    caller's choices, `request` the client's original request when an answer or an error is translated. `memo` is
    the steps' own store for this one payload. `found` is the ledger's own list, for those who note much. `places`
    says by `id` where parts of the result came from; None when nobody asks. `held` are the content parts among them,
    which may not outlive the walk; None when nobody asks for those. `sent` is there if more was sent than `request`
    says.
    """

    __slots__ = ("found", "held", "ledger", "memo", "options", "places", "plans", "request", "sent", "source", "target")

    def __init__(
        self, plans: Mapping[str, Any], source: Any, target: Any, options: Any, request: Json | None = None
    ) -> None:
        self.ledger = Ledger()
        self.found = self.ledger.found
        self.plans = plans
        self.source = source
        self.target = target
        self.options = options
        self.request = request
        self.sent: Sent | None = None
        self.memo: dict[str, Any] = {}
        self.places: dict[int, Place] | None = None
        self.held: list[Json] | None = None

    def trace(self) -> None:
        """From now on somebody asks where parts of the result came from."""
        if self.places is None:
            self.places = {}

    def placed(self, value: Json, at: Place) -> None:
        """Remember where a part of the result came from, if anybody asks."""
        if self.places is not None:
            self.places[id(value)] = at

    def trace_parts(self) -> None:
        """From now on somebody asks where each content part came from, too."""
        self.trace()
        self.held = []

    def hold(self, part: Json, at: Place) -> None:
        """Remember where a content part came from, if anybody asks."""
        if self.held is not None:
            self.held.append(part)  # so that no other object gets its id
            self.placed(part, at)

    def each(self, values: Iterable[Any], at: Place, say: Verb) -> list[Json]:
        """What `say` makes of the entries of a list, each placed; those of which it leaves None are left out."""
        out = []
        for i, value in enumerate(values):
            made = say(value, (at, i), self)
            if made is not None:
                self.placed(made, (at, i))
                out.append(made)
        return out

    def place_of(self, value: Json) -> Place:
        """Where a part of the result came from."""
        return self.places.get(id(value)) if self.places is not None else None

    def comes_from(self, name: str, at: Place) -> None:
        """Remember where a field of the result came from, for rules between fields and profiles that judge it."""
        self.memo.setdefault("origin", {})[name] = at

    def origin(self, name: str) -> Place:
        """Where a field of the result came from; None if nobody remembers it."""
        place: Place = self.memo.get("origin", {}).get(name)
        return place

    def note(self, verdict: Verdict, place: Place) -> None:
        """Report a loss at a place of the source."""
        self.found.append((verdict, place))
