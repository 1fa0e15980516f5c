"""Client-executed tools that only Responses knows, said as functions: local_shell, shell, apply_patch.

The client runs them, so a function call can stand for them; the model was not trained on that shape
(mapping.md 5.1). Requests say the tool and its calls as functions, answers turn the calls back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from respeak.plan import Json


def compact(value: Any) -> str:
    """JSON text as the live services write arguments: no spaces, no escapes beyond what JSON needs."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Bridge:
    """How one client-executed tool is said as a function.

    `payload` is the key of the call item that becomes the arguments, `text` makes the tool message of an output
    item, `fixed` are keys of the payload that the arguments leave out because they always hold the same value.
    """

    name: str
    call: str
    output: str
    payload: str
    description: str
    parameters: Callable[[], Json]
    text: Callable[[Json], str]
    fixed: Mapping[str, str]

    def arguments(self, item: Json) -> str:
        """The arguments of the function call that stands for a call item."""
        payload = item.get(self.payload) or {}
        return compact({key: value for key, value in payload.items() if self.fixed.get(key) != value})

    def restored(self, arguments: Json) -> Json:
        """The payload of the call item that a function call stands for."""
        return {**self.fixed, **arguments}


def _strings() -> Json:
    return {"type": "array", "items": {"type": "string"}}


def _local_shell() -> Json:
    return {
        "type": "object",
        "properties": {
            "command": _strings(),
            "working_directory": {"type": "string"},
            "timeout_ms": {"type": "integer"},
            "env": {"type": "object", "additionalProperties": {"type": "string"}},
            "user": {"type": "string"},
        },
        "required": ["command"],
    }


def _shell() -> Json:
    return {
        "type": "object",
        "properties": {
            "commands": _strings(),
            "timeout_ms": {"type": "integer"},
            "max_output_length": {"type": "integer"},
        },
        "required": ["commands"],
    }


def _apply_patch() -> Json:
    return {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": ["create_file", "update_file", "delete_file"]},
            "path": {"type": "string"},
            "diff": {"type": "string", "description": "V4A diff; not for delete_file"},
        },
        "required": ["type", "path"],
    }


def _plain_output(item: Json) -> str:
    output = item.get("output")
    return output if isinstance(output, str) else compact(output)


def _patch_output(item: Json) -> str:
    status, output = item.get("status") or "completed", item.get("output")
    return f"{status}: {output}" if output else status


BRIDGES: Mapping[str, Bridge] = {
    bridge.name: bridge
    for bridge in (
        Bridge(
            "local_shell",
            "local_shell_call",
            "local_shell_call_output",
            "action",
            "Run a command on the user's machine.",
            _local_shell,
            _plain_output,
            {"type": "exec"},
        ),
        Bridge(
            "shell",
            "shell_call",
            "shell_call_output",
            "action",
            "Run shell commands on the user's machine.",
            _shell,
            _plain_output,
            {},
        ),
        Bridge(
            "apply_patch",
            "apply_patch_call",
            "apply_patch_call_output",
            "operation",
            "Create, update or delete a file by applying a patch.",
            _apply_patch,
            _patch_output,
            {},
        ),
    )
}
"""Bridges by tool type, which is also the name of the function."""

BY_CALL: Mapping[str, Bridge] = {bridge.call: bridge for bridge in BRIDGES.values()}
BY_OUTPUT: Mapping[str, Bridge] = {bridge.output: bridge for bridge in BRIDGES.values()}


def fits(arguments: Json, schema: Json) -> bool:
    """True when a client could carry a call out: what is required is there, in its JSON type."""
    for name, rule in schema["properties"].items():
        value = arguments.get(name)
        needed = name in schema["required"] or (name == "diff" and arguments.get("type") != "delete_file")
        if (value is not None or needed) and not _matches(value, rule):
            return False
    return True


def _matches(value: Any, rule: Json) -> bool:
    """True for a value of the JSON type that a rule asks for, with what it asks for inside."""
    if value.__class__ is not _JSON_TYPES[rule["type"]] or value not in rule.get("enum", (value,)):
        return False
    inside = _INSIDE.get(rule["type"], lambda _: ())(value)
    return all(_matches(inner, rule.get("items") or rule["additionalProperties"]) for inner in inside)


_JSON_TYPES: Mapping[str, type] = {"array": list, "object": dict, "string": str, "integer": int}
_INSIDE: Mapping[str, Callable[[Any], Iterable[Any]]] = {"array": iter, "object": dict.values}


def environment(tool: Json) -> str:
    """Where a client-executed tool, or a call of it, runs: `local` unless it says otherwise."""
    given = tool.get("environment")  # only a shell has one; elsewhere it may be anything
    return given.get("type", "local") if isinstance(given, dict) else "local"


def carried(tool: Json, bridging: bool) -> bool:
    """True for a client-executed tool that goes to Chat as a function."""
    return bridging and environment(tool) == "local"


def custom_arguments(text: str) -> str:
    """The arguments of a function that stands for a custom tool: one string, `input`."""
    return compact({"input": text})


def custom_input(arguments: str) -> str:
    """The text that such arguments hold; arguments of another shape are the text themselves."""
    try:
        held = json.loads(arguments)
    except ValueError:
        return arguments
    if isinstance(held, dict) and isinstance(held.get("input"), str):
        text: str = held["input"]
        return text
    return arguments


def says_more(arguments: str) -> bool:
    """True when `custom_input` leaves something out: the model gave more arguments than it was offered."""
    try:
        held = json.loads(arguments)
    except ValueError:
        return False
    return isinstance(held, dict) and isinstance(held.get("input"), str) and len(held) > 1


def custom_parameters() -> Json:
    """The parameters of a function that stands for a custom tool."""
    return {
        "type": "object",
        "properties": {"input": {"type": "string"}},
        "required": ["input"],
        "additionalProperties": False,
    }
