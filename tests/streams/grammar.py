"""The grammar of either stream, as sections 1 and 2 of the streaming specification state it.

Written from the specification alone, without a look at what makes streams: `problems` names each rule that a
stream breaks, with the number of the event; empty means kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def problems(events: list[Json], family: str, *, usage: bool | None = None) -> list[str]:
    """Where a whole stream of a family departs from its grammar.

    `usage` says whether a Chat client asked for the usage chunk; None takes it from the stream itself.
    """
    reader: _Events | _Chunks = _Events() if family == "responses" else _Chunks(usage)
    for event in events:
        reader.read(event)
    reader.close()
    return reader.wrong


# Responses ------------------------------------------------------------------------------------------------------

REQUIRED = (
    *("id", "object", "created_at", "status", "error", "incomplete_details", "instructions", "model", "tools"),
    *("output", "parallel_tool_calls", "metadata", "tool_choice", "temperature", "top_p"),
)
"""What every Response has."""

SAME = ("id", "object", "created_at", "model")
"""What every Response of one stream has in common."""

ENDS = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
}
OPENINGS = {
    "response.created": ("in_progress", "queued"),
    "response.queued": ("queued",),
    "response.in_progress": ("in_progress",),
}

WHOLES = {
    "function_call": "arguments",
    "custom_tool_call": "input",
    "mcp_call": "arguments",
    "code_interpreter_call": "code",
}
"""The text that an item of a type is streamed by, outside of parts."""

EMPTY: dict[str, Json] = {
    "message": {"content": [], "status": "in_progress"},
    "reasoning": {"summary": []},
    "function_call": {"arguments": "", "status": "in_progress"},
    "custom_tool_call": {"input": ""},
}
"""What an item of a type says of itself when it is added."""

NAMED = {"function_call": ("call_id", "name"), "custom_tool_call": ("call_id", "name")}
"""What must be known of an item from the beginning."""

IDENTITY = ("type", "id", "call_id", "name", "namespace", "phase", "role")

_PARTS = {
    "response.output_text": ("output_text", "text"),
    "response.refusal": ("refusal", "refusal"),
    "response.reasoning_text": ("reasoning_text", "text"),
    "response.reasoning_summary_text": ("summary_text", "text"),
}
"""Prefix of the text events: the type of the part they stream, and the key that holds the whole."""

_PROGRESS = re.compile(
    r"response\.(web_search_call|file_search_call|code_interpreter_call|image_generation_call|mcp_call|mcp_list_tools"
    r"|shell_call|apply_patch_call|compaction|custom_tool_call|function_call)[_.]"
)


class _Part:
    def __init__(self, kind: str, implied: bool = False) -> None:
        self.kind = kind
        self.implied = implied
        self.text = ""
        self.done: str | None = None
        self.annotations: list[Any] = []
        self.logprobs: list[Any] = []
        self.final: Json | None = None


class _Item:
    def __init__(self, item: Json) -> None:
        self.added = item
        self.final: Json | None = None
        self.text = ""
        self.whole: str | None = None
        self.parts: dict[str, list[_Part]] = {"content": [], "summary": []}

    def open_part(self) -> _Part | None:
        """The part that is not done yet; parts of an item do not overlap."""
        return next((part for held in self.parts.values() for part in held if part.final is None), None)


class _Events:
    """Reads a Responses stream event by event: created, queued?, in_progress?, items, exactly one terminal."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.number = 0
        self.kind = ""
        self.first: Json | None = None
        self.stage: list[str] = []
        self.end: str | None = None
        self.items: dict[int, _Item] = {}
        self.rules: dict[str, Callable[[Json], None]] = {
            "response.created": self.opening,
            "response.queued": self.opening,
            "response.in_progress": self.opening,
            "response.output_item.added": self.item_added,
            "response.output_item.done": self.item_done,
            "response.content_part.added": self.part_added,
            "response.content_part.done": self.part_done,
            "response.reasoning_summary_part.added": self.part_added,
            "response.reasoning_summary_part.done": self.part_done,
            "response.output_text.annotation.added": self.annotation,
            "response.completed": self.terminal,
            "response.incomplete": self.terminal,
            "response.failed": self.terminal,
            "error": self.error,
        }
        for prefix in _PARTS:
            self.rules[f"{prefix}.delta"] = self.text_delta
            self.rules[f"{prefix}.done"] = self.text_done
        for prefix in ("function_call_arguments", "custom_tool_call_input", "mcp_call_arguments"):
            self.rules[f"response.{prefix}.delta"] = self.whole_delta
            self.rules[f"response.{prefix}.done"] = self.whole_done
        self.rules["response.code_interpreter_call_code.delta"] = self.whole_delta
        self.rules["response.code_interpreter_call_code.done"] = self.whole_done

    def no(self, rule: str) -> None:
        self.wrong.append(f"event {self.number} ({self.kind}): {rule}")

    def read(self, event: Json) -> None:
        self.kind = str(event.get("type"))
        if event.get("sequence_number") != self.number:
            self.no(f"sequence_number is {event.get('sequence_number')!r}, not {self.number}")
        if self.end:
            self.no(f"comes after the terminal {self.end}")
        if self.first is None and self.kind not in ("response.created", "error"):
            self.no("comes before response.created")
        self.rules.get(self.kind, self.progress)(event)
        self.number += 1

    def close(self) -> None:
        self.kind = "end of stream"
        if not self.end:
            self.no("no terminal event")

    # The life of the response

    def opening(self, event: Json) -> None:
        order = list(OPENINGS)
        if self.kind in self.stage:
            self.no("is sent twice")
        elif self.stage and order.index(self.kind) < order.index(self.stage[-1]):
            self.no(f"comes after {self.stage[-1]}")
        if self.items:
            self.no("comes after the first item")
        self.stage.append(self.kind)
        response = self.response(event)
        if response.get("status") not in OPENINGS[self.kind]:
            self.no(f"status is {response.get('status')!r}")
        if response.get("output"):
            self.no("output is not empty")
        if response.get("usage") is not None:
            self.no("usage is known already")

    def response(self, event: Json) -> Json:
        """The Response of a lifecycle event, complete and the same as ever."""
        response = event.get("response")
        if not isinstance(response, dict):
            self.no("has no response")
            return {}
        missing = [key for key in REQUIRED if key not in response]
        if missing:
            self.no(f"response lacks {', '.join(missing)}")
        if self.first is None:
            self.first = response
        changed = [key for key in SAME if response.get(key) != self.first.get(key)]
        if changed:
            self.no(f"response has another {', '.join(changed)} than in response.created")
        return response

    def terminal(self, event: Json) -> None:
        self.end = self.kind
        response = self.response(event)
        if response.get("status") != ENDS[self.kind]:
            self.no(f"status is {response.get('status')!r}")
        if (response.get("error") is not None) != (self.kind == "response.failed"):
            self.no("error is there exactly when the response failed")
        if (response.get("incomplete_details") is not None) != (self.kind == "response.incomplete"):
            self.no("incomplete_details is there exactly when the response is incomplete")
        if "usage" not in response:
            self.no("response lacks usage")
        self.whole_output(response.get("output") or [])
        self.statuses()

    def whole_output(self, output: list[Json]) -> None:
        for index, item in self.items.items():
            if item.final is None:
                self.no(f"item {index} is not done")
        done = [item.final for _, item in sorted(self.items.items()) if item.final is not None]
        if [_read(item) for item in output] != [_read(item) for item in done]:
            self.no("output is not what the done items say")
        ids = [item["id"] for item in output if item.get("id") is not None]
        if len(ids) != len(set(ids)):
            self.no("two items have the same id")
        if len(output) > 1 and any(_is_empty_message(item) for item in output):
            self.no("an empty message item beside others")

    def statuses(self) -> None:
        """Only a cut answer has incomplete items; an incomplete one only at its end."""
        final = [item.final for _, item in sorted(self.items.items()) if item.final is not None]
        cut = [i for i, item in enumerate(final) if item.get("status") == "incomplete"]
        if cut and self.kind == "response.completed":
            self.no("completed, yet an item is incomplete")
        if self.kind == "response.incomplete" and cut not in ([], [len(final) - 1]):
            self.no("incomplete, yet an item before the last is cut")

    def error(self, event: Json) -> None:
        self.end = "error"
        if not isinstance(event.get("message"), str):
            self.no("has no message")
        nested = event.get("error")
        if nested is not None and nested.get("message") != event.get("message"):
            self.no("has a nested error that says something else")

    # Items

    def item_added(self, event: Json) -> None:
        index, item = event.get("output_index"), event.get("item")
        if not isinstance(index, int) or not isinstance(item, dict):
            self.no("has no output_index or no item")
            return
        if index in self.items:
            self.no(f"output_index {index} is taken")
        if any(item.get("id") == held.added.get("id") is not None for held in self.items.values()):
            self.no("the id of the item is taken")
        if item.get("id") is None:
            self.no("the item has no id")
        self.skeleton(item, item.get("type", ""))
        self.items[index] = _Item(item)

    def skeleton(self, item: Json, kind: str) -> None:
        """An added item holds nothing yet, but what clients must know of it at once."""
        for key, empty in EMPTY.get(kind, {}).items():
            if item.get(key) != empty:
                self.no(f"{key} of the added {kind} is {item.get(key)!r}, not {empty!r}")
        for key in NAMED.get(kind, ()):
            if not item.get(key):
                self.no(f"the added {kind} has no {key}")

    def item_of(self, event: Json) -> _Item | None:
        """The open item that an event speaks of, if it names one rightly."""
        item = self.items.get(event.get("output_index", -1))
        if item is None:
            self.no("speaks of an item that was not added")
            return None
        if item.final is not None:
            self.no("speaks of an item that is done")
        if "item_id" in event and event["item_id"] != item.added.get("id"):
            self.no(f"item_id {event['item_id']!r} is not that of the added item")
        return item

    def item_done(self, event: Json) -> None:
        item = self.item_of(event)
        if item is None:
            return
        final = event.get("item") or {}
        changed = [key for key in IDENTITY if item.added.get(key) != final.get(key)]
        if changed:
            self.no(f"the item has another {', '.join(changed)} than when it was added")
        if final.get("status") in ("in_progress", "searching", "queued"):
            self.no(f"the done item is {final['status']}")
        if final.get("type") in ("message", "function_call") and not final.get("status"):
            self.no("the done item has no status")
        if item.open_part() is not None:
            self.no("a part of the item is not done")
        self.whole_item(item, final)
        item.final = final

    def whole_item(self, item: _Item, final: Json) -> None:
        """The done item holds what its events held."""
        key = WHOLES.get(final.get("type", ""))
        if key and (final.get(key) or "") != (item.whole or ""):
            self.no(f"{key} of the done item is not that of its done event")
        if final.get("type") not in ("message", "reasoning"):
            return
        for key, parts in item.parts.items():
            said, held = [part.final for part in parts], final.get(key) or []
            if said != held:
                self.no(f"{key} of the done item is not what its parts say")

    # Parts

    def part_added(self, event: Json) -> None:
        item, (key, index) = self.item_of(event), _place(event)
        part = event.get("part") or {}
        if item is None:
            return
        if item.open_part() is not None:
            self.no("a part is added while another one is open")
        if index != len(item.parts[key]):
            self.no(f"{key} index {index!r} is not the next one")
        kind = part.get("type", "")
        if kind not in _PART_OF[key].get(item.added.get("type", ""), ()):
            self.no(f"a {kind or 'nameless part'} is no part of {item.added.get('type')}")
        if part.get(_whole_of(kind)) != "" or part.get("annotations") or part.get("logprobs"):
            self.no("the added part is not empty")
        item.parts[key].append(_Part(kind))

    def part_of(self, event: Json, kind: str | None = None) -> _Part | None:
        item, (key, index) = self.item_of(event), _place(event)
        if item is None:
            return None
        if kind == "reasoning_text" and index == len(item.parts[key]) and item.open_part() is None:
            item.parts[key].append(_Part(kind, implied=True))  # content_part events are optional here (1.3, rtext)
        if not isinstance(index, int) or not 0 <= index < len(item.parts[key]):
            self.no("speaks of a part that was not added")
            return None
        part = item.parts[key][index]
        if part.final is not None:
            self.no("speaks of a part that is done")
        if kind and part.kind != kind:
            self.no(f"speaks of a {part.kind}")
        return part

    def text_delta(self, event: Json) -> None:
        part = self.part_of(event, _PARTS[self.kind.rpartition(".")[0]][0])
        if part is None:
            return
        if part.done is not None:
            self.no("comes after the text is done")
        if not event.get("delta"):
            self.no("says nothing")
        if self.kind == "response.output_text.delta":
            if not isinstance(event.get("logprobs"), list):
                self.no("has no logprobs")
            part.logprobs += event.get("logprobs") or []
        part.text += event.get("delta") or ""

    def text_done(self, event: Json) -> None:
        kind, key = _PARTS[self.kind.rpartition(".")[0]]
        part = self.part_of(event, kind)
        if part is None:
            return
        if part.done is not None:
            self.no("is sent twice for the part")
        if event.get(key) != part.text:
            self.no(f"{key} is not what its deltas say")
        if kind == "output_text" and not _same_tokens(event.get("logprobs"), part.logprobs):
            self.no("logprobs are not those of its deltas")
        part.done = event.get(key)
        if part.implied:
            part.final = {"type": kind, key: part.done}

    def annotation(self, event: Json) -> None:
        part = self.part_of(event, "output_text")
        if part is None:
            return
        if event.get("annotation_index") != len(part.annotations):
            self.no(f"annotation_index {event.get('annotation_index')!r} is not the next one")
        part.annotations.append(event.get("annotation"))

    def part_done(self, event: Json) -> None:
        part, final = self.part_of(event), event.get("part") or {}
        if part is None:
            return
        if final.get("type") != part.kind:
            self.no(f"the part is a {final.get('type')} now")
        if part.done is None:
            self.no("comes before the text is done")
        elif final.get(_whole_of(part.kind)) != part.done:
            self.no("the done part is not what its done text says")
        if (final.get("annotations") or []) != part.annotations:
            self.no("the done part has other annotations than were added")
        if not _same_tokens(final.get("logprobs"), part.logprobs):
            self.no("the done part has other logprobs than its deltas")
        part.final = final

    # Calls and hosted tools

    def whole_delta(self, event: Json) -> None:
        item = self.item_of(event)
        if item is None:
            return
        if not self.fits(item):
            self.no(f"speaks of a {item.added.get('type')}")
        if item.whole is not None:
            self.no("comes after the whole is done")
        if not event.get("delta"):
            self.no("says nothing")
        item.text += event.get("delta") or ""

    def whole_done(self, event: Json) -> None:
        item = self.item_of(event)
        if item is None:
            return
        if not self.fits(item):
            self.no(f"speaks of a {item.added.get('type')}")
        if item.whole is not None:
            self.no("is sent twice for the item")
        key = WHOLES.get(item.added.get("type", ""), "")
        if event.get(key) != item.text:
            self.no(f"{key} is not what its deltas say")
        item.whole = event.get(key)

    def fits(self, item: _Item) -> bool:
        return self.kind.startswith(f"response.{item.added.get('type')}_")

    def progress(self, event: Json) -> None:
        """Progress of a hosted tool happens while its item is open; unknown events are nobody's business."""
        if _PROGRESS.match(self.kind):
            self.item_of(event)


_PART_OF = {
    "content": {"message": ("output_text", "refusal"), "reasoning": ("reasoning_text",)},
    "summary": {"reasoning": ("summary_text",)},
}


def _place(event: Json) -> tuple[str, Any]:
    """The list that a part stands in, and its index there."""
    if "summary_index" in event:
        return "summary", event["summary_index"]
    return "content", event.get("content_index")


def _whole_of(kind: str) -> str:
    return "refusal" if kind == "refusal" else "text"


def _same_tokens(told: Any, said: list[Any]) -> bool:
    """The same tokens; `bytes` stand in parts only, and the live service rounds what it repeats."""
    told = told or []
    pairs = zip(told, said, strict=False)
    return len(told) == len(said) and all(
        a.get("token") == b.get("token") and abs(a.get("logprob", 0) - b.get("logprob", 0)) < 1e-4 for a, b in pairs
    )


def _read(item: Json) -> Json:
    """An item without what the live service encrypts anew each time that it says it."""
    return {key: value for key, value in item.items() if key != "encrypted_content"}


def _is_empty_message(item: Json) -> bool:
    if item.get("type") != "message":
        return False
    return not any(part.get("text") or part.get("refusal") for part in item.get("content") or ())


# Chat -----------------------------------------------------------------------------------------------------------

FINISHES = ("stop", "length", "tool_calls", "content_filter", "function_call")


class _Choice:
    """What one choice of a Chat stream has said so far."""

    def __init__(self) -> None:
        self.finish: str | None = None
        self.text = ""
        self.says_empty = False
        self.refusal = ""
        self.calls: list[str] = []
        self.legacy = False


class _Chunks:
    """Reads a Chat stream chunk by chunk: per choice one first, deltas, one finish; the usage chunk last."""

    def __init__(self, usage: bool | None) -> None:
        self.wrong: list[str] = []
        self.number = 0
        self.usage = usage
        self.first: Json | None = None
        self.choices: dict[int, _Choice] = {}
        self.at = 0
        self.usages = 0
        self.ended: str | None = None
        self.rules: dict[str, Callable[[_Choice, Any], None]] = {
            "content": self.content,
            "refusal": self.refusal,
            "tool_calls": self.tool_calls,
            "function_call": self.function_call,
        }

    def no(self, rule: str) -> None:
        self.wrong.append(f"chunk {self.number}: {rule}")

    def read(self, chunk: Json) -> None:
        if self.ended:
            self.no(f"comes after the {self.ended}")
        if chunk.get("error"):
            self.error(chunk)
        else:
            self.head(chunk)
            self.usage_of(chunk)
            for choice in chunk.get("choices") or ():
                self.choice(choice)
        self.number += 1

    def close(self) -> None:
        if self.ended == "error":
            return
        if not self.choices:
            self.no("no choice was ever begun")
        for index, choice in self.choices.items():
            if choice.finish is None:
                self.no(f"choice {index} has no finish_reason")
        if self.usage and not self.usages:
            self.no("usage was asked for and never told")

    def error(self, chunk: Json) -> None:
        self.ended = "error"
        error = chunk["error"]
        if chunk.get("choices"):
            self.no("an error frame has no choices")
        if not isinstance(error, dict) or not isinstance(error.get("message"), str):
            self.no("the error has no message")

    def head(self, chunk: Json) -> None:
        missing = [key for key in ("id", "created", "model", "object", "choices") if chunk.get(key) is None]
        if missing:
            self.no(f"lacks {', '.join(missing)}")
        if chunk.get("object") not in (None, "chat.completion.chunk"):
            self.no(f"object is {chunk['object']!r}")
        if self.first is None:
            self.first = chunk
            self.usage = "usage" in chunk if self.usage is None else self.usage
        changed = [key for key in ("id", "created", "model") if chunk.get(key) != self.first.get(key)]
        if changed:
            self.no(f"has another {', '.join(changed)} than the first chunk")
        if not chunk.get("choices") and not chunk.get("usage") and not chunk.get("moderation"):
            self.no("has no choices and tells nothing else")

    def usage_of(self, chunk: Json) -> None:
        if ("usage" in chunk) != bool(self.usage):
            self.no("has no usage key" if self.usage else "has a usage key though nobody asked")
        if chunk.get("usage") is None:
            return
        self.usages += 1
        self.ended = "usage chunk"
        if chunk.get("choices"):
            self.no("the usage chunk has choices")
        if any(choice.finish is None for choice in self.choices.values()):
            self.no("usage is told before the finish")

    def choice(self, told: Json) -> None:
        missing = [key for key in ("index", "delta", "finish_reason") if key not in told]
        if missing:
            self.no(f"the choice lacks {', '.join(missing)}")
        self.at = told.get("index", 0)
        delta = told.get("delta") or {}
        begins = self.at not in self.choices
        choice = self.choices.setdefault(self.at, _Choice())
        if choice.finish is not None:
            self.no("the choice goes on after its finish_reason")
        self.role(delta, begins)
        for key, rule in self.rules.items():
            if delta.get(key) is not None:
                rule(choice, delta[key])
        if told.get("finish_reason") is not None:
            self.finish(choice, told["finish_reason"], delta)
        elif not begins and not any(value for value in delta.values()):
            self.no("the delta says nothing")

    def role(self, delta: Json, begins: bool) -> None:
        if begins and delta.get("role") != "assistant":
            self.no("the first delta has no role")
        if not begins and "role" in delta:
            self.no("the role is told again")

    def content(self, choice: _Choice, text: Any) -> None:
        if not isinstance(text, str):
            self.no("content is no string")
        choice.text += str(text)
        choice.says_empty = choice.says_empty or not text

    def refusal(self, choice: _Choice, text: str) -> None:
        choice.refusal += text

    def tool_calls(self, choice: _Choice, calls: list[Json]) -> None:
        for call in calls:
            index = call.get("index")
            if not isinstance(index, int) or not 0 <= index <= len(choice.calls):
                self.no(f"tool index {index!r} is neither known nor the next one")
            elif index == len(choice.calls):
                self.begun(choice, call)
            else:
                self.continued(choice.calls[index], call)

    def begun(self, choice: _Choice, call: Json) -> None:
        kind = call.get("type")
        inner = call.get(str(kind)) or {}
        if not call.get("id"):
            self.no("a call begins without id")
        if kind not in ("function", "custom"):
            self.no(f"a call begins as {kind!r}")
        if not inner.get("name"):
            self.no("a call begins without name")
        if not isinstance(inner.get("input" if kind == "custom" else "arguments"), str):
            self.no("a call begins without arguments")
        choice.calls.append(str(kind))

    def continued(self, kind: str, call: Json) -> None:
        inner = call.get(kind)
        if call.get("id") is not None:
            self.no("the id of a call is told again")
        if call.get("type", kind) != kind or not isinstance(inner, dict):
            self.no(f"a {kind} call goes on as something else")
        elif inner.get("name") is not None:
            self.no("the name of a call is told again")

    def function_call(self, choice: _Choice, call: Json) -> None:
        if choice.legacy == bool(call.get("name")):
            self.no("the name of the function_call is told " + ("again" if choice.legacy else "late or never"))
        choice.legacy = True

    def finish(self, choice: _Choice, reason: Any, delta: Json) -> None:
        choice.finish = reason
        if reason not in FINISHES:
            self.no(f"finish_reason is {reason!r}")
        if any(value for value in delta.values()):
            self.no("the finish chunk has a delta")
        due = "tool_calls" if choice.calls else "function_call" if choice.legacy else "stop"
        if reason not in (due, "length", "content_filter"):
            self.no(f"finish_reason is {reason!r}, not {due!r}")
        if choice.says_empty and not choice.text and (choice.calls or choice.legacy or choice.refusal):
            self.no("content is empty, not null, beside calls or a refusal")
