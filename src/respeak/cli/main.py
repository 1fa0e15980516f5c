"""The command `respeak`: its subcommands, and exit codes for what goes wrong.

0 done · 1 a loss beyond what is tolerated, or nothing honest to say · 2 wrong use · 3 invalid payload.
"""

from __future__ import annotations

import os
import sys

import click

from respeak import __version__
from respeak.cli.dialects import dialects
from respeak.cli.explain import explain
from respeak.cli.translate import translate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="respeak")
def respeak() -> None:
    """Say the same LLM request in another provider's dialect, and know exactly what was lost."""


respeak.add_command(translate)
respeak.add_command(dialects)
respeak.add_command(explain)


def main() -> None:
    """Run the command; a reader that goes away early is no error."""
    try:
        respeak(prog_name="respeak")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
