"""`respeak dialects`: who speaks what."""

from __future__ import annotations

import dataclasses

import click
from rich.text import Text

from respeak.cli.show import WIDE, console, json_bytes, table
from respeak.profiles import dialects as all_dialects


@click.command(short_help="List the dialects: family, endpoint, model ids, phase.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def dialects(as_json: bool) -> None:
    """List the dialects: family, endpoint, model ids, phase support."""
    found = all_dialects()
    if as_json:
        click.echo(json_bytes([dataclasses.asdict(dialect) for dialect in found]))
        return
    out = console()
    tight = out.width < WIDE
    shown = table("dialect", "family", "endpoint", "model ids", "phase", tight=tight)
    for dialect in found:
        name = Text(dialect.name, "bold")
        shown.add_row(
            name.append("\nsource only", "not bold dim") if dialect.source_only else name,
            dialect.family,
            dialect.endpoint.removeprefix("POST ") if tight else dialect.endpoint,
            "\n".join(dialect.models),
            "kept" if dialect.phase else "lost",
        )
    out.print(shown)
