"""tool_choice: nine forms of Responses <-> four of Chat and the legacy `function_call`.

The law: mapping.md 5.3 and 5.4. Forcing a tool that the target does not have is breaking: the request no longer
means the same. A choice has no keys but those of its form; others are reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing.bridges import BRIDGES
from respeak.crossing.items import NAMESPACE
from respeak.crossing.names import said_name
from respeak.loss import Place, Verdict
from respeak.plan import ABSENT, UNKNOWN, Job, Json
from respeak.verbs import BREAKING, DEGRADING, lost, refused, show

MODES = ("none", "auto", "required")
UNKNOWN_MODE = lost(Code.TOOL_CHOICE_DROPPED, BREAKING, "this tool_choice has no counterpart; the model chooses")
FORCED = lost(
    Code.FORCED_TOOL_DROPPED, BREAKING, "the request forces a tool that Chat does not have; the model chooses"
)
NOT_ALLOWED = lost(Code.TOOL_DROPPED, DEGRADING, "Chat does not have this tool; it leaves the allowed list")
UNNAMED = lost(Code.TOOL_DROPPED, DEGRADING, "the entry names no function or custom tool; it leaves the allowed list")
NONE_ALLOWED = refused(Code.NO_TOOL_ALLOWED, "the target has no tool of the allowed list")

Form = Callable[[Json, Place, Job], Any]


def choice_down(value: Any, at: Place, job: Job) -> Any:
    """A Responses tool_choice as Chat says it; ABSENT when it cannot (the loss is noted)."""
    if isinstance(value, dict):
        return _said(FORMS_DOWN.get(value.get("type", ""), FORCED), value, at, job)
    return _mode(value, at, job)


def choice_up(value: Any, at: Place, job: Job) -> Any:
    """A Chat tool_choice as Responses says it; ABSENT when it cannot (the loss is noted)."""
    if isinstance(value, dict):
        rule = FORMS_UP.get(value.get("type", ""), UNKNOWN_MODE)
        return _said(_odd_forced if value.get("type") in job.source.odd_tools else rule, value, at, job)
    return _mode(value, at, job)


def legacy_choice_up(value: Any, at: Place, job: Job) -> Any:
    """A deprecated `function_call`: none, auto or `{name}`."""
    if isinstance(value, dict):
        leftovers(value, {"name"}, at, job)
        return {"type": "function", "name": value["name"]}
    return _mode(value, at, job)


def leftovers(value: Json, known: set[str], at: Place, job: Job) -> None:
    """Report the keys of a choice, or of an entry of one, that its form does not have."""
    for key, held in value.items():
        if key not in known and not UNKNOWN.spares(held):
            job.note(UNKNOWN, (at, key))


def _mode(value: Any, at: Place, job: Job) -> Any:
    if value in MODES:
        return value
    job.note(UNKNOWN_MODE.saying(f"{show(value)} is none of {', '.join(MODES)}; the model chooses"), at)
    return ABSENT


def _said(rule: Form | Verdict, value: Json, at: Place, job: Job) -> Any:
    """What a form becomes: by its function, or nothing where there is only a verdict."""
    if isinstance(rule, Verdict):
        job.note(rule, at)
        return ABSENT
    return rule(value, at, job)


def _forced_search(value: Json, at: Place, job: Job) -> Any:
    """Moot on a search model, which always searches; else forced_tool_dropped, breaking."""
    if job.memo.get("searches"):  # a search model searches on every request, so forcing it is moot
        leftovers(value, {"type"}, at, job)
    else:
        job.note(FORCED, at)
    return ABSENT


def _named(kind: str) -> Form:
    def named(value: Json, at: Place, job: Job) -> Any:
        """The name nests one level deeper."""
        name, namespace = value.get("name"), value.get("namespace")
        if not isinstance(name, str):  # entries of an allowed list are any objects
            return _said(UNNAMED, value, at, job)
        leftovers(value, {"type", "name", "namespace"}, at, job)
        if namespace:
            job.note(NAMESPACE, (at, "namespace"))
        return {"type": kind, kind: {"name": said_name(name, namespace, at, job)}}

    return named


def _bridged(otherwise: Verdict) -> Form:
    def bridged(value: Json, at: Place, job: Job) -> Any:
        """The function that stands for the tool."""
        name = BRIDGES[value["type"]].name
        if job.memo["offered"].get(name, ("",))[0] != value["type"]:  # it is not bridged, or the name was taken
            return _said(otherwise, value, at, job)
        leftovers(value, {"type"}, at, job)
        return {"type": "function", "function": {"name": name}}

    return bridged


def _allowed_down(value: Json, at: Place, job: Job) -> Any:
    """Mode and entries nest one level deeper; entries of hosted tools are dropped."""
    leftovers(value, {"type", "mode", "tools"}, at, job)
    entries = _entries(value.get("tools") or [], _ALLOWED_DOWN, NOT_ALLOWED, (at, "tools"), job)
    if not entries:
        return _said(NONE_ALLOWED, value, at, job)
    return {"type": "allowed_tools", "allowed_tools": {"mode": value.get("mode", "auto"), "tools": entries}}


def _allowed_up(value: Json, at: Place, job: Job) -> Any:
    """Mode and entries without their nesting."""
    inner, place = value.get("allowed_tools") or {}, (at, "allowed_tools")
    leftovers(value, {"type", "allowed_tools"}, at, job)
    leftovers(inner, {"mode", "tools"}, place, job)
    forms = {**_ALLOWED_UP, **dict.fromkeys(job.source.odd_tools, _odd)}
    entries = _entries(inner.get("tools") or [], forms, UNNAMED, (place, "tools"), job)
    if not entries:
        return _said(NONE_ALLOWED, value, at, job)
    return {"type": "allowed_tools", "mode": inner.get("mode", "auto"), "tools": entries}


def _odd(value: Json, at: Place, job: Job) -> Any:
    """A tool that only clients of the source know, by the type of what stands for it."""
    leftovers(value, {"type"}, at, job)
    return {"type": job.source.odd_tools[value["type"]].tool()["type"]}


def _odd_forced(value: Json, at: Place, job: Job) -> Any:
    """Such a tool, where Responses has a form that forces what stands for it (web_search has none)."""
    kind = job.source.odd_tools[value["type"]].tool()["type"]
    return _said(_odd if kind in FORMS_DOWN else UNKNOWN_MODE, value, at, job)


def _entries(
    entries: list[Json], forms: Mapping[str, Form | Verdict], otherwise: Verdict, at: Place, job: Job
) -> list[Json]:
    """The entries of an allowed list that the target can say."""
    out = []
    for i, entry in enumerate(entries):
        made = _said(forms.get(str(entry.get("type")), otherwise), entry, (at, i), job)
        if made is not ABSENT:
            job.placed(made, (at, i))
            out.append(made)
    return out


def _lift(value: Json, at: Place, job: Job) -> Any:
    """The name without its nesting."""
    kind = value["type"]
    inner = value.get(kind)
    if not isinstance(inner, dict) or not isinstance(inner.get("name"), str):
        return _said(UNNAMED, value, at, job)
    leftovers(value, {"type", kind}, at, job)
    leftovers(inner, {"name"}, (at, kind), job)
    return {"type": kind, "name": inner["name"]}


_ALLOWED_DOWN: Mapping[str, Form | Verdict] = {
    "function": _named("function"),
    "custom": _named("custom"),
    "shell": _bridged(NOT_ALLOWED),
    "local_shell": _bridged(NOT_ALLOWED),
    "apply_patch": _bridged(NOT_ALLOWED),
}

FORMS_DOWN: Mapping[str, Form | Verdict] = {
    "function": _named("function"),
    "custom": _named("custom"),
    "allowed_tools": _allowed_down,
    "shell": _bridged(FORCED),
    "local_shell": _bridged(FORCED),
    "apply_patch": _bridged(FORCED),
    "web_search_preview": _forced_search,
    "web_search_preview_2025_03_11": _forced_search,
    "file_search": FORCED,
    "computer": FORCED,
    "computer_use": FORCED,
    "computer_use_preview": FORCED,
    "image_generation": FORCED,
    "code_interpreter": FORCED,
    "mcp": FORCED,
    "programmatic_tool_calling": FORCED,
}
"""What becomes of an object tool_choice of Responses, by type."""

_ALLOWED_UP: Mapping[str, Form | Verdict] = {"function": _lift, "custom": _lift}

FORMS_UP: Mapping[str, Form | Verdict] = {**_ALLOWED_UP, "allowed_tools": _allowed_up}
"""What becomes of an object tool_choice of Chat, by type."""
