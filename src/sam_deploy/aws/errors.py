"""Turns what the SDK raises into our errors. Nothing else in the project reads SDK errors."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Final

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

from sam_deploy.aws.credentials import EXPIRED
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
        "InvalidToken",
        "OptInRequired",
    }
)
THROTTLED: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "SlowDown",
        "PriorRequestNotComplete",
        "EC2ThrottledException",
        "LimitExceededException",
    }
)
"""Source: botocore, retries/standard.py, `ThrottledRetryableChecker`."""
SERVER_FAULTS: Final = frozenset(
    {"InternalError", "InternalFailure", "InternalServerError", "ServiceException", "500", "502"}
    | {"ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout", "503", "504"}
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

    @property
    def transient(self) -> bool:
        """Whether the same call may well succeed a little later."""
        return self.code in THROTTLED or self.code in SERVER_FAULTS


class UnansweredError(UnreachableError):
    """A call got no answer. Whether it was carried out is not known."""


class ExpiredError(UnreachableError):
    """The credentials were good, and are no longer."""


class DeniedError(RefusedError):
    """The credentials may not make a call. `action` is what they lack."""

    def __init__(self, action: str, region: str, message: str, who: str) -> None:
        of = f" ({who})" if who else ""
        super().__init__(
            f"The credentials{of} may not call `{action}` in `{region}`",
            why=message,
            hint=f"give them the permission `{action}`, or use another AWS_PROFILE",
        )
        self.action = action
        self.region = region


def is_transient(error: SamDeployError) -> bool:
    """Whether a read may be repeated: throttled, a fault of the server, or no answer."""
    return isinstance(error, UnansweredError) or (
        isinstance(error, AwsCallError) and error.transient
    )


def explain_refusals(client: Any, who: Callable[[], str]) -> None:  # noqa: ANN401 - the SDK has no types
    """Let the errors of this client say whose credentials were refused."""

    def after_call(parsed: Any, **_: Any) -> None:  # noqa: ANN401 - the SDK's own
        if parsed.get("Error"):
            parsed["Error"]["Who"] = who()

    client.meta.events.register("after-call", after_call)


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
        raise UnansweredError(
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
        kind = ExpiredError if code in EXPIRED else UnreachableError
        return kind(
            f"AWS did not accept the credentials in `{region}`",
            why=f"{code}: {message}",
            hint="renew them (`aws sso login`, or new keys), then run the same command again; a "
            f"region that is not enabled answers like this, too: enable `{region}` in the account",
        )
    if code in ACCESS_DENIED:
        return DeniedError(action, region, message or code, str(found.get("Who", "")))
    return AwsCallError(action, region, code, message, request_id)
