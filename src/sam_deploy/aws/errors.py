"""Turns what the SDK raises into our errors. Nothing else in the project reads SDK errors."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.exceptions import (
    ConnectionError as SdkConnectionError,
)

from sam_deploy.aws import refusals
from sam_deploy.aws.credentials import EXPIRED, unsaid
from sam_deploy.aws.recording import names_in
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
ABOUT: Final = "sam_deploy_about"
"""In the SDK's context of a request: the names that it is about."""
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
            hint=refusals.way_out(code, throttled=code in THROTTLED),
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
    """The credentials may not make a call. `action` is what they lack, as IAM calls it."""

    def __init__(self, action: str, region: str, message: str, who: str, about: str = "") -> None:
        of = f" ({who})" if who else ""
        missing, resource = refusals.denied_action(message, action)
        # S3 and some others do not say what a call was about
        on = f" (about {about})" if about and "resource" not in message else ""
        super().__init__(
            f"The credentials{of} may not call `{action}` in `{region}`",
            why=f"{message}{on}",
            hint=refusals.way_to(missing, resource, message),
        )
        self.action = action
        self.region = region


def is_transient(error: SamDeployError) -> bool:
    """Whether a read may be repeated: throttled, a fault of the server, or no answer."""
    return isinstance(error, UnansweredError) or (
        isinstance(error, AwsCallError) and error.transient
    )


def explain_refusals(
    client: Any,  # noqa: ANN401 - the SDK has no types
    who: Callable[[], str],
    asked: Callable[[], Mapping[str, str]],
) -> None:
    """Let the errors of this client say whose credentials were refused, and for what.

    `asked` returns code and message with which the credentials themselves are refused, if they
    are: it is for refusals that have no words.
    """

    def about_to_call(params: Any, context: Any, **_: Any) -> None:  # noqa: ANN401 - the SDK's own
        context[ABOUT] = ", ".join(str(each) for each in names_in(params).values())

    def after_call(parsed: Any, context: Any, model: Any, **_: Any) -> None:  # noqa: ANN401 - the SDK's own
        if parsed.get("Error"):
            if unsaid(str(parsed["Error"].get("Code", "")), model):
                parsed["Error"].update(asked())
            parsed["Error"]["Who"] = who()
            parsed["Error"]["About"] = context.get(ABOUT, "")

    client.meta.events.register("provide-client-params", about_to_call)
    client.meta.events.register("after-call", after_call)


def refusal_of(call: Callable[[], object]) -> dict[str, str]:
    """Return code and message with which a call's credentials are refused; empty when not."""
    try:
        call()
    except ClientError as error:
        found = error.response.get("Error", {})
        code = str(found.get("Code", ""))
        if code in CREDENTIALS_REFUSED:
            return {"Code": code, "Message": str(found.get("Message", ""))}
    except BotoCoreError:
        pass  # no answer: what was refused before stays what is known
    return {}


@contextlib.contextmanager
def calling(action: str, region: str) -> Iterator[None]:
    """Translate what a call of `action` (such as lambda:PublishVersion) raises."""
    try:
        yield
    except ClientError as error:
        raise _translated(error, action, region) from error
    except NO_CREDENTIALS as error:
        raise _without_credentials(error) from error
    except (SdkConnectionError, HTTPClientError) as error:
        raise UnansweredError(
            f"`{action}` got no answer in `{region}`", why=str(error), hint=_way_there(error)
        ) from error
    except BotoCoreError as error:
        raise AwsCallError(action, region, type(error).__name__, str(error), "") from error


def _without_credentials(error: BotoCoreError) -> UnreachableError:
    """Return which credentials there are none of: keys, a profile, or a session of SSO."""
    stay = "or stay on the laptop with `--target embedded`"
    if isinstance(error, ProfileNotFound):
        return UnreachableError(
            "The AWS profile does not exist",
            why=str(error),
            hint="correct AWS_PROFILE in `.env` or the shell; `aws configure list-profiles` shows "
            "which there are",
        )
    if isinstance(error, SSOTokenLoadError | TokenRetrievalError | UnauthorizedSSOTokenError):
        return UnreachableError(
            "The session of AWS SSO has expired, or was never begun",
            why=str(error),
            hint="log in: `aws sso login`, with `--profile NAME` when AWS_PROFILE is only in "
            f"`.env`; {stay}",
        )
    return UnreachableError(
        "There are no AWS credentials to work with",
        why=str(error),
        hint=f"set AWS_PROFILE in `.env` or log in (`aws sso login`), {stay}",
    )


_LOOPBACK: Final = re.compile(r"https?://(127\.|localhost\b|\[::1\])")


def _way_there(error: BotoCoreError) -> str:
    """Return what to look at when there is no answer: the proxy, its certificate, the network."""
    again = "then run the same command again"
    if isinstance(error, ProxyConnectionError):
        return f"correct HTTPS_PROXY, or add the host to NO_PROXY, {again}"
    if isinstance(error, SSLError):
        return (
            "a proxy that reads along has a certificate of its own: set AWS_CA_BUNDLE to its file, "
            + again
        )
    if _LOOPBACK.match(str(getattr(error, "kwargs", {}).get("endpoint_url", ""))):
        return (
            "see whether the embedded cloud runs (`sam-deploy cloud status`), and which faults "
            f"were added to it (`sam-deploy cloud fault list`), {again}"
        )
    return f"check the network and the endpoint (`sam-deploy doctor`), {again}"


def _translated(error: ClientError, action: str, region: str) -> SamDeployError:
    found = error.response.get("Error", {})
    code, message = str(found.get("Code", "")), str(found.get("Message", ""))
    request_id = str(error.response.get("ResponseMetadata", {}).get("RequestId", ""))
    why = f"{code}: {message}"
    if refusals.clock_is_wrong(code, message):
        return UnreachableError(
            f"The clock of this computer is wrong: AWS takes no signature of it in `{region}`",
            why=why,
            hint=f"{refusals.SET_CLOCK}, then run the same command again",
        )
    if code == "OptInRequired":
        return UnreachableError(
            f"The account has not enabled what `{action}` needs in `{region}`",
            why=why,
            hint=f"{refusals.enabling(region)}; or take `{region}` out of `deploy.py`",
        )
    if code in CREDENTIALS_REFUSED:
        kind = ExpiredError if code in EXPIRED else UnreachableError
        return kind(
            f"AWS did not accept the credentials in `{region}`",
            why=why,
            hint=refusals.renewal(region),
        )
    if code in ACCESS_DENIED:
        who, about = str(found.get("Who", "")), str(found.get("About", ""))
        return DeniedError(action, region, message or code, who, about)
    return AwsCallError(action, region, code, message, request_id)
