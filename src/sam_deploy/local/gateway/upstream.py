"""Calls to the emulator: the two AWS services that the gateway needs, by plain HTTP.

Requests carry the header of Signature Version 4 without a valid signature: the emulator reads
account and region from it and checks nothing.
May touch: the emulator's endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

import httpx

_READ_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 2.0
_KEPT_CONNECTIONS: Final = 256


class UpstreamError(Exception):
    """The emulator does not answer, or not as its API is described."""


class UpstreamTimeoutError(UpstreamError):
    """A function took longer than the gateway waits."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What came of an Invoke. `status` 200 with `function_error` '' is a success."""

    status: int
    payload: bytes
    executed_version: str
    function_error: str


class Upstream:
    """The emulator at `endpoint`, over one pool of connections."""

    def __init__(self, endpoint: str) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=_KEPT_CONNECTIONS)
        self._client = httpx.AsyncClient(base_url=endpoint, limits=limits, trust_env=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def read(self, region: str, path: str) -> dict[str, object] | None:
        """A GET of the ApiGatewayV2 API in a region; None for 404. Raises UpstreamError."""
        headers = signed("apigateway", region)
        try:
            answer = await self._client.get(path, headers=headers, timeout=_READ_SECONDS)
            if answer.status_code == httpx.codes.NOT_FOUND:
                return None
            answer.raise_for_status()
            value = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise UpstreamError(str(error) or type(error).__name__) from error
        if not isinstance(value, dict):
            msg = f"{path} is not an object"
            raise UpstreamError(msg)
        return value

    async def read_items(self, region: str, path: str) -> list[dict[str, object]]:
        """All items of a paged GET. Raises UpstreamError."""
        items: list[dict[str, object]] = []
        token = ""
        while True:
            page = await self.read(region, f"{path}?nextToken={quote(token)}" if token else path)
            page = page or {}
            found = page.get("items")
            if isinstance(found, list):
                items += [item for item in found if isinstance(item, dict)]
            token = str(page.get("nextToken") or "")
            if not token:
                return items

    async def invoke(self, arn: str, event: bytes, timeout_seconds: float) -> Invocation:
        """Run a function or alias by its ARN. Source: Lambda API Invoke, RequestResponse.

        Raises UpstreamTimeoutError after `timeout_seconds`, UpstreamError when nobody answers.
        """
        name, region = function_of(arn)
        timeout = httpx.Timeout(timeout_seconds, connect=_CONNECT_SECONDS)
        try:
            answer = await self._client.post(
                f"/2015-03-31/functions/{quote(name, safe='')}/invocations",
                params=qualifier_of(arn),
                content=event,
                headers={**signed("lambda", region), "content-type": "application/json"},
                timeout=timeout,
            )
        except httpx.ConnectTimeout as error:
            raise UpstreamError(str(error)) from error
        except httpx.TimeoutException as error:
            raise UpstreamTimeoutError(str(error)) from error
        except httpx.HTTPError as error:
            raise UpstreamError(str(error) or type(error).__name__) from error
        return Invocation(
            status=answer.status_code,
            payload=answer.content,
            executed_version=answer.headers.get("x-amz-executed-version", ""),
            function_error=answer.headers.get("x-amz-function-error", ""),
        )


def signed(service: str, region: str) -> dict[str, str]:
    """The headers by which the emulator knows account, region and service."""
    now = datetime.now(UTC)
    scope = f"test/{now:%Y%m%d}/{region}/{service}/aws4_request"
    signature = f"Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"
    return {
        "authorization": f"AWS4-HMAC-SHA256 {signature}",
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
    }


def function_of(arn: str) -> tuple[str, str]:
    """Name and region of the function in `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:ALIAS]`."""
    parts = arn.split(":")
    return parts[6], parts[3]


def qualifier_of(arn: str) -> dict[str, str]:
    """The Qualifier parameter of an Invoke by this ARN: empty when it names none."""
    _, _, function = arn.partition(":function:")
    _, _, qualifier = function.partition(":")
    return {"Qualifier": qualifier} if qualifier else {}
