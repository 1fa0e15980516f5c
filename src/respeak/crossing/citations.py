"""Citations, logprobs and moderation results of answers (mapping.md R2C-ANN, C2R-MSGOUT, R2C-RESP)."""

from __future__ import annotations

from typing import Any

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import Always, Job, Json, Row, Table, both, said
from respeak.verbs import DEGRADING, approximated, lost

NOT_A_URL = lost(Code.ANNOTATIONS_DROPPED, DEGRADING, "Chat annotations cite URLs only")
SEVERAL_RESULTS = approximated(
    Code.MODERATION_MERGED,
    DEGRADING,
    "Responses holds one moderation result; the first is sent, flagged if any is",
)

URL_CITATION = Table(
    "url_citation",
    (
        Row("type", "type", Always("url_citation"), Always("url_citation")),
        both("url", "url_citation.url"),
        both("title", "url_citation.title"),
        both("start_index", "url_citation.start_index", note="down: shifted when texts are joined"),
        both("end_index", "url_citation.end_index", note="down: shifted when texts are joined"),
    ),
    "citations of URLs",
    ("output[].content[].annotations[]", "choices[].message.annotations[]"),
)

TABLES = (URL_CITATION,)


def annotations_down(annotations: list[Json], offset: int, at: Place, job: Job) -> list[Json]:
    """Citations of one text part, shifted by the text placed before it."""
    out = []
    for i, annotation in enumerate(annotations):
        if annotation.get("type") != "url_citation":
            job.note(NOT_A_URL, (at, i))
            continue
        citation = said(job.plans["url_citation"], annotation, (at, i), job)
        inner = citation.setdefault("url_citation", {})
        for key in ("start_index", "end_index"):
            if isinstance(inner.get(key), int):
                inner[key] += offset
        out.append(citation)
    return out


def annotations_up(annotations: list[Json], at: Place, job: Job) -> list[Json]:
    """Citations of a Chat message, flat."""
    out = []
    for i, annotation in enumerate(annotations):
        if annotation.get("type") == "url_citation":
            out.append(said(job.plans["url_citation"], annotation, (at, i), job))
        else:
            job.note(NOT_A_URL.saying("this kind of annotation has no counterpart"), (at, i))
    return out


def logprobs_up(entries: list[Json]) -> list[Json]:
    """Token logprobs with the `bytes` that Responses requires: those of the token's UTF-8 when Chat has none."""
    return [_with_bytes({"top_logprobs": [], **entry}) for entry in entries]


def _with_bytes(entry: Json) -> Json:
    out = dict(entry)
    if out.get("bytes") is None:
        out["bytes"] = list(str(out.get("token", "")).encode("utf-8", "surrogatepass"))
    if "top_logprobs" in out:
        out["top_logprobs"] = [_with_bytes(top) for top in out["top_logprobs"] or []]
    return out


def moderation_down(value: Json, at: Place, job: Job) -> Json:
    """One result for input and output becomes a list of results each; errors have the same shape."""
    return {side: _results(held) for side, held in value.items()}


def _results(held: Any) -> Any:
    if not isinstance(held, dict) or held.get("type") != "moderation_result":
        return held
    return {"type": "moderation_results", "model": held.get("model"), "results": [held]}


def moderation_up(value: Json, at: Place, job: Job) -> Json:
    """The list of results becomes one: the single entry, or the first with `flagged` of them all."""
    return {side: _result(held, (at, side), job) for side, held in value.items()}


def _result(held: Any, at: Place, job: Job) -> Any:
    if not isinstance(held, dict) or held.get("type") != "moderation_results":
        return held
    results = held.get("results") or [{"type": "moderation_result", "flagged": False}]
    if len(results) > 1:
        job.note(SEVERAL_RESULTS, (at, "results"))
    return {
        "model": held.get("model"),
        **results[0],
        "flagged": any(result.get("flagged") for result in results),
    }
