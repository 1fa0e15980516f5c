"""Recorded real traffic, if it lies beside the repository (`../shared/corpus`, or `RESPEAK_SHARED`)."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("RESPEAK_SHARED") or Path(__file__).parents[2] / "shared")
FOLDER = SHARED / "corpus"

needed = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded traffic is not beside the repository")

MALFORMED = {
    "rqc-6e7cd5b09234": "temperature 99, which the live service refused",
    "rqc-0d0579b96683": "temperature 100, from a recording of errors",
    "rqc-51789065dca2": "temperature 100, from a recording of errors",
    "rqc-81d973813dee": "temperature is a string, from a recording of errors",
}
"""Records that are malformed in their own dialect: the gate must refuse them."""


def records(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(FOLDER / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def requests() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, family and payload of every request."""
    for family in ("responses", "chat"):
        for name in (f"requests_{family}", f"requests_{family}_other"):
            for record in records(name):
                yield record["id"], family, record["payload"]
    for record in records("client_requests"):
        yield record["id"], record["kind"], record["payload"]


def answers() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, family and payload of every answer that was not streamed."""
    for family in ("responses", "chat"):
        for name in (f"responses_{family}", f"responses_{family}_other"):
            for record in records(name):
                yield record["id"], family, record["payload"]


def errors() -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Id, status and body of every error."""
    for name in ("errors", "errors_other"):
        for record in records(name):
            yield record["id"], record["status"] or 400, record["payload"]
