"""Rules in words: each kind of verb is described by its own attributes, a verdict by its own reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from respeak.crossing import TABLES
from respeak.loss import Kind, Verdict
from respeak.mapping.reach import verdicts
from respeak.plan import IMPLIED, KEEP, Always, Step
from respeak.verbs import approximated, between, each, excluding, flagged, lost, one_of, reported, show


@dataclass(frozen=True, slots=True)
class Words:
    """A rule in words, and the verdicts that it may give."""

    text: str = ""
    losses: tuple[Verdict, ...] = ()

    def __add__(self, other: Words) -> Words:
        new = tuple(verdict for verdict in other.losses if verdict not in self.losses)
        text = "; ".join(dict.fromkeys(filter(None, (self.text, other.text))))
        return Words(text, self.losses + new)


def describe(rule: Any) -> Words:
    """A row's rule or a profile's word; no words for what is carried as it is."""
    if rule is None or rule is KEEP:
        return Words()
    if rule is IMPLIED:
        return Words("said by the form of the target")
    return DESCRIBE.get(type(rule), _function)(rule)


DID: Mapping[Kind, str] = {
    Kind.DROPPED: "left out",
    Kind.APPROXIMATED: "said less exactly",
    Kind.DEFAULTED: "filled in",
}


PROPER = ("Chat", "Responses", "OpenAI")
"""Words that keep their capital at the head of a sentence that becomes part of a row."""


def _verdict(rule: Verdict) -> Words:
    unless = f" unless {_listed(rule.unless, 'or')}" if rule.unless else ""
    return Words(f"{'refused' if rule.refuse else DID[rule.kind]}{unless}: {rule.why}", (rule,))


def _step(rule: Step) -> Words:
    return Words(rule.note or first_line(rule.run), rule.verdicts or verdicts(rule.run))


def _always(rule: Always) -> Words:
    return Words(f"always {show(rule.value)}")


def _between(rule: between) -> Words:
    text = f"at least {rule.low}" if rule.high is None else f"{rule.low} to {rule.high}"
    why = "a number out of range becomes the nearest bound"
    return Words(f"{text}; {why}", (approximated(rule.code, rule.severity, why),))


def _one_of(rule: one_of) -> Words:
    text, losses = f"one of {_listed(rule.values, 'or')}", []
    if rule.nearest:
        text += "".join(f"; {show(value)} becomes {show(near)}" for value, near in rule.nearest.items())
        losses.append(approximated(rule.code, rule.severity, "another value is said by the nearest one"))
    losses.append(lost(rule.code, rule.otherwise, "any other value is left to the target's default"))
    return Words(f"{text}; any other value is left out", tuple(losses))


def _each(rule: each) -> Words:
    return Words(f"each element by the rows of {TABLES[rule.table].title or rule.table}")


def _flagged(rule: flagged) -> Words:
    return Words(f"carried; where it matters, reported: {rule.verdict.why}", (rule.verdict,))


def _reported(rule: reported) -> Words:
    unless = f"; {_listed(rule.unless, 'or')} is left out without a word" if rule.unless else ""
    return Words(f"carried and reported: {rule.verdict.why}{unless}", (rule.verdict,))


def _excluding(rule: excluding) -> Words:
    text = "; ".join(f"{show(value)} is left out: {verdict.why}" for value, verdict in rule.values.items())
    return Words(f"copied, but {text}", tuple(rule.values.values()))


def _function(rule: Any) -> Words:
    """A function says itself what it does, and its code which verdicts it may give."""
    return Words(first_line(rule), verdicts(rule)) if callable(rule) else Words(str(rule))


def first_line(function: Any) -> str:
    """The first sentence of a function's documentation, as part of a row; empty when it has none."""
    text = function.__doc__ if isinstance(function, FunctionType | type) else ""
    line = (text or "").strip().splitlines()[0] if (text or "").strip() else ""
    line = line.replace("`", "").rstrip(".")
    proper = line.startswith(PROPER) or (line[:2].isupper() and line[1:2] != " ")
    return line if proper else line[:1].lower() + line[1:]


def _listed(values: tuple[Any, ...], word: str) -> str:
    *most, last = [show(value) for value in values]
    return f"{', '.join(most)} {word} {last}" if most else last


DESCRIBE: Mapping[type, Callable[[Any], Words]] = {
    Verdict: _verdict,
    Step: _step,
    Always: _always,
    between: _between,
    one_of: _one_of,
    each: _each,
    flagged: _flagged,
    reported: _reported,
    excluding: _excluding,
}
"""How each kind of rule is described; any other rule is a function."""
