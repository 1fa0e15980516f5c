"""`respeak translate`: the payload on stdout, losses on stderr, an exit code for each way to go wrong."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from respeak import Options
from respeak.cli.main import respeak

REQUEST = {
    "model": "gpt-4o",
    "input": [
        {"role": "user", "content": "Grüße"},
        {"role": "assistant", "content": "I look.", "phase": "commentary"},
        {"role": "assistant", "content": "Done.", "phase": "final_answer"},
    ],
}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok", "refusal": None}}
    ],
}
FAILED = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt-4o",
    "status": "failed",
    "output": [],
    "error": {"code": "rate_limit_exceeded", "message": "slow down"},
}
REFUSED = {"model": "m", "input": "x", "prompt": {"id": "p"}, "previous_response_id": "r", "background": True}
DOWN = ("--from", "responses", "--to", "chat")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call the command in an empty folder; a payload that is no string is written to `payload.json`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(payload: Any, *arguments: str, **env: str) -> Result:
        if not isinstance(payload, str):
            data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            Path("payload.json").write_bytes(data)
            payload = "payload.json"
        return CliRunner().invoke(respeak, ["translate", payload, *arguments], env=env)

    return call


# What is said ---------------------------------------------------------------------------------------------------


def test_the_payload_is_indented_utf8_json_on_stdout(run: Any) -> None:
    done = run(REQUEST, *DOWN)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["messages"][0] == {"role": "user", "content": "Grüße"}
    assert done.stdout.startswith('{\n  "model": "gpt-4o"') and "Grüße" in done.stdout


def test_losses_are_counted_on_stderr_with_what_to_do(run: Any) -> None:
    done = run(REQUEST, *DOWN)
    assert "degrading  phase_dropped  /input/*/phase  x2\n" in done.stderr
    assert "Chat cannot say phase" in done.stderr
    assert "Use a Responses upstream" in done.stderr


def test_no_loss_is_one_short_line(run: Any) -> None:
    done = run({"model": "gpt-4o", "input": "hi"}, *DOWN)
    assert (done.exit_code, done.stderr) == (0, "no losses\n")


def test_worse_losses_come_first(run: Any) -> None:
    done = run({**REQUEST, "user": "u", "reasoning": {"mode": "deep"}}, *DOWN, "--tolerate", "breaking")
    grades = [line.split()[0] for line in done.stderr.splitlines() if not line.startswith(" ")]
    assert grades == sorted(grades, key=["breaking", "degrading", "harmless"].index)
    assert grades[0] == "breaking"


@pytest.mark.parametrize("columns", [40, 80, 99, 100, 160, 200])
def test_no_line_is_wider_than_the_terminal(run: Any, columns: int) -> None:
    done = run(REQUEST, "--from", "responses", "--to", "vtrix", COLUMNS=str(columns))
    assert "phase_dropped" in done.stderr
    assert max(map(len, done.stderr.splitlines())) <= columns


def test_a_wide_terminal_gets_columns(run: Any) -> None:
    done = run(REQUEST, *DOWN, COLUMNS="160")
    head = done.stderr.splitlines()[1]
    assert head.split("  ")[0].strip() == "severity" and "what to do" in head


def test_json_losses_are_all_losses_and_nothing_else(run: Any) -> None:
    done = run(REQUEST, *DOWN, "--losses", "json")
    losses = json.loads(done.stderr)
    assert [loss["path"] for loss in losses if loss["code"] == "phase_dropped"] == ["/input/1/phase", "/input/2/phase"]


def test_json_losses_without_a_loss_are_an_empty_list(run: Any) -> None:
    assert json.loads(run({"model": "gpt-4o", "input": "hi"}, *DOWN, "--losses", "json").stderr) == []


def test_losses_none_is_silent(run: Any) -> None:
    assert run(REQUEST, *DOWN, "--losses", "none").stderr == ""


def test_an_answer_is_told_with_the_client_s_own_request(run: Any) -> None:
    Path("asked.json").write_text(json.dumps({"model": "gpt-4o", "input": "hi", "metadata": {"k": "v"}}))
    done = run(ANSWER, "--from", "chat", "--to", "responses", "--kind", "response", "--request", "asked.json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["metadata"] == {"k": "v"}


def test_answers_go_on_whatever_is_lost_and_requests_do_not(run: Any) -> None:
    request = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "stop": "END"}
    assert run(request, "--from", "chat", "--to", "responses").exit_code == 1
    answer = {**ANSWER, "choices": ANSWER["choices"] * 2}
    done = run(answer, "--from", "chat", "--to", "responses", "--kind", "response")
    assert done.exit_code == 0
    assert "breaking  candidates_dropped" in done.stderr


def test_an_answer_that_becomes_an_error_names_its_status(run: Any) -> None:
    done = run(FAILED, *DOWN, "--kind", "response")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["error"]["code"] == "rate_limit_exceeded"
    assert "the answer is an error: HTTP status 429" in done.stderr


def test_json_losses_stay_one_document_when_the_answer_becomes_an_error(run: Any) -> None:
    assert isinstance(json.loads(run(FAILED, *DOWN, "--kind", "response", "--losses", "json").stderr), list)


def test_an_error_has_status_400_unless_it_is_given(run: Any) -> None:
    call = ("--from", "chat", "--to", "responses", "--kind", "error")
    assert json.loads(run({"error": "no"}, *call).stdout)["error"]["type"] == "invalid_request_error"
    assert json.loads(run({"error": "no"}, *call, "--status", "503").stdout)["error"]["type"] == "server_error"


def test_the_param_of_an_error_is_the_client_s(run: Any) -> None:
    Path("asked.json").write_text(
        json.dumps({"model": "gpt-4o", "instructions": "be kind", "input": [REQUEST["input"][0]]})
    )
    body = {"error": {"message": "no", "type": "invalid_request_error", "param": "messages[1].content", "code": None}}
    done = run(body, "--from", "chat", "--to", "responses", "--kind", "error", "--request", "asked.json")
    assert json.loads(done.stdout)["error"]["param"] == "input[0].content"


@pytest.mark.parametrize(
    ("payload", "words", "meant"),
    [
        ({"model": "m", "messages": REQUEST["input"]}, DOWN, "--from chat"),
        (REQUEST, ("--from", "vtrix", "--to", "chat"), "--from responses"),
        (FAILED, DOWN, "--kind response"),
        (ANSWER, DOWN, "--from chat --kind response"),
        (ANSWER, ("--from", "aimlapi", "--to", "chat", "--kind", "response"), "--from chat"),
    ],
)
def test_a_payload_of_another_family_or_kind_is_asked_about(
    run: Any, payload: Any, words: tuple[str, ...], meant: str
) -> None:
    done = run(payload, *words)
    assert done.stderr.splitlines()[0].endswith(f": did you mean {meant}?")
    assert "did you mean" not in run(payload, *words, "--losses", "json").stderr


def test_nobody_is_asked_about_a_payload_that_is_what_it_was_called(run: Any) -> None:
    assert "did you mean" not in run(REQUEST, *DOWN).stderr
    assert "did you mean" not in run(ANSWER, "--from", "chat", "--to", "responses", "--kind", "response").stderr
    assert "did you mean" not in run([1], *DOWN).stderr


# What a terminal must not see -----------------------------------------------------------------------------------


def test_lone_surrogates_and_control_characters_are_spelled_out(run: Any) -> None:
    text = b'{"model": "m", "input": "a\\ud800b \\u009b31m \\u001b[31m", "wi\\u001b[31mble[bold]": 1, "\\udfff": 1}'
    done = run(text, *DOWN)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["messages"][0]["content"] == "a\ud800b \x9b31m \x1b[31m"
    assert "a\\ud800b \\u009b31m \\u001b[31m" in done.stdout
    assert "/wi\\x1b[31mble[bold]" in done.stderr and "/\\udfff" in done.stderr
    assert not {"\x1b", "\x9b"} & set(done.output)


def test_markup_in_payloads_is_text(run: Any) -> None:
    done = run({"model": "m", "input": "x", "[red]wibble[/red]": 1}, *DOWN, COLUMNS="160")
    assert "/[red]wibble[~1red]" in done.stderr


def test_a_pipe_gets_no_colours(run: Any) -> None:
    assert "\x1b" not in run(REQUEST, *DOWN).output


# What goes wrong ------------------------------------------------------------------------------------------------


def test_a_loss_beyond_what_is_tolerated_is_exit_1_with_nothing_on_stdout(run: Any) -> None:
    done = run(REQUEST, *DOWN, "--tolerate", "harmless")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "cannot translate: /input/1/phase: Chat cannot say phase" in done.stderr
    assert "Pass --tolerate degrading to translate all the same." in done.stderr


def test_what_has_no_honest_output_is_exit_1_and_no_tolerance_helps(run: Any) -> None:
    done = run(REFUSED, *DOWN, "--tolerate", "breaking")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "Pass --tolerate" not in done.stderr
    assert "[prompt_refused]. Resolve the" in done.stderr


def test_more_than_three_decisive_losses_are_counted(run: Any) -> None:
    done = run({**REFUSED, "conversation": "c"}, *DOWN)
    assert done.stderr.count("cannot translate: ") == 3
    assert "... and 1 more" in done.stderr


def test_json_losses_of_a_refusal_are_one_document(run: Any) -> None:
    done = run(REFUSED, *DOWN, "--losses", "json")
    assert done.exit_code == 1
    assert {"prompt_refused", "history_unknown"} <= {loss["code"] for loss in json.loads(done.stderr)}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"model": "m",\n "input": tru}', "not JSON: line 2, column 11: Expecting value"),
        (b"", "not JSON: line 1, column 1"),
        (b'{"a": "\xff"}', "not UTF-8: byte 7 is 0xff"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b'{"a": 1e400}', "the number 1e400 is too large"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[1]", "expected a JSON object, found an array"),
        (b"null", "expected a JSON object, found null"),
        (b'{"model": "m", "input": 5}', "/input: expected"),
    ],
)
@pytest.mark.parametrize("role", ["payload", "request"])
def test_an_invalid_payload_is_exit_3_and_names_its_file(run: Any, role: str, data: bytes, message: str) -> None:
    if role == "payload":
        done, name = run(data, *DOWN), "payload.json"
    else:
        name = "asked.json"
        Path(name).write_bytes(data)
        done = run(ANSWER, "--from", "chat", "--to", "responses", "--kind", "response", "--request", name)
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith(f"{name}: ") and message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_byte_order_mark_is_no_fault(run: Any) -> None:
    assert run(b"\xef\xbb\xbf" + json.dumps(REQUEST).encode(), *DOWN).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("absent.json", *DOWN), "cannot read absent.json: No such file"),
        ((".", *DOWN), "cannot read .: Is a directory"),
        (("a\0b", *DOWN), "cannot read a\\x00b"),
        (("", *DOWN), 'cannot read "": No such file'),
        (("-", "--from", "respnses", "--to", "chat"), 'did you mean "responses"?'),
        (("-", "--from", "chat", "--to", "zzz"), "known are responses, chat"),
        (("-", "--from", "chat", "--to", "codex-guide"), 'did you mean "chat"?'),
        (("-", "--from", "codex-guide", "--to", "codex-guide"), "is a source only"),
        (("-", "--from", "chat"), "Missing option '--to'"),
        ((*DOWN,), "Missing argument 'PAYLOAD'"),
        (("-", *DOWN, "--tolerat", "none"), "No such option"),
        (("-", *DOWN, "--tolerate", "some"), "'some' is not one of"),
        (("-", *DOWN, "--request", "asked.json"), "--request goes with --kind response, stream or error"),
        (("-", *DOWN, "--status", "500"), "--status goes with --kind error"),
        (("-", *DOWN, "--kind", "error", "--status", "200"), "400<=x<=599"),
        (("-", *DOWN, "--kind", "error", "--tolerate", "none"), "--tolerate goes with"),
        (("-", *DOWN, "--kind", "response", "--request", "-"), "only one of PAYLOAD and --request can be stdin"),
        (("-", *DOWN, "--kind", "response", "--request", "absent.json"), "cannot read absent.json"),
    ],
)
def test_wrong_use_is_exit_2_and_says_what_is_wrong(run: Any, arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_an_option_of_the_command_is_a_choice_of_the_translation(run: Any) -> None:
    assert json.loads(run(REQUEST, *DOWN, "--option", "model=gpt-5.4").stdout)["model"] == "gpt-5.4"
    answer = json.loads(json.dumps(ANSWER))
    answer["choices"][0]["message"]["content"] = "Done."
    up = ("--from", "chat", "--to", "responses", "--kind", "response")
    said = [json.loads(run(answer, *up, *more).stdout)["output"][0] for more in ((), ("--option", "infer_phase=true"))]
    assert [item.get("phase") for item in said] == [None, "final_answer"]


def test_several_options_are_taken_and_the_last_of_a_name_counts(run: Any) -> None:
    words = ("model=a", "hoist_instructions=TRUE", "model=b=c")
    done = run(REQUEST, *DOWN, *(word for given in words for word in ("--option", given)))
    assert (done.exit_code, json.loads(done.stdout)["model"]) == (0, "b=c")


def test_a_stream_takes_options(run: Any) -> None:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5.4"}
    choice = {"index": 0, "delta": {"content": "Hi."}, "finish_reason": "stop"}
    line = json.dumps({**chunk, "choices": [choice]}).encode()
    up = ("--from", "chat", "--to", "responses", "--kind", "stream")
    assert "final_answer" not in run(line, *up).stdout
    assert "final_answer" in run(line, *up, "--option", "infer_phase=true").stdout


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("bridge", "expected NAME=VALUE, NAME one of separator, final_only"),
        ("moon=full", "found moon=full"),
        ("bridge=maybe", "option bridge: expected True or False, found 'maybe'"),
        ("effort_with_tools=never", 'expected "keep", "none" or "refuse"'),
        ("model=", "expected a model id or None"),
    ],
)
def test_an_option_that_is_none_is_wrong_use(run: Any, word: str, message: str) -> None:
    done = run(REQUEST, *DOWN, "--option", word)
    assert done.exit_code == 2 and message in " ".join(done.stderr.split())


def test_the_param_of_an_error_is_that_of_the_request_with_its_options(run: Any, tmp_path: Path) -> None:
    asked = tmp_path / "asked.json"
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    asked.write_text(json.dumps({"model": "m", "messages": messages}))
    error = {"error": {"message": "x", "param": "input[0].content"}}
    up = ("--from", "responses", "--to", "chat", "--kind", "error", "--request", str(asked))
    for options, index in (((), 0), (("--option", "hoist_instructions=true"), 1)):
        done = run(error, *up, *options)
        assert json.loads(done.stdout)["error"]["param"] == f"messages[{index}].content"


def test_the_help_lists_every_option() -> None:
    told = CliRunner().invoke(respeak, ["translate", "--help"]).output
    assert all(field.name in told for field in dataclasses.fields(Options))


def test_stdin_is_a_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(respeak, ["translate", "-", *DOWN], input=json.dumps(REQUEST))
    assert done.exit_code == 0
    broken = CliRunner().invoke(respeak, ["translate", "-", *DOWN], input="{")
    assert broken.exit_code == 3 and broken.stderr.startswith("stdin: not JSON: line 1, column 2")


@pytest.mark.parametrize(
    ("given", "kind", "line"),
    [
        (b"{", "request", "not JSON: line 1, column 2: Expecting property name enclosed in double quotes"),
        (b'{"x', "response", "not JSON: line 1, column 4: Invalid control character"),
        (b"[]", "request", "(whole payload): expected a JSON object, found an array"),
        (b'{"messages": 5}', "request", "/messages: expected an array, found integer 5"),
        (b'{"seed": %s}' % (b"1" * 5000), "request", "not JSON: an integer of more than 4300 digits"),
    ],
)
def test_with_json_stderr_is_one_document_for_invalid_payloads_too(given: bytes, kind: str, line: str) -> None:
    given += b"\n" if kind == "response" else b""
    words = ["translate", "-", "--from", "chat", "--to", "responses", "--kind", kind]
    done = CliRunner().invoke(respeak, [*words, "--losses", "json"], input=given)
    assert (done.exit_code, done.stdout) == (3, "")
    assert json.loads(done.stderr) == {"file": "stdin", "invalid": [line], "losses": []}
    plain = CliRunner().invoke(respeak, words, input=given)
    assert (plain.exit_code, plain.stderr) == (3, f"stdin: {line}\n")


def test_with_json_an_invalid_request_of_an_answer_is_named(tmp_path: Path) -> None:
    (tmp_path / "asked.json").write_text('{"input": 5}')
    words = ["translate", "-", "--from", "chat", "--to", "responses", "--kind", "response", "--losses", "json"]
    done = CliRunner().invoke(respeak, [*words, "--request", str(tmp_path / "asked.json")], input=b"{}")
    assert done.exit_code == 3 and json.loads(done.stderr)["file"] == str(tmp_path / "asked.json")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (b"<html>Bad gateway</html>\n", "The upstream answered 502: <html>Bad gateway</html>"),
        (b"", "The upstream answered 502: an empty body"),
        (b"\xff", "The upstream answered 502: \ufffd"),
        (b"[1]", "The upstream answered 502: [1]"),
        (b'{"error": {"message": "busy"}}', "busy"),
    ],
)
def test_an_error_need_not_be_json(page: bytes, said: str) -> None:
    words = ["translate", "-", "--from", "vtrix", "--to", "responses", "--kind", "error", "--status", "502"]
    done = CliRunner().invoke(respeak, words, input=page)
    assert (done.exit_code, json.loads(done.stdout)["error"]["message"]) == (0, said)


def test_a_target_that_nobody_knows_is_answered_with_those_that_there_are() -> None:
    done = CliRunner().invoke(respeak, ["translate", "-", "--from", "chat", "--to", "zzzz"], input=b"{}")
    assert "known are responses, chat" in done.stderr and "codex-guide" not in done.stderr
