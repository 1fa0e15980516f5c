"""Memory in one SQLite file: survives restarts, shared by the processes of one machine.

One connection reads and one writes: in WAL mode those who read wait for nobody who writes.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

from respeak.memory.door import PATIENCE, Door
from respeak.memory.store import MAX_AGE, MAX_BYTES, OVERHEAD, contested, settled

VERSION = 1
"""Of the schema, in the file's `user_version`; 0 counted the values alone."""

SIZE = f"""
length({{key}}) + CASE WHEN length({{value}}) <= 900 THEN length({{value}}) + {OVERHEAD}
  ELSE {2 * OVERHEAD} + (length({{value}}) + 3681) / 4092 * 4096 END
"""
"""Bytes that an entry takes in the file: beyond about 900 a value goes to pages of its own, of 4096 bytes each."""

SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, used REAL NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used);
CREATE TABLE IF NOT EXISTS total (bytes INTEGER NOT NULL);
DELETE FROM total;
INSERT INTO total SELECT ifnull(sum({SIZE.format(key="key", value="value")}), 0) FROM entries;
DROP TRIGGER IF EXISTS added;
DROP TRIGGER IF EXISTS removed;
CREATE TRIGGER added AFTER INSERT ON entries
  BEGIN UPDATE total SET bytes = bytes + {SIZE.format(key="new.key", value="new.value")}; END;
CREATE TRIGGER removed AFTER DELETE ON entries
  BEGIN UPDATE total SET bytes = bytes - ({SIZE.format(key="old.key", value="old.value")}); END;
PRAGMA user_version = {VERSION};
COMMIT;
"""

INSERT = f"""
INSERT INTO entries SELECT column1, ?, column2 FROM (VALUES {{rows}})
  WHERE length(column2) > 0 AND {SIZE.format(key="column1", value="column2")} <= ?
"""
"""Many rows in one statement: between two statements other threads of a busy process have their turn."""

WAIT = 5.0
"""Seconds to wait for another process while the file is opened; calls have no more than PATIENCE."""

AGAIN = 0.003
BRIEF = 0.02
"""Seconds between two tries to begin to write, and those that SQLite itself waits in each."""

AT_ONCE = 400
"""Keys that one statement names."""

TOUCH = 60.0
"""An entry is marked as used again after so many seconds; reading need not be noted each time."""

TOUCHES = 10_000
"""Keys to be marked as used with the next write; more of them are not noted."""

IN_MEMORY = ":memory:"


class SqliteMemory:
    """Entries in a SQLite file in WAL mode; what `remember` returned from survives the death of the process.

    max_bytes   bytes that all entries take in the file      max_age   seconds since an entry was last used

    A file that is made can be read by its owner alone. Methods raise sqlite3.Error when the file is busy or broken,
    within half a second, and then at once for some seconds (door.py).
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
        self._touched: dict[str, float] = {}
        self._waiting: list[_Waiting] = []
        self._queue = threading.Lock()
        _prepare(path)
        self._writing = Door(_connected(path, BRIEF))
        # What cannot be read cannot be written either, and a request that does both should wait once.
        self._reading = self._writing if path == IN_MEMORY else Door(_connected(path, PATIENCE), other=self._writing)

    def recall(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The entries that are there, now used."""
        wanted, now = list(keys), self._clock()
        found: dict[str, bytes] = {}
        with self._reading.turn() as db:
            for some in _portions(wanted):
                rows = self._rows(db, some, now)
                found.update((key, value) for key, _, value in rows)
                self._touch([key for key, used, _ in rows if now - used > TOUCH], now)
        return found

    def _rows(self, db: sqlite3.Connection, keys: list[str], now: float) -> list[tuple[str, float, bytes]]:
        query = f"SELECT key, used, value FROM entries WHERE key IN ({_marks(keys)}) AND used >= ?"
        return db.execute(query, [*keys, now - self._max_age]).fetchall()

    def _touch(self, keys: list[str], now: float) -> None:
        """Note that entries were used, for the next write."""
        if len(self._touched) < TOUCHES:
            self._touched.update(dict.fromkeys(keys, now))

    def remember(self, entries: Mapping[str, bytes]) -> None:
        """Keep entries, and let the oldest go. What waits for its turn together is written together."""
        mine = _Waiting(entries)
        with self._queue:
            self._waiting.append(mine)
        try:
            with self._writing.turn() as db:
                if not mine.kept:  # else the call before this one took it along
                    self._write(db)
        finally:
            with self._queue:
                self._waiting.remove(mine)

    def _write(self, db: sqlite3.Connection) -> None:
        """Write all that waits: answers that end together cost the disk one wait."""
        with self._queue:
            waiting = [each for each in self._waiting if not each.kept]
        now, touched = self._clock(), dict(self._touched)
        with _transaction(db):
            db.executemany("UPDATE entries SET used = ? WHERE key = ?", [(used, key) for key, used in touched.items()])
            self._insert(db, [each.entries for each in waiting], now)
            self._forget(db, now)
        for each in waiting:
            each.kept = True
        for key in touched:
            self._touched.pop(key, None)

    def _insert(self, db: sqlite3.Connection, written: list[Mapping[str, bytes]], now: float) -> None:
        """Put entries in place of those before them, one answer's after the other's."""
        only = [key for entries in written for key in contested(entries)]
        there = {key: value for key, _, value in self._rows(db, only, now)} if only else {}
        for entries in written:
            there.update(settled(entries, {key: there[key] for key in contested(entries) if key in there}))
        for some in _portions(list({key for entries in written for key in entries})):
            db.execute(f"DELETE FROM entries WHERE key IN ({_marks(some)})", some)
            rows = ",".join(["(?, ?)"] * len(some))
            values = [value for key in some for value in (key, there[key])]
            db.execute(INSERT.format(rows=rows), [now, *values, self._max_bytes])

    def close(self) -> None:
        """Close the file."""
        if self._touched:
            with contextlib.suppress(sqlite3.Error):
                self.remember({})
        self._reading.close()
        self._writing.close()

    def _forget(self, db: sqlite3.Connection, now: float) -> None:
        """What is too old, then what was used longest ago until the rest fits."""
        db.execute("DELETE FROM entries WHERE used < ?", [now - self._max_age])
        [over] = db.execute("SELECT bytes - ? FROM total", [self._max_bytes]).fetchone()
        if over <= 0:
            return
        gone = []
        for key, size in db.execute(f"SELECT key, {SIZE.format(key='key', value='value')} FROM entries ORDER BY used"):
            gone.append((key,))
            over -= size
            if over <= 0:
                break
        db.executemany("DELETE FROM entries WHERE key = ?", gone)


def _portions(keys: list[str]) -> Iterator[list[str]]:
    """So many keys at once as a statement may name."""
    return (keys[begin : begin + AT_ONCE] for begin in range(0, len(keys), AT_ONCE))


def _marks(keys: list[str]) -> str:
    return ",".join("?" * len(keys))


class _Waiting:
    """Entries that wait for their turn to be written."""

    def __init__(self, entries: Mapping[str, bytes]) -> None:
        self.entries = entries
        self.kept = False


def _prepare(path: str) -> None:
    """Make the file, for its owner alone, if there is none. Raises ValueError for no path, sqlite3.Error."""
    if not path.strip():
        raise ValueError("memory has an empty path; expected sqlite:PATH")
    if path == IN_MEMORY:
        return
    with contextlib.suppress(OSError):  # SQLite says better what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    if os.path.exists(path) and not os.access(path, os.W_OK):
        raise sqlite3.OperationalError("the file is read-only")


def _connected(path: str, patience: float) -> sqlite3.Connection:
    """A connection to the file, whose schema is the one of today; its calls wait so long. Raises sqlite3.Error."""
    db = sqlite3.connect(path, timeout=WAIT, check_same_thread=False, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        [version] = db.execute("PRAGMA user_version").fetchone()
        if version < VERSION:
            db.executescript(SCHEMA)
        db.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")
    except BaseException:
        db.close()
        raise
    return db


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: what fails is undone."""
    _begin(db)
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _begin(db: sqlite3.Connection) -> None:
    """Begin to write as soon as no other process does.

    SQLite itself asks ever less often, up to 0.1 s apart, and may then miss every gap that busy processes leave.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            db.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(AGAIN)
