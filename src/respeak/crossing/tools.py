"""Tools: Responses' flat definitions <-> Chat's nested ones, with what only Responses has said or judged.

The law: mapping.md 5.1 and 5.2. The strict defaults differ: Responses tries strict when nothing is said, Chat
does not; so `strict` is always made explicit on the way. A hosted tool that is only offered costs the model one
tool (degrading); one that is forced is `tool_choice.py`'s matter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from respeak.codes import Code
from respeak.crossing import web_search
from respeak.crossing.bridges import BRIDGES, carried, environment
from respeak.crossing.fold import BRIDGED
from respeak.crossing.ids import TOOL_NAME_LIMIT
from respeak.crossing.items import ASYNC
from respeak.crossing.names import said_name
from respeak.crossing.strict import fits_strict
from respeak.loss import Place, Verdict
from respeak.plan import ABSENT, IMPLIED, ONE_WAY, Always, Job, Json, Row, Step, Table, both, only_responses
from respeak.verbs import DEGRADING, HARMLESS, approximated, defaulted, lost, refused
from respeak.walk import said, walk

LOADED = lost(Code.TOOL_LOADED_AT_ONCE, HARMLESS, "Chat cannot defer tools; it is loaded at once", unless=(False,))
CALLERS = lost(Code.CALLER_DROPPED, HARMLESS, "Chat tools are called by the model directly", unless=(["direct"],))
PROGRAM_ONLY = lost(
    Code.CALLER_DROPPED, DEGRADING, "only programs may call the tool; on Chat the model itself will call it"
)
STRICT_ON = defaulted(
    Code.STRICT_ASSUMED,
    HARMLESS,
    "Responses tries strict when nothing is said; the schema fits, so strict is on",
)
STRICT_OFF = defaulted(
    Code.STRICT_ASSUMED,
    DEGRADING,
    "Responses tries strict when nothing is said; the schema does not fit, so strict is off",
)
STRICT_MOOT = defaulted(
    Code.STRICT_ASSUMED,
    HARMLESS,
    "Responses tries strict when nothing is said; the function takes nothing, so strict is off",
)
NO_NAME = refused(Code.TOOL_WITHOUT_NAME, "the tool has an empty name; give it one")
DUPLICATE = lost(Code.TOOL_DROPPED, HARMLESS, "the same tool is declared already")
NAME_TAKEN = lost(Code.TOOL_DROPPED, DEGRADING, "another tool of this name is declared already; the first one holds")
UNKNOWN_INPUT = lost(
    Code.TOOL_FORMAT_DROPPED, DEGRADING, "this format of a custom tool's input has no counterpart; any text will come"
)
BRIDGE_OFF = lost(Code.TOOL_DROPPED, DEGRADING, "the tool is executed by the client and bridging is off")
FLATTENED = approximated(Code.NAMESPACE_FLATTENED, HARMLESS, "the members go as namespace__name")
CONTAINER = lost(Code.TOOL_DROPPED, DEGRADING, "the shell runs in a provider's container, which Chat does not have")
UNKNOWN_TOOL = lost(Code.TOOL_DROPPED, DEGRADING, "this type of tool has no counterpart; the model has one tool less")


def _callers(value: Any, out: Json, at: Place, job: Job) -> None:
    verdict = CALLERS if "direct" in value else PROGRAM_ONLY
    if not verdict.spares(value):
        job.note(verdict, at)


def _input_format(value: Any, at: Place, job: Job) -> Any:
    """A grammar nests one level deeper on Chat; text is the same."""
    table = INPUT_FORMATS.get(value.get("type"))
    if table is None:
        job.note(UNKNOWN_INPUT, at)
        return ABSENT
    return said(job.plans[table], value, at, job)


_ONLY_RESPONSES = (
    only_responses("defer_loading", LOADED),
    only_responses("allowed_callers", Step(_callers, CALLERS.why, (CALLERS, PROGRAM_ONLY))),
    only_responses("async", ASYNC),
)

FUNCTION_TOOL = Table(
    "function_tool",
    (
        Row("type", "type", Always("function"), Always("function")),
        both("name", "function.name"),
        both("description", "function.description"),
        both("parameters", "function.parameters", note="up: absent becomes an object without properties"),
        both("strict", "function.strict", note="always explicit: the defaults differ"),
        only_responses("output_schema", lost(Code.OUTPUT_SCHEMA_DROPPED, HARMLESS, "Chat functions declare no output")),
        *_ONLY_RESPONSES,
    ),
    "function tools",
    ("tools[]<function>", "tools[]<function>"),
)

CUSTOM_TOOL = Table(
    "custom_tool",
    (
        Row("type", "type", Always("custom"), Always("custom")),
        both("name", "custom.name"),
        both("description", "custom.description"),
        both("format", "custom.format", down=_input_format, up=_input_format),
        *_ONLY_RESPONSES,
    ),
    "custom tools",
    ("tools[]<custom>", "tools[]<custom>"),
)

GRAMMAR = Table(
    "grammar",
    (
        Row("type", "type", Always("grammar"), Always("grammar")),
        both("syntax", "grammar.syntax"),
        both("definition", "grammar.definition"),
    ),
    "grammars of custom tools",
    ("tools[]<custom>.format<grammar>", "tools[]<custom>.custom.format<grammar>"),
)

TEXT_INPUT = Table(
    "text_input",
    (Row("type", "type", Always("text"), Always("text")),),
    "free text of custom tools",
    ("tools[]<custom>.format<text>", "tools[]<custom>.custom.format<text>"),
)

INPUT_FORMATS: Mapping[Any, str] = {"grammar": "grammar", "text": "text_input"}
"""What becomes of the format of a custom tool's input, by type: the table that says it."""

LEGACY_FUNCTION = Table(
    "legacy_function",
    (
        Row("name", "name", ONE_WAY),
        Row("description", "description", ONE_WAY),
        Row("parameters", "parameters", ONE_WAY),
        Row("strict", "strict", ONE_WAY),
    ),
    "deprecated functions",
    ("tools[]<function>", "functions[]"),
)

NAMESPACE_TOOL = Table(
    "namespace_tool",
    (
        only_responses("type", IMPLIED, note="one tool for each member"),
        only_responses("name", IMPLIED, note="prefix of the members' names"),
        only_responses("tools", IMPLIED, note="namespace__name"),
        only_responses(
            "description",
            lost(Code.DESCRIPTION_DROPPED, DEGRADING, "a namespace has no place for its description"),
        ),
    ),
    "namespaces",
    ("tools[]<namespace>", "tools[]"),
)

BRIDGE_TOOL = Table(
    "bridge_tool",
    (
        only_responses("type", IMPLIED, note="a function of this name"),
        only_responses(
            "environment",
            lost(
                Code.ENVIRONMENT_DROPPED,
                DEGRADING,
                "a function has no environment",
                unless=({"type": "local"},),
            ),
        ),
        only_responses("allowed_callers", Step(_callers, CALLERS.why, (CALLERS, PROGRAM_ONLY))),
    ),
    "local_shell, shell and apply_patch, said as functions",
    ("tools[]<shell>", "tools[]<function>"),
)

TABLES = (
    FUNCTION_TOOL,
    CUSTOM_TOOL,
    GRAMMAR,
    TEXT_INPUT,
    LEGACY_FUNCTION,
    NAMESPACE_TOOL,
    BRIDGE_TOOL,
    *web_search.TABLES,
)


def _hosted(what: str) -> Verdict:
    return lost(Code.TOOL_DROPPED, DEGRADING, f"Chat has no {what}; the model has one tool less")


TOOLS_DOWN: Mapping[str, str | Verdict] = {
    "function": "function_tool",
    "custom": "custom_tool",
    "local_shell": "bridge_tool",
    "shell": "bridge_tool",
    "apply_patch": "bridge_tool",
    "namespace": "namespace_tool",
    "web_search": "web_search",
    "web_search_2025_08_26": "web_search",
    "web_search_preview": "web_search",
    "web_search_preview_2025_03_11": "web_search",
    "file_search": _hosted("file search"),
    "code_interpreter": _hosted("code interpreter"),
    "image_generation": _hosted("image generation"),
    "mcp": _hosted("MCP client"),
    "computer": _hosted("computer use"),
    "computer_use_preview": _hosted("computer use"),
    "tool_search": _hosted("tool search; tools found so far stay loaded"),
    "programmatic_tool_calling": _hosted("programmatic tool calling"),
}
"""What becomes of a Responses tool, by type: the table that says it, or the verdict on it."""

TOOLS_UP: Mapping[str, str] = {"function": "function_tool", "custom": "custom_tool"}
"""What becomes of a Chat tool, by type: the table that says it."""


class ToolsDown:
    """The tools of one Responses request on their way to Chat: a list, and perhaps web_search_options.

    `names` holds each by its name on Chat, `declared` says as what, if not as a plain tool of its type.
    """

    def __init__(self, model: str, job: Job) -> None:
        self.job = job
        self.plans = job.plans
        self.searches = web_search.searches(model)
        self.tools: list[Json] = []
        self.names: dict[str, Json] = {}
        self.declared: dict[str, tuple[str, str | None]] = {}
        self.web_search: Json | None = None
        self.web_search_at: Place = None

    def read(self, tools: list[Json], at: Place, namespace: str | None = None) -> None:
        """Add the tools of one list: the request's own, a namespace's, or one hoisted from the input."""
        for i, tool in enumerate(tools):
            rule = TOOLS_DOWN.get(tool.get("type", ""), UNKNOWN_TOOL)
            if isinstance(rule, Verdict):
                self.job.note(rule, (at, i))
            elif tool.get("name") == "":
                self.job.note(NO_NAME, (at, i))
            else:
                _STEPS[rule](self, tool, (at, i), namespace)

    def plain(self, tool: Json, at: Place, namespace: str | None) -> None:
        """A function or custom tool."""
        kind = tool["type"]
        out = self.plans[TOOLS_UP[kind]].saying[tuple(tool)](tool, at, self.job)
        if namespace or len(tool["name"]) > TOOL_NAME_LIMIT:
            out[kind]["name"] = said_name(tool["name"], namespace, at, self.job)
        if kind == "function" and tool.get("strict") is None:
            self.strict(out[kind], tool, at)
        self.add(out, kind, (kind, namespace) if namespace else None, at)

    def strict(self, function: Json, tool: Json, at: Place) -> None:
        """Strict as Responses has it in force where nothing is said; told, if the target has no functions like that."""
        strict, verdict = strict_in_force(tool.get("parameters"))
        if self.job.target.strict:
            function["strict"] = strict
            self.job.note(verdict, at)
        elif strict:
            self.job.note(self.job.target.says["function_tool"]["function.strict"], at)

    def bridge(self, tool: Json, at: Place, namespace: str | None) -> None:
        """A client-executed tool."""
        if not carried(tool, self.job.options.bridge):
            self.job.note(CONTAINER if environment(tool) != "local" else BRIDGE_OFF, at)
            return
        bridge = BRIDGES[tool["type"]]
        walk(self.job.plans["bridge_tool"], tool, {}, at, self.job)
        function = {
            "name": bridge.name,
            "description": bridge.description,
            "parameters": bridge.parameters(),
        }
        if self.add({"type": "function", "function": function}, "function", (tool["type"], None), at):
            self.job.note(BRIDGED, at)

    def namespace(self, tool: Json, at: Place, outer: str | None) -> None:
        """A namespace: its members, flattened."""
        self.job.note(FLATTENED, at)
        walk(self.job.plans["namespace_tool"], tool, {}, at, self.job)
        self.read(tool.get("tools") or [], (at, "tools"), tool.get("name"))

    def search(self, tool: Json, at: Place, namespace: str | None) -> None:
        """Web search: not a tool on Chat but an option of search models."""
        if not self.searches or self.web_search is not None:
            self.job.note(web_search.SECOND_SEARCH if self.searches else web_search.NO_SEARCH, at)
            return
        self.job.note(web_search.ALWAYS_SEARCHES, at)
        self.web_search = said(self.job.plans["web_search"], tool, at, self.job)
        self.web_search_at = at

    def origin(self, name: str) -> tuple[str, str | None] | None:
        """Type and namespace on Responses of the tool that is offered under this name; None if none is."""
        tool = self.names.get(name)
        return None if tool is None else self.declared.get(name, (tool["type"], None))

    def add(self, tool: Json, kind: str, declared: tuple[str, str | None] | None, at: Place) -> bool:
        """Offer a tool, unless one of its name is offered already."""
        name, job = tool[kind]["name"], self.job
        if name in self.names:
            same = self.names[name] == tool and self.declared.get(name) == declared
            job.note(DUPLICATE if same else NAME_TAKEN, at)
            return False
        self.names[name] = tool
        if declared is not None:
            self.declared[name] = declared
        if job.places is not None:
            job.places[id(tool)] = at
        self.tools.append(tool)
        return True


_STEPS: dict[str, Callable[[ToolsDown, Json, Place, str | None], None]] = {
    "function_tool": ToolsDown.plain,
    "custom_tool": ToolsDown.plain,
    "bridge_tool": ToolsDown.bridge,
    "namespace_tool": ToolsDown.namespace,
    "web_search": ToolsDown.search,
}


def tools_up(tools: list[Json], at: Place, job: Job) -> list[Json]:
    """Chat tools as Responses tools, `strict` and `parameters` made explicit."""
    return job.each(tools, at, _tool_up)


def _tool_up(tool: Json, at: Place, job: Job) -> Json | None:
    """One Chat tool; None when nothing of it can be said."""
    kind = tool.get("type") or ""
    odd = job.source.odd_tools.get(kind)
    if odd is not None:
        return _odd_tool(odd, at, job)
    table = TOOLS_UP.get(kind)
    if table is None:
        job.note(UNKNOWN_TOOL, at)
        return None
    if (tool.get(kind) or {}).get("name") == "":
        job.note(NO_NAME, at)
        return None
    return explicit(job.plans[table].saying[tuple(tool)](tool, at, job))


def _odd_tool(odd: Any, at: Place, job: Job) -> Json | None:
    """What stands for a tool that only clients of the source know: a hosted tool, where the target has any."""
    if job.target.closed:
        job.note(odd.chat, at)
        return None
    job.note(odd.responses, at)
    made: Json = odd.tool()
    return made


def functions_up(functions: list[Json], at: Place, job: Job) -> list[Json]:
    """Deprecated `functions` as Responses tools."""
    return job.each(functions, at, _function_up)


def _function_up(function: Json, at: Place, job: Job) -> Json:
    if function["name"] == "":
        job.note(NO_NAME, at)
    return explicit({"type": "function", **said(job.plans["legacy_function"], function, at, job)})


def explicit(tool: Json) -> Json:
    """A function tool with the keys that Responses requires; absent strict is false on Chat (OBS-18)."""
    if tool["type"] == "function":
        tool.setdefault("strict", False)
        if "parameters" not in tool:
            tool["parameters"] = {"type": "object", "properties": {}}
    return tool


def strict_in_force(schema: Any) -> tuple[bool, Verdict]:
    """`strict` where Responses leaves it open, and what to say about it (OBS-18)."""
    if not schema:
        return False, STRICT_MOOT
    strict = schema.get("type") == "object" and fits_strict(schema)
    return strict, STRICT_ON if strict else STRICT_OFF
