"""What the gateway knows of a deployed REST API. Names are API Gateway's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sam_deploy.local.gateway.model import AccessLog, Throttle

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class IntegrationResponse:
    """What a status of a MOCK integration becomes. Source: IntegrationResponse.

    `headers` maps the names of response headers to `'quoted text'`.
    """

    status: int
    pattern: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True)
class RestIntegration:
    """Where a method leads: AWS_PROXY to a function, HTTP_PROXY, MOCK to fixed answers."""

    kind: str
    uri: str = ""
    timeout_seconds: float = 29.0
    template: str = ""
    responses: tuple[IntegrationResponse, ...] = ()
    http_method: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a resource. `required` are its parameters that a validator insists on."""

    authorization: str = "NONE"
    authorizer_id: str = ""
    scopes: tuple[str, ...] = ()
    api_key_required: bool = False
    operation_name: str = ""
    integration: RestIntegration | None = None
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """A path and its methods, ANY among them. Source: GetResources."""

    resource_id: str
    path: str
    methods: Mapping[str, Method] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RestAuthorizer:
    """TOKEN, REQUEST or COGNITO_USER_POOLS. Source: REST API GetAuthorizers."""

    authorizer_id: str
    kind: str
    identity_source: tuple[str, ...] = ()
    validation: str = ""
    ttl_seconds: int = 300
    uri: str = ""
    pools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """What an API says in place of the gateway's own words. Source: GetGatewayResponses."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    template: str | None = None


@dataclass(frozen=True, slots=True)
class RestStage:
    """A stage. `throttles` are by `/path/METHOD`, with `*/*` for all. Source: GetStages."""

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    deployment_id: str = ""
    throttles: Mapping[str, Throttle] = field(default_factory=dict)
    access_log: AccessLog | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that may call a stage, because a usage plan lets it."""

    value: str
    key_id: str


@dataclass(frozen=True, slots=True)
class RestApi:
    """A REST API as it is deployed in one region.

    `keys` are the valid API keys by stage, `compressed_bytes` the size from which payloads are
    compressed (None: never).
    """

    api_id: str
    region: str
    name: str
    resources: tuple[Resource, ...]
    stages: Mapping[str, RestStage]
    authorizers: Mapping[str, RestAuthorizer] = field(default_factory=dict)
    responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
    binary_media_types: tuple[str, ...] = ()
    endpoint_disabled: bool = False
    keys: Mapping[str, tuple[ApiKey, ...]] = field(default_factory=dict)
    compressed_bytes: int | None = None
