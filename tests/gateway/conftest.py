"""What the tests of transports and gateway share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.upstream import Server, running


@pytest.fixture
def upstream() -> Iterator[Server]:
    """A scripted upstream."""
    with running() as server:
        yield server
