"""Answers of vtrix, and answers for its clients: a message of role and content, three counts, no details.

The page lists id, object, created, model, choices with index, message and finish_reason, and usage with
prompt_tokens, completion_tokens and total_tokens (vtrix model page; profiles.md section 2).
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.answer import REASONING
from respeak.crossing.answer_up import FILLED, NAMELESS, UNSAID_ARGUMENTS
from respeak.crossing.finish import NO_CALLS
from respeak.crossing.items import UNKNOWN_CALL
from respeak.crossing.parts import HIDDEN_REASONING, UNKNOWN_PART
from respeak.crossing.told_answers import of_failed
from respeak.crossing.usage import USAGE
from respeak.loss import Place
from respeak.plan import UNKNOWN, Job, Json, Told
from respeak.profiles.rules.legacy_answer import (
    CALL_ID_MADE,
    FINISH,
    JOINED,
    MORE_CALLS,
    NO_TEXT,
    as_function,
    as_tools,
    origins,
)
from respeak.profiles.rules.legacy_messages import CALL_ID, CUSTOM, REFUSAL
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, lost, lost_each

ANSWER = {
    "service_tier": lost(Code.SERVICE_TIER_DROPPED, HARMLESS, "answers of vtrix name no tier"),
    "system_fingerprint": lost(Code.REPORT_DROPPED, HARMLESS, "answers of vtrix have no system_fingerprint"),
    "metadata": lost(Code.METADATA_DROPPED, HARMLESS, "answers of vtrix repeat no metadata"),
    **lost_each(
        "moderation.input",
        "moderation.output",
        code=Code.MODERATION_DROPPED,
        severity=DEGRADING,
        why="answers of vtrix have no moderation",
    ),
}
USAGE_DETAILS = dict.fromkeys(
    (row.chat for row in USAGE.rows if row.chat and "." in row.chat),
    lost(Code.USAGE_DETAIL_DROPPED, HARMLESS, "vtrix counts totals only", unless=(0,)),
)
NO_LOGPROBS: tuple[Any, ...] = ({"content": []}, {"content": [], "refusal": None}, {"content": None, "refusal": None})
CHOICE = {"logprobs": lost(Code.LOGPROBS_DROPPED, DEGRADING, "answers of vtrix have no logprobs", unless=NO_LOGPROBS)}
REQUIRED = {"role": "assistant", "content": None, "refusal": None}
"""Keys of a message that Chat requires, and what they hold where vtrix has none."""
MESSAGE = {
    "annotations": lost(Code.ANNOTATIONS_DROPPED, DEGRADING, "answers of vtrix have no citations"),
    "audio": lost(Code.AUDIO_DROPPED, BREAKING, "answers of vtrix have no audio"),
    **lost_each(
        *REASONING,
        code=Code.REASONING_DROPPED,
        severity=DEGRADING,
        why="answers of vtrix have no reasoning text",
        unless=("",),
    ),
}
LEGACY, CALLS = "choices[].message.function_call", "choices[].message.tool_calls[]"
TELLS_ANSWERS = (
    Told("output[]", CALLS, LEGACY, "the first call", (CUSTOM, FILLED, MORE_CALLS, NAMELESS, UNKNOWN_CALL)),
    Told("output[].call_id", f"{CALLS}.id", None, "", (CALL_ID,)),
    Told(None, LEGACY, LEGACY, "the first call", (FILLED, NAMELESS)),
    Told("output", "choices[].message", "choices[].message", "text and refusal are one string", (REFUSAL,)),
    Told("output", None, None, "", (*CHOICE.values(), *MESSAGE.values())),
    Told(None, "choices[].message.content", "choices[].message.content", "one string", (JOINED,)),
    Told(
        None,
        "choices[].message.content[]",
        "choices[].message.content",
        "the texts",
        (*NO_TEXT.values(), HIDDEN_REASONING, UNKNOWN_PART, UNKNOWN),
    ),
    Told(None, "choices[]", "choices[]", "a finish that is missing is a stop", (FINISH,)),
    Told(None, "choices[].finish_reason", "choices[].finish_reason", "function_call for calls", (FINISH, NO_CALLS)),
    *(Told(None, f"choices[].{name}", None, "", (verdict,)) for name, verdict in CHOICE.items()),
    *(Told(None, f"choices[].message.{name}", None, "", (verdict,)) for name, verdict in MESSAGE.items()),
    *of_failed("chat"),
)
TELLS_OWN_ANSWERS = (
    Told(None, LEGACY, CALLS, "if the client sent tools", (CALL_ID_MADE, FILLED, NAMELESS, UNSAID_ARGUMENTS)),
    Told(
        None, "choices[].finish_reason", "choices[].finish_reason", "tool_calls, if the client sent tools", (NO_CALLS,)
    ),
)


def reshape_answer(out: Json, job: Job) -> None:
    """Answers as vtrix gives them: function_call, and a message of role and content."""
    out["choices"] = [_choice(choice, ((None, "choices"), i), job) for i, choice in enumerate(out["choices"])]


def _choice(choice: Json, at: Place, job: Job) -> Json:
    out = as_function(choice, at, job)
    for holder, place, verdicts in ((out, at, CHOICE), (out["message"], (at, "message"), MESSAGE)):
        for name, verdict in verdicts.items():
            value = holder.pop(name, None)
            if not verdict.spares(value):
                for origin in origins(name, (place, name), job):
                    job.note(verdict, origin)
    return out


def unshape_answer(payload: Json, job: Job) -> Json:
    """An answer of vtrix as Chat has it: the keys that Chat requires, and tool_calls for a client that sent tools."""
    if job.target.family != "chat":
        return payload
    choices = []
    for i, choice in enumerate(payload["choices"]):
        full = {"logprobs": None, **choice, "message": {**REQUIRED, **choice["message"]}}
        choices.append(as_tools(full, ((None, "choices"), i), str(payload.get("id") or "0"), job))
    return {**payload, "choices": choices}
