"""Calls to the emulator: the AWS services that the gateway needs, by plain HTTP.

Requests carry the header of Signature Version 4 without a valid signature: the emulator reads
account and region from it and checks nothing.
May touch: the emulator's endpoint, and for tokens of other issuers those issuers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

import httpx

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class Invoker(Protocol):
    """What runs functions. `Upstream` asks the emulator to; own workers can stand in its place."""

    async def invoke(self, arn: str, event: bytes, timeout_seconds: float) -> Invocation:
        """Run the function, version or alias of this ARN with `event`, a JSON document.

        Raises UpstreamTimeoutError after `timeout_seconds`, UpstreamError when nobody answers.
        """


class Upstream:
    """The emulator at `endpoint`, over one pool of connections."""

    def __init__(self, endpoint: str) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=_KEPT_CONNECTIONS)
        self._client = httpx.AsyncClient(base_url=endpoint, limits=limits, trust_env=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def read(
        self, region: str, path: str, service: str = "apigateway"
    ) -> dict[str, object] | None:
        """A GET of a service's JSON API in a region; None for 404. Raises UpstreamError."""
        try:
            answer = await self._client.get(
                path, headers=signed(service, region), timeout=_READ_SECONDS
            )
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

    async def read_items(
        self, region: str, path: str, *, items: str = "items", mark: str = "nextToken"
    ) -> list[dict[str, object]]:
        """All items of a paged GET. Raises UpstreamError.

        `items` and `mark` are the keys of a page; the REST API's are `item` and `position`.
        """
        found: list[dict[str, object]] = []
        place, joint = "", "&" if "?" in path else "?"
        while True:
            where = f"{path}{joint}{mark}={quote(place)}" if place else path
            page = await self.read(region, where) or {}
            listed = page.get(items)
            if isinstance(listed, list):
                found += [item for item in listed if isinstance(item, dict)]
            place = str(page.get(mark) or "")
            if not place:
                return found

    async def query(self, service: str, region: str, parameters: Mapping[str, str]) -> str:
        """The XML of an action of a query API (CloudFormation). Raises UpstreamError."""
        return (await self._send("POST", "/", service, region, data=dict(parameters))).text

    async def fetch(self, path: str, service: str, region: str) -> bytes:
        """The bytes at a path of the emulator. Raises UpstreamError, also for 404."""
        return (await self._send("GET", path, service, region)).content

    async def action(
        self, service: str, region: str, target: str, body: Mapping[str, object]
    ) -> None:
        """Call an action of a JSON API such as `Logs_20140328.PutLogEvents`.

        Raises UpstreamError, also for one that exists already.
        """
        headers = {"x-amz-target": target, "content-type": "application/x-amz-json-1.1"}
        await self._send("POST", "/", service, region, json=dict(body), headers=headers)

    async def fetch_json(self, url: str) -> dict[str, object]:
        """The JSON object at a URL, of the emulator or of an issuer. Raises UpstreamError."""
        try:
            answer = await self._client.get(url, timeout=_READ_SECONDS)
            answer.raise_for_status()
            value = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise UpstreamError(str(error) or type(error).__name__) from error
        return value if isinstance(value, dict) else {}

    async def _send(
        self,
        method: str,
        path: str,
        service: str,
        region: str,
        *,
        data: dict[str, str] | None = None,
        json: dict[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        try:
            answer = await self._client.request(
                method,
                path,
                data=data,
                json=json,
                headers={**signed(service, region), **(headers or {})},
                timeout=_READ_SECONDS,
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise UpstreamError(str(error) or type(error).__name__) from error
        return answer

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
