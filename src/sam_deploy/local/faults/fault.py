"""A fault that a user puts in force: which calls it hits, and what becomes of them. A value.

It goes to the proxy and comes back as JSON (`as_json`, `from_json`).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sam_deploy.local.faults.calls import Known
from sam_deploy.local.faults.rules import Action, Drop, Fail, LoseAnswer, When

THROTTLING: Final[Mapping[str, tuple[str, int]]] = {
    "lambda": ("TooManyRequestsException", 429),
    "apigateway": ("TooManyRequestsException", 429),
    "ses": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
    "dynamodb": ("ThrottlingException", 400),
    "sqs": ("RequestThrottled", 403),
    "sns": ("Throttled", 429),
    "scheduler": ("ThrottlingException", 429),
}
"""Service -> error code and status of a throttled call. Source: each service's API reference,
"Common Errors" and errors of its actions."""
_THROTTLING: Final = {"query": ("Throttling", 400), "rest-xml": ("Throttling", 400)}
"""The same for services without a form of their own, by protocol; else ThrottlingException."""
STATUS: Final[Mapping[str, int]] = {
    "AccessDenied": 403,
    "AccessDeniedException": 403,
    "InternalError": 500,
    "InternalFailure": 500,
    "InternalServerError": 500,
    "ServiceException": 500,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
    "SlowDown": 503,
    "TooManyRequestsException": 429,
    "ResourceNotFoundException": 404,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "ResourceConflictException": 409,
    "ConflictException": 409,
    "RequestTimeout": 408,
    "PreconditionFailed": 412,
}
"""Error code -> HTTP status where it is not 400; the SDKs repeat calls by both."""
_RATE_EXCEEDED: Final = "Rate exceeded"


@dataclass(frozen=True, slots=True)
class Fault:
    """What becomes of the calls that `when` describes. '' in `when` is any.

    `throttle` and `share` are fractions of these calls, 0-1; `share` is of `outage`, `error` and
    `lose_answers`. Every call takes `latency_seconds` longer. Of `times` calls, or of all.
    """

    when: When = field(default_factory=When)
    outage: bool = False
    """The connection breaks and nothing is carried out, as when a region is gone."""
    lose_answers: bool = False
    """The call is carried out, and the connection breaks before its answer."""
    error: str = ""
    """An error code of the service, such as AccessDeniedException."""
    throttle: float = 0.0
    latency_seconds: float = 0.0
    share: float = 1.0
    times: int | None = None
    seed: int = 0
    """The same seed picks the same calls: each one by its operation, region and number."""

    @property
    def region_gone(self) -> str:
        """The region of which nothing answers any more; '' when something does."""
        some = self.when.service or self.when.operation or self.share < 1 or self.times is not None
        return "" if some or not self.outage else self.when.region

    @property
    def meets_requests(self) -> bool:
        """Whether it may concern the calls of functions that serve requests of people."""
        return self.when.fits(Known("lambda", "Invoke", self.when.region, "rest-json"))

    def failure(self, call: Known, number: int) -> Action | None:
        """Return what fails the `number`th call of its operation and region; nothing for most."""
        chance = random.Random(  # noqa: S311 - picks calls, guards nothing
            f"{self.seed}/{call.service}:{call.operation}/{call.region}/{number}"
        )
        throttled, failed = chance.random() < self.throttle, chance.random() < self.share
        if failed and self.outage:
            return Drop()
        if failed and self.lose_answers:
            return LoseAnswer()
        if failed and self.error:
            return Fail(self.error, "injected by `cloud fault`", STATUS.get(self.error, 400))
        if throttled:
            usual = _THROTTLING.get(call.protocol, ("ThrottlingException", 400))
            code, status = THROTTLING.get(call.service, usual)
            return Fail(code, _RATE_EXCEEDED, status)
        return None


@dataclass(frozen=True, slots=True)
class InForce:
    """A fault that is in force. `id` is f1, f2, ...; `calls` it fits, `failed` and `delayed`."""

    id: str
    fault: Fault
    calls: int = 0
    failed: int = 0
    delayed: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as it goes over the connection and to `--json`."""
        return asdict(self)


def from_json(document: Mapping[str, Any]) -> Fault:
    """Return the fault of a document. Raises KeyError, TypeError or ValueError for another one."""
    values = dict(document)
    return Fault(when=When(**values.pop("when")), **values)


def in_force(document: Mapping[str, Any]) -> InForce:
    """Return the fault in force of a document. Raises as `from_json` does."""
    values = dict(document)
    return InForce(fault=from_json(values.pop("fault")), **values)
