"""Versions of what respeak needs: those that the tests use are fixed, and the oldest are those that CI runs with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def _fixed(name: str) -> dict[str, str]:
    """Names and versions of a file of constraints."""
    lines = (ROOT / "tests" / name).read_text(encoding="utf-8").splitlines()
    return dict(line.lower().replace("_", "-").split("==") for line in lines if not line.startswith("#"))


def _named(requirement: str) -> tuple[str, str, str]:
    """Name, operator and version of a requirement; extras are left out."""
    found = re.fullmatch(r"([\w-]+)(?:\[[\w,]+\])?(>=|==)([\d.]+)", requirement)
    assert found, requirement
    return found[1], found[2], found[3]


@pytest.mark.parametrize("requirement", [need for need in (*EXTRAS["test"], *EXTRAS["dev"]) if "respeak" not in need])
def test_what_the_tests_need_is_fixed_everywhere_alike(requirement: str) -> None:
    name, operator, version = _named(requirement)
    assert operator == "=="
    assert _fixed("constraints.txt")[name] == version


@pytest.mark.parametrize(
    "requirement",
    [*PROJECT["dependencies"], *(need for extra in ("fast", "gateway", "redis") for need in EXTRAS[extra])],
)
def test_the_oldest_versions_are_those_that_ci_runs_with(requirement: str) -> None:
    name, operator, version = _named(requirement)
    assert operator == ">="
    oldest = _fixed("oldest.txt")[name]
    assert oldest.split(".")[: version.count(".") + 1] == version.split(".")
