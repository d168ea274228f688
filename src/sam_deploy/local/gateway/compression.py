"""Payload compression of a REST API, both ways. Pure.

Source: "Payload compression for REST APIs in API Gateway": from a size on, codings gzip and
deflate, and nothing for a client that does not name one.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sam_deploy.local.gateway.model import Reply, Request

_LIMIT: Final = 10 * 1024 * 1024
_WINDOW: Final = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class UnsupportedCodingError(Exception):
    """A request's content coding is not supported, or its body is not coded by it."""


def unpacked(request: Request, least_bytes: int | None) -> Request:
    """The request with its body as it was before it was coded. Raises UnsupportedCodingError.

    `least_bytes` None means that the API has no compression; smaller bodies stay as they are.
    """
    coding = request.header("content-encoding").strip().lower()
    if least_bytes is None or not coding or coding == "identity" or not request.body:
        return request
    if len(request.body) < least_bytes:
        return request
    if coding not in _WINDOW:
        raise UnsupportedCodingError(coding)
    opened = zlib.decompressobj(_WINDOW[coding])
    try:
        body = opened.decompress(request.body, _LIMIT)
    except zlib.error as error:
        raise UnsupportedCodingError(f"the body is not {coding}") from error
    if not opened.eof:
        raise UnsupportedCodingError(f"the body is not whole, or above {_LIMIT} bytes")
    headers = tuple(pair for pair in request.headers if pair[0] != "content-encoding")
    return replace(request, body=body, headers=headers)


def packed(request: Request, reply: Reply, least_bytes: int | None) -> Reply:
    """The reply in the coding that the client prefers, if that is one of ours."""
    coded = any(name == "content-encoding" for name, _ in reply.headers)
    if least_bytes is None or coded or not reply.body or len(reply.body) < least_bytes:
        return reply
    coding = preferred(request.header("accept-encoding"))
    if coding not in _WINDOW:
        return reply
    body = gzip.compress(reply.body) if coding == "gzip" else zlib.compress(reply.body)
    return replace(reply, body=body, headers=(*reply.headers, ("content-encoding", coding)))


def preferred(accepted: str) -> str:
    """The coding of an Accept-Encoding header with the highest weight, the first of equals."""
    best, highest = "", 0.0
    for part in accepted.split(","):
        coding, _, parameters = part.partition(";")
        try:
            weight = float(parameters.partition("=")[2] or 1)
        except ValueError:
            weight = 0.0
        if weight > highest:
            best, highest = coding.strip().lower(), weight
    return best
