"""Messages among the items of the Responses family."""

from typing import Literal

from respeak.models.base import Model, required_by_api
from respeak.models.responses.parts import InputContent, MessageContent, OutputMessageContent
from respeak.models.responses.shared import ItemStatus, MessagePhase


class EasyInputMessage(Model):
    """A message of any role, its content a string or parts, `EasyInputMessage`."""

    type: Literal["message"] | None = None
    role: Literal["user", "assistant", "system", "developer"]
    content: str | list[MessageContent]
    phase: MessagePhase | None = None


class InputMessage(Model):
    """A message to the model, with a status, `InputMessage`."""

    type: Literal["message"] | None = None
    role: Literal["user", "system", "developer"]
    status: ItemStatus | None = None
    content: list[InputContent]


class OutputMessage(Model):
    """A message of the model, `OutputMessage`."""

    type: Literal["message"] | None = required_by_api()
    id: str | None = required_by_api()
    role: Literal["assistant"]
    content: list[OutputMessageContent]
    phase: MessagePhase | None = None
    status: ItemStatus | None = required_by_api()
