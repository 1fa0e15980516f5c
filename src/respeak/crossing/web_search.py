"""Web search: a tool on Responses, an option of search models on Chat (mapping.md 5.1 and C2R-REQ-SUB)."""

from __future__ import annotations

import re
from typing import Any

from respeak.codes import Code
from respeak.loss import Place
from respeak.plan import IMPLIED, Always, Job, Json, Row, Table, both, only_responses
from respeak.verbs import BREAKING, DEGRADING, approximated, lost
from respeak.walk import said

NO_SEARCH = lost(Code.TOOL_DROPPED, DEGRADING, "on Chat only search models search the web; the model has one tool less")
SECOND_SEARCH = lost(Code.TOOL_DROPPED, DEGRADING, "Chat has one set of search options; those of the first tool hold")
ALWAYS_SEARCHES = approximated(Code.WEB_SEARCH_CHANGED, DEGRADING, "on Chat every request of a search model searches")
MAY_SEARCH = approximated(Code.WEB_SEARCH_CHANGED, DEGRADING, "on Responses the model decides whether it searches")

NO_HOSTED_SEARCH = lost(Code.WEB_SEARCH_DROPPED, BREAKING, "the target has no hosted tools; nothing searches the web")

SEARCH_MODEL = re.compile(r"(?<!re)search")
"""gpt-4o-search-preview, gpt-5-search-api; the deep-research models are not on Chat."""


def _location_down(value: Any, at: Place, job: Job) -> Any:
    """The place nests under approximate."""
    out = said(job.plans["user_location"], value, at, job)
    out.setdefault("approximate", {})
    return out


def _location_up(value: Any, at: Place, job: Job) -> Any:
    """The place without its nesting."""
    return said(job.plans["user_location"], value, at, job)


WEB_SEARCH = Table(
    "web_search",
    (
        only_responses("type", IMPLIED, note="the presence of web_search_options"),
        both("search_context_size"),
        both("user_location", down=_location_down, up=_location_up),
        only_responses(
            "filters",
            lost(
                Code.SEARCH_FILTER_DROPPED,
                BREAKING,
                "Chat searches without a filter",
                unless=({"allowed_domains": None}, {"allowed_domains": []}),
            ),
        ),
        only_responses(
            "external_web_access",
            lost(Code.SEARCH_FILTER_DROPPED, BREAKING, "Chat searches the live web always", unless=(True,)),
        ),
        only_responses(
            "search_content_types",
            lost(Code.SEARCH_FILTER_DROPPED, DEGRADING, "Chat does not choose content types"),
        ),
    ),
    "web search",
    ("tools[]<web_search>", "web_search_options"),
)

USER_LOCATION = Table(
    "user_location",
    (
        Row("type", "type", Always("approximate"), Always("approximate")),
        *(both(name, f"approximate.{name}") for name in ("country", "region", "city", "timezone")),
    ),
    "where the user is, roughly",
    ("tools[]<web_search>.user_location", "web_search_options.user_location"),
)

TABLES = (WEB_SEARCH, USER_LOCATION)


def searches(model: str) -> bool:
    """True for models that search the web on Chat."""
    return SEARCH_MODEL.search(model) is not None


def web_search_up(value: Json, at: Place, job: Job) -> list[Json]:
    """`web_search_options` as a tool, unless the target has functions and custom tools only."""
    if job.target.closed:
        job.note(NO_HOSTED_SEARCH, at)
        return []
    job.note(MAY_SEARCH, at)
    tool = {"type": "web_search", **said(job.plans["web_search"], value, at, job)}
    job.placed(tool, at)
    return [tool]
