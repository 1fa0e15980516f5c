"""Inputs that break careless programs, by name: each is JSON text, for every kind of payload and either family."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

DEPTH = 100_000
MANY = 1_000_000
INJECTION = "x\r\nset-cookie: a=b\r\n\r\ndata: {}\n\n"


def _nested(depth: int, opening: str, closing: str) -> str:
    return opening * depth + "1" + closing * depth


def _request(family: str, **more: Any) -> Json:
    said = {"input": "hi"} if family == "responses" else {"messages": [{"role": "user", "content": "hi"}]}
    return {"model": "gpt-5.3-codex", **said, **more}


def _tool(family: str, parameters: Any) -> Json:
    function = {"name": "f", "parameters": parameters}
    return {"type": "function", "function": function} if family == "chat" else {"type": "function", **function}


def _with(family: str, key: str, raw: str) -> str:
    """A request with raw JSON text behind a key."""
    return json.dumps(_request(family))[:-1] + f', "{key}": {raw}}}'


def _tools(family: str, raw: str) -> str:
    return _with(family, "tools", json.dumps([_tool(family, "HERE")]).replace('"HERE"', raw))


def _content(family: str, text: str) -> str:
    key = "input" if family == "responses" else "messages"
    body = {"model": "gpt-5.3-codex", key: "HERE"}
    return json.dumps(body).replace('"HERE"', text)


def _calls(family: str) -> str:
    """Ids and names that would be lines of a header or a frame if anybody wrote them out."""
    if family == "responses":
        call = {
            "type": "function_call",
            "id": INJECTION,
            "call_id": INJECTION,
            "name": INJECTION,
            "arguments": INJECTION,
        }
        output = {"type": "function_call_output", "call_id": INJECTION, "output": INJECTION, "id": INJECTION}
        return json.dumps(_request(family, input=[call, output, {"role": "user", "content": "x", INJECTION: 1}]))
    call = {"id": INJECTION, "type": "function", "function": {"name": INJECTION, "arguments": INJECTION}}
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": INJECTION, "content": "x", INJECTION: 1},
    ]
    return json.dumps(_request(family, messages=messages))


_CYCLES = {
    "itself": {"$ref": "#"},
    "each other": {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
    "a tree": {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["children"],
        "additionalProperties": False,
    },
    "nowhere": {"$ref": "#/$defs/none"},
}
_KEYS = (
    "__proto__",
    "__class__",
    "__init__",
    "constructor",
    "",
    "/",
    "~",
    "~0~1",
    "a/b",
    "*",
    "0",
    "\u0000",
    INJECTION,
    "\ud800",
)
_STRANGE = {key: {key: [key]} for key in _KEYS}

NASTY: dict[str, Callable[[str], str]] = {
    "arrays in arrays": lambda family: _with(family, "metadata", _nested(DEPTH, "[", "]")),
    "objects in objects": lambda family: _with(family, "metadata", _nested(DEPTH, '{"a":', "}")),
    "a deep schema": lambda family: _tools(family, _nested(DEPTH, '{"properties":{"a":', "}}")),
    "a schema of some depth": lambda family: _tools(family, _nested(400, '{"properties":{"a":', "}}")),
    "unknown and of some depth": lambda family: _with(family, "nobody_knows", _nested(400, '{"a":[', "]}")),
    "deep content": lambda family: _content(family, _nested(DEPTH, "[", "]")),
    "a number of many digits": lambda family: _with(family, "temperature", "1" * 5000),
    "a number beyond any": lambda family: _with(family, "temperature", "1e999"),
    "a count beyond 64 bits": lambda family: _with(
        family, "max_output_tokens" if family == "responses" else "max_completion_tokens", str(2**80)
    ),
    "a seed beyond 64 bits": lambda family: _with(family, "seed", str(-(2**80))),
    "a tool with a huge number": lambda family: _tools(family, '{"type": "object", "maximum": %s}' % (10**300)),
    "NaN": lambda family: _with(family, "temperature", "NaN"),
    "infinity": lambda family: _with(family, "top_p", "-Infinity"),
    "NaN in a schema": lambda family: _tools(family, '{"default": NaN}'),
    "a lone surrogate": lambda family: _with(family, "user", '"\\ud800"'),
    "a lone surrogate in a text": lambda family: _content(family, '[{"role": "user", "content": "\\udfff"}]'),
    "a lone surrogate in a schema": lambda family: _tools(family, '{"title": "\\ud800", "\\udc00": 1}'),
    "a lone surrogate as a key": lambda family: _with(family, "\\ud800", "1"),
    "the same key twice": lambda family: _with(family, "model", '"b"'),
    "the same key of another kind": lambda family: _with(family, "model", "{}"),
    "a million tiny items": lambda family: _content(family, "[" + "{}," * (MANY - 1) + "{}]"),
    "a million nulls": lambda family: _content(family, "[" + "null," * (MANY - 1) + "null]"),
    "a hundred thousand items": lambda family: _content(
        family, "[" + '{"role":"user","content":"a"},' * 99_999 + '{"role":"user","content":"a"}]'
    ),
    "keys of all kinds": lambda family: json.dumps(_request(family, **_STRANGE, metadata=_STRANGE)),
    "keys of all kinds in a schema": lambda family: _tools(family, json.dumps({"properties": _STRANGE})),
    "keys of all kinds in a message": lambda family: _content(
        family, json.dumps([{"role": "user", "content": "x", **_STRANGE}])
    ),
    "lines in ids": _calls,
    **{
        f"a schema that refers to {name}": lambda family, schema=schema: _tools(family, json.dumps(schema))
        for name, schema in _CYCLES.items()
    },
    "nothing": lambda _: "",
    "half a document": lambda family: json.dumps(_request(family))[:-5],
    "an array": lambda _: "[]",
    "a string": lambda _: '"x"',
    "two documents": lambda family: json.dumps(_request(family)) * 2,
}
"""JSON text by name; the function takes the family."""
