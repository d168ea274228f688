from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.template.checks.audit import audit

Found = list[tuple[str, str, str]]


def hits(rule: str, resources: dict[str, Any], **sections: Any) -> Found:
    document = {"Resources": resources, **sections}
    return [(e.severity, e.logical_id, e.where) for e in audit(document) if e.rule == rule]


def one(kind: str, /, **properties: Any) -> dict[str, Any]:
    return {"X": {"Type": kind, "Properties": properties}}


HTTP_API, URL = "AWS::ApiGatewayV2::Api", "AWS::Lambda::Url"


@pytest.mark.parametrize(
    ("kind", "properties", "where"),
    [
        (HTTP_API, {"CorsConfiguration": {"AllowOrigins": ["*"]}}, "CorsConfiguration"),
        (URL, {"Cors": {"AllowOrigins": ["*"]}}, "Cors"),
        ("AWS::Serverless::Api", {"Cors": {"AllowOrigin": "'*'"}}, "Cors"),
        (
            "AWS::Serverless::Function",
            {"FunctionUrlConfig": {"Cors": {"AllowOrigins": ["*"]}}},
            "FunctionUrlConfig.Cors",
        ),
        (
            "AWS::S3::Bucket",
            {"CorsConfiguration": {"CorsRules": [{"AllowedOrigins": ["*"]}]}},
            "CorsConfiguration.CorsRules[0]",
        ),
    ],
)
def test_every_origin_is_found_in_every_spelling(
    kind: str, properties: dict[str, Any], where: str
) -> None:
    """AWS has a way of its own to write CORS for each service."""
    assert [("warning", "X", where)] == hits("cors-any-origin", one(kind, **properties))


def test_every_origin_with_credentials_is_an_error() -> None:
    """One or the other is not."""
    rules = {"AllowOrigins": ["*"], "AllowCredentials": True}
    where = "CorsConfiguration.AllowCredentials"
    found = hits("cors-credentials", one(HTTP_API, CorsConfiguration=rules))
    assert [("error", "X", where)] == found
    named = rules | {"AllowOrigins": ["https://example.com"]}
    assert [] == hits("cors-credentials", one(HTTP_API, CorsConfiguration=named))
    without = rules | {"AllowCredentials": False}
    assert [] == hits("cors-credentials", one(HTTP_API, CorsConfiguration=without))


def test_a_wildcard_of_headers_does_not_cover_authorization() -> None:
    """AWS's own example lists both."""
    where = "CorsConfiguration.AllowHeaders"
    rule = "cors-authorization"
    star = one(HTTP_API, CorsConfiguration={"AllowHeaders": ["*"]})
    both = one(HTTP_API, CorsConfiguration={"AllowHeaders": ["authorization", "*"]})
    assert [("warning", "X", where)] == hits(rule, star)
    assert [] == hits(rule, both)
    rest = one("AWS::Serverless::Api", Cors={"AllowHeaders": "'*,Authorization'"})
    assert [] == hits(rule, rest)


@pytest.mark.parametrize(
    ("kind", "limits", "log"),
    [
        (
            "AWS::ApiGatewayV2::Stage",
            {"DefaultRouteSettings": {"ThrottlingRateLimit": 50}},
            {"AccessLogSettings": {"DestinationArn": "arn"}},
        ),
        (
            "AWS::ApiGatewayV2::Stage",
            {"RouteSettings": {"GET /": {"ThrottlingRateLimit": 50}}},
            {"AccessLogSettings": {"DestinationArn": {"Fn::GetAtt": ["G", "Arn"]}}},
        ),
        (
            "AWS::ApiGateway::Stage",
            {"MethodSettings": [{"HttpMethod": "*", "ThrottlingRateLimit": {"Ref": "Rate"}}]},
            {"AccessLogSetting": {"DestinationArn": "arn"}},
        ),
        (
            "AWS::Serverless::HttpApi",
            {"DefaultRouteSettings": {"ThrottlingRateLimit": {"Ref": "Rate"}}},
            {"AccessLogSettings": {"DestinationArn": "arn"}},
        ),
    ],
)
def test_a_stage_has_a_limit_and_a_log(
    kind: str, limits: dict[str, Any], log: dict[str, Any]
) -> None:
    """Of the stage or of its routes, as a number or as a parameter."""
    bare = one(kind)
    assert ["warning"] == [each[0] for each in hits("api-throttling", bare)]
    assert ["warning"] == [each[0] for each in hits("api-access-log", bare)]
    assert [] == hits("api-throttling", one(kind, **limits))
    assert [] == hits("api-access-log", one(kind, **log))


def test_globals_of_sam_count() -> None:
    """A template of others may say it once for all."""
    shared = {"HttpApi": {"DefaultRouteSettings": {"ThrottlingRateLimit": 9}}}
    assert [] == hits("api-throttling", one("AWS::Serverless::HttpApi"), Globals=shared)


@pytest.mark.parametrize(
    ("kind", "properties", "where"),
    [
        ("AWS::ApiGateway::DomainName", {"SecurityPolicy": "TLS_1_0"}, "SecurityPolicy"),
        (
            "AWS::ApiGatewayV2::DomainName",
            {"DomainNameConfigurations": [{"SecurityPolicy": "TLS_1_0"}]},
            "DomainNameConfigurations[0].SecurityPolicy",
        ),
        (
            "AWS::CloudFront::Distribution",
            {"DistributionConfig": {"ViewerCertificate": {"AcmCertificateArn": "arn"}}},
            "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
        ),
        (
            "AWS::CloudFront::Distribution",
            {"DistributionConfig": {"ViewerCertificate": {"MinimumProtocolVersion": "TLSv1"}}},
            "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
        ),
    ],
)
def test_old_tls_is_an_error(kind: str, properties: dict[str, Any], where: str) -> None:
    """CloudFront's default for an own certificate is TLS 1.0."""
    assert [("error", "X", where)] == hits("tls-version", one(kind, **properties))


def test_modern_tls_is_fine() -> None:
    """TLS 1.2, as API Gateway and CloudFront spell it."""
    viewer = {"AcmCertificateArn": "arn", "MinimumProtocolVersion": "TLSv1.2_2021"}
    cdn = one("AWS::CloudFront::Distribution", DistributionConfig={"ViewerCertificate": viewer})
    assert [] == hits("tls-version", cdn)
    given = one("AWS::ApiGateway::DomainName", SecurityPolicy="TLS_1_2")
    assert [] == hits("tls-version", given)


def test_a_cdn_that_talks_plain_http_is_found_at_both_ends() -> None:
    """To browsers an error, to its origin a warning."""
    config = {
        "DefaultCacheBehavior": {"ViewerProtocolPolicy": "redirect-to-https"},
        "CacheBehaviors": [{"ViewerProtocolPolicy": "allow-all"}],
        "Origins": [{"CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}],
    }
    expected = [
        ("error", "X", "DistributionConfig.CacheBehaviors[0].ViewerProtocolPolicy"),
        (
            "warning",
            "X",
            "DistributionConfig.Origins[0].CustomOriginConfig.OriginProtocolPolicy",
        ),
    ]
    found = hits("cdn-https", one("AWS::CloudFront::Distribution", DistributionConfig=config))
    assert expected == found
