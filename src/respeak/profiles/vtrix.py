"""vtrix: Chat with the deprecated `functions`, one model, `max_tokens` up to 128000 (vtrix model page).

The page lists the request fields below and no others; roles tool and function are missing from it although
`finish_reason: function_call` exists, so results of functions go in the classic pair, reported (D-18).
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.fold import IMAGE_MOVED, ORPHAN, UNANSWERED
from respeak.crossing.format import UNKNOWN_FORMAT
from respeak.crossing.items import UNKNOWN_CALL
from respeak.crossing.parts import HIDDEN_REASONING, NO_URL, UNKNOWN_PART
from respeak.crossing.request import NO_MESSAGES, TWO_LIMITS, text_only
from respeak.crossing.tool_choice import UNKNOWN_MODE, UNNAMED
from respeak.crossing.toolbox import BOTH_CHOICES, BOTH_KINDS, NO_TOOLS_FORCED, NO_TOOLS_LEFT, NOT_OFFERED
from respeak.crossing.tools import DUPLICATE, NAME_TAKEN, UNKNOWN_TOOL
from respeak.loss import Place
from respeak.plan import ABSENT, KEEP, Job, Json, Step, Told
from respeak.profiles.profile import Profile
from respeak.profiles.rules.legacy import NO_TOOL, NOT_ALLOWED, REQUIRED, request_as_functions
from respeak.profiles.rules.legacy_messages import (
    CALL_ID,
    CUSTOM,
    NO_TEXT,
    PARTS_JOINED,
    REFUSAL,
    RESULT_NAME,
    RESULT_ROLE,
    SERIALIZED,
    Pairs,
)
from respeak.profiles.rules.vtrix import (
    ANSWER,
    TELLS_ANSWERS,
    TELLS_OWN_ANSWERS,
    USAGE_DETAILS,
    reshape_answer,
    unshape_answer,
)
from respeak.streams.legacy import AsTools, plain_function
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, between, lost, lost_each, one_of, refused

EFFORTS = ("low", "medium", "high", "xhigh")
LIMIT = between(1, 128_000, Code.OUTPUT_LIMIT_CLAMPED)
AUDIO = refused(Code.AUDIO_REFUSED, "vtrix takes and gives text only")
FILE = lost(Code.FILE_DROPPED, BREAKING, "vtrix takes text and images only")
CACHE_HINT = lost(Code.CACHE_HINT_DROPPED, HARMLESS, "vtrix documents no prompt cache")
LOGPROBS = lost(Code.LOGPROBS_DROPPED, DEGRADING, "vtrix returns no logprobs", unless=(False, 0))
WEB_SEARCH = lost(Code.WEB_SEARCH_DROPPED, BREAKING, "vtrix does not search the web")


def _web_search(value: Any, out: Json, at: Place, job: Job) -> None:
    job.note(WEB_SEARCH, at)  # no options at all ask for a search, too


def _known_format(value: Any, at: Place, job: Job) -> Any:
    """text, json_object or json_schema; any other format is left out."""
    if value.get("type") in ("text", "json_object", "json_schema"):
        return value
    job.note(UNKNOWN_FORMAT, at)
    return ABSENT


STRICT = lost(Code.STRICT_DROPPED, DEGRADING, "vtrix functions are never strict", unless=(False,))

REQUEST = {
    "messages": KEEP,
    "functions": KEEP,
    "function_call": KEEP,
    "temperature": KEEP,
    "top_p": KEEP,
    "stream": KEEP,
    "response_format": _known_format,
    "tools": KEEP,
    "tool_choice": KEEP,
    "max_tokens": LIMIT,
    "max_completion_tokens": ("max_tokens", LIMIT),
    "reasoning_effort": one_of(EFFORTS, Code.EFFORT_CHANGED, nearest={"none": "low", "minimal": "low", "max": "xhigh"}),
    "parallel_tool_calls": lost(
        Code.PARALLEL_TOOL_CALLS_DROPPED, HARMLESS, "vtrix answers with one call at a time", unless=(False,)
    ),
    "n": lost(Code.CANDIDATES_DROPPED, BREAKING, "vtrix gives one answer", unless=(1,)),
    "stop": lost(Code.STOP_DROPPED, BREAKING, "vtrix has no stop sequences", unless=("",)),
    "seed": lost(Code.SEED_DROPPED, DEGRADING, "vtrix has no seed"),
    "logit_bias": lost(Code.LOGIT_BIAS_DROPPED, BREAKING, "vtrix cannot bias tokens"),
    **lost_each(
        "frequency_penalty",
        "presence_penalty",
        code=Code.PENALTY_DROPPED,
        severity=DEGRADING,
        why="vtrix has no repetition penalties",
        unless=(0,),
    ),
    **dict.fromkeys(("logprobs", "top_logprobs"), LOGPROBS),
    "stream_options": lost(Code.STREAM_OPTIONS_DROPPED, HARMLESS, "vtrix documents no stream options"),
    "store": lost(Code.STORE_DROPPED, DEGRADING, "vtrix keeps no answers", unless=(False,)),
    "metadata": lost(Code.METADATA_DROPPED, HARMLESS, "vtrix takes no metadata; the answer echoes the request's"),
    **lost_each(
        "user",
        "safety_identifier",
        code=Code.USER_DROPPED,
        severity=HARMLESS,
        why="vtrix takes no end-user ids",
    ),
    **dict.fromkeys(("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"), CACHE_HINT),
    "service_tier": lost(
        Code.SERVICE_TIER_DROPPED, DEGRADING, "vtrix has no service tiers", unless=("auto", "default")
    ),
    "verbosity": lost(Code.VERBOSITY_DROPPED, DEGRADING, "vtrix has no verbosity", unless=("medium",)),
    "modalities": Step(text_only, "text only; audio is refused"),
    "audio": AUDIO,
    "prediction": lost(Code.PREDICTION_DROPPED, HARMLESS, "it changes latency and billing, not the answer"),
    "web_search_options": Step(_web_search, WEB_SEARCH.why, (WEB_SEARCH,)),
    "moderation": lost(Code.MODERATION_DROPPED, DEGRADING, "vtrix does not moderate"),
}


def finish_request(source: Json, out: Json, job: Job) -> None:
    """One output limit: both names of it become `max_tokens` here."""
    if source.get("max_tokens") is not None and source.get("max_completion_tokens") is not None:
        job.note(TWO_LIMITS, (None, "max_tokens"))


CHOICE = (REQUIRED, UNKNOWN_MODE, UNNAMED, NOT_OFFERED, NO_TOOL, NO_TOOLS_LEFT, NO_TOOLS_FORCED)
SAME_NAME = (DUPLICATE, NAME_TAKEN)
OF_TURNS = (SERIALIZED, RESULT_ROLE, CUSTOM, REFUSAL, PARTS_JOINED, UNANSWERED, ORPHAN)
TELLS = (
    Told("tools", "tools", "functions", "tools become functions", (CUSTOM, UNKNOWN_TOOL, NOT_ALLOWED, *SAME_NAME)),
    *(
        Told(None, f"tools[]<function>.function.{name}", f"functions[].{name}", "one level higher", ())
        for name in ("name", "description", "parameters")
    ),
    Told(None, "tools[]<function>.type", None, "said by the form of the target", ()),
    Told(None, "functions", "functions", "beside the tools, if tool_choice allows them", (BOTH_KINDS, NOT_ALLOWED)),
    Told("tool_choice", "tool_choice", "function_call", "a mode, or the one function", CHOICE),
    Told(None, "function_call", "function_call", "stays, if there is no tool_choice", (BOTH_CHOICES,)),
    Told("input[]", "messages[]", "messages[]", "consecutive pairs of a call and its result", OF_TURNS),
    Told(None, "messages", "messages", "consecutive pairs of a call and its result", (NO_MESSAGES,)),
    Told(
        None,
        "messages[].tool_calls",
        "messages[].function_call",
        "one message for each call",
        (CUSTOM, UNKNOWN_CALL, UNANSWERED, RESULT_ROLE),
    ),
    Told("input[].call_id", "messages[].tool_calls[].id", None, "", (CALL_ID,)),
    Told("input[].id", None, None, "where it stands for a call_id", (CALL_ID,)),
    Told(None, "messages[].tool_call_id", None, "", (CALL_ID,)),
    Told(None, "messages[].name", None, "that of a result is its function's", (RESULT_NAME,)),
    Told(
        None,
        "messages[].content[]",
        "messages[].content[]",
        "a result is one string; its pictures follow the turn",
        (IMAGE_MOVED, NO_TEXT, NO_URL, HIDDEN_REASONING, UNKNOWN_PART),
    ),
    Told(None, "messages[].refusal", "messages[].content", "said as text", (REFUSAL,)),
    Told(None, "messages[].content[]<refusal>.refusal", "messages[].content[]<text>.text", "said as text", (REFUSAL,)),
    Told(None, "messages[].content[]<refusal>.type", "messages[].content[]<text>.type", "said as text", ()),
    *(
        Told(None, f"messages[].{name}", f"messages[].{name}", "stays, unless nothing is left", (HIDDEN_REASONING,))
        for name in ("reasoning", "reasoning_content", "reasoning_details")
    ),
    Told(None, "max_tokens", "max_tokens", "one limit", (TWO_LIMITS,)),
    Told("include[]", None, None, "", (LOGPROBS,)),
)


PROFILE = Profile(
    name="vtrix",
    family="chat",
    title="vtrix (Chat with legacy functions)",
    source="vtrix model page of vtrix-gpt-5.3-codex",
    models={"gpt-5.3-codex": "vtrix-gpt-5.3-codex"},
    only_model="vtrix-gpt-5.3-codex",
    replaced_model=DEGRADING,
    strict=False,
    extensions=False,
    closed=True,
    tells=TELLS,
    tells_answers=TELLS_ANSWERS,
    tells_own_answers=TELLS_OWN_ANSWERS,
    parts={"file": FILE, "input_audio": AUDIO},
    says={
        "request": REQUEST,
        "message": {
            "name": lost(Code.NAME_DROPPED, DEGRADING, "vtrix messages have no name"),
            "annotations": lost(Code.ANNOTATIONS_DROPPED, HARMLESS, "vtrix messages have no annotations"),
            "audio": AUDIO,
        },
        "function_tool": {
            **dict.fromkeys(("type", "function.name", "function.description", "function.parameters"), KEEP),
            "function.strict": STRICT,
        },
        "legacy_function": {"strict": STRICT},
        **{table: {"prompt_cache_breakpoint": CACHE_HINT} for table in ("text", "image", "file")},
    },
    answers={"answer": ANSWER, "usage": USAGE_DETAILS},
    finish_request=finish_request,
    traces="all",
    say_turns=Pairs,
    reshape_request=request_as_functions,
    reshape_answer=reshape_answer,
    unshape_answer=unshape_answer,
    reshape_chunks=plain_function,
    unshape_chunks=AsTools,
)
