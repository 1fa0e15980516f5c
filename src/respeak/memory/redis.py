"""Memory in Redis: several gateways, one memory (extra `redis`)."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import redis
from redis.client import Pipeline

from respeak.memory.store import MAX_AGE, PAUSE, contested, settled

PREFIX = "respeak:"
PATIENCE = 0.5
"""Seconds that Redis may keep us waiting before the answer goes on without it."""


class RedisMemory:
    """Entries in Redis, each of which ends `max_age` seconds after it was last used.

    The size is bounded by the server's own `maxmemory`. Methods raise redis.RedisError when it is gone; the gateway
    goes on without memory then, and with it as soon as it is back; after a server that did not answer in time, PAUSE
    seconds later.
    """

    def __init__(self, url: str, max_age: float = MAX_AGE) -> None:
        self._shut_until = float("-inf")
        self._seconds = max(1, math.ceil(max_age))
        self._redis = redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, health_check_interval=30
        )

    def recall(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The entries that are there, now used."""
        wanted = list(keys)
        if not wanted:
            return {}
        with self._pipeline(transaction=False) as pipe:
            for key in wanted:
                pipe.getex(PREFIX + key, ex=self._seconds)
            values = pipe.execute()
        return {key: value for key, value in zip(wanted, values, strict=True) if value}

    def remember(self, entries: Mapping[str, bytes]) -> None:
        """Keep entries; an empty value forgets the key."""
        with self._pipeline(transaction=True) as pipe:
            while not self._kept(pipe, entries):
                pipe.reset()

    def _kept(self, pipe: Pipeline, entries: Mapping[str, bytes]) -> bool:
        """Keep entries; False if another gateway has just kept one of those that must be the only ones."""
        only = [PREFIX + key for key in contested(entries)]
        before: dict[str, bytes] = {}
        if only:
            pipe.watch(*only)  # type: ignore[no-untyped-call]
            values: list[Any] = pipe.mget(only)
            before = {key.removeprefix(PREFIX): value for key, value in zip(only, values, strict=True) if value}
            pipe.multi()
        for key, value in settled(entries, before).items():
            if value:
                pipe.set(PREFIX + key, value, ex=self._seconds)
            else:
                pipe.delete(PREFIX + key)
        try:
            pipe.execute()
        except redis.WatchError:
            return False
        return True

    @contextmanager
    def _pipeline(self, transaction: bool) -> Iterator[Pipeline]:
        """Commands that go together. Fails at once for a while after a server that did not answer."""
        if time.monotonic() < self._shut_until:
            raise redis.TimeoutError("not tried: Redis has just not answered in time")
        try:
            with self._redis.pipeline(transaction=transaction) as pipe:
                yield pipe
        except redis.TimeoutError:
            self._shut_until = time.monotonic() + PAUSE
            raise

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()
