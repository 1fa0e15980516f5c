"""Does a payload conform to a type of the official SDK, unknown keys forbidden?

Pydantic ignores unknown keys of foreign TypedDicts and models, so the types are walked here: `problems` names
each place where a value is not what the SDK says.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.responses import Response
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from pydantic import BaseModel
from typing_extensions import get_type_hints, is_typeddict

TYPES: dict[tuple[str, str], tuple[Any, Any]] = {
    ("responses", "request"): (ResponseCreateParamsNonStreaming, ResponseCreateParamsStreaming),
    ("chat", "request"): (CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming),
    ("responses", "response"): (Response, Response),
    ("chat", "response"): (ChatCompletion, ChatCompletion),
}


def problems(payload: dict[str, Any], family: str, kind: str) -> list[str]:
    """Where a whole payload departs from the SDK's type; empty when it conforms."""
    plain, streaming = TYPES[family, kind]
    streams = kind == "request" and payload.get("stream") is True
    if family == "responses" and kind == "request":
        payload = _as_the_live_service_takes_it(payload)
    return _check(payload, streaming if streams else plain, "")


def conforms(value: Any, kind: Any) -> list[str]:
    """Where a value departs from any one type of the SDK; empty when it conforms."""
    return _check(value, kind, "")


def _as_the_live_service_takes_it(payload: dict[str, Any]) -> dict[str, Any]:
    """The SDK demands id and status on assistant messages with parts; the service takes them without (OBS-5)."""
    items = payload.get("input")
    if not isinstance(items, list):
        return payload
    said = [
        {"id": "msg", "status": "completed", "type": "message", **item}
        if item.get("role") == "assistant" and isinstance(item.get("content"), list)
        else item
        for item in items
    ]
    return {**payload, "input": said}


def _check(value: Any, kind: Any, at: str) -> list[str]:
    origin = get_origin(kind)
    if kind is Any or kind is object:
        return []
    if origin in (Annotated, Required, NotRequired):
        return _check(value, get_args(kind)[0], at)
    if origin in (Union, types.UnionType):
        return _any_of(value, get_args(kind), at)
    if origin is Literal:
        return [] if value in get_args(kind) else [f"{at}: {value!r} is none of {get_args(kind)}"]
    if is_typeddict(kind) or (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return _object(value, kind, at)
    if origin is not None:
        return _container(value, origin, get_args(kind), at)
    return _scalar(value, kind, at)


def _any_of(value: Any, branches: tuple[Any, ...], at: str) -> list[str]:
    found = []
    for branch in branches:
        wrong = _check(value, branch, at)
        if not wrong:
            return []
        found.append(wrong)
    return max(found, key=lambda wrong: max(problem.split(":")[0].count("/") for problem in wrong))


def _object(value: Any, kind: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: not an object"]
    fields, required = _fields(kind)
    wrong = [f"{at}/{key}: unknown to the SDK" for key in value if key not in fields]
    wrong += [f"{at}/{key}: missing" for key in required if key not in value]
    for key, held in value.items():
        if key in fields:
            wrong += _check(held, fields[key], f"{at}/{key}")
    return wrong


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    if is_typeddict(kind):
        return get_type_hints(kind, include_extras=True), kind.__required_keys__
    fields = {field.alias or name: field for name, field in kind.model_fields.items()}
    required = frozenset(name for name, field in fields.items() if field.is_required())
    return {name: field.annotation for name, field in fields.items()}, required


def _container(value: Any, origin: Any, arguments: tuple[Any, ...], at: str) -> list[str]:
    if issubclass(origin, Mapping):
        if not isinstance(value, dict):
            return [f"{at}: not an object"]
        return [problem for key, held in value.items() for problem in _check(held, arguments[1], f"{at}/{key}")]
    assert issubclass(origin, Iterable), origin
    if not isinstance(value, list):
        return [f"{at}: not an array"]
    return [problem for i, held in enumerate(value) for problem in _check(held, arguments[0], f"{at}/{i}")]


def _scalar(value: Any, kind: Any, at: str) -> list[str]:
    if kind is None or kind is type(None):
        return [] if value is None else [f"{at}: not null"]
    if kind is float:
        kind = (int, float)
    if isinstance(value, kind) and (not isinstance(value, bool) or kind is bool):
        return []
    return [f"{at}: {value!r} is no {kind}"]
