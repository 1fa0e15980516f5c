"""A provider's own words: what its profile says of its family, and what a route within a family does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from respeak.codes import Code
from respeak.crossing import TABLES
from respeak.crossing.items import MISPLACED_PHASE, PHASE
from respeak.crossing.model import NOT_SERVED
from respeak.crossing.within import CHAT_PARTS, FOREIGN_MODEL
from respeak.loss import Verdict
from respeak.mapping.crossing import TOLD, joined, spoken_of, told
from respeak.mapping.explained import Explained
from respeak.mapping.reach import verdicts
from respeak.mapping.words import Words, describe, first_line
from respeak.plan import KEEP, UNKNOWN, Step
from respeak.profiles.profile import Profile
from respeak.verbs import approximated

KEPT = Words("stays as it stands")

PHASES = {
    "responses": Words("kept on assistant messages of the models that know it", (MISPLACED_PHASE, FOREIGN_MODEL)),
    "chat": Words("left out and reported", (PHASE, MISPLACED_PHASE)),
}
"""What becomes of phase within a family."""

WITHIN = {
    "responses": {"request": ("request",), "response": ("answer", "usage")},
    "chat": {"request": ("request", "message", "function_tool", *CHAT_PARTS.values()), "response": ("answer", "usage")},
}
"""Tables whose fields a profile can change on a route within its family."""


def spoken(profile: Profile) -> Iterator[Explained]:
    """Every word of one profile."""
    for kind in ("request", "response"):
        yield from target_words(profile, "within", kind, profile)
    for kind in ("request", "response"):
        yield from source_words(profile, "within", kind, profile)
    for kind, speech in (("request", profile.says), ("response", profile.answers)):
        for table, says in speech.items():
            for name, say in says.items():
                yield _word(profile, kind, table, name, say)


def within(start: Profile, end: Profile, kind: str) -> Iterator[Explained]:
    """What a route within one family does to each field that either family's tables know."""
    speech = end.says if kind == "request" else end.answers
    yield from target_words(end, "within", kind, end)
    yield from source_words(start, "within", kind, end)
    between = told(TOLD[kind].get("within", ()), kind, end.family, "within", end)
    yield from between
    reshaped = {row.source_field for row in (*between, *told_of(end, start, kind, end.family, end))}
    for table in WITHIN[end.family][kind]:
        says = speech.get(table, {})
        for name in _fields(table, end.family, says):
            if name == "model" or (table, name) == ("message", "phase") or name in start.reads:
                continue
            where = joined(TABLES[table].fields[0 if end.family == "responses" else 1], name)
            if where in reshaped and says.get(name, KEEP) is KEEP:
                continue
            closed = end.closed and (kind, table) == ("request", "request") and not _about(name, says)
            yield _word(end, kind, table, name, says.get(name, UNKNOWN if closed else KEEP))
    if kind == "request":
        yield Explained(kind, "within", *_phase(end.family))
    yield Explained(kind, "within", "(any other key)", *_rest(end, kind))


def _fields(table: str, family: str, says: Any) -> dict[str, None]:
    """The fields of an object in one family, those inside a field of which the profile speaks left to it."""
    rows = TABLES[table].rows
    names = [row.responses if family == "responses" else row.chat for row in rows]
    return {name: None for name in (*names, *says) if name and (name in says or not _above(name, says))}


def _above(name: str, says: Any) -> bool:
    return any(name.startswith(f"{said}.") for said in says)


def _about(name: str, says: Any) -> bool:
    """True when the profile speaks of the field, or of another inside the same top-level field."""
    return name.split(".")[0] in {said.split(".")[0] for said in says}


def _phase(family: str) -> tuple[str, str | None, str, tuple[Verdict, ...]]:
    place = "input[]<message>.phase" if family == "responses" else "messages[].phase"
    words = PHASES[family]
    return place, place if family == "responses" else None, words.text, words.losses


def _rest(end: Profile, kind: str) -> tuple[str | None, str, tuple[Verdict, ...]]:
    words = describe(UNKNOWN) if end.closed and kind == "request" else KEPT
    return None if words.losses else "(the same key)", words.text, words.losses


def _word(profile: Profile, kind: str, table: str, name: str, say: Any) -> Explained:
    """One word of a profile on a field of its family."""
    target, rule = spoken_of(say, name)
    prefix = TABLES[table].fields[0 if profile.family == "responses" else 1]
    words = describe(rule) if rule is not KEEP else KEPT if target == name else Words("renamed")
    landed = None if isinstance(rule, Verdict) else joined(prefix, target)
    return Explained(kind, "within", joined(prefix, name), landed, words.text, words.losses, profile.name)


# What is no field -----------------------------------------------------------------------------------------------


def told_of(target: Profile | None, source: Profile | None, kind: str, family: str, end: Profile) -> list[Explained]:
    """What the rules between fields of these profiles make of single fields of a source of this family."""
    direction = "within" if family == end.family else "down" if family == "responses" else "up"
    rows = []
    if target is not None:
        tells = target.tells if kind == "request" else target.tells_answers
        rows += told(tells, kind, family, direction, end, target.name)
    if source is not None:
        tells = source.tells_reading if kind == "request" else source.tells_own_answers
        rows += told(tells, kind, family, direction, end, source.name)
    return rows


def _source_family(profile: Profile, direction: str) -> str:
    """The family of the payloads that come to a dialect in this direction."""
    return {"down": "responses", "up": "chat"}.get(direction, profile.family)


def target_words(profile: Profile, direction: str, kind: str, end: Profile) -> Iterator[Explained]:
    """Model ids, parts that the provider does not take, and its rules between fields."""
    rows = told_of(profile, None, kind, _source_family(profile, direction), end)
    yield from rows
    if kind == "request":
        yield _models(profile, direction)
        for part, verdict in profile.parts.items():
            words = describe(verdict)
            where = "input" if (direction, profile.family) == ("within", "responses") else "messages"
            yield Explained(
                kind, direction, f"{where}[].content[]<{part}>", None, words.text, words.losses, profile.name
            )
    hooks = (profile.finish_request, profile.reshape_request) if kind == "request" else (profile.reshape_answer,)
    for hook in hooks:
        yield from _hook(profile, direction, kind, hook, rows)


def source_words(profile: Profile, direction: str, kind: str, end: Profile) -> Iterator[Explained]:
    """What clients of a dialect send beyond their family, and how its answers are read."""
    if kind == "response":
        for name in profile.reasoning:
            where = f"choices[].message.{name}"
            landed = "output[]<reasoning>" if direction == "up" else where
            yield Explained(kind, direction, where, landed, "reasoning text of this provider", (), profile.name)
        rows = told_of(None, profile, kind, profile.family, end)
        yield from rows
        yield from _hook(profile, direction, kind, profile.unshape_answer, rows)
        return
    for name, rule in profile.reads.items():
        words = describe(rule)
        becomes = "the first message" if isinstance(rule, Step) else None
        yield Explained(kind, direction, name, becomes, words.text, words.losses, profile.name)
    for tool, odd in profile.odd_tools.items():
        for family, ways in (("responses", ("up", "within")), ("chat", ("within",))):
            if direction in ways:
                words = describe(getattr(odd, family))
                becomes = f"tools[]<{odd.tool()['type']}>" if family == "responses" else None
                yield Explained(kind, direction, f"tools[]<{tool}>", becomes, words.text, words.losses, profile.name)
    rows = told_of(None, profile, kind, profile.family, end)
    yield from rows
    yield from _hook(profile, direction, kind, profile.finish_reading, rows)


def _models(profile: Profile, direction: str) -> Explained:
    """How the provider names models, and what it makes of those it does not serve."""
    ids = ", ".join(f"{known} is {own}" if known != own else own for known, own in profile.models.items())
    text = f"model ids: {ids}"
    if profile.only_model:
        text += f"; {profile.only_model} is the only one"
        verdict = approximated(Code.MODEL_REPLACED, profile.replaced_model, "another model is replaced by it")
        return Explained("request", direction, "model", "model", text, (verdict,), profile.name)
    if profile.prefix:
        text += f"; other models get the prefix {profile.prefix}"
    losses = (NOT_SERVED,) if profile.wire_check else ()
    return Explained("request", direction, "model", "model", text, losses, profile.name)


def _hook(profile: Profile, direction: str, kind: str, hook: Any, rows: list[Explained]) -> Iterator[Explained]:
    """A rule between fields: what it does, then each verdict that it may give and that these rows do not name."""
    if hook is None:
        return
    yield Explained(kind, direction, None, None, first_line(hook), (), profile.name)
    named = [verdict for row in rows for verdict in row.losses]
    for verdict in (found for found in verdicts(hook, package="respeak.profiles") if found not in named):
        words = describe(verdict)
        yield Explained(kind, direction, None, None, words.text, words.losses, profile.name)
