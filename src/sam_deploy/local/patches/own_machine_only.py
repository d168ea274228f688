"""No web page can use the emulator behind the user's back.

Fault: MiniStack 1.5.33 asks nobody who they are, answers every origin, and runs code. Bound to
loopback it is still open to the user's own browser: any page on the web could post a function to
it, or read a bucket by DNS rebinding. Programs send no `Origin`; pages that this machine serves (a
front end under development) send a loopback one; all others are refused.
Seam: the ASGI application that `ministack.app.main` serves.
"""

from __future__ import annotations

import importlib
import ipaddress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

_REFUSED: Final = b'{"message":"the embedded cloud serves programs and pages of this machine only"}'


def apply() -> None:
    """Refuse requests that a foreign page makes."""
    emulator: Any = importlib.import_module("ministack.app")
    serve = emulator.app

    async def serve_own_machine(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
        if scope["type"] == "lifespan" or is_own(scope["headers"]):
            await serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            headers = [(b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": _REFUSED})

    emulator.app = serve_own_machine


def is_own(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a program sent these headers, or a page that this machine serves.

    A browser names the page's origin in requests that can do harm. Where it does not, it marks
    them as its own (`Sec-Fetch-Mode`), and then the host must be this machine's: after DNS
    rebinding it is the attacker's.
    """
    given = {name.lower(): value.decode("latin-1") for name, value in headers}
    origin = given.get(b"origin")
    if origin is not None and not is_loopback(_host_of(origin)):
        return False
    host = _host_of(f"//{given.get(b'host', '')}")
    return b"sec-fetch-mode" not in given or is_loopback(host)


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine's by its form alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
