"""A small suite of its own for the tests of the machinery: five cases, one of each kind of expectation."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from respeak.conformance.cases import Case, load
from respeak.conformance.grade import Result
from respeak.conformance.run import answered, run

Json = dict[str, Any]

COMMENTARY: Json = {
    "name": "commentary is dropped for Chat",
    "source": "responses",
    "target": "chat",
    "input": {"model": "m", "input": [{"role": "assistant", "content": "Hm.", "phase": "commentary"}]},
    "expected": {
        "payload": {"model": "m", "messages": [{"role": "assistant", "content": "Hm."}]},
        "losses": [{"code": "phase_dropped", "path": "/input/0/phase", "severity": "degrading"}],
    },
}
PLAIN: Json = {
    "name": "plain text is the same in both families",
    "rows": ["OBS-12"],
    "source": "chat",
    "target": "responses",
    "input": {"model": "m", "messages": [{"role": "user", "content": "Hi <b>&amp;</b>."}], "store": False},
    "expected": {
        "payload": {"model": "m", "input": [{"role": "user", "content": "Hi <b>&amp;</b>."}], "store": False},
        "losses": [],
    },
}
REFUSED: Json = {
    **COMMENTARY,
    "name": "a caller who tolerates nothing is refused",
    "tolerate": "none",
    "expected": {"error": {"code": "phase_dropped", "path": "/input/0/phase"}},
}
MALFORMED: Json = {
    **COMMENTARY,
    "name": "content that is a number is malformed",
    "input": {"model": "m", "input": [{"role": "user", "content": 5}]},
    "expected": {"error": {"invalid": "/input/0/content"}},
}
NOT_FOUND: Json = {
    "name": "an unknown model stays a 404",
    "source": "chat",
    "target": "responses",
    "status": 404,
    "input": {"error": {"message": "No such model.", "type": "invalid_request_error", "param": None, "code": None}},
    "expected": {
        "payload": {
            "error": {"message": "No such model.", "type": "invalid_request_error", "param": None, "code": None}
        },
        "losses": [],
        "status": 404,
    },
}
REQUESTS = (COMMENTARY, PLAIN, REFUSED, MALFORMED)


def file(*cases: Json, subject: str = "phase", rows: tuple[str, ...] = ("R2C-REQ/input",)) -> Json:
    """A file of cases, which the caller may spoil."""
    return copy.deepcopy({"subject": subject, "rows": list(rows), "cases": list(cases)})


def written(folder: Path, files: dict[str, Any]) -> Path:
    """A folder with these files: `request/phase.json` to its content, text as it is."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def suite(folder: Path) -> Path:
    """The folder with all five cases."""
    return written(
        folder,
        {
            "request/phase.json": file(*REQUESTS),
            "error/codes.json": file(NOT_FOUND, subject="codes", rows=("ERROR/HTTP",)),
        },
    )


def cases(folder: Path) -> dict[str, Case]:
    """The five cases by name."""
    return {case.name: case for case in load(suite(folder))}


def case(folder: Path, *given: Json) -> Case:
    """The one case of a file with it."""
    return load(written(folder, {f"{'error' if 'status' in given[0] else 'request'}/one.json": file(*given)}))[0]


def results(folder: Path) -> list[Result]:
    """What respeak makes of the five cases."""
    return list(run(load(suite(folder)), answered))
