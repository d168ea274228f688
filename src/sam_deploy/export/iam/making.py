"""The scope of an app's policies, read from its declaration and its rendered templates. Pure."""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import App
from sam_deploy.export.iam.scope import Scope, partition_of
from sam_deploy.export.source import Source, texts

GLOBAL_REGION = "us-east-1"
"""Where the certificates of CloudFront and of Cognito's domains are, in the partition `aws`."""


def scope_of(app: App, account: str, sources: tuple[Source, ...], broker: tuple[str, str]) -> Scope:
    """Return what the policies of an app are about. `broker` is its name and region, or two ''."""
    promotion = app.promotion
    regions = {region for source in sources for region in source.regions}
    regions.add(app.home_region)
    sender_region = (promotion.region or app.home_region) if promotion else ""
    regions.update(each for each in (sender_region, broker[1]) if each)
    if app.domain or app.distributions:
        regions.add(GLOBAL_REGION)
    return Scope(
        app=app.name,
        account=account,
        partition=partition_of(app.home_region),
        home_region=app.home_region,
        regions=tuple(sorted(regions)),
        sources=sources,
        isolated=app.topology == "isolated",
        sender=promotion.sender if promotion else "",
        sender_region=sender_region,
        recipients=tuple(promotion.recipients) if promotion else (),
        broker=broker[0],
        broker_region=broker[1],
        hosted_zone=app.hosted_zone_id or "",
        layers=tuple(naming.layer_name(app.name, each.name) for each in app.layers),
        foreign_layers=_foreign_layers(sources),
        buckets=tuple(
            physical.bucket_name(each, environment.name)
            for each in app.buckets
            if each.existing
            for environment in app.environments
        ),
        services=frozenset(
            [*(("acm", "route53") if app.domain else ()), *(("ses",) if promotion else ())]
        ),
    )


def _foreign_layers(sources: tuple[Source, ...]) -> tuple[str, ...]:
    """Return the ARNs of layers of other accounts that functions name."""
    found = {
        text
        for source in sources
        for resource in source.resources.values()
        for text in texts(resource.value("Layers"))
        if text.startswith("arn:") and ":layer:" in text
    }
    return tuple(sorted(_any_region(each) for each in found))


def _any_region(arn: str) -> str:
    parts = arn.split(":")
    return ":".join(
        "*" if number == 3 and part.startswith("$") else part  # noqa: PLR2004 - the region
        for number, part in enumerate(parts)
    ).replace("${AWS::Partition}", "aws")
