"""What a turn is known by: its call ids, or else its text and the turns before it.

Every key begins with the scope, a hash of the caller's credential: without it no key can be made, so a stolen id is
worth nothing to another tenant. Call ids that are too short to be nobody else's (`call_1`) count as texts do: together
with the turns before them and with whom the client says that it asks for. Keys and digests are hex strings of SHA-256.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from respeak.plan import Json

NOT_TURNS = ("system", "developer")
"""Roles that are no turns: clients put times and moods into their prompts, which change nothing that was said."""


CREDENTIALS = ("authorization", "api-key", "x-api-key", "x-goog-api-key")
"""Headers in which clients say who they are."""

PERSONS = ("user", "safety_identifier", "prompt_cache_key")
"""Fields in which clients say for whom they ask: a text is another one in the conversation of somebody else."""

UNIQUE = 16
"""Characters from which on a call id is taken for one that nobody else has."""


def credential_of(headers: Mapping[str, str]) -> str:
    """What the headers of a request say of who sent it; names in lower case find their header."""
    found = [(name, headers[name]) for name in CREDENTIALS if name in headers]
    return found[0][1] if [name for name, _ in found] == ["authorization"] else repr(found) if found else ""


def scope_of(credential: str, *more: str) -> str:
    """The scope of a credential (`credential_of`), narrowed by `more`; nobody can tell the credential from it."""
    return _digest("scope", credential, *more)


def turns(request: Json, scope: str) -> Iterator[tuple[int, str, str]]:
    """Each assistant message of a request: its position, its key, the digest of what it says.

    What comes after a message that nests too deeply to be read is known by nothing.
    """
    with suppress(RecursionError):
        yield from _turns(request, scope)


def _turns(request: Json, scope: str) -> Iterator[tuple[int, str, str]]:
    messages = request.get("messages")
    before = _digest("begin", scope, *([name, request[name]] for name in PERSONS if request.get(name) is not None))
    for position, message in enumerate(messages if isinstance(messages, list) else ()):
        if not isinstance(message, dict) or message.get("role") in NOT_TURNS:
            continue
        if message.get("role") == "assistant":
            yield position, turn_key(message, before, scope), said_by(message)
        before = _digest("turn", before, said_by(message))


def next_turn(request: Json, message: Json, scope: str) -> tuple[str, str] | None:
    """Key and digest of an answer, as they will be found when the client sends it back behind its messages."""
    messages = request.get("messages")
    sent = messages if isinstance(messages, list) else []
    after = {**request, "messages": [*sent, {"role": "assistant", **message}]}
    return next(((key, digest) for position, key, digest in turns(after, scope) if position == len(sent)), None)


def turn_key(message: Json, before: str, scope: str) -> str:
    """The key of an assistant message: by its call ids if they are nobody else's."""
    if is_unique(message):
        return _digest("calls", scope, _called(message))
    return _digest("text", scope, before, said_by(message))


def is_unique(message: Json) -> bool:
    """True if no other answer has the call ids of this one: else two answers may have one key."""
    return min(map(len, _called(message)), default=0) >= UNIQUE


def _called(message: Json) -> list[str]:
    return [str(call["id"]) for call in _calls(message) if call.get("id")]


def entry_key(kind: str, identifier: str, scope: str) -> str:
    """The key of a response or an item by its id."""
    return _digest(kind, scope, identifier)


def said_by(message: Json) -> str:
    """The digest of what a message says, however the client writes it: null or "", a string or parts, JSON anew."""
    legacy = message.get("function_call")
    return _digest(
        message.get("role"),
        _text(message.get("content"), "text"),
        message.get("refusal") or _text(message.get("content"), "refusal"),
        [_call(call) for call in _calls(message)],
        [legacy.get("name"), _arguments(legacy.get("arguments"))] if isinstance(legacy, dict) else None,
        message.get("tool_call_id") or message.get("name"),
        _other_parts(message.get("content")),
    )


def _calls(message: Json) -> list[Json]:
    calls = message.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []


def _call(call: Json) -> list[Any]:
    inner = call.get("function") or call.get("custom") or {}
    return [call.get("id"), inner.get("name"), _arguments(inner.get("arguments")), inner.get("input") or ""]


def _arguments(text: Any) -> Any:
    """The arguments of a function whatever their spaces and the order of keys: some clients write them anew."""
    if not isinstance(text, str):
        return text
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True)
    except (ValueError, RecursionError):
        return text


def _text(content: Any, key: str) -> str:
    if isinstance(content, str):
        return content if key == "text" else ""
    parts = content if isinstance(content, list) else ()
    return "".join(part[key] for part in parts if isinstance(part, dict) and isinstance(part.get(key), str))


def _other_parts(content: Any) -> list[Any]:
    parts = content if isinstance(content, list) else ()
    return [part for part in parts if not (isinstance(part, dict) and ("text" in part or "refusal" in part))]


def _digest(*parts: Any) -> str:
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
