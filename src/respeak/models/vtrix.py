"""vtrix's request and answer (vtrix model page of vtrix-gpt-5.3-codex): Chat with the deprecated functions.

The fields written here are those that the page documents, with its ranges and defaults. Whatever else a client
sends is read as the family reads it: so are messages, since results of functions need a role that the page
leaves out.
"""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import required_by_api
from respeak.models.chat.messages import Message
from respeak.models.chat.parts import AssistantPart
from respeak.models.chat.request import CreateChatCompletionRequest, ResponseFormatJsonSchema
from respeak.models.chat.response import ChatCompletionResponseMessage, Choice, CreateChatCompletionResponse
from respeak.models.chat.tools import ChatCompletionFunctionCallOption, ChatCompletionFunctions
from respeak.models.chat.usage import CompletionUsage
from respeak.models.shared import ResponseFormatJsonObject, ResponseFormatText
from respeak.models.unions import OneOf

VtrixFormat = Annotated[ResponseFormatText | ResponseFormatJsonSchema | ResponseFormatJsonObject, OneOf()]


class VtrixRequest(CreateChatCompletionRequest):
    """A request to vtrix."""

    model: Literal["vtrix-gpt-5.3-codex"]
    messages: list[Message]
    reasoning_effort: Literal["low", "medium", "high", "xhigh"] | None = "medium"
    max_tokens: Annotated[int, Field(ge=1, le=128_000)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 1.0
    top_p: Annotated[float, Field(ge=0, le=1)] | None = 1.0
    stream: bool | None = False
    functions: list[ChatCompletionFunctions] | None = None
    function_call: Literal["none", "auto"] | ChatCompletionFunctionCallOption | None = None
    response_format: VtrixFormat | None = None


class VtrixMessage(ChatCompletionResponseMessage):
    """What the model said; `function_call` follows from finish_reason, `tool_calls` is read if it comes after all."""

    role: Literal["assistant"] | str | None = required_by_api()
    content: str | list[AssistantPart] | None = required_by_api()


class VtrixChoice(Choice):
    """The answer; vtrix gives one."""

    index: int | None = required_by_api()
    message: VtrixMessage
    finish_reason: Literal["stop", "length", "function_call", "content_filter"] | str | None = required_by_api()


class VtrixUsage(CompletionUsage):
    """Token counts without details."""

    prompt_tokens: int | None = required_by_api()
    completion_tokens: int | None = required_by_api()
    total_tokens: int | None = required_by_api()


class VtrixResponse(CreateChatCompletionResponse):
    """An answer of vtrix."""

    id: str | None = required_by_api()
    object: Literal["chat.completion"] | str | None = required_by_api()
    created: int | None = required_by_api()
    model: str | None = required_by_api()
    choices: list[VtrixChoice]  # type: ignore[assignment]  # a list that nobody writes to
    usage: VtrixUsage | None = None
