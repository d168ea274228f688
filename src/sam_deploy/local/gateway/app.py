"""The gateway as an ASGI application: reads a request, serves it, logs it.

`GET /` shows what is deployed, `GET /_gateway/health` says that the gateway runs; both only on
addresses that are no API's, so that no application's path is shadowed.
"""

from __future__ import annotations

import base64
import secrets
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from sam_deploy.local.gateway import address, pages, response, routing
from sam_deploy.local.gateway.deployed import Deployed
from sam_deploy.local.gateway.model import Reply, Request
from sam_deploy.local.gateway.proxy import Outcome, Proxy
from sam_deploy.local.gateway.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Receive, Scope, Send

    Log = Callable[[str], None]

_BODY_LIMIT: Final = 10 * 1024 * 1024
_HEADER_LIMIT: Final = 10_240
_BODILESS: Final = (204, 304)


def make(endpoint: str, log: Log) -> Starlette:
    """The application in front of the emulator at `endpoint`; `log` takes one line a request."""
    upstream = Upstream(endpoint)
    front = FrontDoor(Deployed(upstream, time.monotonic), upstream, log)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await upstream.close()

    # An endpoint that is an ASGI application takes every method, also those of WebDAV.
    return Starlette(routes=[Route("/{path:path}", front)], lifespan=lifespan)


class FrontDoor:
    """Every request comes in here."""

    def __init__(self, deployed: Deployed, upstream: Upstream, log: Log) -> None:
        self._deployed = deployed
        self._proxy = Proxy(deployed, upstream)
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        incoming = StarletteRequest(scope, receive)
        begun = time.monotonic()
        request_id = _request_id()
        raw_path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        try:
            outcome = await self._serve(incoming, raw_path, request_id)
        except ClientDisconnect:
            return
        reply = outcome.reply
        await _answer(reply, request_id)(scope, receive, send)
        took = (time.monotonic() - begun) * 1000
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        # The query is left out: it may hold secrets.
        self._log(
            f"{now} {incoming.method} {raw_path} {reply.status} {took:.0f} ms "
            f"{outcome.note or '-'} {request_id}"
        )

    async def _serve(self, incoming: StarletteRequest, raw_path: str, request_id: str) -> Outcome:
        found = address.find(incoming.headers.get("host", ""), raw_path)
        if found is None:
            return Outcome(await pages.serve(incoming, raw_path, self._deployed))
        if sum(len(name) + len(value) for name, value in incoming.headers.raw) > _HEADER_LIMIT:
            return Outcome(response.HEADERS_TOO_LARGE)
        body = await _body(incoming)
        if body is None:
            return Outcome(response.TOO_LARGE)
        request = _request(incoming, found, body, request_id)
        return await self._proxy.serve(found.region, found.api_id, request)


def _answer(reply: Reply, request_id: str) -> Response:
    bodiless = reply.status in _BODILESS
    body = b"" if bodiless else reply.body
    answer = Response(body, reply.status)
    # Set as they are: Starlette would join headers that repeat.
    answer.raw_headers = [
        (name.encode("ascii"), value.encode("utf-8"))
        for name, value in (*reply.headers, ("apigw-requestid", request_id))
    ]
    if not bodiless:
        answer.raw_headers.append((b"content-length", str(len(body)).encode("ascii")))
    return answer


async def _body(incoming: StarletteRequest) -> bytes | None:
    """The body, or None when it is larger than API Gateway takes."""
    body = bytearray()
    async for part in incoming.stream():
        body += part
        if len(body) > _BODY_LIMIT:
            return None
    return bytes(body)


def _request(
    incoming: StarletteRequest, found: address.Address, body: bytes, request_id: str
) -> Request:
    source_ip = incoming.client.host if incoming.client else "127.0.0.1"
    _, _, port = incoming.headers.get("host", "").partition(":")
    given = [(name.decode("latin-1"), _text(value)) for name, value in incoming.headers.raw]
    added = (
        # The API's own name, so that links which a function makes from it lead back here.
        ("host", f"{found.domain}:{port}" if port else found.domain),
        ("x-amzn-trace-id", f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"),
        ("x-forwarded-for", source_ip),
        ("x-forwarded-port", port or "80"),
        ("x-forwarded-proto", "http"),
    )
    replaced = {name for name, _ in added} - {"x-forwarded-for"}
    return Request(
        method=incoming.method,
        path=routing.decode_path(found.raw_path),
        query=incoming.scope["query_string"].decode("latin-1"),
        headers=(*((name, value) for name, value in given if name not in replaced), *added),
        body=body,
        source_ip=source_ip,
        protocol=f"HTTP/{incoming.scope['http_version']}",
        domain=found.domain,
        request_id=request_id,
        time=datetime.now(UTC),
    )


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _request_id() -> str:
    """An id of API Gateway's form for HTTP APIs: sixteen characters that end with `=`."""
    return base64.b64encode(secrets.token_bytes(11)).decode("ascii")
