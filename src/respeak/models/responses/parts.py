"""Content parts of Responses messages and tool outputs, and the annotations of output text."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.shared import PromptCacheBreakpoint
from respeak.models.unions import OneOf, Unknown

ImageDetail = Literal["low", "high", "auto", "original"] | str
FileDetail = Literal["auto", "low", "high"] | str

MAX_TEXT = 10_485_760
MAX_IMAGE = 20_971_520
MAX_FILE = 73_400_320


class UnknownPart(Unknown):
    """A content part of a type that this release does not know."""


class UnknownAnnotation(Unknown):
    """An annotation of a type that this release does not know."""


class InputTextContent(Model):
    """Text for the model, `InputTextContent`."""

    type: Literal["input_text"]
    text: str
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class InputImageContent(Model):
    """An image for the model, by URL or by file id, `InputImageContent`."""

    type: Literal["input_image"]
    image_url: str | None = None
    file_id: str | None = None
    detail: ImageDetail | None = required_by_api()
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class InputFileContent(Model):
    """A file for the model, by id, by URL or in place, `InputFileContent`."""

    type: Literal["input_file"]
    file_id: str | None = None
    filename: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    detail: FileDetail | None = None
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class InputTextContentParam(Model):
    """Text that a tool gave, `InputTextContentParam`."""

    type: Literal["input_text"]
    text: Annotated[str, Field(max_length=MAX_TEXT)]
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class InputImageContentParamAutoParam(Model):
    """An image that a tool gave, `InputImageContentParamAutoParam`."""

    type: Literal["input_image"]
    image_url: Annotated[str, Field(max_length=MAX_IMAGE)] | None = None
    file_id: str | None = None
    detail: ImageDetail | None = None
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class InputFileContentParam(Model):
    """A file that a tool gave, `InputFileContentParam`."""

    type: Literal["input_file"]
    file_id: str | None = None
    filename: str | None = None
    file_data: Annotated[str, Field(max_length=MAX_FILE)] | None = None
    file_url: str | None = None
    detail: FileDetail | None = None
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class FileCitationBody(Model):
    """A citation of a file, `FileCitationBody`."""

    type: Literal["file_citation"]
    file_id: str | None = required_by_api()
    index: int | None = required_by_api()
    filename: str | None = required_by_api()


class UrlCitationBody(Model):
    """A citation of a web page, `UrlCitationBody`."""

    type: Literal["url_citation"]
    url: str | None = required_by_api()
    start_index: int | None = required_by_api()
    end_index: int | None = required_by_api()
    title: str | None = required_by_api()


class ContainerFileCitationBody(Model):
    """A citation of a file in a container, `ContainerFileCitationBody`."""

    type: Literal["container_file_citation"]
    container_id: str | None = required_by_api()
    file_id: str | None = required_by_api()
    start_index: int | None = required_by_api()
    end_index: int | None = required_by_api()
    filename: str | None = required_by_api()


class FilePath(Model):
    """A path to a file, `FilePath`."""

    type: Literal["file_path"]
    file_id: str | None = required_by_api()
    index: int | None = required_by_api()


Annotation = Annotated[
    FileCitationBody | UrlCitationBody | ContainerFileCitationBody | FilePath | UnknownAnnotation, OneOf()
]


class TopLogProb(Model):
    """One of the tokens that were likely, `TopLogProb`."""

    token: str
    logprob: float
    bytes: list[int] | None = required_by_api()


class LogProb(Model):
    """The log probability of a token, `LogProb`."""

    token: str
    logprob: float
    bytes: list[int] | None = required_by_api()
    top_logprobs: list[TopLogProb] | None = required_by_api()


class OutputTextContent(Model):
    """Text that the model wrote, `OutputTextContent`."""

    type: Literal["output_text"]
    text: str
    annotations: list[Annotation] | None = required_by_api()
    logprobs: list[LogProb] | None = required_by_api()


class RefusalContent(Model):
    """The model's refusal, `RefusalContent`."""

    type: Literal["refusal"]
    refusal: str


class ReasoningTextContent(Model):
    """A text of reasoning, `ReasoningTextContent`."""

    type: Literal["reasoning_text"]
    text: str


class SummaryTextContent(Model):
    """A summary of reasoning, `SummaryTextContent`."""

    type: Literal["summary_text"]
    text: str


class CodeInterpreterOutputLogs(Model):
    """What code wrote to its logs, `CodeInterpreterOutputLogs`."""

    type: Literal["logs"]
    logs: str


class CodeInterpreterOutputImage(Model):
    """An image that code made, `CodeInterpreterOutputImage`."""

    type: Literal["image"]
    url: str


class ComputerScreenshotImage(Model):
    """A screenshot, `ComputerScreenshotImage`."""

    type: Literal["computer_screenshot"]
    image_url: str | None = None
    file_id: str | None = None


InputContent = Annotated[InputTextContent | InputImageContent | InputFileContent | UnknownPart, OneOf()]
"""A part of what a user, system or developer says."""

# Clients echo the assistant's texts under either name.
OutputMessageContent = Annotated[OutputTextContent | RefusalContent | InputTextContent | UnknownPart, OneOf()]
"""A part of what the assistant said."""

MessageContent = Annotated[
    InputTextContent | InputImageContent | InputFileContent | OutputTextContent | RefusalContent | UnknownPart,
    OneOf(),
]
"""A part of a message of any role."""

FunctionOutputContent = Annotated[
    InputTextContentParam | InputImageContentParamAutoParam | InputFileContentParam | UnknownPart, OneOf()
]
"""A part of what a function gave back."""

SummaryContent = Annotated[SummaryTextContent | UnknownPart, OneOf()]
ReasoningContent = Annotated[ReasoningTextContent | UnknownPart, OneOf()]
CodeInterpreterOutput = Annotated[CodeInterpreterOutputLogs | CodeInterpreterOutputImage | UnknownPart, OneOf()]
