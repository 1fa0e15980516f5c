"""`respeak explain`: the mapping rows of a field."""

from __future__ import annotations

import click
from rich.padding import Padding
from rich.text import Text

from respeak.cli.read import DialectName
from respeak.cli.show import STYLES, console, json_text
from respeak.mapping import Explained
from respeak.mapping import explain as explained

INDENT = 16
"""Columns of the road, under which the rules line up."""

SEVERITY_STYLES = {severity.value: style for severity, style in STYLES.items()} | {"refused": "bold red"}


@click.command()
@click.argument("field", required=False)
@click.option("--from", "source", type=DialectName(), help="Only what this route does.")
@click.option("--to", "target", type=DialectName())
@click.option("--kind", type=click.Choice(["request", "response"]), help="Only requests, or only answers.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def explain(field: str | None, source: str | None, target: str | None, kind: str | None, as_json: bool) -> None:
    """Print what becomes of FIELD: a field, a type of item, part or tool, or a loss code. Without FIELD, everything."""
    try:
        rows = explained(field, source=source, target=target, kind=kind)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(json_text([row.as_dict() for row in rows]))
        return
    if not rows:
        click.echo(_nothing(field, source, target))
        return
    out = console()
    for row in rows:
        out.print(_heading(row))
        out.print(Padding(Text(row.rule, "dim"), (0, 0, 0, INDENT)))


def _nothing(field: str | None, source: str | None, target: str | None) -> str:
    if source == target and source is not None:
        return f"{source} to {target}: the payload comes out equal"
    what = f'"{field}"' if field else "anything"
    return f"{source} to {target}: neither profile speaks of {what}; it stays as it stands"


def _heading(row: Explained) -> Text:
    """Road, fields and loss in one line."""
    loss = f"  {row.severity} {row.code}" if row.severity else ""
    return Text.assemble(
        (f"{row.kind} {row.direction}".ljust(INDENT), "dim"),
        (row.source_field, "bold"),
        f" → {row.target_field or 'nothing'}",
        (loss, SEVERITY_STYLES.get(row.severity or "", "")),
    )
