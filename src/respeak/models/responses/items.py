"""The items of the Responses family: what goes in, what comes out, and how an item finds its class.

`type` is optional on messages and references: `type` present -> by type; absent with `role` -> message
(assistant with `id` -> OutputMessage); absent with only `id` -> item_reference; else refuse
(mapping.md R2C-ITEM).
"""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.responses import calls, computer, hosted, shells
from respeak.models.responses.messages import EasyInputMessage, InputMessage, OutputMessage
from respeak.models.responses.parts import MAX_IMAGE, ReasoningContent, SummaryContent
from respeak.models.responses.shared import ItemStatus, MessagePhase, TextResponseFormat
from respeak.models.shared import JsonObject, ReasoningEffort
from respeak.models.unions import OneOf, Unknown, peek, tag


class UnknownItem(Unknown):
    """An item of a type that this release does not know."""


class ReasoningItem(Model):
    """The model's reasoning, `ReasoningItem`."""

    type: Literal["reasoning"]
    id: str | None = required_by_api()
    encrypted_content: str | None = None
    summary: list[SummaryContent] | None = required_by_api()
    content: list[ReasoningContent] | None = None
    status: ItemStatus | None = None


class CompactionSummaryItemParam(Model):
    """Earlier turns in opaque form, as the client sends them, `CompactionSummaryItemParam`."""

    type: Literal["compaction"]
    id: str | None = None
    encrypted_content: Annotated[str, Field(max_length=MAX_IMAGE)]


class CompactionBody(Model):
    """Earlier turns in opaque form, as the service shows them, `CompactionBody`."""

    type: Literal["compaction"]
    id: str | None = required_by_api()
    encrypted_content: str
    created_by: str | None = None


class CompactionTriggerItemParam(Model):
    """The wish that earlier turns be compacted, `CompactionTriggerItemParam`."""

    type: Literal["compaction_trigger"]
    id: str | None = None  # SDK only


class ItemReferenceParam(Model):
    """An item that the service keeps, by its id, `ItemReferenceParam`."""

    type: Literal["item_reference"] | None = None
    id: str


class ConfigurationReasoning(Model):
    """The new effort, `ResponseConfigurationUpdateItemParamParam.reasoning` (SDK only)."""

    effort: ReasoningEffort | None = None


class ConfigurationText(Model):
    """The new format, `ResponseConfigurationUpdateItemParamParam.text` (SDK only)."""

    format: TextResponseFormat | None = required_by_api()


class ConfigurationUpdate(Model):
    """Settings that change mid-conversation, `ResponseConfigurationUpdateItemParamParam` (SDK only)."""

    type: Literal["configuration_update"]
    id: str | None = None
    reasoning: ConfigurationReasoning | None = None
    text: ConfigurationText | None = None


EASY, INPUT, OUTPUT = tag(EasyInputMessage), tag(InputMessage), tag(OutputMessage)
REFERENCE = tag(ItemReferenceParam)
NO_FIELDS: dict[str, object] = {}


def input_message(item: object) -> str | None:
    """Which of the three message classes an item means, by role and shape."""
    fields = item if isinstance(item, dict) else getattr(item, "__dict__", NO_FIELDS)  # runs for each message
    if type(fields.get("content")) is list:
        if fields.get("role") == "assistant":
            return EASY if fields.get("id") is None else OUTPUT
        if fields.get("status") is not None:
            return INPUT
    return EASY


def untyped_item(item: object) -> str | None:
    """What an item without `type` is: a message, a reference, or nothing that could be read."""
    if peek(item, "role") is not None:
        return input_message(item)
    only_id = isinstance(item, ItemReferenceParam) or (isinstance(item, dict) and item.keys() <= {"id", "type"})
    return REFERENCE if only_id and peek(item, "id") is not None else None


InputItem = Annotated[
    EasyInputMessage
    | InputMessage
    | OutputMessage
    | hosted.FileSearchToolCall
    | computer.ComputerToolCall
    | computer.ComputerCallOutputItemParam
    | hosted.WebSearchToolCall
    | calls.FunctionToolCall
    | calls.FunctionCallOutputItemParam
    | calls.ToolSearchCallItemParam
    | calls.ToolSearchOutputItemParam
    | calls.AdditionalToolsItemParam
    | ReasoningItem
    | CompactionSummaryItemParam
    | hosted.ImageGenToolCall
    | hosted.CodeInterpreterToolCall
    | shells.LocalShellToolCall
    | shells.LocalShellToolCallOutput
    | shells.FunctionShellCallItemParam
    | shells.FunctionShellCallOutputItemParam
    | shells.ApplyPatchToolCallItemParam
    | shells.ApplyPatchToolCallOutputItemParam
    | calls.MCPListTools
    | calls.MCPApprovalRequest
    | calls.MCPApprovalResponse
    | calls.MCPToolCall
    | calls.CustomToolCallOutput
    | calls.CustomToolCall
    | CompactionTriggerItemParam
    | ItemReferenceParam
    | calls.ProgramItemParam
    | calls.ProgramOutputItemParam
    | ConfigurationUpdate
    | UnknownItem,
    OneOf(special={"message": input_message, None: untyped_item}),
]

OutputItem = Annotated[
    OutputMessage
    | hosted.FileSearchToolCall
    | calls.FunctionToolCall
    | calls.FunctionToolCallOutputResource
    | hosted.WebSearchToolCall
    | computer.ComputerToolCall
    | computer.ComputerToolCallOutputResource
    | ReasoningItem
    | calls.ProgramItemParam
    | calls.ProgramOutputItemParam
    | calls.ToolSearchCall
    | calls.ToolSearchOutput
    | calls.AdditionalTools
    | CompactionBody
    | hosted.ImageGenToolCall
    | hosted.CodeInterpreterToolCall
    | shells.LocalShellToolCall
    | shells.LocalShellToolCallOutput
    | shells.FunctionShellCall
    | shells.FunctionShellCallOutput
    | shells.ApplyPatchToolCall
    | shells.ApplyPatchToolCallOutput
    | calls.MCPToolCall
    | calls.MCPListTools
    | calls.MCPApprovalRequest
    | calls.MCPApprovalResponseResource
    | calls.CustomToolCall
    | calls.CustomToolCallOutputResource
    | UnknownItem,
    OneOf(),
]


class OpeningItem(Model):
    """An item as it opens, `OutputItem`: what it is, and little else; its content comes with other events."""

    type: str
    id: str | None = None
    role: Literal["assistant"] | str | None = None
    phase: MessagePhase | None = None
    status: ItemStatus | None = None
    call_id: str | None = None
    name: str | None = None
    namespace: str | None = None
    arguments: JsonObject | str | None = None
    input: str | None = None
