"""`output_text`: for most upstreams a repetition of the texts in `output`, for some all there is (PROFILE aiml)."""

from __future__ import annotations

from respeak.codes import Code
from respeak.loss import Verdict
from respeak.plan import Json
from respeak.verbs import DEGRADING, HARMLESS, lost

REPEATED = lost(Code.ECHO_DROPPED, HARMLESS, "a repetition of the texts in output")
OTHER_TEXT = lost(Code.ECHO_DROPPED, DEGRADING, "output holds another text, and that is the one that is said")


def text_apart(response: Json) -> str:
    """The text of `output_text`, where no message of `output` says anything; else nothing."""
    text: str = response.get("output_text") or ""
    return text if text and not spoken(response) else ""


def spoken(response: Json) -> str:
    """All texts and refusals of the messages of `output`."""
    words = []
    for item in response.get("output") or []:
        content = item.get("content") if item.get("type") == "message" else None
        parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
        words += [part.get(SPOKEN.get(part.get("type", ""), "")) for part in parts]
    return "".join(word for word in words if isinstance(word, str))


SPOKEN = {"output_text": "text", "text": "text", "refusal": "refusal"}
"""Where parts hold what they say, by type."""


def repetition(response: Json) -> Verdict:
    """What leaving out an `output_text` beside messages that speak comes to; spaces between texts do not count."""
    told = "".join(spoken(response).split())
    return REPEATED if "".join(response["output_text"].split()) in told else OTHER_TEXT


def place_of_text(items: list[Json]) -> tuple[int, Json | None]:
    """Where a text apart belongs: the last message and its position, or none and the position of a new one.

    That is behind all reasoning, which needs a follower, and in front of the calls (BUG/55, BUG/57).
    """
    for i, item in reversed(list(enumerate(items))):
        if item.get("type") == "message":
            return i, item
    return max((i + 1 for i, item in enumerate(items) if item.get("type") == "reasoning"), default=0), None


def with_text(message: Json, text: str) -> Json:
    """The message that says a text: in its empty part of text, or else behind its parts."""
    content = message.get("content")
    parts = list(content) if isinstance(content, list) else []
    blank = next((i for i, part in enumerate(parts) if part.get("type") in ("output_text", "text")), None)
    if blank is None:
        parts.append({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
    else:
        parts[blank] = {**parts[blank], "text": text}
    return {**message, "content": parts}
