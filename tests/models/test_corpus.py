"""Recorded real traffic, where it is at hand, passes the gates of its family."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from respeak.errors import InvalidPayload
from respeak.gate import Gate
from respeak.models.base import Model
from respeak.models.chat import CreateChatCompletionRequest, CreateChatCompletionResponse
from respeak.models.errors import ErrorResponse
from respeak.models.responses import CreateResponse, Response

SHARED = Path(os.environ.get("RESPEAK_SHARED", Path(__file__).parents[3] / "shared"))
CORPUS = SHARED / "corpus"
MODELS: dict[str, type[Model]] = {
    "requests_responses": CreateResponse,
    "requests_chat": CreateChatCompletionRequest,
    "responses_responses": Response,
    "responses_chat": CreateChatCompletionResponse,
    "errors": ErrorResponse,
}
# Sent in order to provoke an error: temperatures of 99 and 100, and "hot".
MALFORMED = {"rqc-6e7cd5b09234", "rqc-0d0579b96683", "rqc-51789065dca2", "rqc-81d973813dee"}

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside the repository")


def records(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(CORPUS / f"{name}.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)


def refused(gate: Gate, record: dict[str, Any]) -> bool:
    try:
        gate.check(record["payload"])
    except InvalidPayload:
        return True
    return False


@pytest.mark.parametrize("name", [name + end for name in MODELS for end in ("", "_other")])
def test_recorded_payloads_pass(name: str) -> None:
    gate = Gate(MODELS[name.removesuffix("_other")])
    assert {record["id"] for record in records(name) if refused(gate, record)} <= MALFORMED


def test_requests_of_real_clients_pass() -> None:
    gates = {"responses": Gate(CreateResponse), "chat": Gate(CreateChatCompletionRequest)}
    found = {record["id"] for record in records("client_requests") if refused(gates[record["kind"]], record)}
    assert found == set()
