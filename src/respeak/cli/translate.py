"""`respeak translate`: the payload on stdout, what was lost on stderr."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click
from rich.text import Text

from respeak import profiles
from respeak.cli.options import NAMES, options_of
from respeak.cli.read import EXIT_LOSS, DialectName, Invalid, bytes_of, doubt, payload_of, printable
from respeak.cli.show import console, indented, invalid_json, json_bytes, losses_json, losses_table
from respeak.cli.stream import stream
from respeak.entry import check
from respeak.errors import SHOWN, InvalidPayload, TranslationError, UnknownDialect
from respeak.loss import TOLERANCES, Loss
from respeak.options import Options
from respeak.translate import Translation, translate_error, translate_request, translate_response

SHOW: dict[str, Callable[[Sequence[Loss]], None]] = {
    "table": losses_table,
    "json": losses_json,
    "none": lambda losses: None,
}

CALLS: dict[str, Callable[..., Translation]] = {
    "request": translate_request,
    "response": translate_response,
    "error": translate_error,
}

DEFAULT_STATUS = 400


@click.command(short_help="Say a request, answer, error or stream in another dialect.")
@click.argument("payload", metavar="PAYLOAD")
@click.option("--from", "source", required=True, type=DialectName(), help="The dialect that the payload is in.")
@click.option("--to", "target", required=True, type=DialectName(target=True), help="The dialect to say it in.")
@click.option(
    "--kind", type=click.Choice([*CALLS, "stream"]), default="request", show_default=True, help="What PAYLOAD is."
)
@click.option("--request", metavar="FILE", help="The client's original request, for answers, streams, errors.")
@click.option(
    "--tolerate",
    type=click.Choice(list(TOLERANCES)),
    help="The worst loss that goes through.  [default: degrading for requests, breaking for answers]",
)
@click.option(
    "--losses",
    type=click.Choice(list(SHOW)),
    default="table",
    show_default=True,
    help="How losses are told. With json, stderr holds one JSON document and nothing else, but for wrong use: "
    "an array of losses, or {file, invalid, losses} for what is invalid.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    callback=options_of,
    help=f"A choice that the mapping leaves open; may be given several times. NAMEs: {', '.join(NAMES)}.",
)
@click.option("--status", type=click.IntRange(400, 599), help=f"HTTP status of an error.  [default: {DEFAULT_STATUS}]")
def translate(payload: str, source: str, target: str, losses: str, **how: Any) -> None:
    """Translate PAYLOAD, a JSON file or - for stdin; a stream is a file of server-sent events or one event a line.

    The payload goes to stdout, a table of what was lost to stderr. Exit codes: 0 translated, 1 a loss beyond what is
    tolerated or nothing honest to say, 2 wrong use, 3 invalid payload.
    """
    kind: str = how.pop("kind")
    _check_use(payload, kind, **how)
    try:
        more = {"source": source, "target": target, **_more(kind, target, **how)}
        if kind == "stream":
            _stream(payload, losses, **more)
        said = _translated(kind, payload, losses, **more)
    except Invalid as error:
        if losses != "json":
            raise
        invalid_json(error)
        raise click.exceptions.Exit(error.exit_code) from None
    click.echo(json_bytes(said.payload))
    if said.status is not None and kind == "response" and losses != "json":
        click.echo(f"the answer is an error: HTTP status {said.status}", err=True)
    SHOW[losses](said.losses)


def _check_use(
    payload: str, kind: str, request: str | None, tolerate: str | None, status: int | None, **_: Options | None
) -> None:
    """Options that say nothing to this kind of payload are wrong use."""
    if request == "-" == payload:
        raise click.UsageError("only one of PAYLOAD and --request can be stdin")
    if request is not None and kind == "request":
        raise click.UsageError("--request goes with --kind response, stream or error")
    if status is not None and kind != "error":
        raise click.UsageError("--status goes with --kind error")
    if tolerate is not None and kind in ("error", "stream"):
        raise click.UsageError("--tolerate goes with --kind request or response; errors and streams are always told")


def _more(kind: str, target: str, request: str | None, status: int | None, **given: Any) -> dict[str, Any]:
    """The arguments of the call that only some kinds have."""
    more = {name: value for name, value in given.items() if value is not None}
    if request is not None:
        more["request"] = _request(request, target)
    if kind == "error":
        more["status"] = status or DEFAULT_STATUS
    return more


def _stream(file: str, losses: str, **how: Any) -> NoReturn:
    """Translate a stream as it comes, and end the command."""
    outcome = stream(file, **how)
    trouble = Invalid(file, outcome.trouble)
    if outcome.trouble and losses == "json":
        invalid_json(trouble, outcome.losses)
        raise click.exceptions.Exit(outcome.code)
    trouble.show()
    SHOW[losses](outcome.losses)
    raise click.exceptions.Exit(outcome.code)


def _request(file: str, client: str) -> dict[str, Any]:
    """The client's original request, which must be one of the client's dialect."""
    asked = payload_of(file)
    try:
        check(asked, profiles.get(client), "request")
    except InvalidPayload as error:
        raise Invalid(file, error) from None
    return asked


def _translated(kind: str, file: str, losses: str, **how: Any) -> Translation:
    """The translation; one that cannot be had ends the command with its exit code."""
    value = bytes_of(file) if kind == "error" else payload_of(file)  # an error need not be JSON
    if losses != "json":
        doubt(file, value, how["source"], kind, "--from")
    try:
        return CALLS[kind](value, **how)
    except InvalidPayload as error:
        raise Invalid(file, error) from None
    except UnknownDialect as error:
        raise click.UsageError(str(error)) from None
    except TranslationError as error:
        _refuse(error, losses)


def _refuse(error: TranslationError, losses: str) -> NoReturn:
    """Say what forbids the translation, what to do about it, and all that was found."""
    if losses != "json":
        out = console(to_stderr=True)
        for loss in error.decisive[:SHOWN]:
            place = loss.path or "(whole payload)"
            line = f"cannot translate: {place}: {loss.message} [{loss.code.value}]. {loss.code.advice}"
            indented(out, Text(printable(line)), 0)
        rest = len(error.decisive) - SHOWN
        if rest > 0:
            out.print(f"... and {rest} more")
        if not error.losses.refused:
            worst = max(loss.severity for loss in error.decisive).value
            indented(out, Text(f"Pass --tolerate {worst} to translate all the same."), 0)
    SHOW[losses](error.losses)
    raise click.exceptions.Exit(EXIT_LOSS)
