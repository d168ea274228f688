"""Turns what the SDK raises into our errors. Nothing else in the project reads SDK errors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import ClassVar, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import (
    ConnectionError as SdkConnectionError,
)

from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError

CREDENTIALS_REFUSED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        "AuthFailure",
    }
)
ACCESS_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
)
NO_CREDENTIALS: Final = (
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)


class AwsCallError(SamDeployError):
    """AWS refused a call for a reason that the caller may know what to do with.

    `code` is the error code of the AWS API, such as ResourceNotFoundException.
    """

    exit_code: ClassVar[int] = 4

    def __init__(self, action: str, region: str, code: str, message: str, request_id: str) -> None:
        why = f"{code}: {message}" + (f" (request {request_id})" if request_id else "")
        super().__init__(
            f"`{action}` failed in `{region}`",
            why=why,
            hint="nothing is lost; correct the cause and run the same command again",
        )
        self.action = action
        self.region = region
        self.code = code
        self.message = message


@contextlib.contextmanager
def calling(action: str, region: str) -> Iterator[None]:
    """Translate what a call of `action` (such as lambda:PublishVersion) raises."""
    try:
        yield
    except ClientError as error:
        raise _translated(error, action, region) from error
    except NO_CREDENTIALS as error:
        raise UnreachableError(
            "There are no AWS credentials to work with",
            why=str(error),
            hint="set AWS_PROFILE in `.env` or log in (`aws sso login`), "
            "or stay on the laptop with `--target embedded`",
        ) from error
    except (SdkConnectionError, HTTPClientError) as error:
        raise UnreachableError(
            f"`{action}` got no answer in `{region}`",
            why=str(error),
            hint="check the network and the endpoint, then run the same command again",
        ) from error
    except BotoCoreError as error:
        raise AwsCallError(action, region, type(error).__name__, str(error), "") from error


def _translated(error: ClientError, action: str, region: str) -> SamDeployError:
    found = error.response.get("Error", {})
    code, message = str(found.get("Code", "")), str(found.get("Message", ""))
    request_id = str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    if code in CREDENTIALS_REFUSED:
        return UnreachableError(
            f"AWS did not accept the credentials in `{region}`",
            why=f"{code}: {message}",
            hint="renew them (`aws sso login`, or new keys), then run the same command again",
        )
    if code in ACCESS_DENIED:
        return RefusedError(
            f"The credentials may not call `{action}` in `{region}`",
            why=message or code,
            hint=f"give them the permission `{action}`, or use another AWS_PROFILE",
        )
    return AwsCallError(action, region, code, message, request_id)
