"""The events of a streamed Responses answer; events that carry the same are one class.

Numbers, indices and ids are required by the API and left out by services, so readers do not ask for them.
"""

from typing import Annotated, Literal

from pydantic import RootModel

from respeak.models.base import Model, required_by_api
from respeak.models.errors import Error
from respeak.models.responses.items import OpeningItem, OutputItem
from respeak.models.responses.parts import (
    Annotation,
    OutputTextContent,
    ReasoningTextContent,
    RefusalContent,
    UnknownPart,
)
from respeak.models.responses.response import Response
from respeak.models.responses.shells import FunctionShellCallOutputContent
from respeak.models.unions import OneOf, Unknown


class Event(Model):
    """What all events have."""

    sequence_number: int | None = required_by_api()


class ItemEvent(Event):
    """An event of one item of the output."""

    output_index: int | None = required_by_api()
    item_id: str | None = required_by_api()


class ContentEvent(ItemEvent):
    """An event of one part of an item's content."""

    content_index: int | None = required_by_api()


class SummaryEvent(ItemEvent):
    """An event of one part of a reasoning item's summary."""

    summary_index: int | None = required_by_api()


class CommandEvent(Event):
    """An event of one command of a shell call."""

    output_index: int | None = required_by_api()
    command_index: int | None = required_by_api()


class EventTopLogProb(Model):
    """One of the tokens that were likely, `ResponseLogProb.top_logprobs`."""

    token: str | None = None
    logprob: float | None = None


class ResponseLogProb(Model):
    """The log probability of a token, `ResponseLogProb`: without bytes, unlike the finished answer's."""

    token: str
    logprob: float
    top_logprobs: list[EventTopLogProb] | None = None


class SummaryPart(Model):
    """A part of a summary, `ResponseReasoningSummaryPartAddedEvent.part`."""

    type: Literal["summary_text"] | str | None = required_by_api()
    text: str | None = required_by_api()


class ShellCallOutputDelta(Model):
    """What a shell wrote since, `ShellCallOutputDelta`."""

    stdout: str | None = None
    stderr: str | None = None


OutputContent = Annotated[OutputTextContent | RefusalContent | ReasoningTextContent | UnknownPart, OneOf()]


class StatusEvent(Event):
    """The response as it stands.

    `ResponseCreatedEvent`, `ResponseQueuedEvent`, `ResponseInProgressEvent`, `ResponseCompletedEvent`,
    `ResponseIncompleteEvent`, `ResponseFailedEvent`.
    """

    type: Literal[
        "response.created",
        "response.queued",
        "response.in_progress",
        "response.completed",
        "response.incomplete",
        "response.failed",
    ]
    response: Response


class ResponseErrorEvent(Event):
    """The stream breaks; some services nest what went wrong under `error`, `ResponseErrorEvent`."""

    type: Literal["error"]
    code: str | int | None = required_by_api()
    message: str | None = required_by_api()
    param: str | None = required_by_api()
    error: Error | None = None


class ResponseDoneEvent(Event):
    """The answer is complete; no schema has it, the Codex backend ends its streams so."""

    type: Literal["response.done"]
    response: Response | None = None


class ResponseOutputItemAddedEvent(Event):
    """An item opens, `ResponseOutputItemAddedEvent`."""

    type: Literal["response.output_item.added"]
    output_index: int | None = required_by_api()
    item: OpeningItem


class ResponseOutputItemDoneEvent(Event):
    """An item is whole, `ResponseOutputItemDoneEvent`."""

    type: Literal["response.output_item.done"]
    output_index: int | None = required_by_api()
    item: OutputItem


class ContentPartEvent(ContentEvent):
    """A part opens, or is whole: `ResponseContentPartAddedEvent`, `ResponseContentPartDoneEvent`."""

    type: Literal["response.content_part.added", "response.content_part.done"]
    part: OutputContent


class ResponseTextDeltaEvent(ContentEvent):
    """More text, `ResponseTextDeltaEvent`."""

    type: Literal["response.output_text.delta"]
    delta: str
    logprobs: list[ResponseLogProb] | None = required_by_api()
    obfuscation: str | None = None


class ResponseTextDoneEvent(ContentEvent):
    """The text is whole, `ResponseTextDoneEvent`."""

    type: Literal["response.output_text.done"]
    text: str
    logprobs: list[ResponseLogProb] | None = required_by_api()


class ResponseOutputTextAnnotationAddedEvent(ContentEvent):
    """An annotation of the text, `ResponseOutputTextAnnotationAddedEvent`."""

    type: Literal["response.output_text.annotation.added"]
    annotation_index: int | None = required_by_api()
    annotation: Annotation | None = required_by_api()


class ContentDeltaEvent(ContentEvent):
    """More of a refusal, more reasoning: `ResponseRefusalDeltaEvent`, `ResponseReasoningTextDeltaEvent`."""

    type: Literal["response.refusal.delta", "response.reasoning_text.delta"]
    delta: str


class ResponseRefusalDoneEvent(ContentEvent):
    """The refusal is whole, `ResponseRefusalDoneEvent`."""

    type: Literal["response.refusal.done"]
    refusal: str


class ResponseReasoningTextDoneEvent(ContentEvent):
    """The reasoning is whole, `ResponseReasoningTextDoneEvent`."""

    type: Literal["response.reasoning_text.done"]
    text: str


class SummaryPartEvent(SummaryEvent):
    """A part of the summary opens, or is whole.

    `ResponseReasoningSummaryPartAddedEvent`, `ResponseReasoningSummaryPartDoneEvent`.
    """

    type: Literal["response.reasoning_summary_part.added", "response.reasoning_summary_part.done"]
    part: SummaryPart | None = required_by_api()
    status: Literal["incomplete"] | str | None = None


class ResponseReasoningSummaryTextDeltaEvent(SummaryEvent):
    """More of the summary, `ResponseReasoningSummaryTextDeltaEvent`."""

    type: Literal["response.reasoning_summary_text.delta"]
    delta: str


class ResponseReasoningSummaryTextDoneEvent(SummaryEvent):
    """The summary is whole, `ResponseReasoningSummaryTextDoneEvent`."""

    type: Literal["response.reasoning_summary_text.done"]
    text: str


class ItemDeltaEvent(ItemEvent):
    """More of the arguments, the input or the code of a call.

    `ResponseFunctionCallArgumentsDeltaEvent`, `ResponseCustomToolCallInputDeltaEvent`,
    `ResponseCodeInterpreterCallCodeDeltaEvent`, `ResponseMCPCallArgumentsDeltaEvent`.
    """

    type: Literal[
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "response.code_interpreter_call_code.delta",
        "response.mcp_call_arguments.delta",
    ]
    delta: str


class ResponseFunctionCallArgumentsDoneEvent(ItemEvent):
    """The arguments are whole, `ResponseFunctionCallArgumentsDoneEvent`."""

    type: Literal["response.function_call_arguments.done"]
    arguments: str
    name: str | None = required_by_api()


class ResponseCustomToolCallInputDoneEvent(ItemEvent):
    """The input of a custom tool is whole, `ResponseCustomToolCallInputDoneEvent`."""

    type: Literal["response.custom_tool_call_input.done"]
    input: str


class ProgressEvent(ItemEvent):
    """A hosted tool gets on.

    `ResponseWebSearchCallInProgressEvent`, `ResponseWebSearchCallSearchingEvent`,
    `ResponseWebSearchCallCompletedEvent`, `ResponseFileSearchCallInProgressEvent`,
    `ResponseFileSearchCallSearchingEvent`, `ResponseFileSearchCallCompletedEvent`,
    `ResponseCodeInterpreterCallInProgressEvent`, `ResponseCodeInterpreterCallInterpretingEvent`,
    `ResponseCodeInterpreterCallCompletedEvent`, `ResponseImageGenCallInProgressEvent`,
    `ResponseImageGenCallGeneratingEvent`, `ResponseImageGenCallCompletedEvent`,
    `ResponseMCPListToolsInProgressEvent`, `ResponseMCPListToolsCompletedEvent`, `ResponseMCPListToolsFailedEvent`,
    `ResponseMCPCallInProgressEvent`, `ResponseMCPCallCompletedEvent`, `ResponseMCPCallFailedEvent`,
    `ResponseCompactionCompactingEvent` (the last in the SDK only).
    """

    type: Literal[
        "response.web_search_call.in_progress",
        "response.web_search_call.searching",
        "response.web_search_call.completed",
        "response.file_search_call.in_progress",
        "response.file_search_call.searching",
        "response.file_search_call.completed",
        "response.code_interpreter_call.in_progress",
        "response.code_interpreter_call.interpreting",
        "response.code_interpreter_call.completed",
        "response.image_generation_call.in_progress",
        "response.image_generation_call.generating",
        "response.image_generation_call.completed",
        "response.mcp_list_tools.in_progress",
        "response.mcp_list_tools.completed",
        "response.mcp_list_tools.failed",
        "response.mcp_call.in_progress",
        "response.mcp_call.completed",
        "response.mcp_call.failed",
        "response.compaction.compacting",
    ]


class ResponseCodeInterpreterCallCodeDoneEvent(ItemEvent):
    """The code is whole, `ResponseCodeInterpreterCallCodeDoneEvent`."""

    type: Literal["response.code_interpreter_call_code.done"]
    code: str


class ResponseImageGenCallPartialImageEvent(ItemEvent):
    """An image as far as it is drawn, `ResponseImageGenCallPartialImageEvent`."""

    type: Literal["response.image_generation_call.partial_image"]
    partial_image_index: int | None = required_by_api()
    partial_image_b64: str
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None


class ResponseMCPCallArgumentsDoneEvent(ItemEvent):
    """The arguments for an MCP tool are whole, `ResponseMCPCallArgumentsDoneEvent`."""

    type: Literal["response.mcp_call_arguments.done"]
    arguments: str


class CommandTextEvent(CommandEvent):
    """A command opens, or is whole.

    `ResponseShellCallCommandAddedStreamingEvent`, `ResponseShellCallCommandDoneStreamingEvent`.
    """

    type: Literal["response.shell_call_command.added", "response.shell_call_command.done"]
    command: str


class ResponseShellCallCommandDeltaStreamingEvent(CommandEvent):
    """More of a command, `ResponseShellCallCommandDeltaStreamingEvent`."""

    type: Literal["response.shell_call_command.delta"]
    delta: str
    obfuscation: str | None = None


class ResponseShellCallOutputContentDeltaStreamingEvent(CommandEvent):
    """More that a command wrote, `ResponseShellCallOutputContentDeltaStreamingEvent`."""

    type: Literal["response.shell_call_output_content.delta"]
    item_id: str | None = required_by_api()
    delta: ShellCallOutputDelta


class ResponseShellCallOutputContentDoneStreamingEvent(CommandEvent):
    """All that a command wrote, `ResponseShellCallOutputContentDoneStreamingEvent`."""

    type: Literal["response.shell_call_output_content.done"]
    item_id: str | None = required_by_api()
    output: list[FunctionShellCallOutputContent]


class AudioDeltaEvent(Event):
    """More sound, or more of what is spoken: `ResponseAudioDeltaEvent`, `ResponseAudioTranscriptDeltaEvent`."""

    type: Literal["response.audio.delta", "response.audio.transcript.delta"]
    delta: str


class AudioDoneEvent(Event):
    """The sound, or what is spoken, is whole: `ResponseAudioDoneEvent`, `ResponseAudioTranscriptDoneEvent`."""

    type: Literal["response.audio.done", "response.audio.transcript.done"]


StreamEvent = Annotated[
    StatusEvent
    | ResponseDoneEvent
    | ResponseErrorEvent
    | ResponseOutputItemAddedEvent
    | ResponseOutputItemDoneEvent
    | ContentPartEvent
    | ResponseTextDeltaEvent
    | ResponseTextDoneEvent
    | ResponseOutputTextAnnotationAddedEvent
    | ContentDeltaEvent
    | ResponseRefusalDoneEvent
    | ResponseReasoningTextDoneEvent
    | SummaryPartEvent
    | ResponseReasoningSummaryTextDeltaEvent
    | ResponseReasoningSummaryTextDoneEvent
    | ItemDeltaEvent
    | ResponseFunctionCallArgumentsDoneEvent
    | ResponseCustomToolCallInputDoneEvent
    | ProgressEvent
    | ResponseCodeInterpreterCallCodeDoneEvent
    | ResponseImageGenCallPartialImageEvent
    | ResponseMCPCallArgumentsDoneEvent
    | CommandTextEvent
    | ResponseShellCallCommandDeltaStreamingEvent
    | ResponseShellCallOutputContentDeltaStreamingEvent
    | ResponseShellCallOutputContentDoneStreamingEvent
    | AudioDeltaEvent
    | AudioDoneEvent
    | Unknown,
    OneOf(),
]


class ResponseStreamEvent(RootModel[StreamEvent]):
    """One event of a streamed answer, `ResponseStreamEvent`."""
