"""Every answer of the fixtures as a stream: one that only its last event tells, and one in pieces.

Both must say what the answer says in one piece, whatever its provider leaves out.
"""

from __future__ import annotations

from typing import Any

import pytest

import respeak
from conformance import form
from respeak.conformance.cases import Case, load

Json = dict[str, Any]

FAMILY = {dialect.name: dialect.family for dialect in respeak.dialects()}
ANSWERS = [
    case
    for case in load(form.FIXTURES)
    if case.kind == "response" and "payload" in case.expected and "status" not in case.expected
]
DOWN = [case for case in ANSWERS if FAMILY[case.source] == "responses" and FAMILY[case.target] == "chat"]
UP = [
    case
    for case in ANSWERS
    if FAMILY[case.source] == "chat"
    and FAMILY[case.target] == "responses"
    and all(choice.get("finish_reason") for choice in case.input["choices"] or [{}])  # else the stream was cut
]


def last_event_alone(response: Json) -> list[Json]:
    """A stream whose pieces got lost: it begins, and its end tells everything."""
    begun = {**response, "status": "in_progress", "output": []}
    begun.pop("output_text", None)
    kind = "incomplete" if response.get("status") == "incomplete" else "completed"
    return [{"type": "response.created", "response": begun}, {"type": f"response.{kind}", "response": response}]


def options(case: Case) -> respeak.Options:
    return respeak.Options(**case.options)


def streamed(case: Case, events: list[Json]) -> Json:
    """What a client puts together that gets the translated events, or the error that came instead."""
    translator = respeak.StreamTranslator(
        source=case.source, target=case.target, request=case.request, options=options(case)
    )
    said = [out for event in events for out in translator.feed(event)] + translator.close()
    failed = [event for event in said if "error" in event and "choices" not in event and "type" not in event]
    return failed[0] if failed else respeak.answer_of(said, dialect=case.target)


def whole(case: Case) -> Json:
    translated = respeak.translate_response(
        case.input, source=case.source, target=case.target, request=case.request, options=options(case)
    )
    return translated.payload


def told(answer: Json) -> Json:
    """What a Chat answer says: text, refusal, calls and how it ended, without ids."""
    [choice] = answer["choices"]
    message = choice["message"]
    calls = [
        call.get("function") or call["custom"]
        for call in [*(message.get("tool_calls") or []), {"function": message.get("function_call")}]
        if any(call.values())
    ]
    return {
        "content": message.get("content") or None,
        "refusal": message.get("refusal") or None,
        "calls": [call for call in calls if call],
        "finish": choice["finish_reason"],
    }


def said(response: Json) -> list[Json]:
    """What a response says, item by item, without ids; the pieces of a text are one."""
    wanted = ("type", "role", "summary", "name", "arguments", "input", "action", "operation", "phase")
    return [{**{key: item.get(key) for key in wanted}, "content": _joined(item)} for item in response["output"]]


def _joined(item: Json) -> list[Json]:
    out: list[Json] = []
    for part in item.get("content") or ():
        if out and part["type"] == out[-1]["type"] == "output_text" and not part["annotations"]:
            out[-1] = {**out[-1], "text": out[-1]["text"] + part["text"]}
        else:
            out.append(part)
    return out


@pytest.mark.parametrize("case", DOWN, ids=lambda case: case.id)
def test_an_answer_that_only_the_last_event_tells_is_said_whole(case: Case) -> None:
    assert told(streamed(case, last_event_alone(case.input))) == told(whole(case))


@pytest.mark.parametrize("case", DOWN, ids=lambda case: case.id)
def test_an_answer_in_events_says_what_it_says_in_one_piece(case: Case) -> None:
    assert told(streamed(case, respeak.stream_of(case.input, dialect=case.source))) == told(whole(case))


@pytest.mark.parametrize("case", UP, ids=lambda case: case.id)
def test_an_answer_in_chunks_says_what_it_says_in_one_piece(case: Case) -> None:
    answer = streamed(case, respeak.stream_of(case.input, dialect=case.source))
    expected = whole(case)
    assert (answer["status"], said(answer)) == (expected["status"], said(expected))
