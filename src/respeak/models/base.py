"""Model, the base of every wire object: strict about JSON types, tolerant of everything else.

Unknown keys pass, optional fields may be null; a string is never a number and a boolean never an integer.
What the API requires but the wild leaves out is optional here and marked, for closed schemas to ask for it.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Model", "required_by_api"]


class Model(BaseModel):
    """An object on the wire, read tolerantly and never changed."""

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
    )


def required_by_api() -> Any:
    """A field that the API requires and real traffic omits: optional, and `x-required` in the schema."""
    return Field(default=None, json_schema_extra={"x-required": True})
