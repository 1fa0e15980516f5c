"""Objects of the Responses family that stand in requests as well as in answers."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.responses.parts import InputContent
from respeak.models.shared import (
    JsonObject,
    ReasoningEffort,
    ResponseFormatJsonObject,
    ResponseFormatText,
    UnknownFormat,
    Verbosity,
)
from respeak.models.unions import OneOf, Unknown

MessagePhase = Literal["commentary", "final_answer"] | str
ItemStatus = Literal["in_progress", "completed", "incomplete"] | str
Truncation = Literal["auto", "disabled"] | str


class Reasoning(Model):
    """How the model reasons, `Reasoning`."""

    mode: Literal["standard", "pro"] | str | None = None
    effort: ReasoningEffort | None = None
    summary: Literal["auto", "concise", "detailed"] | str | None = None
    context: Literal["auto", "current_turn", "all_turns"] | str | None = None
    generate_summary: Literal["auto", "concise", "detailed"] | str | None = None


class TextResponseFormatJsonSchema(Model):
    """JSON that follows a schema, `TextResponseFormatJsonSchema`."""

    type: Literal["json_schema"]
    name: str
    schema_: JsonObject = Field(alias="schema")
    description: str | None = None
    strict: bool | None = None


TextResponseFormat = Annotated[
    ResponseFormatText | TextResponseFormatJsonSchema | ResponseFormatJsonObject | UnknownFormat, OneOf()
]


class ResponseTextParam(Model):
    """What the text of the answer is like, `ResponseTextParam`."""

    format: TextResponseFormat | None = None
    verbosity: Verbosity | None = None


class Prompt(Model):
    """A stored prompt and its variables, `Prompt`."""

    id: str
    version: str | None = None
    variables: dict[str, str | InputContent] | None = None


class Conversation(Model):
    """The conversation that the response belongs to, `ConversationParam-2` and `ResponseConversation`."""

    id: str


class DirectToolCallCaller(Model):
    """The model itself called the tool, `DirectToolCallCaller`."""

    type: Literal["direct"]


class ProgramToolCallCaller(Model):
    """A program called the tool, `ProgramToolCallCaller`."""

    type: Literal["program"]
    caller_id: str | None = required_by_api()


Caller = Annotated[DirectToolCallCaller | ProgramToolCallCaller | Unknown, OneOf()]


class AccessPrograms(Model):
    """Access programs that the request takes part in, `AccessPrograms` (SDK only)."""

    cyber: Literal["standard", "daybreak_blue", "daybreak_red"] | str | None = None


class ImageOptions(Model):
    """How images in the context are treated, `Image` (SDK only)."""

    context_compression: Literal["auto", "enabled", "disabled"] | str | None = None
