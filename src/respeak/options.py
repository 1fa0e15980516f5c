"""The choices that the specification leaves open, each with its default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

EFFORTS = ("keep", "none", "refuse")
EFFORT = '"keep", "none" or "refuse"'
"""Values of `effort_with_tools`, and in words."""

KINDS: tuple[tuple[str, Any, str], ...] = (
    ("separator", str, "a string"),
    ("final_only", bool, "True or False"),
    ("hoist_instructions", bool, "True or False"),
    ("infer_phase", bool, "True or False"),
    ("bridge", bool, "True or False"),
    ("aimlapi_store", bool, "True or False"),
    ("effort_with_tools", str, EFFORT),
    ("extensions", bool, "True or False"),
    ("model", (str, type(None)), "a string or None"),
)
"""What each option has to be."""

SHOWN = 60
"""Characters of a wrong value that an error shows."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may decide about a translation. Raises TypeError and ValueError for what is no such choice.

    separator           between the texts of several messages folded into one Chat answer (mapping.md 10.2)
    final_only          content of a Chat answer = the messages that are not commentary; always so for
                        structured output, which would not be valid JSON otherwise (10.2)
    hoist_instructions  the leading system and developer messages of a Chat request become `instructions`, for
                        Responses backends that refuse system items (D-3); a request of nothing else is refused,
                        since Responses needs an item
    infer_phase         an unmarked assistant turn with calls is `commentary`, without calls `final_answer`; on the
                        way up only, reported as `phase_inferred` (D-10)
    bridge              client-executed tools (local_shell, shell, apply_patch) are said as functions on the way to
                        Chat; False leaves the tools out and refuses their calls. Between Responses dialects nothing
                        is bridged: AIML API is not sent such tools, which is reported
    aimlapi_store       the `store` that AIML gets when a Responses client leaves it out: AIML's own default is
                        false, everybody else's true (D-17)
    effort_with_tools   what to do where Chat refuses function tools with an effort other than "none" (gpt-5.4 and
                        later, OBS-1): "keep" and report, send "none" and report, or "refuse" whatever is tolerated;
                        on every route to `chat` but the one from `chat` itself, which changes nothing
    extensions          answers to Chat clients carry `phase` and encrypted reasoning in fields that Chat does not
                        have, and requests of such clients bring them back; for clients that keep unknown fields
    model               the model id to send, whatever the payload says, on every route, also that of a dialect to
                        itself; the caller's decision, so no loss. Requests only; never empty
    """

    separator: str = "\n\n"
    final_only: bool = False
    hoist_instructions: bool = False
    infer_phase: bool = False
    bridge: bool = True
    aimlapi_store: bool = True
    effort_with_tools: Literal["keep", "none", "refuse"] = "keep"
    extensions: bool = False
    model: str | None = None

    def __post_init__(self) -> None:
        for name, kind, expected in KINDS:
            if not isinstance(getattr(self, name), kind):
                raise TypeError(_wrong(name, expected, getattr(self, name)))
        if self.effort_with_tools not in EFFORTS:
            raise ValueError(_wrong("effort_with_tools", EFFORT, self.effort_with_tools))
        if self.model == "":
            raise ValueError(_wrong("model", "a model id or None", self.model))


def _wrong(name: str, expected: str, value: object) -> str:
    plain = value is None or isinstance(value, str | int | float)
    found = repr(value) if plain else f"a {type(value).__name__}"
    return f"option {name}: expected {expected}, found {found if len(found) <= SHOWN else found[:SHOWN] + '...'}"


DEFAULT: Final = Options()
"""The choices of a caller who makes none."""


def chosen(options: Options | None) -> Options:
    """The caller's choices, or the usual ones. Raises TypeError."""
    if options is None:
        return DEFAULT
    if not isinstance(options, Options):
        raise TypeError(f"options: expected respeak.Options, found a {type(options).__name__}")
    return options
