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
from respeak.crossing.errors import FAILED, failed
from respeak.crossing.params import places_of, rewritten
from respeak.crossing.request import finish_down, finish_up
from respeak.loss import Place, Severity
from respeak.options import DEFAULT
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
    if job.places is None and (end.traces or job.memo["foreign_model"]):
        job.places = {}
    plan = job.plans["request"]
    out = walk(plan, body, dict(plan.start), None, job)
    _name_model(out, job)
    if crossing:
        FINISH[_direction(start, end)][0](body, out, job)
    if start.store_default is not None and end.family == "responses" and end.store_default is None:
        out.setdefault("store", start.store_default)
    for finish in (start.finish_reading, end.finish_request):
        if finish is not None:
            finish(body, out, job)
    if crossing:
        within.enforce(out, job)
    if end.reshape_request is not None:
        end.reshape_request(out, job)
    return out


def _name_model(out: Json, job: Job) -> None:
    """The model when the payload names none: the caller's, or the only one that there is."""
    if job.options.model:
        out["model"] = job.options.model
    elif job.target.only_model and "model" not in out:
        out["model"] = job.target.only_model
        job.note(MODEL_FILLED, None)


def run_answer(body: Json, job: Job) -> tuple[Json, int | None]:
    """The answer as its family has it, walked by its plans, then as the client's profile has it.

    A Responses answer that failed is an HTTP error for a Chat client: its body and its status.
    """
    start, end = job.source, job.target
    job.places = {}
    if end.family == "chat" and start.family == "responses" and _has_failed(body):
        error, status = failed(body, job)
        rewrite_param(error, job)
        return error, status
    if start.unshape_answer is not None:
        body = start.unshape_answer(body, job)
    plan = job.plans["answer"]
    out = walk(plan, body, dict(plan.start), None, job)
    if start.family != end.family:
        FINISH[_direction(start, end)][1](body, out, job)
    if end.reshape_answer is not None:
        end.reshape_answer(out, job)
    return out, None


def _has_failed(response: Json) -> bool:
    """True for a response that failed, and for an error where the response should be."""
    status = response.get("status")
    return status in FAILED or (not isinstance(status, str) and bool(response.get("error")))


def rewrite_param(out: Json, job: Job) -> None:
    """`param` of an error body in the client's own field names."""
    param = out["error"].get("param")
    if isinstance(param, str):
        places = _places(job.request, job.target, job.source) if job.request else {}
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
    return {name: compose(table, direction, says.get(name, {})) for name, table in TABLES.items()}


def _places(asked: Json, start: Profile, end: Profile) -> Mapping[str, Place]:
    """Where in the client's request the parts of the translated one came from."""
    job = Job(request_plans(start.name, end.name), start, end, DEFAULT)
    job.places = {}
    return places_of(asked, run_request(asked, job), job)
