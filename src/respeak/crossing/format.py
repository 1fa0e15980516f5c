"""Output formats: `text.format` <-> `response_format` (mapping.md, R2C-REQ-SUB and C2R-REQ-SUB)."""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import ABSENT, Always, Job, Row, Table, both
from respeak.verbs import BREAKING, DEGRADING, defaulted, lost
from respeak.walk import said

SCHEMA_MADE_UP = defaulted(Code.SCHEMA_DEFAULTED, DEGRADING, "Responses requires a schema; an open one was sent")
UNKNOWN_FORMAT = lost(Code.FORMAT_DROPPED, BREAKING, "this output format has no counterpart; the answer is free text")

JSON_SCHEMA = Table(
    "json_schema",
    (
        Row("type", "type", Always("json_schema"), Always("json_schema")),
        both("name", "json_schema.name"),
        both("schema", "json_schema.schema", note="up: absent becomes {} with strict false"),
        both("strict", "json_schema.strict", note="defaults to false on both"),
        both("description", "json_schema.description"),
    ),
    "structured output",
    ("text.format", "response_format"),
)

OPEN_FORMAT = Table(
    "open_format",
    (both("type", note="text, json_object"),),
    "output without a schema",
    ("text.format", "response_format"),
)


def format_down(value: Any, at: Place, job: Job) -> Any:
    """`text.format` as `response_format`."""
    if value.get("type") == "json_schema":
        return said(job.plans["json_schema"], value, at, job)
    return _open_format(value, at, job)


def format_up(value: Any, at: Place, job: Job) -> Any:
    """`response_format` as `text.format`."""
    if value.get("type") != "json_schema":
        return _open_format(value, at, job)
    out = said(job.plans["json_schema"], value, at, job)
    if "schema" not in out:
        job.note(SCHEMA_MADE_UP, at)
        out |= {"schema": {}, "strict": False}
    return out


def _open_format(value: Any, at: Place, job: Job) -> Any:
    """Formats that hold nothing but their type."""
    if value.get("type") in ("text", "json_object"):
        return said(job.plans["open_format"], value, at, job)
    job.note(UNKNOWN_FORMAT, at)
    return ABSENT


TABLES = (JSON_SCHEMA, OPEN_FORMAT)
