"""How snapshots of the suite are kept: one JSON file a case, in a folder for each file of fixtures.

tests/conformance/__snapshots__/test_snapshots/request/phase/a-phase-of-null-is-no-loss.json
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from syrupy.data import Snapshot, SnapshotCollection
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation

from conformance import form
from respeak.conformance.cases import Case

FOLDER = Path(__file__).parent / "__snapshots__" / "test_snapshots"
TEST = "test_every_dialect_says_what_it_said_before"
"""The test that keeps them; syrupy knows a snapshot by it."""

LONGEST = 120
"""Characters of a file's name."""


def place(case: str) -> str:
    """Where the snapshot of a case lies, from its id: folder, file of fixtures, and its name in plain letters."""
    kind, subject, name = case.split("/", 2)
    plain = re.sub("[^a-z0-9]+", "-", name.lower().replace("'", "")).strip("-")
    return f"{kind}/{subject}/{plain[:LONGEST]}"


def left_over(cases: Iterable[Case]) -> set[Path]:
    """Files of snapshots that belong to no case."""
    return set(FOLDER.rglob("*.json")) - {FOLDER / f"{place(case.id)}.json" for case in cases}


def remove(files: Iterable[Path]) -> None:
    """Remove files, and the folders that are empty then."""
    for path in files:
        path.unlink()
        for folder in (path.parent, path.parent.parent):
            with contextlib.suppress(OSError):  # not empty
                folder.rmdir()


class CaseFile(SingleFileSnapshotExtension):
    """A snapshot as a JSON file whose place is the id of the test: `test_x[request/phase/name]`."""

    file_extension = "json"
    _write_mode = WriteMode.TEXT

    def serialize(self, data: Any, **_: Any) -> str:
        return form.laid_out(data) + "\n"

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        return test_location.snapshot_name

    @classmethod
    def get_file_basename(cls, *, test_location: PyTestLocation, index: Any) -> str:
        return test_location.snapshot_name.partition("[")[2].removesuffix("]")

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        found = SnapshotCollection(location=snapshot_location)
        path = Path(snapshot_location).relative_to(FOLDER).with_suffix("")
        found.add(Snapshot(name=f"{TEST}[{path.as_posix()}]"))
        return found

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        return snapshot_location == cls.get_location(test_location=test_location, index=0)

    def owns_snapshot_collection(self, *, filepath: str, test_location: PyTestLocation) -> bool:
        folder = Path(self.dirname(test_location=test_location))
        return filepath.endswith(".json") and Path(filepath).is_relative_to(folder)
