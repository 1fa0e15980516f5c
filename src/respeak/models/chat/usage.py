"""What a completion cost in tokens."""

from respeak.models.base import Model, required_by_api


class CompletionTokensDetails(Model):
    """The completion's tokens in detail, `CompletionUsage.completion_tokens_details`."""

    accepted_prediction_tokens: int | None = None
    rejected_prediction_tokens: int | None = None
    reasoning_tokens: int | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None


class PromptTokensDetails(Model):
    """The prompt's tokens in detail, `CompletionUsage.prompt_tokens_details`."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    audio_tokens: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None


class CompletionUsage(Model):
    """The tokens of a completion, `CompletionUsage`."""

    prompt_tokens: int | None = required_by_api()
    completion_tokens: int | None = required_by_api()
    total_tokens: int | None = required_by_api()
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None
