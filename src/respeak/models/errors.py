"""The body of an HTTP error, as tolerant as errors are wild: proxies and gateways answer in many forms."""

from respeak.models.base import Model, required_by_api

__all__ = ["Error", "ErrorResponse"]


class Error(Model):
    """What went wrong, `Error`."""

    message: str | None = required_by_api()
    type: str | None = required_by_api()
    param: str | None = required_by_api()
    code: str | int | None = required_by_api()


class ErrorResponse(Model):
    """The body of an HTTP error, `ErrorResponse`; some services put a bare string under `error`."""

    error: Error | str | None = required_by_api()
