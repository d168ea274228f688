"""A request as it arrives, made into the gateway's own value, and an answer as it leaves.

Source: "Amazon API Gateway quotas and important notes" for the limits.
"""

from __future__ import annotations

import base64
import secrets
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from sam_deploy.local.gateway import routing
from sam_deploy.local.gateway.model import Request

if TYPE_CHECKING:
    from starlette.requests import Request as StarletteRequest

    from sam_deploy.local.gateway.address import Address
    from sam_deploy.local.gateway.model import Reply

_BODY_LIMIT: Final = 10 * 1024 * 1024
_HEADER_LIMIT: Final = 10_240
_BODILESS: Final = (204, 304)
NEAR_HEADER: Final = "x-sam-deploy-near"
"""A request may say near which region its client is. It is no header of AWS, and not passed on."""


def too_large(incoming: StarletteRequest, raw_path: str) -> bool:
    """Whether request line and header values together are above what API Gateway takes."""
    line = len(incoming.method) + len(raw_path) + len(incoming.scope["query_string"])
    return line + sum(len(value) for _, value in incoming.headers.raw) > _HEADER_LIMIT


async def body(incoming: StarletteRequest) -> bytes | None:
    """The body, or None when it is larger than API Gateway takes."""
    given = bytearray()
    async for part in incoming.stream():
        given += part
        if len(given) > _BODY_LIMIT:
            return None
    return bytes(given)


def request(
    incoming: StarletteRequest, found: Address, given_body: bytes | None, request_id: str
) -> Request:
    """The request, with the headers that API Gateway adds. A body of None is one too large."""
    source_ip = incoming.client.host if incoming.client else "127.0.0.1"
    host = incoming.headers.get("host", "")
    _, _, port = host.rpartition(":") if ":" in host else ("", "", "")
    given = [(name.decode("latin-1"), _text(value)) for name, value in incoming.headers.raw]
    # The API's own name, so that links which a function makes from it lead back here.
    own = f"{found.domain}:{port}" if port else found.domain
    trace_id = f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    # who sends the header may be a proxy; the address that API Gateway saw comes last
    way = [*(value for name, value in given if name == "x-forwarded-for"), source_ip]
    added = (
        ("host", host if found.stage else own),
        ("x-amzn-trace-id", incoming.headers.get("x-amzn-trace-id", trace_id)),
        ("x-forwarded-for", ", ".join(way)),
        ("x-forwarded-port", port or "80"),
        ("x-forwarded-proto", "http"),
    )
    replaced = {NEAR_HEADER, *(name for name, _ in added)}
    return Request(
        method=incoming.method,
        path=routing.decode_path(found.raw_path),
        query=incoming.scope["query_string"].decode("latin-1"),
        headers=(*((name, value) for name, value in given if name not in replaced), *added),
        body=given_body or b"",
        source_ip=source_ip,
        protocol=f"HTTP/{incoming.scope['http_version']}",
        domain=found.domain,
        request_id=request_id,
        time=datetime.now(UTC),
        base_path=found.base_path,
        sent_host=host,
        sent_path=incoming.scope.get("raw_path", b"/").decode("latin-1"),
        too_large=given_body is None,
    )


def answer(reply: Reply, *added: tuple[str, str]) -> Response:
    """The answer for the client. `added` headers give way to those of the reply."""
    bodiless = reply.status in _BODILESS
    content = b"" if bodiless else reply.body
    made = Response(content, reply.status)
    has = {name for name, _ in reply.headers}
    headers = (*reply.headers, *(pair for pair in added if pair[0] not in has))
    # Set as they are: Starlette would join headers that repeat.
    made.raw_headers = [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers]
    if not bodiless:
        made.raw_headers.append((b"content-length", str(len(content)).encode("ascii")))
    return made


def request_id() -> str:
    """An id of API Gateway's form for HTTP APIs: sixteen characters that end with `=`."""
    return base64.b64encode(secrets.token_bytes(11)).decode("ascii")


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
