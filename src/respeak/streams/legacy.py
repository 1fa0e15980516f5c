"""Calls of chunks as the deprecated `function_call`, and back: for clients and upstreams that know one call.

The finished answer, which `settle` translates, tells what is lost; here is only what has to be said.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from respeak.crossing import bridges
from respeak.crossing.answer import REASONING
from respeak.crossing.answer_up import NO_ARGUMENTS
from respeak.crossing.broken import beside_error
from respeak.crossing.ids import legacy_call_id
from respeak.crossing.names import declared_tools
from respeak.plan import Job, Json
from respeak.streams.chunks import CHOICE, PLAIN_CHOICE, is_choice
from respeak.streams.gather_calls import GatheredCall, GatheredCalls
from respeak.streams.gather_chat import GatheredChat, spoken
from respeak.streams.legacy_call import CALLS, ENDS, OneFunction, OneTool
from respeak.streams.script import fresh

FINISHES = ("stop", "length", "content_filter", "function_call")
HEAD = ("id", "object", "created", "model", "usage")
is_plain = frozenset((*HEAD, "choices", "service_tier", "system_fingerprint", "obfuscation")).issuperset
"""True for a chunk with no key but the documented ones of every chunk."""
UNSAID = frozenset(("annotations", "audio", *REASONING))
"""Keys of a delta that a plain legacy client does not know."""


class AsFunction:
    """Chunks for a client of functions. `plain`: it knows content and function_call only, as vtrix documents.

    `gathered` knows which call an entry belongs to: this stage gathers the calls itself, unless it was told by `share`
    that the stage before does. `told` are keys beside the documented ones, which one chunk says for those after it.
    """

    def __init__(self, plain: bool) -> None:
        self.plain = plain
        self.choices: dict[Any, OneFunction] = {}
        self.gathered = GatheredChat()
        self.shared = False
        self.head: Json = {}
        self.told: Json = {}

    def share(self, gathered: GatheredChat) -> None:
        """Go by the calls that the stage before gathers of every chunk before it comes here."""
        self.gathered, self.shared = gathered, True

    def feed(self, chunk: Json) -> list[Json]:
        """The chunk with the first call as function_call; nothing, if nothing is left of it."""
        choices = chunk.get("choices")
        if not choices:
            return [*self.cut(), chunk] if chunk.get("error") else [chunk]
        if self.plain and chunk.get("error"):
            return self.broken(chunk)
        news = not is_plain(chunk) and self.news(chunk)
        quick = self.piece(choices[0]) if len(choices) == 1 and chunk.get("usage") is None and not news else None
        if quick is None:
            return self.general(chunk, news)
        return [{**chunk, "choices": [self.of(choices[0], quick)]}] if quick else []

    def news(self, chunk: Json) -> bool:
        """True for a chunk whose undocumented keys no chunk said yet: it is said although all else of it is not."""
        rest = {key: value for key, value in chunk.items() if not is_plain((key,))}
        told, self.told = self.told, {**self.told, **fresh(rest)}
        return self.told != told

    def of(self, choice: Json, delta: Json) -> Json:
        """The choice with another delta; a plain client knows no logprobs."""
        said = choice.copy()
        said["delta"] = delta
        if self.plain:
            said.pop("logprobs", None)
        return said

    @property
    def pattern(self) -> Json:
        """A choice as it comes out here."""
        return PLAIN_CHOICE if self.plain else CHOICE

    def piece(self, choice: Json) -> Json | None:
        """More text or arguments, which most chunks are: their delta, empty for a call too many; None for the rest."""
        delta = choice.get("delta")
        if (
            delta.__class__ is not dict
            or len(delta) != 1
            or choice.get("finish_reason") is not None
            or choice.get("logprobs") is not None
            or not is_choice(choice)
        ):
            return None
        return self.more(choice, delta)

    def more(self, choice: Json, delta: Json) -> Json | None:
        """As `piece`, of a choice that is known to hold this delta of one key, and nothing else of note."""
        state = self.choices.get(choice.get("index"))
        if state is None:
            return None
        if "content" in delta:
            said = isinstance(delta["content"], str) and delta["content"]
            return delta if said and self.more_text(choice) else None
        calls = delta.get("tool_calls")
        if calls is None:
            return {} if self.plain and delta.keys() <= UNSAID else None
        entry: Any = calls[0] if calls.__class__ is list and len(calls) == 1 else None
        inner: Any = entry.get("function") if entry.__class__ is dict else None
        piece = inner.get("arguments") if inner.__class__ is dict and len(inner) == 1 else None
        if not piece or len(entry) != 2 or entry.get("index").__class__ is not int:
            return None
        return self.more_arguments(choice, state.by_index.get(entry["index"]), inner)

    def more_text(self, choice: Json) -> bool:
        """True if more text of this choice is said as it stands."""
        state = self.choices.get(choice.get("index"))
        if state is None or state.spoke == "refusal":
            return False
        state.spoke = "text"
        return True

    def more_arguments(self, choice: Json, call: GatheredCall | None, inner: Json) -> Json | None:
        """The delta of more arguments of a call; empty for a call too many, None if it has to wait."""
        state = self.choices.get(choice.get("index"))
        if state is None or state.call is None or state.held is not None:
            return None
        if call is not state.call:
            return {} if call else None
        state.arguments = True
        return {"function_call": inner}

    def more_function(self, choice: Json, inner: Json) -> Json | None:
        """None: more arguments of an upstream's own `function_call` are nothing for the short way."""
        return None

    def broken(self, chunk: Json) -> list[Json]:
        """An error beside a choice: what the choice says, then the error."""
        return [*self.general(beside_error(chunk), news=False), *self.cut(), {"error": chunk["error"]}]

    def cut(self) -> list[Json]:
        """Before an error, the calls that waited, as far as they came."""
        said = [(index, state.cut(self.gathered.choice(index).calls)) for index, state in self.choices.items()]
        return [_opening(self.head, index, {"function_call": call}) for index, call in said if call]

    def general(self, chunk: Json, news: bool) -> list[Json]:
        """What becomes of any chunk, whatever it holds; with news it is said even without any choice."""
        self.head = head = {key: chunk[key] for key in HEAD if key in chunk}
        choices = [self.choice(choice) for choice in chunk["choices"]]
        held = [whole for choice in chunk["choices"] for whole in self.held(choice)]
        kept = [choice for choice in choices if _says(choice)]
        rest = [{**chunk, "choices": kept}] if kept or news or chunk.get("usage") else []
        return [{**head, "choices": [choice]} for choice in held] + rest

    def held(self, choice: Json) -> list[Json]:
        """Before the finish, the call that waited until it was whole."""
        state = self.choices.get(choice.get("index"))
        if state is None or state.held is None or choice.get("finish_reason") is None:
            return []
        arguments = bridges.custom_arguments("".join(state.held))
        delta = {"function_call": {"name": state.name, "arguments": arguments}}
        state.held, state.arguments = None, True
        return [{"index": choice.get("index"), "delta": delta, "finish_reason": None}]

    def choice(self, choice: Json) -> Json:
        state = self.choices.setdefault(choice.get("index"), OneFunction())
        delta = dict(choice.get("delta") or {})
        calls = self.gathered.choice(choice.get("index")).calls
        state.by_index = calls.by_index
        if not self.shared:
            calls.take(delta)
        finish = choice.get("finish_reason")
        said = self.called(delta.pop("tool_calls", None) or (), delta.pop("function_call", None), calls, state, finish)
        if state.silent(finish):
            said["arguments"], state.arguments = NO_ARGUMENTS, True
        if said:
            delta["function_call"] = said
        out = {**choice, "delta": self.plainly(delta, state) if self.plain else delta}
        if self.plain:
            out.pop("logprobs", None)
        if finish is not None:
            out["finish_reason"] = self.finish(finish, state)
        return out

    def called(
        self, entries: Iterable[Json], legacy: Any, calls: GatheredCalls, state: OneFunction, finish: Any
    ) -> Json:
        """What a delta says of the call that is said: all of it when it is known which one that is, then its pieces."""
        if state.call is None:
            state.call = calls.first(ended=finish is not None)
            return {} if state.call is None else state.begin()
        said: Json = {}
        for entry, call in zip(entries, calls.latest, strict=False):
            if call is state.call:
                state.entry(entry, said)
        if legacy and state.call is calls.legacy:
            said = state.function(legacy)
        return said

    def plainly(self, delta: Json, state: OneFunction) -> Json:
        """The delta for a client that knows no refusal, citations or reasoning: a refusal is text behind the text."""
        out = {key: value for key, value in delta.items() if key not in UNSAID}
        content, refusal = out.get("content"), out.pop("refusal", None)
        said = list(spoken(content)) if isinstance(content, list) else [("text", content)]
        pieces = [state.joined(kind, piece) for kind, piece in (*said, ("refusal", refusal)) if piece]
        if pieces or isinstance(content, list):
            out["content"] = "".join(pieces)
        return out

    def finish(self, reason: str, state: OneFunction) -> str:
        if reason in CALLS:
            return "function_call" if state.call or not self.plain else "stop"
        return reason if reason in FINISHES or not self.plain else ("function_call" if state.call else "stop")


def _opening(head: Json, index: Any, delta: Json) -> Json:
    """A chunk that says a delta and nothing else."""
    counted = {"usage": None} if "usage" in head else {}
    return {**head, **counted, "choices": [{"index": index, "delta": delta, "finish_reason": None}]}


def _says(choice: Json) -> bool:
    """True for a choice with any news."""
    delta = choice.get("delta") or {}
    return any(delta.values()) or any(value for key, value in choice.items() if key not in ("index", "delta"))


def plain_function(job: Job) -> AsFunction:
    """The stage for clients that know content and function_call only."""
    return AsFunction(plain=True)


class AsTools:
    """Chunks of an upstream of functions for a client that declared tools: one entry of tool_calls."""

    def __init__(self, job: Job) -> None:
        self.asked = bool((job.request or {}).get("tools"))
        self.custom = {name for name, tool in declared_tools(job).items() if tool.type == "custom"}
        self.choices: dict[Any, OneTool] = {}
        self.head: Json = {}

    def feed(self, chunk: Json) -> list[Json]:
        """The chunk with tool_calls in place of function_call; nothing while all that it brings has to wait."""
        choices = chunk.get("choices")
        if not choices:
            return [*self.cut(), chunk] if chunk.get("error") else [chunk]
        quick = self.piece(choices[0]) if len(choices) == 1 else None
        if quick is not None:
            return [{**chunk, "choices": [self.of(choices[0], quick)]}]
        self.head = {key: chunk[key] for key in HEAD if key in chunk}
        told = [self.choice(choice, chunk) for choice in choices]
        said = [choice for *_, choice in told]
        opened = [
            _opening(self.head, opening["index"], opening["delta"]) for *openings, _ in told for opening in openings
        ]
        return opened if self.waits(chunk, said) else [*opened, {**chunk, "choices": said}]

    def cut(self) -> list[Json]:
        """Before an error, the calls that waited for more of their name or their input, as far as they came."""
        said = [(number, entry) for number, state in self.choices.items() for entry in self.held(state) if entry]
        return [_opening(self.head, number, {"tool_calls": [entry]}) for number, entry in said]

    def held(self, state: OneTool) -> list[Json]:
        """What of a call waits, if anything does."""
        waits = self.asked and state.name and (state.index is None or state.held is not None)
        return self.entries({}, state, "length", str(self.head.get("id") or "0")) if waits else []

    def waits(self, chunk: Json, said: list[Json]) -> bool:
        """True for a chunk of which nothing but a part of a name came, which waits."""
        brought = any((choice.get("delta") or {}).get("function_call") for choice in chunk["choices"])
        silent = brought and is_plain(chunk) and chunk.get("usage") is None
        return silent and not any(_says(choice) for choice in said)

    def of(self, choice: Json, delta: Json) -> Json:
        """The choice with another delta."""
        said = choice.copy()
        said["delta"] = delta
        return said

    def piece(self, choice: Json) -> Json | None:
        """More text or arguments, which most chunks are: their delta; None for the rest."""
        delta = choice.get("delta")
        return self.more(choice, delta) if delta.__class__ is dict and len(delta) == 1 else None

    def more(self, choice: Json, delta: Json) -> Json | None:
        """As `piece`, of a choice that is known to hold this delta of one key."""
        if not self.more_text(choice):
            return None
        call = delta.get("function_call")
        if call.__class__ is not dict:
            return delta if "content" in delta else None
        return self.more_function(choice, call) if len(call) == 1 and call.get("arguments") else None

    def more_text(self, choice: Json) -> bool:
        """True if more text of this choice is said as it stands."""
        return choice.get("finish_reason", "") is None

    def more_arguments(self, choice: Json, call: GatheredCall | None, inner: Json) -> Json | None:
        """None: more arguments of an upstream's own `tool_calls` are nothing for the short way."""
        return None

    def more_function(self, choice: Json, inner: Json) -> Json | None:
        """The delta of more arguments of the call; None if they have to wait."""
        state = self.choices.get(choice.get("index"))
        if state is None or not state.arguments or state.held is not None or not self.more_text(choice):
            return None
        return {"tool_calls": [{"index": state.index, "function": inner}]} if self.asked else {"function_call": inner}

    def choice(self, choice: Json, chunk: Json) -> list[Json]:
        """What becomes of a choice; before it the beginning of its call, if that waited for its name."""
        state = self.choices.setdefault(choice.get("index"), OneTool())
        delta, finish = dict(choice.get("delta") or {}), choice.get("finish_reason")
        if delta.get("tool_calls"):
            delta["tool_calls"] = [state.beside(entry) for entry in delta["tool_calls"]]
        call, openings = delta.get("function_call"), []
        if call or (finish is not None and state.name):
            delta.pop("function_call", None)
            if self.asked:
                *openings, entry = self.entries(call or {}, state, finish, str(chunk.get("id") or "0"))
                delta |= {"tool_calls": [*(delta.get("tool_calls") or ()), entry]} if entry else {}
            else:
                said = self.function(call or {}, state, finish)
                delta |= {"function_call": said} if said else {}
        at = {"index": choice.get("index"), "finish_reason": None}
        before = [{**at, "delta": {"tool_calls": [opening]}} for opening in openings]
        return [*before, {**choice, "delta": delta, "finish_reason": self.finish(finish, state)}]

    def finish(self, reason: Any, state: OneTool) -> Any:
        """How the choice ended: a call of old is one for clients that know it, beside none of the new ones."""
        if reason not in CALLS:
            return reason
        if not (state.name or state.entries):
            return "stop"
        return "tool_calls" if self.asked or state.entries else reason

    def function(self, call: Json, state: OneTool, finish: Any) -> Json:
        """A piece of function_call for a client that knows it; empty for one that has to wait."""
        call = state.named(call)
        if not state.name:
            state.early.append(call.get("arguments") or "")
            return {}
        early, state.early = "".join(state.early), []
        said = {**call, "arguments": early + (call.get("arguments") or "")} if early else call
        if finish in ENDS and not (state.arguments or said.get("arguments")):
            said["arguments"] = NO_ARGUMENTS
        state.arguments = state.arguments or bool(said.get("arguments"))
        return said

    def entries(self, call: Json, state: OneTool, finish: Any, owner: str) -> list[Json]:
        """A piece of function_call as a piece of its entry; empty for one that has to wait.

        The entry begins with the first arguments, for until then more of the name may come: before them, if it waited.
        """
        if state.index is None:
            name, waited = call.get("name") or "", bool(state.early)
            state.name += name if name != state.name else ""
            state.early.append(call.get("arguments") or "")
            if not state.name or (finish is None and not any(state.early)):
                return [{}]
            opening = self.opened(state, owner)
            rest = self.rest("".join(state.early), state, finish)
            return [opening, rest] if waited else [_joined(opening, rest)]
        return [self.rest(call.get("arguments") or "", state, finish)]

    def opened(self, state: OneTool, owner: str) -> Json:
        """The entry as it begins, without arguments."""
        kind, key = ("custom", "input") if state.name in self.custom else ("function", "arguments")
        state.index, state.held = state.entries, [] if kind == "custom" else None
        return {
            "index": state.index,
            "id": legacy_call_id(owner, 0),
            "type": kind,
            kind: {"name": state.name, key: ""},
        }

    def rest(self, piece: str, state: OneTool, finish: Any) -> Json:
        """More arguments of the entry; a custom tool's input waits until it is whole."""
        if state.held is None:
            piece = piece or (NO_ARGUMENTS if finish in ENDS and not state.arguments else "")
            state.arguments = state.arguments or bool(piece)
            return {"index": state.index, "function": {"arguments": piece}} if piece else {}
        state.arguments = True
        state.held.append(piece)
        if finish is None:
            return {}
        text, state.held = "".join(state.held), []  # some providers finish twice
        return {"index": state.index, "custom": {"input": bridges.custom_input(text)}} if text else {}


def _joined(opening: Json, rest: Json) -> Json:
    """One entry that begins the call and brings its first arguments."""
    kind = opening["type"]
    return {**opening, kind: {**opening[kind], **rest.get(kind, {})}}
