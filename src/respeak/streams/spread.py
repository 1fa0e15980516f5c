"""A finished answer as a stream, for upstreams that cannot stream: one delta for each text (streaming.md section 5)."""

from __future__ import annotations

from respeak.crossing.answer import REASONING
from respeak.errors import InvalidPayload, Violation
from respeak.gate import finding
from respeak.plan import Json
from respeak.streams import script as events
from respeak.streams.chunks import CHUNK

STATUSES = ("completed", "incomplete", "failed", "cancelled")
HEAD = ("id", "created", "model", "service_tier", "system_fingerprint")


def spread_response(answer: Json) -> list[Json]:
    """The events of a Response that is finished. Raises InvalidPayload for one that is still running."""
    status = answer.get("status") or "completed"
    if status not in STATUSES:
        raise InvalidPayload([Violation("/status", "a finished response", finding(status))])
    script = events.Script()
    blank = {key: value for key, value in answer.items() if key != "completed_at"}
    blank |= events.UNBEGUN
    script.emit("response.created", {"response": blank})
    script.emit("response.in_progress", {"response": events.fresh(blank)})
    for index, item in enumerate(answer.get("output") or ()):
        events.whole(script, item, index)
    script.emit(events.TERMINAL.get(status, "response.failed"), {"response": answer})
    return script.take()


def spread_chat(answer: Json) -> list[Json]:
    """The chunks of a completion, choice by choice, the usage last, or an error."""
    head: Json = {"object": CHUNK, **{key: answer[key] for key in HEAD if key in answer}}
    if answer.get("usage") is not None:
        head["usage"] = None
    chunks: list[Json] = [
        {**head, "choices": [{"index": choice.get("index", 0), **said}]}
        for choice in answer.get("choices") or ()
        for said in _choice(choice)
    ]
    rest = {key: value for key, value in answer.items() if key not in (*HEAD, "object", "choices", "usage", "error")}
    if rest and chunks and "moderation" not in rest:
        chunks[-1] |= rest
    elif rest:
        chunks.append({**head, "choices": [], **rest})
    if answer.get("usage") is not None:
        chunks.append({**head, "choices": [], "usage": answer["usage"]})
    if answer.get("error") is not None:
        chunks.append({**head, "choices": [], "error": answer["error"]})  # behind it nothing is read
    return chunks


def _choice(choice: Json) -> list[Json]:
    """What the chunks of one choice say: the role first, then each key of the message, then the finish."""
    message = choice.get("message") or {}
    calls, content = message.get("tool_calls") or [], message.get("content")
    said = ("role", "content", "refusal", "tool_calls")
    more = {key: value for key, value in message.items() if key not in said and value is not None}
    silent = content is None or (not content and calls)
    first: Json = {"role": message.get("role") or "assistant", "content": None if silent else ""}
    first |= {key: value for key, value in more.items() if not value}
    if "refusal" in message:
        first["refusal"] = None
    thoughts = {key: value for key, value in more.items() if value and key in REASONING}
    deltas: list[Json] = [{key: value} for key, value in thoughts.items()]
    if content:
        deltas.append({"content": content})
    if more.get("annotations"):
        deltas.append({"annotations": more.pop("annotations")})  # of the text, which a refusal ends
    if message.get("refusal"):
        deltas.append({"refusal": message["refusal"]})
    deltas += [{key: value} for key, value in more.items() if value and key not in thoughts]
    deltas += [{"tool_calls": [{"index": number, **call}]} for number, call in enumerate(calls)]
    out: list[Json] = [{"delta": delta, "logprobs": None, "finish_reason": None} for delta in (first, *deltas)]
    if choice.get("logprobs") is not None:
        spoken = next((entry for entry in out if entry["delta"].get("content")), out[0])
        spoken["logprobs"] = choice["logprobs"]
    rest = {key: value for key, value in choice.items() if key not in ("index", "message", "logprobs")}
    return [*out, {"delta": {}, "logprobs": None, **rest}]
