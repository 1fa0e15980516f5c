"""The body of an HTTP error, as tolerant as errors are wild: proxies and gateways answer in many forms."""

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from respeak.models.base import Model, required_by_api

__all__ = ["Error", "ErrorResponse"]


class Error(Model):
    """What went wrong, `Error`."""

    message: str | None = required_by_api()
    type: str | None = required_by_api()
    param: str | None = required_by_api()
    code: str | int | None = required_by_api()


class Unjudged:
    """Marks a field whose documented form is not asked for: whatever comes is read, so that it reaches the client."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


class ErrorResponse(Model):
    """The body of an HTTP error, `ErrorResponse`; some services put a bare string under `error`."""

    error: Annotated[Error | str | None, Unjudged()] = required_by_api()
