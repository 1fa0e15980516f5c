"""The suite, run on respeak: every case passes, and every case is honest about its own dialects."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import respeak
from respeak import profiles
from respeak.conformance.cases import Case, load
from respeak.conformance.compare import NOTHING, at
from respeak.conformance.run import answered, asked

Json = dict[str, Any]

CASES = load()
SAID = [case for case in CASES if "payload" in case.expected]
REFUSED = [case for case in CASES if "code" in case.expected.get("error", ())]
MALFORMED = [case for case in CASES if "invalid" in case.expected.get("error", ())]
DOCUMENTED = ("responses", "chat")
"""The plain dialects: what is said in them is held to OpenAI's own documents."""


def crosses(case: Case) -> bool:
    """Between the families; within one, events are what the upstream sent."""
    return profiles.get(case.source).family != profiles.get(case.target).family


def each(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.id for case in cases])


@each(CASES)
def test_respeak_answers_as_expected(case: Case) -> None:
    result = asked(case, answered)
    assert result.passed, "\n".join([result.grade.value, *result.details])


@each(CASES)
def test_the_same_question_has_the_same_answer_and_stays_as_it_was(case: Case) -> None:
    question = case.question()
    kept = json.dumps(question)
    first = json.dumps(answered(question))
    assert json.dumps(question) == kept
    assert json.dumps(answered(copy.deepcopy(question))) == first


@each([case for case in CASES if case not in MALFORMED and case.kind != "stream"])
def test_an_input_that_is_meant_to_be_valid_is_valid_in_its_own_dialect(case: Case) -> None:
    """The gate lets it through: a dialect said in itself comes out equal."""
    status = {"status": case.status} if case.kind == "error" else {}
    said = SAY[case.kind](case.input, source=case.source, target=case.source, **status)
    assert said.payload == case.input
    assert not said.losses


SAY: dict[str, Any] = {
    "request": respeak.translate_request,
    "response": respeak.translate_response,
    "error": respeak.translate_error,
}


@each(MALFORMED)
def test_a_malformed_input_is_refused_by_its_own_dialect_too(case: Case) -> None:
    status = {"status": case.status} if case.kind == "error" else {}
    with pytest.raises(respeak.InvalidPayload):
        SAY[case.kind](case.input, source=case.source, target=case.source, **status)


@each([case for case in CASES if case.request is not None])
def test_the_clients_request_is_one_in_the_clients_dialect(case: Case) -> None:
    respeak.translate_request(case.request, source=case.target, target=profiles.get(case.target).family)


@each([case for case in SAID if case.kind in ("request", "response") and case.target in DOCUMENTED])
def test_an_expected_payload_is_what_the_target_documents(case: Case) -> None:
    kind = "error" if "status" in case.expected else case.kind
    assert [
        str(violation) for violation in respeak.validate(case.expected["payload"], dialect=case.target, kind=kind)
    ] == []


@each([case for case in SAID if case.kind == "stream" and case.target in DOCUMENTED and crosses(case)])
def test_the_events_of_an_answer_are_what_the_target_documents(case: Case) -> None:
    """The whole events, of which a case lists only what matters; an error frame is an error."""
    for event in answered(case.question())["payload"]:
        kind = "error" if "error" in event and "type" not in event else "event"
        assert [str(found) for found in respeak.validate(event, dialect=case.target, kind=kind)] == []


@each(SAID)
def test_every_expected_loss_has_a_place_in_the_input_or_beside_it(case: Case) -> None:
    """A place that is missing in the input is a key of an object that is there."""
    given = case.input if case.kind != "stream" else respeak.answer_of(case.input, dialect=case.source)
    for loss in case.expected["losses"]:
        parent = loss["path"].rpartition("/")[0]
        assert at(given, loss["path"]) is not NOTHING or isinstance(at(given, parent), dict), loss


@each(REFUSED)
def test_an_expected_refusal_is_the_only_one(case: Case) -> None:
    """Another implementation may look at the payload in another order: code and place must not depend on it."""
    with pytest.raises(respeak.TranslationError) as caught:
        translated(case)
    assert {(loss.code.value, loss.path) for loss in caught.value.decisive} == {
        (case.expected["error"]["code"], case.expected["error"]["path"])
    }


def translated(case: Case) -> respeak.Translation:
    more: Json = {} if case.kind == "request" else {"request": case.request}
    found: respeak.Translation = SAY[case.kind](
        case.input,
        source=case.source,
        target=case.target,
        tolerate=case.tolerate,
        options=respeak.Options(**case.options),
        **more,
    )
    return found
