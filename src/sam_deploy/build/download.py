"""Downloads over HTTP, apart because httpx is only imported when there is something to fetch."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import certifi
import httpx

from sam_deploy.build.credentials import Credentials
from sam_deploy.build.fetch import TransientError, shown
from sam_deploy.build.lock import Download
from sam_deploy.errors import BuildError

TIMEOUT_SECONDS: Final = 60.0
CONNECT_SECONDS: Final = 15.0
_TRANSIENT_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_REFUSED_STATUS: Final = frozenset({401, 403})


class Http:
    """One pool of connections. Proxies are taken from the environment, as httpx does."""

    def __init__(self, at_once: int, known: Credentials) -> None:
        self._credentials = known
        self._client = httpx.Client(
            verify=_tls(),
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=at_once),
            follow_redirects=True,
            # A wheel is compressed already, and its hash is that of the file as it lies.
            headers={"Accept-Encoding": "identity", "User-Agent": "sam-deploy"},
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def chunks(self, download: Download) -> Iterator[bytes]:
        """Yield a file's bytes. Raises `TransientError` when another try may help."""
        auth = self._credentials.for_url(download.url)
        try:
            with self._client.stream("GET", download.url, auth=auth) as response:
                _refuse_status(download, response.status_code)
                yield from response.iter_raw()
        except httpx.TransportError as error:
            raise TransientError(f"{type(error).__name__}: {error}") from error


def _tls() -> ssl.SSLContext:
    """Trust the system's certificates, httpx's own list, and the bundles named for other tools.

    OpenSSL itself reads `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"):
        bundle = os.environ.get(variable, "")
        if Path(bundle).is_file():
            context.load_verify_locations(bundle)
    return context


def _refuse_status(download: Download, status: int) -> None:
    if status in _TRANSIENT_STATUS:
        raise TransientError(f"HTTP status {status}")
    if status in _REFUSED_STATUS:
        raise BuildError(
            f"`{download.filename}` could not be fetched",
            why=f"{shown(download.url)} answered with HTTP status {status}",
            hint="give the index's name and password in UV_INDEX or in ~/.netrc",
        )
    if status != httpx.codes.OK:
        raise BuildError(
            f"`{download.filename}` could not be fetched",
            why=f"{shown(download.url)} answered with HTTP status {status}",
            hint="the lock may be out of date: build with --upgrade",
        )
