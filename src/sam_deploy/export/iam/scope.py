"""Which app, account and regions the policies are for, and how ARNs in there look. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy import naming
from sam_deploy.export.iam import reference
from sam_deploy.export.iam.statements import Condition
from sam_deploy.export.source import Source

WITHOUT_REGION: Final = frozenset({"cloudfront", "iam", "route53", "s3", "sts"})
"""Services whose requests are not of one region, or whose names say the region already."""
ANY: Final = "*"
_PLACE: Final = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the policies are about."""

    app: str
    account: str
    partition: str
    home_region: str
    regions: tuple[str, ...]
    """Every region that something is called in, sorted: of the stacks, home, of the mails."""
    sources: tuple[Source, ...]
    """The rendered templates of the app's stacks."""
    environments: tuple[str, ...] = ()
    """Those whose settings are meant; all of them when empty."""
    isolated: bool = False
    """Whether a promotion deploys stacks."""
    sender: str = ""
    """From whom codes are mailed."""
    sender_region: str = ""
    recipients: tuple[str, ...] = ()
    broker: str = ""
    """Name of the broker's function, where there is one."""
    broker_region: str = ""
    hosted_zone: str = ""
    layers: tuple[str, ...] = ()
    """Names of layers on AWS."""
    foreign_layers: tuple[str, ...] = ()
    """ARNs of layers that others have published."""
    buckets: tuple[str, ...] = ()
    """Buckets that are there already, by name."""
    services: frozenset[str] = frozenset()
    """Services that the app uses beside those of its templates."""

    @property
    def region(self) -> str:
        """Return the region as ARNs have it: `*` where there are several."""
        return self.regions[0] if len(self.regions) == 1 else ANY

    @property
    def artifact_buckets(self) -> tuple[str, ...]:
        """Return the names of the artifact buckets, one for each region; `*` for several."""
        return (naming.artifact_bucket_name(self.app, self.account, self.region),)

    @property
    def own(self) -> Condition:
        """Return what keeps a statement to things of this account: S3's names do not say it."""
        return (("StringEquals", "aws:ResourceAccount", (self.account,)),)

    def arn(self, service: str, rest: str) -> str:
        """Return an ARN in these regions and this account; S3, IAM, others have no region."""
        # a dashboard is one for all regions, though its service is not
        everywhere = service in WITHOUT_REGION or rest.startswith("dashboard/")
        region = "" if everywhere else self.region
        account = "" if service in {"s3", "route53", "apigateway"} else self.account
        return f"arn:{self.partition}:{service}:{region}:{account}:{rest}"

    def fill(self, service: str, kind: str) -> str:
        """Return the ARN of any thing of a resource type in these regions and this account."""
        known = {"Partition": self.partition, "Region": self.region, "Account": self.account}
        form = reference.arn_format(service, kind)
        return _PLACE.sub(lambda match: known.get(match[1], ANY), form)

    def within(self, service: str) -> Condition:
        """Return what keeps a statement to these regions; nothing for services without any."""
        if service in WITHOUT_REGION:
            return ()
        return (("StringEquals", "aws:RequestedRegion", self.regions),)


def partition_of(region: str) -> str:
    """Return which AWS a region belongs to."""
    prefixes = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((name for start, name in prefixes.items() if region.startswith(start)), "aws")


def names_of(text: str, suffixes: Sequence[str]) -> tuple[str, ...]:
    """Return a name of a template as patterns: what AWS fills in is `*`.

    The suffix that our bucket names have outside the home region is written out.
    """
    if "${RegionSuffix}" in text:
        return tuple(
            name
            for each in suffixes
            for name in names_of(text.replace("${RegionSuffix}", each), ())
        )
    return (re.sub(r"\$\{[^}]*\}", ANY, text),)
