"""Answers that get lost, and answers that S3 would give: hooks in botocore's own sending.

What a hook raises or returns goes through the real retry code of the SDK.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

Hook: TypeAlias = Callable[..., AWSResponse | None]


class _Body:
    """A body as urllib3 hands it on."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """Yield the body."""
        yield self._content


def answer(status: int, body: bytes = b"") -> AWSResponse:
    """An answer that no server gave."""
    return AWSResponse("https://aws", status, {}, _Body(body))


def lost(times: int, *, carried_out: bool) -> Hook:
    """The first `times` calls get no answer: they arrived, or they did not."""
    left = [times]

    def lose(request: Any, **_: object) -> None:
        if left[0] <= 0:
            return
        left[0] -= 1
        if carried_out:
            assert URLLib3Session().send(request).status_code < 300
        raise ReadTimeoutError(endpoint_url=request.url)

    return lose


def in_turn(*hooks: Hook) -> Hook:
    """Each call meets the next hook; later ones the last."""
    waiting = list(hooks)

    def take(**given: object) -> AWSResponse | None:
        hook = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return hook(**given)

    return take
