"""Which model reads which payload: by dialect and kind, the family's own unless the provider has one."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache

from respeak.models.base import Model

FAMILY: Mapping[tuple[str, str], str] = {
    ("responses", "request"): "respeak.models.responses:CreateResponse",
    ("responses", "response"): "respeak.models.responses:Response",
    ("responses", "event"): "respeak.models.responses.events:ResponseStreamEvent",
    ("responses", "error"): "respeak.models.errors:ErrorResponse",
    ("chat", "request"): "respeak.models.chat:CreateChatCompletionRequest",
    ("chat", "response"): "respeak.models.chat:CreateChatCompletionResponse",
    ("chat", "event"): "respeak.models.chat.chunk:CreateChatCompletionStreamResponse",
    ("chat", "error"): "respeak.models.errors:ErrorResponse",
}
"""The models of a family, by (family, kind), as `module:class`: imported when first asked for."""

PROVIDERS: Mapping[tuple[str, str], str] = {
    ("vtrix", "request"): "respeak.models.vtrix:VtrixRequest",
    ("vtrix", "response"): "respeak.models.vtrix:VtrixResponse",
    ("aimlapi", "request"): "respeak.models.aimlapi:AimlapiRequest",
    ("aimlapi", "response"): "respeak.models.aimlapi:AimlapiResponse",
    ("codex-guide", "request"): "respeak.models.codex_guide:CodexGuideRequest",
}
"""Models of providers that narrow their family, by (dialect, kind)."""


@cache
def model_of(dialect: str, family: str, kind: str) -> type[Model]:
    """The model that reads payloads of a dialect; `kind` is "request", "response", "event" or "error".

    The package of the family is imported first, as a whole: two threads that begin at different modules of it would
    wait for each other, which Python ends with an error.
    """
    importlib.import_module(f"respeak.models.{family}")
    module, _, name = (PROVIDERS.get((dialect, kind)) or FAMILY[family, kind]).partition(":")
    found: type[Model] = getattr(importlib.import_module(module), name)
    return found
