"""`python -m tests.benchmarks`: measure, and print one table."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import warnings
from pathlib import Path

from .measure import QUICK, THOROUGH
from .peers import MODULES, Peer, present
from .table import GROUPS, Row


def main(arguments: list[str] | None = None) -> int:
    """Print the table as Markdown; the exit code is 1 if a budget is not held."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="respeak against the JSON floor")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    parser.add_argument("--only", choices=GROUPS, action="append", help="a group of rows; may be repeated")
    parser.add_argument("--quick", action="store_true", help="once through everything; the figures mean little")
    parser.add_argument("--no-peers", action="store_true", help="respeak alone")
    chosen = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    peers, absent = ([], ["not asked for"]) if chosen.no_peers else present()
    effort = QUICK if chosen.quick else THOROUGH
    rows = []
    for name in chosen.only or GROUPS:
        for row in GROUPS[name](effort, peers):
            rows.append(row)
            print(f"{row.what} ...", file=sys.stderr, flush=True)
    print("\n".join(lines(rows, peers, absent)))
    if chosen.json:
        machine = {"python": platform.python_version(), "peers": {peer.name: peer.version for peer in peers}}
        figures = {**machine, "rows": [row.as_dict() for row in rows]}
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return int(any(row.held is False for row in rows))


def lines(rows: list[Row], peers: list[Peer], absent: list[str]) -> list[str]:
    """The table, then what does not fit into it."""
    names = [name for name in MODULES if any(name in row.peers for row in rows)]
    head = ["what", "size", "us", "ratio", "budget", "held", *names]
    cells = [head, ["---"] * len(head), *([*_own(row), *(_cell(row, name) for name in names)] for row in rows)]
    out = ["| " + " | ".join(line) + " |" for line in cells]
    out += [
        "",
        "ratio: to orjson.loads + orjson.dumps of the same bytes, unless the row says of what; us: of one call,",
    ]
    out += ["or of one event of a stream. A peer without a figure has no function for the job."]
    out += [f"{peer.name} {peer.version}" for peer in peers]
    out += [f"left out: {line}" for line in absent]
    out += [f"{row.what}: {name} {said}" for row in rows for name, said in row.peers.items() if isinstance(said, str)]
    return out


def _own(row: Row) -> list[str]:
    ratio = row.unit if row.ratio is None else f"{row.ratio:.2f}"
    if row.ratio is not None and row.group in ("import", "memory"):
        ratio += f" of {row.unit}"
    held = {None: "", True: "yes", False: "NO"}[row.held]
    micros = f"{row.micros:.1f}" if row.micros else ""
    return [row.what, row.size, micros, ratio, f"{row.budget:g}" if row.budget else "", held]


def _cell(row: Row, name: str) -> str:
    said = row.peers.get(name, "")
    return f"{said:.1f}" if isinstance(said, float) else "fails" if said else ""


if __name__ == "__main__":
    sys.exit(main())
