"""`python -m respeak.conformance.litellm`: an installed LiteLLM as a program of the protocol.

It drives the transformations between Responses and Chat Completions that LiteLLM has within, without any network. What
LiteLLM has no words for is skipped: other dialects, bodies of errors, options. It reports no losses and cannot be told
what to tolerate.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

Json = dict[str, Any]


def answered(question: Json) -> Json:
    """What LiteLLM answers to a question; without payload, error or skipped where it broke down."""
    said = SAYS.get((question["kind"], question["source"], question["target"]))
    if said is None:
        return {"skipped": f"no {question['kind']} from {question['source']} to {question['target']} in LiteLLM"}
    if question["options"]:
        return {"skipped": "LiteLLM has none of these options"}
    from litellm.exceptions import APIError, BadRequestError

    try:
        return {"payload": json.loads(json.dumps(said(question["input"], question["request"] or {})))}
    except (ValueError, APIError, BadRequestError) as error:  # what it raises on purpose
        return {"error": {"message": _line(error)}}
    except Exception as error:
        return {"broken": f"{type(error).__name__}: {_line(error)}"}


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _request_down(body: Json, _: Json) -> Json:
    """As `LiteLLMCompletionTransformationHandler.response_api_handler` does before its call."""
    from litellm.responses.litellm_completion_transformation.transformation import LiteLLMCompletionResponsesConfig

    said: Json = LiteLLMCompletionResponsesConfig.transform_responses_api_request_to_chat_completion_request(
        model=body.get("model") or "",
        input=body.get("input") or "",
        responses_api_request=_without(body, "model", "input", "stream", "metadata", "service_tier"),
        stream=body.get("stream"),
        metadata=body.get("metadata"),
        service_tier=body.get("service_tier"),
    )
    return said


def _answer_up(body: Json, request: Json) -> Json:
    """As the same handler does after its call."""
    from litellm.responses.litellm_completion_transformation.transformation import LiteLLMCompletionResponsesConfig

    answer = LiteLLMCompletionResponsesConfig.transform_chat_completion_response_to_responses_api_response(
        request_input=request.get("input") or "",
        responses_api_request=_without(request, "model", "input"),
        chat_completion_response=body,
    )
    said: Json = answer.model_dump(mode="json")
    return said


def _request_up(body: Json, _: Json) -> Json:
    """As `ResponsesToCompletionBridgeHandler.completion` does before its call."""
    said: Json = _bridge().transform_request(
        model=body.get("model") or "",
        messages=body.get("messages") or [],
        optional_params=_without(body, "model", "messages"),
        litellm_params={},
        headers={},
        litellm_logging_obj=SimpleNamespace(),
    )
    return {key: value for key, value in said.items() if value is not None and key != "litellm_logging_obj"}


def _answer_down(body: Json, request: Json) -> Json:
    """As the same handler does after its call."""
    from litellm.types.llms.openai import ResponsesAPIResponse
    from litellm.types.utils import ModelResponse

    answer = _bridge().transform_response(
        model=body.get("model") or "",
        raw_response=ResponsesAPIResponse(**body),
        model_response=ModelResponse(),
        logging_obj=SimpleNamespace(model_call_details={}),
        request_data={},
        messages=request.get("messages") or [],
        optional_params=_without(request, "model", "messages"),
        litellm_params={},
        encoding=None,
    )
    said: Json = answer.model_dump(mode="json", exclude_unset=True)
    return said


def _bridge() -> Any:
    from litellm.completion_extras.litellm_responses_transformation import transformation

    return transformation.LiteLLMResponsesTransformationHandler()


def _without(body: Json, *names: str) -> Json:
    return {key: value for key, value in body.items() if key not in names}


SAYS: dict[tuple[str, str, str], Callable[[Json, Json], Json]] = {
    ("request", "responses", "chat"): _request_down,
    ("request", "chat", "responses"): _request_up,
    ("response", "responses", "chat"): _answer_down,
    ("response", "chat", "responses"): _answer_up,
}


def main() -> None:
    """Answer every line on stdin by one on stdout; LiteLLM itself may print to stderr only."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # or it fetches a list of prices when imported
    answers, sys.stdout = sys.stdout, sys.stderr
    try:
        import litellm  # noqa: F401
    except ImportError as error:
        sys.exit(f"LiteLLM cannot be imported ({_line(error)}): in a checkout, pip install '.[peers]'")
    for line in sys.stdin.buffer:
        question = json.loads(line)
        answers.write(json.dumps({"id": question["id"], **answered(question)}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
