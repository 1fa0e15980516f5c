"""What a response cost in tokens."""

from respeak.models.base import Model, required_by_api


class CacheWriteTokensDetails(Model):
    """Tokens written to the cache by lifetime, `InputTokensDetailsCacheWriteTokensDetails` (SDK only)."""

    ttl_30m_tokens: int | None = required_by_api()
    ttl_12h_tokens: int | None = required_by_api()


class InputTokensDetails(Model):
    """The input tokens in detail, `ResponseUsage.input_tokens_details`."""

    cached_tokens: int | None = required_by_api()
    cache_write_tokens: int | None = required_by_api()
    cache_write_tokens_details: CacheWriteTokensDetails | None = None


class OutputTokensDetails(Model):
    """The output tokens in detail, `ResponseUsage.output_tokens_details`."""

    reasoning_tokens: int | None = required_by_api()


class ResponseUsage(Model):
    """The tokens of a response, `ResponseUsage`."""

    input_tokens: int | None = required_by_api()
    input_tokens_details: InputTokensDetails | None = required_by_api()
    output_tokens: int | None = required_by_api()
    output_tokens_details: OutputTokensDetails | None = required_by_api()
    total_tokens: int | None = required_by_api()


class ImageGenTokensDetails(Model):
    """Tokens of image generation by kind, `ToolUsageImageGenInputTokensDetails` (SDK only)."""

    image_tokens: int | None = required_by_api()
    text_tokens: int | None = required_by_api()


class ImageGenCachedTokensDetails(Model):
    """Cached tokens of image generation by kind, `ToolUsageImageGenCachedTokensDetails` (SDK only)."""

    cached_image_tokens: int | None = required_by_api()
    cached_text_tokens: int | None = required_by_api()


class ToolUsageImageGen(Model):
    """What image generation cost, `ToolUsageImageGen` (SDK only)."""

    input_tokens: int | None = required_by_api()
    input_tokens_details: ImageGenTokensDetails | None = required_by_api()
    output_tokens: int | None = required_by_api()
    output_tokens_details: ImageGenTokensDetails | None = None
    total_tokens: int | None = required_by_api()
    cached_tokens: int | None = None
    cached_tokens_details: ImageGenCachedTokensDetails | None = None


class ToolUsageWebSearch(Model):
    """How often the web was searched, `ToolUsageWebSearch` (SDK only)."""

    num_requests: int | None = required_by_api()


class ToolUsage(Model):
    """What the hosted tools cost, `ToolUsage` (SDK only)."""

    image_gen: ToolUsageImageGen | None = required_by_api()
    web_search: ToolUsageWebSearch | None = required_by_api()
