"""Responses streams that failed or broke off: what waited is said or reported, then comes the error (streaming.md 3).

Nothing that was fed is lost in silence: what was said before the error, and each loss of it, is that of an answer
that was cut there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from respeak.crossing.broken import FAILED_MESSAGE, event_error
from respeak.crossing.errors import FAILED, error_type, is_limit, words_of
from respeak.plan import Json
from respeak.streams.settle import CONTRADICTED, HELD
from respeak.streams.told import Contradicted

if TYPE_CHECKING:
    from respeak.streams.down import Down

SAID = ("id", "created_at", "model", "output")
"""Keys of a response that failed which the chunks before said."""


def error_of_event(stage: Down, event: Json) -> Json:
    """The error of an `error` event: flat as documented, or nested as the live service sends it (OBS-2)."""
    inner = event_error(event)
    found = {key: inner.get(key) for key in ("message", "code", "param")}
    status = 429 if is_limit(inner) else 500
    named = {
        "message": str(found["message"] or words_of(inner) or FAILED_MESSAGE),
        "type": inner.get("type") or error_type(status),
    }
    break_off(stage)
    said = stage.settle.blank({"status": "failed", "error": {**found, **named}})["error"]
    return {**inner, **said}


def error_of_response(stage: Down, response: Json) -> Json:
    """The error of a response that failed; before any chunk all of it is that error."""
    if response.get("status") not in FAILED:
        response["status"] = "failed"
    while stage.waiting:
        stage.next_message()
    if stage.chunks.begun:
        return _late(stage, response)
    stage.whole(response)
    error: Json = stage.settle(response)["error"]
    return error


def _late(stage: Down, response: Json) -> Json:
    """The error of a response that failed after chunks: what they say of it is not lost, as before an `error`."""
    whole = stage.whole(response)
    stage.reconcile(whole)
    stage.differing(whole)
    said, lost = stage.settle.apart({key: value for key, value in response.items() if key not in SAID})
    break_off(stage)
    for verdict, place in lost:
        stage.settle.note(verdict, place)
    error: Json = said["error"]
    return error


def break_off(stage: Down) -> None:
    """Settle an answer that did not come to its end.

    Before any chunk what is muted stays unsaid: the error is an HTTP error then, which loses all of the answer.
    """
    try:
        _say_waiting(stage)
    except Contradicted as told:
        stage.settle.note(CONTRADICTED.saying(told.why))
    if stage.muted and not stage.chunks.begun:
        stage.settle({"status": "failed", "output": stage.outputs()})
    else:
        stage.settle(stage.partial())


def _say_waiting(stage: Down) -> None:
    """Say what waits for another message, for its own phase or for the end, as far as it came."""
    while stage.waiting:
        stage.next_message()
    stage.calls.say_held()
    if stage.chunks.begun:
        stage.unmute(stage.outputs())
    stage.speech.say_cited()
    told = list(stage.told())
    for index in sorted(stage.calls.unsaid):
        stage.settle.note(HELD, ((None, "output"), told.index(index)) if index in told else None)
