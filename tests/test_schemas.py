"""The bundled schemas: fresh, well made, true to the providers' documents and to what the live service takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import corpus
from respeak import profiles
from respeak.cli.schemas import schemas as command
from respeak.schemas import available, documented, make, schema, text, validate

FOLDER = Path(__file__).parents[1] / "schemas"
INVENTORY = corpus.SHARED / "spec" / "inventory.json"

ALL = pytest.mark.parametrize(("dialect", "kind"), list(available()), ids=str)
REQUESTS = pytest.mark.parametrize("dialect", [dialect for dialect, kind in available() if kind == "request"])

NOT_ACCEPTED: dict[str, str] = {}
"""Recorded requests that the live service answered and our schemas refuse, each with its reason."""


def nodes(node: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every object of a schema, with the way to it."""
    if isinstance(node, dict):
        yield way, node
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from nodes(inner, (*way, key))


def fields(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every described field: of the root, and of the objects in `$defs`."""
    for name, owner in {"": made, **made.get("$defs", {})}.items():
        if "title" in owner and "allOf" not in owner:  # a union only points to its objects
            for key, field in owner.get("properties", {}).items():
                yield f"{name}.{key}", field


@ALL
def test_the_committed_schema_is_what_the_models_say(dialect: str, kind: str) -> None:
    """If this fails: `respeak schemas --write schemas`."""
    assert (FOLDER / dialect / f"{kind}.json").read_text(encoding="utf-8") == text(make.made(dialect, kind))


def test_no_other_schema_is_committed() -> None:
    found = {(path.parent.name, path.stem) for path in FOLDER.rglob("*.json") if path.parent != FOLDER}
    assert found >= set(available())
    assert {pair for pair in found - set(available()) if pair[0] != "fixtures"} == set()


def test_every_target_has_four_schemas_and_a_source_one() -> None:
    found = set(available())
    targets = {"responses", "chat", "aimlapi", "vtrix", "openrouter", "openrouter-chat", "litellm"}
    assert {dialect for dialect, kind in found if kind == "error"} == targets
    assert {dialect for dialect, _ in found} - targets == {"codex-guide"}
    assert len(found) == 4 * 7 + 1


@ALL
def test_it_is_a_schema_with_head_and_sources(dialect: str, kind: str) -> None:
    made = schema(dialect, kind)
    Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$id"] == f"https://respeak.dev/schemas/{dialect}/{kind}.json"
    assert made["title"]
    bare = [name for name, field in fields(made) if "Source: " not in field.get("description", "")]
    assert bare == []


@ALL
def test_no_definition_is_dead(dialect: str, kind: str) -> None:
    made = schema(dialect, kind)
    defs = made.pop("$defs", {})
    seen: set[str] = set()
    waiting: list[Any] = [made]
    while waiting:
        for _, node in nodes(waiting.pop()):
            name = node.get("$ref", "")
            if isinstance(name, str) and name.startswith("#/$defs/") and name[8:] not in seen:
                seen.add(name[8:])
                waiting.append(defs[name[8:]])
    assert set(defs) == seen


@ALL
def test_unions_are_decided_by_a_key_or_a_type(dialect: str, kind: str) -> None:
    """No `anyOf` or `oneOf` but in conditions: any validator names the branch that was meant."""
    found = [
        way
        for way, node in nodes(schema(dialect, kind))
        if {"anyOf", "oneOf"} & node.keys() and "if" not in way and "properties" not in way[-1:]
    ]
    assert found == []


@REQUESTS
def test_request_objects_are_closed(dialect: str) -> None:
    made = schema(dialect, "request")
    objects = [made, *made["$defs"].values()]
    assert [one["title"] for one in objects if one.get("additionalProperties") is not False] == []


@ALL
def test_answers_and_events_are_open(dialect: str, kind: str) -> None:
    if kind != "request":
        assert [way for way, node in nodes(schema(dialect, kind)) if node.get("additionalProperties") is False] == []


def test_vtrix_asks_for_what_its_page_says() -> None:
    properties = schema("vtrix", "request")["properties"]
    assert (properties["max_tokens"]["minimum"], properties["max_tokens"]["maximum"]) == (1, 128_000)
    assert properties["reasoning_effort"]["enum"] == ["low", "medium", "high", "xhigh"]
    roles = properties["messages"]["items"]["properties"]["role"]["enum"]
    assert set(roles) == {"developer", "system", "user", "assistant"}
    reasons = schema("vtrix", "response")["$defs"]["VtrixChoice"]["properties"]["finish_reason"]["examples"]
    assert reasons == ["content_filter", "function_call", "length", "stop"]


def test_aimlapi_asks_for_what_its_page_says() -> None:
    made = schema("aimlapi", "request")
    assert made["required"] == ["model", "input"]
    assert made["properties"]["model"]["const"] == "openai/gpt-5-3-codex"
    assert made["properties"]["max_output_tokens"]["minimum"] == 16
    assert "null" not in made["properties"]["max_output_tokens"]["type"]
    assert "tools" not in made["properties"]


@pytest.mark.parametrize("dialect", ["chat", "codex-guide", "openrouter-chat"])
def test_parts_of_chat_are_one_at_least(dialect: str) -> None:
    """As the OpenAPI document says of each message and of predictions."""
    properties = {name: owner["properties"] for name, owner in schema(dialect, "request")["$defs"].items()}
    roles = ("Developer", "System", "User", "Assistant", "Tool")
    owners = [f"ChatCompletionRequest{role}Message" for role in roles] + ["PredictionContent"]
    assert [properties[owner]["content"].get("minItems") for owner in owners] == [1] * 6
    message = {"role": "user", "content": []}
    [found] = validate({"model": "m", "messages": [message]}, dialect=dialect)
    assert str(found) == "/messages/0/content: expected at least 1 entry, found array of 0"


@pytest.mark.parametrize(
    ("dialect", "owner", "field"),
    [
        *(
            ("responses", owner, "allowed_callers")
            for owner in ("ApplyPatchToolParam", "CodeInterpreterTool", "MCPTool")
        ),
        *(("responses", owner, "allowed_callers") for owner in ("CustomToolParam", "FunctionShellToolParam")),
        ("responses", "ContainerNetworkPolicyAllowlistParam", "domain_secrets"),
        ("responses", "NamespaceToolParam", "tools"),
        ("chat", "", "stop"),
    ],
)
def test_arrays_of_one_at_least_are_so_in_the_schema(dialect: str, owner: str, field: str) -> None:
    made = schema(dialect, "request")
    assert (made["$defs"][owner] if owner else made)["properties"][field]["minItems"] == 1


def test_the_schema_of_fixtures_names_every_dialect() -> None:
    """If this fails: `respeak schemas --write schemas`."""
    named = json.loads((FOLDER / "fixture.json").read_text())["$defs"]["Dialect"]["enum"]
    assert named == list(profiles.names())


def test_the_command_writes_the_dialects_into_the_schema_of_fixtures(tmp_path: Path) -> None:
    text = (FOLDER / "fixture.json").read_text()
    (tmp_path / "fixture.json").write_text(text.replace('"responses", "chat",', '"chat",'))
    assert CliRunner().invoke(command, ["--write", str(tmp_path)]).exit_code == 0
    assert (tmp_path / "fixture.json").read_text() == text


def test_where_the_service_differs_the_description_says_so() -> None:
    tool = schema("responses", "request")["$defs"]["FunctionTool"]
    assert "strict" not in tool["required"]
    assert "the live service does without" in tool["properties"]["strict"]["description"]
    assert "in no document" in schema("responses", "request")["properties"]["client_metadata"]["description"]


def test_each_call_gives_a_copy_of_its_own() -> None:
    schema("chat", "request")["properties"].clear()
    assert schema("chat", "request")["properties"]


def test_a_kind_that_a_dialect_has_not_is_named() -> None:
    with pytest.raises(ValueError, match='no schema of kind "event" for codex-guide: it has request'):
        schema("codex-guide", "event")


def test_the_tables_name_fields_that_exist() -> None:
    """Of `documented`: classes and fields that no model has would say nothing, silently."""
    known: dict[str, set[str]] = {}
    for dialect, kind in available():
        for name, owner in make.objects(dialect, kind).items():
            known.setdefault(name, set()).update(owner)
    tables = (
        documented.NULLS,
        documented.SDK_ONLY,
        documented.OPEN_VALUES,
        documented.LIVE_NULLS,
        documented.LIVE_OMITS,
    )
    wrong = [
        f"{name}.{field}"
        for table in tables
        for name, row in table.items()
        for field in row.split()
        if field not in known.get(name, set())
    ]
    assert wrong == []


def test_every_event_of_a_stream_is_known() -> None:
    """58 types of the OpenAPI document, one of the SDK, and the one in which the Codex backend ends."""
    known = schema("responses", "event")["properties"]["type"]["examples"]
    assert len(known) == len(set(known)) == 60
    if INVENTORY.exists():
        events = json.loads(INVENTORY.read_text())["openapi"]["responses"]["stream_events"].values()
        documented_types = {
            entry["enum"][0] for event in events for entry in event["fields"] if entry["path"] == "type"
        }
        assert set(known) - documented_types == {"response.compaction.compacting", "response.done"}
        assert documented_types <= set(known)


@corpus.needed
def test_requests_that_the_live_service_answered_are_valid() -> None:
    answered = {
        exchange["request"]
        for exchange in corpus.records("exchanges")
        if exchange.get("status") == 200 and exchange["provider"] == "openai"
    }
    found: dict[str, bool] = {}
    for family in ("responses", "chat"):
        validator = Draft202012Validator(schema(family, "request"))
        for record in corpus.records(f"requests_{family}"):
            if record["id"] in answered:
                found[record["id"]] = validator.is_valid(record["payload"])
    refused = {name for name, is_valid in found.items() if not is_valid}
    assert refused == set(NOT_ACCEPTED)
    assert len(refused) <= 0.01 * len(found)


@corpus.needed
@pytest.mark.parametrize(("family", "allowed"), [("responses", 0.01), ("chat", 0)])
def test_answers_and_events_of_the_live_service_are_valid(family: str, allowed: float) -> None:
    answer, event = (Draft202012Validator(schema(family, kind)) for kind in ("response", "event"))
    answers = [answer.is_valid(record["payload"]) for record in corpus.records(f"responses_{family}")]
    events = [event.is_valid(one) for record in corpus.records(f"streams_{family}") for one in record["events"][::7]]
    assert answers.count(False) <= allowed * len(answers)
    assert events.count(False) <= allowed * len(events)


def test_the_command_lists_prints_and_writes(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert "vtrix request\n" in run(command, []).output
    assert json.loads(run(command, ["vtrix", "response"]).output) == schema("vtrix", "response")
    assert run(command, ["codex-guide", "event"]).exit_code == 2
    assert run(command, ["vtrix", "--write", str(tmp_path)]).exit_code == 2
    assert run(command, ["--write", str(tmp_path)]).output.startswith("29 schemas written")
    assert (tmp_path / "vtrix" / "request.json").read_text() == (FOLDER / "vtrix" / "request.json").read_text()
