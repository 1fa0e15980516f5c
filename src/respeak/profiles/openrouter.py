"""OpenRouter's Responses API, which passes `phase` on (OpenRouter guide to assistant phases)."""

from __future__ import annotations

from respeak.codes import Code
from respeak.crossing.within import FOREIGN_MODEL
from respeak.plan import Told
from respeak.profiles.profile import Profile
from respeak.verbs import DEGRADING, approximated, flagged

# The guide teaches to resend all items and shows no field of server state (profiles.md section 3).
NO_STATE = flagged(
    approximated(
        Code.UNDOCUMENTED_FIELD, DEGRADING, "OpenRouter teaches to resend items; do not rely on what it stores"
    )
)

PROFILE = Profile(
    name="openrouter",
    family="responses",
    title="OpenRouter Responses",
    source="OpenRouter documentation, guide to assistant message phases",
    models={name: f"openai/{name}" for name in ("gpt-5.3-codex", "gpt-5.4", "gpt-5.4-pro", "gpt-5.5", "gpt-5.5-pro")},
    prefix="openai/",
    phase=True,
    tells=(Told(None, "messages[].phase", "input[]<message>.phase", "for models that know it", (FOREIGN_MODEL,)),),
    says={
        "request": dict.fromkeys(
            ("store", "previous_response_id", "conversation", "background", "prompt", "context_management"), NO_STATE
        )
    },
)
