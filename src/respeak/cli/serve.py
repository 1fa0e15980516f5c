"""`respeak serve`: the gateway, from options or a file."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from respeak.cli.read import printable
from respeak.loss import TOLERANCES

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

    from respeak.gateway.config import Config

HERE = "respeak-memory.sqlite"
"""The file of the memory unless the operator says otherwise: it survives restarts."""


@click.command(short_help="Serve a gateway for clients of either family.")
@click.option("--upstream", metavar="DIALECT", help="The dialect of the one upstream.")
@click.option("--base-url", metavar="URL", help="Its API, such as https://api.example.com/v1.")
@click.option("--key-env", metavar="NAME", help="Environment variable with its key; else the client's key is sent.")
@click.option(
    "--config", "file", type=click.Path(dir_okay=False, path_type=Path), help="Several upstreams: a TOML file."
)
@click.option("--demo", is_flag=True, help="An embedded upstream that repeats what it hears; no key is needed.")
@click.option("--host", help="Where to listen.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes any that is free.  [default: 8484]")
@click.option("--memory", metavar="WHERE", help=f"local, none, sqlite:PATH, redis://HOST.  [default: sqlite:{HERE}]")
@click.option(
    "--tolerate", type=click.Choice(list(TOLERANCES)), help="The worst loss of a request.  [default: breaking]"
)
def serve(
    upstream: str | None, base_url: str | None, key_env: str | None, file: Path | None, demo: bool, **more: Any
) -> None:
    """Serve /v1/responses and /v1/chat/completions to clients of either family.

    With no upstream and no file it is the demo. Stops on Ctrl-C and SIGTERM, when open streams are finished.
    """
    try:
        import uvicorn  # noqa: F401

        from respeak.gateway.app import app, listening
        from respeak.gateway.config import ConfigError
    except ImportError as error:
        raise click.UsageError(
            f"the gateway needs its extra: in a checkout, pip install '.[gateway]' ({error})"
        ) from None
    _check_use(upstream, base_url, key_env, file, demo)
    given = {name: value for name, value in more.items() if value is not None}
    try:
        config, transport = _config(upstream, base_url, key_env, file, given)
        site: Starlette = app(config, transport=transport)
        socket = listening(config.host, config.port)
    except (ConfigError, ValueError, OSError) as error:
        raise click.UsageError(printable(str(error)).replace("\\n", "\n")) from None
    name = "the demo upstream" if transport is not None else ", ".join(each.name for each in config.upstream)
    for warning in config.warnings():
        click.echo(f"Warning: {printable(warning)}", err=True)
    host = f"[{config.host}]" if ":" in config.host else config.host
    click.echo(f"respeak serves {name} on http://{host}:{socket.getsockname()[1]}/v1", err=True)
    with socket:
        _server(site, math.ceil(config.grace)).run([socket])


def _server(site: Starlette, grace: int) -> uvicorn.Server:
    """uvicorn, to which an upgrade is a GET for our own route, whatever library for WebSockets is installed.

    It is asked for no warnings: it has one for every upgrade, that such a library is missing.
    """
    import uvicorn

    settings = uvicorn.Config(site, ws="none", log_level="error", access_log=False, timeout_graceful_shutdown=grace)
    logging.getLogger("uvicorn.error").addFilter(_is_news)
    return uvicorn.Server(settings)


def _is_news(record: logging.LogRecord) -> bool:
    """False for the traceback of an exchange that was cut off at the end: our own log has a line of it."""
    from asyncio import CancelledError

    return not (record.exc_info and isinstance(record.exc_info[1], CancelledError))


def _check_use(upstream: str | None, base_url: str | None, key_env: str | None, file: Path | None, demo: bool) -> None:
    if (upstream is None) != (base_url is None):
        raise click.UsageError("--upstream and --base-url go together")
    if key_env is not None and upstream is None:
        raise click.UsageError("--key-env goes with --upstream; in a file it is key_env, for each upstream")
    if sum((upstream is not None, file is not None, demo)) > 1:
        raise click.UsageError("give one of --upstream, --config and --demo")


def _config(
    upstream: str | None, base_url: str | None, key_env: str | None, file: Path | None, more: dict[str, Any]
) -> tuple[Config, Any]:
    """The configuration, and the embedded upstream if it is the demo."""
    from respeak.gateway.config import load, made
    from respeak.gateway.demo import EchoTransport, demo_config

    if file is not None:
        config = load(file)
        said = config.model_dump(exclude_unset=True)
        return made({"memory": f"sqlite:{HERE}", **said, **more}, "options"), None
    if upstream is None:
        return demo_config(**{"memory": "local", **more}), EchoTransport()
    one = {"name": upstream, "dialect": upstream, "base_url": base_url, "key_env": key_env}
    return made({"upstream": [one], "memory": f"sqlite:{HERE}", **more}, "options"), None
