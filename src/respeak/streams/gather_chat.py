"""A finished Chat answer, gathered from its chunks (the grammar of a Chat stream: streaming.md section 2).

Providers leave out the index of a call, or give all calls index 0: a new id is a new call (bug classes 25 and 26).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from respeak.crossing.answer import REASONING
from respeak.plan import Json

STRINGS = ("content", "refusal", *REASONING[:2])
"""Keys of a delta whose pieces are put one behind the other."""

LISTS = ("annotations", "reasoning_details")
"""Keys of a delta whose entries are put one behind the other."""

CHUNK = "chat.completion.chunk"


class GatheredCall:
    """One call: what came of it so far. `kind` is function, custom, or legacy for a `function_call`."""

    __slots__ = ("arguments", "id", "kind", "more", "name")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.id = ""
        self.name = ""
        self.arguments: list[str] = []
        self.more: Json = {}

    def add(self, entry: Json, inner: Json) -> str:
        """Take what an entry brings; the new piece of arguments. Ids and names that come again are not new."""
        if not self.id and entry.get("id"):
            self.id = entry["id"]
        name = inner.get("name")
        if name and name != self.name and not (self.name and self.arguments):
            self.name += name
        piece: str = inner.get("arguments") or inner.get("input") or ""
        if piece:
            self.arguments.append(piece)
        self.more.update((key, value) for key, value in entry.items() if key not in CALL_KEYS)
        return piece

    def text(self) -> str:
        """The arguments, or the input of a custom tool."""
        return "".join(self.arguments)

    @property
    def whole(self) -> bool:
        """True when nothing can follow: the arguments are a JSON object already."""
        text = self.text() if self.kind != "custom" else ""
        if not text.rstrip().endswith("}"):
            return False
        try:
            return isinstance(json.loads(text), dict)
        except ValueError:
            return False

    def entry(self) -> Json:
        """The call as a finished message has it."""
        if self.kind == "custom":
            said: Json = {"custom": {"name": self.name, "input": self.text()}}
        else:
            said = {"function": {"name": self.name, "arguments": self.text()}}
        return {"id": self.id, "type": self.kind, **said, **self.more}


CALL_KEYS = ("index", "id", "type", "function", "custom")


class GatheredChoice:
    """One of the answers of a stream."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.strings: dict[str, list[str]] = {}
        self.parts: list[Json] = []
        self.lists: dict[str, list[Any]] = {}
        self.calls: list[GatheredCall] = []
        self.legacy: GatheredCall | None = None
        self.finish: Any = None
        self.logprobs: dict[str, list[Json]] = {}
        self.message: Json = {}
        self.more: Json = {}
        self.by_index: dict[Any, GatheredCall] = {}
        self._by_id: dict[str, GatheredCall] = {}

    def add(self, choice: Json, delta: Json) -> None:
        """Everything of a choice but its calls, which `calls_of` takes."""
        for key, value in delta.items():
            if value is None or key in ("tool_calls", "function_call"):
                continue
            if key in STRINGS and isinstance(value, str):
                if value or key == "content":
                    self.strings.setdefault(key, []).append(value)
            else:
                self._keep(key, value)
        if choice.get("finish_reason") is not None and self.finish is None:
            self.finish = choice["finish_reason"]
        for key, entries in (choice.get("logprobs") or {}).items():
            if isinstance(entries, list):
                self.logprobs.setdefault(key, []).extend(entries)
        self.more.update((key, value) for key, value in choice.items() if key not in CHOICE_KEYS)

    def _keep(self, key: str, value: Any) -> None:
        if key == "content":
            self._keep_parts(value)
        elif key in LISTS:
            self.lists.setdefault(key, []).extend(value)
        elif key == "audio":
            _merge_audio(self.message.setdefault("audio", {}), value)
        elif key == "phase":
            self.message.setdefault("phase", value)
        else:
            self.message[key] = value

    def _keep_parts(self, parts: list[Json]) -> None:
        """Content in parts, as some providers stream it: pieces of text go on, anything else stands alone."""
        for part in parts:
            if part.keys() == {"type", "text"} and part["type"] == "text":
                self.strings.setdefault("content", []).append(part["text"])
            else:
                self.parts += [*self._text_so_far(), part]
                self.strings.pop("content", None)

    def _text_so_far(self) -> list[Json]:
        text = "".join(self.strings.get("content", ()))
        return [{"type": "text", "text": text}] if text else []

    def calls_of(self, delta: Json) -> Iterator[tuple[GatheredCall, str]]:
        """The calls that a delta speaks of, each with its new piece of arguments."""
        for entry in delta.get("tool_calls") or ():
            kind = entry.get("type") or ("custom" if "custom" in entry else "function")
            call = self._call(entry, kind)
            yield call, call.add(entry, entry.get("custom" if kind == "custom" else "function") or {})
        legacy = delta.get("function_call")
        if legacy:
            self.legacy = self.legacy or GatheredCall("legacy")
            yield self.legacy, self.legacy.add({}, legacy)

    def _call(self, entry: Json, kind: str) -> GatheredCall:
        """The call of an entry: that of its index, unless another id says that it is a new one."""
        index, given = entry.get("index"), entry.get("id")
        known = self.by_index.get(index) if index is not None else (self.calls[-1] if self.calls else None)
        if given:
            same = self._by_id.get(given)
            if same is not None and known is None and (entry.get(kind) or {}).get("name") and same.whole:
                same = None  # an id that is used twice: the call that it belonged to has ended
            if same is not None and (known is None or known.id):
                known = same if index is None or known is None or known.id != given else known
            elif known is not None and known.id and known.id != given:
                known = None
        if known is None:
            known = GatheredCall(kind)
            self.calls.append(known)
        if given and not known.id:
            self._by_id.setdefault(given, known)
        self.by_index[index] = known
        return known

    def said(self) -> Json:
        """The choice of a finished answer."""
        message: Json = {"role": "assistant", "content": self.content(), "refusal": None, **self.message}
        message |= {key: "".join(pieces) for key, pieces in self.strings.items() if key != "content"}
        message |= self.lists
        if self.calls:
            message["tool_calls"] = [call.entry() for call in self.calls]
        if self.legacy is not None:
            message["function_call"] = {"name": self.legacy.name, "arguments": self.legacy.text()}
        logprobs = {"content": None, "refusal": None, **self.logprobs} if self.logprobs else None
        return {
            "index": self.index,
            "message": message,
            "logprobs": logprobs,
            "finish_reason": self.finish,
            **self.more,
        }

    def content(self) -> Any:
        """The text; null when none came, a list when parts came; an empty string beside calls is no text."""
        if self.parts:
            return [*self.parts, *self._text_so_far()]
        pieces = self.strings.get("content")
        text = None if pieces is None else "".join(pieces)
        return text if text or not (self.calls or self.legacy) else None


CHOICE_KEYS = ("index", "delta", "message", "logprobs", "finish_reason")


def _merge_audio(audio: Json, delta: Json) -> None:
    for key, value in delta.items():
        if value is not None:
            audio[key] = (audio.get(key) or "") + value if key in ("data", "transcript") else value


class GatheredChat:
    """The finished answer of a Chat stream."""

    def __init__(self) -> None:
        self.top: Json = {}
        self.choices: dict[int, GatheredChoice] = {}

    def add_top(self, chunk: Json) -> None:
        """What a chunk says of the whole answer: the first id, time and model, the last of everything else."""
        for key, value in chunk.items():
            if value is None or key in DELTAS:
                continue
            if key not in FIRST or not self.top.get(key):
                self.top[key] = value

    def choice(self, index: int | None) -> GatheredChoice:
        """The answer of an index, begun if it is new."""
        number = index or 0
        found = self.choices.get(number)
        if found is None:
            found = self.choices[number] = GatheredChoice(number)
        return found

    def add(self, chunk: Json) -> None:
        """Everything that a chunk brings; other frames bring nothing."""
        if not is_chunk(chunk):
            return
        self.add_top(chunk)
        for choice in chunk.get("choices") or ():
            gathered, delta = self.choice(choice.get("index")), choice.get("delta") or {}
            gathered.add(choice, delta)
            for _ in gathered.calls_of(delta):
                pass

    def answer(self) -> Json:
        """The finished answer: CreateChatCompletionResponse."""
        choices = [choice.said() for _, choice in sorted(self.choices.items())]
        return {**self.top, "object": "chat.completion", "choices": choices}


DELTAS = ("object", "choices", "obfuscation")
FIRST = ("id", "created", "model")


def is_chunk(frame: Json) -> bool:
    """False for frames that are no part of the answer, as filters send them (streaming.md 2).

    A delta counts whatever the frame calls itself: some providers end with a frame of an object of their own.
    """
    return frame.get("object") in (CHUNK, None) or any("delta" in choice for choice in frame.get("choices") or ())
