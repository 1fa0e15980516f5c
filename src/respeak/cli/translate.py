"""`respeak translate`: the payload on stdout, what was lost on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from respeak.cli.read import EXIT_LOSS, DialectName, invalid, payload_of, printable
from respeak.cli.show import json_text, losses_json, losses_table
from respeak.errors import SHOWN, InvalidPayload, TranslationError, UnknownDialect
from respeak.loss import TOLERANCES, Loss
from respeak.translate import Translation, translate_error, translate_request, translate_response

SHOW: dict[str, Callable[[Sequence[Loss]], None]] = {
    "table": losses_table,
    "json": losses_json,
    "none": lambda losses: None,
}


@click.command()
@click.argument("payload", metavar="PAYLOAD")
@click.option("--from", "source", required=True, type=DialectName(), help="The dialect that the payload is in.")
@click.option("--to", "target", required=True, type=DialectName(), help="The dialect to say it in.")
@click.option("--kind", type=click.Choice(["request", "response", "error"]), default="request", show_default=True)
@click.option("--request", metavar="FILE", help="The client's original request, for answers and errors.")
@click.option(
    "--tolerate",
    type=click.Choice(list(TOLERANCES)),
    help="The worst loss that goes through.  [default: degrading for requests, breaking for answers]",
)
@click.option("--losses", type=click.Choice(list(SHOW)), default="table", show_default=True)
@click.option(
    "--status", type=click.IntRange(400, 599), default=400, show_default=True, help="HTTP status of an error."
)
def translate(
    payload: str,
    source: str,
    target: str,
    kind: str,
    request: str | None,
    tolerate: str | None,
    losses: str,
    status: int,
) -> None:
    """Translate PAYLOAD, a JSON file or - for stdin.

    The payload goes to stdout, a table of what was lost to stderr. Exit codes: 0 translated, 1 a loss beyond what is
    tolerated or nothing honest to say, 2 wrong use, 3 invalid payload.
    """
    if request == "-" == payload:
        raise click.UsageError("only one of PAYLOAD and --request can be stdin")
    ends = {"source": source, "target": target}
    more: dict[str, Any] = {} if tolerate is None or kind == "error" else {"tolerate": tolerate}
    asked = None if request is None else payload_of(request)
    if asked is not None and not isinstance(asked, dict):
        invalid(request or "", "expected a JSON object")
    if kind != "request":
        more["request"] = asked
    if kind == "error":
        more["status"] = status
    said = _said(kind, payload, losses, **ends, **more)
    click.echo(json_text(said.payload))
    if said.status is not None and kind != "error":
        click.echo(f"the answer is an error: HTTP status {said.status}", err=True)
    SHOW[losses](said.losses)


CALLS: dict[str, Callable[..., Translation]] = {
    "request": translate_request,
    "response": translate_response,
    "error": translate_error,
}


def _said(kind: str, file: str, losses: str, **how: Any) -> Translation:
    """The translation; one that cannot be had ends the command with its exit code."""
    value = payload_of(file)
    try:
        return CALLS[kind](value, **how)
    except InvalidPayload as error:
        invalid("stdin" if file == "-" else file, error)
    except UnknownDialect as error:
        raise click.UsageError(str(error)) from None
    except TranslationError as error:
        _refuse(error, losses)
    raise AssertionError("unreachable")


def _refuse(error: TranslationError, losses: str) -> None:
    """Say what forbids the translation, what to do about it, and all that was found."""
    if losses != "json":
        for loss in error.decisive[:SHOWN]:
            line = f"{loss.path or '(whole payload)'}: {loss.message} [{loss.code.value}]. {loss.code.advice}"
            click.echo(f"cannot translate: {printable(line)}", err=True)
        rest = len(error.decisive) - SHOWN
        if rest > 0:
            click.echo(f"... and {rest} more", err=True)
        if any(loss.severity.rank <= TOLERANCES["breaking"] for loss in error.decisive) and not error.losses.refused:
            worst = max(loss.severity for loss in error.decisive).value
            click.echo(f"Pass --tolerate {worst} to translate all the same.", err=True)
    SHOW[losses](error.losses)
    sys.exit(EXIT_LOSS)
