"""AIML API's request (AIML API documentation of openai/gpt-5-3-codex): Responses with few fields.

Its answers read as the family's: the page lists `output_text` and no `output`, and `Response` reads both.
"""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model
from respeak.models.responses.items import InputItem
from respeak.models.responses.shared import Truncation
from respeak.models.responses.tool_choice import ToolChoice


class AimlapiRequest(Model):
    """A request to AIML API; `store` is false unless said, unlike everywhere else."""

    model: Literal["openai/gpt-5-3-codex"]
    input: str | list[InputItem]
    background: bool | None = None
    instructions: str | None = None
    max_output_tokens: Annotated[int, Field(ge=16)] | None = None
    previous_response_id: str | None = None
    store: bool | None = None
    stream: bool | None = None
    truncation: Truncation | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
