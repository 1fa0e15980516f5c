"""tool_choice: nine forms of Responses <-> four of Chat and the legacy `function_call`.

The law: mapping.md 5.3 and 5.4. Forcing a tool that the target does not have is breaking: the request no longer
means the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing.bridges import BRIDGES
from respeak.crossing.names import wire_name
from respeak.loss import Place, Verdict
from respeak.plan import ABSENT, UNKNOWN, Job, Json
from respeak.verbs import BREAKING, DEGRADING, lost, refused, show

MODES = ("none", "auto", "required")
UNKNOWN_MODE = lost(Code.TOOL_CHOICE_DROPPED, BREAKING, "this tool_choice has no counterpart; the model chooses")
FORCED = lost(
    Code.FORCED_TOOL_DROPPED, BREAKING, "the request forces a tool that Chat does not have; the model chooses"
)
NOT_ALLOWED = lost(Code.TOOL_DROPPED, DEGRADING, "Chat does not have this tool; it leaves the allowed list")
NONE_ALLOWED = refused(Code.NO_TOOL_ALLOWED, "no tool of the allowed list exists on Chat")

Form = Callable[[Json, Place, Job], Any]


def choice_down(value: Any, at: Place, job: Job) -> Any:
    """A Responses tool_choice as Chat says it; ABSENT when it cannot (the loss is noted)."""
    if isinstance(value, dict):
        _leftovers(value, {"type", "name", "namespace", "mode", "tools", "server_label"}, at, job)
        return _said(FORMS_DOWN.get(value.get("type", ""), FORCED), value, at, job)
    return _mode(value, at, job)


def choice_up(value: Any, at: Place, job: Job) -> Any:
    """A Chat tool_choice as Responses says it; ABSENT when it cannot (the loss is noted)."""
    if isinstance(value, dict):
        kind = value.get("type", "")
        _leftovers(value, {"type", kind}, at, job)
        return _said(FORMS_UP.get(kind, UNKNOWN_MODE), value, at, job)
    return _mode(value, at, job)


def legacy_choice_up(value: Any, at: Place, job: Job) -> Any:
    """A deprecated `function_call`: none, auto or `{name}`."""
    if isinstance(value, dict):
        return {"type": "function", "name": value["name"]}
    return _mode(value, at, job)


def _leftovers(value: Json, known: set[str], at: Place, job: Job) -> None:
    """Report the keys of a choice, or of an entry of one, that no form has."""
    for key in value:
        if key not in known and value[key] is not None:
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
    if not job.memo.get("searches"):  # a search model searches on every request, so forcing it is moot
        job.note(FORCED, at)
    return ABSENT


def _named(kind: str) -> Form:
    def named(value: Json, at: Place, job: Job) -> Any:
        """The name nests one level deeper."""
        return {"type": kind, kind: {"name": wire_name(value["name"], value.get("namespace"))}}

    return named


def _bridged(value: Json, at: Place, job: Job) -> Any:
    """The function that stands for the tool."""
    if not job.options.bridge:
        return _said(FORCED, value, at, job)
    return {"type": "function", "function": {"name": BRIDGES[value["type"]].name}}


def _allowed_down(value: Json, at: Place, job: Job) -> Any:
    """Mode and entries nest one level deeper; entries of hosted tools are dropped."""
    entries = []
    for i, entry in enumerate(value.get("tools") or []):
        place = ((at, "tools"), i)
        form = _ALLOWED_DOWN.get(entry.get("type", ""))
        if form is None:
            job.note(NOT_ALLOWED, place)
        else:
            _leftovers(entry, {"type", "name", "namespace"}, place, job)
            entries.append(form(entry, place, job))
    if not entries:
        job.note(NONE_ALLOWED, at)
        return ABSENT
    return {"type": "allowed_tools", "allowed_tools": {"mode": value.get("mode", "auto"), "tools": entries}}


def _allowed_up(value: Json, at: Place, job: Job) -> Any:
    """Mode and entries without their nesting."""
    inner, place = value.get("allowed_tools") or {}, (at, "allowed_tools")
    _leftovers(inner, {"mode", "tools"}, place, job)
    entries = [_lift(entry, ((place, "tools"), i), job) for i, entry in enumerate(inner.get("tools") or [])]
    return {"type": "allowed_tools", "mode": inner.get("mode", "auto"), "tools": entries}


def _lift(value: Json, at: Place, job: Job) -> Any:
    """The name without its nesting."""
    kind = value.get("type", "function")
    inner = value.get(kind) or {}
    _leftovers(inner, {"name"}, (at, kind), job)
    return {"type": kind, "name": inner.get("name")}


_ALLOWED_DOWN: dict[str, Form] = {
    "function": _named("function"),
    "custom": _named("custom"),
    "shell": _bridged,
    "local_shell": _bridged,
    "apply_patch": _bridged,
}

FORMS_DOWN: Mapping[str, Form | Verdict] = {
    "function": _named("function"),
    "custom": _named("custom"),
    "allowed_tools": _allowed_down,
    "shell": _bridged,
    "local_shell": _bridged,
    "apply_patch": _bridged,
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

FORMS_UP: Mapping[str, Form | Verdict] = {"function": _lift, "custom": _lift, "allowed_tools": _allowed_up}
"""What becomes of an object tool_choice of Chat, by type."""
