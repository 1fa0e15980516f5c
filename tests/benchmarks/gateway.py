"""`python -m tests.benchmarks.gateway`: the gateway in translation beside the same gateway that passes through.

Upstream, gateway and loader are three processes on loopback. Clients of either family ask upstreams of either: two
routes pass through, two are translated. Answers of one family are longer and have more events than those of the other,
so the two routes are compared together, each family once at either end. Budget: at most 15 % fewer requests a second;
memory flat over 10,000 requests. `--litellm COMMAND` measures that proxy beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from . import payloads
from .loopback import Load, load

HERE = Path(__file__).parent
PATHS = {"responses": "/v1/responses", "chat": "/v1/chat/completions"}
LESS = 0.15
"""The share of requests a second that translation may cost."""
GROWN = 1.10
"""How much more memory the gateway may hold after all requests than after a tenth of them."""


@dataclass
class Row:
    """One line: requests a second, milliseconds within which half and 99 % were answered; the ratio of translation."""

    what: str
    rate: float
    half: float
    slow: float
    ratio: float | None = None
    budget: float | None = None

    @property
    def held(self) -> bool | None:
        """True when the budget is held; None where there is none."""
        return None if self.budget is None or self.ratio is None else self.ratio >= self.budget


@contextmanager
def running(*command: str, folder: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process, ended at the end."""
    silent = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, cwd=folder, **silent) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def gateway(stack: ExitStack, folder: Path, upstream: int, port: int) -> subprocess.Popen[str]:
    """`respeak serve` with an upstream of each family."""
    parts = ['memory = "none"']
    for family in PATHS:
        url = f"http://127.0.0.1:{upstream}/v1"
        parts.append(f'[[upstream]]\nname = "{family}"\ndialect = "{family}"\nbase_url = "{url}"')
        parts.append(f'models = ["{family}-*"]')
    config = folder / "gateway.toml"
    config.write_text("\n".join(parts))
    command = (sys.executable, "-m", "respeak", "serve", "--config", str(config), "--port", str(port))
    process = stack.enter_context(running(*command))
    until_healthy(port, "/healthz")
    return process


def litellm(stack: ExitStack, folder: Path, command: str, upstream: int, port: int) -> None:
    """LiteLLM's proxy with the same upstream, through which it says Responses as Chat."""
    model = f"hosted_vllm/{payloads.MODEL}"  # it refuses parameters of models that it does not know
    parts = {"model": model, "api_base": f"http://127.0.0.1:{upstream}/v1", "api_key": "k"}
    config = folder / "litellm.yaml"
    models = [{"model_name": "chat-m", "litellm_params": parts}]
    general = {"dangerously_permit_weak_or_unset_master_key": True}  # on loopback, for as long as this takes
    config.write_text(json.dumps({"model_list": models, "general_settings": general}))
    stack.enter_context(running(command, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)))
    until_healthy(port, "/health/liveliness", 120)


def until_healthy(port: int, path: str, seconds: float = 20) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            httpx.get(f"http://127.0.0.1:{port}{path}", timeout=2)
            return
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def body(family: str, model: str, stream: bool, size: str) -> Any:
    return {**payloads.request(family, size), "model": model, "stream": stream}


def measured(port: int, family: str, model: str, stream: bool, size: str, requests: int, clients: int = 16) -> Load:
    """A load after a short one that nobody counts."""
    said = body(family, model, stream, size)
    asyncio.run(load(port, PATHS[family], said, max(2, requests // 10), clients))
    return asyncio.run(load(port, PATHS[family], said, requests, clients))


def rows(port: int, requests: int, rounds: int) -> Iterator[Row]:
    """The four routes in turns, the best of some rounds each: what else runs slows all of them."""
    for size, stream in (("small", False), ("small", True), ("agentic", False)):
        best: dict[tuple[str, str], Load] = {}
        for _ in range(rounds):
            for route in ROUTES:
                client, upstream = route
                found = measured(port, client, f"{upstream}-m", stream, size, requests)
                best[route] = max(found, best.get(route, found), key=lambda each: each.rate)
        what = f"{size} request, {'streamed' if stream else 'whole'}"
        for (client, upstream), found in best.items():
            yield row(f"{what}, {client} at {upstream}", found)
        through, across = (sum(1 / best[route].rate for route in routes) for routes in (THROUGH, ACROSS))
        yield Row(f"{what}, translated", 2 / across, 0, 0, through / across, 1 - LESS)


THROUGH = [("responses", "responses"), ("chat", "chat")]
ACROSS = [("responses", "chat"), ("chat", "responses")]
ROUTES = [*THROUGH, *ACROSS]
"""Family of the client and of the upstream."""


def row(what: str, found: Load) -> Row:
    return Row(what, found.rate, found.at(0.5) * 1e3, found.at(0.99) * 1e3)


def memory(port: int, process: subprocess.Popen[str], requests: int) -> tuple[float, float]:
    """Megabytes that the gateway holds after a tenth of the requests, and after all."""
    family, server = "chat", psutil.Process(process.pid)
    measured(port, family, "responses-m", False, "small", requests // 10)
    before = server.memory_info().rss
    measured(port, family, "responses-m", False, "small", requests)
    return before / 1e6, server.memory_info().rss / 1e6


def beside(port: int, requests: int) -> Iterator[Row]:
    """The proxy of LiteLLM: a client of Responses at an upstream of Chat, and one of Chat that passes through."""
    for size, stream in (("small", False), ("small", True), ("agentic", False)):
        for client in PATHS:
            what = f"{size} request, {'streamed' if stream else 'whole'}, client of {client}, LiteLLM"
            try:
                yield row(what, measured(port, client, "chat-m", stream, size, requests))
            except (ExceptionGroup, TimeoutError) as error:
                why = error.exceptions[0] if isinstance(error, ExceptionGroup) else "it does not come to an end"
                print(f"left out: {what}: {' '.join(str(why).split())[:200]}", file=sys.stderr)


def printed(found: list[Row], held: tuple[float, float], requests: int) -> str:
    """The table as Markdown."""
    lines = ["| what | requests/s | p50 ms | p99 ms | of passing through | budget | held |", "| --- " * 7 + "|"]
    for each in found:
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        budget = "" if each.budget is None else f"{each.budget:.2f}"
        said = {None: "", True: "yes", False: "NO"}[each.held]
        times = f"{each.half:.1f} | {each.slow:.1f}" if each.half else " | "
        lines.append(f"| {each.what} | {each.rate:.0f} | {times} | {ratio} | {budget} | {said} |")
    grown = held[1] / held[0]
    verdict = "held" if grown <= GROWN else "NOT held"
    lines.append(f"\nmemory over {requests} requests: {held[0]:.0f} MB, then {held[1]:.0f} MB (flat: {verdict})")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; the exit code is 1 if a budget is not held."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gateway", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few requests; the figures mean nothing")
    parser.add_argument("--litellm", metavar="COMMAND", help="the litellm command of an environment of its own")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    chosen = parser.parse_args(arguments)
    requests, rounds, many = (20, 1, 100) if chosen.quick else (1000, 5, 10_000)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        upstream = stack.enter_context(running(sys.executable, "-m", f"{HERE.name}.loopback", folder=HERE.parent))
        port = int(upstream.stdout.readline())  # type: ignore[union-attr]
        served = free_port()
        process = gateway(stack, Path(name), port, served)
        found = list(rows(served, requests, rounds))
        held = memory(served, process, many)
        if chosen.litellm:
            proxy = free_port()
            try:
                litellm(stack, Path(name), chosen.litellm, port, proxy)
                found += beside(proxy, max(20, requests // 5))
            except (OSError, httpx.TransportError) as error:
                print(f"left out: {chosen.litellm} does not start: {error}", file=sys.stderr)
    print(printed(found, held, many))
    if chosen.json:
        chosen.json.write_text(json.dumps({"rows": [asdict(each) for each in found], "memory": held}, indent=1) + "\n")
    return int(any(each.held is False for each in found) or held[1] > GROWN * held[0])


def free_port() -> int:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
