"""The way to a database that may be busy: one call at a time, and after a failure none for some seconds."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from respeak.memory.store import PAUSE

PATIENCE = 0.3
"""Seconds that a call waits for its turn, and again for another process; nobody behind it waits for what failed."""


class Door:
    """A connection that its calls take in turn.

    A call that fails shuts the door for PAUSE seconds, and `other` with it: those behind it, and those that come
    meanwhile, fail at once.
    """

    def __init__(
        self, db: sqlite3.Connection, other: Door | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._other = other
        self._clock = clock
        self._lock = threading.Lock()
        self._shut_until = float("-inf")
        self._why = ""

    @contextmanager
    def turn(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one call. Raises sqlite3.Error, also if the door is shut or the turn does not come."""
        self._check()
        if not self._lock.acquire(timeout=PATIENCE):
            raise sqlite3.OperationalError(f"not done: {PATIENCE} s were not enough for the calls before it")
        try:
            self._check()
            yield self._db
        except Shut:
            raise
        except sqlite3.Error as error:
            self._shut(str(error))
            raise
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection when nobody has it."""
        with self._lock:
            self._db.close()

    def _shut(self, why: str) -> None:
        self._why = why
        self._shut_until = self._clock() + PAUSE
        if self._other is not None:
            self._other._shut(why)

    def _check(self) -> None:
        left = self._shut_until - self._clock()
        if left > 0:
            raise Shut(f"not tried, and not for another {left:.1f} s: {self._why}")


class Shut(sqlite3.OperationalError):
    """The call before failed, and this one was not tried."""
