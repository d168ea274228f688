"""Calls of functions, at an alias or at one version. Source: Lambda API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sam_deploy.aws.errors import calling
from sam_deploy.aws.session import Aws

SHOWN: Final = 300
"""Letters of an answer that are kept: it is for people."""
ERROR_BYTES: Final = 65536
"""As much of an error is read where it is taken apart; its stack may be longer."""
UNLOADABLE: Final = (
    "Runtime.ImportModuleError",
    "Runtime.UserCodeSyntaxError",
    "Runtime.HandlerNotFound",
    "Runtime.MalformedHandlerName",
    "Runtime.InvalidEntrypoint",
)
"""What Lambda's runtimes call code that cannot be loaded, however often it is tried."""


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

    def call(
        self, function: str, qualifier: str, event: bytes, most: int = SHOWN, context: str = ""
    ) -> Called:
        """Return what one call has come to: the function is called once, whatever gets lost.

        No more than `most` bytes of the answer are read. `context` is Base64 of JSON. Raises what
        the call itself meets, such as throttling. Source: Invoke, `Qualifier`, `ClientContext`.
        """
        more = {"ClientContext": context} if context else {}
        with calling("lambda:InvokeFunction", self.region):
            answer = self._client.invoke(
                FunctionName=function, Qualifier=qualifier, Payload=event, **more
            )
            said = answer["Payload"].read(most).decode(errors="replace")
        return Called(str(answer.get("FunctionError") or ""), said)
