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
        from respeak.memory.sqlite import SqliteMemory

        return SqliteMemory(name.removeprefix("sqlite:"), max_bytes, max_age)
    if name.startswith(("redis://", "rediss://", "unix://")):
        from respeak.memory.redis import RedisMemory

        return RedisMemory(name, max_age)
    raise ValueError(f"memory is {name!r}; expected local, none, sqlite:PATH or redis://HOST")
