"""A finished Chat answer, gathered from its chunks (the grammar of a Chat stream: streaming.md section 2).

A gateway that retries may begin its answer anew in the same stream: what came before is not said twice (BUG/76).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from respeak.codes import Code
from respeak.crossing.answer import REASONING
from respeak.crossing.answer_up import CUT
from respeak.crossing.broken import error_of, event_error
from respeak.plan import Json
from respeak.streams.gather_calls import GatheredCalls
from respeak.streams.retried_calls import RetriedCalls
from respeak.streams.told import Contradicted
from respeak.verbs import DEGRADING, approximated

STRINGS = ("content", "refusal", *REASONING[:2])
"""Keys of a delta whose pieces are put one behind the other."""

LISTS = ("annotations", "reasoning_details")
"""Keys of a delta whose entries are put one behind the other."""

CHUNK = "chat.completion.chunk"

GRAVE = (*CUT, "error")
"""Values of finish_reason that count although an earlier one said that the answer is whole."""

MERGED = approximated(
    Code.MESSAGES_MERGED, DEGRADING, "the upstream began its answer anew, and not as before; both stand in it"
)


class GatheredChoice:
    """One of the answers of a stream.

    `by_index` is that of its calls, which the short ways read of every piece.
    `again` holds the texts that a second attempt may say once more, and how much of each it said; `merged` says that it
    said something else. `listed` holds the entries of lists that it has not said once more, `retried` its calls, where
    the first one called.
    """

    def __init__(self, index: int) -> None:
        self.index = index
        self.strings: dict[str, list[str]] = {}
        self.parts: list[Json] = []
        self.lists: dict[str, list[Any]] = {}
        self.calls = GatheredCalls()
        self.by_index = self.calls.by_index
        self.finish: Any = None
        self.logprobs: Json = {}
        self.message: Json = {}
        self.more: Json = {}
        self.again: dict[str, tuple[str, int]] = {}
        self.listed: dict[str, list[Any]] = {}
        self.retried: RetriedCalls | None = None
        self.merged = False

    def add(self, choice: Json, delta: Json) -> None:
        """Everything of a choice but its calls, which `calls` takes."""
        for key, value in delta.items():
            if value is None or key in ("tool_calls", "function_call"):
                continue
            if key in STRINGS and isinstance(value, str):
                if value or key == "content":
                    self.strings.setdefault(key, []).append(value)
            else:
                self._keep(key, value)
        finish = choice.get("finish_reason")
        if finish is not None and (self.finish is None or (finish in GRAVE and self.finish not in GRAVE)):
            self.finish = finish
        self._weigh(choice.get("logprobs") or {})
        self.more.update((key, value) for key, value in choice.items() if key not in CHOICE_KEYS)

    def _weigh(self, logprobs: Json) -> None:
        for key, entries in logprobs.items():
            held = self.logprobs.get(key)
            if isinstance(entries, list) and isinstance(held, list):
                held += entries
            elif entries is not None:
                self.logprobs[key] = list(entries) if isinstance(entries, list) else entries

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

    def begin_again(self) -> None:
        """A second attempt begins: all that was said so far is expected once more."""
        self.again = {key: ("".join(pieces), 0) for key, pieces in self.strings.items() if any(pieces)}
        self.listed = {key: list(entries) for key, entries in self.lists.items()}
        self.retried = RetriedCalls(self.calls) if any(call.told for call in self.calls) else None

    def unsaid(self, choice: Json) -> Json:
        """What a choice of a second attempt says beyond the first; of a text all, once it is another one.

        Raises Contradicted if it makes other calls.
        """
        delta = {key: value for key, value in _delta(choice).items() if key != "role"}
        if self.retried is not None:
            delta = self.retried.unsaid(delta)
            if choice.get("finish_reason") is not None and self.retried.due:
                raise Contradicted
        for key, due in self.listed.items():
            entries = [entry for entry in delta.pop(key, None) or () if not _struck(entry, due)]
            delta |= {key: entries} if entries else {}
        out = {**choice, "delta": delta}
        for key, (said, told) in list(self.again.items()):
            piece, rest = delta.get(key), said[told:]
            if not isinstance(piece, str) or not piece:
                continue
            if rest.startswith(piece):
                del delta[key]
                out["logprobs"] = None
                self.again[key] = said, told + len(piece)
                continue
            del self.again[key]
            same = piece.startswith(rest)
            delta[key] = piece[len(rest) :] if same else said[:told] + piece
            self.merged = self.merged or not same
        return out

    def said(self) -> Json:
        """The choice of a finished answer."""
        message: Json = {"role": "assistant", "content": self.content(), "refusal": None, **self.message}
        message |= {key: "".join(pieces) for key, pieces in self.strings.items() if key != "content"}
        message |= self.lists
        if self.calls.told:
            message["tool_calls"] = [call.entry() for call in self.calls.told]
        if self.calls.legacy is not None:
            message["function_call"] = self.calls.legacy.function()
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
        return text if text or not self.calls else None


def _struck(entry: Any, due: list[Any]) -> bool:
    """True for an entry that was due, and is no more."""
    found = entry in due
    if found:
        due.remove(entry)
    return found


CHOICE_KEYS = ("index", "delta", "message", "logprobs", "finish_reason")


def _merge_audio(audio: Json, delta: Json) -> None:
    for key, value in delta.items():
        if value is not None:
            audio[key] = (audio.get(key) or "") + value if key in ("data", "transcript") else value


class GatheredChat:
    """The finished answer of a Chat stream.

    `broken`: it began anew and said something else, so it has no end. `failed`: an error ended it.
    """

    def __init__(self) -> None:
        self.top: Json = {}
        self.choices: dict[int, GatheredChoice] = {}
        self.attempt: Any = None
        self.roles = self.broken = self.failed = False

    def heard(self, chunk: Json) -> Json:
        """The chunk without what an earlier attempt said already. Raises Contradicted if it calls something else."""
        if not is_chunk(chunk):
            return chunk
        choices = chunk.get("choices") or []
        if any("message" in choice for choice in choices):
            choices = [self.in_pieces(choice) for choice in choices]
            chunk = {**chunk, "object": CHUNK, "choices": choices}
        named = any(_delta(choice).get("role") for choice in choices)
        again = named and self.begins_again(chunk, choices)
        if again:
            for gathered in self.choices.values():
                gathered.begin_again()
        if not (again or self.repeating):
            return chunk
        return {**chunk, "choices": [self.choice(choice.get("index")).unsaid(choice) for choice in choices]}

    def in_pieces(self, choice: Json) -> Json:
        """A choice without the message that some services send: beside a piece it repeats what was said so far.

        Without one it is all that the choice says, so the rest of it comes as a second attempt would say it.
        """
        message, rest = choice.get("message"), {key: value for key, value in choice.items() if key != "message"}
        if not isinstance(message, dict) or any(value for key, value in _delta(choice).items() if key != "role"):
            return rest
        delta = dict(message)
        if delta.get("tool_calls"):
            delta["tool_calls"] = [{"index": i, **call} for i, call in enumerate(delta["tool_calls"])]
        if self.knows(choice):
            self.choice(choice.get("index")).begin_again()
            delta.pop("role", None)
        return {**rest, "delta": delta}

    @property
    def repeating(self) -> bool:
        """True while a second attempt has not said all that the first one said; its calls have other ids to the end."""
        choices = self.choices.values()
        return any(each.again or any(each.listed.values()) or each.retried is not None for each in choices)

    def begins_again(self, chunk: Json, choices: list[Json]) -> bool:
        """True for the first chunk of a second attempt: the role alone, once more of a choice, under another id.

        Where the role comes with text in mid-stream, it comes in every chunk and means nothing. Only chunks with a role
        count, which never go the short way.
        """
        identifier, first = chunk.get("id"), not self.choices
        before, self.attempt = self.attempt, identifier
        if any(_says(choice) for choice in choices):
            self.roles = self.roles or not first
            return False
        return (
            any(map(self.knows, choices))
            and not (first or self.roles)
            and identifier not in (None, before)
            and before is not None
        )

    def add_top(self, chunk: Json) -> None:
        """What a chunk says of the whole answer: the first id, time and model, the last of everything else."""
        for key, value in chunk.items():
            if value is None or key in DELTAS:
                continue
            if key not in FIRST or not self.top.get(key):
                self.top[key] = value

    def knows(self, choice: Json) -> bool:
        """True for a choice of which a chunk came before."""
        return (choice.get("index") or 0) in self.choices

    def choice(self, index: int | None) -> GatheredChoice:
        """The answer of an index, begun if it is new."""
        number = index or 0
        found = self.choices.get(number)
        if found is None:
            found = self.choices[number] = GatheredChoice(number)
        return found

    def add(self, chunk: Json) -> None:
        """Everything that a chunk brings beyond an earlier attempt; an error is the end, an error event, too."""
        if self.failed:
            return
        self.failed = bool(error_of(chunk)[0])
        try:
            said = self.heard(chunk) if not self.broken else {}
        except Contradicted:
            self.broken, said = True, {}
        self.take({"error": event_error(chunk)} if chunk.get("type") == "error" else said)

    def take(self, chunk: Json) -> None:
        """Everything that a chunk brings; other frames bring nothing."""
        if not is_chunk(chunk):
            return
        self.add_top(chunk)
        for choice in chunk.get("choices") or ():
            gathered, delta = self.choice(choice.get("index")), _delta(choice)
            gathered.add(choice, delta)
            gathered.calls.take(delta)

    def answer(self) -> Json:
        """The finished answer: CreateChatCompletionResponse."""
        choices = [choice.said() for _, choice in sorted(self.choices.items())]
        return {**self.top, "object": "chat.completion", "choices": choices}

    def cut(self) -> Json:
        """The answer so far, as if it had been cut: nothing is judged by how it ended."""
        answer = self.answer()
        for choice in answer["choices"]:
            choice["finish_reason"] = choice["finish_reason"] or "length"
        return answer


def going_on(chunk: Json) -> Json:
    """The chunk of a Chat upstream; some say of a choice that goes on that it finished by "", where others say null."""
    choices = chunk.get("choices")
    if choices.__class__ is not list or not any(map(_goes_on, choices)):
        return chunk
    return {**chunk, "choices": [{**each, "finish_reason": None} if _goes_on(each) else each for each in choices]}


def _goes_on(choice: Any) -> bool:
    return choice.__class__ is dict and choice.get("finish_reason") == ""


def _delta(choice: Json) -> Json:
    """What is new in a choice."""
    delta: Json = choice.get("delta") or {}
    return delta


def _says(choice: Json) -> bool:
    """True for a choice that does more than name the role."""
    delta = _delta(choice)
    return choice.get("finish_reason") is not None or any(value for key, value in delta.items() if key != "role")


DELTAS = ("object", "choices", "obfuscation")
FIRST = ("id", "created", "model")


def spoken(content: list[Json]) -> Iterator[tuple[str, str]]:
    """What parts of content say, in their order: "text" or "refusal", and a piece that is not empty."""
    known = (part for part in content if part.get("type") in ("text", "refusal"))
    for kind, parts in groupby(known, lambda part: str(part["type"])):
        piece = "".join(part.get(kind) or "" for part in parts)
        if piece:
            yield kind, piece


def is_chunk(frame: Json) -> bool:
    """False for frames that are no part of the answer, as filters send them (streaming.md 2).

    A delta or a message counts whatever the frame calls itself: some providers end with an object of their own.
    """
    choices = frame.get("choices") or ()
    return frame.get("object") in (CHUNK, None) or any("delta" in each or each.get("message") for each in choices)
