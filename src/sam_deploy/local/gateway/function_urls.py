"""Function URLs: each is served as an HTTP API with nothing but a `$default` route.

Sources: Lambda developer guide, "Invoking Lambda function URLs" (payload format 2.0) and
"Creating and managing Lambda function URLs" (CORS, access, throttling).
May touch: the emulator, through `Reader`.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from sam_deploy.local.gateway import cors
from sam_deploy.local.gateway.deployed import REGIONS
from sam_deploy.local.gateway.model import (
    DEFAULT_ROUTE,
    DEFAULT_STAGE,
    HttpApi,
    Integration,
    Outcome,
    Reply,
    Route,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sam_deploy.local.gateway.http_reading import Reader

FRESH_SECONDS: Final = 1.0
KNOWN_SECONDS: Final = 5.0
_LONGEST_SECONDS: Final = 900.0
_JSON: Final = (("content-type", "application/json"),)
FORBIDDEN: Final = Reply(403, _JSON, b'{"Message":"Forbidden"}')
_FAILED: Final = Reply(502, _JSON, b"Internal Server Error")
_THROTTLED: Final = Reply(429, _JSON, json.dumps({"message": "Too Many Requests"}).encode())


class FunctionUrls:
    """The function URLs of each region. `clock` returns seconds that never go back."""

    def __init__(self, reader: Reader, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._clock = clock
        self._known: dict[str, tuple[float, dict[str, HttpApi]]] = {}
        self._lock = asyncio.Lock()

    async def find(self, region: str, url_id: str) -> HttpApi | None:
        """The URL as an API, or None when there is none. Raises UpstreamError."""
        async with self._lock:
            read_at, urls = self._known.get(region, (float("-inf"), {}))
            # Each function is asked for its URL, so what is known is asked for less often.
            fresh = KNOWN_SECONDS if url_id in urls else FRESH_SECONDS
            if self._clock() - read_at >= fresh:
                read_at, urls = self._clock(), await self._read(region)
                self._known[region] = (read_at, urls)
        return urls.get(url_id)

    async def all(self) -> tuple[HttpApi, ...]:
        """Every URL in every region, by region and function. Raises UpstreamError."""
        found = await asyncio.gather(*(self._read(region) for region in REGIONS))
        urls = [api for of_region in found for api in of_region.values()]
        return tuple(sorted(urls, key=lambda api: (api.region, api.name, api.api_id)))

    async def _read(self, region: str) -> dict[str, HttpApi]:
        urls: dict[str, HttpApi] = {}
        for function in await self._functions(region):
            path = f"/2021-10-31/functions/{quote(function)}"
            listed = await self._reader.read(region, f"{path}/urls", "lambda") or {}
            configs = _objects(listed.get("FunctionUrlConfigs"))
            if not configs:
                continue
            # The emulator does not say which alias a URL is for, so each is asked.
            for qualifier in ("", *await self._aliases(region, function)):
                where = f"{path}/url?Qualifier={quote(qualifier)}" if qualifier else f"{path}/url"
                config = await self._reader.read(region, where, "lambda")
                if config:
                    api = _api(config, region, qualifier)
                    urls[api.api_id] = api
        return urls

    async def _functions(self, region: str) -> list[str]:
        names: list[str] = []
        marker = ""
        while True:
            query = f"?Marker={quote(marker)}" if marker else ""
            page = await self._reader.read(region, f"/2015-03-31/functions/{query}", "lambda")
            page = page or {}
            names += [str(each["FunctionName"]) for each in _objects(page.get("Functions"))]
            marker = str(page.get("NextMarker") or "")
            if not marker:
                return names

    async def _aliases(self, region: str, function: str) -> list[str]:
        path = f"/2015-03-31/functions/{quote(function)}/aliases"
        answer = await self._reader.read(region, path, "lambda") or {}
        return [str(each["Name"]) for each in _objects(answer.get("Aliases"))]


def _api(config: dict[str, object], region: str, qualifier: str) -> HttpApi:
    arn = str(config.get("FunctionArn", ""))
    qualified = arn if not qualifier or arn.endswith(f":{qualifier}") else f"{arn}:{qualifier}"
    host = urlsplit(str(config.get("FunctionUrl", ""))).hostname or ""
    configuration = config.get("Cors")
    signed = config.get("AuthType") == "AWS_IAM"
    return HttpApi(
        api_id=host.partition(".")[0],
        region=region,
        name=qualified.partition(":function:")[2],
        routes=(Route(DEFAULT_ROUTE, "url", "AWS_IAM" if signed else "NONE"),),
        integrations={"url": Integration("AWS_PROXY", qualified, _LONGEST_SECONDS)},
        stages={DEFAULT_STAGE: Stage(DEFAULT_STAGE)},
        cors=cors.read(configuration if isinstance(configuration, dict) else None),
        is_url=True,
    )


def worded(outcome: Outcome) -> Outcome:
    """The outcome in Lambda's words, which are not those of API Gateway."""
    reply = outcome.reply
    if outcome.context.get("integration.error") == "throttled":
        return replace(outcome, reply=_THROTTLED)
    if reply.status == 500 and reply.body == b'{"message":"Internal Server Error"}':  # noqa: PLR2004
        return replace(outcome, reply=_FAILED)
    if reply.status == 403 and reply.body == b'{"message":"Forbidden"}':  # noqa: PLR2004
        return replace(outcome, reply=FORBIDDEN)
    return outcome


def _objects(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
