"""What a dialect can say about itself: facts (family, endpoint, model ids) and how it narrows its family.

A profile is data. `says` speaks of the objects of `crossing.TABLES` in the field names of the dialect's own
family: `{"request": {"verbosity": lost(...), "max_completion_tokens": ("max_tokens", between(...))}}`. What it
does not speak of goes through as the family has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from respeak.loss import Severity, Verdict
from respeak.plan import Job, Json, Says, Told

Family = Literal["responses", "chat"]
Kind = Literal["request", "response", "error"]

ENDPOINTS: Mapping[Family, str] = {"responses": "POST /v1/responses", "chat": "POST /v1/chat/completions"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """A dialect as users see it. `source_only`: payloads come from it, none go to it."""

    name: str
    family: Family
    endpoint: str
    title: str
    models: tuple[str, ...]
    phase: bool
    source_only: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One provider's dialect: a family and how it differs.

    models           canonical model id -> the provider's own
    aliases          other ids under which the provider names a model -> the canonical id
    prefix           vendor prefix that the provider puts before ids of OpenAI's models
    only_model       the one model of a provider that offers no other; `replaced_model` judges another's request
    wire_check       report models that the vendor itself does not serve on this wire
    phase            True when `phase` travels on this dialect
    strict           True when function tools know `strict`
    closed           True when only fields that `says` speaks of go through within the family, and neither hosted
                     tools and searches nor unknown parts (all reported); its Chat clients get an error for a finish
                     that means one
    extensions       clients of this dialect may keep message fields that it does not have (options.extensions)
    reasoning        message fields of answers that hold reasoning text
    parts            verdicts on kinds of content parts that the provider does not take
    says, answers    what the dialect makes of its family's objects, in requests and in answers
    reads            extra request fields that clients of this dialect send
    odd_tools        tool types that only clients of this dialect send
    say_turns        who says the turns of a request that crosses, if not as its family has them
    reshape          a last pass over a request or an answer for what no row can say
    unshape          the way back: an answer of this dialect as its family has it
    finish_request   rules between request fields of this target, run on the finished payload
    traces           what of the finished request these rules ask the origin of: its tools, or all parts
    finish_reading   rules for what clients of this source send, run before those of the target
    tells            what the rules between fields make of single ones: those of this target
    tells_reading    those for what clients of this source send
    tells_answers    those of `reshape_answer`, for answers to this dialect; `tells_own_answers` of `unshape_answer`
    store_default    what an absent `store` means here, None when as everywhere in the family
    """

    name: str
    family: Family
    title: str
    source: str
    models: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    only_model: str = ""
    replaced_model: Severity = Severity.BREAKING
    wire_check: bool = False
    phase: bool = False
    strict: bool = True
    closed: bool = False
    source_only: bool = False
    extensions: bool = True
    reasoning: tuple[str, ...] = ()
    parts: Mapping[str, Verdict] = field(default_factory=dict)
    says: Mapping[str, Says] = field(default_factory=dict)
    answers: Mapping[str, Says] = field(default_factory=dict)
    reads: Mapping[str, Any] = field(default_factory=dict)
    tells: tuple[Told, ...] = ()
    tells_reading: tuple[Told, ...] = ()
    tells_answers: tuple[Told, ...] = ()
    tells_own_answers: tuple[Told, ...] = ()
    odd_tools: Mapping[str, Any] = field(default_factory=dict)
    say_turns: Callable[..., Any] | None = None
    reshape_request: Callable[[Json, Job], None] | None = None
    reshape_answer: Callable[[Json, Job], None] | None = None
    unshape_answer: Callable[[Json, Job], Json] | None = None
    reshape_chunks: Callable[[Job], Any] | None = None
    unshape_chunks: Callable[[Job], Any] | None = None
    finish_request: Callable[[Json, Json, Job], None] | None = None
    traces: Literal["", "tools", "all"] = ""
    finish_reading: Callable[[Json, Json, Job], None] | None = None
    store_default: bool | None = None

    def canonical(self, model: str) -> str:
        """The provider-independent id of a model that this dialect names."""
        for canonical, own in self.models.items():
            if own == model:
                return canonical
        known = self.aliases.get(model, model)
        return known.removeprefix(self.prefix) if self.prefix else known

    def offered(self, canonical: str) -> str | None:
        """This dialect's id of a model; None when the provider does not offer it."""
        own = self.models.get(canonical)
        if own is not None:
            return own
        if self.only_model:
            return canonical if canonical == self.only_model else None
        return self.prefix + canonical if self.prefix and "/" not in canonical else canonical

    def public(self) -> Dialect:
        """The dialect as users see it."""
        models = tuple(self.models.values())
        return Dialect(self.name, self.family, ENDPOINTS[self.family], self.title, models, self.phase, self.source_only)
