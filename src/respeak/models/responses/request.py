"""The body of `POST /responses`."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model
from respeak.models.responses.items import InputItem
from respeak.models.responses.shared import (
    AccessPrograms,
    Conversation,
    ImageOptions,
    Prompt,
    Reasoning,
    ResponseTextParam,
    Truncation,
)
from respeak.models.responses.tool_choice import ToolChoice
from respeak.models.responses.tools import Tool
from respeak.models.shared import (
    Metadata,
    ModerationParam,
    PromptCacheOptions,
    PromptCacheRetention,
    ServiceTierResponses,
)

Include = (
    Literal[
        "file_search_call.results",
        "web_search_call.results",
        "web_search_call.action.sources",
        "message.input_image.image_url",
        "computer_call_output.output.image_url",
        "code_interpreter_call.outputs",
        "reasoning.encrypted_content",
        "message.output_text.logprobs",
    ]
    | str
)


class ResponseStreamOptions(Model):
    """How the answer is streamed, `ResponseStreamOptions`."""

    include_obfuscation: bool | None = None


class ContextManagementParam(Model):
    """How a long context is managed, `ContextManagementParam`."""

    type: str
    compact_threshold: Annotated[int, Field(ge=1000)] | None = None


class CreateResponse(Model):
    """A request to the Responses API, `CreateResponse`."""

    model: str | None = None
    input: str | list[InputItem] | None = None
    instructions: str | None = None
    max_output_tokens: Annotated[int, Field(ge=16)] | None = None
    max_tool_calls: int | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    reasoning: Reasoning | None = None
    text: ResponseTextParam | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    include: list[Include] | None = None
    stream: bool | None = None
    stream_options: ResponseStreamOptions | None = None
    store: bool | None = None
    background: bool | None = None
    previous_response_id: str | None = None
    conversation: str | Conversation | None = None
    context_management: list[ContextManagementParam] | None = None
    truncation: Truncation | None = None
    prompt: Prompt | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: PromptCacheRetention | None = None
    prompt_cache_options: PromptCacheOptions | None = None
    service_tier: ServiceTierResponses | None = None
    moderation: ModerationParam | None = None
    metadata: Metadata | None = None
    safety_identifier: Annotated[str, Field(max_length=128)] | None = None
    user: str | None = None
    # Known to the SDK only.
    access_programs: AccessPrograms | None = None
    image: ImageOptions | None = None
