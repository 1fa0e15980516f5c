"""Content parts of Chat messages."""

from typing import Annotated, Literal

from respeak.models.base import Model
from respeak.models.shared import PromptCacheBreakpoint
from respeak.models.unions import OneOf, Unknown


class UnknownPart(Unknown):
    """A content part of a type that this release does not know."""


class ChatCompletionRequestMessageContentPartText(Model):
    """Text, `ChatCompletionRequestMessageContentPartText`."""

    type: Literal["text"]
    text: str
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class ImageUrl(Model):
    """Where an image is, `ChatCompletionRequestMessageContentPartImage.image_url`."""

    url: str
    detail: Literal["auto", "low", "high", "original"] | str | None = None


class ChatCompletionRequestMessageContentPartImage(Model):
    """An image, `ChatCompletionRequestMessageContentPartImage`."""

    type: Literal["image_url"]
    image_url: ImageUrl
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class InputAudio(Model):
    """Sound in base 64, `ChatCompletionRequestMessageContentPartAudio.input_audio`."""

    data: str
    format: Literal["wav", "mp3"] | str


class ChatCompletionRequestMessageContentPartAudio(Model):
    """Sound, `ChatCompletionRequestMessageContentPartAudio`."""

    type: Literal["input_audio"]
    input_audio: InputAudio
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class FileSource(Model):
    """A file by id or in place, `ChatCompletionRequestMessageContentPartFile.file`."""

    filename: str | None = None
    file_data: str | None = None
    file_id: str | None = None


class ChatCompletionRequestMessageContentPartFile(Model):
    """A file, `ChatCompletionRequestMessageContentPartFile`."""

    type: Literal["file"]
    file: FileSource
    prompt_cache_breakpoint: PromptCacheBreakpoint | None = None


class ChatCompletionRequestMessageContentPartRefusal(Model):
    """A refusal, `ChatCompletionRequestMessageContentPartRefusal`."""

    type: Literal["refusal"]
    refusal: str


TextPart = Annotated[ChatCompletionRequestMessageContentPartText | UnknownPart, OneOf()]
"""A part of what a system, a developer or a tool says."""

AssistantPart = Annotated[
    ChatCompletionRequestMessageContentPartText | ChatCompletionRequestMessageContentPartRefusal | UnknownPart,
    OneOf(),
]
"""A part of what the assistant said."""

UserPart = Annotated[
    ChatCompletionRequestMessageContentPartText
    | ChatCompletionRequestMessageContentPartImage
    | ChatCompletionRequestMessageContentPartAudio
    | ChatCompletionRequestMessageContentPartFile
    | UnknownPart,
    OneOf(),
]
"""A part of what a user says."""
