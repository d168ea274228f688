"""Wheels come into the store once: checked while they stream, tried again when the net fails.

Talks to package indexes, with the proxies, certificates and credentials that the user has
configured. Never reads uv's own cache: what is unpacked there can differ from the wheel.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Self
from urllib.parse import unquote, urlsplit

from sam_deploy.build.credentials import Credentials
from sam_deploy.build.lock import Download
from sam_deploy.build.store import Store
from sam_deploy.errors import BuildError

if TYPE_CHECKING:
    from sam_deploy.build.download import Http

AT_ONCE: Final = 8
TRIES: Final = 3
CHUNK_BYTES: Final = 1 << 18


class TransientError(Exception):
    """The next try may succeed."""


class Fetcher:
    """Fetches what the store lacks, at most eight files at once, each file once."""

    def __init__(
        self,
        store: Store,
        known: Callable[[], Credentials],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._known = known
        self._sleep = sleep
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch")
        self._client: Http | None = None
        self._credentials: Credentials | None = None
        self._futures: dict[str, Future[Path]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    def learn(self, indexes: Iterable[tuple[str, str]], *, keyring: bool = False) -> None:
        """Use the credentials of further indexes too, by name (which may be empty) and address."""
        with self._lock:
            self._all_credentials().learn(indexes, keyring=keyring)

    def _all_credentials(self) -> Credentials:
        if self._credentials is None:
            self._credentials = self._known()
        return self._credentials

    def paths(self, downloads: Iterable[Download]) -> list[Path]:
        """Return the verified files, in the order asked for, fetching those that are missing."""
        futures = [self._future(download) for download in downloads]
        return [future.result() for future in futures]

    def _future(self, download: Download) -> Future[Path]:
        with self._lock:
            future = self._futures.get(download.sha256)
            if future is None:
                future = self._pool.submit(self._path, download)
                self._futures[download.sha256] = future
            return future

    def _path(self, download: Download) -> Path:
        if found := self._store.wheel(download.sha256, download.filename):
            return found
        reason = ""
        for attempt in range(TRIES):
            if attempt:
                self._sleep(2.0 ** (attempt - 1))
            try:
                return self._fetch(download)
            except TransientError as error:
                reason = str(error)
        raise BuildError(
            f"`{download.filename}` could not be fetched",
            why=f"{shown(download.url)} failed {TRIES} times: {reason}",
            hint="check the connection to the package index, then build again",
        )

    def _fetch(self, download: Download) -> Path:
        def write(file: BinaryIO) -> str:
            actual = hashlib.sha256()
            for chunk in self._chunks(download):
                if self._stopped.is_set():
                    raise CancelledError
                actual.update(chunk)
                file.write(chunk)
            return _checked(download, actual.hexdigest())

        return self._store.add_wheel(download.filename, write).path

    def _chunks(self, download: Download) -> Iterator[bytes]:
        parts = urlsplit(download.url)
        if parts.scheme in {"", "file"}:
            yield from _file_chunks(download, Path(unquote(parts.path)))
            return
        yield from self._http().chunks(download)

    def _http(self) -> Http:
        with self._lock:
            if self._client is None:
                from sam_deploy.build.download import Http  # noqa: PLC0415 - takes 0.1 s to import

                self._client = Http(AT_ONCE, self._all_credentials())
            return self._client


def _checked(download: Download, actual: str) -> str:
    if actual != download.sha256:
        raise BuildError(
            f"`{download.filename}` is not the file that was locked",
            why=f"its SHA-256 is {actual}, the lock has {download.sha256}",
            hint="if the index replaced it on purpose, build with --upgrade",
        )
    return actual


def _file_chunks(download: Download, path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise BuildError(
            f"`{download.filename}` could not be read",
            why=str(error),
            hint="build with --upgrade to find it anew",
        ) from error


def shown(url: str) -> str:
    """Return an address without the credentials in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
