"""`validate` and its command: one thing that is wrong gives one line, at its very place."""

from __future__ import annotations

import json
import sys
import types
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import respeak
from conformance import form
from mutations import ANSWERS, BASES, Mutation, mutations
from respeak import schemas
from respeak.cli.validate import validate as command
from respeak.conformance.cases import load
from respeak.errors import UnknownDialect
from respeak.models.responses import CreateResponse
from respeak.schemas import validate

USER = {"role": "user", "content": "hi"}


def lines(payload: object, dialect: str = "responses", kind: str = "request") -> list[str]:
    return [str(violation) for violation in validate(payload, dialect=dialect, kind=kind)]


@pytest.mark.parametrize(("dialect", "payload"), BASES)
def test_what_the_documents_allow_is_valid(dialect: str, payload: dict[str, Any]) -> None:
    assert lines(payload, dialect) == []


@pytest.mark.parametrize(("dialect", "kind", "payload"), ANSWERS)
def test_answers_may_hold_more_than_is_documented(dialect: str, kind: str, payload: dict[str, Any]) -> None:
    assert lines(payload | {"wibble": 1}, dialect, kind) == []


def is_found(mutation: Mutation) -> bool:
    """Whether the first violation stands where the payload was broken, and names the key if it is about one."""
    found = validate(mutation.payload, dialect=mutation.dialect, kind=mutation.kind)
    place = "".join(f"/{step}" for step in mutation.path)
    names_key = mutation.key is None or (found and f'"{mutation.key}"' in found[0].expected + found[0].found)
    return bool(found) and found[0].path == place and bool(names_key)


def test_what_is_broken_is_found_first_and_at_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    hits: Counter[str] = Counter()
    tries: Counter[str] = Counter()
    for mutation in mutations():
        tries[mutation.what] += 1
        hits[mutation.what] += is_found(mutation)
    rate = hits.total() / tries.total()
    with capsys.disabled():
        print(f"\n{tries.total()} mutations, {rate:.1%} found first and at their place")
        for what, count in tries.items():
            print(f"  {what}: {hits[what]} of {count}")
    assert tries.total() >= 2000
    assert rate >= 0.97


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        (
            {"input": [USER, USER | {"role": "usr"}]},
            '/input/1/role: expected one of "assistant", "developer", "system", "user" (did you mean "user"?), '
            'found string "usr"',
        ),
        (
            {"temprature": 1},
            '(whole payload): expected a known key (did you mean "temperature"?), found key "temprature"',
        ),
        ({"messages": []}, '(whole payload): expected a known key, found key "messages"'),
        ({"max_output_tokens": 3}, "/max_output_tokens: expected an integer >= 16, found integer 3"),
        (
            {"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
            '/input/0: expected key "call_id", found object with "type", "name", "arguments"',
        ),
        (
            {"input": [USER | {"content": [{"type": "refusal", "text": "hi"}]}]},
            '/input/0/content/0/type: expected one of "input_text", "output_text", found string "refusal"',
        ),
        (
            {"input": [{"name": "f", "call_id": "c", "arguments": "{}"}]},
            '/input/0: expected key "type", found object with "name", "call_id", "arguments"',
        ),
        (
            {"metadata": {"k" * 65: "v"}},
            f'/metadata: expected a key of at most 64 characters, found string "{"k" * 56}...',
        ),
        ({"tools": 5}, "/tools: expected an array, found integer 5"),
        ("[", "(whole payload): expected a JSON document, found none: line 1, column 2: Expecting value"),
        ("[NaN]", "(whole payload): expected a JSON document, found none: NaN is no JSON number"),
        ([], "(whole payload): expected an object, found array of 0"),
    ],
)
def test_one_fault_is_one_line(payload: object, line: str) -> None:
    assert lines(payload) == [line]


ASKED = [{"role": "user", "content": "x"}]
NAMESPACE: dict[str, Any] = {
    "type": "namespace",
    "name": "n",
    "description": "d",
    "tools": [{"type": "function", "name": "f"}],
}
SEARCH: dict[str, Any] = {"type": "web_search", "user_location": {"city": "Oslo"}}


def test_what_a_tool_may_leave_out_is_not_required() -> None:
    """`FunctionToolParam` and `WebSearchApproximateLocation` require less than the classes that they resemble."""
    asked = {"model": "m", "input": "x"}
    assert lines({**asked, "tools": [NAMESPACE, SEARCH]}) == []
    (line,) = lines({**asked, "tools": NAMESPACE["tools"]})
    assert line == '/tools/0: expected key "parameters", found object with "type", "name"'
    (line,) = lines({**asked, "tools": [{**SEARCH, "type": "web_search_preview"}]})
    assert line == '/tools/0/user_location: expected key "type", found object with "city"'


OUTPUT = {"type": "function_call_output", "output": "x"}


@pytest.mark.parametrize(
    ("dialect", "more", "line"),
    [
        ("chat", {"messages": []}, "/messages: expected at least 1 entry, found array of 0"),
        ("vtrix", {"messages": []}, "/messages: expected at least 1 entry, found array of 0"),
        ("chat", {"messages": ASKED, "functions": []}, "/functions: expected at least 1 entry, found array of 0"),
        (
            "responses",
            {"input": [{**OUTPUT, "call_id": "c" * 65}]},
            "/input/0/call_id: expected a string of at most 64",
        ),
        ("responses", {"input": [{**OUTPUT, "call_id": ""}]}, "/input/0/call_id: expected a string of at least 1"),
        ("responses", {"input": "x", "context_management": []}, "/context_management: expected at least 1 entry"),
        (
            "responses",
            {"input": "x", "tools": [{**NAMESPACE, "tools": [{"type": "function", "name": "f" * 129}]}]},
            "/tools/0/tools/0/name: expected a string of at most 128",
        ),
    ],
)
def test_requests_keep_bounds_that_translation_does_not_ask_for(dialect: str, more: dict[str, Any], line: str) -> None:
    model = "vtrix-gpt-5.3-codex" if dialect == "vtrix" else "m"
    [found] = validate({"model": model, **more}, dialect=dialect)
    assert str(found).startswith(line)


def test_keys_that_are_no_strings_are_told() -> None:
    odd: Any = {"model": "m", "input": [{"role": "user", "content": [{1: "x"}]}]}
    [found] = validate(odd, dialect="responses")
    assert str(found) == "/input/0/content/0: expected keys that are strings, found the key integer 1"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"x", "a Python bytes"),
        (object(), "a Python object"),
        ((1, 2), "a Python tuple"),
        ("\ud800", 'string "\\ud800"'),
        (10**30, "integer 1000000000000000000000000000000"),
    ],
)
def test_values_that_json_does_not_have_are_told_by_whatever_validates(value: object, found: str) -> None:
    [violation] = validate({"model": "m", "input": "hi", "top_logprobs": value}, dialect="responses")
    assert (violation.path, violation.found) == ("/top_logprobs", found)


def test_models_and_bytes_are_payloads_too() -> None:
    assert lines(CreateResponse(model="m", input="hi")) == []
    assert lines(json.dumps({"model": "m", "input": "hi"}).encode()) == []


def test_an_unknown_dialect_is_an_error() -> None:
    with pytest.raises(UnknownDialect, match='did you mean "vtrix"'):
        validate({}, dialect="vtrx")


def test_a_fast_validator_gives_the_answer_and_the_slow_one_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Fast:
        def __init__(self, schema: dict[str, Any]) -> None:
            self.kind = schema["$id"]

        def is_valid(self, payload: object) -> bool:
            asked.append(self.kind)
            return payload == {"model": "m"}

    fast = types.ModuleType("jsonschema_rs")
    vars(fast)["validator_for"] = Fast
    monkeypatch.setitem(sys.modules, "jsonschema_rs", fast)
    schemas._checks.cache_clear()
    try:
        assert lines({"model": "m"}) == []
        assert lines({"model": 5}) == ["/model: expected a string, found integer 5"]
    finally:
        schemas._checks.cache_clear()
    assert asked == ["https://respeak.dev/schemas/responses/request.json"] * 2


GOOD, BAD = '{"model": "m", "input": "hi"}', '{"model": "m", "max_output_tokens": 1}'


def run(*arguments: str, stdin: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(command, arguments, input=stdin)
    return done.exit_code, done.output


def test_valid_files_say_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(GOOD)
    assert run(str(tmp_path / "a.json"), "--dialect", "responses") == (0, "")


def test_each_violation_is_a_line_with_its_file_and_place(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.json", tmp_path / "b.json"
    good.write_text(GOOD)
    bad.write_text(BAD)
    said = f"{bad}:/max_output_tokens: expected an integer >= 16, found integer 1\n"
    assert run(str(good), str(bad), "--dialect", "responses") == (3, said)


@pytest.mark.parametrize("name", ["many.jsonl", "many.txt"])
def test_lines_are_payloads_of_their_own(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(f"{GOOD}\n\n{BAD}\n")
    code, said = run(str(tmp_path / name), "--dialect", "responses")
    assert (code, said) == (3, f"{tmp_path / name}:3:/max_output_tokens: expected an integer >= 16, found integer 1\n")


def test_stdin_and_json_for_machines() -> None:
    code, said = run("-", "--dialect", "responses", "--format", "json", stdin=BAD)
    place = {"path": "/max_output_tokens", "expected": "an integer >= 16", "found": "integer 1"}
    assert code == 3
    assert json.loads(said) == [{"file": "stdin", "valid": False, "violations": [place]}]


def test_other_kinds_are_checked_by_their_schemas() -> None:
    assert run("-", "--dialect", "vtrix", "--kind", "response", stdin='{"choices": 5}')[0] == 3


@pytest.mark.parametrize(
    "arguments",
    [("-",), ("-", "--dialect", "vtrx"), ("nowhere.json", "--dialect", "chat"), ("-", "-", "--dialect", "chat"),
     ("-", "--dialect", "codex-guide", "--kind", "event")],
)  # fmt: skip
def test_wrong_use_exits_with_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments, stdin=GOOD)[0] == 2


@pytest.mark.parametrize("target", ["vtrix", "aimlapi"])
def test_what_a_vendor_s_page_does_not_document_is_sent_with_a_word(target: str) -> None:
    silent = []
    for case in load(form.FIXTURES):
        if case.kind != "request" or case.options or respeak.validate(case.input, dialect=case.source):
            continue
        try:
            said = respeak.translate_request(case.input, source=case.source, target=target, tolerate="breaking")
        except respeak.RespeakError:
            continue
        codes = {loss.code.value for loss in said.losses}
        if case.source != target and respeak.validate(said.payload, dialect=target):
            silent += [] if codes & {"undocumented_field", "function_results"} else [case.id]
    assert silent == []
