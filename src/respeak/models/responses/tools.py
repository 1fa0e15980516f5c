"""The tools that a Responses request may offer."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.responses.environments import ContainerMemoryLimit, NetworkPolicy, ShellToolEnvironment
from respeak.models.shared import JsonObject, ReasoningEffort, SearchContextSize
from respeak.models.unions import OneOf, Unknown

AllowedCallers = list[Literal["direct", "programmatic"] | str]
ToolSearchExecution = Literal["server", "client"] | str
NonEmptyStr = Annotated[str, Field(min_length=1)]


class UnknownTool(Unknown):
    """A tool of a type that this release does not know."""


class FunctionTool(Model):
    """A function of the client, `FunctionTool`."""

    type: Literal["function"]
    name: str
    description: str | None = None
    parameters: JsonObject | None = required_by_api()
    strict: bool | None = required_by_api()
    output_schema: JsonObject | None = None
    defer_loading: bool | None = None
    allowed_callers: AllowedCallers | None = None
    async_: bool | None = Field(default=None, alias="async")  # SDK only


class FunctionToolParam(FunctionTool):
    """A function within a namespace, `FunctionToolParam`: it may leave its parameters out."""

    parameters: JsonObject | None = None
    strict: bool | None = None


class CustomTextFormatParam(Model):
    """Free text as a custom tool's input, `CustomTextFormatParam`."""

    type: Literal["text"]


class CustomGrammarFormatParam(Model):
    """A grammar for a custom tool's input, `CustomGrammarFormatParam`."""

    type: Literal["grammar"]
    syntax: Literal["lark", "regex"]
    definition: str


class CustomToolParam(Model):
    """A tool of the client that takes text instead of JSON, `CustomToolParam`."""

    type: Literal["custom"]
    name: str
    description: str | None = None
    format: Annotated[CustomTextFormatParam | CustomGrammarFormatParam | Unknown, OneOf()] | None = None
    defer_loading: bool | None = None
    allowed_callers: AllowedCallers | None = None
    async_: bool | None = Field(default=None, alias="async")  # SDK only


class NamespaceToolParam(Model):
    """Functions and custom tools under one name, `NamespaceToolParam`."""

    type: Literal["namespace"]
    name: NonEmptyStr
    description: str | None = required_by_api()
    tools: list[Annotated[FunctionToolParam | CustomToolParam | UnknownTool, OneOf()]]


class ToolSearchToolParam(Model):
    """The search for deferred tools, `ToolSearchToolParam`."""

    type: Literal["tool_search"]
    execution: ToolSearchExecution | None = None
    description: str | None = None
    parameters: JsonObject | None = None


class ProgrammaticToolCallingParam(Model):
    """Tool calls by programs that the model writes, `ProgrammaticToolCallingParam`."""

    type: Literal["programmatic_tool_calling"]


class ComparisonFilter(Model):
    """A comparison of one attribute, `ComparisonFilter`."""

    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    key: str
    value: str | float | bool | list[str | float]


class CompoundFilter(Model):
    """Filters that hold together or one of which holds, `CompoundFilter`."""

    type: Literal["and", "or"]
    filters: list[Annotated["ComparisonFilter | CompoundFilter | Unknown", OneOf()]]


class HybridSearchOptions(Model):
    """How embeddings and text weigh against each other, `HybridSearchOptions`."""

    embedding_weight: float | None = required_by_api()
    text_weight: float | None = required_by_api()


class RankingOptions(Model):
    """How the results of a file search are ranked, `RankingOptions`."""

    ranker: Literal["auto", "default-2024-11-15"] | str | None = None
    score_threshold: float | None = None
    hybrid_search: HybridSearchOptions | None = None


class FileSearchTool(Model):
    """Hosted search in vector stores, `FileSearchTool`."""

    type: Literal["file_search"]
    vector_store_ids: list[str] | None = required_by_api()
    max_num_results: int | None = None
    ranking_options: RankingOptions | None = None
    filters: Annotated[ComparisonFilter | CompoundFilter | Unknown, OneOf()] | None = None


class WebSearchFilters(Model):
    """The domains that a web search may visit, `WebSearchTool.filters`."""

    allowed_domains: list[str] | None = None


class ApproximateLocation(Model):
    """Where the user is, roughly, `ApproximateLocation`."""

    type: Literal["approximate"] | None = required_by_api()
    country: str | None = None
    region: str | None = None
    city: str | None = None
    timezone: str | None = None


class WebSearchApproximateLocation(ApproximateLocation):
    """The same for the newer web search, `WebSearchApproximateLocation`, which need not say that it is roughly."""

    type: Literal["approximate"] | None = None


class WebSearchTool(Model):
    """Hosted web search, `WebSearchTool`."""

    type: Literal["web_search", "web_search_2025_08_26"]
    external_web_access: bool | None = None
    filters: WebSearchFilters | None = None
    user_location: WebSearchApproximateLocation | None = None
    search_context_size: SearchContextSize | None = None


class WebSearchPreviewTool(Model):
    """The older hosted web search, `WebSearchPreviewTool`."""

    type: Literal["web_search_preview", "web_search_preview_2025_03_11"]
    user_location: ApproximateLocation | None = None
    search_context_size: SearchContextSize | None = None
    search_content_types: list[Literal["text", "image"] | str] | None = None


class MCPToolFilter(Model):
    """Some of the tools of an MCP server, `MCPToolFilter`."""

    tool_names: list[str] | None = None
    read_only: bool | None = None


class MCPToolApprovalFilter(Model):
    """The tools that always or never need approval, `MCPTool.require_approval`."""

    always: MCPToolFilter | None = None
    never: MCPToolFilter | None = None


class MCPTool(Model):
    """The tools of an MCP server or connector, `MCPTool`."""

    type: Literal["mcp"]
    server_label: str
    server_url: str | None = None
    connector_id: (
        Literal[
            "connector_dropbox",
            "connector_gmail",
            "connector_googlecalendar",
            "connector_googledrive",
            "connector_microsoftteams",
            "connector_outlookcalendar",
            "connector_outlookemail",
            "connector_sharepoint",
        ]
        | str
        | None
    ) = None
    tunnel_id: Annotated[str, Field(pattern=r"^tunnel_[a-z0-9]{32}$")] | None = None
    authorization: str | None = None
    server_description: str | None = None
    headers: dict[str, str] | None = None
    allowed_tools: list[str] | MCPToolFilter | None = None
    allowed_callers: AllowedCallers | None = None
    require_approval: Literal["always", "never"] | MCPToolApprovalFilter | None = None
    defer_loading: bool | None = None


class AutoCodeInterpreterToolParam(Model):
    """A container made for the code interpreter, `AutoCodeInterpreterToolParam`."""

    type: Literal["auto"]
    file_ids: Annotated[list[str], Field(max_length=50)] | None = None
    memory_limit: ContainerMemoryLimit | None = None
    network_policy: NetworkPolicy | None = None


class CodeInterpreterTool(Model):
    """Hosted Python, `CodeInterpreterTool`."""

    type: Literal["code_interpreter"]
    container: str | Annotated[AutoCodeInterpreterToolParam | Unknown, OneOf()] | None = required_by_api()
    allowed_callers: AllowedCallers | None = None


class InputImageMask(Model):
    """The mask of an image to be edited, `ImageGenTool.input_image_mask`."""

    image_url: str | None = None
    file_id: str | None = None


class ImageGenSvgReasoning(Model):
    """How a model that draws SVG reasons, `ImageGenerationSvgReasoning` (SDK only)."""

    effort: ReasoningEffort | None = None


class ImageGenSvg(Model):
    """Which model draws SVG and how, `ImageGenerationSvg` (SDK only)."""

    model: str | None = None
    reasoning: ImageGenSvgReasoning | None = None


class ImageGenTool(Model):
    """Hosted image generation, `ImageGenTool`; new models extend its value sets."""

    type: Literal["image_generation"]
    model: str | None = None
    quality: Literal["low", "medium", "high", "xhigh", "max", "auto"] | str | None = None
    size: Literal["1024x1024", "1024x1536", "1536x1024", "auto"] | str | None = None
    output_format: Literal["png", "webp", "jpeg", "gif", "svg"] | str | None = None
    output_compression: Annotated[int, Field(ge=0, le=100)] | None = None
    moderation: Literal["auto", "low"] | str | None = None
    background: Literal["transparent", "opaque", "auto"] | str | None = None
    input_fidelity: Literal["high", "low"] | str | None = None
    input_image_mask: InputImageMask | None = None
    partial_images: Annotated[int, Field(ge=0, le=3)] | None = None
    action: Literal["generate", "edit", "auto"] | str | None = None
    # Known to the SDK only.
    complexity: Literal["low", "medium", "high"] | str | None = None
    frame_count: int | None = None
    frame_duration_ms: int | None = None
    svg: ImageGenSvg | None = None


class ComputerTool(Model):
    """A computer to be used, `ComputerTool`."""

    type: Literal["computer"]


class ComputerUsePreviewTool(Model):
    """The older form of a computer to be used, `ComputerUsePreviewTool`."""

    type: Literal["computer_use_preview"]
    environment: Literal["windows", "mac", "linux", "ubuntu", "browser"] | str
    display_width: int
    display_height: int


class LocalShellToolParam(Model):
    """A shell on the client's machine, `LocalShellToolParam`."""

    type: Literal["local_shell"]


class FunctionShellToolParam(Model):
    """A shell, hosted or the client's, `FunctionShellToolParam`."""

    type: Literal["shell"]
    environment: ShellToolEnvironment | None = None
    allowed_callers: AllowedCallers | None = None


class ApplyPatchToolParam(Model):
    """Patches applied by the client, `ApplyPatchToolParam`."""

    type: Literal["apply_patch"]
    allowed_callers: AllowedCallers | None = None


Tool = Annotated[
    FunctionTool
    | FileSearchTool
    | ComputerTool
    | ComputerUsePreviewTool
    | WebSearchTool
    | MCPTool
    | CodeInterpreterTool
    | ProgrammaticToolCallingParam
    | ImageGenTool
    | LocalShellToolParam
    | FunctionShellToolParam
    | CustomToolParam
    | NamespaceToolParam
    | ToolSearchToolParam
    | WebSearchPreviewTool
    | ApplyPatchToolParam
    | UnknownTool,
    OneOf(),
]
