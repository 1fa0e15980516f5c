"""Model ids: the same model has another id at every provider (profiles.md, head and section 7)."""

from __future__ import annotations

import re
from typing import Any

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import Job
from respeak.verbs import DEGRADING, approximated, show

NOT_SERVED = approximated(
    Code.MODEL_NOT_SERVED,
    DEGRADING,
    "OpenAI serves this model on /v1/responses only; route it to another upstream",
)

RESPONSES_ONLY = re.compile(
    r"(o1-pro|o3-pro|o3-deep-research|o4-mini-deep-research|computer-use-preview|codex-mini|gpt-5(\.\d+)?-codex"
    r"|gpt-5(\.\d+)?-pro)(-.*)?$"
)
"""Second branch of ModelIdsResponses, and the codex models, which the live Chat endpoint refuses (OBS-9)."""


def request_model(value: Any, at: Place, job: Job) -> Any:
    """The id under which the target offers the model that the source asks for, unless the caller names another."""
    if job.options.model:
        return value
    canonical = job.source.canonical(value)
    offered: str | None = job.target.offered(canonical)
    if offered is None and value in job.target.models.values():
        offered = value  # the target's own id, under which its source may know nothing
    if offered is not None:
        if job.target.wire_check and RESPONSES_ONLY.match(canonical):
            job.note(NOT_SERVED, at)
        return offered
    only: str = job.target.only_model
    why = f"{job.target.name} offers {only} only; it is sent instead of {show(value)}"
    job.note(approximated(Code.MODEL_REPLACED, job.target.replaced_model, why), at)
    return only


def answer_model(value: Any, at: Place, job: Job) -> Any:
    """The id under which the client knows the model that answered; an unknown id is copied."""
    canonical = job.source.canonical(value)
    return job.target.offered(canonical) or value
