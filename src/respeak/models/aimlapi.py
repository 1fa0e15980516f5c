"""AIML API's request and answer (AIML API documentation of openai/gpt-5-3-codex): Responses with few fields.

The fields written here are those that the page documents, with its ranges and defaults. Whatever else comes is
read as the family reads it; the page lists `output_text` and no `output`, and both are read.
"""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import required_by_api
from respeak.models.responses.items import InputItem
from respeak.models.responses.request import CreateResponse
from respeak.models.responses.response import Response, ResponseStatus
from respeak.models.responses.shared import Truncation
from respeak.models.responses.tool_choice import ToolChoice
from respeak.models.shared import ServiceTierResponses


class AimlapiRequest(CreateResponse):
    """A request to AIML API; `store` is false unless said, unlike everywhere else."""

    model: Literal["openai/gpt-5-3-codex"]
    input: str | list[InputItem]
    background: bool | None = False
    instructions: str | None = None
    max_output_tokens: Annotated[int, Field(ge=16)] | None = None
    previous_response_id: str | None = None
    store: bool | None = False
    stream: bool | None = False
    truncation: Truncation | None = "disabled"
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None


class AimlapiResponse(Response):
    """An answer of AIML API; streams and the values of `status` are not documented."""

    id: str | None = required_by_api()
    object: Literal["response"] | str | None = required_by_api()
    created_at: float | None = required_by_api()
    model: str | None = required_by_api()
    parallel_tool_calls: bool | None = required_by_api()
    background: bool | None = None
    instructions: str | list[InputItem] | None = None
    max_output_tokens: int | None = None
    output_text: str | None = None
    previous_response_id: str | None = None
    service_tier: ServiceTierResponses | None = None
    status: ResponseStatus | None = None
    temperature: Annotated[float, Field(le=2)] | None = None
    tool_choice: ToolChoice | None = None
    top_p: float | None = None
    truncation: Truncation | None = None
