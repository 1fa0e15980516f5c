"""The chunks of a streamed Chat answer.

A frame of a stream may also be an error; services put it under `error`, and the chunk's own keys are missing then.
"""

from typing import Literal

from respeak.models.base import Model, required_by_api
from respeak.models.chat.parts import AssistantPart
from respeak.models.chat.response import Annotation, ChatCompletionModeration, ChoiceLogprobs, FinishReason
from respeak.models.chat.usage import CompletionUsage
from respeak.models.errors import Error
from respeak.models.shared import JsonObject, ServiceTier


class FunctionCallChunk(Model):
    """A piece of a function's name and arguments, `ChatCompletionMessageToolCallChunk.function`."""

    name: str | None = None
    arguments: str | None = None


class CustomCallChunk(Model):
    """A piece of a custom tool's name and input; no schema has it, the service sends it."""

    name: str | None = None
    input: str | None = None


class ChatCompletionMessageToolCallChunk(Model):
    """A piece of a tool call, `ChatCompletionMessageToolCallChunk`."""

    index: int | None = required_by_api()
    id: str | None = None
    type: Literal["function", "custom"] | str | None = None
    function: FunctionCallChunk | None = None
    custom: CustomCallChunk | None = None


class AudioPiece(Model):
    """A piece of a spoken answer; no schema has it, the service sends it."""

    id: str | None = None
    expires_at: int | None = None
    data: str | None = None
    transcript: str | None = None


class ChatCompletionStreamResponseDelta(Model):
    """What is new, `ChatCompletionStreamResponseDelta`."""

    role: Literal["developer", "system", "user", "assistant", "tool"] | str | None = None
    content: str | list[AssistantPart] | None = None
    refusal: str | None = None
    tool_calls: list[ChatCompletionMessageToolCallChunk] | None = None
    function_call: FunctionCallChunk | None = None
    # As in a finished message.
    annotations: list[Annotation] | None = None
    audio: AudioPiece | None = None
    # What providers add, and want back.
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[JsonObject] | None = None


class ChunkChoice(Model):
    """What is new in one of the answers, `CreateChatCompletionStreamResponse.choices`."""

    index: int | None = required_by_api()
    delta: ChatCompletionStreamResponseDelta | None = required_by_api()
    finish_reason: FinishReason | None = required_by_api()
    logprobs: ChoiceLogprobs | None = None
    message: ChatCompletionStreamResponseDelta | None = None  # of services that send whole messages


class CreateChatCompletionStreamResponse(Model):
    """A chunk of a streamed answer, `CreateChatCompletionStreamResponse`."""

    id: str | None = required_by_api()
    object: Literal["chat.completion.chunk"] | str | None = required_by_api()
    created: int | None = required_by_api()
    model: str | None = required_by_api()
    choices: list[ChunkChoice] | None = required_by_api()
    usage: CompletionUsage | None = None
    service_tier: ServiceTier | None = None
    system_fingerprint: str | None = None
    moderation: ChatCompletionModeration | None = None
    obfuscation: str | None = None
    # What services send in place of a chunk when the stream breaks.
    error: Error | str | None = None
