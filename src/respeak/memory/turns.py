"""Turns of Chat clients at Responses upstreams: the original items go back in place of the translated ones.

A Chat message holds no phase, no reasoning and no boundaries of items. What the upstream said is remembered with
the answer, and sent verbatim when the client sends that very answer back. An edited turn is translated as usual.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing.ids import CallIds
from respeak.crossing.unfold import OUTPUT_TYPE
from respeak.loss import Place, Verdict
from respeak.memory import marks
from respeak.memory.store import ONLY
from respeak.plan import Json
from respeak.wire import dumps, loads

ENCRYPTED = "reasoning.encrypted_content"
REASONS = re.compile(r"^(.*/)?(gpt-5(?!.*-chat\b)|gpt-oss|o\d|codex)")
"""Models that give encrypted reasoning; others, such as gpt-5-chat-latest, refuse to be asked for it."""


def wanted(request: Json, scope: str) -> dict[int, tuple[str, str]]:
    """Key and digest of each assistant message, by its position in the client's messages."""
    return {position: (key, digest) for position, key, digest in marks.turns(request, scope)}


def restored(
    items: Any, places: dict[int, Place], turns: Mapping[int, tuple[str, str]], found: Mapping[str, bytes]
) -> tuple[Any, dict[int, bool]]:
    """The items of a request with the remembered ones in place of those made of the same turn; which turns hit.

    A turn hits if its calls are those that the client saw, each with the client's output. Calls get their remembered
    ids, made unique where they repeat, and outputs follow them; a hit says whether every id is the remembered one.
    `places` says of what is put there, too, where it came from.
    """
    kept = _known(turns, found)
    if not kept or not isinstance(items, list):
        return items, {}
    out = _Written(items, places)
    for position, original in kept.items():
        if out.fits(position, original):
            out.kept[position] = original
    return (out.items(), out.hits) if out.kept else (items, {})


class _Written:
    """Items on their way to remembered ones: every call keeps its one output, whatever its id becomes."""

    def __init__(self, items: list[Json], places: dict[int, Place]) -> None:
        self._places = places
        self.kept: dict[int, list[Json]] = {}
        self.hits: dict[int, bool] = {}
        self._placed = [(item, position_of(places.get(id(item)))) for item in items]
        self._calls: dict[int | None, list[Json]] = {}
        for item, position in self._placed:
            if item.get("type") in OUTPUT_TYPE:
                self._calls.setdefault(position, []).append(item)
        outputs = [item for item in items if _is_output(item) and _is_message(places.get(id(item)))]
        self._answered = {item["call_id"] for item in outputs}
        self._ids = CallIds()
        self._names: dict[str, str] = {}

    def fits(self, position: int, original: list[Json]) -> bool:
        """True if the calls of a remembered turn are those that the client sends, and the client answers them all."""
        sent, own = self._calls.get(position, []), _waiting(original)
        answered = all(call["call_id"] in self._answered for call in sent)
        return answered and all(map(_name, own)) and [call["type"] for call in sent] == [call["type"] for call in own]

    def items(self) -> list[Json]:
        """The items as they are sent."""
        out: list[Json] = []
        for item, position in self._placed:
            if position not in self.kept or position is None:
                out.append(self._other(item))
            elif position not in self.hits:
                out += self._turn(position)
        return out

    def _other(self, item: Json) -> Json:
        """An item that is not restored, under the id that its call has."""
        if _is_output(item):
            name: str = item["call_id"]
            return self._put(_under(self._names.get(name, name), item), self._places.get(id(item)))
        if item.get("type") not in OUTPUT_TYPE:
            return item
        return self._put(_under(self._claim(item, item), item), self._places.get(id(item)))

    def _turn(self, position: int) -> list[Json]:
        """The remembered items of a turn."""
        original = self.kept[position]
        calls = dict(zip(map(id, _waiting(original)), self._calls.get(position, []), strict=True))
        out = []
        for item in original:
            sent = calls.get(id(item))
            own = item if sent is None else _under(self._claim(item, sent), item)
            at = ((None, "messages"), position) if sent is None else self._places.get(id(sent))
            out.append(self._put(own, at))
        self.hits[position] = all(one is other for one, other in zip(out, original, strict=True))
        return out

    def _put(self, item: Json, at: Place) -> Json:
        self._places[id(item)] = at
        return item

    def _claim(self, own: Json, sent: Json) -> str:
        """The id of a call, which the output of the call that the client sent will have, too."""
        self._names[sent["call_id"]] = name = self._ids.claim(own["call_id"])
        return name


def still_lost(found: Iterable[tuple[Verdict, Place]], hits: Mapping[int, bool]) -> list[tuple[Verdict, Place]]:
    """Losses without those of turns that hit: what they report did not happen, unless an id had to change."""

    def happened(verdict: Verdict, position: int | None) -> bool:
        verbatim = hits.get(position) if position is not None else None
        return verbatim is None or (not verbatim and verdict.code is Code.CALL_ID_CHANGED)

    return [(verdict, place) for verdict, place in found if happened(verdict, position_of(place))]


def _is_message(at: Place) -> bool:
    """True for what a message of its own became; an output that was made up for a call stands where the call does."""
    return at is not None and isinstance(at[1], int) and at[0] == (None, "messages")


def _is_output(item: Json) -> bool:
    return item.get("type") in OUTPUT_TYPE.values()


def _name(call: Json) -> Any:
    """The id of a remembered call, if it can be used."""
    return isinstance(call["call_id"], str) and call["call_id"]


def _under(call_id: str, item: Json) -> Json:
    return item if item["call_id"] == call_id else {**item, "call_id": call_id}


def _waiting(items: list[Json]) -> list[Json]:
    """The calls of an answer that wait for an output of the client; those of hosted tools bring theirs along."""
    calls = [item for item in items if str(item.get("type")).endswith("_call") and item.get("call_id") is not None]
    outputs = [item["call_id"] for item in items if str(item.get("type")).endswith("_output") and "call_id" in item]
    return [call for call in calls if call["call_id"] not in outputs]


def position_of(at: Place) -> int | None:
    """The position of the message that a place lies in."""
    while at is not None:
        outer, key = at
        if outer == (None, "messages") and isinstance(key, int):
            return key
        at = outer
    return None


def _known(turns: Mapping[int, tuple[str, str]], found: Mapping[str, bytes]) -> dict[int, list[Json]]:
    """The remembered items of turns that still say the same; a turn sent twice has them once: their ids are unique."""
    kept: dict[str, tuple[int, list[Json]]] = {}
    for position, (key, digest) in turns.items():
        items = None if key in kept else _items(found.get(key), digest)
        if items is not None:
            kept[key] = position, items
    return dict(kept.values())


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
    """What is to be remembered of an answer: its items under the marks of the message that the client got.

    Where two conversations may have the same marks, the entry must be the only one: whose it is cannot be told.
    """
    items = _replayable(list(output), stored)
    if not items or not _is_whole(message, _waiting(items)):
        return {}
    turn = marks.next_turn(request, message, scope)
    if turn is None:
        return {}
    key, digest = turn
    value = dumps({"said": digest, "items": items})
    return {key: value if marks.is_unique(message) else ONLY + value}


def _is_whole(message: Json, calls: list[Json]) -> bool:
    """True if a message has all calls of the answer: a deprecated `function_call` is one, and has no id."""
    if message.get("tool_calls"):
        return [call.get("id") for call in message["tool_calls"]] == [call["call_id"] for call in calls]
    return len(calls) == (1 if message.get("function_call") else 0)


def _replayable(items: list[Json], stored: bool) -> list[Json]:
    """Items that the upstream takes back: of what it did not store, reasoning counts only if it is encrypted."""
    blind = [item for item in items if item.get("type") == "reasoning" and not item.get("encrypted_content")]
    if stored or not blind:
        return items
    gone = [id(item) for item in blind]  # and an item is refused by its id if its reasoning is missing (OBS-8)
    return [{key: value for key, value in item.items() if key != "id"} for item in items if id(item) not in gone]
