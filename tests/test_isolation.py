"""Nothing outlives a call: no cache can be poisoned, inputs stay as they are, threads do not meet, results travel.

The payloads are those of the conformance suite, each on every route from its own dialect.
"""

from __future__ import annotations

import copy
import json
import pickle
import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import laws
import respeak
from respeak import InvalidPayload, StreamBroken, StreamTranslator, TranslationError, UnknownDialect, Violation
from respeak.conformance.cases import Case, load
from respeak.conformance.run import answered
from respeak.sse import SseDecoder

Json = dict[str, Any]

CASES = load()
KINDS = ("request", "response", "error", "stream")
THREADS = 16


def questions(kind: str, target: str) -> list[Json]:
    """The cases of a kind, all of them asked for this target."""
    return [_question(case, target) for case in CASES if case.kind == kind]


def _question(case: Case, target: str) -> Json:
    """A case for another target than its own: its client's request is not one of that dialect's then."""
    asked = case.request if case.target == target else None
    return {**case.question(), "target": target, "request": asked, "tolerate": "breaking"}


EVERY = pytest.mark.parametrize(("kind", "target"), [(kind, target) for kind in KINDS for target in laws.TARGETS])


@EVERY
def test_inputs_are_never_modified(kind: str, target: str) -> None:
    for question in questions(kind, target):
        kept = copy.deepcopy(question)
        answered(question)
        assert question == kept, question["id"]
        assert json.dumps(question) == json.dumps(kept), question["id"]  # the order of keys too


@EVERY
def test_no_output_reaches_what_outlives_its_call(kind: str, target: str) -> None:
    for question in questions(kind, target):
        kept = json.dumps(answered(copy.deepcopy(question)))
        laws.poison(answered(copy.deepcopy(question)))
        assert json.dumps(answered(copy.deepcopy(question))) == kept, question["id"]


@EVERY
def test_no_input_reaches_what_outlives_its_call(kind: str, target: str) -> None:
    """A cache that held on to a payload would say the poison of the one before."""
    for question in questions(kind, target):
        first = copy.deepcopy(question)
        kept = json.dumps(answered(first))
        laws.poison(first["input"])
        assert json.dumps(answered(copy.deepcopy(question))) == kept, question["id"]


STREAMS = [case for case in CASES if case.kind == "stream"]


@pytest.mark.parametrize("target", laws.TARGETS)
def test_events_that_a_client_spoils_spoil_no_later_ones(target: str) -> None:
    for case in STREAMS:
        said = _fed(case, target, spoil=False)
        assert _fed(case, target, spoil=True) == said, case.id


def _fed(case: Case, target: str, spoil: bool) -> list[str]:
    """The text of every event as it came; spoilt as soon as it is read, with all that hangs on it."""
    request = case.request if target == case.target else None
    translator = StreamTranslator(source=case.source, target=target, request=copy.deepcopy(request))
    out: list[str] = []
    try:
        for event in copy.deepcopy(case.input):
            out += _taken(translator.feed(event), spoil)
    except InvalidPayload as error:
        out.append(str(error))
    out += _taken(translator.close(), spoil)
    return [*out, *map(str, translator.losses)]


def _taken(events: list[Json], spoil: bool) -> list[str]:
    said = [json.dumps(event) for event in events]
    if spoil:
        laws.poison(events)
    return said


def test_what_the_package_hands_out_are_copies() -> None:
    for dialect in laws.FAMILIES:
        kept = json.dumps(respeak.schema(dialect, "request"))
        laws.poison(respeak.schema(dialect, "request"))
        assert json.dumps(respeak.schema(dialect, "request")) == kept


# Threads ----------------------------------------------------------------------------------------------------------


def mixed() -> list[Json]:
    """Questions of every kind and route, a few of each."""
    drawn = random.Random(4)
    return [
        question for kind in KINDS for target in laws.TARGETS for question in drawn.sample(questions(kind, target), 4)
    ]


def shuffled(asked: list[Json], seed: int) -> dict[int, str]:
    """The answers to all questions, asked in an order of their own."""
    order = list(range(len(asked)))
    random.Random(seed).shuffle(order)
    return {number: json.dumps(answered(asked[number])) for number in order}


def test_threads_say_the_same() -> None:
    asked = mixed()
    alone = shuffled(asked, 0)
    barrier = threading.Barrier(THREADS)

    def together(seed: int) -> dict[int, str]:
        barrier.wait()
        return shuffled(asked, seed)

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(found == alone for found in pool.map(together, range(THREADS)))


FIRST_USE = """
import sys, threading
from concurrent.futures import ThreadPoolExecutor
sys.path.insert(0, {tests!r})
sys.setswitchinterval(1e-5)
import test_isolation as here
asked = here.mixed()
barrier = threading.Barrier(here.THREADS)
def together(seed):
    barrier.wait()
    return here.shuffled(asked, seed)
with ThreadPoolExecutor(here.THREADS) as pool:
    found = list(pool.map(together, range(here.THREADS)))
alone = here.shuffled(asked, 0)
print(sum(one != alone for one in found))
"""


TOGETHER = """
import sys, threading
sys.setswitchinterval(1e-6)
import respeak
from respeak.models.registry import model_of
calls = {calls}
barrier, failed = threading.Barrier(len(calls)), []
def go(call, *of):
    barrier.wait()
    try:
        call(*of)
    except BaseException as error:
        failed.append(error)
threads = [threading.Thread(target=go, args=call) for call in calls]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(failed)
"""
NAMES = "[(getattr, respeak, name) for name in respeak.__all__]"
MODELS = """[(model_of, *names) for names in (
    ("vtrix", "chat", "request"), ("chat", "chat", "request"), ("codex-guide", "chat", "request"),
    ("chat", "chat", "event"), ("vtrix", "chat", "response"), ("aimlapi", "responses", "request"),
    ("responses", "responses", "event"), ("responses", "responses", "request"))]"""


@pytest.mark.parametrize("calls", [NAMES, MODELS], ids=["names", "models"])
def test_threads_that_import_in_different_orders_do_not_wait_for_each_other(calls: str) -> None:
    """Python ends such a deadlock with an error in one of them."""
    for _ in range(3):
        ran = subprocess.run(
            [sys.executable, "-c", TOGETHER.format(calls=calls)], capture_output=True, text=True, timeout=120
        )
        assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def test_threads_that_are_the_very_first_to_translate_say_the_same() -> None:
    script = FIRST_USE.format(tests=str(Path(__file__).parent))
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300, check=False)
    assert (ran.stdout.strip(), ran.stderr) == ("0", "")


# Results travel ---------------------------------------------------------------------------------------------------

REQUEST: Json = {
    "model": "gpt-5.3-codex",
    "input": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "so", "phase": "commentary"}],
    "background": True,
}


def _raised(work: Any) -> Exception:
    try:
        work()
    except respeak.RespeakError as error:
        return error
    raise AssertionError("nothing was raised")


def test_translations_can_be_pickled() -> None:
    body = {**REQUEST, "background": False}
    said = respeak.translate_request(body, source="responses", target="chat")
    for again in (pickle.loads(pickle.dumps(said)), copy.deepcopy(said)):
        assert again == said
        assert [loss.as_dict() for loss in again.losses] == [loss.as_dict() for loss in said.losses]


ERRORS = {
    InvalidPayload: lambda: respeak.translate_request({"model": 1}, source="responses", target="chat"),
    TranslationError: lambda: respeak.translate_request(REQUEST, source="responses", target="chat"),
    UnknownDialect: lambda: respeak.translate_request(REQUEST, source="responses", target="caht"),
    StreamBroken: lambda: SseDecoder().feed(b"data: {\n\n"),
}


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_exceptions_can_be_pickled(kind: type[Exception]) -> None:
    error = _raised(ERRORS[kind])
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(again) is kind
        assert str(again) == str(error)
        assert _told(again) == _told(error)


def _told(error: Exception) -> str:
    """All that an exception holds, as text."""
    held = {name: value for name, value in vars(error).items() if not name.startswith("_")}
    return repr(
        {name: list(map(str, value)) if isinstance(value, list | tuple) else str(value) for name, value in held.items()}
    )


@pytest.mark.parametrize(
    "value",
    [
        Violation("/input", "a string", "null"),
        respeak.Options(final_only=True),
        respeak.Severity.BREAKING,
        respeak.dialects(),
        respeak.explain("reasoning.effort", source="responses", target="vtrix"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_of_the_public_names_can_be_pickled(value: Any) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
