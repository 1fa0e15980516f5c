"""The words of a Responses stream: what no chunk can say, and the keys that events are known to have.

All 58 types of OpenAI's document and the one that only the SDK knows are here or in `down.ON`; a test counts them.
"""

from __future__ import annotations

SILENT = frozenset(
    f"response.{name}"
    for name in (
        "queued",
        "in_progress",
        "reasoning_summary_part.added",
        "reasoning_summary_part.done",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_text.delta",
        "reasoning_text.done",
        "web_search_call.in_progress",
        "web_search_call.searching",
        "web_search_call.completed",
        "file_search_call.in_progress",
        "file_search_call.searching",
        "file_search_call.completed",
        "code_interpreter_call.in_progress",
        "code_interpreter_call.interpreting",
        "code_interpreter_call.completed",
        "code_interpreter_call_code.delta",
        "code_interpreter_call_code.done",
        "image_generation_call.in_progress",
        "image_generation_call.generating",
        "image_generation_call.partial_image",
        "image_generation_call.completed",
        "mcp_list_tools.in_progress",
        "mcp_list_tools.completed",
        "mcp_list_tools.failed",
        "mcp_call.in_progress",
        "mcp_call_arguments.delta",
        "mcp_call_arguments.done",
        "mcp_call.completed",
        "mcp_call.failed",
        "shell_call_command.added",
        "shell_call_command.delta",
        "shell_call_command.done",
        "shell_call_output_content.delta",
        "shell_call_output_content.done",
        "audio.done",
        "audio.transcript.done",
        "compaction.compacting",
        "apply_patch_call_operation_diff.delta",
        "apply_patch_call_operation_diff.done",
    )
)
"""Events that a Chat client gets nothing of: progress, reasoning, pieces of what is sent whole or not at all.

What is lost with them is told of the finished item. The last two are sent by the live service and stand in no
document; the item that follows holds the whole patch.
"""

KEYS = frozenset(
    (
        "type",
        "sequence_number",
        "response",
        "item",
        "item_id",
        "output_index",
        "content_index",
        "part",
        "delta",
        "logprobs",
        "obfuscation",
        "text",
        "annotation",
        "annotation_index",
        "refusal",
        "name",
        "arguments",
        "call_id",
        "input",
        "summary_index",
        "status",
        "code",
        "partial_image_b64",
        "partial_image_index",
        "background",
        "output_format",
        "quality",
        "size",
        "command",
        "command_index",
        "output",
        "diff",
        "response_id",
        "message",
        "param",
        "error",
    )
)
"""Keys that some event is known to have; any other is reported once."""
