"""Custom domains: by the Host header to an API mapping, in the region that answers.

Sources: "Map API stages to a custom domain name for HTTP APIs / REST APIs", Route 53's
"Latency-based routing" and "Active-passive failover".
May touch: the emulator, through `upstream.py`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

from sam_deploy.local.gateway import places, records
from sam_deploy.local.gateway.address import Address, host_name
from sam_deploy.local.gateway.deployed import REGIONS
from sam_deploy.local.gateway.http_reading import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sam_deploy.local.gateway.records import Record

FRESH_SECONDS: Final = 1.0
_SCAN_SECONDS: Final = 10.0
_SUFFIX: Final = ".localhost"


class Source(Reader, Protocol):
    """What the emulator is asked. `Upstream` is the real one."""

    async def fetch(self, path: str, service: str, region: str) -> bytes:
        """The bytes at a path of a service. Raises UpstreamError."""


@dataclass(frozen=True, slots=True)
class ApiMapping:
    """An API mapping: `key` is a path without slashes around it, '' for the empty one."""

    key: str
    api_id: str
    stage: str


@dataclass(slots=True)
class Domain:
    """A domain's mappings by region, and the records that lead to them."""

    mappings: Mapping[str, tuple[ApiMapping, ...]]
    records: tuple[Record, ...] = ()
    read_at: float = 0.0


@dataclass(slots=True)
class Regions:
    """What is known of regions: which are stopped, and how often each check failed."""

    stopped: set[str] = field(default_factory=set)
    failures: dict[tuple[str, str], int] = field(default_factory=dict)

    def healthy(self, record: Record | None, region: str) -> bool:
        """Whether Route 53 would lead a client to this region."""
        if region in self.stopped:
            return False
        check = record.health_check if record else None
        return check is None or self.failures.get((check.check_id, region), 0) < check.threshold


class Domains:
    """The custom domains in the emulator. `clock` returns seconds that never go back."""

    def __init__(self, upstream: Source, clock: Callable[[], float]) -> None:
        self._upstream = upstream
        self._clock = clock
        self._names: dict[str, set[str]] = {}
        self._scanned_at = float("-inf")
        self._known: dict[str, Domain] = {}
        self._lock = asyncio.Lock()
        self.regions = Regions()

    async def find(self, host: str) -> tuple[str, Domain] | None:
        """The domain of a Host header and its name, or None. Raises UpstreamError.

        Browsers take every name below `.localhost` to this computer, so that ending is left off.
        """
        asked = host_name(host).removesuffix(_SUFFIX)
        wanted = (asked, f"*.{asked.partition('.')[2]}")
        async with self._lock:
            age = self._clock() - self._scanned_at
            known = any(name in self._names for name in wanted)
            if age > (_SCAN_SECONDS if known else FRESH_SECONDS):
                await self._scan()
            for name in wanted:
                if name in self._names:
                    return asked, await self._domain(name, asked)
        return None

    async def all(self) -> dict[str, Domain]:
        """Every domain by its name. Raises UpstreamError."""
        async with self._lock:
            await self._scan()
            return {name: await self._domain(name, name) for name in sorted(self._names)}

    async def _scan(self) -> None:
        pages = await asyncio.gather(
            *(self._upstream.read_items(region, "/v2/domainnames") for region in REGIONS)
        )
        self._names = {}
        for region, items in zip(REGIONS, pages, strict=True):
            for item in items:
                self._names.setdefault(str(item.get("domainName")).lower(), set()).add(region)
        self._scanned_at = self._clock()

    async def _domain(self, name: str, asked: str) -> Domain:
        known = self._known.get(name)
        now = self._clock()
        if known is not None and now - known.read_at < FRESH_SECONDS:
            return known
        regions = sorted(self._names[name])
        path = f"/v2/domainnames/{quote(name)}/apimappings"
        pages = await asyncio.gather(
            *(self._upstream.read_items(region, path) for region in regions)
        )
        mappings = {
            region: tuple(_mapping(item) for item in items)
            for region, items in zip(regions, pages, strict=True)
        }
        # Only a choice needs records.
        found = await records.read(self._upstream.fetch, asked) if len(regions) > 1 else []
        domain = Domain(mappings, tuple(found), now)
        self._known[name] = domain
        return domain


def order(domain: Domain, regions: Regions, near: str) -> list[str]:
    """The regions that Route 53 would choose, the best first; the unhealthy ones at the end.

    Records of failover put the primary first; latency, or no record at all, the nearest. When no
    region is healthy, Route 53 answers as if all were.
    """
    by_region = {record.region: record for record in domain.records}
    led_to = [region for region in domain.mappings if region in by_region]
    candidates = places.by_distance(near, led_to or domain.mappings)
    ranked = {region: place for place, region in enumerate(candidates)}

    def rank(region: str) -> tuple[bool, bool, int]:
        record = by_region.get(region)
        secondary = record is not None and record.failover == "SECONDARY"
        return not regions.healthy(record, region), secondary, ranked[region]

    return sorted(candidates, key=rank)


def address(domain: Domain, region: str, name: str, raw_path: str) -> Address | None:
    """The API and stage whose mapping has the longest path that the request begins with."""
    segments = raw_path.split("?", maxsplit=1)[0].lstrip("/").split("/")
    best: ApiMapping | None = None
    for mapping in domain.mappings[region]:
        parts = mapping.key.split("/") if mapping.key else []
        if segments[: len(parts)] != parts:
            continue
        if best is None or len(mapping.key) > len(best.key):
            best = mapping
    if best is None:
        return None
    below = "/" + "/".join(segments[best.key.count("/") + 1 :]) if best.key else raw_path
    return Address(region, best.api_id, below or "/", name, stage=best.stage, base_path=best.key)


def _mapping(item: Mapping[str, object]) -> ApiMapping:
    key = str(item.get("apiMappingKey") or "").strip("/")
    return ApiMapping(key, str(item.get("apiId", "")), str(item.get("stage", "")))
