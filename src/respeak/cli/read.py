"""What the commands read: payloads from files and stdin, dialect names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import IO, TYPE_CHECKING, Any

import click

from respeak import profiles
from respeak.entry import targets, value_of
from respeak.errors import InvalidPayload, UnknownDialect

EXIT_LOSS, EXIT_USE, EXIT_INVALID = 1, 2, 3

if TYPE_CHECKING:
    _Name = click.ParamType[str]
else:  # before 8.4 the class takes no parameter
    _Name = click.ParamType


class DialectName(_Name):
    """A dialect; an unknown one is wrong use, with the nearest name. A target must be one that payloads go to."""

    name = "dialect"

    def __init__(self, target: bool = False) -> None:
        self.target = target

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            profile = profiles.get(value)
        except UnknownDialect as error:
            known = UnknownDialect(value, targets()) if self.target else error
            self.fail(printable(str(known)), param, ctx)
        if self.target and profile.source_only:
            self.fail(
                f'"{value}" is a source only: payloads come from it, none go to it; did you mean "{profile.family}"?',
                param,
                ctx,
            )
        return profile.name


class Invalid(click.ClickException):
    """A payload is invalid; `lines` say where, one for each trouble."""

    exit_code = EXIT_INVALID

    def __init__(self, file: str, trouble: str | InvalidPayload) -> None:
        super().__init__(str(trouble))
        self.file = called(file)
        self.lines = [printable(line) for line in str(trouble).splitlines()]

    def show(self, file: IO[Any] | None = None) -> None:
        """Tell it on stderr."""
        for line in self.lines:
            click.echo(f"{self.file}: {line}", file=file, err=True)


def payload_of(file: str) -> dict[str, Any]:
    """The JSON object in a file, or on stdin for `-`. Raises Invalid for anything else."""
    data = bytes_of(file)
    try:
        value = value_of(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        what = f"not UTF-8: byte {error.start} is {error.object[error.start]:#04x}; save the file as UTF-8"
        raise Invalid(file, what) from None
    except ValueError as error:
        raise Invalid(file, f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Invalid(file, f"(whole payload): expected a JSON object, found {NAMES.get(type(value), 'null')}")
    return value


MARKS = {
    "messages": ("chat", "request"),
    "input": ("responses", "request"),
    "choices": ("chat", "response"),
    "output": ("responses", "response"),
}
"""Keys that tell of which family and kind a payload is."""


def doubt(file: str, payload: Any, dialect: str, kind: str, option: str) -> None:
    """Tell on stderr of a payload that looks like one of another family or kind than the command was told.

    option   what the dialect was named with, such as `--from`
    """
    told = profiles.get(dialect).family, kind
    meant = {MARKS[key]: key for key in payload if key in MARKS} if isinstance(payload, dict) else {}
    if len(meant) != 1 or told in meant:
        return
    [((family, its), key)] = meant.items()
    words = [f"{option} {family}"] * (family != told[0]) + [f"--kind {its}"] * (its != kind)
    click.echo(f'{called(file)}: it has "{key}": did you mean {" ".join(words)}?', err=True)


NAMES = {list: "an array", str: "a string", int: "a number", float: "a number", bool: "a boolean"}


def bytes_of(file: str) -> bytes:
    """What is in a file, or on stdin for `-`."""
    with opened(file) as source:
        try:
            return source.read()
        except OSError as error:
            raise unreadable(file, error) from None


@contextmanager
def opened(file: str) -> Iterator[IO[bytes]]:
    """A file, or stdin for `-`, to read from; one that cannot be opened is wrong use."""
    if file == "-" and sys.stdin is None:
        raise click.UsageError("cannot read stdin: it is closed")
    try:
        source: IO[bytes] = sys.stdin.buffer if file == "-" else open(file, "rb")  # noqa: SIM115 (closed below)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise unreadable(file, error) from None
    with nullcontext(source) if file == "-" else source:
        yield source


def unreadable(file: str, error: OSError | ValueError) -> click.UsageError:
    """The wrong use that it is to name a file that cannot be read."""
    return click.UsageError(f"cannot read {called(file)}: {getattr(error, 'strerror', None) or error}")


def called(file: str) -> str:
    """What a file is called in messages."""
    return "stdin" if file == "-" else printable(file) or '""'


def printable(text: str) -> str:
    """Text that a terminal can show: control characters and lone surrogates are spelled out."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
