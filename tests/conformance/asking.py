"""A case: a request over a real connection, and what AWS documents that comes of it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.conformance.cloud import Cloud

DOCS: Final = "https://docs.aws.amazon.com"
ABSENT: Final = "(absent)"
"""Expected of a field that must not be there."""

PAGES: Final = {
    "integration": "apigateway/latest/developerguide/http-api-develop-integrations-lambda.html",
    "routes": "apigateway/latest/developerguide/http-api-develop-routes.html",
    "stages": "apigateway/latest/developerguide/http-api-stages.html",
    "variables": "apigateway/latest/developerguide/http-api-stages.stage-variables.html",
    "cors": "apigateway/latest/developerguide/http-api-cors.html",
    "jwt": "apigateway/latest/developerguide/http-api-jwt-authorizer.html",
    "jwt trouble": "apigateway/latest/developerguide/http-api-troubleshooting-jwt.html",
    "lambda trouble": "apigateway/latest/developerguide/http-api-troubleshooting-lambda.html",
    "lambda authorizer": "apigateway/latest/developerguide/http-api-lambda-authorizer.html",
    "iam": "apigateway/latest/developerguide/http-api-access-control-iam.html",
    "throttling": "apigateway/latest/developerguide/http-api-throttling.html",
    "quotas": "apigateway/latest/developerguide/http-api-quotas.html",
    "http logs": "apigateway/latest/developerguide/http-api-logging-variables.html",
    "mapping": "apigateway/latest/developerguide/http-api-parameter-mapping.html",
    "openapi": "apigateway/latest/developerguide/http-api-open-api.html",
    "http mappings": "apigateway/latest/developerguide/http-api-mappings.html",
    "rest mappings": "apigateway/latest/developerguide/rest-api-mappings.html",
    "http disable": "apigateway/latest/developerguide/http-api-disable-default-endpoint.html",
    "rest disable": "apigateway/latest/developerguide/rest-api-disable-default-endpoint.html",
    "rest proxy": "apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html",
    "proxy resource": "apigateway/latest/developerguide/api-gateway-set-up-simple-proxy.html",
    "responses": "apigateway/latest/developerguide/supported-gateway-response-types.html",
    "own responses": "apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html",
    "rest authorizer": ("apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html"),
    "authorizer input": (
        "apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html"
    ),
    "authorizer output": (
        "apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html"
    ),
    "identity sources": (
        "apigateway/latest/developerguide/configure-api-gateway-lambda-authorization.html"
    ),
    "cognito": ("apigateway/latest/developerguide/apigateway-integrate-with-cognito.html"),
    "mock": "apigateway/latest/developerguide/how-to-mock-integration.html",
    "rest cors": "apigateway/latest/developerguide/how-to-cors.html",
    "binary": "apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html",
    "compress": "apigateway/latest/developerguide/api-gateway-enable-compression.html",
    "compressed request": (
        "apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html"
    ),
    "compressed answer": (
        "apigateway/latest/developerguide/api-gateway-receive-response-with-compressed-payload.html"
    ),
    "rest throttling": "apigateway/latest/developerguide/api-gateway-request-throttling.html",
    "rest variables": (
        "apigateway/latest/developerguide/amazon-api-gateway-using-stage-variables.html"
    ),
    "validation": "apigateway/latest/developerguide/api-gateway-method-request-validation.html",
    "api keys": "apigateway/latest/developerguide/api-gateway-api-usage-plans.html",
    "rest quotas": (
        "apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"
    ),
    "known issues": "apigateway/latest/developerguide/api-gateway-known-issues.html",
    "rest logs": ("apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html"),
    "url invoke": "lambda/latest/dg/urls-invocation.html",
    "url access": "lambda/latest/dg/urls-auth.html",
    "url settings": "lambda/latest/dg/urls-configuration.html",
    "latency": "Route53/latest/DeveloperGuide/routing-policy-latency.html",
    "failover": "Route53/latest/DeveloperGuide/routing-policy-failover.html",
    "health": "Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html",
}
"""The pages that cases name, below `DOCS`."""

MUCH: Final = 1_000_000
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case; those that repeat stay apart."""

    status: int
    headers: Pairs
    body: bytes

    def header(self, name: str) -> str:
        """The first value of a header, or ABSENT."""
        return next((value for key, value in self.headers if key == name), ABSENT)

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that a page of AWS says, by a request and what must come of it.

    `target` is what stands in the request line. `event` maps dotted paths of the event that the
    function got to what they must be; `answered` maps header names likewise. None asks nothing.
    """

    claim: str
    page: str
    target: str
    method: str = "GET"
    headers: Pairs = ()
    body: bytes = b""
    status: int = 200
    json: Any = None
    text: str | None = None
    answered: Mapping[str, str | list[str]] = field(default_factory=dict)
    event: Mapping[str, Any] = field(default_factory=dict)
    function: str = ""


def ask(
    connection: http.client.HTTPConnection,
    target: str,
    method: str = "GET",
    headers: Pairs = (),
    body: bytes = b"",
) -> Answer:
    """Send a request exactly as it is given, and read the answer."""
    has = {name.lower() for name, _ in headers}
    connection.putrequest(method, target, skip_host="host" in has, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value.encode("utf-8"))
    if (body or method in ("POST", "PUT", "PATCH")) and "content-length" not in has:
        connection.putheader("content-length", str(len(body)))
    connection.endheaders(body or None)
    got = connection.getresponse()
    given = tuple((name.lower(), value) for name, value in got.getheaders())
    answer = Answer(got.status, given, got.read())
    if len(body) > MUCH:
        # Of a body that is refused, the rest is still on its way.
        connection.close()
    return answer


def at(event: Any, path: str) -> Any:
    """The field of an event at a dotted path, or ABSENT. A dot in a key is written `/.`."""
    found = event
    for part in path.replace("/.", "\0").split("."):
        key = part.replace("\0", ".")
        if isinstance(found, list):
            found = found[int(key)]
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            return ABSENT
    return found


@dataclass(frozen=True, slots=True)
class Gateway:
    """A connection to the gateway, what is behind it, and what it logged."""

    connection: http.client.HTTPConnection
    cloud: Cloud
    lines: list[str]

    def ask(
        self, target: str, method: str = "GET", headers: Pairs = (), body: bytes = b""
    ) -> Answer:
        """Send a request."""
        return ask(self.connection, target, method, headers, body)
