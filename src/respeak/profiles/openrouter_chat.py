"""OpenRouter's Chat Completions API: no `phase` anywhere, reasoning text in a field of its own."""

from __future__ import annotations

from respeak.profiles.openrouter import PROFILE as OPENROUTER
from respeak.profiles.profile import Profile

PROFILE = Profile(
    name="openrouter-chat",
    family="chat",
    title="OpenRouter Chat",
    source="OpenRouter documentation, guide to assistant message phases",
    models=OPENROUTER.models,
    prefix=OPENROUTER.prefix,
    reasoning=("reasoning", "reasoning_content"),
)
