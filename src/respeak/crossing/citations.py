"""Citations, logprobs and moderation results of answers (mapping.md R2C-ANN, C2R-MSGOUT, R2C-RESP)."""

from __future__ import annotations

from collections.abc import Mapping

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import IMPLIED, Always, Job, Json, Row, Table, both, only_chat
from respeak.verbs import DEGRADING, HARMLESS, approximated, defaulted, each, lost
from respeak.walk import said, walk

NOT_A_URL = lost(Code.ANNOTATIONS_DROPPED, DEGRADING, "Chat annotations cite URLs only")
FILLED = defaulted(
    Code.CITATION_FILLED,
    HARMLESS,
    "both families require url, title, start_index and end_index; what was missing is empty",
)
SEVERAL_RESULTS = approximated(
    Code.MODERATION_MERGED,
    DEGRADING,
    "Responses holds one moderation result; the first is sent, flagged if any is",
)
OTHER_MODEL = lost(Code.MODERATION_MERGED, HARMLESS, "the result names its own model, which is the one sent")

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

LOGPROB = Table(
    "logprob",
    (
        both("token"),
        both("logprob"),
        both("bytes", note="up: UTF-8 of the token when Chat has none"),
        both("top_logprobs", down=each("logprob"), up=each("logprob")),
    ),
    "logprobs of tokens",
    ("output[].content[].logprobs[]", "choices[].logprobs.content[]"),
)

MODERATION_RESULTS = Table(
    "moderation_results",
    (
        only_chat("type", IMPLIED, note="moderation_result"),
        only_chat("model", IMPLIED, note="model of the result, unless it names its own"),
        only_chat("results", IMPLIED, note="the single one, or the first"),
    ),
    "moderation results",
    ("moderation.input", "moderation.input"),
)

MODERATION_RESULT = Table(
    "moderation_result",
    (
        Row("type", "type", Always("moderation_result"), Always("moderation_result")),
        both("model"),
        both("flagged"),
        both("categories"),
        both("category_scores"),
        both("category_applied_input_types"),
    ),
    "one moderation result",
    ("moderation.input", "moderation.input.results[]"),
)

MODERATION_ERROR = Table(
    "moderation_error",
    (Row("type", "type", Always("error"), Always("error")), both("code"), both("message")),
    "why moderation gave no result",
    ("moderation.input", "moderation.input"),
)

TABLES = (URL_CITATION, LOGPROB, MODERATION_RESULTS, MODERATION_RESULT, MODERATION_ERROR)

CITATION: Mapping[str, str | int] = {"url": "", "title": "", "start_index": 0, "end_index": 0}
"""What both families require of a citation; providers leave some of it out."""


def annotations_down(annotations: list[Json], offset: int, at: Place, job: Job) -> list[Json]:
    """Citations of one text part, shifted by the text placed before it."""
    out = []
    for i, annotation in enumerate(annotations):
        if annotation.get("type") != "url_citation":
            job.note(NOT_A_URL, (at, i))
            continue
        citation = said(job.plans["url_citation"], annotation, (at, i), job)
        inner = citation["url_citation"] = _full(citation.get("url_citation", {}), (at, i), job)
        inner["start_index"] += offset
        inner["end_index"] += offset
        out.append(citation)
    return out


def annotations_up(annotations: list[Json], at: Place, job: Job) -> list[Json]:
    """Citations of a Chat message, flat."""
    out = []
    for i, annotation in enumerate(annotations):
        if annotation.get("type") == "url_citation":
            out.append(_full(said(job.plans["url_citation"], annotation, (at, i), job), (at, i), job))
        else:
            job.note(NOT_A_URL.saying("this kind of annotation has no counterpart"), (at, i))
    return out


def _full(citation: Json, at: Place, job: Job) -> Json:
    """A citation with the keys that both families require."""
    if not CITATION.keys() <= citation.keys():
        job.note(FILLED, at)
    return {**CITATION, **citation}


def logprobs_down(entries: list[Json], at: Place, job: Job) -> list[Json]:
    """Token logprobs with the keys that Chat requires."""
    plan = job.plans["logprob"]
    return [{"bytes": None, "top_logprobs": [], **said(plan, entry, (at, i), job)} for i, entry in enumerate(entries)]


def logprobs_up(entries: list[Json], at: Place, job: Job) -> list[Json]:
    """Token logprobs with the `bytes` that Responses requires: those of the token's UTF-8 when Chat has none."""
    plan = job.plans["logprob"]
    found = [{"top_logprobs": [], **said(plan, entry, (at, i), job)} for i, entry in enumerate(entries)]
    return [_with_bytes({**entry, "top_logprobs": list(map(_with_bytes, entry["top_logprobs"]))}) for entry in found]


def _with_bytes(entry: Json) -> Json:
    if "bytes" in entry:
        return entry
    return {**entry, "bytes": list(str(entry.get("token", "")).encode("utf-8", "surrogatepass"))}


def moderation_down(value: Json, at: Place, job: Job) -> Json:
    """One result becomes a list of results; errors have the same shape."""
    if value.get("type") != "moderation_result":
        return _moderation_error(value, at, job)
    result = _full_result(value, at, job)
    return {"type": "moderation_results", "model": result["model"], "results": [result]}


def moderation_up(value: Json, at: Place, job: Job) -> Json:
    """The list of results becomes one: the single entry, or the first with `flagged` of them all."""
    if value.get("type") != "moderation_results":
        return _moderation_error(value, at, job)
    walk(job.plans["moderation_results"], value, {}, at, job)
    results = value.get("results") or [{}]
    if len(results) > 1:
        job.note(SEVERAL_RESULTS, (at, "results"))
    model, own = value.get("model"), results[0].get("model")
    if model and own and model != own:
        job.note(OTHER_MODEL, (at, "model"))
    result = _full_result({**results[0], "model": own or model}, ((at, "results"), 0), job)
    return {**result, "flagged": any(found.get("flagged") for found in results)}


def _full_result(result: Json, at: Place, job: Job) -> Json:
    """A moderation result with the keys that both families require."""
    required = {"model": "", "flagged": False, "categories": {}, "category_scores": {}}
    return {**required, "category_applied_input_types": {}, **said(job.plans["moderation_result"], result, at, job)}


def _moderation_error(value: Json, at: Place, job: Job) -> Json:
    return said(job.plans["moderation_error"], value, at, job) if value.get("type") == "error" else value
