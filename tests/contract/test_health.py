"""The health check against servers that answer with anything: it says what it got, and goes on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from sam_deploy.events import ignore
from sam_deploy.lanes import Stop
from sam_deploy.release import unhealthy

REGION = "eu-west-1"
CUT_OFF = b"HTTP/1.1 500 No\r\nContent-Length: 90\r\n\r\nhalf"
BAD_CHUNKS = b"HTTP/1.1 502 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno chunk"


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that gives this answer to everybody; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/hello"
    finally:
        # `close` alone leaves the thread waiting
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


class NoPause(Stop):
    """Time passes at once."""

    def pause(self, seconds: float) -> None:
        """Return at once."""


def asked(url: str) -> str:
    return unhealthy(url, ignore, Stop(), region=REGION, wait_seconds=0)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "Remote end closed connection"),
        (b"\x00\xff garbage\r\n\r\n", "garbage"),
        (b"HTTP/1.1 hello\r\n\r\n", "HTTP/1.1 hello"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "more than 100 headers"),
        (b"HTTP/1.1 302 Go\r\nLocation: http://[\r\n\r\n", "Invalid IPv6 URL"),
        (CUT_OFF, "answered 500: half"),
        (BAD_CHUNKS, "answered 502: IncompleteRead"),
        (b"HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\n\xff\xfe", "answered 503: "),
    ],
)
def test_an_answer_that_is_no_http_is_a_bad_answer(answer: bytes, said: str) -> None:
    """Nothing of it is a bug of ours: what was got is said, and the environment is put back."""
    with answering(answer) as url:
        found = asked(url)
    assert found.startswith(f"GET {url}")
    assert said in found


def test_a_good_answer_is_healthy() -> None:
    """The same server, with something that is HTTP."""
    with answering(b"HTTP/1.1 204 No Content\r\n\r\n") as url:
        assert "" == asked(url)


@pytest.mark.parametrize(("hopeless", "calls"), [(True, 1), (False, 2)])
def test_code_that_cannot_be_loaded_is_not_waited_for(*, hopeless: bool, calls: int) -> None:
    """Anything else that answers 500 may yet come up."""
    looks: list[float] = []
    moments = iter((0.0, 0.0, 1.0, 20.0, 20.0))

    def cause() -> bool:
        looks.append(1)
        return hopeless

    with answering(CUT_OFF) as url:
        said = unhealthy(
            url, ignore, NoPause(), region=REGION, hopeless=cause, clock=lambda: next(moments)
        )
    assert "answered 500" in said
    assert calls == len(looks)
