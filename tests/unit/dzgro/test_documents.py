from __future__ import annotations

from collections.abc import Generator
from typing import Any

import httpx
import pytest

backoff = pytest.importorskip("backoff")

from dzgroshared import documents  # noqa: E402 - needs backoff

URL = "https://tortuga.s3.eu-west-1.amazonaws.com/document?signature=x"


def at_once(**_: object) -> Generator[float, Any, None]:
    """Wait for nothing between tries."""
    yield from backoff.constant(interval=0)


def client(*answers: httpx.Response | Exception) -> tuple[httpx.Client, list[httpx.Request]]:
    """A client whose n-th request gets the n-th answer, and the requests it made."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        result = answers[len(requests) - 1]
        if isinstance(result, Exception):
            raise result
        return result

    return httpx.Client(transport=httpx.MockTransport(answer)), requests


def test_what_passes_is_tried_again() -> None:
    """A broken connection and a 503 are followed by the document."""
    made, requests = client(
        httpx.ConnectError("reset"), httpx.Response(503), httpx.Response(200, content=b"data")
    )

    assert b"data" == documents.fetch(URL, made, at_once)
    assert 3 == len(requests)


@pytest.mark.parametrize(("status", "tries"), [(403, 1), (404, 1), (500, 3)])
def test_what_does_not_pass_is_an_error(status: int, tries: int) -> None:
    """An expired address stays expired; a broken server gets three tries."""
    made, requests = client(*[httpx.Response(status) for _ in range(3)])

    with pytest.raises(httpx.HTTPStatusError):
        documents.fetch(URL, made, at_once)
    assert tries == len(requests)


@pytest.mark.parametrize(
    "url",
    [
        "http://bucket.s3.amazonaws.com/x",
        "https://169.254.169.254/latest/meta-data",
        "https://amazonaws.com.example.com/x",
        "https://example.com/.amazonaws.com",
        "https://x.amazonaws.com@example.com/x",
        "file:///etc/passwd",
    ],
)
def test_only_amazon_is_asked(url: str) -> None:
    """An address comes in a message, so it could lead anywhere; nothing is requested there."""
    made, requests = client()

    with pytest.raises(documents.DocumentRefusedError):
        documents.fetch(url, made, at_once)
    assert [] == requests


def test_a_redirect_is_not_followed() -> None:
    """Otherwise Amazon's address could lead elsewhere after all."""
    made, requests = client(httpx.Response(302, headers={"location": "https://example.com"}))

    with pytest.raises(httpx.HTTPStatusError):
        documents.fetch(URL, made, at_once)
    assert [URL] == [str(request.url) for request in requests]


def test_a_document_without_end_is_cut_off() -> None:
    """The function has a gigabyte of memory; a document may have fifty megabytes."""
    body = b"x" * (documents.MAX_BYTES + 1)
    made, _ = client(httpx.Response(200, content=body))

    with pytest.raises(documents.DocumentRefusedError, match="larger than"):
        documents.fetch(URL, made, at_once)
