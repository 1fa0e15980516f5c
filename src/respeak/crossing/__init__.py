"""Where the families meet: a file an object, both directions side by side.

`TABLES` holds every table by name; profiles speak of objects by these names.
"""

from __future__ import annotations

from collections.abc import Mapping

from respeak.crossing import answer, citations, format, items, parts, request, tools, usage
from respeak.plan import Table

TABLES: Mapping[str, Table] = {
    table.name: table
    for module in (request, format, items, parts, tools, answer, citations, usage)
    for table in module.TABLES
}
"""Every table of the crossing, by name."""
