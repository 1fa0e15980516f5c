"""What keeps entries: the protocol of three methods, and the store in the process itself."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

MAX_BYTES = 256 * 1024 * 1024
MAX_AGE = 7 * 24 * 3600.0
"""Bounds of a store unless the caller says otherwise: bytes of all entries, and seconds since one was last used."""

OVERHEAD = 340
"""Bytes that an entry takes beside its key and value: 330 to 375 of resident memory here, at most 240 in SQLite."""

PAUSE = 3.0
"""Seconds after a call that waited in vain in which calls fail at once; the next one tries again."""

ONLY = b" "
"""How a value begins that must be the only one of its key: with white space, which JSON does not count."""

AMBIGUOUS = ONLY + b"null"
"""What is kept of two values for a key that may have one only: neither."""


class Memory(Protocol):
    """Where remembered turns are kept. Methods may be called from several threads.

    Keys are opaque hex strings that the caller's credential is hashed into, so that no tenant can ask for another's.
    A memory may forget at any time; it must never give what was not put under that very key.
    """

    def recall(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """The entries that are there; what is gone, too old or unreadable is left out."""
        ...

    def remember(self, entries: Mapping[str, bytes]) -> None:
        """Keep entries; an empty value forgets the key. When this returns they are kept as safely as can be.

        A value that must be the only one of its key (`contested`) meets the one before it in one step (`settled`).
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def contested(entries: Mapping[str, bytes]) -> list[str]:
    """The keys of entries that must be the only ones."""
    return [key for key, value in entries.items() if value.startswith(ONLY)]


def settled(entries: Mapping[str, bytes], before: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Entries as they are to be kept; `before` is what is there of those that must be the only ones."""
    lost = {key: AMBIGUOUS for key, value in before.items() if value != entries[key]}
    return {**entries, **lost} if lost else entries


class LocalMemory:
    """A store in the process itself: the entries used last, within bounds of size and age.

    max_bytes   bytes that all entries take, with their keys and what holds them
    max_age     seconds since an entry was last used
    """

    def __init__(
        self, max_bytes: int = MAX_BYTES, max_age: float = MAX_AGE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_bytes = max_bytes
        self._max_age = max_age
        self._clock = clock
        self._entries: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def recall(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The entries that are there, now used."""
        found = {}
        now = self._clock()
        with self._lock:
            for key in keys:
                entry = self._entries.pop(key, None)
                if entry is None:
                    continue
                if now - entry[0] > self._max_age:
                    self._size -= _size(key, entry[1])
                    continue
                self._entries[key] = (now, entry[1])
                found[key] = entry[1]
        return found

    def remember(self, entries: Mapping[str, bytes]) -> None:
        """Keep entries, and let the oldest go."""
        now = self._clock()
        with self._lock:
            before = {key: self._entries[key] for key in contested(entries) if key in self._entries}
            fresh = {key: value for key, (used, value) in before.items() if now - used <= self._max_age}
            for key, value in settled(entries, fresh).items():
                self._drop(key)
                if value and _size(key, value) <= self._max_bytes:
                    self._entries[key] = (now, value)
                    self._size += _size(key, value)
            while self._size > self._max_bytes or (self._entries and self._oldest(now)):
                self._drop(next(iter(self._entries)))

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._size = 0

    def __len__(self) -> int:
        return len(self._entries)

    def _oldest(self, now: float) -> bool:
        used, _ = next(iter(self._entries.values()))
        return now - used > self._max_age

    def _drop(self, key: str) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= _size(key, entry[1])


def _size(key: str, value: bytes) -> int:
    """Bytes that an entry takes."""
    return len(key) + len(value) + OVERHEAD
