"""Integrations with an HTTP endpoint: the request goes there, the answer comes back.

Sources: "Create HTTP proxy integrations for HTTP APIs", "Set up HTTP integrations in API Gateway".
May touch: the endpoints that integrations name.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import httpx

from sam_deploy.local.gateway.model import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.model import Request

KIND: Final = "HTTP_PROXY"
_PLACE: Final = re.compile(r"\{(\w+)\+?\}")
_OF_THE_CONNECTION: Final = frozenset(
    {
        *("connection", "content-length", "expect", "host", "keep-alive", "te", "trailer"),
        *("transfer-encoding", "upgrade", "x-forwarded-for", "x-forwarded-port"),
        "x-forwarded-proto",
    }
)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What came of it: the answer, or why there is none. `timed_out` tells the two apart."""

    reply: Reply | None
    note: str
    timed_out: bool = False


class Forwarder:
    """Calls HTTP endpoints, over one pool of connections."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(trust_env=False, follow_redirects=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def forward(
        self,
        request: Request,
        address: str,
        method: str,
        parameters: Mapping[str, str],
        timeout_seconds: float,
    ) -> Forwarded:
        """Send the request on. `address` may hold `{name}`; `method` ANY or '' keeps its own."""
        url = filled(address, parameters)
        if request.query:
            url += f"{'&' if '?' in url else '?'}{request.query}"
        host = url.split("/")[2] if "://" in url else ""
        forwarded = f"for={request.source_ip};host={request.domain};proto=http"
        headers = [pair for pair in request.headers if pair[0] not in _OF_THE_CONNECTION]
        sent = self._client.stream(
            method if method not in ("", "ANY") else request.method,
            url,
            headers=[*headers, ("forwarded", forwarded)],
            content=request.body or None,
            timeout=timeout_seconds,
        )
        try:
            # The time is for all of it: httpx alone counts from one part to the next.
            async with asyncio.timeout(timeout_seconds), sent as answer:
                # As it was sent: a compressed body stays compressed, for the client to unpack.
                body = b"".join([part async for part in answer.aiter_raw()])
        except (httpx.TimeoutException, TimeoutError):
            return Forwarded(
                None, f"{host}: no answer within {timeout_seconds:g} s", timed_out=True
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return Forwarded(None, f"{host or address} was not reached: {error}")
        kept = tuple(
            (name.lower(), value)
            for name, value in answer.headers.multi_items()
            if name.lower() not in _OF_THE_CONNECTION
        )
        return Forwarded(Reply(answer.status_code, kept, body), host)


def with_path(address: str, path: str) -> str:
    """The address with another path; its query, if it has one, stays."""
    parts = urlsplit(address)
    return parts._replace(path=quote(path, safe="/%")).geturl()


def filled(address: str, parameters: Mapping[str, str]) -> str:
    """The address with the request's path parameters in it; an unknown one becomes nothing."""
    return _PLACE.sub(lambda found: quote(parameters.get(found[1], ""), safe="/%"), address)
