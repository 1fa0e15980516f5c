"""What the documents say and the tolerant models do not: where null is allowed, what stays open, what is left out.

From the OpenAPI document of the OpenAI API 2.3.0 and the pages of the providers, by class of the models. Where the
live service demonstrably takes more than its document, `LIVE_NULLS` and `LIVE_OMITS` follow the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NULLS: Mapping[str, str] = {
    "AdditionalToolsItemParam": "id",
    "AimlapiRequest": "instructions previous_response_id stream parallel_tool_calls",
    "ApplyPatchToolCall": "caller",
    "ApplyPatchToolCallItemParam": "id caller",
    "ApplyPatchToolCallOutput": "caller output",
    "ApplyPatchToolCallOutputItemParam": "id caller output",
    "ApplyPatchToolParam": "allowed_callers",
    "ApproximateLocation": "country region city timezone",
    "AutoCodeInterpreterToolParam": "memory_limit",
    "ChatCompletionRequestAssistantMessage": "content refusal audio function_call",
    "ChatCompletionRequestFunctionMessage": "content",
    "ChatCompletionResponseMessage": "content refusal audio",
    "ChatCompletionStreamResponseDelta": "content refusal",
    "ChatCompletionTokenLogprob": "bytes",
    "Choice": "logprobs",
    "ChoiceLogprobs": "content refusal",
    "ChunkChoice": "logprobs finish_reason",
    "ClickParam": "keys",
    "CodeInterpreterTool": "allowed_callers",
    "CodeInterpreterToolCall": "code outputs",
    "CompactionSummaryItemParam": "id",
    "ComputerCallOutputItemParam": "id acknowledged_safety_checks status",
    "ComputerCallSafetyCheckParam": "code message",
    "ContainerAutoParam": "memory_limit",
    "ContextManagementParam": "compact_threshold",
    "CreateChatCompletionRequest": (
        "metadata temperature top_p safety_identifier prompt_cache_key prompt_cache_retention service_tier "
        "modalities verbosity reasoning_effort max_completion_tokens frequency_penalty presence_penalty "
        "top_logprobs audio store moderation stream stop logit_bias logprobs max_tokens n prediction seed "
        "stream_options"
    ),
    "CreateChatCompletionResponse": "metadata service_tier moderation",
    "CreateChatCompletionStreamResponse": "service_tier usage moderation",
    "CreateResponse": (
        "metadata temperature top_p safety_identifier prompt_cache_key prompt_cache_retention "
        "previous_response_id background max_tool_calls prompt service_tier truncation reasoning include "
        "parallel_tool_calls store instructions moderation stream stream_options conversation "
        "context_management max_output_tokens"
    ),
    "CustomToolCall": "caller",
    "CustomToolCallOutput": "caller",
    "CustomToolCallOutputResource": "caller",
    "CustomToolParam": "allowed_callers",
    "DoubleClickAction": "keys",
    "DragParam": "keys",
    "EasyInputMessage": "phase",
    "EchoedJsonSchema": "strict",
    "EchoedText": "verbosity",
    "Error": "code param",
    "FileSearchResult": "attributes",
    "FileSearchTool": "filters",
    "FileSearchToolCall": "results",
    "FunctionCallOutputItemParam": "id call_id name namespace caller status",
    "FunctionObject": "strict",
    "FunctionShellAction": "timeout_ms max_output_length",
    "FunctionShellActionParam": "timeout_ms max_output_length",
    "FunctionShellCall": "caller environment",
    "FunctionShellCallItemParam": "id caller status environment",
    "FunctionShellCallOutput": "caller max_output_length",
    "FunctionShellCallOutputItemParam": "id caller status max_output_length",
    "FunctionShellToolParam": "environment allowed_callers",
    "FunctionTool": "description parameters output_schema strict allowed_callers",
    "FunctionToolCall": "caller",
    "FunctionToolCallOutputResource": "caller",
    "ImageGenTool": "input_fidelity",
    "ImageGenToolCall": "result",
    "InputFileContent": "file_id",
    "InputFileContentParam": "file_id filename file_data file_url prompt_cache_breakpoint",
    "InputImageContent": "image_url file_id",
    "InputImageContentParamAutoParam": "image_url file_id detail prompt_cache_breakpoint",
    "InputTextContentParam": "prompt_cache_breakpoint",
    "ItemReferenceParam": "type",
    "JsonSchemaFormat": "strict",
    "LocalShellExecAction": "timeout_ms working_directory user",
    "LocalShellToolCallOutput": "status",
    "MCPApprovalResponse": "id reason",
    "MCPApprovalResponseResource": "reason",
    "MCPListTools": "error",
    "MCPListToolsTool": "description annotations",
    "MCPTool": "headers allowed_tools allowed_callers require_approval",
    "MCPToolCall": "output error approval_request_id",
    "ModerationParam": "policy",
    "ModerationPolicy": "input output",
    "MoveParam": "keys",
    "OutputMessage": "phase",
    "Prompt": "version variables",
    "Reasoning": "effort summary context generate_summary",
    "ReasoningItem": "encrypted_content",
    "Response": (
        "metadata top_logprobs temperature top_p safety_identifier prompt_cache_key prompt_cache_retention "
        "previous_response_id background max_tool_calls prompt service_tier truncation completed_at error "
        "incomplete_details reasoning instructions output_text moderation conversation max_output_tokens"
    ),
    "ResponseErrorEvent": "code param",
    "ResponseOutputTextAnnotationAddedEvent": "annotation",
    "ResponseTextParam": "verbosity",
    "ScrollParam": "keys",
    "TextResponseFormatJsonSchema": "strict",
    "ToolChoiceMCP": "name",
    "ToolSearchCall": "call_id",
    "ToolSearchCallItemParam": "id call_id status",
    "ToolSearchOutput": "call_id",
    "ToolSearchOutputItemParam": "id call_id status",
    "ToolSearchToolParam": "description parameters",
    "TopLogprob": "bytes",
    "WebSearchActionOpenPage": "url",
    "WebSearchFilters": "allowed_domains",
    "WebSearchOptions": "user_location",
    "WebSearchPreviewTool": "user_location",
    "WebSearchTool": "filters user_location",
}
"""Fields that may be null, by class."""

SDK_ONLY: Mapping[str, str] = {
    "AccessPrograms": "cyber",
    "CacheWriteTokensDetails": "ttl_30m_tokens ttl_12h_tokens",
    "CompactionTriggerItemParam": "id",
    "ConfigurationReasoning": "effort",
    "ConfigurationText": "format",
    "ConfigurationUpdate": "type id reasoning text",
    "CreateResponse": "access_programs image",
    "CustomToolCall": "async",
    "CustomToolParam": "async",
    "FunctionTool": "async",
    "FunctionToolCall": "async",
    "ImageGenCachedTokensDetails": "cached_image_tokens cached_text_tokens",
    "ImageGenError": "code message param type moderation_details",
    "ImageGenModerationDetails": "categories moderation_stage",
    "ImageGenSvg": "model reasoning",
    "ImageGenSvgReasoning": "effort",
    "ImageGenSvgUsage": "model input_tokens output_tokens reasoning_tokens total_tokens",
    "ImageGenTokensDetails": "image_tokens text_tokens",
    "ImageGenTool": "complexity frame_count frame_duration_ms svg",
    "ImageGenToolCall": "action background error output_format quality revised_prompt size svg_usage",
    "ImageOptions": "context_compression",
    "InputTokensDetails": "cache_write_tokens_details",
    "InputTransformation": "id type action reason",
    "Misalignment": "detailed_explanation error_type review_target steer",
    "MisalignmentSteer": "message",
    "PromptCacheBreakpoint": "ttl",
    "PromptCacheDiagnosticsCacheHit": "type",
    "PromptCacheDiagnosticsCacheMiss": "type cache_missed_tokens comparison_reusable_tokens reason",
    "PromptCacheDiagnosticsComparisonResponseNotFound": "type",
    "PromptCacheDiagnosticsUnavailable": "type",
    "PromptCacheOptions": "comparison_response_id prewarm",
    "Response": "access_programs image input_transformations prompt_cache_diagnostics tool_usage",
    "ResponseError": "param type misalignment",
    "ToolUsage": "image_gen web_search",
    "ToolUsageImageGen": (
        "input_tokens input_tokens_details output_tokens output_tokens_details total_tokens cached_tokens "
        "cached_tokens_details"
    ),
    "ToolUsageWebSearch": "num_requests",
}
"""Fields that the official SDK has and the OpenAPI document lacks, by class."""

OPEN_VALUES: Mapping[str, str] = {
    "AudioParam": "voice",
    "ImageGenTool": "size",
    "Reasoning": "mode",
}
"""Fields of requests whose documented values are examples: others are taken too, by class."""

UNDOCUMENTED: Mapping[str, str] = {
    "ChatCompletionRequestAssistantMessage": "reasoning_content reasoning reasoning_details",
}
"""Fields of requests that our readers know and no document of the API lists, by class."""

LIVE_NULLS: Mapping[str, str] = {
    "CreateChatCompletionResponse": "system_fingerprint",
    "CreateChatCompletionStreamResponse": "system_fingerprint",
    "EchoedJsonSchema": "description",
    "ReasoningItem": "content",
    "Response": "usage user",
}
"""Fields that the live service takes as null, although its document does not say so."""

LIVE_OMITS: Mapping[str, str] = {
    "Choice": "logprobs",
    "FunctionTool": "strict",
    "InputTokensDetails": "cache_write_tokens",
    "InputImageContent": "detail",
    "OutputMessage": "type status",
    "OutputTextContent": "annotations logprobs",
    "ReasoningItem": "id",
    "ResponseErrorEvent": "code message param",
    "ResponseFunctionCallArgumentsDoneEvent": "name",
    "ResponseTextDeltaEvent": "logprobs",
    "ResponseTextDoneEvent": "logprobs",
}
"""Fields that the document requires and the live service does without."""

LIVE_FIELDS: Mapping[str, Mapping[str, Any]] = {
    "ChatCompletionRequestAssistantMessage": {"annotations": {"type": "array", "items": {"type": "object"}}},
    "CreateResponse": {"client_metadata": {"type": "object", "additionalProperties": {"type": "string"}}},
    "CustomToolCall": {"status": {"enum": ["in_progress", "completed", "incomplete"]}},
    "EasyInputMessage": {"id": {"type": "string"}},
    "InputMessage": {"id": {"type": "string"}},
    "WebSearchTool": {"search_content_types": {"type": "array", "items": {"enum": ["text", "image"]}}},
}
"""Fields of requests that the live service takes and no document lists, by class."""

SOME_PARTS = {"content": {"minItems": 1}}
SOME_CALLERS = {"allowed_callers": {"minItems": 1}}
CALL_ID = {"call_id": {"minLength": 1, "maxLength": 64}}
BOUNDS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    **dict.fromkeys(
        (
            "ApplyPatchToolCallItemParam",
            "ApplyPatchToolCallOutputItemParam",
            "ComputerCallOutputItemParam",
            "FunctionShellCallItemParam",
            "FunctionShellCallOutputItemParam",
            "ProgramItemParam",
            "ProgramOutputItemParam",
            "ToolSearchCallItemParam",
            "ToolSearchOutputItemParam",
        ),
        CALL_ID,
    ),
    "FunctionCallOutputItemParam": {
        **CALL_ID,
        "name": {"minLength": 1, "maxLength": 128},
        "namespace": {"minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9_-]+$"},
    },
    **dict.fromkeys(
        (
            "ChatCompletionRequestDeveloperMessage",
            "ChatCompletionRequestSystemMessage",
            "ChatCompletionRequestUserMessage",
            "ChatCompletionRequestAssistantMessage",
            "ChatCompletionRequestToolMessage",
            "PredictionContent",
        ),
        SOME_PARTS,
    ),
    **dict.fromkeys(
        ("ApplyPatchToolParam", "CodeInterpreterTool", "CustomToolParam", "FunctionShellToolParam", "MCPTool"),
        SOME_CALLERS,
    ),
    "ContainerNetworkPolicyAllowlistParam": {"domain_secrets": {"minItems": 1}},
    "FunctionToolParam": {
        **SOME_CALLERS,
        "name": {"minLength": 1, "maxLength": 128, "pattern": "^[a-zA-Z0-9_-]+$"},
    },
    "NamespaceToolParam": {"tools": {"minItems": 1}},
    "CreateChatCompletionRequest": {
        "messages": {"minItems": 1},
        "functions": {"minItems": 1, "maxItems": 128},
        "stop": {"minItems": 1},
    },
    "CreateResponse": {"context_management": {"minItems": 1}},
}
"""Bounds of requests that the document sets and translation does not ask for: what breaks them can still be said."""

NARROWED: Mapping[str, Mapping[str, str]] = {
    # vtrix model page: roles user, assistant, system and developer; content a string or parts of text and image.
    "vtrix": {
        "without": (
            "ChatCompletionRequestToolMessage ChatCompletionRequestFunctionMessage "
            "ChatCompletionRequestMessageContentPartAudio ChatCompletionRequestMessageContentPartFile "
            "ChatCompletionRequestMessageContentPartRefusal"
        ),
        "ChatCompletionRequestDeveloperMessage": "name",
        "ChatCompletionRequestSystemMessage": "name",
        "ChatCompletionRequestUserMessage": "name",
        "ChatCompletionRequestAssistantMessage": "name refusal audio tool_calls function_call annotations",
        "ChatCompletionRequestMessageContentPartText": "prompt_cache_breakpoint",
        "ChatCompletionRequestMessageContentPartImage": "prompt_cache_breakpoint",
    },
    # AIML API page: tool_choice has two object forms, which stand for functions and custom tools.
    "aimlapi": {
        "without": (
            "ToolChoiceAllowed ToolChoiceTypes ToolChoiceMCP SpecificProgrammaticToolCallingParam "
            "SpecificApplyPatchParam SpecificFunctionShellParam"
        ),
    },
}
"""What a provider leaves out of its family's requests: classes (under "without"), and fields by class."""

LENIENT = ("aimlapi", "openrouter", "openrouter-chat", "litellm", "vtrix")
"""Dialects of whose answers no page says what is always there: only what makes an answer readable is required."""

SAME_AS: Mapping[str, str] = {
    "CodexGuideRequest": "CreateChatCompletionRequest",
    "FunctionToolParam": "FunctionTool",
    "WebSearchApproximateLocation": "ApproximateLocation",
}
"""Classes that only add to another, or ask for less, whose facts are theirs too."""

PAGES: Mapping[str, str] = {"respeak.models.aimlapi": "aimlapi", "respeak.models.vtrix": "vtrix"}
"""Modules whose classes write down what a provider's page lists, and inherit what they only read; their dialects."""


def follows_a_page(model: type) -> bool:
    """Whether a class writes down what a provider's own page lists."""
    return model.__module__ in PAGES


def lists(model: type, name: str) -> bool:
    """Whether the document that a class follows lists a field."""
    return not follows_a_page(model) or name in vars(model).get("__annotations__", {})


MESSAGE: Mapping[str, Any] = {
    "properties": {"type": {"const": "message"}},
    "anyOf": [{"required": ["role"]}, {"required": ["content"], "not": {"required": ["summary"]}}],
}
KEPT: Mapping[str, Any] = {"anyOf": [{"required": ["id"]}, {"required": ["status"]}]}
ASSISTANT: Mapping[str, Any] = {"properties": {"role": {"const": "assistant"}}, "required": ["role"]}
REFERENCE: Mapping[str, Any] = {
    "properties": {"type": {"const": "item_reference"}},
    "anyOf": [{"required": ["type"]}, {"required": ["id"], "maxProperties": 1}],
}

CHOICES: Mapping[str, Mapping[str, Any]] = {
    "OutputMessage": {"allOf": [MESSAGE, ASSISTANT, KEPT]},
    "InputMessage": {"allOf": [MESSAGE, KEPT, {"not": ASSISTANT}]},
    "EasyInputMessage": {"allOf": [MESSAGE, {"not": KEPT}]},
    "ItemReferenceParam": REFERENCE,
}
"""Which input item is meant, where `type` alone does not say it: messages share it, and may leave it out."""
