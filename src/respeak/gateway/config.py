"""What the operator says: upstreams, limits, memory. Read from TOML, checked before anything listens."""

from __future__ import annotations

import fnmatch
import os
import ssl
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from respeak import profiles
from respeak.entry import targets
from respeak.errors import UnknownDialect
from respeak.exchange import family_of
from respeak.gateway import trouble
from respeak.options import Options

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
SomeSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class ConfigError(ValueError):
    """The configuration is wrong; the message is a line for each trouble."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Upstream(_Part):
    """One provider.

    dialect      what it speaks              base_url  its API, such as `https://api.example.com/v1`
    models       the models it gets, `*` for any; the first upstream that takes a model has it
    key_env      the environment variable that holds its key
    forward_key  whether the client's own key is passed on, instead of one in `key_env`; unless said, only to a single
                 upstream: no client's key goes to a provider that it may not be meant for
    timeout      seconds for a whole answer; of a stream, for its first event and for each silence after it
    """

    name: Annotated[str, Field(min_length=1)]
    dialect: str
    base_url: str
    models: tuple[str, ...] = ("*",)
    key_env: str | None = None
    forward_key: bool | None = None
    timeout: SomeSeconds = 600.0
    options: dict[str, Any] = {}

    @field_validator("dialect")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            profile = profiles.get(value)
        except UnknownDialect:
            raise ValueError(str(UnknownDialect(value, targets()))) from None
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
        if family_of(url.path) is not None:
            raise ValueError("expected the API's base URL, without the path of an endpoint, which is put behind it")
        if url.userinfo:
            raise ValueError("expected a URL without user and password; name the variable of the key in key_env")
        return value

    @field_validator("models")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError('expected one model at least; ["*"] is any')
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

    @model_validator(mode="after")
    def _one_key(self) -> Upstream:
        if self.forward_key and self.key_env is not None:
            raise ValueError("expected key_env or forward_key = true, found both")
        return self

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
            raise ConfigError(
                f"upstream {self.name}: key_env: expected the name of an environment variable that holds the key; "
                "there is no such variable, or it is empty (what is there is not shown: it may be the key)"
            )
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
    hold           seconds to wait for a stream's first event before 200 is sent: an error before that is an HTTP error,
                   a later one is told in the stream
    grace          seconds that open exchanges get to finish when the gateway is stopped
    memory         `local`, `none`, `sqlite:PATH` or a `redis://` URL; `respeak serve` has a file unless told otherwise
    memory_bytes   bytes that it may hold          memory_age   seconds after which an entry is forgotten
    ca_file        certificates (PEM) of authorities that are trusted beside the usual ones
    """

    upstream: tuple[Upstream, ...]
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8484
    tolerate: Literal["none", "harmless", "degrading", "breaking"] = "breaking"
    body_limit: Annotated[int, Field(gt=0)] = 64 * 1024 * 1024
    keep_alive: SomeSeconds = 15.0
    hold: Seconds = 10.0
    grace: Seconds = 30.0
    memory: str | None = None
    ca_file: Path | None = None
    memory_bytes: Annotated[int, Field(gt=0)] = 256 * 1024 * 1024
    memory_age: SomeSeconds = 7 * 24 * 3600.0

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
        if upstream.key_env is not None:
            return False
        return len(self.upstream) == 1 if upstream.forward_key is None else upstream.forward_key

    def trusted(self) -> ssl.SSLContext:
        """The authorities whose certificates upstreams may have. Raises ConfigError."""
        context = httpx.create_ssl_context(trust_env=False)
        if self.ca_file is not None:
            try:
                context.load_verify_locations(self.ca_file)
            except OSError as error:
                raise ConfigError(f"ca_file: {self.ca_file}: no certificates can be read: {error}") from None
        return context

    def warnings(self) -> list[str]:
        """What the operator may not have meant: upstreams that get no key at all, though nobody said so."""
        return [
            f"upstream {each.name} gets no key, neither one of its own nor the client's: name its variable in key_env, "
            "pass the client's key on with forward_key = true, or say forward_key = false if it needs none"
            for each in self.upstream
            if each.key_env is None and each.forward_key is None and not self.forwards(each)
        ]


def load(file: Path) -> Config:
    """The configuration in a TOML file. Raises ConfigError."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8-sig"))
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
        lines = [f"{name}: {trouble.line(each, _keys(each['loc']))}" for each in error.errors()]
        raise ConfigError("\n".join(lines)) from None


def _keys(place: tuple[int | str, ...]) -> list[str]:
    """The keys of the table that a place is in."""
    return list((Upstream if len(place) > 1 else Config).model_fields)
