"""Streams made of whole answers, as section 1.3 of the streaming specification orders their events.

Nothing of the library is used: what a service might send, well or carelessly, is drawn here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

import strategies
from streams.shapes import Json, Stream, numbered, side_by_side

Draw = Callable[[st.SearchStrategy[Any]], Any]


def event(kind: str, **more: Any) -> Json:
    return {"type": f"response.{kind}", **more}


@st.composite
def cuts(draw: st.DrawFn, text: str) -> list[str]:
    """The text in pieces of any size."""
    places = sorted(draw(st.sets(st.integers(1, max(1, len(text) - 1)), max_size=4)))
    bounds = [0, *(place for place in places if place < len(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(bounds) if text[start:end]]


# Responses ------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
citations = st.fixed_dictionaries(
    {
        "type": st.just("url_citation"),
        "url": st.just("https://example.com/"),
        "title": texts,
        "start_index": st.integers(0, 3),
        "end_index": st.integers(3, 9),
    }
)
text_parts = st.fixed_dictionaries(
    {
        "type": st.just("output_text"),
        "text": texts,
        "annotations": st.lists(citations, max_size=2),
        "logprobs": st.just([]),
    }
)
refusals = st.fixed_dictionaries({"type": st.just("refusal"), "refusal": texts})


def _item(kind: str, prefix: str, fields: dict[str, Any], optional: dict[str, Any] | None = None) -> Any:
    ids = st.uuids(version=4).map(lambda value: f"{prefix}_{value.hex}")
    return st.fixed_dictionaries({"type": st.just(kind), "id": ids, **fields}, optional=optional or {})


_CALL_IDS = st.uuids(version=4).map(lambda value: f"call_{value.hex}")
_DONE = st.just("completed")
_THOUGHT = st.lists(st.fixed_dictionaries({"type": st.just("summary_text"), "text": texts}), max_size=2)
messages = _item(
    "message",
    "msg",
    {
        "status": _DONE,
        "role": st.just("assistant"),
        "content": st.lists(st.one_of(text_parts, text_parts, refusals), min_size=1, max_size=2),
    },
    {"phase": strategies.phases},
)
function_calls = _item(
    "function_call",
    "fc",
    {"status": _DONE, "call_id": _CALL_IDS, "name": strategies.names, "arguments": strategies.arguments},
)
custom_calls = _item(
    "custom_tool_call", "ctc", {"call_id": _CALL_IDS, "name": strategies.names, "input": texts | st.just("")}
)
thoughts = _item("reasoning", "rs", {"summary": _THOUGHT}, {"encrypted_content": st.just("gAAA")})
searches = _item(
    "web_search_call", "ws", {"status": _DONE, "action": st.just({"type": "search", "query": "q", "sources": []})}
)
items = st.lists(st.one_of(messages, messages, function_calls, custom_calls, thoughts, searches), max_size=4)

_STREAMED = {
    "function_call": ("function_call_arguments", "arguments"),
    "custom_tool_call": ("custom_tool_call_input", "input"),
}
_TEXTS = {"output_text": ("output_text", "text"), "refusal": ("refusal", "refusal")}


class Manner:
    """How carelessly a service streams: whether deltas come, done events of texts, and items that are done."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        careful = st.integers(0, 9).map(bool)
        self.deltas, self.text_done, self.item_done = draw(careful), draw(careful), draw(careful)

    def pieces(self, text: str) -> list[str]:
        return self.draw(cuts(text)) if self.deltas else []


def item_events(item: Json, index: int, manner: Manner) -> Stream:
    """All events of one item."""
    at: Json = {"output_index": index, "item_id": item["id"]}
    inner = _message_events if item["type"] == "message" else _other_events
    out = [event("output_item.added", output_index=index, item=_skeleton(item)), *inner(item, at, manner)]
    if manner.item_done:
        out.append(event("output_item.done", output_index=index, item=item))
    return out


def _skeleton(item: Json) -> Json:
    empty: Json = {"message": {"content": []}, "reasoning": {"summary": []}}.get(item["type"], {})
    _, key = _STREAMED.get(item["type"], ("", ""))
    out = {name: value for name, value in item.items() if name != "encrypted_content"} | empty
    out |= {key: ""} if key else {}
    return out | ({"status": "in_progress"} if "status" in item else {})


def _message_events(item: Json, at: Json, manner: Manner) -> Stream:
    out: Stream = []
    for number, part in enumerate(item["content"]):
        here = {**at, "content_index": number}
        kind, key = _TEXTS[part["type"]]
        tokens: Json = {"logprobs": []} if kind == "output_text" else {}
        blank = {**part, key: "", **({"annotations": []} if tokens else {})}
        out.append(event("content_part.added", **here, part=blank))
        out += [event(f"{kind}.delta", **here, delta=piece, **tokens) for piece in manner.pieces(part[key])]
        out += [
            event("output_text.annotation.added", **here, annotation_index=position, annotation=annotation)
            for position, annotation in enumerate(part.get("annotations", ()) if manner.deltas else ())
        ]
        if manner.text_done:
            out.append(event(f"{kind}.done", **here, **{key: part[key]}, **tokens))
            out.append(event("content_part.done", **here, part=part))
    return out


def _other_events(item: Json, at: Json, manner: Manner) -> Stream:
    if item["type"] == "web_search_call":
        return [event("web_search_call.in_progress", **at), event("web_search_call.completed", **at)]
    if item["type"] == "reasoning":
        return [found for number, part in enumerate(item["summary"]) for found in _summary(part, number, at, manner)]
    name, key = _STREAMED[item["type"]]
    out = [event(f"{name}.delta", **at, delta=piece) for piece in manner.pieces(item[key])]
    return out + ([event(f"{name}.done", **at, **{key: item[key]})] if manner.text_done else [])


def _summary(part: Json, number: int, at: Json, manner: Manner) -> Stream:
    here = {**at, "summary_index": number}
    return [
        event("reasoning_summary_part.added", **here, part={**part, "text": ""}),
        *(event("reasoning_summary_text.delta", **here, delta=piece) for piece in manner.pieces(part["text"])),
        event("reasoning_summary_text.done", **here, text=part["text"]),
        event("reasoning_summary_part.done", **here, part=part),
    ]


RESPONSE: Json = {
    **{"id": "resp_1", "object": "response", "created_at": 1700000000, "status": "in_progress", "model": "gpt-5.6"},
    **{"output": [], "error": None, "incomplete_details": None, "instructions": None, "tools": [], "metadata": {}},
    **{"parallel_tool_calls": True, "tool_choice": "auto", "temperature": 1.0, "top_p": 1.0, "usage": None},
}
_ENDS: list[Json] = [
    {"status": "completed"},
    {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
    {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
    {"status": "failed", "error": {"code": "server_error", "message": "it broke"}},
]


@st.composite
def responses_streams(draw: st.DrawFn, ends: int = len(_ENDS)) -> Stream:
    """The events of a Response; the terminal one may come without output if every item was done."""
    output, manner = draw(items), Manner(draw)
    begun = [event("created", response=RESPONSE), event("in_progress", response=RESPONSE)]
    queues = [item_events(item, index, manner) for index, item in enumerate(output)]
    spoken = side_by_side(queues) if draw(st.booleans()) else [found for queue in queues for found in queue]
    end = draw(st.sampled_from(_ENDS[:ends]))
    told = [] if manner.item_done and draw(st.booleans()) else output
    usage = draw(st.none() | strategies.responses_usage)
    final = {**RESPONSE, **end, "output": told, "usage": usage}
    return numbered([*begun, *spoken, event(end["status"], response=final)])


# Chat -----------------------------------------------------------------------------------------------------------

HEAD: Json = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "gpt-4o"}
REASONING = ("reasoning_content", "reasoning")


def chunk(delta: Json, finish: str | None = None, index: int = 0, **more: Any) -> Json:
    return {**HEAD, "choices": [{"index": index, "delta": delta, "finish_reason": finish, **more}]}


def token(text: str) -> Json:
    return {"token": text, "logprob": -0.5, "bytes": list(text.encode()), "top_logprobs": []}


@st.composite
def spoken(draw: st.DrawFn, key: str) -> Stream:
    """A text of the message in pieces, perhaps with logprobs."""
    told = key == "content" and draw(st.booleans())
    return [
        chunk({key: piece}, **({"logprobs": {"content": [token(piece)], "refusal": None}} if told else {}))
        for piece in draw(cuts(draw(texts)))
    ]


@st.composite
def cited(draw: st.DrawFn) -> Stream:
    """Citations behind the text, in the nested form that Chat has."""
    found = draw(st.lists(citations, min_size=1, max_size=2))
    nested = [
        {"type": "url_citation", "url_citation": {key: value for key, value in entry.items() if key != "type"}}
        for entry in found
    ]
    return [chunk({"annotations": nested})]


@st.composite
def tool_calls(draw: st.DrawFn, ordered: bool = True) -> Stream:
    """Calls as providers tell them: side by side, or without index, or all with index 0, names late, ids again.

    `ordered`: no call that has its name already overtakes one that has not; a call is an item when it has a name.
    """
    numbering = draw(st.sampled_from(["dense", "dense", "dense", "missing", "zero"]))
    again, late, mixed = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    mixed = mixed and numbering == "dense" and not (ordered and late)
    queues = []
    for number in range(draw(st.integers(1, 3))):
        place: Json = {"dense": {"index": number}, "missing": {}, "zero": {"index": 0}}[numbering]
        queues.append(draw(_one_call(place, f"call_{number}", again, late)))
    return side_by_side(queues) if mixed else [entry for queue in queues for entry in queue]


@st.composite
def _one_call(draw: st.DrawFn, place: Json, identifier: str, again: bool, late: bool) -> Stream:
    kind = draw(st.sampled_from(["function", "function", "custom"]))
    key = "arguments" if kind == "function" else "input"
    text = draw(strategies.arguments) if kind == "function" else draw(texts)
    name, pieces = draw(strategies.names), draw(cuts(text))
    late = late and kind == "function" and draw(st.booleans())
    known: Json = {"id": identifier} if again else {}
    opening = {**place, "id": identifier, "type": kind, kind: {key: ""} | ({} if late else {"name": name})}
    entries = [opening] + ([{**place, **known, kind: {"name": name, key: ""}}] if late else [])
    entries += [
        {**place, **known, **({"type": kind} if kind == "custom" else {}), kind: {key: piece}} for piece in pieces
    ]
    return [chunk({"tool_calls": [entry]}) for entry in entries]


@st.composite
def legacy_call(draw: st.DrawFn) -> Stream:
    """The one call of an upstream that knows no tools."""
    pieces = draw(cuts(draw(strategies.arguments)))
    head = chunk({"function_call": {"name": draw(strategies.names), "arguments": ""}})
    return [head, *(chunk({"function_call": {"arguments": piece}}) for piece in pieces)]


@st.composite
def chat_streams(draw: st.DrawFn, ordered: bool = True) -> Stream:
    """The chunks of a completion. `ordered`: reasoning, text, citations, refusal, calls; else in any order."""
    given = {
        "reasoning": spoken(draw(st.sampled_from(REASONING))),
        "text": spoken("content"),
        "citations": cited(),
        "refusal": spoken("refusal"),
        "calls": st.one_of(tool_calls(ordered), tool_calls(ordered), legacy_call()),
    }
    parts = [draw(strategy) for name, strategy in given.items() if draw(st.booleans())]
    if not ordered:
        parts = draw(st.permutations([*parts, draw(spoken("content"))]))
    chunks = [chunk for part in parts for chunk in part]
    called = any({"tool_calls", "function_call"} & set(held["choices"][0]["delta"]) for held in chunks)
    reasons = ["tool_calls" if called else "stop", "length", "content_filter"]
    finish = draw(st.sampled_from([*reasons, None]))
    first = chunk({"role": "assistant", "content": draw(st.sampled_from(["", None]))})
    last = [] if finish is None else [chunk({}, finish)]
    return draw(_with_the_rest([first, *chunks, *last], complete=finish is not None))


@st.composite
def _with_the_rest(draw: st.DrawFn, chunks: Stream, complete: bool) -> Stream:
    """Other choices, empty chunks, and usage: not at all, at the end, on the finish chunk, or on every chunk."""
    if draw(st.integers(0, 5)) == 0:
        other = [chunk({"role": "assistant", "content": "x"}, index=1), *([chunk({}, "stop", 1)] if complete else [])]
        chunks = [chunks[0], other[0], *chunks[1:], *other[1:]]
    if draw(st.booleans()):
        place = draw(st.integers(0, len(chunks)))
        chunks = [*chunks[:place], {**HEAD, "choices": []}, *chunks[place:]]
    count = {"prompt_tokens": 3, "completion_tokens": draw(strategies.counts), "total_tokens": 9}
    where = draw(st.sampled_from(["nowhere", "last", "finish", "everywhere"]))
    if where == "last":
        return [*({**held, "usage": None} for held in chunks), {**HEAD, "choices": [], "usage": count}]
    if where == "finish":
        return [*chunks[:-1], {**chunks[-1], "usage": count}]
    return [{**held, "usage": count} for held in chunks] if where == "everywhere" else chunks
