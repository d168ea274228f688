"""HTTP APIs: routes, integrations, stages, authorizers, custom domains and their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.export.source import Node
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import Reading, Rule, snake
from sam_deploy.export.terraform.rules import nest, tags, to
from sam_deploy.export.terraform.values import Argument, Code, Nested

_THROTTLE: Final[Mapping[str, Rule]] = {
    "ThrottlingBurstLimit": to("throttling_burst_limit"),
    "ThrottlingRateLimit": to("throttling_rate_limit"),
    "DetailedMetricsEnabled": to("detailed_metrics_enabled"),
}


def _routes(reading: Reading, node: Node, path: str) -> Iterator[Nested]:
    for route, each in (node if isinstance(node, Mapping) else {}).items():
        yield Nested(
            "route_settings",
            (Argument("route_key", route), *reading.body(each, _THROTTLE, f"{path}.{route}")),
        )


def _record_region(reading: Reading, node: Node, path: str) -> Iterator[Nested]:
    del reading, node, path
    region = Code(("data.aws_region.current.name",))
    yield Nested("latency_routing_policy", (Argument("region", region),))


FAMILIES: Final[Mapping[str, Family]] = {
    "AWS::ApiGatewayV2::Api": Family(
        "aws_apigatewayv2_api",
        {
            "Name": to("name"),
            "ProtocolType": to("protocol_type"),
            "Description": to("description"),
            "DisableExecuteApiEndpoint": to("disable_execute_api_endpoint"),
            "CorsConfiguration": nest(
                "cors_configuration",
                {
                    name: to(snake(name))
                    for name in (
                        "AllowCredentials",
                        "AllowHeaders",
                        "AllowMethods",
                        "AllowOrigins",
                        "ExposeHeaders",
                        "MaxAge",
                    )
                },
            ),
            "Tags": tags,
        },
        {"": "id", "ApiEndpoint": "api_endpoint", "ApiId": "id"},
    ),
    "AWS::ApiGatewayV2::Integration": Family(
        "aws_apigatewayv2_integration",
        {
            "ApiId": to("api_id"),
            "IntegrationType": to("integration_type"),
            "IntegrationUri": to("integration_uri"),
            "PayloadFormatVersion": to("payload_format_version"),
            "TimeoutInMillis": to("timeout_milliseconds"),
        },
        {"": "id"},
    ),
    "AWS::ApiGatewayV2::Route": Family(
        "aws_apigatewayv2_route",
        {
            "ApiId": to("api_id"),
            "RouteKey": to("route_key"),
            "Target": to("target"),
            "AuthorizationType": to("authorization_type"),
            "AuthorizerId": to("authorizer_id"),
            "AuthorizationScopes": to("authorization_scopes"),
        },
    ),
    "AWS::ApiGatewayV2::Authorizer": Family(
        "aws_apigatewayv2_authorizer",
        {
            "ApiId": to("api_id"),
            "Name": to("name"),
            "AuthorizerType": to("authorizer_type"),
            "IdentitySource": to("identity_sources"),
            "JwtConfiguration": nest(
                "jwt_configuration", {"Issuer": to("issuer"), "Audience": to("audience")}
            ),
        },
        {"": "id"},
    ),
    "AWS::ApiGatewayV2::Stage": Family(
        "aws_apigatewayv2_stage",
        {
            "ApiId": to("api_id"),
            "StageName": to("name"),
            "AutoDeploy": to("auto_deploy"),
            "StageVariables": to("stage_variables"),
            "Description": to("description"),
            "DefaultRouteSettings": nest("default_route_settings", _THROTTLE),
            "RouteSettings": _routes,
            "AccessLogSettings": nest(
                "access_log_settings",
                {"DestinationArn": to("destination_arn"), "Format": to("format")},
            ),
            "Tags": tags,
        },
        {"": "name"},
    ),
    "AWS::ApiGatewayV2::DomainName": Family(
        "aws_apigatewayv2_domain_name",
        {
            "DomainName": to("domain_name"),
            "DomainNameConfigurations": nest(
                "domain_name_configuration",
                {
                    "CertificateArn": to("certificate_arn"),
                    "EndpointType": to("endpoint_type"),
                    "SecurityPolicy": to("security_policy"),
                },
            ),
            "Tags": tags,
        },
        {
            "": "id",
            "RegionalDomainName": "domain_name_configuration[0].target_domain_name",
            "RegionalHostedZoneId": "domain_name_configuration[0].hosted_zone_id",
        },
    ),
    "AWS::ApiGatewayV2::ApiMapping": Family(
        "aws_apigatewayv2_api_mapping",
        {
            "ApiId": to("api_id"),
            "DomainName": to("domain_name"),
            "Stage": to("stage"),
            "ApiMappingKey": to("api_mapping_key"),
        },
    ),
    "AWS::Route53::RecordSet": Family(
        "aws_route53_record",
        {
            "HostedZoneId": to("zone_id"),
            "Name": to("name"),
            "Type": to("type"),
            "SetIdentifier": to("set_identifier"),
            "Region": _record_region,
            "HealthCheckId": to("health_check_id"),
            "AliasTarget": nest(
                "alias",
                {
                    "DNSName": to("name"),
                    "HostedZoneId": to("zone_id"),
                    "EvaluateTargetHealth": to("evaluate_target_health"),
                },
            ),
        },
    ),
}
REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {}
CUSTOM: Final[Mapping[str, Custom]] = {}
