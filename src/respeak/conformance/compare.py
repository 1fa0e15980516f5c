"""What equal means, as `fixtures/README.md` has it.

Objects by key, arrays by order, strings by code point, numbers by value (1 is 1.0, true is not 1), losses as a
multiset of (code, path, severity). Messages are never compared. At a free place only the JSON type counts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from respeak.loss import escaped, unescaped


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


NOTHING: Final = _Nothing()
"""What stands where a key or an element is missing."""

LONGEST = 80
"""So many characters of a value are shown."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two JSON values differ."""

    path: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.path or '(whole payload)'}: expected {shown(self.expected)}, found {shown(self.found)}"


Key = tuple[str, str, str]
"""What counts of a loss: code, path, severity."""


def equal(one: Any, other: Any) -> bool:
    """True when two JSON values are the same by the rules above."""
    return next(differences(one, other), None) is None


def differences(
    expected: Any, found: Any, free: Collection[str] = (), where: str = "", partial: bool = False
) -> Iterator[Difference]:
    """The places where `found` is not what was expected, the deepest of each branch; in the order of `expected`.

    partial   an object lists the keys that matter; others are not compared (events of streams)
    """
    if where in free and type_of(expected) == type_of(found):
        return
    if type_of(expected) != type_of(found):
        yield Difference(where, expected, found)
    elif isinstance(expected, dict):
        for key in expected if partial else [*expected, *(key for key in found if key not in expected)]:
            below = f"{where}/{escaped(key)}"
            yield from differences(expected.get(key, NOTHING), found.get(key, NOTHING), free, below, partial)
    elif isinstance(expected, list):
        for index in range(max(len(expected), len(found))):
            one, other = (value[index] if index < len(value) else NOTHING for value in (expected, found))
            yield from differences(one, other, free, f"{where}/{index}", partial)
    elif expected != found:
        yield Difference(where, expected, found)


def at(value: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer; NOTHING where it leads nowhere."""
    for token in pointer.split("/")[1:]:
        key = unescaped(token)
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return NOTHING
    return value


TYPES = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}


def type_of(value: Any) -> str:
    """The JSON type; integers and other numbers are one."""
    return TYPES.get(type(value), "null" if value is None else "nothing")


def losses(given: Sequence[Any]) -> Counter[Key]:
    """Losses as a multiset. Raises ValueError for what is no loss."""
    found: Counter[Key] = Counter()
    for loss in given:
        match loss:
            case {"code": str(code), "path": str(path), "severity": str(severity)}:
                found[code, path, severity] += 1
            case _:
                raise ValueError(f"expected a loss with code, path and severity, found {shown(loss)}")
    return found


def shown(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    if value is NOTHING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
