"""Every loss code, one line each: the stable name, and what the caller can do about it."""

from __future__ import annotations

import enum


class Code(enum.StrEnum):
    """A closed list of stable, searchable names; `advice` is one sentence for a person."""

    advice: str

    def __new__(cls, value: str, advice: str) -> Code:
        member = str.__new__(cls, value)
        member._value_ = value
        member.advice = advice
        return member

    # phase and reasoning
    PHASE_DROPPED = (
        "phase_dropped",
        "Use a Responses upstream for models that know phase, or keep the items yourself.",
    )
    PHASE_MISPLACED = "phase_misplaced", "Send phase on assistant messages only."
    PHASE_INFERRED = "phase_inferred", "Turn infer_phase off if the guess does harm."
    COMMENTARY_DROPPED = "commentary_dropped", "Turn final_only off to receive commentary too."
    REASONING_DROPPED = "reasoning_dropped", "Use a Responses upstream to keep reasoning between turns."
    REASONING_SUMMARY_DROPPED = "reasoning_summary_dropped", "Do not ask for summaries on this route."
    REASONING_CONTEXT_DROPPED = (
        "reasoning_context_dropped",
        "Use a Responses upstream to keep earlier reasoning.",
    )
    REASONING_MODE_DROPPED = "reasoning_mode_dropped", "Leave reasoning.mode out or use a Responses upstream."
    EFFORT_CHANGED = "effort_changed", "Choose one of the efforts that the target offers."
    EFFORT_WITH_TOOLS = "effort_with_tools", "Set options.effort_with_tools, or drop the tools or the effort."

    # what nobody documents
    UNKNOWN_FIELD_DROPPED = "unknown_field_dropped", "Remove the key, or send it to a target that knows it."
    UNKNOWN_ITEM_DROPPED = "unknown_item_dropped", "Remove the item, or send it to a target that knows it."
    UNKNOWN_PART_DROPPED = "unknown_part_dropped", "Remove the part, or send it to a target that knows it."
    UNDOCUMENTED_FIELD = "undocumented_field", "Watch whether the provider heeds it, or leave it out."

    # model, limits, sampling
    MODEL_REPLACED = "model_replaced", "Ask for the model that the target offers, or set options.model."
    MODEL_NOT_SERVED = "model_not_served", "Route this model to a Responses upstream."
    OUTPUT_LIMIT_RAISED = "output_limit_raised", "Ask for at least 16 tokens."
    OUTPUT_LIMIT_CLAMPED = "output_limit_clamped", "Ask for no more tokens than the target gives."
    TWO_LIMITS = "two_limits", "Send one output limit."
    STOP_DROPPED = "stop_dropped", "Cut the answer yourself at the stop sequence."
    CANDIDATES_DROPPED = "candidates_dropped", "Send one request for each candidate."
    SEED_DROPPED = "seed_dropped", "Do not rely on repeatable answers."
    PENALTY_DROPPED = "penalty_dropped", "Leave the penalties out or use a Chat upstream."
    LOGIT_BIAS_DROPPED = "logit_bias_dropped", "Leave logit_bias out or use a Chat upstream."
    TEMPERATURE_DROPPED = "temperature_dropped", "Leave temperature out for reasoning models."
    LOGPROBS_DROPPED = "logprobs_dropped", "Ask for logprobs where the target can give them."
    TOP_LOGPROBS_ALONE = "top_logprobs_alone", "Send logprobs: true as well."
    VERBOSITY_DROPPED = "verbosity_dropped", "Ask for the wanted length in the prompt."
    FORMAT_DROPPED = "format_dropped", "Use text, json_object or json_schema."
    SCHEMA_DEFAULTED = "schema_defaulted", "Send a schema."
    PREDICTION_DROPPED = "prediction_dropped", "Nothing to do; answers may come slower."
    AUDIO_REFUSED = "audio_refused", "Use a Chat upstream for audio."
    AUDIO_DROPPED = "audio_dropped", "Use a Chat client for audio answers."
    SYSTEM_PROMPT_MOVED = "system_prompt_moved", "Send a developer message or instructions instead."

    # state, storage, service
    HISTORY_UNKNOWN = "history_unknown", "Send the whole history as items."
    PROMPT_REFUSED = "prompt_refused", "Resolve the template and send its messages."
    BACKGROUND_REFUSED = "background_refused", "Send background: false."
    PREWARM_REFUSED = "prewarm_refused", "Send prewarm to a Responses upstream only."
    STORE_DROPPED = "store_dropped", "Keep the answer yourself."
    STORE_CHANGED = "store_changed", "Send store: false if the answer must not be kept."
    METADATA_DROPPED = "metadata_dropped", "Keep metadata in the gateway; pass the request with the answer."
    TRUNCATION_DROPPED = "truncation_dropped", "Trim the history yourself."
    TRUNCATION_CHANGED = "truncation_changed", "Trim the history yourself."
    CONTEXT_MANAGEMENT_DROPPED = "context_management_dropped", "Compact the history yourself."
    CONFIGURATION_APPLIED = "configuration_applied", "Send the settings with the request."
    SERVICE_TIER_DROPPED = "service_tier_dropped", "Choose a tier that the target has."
    MODERATION_DROPPED = "moderation_dropped", "Moderate in the gateway."
    MODERATION_MERGED = "moderation_merged", "Read the upstream's own answer for all results."
    ACCESS_PROGRAMS_DROPPED = "access_programs_dropped", "Use OpenAI's Responses API for access programs."
    USER_DROPPED = "user_dropped", "Nothing to do, unless the provider needs it against abuse."
    CACHE_HINT_DROPPED = "cache_hint_dropped", "Nothing to do; the prompt may cost more."
    STREAM_OPTIONS_DROPPED = "stream_options_dropped", "Nothing to do; usage may be missing from streams."
    USAGE_ALWAYS_SENT = "usage_always_sent", "Nothing to do; the gateway decides whether to show usage."
    INCLUDE_DROPPED = "include_dropped", "Leave the value out of include."

    # conversation
    NO_MESSAGES = "no_messages", "Send at least one message."
    MESSAGES_MERGED = "messages_merged", "Nothing to do; set options.separator for answers."
    ORDER_CHANGED = "order_changed", "Nothing to do; text and calls of one turn are unordered on Chat."
    OUTPUT_WITHOUT_CALL = "output_without_call", "Send the call before its output."
    CALL_WITHOUT_OUTPUT = "call_without_output", "Send an output for every call."
    CALL_ID_CHANGED = "call_id_changed", "Use unique call ids of 1 to 64 characters."
    CALL_ID_MADE = "call_id_made", "Nothing to do; the id is stable."
    CALL_ID_DROPPED = "call_id_dropped", "Nothing to do; legacy calls pair by position."
    CALLS_SERIALIZED = "calls_serialized", "Nothing to do; results keep their order."
    CALLS_DROPPED = "calls_dropped", "Send parallel_tool_calls: false, or use a client that knows tool_calls."
    FUNCTION_RESULTS = "function_results", "Watch whether the provider reads function results."
    ITEM_ID_DROPPED = "item_id_dropped", "Nothing to do."
    CREATED_BY_DROPPED = "created_by_dropped", "Nothing to do."
    STATUS_DROPPED = "status_dropped", "Nothing to do."
    MAX_OUTPUT_LENGTH_DROPPED = "max_output_length_dropped", "Nothing to do."
    CALLER_DROPPED = "caller_dropped", "Nothing to do."
    NAME_DROPPED = "name_dropped", "Put the name into the text if the model must know it."
    ATTACHMENT_MOVED = "attachment_moved", "Nothing to do; the model sees it one message later."
    IMAGE_DROPPED = "image_dropped", "Send the image as a data URL."
    IMAGE_DETAIL_CHANGED = "image_detail_changed", "Use low, high or auto."
    IMAGE_COMPRESSION_DROPPED = "image_compression_dropped", "Send smaller images."
    FILE_DROPPED = "file_dropped", "Send the file as file_data."
    FILE_DETAIL_DROPPED = "file_detail_dropped", "Leave detail out."
    TEXT_JOINED = "text_joined", "Send function results as one string."
    REFUSAL_AS_TEXT = "refusal_as_text", "Nothing to do; the text tells of the refusal."
    ANNOTATIONS_DROPPED = "annotations_dropped", "Use a Responses client for citations of files."
    CITATION_FILLED = "citation_filled", "Nothing to do; only what the citation itself says is certain."
    PARSED_DROPPED = "parsed_dropped", "Nothing to do."
    HOSTED_CALL_DROPPED = "hosted_call_dropped", "Use a Responses upstream if the record matters."
    MCP_CALL_REWRITTEN = "mcp_call_rewritten", "Nothing to do; the model sees the call and its result."
    ITEM_REFUSED = "item_refused", "Use a Responses upstream for such histories."
    STATE_DROPPED = "state_dropped", "Use a Responses client, or a gateway that remembers items."

    # tools
    TOOL_DROPPED = "tool_dropped", "Offer a function that does the same, or use an upstream with this tool."
    TOOL_REPLACED = "tool_replaced", "Declare the tool as the target knows it."
    TOOL_FORMAT_DROPPED = "tool_format_dropped", "Say in the description what the input looks like."
    TOOL_NAME_CHANGED = (
        "tool_name_changed",
        "Pass the request with the answer, so that calls get their name back.",
    )
    TOOL_BRIDGED = "tool_bridged", "Watch the calls; set options.bridge to False to leave the tool out."
    TOOL_LOADED_AT_ONCE = "tool_loaded_at_once", "Nothing to do; the prompt is longer."
    TOOLS_HOISTED = "tools_hoisted", "Nothing to do."
    TOOL_WITHOUT_NAME = "tool_without_name", "Give the tool a name."
    TOOL_CHOICE_DROPPED = "tool_choice_dropped", "Choose auto, or name the one function."
    FORCED_TOOL_DROPPED = "forced_tool_dropped", "Do not force a tool that the target does not have."
    NO_TOOL_ALLOWED = "no_tool_allowed", "Allow at least one tool that the target has."
    PARALLEL_TOOL_CALLS_DROPPED = "parallel_tool_calls_dropped", "Nothing to do."
    MAX_TOOL_CALLS_DROPPED = "max_tool_calls_dropped", "Nothing to do, unless the gateway runs hosted tools."
    FUNCTIONS_AND_TOOLS = "functions_and_tools", "Send tools only."
    CUSTOM_TOOL_AS_FUNCTION = "custom_tool_as_function", "Check the input yourself against the grammar."
    STRICT_ASSUMED = "strict_assumed", "Say strict: true or false in every function."
    STRICT_DROPPED = "strict_dropped", "Check arguments yourself against the schema."
    OUTPUT_SCHEMA_DROPPED = "output_schema_dropped", "Nothing to do."
    NAMESPACE_FLATTENED = (
        "namespace_flattened",
        "Pass the request with the answer, so that calls get their namespace.",
    )
    DESCRIPTION_DROPPED = "description_dropped", "Put it into the descriptions of the members."
    ENVIRONMENT_DROPPED = "environment_dropped", "Describe the environment in the prompt."
    ASYNC_DROPPED = "async_dropped", "Answer the call before the next turn."
    WEB_SEARCH_CHANGED = "web_search_changed", "Nothing to do; searches happen more or less often."
    WEB_SEARCH_DROPPED = "web_search_dropped", "Use an upstream that searches."
    SEARCH_FILTER_DROPPED = "search_filter_dropped", "Use a Responses upstream for filtered searches."
    APPROVAL_DROPPED = "approval_dropped", "Ask for approval in the client."

    # answers and errors
    ARGUMENTS_FILLED = "arguments_filled", "Nothing to do."
    BRIDGE_UNREADABLE = (
        "bridge_unreadable",
        "Answer the function call with an error, so that the model tries again.",
    )
    FINISH_CHANGED = "finish_changed", "Read the text to see whether the answer is whole."
    ANSWER_NOT_FINISHED = "answer_not_finished", "Fetch the response again until it is completed."
    USAGE_UNKNOWN = "usage_unknown", "Count tokens yourself if you bill by them."
    USAGE_DETAIL_DROPPED = "usage_detail_dropped", "Read the upstream's own usage for billing."
    ECHO_DROPPED = "echo_dropped", "Nothing to do; the client knows what it sent."
    REPORT_DROPPED = "report_dropped", "Log the upstream's own answer."
    STREAM_CUT = "stream_cut", "Ask again; what came so far may be used if you know that it is not whole."
    STREAM_CONTRADICTED = (
        "stream_contradicted",
        "Ask again if it matters: what was streamed and what the upstream said later are not the same.",
    )
    UNKNOWN_EVENT_DROPPED = "unknown_event_dropped", "Nothing to do, unless the answer misses something."
    ERROR_STATUS_ASSUMED = "error_status_assumed", "Nothing to do."
    ERROR_DETAIL_DROPPED = "error_detail_dropped", "Log the upstream's own error."
