"""What a REST API says when it refuses by itself, in its own words or in those of its template.

Sources: "Gateway responses for REST APIs in API Gateway", "Gateway response types for API Gateway".
Where the pages are silent on a text, it is that of live APIs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway.model import Outcome, Reply
from sam_deploy.local.gateway.rest_model import GatewayResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE: Final = re.compile(r"\$(?:\{context\.([\w.]+)\}|context\.([A-Za-z][\w.]*\w))")
_TEMPLATE: Final = '{"message":$context.error.messageString}'


@dataclass(frozen=True, slots=True)
class Refusal:
    """A gateway response by its type, with its status, error type and message (None is null)."""

    kind: str
    status: int
    error_type: str
    message: str | None
    spaced: bool = False


MISSING_TOKEN: Final = Refusal(
    "MISSING_AUTHENTICATION_TOKEN",
    403,
    "MissingAuthenticationTokenException",
    "Missing Authentication Token",
)
UNAUTHORIZED: Final = Refusal("UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized")
EXPIRED: Final = Refusal(
    "UNAUTHORIZED", 401, "UnauthorizedException", "The incoming token has expired"
)
NOT_ALLOWED: Final = Refusal(
    "ACCESS_DENIED",
    403,
    "AccessDeniedException",
    "User is not authorized to access this resource",
)
DENIED: Final = Refusal(
    "ACCESS_DENIED",
    403,
    "AccessDeniedException",
    "User is not authorized to access this resource with an explicit deny in an identity-based "
    "policy",
)
AUTHORIZER_FAILURE: Final = Refusal(
    "AUTHORIZER_FAILURE", 500, "AuthorizerConfigurationException", None
)
AUTHORIZER_CONFIGURATION: Final = Refusal(
    "AUTHORIZER_CONFIGURATION_ERROR",
    500,
    "AuthorizerConfigurationException",
    "Internal server error",
    spaced=True,
)
API_CONFIGURATION: Final = Refusal(
    "API_CONFIGURATION_ERROR",
    500,
    "InternalServerErrorException",
    "Internal server error",
    spaced=True,
)
MALFORMED: Final = Refusal(
    "DEFAULT_5XX", 502, "InternalServerErrorException", "Internal server error", spaced=True
)
TIMED_OUT: Final = Refusal(
    "INTEGRATION_TIMEOUT",
    504,
    "InternalServerErrorException",
    "Endpoint request timed out",
    spaced=True,
)
UNREACHABLE: Final = Refusal(
    "INTEGRATION_FAILURE",
    504,
    "InternalServerErrorException",
    "Internal server error",
    spaced=True,
)
THROTTLED: Final = Refusal("THROTTLED", 429, "TooManyRequestsException", "Too Many Requests")
INVALID_KEY: Final = Refusal("INVALID_API_KEY", 403, "ForbiddenException", "Forbidden")
INVALID_SIGNATURE: Final = Refusal(
    "INVALID_SIGNATURE",
    403,
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details.",
)
UNKNOWN_KEY: Final = Refusal(
    "DEFAULT_4XX",
    403,
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
)
UNSUPPORTED_MEDIA_TYPE: Final = Refusal(
    "UNSUPPORTED_MEDIA_TYPE", 415, "UnsupportedMediaTypeException", "Unsupported Media Type"
)
TOO_LARGE: Final = Refusal("REQUEST_TOO_LARGE", 413, "RequestTooLargeException", "Request Too Long")


def missing_parameters(names: list[str]) -> Refusal:
    """A validator misses parameters."""
    text = f"Missing required request parameters: [{', '.join(names)}]"
    return Refusal("BAD_REQUEST_PARAMETERS", 400, "BadRequestException", text, spaced=True)


FORBIDDEN: Final = Reply(
    403,
    (("content-type", "application/json"), ("x-amzn-errortype", "ForbiddenException")),
    b'{"message":"Forbidden"}',
)
"""No stage, or no endpoint: such a request reaches no API, so no API has words for it."""


def refuse(
    refusal: Refusal,
    responses: Mapping[str, GatewayResponse],
    request_values: Mapping[str, str],
    known: Mapping[str, str],
    note: str,
) -> Outcome:
    """The answer as the API's gateway responses make it.

    `request_values` are what headers may be mapped from (`method.request.header.Origin`), and
    `known` the variables of the context.
    """
    default = "DEFAULT_4XX" if refusal.status < 500 else "DEFAULT_5XX"  # noqa: PLR2004
    own = responses.get(refusal.kind) or responses.get(default)
    found = own or GatewayResponse()
    quoted = "null" if refusal.message is None else json.dumps(refusal.message)
    told = {
        **known,
        "error.message": refusal.message or "",
        "error.messageString": f" {quoted}" if refusal.spaced else quoted,
        "error.responseType": refusal.kind,
    }
    template = found.template if found.template is not None else _TEMPLATE
    if own is None and refusal.kind == "ACCESS_DENIED":
        # The built-in text has a capital letter, seen in live APIs.
        template = '{"Message":$context.error.messageString}'
    body = _VARIABLE.sub(lambda name: told.get(name[1] or name[2], ""), template)
    headers = [("content-type", "application/json"), ("x-amzn-errortype", refusal.error_type)]
    for name, source in found.headers.items():
        value = mapped(source, request_values, told)
        if value is not None:
            headers = [pair for pair in headers if pair[0] != name] + [(name, value)]
    reply = Reply(found.status or refusal.status, tuple(headers), body.encode())
    return Outcome(reply, note, told)


def mapped(source: str, request_values: Mapping[str, str], known: Mapping[str, str]) -> str | None:
    """The value of a mapping expression: quoted text, or something of the request or context."""
    if len(source) > 1 and source[0] == source[-1] == "'":
        return source[1:-1]
    if source.startswith("context."):
        return known.get(source.removeprefix("context."))
    return request_values.get(source)
