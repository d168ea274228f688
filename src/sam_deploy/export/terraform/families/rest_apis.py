"""REST APIs: the routes of the OpenAPI body as resources, which a team can read and change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.export import source
from sam_deploy.export.source import Node, below, flat, items
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import Reading, Rule, snake
from sam_deploy.export.terraform.rules import nest, nothing, tags, to
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Body,
    Code,
    Names,
    Nested,
    Resource,
)

_INTEGRATION: Final = "x-amazon-apigateway-integration"
_API: Final[Mapping[str, Rule]] = {
    "Name": to("name"),
    "Description": to("description"),
    "EndpointConfiguration": nest("endpoint_configuration", {"Types": to("types")}),
    "MinimumCompressionSize": to("minimum_compression_size"),
    "Parameters": nothing,
    "Body": nothing,
    "Tags": tags,
}
_STAGE: Final[Mapping[str, Rule]] = {
    "RestApiId": to("rest_api_id"),
    "DeploymentId": to("deployment_id"),
    "StageName": to("stage_name"),
    "Description": to("description"),
    "Variables": to("variables"),
    "TracingEnabled": to("xray_tracing_enabled"),
    "MethodSettings": nothing,
    "AccessLogSetting": nest(
        "access_log_settings", {"DestinationArn": to("destination_arn"), "Format": to("format")}
    ),
    "Tags": tags,
}
_METHOD_SETTING: Final[Mapping[str, Rule]] = {
    "ResourcePath": nothing,
    "HttpMethod": nothing,
    "ThrottlingBurstLimit": to("throttling_burst_limit"),
    "ThrottlingRateLimit": to("throttling_rate_limit"),
    "MetricsEnabled": to("metrics_enabled"),
}

FAMILIES: Final[Mapping[str, Family]] = {
    "AWS::ApiGateway::DomainName": Family(
        "aws_api_gateway_domain_name",
        {
            "DomainName": to("domain_name"),
            "CertificateArn": to("certificate_arn"),
            "RegionalCertificateArn": to("regional_certificate_arn"),
            "EndpointConfiguration": nest("endpoint_configuration", {"Types": to("types")}),
            "SecurityPolicy": to("security_policy"),
            "Tags": tags,
        },
        {
            "": "domain_name",
            "DistributionDomainName": "cloudfront_domain_name",
            "DistributionHostedZoneId": "cloudfront_zone_id",
            "RegionalDomainName": "regional_domain_name",
            "RegionalHostedZoneId": "regional_zone_id",
        },
    ),
    "AWS::ApiGateway::BasePathMapping": Family(
        "aws_api_gateway_base_path_mapping",
        {
            "DomainName": to("domain_name"),
            "RestApiId": to("api_id"),
            "Stage": to("stage_name"),
            "BasePath": to("base_path"),
        },
    ),
}
REFERENCES: Final = {
    "AWS::ApiGateway::RestApi": {"": "id", "RootResourceId": "root_resource_id"},
    "AWS::ApiGateway::Deployment": {"": "id"},
    "AWS::ApiGateway::Stage": {"": "stage_name"},
}


def _api(reading: Reading, api: source.Resource) -> Iterator[Resource]:
    name = api.logical_id
    extra = (
        (Argument("binary_media_types", reading.value(media, name)),)
        if (media := api.value("Body", "x-amazon-apigateway-binary-media-types"))
        else ()
    )
    body = reading.body(api.properties, _API, name)
    yield Resource(name, "aws_api_gateway_rest_api", (*body, *extra))
    if below(api.value("Body"), "components") is not None:
        reading.note(f"{name}.Body.components", "an authorizer of a REST API is not covered")
    paths = api.value("Body", "paths")
    for path in _folders(paths if isinstance(paths, Mapping) else {}):
        yield _folder(name, path)
    for path, methods in (paths if isinstance(paths, Mapping) else {}).items():
        for method, each in (methods if isinstance(methods, Mapping) else {}).items():
            yield from _method(reading, name, path, method, each)


def _folders(paths: Mapping[str, Node]) -> list[str]:
    """Return every path and those above it, the shortest first: `/users`, `/users/{id}`."""
    found: dict[str, None] = {}
    for path in paths:
        parts = [each for each in path.split("/") if each]
        for end in range(1, len(parts) + 1):
            found["/" + "/".join(parts[:end])] = None
    return sorted(found)


def _folder(api: str, path: str) -> Resource:
    above, _, last = path.rpartition("/")
    parent = Attribute(f"{api}{above}", "id") if above else Attribute(api, "root_resource_id")
    return Resource(
        f"{api}{path}",
        "aws_api_gateway_resource",
        (
            Argument("rest_api_id", Attribute(api, "id")),
            Argument("parent_id", parent),
            Argument("path_part", last),
        ),
    )


def _at(api: str, path: str, verb: str) -> Body:
    where = Attribute(api, "root_resource_id") if path == "/" else Attribute(f"{api}{path}", "id")
    return (
        Argument("rest_api_id", Attribute(api, "id")),
        Argument("resource_id", where),
        Argument("http_method", verb),
    )


def _method(reading: Reading, api: str, path: str, method: str, given: Node) -> Iterator[Resource]:
    verb = "ANY" if method.startswith("x-") else method.upper()
    key, place = f"{api}{path}#{verb.lower()}", f"{api} {verb} {path}"
    integration = below(given, _INTEGRATION)
    kind = flat(below(integration, "type"))
    if kind not in {"aws_proxy", "mock"} or below(given, "security") is not None:
        reading.note(place, "only open routes to functions and preflight answers are covered")
        return
    where = _at(api, path, verb)
    yield Resource(key, "aws_api_gateway_method", (*where, Argument("authorization", "NONE")))
    yield _integration(reading, key, where, integration, place)
    if kind == "mock":
        yield from _answers(reading, key, where, given, place)


def _integration(
    reading: Reading, key: str, where: Body, integration: Node, place: str
) -> Resource:
    kind = flat(below(integration, "type")).upper()
    uri, templates = below(integration, "uri"), below(integration, "requestTemplates")
    body: list[Argument] = [Argument("type", kind)]
    if uri is not None:
        body.append(Argument("integration_http_method", "POST"))
        body.append(Argument("uri", reading.value(uri, place)))
        passthrough = flat(below(integration, "passthroughBehavior")).upper()
        body.append(Argument("passthrough_behavior", passthrough or "WHEN_NO_MATCH"))
    if templates is not None:
        body.append(Argument("request_templates", reading.value(templates, place)))
    if below(integration, "contentHandling") is not None:
        body.append(Argument("content_handling", flat(below(integration, "contentHandling"))))
    return Resource(f"{key}/integration", "aws_api_gateway_integration", (*where, *body), (key,))


def _answers(
    reading: Reading, key: str, where: Body, given: Node, place: str
) -> Iterator[Resource]:
    """The answer to a preflight request: which headers it may have, and what is in them."""
    default = below(given, _INTEGRATION, "responses", "default")
    status = flat(below(default, "statusCode"))
    headers = below(given, "responses", status, "headers")
    allowed = {
        f"method.response.header.{name}": False
        for name in (headers if isinstance(headers, Mapping) else {})
    }
    at = (*where, Argument("status_code", status))
    yield Resource(
        f"{key}/response",
        "aws_api_gateway_method_response",
        (*at, Argument("response_parameters", Names(allowed))),
        (key,),
    )
    answer = tuple(
        Argument(snake(name), reading.value(below(default, name), place))
        for name in ("responseParameters", "responseTemplates")
        if below(default, name) is not None
    )
    yield Resource(
        f"{key}/answer",
        "aws_api_gateway_integration_response",
        (*at, *answer),
        (f"{key}/integration", f"{key}/response"),
    )


def _deployment(reading: Reading, deployment: source.Resource) -> Iterator[Resource]:
    """Made anew whenever this module's file changes: a REST API serves what was deployed last."""
    api = reading.target(deployment.value("RestApiId"))
    if api is None:
        reading.note(deployment.logical_id, "its API is not in the stack")
        return
    paths = api.value("Body", "paths")
    before = tuple(
        f"{api.logical_id}{path}#{'any' if method.startswith('x-') else method}/integration"
        for path, methods in (paths if isinstance(paths, Mapping) else {}).items()
        for method in (methods if isinstance(methods, Mapping) else {})
    )
    changed = Names({"routes": Code(('filesha256("${path.module}/main.tf")',))})
    yield Resource(
        deployment.logical_id,
        "aws_api_gateway_deployment",
        (Argument("rest_api_id", Attribute(api.logical_id, "id")), Argument("triggers", changed)),
        before,
        lifecycle=(Argument("create_before_destroy", True),),
    )


def _stage(reading: Reading, stage: source.Resource) -> Iterator[Resource]:
    name = stage.logical_id
    yield Resource(name, "aws_api_gateway_stage", reading.body(stage.properties, _STAGE, name))
    for number, each in enumerate(items(stage.value("MethodSettings"))):
        path = flat(below(each, "ResourcePath")).strip("/").replace("~1", "/")
        settings = reading.body(each, _METHOD_SETTING, f"{name}.MethodSettings")
        yield Resource(
            f"{name}/settings" + (f"_{number}" if number else ""),
            "aws_api_gateway_method_settings",
            (
                Argument("rest_api_id", reading.value(stage.value("RestApiId"), name)),
                Argument("stage_name", Attribute(name, "stage_name")),
                Argument("method_path", f"{path}/{flat(below(each, 'HttpMethod'))}"),
                Nested("settings", settings),
            ),
        )


CUSTOM: Final[Mapping[str, Custom]] = {
    "AWS::ApiGateway::RestApi": _api,
    "AWS::ApiGateway::Deployment": _deployment,
    "AWS::ApiGateway::Stage": _stage,
}
