"""OpenAI's Responses API as OpenAI serves it."""

from __future__ import annotations

from respeak.profiles.profile import Profile

PROFILE = Profile(
    name="responses",
    family="responses",
    title="OpenAI Responses",
    source="OpenAPI document of the OpenAI API 2.3.0, CreateResponse and Response",
    models={"gpt-5.3-codex": "gpt-5.3-codex"},
    phase=True,
)
