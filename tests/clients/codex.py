"""Codex CLI as its user runs it: a home and a repository of its own, a gateway as its provider, no other way out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

BINARY = "RESPEAK_CODEX"
"""The environment variable that names Codex' binary; else it is looked for in PATH."""

_PINNED = json.loads((Path(__file__).parent / "package.json").read_text())["dependencies"]["@openai/codex"]

_NOWHERE = "http://127.0.0.1:9"

_CONFIG = """
model = "{model}"
model_provider = "local"
check_for_update_on_startup = false
[model_providers.local]
name = "local"
base_url = "{url}/v1"
wire_api = "responses"
env_key = "LOCAL_KEY"
request_max_retries = 1
stream_max_retries = 1
supports_websockets = {sockets}
"""


@dataclass
class Run:
    """What Codex left behind: its last message, what it told on the way, and the repository."""

    said: str
    told: str
    code: int
    repository: Path

    def files(self) -> dict[str, str]:
        """What it made in the repository."""
        found = (file for file in self.repository.rglob("*") if ".git" not in file.parts and file.is_file())
        return {file.relative_to(self.repository).as_posix(): file.read_text() for file in found}


def binary() -> str:
    """Codex' binary of the pinned version. Skips the test without one, unless the environment names one."""
    named = os.environ.get(BINARY)
    if named:
        return named
    found = shutil.which("codex")
    how = f"npm install @openai/codex@{_PINNED}, and {BINARY} names the binary unless it is in PATH"
    if found is None:
        pytest.skip(f"no Codex CLI: {how}")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=20).stdout.strip()
    if not version.endswith(f" {_PINNED}"):
        pytest.skip(f"{version} in PATH, and the scripts are written for {_PINNED}: {how}")
    return found


def codex(folder: Path, url: str, model: str, prompt: str = "Go on.", sockets: bool = False) -> Run:
    """`codex exec` in a fresh repository in the folder, with the gateway as its only provider."""
    home, repository = folder / "home", folder / "repository"
    home.mkdir()
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    (home / "config.toml").write_text(_CONFIG.format(model=model, url=url, sockets=str(sockets).lower()))
    homes = {"HOME": str(home), "CODEX_HOME": str(home)}
    proxies = {"HTTP_PROXY": _NOWHERE, "HTTPS_PROXY": _NOWHERE, "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(
        [binary(), "exec", "--dangerously-bypass-approvals-and-sandbox", prompt],
        cwd=repository,
        env={"PATH": os.environ["PATH"], "LOCAL_KEY": "dummy", **homes, **proxies},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
    )
    return Run(done.stdout.strip(), done.stderr, done.returncode, repository)
