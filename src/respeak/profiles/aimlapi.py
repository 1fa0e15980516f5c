"""AIML API: Responses for one model; its page lists few fields, and `store` defaults to false there.

What the page does not list is sent when it changes the answer, and reported; what is only bookkeeping is left
out (AIML API page of openai/gpt-5-3-codex; profiles.md section 1).
"""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.crossing.answer_up import message_item
from respeak.crossing.tools import fits_strict
from respeak.loss import Place
from respeak.plan import KEEP, Job, Json
from respeak.profiles.profile import Profile
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

UNDOCUMENTED = approximated(
    Code.UNDOCUMENTED_FIELD,
    DEGRADING,
    "AIML API does not document this field; sent, it may be ignored or refused",
)
AUTO_TRUNCATION = approximated(
    Code.TRUNCATION_CHANGED, DEGRADING, "AIML API drops items in the middle, others drop the oldest"
)
NOT_KEPT = approximated(
    Code.HISTORY_UNKNOWN,
    DEGRADING,
    "works only if the earlier call was sent with store: true, which is not the default",
)
HOSTED_CHOICE = lost(
    Code.FORCED_TOOL_DROPPED,
    BREAKING,
    "AIML API documents functions and custom tools only; the model chooses",
)
INCLUDE = lost(Code.INCLUDE_DROPPED, DEGRADING, "AIML API does not document include")
HOSTED_TOOL = lost(Code.TOOL_DROPPED, DEGRADING, "AIML API documents no hosted tools; the model has one tool less")
CACHE = lost(Code.CACHE_HINT_DROPPED, HARMLESS, "AIML API documents no prompt cache")
NO_STORE = refused(Code.HISTORY_UNKNOWN, "the earlier answer was not stored: store is false by your option")
KEPT_INCLUDE = "reasoning.encrypted_content"
KNOWN_TOOLS = ("function", "custom")

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
    "background": reported(
        approximated(Code.UNDOCUMENTED_FIELD, DEGRADING, "AIML API documents no way to fetch the answer later"),
        unless=(False,),
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
    "image": lost(Code.IMAGE_COMPRESSION_DROPPED, DEGRADING, "AIML API does not compress images in context"),
}


def finish_request(source: Json, out: Json, job: Job) -> None:
    """Rules between fields: the other default of `store`, and what is documented of tools and include."""
    origin = job.memo.get("origin", {})
    out.setdefault("store", job.options.aimlapi_store)
    if not out["store"] and out.get("previous_response_id"):
        job.note(NO_STORE, (None, "previous_response_id"))
    if out.get("tools"):
        out["tools"] = _tools(out["tools"], origin.get("tools") or (None, "tools"), job)
    _choice(out, origin.get("tool_choice") or (None, "tool_choice"), job)
    if "include" in out:
        out["include"] = _include(out["include"], job)
    for name in ("tools", "include"):
        if out.get(name) == []:
            del out[name]


def _tools(tools: list[Json], at: Place, job: Job) -> list[Json]:
    """Functions and custom tools with `strict` spelled out; hosted tools are not documented."""
    out = []
    places = job.memo.get("places", {})
    for i, tool in enumerate(tools):
        place = places.get(id(tool), (at, i))
        if tool.get("type") not in KNOWN_TOOLS:
            job.note(HOSTED_TOOL, place)
            continue
        job.note(UNDOCUMENTED, place)
        unsaid = tool["type"] == "function" and tool.get("strict") is None
        out.append({**tool, "strict": fits_strict(tool.get("parameters"))} if unsaid else tool)
    return out


def _choice(out: Json, at: Place, job: Job) -> None:
    """Modes, functions and custom tools can be chosen; hosted tools cannot."""
    choice = out.get("tool_choice")
    if isinstance(choice, dict) and choice.get("type") not in KNOWN_TOOLS:
        job.note(HOSTED_CHOICE, at)
        del out["tool_choice"]


def _include(values: list[Any], job: Job) -> list[Any]:
    """Encrypted reasoning matters for stateless loops and is sent; the rest is left out."""
    for i, value in enumerate(values):
        at: Place = ((None, "include"), i) if job.source.family == "responses" else (None, "logprobs")
        job.note(UNDOCUMENTED if value == KEPT_INCLUDE else INCLUDE, at)
    return [value for value in values if value == KEPT_INCLUDE]


def unshape_answer(payload: Json, job: Job) -> Json:
    """An AIML answer as the family has it: the page lists `output_text` and no `output` (profiles.md section 1)."""
    if job.target.family == "chat":
        return payload  # the crossing reads output_text itself
    request = job.request or {}
    out = dict(payload)
    out.setdefault("error", None)
    out.setdefault("incomplete_details", None)
    out.setdefault("usage", None)
    out.setdefault("metadata", request.get("metadata") or {})
    out.setdefault("tools", request.get("tools") or [])
    if out.get("output") is None:
        text, owner = out.pop("output_text", None), str(out.get("id") or "0")
        out["output"] = [message_item(text, owner)] if text else []
    return out


PROFILE = Profile(
    name="aimlapi",
    family="responses",
    title="AIML API (Responses)",
    source="AIML API documentation of openai/gpt-5-3-codex",
    models={"gpt-5.3-codex": "openai/gpt-5-3-codex"},
    only_model="openai/gpt-5-3-codex",
    phase=True,
    closed=True,
    store_default=False,
    says={"request": REQUEST},
    finish_request=finish_request,
    unshape_answer=unshape_answer,
)
