"""The official SDK's types against our models: what it has and we lack is named: news shows by itself."""

from collections.abc import Iterable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin

import pytest
from openai.types import chat as sdk_chat
from openai.types import completion_usage
from openai.types import responses as sdk
from openai.types.chat import completion_create_params as chat_params
from openai.types.responses import response_create_params as params
from openai.types.shared import reasoning as sdk_reasoning
from pydantic import BaseModel, create_model
from typing_extensions import get_type_hints, is_typeddict

from respeak.models.chat import (
    CreateChatCompletionRequest,
    CreateChatCompletionResponse,
    messages,
    parts,
    tools,
    usage,
)
from respeak.models.responses import CreateResponse, Response
from respeak.models.responses import parts as response_parts
from respeak.models.responses.items import InputItem, OutputItem
from respeak.models.responses.shared import Reasoning
from respeak.models.responses.tool_choice import ToolChoice
from respeak.models.responses.tools import Tool
from respeak.models.responses.usage import ResponseUsage
from respeak.models.unions import Unknown

PAIRS = {
    "request": (params.ResponseCreateParamsNonStreaming, CreateResponse),
    "request, streaming": (params.ResponseCreateParamsStreaming, CreateResponse),
    "input items": (sdk.ResponseInputItemParam, InputItem),
    "output items": (sdk.ResponseOutputItem, OutputItem),
    "tools": (sdk.ToolParam, Tool),
    "tools of answers": (sdk.Tool, Tool),
    "tool choice": (params.ToolChoice, ToolChoice),
    "content parts": (sdk.ResponseInputContentParam, response_parts.InputContent),
    "output text": (sdk.ResponseOutputText, response_parts.OutputTextContent),
    "refusal": (sdk.ResponseOutputRefusal, response_parts.RefusalContent),
    "reasoning": (sdk_reasoning.Reasoning, Reasoning),
    "answer": (sdk.Response, Response),
    "usage": (sdk.ResponseUsage, ResponseUsage),
    "chat request": (chat_params.CompletionCreateParamsNonStreaming, CreateChatCompletionRequest),
    "chat request, streaming": (chat_params.CompletionCreateParamsStreaming, CreateChatCompletionRequest),
    "chat messages": (sdk_chat.ChatCompletionMessageParam, messages.Message),
    "chat parts": (sdk_chat.ChatCompletionContentPartParam, parts.UserPart),
    "chat tools": (sdk_chat.ChatCompletionToolUnionParam, tools.Tool),
    "chat tool choice": (sdk_chat.ChatCompletionToolChoiceOptionParam, tools.ToolChoice),
    "chat answer": (sdk_chat.ChatCompletion, CreateChatCompletionResponse),
    "chat usage": (completion_usage.CompletionUsage, usage.CompletionUsage),
}
KEYS = ("type", "role")
"""The keys that say which object is meant; the first that does is the one."""


def alternatives(annotation: Any) -> Iterator[Any]:
    """The members of a union, however it is wrapped."""
    if getattr(annotation, "__value__", None) is not None:
        yield from alternatives(annotation.__value__)
    elif get_origin(annotation) in (Union, UnionType):
        for member in get_args(annotation):
            yield from alternatives(member)
    elif get_origin(annotation) in (Annotated, Required, NotRequired):
        yield from alternatives(get_args(annotation)[0])
    elif annotation is not NoneType:
        yield annotation


def is_object(annotation: Any) -> bool:
    return is_typeddict(annotation) or (isinstance(annotation, type) and issubclass(annotation, BaseModel))


def elements(annotations: Iterable[Any]) -> list[Any]:
    """What arrays and objects of any key among the annotations hold."""
    held: list[Any] = []
    for annotation in annotations:
        arguments = get_args(annotation)
        if arguments and get_origin(annotation) is not Literal:
            held += alternatives(arguments[-1])
    return held


def fields(kind: Any) -> dict[str, Any]:
    if is_typeddict(kind):
        return get_type_hints(kind, include_extras=True)
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def said_by(kind: Any, key: str) -> set[str]:
    """The values that tell an object apart, such as `{"function_call"}`."""
    return {
        value
        for annotation in alternatives(fields(kind).get(key))
        if get_origin(annotation) is Literal
        for value in get_args(annotation)
    }


def missing(theirs: Iterable[Any], ours: Iterable[Any], path: str = "") -> list[str]:
    """Each place of theirs, such as `/input[]<function_call>/arguments`, that ours cannot hold."""
    return sorted(set(_missing(list(theirs), list(ours), path, frozenset())))


def _missing(theirs: list[Any], ours: list[Any], path: str, seen: frozenset[Any]) -> Iterator[str]:
    if any(annotation in (Any, object) for annotation in ours):
        return
    for kind in theirs:
        if is_object(kind):
            if kind not in seen:
                yield from _missing_of(kind, ours, path, seen | {kind})
        elif get_args(kind) and get_origin(kind) is not Literal:
            if not elements(ours) and any(is_object(element) for element in elements([kind])):
                yield f"{path}[]"
            else:
                yield from _missing(elements([kind]), elements(ours), f"{path}[]", seen)


def _missing_of(kind: Any, ours: list[Any], path: str, seen: frozenset[Any]) -> Iterator[str]:
    models = [model for model in ours if is_object(model) and not issubclass(model, Unknown)]
    if not models and elements(ours):
        return  # an object that is carried as it is
    key = next((key for key in KEYS if said_by(kind, key)), "")
    values = said_by(kind, key)
    unsaid = values - {value for model in models for value in said_by(model, key)}
    if unsaid or not models:
        yield from (f"{path}<{value}>" for value in unsaid or [kind.__name__])
        return
    models = [model for model in models if not values or values & said_by(model, key)]
    label = f"<{min(values)}>" if key == "type" else ""
    for name, annotation in fields(kind).items():
        held = [fields(model)[name] for model in models if name in fields(model)]
        within = [member for each in held for member in alternatives(each)]
        if within:
            yield from _missing(list(alternatives(annotation)), within, f"{path}{label}/{name}", seen)
        else:
            yield f"{path}{label}/{name}"


@pytest.mark.parametrize("subject", PAIRS)
def test_the_sdk_has_nothing_that_we_lack(subject: str) -> None:
    theirs, ours = PAIRS[subject]
    assert missing(alternatives(theirs), alternatives(ours)) == []


def without_field(model: type[BaseModel], name: str) -> type[BaseModel]:
    kept = {key: (field.annotation, field) for key, field in model.model_fields.items() if key != name}
    return create_model(model.__name__, **kept)  # type: ignore[call-overload, no-any-return]


def without_branch(union: Any, name: str) -> list[Any]:
    return [member for member in alternatives(union) if getattr(member, "__name__", "") != name]


def test_a_field_taken_away_is_named() -> None:
    theirs = alternatives(params.ResponseCreateParamsNonStreaming)
    assert missing(theirs, [without_field(CreateResponse, "truncation")]) == ["/truncation"]


def test_a_nested_field_taken_away_is_named() -> None:
    ours = [*without_branch(ToolChoice, "ToolChoiceMCP")]
    ours.append(without_field(next(iter(set(alternatives(ToolChoice)) - set(ours))), "server_label"))
    assert missing(alternatives(params.ToolChoice), ours) == ["<mcp>/server_label"]


@pytest.mark.parametrize(
    ("theirs", "ours", "branch", "named"),
    [
        (sdk.ResponseInputItemParam, InputItem, "CustomToolCall", "<custom_tool_call>"),
        (sdk.ResponseOutputItem, OutputItem, "CompactionBody", "<compaction>"),
        (sdk.ToolParam, Tool, "ApplyPatchToolParam", "<apply_patch>"),
        (params.ToolChoice, ToolChoice, "ToolChoiceAllowed", "<allowed_tools>"),
        (PAIRS["chat parts"][0], parts.UserPart, "ChatCompletionRequestMessageContentPartFile", "<file>"),
        (sdk_chat.ChatCompletionMessageParam, messages.Message, "ChatCompletionRequestToolMessage", "<tool>"),
    ],
)  # fmt: skip
def test_a_branch_taken_away_is_named(theirs: Any, ours: Any, branch: str, named: str) -> None:
    assert missing(alternatives(theirs), without_branch(ours, branch)) == [named]
