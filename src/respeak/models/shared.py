"""What both families share: value sets, metadata, prompt caching, moderation.

An alias `Literal[...] | str` documents the values known today and accepts tomorrow's.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.unions import OneOf, Unknown

JsonObject = dict[str, Any]
"""A JSON object that is carried, not looked into: JSON Schemas, arguments, attributes."""

ReasoningEffort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | str
Verbosity = Literal["low", "medium", "high"] | str
ServiceTier = Literal["auto", "default", "flex", "scale", "priority", "fast"] | str
ServiceTierResponses = Literal["auto", "default", "flex", "scale", "priority", "fast", "ultrafast"] | str
PromptCacheRetention = Literal["in_memory", "24h"] | str
PromptCacheTTL = Literal["30m", "12h"] | str
SearchContextSize = Literal["low", "medium", "high"] | str

Metadata = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]],
    Field(max_length=16),
]
"""Up to 16 pairs of strings: keys of up to 64 characters, values of up to 512."""


class PromptCacheOptions(Model):
    """How the prompt is cached, `PromptCacheOptionsParam`."""

    ttl: PromptCacheTTL | None = None
    mode: Literal["implicit", "explicit"] | None = None
    # Known to the SDK only, and on the Responses API only.
    comparison_response_id: str | None = None
    prewarm: bool | None = None


class PromptCacheBreakpoint(Model):
    """A mark after which the prompt may be cached, `PromptCacheBreakpointParam`."""

    mode: Literal["explicit"] | None = required_by_api()
    ttl: PromptCacheTTL | None = None  # SDK only


class ModerationConfig(Model):
    """What moderation does with one side, `ModerationConfigParam`."""

    mode: Literal["score", "block"]


class ModerationPolicy(Model):
    """Moderation of input and output, `ModerationPolicyParam`."""

    input: ModerationConfig | None = None
    output: ModerationConfig | None = None


class ModerationParam(Model):
    """Moderation asked for along with the answer, `ModerationParam`."""

    model: str
    policy: ModerationPolicy | None = None


class ModerationResultBody(Model):
    """What a moderation model found, `ModerationResultBody`."""

    type: Literal["moderation_result"]
    model: str | None = required_by_api()
    flagged: bool | None = required_by_api()
    categories: dict[str, bool] | None = required_by_api()
    category_scores: dict[str, float] | None = required_by_api()
    category_applied_input_types: dict[str, list[Literal["text", "image"] | str]] | None = required_by_api()


class ModerationErrorBody(Model):
    """Why moderation gave no result, `ModerationErrorBody` and `ChatCompletionModerationError`."""

    type: Literal["error"]
    code: str | None = required_by_api()
    message: str | None = required_by_api()


class ResponseFormatText(Model):
    """Plain text, `ResponseFormatText`."""

    type: Literal["text"]


class ResponseFormatJsonObject(Model):
    """Any JSON object, `ResponseFormatJsonObject`."""

    type: Literal["json_object"]


class UnknownFormat(Unknown):
    """A text or response format that this release does not know."""


ModerationOutcome = Annotated[ModerationResultBody | ModerationErrorBody | Unknown, OneOf()]
