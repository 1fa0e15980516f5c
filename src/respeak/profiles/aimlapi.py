"""AIML API: Responses for one model; its page lists few fields, and `store` defaults to false there.

What the page does not list is sent when it changes the answer, and reported; what is only bookkeeping is left
out (AIML API page of openai/gpt-5-3-codex; profiles.md section 1).
"""

from __future__ import annotations

from respeak.codes import Code
from respeak.crossing.toolbox import NO_TOOLS_FORCED, NO_TOOLS_LEFT, NOT_OFFERED
from respeak.plan import KEEP, Told
from respeak.profiles.profile import Profile
from respeak.profiles.rules.aimlapi import (
    CLIENT_TOOL,
    HOSTED_CHOICE,
    HOSTED_TOOL,
    INCLUDE,
    NO_STORE,
    NO_TOOL,
    NOT_ALLOWED,
    NOT_CHOSEN,
    REFERENCE,
    UNDOCUMENTED,
    UNDOCUMENTED_ITEM,
    finish_request,
    unshape_answer,
)
from respeak.verbs import (
    BREAKING,
    DEGRADING,
    HARMLESS,
    approximated,
    flagged,
    lost,
    lost_each,
    refused,
    reported,
)

AUTO_TRUNCATION = approximated(
    Code.TRUNCATION_CHANGED, DEGRADING, "AIML API drops items in the middle, others drop the oldest"
)
NOT_KEPT = approximated(
    Code.HISTORY_UNKNOWN,
    DEGRADING,
    "works only if the earlier call was sent with store: true, which is not the default",
)
CACHE = lost(Code.CACHE_HINT_DROPPED, HARMLESS, "AIML API documents no prompt cache")
AUDIO = refused(Code.AUDIO_REFUSED, "AIML API takes text, images and files")

REQUEST = {
    "input": KEEP,
    "instructions": KEEP,
    "max_output_tokens": KEEP,
    "stream": KEEP,
    "store": KEEP,
    "tools": KEEP,
    "tool_choice": KEEP,
    "parallel_tool_calls": KEEP,
    "include": KEEP,
    "background": flagged(
        approximated(Code.UNDOCUMENTED_FIELD, DEGRADING, "AIML API documents no way to fetch the answer later")
    ),
    "previous_response_id": reported(NOT_KEPT),
    "truncation": flagged(AUTO_TRUNCATION, when=lambda value: value == "auto"),
    "text.format": reported(UNDOCUMENTED, unless=({"type": "text"},)),
    "text.verbosity": reported(UNDOCUMENTED),
    **{
        f"reasoning.{name}": reported(UNDOCUMENTED)
        for name in ("effort", "summary", "generate_summary", "context", "mode")
    },
    "temperature": reported(UNDOCUMENTED, unless=(1,)),
    "top_p": reported(UNDOCUMENTED, unless=(1,)),
    "metadata": lost(Code.METADATA_DROPPED, HARMLESS, "AIML API takes no metadata; the answer echoes the request's"),
    "top_logprobs": lost(Code.LOGPROBS_DROPPED, DEGRADING, "AIML API documents no logprobs", unless=(0,)),
    "max_tool_calls": lost(Code.MAX_TOOL_CALLS_DROPPED, HARMLESS, "it limits hosted tools, which AIML API lacks"),
    "prompt": refused(Code.PROMPT_REFUSED, "the template is stored at another provider; send its messages"),
    "conversation": refused(Code.HISTORY_UNKNOWN, "AIML API stores no conversations; send the items"),
    "context_management": lost(
        Code.CONTEXT_MANAGEMENT_DROPPED, DEGRADING, "AIML API does not document compaction of histories"
    ),
    "moderation": lost(Code.MODERATION_DROPPED, DEGRADING, "AIML API does not moderate"),
    "service_tier": lost(
        Code.SERVICE_TIER_DROPPED, DEGRADING, "AIML API has no service tiers", unless=("auto", "default")
    ),
    "stream_options": lost(Code.STREAM_OPTIONS_DROPPED, HARMLESS, "AIML API documents no stream options"),
    **lost_each(
        "user",
        "safety_identifier",
        code=Code.USER_DROPPED,
        severity=HARMLESS,
        why="AIML API takes no end-user ids",
    ),
    **dict.fromkeys(("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"), CACHE),
    "access_programs": lost(Code.ACCESS_PROGRAMS_DROPPED, BREAKING, "AIML API has no access programs"),
    "image": lost(
        Code.IMAGE_COMPRESSION_DROPPED,
        DEGRADING,
        "AIML API does not compress images in context",
        unless=({"context_compression": "disabled"}, {"context_compression": "auto"}),
    ),
}

CHOICE = (HOSTED_CHOICE, NOT_OFFERED, NOT_CHOSEN, NO_TOOL, NO_TOOLS_LEFT, NO_TOOLS_FORCED)
TELLS = (
    Told(
        "tools",
        "tools",
        "tools",
        "functions and custom tools only, reported",
        (UNDOCUMENTED, HOSTED_TOOL, CLIENT_TOOL, NOT_ALLOWED),
    ),
    Told(None, "functions", "tools", "reported", (UNDOCUMENTED,)),
    Told("tool_choice", "tool_choice", "tool_choice", "of the tools that are left; a mode for an allowed list", CHOICE),
    Told("include", "logprobs", "include", "encrypted reasoning only", (INCLUDE, UNDOCUMENTED)),
    Told("input[]", None, "input[]", "sent as they are", (UNDOCUMENTED_ITEM, REFERENCE)),
    Told("input[].output[]", None, "input[].output[]", "parts as those of messages", (AUDIO,)),
    Told("previous_response_id", None, "previous_response_id", "only of a stored answer", (NOT_KEPT, NO_STORE)),
)

PROFILE = Profile(
    name="aimlapi",
    family="responses",
    title="AIML API (Responses)",
    source="AIML API documentation of openai/gpt-5-3-codex",
    models={"gpt-5.3-codex": "openai/gpt-5-3-codex"},
    only_model="openai/gpt-5-3-codex",
    phase=True,
    closed=True,
    tells=TELLS,
    store_default=False,
    parts={"input_audio": AUDIO},
    says={"request": REQUEST},
    finish_request=finish_request,
    traces="tools",
    unshape_answer=unshape_answer,
)
