"""vtrix's request and answer (vtrix model page of vtrix-gpt-5.3-codex): Chat with the deprecated functions.

The page documents these fields and no others. Messages read as the family's: results of functions need a role
that the page leaves out.
"""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.chat.messages import Message
from respeak.models.chat.request import ResponseFormat
from respeak.models.chat.tools import ChatCompletionFunctionCallOption, ChatCompletionFunctions, FunctionCall, ToolCall


class VtrixRequest(Model):
    """A request to vtrix."""

    model: Literal["vtrix-gpt-5.3-codex"]
    messages: list[Message]
    reasoning_effort: Literal["low", "medium", "high", "xhigh"] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=128_000)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    stream: bool | None = None
    functions: list[ChatCompletionFunctions] | None = None
    function_call: Literal["none", "auto"] | ChatCompletionFunctionCallOption | None = None
    response_format: ResponseFormat | None = None


class VtrixMessage(Model):
    """What the model said; `function_call` follows from finish_reason, `tool_calls` is read if it comes after all."""

    role: Literal["assistant"] | str | None = required_by_api()
    content: str | None = required_by_api()
    function_call: FunctionCall | None = None
    tool_calls: list[ToolCall] | None = None


class VtrixChoice(Model):
    """One answer of several, though vtrix gives one."""

    index: int | None = required_by_api()
    message: VtrixMessage
    finish_reason: Literal["stop", "length", "function_call", "content_filter"] | str | None = required_by_api()


class VtrixUsage(Model):
    """Token counts without details."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int | None = required_by_api()


class VtrixResponse(Model):
    """An answer of vtrix."""

    id: str | None = required_by_api()
    object: Literal["chat.completion"] | str | None = required_by_api()
    created: int | None = required_by_api()
    model: str | None = required_by_api()
    choices: list[VtrixChoice]
    usage: VtrixUsage | None = None
