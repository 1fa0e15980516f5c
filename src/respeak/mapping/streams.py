"""What becomes of the events and chunks of streams: the words beside the stages, and what may be lost of a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from respeak.loss import Verdict
from respeak.mapping.explained import Explained
from respeak.plan import UNKNOWN
from respeak.profiles.profile import Profile
from respeak.streams.gather_calls import CHANGED_ID, LATE_ID, LATE_NAME
from respeak.streams.gather_chat import MERGED
from respeak.streams.settle import CONTRADICTED, CUT, UNKNOWN_EVENT
from respeak.streams.up import LATE_CITATION, LATE_LOGPROBS, LATE_PHASE
from respeak.streams.words import SILENT

Words = Mapping[str, tuple[str | None, str]]
"""Event or part of a chunk -> what the client gets, and the rule in words."""

OF_TERMINAL = "the finished answer is translated like any other, and tells every loss"

DOWN: Words = {
    "response.created": ("first chunk", "fixes id, created and model; held back until the first item is known"),
    "response.output_item.added": (
        "delta.tool_calls[]",
        "a call: index, id, type and name, once; a message: the separator, if another message spoke before it",
    ),
    "response.output_item.done": (
        "delta",
        "what no delta delivered; calls of shell and patch tools are sent whole, as functions",
    ),
    "response.content_part.added": ("delta.content", "text that the part holds already"),
    "response.content_part.done": ("delta.content", "what no delta delivered"),
    "response.output_text.delta": ("delta.content", "copied; logprobs get the bytes of their tokens"),
    "response.output_text.done": ("delta.content", "what no delta delivered"),
    "response.output_text.annotation.added": (
        "delta.annotations[]",
        "citations of URLs, shifted when texts are joined; an extension that the official SDK gathers",
    ),
    "response.refusal.delta": ("delta.refusal", "copied"),
    "response.refusal.done": ("delta.refusal", "what no delta delivered"),
    "response.function_call_arguments.delta": ("delta.tool_calls[].function.arguments", "copied"),
    "response.function_call_arguments.done": ("delta.tool_calls[].function.arguments", "what no delta delivered"),
    "response.custom_tool_call_input.delta": ("delta.tool_calls[].custom.input", "copied"),
    "response.custom_tool_call_input.done": ("delta.tool_calls[].custom.input", "what no delta delivered"),
    "response.audio.delta": ("delta.audio.data", "copied"),
    "response.audio.transcript.delta": ("delta.audio.transcript", "copied"),
    "response.completed": ("finish chunk, usage chunk", OF_TERMINAL),
    "response.incomplete": ("finish chunk, usage chunk", OF_TERMINAL),
    "response.done": ("finish chunk, usage chunk", OF_TERMINAL),
    "response.failed": ("error frame", "as an HTTP error has it; no finish"),
    "error": ("error frame", "read flat and nested"),
}

UP: Words = {
    "chunk (the first)": ("response.created, response.in_progress", "fixes id, created_at and model"),
    "chunk.choices[].delta.role": (None, "always assistant"),
    "chunk.choices[].delta.phase": ("item.phase", "kept on the message item if it is commentary or final_answer"),
    "chunk.choices[].delta.content": (
        "response.output_text.delta",
        "opens the message with the first text that is not empty; text after calls opens another",
    ),
    "chunk.choices[].delta.refusal": ("response.refusal.delta", "closes an open text part"),
    "chunk.choices[].delta.reasoning": ("response.reasoning_text.delta", "where the upstream's profile names it"),
    "chunk.choices[].delta.tool_calls[]": (
        "response.output_item.added, response.function_call_arguments.delta",
        "opens when the name is known; custom and bridged tools are said when they are whole",
    ),
    "chunk.choices[].delta.function_call": ("response.function_call_arguments.delta", "as one call, its id made"),
    "chunk.choices[].delta.annotations[]": ("response.output_text.annotation.added", "within the open text"),
    "chunk.choices[].logprobs.content[]": ("response.output_text.delta logprobs", "bytes are kept in the part"),
    "chunk.choices[].finish_reason": ("terminal event", "remembered: usage comes behind it"),
    "chunk.usage": ("response.usage", "the last that is not null, on whatever chunk"),
    "end of the stream": ("response.completed, response.incomplete", OF_TERMINAL),
    "end of the stream without finish_reason": ("response.failed", "never a fabricated stop"),
    "error frame": ("response.failed", "an error event, if nothing came before it"),
}

LOSSES: Mapping[str, tuple[Verdict, ...]] = {
    "chunk.choices[].delta.phase": (LATE_PHASE,),
    "chunk.choices[].delta.content": (MERGED,),
    "chunk.choices[].delta.tool_calls[]": (CHANGED_ID, LATE_ID, LATE_NAME),
    "chunk.choices[].delta.annotations[]": (LATE_CITATION,),
    "chunk.choices[].logprobs.content[]": (LATE_LOGPROBS,),
    "end of the stream without finish_reason": (CUT,),
}


def streams(direction: str, target: Profile) -> Iterator[Explained]:
    """The rows of one direction."""
    for source, (said, rule) in (DOWN if direction == "down" else UP).items():
        yield Explained("stream", direction, source, said, rule, LOSSES.get(source, ()))
    if direction == "up":
        return
    for name in sorted(SILENT):
        yield Explained("stream", direction, name, None, "says nothing; the finished item tells what is lost")
    yield Explained("stream", direction, "end of the stream without a terminal event", "error frame", CUT.why, (CUT,))
    yield Explained(
        "stream", direction, "a later event that contradicts", None, "what was said stands", (CONTRADICTED,)
    )
    yield Explained("stream", direction, "(any other event)", None, "counted", (UNKNOWN_EVENT,))
    yield Explained("stream", direction, "(any other key of an event)", None, "reported once", (UNKNOWN,))
