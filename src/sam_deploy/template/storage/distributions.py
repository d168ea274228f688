"""Renders CDNs: CloudFront in front of a private bucket that only it may read. Pure.

CloudFront is global, so a distribution exists once for all regions of its feature set, in the
stack of the first one. Its own name waits for a certificate of us-east-1, which comes in as a
stack parameter: without one it answers under the name that CloudFront gives it.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import App, Distribution, Environment
from sam_deploy.template.compute.roles import POLICY_VERSION
from sam_deploy.template.document import NO_VALUE, Entries, Json, Resource, get_att, ref, sub
from sam_deploy.template.regional import IS_FIRST_REGION
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.buckets import (
    abandoned_uploads,
    deny_plain_http,
    old_versions,
    private,
)
from sam_deploy.template.storage.ids import distribution_id, distribution_part_id

OLD_VERSION_DAYS: Final = 30
ORIGIN: Final = "assets"
DEFAULT_TTL_SECONDS: Final = (86_400, 31_536_000)
CACHING_OPTIMIZED: Final = "658327ea-f89d-4fab-a63d-7e88639e58f6"
"""AWS's cache policy with these times. Source: CloudFront developer guide, "Use managed cache
policies"."""
SECURITY_HEADERS: Final = "67f7725c-6f97-4210-82d7-5512b31e9d03"
CORS_AND_SECURITY_HEADERS: Final = "eaab4381-ed33-4a86-88ca-d9558dc6cd63"
"""Any origin, with preflight. Source: CloudFront developer guide, "Use managed response headers
policies"."""
CLOUDFRONT_ZONE: Final = "Z2FDTNDATAQYW2"
"""The zone of every distribution. Source: CloudFormation user guide, "RecordSet AliasTarget"."""


def distributions(scope: Scope) -> Entries:
    """Yield each distribution of each environment with its bucket, and its DNS records."""
    for distribution in scope.distributions:
        for environment in scope.environments:
            yield from _One(scope, distribution, environment).resources()


def distribution_parameters(scope: Scope) -> dict[str, Json]:
    """Return a parameter for the certificate of each distribution that has a name of its own."""
    return {
        naming.certificate_parameter(distribution.name, environment.name): {
            "Type": "String",
            "Default": "",
            "Description": f"ARN of the issued certificate of {host} in us-east-1",
        }
        for distribution, environment, host in _named(scope)
    }


def distribution_conditions(scope: Scope) -> dict[str, Json]:
    """Return whether each certificate is there, and whether this stack has its DNS records."""
    conditions: dict[str, Json] = {}
    for distribution, environment, _ in _named(scope):
        given = naming.certificate_condition(distribution.name, environment.name)
        parameter = naming.certificate_parameter(distribution.name, environment.name)
        conditions[given] = {"Fn::Not": [{"Fn::Equals": [ref(parameter), ""]}]}
        if scope.app.hosted_zone_id:
            both: Json = [{"Condition": IS_FIRST_REGION}, {"Condition": given}]
            conditions[_record_condition(distribution, environment)] = {"Fn::And": both}
    return conditions


def host_name(app: App, distribution: Distribution, environment: Environment) -> str:
    """Return assets.dev.dzgro.com; empty for a distribution without a name of its own."""
    if not app.domain or not distribution.domain_label:
        return ""
    label = physical.domain_label(environment)
    return naming.domain_name(distribution.domain_label, app.domain, label)


def _named(scope: Scope) -> list[tuple[Distribution, Environment, str]]:
    every = [
        (distribution, environment, host_name(scope.app, distribution, environment))
        for distribution in scope.distributions
        for environment in scope.environments
    ]
    return [each for each in every if each[2]]


def _record_condition(distribution: Distribution, environment: Environment) -> str:
    return distribution_part_id(distribution.name, environment.name, "HasRecord")


class _One:
    """One distribution in one environment: its names, and everything that it is made of."""

    def __init__(self, scope: Scope, declared: Distribution, environment: Environment) -> None:
        self._scope, self._declared, self._environment = scope, declared, environment
        self._id = distribution_id(declared.name, environment.name)
        self._bucket_id = self._part("Bucket")
        self._bucket_name = (
            f"{naming.bucket_name(declared.bucket, environment.name)}${{RegionSuffix}}"
        )
        self._host = host_name(scope.app, declared, environment)
        times = (declared.default_ttl_seconds, declared.max_ttl_seconds)
        self._managed_cache = times == DEFAULT_TTL_SECONDS

    def resources(self) -> Entries:
        """Yield the bucket, who reads it, the distribution, and its records."""
        yield self._bucket_id, self._bucket()
        yield self._part("AccessControl"), self._access_control()
        if not self._managed_cache:
            yield self._part("CachePolicy"), self._cache_policy()
        yield self._id, self._distribution()
        yield self._part("BucketPolicy"), self._bucket_policy()
        if self._host and self._scope.app.hosted_zone_id:
            yield self._part("Record"), self._record("A")
            yield self._part("RecordV6"), self._record("AAAA")

    def _part(self, part: str) -> str:
        return distribution_part_id(self._declared.name, self._environment.name, part)

    def _resource(
        self, kind: str, properties: dict[str, Json], condition: str = IS_FIRST_REGION
    ) -> Resource:
        return Resource(
            kind,
            properties,
            condition=condition,
            environment=self._environment.name,
            declared=self._declared,
            retention="RetainExceptOnCreate" if kind == "AWS::S3::Bucket" else None,
        )

    def _bucket(self) -> Resource:
        rules = [old_versions(OLD_VERSION_DAYS), abandoned_uploads()]
        properties = private(sub(self._bucket_name)) | {
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {"Rules": rules},
            "Tags": self._scope.tag_list(self._environment),
        }
        return self._resource("AWS::S3::Bucket", properties)

    def _access_control(self) -> Resource:
        name = f"{self._scope.app.name}-{self._declared.name}-oac-{self._environment.name}"
        config: Json = {
            "Name": name,
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
        properties: dict[str, Json] = {"OriginAccessControlConfig": config}
        return self._resource("AWS::CloudFront::OriginAccessControl", properties)

    def _cache_policy(self) -> Resource:
        config: Json = {
            "Name": f"{self._scope.app.name}-{self._declared.name}-{self._environment.name}",
            "MinTTL": 0,
            "DefaultTTL": self._declared.default_ttl_seconds,
            "MaxTTL": self._declared.max_ttl_seconds,
            "ParametersInCacheKeyAndForwardedToOrigin": {
                "CookiesConfig": {"CookieBehavior": "none"},
                "HeadersConfig": {"HeaderBehavior": "none"},
                "QueryStringsConfig": {"QueryStringBehavior": "none"},
                "EnableAcceptEncodingBrotli": True,
                "EnableAcceptEncodingGzip": True,
            },
        }
        return self._resource("AWS::CloudFront::CachePolicy", {"CachePolicyConfig": config})

    def _distribution(self) -> Resource:
        declared = self._declared
        config: dict[str, Json] = {
            "Comment": f"{self._scope.app.name} {declared.name} {self._environment.name}",
            "Enabled": True,
            "HttpVersion": "http2and3",
            "IPV6Enabled": True,
            "PriceClass": declared.price_class,
            "Origins": [self._origin()],
            "DefaultCacheBehavior": self._behaviour(),
            **self._own_name(),
        }
        if declared.default_root_object:
            config["DefaultRootObject"] = declared.default_root_object
        if declared.web_acl:
            config["WebACLId"] = declared.web_acl
        tags = self._scope.tag_list(self._environment)
        properties: dict[str, Json] = {"DistributionConfig": config, "Tags": tags}
        return self._resource("AWS::CloudFront::Distribution", properties)

    def _origin(self) -> Json:
        return {
            "Id": ORIGIN,
            "DomainName": get_att(self._bucket_id, "RegionalDomainName"),
            "OriginAccessControlId": get_att(self._part("AccessControl"), "Id"),
            # Empty by CloudFront's rule: access is signed by the access control instead.
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }

    def _behaviour(self) -> Json:
        cache: Json = CACHING_OPTIMIZED if self._managed_cache else ref(self._part("CachePolicy"))
        methods = ["GET", "HEAD", "OPTIONS"] if self._declared.cors else ["GET", "HEAD"]
        headers = CORS_AND_SECURITY_HEADERS if self._declared.cors else SECURITY_HEADERS
        return {
            "TargetOriginId": ORIGIN,
            "ViewerProtocolPolicy": "redirect-to-https",
            "AllowedMethods": methods,
            "CachedMethods": methods,
            "Compress": True,
            "CachePolicyId": cache,
            "ResponseHeadersPolicyId": headers,
        }

    def _own_name(self) -> dict[str, Json]:
        """Return the alias and its certificate, both only once the certificate is there."""
        plain: Json = {"CloudFrontDefaultCertificate": True}
        if not self._host:
            return {"ViewerCertificate": plain}
        kind, environment = self._declared.name, self._environment.name
        given = naming.certificate_condition(kind, environment)
        own: Json = {
            "AcmCertificateArn": ref(naming.certificate_parameter(kind, environment)),
            "MinimumProtocolVersion": "TLSv1.2_2021",
            "SslSupportMethod": "sni-only",
        }
        return {
            "Aliases": {"Fn::If": [given, [self._host], NO_VALUE]},
            "ViewerCertificate": {"Fn::If": [given, own, plain]},
        }

    def _bucket_policy(self) -> Resource:
        """Let this distribution read, and nobody anything without TLS."""
        arn = f"arn:${{AWS::Partition}}:s3:::{self._bucket_name}"
        mine = (
            f"arn:${{AWS::Partition}}:cloudfront::${{AWS::AccountId}}:distribution/${{{self._id}}}"
        )
        read: Json = {
            "Sid": "AllowDistribution",
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": sub(f"{arn}/*"),
            "Condition": {"StringEquals": {"AWS:SourceArn": sub(mine)}},
        }
        statements: Json = [deny_plain_http([sub(arn), sub(f"{arn}/*")]), read]
        properties: dict[str, Json] = {
            "Bucket": ref(self._bucket_id),
            "PolicyDocument": {"Version": POLICY_VERSION, "Statement": statements},
        }
        return self._resource("AWS::S3::BucketPolicy", properties)

    def _record(self, kind: str) -> Resource:
        properties: dict[str, Json] = {
            "HostedZoneId": self._scope.app.hosted_zone_id or "",
            "Name": self._host,
            "Type": kind,
            "AliasTarget": {
                "DNSName": get_att(self._id, "DomainName"),
                "HostedZoneId": CLOUDFRONT_ZONE,
            },
        }
        condition = _record_condition(self._declared, self._environment)
        return self._resource("AWS::Route53::RecordSet", properties, condition)
