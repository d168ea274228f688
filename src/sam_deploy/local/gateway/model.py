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
    """A route. `key` is `METHOD /path` or `$default`. Source: ApiGatewayV2 GetRoutes."""

    key: str
    integration_id: str


@dataclass(frozen=True, slots=True)
class Integration:
    """Where a route leads. `uri` may hold `${stageVariables.Name}`. Source: GetIntegrations."""

    kind: str
    uri: str
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage and its variables. Source: GetStages."""

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)


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
    """An HTTP API as it is deployed in one region."""

    api_id: str
    region: str
    name: str
    routes: tuple[Route, ...]
    integrations: Mapping[str, Integration]
    stages: Mapping[str, Stage]
    cors: Cors | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the gateway received it.

    `path` is decoded and includes the stage's segment, as `rawPath` does; `query` is the raw
    query string; header names are lower-case; `domain` is the API's own host name.
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

    def header(self, name: str) -> str:
        """The first value of a header, or ''."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer. Header names are lower-case and may repeat (`set-cookie`)."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
