"""Requests of clients written after the page "Definition: GPT-5.3-Codex": Chat, and fields that neither API has.

The tools that the page invents (code_interpreter, web_browser) read as tools of an unknown type do.
"""

from respeak.models.chat.request import CreateChatCompletionRequest


class CodexGuideRequest(CreateChatCompletionRequest):
    """A request as that page teaches it."""

    system_prompt: str | None = None
    tool_use_approval: bool | str | None = None
