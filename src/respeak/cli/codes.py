"""`respeak codes`: every loss code, and what to do about it."""

from __future__ import annotations

import click
from rich.text import Text

from respeak.cli.show import console, json_bytes, table
from respeak.codes import Code


@click.command(short_help="List the codes of losses and what to do about each.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def codes(as_json: bool) -> None:
    """List the codes of losses, which are stable, and what to do about each.

    How bad a loss is depends on the field and the route: see respeak explain.
    """
    if as_json:
        click.echo(json_bytes([{"code": code.value, "advice": code.advice} for code in Code]))
        return
    shown = table("code", "what to do")
    shown.columns[0].no_wrap = True
    for code in Code:
        shown.add_row(Text(code.value, "bold"), Text(code.advice))
    console().print(shown)
