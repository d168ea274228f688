"""What is deployed in the emulator, read again at most once a second.

A short memory keeps a request at one call upstream, and a deployment visible at once.
May touch: the emulator, through `upstream.py`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from sam_deploy.local.gateway import cors
from sam_deploy.local.gateway.model import HttpApi, Integration, Route, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FRESH_SECONDS: Final = 1.0
_LONGEST_TIMEOUT_SECONDS: Final = 30.0
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


class Reader(Protocol):
    """GET calls of the ApiGatewayV2 API. `Upstream` is the real one."""

    async def read(self, region: str, path: str) -> dict[str, object] | None:
        """One object, or None for 404. Raises UpstreamError."""

    async def read_items(self, region: str, path: str) -> list[dict[str, object]]:
        """All items of all pages. Raises UpstreamError."""


class Deployed:
    """The HTTP APIs in the emulator. `clock` returns seconds that never go back."""

    def __init__(self, upstream: Reader, clock: Callable[[], float]) -> None:
        self._upstream = upstream
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, HttpApi | None]] = {}
        self._locks: dict[tuple[str, str], asyncio.Lock] = {}

    async def api(self, region: str, api_id: str) -> HttpApi | None:
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

    async def all(self) -> tuple[HttpApi, ...]:
        """Every HTTP API in every region, by region and name. Raises UpstreamError."""
        pages = await asyncio.gather(
            *(self._upstream.read_items(region, "/v2/apis") for region in REGIONS)
        )
        wanted = [
            self.api(region, str(item["apiId"]))
            for region, items in zip(REGIONS, pages, strict=True)
            for item in items
            if item.get("protocolType") == "HTTP" and "apiId" in item
        ]
        found = [api for api in await asyncio.gather(*wanted) if api is not None]
        return tuple(sorted(found, key=lambda api: (api.region, api.name, api.api_id)))

    async def _read(self, region: str, api_id: str) -> HttpApi | None:
        path = f"/v2/apis/{api_id}"
        api = await self._upstream.read(region, path)
        if api is None or api.get("protocolType", "HTTP") != "HTTP":
            return None
        routes, integrations, stages = await asyncio.gather(
            *(
                self._upstream.read_items(region, f"{path}/{what}")
                for what in ("routes", "integrations", "stages")
            )
        )
        configuration = api.get("corsConfiguration")
        return HttpApi(
            api_id=api_id,
            region=region,
            name=str(api.get("name", "")),
            routes=tuple(_route(item) for item in routes),
            integrations={str(item["integrationId"]): _integration(item) for item in integrations},
            stages={str(item["stageName"]): _stage(item) for item in stages},
            cors=cors.read(configuration if isinstance(configuration, dict) else None),
        )


def _route(item: Mapping[str, object]) -> Route:
    target = str(item.get("target") or "")
    return Route(str(item.get("routeKey", "")), target.removeprefix("integrations/"))


def _integration(item: Mapping[str, object]) -> Integration:
    milliseconds = item.get("timeoutInMillis")
    seconds = float(milliseconds) / 1000 if isinstance(milliseconds, int | float) else 0.0
    return Integration(
        kind=str(item.get("integrationType", "")),
        uri=str(item.get("integrationUri", "")),
        timeout_seconds=min(seconds or _LONGEST_TIMEOUT_SECONDS, _LONGEST_TIMEOUT_SECONDS),
    )


def _stage(item: Mapping[str, object]) -> Stage:
    variables = item.get("stageVariables")
    named = variables if isinstance(variables, dict) else {}
    return Stage(str(item["stageName"]), {str(name): str(value) for name, value in named.items()})
