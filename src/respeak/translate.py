"""The entry points: gate, route, walk, and the caller's tolerance.

    payload -> gate (source dialect) -> plans of the route, walked once -> Translation(payload, losses)

A route between families crosses once; a route within a family changes only what the target's profile speaks of;
a dialect said in itself comes out equal.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from respeak import profiles
from respeak.codes import Code
from respeak.crossing import TABLES, within
from respeak.crossing.answer_down import finish_answer_down
from respeak.crossing.answer_up import finish_answer_up
from respeak.crossing.errors import failed, normal
from respeak.crossing.params import rewritten
from respeak.crossing.request import finish_down, finish_up
from respeak.errors import InvalidPayload, TranslationError, UnknownDialect, Violation
from respeak.gate import Gate
from respeak.loss import TOLERANCES, Ledger, Severity
from respeak.models.registry import model_of
from respeak.options import Options
from respeak.plan import Direction, Job, Json, Plan, compose, walk
from respeak.profiles.profile import Family, Kind, Profile
from respeak.verbs import defaulted

MODEL_FILLED = defaulted(Code.MODEL_REPLACED, Severity.HARMLESS, "no model was named; the provider has only one")

FINISH = {"down": (finish_down, finish_answer_down), "up": (finish_up, finish_answer_up)}


@dataclass(frozen=True, slots=True)
class Translation:
    """What came out: the payload in the target dialect, what was lost, and the HTTP status of errors.

    `payload` is a plain dict. It may share unchanged parts (tool schemas, metadata, texts) with the payload it
    was made from, never with anything that outlives the call. `status` is None unless the payload is an error.
    """

    payload: Json
    losses: Ledger
    status: int | None = None


def translate_request(
    payload: Any, *, source: str, target: str, tolerate: str = "degrading", options: Options | None = None
) -> Translation:
    """Say a request of one dialect in another.

    payload   a mapping, JSON text or bytes, or a Pydantic model: CreateResponse or CreateChatCompletionRequest as
              the dialect `source` has it
    tolerate  the worst loss that goes through: "none", "harmless", "degrading" or "breaking"

    Raises InvalidPayload (malformed in its own dialect), TranslationError (a loss beyond `tolerate`, or no honest
    output at all), UnknownDialect. Rules: mapping tables R2C-REQ, C2R-REQ, R2C-ITEM, C2R-MSG and the profiles.
    """
    start, end = _ends(source, target, tolerate, "request")
    body = _read(payload)
    _check(body, start, "request")
    if start is end:
        return Translation(dict(body), Ledger())
    job = Job(_request_plans(source, target), start, end, options or Options())
    return _settled(_request(body, job), job, tolerate)


def translate_response(
    payload: Any,
    *,
    source: str,
    target: str,
    request: Any = None,
    tolerate: str = "breaking",
    options: Options | None = None,
) -> Translation:
    """Say an answer of the upstream (dialect `source`) to a client (dialect `target`).

    request   the client's original request, in the client's dialect: it says which tools were custom, bridged or
              namespaced and what the answer must repeat. Without it these are left as the upstream says them.

    A Responses answer that failed has no Chat form: the payload is an error body then and `.status` its HTTP
    status. Raises as `translate_request` does. Rules: mapping tables R2C-RESP, C2R-RESP, R2C-OUT, C2R-MSGOUT,
    FINISH and USAGE.
    """
    start, end = _ends(source, target, tolerate, "response")
    body, asked = _read(payload), _asked(request, end)
    _check(body, start, "response")
    if start is end:
        return Translation(dict(body), Ledger())
    job = Job(_answer_plans(source, target), start, end, options or Options(), asked)
    if end.family == "chat" and start.family == "responses" and body.get("status") in ("failed", "cancelled"):
        error, status = failed(body, job)
        _rewrite_param(error, job)
        return _settled(error, job, tolerate, status)
    return _settled(_answer(body, job), job, tolerate)


def translate_error(payload: Any, *, source: str, target: str, status: int, request: Any = None) -> Translation:
    """Say an HTTP error of the upstream (dialect `source`) to a client (dialect `target`).

    status    the HTTP status that the upstream answered with; it stays
    request   the client's original request, which lets `param` name the very message or item

    The body is `{error: {message, type, param, code}}` for both families; other shapes are read too. Raises
    InvalidPayload and UnknownDialect. Rules: mapping table ERROR.
    """
    start, end = _ends(source, target, "breaking", "error")
    body, asked = _read(payload), _asked(request, end)
    _check(body, start, "error")
    if start is end:
        return Translation(dict(body), Ledger(), status)
    job = Job({}, start, end, Options(), asked)
    out = normal(body, status, job)
    _rewrite_param(out, job)
    return Translation(out, job.ledger, status)


def _ends(source: str, target: str, tolerate: str, kind: Kind) -> tuple[Profile, Profile]:
    """The profiles of a route. Clients of a source-only dialect get answers, but nobody sends them requests."""
    start, end = profiles.get(source), profiles.get(target)
    if kind == "request" and end.source_only and start is not end:
        targets = tuple(name for name in profiles.names() if not profiles.get(name).source_only)
        raise UnknownDialect(target, targets, source_only=True)
    if tolerate not in TOLERANCES:
        raise ValueError(f"tolerate is {tolerate!r}; expected one of {', '.join(TOLERANCES)}")
    return start, end


def _asked(request: Any, client: Profile) -> Json | None:
    """The client's original request, checked like any other; what is wrong with it is said to be the request's."""
    if request is None:
        return None
    try:
        body = _read(request)
        _check(body, client, "request")
    except InvalidPayload as error:
        where = [replace(found, expected=f"{found.expected} in the client's request") for found in error.violations]
        raise InvalidPayload(where) from None
    return body


def _rewrite_param(out: Json, job: Job) -> None:
    """`param` of an error body in the client's own field names."""
    param = out["error"].get("param")
    if isinstance(param, str):
        places = _places(job.request, job.target, job.source) if job.request else {}
        out["error"]["param"] = rewritten(param, job.source, job.target, job.request, places)


def _read(payload: Any) -> Json:
    """The payload as a dict; the caller's own dict is never changed."""
    if isinstance(payload, str | bytes | bytearray):
        payload = _parsed(payload)
    elif hasattr(payload, "model_dump"):
        payload = payload.model_dump(mode="json", exclude_unset=True)
    elif isinstance(payload, Mapping) and not isinstance(payload, dict):
        payload = dict(payload)
    if isinstance(payload, dict):
        return payload
    raise InvalidPayload([Violation("", "a JSON object", type(payload).__name__)])


def _check(body: Json, profile: Profile, kind: Kind) -> None:
    """The gate: raises InvalidPayload unless the payload is one of its dialect."""
    Gate(model_of(profile.name, profile.family, kind)).check(body)


def _parsed(text: str | bytes | bytearray) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InvalidPayload([Violation("", "a JSON document", f"{error}")]) from None


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:40]}, which no number type holds")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name}, which JSON does not have")


def _request(body: Json, job: Job) -> Json:
    """The request walked by its plans, then the rules between fields, then what the profiles add."""
    start, end = job.source, job.target
    crossing = start.family != end.family
    asked = job.options.model or body.get("model")
    job.memo["foreign_model"] = bool(end.prefix) and "/" in end.canonical(str(asked))
    plan = job.plans["request"]
    out = walk(plan, body, dict(plan.start), None, job)
    if crossing:
        FINISH[_direction(start, end)][0](body, out, job)
    _name_model(out, job)
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


def _answer(body: Json, job: Job) -> Json:
    """The answer as its family has it, walked by its plans, then as the client's profile has it."""
    start, end = job.source, job.target
    if start.unshape_answer is not None:
        body = start.unshape_answer(body, job)
    plan = job.plans["answer"]
    out = walk(plan, body, dict(plan.start), None, job)
    if start.family != end.family:
        FINISH[_direction(start, end)][1](body, out, job)
    if end.reshape_answer is not None:
        end.reshape_answer(out, job)
    return out


def _settled(out: Json, job: Job, tolerate: str, status: int | None = None) -> Translation:
    ledger = job.ledger
    if ledger.refused or ledger.beyond(tolerate):
        raise TranslationError(ledger, ledger.decisive(tolerate))
    return Translation(out, ledger, status)


def _direction(start: Profile, end: Profile) -> Direction:
    return "down" if end.family == "chat" and start.family == "responses" else "up"


@cache
def _request_plans(source: str, target: str) -> Mapping[str, Plan]:
    """The plans of a route, composed once; they hold rules only, nothing of any payload."""
    start, end = profiles.get(source), profiles.get(target)
    if start.family == end.family:
        return within.request_plans(start, end)
    plans = _crossing_plans(start.family, end.says)
    plans["request"].entries.update(
        {name: getattr(rule, "run", rule) for name, rule in start.reads.items()},
    )
    return plans


@cache
def _answer_plans(source: str, target: str) -> Mapping[str, Plan]:
    start, end = profiles.get(source), profiles.get(target)
    if start.family == end.family:
        return within.answer_plans(start, end)
    return _crossing_plans(start.family, end.answers)


def _crossing_plans(family: Family, says: Mapping[str, Any]) -> dict[str, Plan]:
    direction: Direction = "down" if family == "responses" else "up"
    return {name: compose(table, direction, says.get(name, {})) for name, table in TABLES.items()}


def _places(request: Json, start: Profile, end: Profile) -> dict[str, Any]:
    """Where in the client's request each message or item of the translated one came from."""
    if start.family == end.family:
        return {}
    job = Job(_request_plans(start.name, end.name), start, end, Options())
    out = _request(request, job)
    name = "messages" if end.family == "chat" else "input"
    places = job.memo.get("places", {})
    found = {f"{name}[{i}]": places.get(id(entry)) for i, entry in enumerate(out.get(name) or ())}
    return {key: place for key, place in found.items() if place is not None}
