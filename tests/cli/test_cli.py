"""The command line as a user meets it: exit codes, stdout and stderr apart, errors in a line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

import readme
from respeak.cli.main import respeak
from respeak.codes import Code

Json = dict[str, Any]

REQUEST: Json = {
    "model": "gpt-5.3-codex",
    "input": [
        {"role": "user", "content": "grüß dich"},
        {"role": "assistant", "content": "so", "phase": "commentary"},
    ],
}
SAID: Json = {
    "model": "vtrix-gpt-5.3-codex",
    "messages": [{"role": "user", "content": "grüß dich"}, {"role": "assistant", "content": "so"}],
}
STOP: Json = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stop": "x", "seed": 7}
TO_VTRIX = ("--from", "responses", "--to", "vtrix")
TO_RESPONSES = ("--from", "chat", "--to", "responses")


def run(*words: str, stdin: str | bytes = "", columns: int = 120) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the real command."""
    done = subprocess.run(
        [sys.executable, "-m", "respeak", *words],
        input=stdin if isinstance(stdin, bytes) else stdin.encode(),
        capture_output=True,
        env={"COLUMNS": str(columns), **readme.BARE},
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(payload: Any) -> str:
        path = tmp_path / "payload.json"
        path.write_text(payload if isinstance(payload, str) else json.dumps(payload), encoding="utf-8")
        return str(path)

    return write


def test_the_payload_goes_to_stdout_and_the_losses_to_stderr(file: Any) -> None:
    code, out, err = run("translate", file(REQUEST), *TO_VTRIX)
    assert (code, json.loads(out)) == (0, SAID)
    assert "grüß" in out, "not escaped"
    for word in ("degrading", "phase_dropped", "/input/*/phase", "Chat cannot say phase", "Use a Responses upstream"):
        assert word in err


def test_a_dash_reads_stdin() -> None:
    code, out, _ = run("translate", "-", *TO_VTRIX, stdin=json.dumps(REQUEST))
    assert (code, json.loads(out)) == (0, SAID)


def test_no_losses_are_one_short_line() -> None:
    payload = {"model": "m", "input": "hi"}
    assert run("translate", "-", "--from", "responses", "--to", "chat", stdin=json.dumps(payload))[2] == "no losses\n"


def test_losses_as_json_are_one_document_on_refusal_too() -> None:
    _, _, err = run("translate", "-", *TO_VTRIX, "--losses", "json", stdin=json.dumps(REQUEST))
    [loss] = json.loads(err)
    assert (loss["code"], loss["path"], loss["severity"], loss["kind"]) == (
        "phase_dropped",
        "/input/1/phase",
        "degrading",
        "dropped",
    )
    code, out, err = run("translate", "-", *TO_RESPONSES, "--losses", "json", stdin=json.dumps(STOP))
    assert (code, out) == (1, "")
    assert [loss["code"] for loss in json.loads(err)] == ["stop_dropped", "seed_dropped"]


def test_losses_none_are_silent() -> None:
    code, _, err = run("translate", "-", *TO_VTRIX, "--losses", "none", stdin=json.dumps(REQUEST))
    assert (code, err) == (0, "")


def test_a_loss_beyond_what_is_tolerated_exits_1_with_nothing_on_stdout() -> None:
    code, out, err = run("translate", "-", *TO_RESPONSES, stdin=json.dumps(STOP))
    assert (code, out) == (1, "")
    first = err.splitlines()[0]
    assert first.startswith("cannot translate: /stop: ")
    assert "[stop_dropped]" in first
    assert "Pass --tolerate breaking" in err
    code, out, _ = run("translate", "-", *TO_RESPONSES, "--tolerate", "breaking", stdin=json.dumps(STOP))
    assert (code, json.loads(out)["input"]) == (0, STOP["messages"])


def test_what_is_refused_always_offers_no_way_around() -> None:
    payload = {"model": "m", "input": "hi", "previous_response_id": "resp_1"}
    code, out, err = run("translate", "-", *TO_VTRIX, "--tolerate", "breaking", stdin=json.dumps(payload))
    assert (code, out) == (1, "")
    assert "/previous_response_id" in err
    assert "--tolerate" not in err


WRONG_USE = [
    ("translate", "-", "--from", "responses", "--to", "vtrx"),
    ("translate", "-", "--from", "responses", "--to", "codex-guide"),
    ("translate", "-", "--from", "responses"),
    ("translate", "no such file", *TO_VTRIX),
    ("translate", "-", *TO_VTRIX, "--kind", "event"),
    ("translate", "-", *TO_VTRIX, "--tolerate", "everything"),
    ("translate", "-", *TO_VTRIX, "--kind", "response", "--request", "-"),
    ("explain", "fase"),
    ("explain", "phase", "--from", "responses"),
    ("nonsense",),
]


@pytest.mark.parametrize("words", WRONG_USE, ids=" ".join)
def test_wrong_use_exits_2_with_a_line_that_says_why(words: tuple[str, ...]) -> None:
    code, out, err = run(*words, stdin=json.dumps(REQUEST))
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("Error: ")


def test_an_unknown_dialect_names_the_nearest() -> None:
    assert 'did you mean "vtrix"?' in run("translate", "-", "--from", "responses", "--to", "vtrx")[2]


INVALID: list[tuple[str | bytes, str]] = [
    ('{"input": 5}', "stdin: /input: expected a string or an array, found integer 5"),
    ('{"input": [{"type": "function_call", "name": "f"}]}', "stdin: /input/0: expected key"),
    ('{"input": "x", "max_output_tokens": 3}', "stdin: /max_output_tokens: expected an integer >= 16, found integer 3"),
    ('{"input": ', "stdin: not JSON: line 1, column 11"),
    ('{"input": NaN}', "stdin: not JSON: NaN"),
    ("[]", "stdin: (whole payload): expected a JSON object"),
    (b"\xff{}", "stdin: not UTF-8: byte 0"),
    ("[" * 100_000, "stdin: not JSON"),
]


@pytest.mark.parametrize(("text", "line"), INVALID, ids=[case[1][:40] for case in INVALID])
def test_an_invalid_payload_exits_3_with_pointer_expected_and_found(text: str | bytes, line: str) -> None:
    code, out, err = run("translate", "-", *TO_VTRIX, stdin=text)
    assert (code, out) == (3, "")
    assert err.splitlines()[0].startswith(line), err
    assert len(err.splitlines()) <= 4


def test_a_byte_order_mark_is_read_over() -> None:
    assert run("translate", "-", *TO_VTRIX, stdin=b"\xef\xbb\xbf" + json.dumps(REQUEST).encode())[0] == 0


def test_an_answer_is_told_with_the_clients_request(file: Any, tmp_path: Path) -> None:
    asked = tmp_path / "asked.json"
    asked.write_text(json.dumps({"model": "m", "input": "hi", "tools": [{"type": "custom", "name": "patch"}]}))
    call = {"name": "patch", "arguments": '{"input":"x"}'}
    answer = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "vtrix-gpt-5.3-codex",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": None, "function_call": call},
                "finish_reason": "function_call",
            }
        ],
    }
    words = ("--from", "vtrix", "--to", "responses", "--kind", "response", "--request", str(asked))
    code, out, _ = run("translate", file(answer), *words)
    assert (code, json.loads(out)["output"][0]["type"]) == (0, "custom_tool_call")
    asked.write_text("{")
    code, _, err = run("translate", file(answer), *words)
    assert (code, err.startswith(str(asked))) == (3, True)


def test_an_answer_that_failed_is_an_error_with_its_status(file: Any) -> None:
    answer = {
        "id": "r",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [],
        "status": "failed",
        "error": {"code": "rate_limit_exceeded", "message": "slow"},
    }
    code, out, err = run("translate", file(answer), "--from", "responses", "--to", "chat", "--kind", "response")
    assert (code, json.loads(out)["error"]["code"]) == (0, "rate_limit_exceeded")
    assert "HTTP status 429" in err


def test_an_error_is_told_in_the_clients_words(file: Any) -> None:
    error = {"error": {"message": "m", "type": "t", "param": "max_tokens", "code": None}}
    words = ("--from", "vtrix", "--to", "responses", "--kind", "error", "--status", "422")
    code, out, _ = run("translate", file(error), *words)
    assert (code, json.loads(out)["error"]["param"]) == (0, "max_output_tokens")


@pytest.mark.parametrize("columns", [40, 80, 99, 100, 200])
def test_losses_fit_the_terminal(columns: int) -> None:
    _, _, err = run("translate", "-", *TO_VTRIX, stdin=json.dumps(REQUEST), columns=columns)
    assert max(len(line.rstrip()) for line in err.splitlines()) <= columns
    assert "phase_dropped" in err


def test_what_a_payload_holds_cannot_reach_the_terminal_raw() -> None:
    payload = {"model": "m", "input": "hi", "\x1b[31m[red]\ud800": 1}
    code, _, err = run("translate", "-", *TO_VTRIX, stdin=json.dumps(payload))
    assert code == 0
    assert "\x1b" not in err
    assert "[red]" in err, "markup is text"


def test_lone_surrogates_in_texts_go_through_escaped() -> None:
    code, out, _ = run("translate", "-", *TO_VTRIX, stdin='{"model": "m", "input": "\\ud800"}')
    assert code == 0
    assert '"content": "\\ud800"' in out


def test_a_reader_that_goes_away_is_no_error(file: Any) -> None:
    path = file({"model": "m", "input": "x" * 1_000_000})
    command = (
        f"{sys.executable} -m respeak translate {path} --from responses --to chat | head -c 10; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    assert done.stdout.startswith(b"{")


def test_the_help_says_what_each_command_does_in_a_whole_line() -> None:
    _, out, _ = run("--help", columns=80)
    told = out.partition("Commands:\n")[2].splitlines()
    assert len(told) == 8
    assert all(line.endswith(".") and not line.endswith("...") for line in told)


def test_dialects_are_listed_for_people_and_for_machines() -> None:
    code, out, _ = run("dialects")
    assert code == 0
    assert all(name in out for name in ("vtrix", "aimlapi", "codex-guide", "source only", "POST /v1/responses"))
    listed = json.loads(run("dialects", "--json")[1])
    assert {entry["name"]: entry["phase"] for entry in listed}["openrouter"] is True


def test_explain_tells_what_a_route_does_to_a_field() -> None:
    code, out, _ = run("explain", "max_output_tokens", "--from", "responses", "--to", "vtrix", "--kind", "request")
    assert code == 0
    assert "max_output_tokens → max_tokens" in out
    assert "1 to 128000" in out
    assert "output_limit_clamped" in out
    row, *_ = json.loads(run("explain", "phase_dropped", "--json")[1])
    assert (row["source_field"], row["severity"], row["target_field"]) == ("input[]<message>.phase", "degrading", None)


def test_explain_says_when_there_is_nothing_to_say() -> None:
    assert "comes out equal" in run("explain", "phase", "--from", "chat", "--to", "chat")[1]
    assert "stays as it stands" in run("explain", "seed", "--from", "chat", "--to", "openrouter-chat")[1]


def test_the_help_names_the_exit_codes() -> None:
    code, out, _ = run("translate", "--help")
    assert code == 0
    assert "3 invalid payload" in " ".join(out.split())
    assert run("--version")[1].startswith("respeak")


def test_every_loss_code_is_listed_with_what_to_do() -> None:
    code, out, _ = run("codes", "--json")
    assert code == 0
    assert [(each["code"], each["advice"]) for each in json.loads(out)] == [(each.value, each.advice) for each in Code]
    code, out, _ = run("codes")
    assert code == 0 and all(each.value in out for each in Code)


@pytest.mark.parametrize("command", ["translate", "validate", "explain", "conformance", "serve", "schemas", "codes"])
def test_every_option_of_a_command_is_explained(command: str) -> None:
    options = [each for each in respeak.commands[command].params if isinstance(each, click.Option)]
    assert options and all((each.help or "").split("[")[0].strip() for each in options)


def test_the_help_of_the_suite_names_its_exit_codes() -> None:
    code, out, _ = run("conformance", "--help")
    assert code == 0 and "130 interrupted" in " ".join(out.split())
