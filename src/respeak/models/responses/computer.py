"""Items of a computer that the model uses."""

from typing import Annotated, Literal

from respeak.models.base import Model, required_by_api
from respeak.models.responses.parts import ComputerScreenshotImage, UnknownPart
from respeak.models.responses.shared import ItemStatus
from respeak.models.unions import OneOf, Unknown


class ClickParam(Model):
    """A click, `ClickParam`."""

    type: Literal["click"]
    button: Literal["left", "right", "wheel", "back", "forward"] | str | None = required_by_api()
    x: int
    y: int
    keys: list[str] | None = None


class DoubleClickAction(Model):
    """A double click, `DoubleClickAction`."""

    type: Literal["double_click"]
    x: int
    y: int
    keys: list[str] | None = required_by_api()


class CoordParam(Model):
    """A point, `CoordParam`."""

    x: int
    y: int


class DragParam(Model):
    """A drag along a path, `DragParam`."""

    type: Literal["drag"]
    path: list[CoordParam]
    keys: list[str] | None = None


class KeyPressAction(Model):
    """Keys pressed together, `KeyPressAction`."""

    type: Literal["keypress"]
    keys: list[str]


class MoveParam(Model):
    """A move of the pointer, `MoveParam`."""

    type: Literal["move"]
    x: int
    y: int
    keys: list[str] | None = None


class ScreenshotParam(Model):
    """A look at the screen, `ScreenshotParam`."""

    type: Literal["screenshot"]


class ScrollParam(Model):
    """A scroll, `ScrollParam`."""

    type: Literal["scroll"]
    x: int
    y: int
    scroll_x: int
    scroll_y: int
    keys: list[str] | None = None


class TypeParam(Model):
    """Text typed, `TypeParam`."""

    type: Literal["type"]
    text: str


class WaitParam(Model):
    """A pause, `WaitParam`."""

    type: Literal["wait"]


ComputerAction = Annotated[
    ClickParam
    | DoubleClickAction
    | DragParam
    | KeyPressAction
    | MoveParam
    | ScreenshotParam
    | ScrollParam
    | TypeParam
    | WaitParam
    | Unknown,
    OneOf(),
]


class ComputerCallSafetyCheckParam(Model):
    """A safety check, `ComputerCallSafetyCheckParam`."""

    id: str
    code: str | None = None
    message: str | None = None


class ComputerToolCall(Model):
    """What the model does at the computer, `ComputerToolCall`."""

    type: Literal["computer_call"]
    id: str | None = required_by_api()
    call_id: str
    action: ComputerAction | None = None
    actions: list[ComputerAction] | None = None
    pending_safety_checks: list[ComputerCallSafetyCheckParam] | None = required_by_api()
    status: ItemStatus | None = required_by_api()


class ComputerCallOutputItemParam(Model):
    """What the screen shows then, as the client sends it, `ComputerCallOutputItemParam`."""

    type: Literal["computer_call_output"]
    id: str | None = None
    call_id: str
    output: Annotated[ComputerScreenshotImage | UnknownPart, OneOf()]
    acknowledged_safety_checks: list[ComputerCallSafetyCheckParam] | None = None
    status: ItemStatus | None = None


class ComputerToolCallOutputResource(ComputerCallOutputItemParam):
    """What the screen shows then, as the service shows it, `ComputerToolCallOutputResource`."""

    id: str | None = required_by_api()
    status: Literal["completed", "incomplete", "failed", "in_progress"] | str | None = required_by_api()
    created_by: str | None = None
