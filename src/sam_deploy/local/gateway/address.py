"""Which API a request is for, by its host name or by the start of its path. Pure.

Two forms: `http://127.0.0.1:PORT/{region}/{api_id}/{stage}/...`, which works everywhere, and
`http://{api_id}.execute-api.{region}.localhost:PORT/{stage}/...`, which has AWS's own shape.
Function URLs have both, too: `/{region}/lambda-url/{url_id}/...` and
`{url_id}.lambda-url.{region}.localhost`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_REGION: Final = r"[a-z]{2}(?:-[a-z]+)+-\d"
_HOST: Final = re.compile(
    rf"([a-z0-9-]+)\.(execute-api|lambda-url)\.({_REGION})\.[a-z.]+", re.IGNORECASE
)
_DEFAULT_STAGE: Final = re.compile(r"^/(?:\$|%24)default(?=/|$)")
_PATH: Final = re.compile(rf"/({_REGION})/([a-z0-9]+)(/.*)?", re.DOTALL)
_URL_PATH: Final = re.compile(rf"/({_REGION})/lambda-url/([a-z0-9-]+)(/.*)?", re.DOTALL)
_OWN_NAMES: Final = frozenset({"", "127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, slots=True)
class Address:
    """An API, and the path below its own host name (still encoded, with the stage).

    Below a custom domain, `stage` is that of the mapping and no part of `raw_path`, and
    `base_path` is the mapping's key. `is_url` says that `api_id` is that of a function URL.
    """

    region: str
    api_id: str
    raw_path: str
    domain: str
    stage: str = ""
    base_path: str = ""
    is_url: bool = False


def find(host: str, raw_path: str) -> Address | None:
    """The API that is addressed, or None for a custom domain and the gateway's own pages."""
    name = host_name(host)
    named = _HOST.fullmatch(name)
    if named:
        is_url = named[2].lower() == "lambda-url"
        return _address(named[3].lower(), named[1].lower(), raw_path or "/", is_url=is_url)
    return by_path(raw_path) if name in _OWN_NAMES else None


def by_path(raw_path: str) -> Address | None:
    """The API whose region and id the path begins with, or None."""
    url = _URL_PATH.fullmatch(raw_path)
    if url:
        return _address(url[1], url[2], url[3] or "/", is_url=True)
    below = _PATH.fullmatch(raw_path)
    if below is None:
        return None
    # Only this form can name the default stage; on the API's own host it has no segment.
    path = _DEFAULT_STAGE.sub("", below[3] or "/")
    return _address(below[1], below[2], path or "/", is_url=False)


def host_name(host: str) -> str:
    """The name in a Host header, in lower case and without its port."""
    return re.sub(r":\d*$", "", host).lower()


def is_own(host: str) -> bool:
    """Whether a Host header names this computer rather than a domain."""
    return host_name(host) in _OWN_NAMES


def _address(region: str, api_id: str, raw_path: str, *, is_url: bool) -> Address:
    kind = "lambda-url" if is_url else "execute-api"
    return Address(region, api_id, raw_path, f"{api_id}.{kind}.{region}.localhost", is_url=is_url)
