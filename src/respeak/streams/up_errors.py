"""Error frames of a Chat stream for a Responses client, while the response has not begun (streaming.md section 4).

There is room for all of the error then; a response that failed holds less (`crossing/broken.py`).
"""

from __future__ import annotations

from typing import Any

from respeak.crossing.broken import error_body
from respeak.plan import Job, Json
from respeak.streams.settle import Settle


def named_error(error: Any, job: Job, settle: Settle) -> Json:
    """The error of a frame with its four keys, `param` in the client's own field names."""
    body: Json = settle.renamed(error_body(error, 500, job))["error"]
    return body


def event_fields(body: Json) -> Json:
    """The fields of an `error` event, flat and with a nested copy (OBS-2)."""
    return {**{key: body[key] for key in ("code", "message", "param")}, "error": body}
