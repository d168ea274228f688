from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
    UnauthorizedSSOTokenError,
)

from sam_deploy.aws.errors import ACCESS_DENIED, CREDENTIALS_REFUSED, AwsCallError, calling
from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError

URL = "https://lambda.eu-west-1.amazonaws.com"
NO_CREDENTIALS = [
    NoCredentialsError(),
    PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
    ProfileNotFound(profile="team"),
    UnauthorizedSSOTokenError(),
]
NO_ANSWER = [
    EndpointConnectionError(endpoint_url=URL, error="refused"),
    ConnectTimeoutError(endpoint_url=URL, error="slow"),
    ReadTimeoutError(endpoint_url=URL, error="slow"),
    ProxyConnectionError(proxy_url="http://proxy:1", error="refused"),
    SSLError(endpoint_url=URL, error="unknown issuer"),
]
OTHER = [NoRegionError(), ParamValidationError(report="bad")]


def name(error: object) -> str:
    return type(error).__name__


def refusal(code: str, message: str = "in their words", request_id: str = "") -> ClientError:
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"RequestId": request_id},
    }
    return ClientError(answer, "GetAlias")  # type: ignore[arg-type] # what is read of an answer


def translated(error: Exception) -> SamDeployError:
    with pytest.raises(SamDeployError) as raised, calling("lambda:GetAlias", "eu-west-1"):
        raise error
    assert error is raised.value.__cause__
    return raised.value


@pytest.mark.parametrize("error", NO_CREDENTIALS, ids=name)
def test_missing_credentials_are_out_of_reach(error: Exception) -> None:
    """With the SDK's own words, and the ways to get some."""
    found = translated(error)
    assert isinstance(found, UnreachableError)
    assert ("There are no AWS credentials to work with", str(error)) == (found.what, found.why)


@pytest.mark.parametrize("error", NO_ANSWER, ids=name)
def test_no_answer_is_out_of_reach(error: Exception) -> None:
    """Refused, slow, behind a proxy, or not to be trusted."""
    found = translated(error)
    assert isinstance(found, UnreachableError)
    assert "`lambda:GetAlias` got no answer in `eu-west-1`" == found.what
    assert str(error) == found.why


@pytest.mark.parametrize("error", OTHER, ids=name)
def test_other_errors_of_the_sdk_keep_their_name(error: Exception) -> None:
    """As the code of a refused call."""
    found = translated(error)
    assert isinstance(found, AwsCallError)
    assert (name(error), "lambda:GetAlias") == (found.code, found.action)


@pytest.mark.parametrize("code", sorted(CREDENTIALS_REFUSED))
def test_every_code_for_bad_credentials_is_known(code: str) -> None:
    """They differ by service: S3, STS, Lambda and CloudFormation have their own."""
    found = translated(refusal(code))
    assert isinstance(found, UnreachableError)
    assert f"{code}: in their words" == found.why


@pytest.mark.parametrize("code", sorted(ACCESS_DENIED))
def test_every_code_for_a_missing_permission_is_known(code: str) -> None:
    """The action is the one to allow."""
    found = translated(refusal(code))
    assert isinstance(found, RefusedError)
    assert "in their words" == found.why
    assert "give them the permission `lambda:GetAlias`" in found.hint
    assert code == translated(refusal(code, message="")).why


def test_any_other_code_is_for_the_caller() -> None:
    """Code and message apart, the request id in the text."""
    found = translated(refusal("TooManyRequestsException", request_id="r-1"))
    assert isinstance(found, AwsCallError)
    assert ("TooManyRequestsException", "in their words") == (found.code, found.message)
    assert "TooManyRequestsException: in their words (request r-1)" == found.why


@pytest.mark.parametrize("error", [ValueError("a bug"), KeyboardInterrupt()], ids=name)
def test_what_is_not_from_the_sdk_passes(error: BaseException) -> None:
    """Bugs stay bugs, and Ctrl-C stays Ctrl-C."""
    with pytest.raises(type(error)), calling("lambda:GetAlias", "eu-west-1"):
        raise error


def test_our_own_errors_pass() -> None:
    """A call inside a call is translated once."""
    inner = RefusedError("no")
    with pytest.raises(RefusedError) as raised, calling("lambda:GetAlias", "eu-west-1"):
        raise inner
    assert inner is raised.value


@pytest.mark.parametrize("code", ["InvalidToken", "OptInRequired", "UnrecognizedClientException"])
def test_a_region_that_is_not_enabled_is_named(code: str) -> None:
    """R220: what refuses good credentials there is the region, and the hint says which."""
    hint = translated(refusal(code)).hint
    assert "a region that is not enabled answers like this, too" in hint
    assert hint.endswith("enable `eu-west-1` in the account")
