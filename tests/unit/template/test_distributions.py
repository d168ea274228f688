from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Distribution

Render = Callable[..., Any]
Make = Callable[..., App]


def assets(**given: Any) -> Distribution:
    """A CDN with a name of its own."""
    return Distribution("assets", **({"bucket": "shop-assets", "domain_label": "assets"} | given))


def config_of(rendered: Any, environment: str = "Dev") -> dict[str, Any]:
    """What a distribution is told."""
    config: dict[str, Any] = rendered.properties(f"Assets{environment}Distribution")[
        "DistributionConfig"
    ]
    return config


def test_a_distribution_exists_once_and_alone_reads_its_private_bucket(
    make_app: Make, render_app: Render
) -> None:
    """Everything waits for the first region; the bucket's policy names this distribution."""
    rendered = render_app(make_app(distributions=[assets()]))
    made = {name: each for name, each in rendered.resources.items() if "Dev" in name}
    assert [
        "AssetsDevDistributionBucket",
        "AssetsDevDistributionAccessControl",
        "AssetsDevDistribution",
        "AssetsDevDistributionBucketPolicy",
    ] == list(made)
    assert {"IsFirstRegion"} == {each["Condition"] for each in made.values()}
    bucket = made["AssetsDevDistributionBucket"]
    assert "RetainExceptOnCreate" == bucket["DeletionPolicy"]
    assert {"Fn::Sub": "shop-assets-dev${RegionSuffix}"} == bucket["Properties"]["BucketName"]
    blocked = bucket["Properties"]["PublicAccessBlockConfiguration"]
    assert [True] * 4 == list(blocked.values())
    policy = made["AssetsDevDistributionBucketPolicy"]["Properties"]["PolicyDocument"]
    deny, allow = policy["Statement"]
    assert ("Deny", {"Bool": {"aws:SecureTransport": "false"}}) == (
        deny["Effect"],
        deny["Condition"],
    )
    assert {"Service": "cloudfront.amazonaws.com"} == allow["Principal"]
    source = allow["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Sub"]
    assert source.endswith(":distribution/${AssetsDevDistribution}")
    control = made["AssetsDevDistributionAccessControl"]["Properties"]["OriginAccessControlConfig"]
    assert ("shop-assets-oac-dev", "always", "sigv4") == (
        control["Name"],
        control["SigningBehavior"],
        control["SigningProtocol"],
    )


def test_a_distribution_speaks_tls_and_caches_as_documented(
    make_app: Make, render_app: Render
) -> None:
    """A day by default, a year at most, is AWS's own policy; headers are the managed ones."""
    config = config_of(render_app(make_app(distributions=[assets()])))
    assert ("http2and3", "PriceClass_All") == (config["HttpVersion"], config["PriceClass"])
    behaviour = config["DefaultCacheBehavior"]
    assert "redirect-to-https" == behaviour["ViewerProtocolPolicy"]
    assert "658327ea-f89d-4fab-a63d-7e88639e58f6" == behaviour["CachePolicyId"]
    assert "eaab4381-ed33-4a86-88ca-d9558dc6cd63" == behaviour["ResponseHeadersPolicyId"]
    assert ["GET", "HEAD", "OPTIONS"] == behaviour["AllowedMethods"]


def test_other_times_have_a_cache_policy_of_their_own(make_app: Make, render_app: Render) -> None:
    """Files may say that they are not to be kept at all: at least 0 seconds."""
    rendered = render_app(make_app(distributions=[assets(default_ttl_seconds=60, cors=False)]))
    behaviour = config_of(rendered)["DefaultCacheBehavior"]
    policy_id = "AssetsDevDistributionCachePolicy"
    assert {"Ref": policy_id} == behaviour["CachePolicyId"]
    policy = rendered.properties(policy_id)["CachePolicyConfig"]
    assert (0, 60, 31_536_000) == (policy["MinTTL"], policy["DefaultTTL"], policy["MaxTTL"])
    assert ["GET", "HEAD"] == behaviour["AllowedMethods"]
    assert "67f7725c-6f97-4210-82d7-5512b31e9d03" == behaviour["ResponseHeadersPolicyId"]


def test_the_own_name_waits_for_its_certificate(make_app: Make, render_app: Render) -> None:
    """Without one CloudFront's name and certificate do; old TLS is refused with ours."""
    rendered = render_app(make_app(distributions=[assets()]))
    config = config_of(rendered)
    given = "HasAssetsDevCertificate"
    aliases = {"Fn::If": [given, ["assets.dev.example.com"], {"Ref": "AWS::NoValue"}]}
    assert aliases == config["Aliases"]
    condition, own, plain = config["ViewerCertificate"]["Fn::If"]
    assert (given, {"CloudFrontDefaultCertificate": True}) == (condition, plain)
    assert "TLSv1.2_2021" == own["MinimumProtocolVersion"]
    assert {"Ref": "AssetsDevCertificateArn"} == own["AcmCertificateArn"]
    assert "" == rendered.document["Parameters"]["AssetsDevCertificateArn"]["Default"]
    prod = config_of(rendered, "Prod")["Aliases"]["Fn::If"][1]
    assert ["assets.example.com"] == prod


def test_a_distribution_without_a_name_asks_for_no_certificate(
    make_app: Make, render_app: Render
) -> None:
    """Then there is nothing to wait for."""
    rendered = render_app(make_app(distributions=[assets(domain_label=None)]))
    config = config_of(rendered)
    assert {"CloudFrontDefaultCertificate": True} == config["ViewerCertificate"]
    assert "Aliases" not in config
    assert "AssetsDevCertificateArn" not in rendered.template.parameters


def test_dns_leads_to_the_distribution_where_the_zone_is_ours(
    make_app: Make, render_app: Render
) -> None:
    """IPv4 and IPv6, once the certificate is there, in the first region alone."""
    app = make_app(distributions=[assets()], hosted_zone_id="Z1D633PJN98FT9")
    rendered = render_app(app)
    record = rendered.resources["AssetsDevDistributionRecord"]
    condition = record["Condition"]
    both = [{"Condition": "IsFirstRegion"}, {"Condition": "HasAssetsDevCertificate"}]
    assert {"Fn::And": both} == rendered.document["Conditions"][condition]
    assert {
        "HostedZoneId": "Z1D633PJN98FT9",
        "Name": "assets.dev.example.com",
        "Type": "A",
        "AliasTarget": {
            "DNSName": {"Fn::GetAtt": ["AssetsDevDistribution", "DomainName"]},
            "HostedZoneId": "Z2FDTNDATAQYW2",
        },
    } == record["Properties"]
    assert "AAAA" == rendered.properties("AssetsDevDistributionRecordV6")["Type"]


def test_a_distribution_takes_a_firewall_and_a_root_object(
    make_app: Make, render_app: Render
) -> None:
    """Both are only there when they are given."""
    acl = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/web/1"
    given = assets(web_acl=acl, default_root_object="index.html", price_class="PriceClass_100")
    config = config_of(render_app(make_app(distributions=[given])))
    assert (acl, "index.html", "PriceClass_100") == (
        config["WebACLId"],
        config["DefaultRootObject"],
        config["PriceClass"],
    )
    plain = config_of(render_app(make_app(distributions=[assets()])))
    assert {"WebACLId", "DefaultRootObject"}.isdisjoint(plain)


def test_outputs_of_a_distribution_are_those_of_the_region_that_has_it(
    make_app: Make, render_app: Render
) -> None:
    """An output of what a stack has not made would fail it."""
    outputs = render_app(make_app(distributions=[assets()])).document["Outputs"]
    found = {name: each["Condition"] for name, each in outputs.items() if "Dev" in name}
    names = ("AssetsDevDistributionUrl", "AssetsDevDistributionBucketName")
    assert dict.fromkeys(names, "IsFirstRegion") == found
