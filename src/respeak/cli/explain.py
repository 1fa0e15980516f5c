"""`respeak explain`: the mapping rows of a field."""

from __future__ import annotations

from itertools import groupby

import click
from rich.console import Console
from rich.text import Text

from respeak.cli.read import DialectName, printable
from respeak.cli.show import GRADES, console, indented, json_bytes
from respeak.loss import Verdict
from respeak.mapping import Explained
from respeak.mapping import explain as explained
from respeak.mapping.explained import grade

ROADS = {"down": "Responses to Chat", "up": "Chat to Responses"}
KINDS = {"request": "requests", "response": "answers", "stream": "streams"}


@click.command(short_help="Print what becomes of a field.")
@click.argument("field", required=False)
@click.option("--from", "source", type=DialectName(), help="Only what this route does; with --to.")
@click.option("--to", "target", type=DialectName(target=True), help="Only what this route does; with --from.")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Only requests, answers or streams.")
@click.option("--json", "as_json", is_flag=True, help="For machines, with every loss that a rule may report.")
def explain(field: str | None, source: str | None, target: str | None, kind: str | None, as_json: bool) -> None:
    """Print what becomes of FIELD, by the tables that translate. Without FIELD, everything.

    FIELD is a field (max_tokens, reasoning.effort), a type of item, part or tool (function_call_output), a path as
    losses have it (/input/3/phase) or a loss code (phase_dropped).
    """
    if (source is None) != (target is None):
        raise click.UsageError("--from and --to go together")
    try:
        rows = explained(field, source=source, target=target, kind=kind)
    except ValueError as error:
        raise click.UsageError(printable(str(error))) from None
    if as_json:
        click.echo(json_bytes([row.as_dict() for row in rows]))
    elif rows:
        _print(rows, None if source is None else f"{source} to {target}")
    else:
        click.echo(f'no rule speaks of "{printable(field or "")}" here; try without --from, --to and --kind')


def _print(rows: list[Explained], route: str | None) -> None:
    """The rows by road, each road under its name."""
    out = console()
    for count, (road, group) in enumerate(groupby(rows, key=lambda row: _road(row, route))):
        out.print(Text(f"{chr(10) if count else ''}{road}\n", "bold underline"))
        for row in group:
            _row(out, row)


def _road(row: Explained, route: str | None) -> str:
    """Kind and direction of a row, and whose word it is."""
    if route is not None:
        return f"{KINDS[row.kind]}, {route}"
    return f"{KINDS[row.kind]}, {ROADS.get(row.direction, f'words of {row.dialect}')}"


def _row(out: Console, row: Explained) -> None:
    """The fields with what may be lost, then the rule, then the reasons that it does not name itself."""
    heading = Text.assemble((row.source_field or row.target_field or "(between fields)", "bold"))
    if row.source_field is not None and (row.target_field is not None or _gone(row)):
        heading.append(f" → {row.target_field or 'nothing'}")
    told = all(verdict.why in row.rule for verdict in row.losses)
    for grade_and_code in dict.fromkeys(map(_loss, row.losses)) if told else ():
        heading.append("  ").append(" ".join(grade_and_code), GRADES[grade_and_code[0]])
    indented(out, heading, 2)
    if row.rule and (told or all(verdict.why != row.rule for verdict in row.losses)):
        indented(out, Text(row.rule), 6)
    for verdict in () if told else row.losses:
        indented(out, _reason(verdict), 6)


def _gone(row: Explained) -> bool:
    """True when the rule leaves the field out; without a target field others may be said by the form of the target."""
    return row.rule.startswith(("left out", "refused")) or any(verdict.why == row.rule for verdict in row.losses)


def _loss(verdict: Verdict) -> tuple[str, str]:
    return grade(verdict), verdict.code.value


def _reason(verdict: Verdict) -> Text:
    severity, code = _loss(verdict)
    return Text.assemble((f"{severity} {code}", GRADES[severity]), f"  {verdict.why}")
