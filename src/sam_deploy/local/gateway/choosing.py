"""A request to a custom domain: which region answers it, and whether that region is well.

Sources: Route 53 developer guide, "How Amazon Route 53 chooses records when health checking is
configured".
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import address, domains, incoming, response
from sam_deploy.local.gateway.model import Outcome, Request
from sam_deploy.local.gateway.rest_errors import FORBIDDEN
from sam_deploy.local.gateway.upstream import UpstreamError

if TYPE_CHECKING:
    from starlette.requests import Request as StarletteRequest

    from sam_deploy.local.gateway.domains import Domain, Domains, Regions
    from sam_deploy.local.gateway.proxy import Proxy
    from sam_deploy.local.gateway.records import HealthCheck

CHECK_SECONDS: Final = 2.0
REGION_HEADER: Final = "x-sam-deploy-region"
_WELL: Final = range(200, 400)


class Choosing:
    """Serves requests to custom domains. `near` is where clients are, when they do not say."""

    def __init__(self, known: Domains, proxy: Proxy, near: str) -> None:
        self.domains = known
        self._proxy = proxy
        self._near = near
        self._checked: dict[tuple[str, str], float] = {}

    @property
    def regions(self) -> Regions:
        """What is known of the regions."""
        return self.domains.regions

    async def serve(
        self, given: StarletteRequest, raw_path: str, body: bytes | None, request_id: str
    ) -> Outcome:
        """Answer one request, in the region that Route 53 would choose."""
        host = given.headers.get("host", "")
        try:
            found = await self.domains.find(host)
        except UpstreamError as error:
            note = f"the emulator does not answer: {error}"
            return Outcome(response.SERVICE_UNAVAILABLE, note)
        if found is None:
            # This computer may have other names, for a container for example.
            place = address.by_path(raw_path)
            if place is None:
                return Outcome(response.NOT_FOUND, f"no custom domain {host}")
            return await self._proxy.serve(place, incoming.request(given, place, body, request_id))
        name, domain = found
        await self._check(domain)
        near = given.headers.get(incoming.NEAR_HEADER, self._near)
        region = domains.order(domain, self.regions, near)[0]
        if region in self.regions.stopped:
            return Outcome(response.SERVICE_UNAVAILABLE, "every region of the domain is stopped")
        place = domains.address(domain, region, name, raw_path)
        if place is None:
            return Outcome(FORBIDDEN, f"no API mapping for {raw_path} in {region}")
        outcome = await self._proxy.serve(place, incoming.request(given, place, body, request_id))
        told = incoming.NEAR_HEADER in given.headers
        return _in_region(outcome, region, told=told) if len(domain.mappings) > 1 else outcome

    async def _check(self, domain: Domain) -> None:
        """Ask what the domain's health checks ask, at most every CHECK_SECONDS."""
        for record in domain.records:
            check = record.health_check
            if check is None:
                continue
            key, now = (check.check_id, record.region), time.monotonic()
            if now - self._checked.get(key, float("-inf")) < CHECK_SECONDS:
                continue
            self._checked[key] = now
            well = await self._is_well(check, domain, record.region)
            failures = self.regions.failures
            failures[key] = 0 if well else failures.get(key, 0) + 1

    async def _is_well(self, check: HealthCheck, domain: Domain, region: str) -> bool:
        """Whether the region answers its check. The path is asked in this very region."""
        if region in self.regions.stopped:
            return False
        place = address.find(check.host, check.path)
        if place is None:
            place = domains.address(domain, region, check.host, check.path)
        if place is None:
            return False
        outcome = await self._proxy.serve(place, _probe(place))
        return outcome.reply.status in _WELL


def _probe(place: address.Address) -> Request:
    return Request(
        method="GET",
        path=place.raw_path,
        query="",
        headers=(("host", place.domain), ("user-agent", "Amazon-Route53-Health-Check-Service")),
        body=b"",
        source_ip="127.0.0.1",
        protocol="HTTP/1.1",
        domain=place.domain,
        request_id=incoming.request_id(),
        time=datetime.now(UTC),
        base_path=place.base_path,
    )


def _in_region(outcome: Outcome, region: str, *, told: bool) -> Outcome:
    """The outcome with its region in the log, and for a client who said where it is in a header."""
    note = f"{outcome.note} in {region}" if outcome.note else f"in {region}"
    headers = (*outcome.reply.headers, (REGION_HEADER, region))
    reply = replace(outcome.reply, headers=headers) if told else outcome.reply
    return replace(outcome, reply=reply, note=note)
