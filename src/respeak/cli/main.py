"""The command `respeak`: its subcommands, and exit codes for what goes wrong.

0 done · 1 a loss beyond what is tolerated, or nothing honest to say · 2 wrong use · 3 invalid payload ·
70 a fault of respeak · 130 interrupted. A reader that goes away early is no error.
"""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import suppress

import click

from respeak import __version__
from respeak.cli.codes import codes
from respeak.cli.conformance import conformance
from respeak.cli.dialects import dialects
from respeak.cli.explain import explain
from respeak.cli.read import EXIT_USE, printable
from respeak.cli.schemas import schemas
from respeak.cli.serve import serve
from respeak.cli.translate import translate
from respeak.cli.validate import validate

EXIT_FAULT, EXIT_INTERRUPTED = 70, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="respeak")
def respeak() -> None:
    """Say the same LLM request in another provider's dialect, and know exactly what was lost."""


respeak.add_command(translate)
respeak.add_command(dialects)
respeak.add_command(explain)
respeak.add_command(codes)
respeak.add_command(validate)
respeak.add_command(schemas)
respeak.add_command(conformance)
respeak.add_command(serve)


def main() -> None:
    """Run the command and exit; whatever goes wrong is a line or two, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    if sys.stdout is None:  # closed by the caller
        click.echo("respeak cannot go on: stdout is closed, so there is nowhere to put what is asked for", err=True)
        sys.exit(EXIT_USE)
    try:
        code = _run()
    except BrokenPipeError:
        code = 0
    except OSError as error:  # what is opened is checked where it is opened: this is the output, or a broken device
        with suppress(OSError):
            click.echo(f"respeak cannot go on: reading or writing failed: {error.strerror or error}", err=True)
        code = EXIT_USE
    try:
        sys.stdout.flush()
    except OSError:
        _close()
    sys.exit(code)


def _run() -> int:
    """The exit code of the command."""
    try:
        code = _called()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return EXIT_INTERRUPTED
    except OSError:
        raise
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(last.filename)}, line {last.lineno}"
        what = printable(f"{type(error).__name__}: {error}")
        click.echo(f"respeak failed ({what}; {where}). This is a fault of respeak; please report it.", err=True)
        return EXIT_FAULT


def _called() -> object:
    """What the command returns, or exits with."""
    try:
        return respeak(prog_name="respeak", standalone_mode=False)
    except SystemExit as ended:
        return ended.code


def _close() -> None:
    """Point both outputs nowhere, so that the interpreter's last flush is quiet too."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
