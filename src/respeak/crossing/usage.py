"""Token counts: ResponseUsage <-> CompletionUsage (mapping.md section 8)."""

from __future__ import annotations

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import Job, Json, Table, both, only_chat, only_responses
from respeak.verbs import HARMLESS, defaulted, lost
from respeak.walk import said

PART_OF_TOTAL = lost(Code.USAGE_DETAIL_DROPPED, HARMLESS, "a part of a total that is reported", unless=(0,))
UNKNOWN_COUNT = defaulted(Code.USAGE_UNKNOWN, HARMLESS, "the upstream does not say how many tokens; 0 stands for that")

USAGE = Table(
    "usage",
    (
        both("input_tokens", "prompt_tokens"),
        both("output_tokens", "completion_tokens"),
        both("total_tokens"),
        both(
            "input_tokens_details.cached_tokens",
            "prompt_tokens_details.cached_tokens",
            note="up: 0 when absent",
        ),
        both(
            "input_tokens_details.cache_write_tokens",
            "prompt_tokens_details.cache_write_tokens",
            note="up: 0 when absent",
        ),
        both(
            "output_tokens_details.reasoning_tokens",
            "completion_tokens_details.reasoning_tokens",
            note="up: 0 when absent",
        ),
        only_responses("input_tokens_details.cache_write_tokens_details", PART_OF_TOTAL),
        *(only_chat(f"prompt_tokens_details.{name}_tokens", PART_OF_TOTAL) for name in ("audio", "text", "image")),
        *(
            only_chat(f"completion_tokens_details.{name}_tokens", PART_OF_TOTAL)
            for name in ("audio", "text", "accepted_prediction", "rejected_prediction")
        ),
    ),
    "token counts",
    ("usage", "usage"),
)

TABLES = (USAGE,)


def usage_down(value: Json, at: Place, job: Job) -> Json:
    """Responses usage as Chat usage."""
    found = said(job.plans["usage"], value, at, job)
    return found | _counts(found, "prompt_tokens", "completion_tokens", at, job)


def usage_up(value: Json, at: Place, job: Job) -> Json:
    """Chat usage as Responses usage; counts that Responses requires are 0 when Chat does not report them."""
    found = said(job.plans["usage"], value, at, job)
    counts = _counts(found, "input_tokens", "output_tokens", at, job)
    return {
        "input_tokens": counts["input_tokens"],
        "input_tokens_details": {
            "cached_tokens": 0,
            "cache_write_tokens": 0,
            **found.get("input_tokens_details", {}),
        },
        "output_tokens": counts["output_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0, **found.get("output_tokens_details", {})},
        "total_tokens": counts["total_tokens"],
    }


def _counts(found: Json, inputs: str, outputs: str, at: Place, job: Job) -> Json:
    """The three counts that both families require; clients read them as integers (bug classes 80 and 81)."""
    if inputs not in found or outputs not in found:
        job.note(UNKNOWN_COUNT, at)
    counts = {inputs: found.get(inputs, 0), outputs: found.get(outputs, 0)}
    return {**counts, "total_tokens": found.get("total_tokens", sum(counts.values()))}
