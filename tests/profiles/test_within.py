"""Chat to Chat: what the target cannot hold is reported, everything else of a message stays."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import respeak
from saying import Json, Lost, losses, refused, request

USER: Json = {"role": "user", "content": "hi"}
THINKING: Json = {"type": "thinking", "thinking": "hm"}
FILE: Json = {"type": "file", "file": {"file_id": "file-1"}}
CALL: Json = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TURN: Json = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT: Json = {"role": "tool", "tool_call_id": "a", "content": "x"}


def vtrix(*messages: Json, source: str = "chat") -> tuple[list[Json], Lost]:
    said, lost = request({"model": "gpt-5.3-codex", "messages": [*messages]}, source, "vtrix")
    return said["messages"], lost


def test_a_refusal_stays_when_no_part_beside_it_can_be_sent() -> None:
    messages, lost = vtrix(USER, {"role": "assistant", "content": [THINKING], "refusal": "I will not."}, USER)
    assert messages == [USER, {"role": "assistant", "content": "I will not."}, USER]
    assert lost == [
        ("reasoning_dropped", "/messages/1/content/0", "degrading"),
        ("refusal_as_text", "/messages/1", "degrading"),
    ]


BESIDE: list[tuple[Json, Lost]] = [
    ({"reasoning": "r"}, [("reasoning_dropped", "/messages/1/reasoning", "degrading")]),
    ({"reasoning_details": [{}]}, [("reasoning_dropped", "/messages/1/reasoning_details", "degrading")]),
    ({"parsed": {"a": 1}}, [("parsed_dropped", "/messages/1/parsed", "harmless")]),
    ({"wibble": 1}, [("unknown_field_dropped", "/messages/1/wibble", "degrading")]),
    ({"wibble": None, "refusal": None, "tool_calls": []}, []),
]


@pytest.mark.parametrize(("keys", "more"), BESIDE, ids=[next(iter(case[0])) for case in BESIDE])
def test_of_a_message_that_is_left_out_everything_is_reported(keys: Json, more: Lost) -> None:
    messages, lost = vtrix(USER, {"role": "assistant", "content": [THINKING], **keys})
    assert messages == [USER]
    assert lost == [("reasoning_dropped", "/messages/1/content/0", "degrading"), *more]


def test_a_result_whose_parts_are_lost_is_an_empty_result_of_its_call() -> None:
    messages, lost = vtrix(USER, TURN, {**RESULT, "content": [FILE], "name": "f"})
    assert messages[2] == {"role": "function", "name": "f", "content": ""}
    assert ("file_dropped", "/messages/2/content/0", "breaking") in lost
    assert "call_without_output" not in {code for code, _, _ in lost}


@pytest.mark.parametrize("target", ["responses", "aimlapi", "vtrix"])
def test_thinking_is_lost_alike_everywhere(target: str) -> None:
    asked = {
        "model": "gpt-5.3-codex",
        "messages": [{"role": "user", "content": [THINKING, {"type": "text", "text": "x"}]}],
    }
    assert request(asked, "chat", target)[1][-1:] == [("reasoning_dropped", "/messages/0/content/0", "degrading")]


def test_a_call_that_the_client_uses_twice_is_reported_at_both_places() -> None:
    _, lost = vtrix(USER, TURN, RESULT, TURN, {**RESULT, "content": "y"})
    left = [path for code, path, _ in lost if code == "call_id_dropped" and "tool_calls" in path]
    assert left == ["/messages/1/tool_calls/0/id", "/messages/3/tool_calls/0/id"]


def test_no_messages_are_refused_where_the_target_is_closed() -> None:
    empty: Json = {"model": "gpt-5.3-codex", "messages": []}
    assert refused(empty, "chat", "vtrix") == ("no_messages", "/messages")
    assert request(empty, "chat", "openrouter-chat")[0]["messages"] == []


def test_a_system_prompt_is_a_message() -> None:
    asked = {"model": "gpt-5.3-codex", "messages": [], "system_prompt": "Be brief."}
    assert request(asked, "codex-guide", "vtrix")[0]["messages"] == [{"role": "developer", "content": "Be brief."}]


# Nothing vanishes -----------------------------------------------------------------------------------------------

ROUTES = [
    ("chat", "responses"),
    ("chat", "aimlapi"),
    ("chat", "vtrix"),
    ("openrouter-chat", "chat"),
    ("codex-guide", "vtrix"),
]
IDS = ("a", "b", "a" * 70, "")


class Transcript:
    """Messages made of one source of chance; every text in them occurs once."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.count = 0

    def mark(self) -> str:
        self.count += 1
        return f"q{self.count}z"

    def maybe(self, share: float, **keys: Callable[[], Any]) -> Json:
        return {key: make() for key, make in keys.items() if self.chance.random() < share}

    def messages(self) -> list[Json]:
        out: list[Json] = []
        for _ in range(self.chance.randint(1, 5)):
            message = self.chance.choice((self.plain, self.assistant, self.assistant, self.result))()
            out.append(message)
            for call in message.get("tool_calls") or ():
                if self.chance.random() < 0.8:
                    out.append({"role": "tool", "tool_call_id": call["id"], "content": self.content()})
            if "function_call" in message:
                out.append({"role": "function", "name": "f", "content": self.mark()})
        return out

    def plain(self) -> Json:
        role = self.chance.choice(("user", "system", "developer"))
        return {"role": role, "content": self.content(), **self.maybe(0.1, name=self.mark, zz=self.mark)}

    def assistant(self) -> Json:
        texts = self.maybe(0.15, refusal=self.mark, reasoning=self.mark, reasoning_details=self.thoughts, zz=self.mark)
        calls = self.maybe(0.4, tool_calls=lambda: [self.call() for _ in range(self.chance.randint(0, 3))])
        old = self.maybe(0.1, function_call=lambda: {"name": "f", "arguments": self.mark()})
        return {"role": "assistant", "content": self.chance.choice((None, "", self.content())), **texts, **calls, **old}

    def result(self) -> Json:
        said = {"role": "tool", "tool_call_id": self.chance.choice(IDS), "content": self.content()}
        return {**said, **self.maybe(0.2, name=self.mark, zz=self.mark)}

    def thoughts(self) -> list[Json]:
        return [{"type": "reasoning.encrypted", "data": self.mark(), "id": "rs", "format": "openai-responses-v1"}]

    def call(self) -> Json:
        inner: Json = self.chance.choice(
            (
                {"type": "function", "function": {"name": "f", "arguments": self.mark()}},
                {"type": "custom", "custom": {"name": "c", "input": self.mark()}},
                {"type": "odd", "odd": self.mark()},
            )
        )
        return {"id": self.chance.choice(IDS), **inner, **self.maybe(0.1, x=self.mark)}

    def content(self) -> Any:
        return self.mark() if self.chance.random() < 0.5 else [self.part() for _ in range(self.chance.randint(0, 3))]

    def part(self) -> Json:
        text = self.mark()
        parts: tuple[Json, ...] = (
            {"type": "text", "text": text},
            {"type": "image_url", "image_url": {"url": text}},
            {"type": "file", "file": {"file_id": text}},
            {"type": "refusal", "refusal": text},
            {"type": "thinking", "thinking": text},
            {"type": "video_url", "video_url": text},
        )
        return {**self.chance.choice(parts), **self.maybe(0.1, x=self.mark)}


def marks(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """The texts that a transcript made, each with its place."""
    if isinstance(value, dict | list):
        for key, held in value.items() if isinstance(value, dict) else enumerate(value):
            yield from marks(held, f"{at}/{key}")
    elif isinstance(value, str) and value.startswith("q") and value.endswith("z"):
        yield at, value


def is_covered(at: str, paths: set[str]) -> bool:
    """True when a loss is at this place, or at one around it."""
    keys = at.split("/")
    return any("/".join(keys[:length]) in paths for length in range(2, len(keys) + 1))


@pytest.mark.parametrize(("source", "target"), ROUTES, ids=[f"{source} to {target}" for source, target in ROUTES])
@settings(max_examples=60, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_a_text_that_is_not_sent_is_reported(source: str, target: str, chance: Random) -> None:
    asked: Json = {"model": "gpt-5.3-codex", "messages": Transcript(chance).messages()}
    before = copy.deepcopy(asked)
    options = respeak.Options(extensions=chance.random() < 0.4, hoist_instructions=chance.random() < 0.2)
    try:
        said = respeak.translate_request(asked, source=source, target=target, tolerate="breaking", options=options)
    except respeak.TranslationError:
        return
    assert asked == before
    sent, paths = json.dumps(said.payload), {path for _, path, _ in losses(said.losses)}
    assert not [at for at, text in marks(asked) if f"{text}" not in sent and not is_covered(at, paths)]
