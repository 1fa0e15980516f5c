"""The public surface, and the lists that must stay closed."""

from __future__ import annotations

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import respeak
from respeak.codes import Code

SOURCE = Path(respeak.__file__).parent

PUBLIC = {
    "Dialect",
    "InvalidPayload",
    "Loss",
    "Options",
    "RespeakError",
    "Severity",
    "StreamBroken",
    "StreamTranslator",
    "Translation",
    "TranslationError",
    "UnknownDialect",
    "Violation",
    "answer_of",
    "dialects",
    "explain",
    "schema",
    "stream_of",
    "translate_error",
    "translate_request",
    "translate_response",
    "validate",
}


def test_the_public_names_are_exactly_these() -> None:
    assert set(respeak.__all__) == PUBLIC
    assert all(getattr(respeak, name) is not None for name in PUBLIC)


def test_every_public_function_and_class_has_a_docstring() -> None:
    assert [name for name in respeak.__all__ if not getattr(respeak, name).__doc__] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'translate_everything'"):
        _ = respeak.translate_everything


def test_importing_respeak_imports_no_third_party_package() -> None:
    code = "import respeak, sys; print([m for m in ('pydantic', 'click', 'rich', 'httpx') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_translating_imports_only_pydantic() -> None:
    code = (
        "import respeak, sys\n"
        "respeak.translate_request({'input': 'hi', 'model': 'm'}, source='responses', target='chat')\n"
        "print([m for m in ('click', 'rich', 'httpx', 'jsonschema') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _uses_of_codes() -> set[str]:
    used = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Code":
                used.add(node.attr)
    return used


def test_every_loss_code_is_used_and_every_used_one_is_listed() -> None:
    assert _uses_of_codes() == set(Code.__members__)


@pytest.mark.parametrize("code", list(Code), ids=str)
def test_every_loss_code_says_what_to_do(code: Code) -> None:
    assert code.value == code.name.lower()
    assert code.advice.endswith(".")


def test_results_and_errors_can_be_pickled() -> None:
    request = {"model": "gpt-4o", "input": [{"role": "assistant", "content": "hi", "phase": "commentary"}]}
    said = respeak.translate_request(request, source="responses", target="chat")
    assert pickle.loads(pickle.dumps(said)) == said
    with pytest.raises(respeak.TranslationError) as refused:
        respeak.translate_request(request, source="responses", target="chat", tolerate="none")
    again = pickle.loads(pickle.dumps(refused.value))
    assert (str(again), again.param) == (str(refused.value), refused.value.param)
    with pytest.raises(respeak.InvalidPayload) as invalid:
        respeak.translate_request({"input": 5}, source="responses", target="chat")
    assert str(pickle.loads(pickle.dumps(invalid.value))) == str(invalid.value)
