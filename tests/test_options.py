"""Options are what they say or they are not made."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from typing import Any, get_args, get_type_hints

import pytest

from respeak import Options, StreamTranslator, translate_request, translate_response
from respeak.options import DEFAULT, EFFORT, EFFORTS, KINDS

BOOLEANS = ("final_only", "hoist_instructions", "infer_phase", "bridge", "aimlapi_store", "extensions")


def test_every_option_says_what_it_has_to_be() -> None:
    assert [name for name, *_ in KINDS] == [field.name for field in dataclasses.fields(Options)]
    hints = get_type_hints(Options)
    assert get_args(hints["effort_with_tools"]) == EFFORTS and all(f'"{each}"' in EFFORT for each in EFFORTS)
    for name, kind, _ in KINDS:
        if name != "effort_with_tools":
            assert (get_args(hints[name]) or hints[name]) == kind


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"separator": 5}, "option separator: expected a string, found 5"),
        ({"separator": None}, "option separator: expected a string, found None"),
        ({"separator": b"\n"}, "option separator: expected a string, found a bytes"),
        ({"model": 5.5}, "option model: expected a string or None, found 5.5"),
        ({"model": ["gpt-5"]}, "option model: expected a string or None, found a list"),
        ({"effort_with_tools": None}, 'option effort_with_tools: expected "keep", "none" or "refuse", found None'),
        *(({name: "false"}, f"option {name}: expected True or False, found 'false'") for name in BOOLEANS),
        *(
            ({name: number}, f"option {name}: expected True or False, found {number}")
            for name in BOOLEANS
            for number in (0, 1)
        ),
    ],
)
def test_an_option_of_the_wrong_type_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        Options(**given)
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        dataclasses.replace(DEFAULT, **given)


@pytest.mark.parametrize("value", ["bogus", "", "Keep", "none ", "x\ny"])
def test_a_choice_that_there_is_not_is_refused(value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        Options(effort_with_tools=value)
    expected = f'option effort_with_tools: expected "keep", "none" or "refuse", found {value!r}'
    assert str(caught.value) == expected and "\n" not in expected


def test_no_model_is_none_and_not_the_empty_string() -> None:
    with pytest.raises(ValueError, match=r"^option model: expected a model id or None, found ''$"):
        Options(model="")


def test_a_long_value_is_cut() -> None:
    with pytest.raises(ValueError) as caught:
        Options(effort_with_tools="x" * 1000)  # type: ignore[arg-type]
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"separator": "", "model": "gpt-5"},
        {"model": None, "final_only": True},
        *({"effort_with_tools": each} for each in EFFORTS),
    ],
)
def test_options_as_they_should_be_are_made(given: dict[str, Any]) -> None:
    made = Options(**given)
    assert all(getattr(made, name) == value for name, value in given.items())


def test_options_need_no_other_module_of_ours() -> None:
    program = "import sys, respeak.options; print(*sorted(name for name in sys.modules if name.startswith('respeak')))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["respeak", "respeak.options"]


@pytest.mark.parametrize("given", [{"bridge": False}, "bridge", True])
def test_options_of_another_type_are_told_in_one_line(given: Any) -> None:
    message = f"options: expected respeak.Options, found a {type(given).__name__}"
    body = {"model": "m", "input": "x"}
    with pytest.raises(TypeError, match=message):
        translate_request(body, source="responses", target="chat", options=given)
    with pytest.raises(TypeError, match=message):
        translate_response({"choices": []}, source="chat", target="responses", options=given)
    with pytest.raises(TypeError, match=message):
        StreamTranslator(source="chat", target="responses", options=given)
