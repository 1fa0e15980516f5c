"""Codex CLI, which speaks Responses only, works on upstreams that speak Chat only: the gateway stands between.

The upstream is scripted and says what a model would; Codex, the gateway and every byte between them are real.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clients.codex import Run, binary, codex
from gateway.process import Gateway, configured, gateway
from gateway.upstream import Server, Whole, calls, completion, in_turn

Json = dict[str, Any]

DONE = "Both are written."
PATCH = "*** Begin Patch\n*** Add File: made.txt\n+von Hand\n*** End Patch\n"
SCRIPT = "text(await tools.exec_command({cmd: 'printf hello > made.txt; cat made.txt'}))"


@pytest.fixture(autouse=True)
def present() -> None:
    """Every test here wants Codex."""
    binary()


@contextmanager
def served(folder: Path, upstream: Server, dialect: str) -> Iterator[Gateway]:
    """A gateway on the upstream that tells Codex phases, which no Chat upstream may see again."""
    one = {"name": "U", "dialect": dialect, "base_url": upstream.url, "options.infer_phase": True}
    with gateway(folder, *configured(folder, one, memory="none")) as gate:
        yield gate


def run(folder: Path, upstream: Server, dialect: str, model: str, *answers: Json) -> tuple[Run, Gateway]:
    """Codex to its end, the upstream answering one after another."""
    upstream.says = in_turn(*answers)
    with served(folder, upstream, dialect) as gate:
        return codex(folder, gate.url, model), gate


def shell(command: str) -> Json:
    return {"cmd": command}


def legacy(name: str, arguments: Json, **more: Any) -> Json:
    """A vtrix answer that calls a function."""
    message = {"content": None, "function_call": {"name": name, "arguments": json.dumps(arguments)}, **more}
    return completion(message, "function_call")


def custom(call_id: str, name: str, text: str) -> Json:
    """A Chat answer that calls a custom tool."""
    call = {"id": call_id, "type": "custom", "custom": {"name": name, "input": text}}
    return completion({"content": "I write.", "tool_calls": [call]}, "tool_calls")


def tool(body: Json, name: str) -> Json:
    """The definition that the upstream got of a tool."""
    (found,) = [each for each in body["tools"] if each[each["type"]]["name"] == name]
    return found


def keys_of(value: Any) -> set[str]:
    """Every key, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


def ended_well(said: Run, upstream: Server, gate: Gateway) -> tuple[Json, Json]:
    """The two requests of a run that ended as scripted, neither with a phase."""
    assert (said.code, said.said) == (0, DONE), said.told
    assert [path for path, _, _ in upstream.seen] == ["/v1/chat/completions"] * 2
    assert {headers["authorization"] for _, headers, _ in upstream.seen} == {"Bearer dummy"}
    assert [line["status"] for line in gate.lines()] == [200, 200]
    first, second = upstream.bodies
    assert "phase" not in keys_of([first, second])
    return first, second


def test_codex_runs_two_commands_at_once_on_a_chat_upstream(tmp_path: Path, upstream: Server) -> None:
    pair = calls(
        ("call_one", "exec_command", shell("printf 'first of two' > one.txt; cat one.txt")),
        ("call_two", "exec_command", shell("mkdir deep; printf 'zweite „Ä“' > deep/two.txt; cat deep/two.txt")),
    )
    begun = completion({"content": "I write both.", **pair}, "tool_calls")
    said, gate = run(tmp_path, upstream, "chat", "gpt-5.3-codex", begun, completion({"content": DONE}))
    first, second = ended_well(said, upstream, gate)
    assert said.files() == {"one.txt": "first of two", "deep/two.txt": "zweite „Ä“"}
    assert "I write both." in said.told
    assert {each["type"] for each in first["tools"]} == {"function"}
    assert "cmd" in tool(first, "exec_command")["function"]["parameters"]["properties"]
    turn, *results = second["messages"][len(first["messages"]) :]
    assert second["messages"][: len(first["messages"])] == first["messages"]
    assert (turn["role"], turn["content"]) == ("assistant", "I write both.")
    assert turn["tool_calls"] == pair["tool_calls"]
    outputs = {result["tool_call_id"]: result["content"] for result in results if result["role"] == "tool"}
    assert list(outputs) == ["call_one", "call_two"] and len(results) == 2
    assert outputs["call_one"].endswith("first of two") and outputs["call_two"].endswith("zweite „Ä“")


def test_the_phase_that_codex_sends_back_is_told_as_a_loss(tmp_path: Path, upstream: Server) -> None:
    """Without it the absence of phase in the requests would prove nothing."""
    begun = completion(
        {"content": "I look.", **calls(("call_1", "exec_command", shell("printf x > x.txt")))}, "tool_calls"
    )
    said, gate = run(tmp_path, upstream, "chat", "gpt-5.3-codex", begun, completion({"content": DONE}))
    ended_well(said, upstream, gate)
    lost = [line["losses"] for line in gate.lines()]
    assert ["phase_dropped /input/*/phase" in losses for losses in lost] == [False, True]


def test_codex_runs_a_command_on_an_upstream_of_legacy_functions(tmp_path: Path, upstream: Server) -> None:
    command = shell("printf 'by legacy' > made.txt; cat made.txt")
    begun = legacy("exec_command", command, content="I write.")
    said, gate = run(tmp_path, upstream, "vtrix", "gpt-5.3-codex", begun, completion({"content": DONE}))
    first, second = ended_well(said, upstream, gate)
    assert said.files() == {"made.txt": "by legacy"}
    assert first["model"] == "vtrix-gpt-5.3-codex"
    assert "exec_command" in [each["name"] for each in first["functions"]]
    assert not {"tools", "tool_choice", "tool_calls", "tool_call_id", "strict"} & keys_of([first, second])
    turn, result = second["messages"][-2:]
    assert json.loads(turn["function_call"]["arguments"]) == command
    assert (result["role"], result["name"]) == ("function", "exec_command")
    assert result["content"].endswith("by legacy")


def test_codex_applies_a_patch_that_a_custom_tool_call_holds(tmp_path: Path, upstream: Server) -> None:
    begun = custom("call_patch", "apply_patch", PATCH)
    said, gate = run(tmp_path, upstream, "chat", "gpt-5.5", begun, completion({"content": DONE}))
    first, second = ended_well(said, upstream, gate)
    assert said.files() == {"made.txt": "von Hand\n"}
    grammar = tool(first, "apply_patch")["custom"]["format"]["grammar"]
    assert grammar["syntax"] == "lark" and "begin_patch" in grammar["definition"]
    turn, result = second["messages"][-2:]
    assert turn["tool_calls"] == begun["choices"][0]["message"]["tool_calls"]
    assert result["tool_call_id"] == "call_patch" and "A made.txt" in result["content"]


def test_a_patch_goes_as_a_legacy_function_and_comes_back_as_the_custom_tool(tmp_path: Path, upstream: Server) -> None:
    """Codex refuses a custom tool that is answered by a function call."""
    begun = legacy("apply_patch", {"input": PATCH})
    said, gate = run(tmp_path, upstream, "vtrix", "gpt-5.5", begun, completion({"content": DONE}))
    first, second = ended_well(said, upstream, gate)
    assert said.files() == {"made.txt": "von Hand\n"}
    (declared,) = [each for each in first["functions"] if each["name"] == "apply_patch"]
    assert declared["parameters"]["required"] == ["input"]
    turn, result = second["messages"][-2:]
    assert json.loads(turn["function_call"]["arguments"]) == {"input": PATCH}
    assert result["name"] == "apply_patch" and "A made.txt" in result["content"]


@pytest.mark.parametrize("dialect", ["chat", "vtrix"])
def test_codex_runs_a_script_of_a_tool_that_its_input_declares(tmp_path: Path, upstream: Server, dialect: str) -> None:
    """Newer models get no `tools`: an input item declares them, in namespaces."""
    name = "functions__exec"
    begun = custom("call_exec", name, SCRIPT) if dialect == "chat" else legacy(name, {"input": SCRIPT})
    said, gate = run(tmp_path, upstream, dialect, "gpt-6-sol", begun, completion({"content": DONE}))
    _, second = ended_well(said, upstream, gate)
    assert said.files() == {"made.txt": "hello"}
    assert "tools_hoisted" in gate.lines()[0]["losses"]
    assert '"output":"hello"' in json.dumps(second["messages"][-1]).replace("\\", "")


@pytest.mark.parametrize("dialect", ["chat", "vtrix"])
def test_a_call_gets_its_namespace_back(tmp_path: Path, upstream: Server, dialect: str) -> None:
    """Codex refuses a call of another namespace than `functions` without it, and tells the model."""
    name = "collaboration__list_agents"
    begun = completion(calls(("call_1", name, {})), "tool_calls") if dialect == "chat" else legacy(name, {})
    said, gate = run(tmp_path, upstream, dialect, "gpt-6-sol", begun, completion({"content": DONE}))
    _, second = ended_well(said, upstream, gate)
    turn, result = second["messages"][-2:]
    called = turn["function_call"] if dialect == "vtrix" else turn["tool_calls"][0]["function"]
    assert called["name"] == name
    assert [agent["agent_name"] for agent in json.loads(result["content"])["agents"]] == ["/root"]


def test_codex_takes_426_for_its_websocket_and_goes_on_at_once(tmp_path: Path, upstream: Server) -> None:
    upstream.says = in_turn(completion({"content": DONE}))
    with served(tmp_path, upstream, "chat") as gate:
        said = codex(tmp_path, gate.url, "gpt-5.5", sockets=True)
    assert (said.code, said.said) == (0, DONE), said.told
    assert said.told.count("failed to connect to Responses WebSocket") == 1, "it tried, and only once"
    assert "Falling back" not in said.told


def test_the_upstreams_error_reaches_the_user_of_codex(tmp_path: Path, upstream: Server) -> None:
    error = {"message": "The quota of today is used up.", "type": "invalid_request_error", "param": None, "code": None}
    upstream.says = Whole({"error": error}, status=400)
    with served(tmp_path, upstream, "chat") as gate:
        said = codex(tmp_path, gate.url, "gpt-5.5")
    assert said.code == 1 and error["message"] in said.told
    assert len(upstream.seen) == 1
