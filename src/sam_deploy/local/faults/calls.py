"""Tells which AWS call an HTTP request is: service, operation and region, as the SDK signed it.

The credential scope of the signature names service and region. The operation is in the request
(`Action`, `X-Amz-Target`), or follows from method and path: by botocore's own description of the
services that speak REST, so that no list of ours can be behind.
May touch: the service descriptions that come with botocore; it makes no call.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

Protocol: TypeAlias = Literal["query", "json", "rest-json", "rest-xml", "cbor"]

REST: Final[Mapping[str, tuple[str, ...]]] = {
    "s3": ("s3",),
    "lambda": ("lambda",),
    "apigateway": ("apigatewayv2", "apigateway"),
    "route53": ("route53",),
    "scheduler": ("scheduler",),
    "ses": ("sesv2",),
}
"""Name in a signature -> botocore's names of the services that it may be, where these differ, and
of those that are called most."""
_SCOPE: Final = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/")
_SMITHY: Final = re.compile(r"/service/[^/]+/operation/(?P<operation>\w+)")
"""Path of a call in Smithy's RPC protocol. Source: Smithy RPC v2 CBOR, "HTTP binding"."""
_PART: Final = re.compile(r"\{(\w+)(\+?)\}")
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; names of headers are in small letters."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def names_itself(self) -> bool:
        """Whether its head alone tells which call it is."""
        return not self.headers.get("content-type", "").startswith(_FORM)


@dataclass(frozen=True, slots=True)
class Known:
    """What a request is. `detail` tells calls of one operation apart: a path, or a stack's name."""

    service: str
    operation: str
    region: str
    protocol: Protocol
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a request of a REST operation looks like."""

    operation: str
    method: str
    path: re.Pattern[str]
    query: Mapping[str, str]
    needs_query: frozenset[str]
    needs_headers: frozenset[str]
    literals: int

    def fits(self, request: Request, path: str, query: Mapping[str, list[str]]) -> bool:
        return (
            self.method == request.method
            and self.path.fullmatch(path) is not None
            and all(
                name in query and value in {"", *query[name]} for name, value in self.query.items()
            )
            and self.needs_query <= set(query)
            and self.needs_headers <= set(request.headers)
        )

    @property
    def exactness(self) -> tuple[int, int]:
        asked = len(self.query) + len(self.needs_query) + len(self.needs_headers)
        return asked, self.literals


def known(request: Request) -> Known:
    """Return what a request is. An unsigned or unknown one has the path as its operation."""
    address = urlsplit(request.target)
    service, region = _scope(request, address.query)
    smithy = _SMITHY.fullmatch(address.path)
    if smithy and "smithy-protocol" in request.headers:
        return Known(service, smithy["operation"], region, "cbor")
    target = request.headers.get("x-amz-target", "")
    if target:
        return Known(service, target.rpartition(".")[2], region, "json")
    if not request.names_itself:
        form = parse_qs(request.body.decode("utf-8", "replace"))
        named = form.get("StackName", [""])[0]
        return Known(service, form.get("Action", [""])[0], region, "query", named)
    query = parse_qs(address.query, keep_blank_values=True)
    found = [each for each in _shapes(service) if each.fits(request, address.path, query)]
    best = max(found, key=lambda each: each.exactness, default=None)
    operation = best.operation if best else f"{request.method} {address.path}"
    protocol: Protocol = "rest-xml" if service in {"s3", "route53"} else "rest-json"
    return Known(service, operation, region, protocol, unquote(address.path))


def _scope(request: Request, query: str) -> tuple[str, str]:
    """Return service and region as signed: in a header, or in the query of a presigned URL."""
    presigned = parse_qs(query).get("X-Amz-Credential", [""])[0] if "X-Amz-Cred" in query else ""
    signed = request.headers.get("authorization") or f"Credential={presigned}"
    scope = _SCOPE.search(signed)
    return (scope["service"], scope["region"]) if scope else ("", "")


@functools.cache
def _shapes(service: str) -> tuple[_Shape, ...]:
    import botocore.loaders  # noqa: PLC0415 - only once there is a fault

    loader = botocore.loaders.Loader()
    names = REST.get(service, (service,))
    if service not in REST and service not in loader.list_available_services("service-2"):
        return ()
    models = [loader.load_service_model(name, "service-2") for name in names]
    return tuple(
        _shape(name, operation, model["shapes"])
        for model in models
        for name, operation in model["operations"].items()
        if not operation.get("deprecated")
    )


def _shape(name: str, operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> _Shape:
    path, _, query = operation["http"]["requestUri"].partition("?")
    input_shape = shapes.get(operation.get("input", {}).get("shape", ""), {})
    members = input_shape.get("members", {})
    required = [members[each] for each in input_shape.get("required", ())]

    def placed(location: str) -> frozenset[str]:
        found = (each["locationName"] for each in required if each.get("location") == location)
        return frozenset(each.lower() if location == "header" else each for each in found)

    return _Shape(
        name,
        operation["http"]["method"],
        _pattern(path),
        {key: values[0] for key, values in parse_qs(query, keep_blank_values=True).items()},
        placed("querystring"),
        placed("header"),
        len(_PART.sub("", path)),
    )


def _pattern(path: str) -> re.Pattern[str]:
    """Return what paths of a `requestUri` look like; `{Key+}` is the rest of the path."""
    text, end = "", 0
    for part in _PART.finditer(path):
        text += re.escape(path[end : part.start()]) + (".+" if part[2] else "[^/]+")
        end = part.end()
    return re.compile(f"{text}{re.escape(path[end:].rstrip('/'))}/?")
