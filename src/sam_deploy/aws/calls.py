"""Calls of functions, at an alias or at one version. Source: Lambda API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sam_deploy.aws.errors import calling
from sam_deploy.aws.session import Aws

SHOWN: Final = 300
"""Letters of an answer that are kept: it is for people."""


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a call. `failed` is Lambda's word for how, such as Unhandled; '' for not."""

    failed: str
    answer: str
    """The beginning of what the function has returned, or of its error."""


class Calls:
    """Calls functions of one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("lambda", region, retries=False)

    def call(self, function: str, qualifier: str, event: bytes) -> Called:
        """Return what one call has come to: the function is called once, whatever gets lost.

        Raises what the call itself meets, such as throttling. Source: Invoke, `Qualifier`.
        """
        with calling("lambda:InvokeFunction", self.region):
            answer = self._client.invoke(FunctionName=function, Qualifier=qualifier, Payload=event)
            said = answer["Payload"].read(SHOWN).decode(errors="replace")
        return Called(str(answer.get("FunctionError") or ""), said)
