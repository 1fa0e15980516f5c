"""The functions that stand for tools which the client executes: what the model is told of them is what a call holds."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openai.types.responses import response_apply_patch_tool_call as patch
from openai.types.responses.response_function_shell_tool_call import Action
from openai.types.responses.response_output_item import LocalShellCallAction

import respeak

OPERATIONS = (patch.OperationCreateFile, patch.OperationUpdateFile, patch.OperationDeleteFile)
FIELDS: dict[str, set[str]] = {
    "local_shell": set(LocalShellCallAction.model_fields) - {"type"},
    "shell": set(Action.model_fields),
    "apply_patch": {name for operation in OPERATIONS for name in operation.model_fields},
}
"""The fields of a call's payload in the official SDK; the type of a local shell's action is always the same."""


def parameters(name: str) -> Any:
    tool = {"type": name, "environment": {"type": "local"}} if name == "shell" else {"type": name}
    body = {"model": "m", "input": "x", "tools": [tool]}
    [said] = respeak.translate_request(body, source="responses", target="chat").payload["tools"]
    assert said["function"]["name"] == name
    return said["function"]["parameters"]


@pytest.mark.parametrize("name", FIELDS)
def test_the_parameters_of_a_bridged_tool_are_the_fields_of_its_call(name: str) -> None:
    Draft202012Validator.check_schema(parameters(name))
    assert set(parameters(name)["properties"]) == FIELDS[name]


def test_a_patch_names_the_kinds_of_operations() -> None:
    kinds = [operation.model_fields["type"].annotation.__args__[0] for operation in OPERATIONS]
    assert parameters("apply_patch")["properties"]["type"]["enum"] == kinds
