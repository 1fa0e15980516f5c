"""`respeak dialects`: who speaks what."""

from __future__ import annotations

import dataclasses

import click

from respeak.cli.show import console, json_text, table
from respeak.profiles import dialects as all_dialects


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def dialects(as_json: bool) -> None:
    """List the dialects: family, endpoint, model ids, phase support."""
    found = all_dialects()
    if as_json:
        click.echo(json_text([dataclasses.asdict(dialect) for dialect in found]))
        return
    shown = table("dialect", "family", "endpoint", "model ids", "phase", "")
    shown.columns[2].no_wrap = True
    for dialect in found:
        shown.add_row(
            dialect.name,
            dialect.family,
            dialect.endpoint,
            "\n".join(dialect.models),
            "kept" if dialect.phase else "lost",
            "source only" if dialect.source_only else "",
        )
    console().print(shown)
