"""Which API a request is for, by its host name or by the start of its path. Pure.

Two forms: `http://127.0.0.1:PORT/{region}/{api_id}/{stage}/...`, which works everywhere, and
`http://{api_id}.execute-api.{region}.localhost:PORT/{stage}/...`, which has AWS's own shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_HOST: Final = re.compile(
    r"([a-z0-9]+)\.execute-api\.([a-z]{2}(?:-[a-z]+)+-\d)\.[a-z.]+", re.IGNORECASE
)
_DEFAULT_STAGE: Final = re.compile(r"^/(?:\$|%24)default(?=/|$)")
_PATH: Final = re.compile(r"/([a-z]{2}(?:-[a-z]+)+-\d)/([a-z0-9]+)(/.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """An API, and the path below its own host name (still encoded, with the stage)."""

    region: str
    api_id: str
    raw_path: str
    domain: str


def find(host: str, raw_path: str) -> Address | None:
    """The API that is addressed, or None for the gateway's own pages."""
    named = _HOST.fullmatch(host.partition(":")[0])
    if named:
        return _address(named[2].lower(), named[1].lower(), raw_path or "/")
    below = _PATH.fullmatch(raw_path)
    if below is None:
        return None
    # Only this form can name the default stage; on the API's own host it has no segment.
    path = _DEFAULT_STAGE.sub("", below[3] or "/")
    return _address(below[1], below[2], path or "/")


def _address(region: str, api_id: str, raw_path: str) -> Address:
    return Address(region, api_id, raw_path, f"{api_id}.execute-api.{region}.localhost")
