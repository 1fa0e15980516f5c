"""What is wrong with a configuration, in the words of TOML. Values are not shown: one of them may be a key."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import Any

NAMES = {str: "a string", bool: "a boolean", int: "an integer", float: "a number", list: "an array", dict: "a table"}

TYPES: Mapping[str, str] = {
    "tuple_type": "an array",
    "model_type": "a table",
    "dict_type": "a table",
    "string_type": "a string",
    "path_type": "a string",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
}
"""What is expected where a value has another type, by pydantic's names of errors."""

SHAPES: Mapping[str, str] = {
    "upstream": "an array of tables, each headed [[upstream]]",
    "models": 'an array such as ["gpt-*"]',
}
"""Arrays, by their key."""

BOUNDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "finite_number": lambda bound: "expected a finite number",
    "greater_than": lambda bound: f"expected more than {bound['gt']:g}",
    "greater_than_equal": lambda bound: f"expected {bound['ge']:g} or more",
    "less_than_equal": lambda bound: f"expected {bound['le']:g} or less",
    "literal_error": lambda bound: f"expected {bound['expected']}",
    "missing": lambda bound: "expected a value, found none",
    "string_too_short": lambda bound: "expected a string that is not empty",
}
"""What is expected where a value has its type and breaks a bound."""


def line(error: Mapping[str, Any], known: Collection[str]) -> str:
    """One error of pydantic: the place and what is wrong there. `known` are the keys of the table that it is in."""
    keys, kind = error["loc"], error["type"]
    place = ".".join(str(key) for key in keys) or "(whole file)"
    if kind == "extra_forbidden":
        return f"{place}: {unknown(str(keys[-1]), known)}"
    if kind in TYPES:
        wanted = SHAPES.get(str(keys[-1]), TYPES[kind]) if kind == "tuple_type" else TYPES[kind]
        return f"{place}: expected {wanted}, found {NAMES.get(type(error['input']), 'something else')}"
    if kind in BOUNDS:
        return f"{place}: {BOUNDS[kind](error.get('ctx', {}))}"
    return f"{place}: {error['msg'].removeprefix('Value error, ')}"


def unknown(key: str, known: Collection[str]) -> str:
    """The words for a key that there is not."""
    near = difflib.get_close_matches(key, known, n=1)
    return "no such key; " + (f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}")
