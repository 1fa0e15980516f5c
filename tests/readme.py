"""The README's own blocks: marked by `<!-- name -->` and `<!-- end -->`, so that tests can run and renew them."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


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
