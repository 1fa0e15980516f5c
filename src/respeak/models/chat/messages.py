"""The messages of a Chat request, one class a role."""

from typing import Annotated, Literal

from respeak.models.base import Model
from respeak.models.chat.parts import AssistantPart, TextPart, UserPart
from respeak.models.chat.tools import FunctionCall, ToolCall
from respeak.models.shared import JsonObject
from respeak.models.unions import OneOf


class ChatCompletionRequestDeveloperMessage(Model):
    """What the developer tells the model, `ChatCompletionRequestDeveloperMessage`."""

    role: Literal["developer"]
    content: str | list[TextPart]
    name: str | None = None


class ChatCompletionRequestSystemMessage(Model):
    """What the system tells the model, `ChatCompletionRequestSystemMessage`."""

    role: Literal["system"]
    content: str | list[TextPart]
    name: str | None = None


class ChatCompletionRequestUserMessage(Model):
    """What the user says, `ChatCompletionRequestUserMessage`."""

    role: Literal["user"]
    content: str | list[UserPart]
    name: str | None = None


class AudioReference(Model):
    """Sound of an earlier answer, `ChatCompletionRequestAssistantMessage.audio`."""

    id: str


class ChatCompletionRequestAssistantMessage(Model):
    """What the assistant said and called, `ChatCompletionRequestAssistantMessage`."""

    role: Literal["assistant"]
    content: str | list[AssistantPart] | None = None
    refusal: str | None = None
    name: str | None = None
    audio: AudioReference | None = None
    tool_calls: list[ToolCall] | None = None
    function_call: FunctionCall | None = None
    # What providers add, and want back.
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[JsonObject] | None = None


class ChatCompletionRequestToolMessage(Model):
    """What a tool gave back, `ChatCompletionRequestToolMessage`."""

    role: Literal["tool"]
    content: str | list[TextPart]
    tool_call_id: str


class ChatCompletionRequestFunctionMessage(Model):
    """What a function gave back, in the older form, `ChatCompletionRequestFunctionMessage`."""

    role: Literal["function"]
    content: str | None
    name: str


Message = Annotated[
    ChatCompletionRequestDeveloperMessage
    | ChatCompletionRequestSystemMessage
    | ChatCompletionRequestUserMessage
    | ChatCompletionRequestAssistantMessage
    | ChatCompletionRequestToolMessage
    | ChatCompletionRequestFunctionMessage,
    OneOf("role"),
]
