"""`respeak explain` and `respeak dialects`: what the library knows, on a terminal or as JSON."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner, Result

from respeak import dialects, explain
from respeak.cli.main import respeak


def run(*arguments: str, columns: int = 80) -> Result:
    return CliRunner().invoke(respeak, list(arguments), env={"COLUMNS": str(columns)})


def test_a_row_shows_fields_loss_and_rule() -> None:
    done = run("explain", "max_output_tokens", "--from", "responses", "--to", "vtrix", "--kind", "request")
    assert done.exit_code == 0
    assert done.stdout == (
        "requests, responses to vtrix\n\n"
        "  max_output_tokens → max_tokens  degrading output_limit_clamped\n"
        "      1 to 128000; a number out of range becomes the nearest bound\n"
    )


def test_several_losses_of_one_rule_are_told_with_their_reasons() -> None:
    done = run("explain", "phase", "--from", "responses", "--to", "chat", "--kind", "request", columns=120)
    assert done.stdout.splitlines()[2:] == [
        "  input[]<message>.phase → nothing",
        "      degrading phase_dropped  Chat cannot say phase; models that lose it stop early on long tasks",
        "      harmless phase_misplaced  phase belongs to assistant messages only; removed",
    ]


def test_without_a_route_roads_and_words_of_profiles_have_headings() -> None:
    lines = run("explain", "max_tokens").stdout.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == [
        "requests, Chat to Responses",
        "answers, Responses to Chat",
        "requests, words of codex-guide",
        "requests, words of vtrix",
    ]


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_everything_fits_the_terminal_and_has_no_blanks_at_the_end(columns: int) -> None:
    lines = run("explain", columns=columns).stdout.splitlines()
    assert len(lines) > 1000
    assert max(map(len, lines)) <= columns
    assert all(line == line.rstrip() for line in lines)


def test_json_holds_every_row() -> None:
    assert json.loads(run("explain", "phase", "--json").stdout) == [row.as_dict() for row in explain("phase")]


def test_an_unknown_field_is_wrong_use_with_the_nearest_names() -> None:
    done = run("explain", "reasoning_efort")
    assert (done.exit_code, done.stdout) == (2, "")
    assert 'no row has "reasoning_efort"; did you mean reasoning_effort' in done.stderr


def test_a_field_of_another_route_is_said_to_be_so() -> None:
    done = run("explain", "seed", "--from", "responses", "--to", "chat")
    assert (done.exit_code, done.stdout) == (
        0,
        'no rule speaks of "seed" here; try without --from, --to and --kind\n',
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "chat"), "--from and --to go together"),
        (("--from", "chat", "--to", "codex-guide"), 'did you mean "chat"?'),
        (("--from", "chat", "--to", "vtirx"), 'did you mean "vtrix"?'),
        (("--kind", "event"), "'event' is not one of"),
        (("\x1b[31mwibble",), 'no row has "\\x1b[31mwibble"'),
    ],
)
def test_wrong_use_is_exit_2(arguments: tuple[str, ...], message: str) -> None:
    done = run("explain", *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_dialects_lists_every_dialect_at_80_columns() -> None:
    done = run("dialects")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    for dialect in dialects():
        [line] = [line for line in lines if line.split()[:2] == [dialect.name, dialect.family]]
        assert dialect.models[0] in line and line.rstrip().endswith("kept" if dialect.phase else "lost")
    assert any(line.strip() == "source only" for line in lines)


def test_dialects_as_json_say_all_that_the_library_says() -> None:
    found = json.loads(run("dialects", "--json").stdout)
    assert [entry["name"] for entry in found] == [dialect.name for dialect in dialects()]
    assert set(found[0]) == {"name", "family", "endpoint", "title", "models", "phase", "source_only"}


@pytest.mark.parametrize("command", [(), ("translate",), ("dialects",), ("explain",)])
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    for flag in ("-h", "--help"):
        done = run(*command, flag)
        assert done.exit_code == 0 and "Usage:" in done.stdout


def test_rules_are_said_in_words_and_cite_no_file_that_users_do_not_have() -> None:
    told = CliRunner().invoke(respeak, ["explain", "--json"]).stdout
    assert re.findall(r"[^\"]*\.md\b[^\"]*|[^\"]*\b(?:OBS|D)-\d[^\"]*", told) == []
    assert "the items of a turn become one message" in CliRunner().invoke(respeak, ["explain", "input"]).stdout
    assert "a message becomes the items of a turn" in CliRunner().invoke(respeak, ["explain", "messages"]).stdout
