"""What is deployed in the emulator, read again at most once a second.

A short memory keeps a request at one call upstream, and a deployment visible at once.
May touch: the emulator, through `upstream.py`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from sam_deploy.local.gateway import http_reading, rest_reading
from sam_deploy.local.gateway.http_reading import Reader
from sam_deploy.local.gateway.model import HttpApi
from sam_deploy.local.gateway.rest_model import RestApi
from sam_deploy.local.gateway.stacks import Queries, Stacks

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_SECONDS: Final = 1.0
Api: TypeAlias = HttpApi | RestApi
REGIONS: Final = tuple(
    f"{area}-{number}"
    for area, numbers in {
        "af-south": "1",
        "ap-east": "1",
        "ap-northeast": "123",
        "ap-south": "12",
        "ap-southeast": "1234",
        "ca-central": "1",
        "ca-west": "1",
        "eu-central": "12",
        "eu-north": "1",
        "eu-south": "12",
        "eu-west": "123",
        "il-central": "1",
        "me-central": "1",
        "me-south": "1",
        "sa-east": "1",
        "us-east": "12",
        "us-west": "12",
    }.items()
    for number in numbers
)
"""Where the start page looks for APIs. A request reaches any region, in this list or not."""


class Source(Reader, Queries, Protocol):
    """What the emulator is asked. `Upstream` is the real one."""


class Deployed:
    """The APIs in the emulator. `clock` returns seconds that never go back."""

    def __init__(self, upstream: Source, clock: Callable[[], float]) -> None:
        self._upstream = upstream
        self._clock = clock
        self._stacks = Stacks(upstream)
        self._known: dict[tuple[str, str], tuple[float, Api | None]] = {}
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    async def api(self, region: str, api_id: str) -> Api | None:
        """The API as it is deployed, or None when there is none. Raises UpstreamError."""
        key = (region, api_id)
        # One reader per API: those that come meanwhile wait for its answer.
        async with self._locks.setdefault(key, asyncio.Lock()):
            known = self._known.get(key)
            if known is not None and self._clock() - known[0] < FRESH_SECONDS:
                return known[1]
            read_at = self._clock()
            api = await self._read(region, api_id)
            if api is None:
                # Not remembered: any path asked for would stay in memory otherwise.
                self._known.pop(key, None)
            else:
                self._known[key] = (read_at, api)
        if api is None:
            self._locks.pop(key, None)
        return api

    async def all(self) -> tuple[Api, ...]:
        """Every API in every region, by region and name. Raises UpstreamError."""
        found = await asyncio.gather(*(self._ids(region) for region in REGIONS))
        wanted = [
            self.api(region, api_id)
            for region, ids in zip(REGIONS, found, strict=True)
            for api_id in ids
        ]
        apis = [api for api in await asyncio.gather(*wanted) if api is not None]
        return tuple(sorted(apis, key=lambda api: (api.region, api.name, api.api_id)))

    async def _ids(self, region: str) -> list[str]:
        http, rest = await asyncio.gather(
            self._upstream.read_items(region, "/v2/apis"),
            self._upstream.read_items(region, "/restapis", items="item", mark="position"),
        )
        of_http = [item["apiId"] for item in http if item.get("protocolType") == "HTTP"]
        return [str(api_id) for api_id in (*of_http, *(item["id"] for item in rest))]

    async def _read(self, region: str, api_id: str) -> Api | None:
        http = await http_reading.read(self._upstream, self._stacks, region, api_id)
        if http is not None:
            return http
        return await rest_reading.read(self._upstream, self._stacks, region, api_id)
