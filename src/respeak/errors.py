"""The exceptions of respeak.

RespeakError
  InvalidPayload      .violations       the payload is malformed in its own dialect
  TranslationError    .losses .status .param   it cannot be said within what is tolerated
  UnknownDialect      .name .known      no dialect of that name
  StreamBroken        .event            the bytes of a stream are no events
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from respeak.loss import Ledger, Loss

SHOWN = 3
"""How many losses or violations a message spells out before it counts the rest."""


class RespeakError(Exception):
    """Whatever respeak raises on purpose."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a payload breaks its dialect: JSON Pointer, what was expected, what was found."""

    path: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.path or '(whole payload)'}: expected {self.expected}, found {self.found}"


class InvalidPayload(RespeakError, ValueError):
    """The payload is malformed in its own dialect; `violations` says where, most telling first."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__(_shorten(self.violations))

    def __reduce__(self) -> tuple[type[InvalidPayload], tuple[Sequence[Violation]]]:
        return type(self), (self.violations,)


class TranslationError(RespeakError):
    """The payload cannot be said in the target dialect within what the caller tolerates.

    `losses` are all losses found, `decisive` those that forbid the translation. `status` is the HTTP status
    that a gateway would answer with, `param` the JSON Pointer of the first decisive loss.
    """

    status = 400

    def __init__(self, losses: Ledger, decisive: Sequence[Loss]) -> None:
        self.losses = losses
        self.decisive = tuple(decisive)
        self.param = self.decisive[0].path if self.decisive else ""
        super().__init__(_shorten([_sentence(loss) for loss in self.decisive]))

    def __reduce__(self) -> tuple[type[TranslationError], tuple[Ledger, Sequence[Loss]]]:
        return type(self), (self.losses, self.decisive)


class UnknownDialect(RespeakError, ValueError):
    """No dialect of that name, or none that requests can be said in; the message names the nearest one."""

    def __init__(self, name: str, known: Sequence[str], source_only: bool = False) -> None:
        self.name = name
        self.known = tuple(known)
        self.source_only = source_only
        near = [] if source_only else difflib.get_close_matches(name, self.known, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(self.known)}"
        trouble = (
            f'"{name}" is a source only, no request can be said in it' if source_only else f'unknown dialect "{name}"'
        )
        super().__init__(f"{trouble}: {hint}")

    def __reduce__(self) -> tuple[type[UnknownDialect], tuple[str, Sequence[str], bool]]:
        return type(self), (self.name, self.known, self.source_only)


class StreamBroken(RespeakError, ValueError):
    """The bytes of a stream are no events: too long, no JSON. `event` counts from 0.

    `before` holds the events that came whole in the same piece of bytes.
    """

    def __init__(self, event: int, expected: str, found: str) -> None:
        self.event = event
        self.expected = expected
        self.found = found
        self.before: list[dict[str, Any]] = []
        super().__init__(f"event {event}: expected {expected}, found {found}")

    def __reduce__(self) -> tuple[type[StreamBroken], tuple[int, str, str]]:
        return type(self), (self.event, self.expected, self.found)


def _sentence(loss: Loss) -> str:
    return f"{loss.path or '(whole payload)'}: {loss.message} [{loss.code.value}]"


def _shorten(rows: Iterable[object]) -> str:
    lines = [str(row) for row in rows]
    rest = len(lines) - SHOWN
    return "\n".join(lines[:SHOWN] + ([f"... and {rest} more"] if rest > 0 else []))
