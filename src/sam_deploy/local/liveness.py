"""Asks a server of ours whether it lives, on every command: so without a library to import."""

from __future__ import annotations

import http.client
from typing import Final
from urllib.parse import urlsplit

OK: Final = 200


def is_ok(url: str, timeout_seconds: float) -> bool:
    """Whether a GET on this computer is answered 200. Proxies are never asked."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(
        address.hostname or "", address.port, timeout=timeout_seconds
    )
    try:
        connection.request("GET", address.path)
        return connection.getresponse().status == OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
