"""Models of the Chat family; the modules are named after what they hold."""

from respeak.models.chat.request import CreateChatCompletionRequest
from respeak.models.chat.response import CreateChatCompletionResponse

__all__ = ["CreateChatCompletionRequest", "CreateChatCompletionResponse"]
