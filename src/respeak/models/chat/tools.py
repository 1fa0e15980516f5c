"""The tools of a Chat request, the choice among them, the calls of them, and the older functions."""

from typing import Annotated, Literal

from respeak.models.base import Model, required_by_api
from respeak.models.shared import JsonObject
from respeak.models.unions import OneOf, Unknown, peek, tag


class UnknownTool(Unknown):
    """A tool of a type that this release does not know."""


class UnknownToolCall(Unknown):
    """A call of a type that this release does not know."""


class UnknownToolChoice(Unknown):
    """A choice of a type that this release does not know."""


class FunctionObject(Model):
    """What a function is, `FunctionObject`."""

    name: str
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None


class ChatCompletionTool(Model):
    """A function of the client, `ChatCompletionTool`."""

    type: Literal["function"]
    function: FunctionObject


class Grammar(Model):
    """A grammar and the language it is written in, `CustomToolChatCompletions.custom.format.grammar`."""

    definition: str
    syntax: Literal["lark", "regex"]


class CustomToolTextFormat(Model):
    """Free text as input, `CustomToolChatCompletions.custom.format`."""

    type: Literal["text"]


class CustomToolGrammarFormat(Model):
    """Text that follows a grammar, `CustomToolChatCompletions.custom.format`."""

    type: Literal["grammar"]
    grammar: Grammar


class CustomToolObject(Model):
    """What a custom tool is, `CustomToolChatCompletions.custom`."""

    name: str
    description: str | None = None
    format: Annotated[CustomToolTextFormat | CustomToolGrammarFormat | Unknown, OneOf()] | None = None


class CustomToolChatCompletions(Model):
    """A tool of the client that takes text instead of JSON, `CustomToolChatCompletions`."""

    type: Literal["custom"]
    custom: CustomToolObject


Tool = Annotated[ChatCompletionTool | CustomToolChatCompletions | UnknownTool, OneOf()]


class ChatCompletionFunctions(Model):
    """A function in the older form, `ChatCompletionFunctions`."""

    name: str
    description: str | None = None
    parameters: JsonObject | None = None


class ChatCompletionFunctionCallOption(Model):
    """The choice of one function in the older form, `ChatCompletionFunctionCallOption`."""

    name: str


class ToolName(Model):
    """A tool by its name, as choices hold it."""

    name: str


class ChatCompletionAllowedTools(Model):
    """Some of the tools, `ChatCompletionAllowedTools`."""

    mode: Literal["auto", "required"]
    tools: list[JsonObject]


class ChatCompletionAllowedToolsChoice(Model):
    """Only some of the tools, `ChatCompletionAllowedToolsChoice`."""

    type: Literal["allowed_tools"]
    allowed_tools: ChatCompletionAllowedTools


class ChatCompletionNamedToolChoice(Model):
    """A function, `ChatCompletionNamedToolChoice`."""

    type: Literal["function"]
    function: ToolName


class ChatCompletionNamedToolChoiceCustom(Model):
    """A custom tool, `ChatCompletionNamedToolChoiceCustom`."""

    type: Literal["custom"]
    custom: ToolName


# Open, since some services have words of their own ("any" for "required") and answer to them.
ToolChoiceMode = Literal["none", "auto", "required"] | str

ToolChoice = (
    ToolChoiceMode
    | Annotated[
        ChatCompletionAllowedToolsChoice
        | ChatCompletionNamedToolChoice
        | ChatCompletionNamedToolChoiceCustom
        | UnknownToolChoice,
        OneOf(),
    ]
)


class FunctionCall(Model):
    """The name and the arguments (JSON in a string) of a call; also the older `function_call`."""

    name: str
    arguments: str


class CustomCall(Model):
    """The name and the input (any text) of a call of a custom tool."""

    name: str
    input: str


class ChatCompletionMessageToolCall(Model):
    """A call of a function, `ChatCompletionMessageToolCall`."""

    id: str
    type: Literal["function"] | None = required_by_api()
    function: FunctionCall


class ChatCompletionMessageCustomToolCall(Model):
    """A call of a custom tool, `ChatCompletionMessageCustomToolCall`."""

    id: str
    type: Literal["custom"] | None = required_by_api()
    custom: CustomCall


FUNCTION, CUSTOM = tag(ChatCompletionMessageToolCall), tag(ChatCompletionMessageCustomToolCall)


def untyped_call(call: object) -> str | None:
    """A call without `type` is of a function or of a custom tool, by the key it has."""
    if peek(call, "function") is not None:
        return FUNCTION
    return CUSTOM if peek(call, "custom") is not None else None


ToolCall = Annotated[
    ChatCompletionMessageToolCall | ChatCompletionMessageCustomToolCall | UnknownToolCall,
    OneOf(special={None: untyped_call}),
]
