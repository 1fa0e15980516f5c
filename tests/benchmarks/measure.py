"""Time and memory: floor and work in turns, medians.

A payload is read afresh outside of the clock, right before the work on it, as it is in a gateway: read long before, it
would have left the processor's caches, and the memory would be measured.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

Work = Callable[[Any], object]


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds, and seconds that one round should take."""

    rounds: int
    seconds: float


THOROUGH = Effort(rounds=15, seconds=0.02)
QUICK = Effort(rounds=1, seconds=0.0)


@dataclass(frozen=True)
class Timing:
    """Medians in seconds of one call of each."""

    floor: float
    work: float

    @property
    def ratio(self) -> float:
        return self.work / self.floor


def floor_of(data: list[bytes]) -> None:
    """What nobody can go below: the same bytes read and written."""
    for piece in data:
        orjson.dumps(orjson.loads(piece))


def compare(data: list[bytes], work: Work, effort: Effort) -> Timing:
    """The work on what `data` holds (one payload, or the events of a stream) beside the floor."""
    single = len(data) == 1

    def fresh() -> Any:
        return orjson.loads(data[0]) if single else [orjson.loads(piece) for piece in data]

    return timed(data, fresh, work, effort)


def timed(data: list[bytes], fresh: Callable[[], Any], work: Work, effort: Effort) -> Timing:
    """The work on what `fresh` makes beside the floor of `data`."""
    work(fresh())  # plans and validators are made at first use
    count = _count(lambda: work(fresh()), effort)
    floors, works = [], []
    for _ in range(effort.rounds):
        floors.append(_clock(floor_of, lambda: data, count))
        works.append(_clock(work, fresh, count))
    return Timing(statistics.median(floors), statistics.median(works))


def _count(call: Callable[[], object], effort: Effort) -> int:
    begun = time.perf_counter()
    call()
    once = time.perf_counter() - begun
    return max(1, min(500, int(effort.seconds / max(once, 1e-6))))


def _clock(work: Work, fresh: Callable[[], Any], count: int) -> float:
    """The mean seconds of so many calls."""
    spent = 0.0
    with no_collector():
        for _ in range(count):
            payload = fresh()
            begun = time.perf_counter()
            work(payload)
            spent += time.perf_counter() - begun
    return spent / count


@contextmanager
def no_collector() -> Iterator[None]:
    """As `timeit` does: the collector of cycles would count what others left behind."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def seconds(work: Callable[[], object], effort: Effort) -> float:
    """The median time of one call."""
    work()
    count = _count(work, effort)
    return statistics.median(_clock(lambda _: work(), lambda: None, count) for _ in range(effort.rounds))


def peak(work: Callable[[], object]) -> int:
    """The most bytes that one call holds at a time, its result included and its input not."""
    work()
    gc.collect()
    tracemalloc.start()
    try:
        kept = work()
        _, most = tracemalloc.get_traced_memory()
        del kept
    finally:
        tracemalloc.stop()
    return most


def fresh_process(code: str, effort: Effort) -> float:
    """The median seconds that a statement takes in a fresh process, measured within it."""
    script = f"import time; begun = time.perf_counter()\n{code}\nprint(time.perf_counter() - begun)"
    runs = max(1, effort.rounds // 2)
    found = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        for _ in range(runs)
    ]
    return statistics.median(map(float, found))
