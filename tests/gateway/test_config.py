"""What the operator says wrong is told at the start, in the operator's own words; keys are never shown."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gateway.process import configured, gateway
from respeak.gateway.config import ConfigError, made

ONE: dict[str, Any] = {"name": "u", "dialect": "chat", "base_url": "http://127.0.0.1/v1"}
HEAD = '[[upstream]]\nname = "u"\ndialect = "chat"\nbase_url = "http://127.0.0.1/v1"\n'


def serve(folder: Path, *arguments: str, seconds: float = 30) -> tuple[int | None, str]:
    """Exit code and stderr of `respeak serve`; None if it went on serving for some seconds."""
    command = [sys.executable, "-m", "respeak", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=folder, text=True) as process:
        assert process.stderr is not None
        told = ""
        for line in process.stderr:
            told += line
            if line.startswith("respeak serves"):
                process.terminate()
                return None, told
        return process.wait(seconds), told


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (HEAD.replace("[[", "[").replace("]]", "]"), "upstream: expected an array of tables, each headed [[upstream]]"),
        (HEAD + 'models = "gpt-*"', 'upstream.0.models: expected an array such as ["gpt-*"], found a string'),
        (HEAD + "models = [1]", "upstream.0.models.0: expected a string, found an integer"),
        (HEAD + "models = []", "upstream.0.models: expected one model at least"),
        (HEAD + "options = 5", "upstream.0.options: expected a table, found an integer"),
        (HEAD + 'timeout = "long"', "upstream.0.timeout: expected a number, found a string"),
        (HEAD + "timeout = 0", "upstream.0.timeout: expected more than 0"),
        (HEAD + "timeout = inf", "upstream.0.timeout: expected a finite number"),
        (HEAD + "forward_key = 5", "upstream.0.forward_key: expected true or false"),
        (HEAD + "keyenv = 'A'", 'upstream.0.keyenv: no such key; did you mean "key_env"?'),
        ('memry = "local"\n' + HEAD, 'memry: no such key; did you mean "memory"?'),
        ("zzzz = 1\n" + HEAD, "zzzz: no such key; known are upstream, host, port"),
        ("grace = inf\n" + HEAD, "grace: expected a finite number"),
        ("hold = -1\n" + HEAD, "hold: expected 0 or more"),
        ("port = 70000\n" + HEAD, "port: expected 65535 or less"),
        ("body_limit = 1.5\n" + HEAD, "body_limit: expected a whole number, found a number"),
        ('tolerate = "all"\n' + HEAD, "tolerate: expected 'none', 'harmless', 'degrading' or 'breaking'"),
        ("ca_file = 5\n" + HEAD, "ca_file: expected a string, found an integer"),
        ('host = "127.0.0.1"', "upstream: expected a value, found none"),
        ('host = ""\n' + HEAD, "host: expected a string that is not empty"),
        (HEAD.replace('"u"', '""'), "upstream.0.name: expected a string that is not empty"),
        (HEAD + 'key_env = "A"\nforward_key = true', "upstream.0: expected key_env or forward_key = true, found both"),
    ],
)
def test_mistakes_are_told_in_the_words_of_toml(toml: str, message: str) -> None:
    with pytest.raises(ConfigError) as found:
        made(tomllib.loads(toml), "gateway.toml")
    assert str(found.value).startswith(f"gateway.toml: {message}")
    assert "\n" not in str(found.value) and "tuple" not in str(found.value) and "Input" not in str(found.value)


def test_an_unknown_dialect_is_answered_with_those_that_upstreams_can_speak() -> None:
    with pytest.raises(ConfigError, match="known are responses, chat") as found:
        made({"upstream": [{**ONE, "dialect": "zzzz"}]}, "gateway.toml")
    assert "codex-guide" not in str(found.value)


@pytest.mark.parametrize("name", ["sk-live-123", "", "two words", "Bearer sk"])
def test_what_cannot_be_the_name_of_a_variable_is_not_shown(name: str) -> None:
    config = made({"upstream": [{**ONE, "key_env": name}]}, "test")
    with pytest.raises(ConfigError, match="expected the name of an environment variable") as found:
        config.upstream[0].check_key()
    assert not name or name not in str(found.value)


def test_a_name_of_a_variable_that_is_odd_but_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("my.key", "sk")
    made({"upstream": [{**ONE, "key_env": "my.key"}]}, "test").upstream[0].check_key()


def test_a_memory_without_a_name_is_wrong(tmp_path: Path) -> None:
    message = "expected local, none, sqlite:PATH or redis://HOST"
    for given in ((), ("--memory", "")):
        code, told = serve(tmp_path, *configured(tmp_path, ONE, memory="" if not given else "none"), *given)
        assert code == 2 and message in told
    code, told = serve(tmp_path, "--memory", "")
    assert code == 2 and message in told


@pytest.mark.parametrize("url", ["redis+ssl://:hunter2@h/0", "redis://:hunter2@h:x/0", "redis://:hunter2/x@h/0"])
def test_a_memory_with_a_password_is_not_shown(tmp_path: Path, url: str) -> None:
    code, told = serve(tmp_path, *configured(tmp_path, ONE), "--memory", url)
    assert code == 2 and "memory is" in told and "redis://HOST" in told and "hunter" not in told


def test_a_memory_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    with gateway(tmp_path, *configured(tmp_path, ONE, memory="redis://:hunter2@127.0.0.1:9")) as gate:
        [line] = gate.lines()
        assert (line["event"], line["level"]) == ("memory", "warning") and "hunter2" not in str(line)


def test_options_go_before_the_file(tmp_path: Path) -> None:
    code, told = serve(tmp_path, *configured(tmp_path, ONE, memory="paper"), "--memory", "none")
    assert code is None and told.startswith("respeak serves u on http://127.0.0.1:")
    assert list(tmp_path.glob("*.sqlite")) == []


@pytest.mark.parametrize("more", [(), ("--demo",), ("--config", "gateway.toml")])
def test_a_key_without_an_upstream_is_wrong_use(tmp_path: Path, more: tuple[str, ...]) -> None:
    configured(tmp_path, ONE)
    code, told = serve(tmp_path, "--key-env", "PATH", *more)
    assert code == 2 and "--key-env goes with --upstream" in told


def test_upstreams_that_get_no_key_are_told_at_the_start(tmp_path: Path) -> None:
    others = ({**ONE, "name": "a", "forward_key": False}, {**ONE, "name": "b", "forward_key": True})
    code, told = serve(tmp_path, *configured(tmp_path, ONE, *others, memory="none"))
    assert code is None
    first, second = told.splitlines()
    assert first.startswith("Warning: upstream u gets no key") and "forward_key = true" in first
    assert second.startswith("respeak serves u, a, b on")


def test_a_single_upstream_gets_the_clients_key_unless_told_otherwise() -> None:
    def forwards(*upstreams: dict[str, Any]) -> list[bool]:
        config = made({"upstream": list(upstreams)}, "test")
        return [config.forwards(each) for each in config.upstream]

    other = {**ONE, "name": "v"}
    assert forwards(ONE) == [True] and forwards({**ONE, "forward_key": False}) == [False]
    assert forwards({**ONE, "key_env": "A"}) == [False]
    assert forwards(ONE, {**other, "forward_key": True}) == [False, True]


def test_an_address_of_ipv6_stands_in_brackets(tmp_path: Path) -> None:
    code, told = serve(tmp_path, "--demo", "--host", "::1")
    if code == 2 and "address" in told.lower():
        pytest.skip("no IPv6 here")
    assert re.search(r" on http://\[::1\]:\d+/v1\n", told)
