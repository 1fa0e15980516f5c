"""How losses and rows look: calm tables that fit the terminal, colours only where there are any."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from respeak.cli.read import Invalid, printable
from respeak.loss import Loss, Severity, SummaryLine, summarize

WIDE = 100
"""Below so many columns five of them cannot be read; losses are listed instead."""

STYLES = {Severity.BREAKING: "bold red", Severity.DEGRADING: "yellow", Severity.HARMLESS: "dim"}
GRADES = {severity.value: style for severity, style in STYLES.items()} | {"refused": "bold red"}

UNWRITABLE = re.compile("[\ud800-\udfff\x7f-\x9f]")
"""What JSON may hold and a terminal or an encoder may not: lone surrogates, DEL and the C1 controls."""


class _Console(Console):
    """A console that leaves a reader who went away to the command."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(to_stderr: bool = False) -> Console:
    """A console on stdout or stderr, as wide as the terminal; 100 columns where there is none."""
    stream = sys.stderr if to_stderr else sys.stdout
    width = shutil.get_terminal_size((100, 24)).columns
    return _Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def table(*columns: str, tight: bool = False) -> Table:
    """An empty table of the house: no frame, one line below the head."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 0 if tight else 1), expand=False)
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=False)
    return made


def indented(out: Console, text: Text, by: int) -> None:
    """Print a text wrapped to the width, every line indented, no blanks at the ends."""
    for line in text.wrap(out, max(out.width - by, 20)):
        line.rstrip()
        out.print(Text(" " * by) + line, no_wrap=True, overflow="ignore", crop=False)


def json_bytes(value: Any) -> bytes:
    """JSON for people as UTF-8: indented, nothing escaped but what no encoder or terminal takes."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return UNWRITABLE.sub(lambda char: f"\\u{ord(char[0]):04x}", text).encode()


def losses_table(losses: Sequence[Loss]) -> None:
    """The losses on stderr: worst first, counted by code and shape of path."""
    out = console(to_stderr=True)
    lines = summarize(losses)
    if not lines:
        out.print("no losses")
    elif out.width < WIDE:
        for line in lines:
            indented(out, _heading(line), 0)
            indented(out, Text(printable(line.message)), 2)
            indented(out, Text(line.code.advice, "dim"), 2)
    else:
        out.print(_wide(lines))


def _heading(line: SummaryLine) -> Text:
    return Text.assemble(
        (line.severity.value, STYLES[line.severity]), "  ", (line.code.value, "bold"), "  ", _place(line)
    )


def _wide(lines: Iterable[SummaryLine]) -> Table:
    shown = table("severity", "code", "path", "what it means", "what to do")
    shown.columns[1].no_wrap = True
    for line in lines:
        shown.add_row(
            Text(line.severity.value, STYLES[line.severity]),
            Text(line.code.value),
            Text(_place(line)),
            Text(printable(line.message)),
            Text(line.code.advice, "dim"),
        )
    return shown


def _place(line: SummaryLine) -> str:
    times = f"  x{line.count}" if line.count > 1 else ""
    return printable(line.path or "(whole payload)") + times


def losses_json(losses: Iterable[Loss]) -> None:
    """All losses on stderr as one JSON document."""
    click.echo(json_bytes([loss.as_dict() for loss in losses]), err=True)


def invalid_json(trouble: Invalid, losses: Iterable[Loss] = ()) -> None:
    """What is invalid on stderr as one JSON document, and the losses up to there."""
    told = {"file": trouble.file, "invalid": trouble.lines, "losses": [loss.as_dict() for loss in losses]}
    click.echo(json_bytes(told), err=True)
