"""`respeak schemas`: the bundled JSON Schemas, printed or written anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from respeak import profiles
from respeak.cli.read import DialectName
from respeak.schemas import KINDS, available, schema, text


@click.command(short_help="Print a JSON Schema, or write all of them anew.")
@click.argument("dialect", required=False, type=DialectName())
@click.argument("kind", required=False, type=click.Choice(KINDS))
@click.option("--write", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Generate all into DIR.")
def schemas(dialect: str | None, kind: str | None, write: Path | None) -> None:
    """Print the JSON Schema of DIALECT and KIND (request, response, event, error); without them, list all.

    With --write, generate every schema from the models into DIR/<dialect>/<kind>.json; a DIR/fixture.json, the schema
    of the conformance suite, gets the names of the dialects.
    """
    if write is not None:
        if dialect is not None:
            raise click.UsageError("--write writes all schemas; it takes no DIALECT")
        _write(write)
    elif dialect is None:
        for known, its in available():
            click.echo(f"{known} {its}")
    else:
        try:
            click.echo(text(schema(dialect, kind or "request")), nl=False)
        except ValueError as error:
            raise click.UsageError(str(error)) from None


def _write(folder: Path) -> None:
    from respeak.schemas.make import made

    for dialect, kind in available():
        path = folder / dialect / f"{kind}.json"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text(made(dialect, kind)), encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f"cannot write {path}: {error.strerror}") from None
    _name_dialects(folder / "fixture.json")
    click.echo(f"{len(list(available()))} schemas written to {folder}")


def _name_dialects(fixture: Path) -> None:
    """Write the names of all dialects into the schema of fixtures; the rest of it is written by hand."""
    if fixture.is_file():
        names = json.dumps(profiles.names())
        text = fixture.read_text(encoding="utf-8")
        fixture.write_text(re.sub(r'("Dialect": \{\s*"enum": )\[.*?\]', rf"\g<1>{names}", text), encoding="utf-8")
