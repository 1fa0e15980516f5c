"""The way of one payload: the plans of its route, walked once, then the rules between fields and of the profiles.

A route between families crosses once; a route within a family changes only what the target's profile speaks of.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from respeak import profiles
from respeak.codes import Code
from respeak.compose import compose
from respeak.crossing import TABLES, fold, within
from respeak.crossing.answer_down import finish_answer_down
from respeak.crossing.answer_up import finish_answer_up
from respeak.crossing.broken import as_error, as_failed, beside_error, end_of, error_of, untold
from respeak.crossing.errors import FAILED, failed
from respeak.crossing.params import places_of, rewritten
from respeak.crossing.request import finish_down, finish_up
from respeak.loss import Place, Severity
from respeak.options import Options
from respeak.plan import Direction, Job, Json
from respeak.profiles.profile import Family, Profile
from respeak.verbs import defaulted
from respeak.walk import Plan, walk

MODEL_FILLED = defaulted(Code.MODEL_REPLACED, Severity.HARMLESS, "no model was named; the provider has only one")

FINISH = {"down": (finish_down, finish_answer_down), "up": (finish_up, finish_answer_up)}


def run_request(body: Json, job: Job) -> Json:
    """The request walked by its plans, then the rules between fields, then what the profiles add."""
    start, end = job.source, job.target
    crossing = start.family != end.family
    asked = job.options.model or body.get("model")
    job.memo["foreign_model"] = bool(end.prefix) and "/" in end.canonical(str(asked))
    out = _walked(body, job)
    _name_model(out, job)
    if start.finish_reading is not None:
        start.finish_reading(body, out, job)
    if crossing:
        FINISH[_direction(start, end)][0](body, out, job)
    else:
        within.finish(body, out, job)
    if start.store_default is not None and end.family == "responses" and end.store_default is None:
        out.setdefault("store", start.store_default)
    if end.finish_request is not None:
        end.finish_request(body, out, job)
    if crossing:
        within.enforce(out, job)
    if end.reshape_request is not None:
        end.reshape_request(out, job)
    return out


def _walked(body: Json, job: Job) -> Json:
    """What the plans make of the request; origins are remembered from when the target's rules ask for them."""
    plan, traces = job.plans["request"], job.target.traces
    if traces == "all" or job.memo["foreign_model"]:
        job.trace()
    out = walk(plan, body, dict(plan.start), None, job)
    if traces:
        job.trace()
    return out


def unchanged(body: Json, options: Options) -> Json:
    """The request of a dialect said in itself: equal, but for the model that the caller names."""
    return dict(body) if options.model is None else {**body, "model": options.model}


def _name_model(out: Json, job: Job) -> None:
    """The model that the caller names, or the only one that there is when the payload names none."""
    if job.options.model:
        out["model"] = job.options.model
    elif job.target.only_model and "model" not in out:
        out["model"] = job.target.only_model
        job.note(MODEL_FILLED, None)


def run_answer(body: Json, job: Job) -> tuple[Json, int | None]:
    """The answer as its family has it, walked by its plans, then as the client's profile has it.

    An answer that failed is an HTTP error for a Chat client, its body and its status, and a response that failed
    for a Responses client.
    """
    start, end = job.source, job.target
    job.places = {}
    told = _http_error(body, job)
    if told is not None:
        rewrite_param(told[0], job)
        return told
    error, at = error_of(body) if start.family == "chat" and end.family == "responses" else (None, None)
    if error:
        untold(body, error, job.note)
        body = beside_error(body, "length")
    if start.unshape_answer is not None:
        body = start.unshape_answer(body, job)
    plan = job.plans["answer"]
    out = walk(plan, body, dict(plan.start), None, job)
    if start.family != end.family:
        FINISH[_direction(start, end)][1](body, out, job)
    if end.reshape_answer is not None:
        end.reshape_answer(out, job)
    if error:
        as_failed(out, error, at, job)
    return out, None


def _http_error(body: Json, job: Job) -> tuple[Json, int] | None:
    """The error body and the status for a Chat client of an answer that failed.

    Within the family an error stays in the answer where it is, unless the client's profile has no place for it.
    """
    if job.target.family != "chat":
        return None
    if job.source.family == "responses":
        return failed(body, job) if _has_failed(body) else None
    error, _ = end_of(body) if job.target.closed else (None, None)
    return as_error(body, error, job) if error else None


def _has_failed(response: Json) -> bool:
    """True for a response that failed, and for an error where the response should be."""
    status = response.get("status")
    return status in FAILED or (not isinstance(status, str) and bool(response.get("error")))


def rewrite_param(out: Json, job: Job) -> None:
    """`param` of an error body in the client's own field names."""
    param = out["error"].get("param")
    if isinstance(param, str):
        places = job.sent() if job.sent else _places(job) if job.request else {}
        out["error"]["param"] = rewritten(param, job.source, job.target, job.request, places)


def _direction(start: Profile, end: Profile) -> Direction:
    return "down" if end.family == "chat" and start.family == "responses" else "up"


@cache
def request_plans(source: str, target: str) -> Mapping[str, Any]:
    """The plans of a route, composed once; they hold rules only, nothing of any payload."""
    start, end = profiles.get(source), profiles.get(target)
    if start.family == end.family:
        return within.request_plans(start, end)
    plans: dict[str, Any] = _crossing_plans(start.family, end.says)
    plans["request"].entries.update(
        {name: getattr(rule, "run", rule) for name, rule in start.reads.items()},
    )
    plans["items"] = fold.rules(plans)
    plans["enforced"] = within.enforced(end)
    return plans


@cache
def answer_plans(source: str, target: str) -> Mapping[str, Plan]:
    """The plans of an answer, composed once."""
    start, end = profiles.get(source), profiles.get(target)
    if start.family == end.family:
        return within.answer_plans(start, end)
    return _crossing_plans(start.family, end.answers)


def _crossing_plans(family: Family, says: Mapping[str, Any]) -> dict[str, Plan]:
    direction: Direction = "down" if family == "responses" else "up"
    return {name: compose(table, direction, says.get(table.target, {})) for name, table in TABLES.items()}


def _places(told: Job) -> Mapping[str, Place]:
    """Where in the client's request the parts of the translated one came from, by the options it was sent with."""
    asked = told.request or {}
    return places_of(asked, *traced(asked, told.target, told.source, told.options))


def traced(body: Json, start: Profile, end: Profile, options: Options) -> tuple[Json, Job]:
    """A request as it is sent, and the job that knows where each part of it came from."""
    job = Job(request_plans(start.name, end.name), start, end, options)
    job.trace_parts()
    return run_request(body, job), job
