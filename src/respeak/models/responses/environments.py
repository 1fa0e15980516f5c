"""Where shells and code run: containers, their network and skills, the client's own machine."""

from typing import Annotated, Literal

from pydantic import Field

from respeak.models.base import Model, required_by_api
from respeak.models.unions import OneOf, Unknown

ContainerMemoryLimit = Literal["1g", "4g", "16g", "64g"] | str


class ContainerNetworkPolicyDisabledParam(Model):
    """No network, `ContainerNetworkPolicyDisabledParam`."""

    type: Literal["disabled"]


class ContainerNetworkPolicyDomainSecretParam(Model):
    """A secret for one domain, `ContainerNetworkPolicyDomainSecretParam`."""

    domain: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    value: Annotated[str, Field(min_length=1, max_length=10_485_760)]


class ContainerNetworkPolicyAllowlistParam(Model):
    """The network for some domains, `ContainerNetworkPolicyAllowlistParam`."""

    type: Literal["allowlist"]
    allowed_domains: Annotated[list[str], Field(min_length=1)]
    domain_secrets: list[ContainerNetworkPolicyDomainSecretParam] | None = None


NetworkPolicy = Annotated[ContainerNetworkPolicyDisabledParam | ContainerNetworkPolicyAllowlistParam | Unknown, OneOf()]


class SkillReferenceParam(Model):
    """A skill by its id, `SkillReferenceParam`."""

    type: Literal["skill_reference"]
    skill_id: Annotated[str, Field(min_length=1, max_length=64)]
    version: str | None = None


class InlineSkillSourceParam(Model):
    """A packed skill, `InlineSkillSourceParam`."""

    type: Literal["base64"] | None = required_by_api()
    media_type: Literal["application/zip"] | str | None = required_by_api()
    data: Annotated[str, Field(min_length=1, max_length=70_254_592)]


class InlineSkillParam(Model):
    """A skill in place, `InlineSkillParam`."""

    type: Literal["inline"]
    name: str
    description: str | None = required_by_api()
    source: InlineSkillSourceParam


class LocalSkillParam(Model):
    """A skill on the client's machine, `LocalSkillParam`."""

    name: str
    description: str | None = required_by_api()
    path: str


class ContainerAutoParam(Model):
    """A container made for the request, `ContainerAutoParam`."""

    type: Literal["container_auto"]
    file_ids: Annotated[list[str], Field(max_length=50)] | None = None
    memory_limit: ContainerMemoryLimit | None = None
    network_policy: NetworkPolicy | None = None
    skills: (
        Annotated[list[Annotated[SkillReferenceParam | InlineSkillParam | Unknown, OneOf()]], Field(max_length=200)]
        | None
    ) = None


class LocalEnvironmentParam(Model):
    """The client's own machine, `LocalEnvironmentParam` and `LocalEnvironmentResource`."""

    type: Literal["local"]
    skills: Annotated[list[LocalSkillParam], Field(max_length=200)] | None = None


class ContainerReferenceParam(Model):
    """A container by its id, `ContainerReferenceParam` and `ContainerReferenceResource`."""

    type: Literal["container_reference"]
    container_id: str


ShellToolEnvironment = Annotated[
    ContainerAutoParam | LocalEnvironmentParam | ContainerReferenceParam | Unknown, OneOf()
]
ShellCallEnvironment = Annotated[LocalEnvironmentParam | ContainerReferenceParam | Unknown, OneOf()]
