"""AWS as the SDK meets it, before anything is sent: a test answers each request."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse

from sam_deploy.aws import Aws, Endpoint

REGION = "eu-west-1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back of a request."""

    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def of(self, url: str) -> AWSResponse:
        """Return it as the SDK reads it."""
        return AWSResponse(url, self.status, self.headers, _Body(self.body.encode()))  # type: ignore[arg-type] # what is read of it


class _Body(io.BytesIO):
    """The content of an answer, as urllib3 has it."""

    def stream(self) -> Iterator[bytes]:
        """Yield all of it."""
        yield self.read()


def account(**answers: Callable[[Any], Answer]) -> Aws:
    """Return an account in which each service answers as told; a request is botocore's own."""
    aws = Aws(Endpoint("aws", "http://127.0.0.1:9", "", "KEY", "secret"))
    for service, answer in answers.items():
        aws.client(service, REGION).meta.events.register(
            f"before-send.{service}", _as_asked(answer)
        )
    return aws


def _as_asked(answer: Callable[[Any], Answer]) -> Callable[..., AWSResponse]:
    def handle(request: Any, **_: object) -> AWSResponse:
        return answer(request).of(request.url)

    return handle
