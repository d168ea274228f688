"""The Runtime API's server reads HTTP as it comes: in pieces, several at once, in chunks."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.local.workers.runtime_api import ProtocolError, RuntimeApi, parse

NEXT = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n"
ANSWER = b"POST /x/response HTTP/1.1\r\nContent-Length: 2\r\nX-A: 1\r\n\r\nok"
CHUNKED = (
    b"POST /x/response HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n2;note=1\r\nde\r\n0\r\n\r\n"
)
TRAILED = CHUNKED[:-2] + b"Lambda-Runtime-Function-Error-Type: X\r\n\r\n"


def all_of(data: bytes) -> list[tuple[str, str, bytes]]:
    left, found = bytearray(data), []
    while (parsed := parse(left)) is not None:
        method, path, _, body, length = parsed
        found.append((method, path, body))
        del left[:length]
    assert b"" == bytes(left)
    return found


def test_requests_that_came_together_are_told_apart() -> None:
    """As our own client sends an answer and the next question."""
    path = "/2018-06-01/runtime/invocation/next"
    assert [("POST", "/x/response", b"ok"), ("GET", path, b"")] == all_of(ANSWER + NEXT)


@pytest.mark.parametrize("chunked", [CHUNKED, TRAILED])
def test_chunks_are_put_together(chunked: bytes) -> None:
    """With extensions and trailers, as RFC 9112 allows them."""
    path = "/2018-06-01/runtime/invocation/next"
    assert [("POST", "/x/response", b"abcde"), ("GET", path, b"")] == all_of(chunked + NEXT)


@given(st.sampled_from([NEXT, ANSWER, CHUNKED, TRAILED]), st.data())
def test_a_part_of_a_request_is_not_one(request: bytes, data: st.DataObject) -> None:
    """However little is missing, and nothing is taken."""
    cut = data.draw(st.integers(0, len(request) - 1))
    part = bytearray(request[:cut])
    assert parse(part) is None
    assert request[:cut] == bytes(part)


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b"POST /x HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"x" * (1 << 21) + b"x",
    ],
)
def test_what_never_will_be_a_request_is_refused(data: bytes) -> None:
    """Instead of waiting for the rest of it."""
    with pytest.raises(ProtocolError):
        parse(bytearray(data))


def test_header_names_are_lower_case() -> None:
    """Whoever sends them."""
    parsed = parse(bytearray(ANSWER))
    assert parsed is not None
    assert {"content-length": "2", "x-a": "1"} == parsed[2]


def test_a_connection_that_ends_is_noticed() -> None:
    """And its requests before that are taken in."""
    api = RuntimeApi()
    host, port = api.address.split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(NEXT)
        while not api.requests:
            api.poll(1)
        api.requests[0].connection.answer(200, {"A": "b"}, b"event", 1)
        assert b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nevent" == client.recv(999)
    while not api.lost:
        api.poll(1)
    assert (1, False) == (len(api.requests), api.reset)
    api.close()
