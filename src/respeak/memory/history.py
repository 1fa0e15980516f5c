"""State for upstreams that have none: `previous_response_id`, `item_reference` and stored responses.

A Responses client may rely on the provider to keep its answers; a Chat upstream keeps nothing. What the client sent
and got is remembered under the id of the answer and of each item, and put in place of the id when it comes back.
Where the provider keeps answers under a key that callers share, it is remembered whose each is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from respeak.loss import Place, Verdict, path_of
from respeak.memory.marks import entry_key
from respeak.plan import Json
from respeak.wire import dumps, loads

CONVERSATION = "conversation"
PREVIOUS = "previous_response_id"

CONTENTS: Mapping[str, tuple[str, ...]] = {
    "reasoning": ("encrypted_content", "content"),
    "compaction": ("encrypted_content",),
    "image_generation_call": ("result",),
    "file_search_call": ("results",),
    "code_interpreter_call": ("outputs",),
}
"""What items say beyond their id: one that has nothing of it stands for what the provider keeps under the id.

Not told apart: web searches, which never hold what was found; ids of files, containers, vector stores and prompts,
which belong to the key and to no answer.
"""


def wanted(request: Json, scope: str) -> list[str]:
    """Keys of what a request refers to."""
    previous = request.get(PREVIOUS)
    keys = [entry_key("response", previous, scope)] if isinstance(previous, str) else []
    names = [item["id"] for _, item in _references(request)]
    owners = [entry_key("response", owner, scope) for owner in map(_owner, names) if owner]
    return [*keys, *(entry_key("item", name, scope) for name in names), *owners]


def resolved(request: Json, found: Mapping[str, bytes], scope: str) -> tuple[Json, list[Place]]:
    """The request with its references replaced by what is remembered; the places of those to what is not."""
    out = dict(request)
    previous = request.get(PREVIOUS)
    before = _read(found, "response", previous, scope) if isinstance(previous, str) else None
    unknown: list[Place] = [(None, PREVIOUS)] if isinstance(previous, str) and before is None else []
    own, known = _listed(request.get("input")), _known(request, found, scope)
    for i, reference in _references(request):
        if reference["id"] in known:
            own[i] = known[reference["id"]]
        else:
            unknown.append(((None, "input"), i))
    if before is not None:
        del out[PREVIOUS]
        out["input"] = [*before["items"], *own]
    elif isinstance(request.get("input"), list):
        out["input"] = own
    return out, unknown


def own_places(found: list[tuple[Verdict, Place]], asked: Json, resolved: Json) -> None:
    """Let losses of a resolved request say where they stand in the client's own."""
    if PREVIOUS in asked and PREVIOUS not in resolved:
        found[:] = [(verdict, own_place(at, asked, resolved)) for verdict, at in found]


def own_place(at: Place, asked: Json, resolved: Json) -> Place:
    """A place of a resolved request in the client's own: all that came before is what `previous_response_id` names."""
    keys = path_of(at)
    if PREVIOUS not in asked or PREVIOUS in resolved or len(keys) < 2 or keys[0] != "input":
        return at
    given = asked.get("input")
    position = int(keys[1]) - (len(resolved["input"]) - len(_listed(given)))
    if position < 0:
        return (None, PREVIOUS)
    own: Place = (None, "input")
    for key in (position, *keys[2:]) if isinstance(given, list) else ():
        own = (own, key)
    return own


def entries(asked: Json, resolved: Json, answer: Json, scope: str) -> dict[str, bytes]:
    """What is to be remembered of an answer: the conversation, the response itself, each item."""
    if asked.get("store") is False or answer.get("status") not in ("completed", "incomplete"):
        return {}
    output = answer["output"]
    kept = {"items": [*_listed(resolved.get("input")), *output], "response": answer}
    found = {entry_key("response", str(answer["id"]), scope): dumps(kept)}
    for item in output:
        if item.get("id"):
            found[entry_key("item", item["id"], scope)] = dumps(item)
    return found


def claim_key(identifier: str, scope: str) -> str:
    """The key under which an answer that its upstream keeps is noted as the caller's."""
    return entry_key("kept", identifier, scope)


def claim(asked: Json, answer: Json, scope: str) -> dict[str, bytes]:
    """The note that an answer, its items and its conversation are the caller's, if its upstream keeps them."""
    output = answer.get("output") or ()
    if asked.get("store") is False:
        named = [item.get("id") for item in output if _is_known_by_id(item)]
    else:
        named = [answer.get("id"), _conversation(answer), *(item.get("id") for item in output)]
    return {claim_key(name, scope): b"true" for name in named if isinstance(name, str)}


def claimed(request: Json, scope: str) -> dict[str, Place]:
    """The keys of what a request refers to that must be the caller's, with the place of each reference."""
    named = {PREVIOUS: request.get(PREVIOUS), CONVERSATION: _conversation(request)}
    found: dict[str, Place] = {
        claim_key(name, scope): (None, field) for field, name in named.items() if isinstance(name, str)
    }
    for i, item in enumerate(_listed(request.get("input"))):
        if isinstance(item, dict) and _is_known_by_id(item) and isinstance(item.get("id"), str):
            found[claim_key(item["id"], scope)] = ((None, "input"), i)
    return found


def _conversation(payload: Json) -> Any:
    """The id of the conversation that a request or an answer belongs to, which is written in two ways."""
    found = payload.get(CONVERSATION)
    return found.get("id") if isinstance(found, dict) else found


def keys_of(answer: Json, scope: str) -> list[str]:
    """The keys of all that is remembered of a response."""
    items = [entry_key("item", item["id"], scope) for item in answer["output"] if item.get("id")]
    return [entry_key("response", str(answer["id"]), scope), *items]


def kept(found: Mapping[str, bytes], identifier: str, scope: str) -> Json | None:
    """What is remembered of a response: itself, and the `items` of its whole conversation."""
    return _read(found, "response", identifier, scope)


def input_items(kept: Json) -> list[Json]:
    """What a remembered response was made of, each item with an id."""
    response = kept["response"]
    items = kept["items"][: len(kept["items"]) - len(response["output"])]
    return [_item(item, f"{response['id']}_{i}") for i, item in enumerate(items)]


def _item(item: Json, name: str) -> Json:
    """An item as lists have it: with a type and an id, the content of a message in parts."""
    kind = item.get("type") or "message"
    out = {**item, "type": kind, "id": item.get("id") or f"{'msg' if kind == 'message' else kind}_{name}"}
    if kind == "message" and isinstance(item.get("content"), str):
        part = "output_text" if item.get("role") == "assistant" else "input_text"
        out["content"] = [{"type": part, "text": item["content"]}]
    return out


def _listed(value: Any) -> list[Json]:
    """The input as items."""
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    return list(value) if isinstance(value, list) else []


def _references(request: Json) -> Iterator[tuple[int, Json]]:
    """The references of a request, with their positions."""
    for i, item in enumerate(_listed(request.get("input"))):
        if isinstance(item, dict) and _is_reference(item) and isinstance(item.get("id"), str):
            yield i, item


def _is_reference(item: Json) -> bool:
    return item.get("type") == "item_reference" or (item.get("type") is None and item.keys() <= {"type", "id"})


def _is_known_by_id(item: Json) -> bool:
    """True for a reference, and for an item that leaves out what it says: its provider finds it by the id."""
    contents = CONTENTS.get(str(item.get("type")))
    return _is_reference(item) or (contents is not None and not any(map(item.get, contents)))


def _known(request: Json, found: Mapping[str, bytes], scope: str) -> dict[str, Json]:
    """What the references of a request stand for, by their ids: items of answers, and items that were sent."""
    names = {item["id"] for _, item in _references(request)}
    known: dict[str, Json] = {}
    for owner in {owner for owner in map(_owner, names) if owner}:
        response = _read(found, "response", owner, scope)
        known |= {item["id"]: item for item in input_items(response)} if response else {}
    items = {name: _read(found, "item", name, scope) for name in names}
    return known | {name: item for name, item in items.items() if item is not None}


def _owner(identifier: str) -> str | None:
    """The response that an item was sent for, where `input_items` named the item."""
    _, response, rest = identifier.partition("_resp_")
    owner, _, position = rest.rpartition("_")
    return f"resp_{owner}" if response and owner and position.isdigit() else None


def _read(found: Mapping[str, bytes], kind: str, identifier: str, scope: str) -> Json | None:
    try:
        kept = loads(found.get(entry_key(kind, identifier, scope)) or b"null")
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None
