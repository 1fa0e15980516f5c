"""The suite, run on an implementation: on respeak itself, or on whatever answers questions.

An implementation is a function from a question (`Case.question()`) to an answer: `{payload, losses, status?}`,
`{error: {code, path}}`, `{error: {invalid: path}}` or `{skipped: reason}`. One that raises has crashed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import respeak
from respeak.conformance.cases import Case
from respeak.conformance.grade import Result, crashed, graded
from respeak.plan import Json

Implementation = Callable[[Json], Json]


class NoAnswer(Exception):
    """The implementation gave nothing that can be graded; the message says what happened, in one line."""


def run(cases: Iterable[Case], implementation: Implementation) -> Iterator[Result]:
    """Each case, asked and graded, one after another."""
    for case in cases:
        yield asked(case, implementation)


def asked(case: Case, implementation: Implementation) -> Result:
    """One case, asked and graded."""
    start = time.perf_counter()
    try:
        answer = implementation(case.question())
    except NoAnswer as error:
        return crashed(case, str(error), time.perf_counter() - start)
    except Exception as error:  # whatever it is, it is this case's fault and nobody else's
        return crashed(case, f"{type(error).__name__}: {error}".splitlines()[0], time.perf_counter() - start)
    return graded(case, answer, time.perf_counter() - start)


def answered(question: Json) -> Json:
    """What respeak answers to a question."""
    try:
        said = SAYS[question["kind"]](question)
    except respeak.TranslationError as error:
        return {"error": {"code": error.decisive[0].code.value, "path": error.decisive[0].path}}
    except respeak.InvalidPayload as error:
        return {"error": {"invalid": error.violations[0].path}}
    answer: Json = {"payload": said.payload, "losses": [loss.as_dict() for loss in said.losses]}
    return answer if said.status is None else {**answer, "status": said.status}


def _request(question: Json) -> respeak.Translation:
    return respeak.translate_request(question["input"], tolerate=question["tolerate"], **_route(question))


def _response(question: Json) -> respeak.Translation:
    asked = {"request": question["request"], "tolerate": question["tolerate"]}
    return respeak.translate_response(question["input"], **asked, **_route(question))


def _error(question: Json) -> respeak.Translation:
    asked = {"request": question["request"], "status": question["status"]}
    return respeak.translate_error(question["input"], **asked, **_route(question))


def _route(question: Json) -> Json:
    """What every call is told: the dialects and the choices."""
    options = respeak.Options(**question["options"])
    return {"source": question["source"], "target": question["target"], "options": options}


class _Stream(NamedTuple):
    """The events of a stream and its losses, as a translation has payload and losses."""

    payload: list[Json]
    losses: Sequence[respeak.Loss]
    status: None = None


def _stream(question: Json) -> _Stream:
    translator = respeak.StreamTranslator(request=question["request"], **_route(question))
    said = [event for found in question["input"] for event in translator.feed(found)]
    said += translator.close()
    return _Stream(said, translator.losses)


SAYS: dict[str, Callable[[Json], respeak.Translation | _Stream]] = {
    "request": _request,
    "response": _response,
    "error": _error,
    "stream": _stream,
}
