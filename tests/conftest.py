"""What the whole suite shares: the table of refusals and losses that recorded traffic met, printed at the end."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

MET = pytest.StashKey[Counter[tuple[str, ...]]]()


@pytest.fixture(scope="session")
def met(request: pytest.FixtureRequest) -> Counter[tuple[str, ...]]:
    """Counts of (what, kind, source, target, severity, code), kept for the end of the session."""
    return request.config.stash.setdefault(MET, Counter())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands its counts to the controller."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["met"] = [[list(key), count] for key, count in session.config.stash.get(MET, Counter()).items()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """The controller adds up what its workers met."""
    met = node.config.stash.setdefault(MET, Counter())
    for key, count in getattr(node, "workeroutput", {}).get("met", ()):
        met[tuple(key)] += count


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print what recorded traffic met on its way, when the suite ran on it."""
    met = config.stash.get(MET, Counter())
    if not met:
        return
    terminalreporter.section("recorded traffic: refused and lost, by route")
    routes = sorted({key[1:4] for key in met})
    for kind, source, target in routes:
        counts = {what: _worst(met, what, (kind, source, target)) for what in ("refused", "lost")}
        told = met["told", kind, source, target, "", ""]
        terminalreporter.line(
            f"{kind:8} {source:>11} to {target:<15} {told:5} said  {counts['refused'] or 'none refused'}"
        )
        if counts["lost"]:
            terminalreporter.line(f"{'':42} lost: {counts['lost']}")


def _worst(met: Counter[tuple[str, ...]], what: str, route: tuple[str, ...]) -> str:
    """The most frequent codes of a route, harmless ones left out."""
    found = [(key[5], count) for key, count in met.items() if key[0] == what and key[1:4] == route]
    shown = sorted(found, key=lambda pair: (-pair[1], pair[0]))[:5]
    return ", ".join(f"{code} x{count}" for code, count in shown)
