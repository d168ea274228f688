"""What an authorizer's function said, and what is remembered of it.

Source: "Control access to HTTP APIs with AWS Lambda authorizers", "Use API Gateway Lambda
authorizers".
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sam_deploy.local.gateway import policies

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MOST: Final = 10_000


class InvalidVerdictError(Exception):
    """A function's answer is none that an authorizer may give."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A policy, or a plain yes or no (`allowed`), and the context for the integration."""

    policy: Mapping[str, object] | None
    allowed: bool = False
    context: Mapping[str, object] = field(default_factory=dict)

    def about(self, arn: str) -> str:
        """ALLOWED, DENIED or NOT_ALLOWED, of `policies`, for one method or route."""
        if self.policy is not None:
            return policies.decide(dict(self.policy), arn)
        return policies.ALLOWED if self.allowed else policies.DENIED


def read(payload: bytes, *, simple: bool) -> Verdict:
    """The verdict in a function's answer. Raises InvalidVerdictError."""
    try:
        answer = json.loads(payload)
    except ValueError as error:
        raise InvalidVerdictError("the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise InvalidVerdictError("the answer is not an object")
    context = answer.get("context") or {}
    if not isinstance(context, dict):
        raise InvalidVerdictError("context is not an object")
    if simple:
        allowed = answer.get("isAuthorized")
        if not isinstance(allowed, bool):
            raise InvalidVerdictError("isAuthorized is not true or false")
        return Verdict(None, allowed, context)
    policy = answer.get("policyDocument")
    if not isinstance(policy, dict):
        raise InvalidVerdictError("policyDocument is not an object")
    if answer.get("principalId") is not None:
        context = {**context, "principalId": answer["principalId"]}
    return Verdict(policy, context=context)


def texts(context: Mapping[str, object]) -> dict[str, object]:
    """A context as format 1.0 hands it on: text only, without lists and objects."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in context.items()
        if isinstance(value, str | int | float)
    }


class Remembered:
    """Verdicts by identity, each for its time. `clock` returns seconds that never go back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[object, tuple[float, Verdict]] = {}

    def find(self, key: object) -> Verdict | None:
        """The verdict of this key, while it is remembered."""
        until, verdict = self._known.get(key, (0.0, None))
        return verdict if verdict is not None and self._clock() < until else None

    def keep(self, key: object, verdict: Verdict, seconds: float) -> None:
        """The verdict is remembered for so long. 0 forgets it at once."""
        if seconds <= 0:
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = (self._clock() + seconds, verdict)
