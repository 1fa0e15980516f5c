"""What all profiles obey: profiles.md section 7, and the agreement of profiles, models and folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from respeak import profiles
from respeak.crossing import TABLES
from respeak.models.chat import CreateChatCompletionRequest
from respeak.models.registry import model_of
from respeak.models.responses import CreateResponse

MODELS: dict[str, Any] = {"responses": CreateResponse, "chat": CreateChatCompletionRequest}
ALL = [profiles.get(name) for name in profiles.names()]


@pytest.mark.parametrize("profile", [profile for profile in ALL if profile.closed], ids=lambda profile: profile.name)
def test_a_closed_profile_has_a_word_for_each_field_of_its_family(profile: Any) -> None:
    words = {path.split(".")[0] for path in profile.says["request"]}
    missing = set(MODELS[profile.family].model_fields) - words - {"model"}
    assert missing == set()


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
def test_every_word_of_a_profile_speaks_of_something_that_exists(profile: Any) -> None:
    assert set(profile.says) | set(profile.answers) <= set(TABLES)
    wrong = [path for path in profile.says.get("request", {}) if not exists(path, MODELS[profile.family])]
    assert wrong == []


def exists(path: str, model: Any) -> bool:
    """True when a dotted path leads through the fields of a model."""
    name, _, rest = path.partition(".")
    field = model.model_fields.get(name)
    return field is not None and (not rest or any(exists(rest, inner) for inner in inner_models(field.annotation)))


def inner_models(annotation: Any) -> list[Any]:
    """The models that an annotation such as `Reasoning | None` allows."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in inner_models(part)]


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
def test_every_profile_says_where_its_facts_come_from_and_knows_the_model_of_the_mission(profile: Any) -> None:
    assert profile.source
    assert profile.canonical(profile.models["gpt-5.3-codex"]) == "gpt-5.3-codex"
    assert len(set(profile.models.values())) == len(profile.models)


def test_the_folder_is_the_list_of_dialects() -> None:
    folder = Path(profiles.__file__).parent
    found = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--", "profile"}
    assert found == set(profiles.names())
    assert [profiles.get(name).name for name in profiles.names()] == list(profiles.names())


def test_no_two_dialects_give_one_model_id_to_two_models() -> None:
    for profile in ALL:
        for canonical, own in profile.models.items():
            assert profile.canonical(own) == canonical
            assert profile.offered(canonical) == own


DOCUMENTED = {
    "vtrix": {
        *("model", "messages", "reasoning_effort", "max_tokens", "temperature", "top_p", "stream"),
        *("functions", "function_call", "response_format"),
    },
    "aimlapi": {
        *("model", "input", "background", "instructions", "max_output_tokens", "previous_response_id", "store"),
        *("stream", "truncation", "tool_choice", "parallel_tool_calls"),
    },
    "codex-guide": {"system_prompt", "tool_use_approval"},
}
"""The fields that the pages list (column `documented`), beyond those of the family for the guide."""


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_model_of_a_provider_writes_out_what_its_page_documents(name: str) -> None:
    profile = profiles.get(name)
    assert set(model_of(name, profile.family, "request").__annotations__) == DOCUMENTED[name]


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.name)
def test_a_dialect_without_a_model_of_its_own_reads_as_its_family(profile: Any) -> None:
    if profile.name not in DOCUMENTED:
        assert model_of(profile.name, profile.family, "request") is MODELS[profile.family]
