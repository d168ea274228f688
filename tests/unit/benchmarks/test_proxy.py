from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from bench import proxy

DELAY_SECONDS = 0.15
AT_ONCE = 8
MEET_SECONDS = 30.0
SCOPE = "AWS4-HMAC-SHA256 Credential=key/20261120/eu-west-1/s3/aws4_request, SignedHeaders=host"


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent; `/chunked` in two pieces, `/open` until it hangs up.

    Whoever asks for `/meet` is answered when all others are there.
    """

    protocol_version = "HTTP/1.1"
    together = threading.Barrier(AT_ONCE)

    def do_GET(self) -> None:
        """Answer without having been sent anything."""
        self._answer(b"read")

    def do_HEAD(self) -> None:
        """Name a length that does not follow."""
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()

    def do_PUT(self) -> None:
        """Answer with the body."""
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        if self.path == "/meet":
            self.together.wait(MEET_SECONDS)
        self.send_response(200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"3\r\none\r\n5;a=b\r\n, two\r\n0\r\nX-Sum: 1\r\n\r\n")
        elif self.path == "/open":
            self.end_headers()
            self.wfile.write(b"to the end")
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """The address of a server that answers as `Echo` does."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def connected(through: proxy.Proxy) -> http.client.HTTPConnection:
    place = urlsplit(through.url)
    return http.client.HTTPConnection(str(place.hostname), place.port, timeout=MEET_SECONDS)


def asked(connection: http.client.HTTPConnection, path: str, body: bytes | None = None) -> bytes:
    connection.request("GET" if body is None else "PUT", path, body, {"Authorization": SCOPE})
    return connection.getresponse().read()


def test_answers_pass_unchanged_over_one_connection(upstream: str) -> None:
    """Of known length, in chunks, and without a body: the client need not connect again."""
    large = b"x" * (proxy.SMALL_BODY * 5)
    with proxy.running(upstream, 0) as through:
        connection = connected(through)
        connection.connect()
        mine = connection.sock
        found = [
            asked(connection, "/a"),
            asked(connection, "/chunked"),
            asked(connection, "/", b""),
        ]
        connection.request("HEAD", "/a")
        found.append(connection.getresponse().read())
        found.append(asked(connection, "/large", large))

        assert [b"read", b"one, two", b"", b"", large] == found
        assert mine is connection.sock
        connection.close()


def test_an_answer_without_a_length_ends_with_the_connection(upstream: str) -> None:
    """The client is told so."""
    with proxy.running(upstream, 0) as through:
        assert b"to the end" == asked(connected(through), "/open")


def test_a_client_that_asks_before_it_sends_is_answered(upstream: str) -> None:
    """As S3 clients do (`Expect: 100-continue`)."""
    with proxy.running(upstream, 0) as through:
        connection = connected(through)
        connection.putrequest("PUT", "/a")
        connection.putheader("Content-Length", "4")
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == connection.sock.recv(64)
        connection.send(b"body")

        assert b"body" == connection.getresponse().read()
        connection.close()


def test_every_call_is_later_and_calls_at_once_do_not_wait_for_each_other(upstream: str) -> None:
    """Eight at once reach the server together; none of them before the delay is over."""
    with proxy.running(upstream, DELAY_SECONDS) as through:
        started = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda _: asked(connected(through), "/meet"), range(AT_ONCE)))

        assert [b"read"] * AT_ONCE == found
        assert started + DELAY_SECONDS <= min(each.at for each in through.calls)


def test_what_is_sent_is_counted_and_forgotten(upstream: str) -> None:
    """Bodies only, small and large; every call with its region."""
    with proxy.running(upstream, 0) as through:
        asked(connected(through), "/small", b"12345")
        asked(connected(through), "/large", b"x" * (proxy.SMALL_BODY + 1))
        asked(connected(through), "/none")

        assert [5, proxy.SMALL_BODY + 1, 0] == [each.sent_bytes for each in through.calls]
        assert proxy.SMALL_BODY + 6 == through.sent_bytes
        assert {"eu-west-1"} == {each.region for each in through.calls}
        through.forget()
        assert 0 == through.sent_bytes


def test_a_call_is_named_by_its_operation() -> None:
    """By the action of a form, the target of JSON, or method and path."""
    form = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    signed = {"authorization": SCOPE}
    target = {"x-amz-target": "AWSEvents.PutRule"}

    assert ("DescribeStacks", "") == proxy.named(
        "POST / HTTP/1.1", form, b"Action=DescribeStacks&Version=2010-05-15"
    )
    assert ("PutRule", "") == proxy.named("POST / HTTP/1.1", target, b"{}")
    assert ("s3 HEAD /bucket/key", "eu-west-1") == proxy.named(
        "HEAD /bucket/key HTTP/1.1", signed, b""
    )
