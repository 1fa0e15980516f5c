"""Every mapping is locked: the input of each case, said in every dialect, as a file that people can read.

A snapshot has a key for each outcome: the dialects that share it, then payload and losses, or why there is none.
`pytest tests/conformance --snapshot-update` writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from syrupy.assertion import SnapshotAssertion

import respeak
from conformance import snapshots
from respeak.conformance.cases import Case, load

Json = dict[str, Any]

CASES = load()
SAME = "the same, without a loss"


def outcomes(case: Case) -> Json:
    """What the input becomes in each dialect; dialects with one outcome share its key."""
    found: list[tuple[list[str], Any]] = []
    for dialect in respeak.dialects():
        if case.kind == "request" and dialect.source_only:
            continue
        said = outcome(case, dialect)
        for names, other in found:
            if other == said:
                names.append(dialect.name)
                break
        else:
            found.append(([dialect.name], said))
    return {", ".join(names): said for names, said in found}


def outcome(case: Case, dialect: respeak.Dialect) -> Any:
    """Payload and losses in one dialect, whatever is lost; or what is malformed, or cannot be said at all."""
    try:
        said = SAY[case.kind](case, dialect)
    except respeak.InvalidPayload as error:
        return {"malformed": [str(violation) for violation in error.violations]}
    except respeak.TranslationError as error:
        return {"refused": [plain(loss) for loss in error.decisive]}
    if said.payload == case.input and not said.losses and said.status in (None, case.status):
        return SAME
    status = {} if said.status is None else {"status": said.status}
    return {**status, "payload": said.payload, "losses": [plain(loss) for loss in said.losses]}


def plain(loss: respeak.Loss) -> Json:
    return {"code": loss.code.value, "path": loss.path, "severity": loss.severity.value, "message": loss.message}


def request(case: Case, dialect: respeak.Dialect) -> respeak.Translation:
    options = respeak.Options(**case.options)
    return respeak.translate_request(
        case.input, source=case.source, target=dialect.name, tolerate="breaking", options=options
    )


def response(case: Case, dialect: respeak.Dialect) -> respeak.Translation:
    options = respeak.Options(**case.options)
    return respeak.translate_response(
        case.input, source=case.source, target=dialect.name, request=asked(case, dialect), options=options
    )


def error(case: Case, dialect: respeak.Dialect) -> respeak.Translation:
    assert case.status is not None
    return respeak.translate_error(
        case.input, source=case.source, target=dialect.name, status=case.status, request=asked(case, dialect)
    )


class Events(NamedTuple):
    """A stream as a translation has it."""

    payload: list[Json]
    losses: Sequence[respeak.Loss]
    status: None = None


def stream(case: Case, dialect: respeak.Dialect) -> Events:
    options = respeak.Options(**case.options)
    translator = respeak.StreamTranslator(
        source=case.source, target=dialect.name, request=asked(case, dialect), options=options
    )
    said = [event for given in case.input for event in translator.feed(given)]
    return Events([*said, *translator.close()], translator.losses)


SAY: dict[str, Any] = {"request": request, "response": response, "error": error, "stream": stream}


def asked(case: Case, dialect: respeak.Dialect) -> Json | None:
    """The client's request as a client of another dialect sends it; none where it cannot be said there."""
    if case.request is None or dialect.name == case.target:
        return case.request
    target = dialect.family if dialect.source_only else dialect.name
    try:
        return respeak.translate_request(case.request, source=case.target, target=target, tolerate="breaking").payload
    except respeak.RespeakError:
        return None


@pytest.mark.parametrize("case", CASES, ids=[snapshots.place(case.id) for case in CASES])
def test_every_dialect_says_what_it_said_before(case: Case, snapshot: SnapshotAssertion) -> None:
    assert outcomes(case) == snapshot.use_extension(snapshots.CaseFile)


def test_no_snapshot_is_left_over(request: pytest.FixtureRequest) -> None:
    """`--snapshot-update` removes them; syrupy itself sees them only when the whole suite runs."""
    left = sorted(snapshots.left_over(CASES))
    if left and request.config.getoption("--snapshot-update"):
        if hasattr(request.config, "workerinput"):
            pytest.skip("other workers read the folder: update without -n to remove what is left over")
        snapshots.remove(left)
        left = []
    assert left == []
