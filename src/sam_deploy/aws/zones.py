"""Route 53: hosted zones and the records that we keep in them. It has no regions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sam_deploy.aws.certificates import DnsRecord
from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

REGION: Final = "us-east-1"
"""Where Route 53's only endpoint is."""
TTL_SECONDS: Final = 300
CLOUDFRONT_ZONE: Final = "Z2FDTNDATAQYW2"
"""The zone of every distribution. Source: Route 53 API, AliasTarget."""
NO_ZONE: Final = frozenset({"NoSuchHostedZone", "InvalidInput"})


@dataclass(frozen=True, slots=True)
class Zone:
    """A hosted zone. `name` has no dot at its end."""

    zone_id: str
    name: str
    private: bool = False

    def covers(self, domain_name: str) -> bool:
        """Whether a record of that name can be in the zone."""
        return f".{domain_name.lower()}".endswith(f".{self.name.lower()}")


class Zones:
    """Route 53."""

    def __init__(self, aws: Aws) -> None:
        self._client = aws.client("route53", REGION)

    def zone(self, zone_id: str) -> Zone | None:
        """Return a hosted zone; nothing when there is none (GetHostedZone)."""
        try:
            with calling("route53:GetHostedZone", REGION):
                answer = self._client.get_hosted_zone(Id=zone_id)
        except AwsCallError as error:
            if error.code in NO_ZONE:
                return None
            raise
        found = answer["HostedZone"]
        private = bool((found.get("Config") or {}).get("PrivateZone"))
        return Zone(zone_id, found["Name"].rstrip("."), private)

    def put(self, zone_id: str, records: Iterable[DnsRecord]) -> None:
        """These records are in the zone, whatever was under their names before.

        Source: ChangeResourceRecordSets, UPSERT.
        """
        self._change(
            zone_id,
            [
                {
                    "Name": each.name,
                    "Type": each.kind,
                    "TTL": TTL_SECONDS,
                    "ResourceRecords": [{"Value": each.value}],
                }
                for each in records
            ],
        )

    def put_alias(self, zone_id: str, name: str, distribution: str) -> None:
        """The name leads to a CloudFront distribution, over IPv4.

        Source: ChangeResourceRecordSets, AliasTarget.
        """
        target = {
            "HostedZoneId": CLOUDFRONT_ZONE,
            "DNSName": distribution,
            # Route 53 cannot tell the health of a distribution
            "EvaluateTargetHealth": False,
        }
        self._change(zone_id, [{"Name": name, "Type": "A", "AliasTarget": target}])

    def _change(self, zone_id: str, records: list[dict[str, Any]]) -> None:
        changes = [{"Action": "UPSERT", "ResourceRecordSet": each} for each in records]
        with calling("route53:ChangeResourceRecordSets", REGION):
            self._client.change_resource_record_sets(
                HostedZoneId=zone_id,
                ChangeBatch={"Comment": "sam-deploy", "Changes": changes},
            )
