"""The items of a Responses answer while they are open: each takes pieces and says its own events.

An item is announced when it opens and closed once, with its final form, which is what the terminal event lists.
"""

from __future__ import annotations

from respeak.crossing.citations import annotations_up, logprobs_up
from respeak.plan import Job, Json
from respeak.streams import script as events
from respeak.streams.script import Script


class OpenMessage:
    """A message item, with one part of it open at a time."""

    def __init__(self, script: Script, identifier: str, index: int, phase: str | None) -> None:
        self.script = script
        self.index = index
        self.item: Json = {"type": "message", "id": identifier, "status": "completed", "role": "assistant"}
        self.item["content"] = []
        if phase is not None:
            self.item["phase"] = phase
        self.at: Json = {"item_id": identifier, "output_index": index}
        self.pieces: list[str] = []
        self.logprobs: list[Json] = []
        self.annotations: list[Json] = []
        self.delta: Json = {}
        events.announce(script, self.item, index)

    def open_text(self) -> None:
        """A text part, still empty."""
        self._open({"type": "output_text", "text": "", "annotations": [], "logprobs": []})
        self.delta = {"type": "response.output_text.delta", "sequence_number": 0, **self.at}

    def open_refusal(self) -> None:
        """A refusal part, still empty."""
        self._open({"type": "refusal", "refusal": ""})

    def _open(self, part: Json) -> None:
        self.pieces = []
        self.at = {**self.at, "content_index": len(self.item["content"])}
        self.script.emit("response.content_part.added", {**self.at, "part": part})

    def text(self, piece: str, logprobs: list[Json]) -> None:
        """A piece of text."""
        self.pieces.append(piece)
        light = events.light_logprobs(logprobs)
        self.logprobs += logprobs
        self.script.emit("response.output_text.delta", {**self.at, "delta": piece, "logprobs": light})

    def refuse(self, piece: str) -> None:
        """A piece of a refusal."""
        self.pieces.append(piece)
        self.script.emit("response.refusal.delta", {**self.at, "delta": piece})

    def cite(self, annotations: list[Json], job: Job) -> None:
        """Citations of the open text."""
        for annotation in annotations_up(annotations, None, job):
            fields = {**self.at, "annotation_index": len(self.annotations), "annotation": events.fresh(annotation)}
            self.annotations.append(annotation)
            self.script.emit("response.output_text.annotation.added", fields)

    def close_text(self, job: Job) -> None:
        """The text part is whole."""
        logprobs = logprobs_up(self.logprobs, None, job)
        part = {"type": "output_text", "text": "".join(self.pieces), "annotations": self.annotations}
        part["logprobs"] = logprobs
        self.item["content"].append(part)
        self.annotations, self.logprobs = [], []
        events.close_text(self.script, part, self.at)

    def close_refusal(self) -> None:
        """The refusal part is whole."""
        part = {"type": "refusal", "refusal": "".join(self.pieces)}
        self.item["content"].append(part)
        events.close_refusal(self.script, part, self.at)

    def close(self, status: str, phase: str | None) -> None:
        """The item is whole."""
        self.item["status"] = status
        if phase is not None:
            self.item["phase"] = phase
        events.finish(self.script, self.item, self.index)


class OpenReasoning:
    """A reasoning item of one text, for providers that say theirs in a field of their own."""

    def __init__(self, script: Script, identifier: str, index: int) -> None:
        self.script = script
        self.index = index
        self.item: Json = {"type": "reasoning", "id": identifier, "status": "completed", "summary": [], "content": []}
        self.at: Json = {"item_id": identifier, "output_index": index, "content_index": 0}
        self.pieces: list[str] = []
        events.announce(script, self.item, index)
        part = {"type": "reasoning_text", "text": ""}
        script.emit("response.content_part.added", {**self.at, "part": part})

    def text(self, piece: str) -> None:
        """A piece of reasoning."""
        self.pieces.append(piece)
        self.script.emit("response.reasoning_text.delta", {**self.at, "delta": piece})

    def close(self, status: str) -> None:
        """The item is whole."""
        part = {"type": "reasoning_text", "text": "".join(self.pieces)}
        self.item["content"] = [part]
        self.item["status"] = status
        events.close_reasoning(self.script, part, self.at)
        events.finish(self.script, self.item, self.index)


def is_text(part: Json) -> bool:
    """True for a part that citations count in."""
    return bool(part["type"] == "output_text")


def begins_at(annotation: Json) -> int | None:
    """Where the cited text begins in the content of the message; None if nothing says it."""
    start = (annotation.get("url_citation") or {}).get("start_index")
    return start if isinstance(start, int) else None


def shifted(annotation: Json, by: int) -> Json:
    """A citation of the message as one of its part."""
    inner = annotation.get("url_citation") or {}
    moved = {name: inner[name] + by for name in ("start_index", "end_index") if isinstance(inner.get(name), int)}
    return {**annotation, "url_citation": {**inner, **moved}}
