"""vtrix: Chat with the deprecated `functions`, one model, `max_tokens` up to 128000 (vtrix model page).

The page lists the request fields below and no others; roles tool and function are missing from it although
`finish_reason: function_call` exists, so results of functions go in the classic pair, reported (D-18).
"""

from __future__ import annotations

from respeak.codes import Code
from respeak.crossing.request import text_only
from respeak.loss import Place
from respeak.plan import KEEP, Job, Json, Step
from respeak.profiles.legacy import REFUSAL, answer_as_function, choice_as_tools, request_as_functions
from respeak.profiles.profile import Profile
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, between, lost, lost_each, one_of, refused

EFFORTS = ("low", "medium", "high", "xhigh")
LIMIT = between(1, 128_000, Code.OUTPUT_LIMIT_CLAMPED)
AUDIO = refused(Code.AUDIO_REFUSED, "vtrix takes and gives text only")
FILE = lost(Code.FILE_DROPPED, BREAKING, "vtrix takes text and images only")
CACHE_HINT = lost(Code.CACHE_HINT_DROPPED, HARMLESS, "vtrix documents no prompt cache")

REQUEST = {
    "messages": KEEP,
    "functions": KEEP,
    "function_call": KEEP,
    "temperature": KEEP,
    "top_p": KEEP,
    "stream": KEEP,
    "response_format": KEEP,
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
    **lost_each(
        "logprobs",
        "top_logprobs",
        code=Code.LOGPROBS_DROPPED,
        severity=DEGRADING,
        why="vtrix returns no logprobs",
        unless=(False, 0),
    ),
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
    **lost_each(
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        code=Code.CACHE_HINT_DROPPED,
        severity=HARMLESS,
        why="vtrix documents no prompt cache",
    ),
    "service_tier": lost(
        Code.SERVICE_TIER_DROPPED, DEGRADING, "vtrix has no service tiers", unless=("auto", "default")
    ),
    "verbosity": lost(Code.VERBOSITY_DROPPED, DEGRADING, "vtrix has no verbosity", unless=("medium",)),
    "modalities": Step(text_only, "text only; audio is refused"),
    "audio": AUDIO,
    "prediction": lost(Code.PREDICTION_DROPPED, HARMLESS, "it changes latency and billing, not the answer"),
    "web_search_options": lost(Code.WEB_SEARCH_DROPPED, BREAKING, "vtrix does not search the web"),
    "moderation": lost(Code.MODERATION_DROPPED, DEGRADING, "vtrix does not moderate"),
}


def reshape_answer(out: Json, job: Job) -> None:
    """Answers as vtrix gives them: function_call, and a message of role and content without a refusal."""
    out["choices"] = [_choice(choice, ((None, "choices"), i), job) for i, choice in enumerate(out["choices"])]


def _choice(choice: Json, at: Place, job: Job) -> Json:
    out = answer_as_function(choice, at, job)
    refusal = out["message"].pop("refusal", None)
    if refusal:
        job.note(REFUSAL, (at, "message") if job.source.family == "chat" else (None, "output"))
        content = out["message"].get("content")
        out["message"]["content"] = f"{content}\n\n{refusal}" if content else refusal
    return out


def unshape_answer(payload: Json, job: Job) -> Json:
    """An answer of vtrix as Chat has it: the keys that Chat requires, and tool_calls for a client that sent tools."""
    if job.target.family != "chat":
        return payload
    choices = []
    for i, choice in enumerate(payload["choices"]):
        full = {"logprobs": None, **choice, "message": {"refusal": None, **choice["message"]}}
        choices.append(choice_as_tools(full, ((None, "choices"), i), str(payload.get("id") or "0"), job))
    return {**payload, "choices": choices}


PROFILE = Profile(
    name="vtrix",
    family="chat",
    title="vtrix (Chat with legacy functions)",
    source="vtrix model page of vtrix-gpt-5.3-codex",
    models={"gpt-5.3-codex": "vtrix-gpt-5.3-codex"},
    only_model="vtrix-gpt-5.3-codex",
    replaced_model=DEGRADING,
    strict=False,
    closed=True,
    parts={"file": FILE, "input_audio": AUDIO},
    says={
        "request": REQUEST,
        "message": {
            "name": lost(Code.NAME_DROPPED, DEGRADING, "vtrix messages have no name"),
            "audio": AUDIO,
        },
        "function_tool": {
            "function.strict": lost(Code.STRICT_DROPPED, DEGRADING, "vtrix functions are never strict", unless=(False,))
        },
        **{table: {"prompt_cache_breakpoint": CACHE_HINT} for table in ("text", "image", "file")},
    },
    reshape_request=request_as_functions,
    reshape_answer=reshape_answer,
    unshape_answer=unshape_answer,
)
