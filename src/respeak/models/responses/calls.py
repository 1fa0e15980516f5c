"""Items of tools that the client answers or a program calls: functions, custom tools, tool search, MCP."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.responses.parts import MAX_TEXT, FunctionOutputContent, InputContent
from respeak.models.responses.shared import Caller, ItemStatus
from respeak.models.responses.tools import Tool, ToolSearchExecution
from respeak.models.shared import JsonObject
from respeak.models.unions import OneOf, Unknown


class FunctionToolCall(Model):
    """A call of a function, its arguments JSON in a string, `FunctionToolCall`."""

    type: Literal["function_call"]
    id: str | None = None
    call_id: str
    name: str
    arguments: str
    namespace: str | None = None
    caller: Caller | None = None
    status: ItemStatus | None = None
    async_: bool | None = Field(default=None, alias="async")  # SDK only


class FunctionCallOutputItemParam(Model):
    """What a function gave back, as the client sends it, `FunctionCallOutputItemParam`."""

    type: Literal["function_call_output"]
    id: str | None = None
    call_id: str | None = None
    output: Annotated[str, Field(max_length=MAX_TEXT)] | list[FunctionOutputContent]
    name: str | None = None
    namespace: str | None = None
    caller: Caller | None = None
    status: ItemStatus | None = None


class FunctionToolCallOutputResource(Model):
    """What a function gave back, as the service shows it, `FunctionToolCallOutputResource`."""

    type: Literal["function_call_output"]
    id: str | None = required_by_api()
    call_id: str | None = None
    output: str | list[InputContent]
    name: str | None = None
    namespace: str | None = None
    caller: Caller | None = None
    status: ItemStatus | None = required_by_api()
    created_by: str | None = None


class CustomToolCall(Model):
    """A call of a custom tool, its input any text, `CustomToolCall`."""

    type: Literal["custom_tool_call"]
    id: str | None = None
    call_id: str
    name: str
    input: str
    namespace: str | None = None
    caller: Caller | None = None
    async_: bool | None = Field(default=None, alias="async")  # SDK only


class CustomToolCallOutput(Model):
    """What a custom tool gave back, as the client sends it, `CustomToolCallOutput`."""

    type: Literal["custom_tool_call_output"]
    id: str | None = None
    call_id: str
    output: str | list[InputContent]
    caller: Caller | None = None


class CustomToolCallOutputResource(CustomToolCallOutput):
    """What a custom tool gave back, as the service shows it, `CustomToolCallOutputResource`."""

    id: str | None = required_by_api()
    status: ItemStatus | None = required_by_api()
    created_by: str | None = None


class ToolSearchCallItemParam(Model):
    """A search for tools, as the client sends it, `ToolSearchCallItemParam`."""

    type: Literal["tool_search_call"]
    id: str | None = None
    call_id: str | None = None
    execution: ToolSearchExecution | None = None
    arguments: JsonObject | str | None = required_by_api()
    status: ItemStatus | None = None


class ToolSearchCall(ToolSearchCallItemParam):
    """A search for tools, as the service shows it, `ToolSearchCall`."""

    id: str | None = required_by_api()
    call_id: str | None = required_by_api()
    execution: ToolSearchExecution | None = required_by_api()
    status: ItemStatus | None = required_by_api()
    created_by: str | None = None


class ToolSearchOutputItemParam(Model):
    """The tools that were found, as the client sends them, `ToolSearchOutputItemParam`."""

    type: Literal["tool_search_output"]
    id: str | None = None
    call_id: str | None = None
    execution: ToolSearchExecution | None = None
    tools: list[Tool]
    status: ItemStatus | None = None


class ToolSearchOutput(ToolSearchOutputItemParam):
    """The tools that were found, as the service shows them, `ToolSearchOutput`."""

    id: str | None = required_by_api()
    call_id: str | None = required_by_api()
    execution: ToolSearchExecution | None = required_by_api()
    status: ItemStatus | None = required_by_api()
    created_by: str | None = None


class AdditionalToolsItemParam(Model):
    """Tools that come in mid-conversation, as the client sends them, `AdditionalToolsItemParam`."""

    type: Literal["additional_tools"]
    id: str | None = None
    role: Literal["developer"] | str | None = required_by_api()
    tools: list[Tool]


class AdditionalTools(AdditionalToolsItemParam):
    """Tools that came in mid-conversation, as the service shows them, `AdditionalTools`."""

    id: str | None = required_by_api()


class MCPListToolsTool(Model):
    """A tool of an MCP server, `MCPListToolsTool`."""

    name: str
    description: str | None = None
    input_schema: JsonObject | None = required_by_api()
    annotations: JsonObject | None = None


class MCPListTools(Model):
    """The tools that an MCP server has, `MCPListTools`."""

    type: Literal["mcp_list_tools"]
    id: str | None = required_by_api()
    server_label: str | None = required_by_api()
    tools: list[MCPListToolsTool]
    error: str | JsonObject | None = None


class MCPProtocolError(Model):
    """A failure of the MCP protocol, `MCPProtocolError`."""

    type: Literal["mcp_protocol_error"]
    code: int | None = required_by_api()
    message: str | None = required_by_api()


class MCPToolExecutionError(Model):
    """A failure of the tool, `MCPToolExecutionError`."""

    type: Literal["mcp_tool_execution_error"]
    content: list[object] | JsonObject | str | None = required_by_api()


class HTTPError(Model):
    """A failure of the connection, `HTTPError`."""

    type: Literal["http_error"]
    code: int | None = required_by_api()
    message: str | None = required_by_api()


MCPError = Annotated[MCPProtocolError | MCPToolExecutionError | HTTPError | Unknown, OneOf()]


class MCPToolCall(Model):
    """A call of an MCP tool with its result, `MCPToolCall`."""

    type: Literal["mcp_call"]
    id: str | None = required_by_api()
    server_label: str
    name: str
    arguments: str
    output: str | None = None
    error: str | MCPError | None = None
    status: Literal["in_progress", "completed", "incomplete", "calling", "failed"] | str | None = None
    approval_request_id: str | None = None


class MCPApprovalRequest(Model):
    """A call of an MCP tool that waits for approval, `MCPApprovalRequest`."""

    type: Literal["mcp_approval_request"]
    id: str
    server_label: str
    name: str
    arguments: str


class MCPApprovalResponse(Model):
    """The word on such a call, as the client sends it, `MCPApprovalResponse`."""

    type: Literal["mcp_approval_response"]
    id: str | None = None
    approval_request_id: str
    approve: bool
    reason: str | None = None
    request_id: str | None = None  # required by the specification, declared nowhere


class MCPApprovalResponseResource(MCPApprovalResponse):
    """The word on such a call, as the service shows it, `MCPApprovalResponseResource`."""

    id: str | None = required_by_api()


class ProgramItemParam(Model):
    """A program that calls tools, `ProgramItemParam` and `Program`."""

    type: Literal["program"]
    id: str | None = required_by_api()
    call_id: str
    code: Annotated[str, Field(max_length=MAX_TEXT)]
    fingerprint: Annotated[str, Field(max_length=MAX_TEXT)]


class ProgramOutputItemParam(Model):
    """What a program gave back, `ProgramOutputItemParam` and `ProgramOutput`."""

    type: Literal["program_output"]
    id: str | None = required_by_api()
    call_id: str
    result: Annotated[str, Field(max_length=MAX_TEXT)]
    status: Literal["completed", "incomplete"] | str | None = required_by_api()
