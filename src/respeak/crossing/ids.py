"""Identifiers that one family needs and the other does not have, derived from what is at hand.

No randomness: the same payload gives the same ids, so prompt caches survive (mapping.md 4.2, rules on ids).
"""

from __future__ import annotations

import hashlib

CALL_ID_LIMIT = 64
"""Longest `call_id` that Responses takes (FunctionCallOutputItemParam.call_id)."""

TOOL_NAME_LIMIT = 64
"""Longest function name that Chat takes (FunctionObject.name)."""


def shorten(text: str, limit: int) -> str:
    """`text` itself, or its head with a hash of the whole, `limit` characters long."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 17]}_{digest(text)}"


def digest(text: str) -> str:
    """16 characters that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def response_id(completion_id: str) -> str:
    """The Responses id of a Chat answer: `chatcmpl-x` becomes `resp_x`."""
    return completion_id if completion_id.startswith("resp_") else f"resp_{suffix(completion_id)}"


def completion_id(response_id: str) -> str:
    """The Chat id of a Responses answer: `resp_x` becomes `chatcmpl-x`."""
    return response_id if response_id.startswith("chatcmpl-") else f"chatcmpl-{suffix(response_id)}"


def suffix(identifier: str) -> str:
    """An id without the prefix that names its kind."""
    for prefix in ("chatcmpl-", "resp_", "call_"):
        if identifier.startswith(prefix) and len(identifier) > len(prefix):
            return identifier[len(prefix) :]
    return identifier or "0"


def item_id(prefix: str, owner: str, position: int) -> str:
    """The id of the item at `position` of an answer: `msg_x_0`, `fc_x_1`."""
    return f"{prefix}_{suffix(owner)}_{position}"


def legacy_call_id(owner: str, position: int) -> str:
    """The call id of a legacy `function_call`, which has none: from its position."""
    return f"call_{suffix(owner)}_{position}"


class CallIds:
    """Call ids fit for Responses: 1 to 64 characters, each used by one call only.

    Chat pairs calls and outputs by adjacency and may use one id twice; Responses pairs by id over the whole input.
    """

    def __init__(self) -> None:
        self._uses: dict[str, int] = {}
        self._taken: set[str] = set()

    def claim(self, identifier: str) -> str:
        """The id under which the next call of this name goes; unique in this payload."""
        short = candidate = identifier if len(identifier) <= CALL_ID_LIMIT else shorten(identifier, CALL_ID_LIMIT)
        while candidate in self._taken:
            self._uses[short] = self._uses.get(short, 1) + 1
            candidate = shorten(f"{short}_{self._uses[short]}", CALL_ID_LIMIT)
        self._taken.add(candidate)
        return candidate


class ChatIds:
    """Call ids fit for Chat: not empty, each used by one call only, as long as they like."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, given: str, owner: str, position: int) -> tuple[str, bool]:
        """The id of the next call, and whether it had to be made."""
        made = not given or given in self._taken
        found = legacy_call_id(given or owner, position) if made else given
        while found in self._taken:
            found += "_"
        self._taken.add(found)
        return found, made
