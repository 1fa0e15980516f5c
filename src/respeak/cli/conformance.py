"""`respeak conformance`: the suite, run on respeak or on other programs."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from respeak.cli.read import printable
from respeak.conformance.cases import Case, FixtureError, chosen, load
from respeak.conformance.grade import Result
from respeak.conformance.harness import Program
from respeak.conformance.report import REPORTS, Scores, total
from respeak.conformance.run import answered, run

SELF = "respeak"
"""The name of respeak itself among the implementations."""

EXIT_FAILED, EXIT_INTERRUPTED = 1, 130


@click.command(short_help="Run the conformance suite on respeak or any program.")
@click.option("--filter", "text", default="", metavar="TEXT", help="Only cases whose id, route, row or code has TEXT.")
@click.option("--report", type=click.Choice(list(REPORTS)), default="text", show_default=True, help="Its form.")
@click.option(
    "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there."
)
@click.option(
    "--implementation",
    "commands",
    multiple=True,
    metavar="CMD",
    help=f'A program to run the suite on; "{SELF}" is respeak itself. Several make a scoreboard.',
)
@click.option("--timeout", type=click.FloatRange(min=0.1), default=10.0, show_default=True, help="Seconds an answer.")
@click.option("--fixtures", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Cases of your own.")
def conformance(
    text: str, report: str, output: Path | None, commands: tuple[str, ...], timeout: float, fixtures: Path | None
) -> None:
    """Run the conformance suite on respeak, or on any program that reads a JSON object a line and answers one.

    The protocol stands in fixtures/README.md. Exit codes: 0 all passed, 1 some failed or none passed, 2 wrong use,
    130 interrupted.
    """
    cases = _cases(text, fixtures)
    _check_writable(output)
    programs = {command: _implementation(command, timeout) for command in dict.fromkeys(commands or (SELF,))}
    scores = {command: _results(cases, command, program) for command, program in programs.items()}
    _tell(scores, report, output)
    every = [result for results in scores.values() for result in results]
    sys.exit(EXIT_FAILED if any(result.failed for result in every) or not any(r.passed for r in every) else 0)


def _cases(text: str, fixtures: Path | None) -> list[Case]:
    """The cases that were asked for, at least one."""
    try:
        every = load(fixtures)
    except FixtureError as error:
        raise click.UsageError(printable(str(error))) from None
    cases = chosen(every, text)
    if not cases:
        trouble = f'no case speaks of "{text}"' if every else f"{fixtures}: no cases there"
        raise click.UsageError(printable(trouble))
    return cases


def _implementation(command: str, timeout: float) -> Program | None:
    """The program to ask, not yet started; None for respeak itself."""
    try:
        return None if command == SELF else Program(command, timeout)
    except ValueError as error:
        raise click.UsageError(f"--implementation: {printable(str(error))}") from None


def _results(cases: list[Case], command: str, program: Program | None) -> list[Result]:
    """The results of one implementation, with a count on stderr while a person waits."""
    results: list[Result] = []
    counts = program is not None and sys.stderr.isatty()
    try:
        with program or nullcontext(answered) as implementation:
            for result in run(cases, implementation):
                results.append(result)
                if counts:
                    click.echo(f"\r{len(results)} of {len(cases)} ", nl=False, err=True)
    except KeyboardInterrupt:
        click.echo(f"\rinterrupted after {len(results)} of {len(cases)} cases of {printable(command)}", err=True)
        sys.exit(EXIT_INTERRUPTED)
    if counts:
        click.echo("\r", nl=False, err=True)
    return results


def _check_writable(output: Path | None) -> None:
    """Say that a report cannot be written before the suite runs, not after."""
    try:
        if output is not None:
            output.open("a").close()
    except (OSError, ValueError) as error:
        raise _unwritable(output, error) from None


def _unwritable(output: Path | None, error: OSError | ValueError) -> click.UsageError:
    reason = getattr(error, "strerror", None) or str(error)
    return click.UsageError(f"cannot write {printable(str(output))}: {reason}")


def _tell(scores: Scores, report: str, output: Path | None) -> None:
    """The report on stdout; in a file, and then the last line only on stdout."""
    told = REPORTS[report](scores)
    if output is None:
        click.echo(told, nl=False)
        return
    try:
        output.write_text(told, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise _unwritable(output, error) from None
    click.echo(f"{printable(str(output))} written\n{total(scores)}")
