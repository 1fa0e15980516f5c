"""What the operator sees: Prometheus metrics and one structured line for each exchange. Never a key, never a value.

Of what clients send the log has codes and places: paths of URLs, with the ids in them, and places in payloads, with
names of fields as the client wrote them. Metrics have codes alone.
"""

from __future__ import annotations

import sys
import traceback
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from respeak.exchange import Exchange
from respeak.reply import Reply

LABELS = ("client", "upstream", "status")

SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600)
"""Bounds of the times that are counted apart: models take their time."""


class Watch:
    """Metrics of one gateway, and its log."""

    def __init__(self, log: Any = None) -> None:
        self.registry = CollectorRegistry()
        self._log = log or structlog.wrap_logger(
            structlog.WriteLogger(sys.stderr),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.processors.JSONRenderer(),
            ],
        )
        named: dict[str, Any] = {"registry": self.registry}
        self._requests = Counter("respeak_requests", "Exchanges; with no upstream if none was asked.", LABELS, **named)
        refused = "Requests that the gateway refused and no upstream saw, by code."
        self._refused = Counter("respeak_refused", refused, ("code",), **named)
        losses = Counter("respeak_losses", "Losses, by code and severity.", ("code", "severity"), **named)
        self._losses = cache(losses.labels)
        self._hits = Counter("respeak_memory_hits", "Turns given back from memory.", **named)
        self._seconds = Histogram(
            "respeak_seconds", "Time to the end of the answer.", ("upstream",), buckets=SECONDS, **named
        )
        self.under_way = 0
        Gauge("respeak_open_exchanges", "Exchanges under way.", **named).set_function(lambda: self.under_way)
        self._faults = Counter("respeak_memory_faults", "Calls of the memory that failed.", **named)
        broken = "Streams that failed after 200 was sent."
        self._failed = Counter("respeak_failed_streams", broken, ("upstream",), **named)

    def told(self, exchange: Exchange, name: str, status: int, seconds: float, **more: Any) -> None:
        """An exchange is over; `more` goes into the log as it is, `failed` of a stream that did so is counted too."""
        client = exchange.client.name
        self._requests.labels(client, name, str(status)).inc()
        self._seconds.labels(name).observe(seconds)
        self._hits.inc(exchange.hits)
        if more.get("failed"):
            self._failed.labels(name).inc()
        for line in exchange.losses.summary():
            self._losses(line.code.value, line.severity.value).inc(line.count)
        said = {"client": client, "upstream": name, "status": status, "seconds": round(seconds, 4)}
        self._log.info("exchange", **said, **more)

    def refused(self, path: str, reply: Reply) -> None:
        """A request that reached no upstream: the gateway's own code for it, and which field it is about."""
        error = reply.body["error"]
        code = str(error["code"])
        self._requests.labels("", "", str(reply.status)).inc()
        self._refused.labels(code).inc()
        said = f"{code} {error['param']}"[:300] if error["param"] else code
        self._log.info("refused", path=path, status=reply.status, refused=said)

    def failed(self, error: Exception) -> None:
        """A fault of the gateway's own, with the place of it."""
        last = traceback.extract_tb(error.__traceback__)[-1:]
        where = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in last]
        self._log.error("fault", error=type(error).__name__, where=where)

    def memory_failed(self, error: Exception) -> None:
        """The memory is gone; answers go on without it."""
        self._faults.inc()
        self._log.warning("memory", error=f"{type(error).__name__}: {error}"[:300])

    def note(self, event: str, **more: Any) -> None:
        """Something the operator may want to know."""
        self._log.info(event, **more)

    def exposition(self) -> bytes:
        """The metrics as Prometheus reads them."""
        return generate_latest(self.registry)
