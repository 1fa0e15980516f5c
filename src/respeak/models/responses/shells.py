"""Items of shells and patches."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.responses.environments import ShellCallEnvironment
from respeak.models.responses.parts import MAX_TEXT
from respeak.models.responses.shared import Caller, ItemStatus
from respeak.models.unions import OneOf, Unknown

BoundedText = Annotated[str, Field(max_length=MAX_TEXT)]


class LocalShellExecAction(Model):
    """A command for the client's shell, `LocalShellExecAction`."""

    type: Literal["exec"] | None = required_by_api()
    command: list[str]
    timeout_ms: int | None = None
    working_directory: str | None = None
    env: dict[str, str] | None = required_by_api()
    user: str | None = None


class LocalShellToolCall(Model):
    """A call of the client's shell, `LocalShellToolCall`."""

    type: Literal["local_shell_call"]
    id: str | None = required_by_api()
    call_id: str
    action: LocalShellExecAction
    status: ItemStatus | None = required_by_api()


class LocalShellToolCallOutput(Model):
    """What the client's shell gave back, `LocalShellToolCallOutput`."""

    type: Literal["local_shell_call_output"]
    id: str | None = required_by_api()
    call_id: str | None = None  # required by the specification, declared nowhere
    output: str
    status: ItemStatus | None = None


class FunctionShellActionParam(Model):
    """Commands for a shell, `FunctionShellActionParam`."""

    commands: list[str]
    timeout_ms: int | None = None
    max_output_length: int | None = None


class FunctionShellAction(FunctionShellActionParam):
    """Commands for a shell, as the service shows them, `FunctionShellAction`."""

    timeout_ms: int | None = required_by_api()
    max_output_length: int | None = required_by_api()


class FunctionShellCallItemParam(Model):
    """A call of a shell, as the client sends it, `FunctionShellCallItemParam`."""

    type: Literal["shell_call"]
    id: str | None = None
    call_id: str
    action: FunctionShellActionParam
    caller: Caller | None = None
    status: ItemStatus | None = None
    environment: ShellCallEnvironment | None = None


class FunctionShellCall(Model):
    """A call of a shell, as the service shows it, `FunctionShellCall`."""

    type: Literal["shell_call"]
    id: str | None = required_by_api()
    call_id: str
    action: FunctionShellAction
    caller: Caller | None = None
    status: ItemStatus | None = required_by_api()
    environment: ShellCallEnvironment | None = required_by_api()
    created_by: str | None = None


class FunctionShellCallOutputTimeoutOutcome(Model):
    """The command took too long, `FunctionShellCallOutputTimeoutOutcome`."""

    type: Literal["timeout"]


class FunctionShellCallOutputExitOutcome(Model):
    """The command ended, `FunctionShellCallOutputExitOutcome`."""

    type: Literal["exit"]
    exit_code: int


ShellOutcome = Annotated[FunctionShellCallOutputTimeoutOutcome | FunctionShellCallOutputExitOutcome | Unknown, OneOf()]


class FunctionShellCallOutputContentParam(Model):
    """What one command wrote, as the client sends it, `FunctionShellCallOutputContentParam`."""

    stdout: BoundedText
    stderr: BoundedText
    outcome: ShellOutcome | None = required_by_api()


class FunctionShellCallOutputContent(FunctionShellCallOutputContentParam):
    """What one command wrote, as the service shows it, `FunctionShellCallOutputContent`."""

    created_by: str | None = None


class FunctionShellCallOutputItemParam(Model):
    """What a shell gave back, as the client sends it, `FunctionShellCallOutputItemParam`."""

    type: Literal["shell_call_output"]
    id: str | None = None
    call_id: str
    output: list[FunctionShellCallOutputContentParam]
    caller: Caller | None = None
    status: ItemStatus | None = None
    max_output_length: int | None = None


class FunctionShellCallOutput(Model):
    """What a shell gave back, as the service shows it, `FunctionShellCallOutput`."""

    type: Literal["shell_call_output"]
    id: str | None = required_by_api()
    call_id: str
    output: list[FunctionShellCallOutputContent]
    caller: Caller | None = None
    status: ItemStatus | None = required_by_api()
    max_output_length: int | None = required_by_api()
    created_by: str | None = None


class ApplyPatchCreateFileOperation(Model):
    """A file to be made, `ApplyPatchCreateFileOperation`."""

    type: Literal["create_file"]
    path: Annotated[str, Field(min_length=1)]
    diff: BoundedText


class ApplyPatchDeleteFileOperation(Model):
    """A file to be deleted, `ApplyPatchDeleteFileOperation`."""

    type: Literal["delete_file"]
    path: Annotated[str, Field(min_length=1)]


class ApplyPatchUpdateFileOperation(Model):
    """A file to be changed, `ApplyPatchUpdateFileOperation`."""

    type: Literal["update_file"]
    path: Annotated[str, Field(min_length=1)]
    diff: BoundedText


PatchOperation = Annotated[
    ApplyPatchCreateFileOperation | ApplyPatchDeleteFileOperation | ApplyPatchUpdateFileOperation | Unknown,
    OneOf(),
]


class ApplyPatchToolCallItemParam(Model):
    """A patch to be applied, as the client sends it, `ApplyPatchToolCallItemParam`."""

    type: Literal["apply_patch_call"]
    id: str | None = None
    call_id: str
    caller: Caller | None = None
    status: Literal["in_progress", "completed"] | str | None = required_by_api()
    operation: PatchOperation


class ApplyPatchToolCall(ApplyPatchToolCallItemParam):
    """A patch to be applied, as the service shows it, `ApplyPatchToolCall`."""

    id: str | None = required_by_api()
    created_by: str | None = None


class ApplyPatchToolCallOutputItemParam(Model):
    """What became of a patch, as the client sends it, `ApplyPatchToolCallOutputItemParam`."""

    type: Literal["apply_patch_call_output"]
    id: str | None = None
    call_id: str
    caller: Caller | None = None
    status: Literal["completed", "failed"] | str | None = required_by_api()
    output: BoundedText | None = None


class ApplyPatchToolCallOutput(ApplyPatchToolCallOutputItemParam):
    """What became of a patch, as the service shows it, `ApplyPatchToolCallOutput`."""

    id: str | None = required_by_api()
    created_by: str | None = None
