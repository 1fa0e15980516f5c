"""Items of tools that the service runs itself: search, images, code."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.responses.parts import CodeInterpreterOutput
from respeak.models.unions import OneOf, Unknown


class FileSearchResult(Model):
    """A file that was found, `FileSearchToolCall.results`."""

    file_id: str | None = None
    text: str | None = None
    filename: str | None = None
    attributes: Annotated[dict[str, str | float | bool], Field(max_length=16)] | None = None
    score: float | None = None


class FileSearchToolCall(Model):
    """A search in vector stores, `FileSearchToolCall`."""

    type: Literal["file_search_call"]
    id: str | None = required_by_api()
    status: Literal["in_progress", "searching", "completed", "incomplete", "failed"] | str | None = required_by_api()
    queries: list[str] | None = required_by_api()
    results: list[FileSearchResult] | None = None


class WebSearchSource(Model):
    """A page that a web search found, `WebSearchActionSearch.sources`."""

    type: Literal["url"] | str | None = required_by_api()
    url: str | None = required_by_api()


class WebSearchActionSearch(Model):
    """A web search, `WebSearchActionSearch`."""

    type: Literal["search"]
    query: str | None = None
    queries: list[str] | None = None
    sources: list[WebSearchSource] | None = None


class WebSearchActionOpenPage(Model):
    """A page opened, `WebSearchActionOpenPage`."""

    type: Literal["open_page"]
    url: str | None = None


class WebSearchActionFind(Model):
    """A pattern looked for in a page, `WebSearchActionFind`."""

    type: Literal["find_in_page"]
    url: str | None = required_by_api()
    pattern: str | None = required_by_api()


WebSearchAction = Annotated[WebSearchActionSearch | WebSearchActionOpenPage | WebSearchActionFind | Unknown, OneOf()]


class WebSearchToolCall(Model):
    """A step of a web search, `WebSearchToolCall`."""

    type: Literal["web_search_call"]
    id: str | None = required_by_api()
    status: Literal["in_progress", "searching", "completed", "failed", "incomplete"] | str | None = required_by_api()
    action: WebSearchAction | None = required_by_api()


class ImageGenModerationDetails(Model):
    """Why an image was refused, `ImageGenerationCallErrorModerationDetails` (SDK only)."""

    categories: list[str] | None = required_by_api()
    moderation_stage: Literal["input", "output", "unknown"] | str | None = required_by_api()


class ImageGenError(Model):
    """Why there is no image, `ImageGenerationCallError` (SDK only)."""

    code: str | None = required_by_api()
    message: str | None = required_by_api()
    param: str | None = required_by_api()
    type: str | None = required_by_api()
    moderation_details: ImageGenModerationDetails | None = None


class ImageGenSvgUsage(Model):
    """What an SVG cost, `ImageGenerationCallSvgUsage` (SDK only)."""

    model: str | None = required_by_api()
    input_tokens: int | None = required_by_api()
    output_tokens: int | None = required_by_api()
    reasoning_tokens: int | None = required_by_api()
    total_tokens: int | None = required_by_api()


class ImageGenToolCall(Model):
    """An image that was generated, `ImageGenToolCall`."""

    type: Literal["image_generation_call"]
    id: str | None = required_by_api()
    status: Literal["in_progress", "completed", "generating", "failed"] | str | None = required_by_api()
    result: str | None = required_by_api()
    # Known to the SDK only.
    action: Literal["generate", "edit", "auto"] | str | None = None
    background: Literal["transparent", "opaque", "auto"] | str | None = None
    error: ImageGenError | None = None
    output_format: Literal["png", "webp", "jpeg", "gif", "svg"] | str | None = None
    quality: Literal["low", "medium", "high", "xhigh", "max", "auto"] | str | None = None
    revised_prompt: str | None = None
    size: Literal["1024x1024", "1024x1536", "1536x1024"] | str | None = None
    svg_usage: ImageGenSvgUsage | None = None


class CodeInterpreterToolCall(Model):
    """Code that was run, `CodeInterpreterToolCall`."""

    type: Literal["code_interpreter_call"]
    id: str | None = required_by_api()
    status: Literal["in_progress", "completed", "incomplete", "interpreting", "failed"] | str | None = required_by_api()
    container_id: str | None = required_by_api()
    code: str | None = required_by_api()
    outputs: list[CodeInterpreterOutput] | None = required_by_api()
