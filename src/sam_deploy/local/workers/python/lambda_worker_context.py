"""The handler's second argument, attribute by attribute as awslambdaric makes it.

Source: Lambda developer guide, "Using the Lambda context object to retrieve Python function
information"; awslambdaric 4.2.2.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any


class FaultError(Exception):
    """A mistake that the runtime, not the handler, has found. `kind` is its errorType."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind, self.message, self.trace = kind, message, trace or []


class _Fields:
    """Attributes from a mapping, None where it has none, as awslambdaric makes them."""

    names: tuple[str, ...] = ()

    def __init__(self, values: dict[str, Any]) -> None:
        for name in self.names:
            setattr(self, name, values.get(name))

    def __repr__(self) -> str:
        shown = ",".join(f"{name}={getattr(self, name)}" for name in self.names)
        return f"{type(self).__name__}([{shown}])"


class CognitoIdentity(_Fields):
    """`context.identity`."""

    names = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Fields):
    """`context.client_context.client`."""

    names = (
        *("installation_id", "app_title", "app_version_name"),
        *("app_version_code", "app_package_name"),
    )


class ClientContext(_Fields):
    """`context.client_context`, of a call by the mobile SDK or with ClientContext."""

    names = ("custom", "env", "client")


class LambdaContext:
    """The handler's second argument. Source: "Using the Lambda context object (Python)"."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.aws_request_id = headers.get("lambda-runtime-aws-request-id")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        given = _json_header(headers, "lambda-runtime-client-context", "Client Context")
        self.client_context = None if given is None else ClientContext(given)
        if self.client_context is not None and given is not None and given.get("client"):
            self.client_context.client = Client(given["client"])  # type: ignore[attr-defined]
        identity = _json_header(headers, "lambda-runtime-cognito-identity", "Cognito Identity")
        found = identity or {}
        self.identity = CognitoIdentity(
            {
                "cognito_identity_id": found.get("cognitoIdentityId"),
                "cognito_identity_pool_id": found.get("cognitoIdentityPoolId"),
            }
        )
        self._epoch_deadline_time_in_ms = int(headers.get("lambda-runtime-deadline-ms", 0))

    def get_remaining_time_in_millis(self) -> int:
        """How long the call may still take, in milliseconds."""
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def log(self, message: object) -> None:
        """Write to the log."""
        sys.stdout.write(str(message))

    def __repr__(self) -> str:
        shown = ",".join(f"{name}={value}" for name, value in vars(self).items() if name[0] != "_")
        return f"LambdaContext([{shown}])"


def _json_header(headers: dict[str, str], name: str, title: str) -> dict[str, Any] | None:
    if not headers.get(name):
        return None
    try:
        value: dict[str, Any] = json.loads(headers[name])
    except ValueError as error:
        message = f"Unable to parse {title} JSON: {error}"
        raise FaultError("Runtime.LambdaContextUnmarshalError", message) from error
    return value
