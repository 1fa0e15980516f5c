"""The names under which tools travel on Chat, and the way back to what the client declared.

A namespaced tool goes as `namespace__name`; a name beyond 64 characters is shortened by a hash. Both ends are
computed from the client's request, so nothing has to be remembered between request and answer (mapping.md 5.1).
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from respeak.codes import Code
from respeak.crossing.bridges import BRIDGES, carried
from respeak.crossing.ids import TOOL_NAME_LIMIT, digest, shorten
from respeak.loss import Place
from respeak.plan import Job, Json
from respeak.verbs import HARMLESS, approximated

NAME_CHANGED = approximated(
    Code.TOOL_NAME_CHANGED, HARMLESS, "Chat takes tool names of at most 64 letters, digits, _ and -; a hash stands in"
)

_FOREIGN = re.compile(r"[^a-zA-Z0-9_-]")


class Declared(NamedTuple):
    """A tool as the client declared it: its type, name and namespace."""

    type: str
    name: str
    namespace: str | None = None


def wire_name(name: str, namespace: str | None = None) -> str:
    """The Chat name of a tool: flattened, at most 64 characters.

    Namespaces and MCP servers may be called anything; what Chat does not take becomes `_`, and a hash keeps the
    names distinct. A name of its own is the client's to choose: both families want the same characters.
    """
    if not namespace:
        return shorten(name, TOOL_NAME_LIMIT)
    flat = f"{namespace}__{name}"
    plain = _FOREIGN.sub("_", flat)
    return shorten(plain if plain == flat else f"{plain}_{digest(flat)}", TOOL_NAME_LIMIT)


def said_name(name: str, namespace: str | None, at: Place, job: Job) -> str:
    """The Chat name of the tool, call or choice at a place; a name that changed is reported."""
    if not namespace and len(name) <= TOOL_NAME_LIMIT:
        return name
    wire = wire_name(name, namespace)
    if wire != (f"{namespace}__{name}" if namespace else name):
        job.note(NAME_CHANGED, (at, "name"))
    return wire


def called_name(item: Json) -> str:
    """The Chat name of a call in an answer: as the client declared it, however long; flattened out of a namespace."""
    name: str = item["name"]
    return wire_name(name, item["namespace"]) if item.get("namespace") else name


def declared_tools(job: Job) -> dict[str, Declared]:
    """What the client declared and the upstream was offered, by the name under which it travels on Chat.

    Reads requests of either family, tools hoisted from `additional_tools` and `tool_search_output` items
    included. A request that is absent or malformed declares nothing.
    """
    tools: dict[str, Declared] = {}
    request, bridging = job.request or {}, job.options.bridge
    _declare(request.get("tools"), None, tools, bridging)
    items = request.get("input")
    if items.__class__ is list:
        for item in [item for item in items if item.__class__ is dict and item.get("type") in _HOLDERS]:
            _declare(item.get("tools"), None, tools, bridging)
    return tools


_HOLDERS = ("additional_tools", "tool_search_output")
"""Types of items that declare tools."""


def _declare(listed: Any, namespace: str | None, tools: dict[str, Declared], bridging: bool) -> None:
    """Add the tools of a list to those declared so far; the first one of a name has it."""
    for tool in listed if isinstance(listed, list) else ():
        if not isinstance(tool, dict):
            continue
        kind, name = str(tool.get("type", "function")), tool.get("name")
        if kind == "namespace":
            _declare(tool.get("tools"), name, tools, bridging)
            continue
        wire = None
        if kind in BRIDGES:
            name = kind if carried(tool, bridging) else None
        elif not name:
            inner = tool.get(kind)  # a tool of a type that nobody knows may hold anything there
            wire = name = inner.get("name") if isinstance(inner, dict) else None  # Chat's names travel as they are
        if isinstance(name, str):
            wire = wire or wire_name(name, namespace)
            if wire not in tools:
                tools[wire] = Declared(kind, name, namespace)
