"""Valid payloads, and what breaks them at one known place: written by hand, without a look into the schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]

TEXT = {"type": "input_text", "text": "hi"}
DIRECT = {"type": "direct"}
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}}

ITEMS: tuple[Json, ...] = (
    {"role": "user", "content": "hi"},
    {"type": "message", "role": "developer", "content": [TEXT]},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hm"}], "phase": "commentary"},
    {
        "type": "message",
        "role": "user",
        "status": "completed",
        "content": [
            TEXT,
            {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "low"},
            {"type": "input_file", "file_id": "file_1", "filename": "a.pdf"},
        ],
    },
    {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [
            {
                "type": "output_text",
                "text": "yes",
                "annotations": [
                    {"type": "url_citation", "url": "https://a", "title": "A", "start_index": 0, "end_index": 1},
                    {"type": "file_citation", "file_id": "file_1", "index": 0, "filename": "a.pdf"},
                ],
                "logprobs": [{"token": "y", "logprob": -0.1, "bytes": [121], "top_logprobs": []}],
            },
            {"type": "refusal", "refusal": "no"},
        ],
        "phase": "final_answer",
    },
    {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}", "status": "completed"},
    {"type": "function_call_output", "call_id": "call_1", "output": "42", "status": "completed"},
    {"type": "function_call_output", "call_id": "call_1", "output": [TEXT], "caller": DIRECT},
    {"type": "custom_tool_call", "call_id": "call_1", "name": "patch", "input": "*** Begin", "caller": DIRECT},
    {"type": "custom_tool_call_output", "call_id": "call_1", "output": [TEXT]},
    {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "so"}],
        "encrypted_content": "gAAA",
        "content": [{"type": "reasoning_text", "text": "hm"}],
    },
    {"type": "item_reference", "id": "msg_1"},
    {"type": "compaction", "encrypted_content": "gAAA"},
    {
        "type": "web_search_call",
        "id": "ws_1",
        "status": "completed",
        "action": {"type": "search", "queries": ["a"], "sources": [{"type": "url", "url": "https://a"}]},
    },
    {
        "type": "file_search_call",
        "id": "fs_1",
        "status": "completed",
        "queries": ["a"],
        "results": [{"file_id": "file_1", "text": "a", "filename": "a.pdf", "score": 0.5}],
    },
    {
        "type": "computer_call",
        "id": "cu_1",
        "call_id": "call_1",
        "action": {"type": "click", "button": "left", "x": 1, "y": 2},
        "pending_safety_checks": [{"id": "sc_1", "code": "a", "message": "b"}],
        "status": "completed",
    },
    {
        "type": "computer_call_output",
        "call_id": "call_1",
        "output": {"type": "computer_screenshot", "image_url": "https://a"},
    },
    {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "aGk="},
    {
        "type": "code_interpreter_call",
        "id": "ci_1",
        "status": "completed",
        "container_id": "cntr_1",
        "code": "1",
        "outputs": [{"type": "logs", "logs": "1"}, {"type": "image", "url": "https://a"}],
    },
    {
        "type": "local_shell_call",
        "id": "ls_1",
        "call_id": "call_1",
        "action": {"type": "exec", "command": ["ls"], "env": {}, "timeout_ms": 5},
        "status": "completed",
    },
    {
        "type": "shell_call",
        "call_id": "call_1",
        "action": {"commands": ["ls"], "timeout_ms": 5, "max_output_length": 9},
        "status": "completed",
        "environment": {"type": "container_reference", "container_id": "cntr_1"},
    },
    {
        "type": "shell_call_output",
        "call_id": "call_1",
        "output": [{"stdout": "a", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
        "max_output_length": 9,
    },
    {
        "type": "apply_patch_call",
        "call_id": "call_1",
        "status": "completed",
        "operation": {"type": "update_file", "path": "a", "diff": "+b"},
    },
    {"type": "apply_patch_call_output", "call_id": "call_1", "status": "completed", "output": "done"},
    {
        "type": "mcp_list_tools",
        "id": "mcpl_1",
        "server_label": "docs",
        "tools": [{"name": "find", "input_schema": PARAMETERS}],
    },
    {"type": "mcp_approval_request", "id": "ma_1", "server_label": "docs", "name": "find", "arguments": "{}"},
    {"type": "mcp_approval_response", "approval_request_id": "ma_1", "approve": True},
    {
        "type": "mcp_call",
        "id": "mcp_1",
        "server_label": "docs",
        "name": "find",
        "arguments": "{}",
        "output": "a",
        "status": "completed",
    },
    {"type": "tool_search_call", "arguments": {}, "execution": "client", "call_id": "call_1"},
    {"type": "tool_search_output", "call_id": "call_1", "tools": [{"type": "custom", "name": "patch"}]},
)

TOOLS: tuple[Json, ...] = (
    {"type": "function", "name": "f", "description": "d", "parameters": PARAMETERS, "strict": True},
    {"type": "custom", "name": "c", "format": {"type": "grammar", "syntax": "lark", "definition": "start: A"}},
    {"type": "custom", "name": "c", "format": {"type": "text"}},
    {"type": "namespace", "name": "n", "description": "d", "tools": [{"type": "custom", "name": "c"}]},
    {
        "type": "file_search",
        "vector_store_ids": ["vs_1"],
        "max_num_results": 5,
        "ranking_options": {"ranker": "auto", "score_threshold": 0.5},
        "filters": {"type": "and", "filters": [{"type": "eq", "key": "a", "value": "b"}]},
    },
    {
        "type": "web_search",
        "search_context_size": "low",
        "user_location": {"type": "approximate", "country": "DE"},
        "filters": {"allowed_domains": ["a.org"]},
    },
    {
        "type": "mcp",
        "server_label": "docs",
        "server_url": "https://a",
        "headers": {"a": "b"},
        "allowed_tools": ["find"],
        "require_approval": {"never": {"tool_names": ["find"], "read_only": True}},
    },
    {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file_1"], "memory_limit": "4g"}},
    {"type": "image_generation", "quality": "low", "output_compression": 50, "partial_images": 2},
    {"type": "computer_use_preview", "environment": "linux", "display_width": 800, "display_height": 600},
    {"type": "shell", "environment": {"type": "container_auto", "network_policy": {"type": "disabled"}}},
)

REQUEST: Json = {
    "model": "gpt-5.3-codex",
    "input": "hi",
    "instructions": "be brief",
    "max_output_tokens": 100,
    "max_tool_calls": 3,
    "temperature": 1,
    "top_p": 0.5,
    "top_logprobs": 3,
    "reasoning": {"effort": "high", "summary": "auto"},
    "text": {"verbosity": "low", "format": {"type": "json_schema", "name": "n", "schema": PARAMETERS, "strict": True}},
    "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
    "parallel_tool_calls": False,
    "include": ["reasoning.encrypted_content"],
    "stream": True,
    "stream_options": {"include_obfuscation": False},
    "store": False,
    "background": False,
    "previous_response_id": "resp_1",
    "conversation": {"id": "conv_1"},
    "context_management": [{"type": "compaction", "compact_threshold": 2000}],
    "truncation": "auto",
    "prompt": {"id": "pmpt_1", "version": "1"},
    "prompt_cache_key": "k",
    "service_tier": "flex",
    "metadata": {"a": "b"},
    "safety_identifier": "u",
}

MESSAGES: tuple[Json, ...] = (
    {"role": "system", "content": "be brief"},
    {"role": "developer", "content": [{"type": "text", "text": "be brief"}]},
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "hi"},
            {"type": "image_url", "image_url": {"url": "https://a", "detail": "low"}},
            {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
            {"type": "file", "file": {"file_id": "file_1"}},
        ],
        "name": "ann",
    },
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "call_2", "type": "custom", "custom": {"name": "c", "input": "x"}},
        ],
    },
    {"role": "tool", "content": "42", "tool_call_id": "call_1"},
    {"role": "function", "content": "42", "name": "f"},
)

CHAT: Json = {
    "model": "gpt-5.3-codex",
    "messages": [{"role": "user", "content": "hi"}],
    "max_completion_tokens": 100,
    "temperature": 1,
    "top_p": 0.5,
    "n": 2,
    "stop": ["a"],
    "frequency_penalty": 0.5,
    "presence_penalty": 0.5,
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "top_logprobs": 3,
    "seed": 7,
    "reasoning_effort": "high",
    "verbosity": "low",
    "modalities": ["text"],
    "audio": {"voice": "alloy", "format": "mp3"},
    "prediction": {"type": "content", "content": "hi"},
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": PARAMETERS, "strict": True}},
    "tools": [
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": PARAMETERS, "strict": True}},
        {"type": "custom", "custom": {"name": "c", "format": {"type": "text"}}},
    ],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "parallel_tool_calls": True,
    "web_search_options": {"search_context_size": "low"},
    "stream": True,
    "stream_options": {"include_usage": True},
    "store": False,
    "service_tier": "flex",
    "metadata": {"a": "b"},
    "user": "u",
}

VTRIX: Json = {
    "model": "vtrix-gpt-5.3-codex",
    "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a"}}]},
        {"role": "assistant", "content": "hm"},
    ],
    "reasoning_effort": "xhigh",
    "max_tokens": 128_000,
    "temperature": 1,
    "top_p": 1,
    "stream": False,
    "functions": [{"name": "f", "description": "d", "parameters": PARAMETERS}],
    "function_call": {"name": "f"},
    "response_format": {"type": "json_object"},
}

AIMLAPI: Json = {
    "model": "openai/gpt-5-3-codex",
    "input": [{"role": "user", "content": [TEXT]}],
    "max_output_tokens": 16,
    "store": True,
    "truncation": "disabled",
    "tool_choice": {"type": "function", "name": "f"},
    "parallel_tool_calls": True,
}

RESPONSE: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "error": None,
    "incomplete_details": {"reason": "max_output_tokens"},
    "instructions": None,
    "model": "m",
    "output": [ITEMS[4], ITEMS[5], ITEMS[10], ITEMS[13]],
    "parallel_tool_calls": True,
    "temperature": 1,
    "top_p": 1,
    "tool_choice": "auto",
    "tools": list(TOOLS[:2]),
    "metadata": {"a": "b"},
    "usage": {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 2,
    },
}

COMPLETION: Json = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "hi", "refusal": None, "tool_calls": MESSAGES[4]["tool_calls"]},
            "finish_reason": "tool_calls",
            "logprobs": None,
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}

ANSWERS: tuple[tuple[str, str, Json], ...] = (
    ("responses", "response", RESPONSE),
    ("chat", "response", COMPLETION),
    ("responses", "event", {"type": "response.completed", "sequence_number": 1, "response": RESPONSE}),
    (
        "responses",
        "event",
        {
            "type": "response.output_text.delta",
            "sequence_number": 1,
            "item_id": "msg_1",
            "output_index": 0,
            "content_index": 0,
            "delta": "hi",
            "logprobs": [],
        },
    ),
    ("chat", "error", {"error": {"message": "no", "type": "server_error", "param": None, "code": None}}),
)
"""Valid answers, events and errors, by dialect and kind: open to unknown keys and values."""

BASES: tuple[tuple[str, Json], ...] = (
    ("responses", REQUEST),
    *(("responses", {"model": "m", "input": [item]}) for item in ITEMS),
    *(("openrouter", {"model": "m", "input": "hi", "tools": [tool]}) for tool in TOOLS),
    ("chat", CHAT),
    *(("openrouter-chat", {"model": "m", "messages": [message]}) for message in MESSAGES),
    ("vtrix", VTRIX),
    ("aimlapi", AIMLAPI),
    ("codex-guide", CHAT | {"system_prompt": "be brief", "tool_use_approval": True}),
    ("litellm", {"model": "m", "input": list(ITEMS[3:12]), "tools": list(TOOLS[:4])}),
)
"""Valid requests, by dialect."""

FREE = {"parameters", "schema", "input_schema", "metadata", "headers", "logit_bias", "env", "arguments"}
"""Keys whose objects hold any keys."""

FREE_ELEMENTS = {("tool_choice", "tools")}

REQUIRED = {
    "message": "role content",
    "system": "content",
    "developer": "content",
    "user": "content",
    "assistant": "",
    "tool": "content tool_call_id",
    "function_call": "call_id name arguments",
    "function_call_output": "output",
    "custom_tool_call": "call_id name input",
    "custom_tool_call_output": "call_id output",
    "reasoning": "summary",
    "compaction": "encrypted_content",
    "web_search_call": "id status action",
    "file_search_call": "id status queries",
    "computer_call": "id call_id pending_safety_checks status",
    "computer_call_output": "call_id output",
    "code_interpreter_call": "id status container_id code outputs",
    "local_shell_call": "id call_id action status",
    "shell_call": "call_id action",
    "shell_call_output": "call_id output",
    "apply_patch_call": "call_id status operation",
    "apply_patch_call_output": "call_id status",
    "mcp_list_tools": "id server_label tools",
    "mcp_approval_request": "id server_label name arguments",
    "mcp_approval_response": "approval_request_id approve",
    "mcp_call": "id server_label name arguments",
    "tool_search_output": "tools",
    "input_text": "text",
    "output_text": "text",
    "refusal": "refusal",
    "text": "",
    "image_url": "image_url",
    "input_audio": "input_audio",
    "file": "file",
    "url_citation": "url title start_index end_index",
    "click": "button x y",
    "logs": "logs",
    "exit": "exit_code",
    "update_file": "path diff",
    "custom": "",
    "namespace": "name description tools",
    "file_search": "vector_store_ids",
    "mcp": "server_label",
    "code_interpreter": "container",
    "computer_use_preview": "environment display_width display_height",
    "grammar": "syntax definition",
    "eq": "key value",
    "and": "filters",
    "allowed_tools": "mode tools",
}
"""Keys that an object of a `type` (or `role`) cannot do without."""

UNTYPED = ("message", "item_reference")
"""Items that may leave out their `type`."""

RANGES: dict[str, tuple[Any, ...]] = {
    "temperature": (-1, 2.5),
    "top_p": (-0.1, 1.5),
    "top_logprobs": (-1, 21),
    "max_output_tokens": (15, 0),
    "n": (0, 129),
    "frequency_penalty": (-3, 3),
    "presence_penalty": (-3, 3),
    "output_compression": (-1, 101),
    "partial_images": (-1, 4),
    "compact_threshold": (999,),
    "safety_identifier": ("u" * 129,),
    "stop": (["a"] * 5,),
}
VTRIX_RANGES: dict[str, tuple[Any, ...]] = {"max_tokens": (0, 128_001)}

OPEN = {("error", "code")}
"""Fields of answers that hold numbers as well as strings."""

ENUMS = {
    "role", "status", "phase", "detail", "effort", "summary", "verbosity", "truncation", "service_tier", "format",
    "reasoning_effort", "search_context_size", "quality", "syntax", "mode", "execution", "memory_limit", "button",
}  # fmt: skip
"""Keys whose strings are of a set."""

SWAPS = {
    "output_text": "refusal",
    "refusal": "output_text",
    "function_call": "custom_tool_call",
    "custom_tool_call": "function_call",
    "function": "mcp",
    "file_search": "web_search",
    "search": "open_page",
    "logs": "image",
    "url_citation": "file_path",
}
"""Another kind of the same union, whose keys are others."""


@dataclass(frozen=True)
class Mutation:
    """A payload broken at one place; `key` is the missing or unknown key, else the place itself is wrong."""

    dialect: str
    payload: Json
    what: str
    path: Path
    key: str | None = None
    kind: str = "request"


def mutations() -> Iterator[Mutation]:
    """Every way to break every valid payload at one place."""
    for dialect, base in BASES:
        for path, value in _places(base):
            yield from _broken_values(dialect, base, path, value)
            if isinstance(value, dict) and not _is_free(path):
                yield from _broken_keys(dialect, base, path, value)
    for dialect, kind, base in ANSWERS:
        for path, value in _places(base):
            if path and value is not None and path[-2:] not in OPEN:
                wrong = 7 if isinstance(value, str | bool | list | dict) else "seven"
                yield Mutation(dialect, _with(base, path, wrong), "wrong type", path, kind=kind)


def _broken_values(dialect: str, base: Json, path: Path, value: Any) -> Iterator[Mutation]:
    key = path[-1] if path else ""

    def broken(what: str, new: Any) -> Mutation:
        return Mutation(dialect, _with(base, path, new), what, path)

    if path and value is not None and key != "value" and not (key == "arguments" and isinstance(value, dict)):
        yield broken("wrong type", 7 if isinstance(value, str | bool | list | dict) else "seven")
    if key == "type" and value != "compaction":
        yield broken("wrong discriminator", "bogus")
        if value in SWAPS and "tool_choice" not in path:
            yield broken("swapped discriminator", SWAPS[value])
    if isinstance(value, str) and key in ENUMS:
        yield broken("bad enum", "bogus")
    ranges = RANGES | (VTRIX_RANGES if dialect == "vtrix" else {})
    if not isinstance(value, dict | bool):
        yield from (broken("out of range", new) for new in ranges.get(str(key), ()) if len(path) == 1 or key != "stop")


def _broken_keys(dialect: str, base: Json, path: Path, value: Json) -> Iterator[Mutation]:
    for unknown in ("wibble", "typ_", "contents"):
        if unknown not in value:
            yield Mutation(dialect, _with(base, (*path, unknown), 1), "unknown key", path, unknown)
    for key in _required(dialect, path, value):
        if key in value:
            yield Mutation(dialect, _without(base, (*path, key)), "missing key", path, key)


def _required(dialect: str, path: Path, value: Json) -> list[str]:
    if not path:
        return ["model", "messages"] if "messages" in value else ["model", "input"] if dialect == "aimlapi" else []
    kind = value.get("type") or value.get("role")
    required = REQUIRED.get(str(kind), "").split()
    return required + (["type"] if "type" in value and kind not in UNTYPED else [])


def _places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if _is_free(path):
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _places(inner, (*path, key))


def _is_free(path: Path) -> bool:
    return bool(path) and (path[-1] in FREE or (len(path) > 2 and path[-3:-1] in FREE_ELEMENTS))


def _fresh(base: Json) -> Any:
    """A copy in which no two places share an object."""
    return json.loads(json.dumps(base))


def _with(base: Json, path: Path, new: Any) -> Json:
    changed = _fresh(base)
    node = changed
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = new
    return dict(changed)


def _without(base: Json, path: Path) -> Json:
    changed = _fresh(base)
    node = changed
    for step in path[:-1]:
        node = node[step]
    del node[path[-1]]
    return dict(changed)
