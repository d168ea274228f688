from __future__ import annotations

import base64
import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sam_deploy.build.credentials import Credentials
from sam_deploy.build.fetch import Fetcher
from sam_deploy.build.lock import Download
from sam_deploy.build.store import Store
from sam_deploy.errors import BuildError

CONTENT = b"a wheel" * 100_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NAME = "p-1-py3-none-any.whl"


class Index(ThreadingHTTPServer):
    """A package index on the loopback; `answers` are used up before it answers well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[int] = []
        self.requests: list[str] = []
        self.cut = 0
        self.endless = False
        self.started = threading.Event()

    @property
    def url(self) -> str:
        """Where the one wheel is."""
        return f"http://127.0.0.1:{self.server_address[1]}/{NAME}"


class _Handler(BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        """Answer with the next status, and with the file or its beginning."""
        self.server.requests.append(self.headers.get("Authorization", ""))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        content = CONTENT if status == HTTPStatus.OK else b""
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.server.started.set()
        if self.server.endless:
            self._trickle()
        elif self.server.cut:
            self.server.cut -= 1
            self.wfile.write(CONTENT[:1000])
            self.close_connection = True
        else:
            self.wfile.write(content)

    def _trickle(self) -> None:
        with contextlib.suppress(OSError):
            for _ in range(len(CONTENT)):
                self.wfile.write(b"x" * 1000)
                time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Keep the test output clean."""


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Index() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(
    store: Store, url: str, *, sha256: str = SHA256, known: Credentials | None = None
) -> tuple[Path, list[float]]:
    slept: list[float] = []
    credentials = known or Credentials({}, None)
    with Fetcher(store, lambda: credentials, sleep=slept.append) as fetcher:
        return fetcher.paths([Download(NAME, url, sha256)] * 3)[0], slept


def test_a_file_is_fetched_once_and_kept(store: Store, index: Index) -> None:
    """Three units want it, the next run wants it, and one request is made."""
    path, _ = fetch(store, index.url)
    assert CONTENT == path.read_bytes()
    assert path == fetch(store, index.url)[0]
    assert 1 == len(index.requests)


def test_passing_faults_are_tried_again(store: Store, index: Index) -> None:
    """Three tries, a second and two apart."""
    index.answers = [503, 429]
    assert [1.0, 2.0] == fetch(store, index.url)[1]


def test_a_broken_connection_is_tried_again_from_the_start(store: Store, index: Index) -> None:
    """Nothing of a half file is kept."""
    index.cut = 1
    path, slept = fetch(store, index.url)
    assert (CONTENT, [1.0]) == (path.read_bytes(), slept)
    assert [] == list(store.temporary.iterdir())


def test_three_failures_are_the_end(store: Store, index: Index) -> None:
    """The last reason is told, the address without its credentials."""
    index.answers = [500, 502, 503]
    with pytest.raises(BuildError, match="could not be fetched") as caught:
        fetch(store, index.url.replace("//", "//me:hidden@"))
    assert "failed 3 times: HTTP status 503" in caught.value.why
    assert "hidden" not in caught.value.why


@pytest.mark.parametrize(("status", "hint"), [(401, "netrc"), (403, "netrc"), (404, "--upgrade")])
def test_a_refusal_is_not_tried_again(store: Store, index: Index, status: int, hint: str) -> None:
    """The index will say the same the next time."""
    index.answers = [status]
    with pytest.raises(BuildError, match="could not be fetched") as caught:
        fetch(store, index.url)
    assert hint in caught.value.hint
    assert 1 == len(index.requests)


@pytest.mark.fault(44)
def test_another_content_than_the_locked_one_is_refused(store: Store, index: Index) -> None:
    """Nothing of it stays in the store."""
    with pytest.raises(BuildError, match="not the file that was locked"):
        fetch(store, index.url, sha256="0" * 64)
    assert [] == [path for path in store.root.rglob("*") if path.is_file()]


def test_credentials_are_sent_to_the_host_they_are_for(store: Store, index: Index) -> None:
    """As basic authentication."""
    host = f"127.0.0.1:{index.server_address[1]}"
    fetch(store, index.url, known=Credentials({host: ("me", "p@ss")}, None))
    assert ["Basic " + base64.b64encode(b"me:p@ss").decode()] == index.requests


def test_a_file_on_this_computer_is_copied_and_checked(store: Store, tmp_path: Path) -> None:
    """For indexes that are folders."""
    source = tmp_path / "a b" / NAME
    source.parent.mkdir()
    source.write_bytes(CONTENT)
    assert CONTENT == fetch(store, source.as_uri())[0].read_bytes()
    with pytest.raises(BuildError, match="could not be read"):
        fetch(Store(tmp_path / "other"), (tmp_path / "gone.whl").as_uri())


def interrupted(fetcher: Fetcher, index: Index) -> None:
    """Ask for a file that never ends, and press Ctrl-C once it is under way."""
    with ThreadPoolExecutor(1) as pool, fetcher:
        pool.submit(fetcher.paths, [Download(NAME, index.url, SHA256)])
        assert index.started.wait(10)
        raise KeyboardInterrupt


def test_an_interrupt_ends_what_is_under_way(store: Store, index: Index) -> None:
    """Ctrl-C does not wait for gigabytes, and leaves no file behind."""
    index.endless = True
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted(Fetcher(store, lambda: Credentials({}, None)), index)
    assert time.monotonic() - begun < 10
    assert [] == list(store.temporary.iterdir())
