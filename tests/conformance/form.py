"""How fixtures and snapshots are laid out: what fits a line stands on one line, all else is broken by key or element.

python tests/conformance/form.py            lay out every fixture anew
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures"
WIDTH = 120


def laid_out(value: Any, indent: str = "", used: int = 0) -> str:
    """A JSON value as text; `used` is the room that stands before it on its first line."""
    line = json.dumps(value, ensure_ascii=False)
    fits = len(indent) + used + len(line) < WIDTH and (indent or not isinstance(value, dict | list))
    if fits or not isinstance(value, dict | list) or not value:
        return line
    below = indent + " "
    if isinstance(value, dict):
        heads = [f"{json.dumps(key, ensure_ascii=False)}: " for key in value]
        inner = [head + laid_out(each, below, len(head)) for head, each in zip(heads, value.values(), strict=True)]
        ends = "{}"
    else:
        inner = [laid_out(each, below) for each in value]
        ends = "[]"
    return ends[0] + "\n" + ",\n".join(below + entry for entry in inner) + f"\n{indent}{ends[1]}"


def files() -> list[Path]:
    """Every JSON file of the suite."""
    return sorted(FIXTURES.rglob("*.json"))


if __name__ == "__main__":
    for path in files():
        text = path.read_text(encoding="utf-8")
        new = laid_out(json.loads(text)) + "\n"
        if new != text:
            path.write_text(new, encoding="utf-8")
            print(path.relative_to(FIXTURES))
