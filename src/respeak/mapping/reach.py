"""Which verdicts a function may give: those it names, and those of what it calls.

A rule that is a function names its verdicts as module constants, so its code says which losses to expect, and
the printed mapping need not repeat them.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Iterator, Mapping
from types import CodeType, FunctionType
from typing import Any

from respeak.loss import Verdict
from respeak.plan import UNKNOWN, Step


def verdicts(rule: Any, *, package: str = "") -> tuple[Verdict, ...]:
    """The verdicts that `rule` may give, in the order of its code.

    Calls are followed inside the module of the rule, and into the modules of `package`. The verdict on unknown keys
    is left out: every object may meet it.
    """
    search = _Search(getattr(rule, "__module__", ""), package)
    search.visit(rule)
    return tuple(verdict for verdict in search.found if verdict != UNKNOWN)


class _Search:
    """One search through the names that functions use."""

    def __init__(self, home: str, package: str) -> None:
        self.home = home
        self.package = package
        self.found: list[Verdict] = []
        self.seen: set[int] = set()

    def visit(self, value: Any) -> None:
        if isinstance(value, Verdict):
            if value not in self.found:
                self.found.append(value)
        elif id(value) not in self.seen:
            self.seen.add(id(value))
            for inner in self.inside(value):
                self.visit(inner)

    def inside(self, value: Any) -> Iterator[Any]:
        """What a value leads to."""
        if isinstance(value, Step):
            yield from (value.run, *value.verdicts)
        elif isinstance(value, Mapping):
            yield from (held for held in value.values() if self.package or isinstance(held, Verdict))
        elif inspect.isclass(value) and self.near(value):
            yield from (member for member in vars(value).values() if isinstance(member, FunctionType))
        elif isinstance(value, FunctionType) and self.near(value):
            yield from _named(value)

    def near(self, value: Any) -> bool:
        module: str = value.__module__
        return module == self.home or (bool(self.package) and module.startswith(f"{self.package}."))


def _named(function: FunctionType) -> Iterator[Any]:
    """The globals, closed-over values and methods of its own class that a function uses."""
    known = function.__globals__
    owner = known.get(function.__qualname__.partition(".")[0])
    for kind, name in _names(function.__code__):
        if kind == "LOAD_GLOBAL":
            yield known.get(name)
        elif inspect.isclass(owner):
            yield vars(owner).get(name)
    yield from (cell.cell_contents for cell in function.__closure__ or ())


def _names(code: CodeType) -> Iterator[tuple[str, str]]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_ATTR", "LOAD_METHOD"):
            kind = "LOAD_GLOBAL" if instruction.opname == "LOAD_GLOBAL" else "LOAD_ATTR"
            yield kind, str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
