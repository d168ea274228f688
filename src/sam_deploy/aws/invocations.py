"""Calls a Lambda function and waits for its answer. Source: Lambda API Invoke."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sam_deploy.aws.errors import UnansweredError, calling
from sam_deploy.aws.session import Aws


@dataclass(frozen=True, slots=True)
class Invoked:
    """What came of a call. `payload` is the answer's text, or the error's as JSON."""

    payload: str
    error: str
    """'' for a good call, else Unhandled or Handled."""
    version: str
    """The version that ran."""
    log: str
    """The last 4 kB of its log."""


class Invocations:
    """Calls functions of one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._aws = aws

    def run(self, function: str, payload: bytes) -> Invoked:
        """Call a function, by name, name:alias or ARN, and wait (Invoke, RequestResponse, Tail).

        Called once: the SDK would repeat the call when only its answer was lost.
        """
        client = self._aws.client("lambda", self.region, retries=False)
        with calling("lambda:InvokeFunction", self.region):
            answer = client.invoke(FunctionName=function, Payload=payload, LogType="Tail")
            body = answer["Payload"].read()
        return Invoked(
            body.decode("utf-8", "replace"),
            str(answer.get("FunctionError", "")),
            str(answer.get("ExecutedVersion", "")),
            base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace"),
        )

    def call(self, function: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the JSON object that a function answers with (Invoke, RequestResponse).

        Called once: the SDK would repeat the call when only its answer was lost. Raises
        `UnansweredError` when nobody knows what the function has done, also when it failed.
        """
        client = self._aws.client("lambda", self.region, retries=False)
        with calling("lambda:InvokeFunction", self.region):
            answer = client.invoke(FunctionName=function, Payload=json.dumps(payload).encode())
            body = answer["Payload"].read()
        try:
            found = json.loads(body)
        except ValueError:
            found = None
        if answer.get("FunctionError") or not isinstance(found, dict):
            raise UnansweredError(
                f"`{function}` in `{self.region}` failed",
                why=_why(found),
                hint="its log tells more; then run the same command again",
            )
        return found


def _why(found: object) -> str:
    """Return what a function that failed says of it; never what it was asked."""
    if isinstance(found, dict):
        return str(found.get("errorType") or "it gave no reason")
    return "its answer is no JSON object"
