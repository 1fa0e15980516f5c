"""Hypothesis strategies: requests and answers of either family, as real clients and services send them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
names = st.sampled_from(["search", "read_file", "run-tests", "get_weather"])
urls = st.sampled_from(["https://example.com/a.png", "data:image/png;base64,iVBORw0KGgo="])
arguments = st.sampled_from(["{}", '{"q": 1}', '{ "path" :"a/b",\n"n":1.50 }', '{"unfinished":'])
phases = st.sampled_from(["commentary", "final_answer"])
statuses = st.sampled_from(["completed", "incomplete"])
breakpoints = st.just({"mode": "explicit"})
schemas = st.sampled_from(
    [
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"], "additionalProperties": False},
        {"type": "object", "properties": {"q": {"type": "string"}, "n": {"type": "integer"}}, "required": ["q"]},
    ]
)


def record(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Json]:
    """An object with the required keys and some of the optional ones."""
    return st.fixed_dictionaries(required, optional=optional)


def some(element: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(element, min_size=least, max_size=most)


# Responses ------------------------------------------------------------------------------------------------------

input_text = record({"type": st.just("input_text"), "text": texts}, {"prompt_cache_breakpoint": breakpoints})
input_image = record(
    {"type": st.just("input_image"), "image_url": urls, "detail": st.sampled_from(["low", "high", "auto", "original"])},
    {"prompt_cache_breakpoint": breakpoints},
)
input_file = record(
    {"type": st.just("input_file"), "file_data": st.just("data:text/plain;base64,YQ=="), "filename": texts}, {}
)
citation = st.fixed_dictionaries(
    {
        "type": st.just("url_citation"),
        "url": urls,
        "title": texts,
        "start_index": st.integers(0, 9),
        "end_index": st.integers(0, 9),
    }
)
output_text = st.fixed_dictionaries(
    {"type": st.just("output_text"), "text": texts, "annotations": some(citation, most=1)}
)
refusal = st.fixed_dictionaries({"type": st.just("refusal"), "refusal": texts})

user_item = record(
    {
        "role": st.just("user"),
        "content": st.one_of(texts, some(st.one_of(input_text, input_image, input_file), least=1)),
    },
    {"type": st.just("message")},
)
authority_item = record(
    {"role": st.sampled_from(["system", "developer"]), "content": st.one_of(texts, some(input_text, least=1))},
    {"type": st.just("message"), "phase": phases},
)
easy_assistant = record({"role": st.just("assistant"), "content": texts}, {"phase": phases})
assistant_item = record(
    {
        "type": st.just("message"),
        "role": st.just("assistant"),
        "content": some(output_text, least=1, most=2),
        "id": st.just("msg_1"),
        "status": statuses,
    },
    {"phase": phases},
)
reasoning_item = st.fixed_dictionaries(
    {
        "type": st.just("reasoning"),
        "id": st.just("rs_1"),
        "summary": st.just([]),
        "encrypted_content": st.just("gAAA"),
    }
)

_RICH_OUTPUT = some(input_text, least=1, most=2)


@st.composite
def call_groups(draw: st.DrawFn, number: int) -> list[Json]:
    """Some calls of one turn, then their outputs in any order, perhaps with reasoning between the calls."""
    items: list[Json] = []
    outputs: list[Json] = []
    for j in range(draw(st.integers(1, 3))):
        call_id = f"call_{number}_{j}"
        if draw(st.booleans()):
            items.append(draw(reasoning_item))
        kind = draw(st.sampled_from(["function_call", "custom_tool_call"]))
        held = {"arguments": draw(arguments)} if kind == "function_call" else {"input": draw(texts)}
        extra = {"id": f"fc_{call_id}"} if draw(st.booleans()) else {}
        items.append({"type": kind, "call_id": call_id, "name": draw(names), **held, **extra})
        outputs.append({"type": f"{kind}_output", "call_id": call_id, "output": draw(st.one_of(texts, _RICH_OUTPUT))})
    return items + draw(st.permutations(outputs))


@st.composite
def input_items(draw: st.DrawFn) -> list[Json]:
    """A whole transcript; each call has its output."""
    items = [draw(user_item)]
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(["message", "assistant", "calls"]))
        if kind == "message":
            items.append(draw(st.one_of(user_item, authority_item)))
        elif kind == "assistant":
            items.append(draw(st.one_of(easy_assistant, assistant_item)))
        else:
            items += draw(call_groups(number))
    return items


function_tool = record(
    {"type": st.just("function"), "name": names, "parameters": schemas, "strict": st.sampled_from([True, False, None])},
    {"description": texts},
)
custom_tool = record(
    {"type": st.just("custom"), "name": st.just("patch")},
    {
        "description": texts,
        "format": st.sampled_from(
            [{"type": "text"}, {"type": "grammar", "syntax": "lark", "definition": "start: /a/"}]
        ),
    },
)
responses_tools = st.lists(
    st.one_of(function_tool, custom_tool, st.just({"type": "web_search"})),
    min_size=1,
    max_size=4,
    unique_by=lambda tool: tool.get("name"),
)
efforts = st.sampled_from(["none", "minimal", "low", "medium", "high", "xhigh", "max"])
models = st.sampled_from(["gpt-5.3-codex", "gpt-4o", "gpt-5.6"])
json_schema = {"name": st.just("answer"), "schema": schemas}

_SHARED: dict[str, Any] = {
    "temperature": st.floats(0, 2),
    "top_p": st.floats(0, 1),
    "stream": st.booleans(),
    "metadata": st.just({"trace": "t-1"}),
    "user": texts,
    "safety_identifier": texts,
    "prompt_cache_key": texts,
    "service_tier": st.sampled_from(["auto", "flex"]),
    "parallel_tool_calls": st.booleans(),
    "store": st.booleans(),
    "tool_choice": st.sampled_from(["auto", "none", "required"]),
}
_RESPONSES: dict[str, Any] = {
    "instructions": texts,
    "max_output_tokens": st.integers(16, 200_000),
    "reasoning": record({}, {"effort": efforts, "summary": st.sampled_from(["auto", "detailed"])}),
    "text": record(
        {},
        {
            "verbosity": st.sampled_from(["low", "medium", "high"]),
            "format": st.one_of(
                st.sampled_from([{"type": "text"}, {"type": "json_object"}]),
                record({"type": st.just("json_schema"), **json_schema}, {"strict": st.booleans()}),
            ),
        },
    ),
    "include": some(st.sampled_from(["reasoning.encrypted_content", "message.output_text.logprobs"]), most=2),
    "top_logprobs": st.integers(0, 20),
    "truncation": st.sampled_from(["auto", "disabled"]),
    "max_tool_calls": st.integers(1, 9),
    "tools": responses_tools,
    "client_metadata": st.just({"origin": "cli"}),
}

responses_requests = record({"model": models, "input": st.one_of(texts, input_items())}, {**_SHARED, **_RESPONSES})

# Chat -----------------------------------------------------------------------------------------------------------

text_part = record({"type": st.just("text"), "text": texts}, {"prompt_cache_breakpoint": breakpoints})
image_part = st.fixed_dictionaries(
    {
        "type": st.just("image_url"),
        "image_url": record({"url": urls}, {"detail": st.sampled_from(["low", "high", "auto"])}),
    }
)
file_part = st.fixed_dictionaries({"type": st.just("file"), "file": st.just({"file_id": "file-1"})})

user_message = record(
    {
        "role": st.just("user"),
        "content": st.one_of(texts, some(st.one_of(text_part, image_part, file_part), least=1)),
    },
    {"name": texts},
)
authority_message = record(
    {"role": st.sampled_from(["system", "developer"]), "content": st.one_of(texts, some(text_part, least=1))}, {}
)
assistant_message = record(
    {"role": st.just("assistant"), "content": st.one_of(texts, some(text_part, least=1, most=2))}, {"refusal": texts}
)


@st.composite
def tool_turns(draw: st.DrawFn, number: int) -> list[Json]:
    """An assistant message with calls, and a tool message for each, in any order."""
    calls: list[Json] = []
    for j in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["function", "custom"]))
        held = {"arguments": draw(arguments)} if kind == "function" else {"input": draw(texts)}
        calls.append({"id": f"call_{number}_{j}", "type": kind, kind: {"name": draw(names), **held}})
    outputs = [
        {"role": "tool", "tool_call_id": call["id"], "content": draw(st.one_of(texts, some(text_part, least=1)))}
        for call in calls
    ]
    message = {"role": "assistant", "content": draw(st.one_of(st.none(), texts)), "tool_calls": calls}
    return [message, *draw(st.permutations(outputs))]


@st.composite
def messages(draw: st.DrawFn) -> list[Json]:
    """A whole transcript; each call has its tool message. Two assistant messages never touch."""
    found = [draw(user_message)]
    for number in range(draw(st.integers(0, 4))):
        kinds = ["message", "calls"] if found[-1]["role"] == "assistant" else ["message", "assistant", "calls"]
        kind = draw(st.sampled_from(kinds))
        if kind == "message":
            found.append(draw(st.one_of(user_message, authority_message)))
        elif kind == "assistant":
            found.append(draw(assistant_message))
        elif found[-1]["role"] != "assistant":
            found += draw(tool_turns(number))
    return found


chat_function = st.fixed_dictionaries(
    {
        "type": st.just("function"),
        "function": record({"name": names}, {"parameters": schemas, "strict": st.booleans(), "description": texts}),
    }
)
chat_custom = st.fixed_dictionaries(
    {
        "type": st.just("custom"),
        "custom": record(
            {"name": st.just("patch")},
            {
                "format": st.sampled_from(
                    [
                        {"type": "text"},
                        {"type": "grammar", "grammar": {"syntax": "regex", "definition": "a+"}},
                    ]
                )
            },
        ),
    }
)
_CHAT: dict[str, Any] = {
    "max_completion_tokens": st.integers(1, 200_000),
    "reasoning_effort": efforts,
    "verbosity": st.sampled_from(["low", "medium", "high"]),
    "response_format": st.one_of(
        st.sampled_from([{"type": "text"}, {"type": "json_object"}]),
        st.fixed_dictionaries(
            {"type": st.just("json_schema"), "json_schema": record(json_schema, {"strict": st.booleans()})}
        ),
    ),
    "tools": st.lists(
        st.one_of(chat_function, chat_custom),
        min_size=1,
        max_size=4,
        unique_by=lambda tool: tool[tool["type"]]["name"],
    ),
    "seed": st.integers(1, 9),
    "stop": st.one_of(texts, some(texts, least=1)),
    "n": st.integers(1, 3),
    "frequency_penalty": st.floats(-2, 2),
    "logit_bias": st.just({"50256": -100}),
    "logprobs": st.just(True),
    "stream_options": st.fixed_dictionaries({"include_usage": st.booleans()}),
}

chat_requests = record({"model": models, "messages": messages()}, {**_SHARED, **_CHAT})

# Answers --------------------------------------------------------------------------------------------------------

counts = st.integers(0, 9999)
responses_usage = st.fixed_dictionaries(
    {
        "input_tokens": counts,
        "input_tokens_details": st.fixed_dictionaries({"cached_tokens": counts, "cache_write_tokens": counts}),
        "output_tokens": counts,
        "output_tokens_details": st.fixed_dictionaries({"reasoning_tokens": counts}),
        "total_tokens": counts,
    }
)
output_message = record(
    {
        "type": st.just("message"),
        "id": st.just("msg_1"),
        "role": st.just("assistant"),
        "status": st.just("completed"),
        "content": some(st.one_of(output_text, refusal), least=1, most=2),
    },
    {"phase": phases},
)
output_call = st.fixed_dictionaries(
    {
        "type": st.just("function_call"),
        "id": st.just("fc_1"),
        "call_id": st.uuids().map(lambda value: f"call_{value.hex}"),
        "name": names,
        "arguments": arguments,
        "status": st.just("completed"),
    }
)
_ENDS = [("completed", None), ("incomplete", "max_output_tokens"), ("incomplete", "content_filter")]


@st.composite
def responses_answers(draw: st.DrawFn) -> Json:
    """A whole Response, as the live service sends it."""
    status, reason = draw(st.sampled_from(_ENDS))
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": draw(st.integers(1, 2_000_000_000)),
        "status": status,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "instructions": draw(st.one_of(st.none(), texts)),
        "model": draw(models),
        "output": draw(some(st.one_of(output_message, output_call, reasoning_item), most=4)),
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "top_p": 1.0,
        "tool_choice": "auto",
        "tools": draw(some(function_tool, most=1)),
        "metadata": draw(st.sampled_from([{}, {"trace": "t-1"}])),
        "usage": draw(st.one_of(st.none(), responses_usage)),
        "service_tier": draw(st.sampled_from(["default", "ultrafast"])),
    }


answer_parts = some(
    st.one_of(
        record({"type": st.just("text"), "text": texts}, {}),
        record({"type": st.just("refusal"), "refusal": texts}, {}),
        record({"type": st.just("image_url"), "image_url": record({"url": urls}, {})}, {}),
        record(
            {"type": st.just("thinking"), "thinking": some(record({"type": st.just("text"), "text": texts}, {}))}, {}
        ),
    )
)
"""Content of an answer as some providers send it: a list of parts."""


@st.composite
def chat_answers(draw: st.DrawFn) -> Json:
    """A whole ChatCompletion, as the live service or another one sends it."""
    content, said_no = draw(st.one_of(st.none(), texts, answer_parts)), draw(st.one_of(st.none(), texts))
    message: Json = {"role": "assistant", "content": content, "refusal": said_no}
    if draw(st.booleans()):
        message["tool_calls"] = [
            {"id": f"call_{j}", "type": "function", "function": {"name": draw(names), "arguments": draw(arguments)}}
            for j in range(draw(st.integers(1, 3)))
        ]
    finish = draw(st.sampled_from(["tool_calls" if "tool_calls" in message else "stop", "length", "content_filter"]))
    usage = {"prompt_tokens": draw(counts), "completion_tokens": draw(counts), "total_tokens": draw(counts)}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": draw(st.integers(1, 2_000_000_000)),
        "model": draw(models),
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": usage,
        "system_fingerprint": "fp_1",
    }


PAYLOADS: dict[tuple[str, str], st.SearchStrategy[Json]] = {
    ("responses", "request"): responses_requests,
    ("chat", "request"): chat_requests,
    ("responses", "response"): responses_answers(),
    ("chat", "response"): chat_answers(),
}
"""Payloads by family and kind."""
