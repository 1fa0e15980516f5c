"""What a client gets instead of or beside an answer: replies, errors in its own form, the header that tells losses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from respeak.crossing.errors import body, error_type
from respeak.errors import InvalidPayload, RespeakError, TranslationError
from respeak.loss import Ledger
from respeak.plan import Json
from respeak.wire import dumps

HEADER_LIMIT = 1000
"""Characters of the header that tells losses."""

PLAIN = re.compile(r"[A-Za-z0-9_./*~-]*").fullmatch
"""Matches paths that stand in a header as they are."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the client gets: HTTP status and a JSON body, which may have been written already."""

    status: int
    body: Json
    text: bytes = b""

    def encoded(self) -> bytes:
        """The body as JSON text."""
        return self.text or dumps(self.body)


ALWAYS = {"service_tier": "default", "safety_identifier": None, "prompt_cache_key": None}
"""Fields that the live service has in every Response, and strict clients require; the request says them, or nobody."""


def as_served(response: Json, asked: Json, stored: bool, now: float | None) -> None:
    """Give a Response that was made of a Chat answer what the live service has in each, though no document lists it.

    stored   this side remembers responses, unless the client asked it not to
    now      seconds since 1970; None where nobody has a clock
    """
    for name, value in ALWAYS.items():
        if response.get(name) is None:
            response[name] = asked.get(name, value)
    response.setdefault("store", stored and asked.get("store") is not False)
    response.setdefault("presence_penalty", 0.0)
    response.setdefault("frequency_penalty", 0.0)
    if response.get("completed_at") is None:
        done = response.get("status") == "completed" and now is not None
        response["completed_at"] = int(now or 0) if done else None


def refusal(error: RespeakError, status: int = 400) -> Reply:
    """The error that a client gets for a request that cannot be said: which field, why, which code."""
    if isinstance(error, TranslationError):
        loss = error.decisive[0] if error.decisive else None
        path, code = (loss.path, loss.code.value) if loss else ("", None)
    elif isinstance(error, InvalidPayload):
        path, code = error.violations[0].path, "invalid_value"
    else:
        path, code = "", None
    param = path.removeprefix("/").replace("/", ".") or None
    return Reply(status, body(str(error), error_type(status), param, code))


def bad_gateway(message: str) -> Reply:
    """The upstream did not do its part."""
    return Reply(502, body(message, "server_error", code="upstream_error"))


def forgotten(param: str | None = "previous_response_id") -> Reply:
    """Memory cannot be asked, and the request refers to what it keeps: another try may succeed."""
    message = "The memory that keeps earlier answers cannot be reached at the moment; try again."
    return Reply(503, body(message, "server_error", param, "memory_unavailable"))


def loss_header(losses: Ledger, limit: int = HEADER_LIMIT) -> str:
    """Losses for an HTTP header: worst first, counted, plain ASCII, at most `limit` characters."""
    out: list[str] = []
    room = limit
    lines = losses.summary()
    for number, line in enumerate(lines):
        times = f" x{line.count}" if line.count > 1 else ""
        path = line.path if PLAIN(line.path) else quote(line.path, safe="/*", errors="backslashreplace")
        place = f" {path}" if path else ""  # a header must not end with a space
        said = f"{line.severity.value} {line.code.value}{place}{times}"
        rest = f"; {len(lines) - number} more"
        if len(said) + len(rest) + 2 > room:
            return "; ".join(out) + rest if out else rest[2:]
        out.append(said)
        room -= len(said) + 2
    return "; ".join(out)
