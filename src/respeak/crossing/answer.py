"""The answer: top-level fields of Response <-> CreateChatCompletionResponse.

The law: mapping.md, tables R2C-RESP and C2R-RESP. `answer_down.py` folds output items into one message,
`answer_up.py` makes items of a message; a failed response is an HTTP error and belongs to `errors.py`.
"""

from __future__ import annotations

import math
from typing import Any

from respeak.codes import Code
from respeak.crossing import ids
from respeak.crossing.citations import moderation_down, moderation_up
from respeak.crossing.model import answer_model
from respeak.crossing.output_text import OTHER_TEXT, REPEATED
from respeak.crossing.usage import usage_down, usage_up
from respeak.loss import Place, Verdict
from respeak.plan import ABSENT, IMPLIED, Always, Job, Json, Row, Step, Table, both, only_chat, only_responses
from respeak.verbs import BREAKING, DEGRADING, HARMLESS, excluding, lost

LOGGED = lost(Code.REPORT_DROPPED, HARMLESS, "a report for the log; Chat answers have no place for it")
ULTRAFAST = lost(Code.SERVICE_TIER_DROPPED, HARMLESS, "Chat does not know the ultrafast tier")

NOT_FAILED = lost(Code.ERROR_DETAIL_DROPPED, DEGRADING, "the answer did not fail, so Chat has no place for its error")
NOT_ECHOED = lost(Code.METADATA_DROPPED, HARMLESS, "the answer repeats the metadata of the client's request")

ECHOES: dict[str, tuple[Any, ...]] = {
    "instructions": (),
    "tools": (),
    "tool_choice": ("auto",),
    "parallel_tool_calls": (True,),
    "temperature": (1,),
    "top_p": (1,),
    "top_logprobs": (0,),
    "text": ({"format": {"type": "text"}}, {"format": {"type": "text"}, "verbosity": "medium"}),
    "reasoning": ({"effort": None, "summary": None},),
    "truncation": ("disabled",),
    "max_output_tokens": (),
    "max_tool_calls": (),
    "background": (False,),
    "previous_response_id": (),
    "conversation": (),
    "prompt": (),
    "prompt_cache_key": (),
    "prompt_cache_retention": (),
    "prompt_cache_options": (),
    "safety_identifier": (),
    "user": (),
    "store": (),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
}
"""Fields of a Response that repeat the request, and the values they have when nothing was asked."""


def _completion_id(value: Any, at: Place, job: Job) -> Any:
    """Derived: resp_x becomes chatcmpl-x."""
    return ids.completion_id(value)


def _response_id(value: Any, at: Place, job: Job) -> Any:
    """Derived: chatcmpl-x becomes resp_x."""
    return ids.response_id(value)


def _output_text(value: Any, out: Json, at: Place, job: Job) -> None:
    job.memo["output_text"] = at  # a repetition, unless it turns out to be all that there is


def _whole_seconds(value: Any, at: Place, job: Job) -> Any:
    """Whole seconds."""
    return math.floor(value)


def _metadata_down(value: Any, at: Place, job: Job) -> Any:
    """Copied unless empty."""
    return value or ABSENT


def _metadata_up(value: Any, out: Json, at: Place, job: Job) -> None:
    asked = (job.request or {}).get("metadata")
    if asked is None:
        out["metadata"] = value
    elif value and value != asked:
        job.note(NOT_ECHOED, at)  # upstreams do not echo reliably (OBS-20)


def echo_metadata(out: Json, job: Job) -> None:
    """The metadata of the client's request in its answer, for an upstream that takes none (PROFILE aiml, vtrix)."""
    asked = (job.request or {}).get("metadata")
    taken = job.source.says.get("request", {}).get("metadata")
    shown = job.target.answers.get("answer", {}).get("metadata")
    if asked and isinstance(taken, Verdict) and not isinstance(shown, Verdict):
        if out.get("metadata") and out["metadata"] != asked:
            job.note(NOT_ECHOED, (None, "metadata"))
        out["metadata"] = dict(asked)


REASONING = ("reasoning_content", "reasoning", "reasoning_details")
"""Message fields in which providers put reasoning; none is standard Chat."""


def _reasoning(value: Any, out: Json, at: Place, job: Job) -> None:
    """Reported unless the upstream's profile says that this very field becomes a reasoning item."""
    carried = isinstance(value, str) and at is not None and at[1] in job.source.reasoning
    if value and not carried:
        job.note(NO_REASONING, at)


NO_REASONING = lost(Code.REASONING_DROPPED, DEGRADING, "the profile of the upstream names no such field for reasoning")

ANSWER = Table(
    "answer",
    (
        both("id", down=_completion_id, up=_response_id),
        Row("object", "object", Always("chat.completion"), Always("response")),
        both("created_at", "created", down=_whole_seconds),
        both("model", down=answer_model, up=answer_model, note="model id table of the client"),
        Row("output", "choices", IMPLIED, IMPLIED, note="output items = one message; by type"),
        Row("status", None, down=IMPLIED, note="finish_reason, or an HTTP error"),
        only_responses("error", NOT_FAILED, note="HTTP error body when the answer failed"),
        Row("incomplete_details.reason", None, down=IMPLIED, note="finish_reason"),
        only_responses(
            "output_text", Step(_output_text, "read when no message of output speaks", (REPEATED, OTHER_TEXT))
        ),
        both("usage", down=usage_down, up=usage_up),
        both("service_tier", down=excluding({"ultrafast": ULTRAFAST})),
        Row("metadata", "metadata", _metadata_down, Step(_metadata_up, "that of the client's request", (NOT_ECHOED,))),
        *(
            both(f"moderation.{side}", down=moderation_down, up=moderation_up, note="one result = list of results")
            for side in ("input", "output")
        ),
        only_responses("completed_at", lost(Code.REPORT_DROPPED, HARMLESS, "Chat does not say when it was done")),
        *(
            only_responses(
                name,
                lost(Code.ECHO_DROPPED, HARMLESS, "Chat answers do not repeat the request", unless=neutral),
            )
            for name, neutral in ECHOES.items()
        ),
        only_responses("billing", LOGGED),
        only_responses("access_programs", LOGGED),
        only_responses("image", LOGGED),
        only_responses("input_transformations", LOGGED),
        only_responses("prompt_cache_diagnostics", LOGGED),
        only_responses("tool_usage", LOGGED),
        only_chat("system_fingerprint", lost(Code.REPORT_DROPPED, HARMLESS, "Responses has no system_fingerprint")),
    ),
    "top-level fields of the answer",
)

CHOICE = Table(
    "choice",
    (
        only_chat("index", IMPLIED, note="only the first choice is said"),
        only_chat("message", IMPLIED, note="output items"),
        only_chat("finish_reason", IMPLIED, note="status and incomplete_details"),
        only_chat("logprobs.content", IMPLIED, note="logprobs of the output_text part"),
        only_chat(
            "logprobs.refusal",
            lost(Code.LOGPROBS_DROPPED, HARMLESS, "Responses has no logprobs of refusals"),
        ),
    ),
    "choices",
    ("output", "choices[]"),
)

ANSWER_MESSAGE = Table(
    "answer_message",
    (
        only_chat("role", IMPLIED, note="always assistant"),
        only_chat("phase", IMPLIED, note="kept on the message item if it is commentary or final_answer"),
        only_chat("content", IMPLIED, note="an output_text part"),
        only_chat("refusal", IMPLIED, note="a refusal part"),
        only_chat("annotations", IMPLIED, note="annotations of the output_text part"),
        only_chat("tool_calls", IMPLIED, note="one item each, behind the message"),
        only_chat("function_call", IMPLIED, note="a function_call item with a call_id made for it"),
        only_chat(
            "audio",
            lost(
                Code.AUDIO_DROPPED,
                BREAKING,
                "Responses answers hold no audio; its transcript is sent if there is no text",
            ),
        ),
        *(
            only_chat(name, Step(_reasoning, "a reasoning item where the profile says so", (NO_REASONING,)))
            for name in REASONING
        ),
    ),
    "messages of answers",
    ("output[]", "choices[].message"),
)

TABLES = (ANSWER, CHOICE, ANSWER_MESSAGE)
