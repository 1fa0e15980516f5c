"""Streams in other shapes that say the same: cut at their end, in single characters, interleaved; and their answers.

`through` is one translation, `said` what an answer says for comparison, ids and absent values aside.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import respeak
from respeak import Loss, StreamTranslator

Json = dict[str, Any]
Stream = list[Json]

TERMINAL = ("response.completed", "response.incomplete", "response.failed", "response.done", "error")


def through(events: Iterable[Json], source: str, target: str, **more: Any) -> tuple[Stream, Sequence[Loss]]:
    """What a client gets of a whole stream, and what was lost."""
    translator = StreamTranslator(source=source, target=target, **more)
    out = [event for given in events for event in translator.feed(given)]
    out += translator.close()
    return out, translator.losses


def ended(events: Stream) -> Stream:
    """The stream up to its first terminal event: some recordings hold two lives of a response."""
    for number, event in enumerate(events):
        if event.get("type") in TERMINAL or ("choices" not in event and event.get("error")):
            return events[: number + 1]
    return events


def has_failed(events: Stream) -> bool:
    """True for a stream that ends as a failure, in either family."""
    last = events[-1] if events else {}
    return bool(last.get("error")) or last.get("type") in ("response.failed", "error")


def said(value: Any) -> Any:
    """What an answer says: without ids, and without what is absent."""
    if isinstance(value, dict):
        return {key: said(held) for key, held in value.items() if key != "id" and held is not None}
    return [said(held) for held in value] if isinstance(value, list) else value


def told(losses: Iterable[Loss]) -> list[tuple[str, str]]:
    return sorted((loss.code.value, loss.path) for loss in losses)


def in_floats(value: Any) -> Any:
    """Numbers as one type, for readers that take 0 for 0.0."""
    if isinstance(value, dict):
        return {key: in_floats(held) for key, held in value.items()}
    if isinstance(value, list):
        return [in_floats(held) for held in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def differences(left: Any, right: Any, at: str = "") -> Iterator[str]:
    """Where two payloads are not the same."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in [*left, *(key for key in right if key not in left)]:
            yield from differences(left.get(key), right.get(key), f"{at}/{key}")
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for number, pair in enumerate(zip(left, right, strict=True)):
            yield from differences(*pair, f"{at}/{number}")
    elif left != right or type(left) is not type(right):
        yield f"{at}: {str(left)[:80]} is not {str(right)[:80]}"


# What was said, the same for either family ------------------------------------------------------------------------


def gist(answer: Json) -> Json:
    """Text, refusal, calls and usage of an answer of either family."""
    return _gist_of_completion(answer) if "choices" in answer else _gist_of_response(answer)


def _gist_of_completion(answer: Json) -> Json:
    message = next((choice["message"] for choice in answer["choices"] if choice["index"] == 0), {})
    calls = [_call(call, call["type"]) for call in message.get("tool_calls") or ()]
    if message.get("function_call"):
        calls.append((message["function_call"]["name"], message["function_call"]["arguments"] or "{}"))
    content = message.get("content") or ""
    if isinstance(content, list):
        content = "".join(part.get("text") or "" for part in content if part["type"] == "text")
    usage = answer.get("usage") or {}
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    return {"text": content, "refusal": message.get("refusal") or "", "calls": calls, "usage": counts}


def _call(call: Json, kind: str) -> tuple[str, str]:
    inner = call[kind]
    return inner["name"], inner["input"] if kind == "custom" else inner["arguments"] or "{}"


def _gist_of_response(answer: Json) -> Json:
    texts, refusals, calls = [], [], []
    for item in answer.get("output") or ():
        if item["type"] == "function_call":
            name = f"{item['namespace']}__{item['name']}" if item.get("namespace") else item["name"]
            calls.append((name, item["arguments"] or "{}"))
        elif item["type"] == "custom_tool_call":
            calls.append((item["name"], item["input"]))
        elif item["type"] == "message":
            texts.append("".join(part.get("text") or "" for part in item["content"]))
            refusals += [part.get("refusal") or "" for part in item["content"]]
    usage = answer.get("usage") or {}
    return {
        "text": "\n\n".join(text for text in texts if text),
        "refusal": "".join(refusals),
        "calls": calls,
        "usage": (usage.get("input_tokens"), usage.get("output_tokens")),
    }


# Other shapes -----------------------------------------------------------------------------------------------------


def numbered(events: Stream) -> Stream:
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def in_characters(events: Stream, family: str) -> Stream:
    """The same stream with every text in single characters; logprobs stay with the first one."""
    if family == "responses":
        return numbered([piece for event in events for piece in _event_in_characters(event)])
    return [piece for chunk in events for piece in _chunk_in_characters(chunk)]


def _event_in_characters(event: Json) -> Stream:
    delta = event.get("delta")
    if not isinstance(delta, str) or len(delta) < 2:
        return [event]
    rest = {**event, "logprobs": []} if "logprobs" in event else event
    return [{**(rest if number else event), "delta": character} for number, character in enumerate(delta)]


def _chunk_in_characters(chunk: Json) -> Stream:
    """Only a chunk that says one thing of one choice is cut; the finish and the usage stay in the last piece."""
    choices = chunk.get("choices") or [{}]
    delta = choices[0].get("delta") or {}
    spoken = [key for key, value in delta.items() if value]
    if len(choices) != 1 or len(spoken) != 1 or choices[0].get("finish_reason") or chunk.get("usage"):
        return [chunk]
    return [
        _with_delta(chunk, piece, number == 0) for number, piece in enumerate(_delta_in_characters(delta, spoken[0]))
    ]


def _delta_in_characters(delta: Json, key: str) -> Stream:
    value = delta[key]
    if key in ("content", "refusal") and isinstance(value, str):
        return [{key: character} for character in value]
    if key != "tool_calls" or len(value) != 1 or set(value[0]) - {"index", "function"}:
        return [delta]
    inner = value[0].get("function") or {}
    if set(inner) != {"arguments"} or not inner["arguments"]:
        return [delta]
    return [{key: [{**value[0], "function": {"arguments": character}}]} for character in inner["arguments"]]


def _with_delta(chunk: Json, delta: Json, first: bool) -> Json:
    choice = {**chunk["choices"][0], "delta": delta}
    return {**chunk, "choices": [choice if first else {**choice, "logprobs": None}]}


def interleaved(events: Stream, family: str) -> Stream | None:
    """The same stream with its items, or calls, side by side; None where there are no two to mix."""
    mixed = _items_side_by_side(events) if family == "responses" else _calls_side_by_side(events)
    return None if mixed is None else copy.deepcopy(mixed)


def side_by_side(queues: Iterable[Stream]) -> Stream:
    """One of each, then the second of each, and so on."""
    return [event for row in itertools.zip_longest(*queues) for event in row if event is not None]


def _items_side_by_side(events: Stream) -> Stream | None:
    """All items open at once: announced in their order, then event by event in turn."""
    of_items = [event for event in events if "output_index" in event]
    queues: dict[int, Stream] = {}
    for event in of_items:
        queues.setdefault(event["output_index"], []).append(event)
    added = [queue[0]["type"] for queue in queues.values()]
    if len(queues) < 2 or set(added) != {"response.output_item.added"} or list(queues) != sorted(queues):
        return None
    first = events.index(of_items[0])
    between = [event for event in events[first:] if "output_index" not in event and "response" not in event]
    if between:
        return None
    tail = [event for event in events[first:] if "output_index" not in event]
    return numbered([*events[:first], *side_by_side(queues.values()), *tail])


def _calls_side_by_side(chunks: Stream) -> Stream | None:
    """All calls of a chunk stream open at once, if they are told well: one entry a chunk, nothing between."""
    at = [number for number, chunk in enumerate(chunks) if _entries(chunk)]
    queues: dict[int, Stream] = {}
    for number in at:
        entries = _entries(chunks[number])
        if len(entries) != 1 or entries[0].get("index") is None:
            return None
        queues.setdefault(entries[0]["index"], []).append(chunks[number])
    well = all(_entries(queue[0])[0].get("id") and _name(queue[0]) for queue in queues.values())
    if len(queues) < 2 or not well or at != list(range(at[0], at[-1] + 1)):
        return None
    if any(_entries(chunk)[0].get("id") for queue in queues.values() for chunk in queue[1:]):
        return None
    return [*chunks[: at[0]], *side_by_side(queues.values()), *chunks[at[-1] + 1 :]]


def _entries(chunk: Json) -> list[Json]:
    return [
        entry for choice in chunk.get("choices") or () for entry in (choice.get("delta") or {}).get("tool_calls") or ()
    ]


def _name(chunk: Json) -> Any:
    [entry] = _entries(chunk)
    return (entry.get("custom") or entry.get("function") or {}).get("name")


def assembled(events: Stream, dialect: str) -> Json:
    return respeak.answer_of(events, dialect=dialect)
