"""What the gateway knows of a deployed HTTP API, and of one request and its answer.

Plain values between the modules of the gateway; names are API Gateway's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

DEFAULT_STAGE: Final = "$default"
DEFAULT_ROUTE: Final = "$default"


@dataclass(frozen=True, slots=True)
class Route:
    """A route. `key` is `METHOD /path` or `$default`. Source: ApiGatewayV2 GetRoutes.

    `authorization` is NONE, JWT, CUSTOM or AWS_IAM; `scopes` are those of which a token needs one.
    """

    key: str
    integration_id: str
    authorization: str = "NONE"
    authorizer_id: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Integration:
    """Where a route leads. `uri` may hold `${stageVariables.Name}`. Source: GetIntegrations.

    `http_method` is that of an HTTP endpoint, ANY or '' for the request's own.
    `request_parameters` maps what to change to its value, `response_parameters` the same by status.
    """

    kind: str
    uri: str
    timeout_seconds: float = 30.0
    payload_version: str = "2.0"
    http_method: str = ""
    request_parameters: Mapping[str, str] = field(default_factory=dict)
    response_parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Authorizer:
    """Who decides about a call: an issuer of tokens (JWT) or a function (REQUEST).

    `ttl_seconds` 0 means that nothing is remembered. Source: ApiGatewayV2 GetAuthorizers.
    """

    authorizer_id: str
    kind: str
    identity_source: tuple[str, ...] = ()
    issuer: str = ""
    audience: tuple[str, ...] = ()
    uri: str = ""
    payload_version: str = "2.0"
    ttl_seconds: int = 0
    simple: bool = False


@dataclass(frozen=True, slots=True)
class Throttle:
    """A token bucket: `rate` calls a second, `burst` at once. None is no limit."""

    rate: float | None = None
    burst: int | None = None


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Where a stage writes a line per request, and of what. Source: AccessLogSettings."""

    destination_arn: str
    format: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage and its variables. Source: GetStages."""

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    throttle: Throttle = Throttle()
    route_throttles: Mapping[str, Throttle] = field(default_factory=dict)
    access_log: AccessLog | None = None


@dataclass(frozen=True, slots=True)
class Cors:
    """The CORS configuration of an API. Source: ApiGatewayV2 Cors."""

    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    allow_credentials: bool = False


@dataclass(frozen=True, slots=True)
class HttpApi:
    """An HTTP API as it is deployed in one region.

    `endpoint_disabled` says that only its custom domains answer, `is_url` that it is a function
    URL in the shape of an API.
    """

    api_id: str
    region: str
    name: str
    routes: tuple[Route, ...]
    integrations: Mapping[str, Integration]
    stages: Mapping[str, Stage]
    cors: Cors | None = None
    authorizers: Mapping[str, Authorizer] = field(default_factory=dict)
    endpoint_disabled: bool = False
    is_url: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the gateway received it.

    `path` is decoded and includes the stage's segment, as `rawPath` does; `query` is the raw
    query string; header names are lower-case; `domain` is the host name by which the API was
    reached, and `base_path` the key of a custom domain's mapping ('' for the empty one). `time`
    is in UTC. `sent_host` and `sent_path` are what the client wrote, and signed. Of a body
    that is `too_large` nothing is kept.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str
    protocol: str
    domain: str
    request_id: str
    time: datetime
    base_path: str = ""
    extended_request_id: str = ""
    sent_host: str = ""
    sent_path: str = ""
    too_large: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, or ''."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. Header names are lower-case and may repeat (`set-cookie`)."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, and what the logs say about it.

    `note` is for people; `context` holds variables of an access log, named without `$context.`;
    `access_log` is where the stage wants its line, if anywhere.
    """

    reply: Reply
    note: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    access_log: AccessLog | None = None
