"""One line of the printed mapping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from respeak.loss import Verdict


@dataclass(frozen=True, slots=True)
class Explained:
    """What becomes of one field, type of item, part or tool, or value on one road.

    kind                        "request", "response" or "stream"
    direction                   "down" (Responses to Chat), "up", or "within" a family
    dialect                     the provider whose word this is; None for the rule of the families
    source_field, target_field  paths with `[]` for elements and `<type>` for types; `source_field` is None for a
                                rule between fields, `target_field` where nothing is sent
    rule                        what happens, in words
    losses                      the verdicts that the rule may give
    """

    kind: str
    direction: str
    source_field: str | None
    target_field: str | None
    rule: str
    losses: tuple[Verdict, ...] = ()
    dialect: str | None = None

    @property
    def worst(self) -> Verdict | None:
        """The gravest of the losses, None when there is none."""
        return max(self.losses, key=lambda verdict: (verdict.refuse, verdict.severity), default=None)

    @property
    def severity(self) -> str | None:
        """How much the gravest loss matters; "refused" is what raises whatever is tolerated."""
        return None if self.worst is None else grade(self.worst)

    @property
    def code(self) -> str | None:
        """The code of the gravest loss."""
        return None if self.worst is None else self.worst.code.value

    def as_dict(self) -> dict[str, Any]:
        """The row as plain JSON, every possible loss in `losses`."""
        return {
            "kind": self.kind,
            "direction": self.direction,
            "dialect": self.dialect,
            "source_field": self.source_field,
            "target_field": self.target_field,
            "rule": self.rule,
            "severity": self.severity,
            "code": self.code,
            "losses": [_plain(verdict) for verdict in self.losses],
        }


def grade(verdict: Verdict) -> str:
    """Severity of a verdict in one word; what has no honest output at all is "refused"."""
    return "refused" if verdict.refuse else verdict.severity.value


def _plain(verdict: Verdict) -> dict[str, Any]:
    return {
        "code": verdict.code.value,
        "severity": grade(verdict),
        "kind": verdict.kind.value,
        "why": verdict.why,
        "unless": list(verdict.unless),
    }
