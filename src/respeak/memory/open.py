"""A memory by its name: `local`, `none`, `sqlite:PATH`, `redis://HOST:PORT/DB`."""

from __future__ import annotations

from respeak.memory.store import MAX_AGE, MAX_BYTES, LocalMemory, Memory


def opened(name: str, max_bytes: int = MAX_BYTES, max_age: float = MAX_AGE) -> Memory | None:
    """The memory; None for `none`. Raises ValueError for a name that is none."""
    if name == "none":
        return None
    if name == "local":
        return LocalMemory(max_bytes, max_age)
    if name.startswith("sqlite:"):
        return _sqlite(name.removeprefix("sqlite:"), max_bytes, max_age)
    if name.startswith(("redis://", "rediss://", "unix://")):
        from respeak.memory.redis import RedisMemory

        try:
            return RedisMemory(name, max_age)
        except ValueError:  # its words may hold a piece of the password
            raise ValueError("memory is no URL of Redis; expected one such as redis://HOST:6379/0") from None
    kind = name.split(":")[0]  # what follows may hold a password
    raise ValueError(f"memory is {kind!r}; expected local, none, sqlite:PATH or redis://HOST")


def _sqlite(path: str, max_bytes: int, max_age: float) -> Memory:
    import sqlite3

    from respeak.memory.sqlite import SqliteMemory

    try:
        return SqliteMemory(path, max_bytes, max_age)
    except sqlite3.Error as error:
        raise ValueError(f"memory {path}: {error}; expected a file that can be written") from None
