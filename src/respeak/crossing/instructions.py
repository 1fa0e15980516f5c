"""Leading system and developer messages as `instructions`, for Responses backends that refuse them as items (D-3)."""

from __future__ import annotations

from respeak.loss import Place
from respeak.plan import Job, Json


def hoist(out: Json, job: Job) -> None:
    """Move the texts that lead the input to `instructions`, up to the first item that is or holds anything else."""
    items = out.get("input") or []
    texts = []
    for item in items:
        text = _plain_text(item["content"]) if item.get("role") in ("system", "developer") else None
        if text is None:
            break
        texts.append(text)
    if texts:
        job.comes_from("instructions", _origin(job.place_of(items[0]), len(texts)))
        out["instructions"] = "\n\n".join(texts)
        out["input"] = items[len(texts) :]


def _origin(first: Place, count: int) -> Place:
    """Where instructions came from: the content of one message, several messages, or a field that led them."""
    if first is None or isinstance(first[1], str):
        return first
    return (first, "content") if count == 1 else first[0]


def _plain_text(content: str | list[Json]) -> str | None:
    """The text of a message; None when it holds more than text, which instructions cannot."""
    if isinstance(content, str):
        return content
    if any(part.keys() != {"type", "text"} for part in content):
        return None
    return "".join(part["text"] for part in content)
