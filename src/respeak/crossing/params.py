"""`param` of an error, from the upstream's field names back to the client's (mapping.md section 9).

`messages[3].content` becomes `input[5].content`: names by the request table, positions by translating the
client's request once more and asking where each message came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from respeak.crossing.errors import place_of
from respeak.crossing.request import REQUEST
from respeak.plan import Json

_STEP = re.compile(r"[^.\[\]]+")


def split(param: str) -> list[str | int]:
    """`messages[3].content` or `messages.3.content` as keys."""
    return [int(key) if key.isdigit() else key for key in _STEP.findall(param)]


def join(keys: list[str | int]) -> str:
    """Keys as the live services write them: `input[3].content`."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def names(source: Any, target: Any) -> Mapping[str, list[str]]:
    """Client names of each upstream field. `source` is the upstream's profile, `target` the client's."""
    found: dict[str, list[str]] = {}
    for row in REQUEST.rows:
        theirs = row.responses if source.family == "responses" else row.chat
        ours = row.responses if target.family == "responses" else row.chat
        if theirs and ours:
            found.setdefault(_own(theirs, source), []).append(_own(ours, target))
            found.setdefault(theirs, []).append(_own(ours, target))
    return found


def _own(name: str, profile: Any) -> str:
    """A field's name at a provider, which may rename it."""
    say = profile.says.get("request", {}).get(name)
    if isinstance(say, tuple):
        say = say[0]
    return say if isinstance(say, str) else name


def rewritten(param: str, source: Any, target: Any, request: Json | None, places: Mapping[str, Any]) -> str:
    """The client's name for what the upstream calls `param`; an unknown name stays as it is.

    `places` maps `messages[3]` of the translated request to its place in the client's.
    """
    keys = split(param)
    for length in range(len(keys), 0, -1):
        head, rest = join(keys[:length]), keys[length:]
        if head in places:
            return join(place_of(places[head]) + rest)
        candidates = [name for name in names(source, target).get(head, ()) if name]
        if candidates:
            present = [name for name in candidates if request is None or name.split(".")[0] in request]
            return join([*split((present or candidates)[0]), *rest])
    return param
