"""The proxy passes on what comes as it came, and takes faults while it runs."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from sam_deploy.local.faults.door import PATH, Door
from sam_deploy.local.faults.fault import Fault, InForce
from sam_deploy.local.faults.rules import When

SIGNED = {
    "Authorization": "AWS4-HMAC-SHA256 Credential=A/20261129/eu-west-1/lambda/aws4_request",
    "X-Amz-Target": "Anything.Invoke",
}


class Cloud(BaseHTTPRequestHandler):
    """Answers with what it was sent; /pieces without a length, /short with too little."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer with the request."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = f"{self.command} {self.path} {self.headers['Host']} ".encode() + body
        self.send_response(200)
        if self.path == "/pieces":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in (b"one", b"two"):
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(said) + 5 * (self.path == "/short")))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)
        self.close_connection = self.path == "/short"

    do_GET = do_HEAD = do_POST  # noqa: N815 - the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def door(cloud: str) -> Iterator[Door]:
    made = Door(cloud)
    yield made
    made.close()


@pytest.fixture
def client(door: Door) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection(urlsplit(door.url).netloc, timeout=10)) as made:
        yield made


def asked(
    client: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    client.request(method, path, body, headers or {})
    answer = client.getresponse()
    return answer.status, answer.read()


def test_requests_and_answers_pass_as_they_are(client: http.client.HTTPConnection) -> None:
    """One after the other on one connection; `Host` as the client wrote it, large bodies whole."""
    host, large = f"{client.host}:{client.port}", b"x" * 300_000
    assert (200, f"POST /a?b=c {host} ".encode() + large) == asked(client, "POST", "/a?b=c", large)
    assert (200, f"GET / {host} ".encode()) == asked(client, "GET", "/")
    assert (200, b"onetwo") == asked(client, "GET", "/pieces")
    client.request("HEAD", "/head")
    answer = client.getresponse()
    assert (b"", str(len(f"HEAD /head {host} "))) == (
        answer.read(),
        answer.headers["Content-Length"],
    )
    assert (200, f"GET / {host} ".encode()) == asked(client, "GET", "/")


def test_after_an_upgrade_both_sides_talk_freely() -> None:
    """A WebSocket goes through, and its end as well."""
    with closing(socket.create_server(("127.0.0.1", 0))) as cloud:
        made = Door(f"http://127.0.0.1:{cloud.getsockname()[1]}")
        address = urlsplit(made.url)
        head = b"GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        with socket.create_connection((address.hostname, address.port), timeout=10) as client:
            client.sendall(head)
            with cloud.accept()[0] as talks:
                talks.settimeout(10)
                assert head.lower() == talks.recv(1000).lower()
                talks.sendall(b"HTTP/1.1 101 Switching Protocols\r\n\r\nhello")
                assert client.recv(1000).endswith(b"hello")
                client.sendall(b"ping")
                assert b"ping" == talks.recv(1000)
                client.shutdown(socket.SHUT_WR)
                assert b"" == talks.recv(1000)
            assert b"" == client.recv(1000)
        made.close()


def test_an_offer_to_go_on_in_http_2_is_not_taken(client: http.client.HTTPConnection) -> None:
    """What Java and `curl --http2` send is a request like any other, with its body."""
    offer = {
        "Connection": "Upgrade, HTTP2-Settings",
        "Upgrade": "h2c",
        "HTTP2-Settings": "AAMAAABk",
    }
    client.request("POST", "/", b"Action=ListQueues", offer)
    answer = client.getresponse()
    assert (200, True) == (answer.status, answer.read().endswith(b" Action=ListQueues"))


def test_an_answer_that_ends_too_early_is_not_made_whole(
    client: http.client.HTTPConnection,
) -> None:
    """The client sees a broken connection, as it would without the proxy."""
    with pytest.raises(http.client.IncompleteRead):
        asked(client, "GET", "/short")


def test_a_cloud_that_is_gone_is_a_broken_connection() -> None:
    """And the proxy still stands."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        gone = Door(f"http://127.0.0.1:{free.getsockname()[1]}")
        for _ in range(2):
            with (
                closing(http.client.HTTPConnection(urlsplit(gone.url).netloc, timeout=10)) as one,
                pytest.raises(http.client.RemoteDisconnected),
            ):
                asked(one, "GET", "/")
        gone.close()


@pytest.mark.parametrize(
    "sent", [b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_no_http_ends_its_connection_only(door: Door, sent: bytes) -> None:
    """Bad bytes are nobody's error but their sender's."""
    address = urlsplit(door.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as raw:
        raw.sendall(sent)
        assert b"" == raw.recv(100)


def test_a_fault_is_in_force_at_once_on_an_open_connection(
    door: Door, client: http.client.HTTPConnection
) -> None:
    """Added, counted, listed and removed, as the command line does it."""
    assert 200 == asked(client, "POST", "/", headers=SIGNED)[0]
    whole = InForce("", Fault(When("lambda", region="eu-west-1"), error="Boom")).as_json()["fault"]
    status, body = asked(client, "POST", PATH, json.dumps(whole).encode())
    assert (200, "f1") == (status, json.loads(body)["id"])
    status, body = asked(client, "POST", "/", headers=SIGNED)
    assert (400, "Boom") == (status, json.loads(body)["__type"])
    assert 200 == asked(client, "POST", "/", headers={"X-Amz-Target": "A.B"})[0]
    assert [1] == [each["failed"] for each in json.loads(asked(client, "GET", PATH)[1])]
    assert 200 == asked(client, "DELETE", f"{PATH}?id=f1")[0]
    assert 200 == asked(client, "POST", "/", headers=SIGNED)[0]
    assert not door.table


def test_an_outage_of_everything_leaves_the_inspection_alone(
    door: Door, client: http.client.HTTPConnection
) -> None:
    """Mails can still be read, and the outage be ended."""
    door.table.add(Fault(outage=True))
    assert 200 == asked(client, "GET", "/_ministack/ses/messages")[0]
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        asked(client, "POST", "/", headers=SIGNED)
    client.close()
    assert 200 == asked(client, "DELETE", PATH)[0]
    assert 200 == asked(client, "POST", "/", headers=SIGNED)[0]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"when": {"colour": "red"}}', b'{"throtle": 1}'])
def test_what_is_no_fault_is_refused(client: http.client.HTTPConnection, body: bytes) -> None:
    """With a sentence, and nothing in force."""
    status, said = asked(client, "POST", PATH, body)
    assert 400 == status
    assert json.loads(said)["message"].startswith("this is no fault: ")
    assert b"[]" == asked(client, "GET", PATH)[1]


def test_no_web_page_can_add_a_fault(client: http.client.HTTPConnection) -> None:
    """A browser says where a request comes from, and programs do not."""
    headers = {"Origin": "https://example.com"}
    assert 403 == asked(client, "POST", PATH, b"{}", headers)[0]
    assert 405 == asked(client, "HEAD", PATH)[0]
