"""Holds every request to `access`, and puts the same headers on every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sam_deploy.ui.access import SAME_SITE, Access, Refusal
from sam_deploy.ui.answers import refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_MOST_BYTES: Final = 16_384
TARGET_MOST: Final = 2_048
"""Characters of a path with its query."""
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
CLOSED: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>sam-deploy</title></head>
<body><main><h1>This dashboard is for one person</h1>
<p>Open the address that <code>sam-deploy ui</code> has printed in its terminal: it ends in
<code>?token=...</code> and is another one each time that the command is started.</p>
</main></body></html>
"""

LETTING_IN: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>sam-deploy</title>
<meta http-equiv="refresh" content="0; url=/"></head>
<body><main><h1>sam-deploy</h1><p><a href="/">Open the dashboard</a></p></main></body></html>
"""
"""For who comes from another page, as from the file that the command opens: a redirect would go on
in its name, and browsers send a strict cookie only in our own."""


class Gate:
    """ASGI middleware in front of everything."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on what may pass."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        answer = self._answered(scope)
        if answer is None:
            await self._app(scope, _limited(receive), sent)
        else:
            await answer(scope, receive, sent)

    def _answered(self, scope: Scope) -> Response | None:
        """Return the answer to what may not pass, and to who comes by our address."""
        headers = Headers(scope=scope)
        against = self._access.refusal(
            scope["method"], headers, of_api=scope["path"].startswith("/api/")
        ) or _too_large(scope, headers)
        if against is not None:
            return refused(against)
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if given and scope["path"] == "/" and self._access.is_token(given):
            answer = _let_in(headers)
            answer.headers["set-cookie"] = self._access.cookie
            return answer
        if self._access.knows(headers.get("cookie", "")):
            return None
        if scope["path"].startswith("/api/"):
            hint = "open the address that `sam-deploy ui` has printed"
            return refused(Refusal(401, "The dashboard does not know you", "no cookie", hint))
        return HTMLResponse(CLOSED, status_code=401)


def _let_in(headers: Headers) -> Response:
    if headers.get("sec-fetch-site", "none") in SAME_SITE:
        return RedirectResponse("/", status_code=303)
    return HTMLResponse(LETTING_IN)


def _too_large(scope: Scope, headers: Headers) -> Refusal | None:
    length = headers.get("content-length", "0")
    target = len(scope["path"]) + len(scope["query_string"])
    if target > TARGET_MOST or not length.isdecimal() or int(length) > BODY_MOST_BYTES:
        return Refusal(413, "The request is too large", f"{BODY_MOST_BYTES} bytes are taken")
    return None


class TooLargeError(Exception):
    """A body without a length turned out to be too large."""


def _limited(receive: Receive) -> Receive:
    """Return a `receive` that ends a body which is larger than it said, or did not say."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > BODY_MOST_BYTES:
            raise TooLargeError
        return message

    return limited
