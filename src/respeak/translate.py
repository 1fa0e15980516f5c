"""The entry points: gate, route, walk, and the caller's tolerance.

    payload -> gate (source dialect) -> plans of the route, walked once -> Translation(payload, losses)

A route between families crosses once; a route within a family changes only what the target's profile speaks of;
a dialect said in itself comes out equal, but for a model that the caller's options name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from respeak.crossing.errors import body as error_body
from respeak.crossing.errors import error_type, normal
from respeak.entry import asked_of, check, ends, read
from respeak.errors import InvalidPayload, TranslationError
from respeak.loss import Ledger
from respeak.options import Options, chosen
from respeak.plan import Job, Json, Sent
from respeak.profiles.profile import Profile
from respeak.route import answer_plans, request_plans, rewrite_param, run_answer, run_request, unchanged

STATUSES = range(100, 600)
"""What can be an HTTP status."""

SHOWN = 2000
"""So many bytes of an upstream's error that is no JSON are told to the client."""


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
    output at all), UnknownDialect; ValueError for another `tolerate`, TypeError for options of another type.
    Rules: mapping tables R2C-REQ, C2R-REQ, R2C-ITEM, C2R-MSG and the profiles.
    """
    start, end = ends(source, target, tolerate, "request")
    body = read(payload)
    check(body, start, "request")
    choices = chosen(options)
    if start is end:
        return Translation(unchanged(body, choices), Ledger())
    job = Job(request_plans(source, target), start, end, choices)
    return _settled(run_request(body, job), job, tolerate)


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
    start, end = ends(source, target, tolerate, "response")
    return answered(read(payload), start, end, asked_of(request, end), tolerate, chosen(options))


def answered(
    body: Json,
    start: Profile,
    end: Profile,
    asked: Json | None,
    tolerate: str,
    options: Options,
    sent: Sent | None = None,
) -> Translation:
    """`translate_response` for a request that was checked when it came; `sent`, if more was sent than it says."""
    check(body, start, "response")
    if start is end:
        return Translation(dict(body), Ledger())
    job = Job(answer_plans(start.name, end.name), start, end, options, asked)
    job.sent = sent
    said, status = run_answer(body, job)
    return _settled(said, job, tolerate, status)


def translate_error(
    payload: Any, *, source: str, target: str, status: int, request: Any = None, options: Options | None = None
) -> Translation:
    """Say an HTTP error of the upstream (dialect `source`) to a client (dialect `target`).

    status    the HTTP status that the upstream answered with; it stays
    request   the client's original request, which lets `param` name the very message or item
    options   those that the request was translated with

    The body is `{error: {message, type, param, code}}` for both families; other shapes are read too. Text or bytes that
    hold no such object (pages of proxies, nothing at all) are the words of the error. Raises InvalidPayload for other
    values, UnknownDialect, and ValueError for a status that is none. Rules: mapping table ERROR.
    """
    start, end = ends(source, target, "breaking", "error")
    if isinstance(status, bool) or not isinstance(status, int) or status not in STATUSES:
        raise ValueError(f"status is {status!r}; expected the HTTP status, an integer from 100 to 599")
    return errored(payload, start, end, status, asked_of(request, end), chosen(options))


def errored(
    payload: Any,
    start: Profile,
    end: Profile,
    status: int,
    asked: Json | None,
    options: Options,
    sent: Sent | None = None,
) -> Translation:
    """`translate_error` for a request that was checked when it came; `sent`, if more was sent than it says."""
    try:
        body = read(payload)
        check(body, start, "error")
    except InvalidPayload:
        if isinstance(payload, str | bytes | bytearray):
            return Translation(unreadable(payload, status), Ledger(), status)
        raise
    if start is end:
        return Translation(dict(body), Ledger(), status)
    job = Job({}, start, end, options, asked)
    out = normal(body, status, job)
    job.sent = sent
    rewrite_param(out, job)
    return Translation(out, job.ledger, status)


def unreadable(payload: str | bytes | bytearray, status: int) -> Json:
    """The error body for an upstream's error that cannot be read: pages of proxies, empty bodies."""
    return error_body(f"The upstream answered {status}: {excerpt(payload)}", error_type(status))


def excerpt(payload: str | bytes | bytearray) -> str:
    """The beginning of what cannot be read, for people."""
    data = payload.encode("utf-8", "replace") if isinstance(payload, str) else payload
    return data[:SHOWN].decode("utf-8", "replace").strip() or "an empty body"


def _settled(out: Json, job: Job, tolerate: str, status: int | None = None) -> Translation:
    ledger = job.ledger
    if ledger.bars(tolerate):
        raise TranslationError(ledger, ledger.decisive(tolerate))
    return Translation(out, ledger, status)
