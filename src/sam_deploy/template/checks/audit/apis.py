"""Rules on what the internet reaches: APIs, their stages, domains and CDNs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.template.checks.audit.rule import Hits, Rule, hit, rule
from sam_deploy.template.checks.audit.shapes import at, below, many, mapping, text, yes
from sam_deploy.template.checks.audit.view import Entry, View

_STAGES: Final = {
    # type: (throttling, access log); either of the paths is enough
    "AWS::ApiGatewayV2::Stage": (
        ("DefaultRouteSettings.ThrottlingRateLimit", "RouteSettings"),
        "AccessLogSettings.DestinationArn",
    ),
    "AWS::ApiGateway::Stage": (("MethodSettings",), "AccessLogSetting.DestinationArn"),
    "AWS::Serverless::Api": (("MethodSettings",), "AccessLogSetting.DestinationArn"),
    "AWS::Serverless::HttpApi": (
        ("DefaultRouteSettings.ThrottlingRateLimit", "RouteSettings"),
        "AccessLogSettings.DestinationArn",
    ),
}
_OLD_TLS: Final = ("TLS_1_0", "TLSv1", "TLSv1_2016", "TLSv1.1_2016", "SSLv3")
_CACHE: Final = ("DefaultCacheBehavior", "CacheBehaviors")


def _cors(view: View) -> Iterator[tuple[Entry, str, Mapping[str, object]]]:
    """Yield the CORS rules of HTTP APIs and function URLs, in AWS's spelling of each."""
    for api in view.of("AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi"):
        yield api, "CorsConfiguration", mapping(api.get("CorsConfiguration"))
    for url in view.of("AWS::Lambda::Url"):
        yield url, "Cors", mapping(url.get("Cors"))
    for api in view.of("AWS::Serverless::Api"):
        yield api, "Cors", mapping(api.get("Cors"))
    for function in view.of("AWS::Serverless::Function"):
        where = "FunctionUrlConfig.Cors"
        yield function, where, mapping(function.get("FunctionUrlConfig", "Cors"))


def _listed(rules: Mapping[str, object], key: str) -> list[str]:
    """Return origins or headers, also as SAM writes them for a REST API: "'*'", "'A,B'"."""
    words = (text(each).strip("'") for _, each in many(rules.get(key)))
    return [part.strip() for word in words for part in word.split(",")]


def _origins(rules: Mapping[str, object]) -> list[str]:
    return _listed(rules, "AllowOrigins") + _listed(rules, "AllowOrigin")


@rule(
    "cors-credentials",
    "error",
    why="every web page could act as whoever is signed in; browsers refuse it, APIs may not",
    fix="name the origins, or leave AllowCredentials out",
)
def cors_credentials(view: View) -> Hits:
    """Yield rules that let every origin in with cookies."""
    for entry, where, rules in _cors(view):
        if "*" in _origins(rules) and yes(rules.get("AllowCredentials")):
            yield hit(entry, f"{where}.AllowCredentials", "is true for every origin")


@rule(
    "cors-any-origin",
    "warning",
    why="every web page may call the API from its visitors' browsers",
    fix="name the origins of your pages",
)
def cors_any_origin(view: View) -> Hits:
    """Yield rules that let every origin in."""
    for entry, where, rules in _cors(view):
        if "*" in _origins(rules):
            yield hit(entry, where, "allows every origin")
    for bucket in view.of("AWS::S3::Bucket"):
        for path, each in many(bucket.get("CorsConfiguration", "CorsRules")):
            if "*" in _listed(mapping(each), "AllowedOrigins"):
                yield hit(bucket, f"CorsConfiguration.CorsRules{path}", "allows every origin")


@rule(
    "cors-authorization",
    "warning",
    why="`*` does not cover the Authorization header: browsers will refuse signed-in calls",
    fix="list Authorization beside `*`",
)
def cors_authorization(view: View) -> Hits:
    """Yield rules whose wildcard of headers lacks the one that it does not cover."""
    for entry, where, rules in _cors(view):
        headers = [each.lower() for each in _listed(rules, "AllowHeaders")]
        if "*" in headers and "authorization" not in headers:
            yield hit(entry, f"{where}.AllowHeaders", "has `*` without Authorization")


@rule(
    "api-throttling",
    "warning",
    why="one client in a loop uses up the account's functions, and its budget",
    fix="set ThrottlingRateLimit and ThrottlingBurstLimit for the stage",
)
def api_throttling(view: View) -> Hits:
    """Yield stages without a limit of their own."""
    for kind, (paths, _) in _STAGES.items():
        for stage in view.of(kind):
            given = [stage.get(*path.split(".")) for path in paths]
            if not any(_limits(each) for each in given):
                yield hit(stage, paths[0].partition(".")[0], "sets no throttling")


def _limits(given: object) -> bool:
    """Whether a rate, or settings of methods or routes, name a limit."""
    if isinstance(given, dict):
        return any("Throttling" in key or _limits(each) for key, each in given.items()) or (
            len(given) == 1 and next(iter(given)) in {"Ref", "Fn::If", "Fn::FindInMap"}
        )
    if isinstance(given, list):
        return any(_limits(each) for each in given)
    return isinstance(given, (int, float)) and given > 0


@rule(
    "api-access-log",
    "warning",
    why="who called what, when, and what it cost in time is nowhere else",
    fix="set the stage's access log to a log group",
)
def api_access_log(view: View) -> Hits:
    """Yield stages that write no access log."""
    for kind, (_, path) in _STAGES.items():
        for stage in view.of(kind):
            if stage.get(*path.split(".")) is None:
                yield hit(stage, path.partition(".")[0], "is not set")


@rule(
    "tls-version",
    "error",
    why="TLS below 1.2 is broken, and forbidden where cards are paid",
    fix="set TLS_1_2 (API Gateway), or MinimumProtocolVersion: TLSv1.2_2021 (CloudFront)",
)
def tls_version(view: View) -> Hits:
    """Yield domains and CDNs that speak TLS 1.0 or 1.1."""
    for domain in view.of("AWS::ApiGateway::DomainName"):
        if text(domain.get("SecurityPolicy")) in _OLD_TLS:
            yield hit(domain, "SecurityPolicy", f"is {text(domain.get('SecurityPolicy'))}")
    for domain in view.of("AWS::ApiGatewayV2::DomainName"):
        for path, each in many(domain.get("DomainNameConfigurations"), "DomainNameConfigurations"):
            policy = text(at(each, "SecurityPolicy"))
            if policy in _OLD_TLS:
                yield hit(domain, f"{path}.SecurityPolicy", f"is {policy}")
    for cdn in view.of("AWS::CloudFront::Distribution"):
        certificate = mapping(cdn.get("DistributionConfig", "ViewerCertificate"))
        own = any("CertificateArn" in key or key == "AcmCertificateArn" for key in certificate)
        lowest = text(certificate.get("MinimumProtocolVersion"))
        where = "DistributionConfig.ViewerCertificate.MinimumProtocolVersion"
        if lowest in _OLD_TLS:
            yield hit(cdn, where, f"is {lowest}")
        elif own and "MinimumProtocolVersion" not in certificate:
            yield hit(cdn, where, "is not set: TLSv1")


@rule(
    "cdn-https",
    "warning",
    why="what is sent over plain HTTP can be read and changed on the way",
    fix="set ViewerProtocolPolicy to redirect-to-https, and the origin's to https-only",
)
def cdn_https(view: View) -> Hits:
    """Yield CDNs that talk plain HTTP, to browsers or to their origins."""
    for cdn in view.of("AWS::CloudFront::Distribution"):
        for key in _CACHE:
            start = f"DistributionConfig.{key}"
            for path, each in many(cdn.get("DistributionConfig", key), start):
                if at(each, "ViewerProtocolPolicy") == "allow-all":
                    yield hit(cdn, below(path, "ViewerProtocolPolicy"), "is allow-all", "error")
        start = "DistributionConfig.Origins"
        for path, each in many(cdn.get("DistributionConfig", "Origins"), start):
            policy = text(at(each, "CustomOriginConfig", "OriginProtocolPolicy"))
            if policy in {"http-only", "match-viewer"}:
                where = f"{path}.CustomOriginConfig.OriginProtocolPolicy"
                yield hit(cdn, where, f"is {policy}")


RULES: Final[tuple[Rule, ...]] = (
    cors_credentials,
    cors_any_origin,
    cors_authorization,
    api_throttling,
    api_access_log,
    tls_version,
    cdn_https,
)
