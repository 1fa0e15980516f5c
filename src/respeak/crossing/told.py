"""Which fields the rules between fields speak of, for the printed mapping: what no row of a table can say.

A rule that judges several fields, or one field by another, is code; here each of its verdicts has the fields at
which it is reported.
"""

from __future__ import annotations

from collections.abc import Mapping

from respeak.crossing.fold import IMAGE_MOVED, IMAGE_RESULT, ORPHAN, UNANSWERED
from respeak.crossing.items import UNKNOWN_CALL, UNKNOWN_ITEM
from respeak.crossing.names import NAME_CHANGED
from respeak.crossing.parts import (
    DETAIL_LOWERED,
    FILE_BY_URL,
    FOREIGN_REFUSAL,
    HIDDEN_REASONING,
    IMAGE_BY_ID,
    UNKNOWN_PART,
)
from respeak.crossing.request import ALL_HOISTED, NO_INPUT, NO_MESSAGES, RECONFIGURED, TWO_LIMITS
from respeak.crossing.toolbox import NOT_OFFERED
from respeak.crossing.tools import DUPLICATE, LOADED, NAME_TAKEN, NO_NAME, UNKNOWN_TOOL
from respeak.crossing.unfold import ID_CHANGED
from respeak.crossing.waiting import ID_CHANGED as REPEATED_ID
from respeak.crossing.web_search import ALWAYS_SEARCHES, NO_HOSTED_SEARCH, NO_SEARCH, SECOND_SEARCH
from respeak.plan import Told

DOWN = (
    Told("input", None, "messages", "an empty one is refused", (NO_MESSAGES, UNKNOWN_ITEM)),
    Told("input[]", None, "messages[]", "outputs stand behind their calls", (UNANSWERED, ORPHAN)),
    Told("input[].content[]", None, "messages[].content[]", "by role", (FOREIGN_REFUSAL, UNKNOWN_PART, IMAGE_MOVED)),
    Told(
        "input[].output[]",
        None,
        "messages[].content[]",
        "parts of an output, as parts of a message",
        (IMAGE_MOVED, IMAGE_RESULT, FILE_BY_URL, IMAGE_BY_ID, DETAIL_LOWERED, HIDDEN_REASONING, UNKNOWN_PART),
    ),
    Told("input[].name", None, "messages[].tool_calls[].function.name", "the tool's", (NAME_CHANGED,)),
    Told("input[].tools[]", None, "tools[]", "loaded with the others", (LOADED, DUPLICATE, NAME_TAKEN, UNKNOWN_TOOL)),
    Told("tools[]", None, "tools[]", "one of each name", (NAME_CHANGED, NO_NAME, DUPLICATE, NAME_TAKEN)),
    Told(
        "tools[]<web_search>",
        None,
        "web_search_options",
        "for search models",
        (ALWAYS_SEARCHES, NO_SEARCH, SECOND_SEARCH),
    ),
    Told("input[].call_id", None, "messages[].tool_calls[].id", "each once in a turn", (REPEATED_ID,)),
    Told("input[].id", None, "messages[].tool_calls[].id", "that of an MCP call, which is no other's", (REPEATED_ID,)),
    Told("tool_choice", None, "tool_choice", "of the tools that are left", (NOT_OFFERED,)),
    Told("reasoning.effort", None, "reasoning_effort", "the last one said holds", (RECONFIGURED,)),
    Told("text.format", None, "response_format", "the last one said holds", (RECONFIGURED,)),
)
UP = (
    Told(None, "messages", "input", "an empty one is refused", (NO_INPUT, ALL_HOISTED)),
    Told(None, "messages[]", "input[]", "outputs are paired with their calls", (ORPHAN, UNKNOWN_CALL)),
    Told(None, "messages[].tool_calls[]", "input[]", "each has an output", (UNANSWERED, UNKNOWN_CALL)),
    Told(None, "messages[].tool_calls[].id", "input[].call_id", "each once", (ID_CHANGED,)),
    Told(None, "tools[]", "tools[]", "one of each name", (NO_NAME,)),
    Told(None, "tool_choice", "tool_choice", "of the tools that are left", (NOT_OFFERED,)),
    Told(None, "max_tokens", "max_output_tokens", "one limit", (TWO_LIMITS,)),
    Told(None, "web_search_options", None, "", (NO_HOSTED_SEARCH,)),
)

TOLD: Mapping[str, tuple[Told, ...]] = {"down": DOWN, "up": UP}
"""By direction; the last words on `web_search_options` are those of targets without hosted tools."""
