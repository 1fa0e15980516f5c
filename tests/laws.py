"""The laws that every translation obeys, as functions that name what is broken; empty means kept."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

import respeak
from respeak import InvalidPayload, Loss, Translation, TranslationError

Json = dict[str, Any]

FAMILIES = {dialect.name: dialect.family for dialect in respeak.dialects()}
TARGETS = tuple(dialect.name for dialect in respeak.dialects() if not dialect.source_only)


def sources(family: str) -> tuple[str, ...]:
    """The dialects of a family that read whatever the family reads."""
    narrow = ("vtrix", "aimlapi", "codex-guide")
    return tuple(name for name, own in FAMILIES.items() if own == family and name not in narrow)


def translate(payload: Json, kind: str, source: str, target: str, **more: Any) -> Translation:
    if kind == "request":
        return respeak.translate_request(payload, source=source, target=target, **more)
    return respeak.translate_response(payload, source=source, target=target, **more)


def losses(payload: Json, kind: str, source: str, target: str) -> Sequence[Loss]:
    """All losses of a translation, whether it is refused or not."""
    try:
        return translate(payload, kind, source, target, tolerate="breaking").losses
    except TranslationError as error:
        return error.losses


def refuses(payload: Json, kind: str, source: str, target: str) -> bool:
    """True when there is no honest output, whatever is tolerated."""
    return outcome(payload, kind, source, target)[0] == "refused"


def outcome(payload: Json, kind: str, source: str, target: str) -> Any:
    """All that a caller can see of a translation: the payload and the losses, or the error."""
    try:
        said = translate(payload, kind, source, target, tolerate="breaking")
    except TranslationError as error:
        return ["refused", [loss.as_dict() for loss in error.losses]]
    except InvalidPayload as error:
        return ["invalid", str(error)]
    return [said.payload, [loss.as_dict() for loss in said.losses]]


# Order ----------------------------------------------------------------------------------------------------------


def disorder(payload: Json, family: str) -> list[str]:
    """Where a request breaks the ordering rules of its live API (OBS-12, OBS-13, OBS-14)."""
    return _chat_disorder(payload) if family == "chat" else _responses_disorder(payload)


def _chat_disorder(payload: Json) -> list[str]:
    wrong: list[str] = []
    due: set[str] = set()
    for i, message in enumerate(payload["messages"]):
        if message["role"] == "tool":
            if message["tool_call_id"] not in due:
                wrong.append(f"messages[{i}] answers no call of the assistant message before it")
            due.discard(message["tool_call_id"])
            continue
        if due:
            wrong.append(f"messages[{i}] stands between calls and their outputs {sorted(due)}")
        due = {call["id"] for call in message.get("tool_calls") or ()}
        if "tool_calls" in message and not message["tool_calls"]:
            wrong.append(f"messages[{i}] has empty tool_calls")
    return wrong + ([f"calls without output {sorted(due)}"] if due else [])


def _responses_disorder(payload: Json) -> list[str]:
    items = payload["input"]
    if isinstance(items, str):
        return []
    wrong: list[str] = []
    open_calls: set[str] = set()
    seen: set[str] = set()
    for i, item in enumerate(items):
        kind = item.get("type", "message")
        if kind in ("function_call", "custom_tool_call"):
            if item["call_id"] in seen or not 1 <= len(item["call_id"]) <= 64:
                wrong.append(f"input[{i}] has a call_id that is doubled, empty or too long")
            seen.add(item["call_id"])
            open_calls.add(item["call_id"])
        elif kind in ("function_call_output", "custom_tool_call_output"):
            if item["call_id"] not in open_calls:
                wrong.append(f"input[{i}] answers no call before it")
            open_calls.discard(item["call_id"])
    return wrong + ([f"calls without output {sorted(open_calls)}"] if open_calls else [])


# What was said --------------------------------------------------------------------------------------------------


def transcript(payload: Json) -> list[tuple[str, ...]]:
    """Texts, calls and outputs of a request in order, the same for either family."""
    if "messages" in payload:
        return list(_of_messages(payload["messages"]))
    lead = [("developer", payload["instructions"])] if payload.get("instructions") else []
    items = payload["input"]
    return lead + ([("user", items)] if isinstance(items, str) else list(_of_items(items)))


def _of_messages(messages: list[Json]) -> Iterator[tuple[str, ...]]:
    for message in messages:
        if message["role"] in ("tool", "function"):
            yield ("output", *_texts(message["content"]))
            continue
        yield from ((message["role"], text) for text in _texts(message.get("content")))
        if message.get("refusal"):
            yield ("refusal", message["refusal"])
        for call in message.get("tool_calls") or ():
            inner = call.get("custom") or call["function"]
            yield ("call", inner["name"], inner.get("input") if "custom" in call else inner["arguments"])
        if message.get("function_call"):
            yield ("call", message["function_call"]["name"], message["function_call"]["arguments"])


def _of_items(items: list[Json]) -> Iterator[tuple[str, ...]]:
    for item in items:
        kind = item.get("type", "message")
        if kind in ("function_call", "custom_tool_call"):
            yield ("call", item["name"], item["input"] if kind == "custom_tool_call" else item["arguments"])
        elif kind in ("function_call_output", "custom_tool_call_output"):
            yield ("output", *_texts(item["output"]))
        elif kind == "message":
            for text in _texts(item["content"]):
                yield (item["role"], text)
            yield from (("refusal", part["refusal"]) for part in item["content"] if _is_refusal(part))


def _is_refusal(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "refusal"


def _texts(content: Any) -> list[str]:
    if content is None or isinstance(content, str):
        return [content] if content else []
    return [part["text"] for part in content if part["type"] in ("text", "input_text", "output_text")]


# Silence --------------------------------------------------------------------------------------------------------


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every string, number and boolean of a payload with its path; null is not a value to lose."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from leaves(held, (*path, key))
    elif isinstance(value, list):
        for i, held in enumerate(value):
            yield from leaves(held, (*path, i))
    elif value is not None:
        yield path, value


def changed(payload: Json, path: tuple[str | int, ...]) -> Json:
    """The payload with another value at one leaf, everything else shared."""
    if not path:
        raise ValueError("the payload itself is no leaf")
    out: Any = copy.copy(payload)
    key = path[0]
    out[key] = changed(out[key], path[1:]) if len(path) > 1 else _other(out[key])
    return out


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "~"
    return value + 1 if value < 1 else value - 0.5 if isinstance(value, float) else value - 1


def pointer(path: tuple[str | int, ...]) -> str:
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path)


def silent(payload: Json, kind: str, source: str, target: str, paths: list[tuple[str | int, ...]]) -> list[str]:
    """Leaves that neither reach the output nor are covered by a loss, and whose change nobody would notice."""
    before = outcome(payload, kind, source, target)
    if before[0] in ("refused", "invalid"):
        return []  # nothing was said, so nothing was lost
    covered = {loss["path"] for loss in before[1]}
    return [
        f"{source} to {target}: {pointer(path)}"
        for path in paths
        if not any(pointer(path[:depth]) in covered for depth in range(1, len(path) + 1))
        and outcome(changed(payload, path), kind, source, target) == before
    ]


def unread_pointers(payload: Json, losses: Any) -> list[str]:
    """Loss paths that lead nowhere in the source payload."""
    return [loss.path for loss in losses if not _leads(payload, loss.path)]


def _leads(value: Any, path: str) -> bool:
    for key in path.split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return False
    return True


def poison(value: Any) -> None:
    """Spoil every container of a result, to see whether anything outlives the call."""
    if isinstance(value, dict):
        for held in value.values():
            poison(held)
        value.clear()
        value["poison"] = True
    elif isinstance(value, list):
        for held in value:
            poison(held)
        value.clear()


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=True)
