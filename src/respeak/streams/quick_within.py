"""The hot path within a family: a piece of text or arguments passes, noted for the finished answer.

As in `quick.py`, whatever is out of the ordinary gives None and goes the long way, which says the very same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from respeak.plan import Json
from respeak.streams.gather_chat import STRINGS, GatheredChoice
from respeak.streams.legacy import AsFunction, AsTools
from respeak.streams.quick import Quick, is_entry, is_summary
from respeak.streams.within import ChatWithin, ResponsesWithin

NOTHING: tuple[object, ...] = (None, [])


Behind: TypeAlias = AsFunction | AsTools | None


def _chunk(stage: ChatWithin, chunk: Json) -> list[Json] | None:
    """The chunk of a piece, in head and choice like those of the chunk before; None for any other chunk."""
    choices, pattern, gathered = _choices(stage, chunk), stage.choice, stage.gathered.choices.get(0)
    choice = choices[0] if choices.__class__ is list and len(choices) == 1 else None
    if choice.__class__ is not dict or gathered is None:
        return None
    pattern["delta"] = delta = choice.get("delta")
    if choice != pattern or choice["index"].__class__ is not int or delta.__class__ is not dict or len(delta) != 1:
        return None
    [(name, value)] = delta.items()
    note = NOTED.get(name)
    piece = note(stage.behind, gathered, choice, value) if note is not None else None
    if piece is None:
        return None
    if stage.same or not piece:
        return [chunk] if piece else []
    said = stage.said.copy()
    if stage.behind is None:
        said["choices"] = choices
    else:
        shown = stage.shown.copy()
        shown["delta"] = piece
        said["choices"] = [shown]
    if stage.padded and "obfuscation" in chunk:
        said["obfuscation"] = chunk["obfuscation"]
    return [said]


def _choices(stage: ChatWithin, chunk: Json) -> Any:
    """The choices of a chunk that has beside them, and beside its padding, what the chunk before had; else None."""
    head, choices = stage.head, chunk.get("choices")
    head["choices"] = choices
    if "obfuscation" in chunk:
        if chunk["obfuscation"].__class__ is not str or stage.padded is None:
            return None
        head["obfuscation"] = chunk["obfuscation"]
    elif "obfuscation" in head:
        del head["obfuscation"]
    return choices if chunk == head and head.get("usage") is None else None


def _text(behind: Behind, gathered: GatheredChoice, choice: Json, value: Any) -> Json | None:
    """A piece of text."""
    pieces = gathered.strings.get("content")
    if pieces is None or value.__class__ is not str or not value:
        return None
    if behind is not None and not behind.more_text(choice):
        return None
    pieces.append(value)
    delta: Json = choice["delta"]
    return delta


def _string(behind: Behind, gathered: GatheredChoice, choice: Json, value: Any) -> Json | None:
    """A piece of a refusal or of reasoning."""
    delta: Json = choice["delta"]
    [name] = delta
    pieces = gathered.strings.get(name)
    if pieces is None or value.__class__ is not str or not value:
        return None
    said = delta if behind is None else behind.more(choice, delta)
    if said is not None:
        pieces.append(value)
    return said


def _entry(behind: Behind, gathered: GatheredChoice, choice: Json, value: Any) -> Json | None:
    """A piece of the arguments of a call, in the one entry of `tool_calls`."""
    entry = value[0] if value.__class__ is list and len(value) == 1 else None
    if entry.__class__ is not dict or not (len(entry) == 2 or (is_entry(entry) and entry.get("type") in FUNCTION)):
        return None
    index, inner = entry.get("index"), entry.get("function")
    call = gathered.by_index.get(index) if index.__class__ is int else None
    if call is None or call.kind != "function" or inner.__class__ is not dict or len(inner) != 1:
        return None
    piece = inner.get("arguments")
    if piece.__class__ is not str or not piece:
        return None
    said: Json | None = choice["delta"] if behind is None else behind.more_arguments(choice, call, inner)
    if said is not None:
        call.arguments.append(piece)
    return said


def _function(behind: Behind, gathered: GatheredChoice, choice: Json, value: Any) -> Json | None:
    """A piece of the arguments of the deprecated call."""
    call = gathered.calls.legacy
    piece = value.get("arguments") if value.__class__ is dict and len(value) == 1 else None
    if call is None or piece.__class__ is not str or not piece:
        return None
    said: Json | None = choice["delta"] if behind is None else behind.more_function(choice, value)
    if said is not None:
        call.arguments.append(piece)
    return said


FUNCTION = (None, "function")
Note: TypeAlias = Callable[[Behind, GatheredChoice, Json, Any], Json | None]
NOTED: dict[str, Note] = {
    **dict.fromkeys(STRINGS, _string),
    "content": _text,
    "tool_calls": _entry,
    "function_call": _function,
}
"""Who puts the piece of a delta of one key where it belongs, by that key.

Each gives the delta as it comes out, an empty one if nothing is said, and None, with nothing noted, for any other.
"""


def _event(stage: ResponsesWithin, event: Json) -> list[Json] | None:
    """The event of a piece, which passes; None for any other event."""
    number, place = event.get("sequence_number"), event.get("content_index", 0)
    if (
        event.get("delta").__class__ is not str
        or event.get("item_id").__class__ is not str
        or number.__class__ is not int
        or event.get("output_index").__class__ is not int
        or place.__class__ is not int
        or event.get("logprobs") not in NOTHING
        or event.get("obfuscation", "").__class__ is not str
        or event.get("summary_index", 0).__class__ is not int
        or not is_summary(event)
        or stage.ended
    ):
        return None
    stage.next, stage.told = number + 1, True
    return [event]


CHUNKS: Quick = {None: _chunk}
"""Chunks to chunks."""
EVENTS: Quick = {
    f"response.{name}.delta": _event
    for name in ("output_text", "function_call_arguments", "reasoning_summary_text", "reasoning_text", "refusal")
}
"""Responses events that pass as they are, and come in numbers."""
