"""The hot path: pieces of text and arguments, which most events of a stream are, said without the detour.

Everything that is read here is checked here, so the gate need not read it again; what nobody reads of a delta (its
number, the id that its chunk repeats) is not judged. Whatever is out of the ordinary gives None and goes the long way,
which says the very same (a test feeds both).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.plan import Json
from respeak.streams.chunks import is_choice
from respeak.streams.down import Down
from respeak.streams.told import FEW
from respeak.streams.up import REASONING, TEXT, Up

DELTA_KEYS = frozenset(
    ("type", "sequence_number", "item_id", "output_index", "content_index", "delta", "logprobs", "obfuscation")
)
is_delta = DELTA_KEYS.issuperset
"""True for an event with no key but those of a delta."""
is_chunk = frozenset(
    ("id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint", "obfuscation")
).issuperset
is_entry = frozenset(("index", "type", "function")).issuperset
is_summary = (DELTA_KEYS | {"summary_index"}).issuperset
is_arguments = frozenset(("type", "sequence_number", "item_id", "output_index", "name", "arguments")).issuperset
is_notice = frozenset(("type", "sequence_number", "response")).issuperset

Quick = Mapping[str | None, Callable[[Any, Json], list[Json] | None]]
"""The short ways of a route, by type of the event; chunks have none."""
PIECES = ("reasoning_content", "reasoning")
"""Fields in which providers stream reasoning."""


def _text_delta(stage: Down, event: Json) -> list[Json] | None:
    """A piece of the text that was said last."""
    speech, delta, chunks = stage.speech, event.get("delta"), stage.chunks
    index, number = speech.now
    if (
        delta.__class__ is not str
        or not delta
        or event.get("output_index") != index
        or event.get("content_index") != number
        or event.get("logprobs")
        or not is_delta(event)
        or not chunks.head
    ):
        return None
    pieces = speech.pieces
    pieces.append(delta)
    if len(pieces) > FEW:
        speech.count()
    chunk, choice = chunks.blank.copy(), stage.pattern.copy()
    choice["delta"] = {"content": delta}
    chunk["choices"] = [choice]
    return [chunk]


def _call_delta(stage: Down, event: Json) -> list[Json] | None:
    """A piece of a function's arguments."""
    delta, index = event.get("delta"), event.get("output_index")
    call = stage.calls.open.get(index) if index.__class__ is int else None
    if call is None or delta.__class__ is not str or not delta:
        return None
    usual = len(event) == 6 and "obfuscation" in event and "item_id" in event and "sequence_number" in event
    if not usual and not is_delta(event):  # with type, delta and output_index those are six: no other key is there
        return None
    pieces = call.pieces
    pieces.append(delta)
    if len(pieces) > FEW:
        call.count()
    if not stage.functions:
        said: Json = {"tool_calls": [{"index": call.number, "function": {"arguments": delta}}]}
    elif call.number:
        return []
    else:
        said = {"function_call": {"arguments": delta}}
    chunk, choice = stage.chunks.blank.copy(), stage.pattern.copy()
    choice["delta"] = said
    chunk["choices"] = [choice]
    return [chunk]


def _silent(stage: Down, event: Json) -> list[Json] | None:
    """A piece of reasoning, which says nothing to a Chat client."""
    return [] if stage.chunks.head and not stage.chunks.ended and is_summary(event) else None


def _unread(stage: Down, event: Json) -> list[Json] | None:
    """The answer is under way, which Chat does not say."""
    return [] if stage.chunks.head and not stage.chunks.ended and is_notice(event) else None


def _arguments_done(stage: Down, event: Json) -> list[Json] | None:
    """All arguments of a function, when the pieces were all of them."""
    text, index = event.get("arguments"), event.get("output_index")
    call = stage.calls.said.get(index) if index.__class__ is int else None
    if call is None or call.due or not isinstance(text, str) or not call.said(text):
        return None
    return [] if is_arguments(event) and stage.chunks.head and not stage.chunks.ended else None


DOWN: Quick = {
    "response.output_text.delta": _text_delta,
    "response.function_call_arguments.delta": _call_delta,
    "response.reasoning_summary_text.delta": _silent,
    "response.reasoning_text.delta": _silent,
    "response.in_progress": _unread,
    "response.function_call_arguments.done": _arguments_done,
}
"""Responses events to a Chat client."""


def _chunk(stage: Up, chunk: Json) -> list[Json] | None:
    """The event of a chunk that brings more of the open text or of an open call; None for any other chunk."""
    choices = chunk.get("choices")
    if (
        chunk.get("usage") is not None
        or chunk.get("service_tier") != stage.tier
        or chunk.get("system_fingerprint") != stage.fingerprint
        or not (choices.__class__ is list and len(choices) == 1)
        or not is_chunk(chunk)
    ):
        return None
    choice = choices[0]
    if (
        choice.__class__ is not dict
        or not is_choice(choice)
        or choice.get("index") != 0
        or choice["index"].__class__ is not int
        or choice.get("finish_reason") is not None
        or choice.get("logprobs") is not None
    ):
        return None
    delta = choice.get("delta")
    if delta.__class__ is not dict or len(delta) != 1 or not stage.head or stage.ended:
        return None
    content = delta.get("content")
    if content.__class__ is not str:
        return _arguments(stage, delta) if "tool_calls" in delta else _reasoning(stage, delta)
    gathered = stage.gathered.choices[0].strings.get("content") if stage.open == TEXT else None
    if not content or gathered is None or stage.waiting:
        return None
    gathered.append(content)
    message, script = stage.message, stage.script
    message.pieces.append(content)
    said = message.delta.copy()
    said["sequence_number"] = number = script.sequence
    said["delta"] = content
    said["logprobs"] = []
    script.sequence = number + 1
    return [said]


def _arguments(stage: Up, delta: Json) -> list[Json] | None:
    """A piece of a function's arguments."""
    calls = delta.get("tool_calls")
    entry = calls[0] if calls.__class__ is list and len(calls) == 1 else None
    if entry.__class__ is not dict or not is_entry(entry):
        return None
    index, inner = entry.get("index"), entry.get("function")
    if index.__class__ is not int or inner.__class__ is not dict or len(inner) != 1:
        return None
    piece = inner.get("arguments")
    gathered = stage.gathered.choices.get(0)
    call = gathered.by_index.get(index) if gathered is not None else None
    opened = stage.calls.open.get(call) if call is not None and call.kind == "function" else None
    if piece.__class__ is not str or not piece or opened is None or not opened.at:
        return None
    opened.gathered.arguments.append(piece)
    opened.said = True
    said = opened.delta.copy()
    said["sequence_number"] = number = stage.script.sequence
    said["delta"] = piece
    stage.script.sequence = number + 1
    return [said]


def _reasoning(stage: Up, delta: Json) -> list[Json] | None:
    """A piece of reasoning: said where the upstream's profile names the field, else told of the finished answer."""
    [(name, piece)] = delta.items()
    gathered = stage.gathered.choices.get(0)
    pieces = gathered.strings.get(name) if gathered is not None and name in PIECES else None
    if pieces is None or piece.__class__ is not str or not piece:
        return None
    if name not in stage.job.source.reasoning:
        pieces.append(piece)
        return []
    if stage.open != REASONING:
        return None
    pieces.append(piece)
    stage.reasoning.text(piece)
    return stage.script.take()


UP: Quick = {None: _chunk}
"""Chunks to a Responses client."""
