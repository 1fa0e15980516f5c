"""What the commands read: payloads from files and stdin, dialect names."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from respeak import profiles
from respeak.errors import InvalidPayload, UnknownDialect

EXIT_LOSS, EXIT_USE, EXIT_INVALID = 1, 2, 3


class DialectName(click.ParamType[str]):
    """A dialect; an unknown one is wrong use, with the nearest name."""

    name = "dialect"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return profiles.get(value).name
        except UnknownDialect as error:
            self.fail(str(error), param, ctx)


def payload_of(file: str) -> Any:
    """The JSON value of a file, or of stdin for `-`; what is no JSON ends the command."""
    name = "stdin" if file == "-" else file
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {name}: {error.strerror}") from None
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        invalid(name, f"not UTF-8: byte {error.start} is {data[error.start]:#04x}; save the file as UTF-8")
    except json.JSONDecodeError as error:
        invalid(name, f"not JSON: line {error.lineno}, column {error.colno}: {error.msg}")
    except (ValueError, RecursionError) as error:
        invalid(name, f"not JSON: {error}")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def invalid(name: str, trouble: str | InvalidPayload) -> NoReturn:
    """End the command: the payload is invalid; one line for each trouble."""
    for line in str(trouble).splitlines():
        click.echo(f"{name}: {printable(line)}", err=True)
    sys.exit(EXIT_INVALID)


def printable(text: str) -> str:
    """Text that a terminal can show: control characters and lone surrogates are spelled out."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
