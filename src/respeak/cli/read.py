"""What the commands read: payloads from files and stdin, dialect names."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from respeak import profiles
from respeak.errors import InvalidPayload, UnknownDialect

EXIT_LOSS, EXIT_USE, EXIT_INVALID = 1, 2, 3


class DialectName(click.ParamType[str]):
    """A dialect; an unknown one is wrong use, with the nearest name. A target must be one that payloads go to."""

    name = "dialect"

    def __init__(self, target: bool = False) -> None:
        self.target = target

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            profile = profiles.get(value)
        except UnknownDialect as error:
            self.fail(printable(str(error)), param, ctx)
        if self.target and profile.source_only:
            self.fail(
                f'"{value}" is a source only: payloads come from it, none go to it; did you mean "{profile.family}"?',
                param,
                ctx,
            )
        return profile.name


def payload_of(file: str) -> dict[str, Any]:
    """The JSON object in a file, or on stdin for `-`; anything else ends the command."""
    data = bytes_of(file)
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        invalid(file, f"not UTF-8: byte {error.start} is {error.object[error.start]:#04x}; save the file as UTF-8")
    except json.JSONDecodeError as error:
        invalid(file, f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}")
    except RecursionError:
        invalid(file, "not JSON that can be read: nested too deeply")
    except ValueError as error:
        invalid(file, f"not JSON: {error}")
    if not isinstance(value, dict):
        invalid(file, f"(whole payload): expected a JSON object, found {NAMES.get(type(value), 'null')}")
    return value


NAMES = {list: "an array", str: "a string", int: "a number", float: "a number", bool: "a boolean"}


def bytes_of(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        raise click.UsageError(f"cannot read {called(file)}: {reason}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    """A number that can be written as JSON again."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits} is too large")
    return number


def invalid(file: str, trouble: str | InvalidPayload) -> NoReturn:
    """End the command: the payload is invalid; one line for each trouble."""
    for line in str(trouble).splitlines():
        click.echo(f"{called(file)}: {printable(line)}", err=True)
    sys.exit(EXIT_INVALID)


def called(file: str) -> str:
    """What a file is called in messages."""
    return "stdin" if file == "-" else printable(file)


def printable(text: str) -> str:
    """Text that a terminal can show: control characters and lone surrogates are spelled out."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
