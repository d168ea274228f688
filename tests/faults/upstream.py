"""Passes a request on as it came, and brings the answer."""

from __future__ import annotations

import http.client
from typing import Final

from tests.faults.answers import Made
from tests.faults.calls import Request

ANSWER_SECONDS: Final = 120
_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
"""Headers about one connection, which is another one on each side of the proxy."""
_DROPPED: Final = _HOP | {"expect"}


def ask(address: str, request: Request) -> Made:
    """Return what `address` (host:port) answers. Raises OSError when it does not."""
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
        answer = connection.getresponse()
        body = answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()
    # of an answer to HEAD the length is all there is to know
    dropped = _HOP - {"content-length"} if request.method == "HEAD" else _HOP
    headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in dropped]
    return Made(answer.status, tuple(headers), body)
