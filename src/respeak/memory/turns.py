"""Turns of Chat clients at Responses upstreams: the original items go back in place of the translated ones.

A Chat message holds no phase, no reasoning and no boundaries of items. What the upstream said is remembered with
the answer, and sent verbatim when the client sends that very answer back. An edited turn is translated as usual.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from respeak.loss import Place
from respeak.memory import marks
from respeak.plan import Json
from respeak.wire import dumps, loads

ENCRYPTED = "reasoning.encrypted_content"
REASONS = re.compile(r"^(.*/)?(gpt-5(?!.*-chat\b)|gpt-oss|o\d|codex)")
"""Models that give encrypted reasoning; others, such as gpt-5-chat-latest, refuse to be asked for it."""

CALL_KEYS = ("function_call", "custom_tool_call")


def wanted(request: Json, scope: str) -> dict[int, tuple[str, str]]:
    """Key and digest of each assistant message, by its position in the client's messages."""
    return {position: (key, digest) for position, key, digest in marks.turns(request.get("messages"), scope)}


def restored(
    items: Any, places: Mapping[int, Place], turns: Mapping[int, tuple[str, str]], found: Mapping[str, bytes]
) -> tuple[Any, int]:
    """The items of a request with the remembered ones in place of those made of the same turn; how many turns hit."""
    kept = {position: _items(found.get(key), digest) for position, (key, digest) in turns.items()}
    out: list[Json] = []
    done: set[int] = set()
    for item in items if isinstance(items, list) else ():
        position = position_of(places.get(id(item)))
        original = kept.get(position) if position is not None else None
        if original is None or position is None:
            out.append(item)
        elif position not in done:
            done.add(position)
            out += original
    return (out, len(done)) if done else (items, 0)


def position_of(at: Place) -> int | None:
    """The position of the message that a place lies in."""
    while at is not None:
        outer, key = at
        if outer == (None, "messages") and isinstance(key, int):
            return key
        at = outer
    return None


def _items(value: bytes | None, digest: str) -> list[Json] | None:
    """The remembered items, if the turn still says the same."""
    try:
        entry = loads(value) if value else {}
    except ValueError:
        return None
    return entry["items"] if isinstance(entry, dict) and entry.get("said") == digest else None


def ask_for_reasoning(body: Json) -> None:
    """Ask a Responses upstream that stores nothing for the reasoning that can be sent back."""
    if not REASONS.match(str(body.get("model") or "")) or body.get("store"):
        return
    include = body.get("include") or []
    if ENCRYPTED not in include:
        body["include"] = [*include, ENCRYPTED]


def entries(request: Json, message: Json, output: Iterable[Json], stored: bool, scope: str) -> dict[str, bytes]:
    """What is to be remembered of an answer: its items under the marks of the message that the client got."""
    items = _replayable(list(output), stored)
    called = [call.get("id") for call in message.get("tool_calls") or ()]
    own = [item.get("call_id") for item in items if item.get("type") in CALL_KEYS]
    if not items or (message.get("tool_calls") and called != own):
        return {}
    key, digest = marks.next_turn(request.get("messages"), message, scope)
    return {key: dumps({"said": digest, "items": items})}


def _replayable(items: list[Json], stored: bool) -> list[Json]:
    """Items that the upstream takes back: of what it did not store, reasoning counts only if it is encrypted."""
    blind = [item for item in items if item.get("type") == "reasoning" and not item.get("encrypted_content")]
    if stored or not blind:
        return items
    gone = [id(item) for item in blind]  # and an item is refused by its id if its reasoning is missing (OBS-8)
    return [{key: value for key, value in item.items() if key != "id"} for item in items if id(item) not in gone]
