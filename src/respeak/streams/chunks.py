"""Chunks in the making: the head that all share, the first one with the role, the error frame (streaming.md 2)."""

from __future__ import annotations

from typing import Any

from respeak.plan import Json

CHUNK = "chat.completion.chunk"


class Chunks:
    """The chunks of one answer with one choice. `counted`: the client asked for usage, so every chunk has the key."""

    __slots__ = ("begun", "blank", "counted", "ended", "head", "out")

    def __init__(self, counted: bool) -> None:
        self.out: list[Json] = []
        self.head: Json = {}
        self.blank: Json = {}
        self.counted = counted
        self.begun = False
        self.ended = False

    def name(self, identifier: Any, created: Any, model: Any) -> None:
        """What every chunk repeats."""
        self.head = {"id": identifier, "object": CHUNK, "created": created, "model": model}
        if self.counted:
            self.head["usage"] = None
        self.blank = {**self.head, "choices": None}
        self.out = [{**self.head, **chunk} if "choices" in chunk else chunk for chunk in self.out]  # what waited

    def say(self, delta: Json, logprobs: Json | None = None) -> None:
        """A chunk of the choice; before the first one comes the one that names the role."""
        if not self.begun:
            self.begin("" if "content" in delta else None)
        choice = {"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": None}
        self.out.append({**self.head, "choices": [choice]})

    def begin(self, content: str | None) -> None:
        """The first chunk: its content is null where a call follows, as the finished message has it."""
        self.begun = True
        delta = {"role": "assistant", "content": content, "refusal": None}
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        self.out.append({**self.head, "choices": [choice]})

    def finish(self, answer: Json) -> None:
        """The finish chunk with the rest of the answer, moderation, and usage, which must be the very last."""
        message, reason = answer["choices"][0]["message"], answer["choices"][0]["finish_reason"]
        if not self.begun:
            self.begin(None if message.get("content") is None else "")
        self.ended = True
        choice = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": reason}
        rest = {key: value for key, value in answer.items() if key not in APART}
        self.out.append({**self.head, "choices": [choice], **rest})
        if answer.get("moderation"):
            self.out.append({**self.head, "choices": [], "moderation": answer["moderation"]})
        if self.counted and answer.get("usage"):
            self.out.append({**self.head, "choices": [], "usage": answer["usage"]})

    def fail(self, message: str, kind: str, param: Any = None, code: Any = None, /, **more: Any) -> None:
        """The error frame, which ends the stream."""
        self.ended = True
        self.out.append({"error": {"message": message, "type": kind, "param": param, "code": code, **more}})

    def take(self) -> list[Json]:
        """The chunks since the last time."""
        out, self.out = self.out, []
        return out


CHOICE: Json = {"index": 0, "delta": None, "logprobs": None, "finish_reason": None}
PLAIN_CHOICE: Json = {"index": 0, "delta": None, "finish_reason": None}
"""Choices with nothing in them, to be copied; the plain one for clients that know no logprobs."""

is_choice = frozenset(CHOICE).issuperset
"""True for a choice with no key but the documented ones."""

APART = ("id", "object", "created", "model", "choices", "usage", "moderation")
"""Keys of an answer that the head or a chunk of their own says; the others stand on the finish chunk."""
