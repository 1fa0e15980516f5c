"""How plans come about: a table joined with what the target's profile says, once a route."""

from __future__ import annotations

from typing import Any

from respeak.loss import Verdict
from respeak.plan import IMPLIED, KEEP, ONE_WAY, UNKNOWN, Always, Direction, Json, Says, Step, Table, Verb
from respeak.walk import Beside, Carry, Inside, Judge, Plan, Within


def compose(table: Table, direction: Direction, says: Says) -> Plan:
    """Join a table with what the target's profile says into the plan of one direction."""
    tree: dict[str, Any] = {}
    start: Json = {}
    for row in table.rows:
        source, target, rule = (
            (row.responses, row.chat, row.down) if direction == "down" else (row.chat, row.responses, row.up)
        )
        if isinstance(rule, Always) and target is not None:
            if not isinstance(says.get(target), Verdict):
                start[target] = rule.value
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


def _entry(rule: Any, target: str | None, says: Says) -> Any:
    """The entry of one source key: the row's rule, then what the profile makes of the place it lands on."""
    if isinstance(rule, Step):
        return Beside(rule.run) if rule.beside else rule.run
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
