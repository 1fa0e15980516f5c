"""What a Responses request says about which tool is to be used."""

from typing import Annotated, Literal

from respeak.models.base import Model
from respeak.models.shared import JsonObject
from respeak.models.unions import OneOf, Unknown

ToolChoiceOptions = Literal["none", "auto", "required"]


class UnknownToolChoice(Unknown):
    """A choice of a type that this release does not know."""


class ToolChoiceAllowed(Model):
    """Only some of the tools, `ToolChoiceAllowed`."""

    type: Literal["allowed_tools"]
    mode: Literal["auto", "required"]
    tools: list[JsonObject]


class ToolChoiceTypes(Model):
    """A hosted tool, `ToolChoiceTypes`."""

    type: Literal[
        "file_search",
        "web_search_preview",
        "computer",
        "computer_use_preview",
        "computer_use",
        "web_search_preview_2025_03_11",
        "image_generation",
        "code_interpreter",
    ]


class ToolChoiceFunction(Model):
    """A function, `ToolChoiceFunction`."""

    type: Literal["function"]
    name: str


class ToolChoiceMCP(Model):
    """A tool of an MCP server, `ToolChoiceMCP`."""

    type: Literal["mcp"]
    server_label: str
    name: str | None = None


class ToolChoiceCustom(Model):
    """A custom tool, `ToolChoiceCustom`."""

    type: Literal["custom"]
    name: str


class SpecificProgrammaticToolCallingParam(Model):
    """Programmatic tool calling, `SpecificProgrammaticToolCallingParam`."""

    type: Literal["programmatic_tool_calling"]


class SpecificApplyPatchParam(Model):
    """The patch tool, `SpecificApplyPatchParam`."""

    type: Literal["apply_patch"]


class SpecificFunctionShellParam(Model):
    """The shell, `SpecificFunctionShellParam`."""

    type: Literal["shell"]


ToolChoice = (
    ToolChoiceOptions
    | Annotated[
        ToolChoiceAllowed
        | ToolChoiceTypes
        | ToolChoiceFunction
        | ToolChoiceMCP
        | ToolChoiceCustom
        | SpecificProgrammaticToolCallingParam
        | SpecificApplyPatchParam
        | SpecificFunctionShellParam
        | UnknownToolChoice,
        OneOf(),
    ]
)
