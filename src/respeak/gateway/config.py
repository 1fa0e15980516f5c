"""What the operator says: upstreams, limits, memory. Read from TOML, checked before anything listens."""

from __future__ import annotations

import fnmatch
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from respeak import profiles
from respeak.errors import UnknownDialect
from respeak.options import Options


class ConfigError(ValueError):
    """The configuration is wrong; the message is a line for each trouble."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Upstream(_Part):
    """One provider.

    dialect      what it speaks              base_url  its API, such as `https://api.example.com/v1`
    models       the models it gets, `*` for any; the first upstream that takes a model has it
    key_env      the environment variable that holds its key; without it the client's own key is passed on, which
                 is allowed only if there is one upstream or `forward_key` says so
    timeout      seconds for a whole answer; of a stream, for its first event and for each silence after it
    """

    name: Annotated[str, Field(min_length=1)]
    dialect: str
    base_url: str
    models: tuple[str, ...] = ("*",)
    key_env: str | None = None
    forward_key: bool = False
    timeout: Annotated[float, Field(gt=0)] = 600.0
    options: dict[str, Any] = {}

    @field_validator("dialect")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            profile = profiles.get(value)
        except UnknownDialect as error:
            raise ValueError(str(error)) from None
        if profile.source_only:
            raise ValueError(f'"{value}" is a source only; no upstream speaks it')
        return value

    @field_validator("base_url")
    @classmethod
    def _reachable(cls, value: str) -> str:
        try:
            url = httpx.URL(value)
        except httpx.InvalidURL as error:
            raise ValueError(f"expected a URL such as https://api.example.com/v1: {error}") from None
        if url.scheme not in ("http", "https") or not url.host or url.fragment or (url.port or 1) > 65535:
            raise ValueError("expected a URL such as https://api.example.com/v1")
        if url.userinfo:
            raise ValueError("expected a URL without user and password; name the variable of the key in key_env")
        return value

    @field_validator("options")
    @classmethod
    def _choices(cls, value: dict[str, Any]) -> dict[str, Any]:
        if not value.keys() <= set(Options.__slots__):
            raise ValueError(f"expected options among {', '.join(Options.__slots__)}")
        try:
            Options(**value)
        except TypeError as error:
            raise ValueError(str(error)) from None
        return value

    @property
    def origin(self) -> str:
        """Where its answers come from: turns and answers are remembered with it."""
        return f"{self.base_url} {self.key_env or ''}"

    def takes(self, model: str) -> bool:
        """True when this upstream gets the model."""
        return any(fnmatch.fnmatchcase(model, pattern) for pattern in self.models)

    def key(self) -> str | None:
        """The upstream's own key, from the environment at this moment, without spaces and line ends around it."""
        return (os.environ.get(self.key_env) or "").strip() or None if self.key_env else None

    def check_key(self) -> None:
        """Raise ConfigError if the key that the upstream needs is not there or fits into no header."""
        if self.key_env is None:
            return
        key = self.key()
        if key is None:
            raise ConfigError(f"upstream {self.name}: the environment variable {self.key_env} holds no key")
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ConfigError(
                f"upstream {self.name}: what {self.key_env} holds is no key: expected ASCII letters, digits and signs"
            )

    def url(self, path: str) -> httpx.URL:
        """Where a path of the API is; the query of the base URL stays."""
        base = httpx.URL(self.base_url)
        return base.copy_with(path=base.path.rstrip("/") + path)


class Config(_Part):
    """The whole gateway.

    tolerate       the worst loss that a request may suffer     body_limit   bytes of a request
    keep_alive     seconds of silence after which a stream gets a comment
    hold           seconds to wait for the first event before 200 is sent, so that an early error is an HTTP error
    memory         `local`, `none`, `sqlite:PATH` or a `redis://` URL; `respeak serve` has a file unless told otherwise
    ca_file        certificates (PEM) of authorities that are trusted beside the usual ones
    """

    upstream: tuple[Upstream, ...]
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8484
    tolerate: Literal["none", "harmless", "degrading", "breaking"] = "breaking"
    body_limit: Annotated[int, Field(gt=0)] = 64 * 1024 * 1024
    keep_alive: Annotated[float, Field(gt=0)] = 15.0
    hold: Annotated[float, Field(ge=0)] = 10.0
    grace: Annotated[float, Field(ge=0)] = 30.0
    memory: str | None = None
    ca_file: Path | None = None
    memory_bytes: Annotated[int, Field(gt=0)] = 256 * 1024 * 1024
    memory_age: Annotated[float, Field(gt=0)] = 7 * 24 * 3600.0

    @field_validator("upstream")
    @classmethod
    def _distinct(cls, value: tuple[Upstream, ...]) -> tuple[Upstream, ...]:
        if not value:
            raise ValueError("expected at least one upstream")
        names = [upstream.name for upstream in value]
        if len(set(names)) < len(names):
            raise ValueError("expected a name of its own for each upstream")
        return value

    def choose(self, model: str) -> Upstream | None:
        """The upstream that gets a model."""
        return next((upstream for upstream in self.upstream if upstream.takes(model)), None)

    def forwards(self, upstream: Upstream) -> bool:
        """True when the client's own key may go to this upstream."""
        return upstream.key_env is None and (upstream.forward_key or len(self.upstream) == 1)


def load(file: Path) -> Config:
    """The configuration in a TOML file. Raises ConfigError."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not TOML: {error}") from None
    return made(found, str(file))


def made(found: dict[str, Any], name: str) -> Config:
    """A configuration from plain values. Raises ConfigError."""
    try:
        return Config(**found)
    except ValidationError as error:
        found_wrong = [(_place(each["loc"]), each["msg"].removeprefix("Value error, ")) for each in error.errors()]
        lines = [f"{name}: {place}: {what}" for place, what in found_wrong]
        raise ConfigError("\n".join(lines)) from None


def _place(keys: tuple[int | str, ...]) -> str:
    return ".".join(str(key) for key in keys) or "(whole file)"
