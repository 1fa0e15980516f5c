"""What comes in: the dialects of a route, and payloads read and checked before anything is done with them."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

from respeak import profiles
from respeak.errors import InvalidPayload, UnknownDialect, Violation
from respeak.gate import Gate, finding
from respeak.loss import TOLERANCES
from respeak.models.registry import model_of
from respeak.plan import Json
from respeak.profiles.profile import Kind, Profile


def ends(source: str, target: str, tolerate: str, kind: Kind) -> tuple[Profile, Profile]:
    """The profiles of a route. Clients of a source-only dialect get answers, but nobody sends them requests."""
    start, end = profiles.get(source), profiles.get(target)
    if kind == "request" and end.source_only and start is not end:
        raise UnknownDialect(target, targets(), source_only=True)
    if tolerate not in TOLERANCES:
        raise ValueError(f"tolerate is {tolerate!r}; expected one of {', '.join(TOLERANCES)}")
    return start, end


def targets() -> tuple[str, ...]:
    """Names of the dialects that requests can be said in."""
    return tuple(name for name in profiles.names() if not profiles.get(name).source_only)


def asked_of(request: Any, client: Profile) -> Json | None:
    """The client's original request, checked like any other; what is wrong with it is said to be the request's."""
    if request is None:
        return None
    try:
        body = read(request)
        check(body, client, "request")
    except InvalidPayload as error:
        where = [replace(found, expected=f"{found.expected} in the client's request") for found in error.violations]
        raise InvalidPayload(where) from None
    return body


def read(payload: Any) -> Json:
    """The payload as a dict; the caller's own dict is never changed."""
    if payload.__class__ is dict:
        return cast(Json, payload)
    if isinstance(payload, str | bytes | bytearray):
        payload = _parsed(payload)
    elif hasattr(payload, "model_dump"):
        payload = of_model(payload)
    elif isinstance(payload, Mapping) and not isinstance(payload, dict):
        payload = dict(payload)
    if isinstance(payload, dict):
        return payload
    raise InvalidPayload([Violation("", "a JSON object", type(payload).__name__)])


def of_model(model: Any) -> Any:
    """A Pydantic model as it goes over the wire: what was set, under the keys that the API has (`schema`).

    Models of SDKs hold values that their own release does not know; to warn of them is not theirs but the gate's.
    """
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True, warnings=False)


def check(body: Json, profile: Profile, kind: Kind) -> None:
    """The gate: raises InvalidPayload unless the payload is one of its dialect."""
    gate_of(profile.name, profile.family, kind).check(body)
    if kind == "response" and profile.family == "responses" and ANSWERS.isdisjoint(body):
        raise InvalidPayload([Violation("", 'key "output"', finding(body))])


ANSWERS = frozenset(("output", "output_text", "status", "error"))
"""Keys of which every answer of the Responses family has one, however much its provider leaves out."""


@cache
def gate_of(dialect: str, family: str, kind: str) -> Gate:
    """The gate of a dialect's payloads; it holds the model and nothing of any payload."""
    return Gate(model_of(dialect, family, kind))


def value_of(text: str | bytes | bytearray, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    """The value of a JSON document, bytes in UTF-8; `pairs` makes its objects, if they are to be no plain dicts.

    Raises ValueError, whose message says in plain words why there is none.
    """
    try:
        text = text if isinstance(text, str) else text.decode("utf-8-sig")
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise ValueError(_why(error)) from None


def _parsed(text: str | bytes | bytearray) -> Any:
    try:
        found = value_of(text)
        if "\\u" in text or not text.isascii() if isinstance(text, str) else b"\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # some escapes, and some strings of Python, are no text
    except UnicodeEncodeError:
        raise InvalidPayload([Violation("", "valid Unicode", "a lone surrogate")]) from None
    except (ValueError, RecursionError) as error:
        raise InvalidPayload([Violation("", "a JSON document", f"none: {error}")]) from None
    return found


def _why(error: Exception) -> str:
    """What is wrong with a text that is no JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg.removesuffix(' at')}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is {error.object[error.start]:#04x}, which is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    limit = sys.get_int_max_str_digits()
    return f"an integer of more than {limit} digits" if "int_max_str_digits" in str(error) else str(error)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text[:40]} is too large")
    return number


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
