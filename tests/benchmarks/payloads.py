"""Payloads as agents send and services answer them: generated, always the same, and never from recordings.

One neutral session (turns with commentary, reasoning, parallel calls and their outputs) is said in either family.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

MODEL = "gpt-5.3-codex"
_WORDS = [
    "the",
    "build",
    "fails",
    "because",
    "one",
    "test",
    "reads",
    "a",
    "file",
    "that",
    "nobody",
    "writes",
    "so",
    "I",
    "look",
    "at",
    "the",
    "log",
    "first",
    "and",
    "then",
    "at",
    "the",
    "function",
    "which",
    "opens",
    "it",
    "with",
    "its",
    "path",
    "and",
    "the",
    "caller",
    "that",
    "passes",
    "none;",
    "after",
    "this",
    "change",
    "every",
    "test",
    "passes",
    "again",
]
_COMMANDS = ("rg -n 'def parse' src", "sed -n 1,80p src/parser.py", "pytest -q tests/test_parser.py", "git diff --stat")


class Writer:
    """Text of any length, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self, length: int) -> str:
        words: list[str] = []
        left = length
        while left > 0:
            word = self.random.choice(_WORDS)
            words.append(word)
            left -= len(word) + 1
        return " ".join(words)[:length]

    def listing(self, length: int) -> str:
        """What a command prints: lines, quotes, tabs."""
        lines = []
        left = length
        while left > 0:
            line = f'{self.random.randrange(900)}:\t"{self.text(self.random.randrange(20, 90))}"'
            lines.append(line)
            left -= len(line) + 1
        return "\n".join(lines)[:length]

    def token(self, length: int = 24) -> str:
        return "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))


# Requests ---------------------------------------------------------------------------------------------------------


class Turn:
    """One turn of an agent: what it thought, said and called, and what came back."""

    def __init__(self, writer: Writer, number: int, output: int) -> None:
        self.number = number
        self.thought = writer.token(180)
        self.said = writer.text(120)
        count = 2 if number % 5 == 4 else 1
        self.calls = [
            (
                f"call_{writer.token()}",
                json.dumps({"command": ["bash", "-lc", writer.random.choice(_COMMANDS)], "workdir": "/repo"}),
                writer.listing(output),
            )
            for _ in range(count)
        ]

    def items(self) -> list[Json]:
        said = {"type": "output_text", "text": self.said, "annotations": []}
        return [
            {"type": "reasoning", "id": f"rs_{self.number}", "summary": [], "encrypted_content": self.thought},
            {
                "type": "message",
                "id": f"msg_{self.number}",
                "role": "assistant",
                "phase": "commentary",
                "status": "completed",
                "content": [said],
            },
            *(
                {
                    "type": "function_call",
                    "id": f"fc_{call_id}",
                    "call_id": call_id,
                    "name": "shell",
                    "arguments": arguments,
                    "status": "completed",
                }
                for call_id, arguments, _ in self.calls
            ),
            *(
                {"type": "function_call_output", "call_id": call_id, "output": output}
                for call_id, _, output in self.calls
            ),
        ]

    def messages(self) -> list[Json]:
        calls = [
            {"id": call_id, "type": "function", "function": {"name": "shell", "arguments": arguments}}
            for call_id, arguments, _ in self.calls
        ]
        return [
            {"role": "assistant", "content": self.said, "tool_calls": calls},
            *({"role": "tool", "tool_call_id": call_id, "content": output} for call_id, _, output in self.calls),
        ]


def parameters(writer: Writer, fields: int = 4) -> Json:
    """The schema of a tool."""
    return {
        "type": "object",
        "properties": {
            f"{writer.random.choice(_WORDS)}_{number}": {"type": "string", "description": writer.text(50)}
            for number in range(fields)
        },
        "required": [],
        "additionalProperties": False,
    }


def declared(count: int) -> list[Json]:
    """Function tools: name, description, parameters."""
    writer = Writer(3)
    names = ["shell", *(f"tool_{number}" for number in range(1, count))]
    return [{"name": name, "description": writer.text(150), "parameters": parameters(writer)} for name in names]


def session(items: int, output: int) -> list[Turn]:
    """Turns that make this many items, or a few more, with the message at the beginning."""
    writer, turns, said = Writer(items), [], 1
    while said < items:
        turns.append(Turn(writer, len(turns), output))
        said += len(turns[-1].items())
    return turns


def responses_request(items: int, output: int, tools: int = 8) -> Json:
    """A request of an agent in the Responses family: `items` items, outputs of `output` characters."""
    writer = Writer(1)
    return {
        "model": MODEL,
        "instructions": writer.text(2000),
        "input": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": writer.text(900)}]},
            *(item for turn in session(items, output) for item in turn.items()),
        ],
        "tools": [{"type": "function", **tool, "strict": False} for tool in declared(tools)],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "reasoning": {"effort": "medium", "summary": "auto"},
        "text": {"verbosity": "low"},
        "include": ["reasoning.encrypted_content"],
        "store": False,
        "stream": True,
        "prompt_cache_key": "0198a1c2-5f6e",
    }


def chat_request(items: int, output: int, tools: int = 8) -> Json:
    """The same session in the Chat family."""
    writer = Writer(1)
    return {
        "model": MODEL,
        "messages": [
            {"role": "developer", "content": writer.text(2000)},
            {"role": "user", "content": [{"type": "text", "text": writer.text(900)}]},
            *(message for turn in session(items, output) for message in turn.messages()),
        ],
        "tools": [{"type": "function", "function": tool} for tool in declared(tools)],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "reasoning_effort": "medium",
        "verbosity": "low",
        "store": False,
        "stream": True,
        "stream_options": {"include_usage": True},
        "prompt_cache_key": "0198a1c2-5f6e",
    }


def request(family: str, size: str) -> Json:
    """A request of a family: "small" (200 bytes), "agentic" (45 KB, 61 items), "huge" (1 MB, 400 items)."""
    if size == "small":
        return _small(family)
    items, output = {"agentic": (61, 1500), "huge": (400, 8000)}[size]
    return responses_request(items, output) if family == "responses" else chat_request(items, output)


def _small(family: str) -> Json:
    ask = "Why does the build fail?"
    if family == "responses":
        return {
            "model": MODEL,
            "instructions": "You are a careful engineer.",
            "input": ask,
            "reasoning": {"effort": "low"},
            "max_output_tokens": 400,
            "store": False,
        }
    return {
        "model": MODEL,
        "messages": [{"role": "system", "content": "You are a careful engineer."}, {"role": "user", "content": ask}],
        "reasoning_effort": "low",
        "max_completion_tokens": 400,
    }


# Answers ----------------------------------------------------------------------------------------------------------

_USAGE = {"responses": ("input", "output"), "chat": ("prompt", "completion")}


def _usage(family: str) -> Json:
    before, after = _USAGE[family]
    written = {"cache_write_tokens": 0} if family == "responses" else {}
    return {
        f"{before}_tokens": 12_345,
        f"{after}_tokens": 2_345,
        "total_tokens": 14_690,
        f"{before}_tokens_details": {"cached_tokens": 11_008, **written},
        f"{after}_tokens_details": {"reasoning_tokens": 512},
    }


def answer(family: str, length: int = 9_000) -> Json:
    """An answer of 15 KB: text, and three calls."""
    writer = Writer(5)
    text = writer.text(length)
    calls = [(f"call_{writer.token()}", json.dumps({"patch": writer.listing(700)})) for _ in range(3)]
    if family == "chat":
        made = [
            {"id": call_id, "type": "function", "function": {"name": "shell", "arguments": arguments}}
            for call_id, arguments in calls
        ]
        message = {"role": "assistant", "content": text, "refusal": None, "tool_calls": made}
        return {
            "id": "chatcmpl-0198a1c2",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": MODEL,
            "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls", "logprobs": None}],
            "usage": _usage("chat"),
            "service_tier": "default",
        }
    said = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    output: list[Json] = [
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": writer.token(600)},
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "phase": "commentary",
            "status": "completed",
            "content": [said],
        },
    ]
    output += [_call(call_id, arguments) for call_id, arguments in calls]
    return {**_response("completed"), "output": output, "usage": _usage("responses")}


def _call(call_id: str, arguments: str, status: str = "completed") -> Json:
    return {
        "type": "function_call",
        "id": f"fc_{call_id}",
        "call_id": call_id,
        "name": "shell",
        "arguments": arguments,
        "status": status,
    }


def _response(status: str) -> Json:
    return {
        "id": "resp_0198a1c2",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": MODEL,
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": "medium", "summary": None},
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "low"},
        "tool_choice": "auto",
        "tools": [{"type": "function", **tool, "strict": False} for tool in declared(8)[:2]],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
        "user": None,
        "metadata": {},
    }


# Streams ----------------------------------------------------------------------------------------------------------

OWN = Writer(11).token(50)
"""What makes an id one of its own; ids, padding and keys are as long and as many as the live service sends."""
PADDING = "abcdefghijklmnop"


def _padding(piece: str) -> str:
    """`obfuscation`: with it all pieces are equally long."""
    return PADDING[len(piece) % 16 :]


def stream(family: str, what: str, deltas: int) -> list[Json]:
    """A stream of "text", "arguments" (of one call) or "reasoning" with this many deltas."""
    writer = Writer(9)
    pieces = [writer.text(writer.random.randrange(2, 9)) + " " for _ in range(deltas)]
    if what == "arguments":
        pieces = ['{"patch": "', *pieces[1:-1], '"}']
    return _SPEAKERS[family](what, pieces)


def _chunks(what: str, pieces: list[str]) -> list[Json]:
    head = {"id": f"chatcmpl-{OWN[:29]}", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": MODEL}
    more = {"service_tier": "default", "system_fingerprint": None}

    def chunk(delta: Json, finish: str | None = None, piece: str = "") -> Json:
        choices = [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
        return {**head, **more, "choices": choices, "usage": None, "obfuscation": _padding(piece)}

    opening: Json = {"role": "assistant", "content": "" if what == "text" else None, "refusal": None}
    begun = [chunk(opening)]
    if what == "arguments":
        first = {
            "index": 0,
            "id": f"call_{OWN[:24]}",
            "type": "function",
            "function": {"name": "shell", "arguments": ""},
        }
        begun.append(chunk({"tool_calls": [first]}))
    told = [chunk(_delta(what, piece), piece=piece) for piece in pieces]
    end = [chunk({}, "tool_calls" if what == "arguments" else "stop")]
    if what == "reasoning":
        end.insert(0, chunk({"content": "Done."}))
    return [*begun, *told, *end, {**head, **more, "choices": [], "usage": _usage("chat"), "obfuscation": "abc"}]


def _delta(what: str, piece: str) -> Json:
    if what == "arguments":
        return {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
    return {"content" if what == "text" else "reasoning_content": piece}


def _events(what: str, pieces: list[str]) -> list[Json]:
    begun: list[Json] = [{"type": f"response.{name}", "response": _response("in_progress")} for name in _BEGUN]
    item, told = _ITEMS[what](pieces)
    final = {**_response("completed"), "output": [item], "usage": _usage("responses")}
    events = [*begun, *told, {"type": "response.completed", "response": final}]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


_BEGUN = ("created", "in_progress")


def _item(item: Json, blank: Json, inner: Iterator[Json]) -> tuple[Json, list[Json]]:
    added = {"type": "response.output_item.added", "output_index": 0, "item": {**item, **blank}}
    done = {"type": "response.output_item.done", "output_index": 0, "item": item}
    at = {"item_id": item["id"], "output_index": 0}
    return item, [added, *({**event, **at} for event in inner), done]


def _text(pieces: list[str]) -> tuple[Json, list[Json]]:
    text = "".join(pieces)
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    item = {"type": "message", "id": f"msg_{OWN}", "role": "assistant", "phase": "final_answer", "status": "completed"}

    def inner() -> Iterator[Json]:
        at = {"content_index": 0}
        yield {"type": "response.content_part.added", **at, "part": {**part, "text": ""}}
        for piece in pieces:
            more = {"logprobs": [], "obfuscation": _padding(piece)}
            yield {"type": "response.output_text.delta", **at, "delta": piece, **more}
        yield {"type": "response.output_text.done", **at, "text": text, "logprobs": []}
        yield {"type": "response.content_part.done", **at, "part": part}

    return _item({**item, "content": [part]}, {"content": [], "status": "in_progress"}, inner())


def _arguments(pieces: list[str]) -> tuple[Json, list[Json]]:
    text = "".join(pieces)

    def inner() -> Iterator[Json]:
        for piece in pieces:
            yield {"type": "response.function_call_arguments.delta", "delta": piece, "obfuscation": _padding(piece)}
        yield {"type": "response.function_call_arguments.done", "arguments": text}

    return _item(
        {**_call(f"call_{OWN[:24]}", text), "id": f"fc_{OWN}"}, {"arguments": "", "status": "in_progress"}, inner()
    )


def _reasoning(pieces: list[str]) -> tuple[Json, list[Json]]:
    part = {"type": "summary_text", "text": "".join(pieces)}

    def inner() -> Iterator[Json]:
        at = {"summary_index": 0}
        yield {"type": "response.reasoning_summary_part.added", **at, "part": {**part, "text": ""}}
        for piece in pieces:
            said = {"delta": piece, "obfuscation": _padding(piece)}
            yield {"type": "response.reasoning_summary_text.delta", **at, **said}
        yield {"type": "response.reasoning_summary_text.done", **at, "text": part["text"]}
        yield {"type": "response.reasoning_summary_part.done", **at, "part": part}

    return _item({"type": "reasoning", "id": f"rs_{OWN}", "summary": [part]}, {"summary": []}, inner())


_ITEMS = {"text": _text, "arguments": _arguments, "reasoning": _reasoning}
_SPEAKERS = {"responses": _events, "chat": _chunks}

# Growth -----------------------------------------------------------------------------------------------------------


def nested(depth: int) -> Json:
    """A request whose tool schema nests this deeply."""
    inner: Json = {"type": "string"}
    for _ in range(depth):
        inner = {"type": "object", "properties": {"a": inner}}
    tool = {"type": "function", "name": "deep", "parameters": inner, "strict": False}
    return {"model": MODEL, "input": "hi", "tools": [tool]}


def one_string(length: int) -> Json:
    """A request with one text of this many characters."""
    return {"model": MODEL, "input": [{"role": "user", "content": "x" * length}]}


def many_tools(count: int) -> Json:
    """A request that offers this many tools."""
    return responses_request(2, 0, tools=count)
