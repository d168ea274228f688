"""DNS records and health checks of Route 53, as they decide between regions.

May touch: the emulator, through `fetch`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_ENDPOINT: Final = re.compile(r"\.execute-api\.([a-z0-9-]+)\.amazonaws\.com")
_API: Final = "/2013-04-01"
HOME: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """What Route 53 asks a region. `threshold` failures in a row make it unhealthy."""

    check_id: str
    host: str
    path: str
    threshold: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record that leads to a region. `failover` is PRIMARY, SECONDARY or ''."""

    region: str
    failover: str
    health_check: HealthCheck | None


async def read(fetch: Callable[[str, str, str], Awaitable[bytes]], domain: str) -> list[Record]:
    """The records of a domain in all hosted zones, each for a region. Raises UpstreamError."""
    zones = _xml(await fetch(f"{_API}/hostedzone", "route53", HOME))
    found: list[Record] = []
    checks: dict[str, HealthCheck] | None = None
    for zone in zones.iter("HostedZone"):
        name = _text(zone, "Name").rstrip(".").lower()
        if domain != name and not domain.endswith(f".{name}"):
            continue
        zone_id = _text(zone, "Id").rpartition("/")[2]
        sets = _xml(await fetch(f"{_API}/hostedzone/{zone_id}/rrset", "route53", HOME))
        for record in sets.iter("ResourceRecordSet"):
            if _text(record, "Name").rstrip(".").lower() != domain:
                continue
            target = _ENDPOINT.search(_text(record, "DNSName") or _text(record, "Value"))
            region = _text(record, "Region") or (target[1] if target else "")
            check_id = _text(record, "HealthCheckId")
            if check_id and checks is None:
                checks = _checks(await fetch(f"{_API}/healthcheck", "route53", HOME))
            if region:
                check = (checks or {}).get(check_id)
                found.append(Record(region, _text(record, "Failover"), check))
    return found


def _checks(answer: bytes) -> dict[str, HealthCheck]:
    found = {}
    for each in _xml(answer).iter("HealthCheck"):
        check_id = _text(each, "Id")
        found[check_id] = HealthCheck(
            check_id,
            _text(each, "FullyQualifiedDomainName").lower(),
            _text(each, "ResourcePath") or "/",
            int(_text(each, "FailureThreshold") or 3),
        )
    return found


def _xml(answer: bytes) -> ET.Element:
    bare = re.sub(r'\sxmlns="[^"]+"', "", answer.decode("utf-8"), count=1)
    return ET.fromstring(bare)  # noqa: S314 - the emulator's own answer, on this machine


def _text(element: ET.Element, name: str) -> str:
    found = next(element.iter(name), None)
    return (found.text or "") if found is not None else ""
