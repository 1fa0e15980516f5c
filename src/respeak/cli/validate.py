"""`respeak validate`: payloads held to what their dialect's provider documents."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from respeak.cli.read import EXIT_INVALID, DialectName, bytes_of, called, printable
from respeak.errors import Violation
from respeak.schemas import KINDS
from respeak.schemas import validate as violations_of

LINES = (".jsonl", ".ndjson")
"""Ends of names of files that hold a document a line; others are looked at."""


@click.command(short_help="Check payloads against the schema of a dialect.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--dialect", required=True, type=DialectName(), help="The dialect that the payloads are in.")
@click.option("--kind", type=click.Choice(KINDS), default="request", show_default=True, help="What they are.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How it is told."
)
def validate(files: tuple[str, ...], dialect: str, kind: str, form: str) -> None:
    """Check each FILE, JSON or JSON lines (- for stdin), against the schema of a dialect.

    One line says one thing that is wrong, with its place as a JSON Pointer. Exit codes: 0 all valid, 2 wrong use,
    3 something is invalid.
    """
    if files.count("-") > 1:
        raise click.UsageError("stdin can be read once only")
    found = []
    for file in files:
        for name, text in _payloads(file):
            try:
                violations = violations_of(text, dialect=dialect, kind=kind)
            except ValueError as error:
                raise click.UsageError(str(error)) from None
            found.append((name, violations))
    SHOW[form](found)
    sys.exit(EXIT_INVALID if any(violations for _, violations in found) else 0)


Found = list[tuple[str, list[Violation]]]


def _payloads(file: str) -> Iterator[tuple[str, bytes]]:
    """Name and JSON of each payload: of the whole file, or of each line where the lines are documents."""
    data, name = bytes_of(file).removeprefix(b"\xef\xbb\xbf"), called(file)
    lines = [(number, line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    is_lines = file.endswith(LINES) or (len(lines) > 1 and not _is_json(data) and _is_json(lines[0][1]))
    if is_lines:
        yield from ((f"{name}:{number}", line) for number, line in lines)
    else:
        yield name, data


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _as_text(found: Found) -> None:
    for name, violations in found:
        for violation in violations:
            click.echo(f"{name}:{printable(str(violation))}")


def _as_json(found: Found) -> None:
    rows: list[dict[str, Any]] = [
        {
            "file": name,
            "valid": not violations,
            "violations": [dataclasses.asdict(violation) for violation in violations],
        }
        for name, violations in found
    ]
    click.echo(json.dumps(rows, indent=2))


SHOW = {"text": _as_text, "json": _as_json}
