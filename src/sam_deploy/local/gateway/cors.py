"""Cross-origin answers as API Gateway gives them for an API with a CORS configuration. Pure.

Source: "Configure CORS for HTTP APIs in API Gateway": the gateway answers every preflight by
itself, and ignores the CORS headers that an integration returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sam_deploy.local.gateway.model import Cors, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.model import Request


def read(configuration: Mapping[str, object] | None) -> Cors | None:
    """The configuration as the emulator returns it, or None when there is none.

    The emulator keeps the keys of CloudFormation (`AllowOrigins`) where AWS, and an API call,
    have `allowOrigins`.
    """
    if not configuration:
        return None
    values = {name[:1].lower() + name[1:]: value for name, value in configuration.items()}
    max_age = values.get("maxAge")
    return Cors(
        allow_origins=texts(values.get("allowOrigins")),
        allow_methods=texts(values.get("allowMethods")),
        allow_headers=texts(values.get("allowHeaders")),
        expose_headers=texts(values.get("exposeHeaders")),
        max_age_seconds=int(str(max_age)) if max_age is not None else None,
        allow_credentials=str(values.get("allowCredentials", False)).lower() == "true",
    )


def is_preflight(request: Request) -> bool:
    """Whether a browser asks for permission, rather than calling an OPTIONS route."""
    asks = request.header("origin") and request.header("access-control-request-method")
    return request.method == "OPTIONS" and bool(asks)


def preflight(cors: Cors, request: Request) -> Reply:
    """The answer to a preflight: 204, and without CORS headers for an origin not allowed."""
    headers = _allowed(cors, request.header("origin"))
    if headers:
        if cors.allow_methods:
            headers.append(("access-control-allow-methods", ",".join(cors.allow_methods)))
        if cors.allow_headers:
            headers.append(("access-control-allow-headers", ",".join(cors.allow_headers)))
        if cors.max_age_seconds is not None:
            headers.append(("access-control-max-age", str(cors.max_age_seconds)))
    return Reply(204, tuple(headers))


def decorate(cors: Cors, request: Request, reply: Reply) -> Reply:
    """The reply with the API's CORS headers in place of the integration's."""
    kept = [(name, value) for name, value in reply.headers if not name.startswith(_PREFIX)]
    origin = request.header("origin")
    headers = _allowed(cors, origin) if origin else []
    return Reply(reply.status, (*kept, *headers), reply.body)


_PREFIX = "access-control-"


def _allowed(cors: Cors, origin: str) -> list[tuple[str, str]]:
    granted = _granted(cors, origin)
    if not granted:
        return []
    headers = [("access-control-allow-origin", granted)]
    if cors.allow_credentials:
        headers.append(("access-control-allow-credentials", "true"))
    if cors.expose_headers:
        headers.append(("access-control-expose-headers", ",".join(cors.expose_headers)))
    if granted != "*":
        headers.append(("vary", "origin"))
    return headers


def _granted(cors: Cors, origin: str) -> str:
    for allowed in cors.allow_origins:
        if allowed == "*":
            return "*"
        if allowed.lower() == origin.lower():
            return origin
        # `https://*` and `http://*` are the only patterns that AWS takes.
        if allowed in ("https://*", "http://*") and origin.lower().startswith(allowed[:-1]):
            return origin
    return ""


def texts(value: object) -> tuple[str, ...]:
    """The items of a list as text; nothing of anything else."""
    return tuple(map(str, value)) if isinstance(value, list) else ()
