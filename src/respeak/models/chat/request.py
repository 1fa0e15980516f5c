"""The body of `POST /chat/completions`."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.chat.messages import Message
from respeak.models.chat.parts import TextPart
from respeak.models.chat.tools import (
    ChatCompletionFunctionCallOption,
    ChatCompletionFunctions,
    Tool,
    ToolChoice,
)
from respeak.models.shared import (
    JsonObject,
    Metadata,
    ModerationParam,
    PromptCacheOptions,
    PromptCacheRetention,
    ReasoningEffort,
    ResponseFormatJsonObject,
    ResponseFormatText,
    SearchContextSize,
    ServiceTier,
    UnknownFormat,
    Verbosity,
)
from respeak.models.unions import OneOf

INT64 = 9_223_372_036_854_776_000
"""The bound of `seed` as the specification writes it: 2**63, rounded as a double."""


class JsonSchemaFormat(Model):
    """A name and a schema, `ResponseFormatJsonSchema.json_schema`."""

    name: str
    description: str | None = None
    schema_: JsonObject | None = Field(default=None, alias="schema")
    strict: bool | None = None


class ResponseFormatJsonSchema(Model):
    """JSON that follows a schema, `ResponseFormatJsonSchema`."""

    type: Literal["json_schema"]
    json_schema: JsonSchemaFormat


ResponseFormat = Annotated[
    ResponseFormatText | ResponseFormatJsonSchema | ResponseFormatJsonObject | UnknownFormat, OneOf()
]


class VoiceId(Model):
    """A voice of one's own, `CreateChatCompletionRequest.audio.voice`."""

    id: str


class AudioParam(Model):
    """The sound that is asked for, `CreateChatCompletionRequest.audio`."""

    voice: (
        Literal[
            "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"
        ]
        | str
        | VoiceId
    )  # fmt: skip
    format: Literal["wav", "aac", "mp3", "flac", "opus", "pcm16"] | str


class PredictionContent(Model):
    """What the answer will mostly be, `PredictionContent`."""

    type: Literal["content"]
    content: str | list[TextPart]


class ChatCompletionStreamOptions(Model):
    """How the answer is streamed, `ChatCompletionStreamOptions`."""

    include_usage: bool | None = None
    include_obfuscation: bool | None = None


class WebSearchLocation(Model):
    """A place, `WebSearchLocation`."""

    country: str | None = None
    region: str | None = None
    city: str | None = None
    timezone: str | None = None


class WebSearchUserLocation(Model):
    """Where the user is, roughly, `CreateChatCompletionRequest.web_search_options.user_location`."""

    type: Literal["approximate"] | None = required_by_api()
    approximate: WebSearchLocation | None = required_by_api()


class WebSearchOptions(Model):
    """How the web is searched, `CreateChatCompletionRequest.web_search_options`."""

    user_location: WebSearchUserLocation | None = None
    search_context_size: SearchContextSize | None = None


class CreateChatCompletionRequest(Model):
    """A request to the Chat Completions API, `CreateChatCompletionRequest`."""

    messages: list[Message]
    model: str | None = required_by_api()
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    n: Annotated[int, Field(ge=1, le=128)] | None = None
    # The specification wants one stop at least; clients send `[]` and are answered.
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    logit_bias: dict[str, int] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    seed: Annotated[int, Field(ge=-INT64, le=INT64)] | None = None
    reasoning_effort: ReasoningEffort | None = None
    verbosity: Verbosity | None = None
    modalities: list[Literal["text", "audio"] | str] | None = None
    audio: AudioParam | None = None
    prediction: PredictionContent | None = None
    response_format: ResponseFormat | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    functions: list[ChatCompletionFunctions] | None = None
    function_call: Literal["none", "auto"] | ChatCompletionFunctionCallOption | None = None
    web_search_options: WebSearchOptions | None = None
    stream: bool | None = None
    stream_options: ChatCompletionStreamOptions | None = None
    store: bool | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: PromptCacheRetention | None = None
    prompt_cache_options: PromptCacheOptions | None = None
    service_tier: ServiceTier | None = None
    moderation: ModerationParam | None = None
    metadata: Metadata | None = None
    safety_identifier: Annotated[str, Field(max_length=128)] | None = None
    user: str | None = None
