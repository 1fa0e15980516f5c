"""The cases of the suite, read from `fixtures/<kind>/<subject>.json`.

A folder of cases is checked as it is read; whatever is wrong with it is one line that names file and place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from respeak.entry import value_of
from respeak.plan import Json

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

KINDS = ("request", "response", "error", "stream")
"""The folders that hold cases."""

TOLERATE = {"request": "degrading", "response": "breaking", "error": "breaking", "stream": "breaking"}
"""The worst loss that goes through where a case does not say it."""

QUESTION = ("kind", "source", "target", "tolerate", "options", "request", "status", "input")
"""What an implementation is asked, after `id`; the key is always there, null where the case is silent."""


class FixtureError(ValueError):
    """A fixture that is no fixture; the message is one line with file and place."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to translate and what must come of it."""

    id: str
    kind: str
    subject: str
    name: str
    rows: tuple[str, ...]
    source: str
    target: str
    tolerate: str
    options: Json
    request: Json | None
    status: int | None
    input: Any
    expected: Json

    def question(self) -> Json:
        """The case as an implementation is asked it: without name, rows and expectation."""
        return {"id": self.id, **{key: getattr(self, key) for key in QUESTION}}

    def speaks_of(self, text: str) -> bool:
        """True when `text` stands in the id, the route, a row or an expected code; case does not matter."""
        codes = [loss["code"] for loss in self.expected.get("losses", ())]
        codes.append(self.expected.get("error", {}).get("code", ""))
        words = (self.id, self.subject, f"{self.source} to {self.target}", *self.rows, *codes)
        return any(text.lower() in word.lower() for word in words)


def load(folder: Path | None = None) -> list[Case]:
    """All cases of a folder, or of the suite that is shipped with respeak. Raises FixtureError."""
    root: Traversable = folder if folder is not None else bundled()
    if not root.is_dir():
        raise FixtureError(f"{root}: expected a folder of fixtures, found none")
    return [case for kind, name, data in _files(root) for case in _read(kind, name, data)]


@cache
def bundled() -> Traversable:
    """The fixtures within the installed package, or beside the sources."""
    packed = resources.files("respeak") / "_fixtures"
    return packed if packed.is_dir() else Path(__file__).parents[3] / "fixtures"


def schema() -> Json:
    """The JSON Schema of a fixture file."""
    from respeak.schemas import folder

    found: Json = json.loads((folder() / "fixture.json").read_text(encoding="utf-8"))
    return found


def chosen(cases: Sequence[Case], text: str) -> list[Case]:
    """The cases that speak of `text`, all for the empty one."""
    return [case for case in cases if case.speaks_of(text)]


def _files(root: Traversable) -> Iterator[tuple[str, str, bytes]]:
    """Kind, name (`request/phase.json`) and content of every file with cases, in order; raises FixtureError."""
    for kind in KINDS:
        folder = root / kind
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else ():
            if not entry.name.endswith(".json"):
                continue
            try:
                yield kind, f"{kind}/{entry.name}", entry.read_bytes()
            except OSError as error:
                raise FixtureError(f"{kind}/{entry.name}: cannot be read: {error.strerror}") from None


def _read(kind: str, name: str, data: bytes) -> Iterator[Case]:
    """The cases of one file; raises FixtureError."""
    try:
        file = value_of(data.decode(), _unrepeated)
    except UnicodeDecodeError as error:
        raise FixtureError(f"{name}: expected UTF-8, found byte {error.object[error.start]:#04x}") from None
    except ValueError as error:
        raise FixtureError(f"{name}: expected a JSON document, found none: {error}") from None
    _check_form(name, file)
    seen: set[str] = set()
    for index, case in enumerate(file["cases"]):
        _check_sense(kind, f"{name}: /cases/{index}", case)
        if case["name"] in seen:
            raise FixtureError(f'{name}: /cases/{index}/name: expected a name of its own, found "{case["name"]}" again')
        seen.add(case["name"])
        yield _case(kind, name, file, case)


def _case(kind: str, name: str, file: Json, case: Json) -> Case:
    return Case(
        id=f"{name.removesuffix('.json')}/{case['name']}",
        kind=kind,
        subject=file["subject"],
        name=case["name"],
        rows=tuple(dict.fromkeys([*file["rows"], *case.get("rows", ())])),
        source=case["source"],
        target=case["target"],
        tolerate=case.get("tolerate", TOLERATE[kind]),
        options=case.get("options", {}),
        request=case.get("request"),
        status=case.get("status"),
        input=case["input"],
        expected=case["expected"],
    )


def _check_form(name: str, file: Any) -> None:
    """The file is what the schema says; the most telling trouble is named."""
    from respeak.schemas.violations import violations

    found = violations(_validator(), file)
    if found:
        raise FixtureError(f"{name}: {found[0]}")


def _check_sense(kind: str, where: str, case: Json) -> None:
    """What a schema of one file cannot say: which keys go with which kind."""
    if kind == "request" and case.get("request") is not None:
        raise FixtureError(f"{where}/request: expected no client's request beside a request, found one")
    payload = case["expected"].get("payload")
    if kind == "stream" and not (isinstance(case["input"], list) and isinstance(payload, list | None)):
        raise FixtureError(f"{where}: expected arrays of events as input and payload of a stream")
    if kind != "stream" and (isinstance(payload, list) or "absent" in case["expected"]):
        raise FixtureError(f"{where}/expected/payload: expected an object; arrays and absent are for streams")
    if (kind == "error") != ("status" in case):
        raise FixtureError(f"{where}/status: expected for errors and for nothing else")
    if kind == "error" and "payload" in case["expected"] and "status" not in case["expected"]:
        raise FixtureError(f"{where}/expected/status: expected the HTTP status of an error, found none")


@cache
def _validator() -> Validator:
    from jsonschema import Draft202012Validator

    validator: Validator = Draft202012Validator(schema())
    return validator


def _unrepeated(pairs: list[tuple[str, Any]]) -> Json:
    """An object without a key that stands twice, which most readers would swallow."""
    found = dict(pairs)
    if len(found) < len(pairs):
        _twice(pairs)
    return found


def _twice(pairs: list[tuple[str, Any]]) -> NoReturn:
    seen: set[str] = set()
    key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    raise ValueError(f'the key "{key}" stands twice in an object')
