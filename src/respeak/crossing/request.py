"""The request: top-level fields of CreateResponse <-> CreateChatCompletionRequest.

The law: mapping.md, tables R2C-REQ, R2C-REQ-SUB, C2R-REQ, C2R-REQ-SUB. Rows say what single fields become;
`finish_down` and `finish_up` hold the rules between fields.
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.fold import Fold
from respeak.crossing.format import format_down, format_up
from respeak.crossing.instructions import hoist
from respeak.crossing.model import request_model
from respeak.crossing.tool_choice import UNKNOWN_MODE
from respeak.crossing.toolbox import (
    BOTH_CHOICES,
    BOTH_KINDS,
    NO_TOOLS_FORCED,
    NO_TOOLS_LEFT,
    NO_TOOLS_PARALLEL,
    OF_TOOLS,
    toolbox_down,
    toolbox_up,
)
from respeak.crossing.unfold import Unfold
from respeak.crossing.web_search import MAY_SEARCH
from respeak.loss import Place, Verdict
from respeak.plan import Job, Json, Row, Step, Table, both, from_chat, only_chat, only_responses
from respeak.verbs import (
    BREAKING,
    DEGRADING,
    HARMLESS,
    approximated,
    between,
    excluding,
    lost,
    one_of,
    refused,
)
from respeak.walk import walk

OUTPUT_FLOOR = between(16, None, Code.OUTPUT_LIMIT_RAISED)
HISTORY = refused(Code.HISTORY_UNKNOWN, "the history is stored at the provider; send its items in the request instead")
ULTRAFAST = lost(Code.SERVICE_TIER_DROPPED, DEGRADING, "ultrafast exists on Responses only; left to the default tier")
ENCRYPTED = lost(Code.REASONING_DROPPED, DEGRADING, "Chat returns no reasoning items, so none can be sent back")
NOT_PRODUCED = lost(Code.INCLUDE_DROPPED, HARMLESS, "Chat never produces what this would include")
UNKNOWN_INCLUDE = lost(Code.INCLUDE_DROPPED, DEGRADING, "nobody documents this value, so Chat has none for it")
NO_LOGPROBS = lost(
    Code.LOGPROBS_DROPPED,
    HARMLESS,
    "Responses sends no logprobs without include message.output_text.logprobs",
    (0,),
)
LOGPROBS_OFF = refused(
    Code.TOP_LOGPROBS_ALONE, "top_logprobs needs logprobs: true, as on the live Chat service", unless=(0,)
)
TWO_LIMITS = refused(Code.TWO_LIMITS, "send either max_completion_tokens or max_tokens, as on the live Chat service")
NO_MESSAGES = refused(Code.NO_MESSAGES, "Chat needs at least one message; nothing of the input can be sent")
NO_INPUT = NO_MESSAGES.saying("Responses needs at least one item; nothing of the messages can be sent")
ALL_HOISTED = NO_MESSAGES.saying("Responses needs at least one item, but every message became instructions")
METADATA = lost(
    Code.METADATA_DROPPED,
    HARMLESS,
    "Chat takes metadata only for stored completions; the answer echoes the request's",
)
STORE = lost(Code.STORE_DROPPED, DEGRADING, "Chat does not keep responses for retrieval or chaining")
STORE_CHANGED = approximated(
    Code.STORE_CHANGED,
    HARMLESS,
    "Chat stores for distillation and evals, Responses for retrieval and chaining",
)
RECONFIGURED = approximated(
    Code.CONFIGURATION_APPLIED, HARMLESS, "a configuration_update item replaces it before the answer begins"
)
AUDIO = refused(Code.AUDIO_REFUSED, "answers are text only; audio cannot be asked for")
STORED_TEMPLATE = "the template is stored at the provider and cannot be resolved here; send its messages"

LOGPROBS_VALUE = "message.output_text.logprobs"
INCLUDE = {
    "reasoning.encrypted_content": ENCRYPTED,
    **dict.fromkeys(
        (
            "file_search_call.results",
            "web_search_call.results",
            "web_search_call.action.sources",
            "code_interpreter_call.outputs",
            "computer_call_output.output.image_url",
            "message.input_image.image_url",
        ),
        NOT_PRODUCED,
    ),
}


def _input_down(value: Any, out: Json, at: Place, job: Job) -> None:
    if isinstance(value, str):
        out["messages"] = [{"role": "user", "content": value}]
    else:
        out["messages"] = Fold(job).read(value, at)


def _messages_up(value: Any, out: Json, at: Place, job: Job) -> None:
    out["input"] = Unfold(job).read(value, at)


def _later(name: str, note: str, *verdicts: Verdict) -> Step:
    """A field whose rule needs other fields: kept with its place until `finish`."""

    def keep(value: Any, out: Json, at: Place, job: Job) -> None:
        job.memo[name] = (value, at)
        job.comes_from(name, at)

    return Step(keep, note, verdicts)


def _store_down(value: Any, out: Json, at: Place, job: Job) -> None:
    if value is False:
        out["store"] = False
        job.comes_from("store", at)
    else:
        job.note(STORE, at)


def _store_up(value: Any, out: Json, at: Place, job: Job) -> None:
    out["store"] = value
    job.comes_from("store", at)
    if value:
        job.note(STORE_CHANGED, at)


def _include_down(value: Any, out: Json, at: Place, job: Job) -> None:
    for i, entry in enumerate(value):
        if entry == LOGPROBS_VALUE:
            out["logprobs"] = True
            job.comes_from("logprobs", (at, i))
        else:
            job.note(INCLUDE.get(entry, UNKNOWN_INCLUDE), (at, i))


def _logprobs_up(value: Any, out: Json, at: Place, job: Job) -> None:
    if value:
        out["include"] = [LOGPROBS_VALUE]


def text_only(value: Any, out: Json, at: Place, job: Job) -> None:
    """`modalities`: text is what the target gives anyway, audio it cannot give."""
    for i, modality in enumerate(value):
        if modality != "text":
            job.note(AUDIO, (at, i))


TOOLS = _later("tools", "by type; strict is made explicit")
TOOL_CHOICE_DOWN = _later("tool_choice", "by form; left out when no tool remains", NO_TOOLS_LEFT, NO_TOOLS_FORCED)

TURNS = "down: the items of a turn become one message; up: a message becomes the items of a turn"

REQUEST = Table(
    "request",
    (
        both("model", down=request_model, up=request_model, note="model id table of the target"),
        Row("input", "messages", Step(_input_down), Step(_messages_up), note=TURNS),
        only_responses("instructions", _later("instructions", "the first message, role developer")),
        both("max_output_tokens", "max_completion_tokens", up=OUTPUT_FLOOR, note="up: 16 at least"),
        from_chat("max_tokens", "max_output_tokens", up=OUTPUT_FLOOR, note="not together with max_completion_tokens"),
        both("reasoning.effort", "reasoning_effort"),
        *(
            only_responses(
                f"reasoning.{name}",
                lost(Code.REASONING_SUMMARY_DROPPED, DEGRADING, "Chat returns no reasoning text"),
            )
            for name in ("summary", "generate_summary")
        ),
        only_responses(
            "reasoning.context",
            lost(
                Code.REASONING_CONTEXT_DROPPED,
                DEGRADING,
                "Chat cannot carry reasoning items of earlier turns",
                unless=("auto", "current_turn"),
            ),
        ),
        only_responses(
            "reasoning.mode",
            lost(Code.REASONING_MODE_DROPPED, BREAKING, "Chat has the standard mode only", unless=("standard",)),
        ),
        Row(
            "text.format",
            "response_format",
            format_down,
            format_up,
            note="json_schema nests one level deeper",
        ),
        both("text.verbosity", "verbosity"),
        Row("tools", "tools", TOOLS, TOOLS),
        Row("tool_choice", "tool_choice", TOOL_CHOICE_DOWN, _later("tool_choice", "by form", UNKNOWN_MODE)),
        Row(
            "parallel_tool_calls",
            "parallel_tool_calls",
            _later("parallel_tool_calls", "only when a tool remains", NO_TOOLS_PARALLEL),
        ),
        only_chat("functions", _later("functions", "deprecated; function tools with strict false", BOTH_KINDS)),
        only_chat("function_call", _later("function_call", "deprecated; tool_choice", BOTH_CHOICES)),
        only_chat("web_search_options", _later("web_search_options", "a web_search tool", MAY_SEARCH)),
        both("temperature"),
        both("top_p"),
        Row(
            "top_logprobs",
            "top_logprobs",
            _later("top_logprobs", "with include message.output_text.logprobs", NO_LOGPROBS),
            _later("top_logprobs", "with logprobs: true", LOGPROBS_OFF),
        ),
        only_responses(
            "include",
            Step(
                _include_down,
                "message.output_text.logprobs = logprobs: true",
                (ENCRYPTED, NOT_PRODUCED, UNKNOWN_INCLUDE),
            ),
        ),
        only_chat("logprobs", Step(_logprobs_up, "include message.output_text.logprobs")),
        both("stream", note="down: with stream_options.include_usage"),
        both("stream_options.include_obfuscation"),
        only_chat(
            "stream_options.include_usage",
            lost(Code.USAGE_ALWAYS_SENT, HARMLESS, "Responses always reports usage", unless=(True,)),
        ),
        Row(
            "store",
            "store",
            Step(_store_down, "false stays; true has no counterpart", (STORE,)),
            Step(_store_up, "false unless true, which means something else", (STORE_CHANGED,)),
        ),
        Row("metadata", "metadata", METADATA),
        both("moderation"),
        both("service_tier", down=excluding({"ultrafast": ULTRAFAST})),
        both("safety_identifier"),
        both("user"),
        both("prompt_cache_key"),
        both("prompt_cache_retention"),
        both("prompt_cache_options.mode"),
        both(
            "prompt_cache_options.ttl",
            down=one_of(("30m",), Code.CACHE_HINT_DROPPED, severity=HARMLESS, otherwise=HARMLESS),
        ),
        only_responses(
            "prompt_cache_options.comparison_response_id",
            lost(Code.CACHE_HINT_DROPPED, DEGRADING, "Chat does not compare caches"),
        ),
        only_responses(
            "prompt_cache_options.prewarm",
            refused(Code.PREWARM_REFUSED, "Chat cannot warm a cache without answering", unless=(False,)),
        ),
        only_responses("previous_response_id", HISTORY),
        only_responses("conversation", HISTORY),
        only_responses("prompt", refused(Code.PROMPT_REFUSED, STORED_TEMPLATE)),
        only_responses(
            "background",
            refused(Code.BACKGROUND_REFUSED, "Chat answers at once; there is nothing to poll", unless=(False,)),
        ),
        only_responses(
            "truncation",
            lost(
                Code.TRUNCATION_DROPPED,
                DEGRADING,
                "Chat refuses what does not fit instead of dropping the oldest items",
                unless=("disabled",),
            ),
        ),
        only_responses(
            "context_management",
            lost(Code.CONTEXT_MANAGEMENT_DROPPED, DEGRADING, "Chat does not compact histories"),
        ),
        only_responses(
            "max_tool_calls",
            lost(Code.MAX_TOOL_CALLS_DROPPED, HARMLESS, "it limits hosted tools, which Chat does not have"),
        ),
        only_responses("access_programs", lost(Code.ACCESS_PROGRAMS_DROPPED, BREAKING, "Chat has no access programs")),
        only_responses(
            "image.context_compression",
            lost(
                Code.IMAGE_COMPRESSION_DROPPED,
                DEGRADING,
                "Chat does not compress images in context",
                unless=("disabled", "auto"),
            ),
        ),
        only_chat("audio", AUDIO),
        only_chat("modalities", Step(text_only, "text only; audio is refused", (AUDIO,))),
        only_chat("n", lost(Code.CANDIDATES_DROPPED, BREAKING, "Responses gives one answer", unless=(1,))),
        only_chat("stop", lost(Code.STOP_DROPPED, BREAKING, "Responses has no stop sequences", unless=("",))),
        only_chat("seed", lost(Code.SEED_DROPPED, DEGRADING, "Responses has no seed")),
        *(
            only_chat(
                name,
                lost(Code.PENALTY_DROPPED, DEGRADING, "Responses has no repetition penalties", unless=(0,)),
            )
            for name in ("frequency_penalty", "presence_penalty")
        ),
        only_chat("logit_bias", lost(Code.LOGIT_BIAS_DROPPED, BREAKING, "Responses cannot bias tokens")),
        only_chat(
            "prediction",
            lost(Code.PREDICTION_DROPPED, HARMLESS, "it changes latency and billing, not the answer"),
        ),
    ),
    "top-level fields of the request",
)

TABLES = (REQUEST,)


def finish_down(source: Json, out: Json, job: Job) -> None:
    """The rules between fields on the way to Chat."""
    if not job.memo.keys().isdisjoint(OF_TOOLS):
        toolbox_down(out, job)
    messages = out.setdefault("messages", [])
    text, at = job.memo.get("instructions", ("", None))
    if text:
        message = {"role": "developer", "content": text}
        job.placed(message, at)
        messages.insert(0, message)
    if not messages:
        job.note(NO_MESSAGES, (None, "input"))
    if out.get("stream"):
        out.setdefault("stream_options", {})["include_usage"] = True
    if "top_logprobs" in job.memo:
        _top_logprobs(out, job, needs="logprobs", verdict=NO_LOGPROBS)
    _configure(source, out, job)


def finish_up(source: Json, out: Json, job: Job) -> None:
    """The rules between fields on the way to Responses."""
    toolbox_up(out, job)
    if job.options.hoist_instructions:
        hoist(out, job)
    if not out.get("input"):
        job.note(ALL_HOISTED if "instructions" in out else NO_INPUT, (None, "messages"))
    out.setdefault("store", False)  # Responses keeps what it is not told to forget
    if source.get("max_tokens") is not None and source.get("max_completion_tokens") is not None:
        job.note(TWO_LIMITS, (None, "max_tokens"))
    if "top_logprobs" in job.memo:
        _top_logprobs(out, job, needs="include", verdict=LOGPROBS_OFF)


def _configure(source: Json, out: Json, job: Job) -> None:
    """Settings that items changed on the way: the last ones hold, those of the request itself are past."""
    if "configured" not in job.memo:
        return
    said_first = {name: out.get(name) for name in _CONFIGURED}
    for item, place in job.memo["configured"]:
        walk(job.plans["configuration"], item, out, place, job)
    for name, (outer, inner) in _CONFIGURED.items():
        if said_first[name] not in (None, out.get(name)):
            job.note(RECONFIGURED, ((None, outer), inner))


_CONFIGURED = {"reasoning_effort": ("reasoning", "effort"), "response_format": ("text", "format")}


def _top_logprobs(out: Json, job: Job, needs: str, verdict: Any) -> None:
    value, at = job.memo["top_logprobs"]
    if needs in out:
        out["top_logprobs"] = value
    elif not verdict.spares(value):
        job.note(verdict, at)
