"""Where settings come from: SSM Parameter Store and Secrets Manager of the function's region.

boto3 is the runtime's own. Source: SSM API GetParameter, Secrets Manager API GetSecretValue.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sam_deploy_runtime.errors import SettingInvalidError, SettingUnavailableError
from sam_deploy_runtime.values import Secret

Client = Any
"""boto3 makes its classes at run time."""
CONNECT_SECONDS = 3
READ_SECONDS = 5
ATTEMPTS = 3
SERVER_ERROR = 500
MISSING = frozenset({"ParameterNotFound", "ResourceNotFoundException"})
"""And secrets that are marked for deletion, which InvalidRequestException says in words."""
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
TRANSIENT = frozenset(
    {
        "InternalServerError",
        "InternalServiceError",
        "RequestLimitExceeded",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


def read(path: str, *, secret: bool) -> str | None:
    """Return the value at `path`, None when there is none.

    Raises SettingUnavailableError and SettingInvalidError.
    """
    if secret:
        return read_secret(client("secretsmanager"), path)
    return read_parameter(client("ssm"), path)


def read_parameter(ssm: Client, path: str) -> str | None:
    """Read one parameter, decrypted; a SecureString is a `Secret`."""
    call = _asked(path, lambda: ssm.get_parameter(Name=path, WithDecryption=True))
    if call is None:
        return None
    found = call["Parameter"]
    return Secret(found["Value"]) if found.get("Type") == "SecureString" else str(found["Value"])


def read_secret(manager: Client, path: str) -> str | None:
    """Read the current version of a secret; one that was made but never filled is missing."""
    call = _asked(path, lambda: manager.get_secret_value(SecretId=path))
    if call is None:
        return None
    if "SecretString" not in call:
        raise SettingInvalidError(f"The secret '{path}' holds bytes, and no text.")
    return Secret(call["SecretString"])


@cache
def client(service: str) -> Client:
    """Return a client, made once: it depends on the region and the role, on no environment."""
    import boto3  # noqa: PLC0415 - a function without settings does not pay for the import
    from botocore.config import Config  # noqa: PLC0415 - the same

    with _making:
        made = boto3.client(
            service,
            region_name=os.environ.get("AWS_REGION"),
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            ),
        )
    _keep_answers_out_of_logs()
    return made


_making = threading.Lock()
"""Making clients is the one thing that boto3 does not allow in several threads at once."""


def _asked(path: str, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - an answer of AWS
    """Return the answer, None when there is no such thing."""
    from botocore.exceptions import (  # noqa: PLC0415 - the same
        BotoCoreError,
        ClientError,
        ConnectionError,  # noqa: A004 - the SDK's own
        HTTPClientError,
    )

    try:
        with _unlogged():
            return call()
    except ClientError as error:
        found = error.response.get("Error", {})
        code = str(found.get("Code", ""))
        if code in MISSING or (code == "InvalidRequestException" and "deletion" in str(error)):
            return None
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        transient = code in TRANSIENT or status >= SERVER_ERROR
        message = _sentence(path, f"{code}: {found.get('Message', '')}", denied=code in DENIED)
        raise SettingUnavailableError(message, transient=transient) from error
    except BotoCoreError as error:
        transient = isinstance(error, (ConnectionError, HTTPClientError))
        raise SettingUnavailableError(_sentence(path, str(error)), transient=transient) from error


def _sentence(path: str, why: str, *, denied: bool = False) -> str:
    name = path.rpartition("/")[2]
    hint = f" Name '{name}' in the function's settings=[...] and deploy." if denied else ""
    return f"The setting '{path}' could not be read: {why.strip(': .')}.{hint}"


# At the level DEBUG botocore logs the answers of AWS, values included.
_reading = threading.local()


@contextmanager
def _unlogged() -> Iterator[None]:
    _reading.now = True
    try:
        yield
    finally:
        _reading.now = False


def _not_reading(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG or not getattr(_reading, "now", False)


def _keep_answers_out_of_logs() -> None:
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"boto3", "botocore", "urllib3"}:
            # adding the same filter again does nothing
            logging.getLogger(name).addFilter(_not_reading)
