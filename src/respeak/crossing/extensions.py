"""What Chat messages carry for clients that keep unknown fields: `phase`, and reasoning in `reasoning_details`.

The second carrier beside a gateway's memory, by option and profile. The form of the details is OpenRouter's, marked
as made of Responses items, so that reasoning of other providers is not taken for it.
"""

from __future__ import annotations

from typing import Any

from respeak.plan import Job, Json

FORMAT = "openai-responses-v1"


def given(job: Job) -> bool:
    """True when the answer goes to a client that keeps extensions."""
    return bool(job.options.extensions and job.target.extensions)


def taken(job: Job) -> bool:
    """True when the request comes from a client that was given extensions."""
    return bool(job.options.extensions and job.source.extensions)


def details(items: list[Json]) -> list[Json]:
    """Reasoning items as entries of `reasoning_details`: their summaries, then what is encrypted."""
    out: list[Json] = []
    for index, item in enumerate(items):
        mark = {"id": item.get("id"), "format": FORMAT, "index": index}
        out += [
            {"type": "reasoning.summary", "summary": part.get("text") or "", **mark}
            for part in item.get("summary") or ()
        ]
        if item.get("encrypted_content"):
            out.append({"type": "reasoning.encrypted", "data": item["encrypted_content"], **mark})
    return out


def carried(item: Json) -> bool:
    """True when a reasoning item can be sent back from its details: what is not encrypted means nothing upstream."""
    return bool(item.get("encrypted_content"))


def reasoning_items(entries: Any) -> list[Json]:
    """The items that `details` was made of, in their order; entries of other formats are none."""
    found: dict[Any, Json] = {}
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or entry.get("format") != FORMAT:
            continue
        item = found.setdefault(entry.get("index"), {"type": "reasoning", "id": entry.get("id"), "summary": []})
        if entry.get("type") == "reasoning.summary":
            item["summary"].append({"type": "summary_text", "text": str(entry.get("summary") or "")})
        elif entry.get("type") == "reasoning.encrypted":
            item["encrypted_content"] = entry.get("data")
    kept = [item for item in found.values() if carried(item)]
    return [{key: value for key, value in item.items() if value is not None} for item in kept]
