"""Which fields of answers the rules between fields speak of, for the printed mapping: as `told.py` for requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from respeak.crossing import answer_down as down
from respeak.crossing import answer_up as up
from respeak.crossing.answer import NOT_ECHOED
from respeak.crossing.broken import CODES
from respeak.crossing.citations import FILLED as CITATION_FILLED
from respeak.crossing.citations import NOT_A_URL
from respeak.crossing.errors import CANCELLED, DETAIL, FORM, OF_FAILED, UNKNOWN_CODE, UNSAID
from respeak.crossing.finish import (
    NO_CALLS,
    NOT_CUT,
    NOT_FINISHED,
    SAID_AS_STOP,
    UNKNOWN_FINISH,
    UNKNOWN_REASON,
    UNKNOWN_STATUS,
)
from respeak.crossing.items import MISPLACED_PHASE, PHASE, UNKNOWN_CALL
from respeak.crossing.parts import HIDDEN_REASONING, UNKNOWN_PART
from respeak.crossing.unfold import INFERRED
from respeak.plan import UNKNOWN, Told

CALL = "choices[].message.tool_calls[]"
ALWAYS_THERE = {"responses": ("id", "created_at", "model", "output"), "chat": ("id", "created", "model", "choices")}
"""Keys of every answer, which an error has no place for, by family."""


def of_error(place: str) -> Iterator[Told]:
    """What is said of an error at this place of a Chat answer, which becomes a response that failed."""
    yield Told(None, place, "error", "its message, and one of the codes there are", (DETAIL,))
    yield Told(None, f"{place}.code", "error.code", "one of the codes there are", tuple(CODES.values()))
    for key in ("type", "param", "metadata"):
        yield Told(None, f"{place}.{key}", None, "", (DETAIL,))


def of_failed(family: str) -> Iterator[Told]:
    """What is lost of an answer of a family that becomes an HTTP error."""
    others = {key for each, keys in ALWAYS_THERE.items() if each != family for key in keys}
    keys = ALWAYS_THERE[family] + tuple(key for key in OF_FAILED if key not in others and key not in FORM)
    for key in dict.fromkeys(keys):
        here, there = (key, None) if family == "responses" else (None, key)
        yield Told(here, there, None, "of an answer that failed", (OF_FAILED.get(key, UNSAID),))


DOWN = (
    Told("output[]", None, "choices[].message", "one message holds all", (down.UNKNOWN_OUTPUT, down.MORE_CALLS)),
    Told("output[]", None, None, "beside a final answer, if only that is sent", (down.COMMENTARY,)),
    Told("output[].call_id", None, f"{CALL}.id", "each once", (up.ID_MADE, down.CALL_ID)),
    Told(
        "output[].content[].annotations[]",
        None,
        "choices[].message.annotations[]",
        "citations of URLs",
        (NOT_A_URL, CITATION_FILLED),
    ),
    Told("status", None, "choices[].finish_reason", "how it ended", (NOT_FINISHED, UNKNOWN_STATUS, UNKNOWN_REASON)),
    Told("status", None, None, "HTTP 400 of a cancelled answer", (CANCELLED,)),
    Told("incomplete_details", None, None, "", (NOT_CUT,)),
    Told("incomplete_details.reason", None, "choices[].finish_reason", "the nearest", (SAID_AS_STOP, UNKNOWN_REASON)),
    Told("error", None, "error", "HTTP error body", (DETAIL,)),
    Told("error.code", None, "error.code", "with the HTTP status that belongs to it", (UNKNOWN_CODE,)),
    *of_failed("responses"),
)
UP = (
    Told(None, "choices[]", "output[]", "the first one", (up.CHOICES, UNKNOWN_FINISH)),
    Told(None, "choices[].finish_reason", "status", "how it ended", (NO_CALLS, UNKNOWN_FINISH)),
    Told(None, "choices[].message", "output[]<message>", "with a phase, if it is to be inferred", (INFERRED,)),
    Told(None, "choices[].message.phase", "output[]<message>.phase", "if there is a message", (UNKNOWN,)),
    Told(
        None,
        "choices[].message.content[]",
        "output[].content[]",
        "parts, where providers send them",
        (HIDDEN_REASONING, UNKNOWN_PART),
    ),
    Told(None, "choices[].message.annotations", None, "without a text", (up.NO_TEXT_TO_CITE,)),
    Told(
        None,
        "choices[].message.annotations[]",
        "output[].content[].annotations[]",
        "citations of URLs",
        (NOT_A_URL, CITATION_FILLED),
    ),
    Told(None, "choices[].logprobs.content", None, "without a text", (up.NO_TEXT_TO_WEIGH,)),
    Told(
        None,
        CALL,
        "output[]",
        "as the client declared the tool",
        (up.FILLED, up.ID_MADE, up.NAMELESS, up.UNREADABLE, up.UNSAID_ARGUMENTS, UNKNOWN_CALL),
    ),
    Told(None, f"{CALL}.id", "output[].call_id", "each once, of at most 64 characters", (up.ID_MADE,)),
    Told(
        None,
        "choices[].message.function_call",
        "output[]<function_call>",
        "a call with an id made for it",
        (up.LEGACY_ID, up.FILLED, up.NAMELESS, up.UNSAID_ARGUMENTS, up.UNREADABLE),
    ),
    Told(None, "metadata", "metadata", "that of the client's request", (NOT_ECHOED,)),
    *of_error("error"),
    *of_error("choices[].error"),
)

WITHIN = (
    Told("metadata", "metadata", "metadata", "that of the client's request", (NOT_ECHOED,)),
    Told(None, "choices[].message.phase", None, "left out and reported", (PHASE, MISPLACED_PHASE)),
)

TOLD: Mapping[str, tuple[Told, ...]] = {"down": DOWN, "up": UP, "within": WITHIN}
"""By direction."""
