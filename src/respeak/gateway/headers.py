"""Which headers pass between client and upstream; and the upstream's own key, which never does."""

from __future__ import annotations

from collections.abc import Iterable

from respeak.memory.marks import CREDENTIALS
from respeak.wire import dumps

Raw = Iterable[tuple[bytes, bytes]]

PASSED_ON = (b"accept-language", b"idempotency-key", b"traceparent", b"tracestate")
WITH_THE_KEY = (*(name.encode() for name in CREDENTIALS), b"openai-organization", b"openai-project")
"""Headers of the client that its upstream gets; the latter only where its own key may go."""

PASSED_BACK = (
    b"retry-after",
    b"retry-after-ms",
    b"x-should-retry",
    b"x-request-id",
    b"openai-processing-ms",
    b"openai-version",
)
LIMITS = (b"x-ratelimit-", b"ratelimit")
"""Headers of the upstream that the client gets: those named, and those that begin so."""

MASK = b"***"
KEY_LENGTH = 8
"""Characters from which on a key is masked in what clients get; what is shorter is a word, such as `none`."""


def passed_on(given: Raw, *, with_the_key: bool) -> list[tuple[bytes, bytes]]:
    """What the upstream gets of a client's headers."""
    passed = (*PASSED_ON, *(WITH_THE_KEY if with_the_key else ()))
    return [(name, value) for name, value in given if name in passed]


def passed_back(given: Raw) -> dict[str, str]:
    """What the client gets of an upstream's headers."""
    named = [(name.lower(), value) for name, value in given]
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in named
        if name in PASSED_BACK or name.startswith(LIMITS)
    }


def masked(data: bytes, key: str | None) -> bytes:
    """What the client gets, without the upstream's own key: some services repeat it in their errors."""
    if key is None or len(key) < KEY_LENGTH:
        return data
    return data.replace(dumps(key)[1:-1], MASK)
