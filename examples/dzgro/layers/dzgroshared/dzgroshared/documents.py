"""Fetching the documents that Amazon offers under presigned addresses."""

from collections.abc import Callable, Generator
from typing import Any

import backoff
import httpx

Waits = Callable[..., Generator[float, Any, None]]
"""Seconds between tries, as backoff has them."""

MAX_BYTES = 50 * 1024 * 1024


class DocumentRefusedError(ValueError):
    """The address is none of Amazon's, or the document is too large."""


def fetch(url: str, client: httpx.Client, waits: Waits = backoff.expo) -> bytes:
    """Return the document at a presigned Amazon address.

    Up to three tries for what passes (transport errors, 5xx), at most about 1 and 2 s apart.
    Only https and amazonaws.com: the address comes in a message. Raises DocumentRefusedError
    and httpx.HTTPError.
    """
    address = httpx.URL(url)
    if address.scheme != "https" or not address.host.endswith(".amazonaws.com"):
        raise DocumentRefusedError(f"{address.scheme}://{address.host} is no address of Amazon's")
    retry = backoff.on_exception(waits, httpx.HTTPError, max_tries=3, giveup=_permanent)
    document: bytes = retry(_get)(address, client)
    return document


def _permanent(error: Exception) -> bool:
    return isinstance(error, httpx.HTTPStatusError) and not error.response.is_server_error


def _get(address: httpx.URL, client: httpx.Client) -> bytes:
    with client.stream("GET", address) as answer:
        answer.raise_for_status()
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise DocumentRefusedError(f"the document is larger than {MAX_BYTES} bytes")
        return bytes(body)
