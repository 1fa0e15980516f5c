"""`--option NAME=VALUE`: the choices of `respeak.Options`, as words of a command line."""

from __future__ import annotations

from typing import Any

import click

from respeak.cli.read import printable
from respeak.options import KINDS, Options

NAMES = tuple(name for name, *_ in KINDS)
SWITCHES = frozenset(name for name, kind, _ in KINDS if kind is bool)
WORDS = {"true": True, "false": False}


def options_of(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> Options | None:
    """The choices that were given; None for none, as everywhere."""
    if not given:
        return None
    try:
        return Options(**dict(map(_choice, given)))
    except (TypeError, ValueError) as error:
        raise click.UsageError(f"--option: {printable(str(error))}") from None


def _choice(word: str) -> tuple[str, Any]:
    name, equals, value = word.partition("=")
    if name not in NAMES or not equals:
        raise ValueError(f"expected NAME=VALUE, NAME one of {', '.join(NAMES)}; found {word}")
    return name, WORDS.get(value.lower(), value) if name in SWITCHES else value
