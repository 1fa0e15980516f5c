"""The answer of the Chat Completions API."""

from typing import Annotated, Literal

from respeak.models.base import Model, required_by_api
from respeak.models.chat.parts import AssistantPart
from respeak.models.chat.tools import UnknownToolCall, untyped_call
from respeak.models.chat.usage import CompletionUsage
from respeak.models.shared import JsonObject, Metadata, ModerationErrorBody, ModerationResultBody, ServiceTier
from respeak.models.unions import OneOf, Unknown

FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "function_call"] | str


class UnknownAnnotation(Unknown):
    """An annotation of a type that this release does not know."""


class UrlCitation(Model):
    """The page that is cited, `ChatCompletionResponseMessage.annotations.url_citation`."""

    url: str | None = required_by_api()
    title: str | None = required_by_api()
    start_index: int | None = required_by_api()
    end_index: int | None = required_by_api()


class UrlCitationAnnotation(Model):
    """A citation of a web page, `ChatCompletionResponseMessage.annotations`."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


Annotation = Annotated[UrlCitationAnnotation | UnknownAnnotation, OneOf()]
"""What cites a source."""


class AudioAnswer(Model):
    """Spoken answer, `ChatCompletionResponseMessage.audio`."""

    id: str | None = required_by_api()
    expires_at: int | None = required_by_api()
    data: str | None = required_by_api()
    transcript: str | None = required_by_api()


class TopLogprob(Model):
    """One of the tokens that were likely, `ChatCompletionTokenLogprob.top_logprobs`."""

    token: str
    logprob: float
    bytes: list[int] | None = required_by_api()


class ChatCompletionTokenLogprob(Model):
    """The log probability of a token, `ChatCompletionTokenLogprob`."""

    token: str
    logprob: float
    bytes: list[int] | None = required_by_api()
    top_logprobs: list[TopLogprob] | None = required_by_api()


class ChoiceLogprobs(Model):
    """The log probabilities of an answer, `CreateChatCompletionResponse.choices.logprobs`."""

    content: list[ChatCompletionTokenLogprob] | None = required_by_api()
    refusal: list[ChatCompletionTokenLogprob] | None = required_by_api()


# Calls, as in `tools.py`; weak providers leave out of an answer what a request must say.


class FunctionCall(Model):
    """The name and the arguments (JSON in a string) of a call; also the older `function_call`."""

    name: str
    arguments: str | None = required_by_api()


class CustomCall(Model):
    """The name and the input (any text) of a call of a custom tool."""

    name: str
    input: str | None = required_by_api()


class ChatCompletionMessageToolCall(Model):
    """A call of a function, `ChatCompletionMessageToolCall`."""

    id: str | None = required_by_api()
    type: Literal["function"] | None = required_by_api()
    function: FunctionCall


class ChatCompletionMessageCustomToolCall(Model):
    """A call of a custom tool, `ChatCompletionMessageCustomToolCall`."""

    id: str | None = required_by_api()
    type: Literal["custom"] | None = required_by_api()
    custom: CustomCall


ToolCall = Annotated[
    ChatCompletionMessageToolCall | ChatCompletionMessageCustomToolCall | UnknownToolCall,
    OneOf(special={None: untyped_call}),
]


class ChatCompletionResponseMessage(Model):
    """What the model said and called, `ChatCompletionResponseMessage`."""

    role: Literal["assistant"] | str | None = required_by_api()
    content: str | list[AssistantPart] | None = required_by_api()
    refusal: str | None = required_by_api()
    tool_calls: list[ToolCall] | None = None
    function_call: FunctionCall | None = None
    annotations: list[Annotation] | None = None
    audio: AudioAnswer | None = None
    # What providers add, and want back.
    reasoning_content: str | None = None
    reasoning: str | None = None
    reasoning_details: list[JsonObject] | None = None


class Choice(Model):
    """One of the answers, `CreateChatCompletionResponse.choices`."""

    index: int | None = required_by_api()
    message: ChatCompletionResponseMessage
    finish_reason: FinishReason | None = required_by_api()
    logprobs: ChoiceLogprobs | None = required_by_api()


class ChatCompletionModerationResults(Model):
    """What moderation found, `ChatCompletionModerationResults`."""

    type: Literal["moderation_results"]
    model: str | None = required_by_api()
    results: list[ModerationResultBody] | None = required_by_api()


ChatModerationOutcome = Annotated[ChatCompletionModerationResults | ModerationErrorBody | Unknown, OneOf()]


class ChatCompletionModeration(Model):
    """Moderation of input and output, `ChatCompletionModeration`."""

    input: ChatModerationOutcome | None = required_by_api()
    output: ChatModerationOutcome | None = required_by_api()


class CreateChatCompletionResponse(Model):
    """The answer of the Chat Completions API, `CreateChatCompletionResponse`."""

    id: str | None = required_by_api()
    object: Literal["chat.completion"] | str | None = required_by_api()
    created: int | None = required_by_api()
    model: str | None = required_by_api()
    choices: list[Choice]
    usage: CompletionUsage | None = None
    service_tier: ServiceTier | None = None
    system_fingerprint: str | None = None
    metadata: Metadata | None = None
    moderation: ChatCompletionModeration | None = None
