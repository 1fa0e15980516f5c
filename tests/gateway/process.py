"""A gateway as an operator runs it: a process of its own, with a configuration file and a log."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx


@dataclass
class Gateway:
    """A running gateway."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """The structured lines of its log."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        text = httpx.get(f"{self.url}/metrics").text
        values = (line for line in text.splitlines() if line.startswith(name) and not line.startswith("#"))
        return sum(float(line.rsplit(" ", 1)[1]) for line in values)

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def gateway(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> Iterator[Gateway]:
    """`respeak serve` with these arguments, once it answers."""
    port, log = free_port(), folder / f"gateway-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", "respeak", "serve", "--port", str(port), *arguments]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stderr=out, stdout=out, cwd=folder, env={**os.environ, **(env or {})})
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(400):
            assert process.poll() is None, log.read_text()
            try:
                httpx.get(f"{url}/healthz", timeout=1)
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield Gateway(url, process, log)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def configured(folder: Path, *upstreams: dict[str, Any], **more: Any) -> tuple[str, str]:
    """Arguments of a gateway with these upstreams."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in more.items()]
    for upstream in upstreams:
        lines += ["[[upstream]]", *(f"{key} = {json.dumps(value)}" for key, value in upstream.items())]
    file = folder / "gateway.toml"
    file.write_text("\n".join(lines) + "\n")
    return "--config", str(file)
