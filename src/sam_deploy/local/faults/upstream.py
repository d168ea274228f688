"""Passes a request on as it came, and brings the answer: whole, or piece by piece as it comes.

May touch: the connection to the cloud, and the client's.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from sam_deploy.local.faults.answers import Made, head_of

if TYPE_CHECKING:
    from sam_deploy.local.faults.calls import Request

ANSWER_SECONDS: Final = 960
"""A function may take 900 s, and Invoke waits for it. Source: Lambda API Invoke."""
_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
"""Headers about one connection, which is another one on each side of the proxy."""
_DROPPED: Final = _HOP | {"expect", "upgrade", "http2-settings"}
"""An offer to go on in HTTP/2, as Java's client and curl make it, is not taken: it need not be."""
_BLOCK: Final = 1 << 16
_WITHOUT_BODY: Final = frozenset({204, 304})


def ask(address: str, request: Request) -> Made:
    """Return what `address` (host:port) answers. Raises OSError when it does not."""
    with _asked(address, request) as answer:
        return Made(answer.status, _headers(request, answer), answer.read())


def pass_on(address: str, request: Request, client: socket.socket) -> None:
    """The client has the answer of `address`, every piece as soon as it came.

    Raises OSError when there is no answer, or only a part of one.
    """
    with _asked(address, request) as answer:
        headers = _headers(request, answer)
        if request.method == "HEAD" or answer.status in _WITHOUT_BODY:
            client.sendall(head_of(answer.status, headers))
        elif answer.length is None:
            _in_pieces(answer, headers, client)
        else:
            sized = (*headers, ("Content-Length", str(answer.length)))
            head = head_of(answer.status, sized)
            left, block = answer.length, answer.read1(_BLOCK)
            client.sendall(head + block)
            while left := left - len(block):
                block = answer.read1(_BLOCK)
                if not block:
                    raise ConnectionError("the answer ended too early")
                client.sendall(block)


def tunnel(address: str, request: Request, client: socket.socket) -> None:
    """Both sides have talked as they liked, until one of them ended: after an upgrade (WebSocket).

    Source: RFC 9110, section 7.8. Raises OSError when there is nobody at `address`.
    """
    host, _, port = address.rpartition(":")
    lines = (
        f"{request.method} {request.target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in request.headers.items()),
    )
    with socket.create_connection((host, int(port)), ANSWER_SECONDS) as cloud:
        cloud.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
        back = threading.Thread(target=_copy, args=(cloud, client), daemon=True)
        back.start()
        _copy(client, cloud)
        back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Send on what comes until the end, which is passed on, too."""
    with suppress(OSError):
        while block := source.recv(_BLOCK):
            target.sendall(block)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _in_pieces(
    answer: http.client.HTTPResponse, headers: tuple[tuple[str, str], ...], client: socket.socket
) -> None:
    """Send an answer whose length nobody knows. Source: RFC 9112, section 7.1."""
    client.sendall(head_of(answer.status, (*headers, ("Transfer-Encoding", "chunked"))))
    while block := answer.read1(_BLOCK):
        client.sendall(f"{len(block):x}\r\n".encode() + block + b"\r\n")
    client.sendall(b"0\r\n\r\n")


@contextmanager
def _asked(address: str, request: Request) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection(address, timeout=ANSWER_SECONDS)
    try:
        connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers.items():
            if name not in _DROPPED:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body)
        yield connection.getresponse()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def _headers(request: Request, answer: http.client.HTTPResponse) -> tuple[tuple[str, str], ...]:
    # of an answer to HEAD the length is all there is to know
    dropped = _HOP - {"content-length"} if request.method == "HEAD" else _HOP
    return tuple(
        (name, value) for name, value in answer.getheaders() if name.lower() not in dropped
    )
