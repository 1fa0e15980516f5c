"""Memory in one SQLite file: survives restarts, shared by the processes of one machine."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping

from respeak.memory.store import MAX_AGE, MAX_BYTES

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, used REAL NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used);
CREATE TABLE IF NOT EXISTS total (bytes INTEGER NOT NULL);
INSERT INTO total SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM total);
CREATE TRIGGER IF NOT EXISTS added AFTER INSERT ON entries
  BEGIN UPDATE total SET bytes = bytes + length(new.value); END;
CREATE TRIGGER IF NOT EXISTS removed AFTER DELETE ON entries
  BEGIN UPDATE total SET bytes = bytes - length(old.value); END;
"""

WAIT = 5.0
"""Seconds to wait for another process that writes."""

AT_ONCE = 500
"""Keys that one query asks for."""

TOUCH = 60.0
"""An entry is marked as used again after so many seconds; reading need not write each time."""


class SqliteMemory:
    """Entries in a SQLite file in WAL mode; what `remember` returned from survives the death of the process.

    max_bytes   bytes of all entries together      max_age   seconds since an entry was last used
    """

    def __init__(
        self,
        path: str,
        max_bytes: int = MAX_BYTES,
        max_age: float = MAX_AGE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._clock = clock
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=WAIT, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(SCHEMA)

    def recall(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The entries that are there, now used."""
        wanted, now = list(keys), self._clock()
        found: dict[str, bytes] = {}
        with self._lock:
            for begin in range(0, len(wanted), AT_ONCE):
                some = wanted[begin : begin + AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"SELECT key, used, value FROM entries WHERE key IN ({marks}) AND used >= ?"
                rows = self._db.execute(query, [*some, now - self._max_age]).fetchall()
                found.update((key, value) for key, _, value in rows)
                stale = [(now, key) for key, used, _ in rows if now - used > TOUCH]
                self._db.executemany("UPDATE entries SET used = ? WHERE key = ?", stale)
        return found

    def remember(self, entries: Mapping[str, bytes]) -> None:
        """Keep entries, and let the oldest go."""
        now = self._clock()
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.executemany("DELETE FROM entries WHERE key = ?", [(key,) for key in entries])
                kept = [(key, now, value) for key, value in entries.items() if 0 < len(value) <= self._max_bytes]
                self._db.executemany("INSERT INTO entries VALUES (?, ?, ?)", kept)
                self._forget(now)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _forget(self, now: float) -> None:
        """What is too old, then what was used longest ago until the rest fits."""
        self._db.execute("DELETE FROM entries WHERE used < ?", [now - self._max_age])
        [over] = self._db.execute("SELECT bytes - ? FROM total", [self._max_bytes]).fetchone()
        if over <= 0:
            return
        gone = []
        for key, size in self._db.execute("SELECT key, length(value) FROM entries ORDER BY used"):
            gone.append((key,))
            over -= size
            if over <= 0:
                break
        self._db.executemany("DELETE FROM entries WHERE key = ?", gone)
