"""The ids of all rows of the mapping, as `fixtures/rows.json` lists them.

python tests/conformance/rows.py ../shared/spec/mapping.json > fixtures/rows.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STREAM_TABLES = ("R2C-EVENT", "C2R-CHUNK")
"""Tables of streams: their rows wait for fixtures of the kind `stream`."""

STREAM_ROWS = (
    'ERROR/C error after the stream began (`data: {"error":{...}}`)',
    "ERROR/R error event or response.failed in a stream",
    "ERROR/R stream `error` event shape",
)
"""Rows of another table that speak of streams only."""


def ids(mapping: dict[str, Any]) -> Iterator[str]:
    """Every row of the tables and every field of the profiles, in the order of the specification."""
    for table, content in mapping["tables"].items():
        yield from (f"{table}/{row['source']}" for row in content["rows"])
    for profile, content in mapping["profiles"].items():
        yield from (f"PROFILE {profile}/{field}" for field in content["fields"])


def listed(mapping: dict[str, Any]) -> dict[str, list[str]]:
    """The rows that the kinds of today prove, and those that streams will."""
    found: dict[str, list[str]] = {"rows": [], "stream": []}
    for row in ids(mapping):
        streamed = row in STREAM_ROWS or row.partition("/")[0] in STREAM_TABLES
        found["stream" if streamed else "rows"].append(row)
    return found


if __name__ == "__main__":
    print(json.dumps(listed(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), indent=1, ensure_ascii=False))
