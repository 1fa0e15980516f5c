"""OpenAI's Chat Completions API as OpenAI serves it."""

from __future__ import annotations

import re

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import Job, Json, Told
from respeak.profiles.profile import Profile
from respeak.verbs import DEGRADING, approximated, refused

WITH_TOOLS = re.compile(r"gpt-(5\.([4-9]|\d\d)|[6-9])")
"""Models that refuse function tools with an effort other than none, also by default (OBS-1)."""

KEPT = approximated(
    Code.EFFORT_WITH_TOOLS,
    DEGRADING,
    'the live Chat service refuses function tools for this model unless reasoning_effort is "none"',
)
SET_TO_NONE = approximated(Code.EFFORT_WITH_TOOLS, DEGRADING, 'set to "none", so that Chat takes the function tools')
REFUSED = refused(Code.EFFORT_WITH_TOOLS, "Chat takes either function tools or reasoning for this model")


def finish_request(source: Json, out: Json, job: Job) -> None:
    """Make the conflict of tools and effort visible; what happens to it is the caller's choice."""
    if not (out.get("tools") or out.get("functions")) or not WITH_TOOLS.match(str(out.get("model", ""))):
        return
    if out.get("reasoning_effort") == "none":
        return
    choice = job.options.effort_with_tools
    job.note({"keep": KEPT, "none": SET_TO_NONE, "refuse": REFUSED}[choice], _place_of_effort(source, job))
    if choice == "none":
        out["reasoning_effort"] = "none"


def _place_of_effort(source: Json, job: Job) -> Place:
    """Where the source says the effort; its model where it does not, whose own default is as bad."""
    if job.source.family == "chat":
        return (None, "reasoning_effort") if source.get("reasoning_effort") else (None, "model")
    for item, at in reversed(job.memo.get("configured", ())):
        if (item.get("reasoning") or {}).get("effort"):
            return ((at, "reasoning"), "effort")
    said = (source.get("reasoning") or {}).get("effort")
    return ((None, "reasoning"), "effort") if said else (None, "model")


TELLS = (
    Told(
        "reasoning.effort",
        "reasoning_effort",
        "reasoning_effort",
        "with function tools by options.effort_with_tools",
        (KEPT, SET_TO_NONE, REFUSED),
    ),
    Told("input[].reasoning.effort", None, "reasoning_effort", "as that of the request", (KEPT, SET_TO_NONE, REFUSED)),
    Told("model", "model", "model", "its own default of effort counts, too", (KEPT, SET_TO_NONE, REFUSED)),
)

PROFILE = Profile(
    name="chat",
    family="chat",
    title="OpenAI Chat Completions",
    source="OpenAPI document of the OpenAI API 2.3.0, CreateChatCompletionRequest",
    models={"gpt-5.3-codex": "gpt-5.3-codex"},
    wire_check=True,
    tells=TELLS,
    finish_request=finish_request,
)
