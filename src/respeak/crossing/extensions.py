"""What Chat messages carry for clients that keep unknown fields: `phase`, and reasoning in `reasoning_details`.

The second carrier beside a gateway's memory, by option and profile. The form of the details is OpenRouter's, marked
as made of Responses items, so that reasoning of other providers is not taken for it. Clients that gather a stream
merge the entries of one `index` (streaming.md 2, rule 1), so each entry has its own; what is encrypted ends an item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import IMPLIED, Job, Json
from respeak.verbs import DEGRADING, HARMLESS, lost
from respeak.walk import Plan, walk

FORMAT = "openai-responses-v1"
SUMMARY, ENCRYPTED = "reasoning.summary", "reasoning.encrypted"
VALUES: Mapping[str, str] = {SUMMARY: "summary", ENCRYPTED: "data"}
"""Under which key an entry says what it holds, by type."""

TEXT = lost(Code.REASONING_DROPPED, DEGRADING, "the text of a thought is not sent, only its encrypted form")
STATUS = lost(Code.STATUS_DROPPED, HARMLESS, "entries of reasoning_details have no status", unless=("completed",))
FOREIGN = lost(Code.REASONING_DROPPED, DEGRADING, "the entry was not made of a reasoning item of Responses")
ALONE = lost(Code.REASONING_DROPPED, DEGRADING, "a summary means nothing upstream without its encrypted item")

_ITEM = Plan(
    {**dict.fromkeys(("type", "id", "summary", "encrypted_content"), IMPLIED), "content": TEXT, "status": STATUS}
)
_PART = Plan(dict.fromkeys(("type", "text"), IMPLIED))
_ENTRY = {kind: Plan(dict.fromkeys(("type", "format", "index", "id", key), IMPLIED)) for kind, key in VALUES.items()}
"""Which keys of an item, of a part of its summary and of an entry travel; others are reported."""


def given(job: Job) -> bool:
    """True when the answer goes to a client that keeps extensions."""
    return bool(job.options.extensions and job.target.extensions)


def taken(job: Job) -> bool:
    """True when the request comes from a client that was given extensions."""
    return bool(job.options.extensions and job.source.extensions)


def carried(item: Json) -> bool:
    """True when a reasoning item can be sent back from its details: what is not encrypted means nothing upstream."""
    return bool(item.get("encrypted_content"))


def details(item: Json, first: int, at: Place, job: Job) -> list[Json]:
    """A reasoning item as entries numbered from `first`: its summaries, then what is encrypted."""
    walk(_ITEM, item, {}, at, job)
    entries: list[Json] = []
    for i, part in enumerate(item.get("summary") or ()):
        walk(_PART, part, {}, ((at, "summary"), i), job)
        entries.append({"type": SUMMARY, "summary": part.get("text") or ""})
    entries.append({"type": ENCRYPTED, "data": item["encrypted_content"]})
    mark = {"id": item.get("id"), "format": FORMAT}
    return [{**entry, **mark, "index": first + i} for i, entry in enumerate(entries)]


def reasoning_items(entries: list[Json], at: Place, job: Job) -> list[Json]:
    """The items that `details` was made of, in their order; what is none of them is reported."""
    items: list[Json] = []
    waiting: list[tuple[Json, Place]] = []
    for entry, place in _own(entries, at, job):
        if waiting and waiting[0][0].get("id") != entry.get("id"):
            _leave(waiting, job)
        waiting.append((entry, place))
        if entry["type"] == ENCRYPTED:
            items.append(_item([held for held, _ in waiting]))
            waiting.clear()
    _leave(waiting, job)
    return items


def _own(entries: list[Json], at: Place, job: Job) -> Iterator[tuple[Json, Place]]:
    """The entries that `details` can have made, with their places."""
    for i, entry in enumerate(entries):
        if _is_own(entry):
            walk(_ENTRY[entry["type"]], entry, {}, (at, i), job)
            yield entry, (at, i)
        else:
            job.note(FOREIGN, (at, i))


def _is_own(entry: Json) -> bool:
    """True for an entry of our format and form: clients may send anything."""
    kind, identity = entry.get("type"), entry.get("id")
    if entry.get("format") != FORMAT or kind not in tuple(VALUES) or not isinstance(identity, str | None):
        return False
    value = entry.get(VALUES[kind])
    return isinstance(value, str) and (kind == SUMMARY or value != "")


def _leave(waiting: list[tuple[Json, Place]], job: Job) -> None:
    """Report summaries whose encrypted item never came."""
    for _, place in waiting:
        job.note(ALONE, place)
    waiting.clear()


def _item(entries: list[Json]) -> Json:
    """The reasoning item of these entries, the encrypted one last."""
    *summaries, encrypted = entries
    identity = encrypted.get("id")
    return {
        "type": "reasoning",
        **({} if identity is None else {"id": identity}),
        "summary": [{"type": "summary_text", "text": entry["summary"]} for entry in summaries],
        "encrypted_content": encrypted["data"],
    }
