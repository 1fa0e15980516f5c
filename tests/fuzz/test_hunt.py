"""A small share of the hunt, the same every time; what it found before is in `test_found.py`.

RESPEAK_FUZZ_SECONDS=15 hunts as many seconds with each seed, as continuous integration does.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from fuzz import hunt

SECONDS = float(os.environ.get("RESPEAK_FUZZ_SECONDS") or 5)
INPUTS = None if "RESPEAK_FUZZ_SECONDS" in os.environ else 6_000
"""So that a slow machine tries what a fast one does: the count ends it, unless seconds are asked for."""


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_mutated_bytes(seed: int) -> None:
    counts, findings = hunt.run(SECONDS if INPUTS is None else 120, seed, INPUTS)
    assert not findings, "\n".join(f"{data[:2000]!r}\n{trouble}" for data, trouble in findings)
    assert {"said", "streamed", "gathered", "exchanged", "InvalidPayload"} <= counts.keys()


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x01\x02", *(bytes((mode, 9)) for mode in range(7))])
def test_inputs_of_almost_nothing(data: bytes) -> None:
    assert hunt.attempt(data, Counter()) is None


def test_an_input_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise KeyError("x")

    monkeypatch.setattr(hunt, "DOES", dict.fromkeys(hunt.DOES, broken))
    _, findings = hunt.run(5, seed=1, inputs=20)
    assert len(findings) == 1
    assert "KeyError" in findings[0][1]
