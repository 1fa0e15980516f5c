"""The README's own blocks, marked by `<!-- name -->` and `<!-- end -->`: `python tests/readme.py` renews them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import respeak

README = Path(__file__).parents[1] / "README.md"

BARE = {
    "PYTHONIOENCODING": "utf-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONPATH": str(Path(respeak.__file__).parents[1]),  # the code that is tested, not what is installed
}
"""An environment with nothing of the caller's own."""


def block(name: str) -> str:
    """What stands between `<!-- name -->` and `<!-- end -->`."""
    found = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"README.md has no block {name}"
    return found.group(1)


def code(name: str, fence: str) -> str:
    """The fenced code inside a block."""
    found = re.search(rf"```{fence}\n(.*?)```", block(name), re.DOTALL)
    assert found, f"block {name} holds no {fence}"
    return found.group(1)


def fenced(language: str) -> str:
    """The first fenced code of a language."""
    found = re.search(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"README.md holds no {language}"
    return found.group(1)


def dialects() -> str:
    """The table of dialects, as the library has them."""
    rows = ["| dialect | speaks | endpoint | model ids | phase |", "| --- | --- | --- | --- | --- |"]
    for dialect in respeak.dialects():
        phase = "kept" if dialect.phase else "lost, reported"
        name = f"`{dialect.name}`" + (" (source only)" if dialect.source_only else "")
        models = ", ".join(f"`{model}`" for model in dialect.models)
        rows.append(f"| {name} | {dialect.title} | `{dialect.endpoint}` | {models} | {phase} |")
    return "\n".join(rows)


def example() -> tuple[str, str]:
    """What the example's command prints on stdout and stderr, trailing blanks left out."""
    [line] = [line for line in code("example-command", "console").splitlines() if line.startswith("$ respeak ")]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "request.json").write_text(code("example-request", "json"), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "respeak", *line.split()[2:]],
            cwd=folder,
            env={"COLUMNS": "110", **BARE},
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stdout.strip(), "\n".join(row.rstrip() for row in done.stderr.splitlines()).strip("\n")


def _renew(name: str, content: str) -> None:
    text = README.read_text(encoding="utf-8")
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    README.write_text(pattern.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text), encoding="utf-8")


if __name__ == "__main__":
    _renew("dialects", dialects())
    payload, losses = example()
    _renew("example-payload", f"```json\n{payload}\n```")
    _renew("example-losses", f"```text\n{losses}\n```")
