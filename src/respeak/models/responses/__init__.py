"""Models of the Responses family; the modules are named after what they hold."""

from respeak.models.responses.request import CreateResponse
from respeak.models.responses.response import Response

__all__ = ["CreateResponse", "Response"]
