"""The answer of the Responses API."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.responses.items import InputItem, OutputItem
from respeak.models.responses.shared import (
    AccessPrograms,
    Conversation,
    ImageOptions,
    Prompt,
    Reasoning,
    Truncation,
)
from respeak.models.responses.tool_choice import ToolChoice
from respeak.models.responses.tools import Tool
from respeak.models.responses.usage import ResponseUsage, ToolUsage
from respeak.models.shared import (
    JsonObject,
    Metadata,
    ModerationOutcome,
    PromptCacheOptions,
    PromptCacheRetention,
    ResponseFormatJsonObject,
    ResponseFormatText,
    ServiceTierResponses,
    UnknownFormat,
    Verbosity,
)
from respeak.models.unions import OneOf, Unknown

ResponseStatus = Literal["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"] | str
ResponseErrorCode = (
    Literal[
        "server_error",
        "rate_limit_exceeded",
        "invalid_prompt",
        "data_residency_mismatch",
        "bio_policy",
        "misalignment_policy_violation",
        "vector_store_timeout",
        "invalid_image",
        "invalid_image_format",
        "invalid_base64_image",
        "invalid_image_url",
        "image_too_large",
        "image_too_small",
        "image_parse_error",
        "image_content_policy_violation",
        "invalid_image_mode",
        "image_file_too_large",
        "unsupported_image_media_type",
        "empty_image_file",
        "failed_to_download_image",
        "image_file_not_found",
    ]
    | str
)
IncompleteReason = Literal["max_output_tokens", "content_filter", "max_messages", "steered"] | str


class MisalignmentSteer(Model):
    """A word that would set the model right, `MisalignmentSteer` (SDK only)."""

    message: str | None = required_by_api()


class Misalignment(Model):
    """What the model was stopped from, `Misalignment` (SDK only)."""

    detailed_explanation: str | None = None
    error_type: (
        Literal[
            "potentially_unintended_data_transfer",
            "potentially_unintended_data_access",
            "potentially_unintended_destructive_activity",
            "other",
        ]
        | str
        | None
    ) = None
    review_target: str | None = None
    steer: MisalignmentSteer | None = None


class ResponseError(Model):
    """Why the response failed, `ResponseError`."""

    code: ResponseErrorCode | int | None = required_by_api()
    message: str | None = required_by_api()
    # Known to the SDK only.
    param: str | None = None
    type: str | None = None
    misalignment: Misalignment | None = None


class IncompleteDetails(Model):
    """Why the response is incomplete, `Response.incomplete_details`."""

    reason: IncompleteReason | None = None


class Moderation(Model):
    """What moderation found, `Moderation`."""

    input: ModerationOutcome | None = required_by_api()
    output: ModerationOutcome | None = required_by_api()


class InputTransformation(Model):
    """What the service took out of the input, `InputTransformation` (SDK only)."""

    id: str | None = required_by_api()
    type: Literal["reasoning"] | str | None = required_by_api()
    action: Literal["removed"] | str | None = required_by_api()
    reason: (
        Literal[
            "organization_mismatch",
            "end_user_mismatch",
            "model_mismatch",
            "prefix_mismatch",
            "turn_boundary",
        ]
        | str
        | None
    ) = required_by_api()


class PromptCacheDiagnosticsCacheMiss(Model):
    """Why the cache was missed, `PromptCacheDiagnosticsCacheMiss` (SDK only)."""

    type: Literal["cache_miss"]
    cache_missed_tokens: int | None = required_by_api()
    comparison_reusable_tokens: int | None = None
    reason: (
        Literal[
            "model_changed",
            "prompt_cache_key_changed",
            "tools_changed",
            "text_format_changed",
            "reasoning_effort_changed",
            "verbosity_changed",
            "context_compacted",
            "input_changed",
            "service_tier_changed",
        ]
        | str
        | None
    ) = required_by_api()


class PromptCacheDiagnosticsCacheHit(Model):
    """The cache was hit, `PromptCacheDiagnosticsCacheHit` (SDK only)."""

    type: Literal["cache_hit"]


class PromptCacheDiagnosticsComparisonResponseNotFound(Model):
    """Nothing to compare with, `PromptCacheDiagnosticsComparisonResponseNotFound` (SDK only)."""

    type: Literal["comparison_response_not_found"]


class PromptCacheDiagnosticsUnavailable(Model):
    """No diagnostics, `PromptCacheDiagnosticsUnavailable` (SDK only)."""

    type: Literal["unavailable"]


PromptCacheDiagnostics = Annotated[
    PromptCacheDiagnosticsCacheMiss
    | PromptCacheDiagnosticsCacheHit
    | PromptCacheDiagnosticsComparisonResponseNotFound
    | PromptCacheDiagnosticsUnavailable
    | Unknown,
    OneOf(),
]


class EchoedJsonSchema(Model):
    """The schema that was asked for, `TextResponseFormatJsonSchema`; some services do not echo its name."""

    type: Literal["json_schema"]
    name: str | None = required_by_api()
    schema_: JsonObject | None = Field(default=None, alias="schema", json_schema_extra={"x-required": True})
    description: str | None = None
    strict: bool | None = None


class EchoedText(Model):
    """What the text was to be like, `ResponseTextParam`."""

    format: (
        Annotated[ResponseFormatText | EchoedJsonSchema | ResponseFormatJsonObject | UnknownFormat, OneOf()] | None
    ) = None
    verbosity: Verbosity | None = None


class Response(Model):
    """The answer of the Responses API, `Response`.

    `output` may be missing or null: some services send `output_text` alone, or an empty terminal answer.
    """

    id: str | None = required_by_api()
    object: Literal["response"] | str | None = required_by_api()
    created_at: float | None = required_by_api()
    completed_at: float | None = None
    status: ResponseStatus | None = None
    error: ResponseError | None = required_by_api()
    incomplete_details: IncompleteDetails | None = required_by_api()
    model: str | None = required_by_api()
    output: list[OutputItem] | None = required_by_api()
    output_text: str | None = None
    usage: ResponseUsage | None = None
    instructions: str | list[InputItem] | None = required_by_api()
    max_output_tokens: int | None = None
    max_tool_calls: int | None = None
    temperature: float | None = required_by_api()
    top_p: float | None = required_by_api()
    top_logprobs: int | None = None
    # Some services put the text of the reasoning here, in place of its settings.
    reasoning: Reasoning | str | None = None
    text: EchoedText | None = None
    tools: list[Tool] | None = required_by_api()
    tool_choice: ToolChoice | None = required_by_api()
    parallel_tool_calls: bool | None = required_by_api()
    background: bool | None = None
    previous_response_id: str | None = None
    conversation: Conversation | None = None
    truncation: Truncation | None = None
    prompt: Prompt | None = None
    prompt_cache_key: str | None = None
    prompt_cache_retention: PromptCacheRetention | None = None
    prompt_cache_options: PromptCacheOptions | None = None
    service_tier: ServiceTierResponses | None = None
    moderation: Moderation | None = None
    metadata: Metadata | None = required_by_api()
    safety_identifier: str | None = None
    user: str | None = None
    # Known to the SDK only.
    access_programs: AccessPrograms | None = None
    image: ImageOptions | None = None
    input_transformations: list[InputTransformation] | None = None
    prompt_cache_diagnostics: PromptCacheDiagnostics | None = None
    tool_usage: ToolUsage | None = None
