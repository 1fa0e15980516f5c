"""A LiteLLM proxy's /v1/responses, which passes everything on, `phase` included."""

from __future__ import annotations

from respeak.profiles.profile import Profile

PROFILE = Profile(
    name="litellm",
    family="responses",
    title="LiteLLM proxy, Responses",
    source="LiteLLM documentation, day-0 page of gpt-5.3-codex (v1.81.12)",
    models={"gpt-5.3-codex": "gpt-5.3-codex"},
    aliases={"openai/gpt-5.3-codex": "gpt-5.3-codex"},  # what the proxy's model_list puts behind the id
    phase=True,
)
