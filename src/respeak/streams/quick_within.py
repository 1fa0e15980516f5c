"""The hot path within a family: a piece of text or arguments passes, noted for the finished answer.

As in `quick.py`, whatever is out of the ordinary gives None and goes the long way, which says the very same.
"""

from __future__ import annotations

from typing import Any

from respeak.plan import Json
from respeak.streams.gather_chat import STRINGS, GatheredChoice
from respeak.streams.quick import Quick, is_entry, is_summary
from respeak.streams.within import ChatWithin, ResponsesWithin

NOTHING: tuple[object, ...] = (None, [])


def _chunk(stage: ChatWithin, chunk: Json) -> list[Json] | None:
    """The chunk of a piece, in head and choice like those of the chunk before; None for any other chunk."""
    choices, pattern, gathered = _choices(stage, chunk), stage.choice, stage.gathered.choices.get(0)
    choice = choices[0] if choices.__class__ is list and len(choices) == 1 else None
    if choice.__class__ is not dict or gathered is None:
        return None
    pattern["delta"] = delta = choice.get("delta")
    if choice != pattern or choice.get("index").__class__ is not int:
        return None
    if delta.__class__ is not dict or len(delta) != 1:
        return None
    behind = stage.behind
    piece = delta if behind is None else behind.more(choice, delta)
    if piece is None or not _noted(gathered, delta):
        return None
    if stage.same or not piece:
        return [chunk] if piece else []
    said = stage.said.copy()
    if behind is None:
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


def _noted(gathered: GatheredChoice, delta: Json) -> bool:
    """Put the piece of a delta of one key where it belongs; False for any other delta, of which nothing is noted."""
    [(name, value)] = delta.items()
    if name in STRINGS:
        pieces = gathered.strings.get(name)
    elif name == "tool_calls":
        pieces, value = _arguments(gathered, value)
    elif name == "function_call" and gathered.calls.legacy is not None and value.__class__ is dict and len(value) == 1:
        pieces, value = gathered.calls.legacy.arguments, value.get("arguments")
    else:
        return False
    if pieces is None or value.__class__ is not str or not value:
        return False
    pieces.append(value)
    return True


def _arguments(gathered: GatheredChoice, calls: object) -> tuple[list[str] | None, Any]:
    """The pieces of the call that the one entry of `tool_calls` goes on with, and the next one."""
    entry = calls[0] if isinstance(calls, list) and len(calls) == 1 else None
    if not isinstance(entry, dict):
        return None, None
    index, inner = entry.get("index"), entry.get("function")
    call = gathered.by_index.get(index) if index.__class__ is int else None
    if call is None or call.kind != "function" or not isinstance(inner, dict) or len(inner) != 1:
        return None, None
    if len(entry) != 2 and not (is_entry(entry) and entry.get("type") in (None, "function")):
        return None, None
    return call.arguments, inner.get("arguments")


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
