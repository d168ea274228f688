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
    SSOTokenLoadError,
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


def translated(error: Exception, region: str = "eu-west-1") -> SamDeployError:
    with pytest.raises(SamDeployError) as raised, calling("lambda:GetAlias", region):
        raise error
    assert error is raised.value.__cause__
    return raised.value


@pytest.mark.parametrize("error", NO_CREDENTIALS, ids=name)
def test_missing_credentials_are_out_of_reach(error: Exception) -> None:
    """With the SDK's own words, and the ways to get some."""
    found = translated(error)
    assert isinstance(found, UnreachableError)
    assert str(error) == found.why
    assert "`--target embedded`" in found.hint or "list-profiles" in found.hint


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


@pytest.mark.parametrize("code", ["InvalidToken", "UnrecognizedClientException"])
def test_a_region_that_has_to_be_enabled_is_named(code: str) -> None:
    """R220: where a region can be off, good credentials are refused like this, too."""
    away = translated(refusal(code), region="eu-south-2").hint
    assert "a region that is not enabled answers like this, too" in away
    assert "`aws account enable-region --region-name eu-south-2`" in away
    assert "enable" not in translated(refusal(code)).hint


def test_a_service_or_region_that_is_off_says_how_to_switch_it_on() -> None:
    """Its own code: the credentials are good."""
    found = translated(refusal("OptInRequired"), region="me-south-1")
    assert isinstance(found, UnreachableError)
    assert "The account has not enabled what `lambda:GetAlias` needs in `me-south-1`" == found.what
    assert "aws account enable-region --region-name me-south-1" in found.hint


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RequestTimeTooSkewed", "The difference between the request time and the current"),
        ("InvalidSignatureException", "Signature expired: 20261129T100000Z is now earlier than"),
        ("SignatureDoesNotMatch", "Signature not yet current: 2026 is still later than 2026"),
    ],
)
def test_a_wrong_clock_is_not_taken_for_wrong_credentials(code: str, message: str) -> None:
    """Renewing them would not help; the way to set the clock is said."""
    found = translated(refusal(code, message=message))
    assert isinstance(found, UnreachableError)
    assert found.what.startswith("The clock of this computer is wrong")
    assert "timedatectl" in found.hint
    assert "renew" not in found.hint
    assert "renew" in translated(refusal("SignatureDoesNotMatch", message="calculated")).hint


DENIED = "User: arn:aws:iam::1:role/ci is not authorized to perform: iam:PassRole on resource: "
ROLE = "arn:aws:iam::1:role/orders"


@pytest.mark.parametrize(
    ("because", "way"),
    [
        (
            " because no identity-based policy allows the iam:PassRole action",
            f"give them the permission `iam:PassRole` on `{ROLE}` in a policy of that user or role",
        ),
        (
            " with an explicit deny in a service control policy",
            f"a service control policy of the organization forbids `iam:PassRole` on `{ROLE}`",
        ),
        (
            " because no permissions boundary allows the iam:PassRole action",
            f"add `iam:PassRole` on `{ROLE}` to the permissions boundary",
        ),
        (
            " with an explicit deny in an identity-based policy",
            f"take `iam:PassRole` on `{ROLE}` out of the `Deny` statement",
        ),
        (
            " because no session policy allows the iam:PassRole action",
            f"the policy of the session lacks `iam:PassRole` on `{ROLE}`",
        ),
        (
            " because no resource-based policy allows the iam:PassRole action",
            "look at the policy of the resource itself",
        ),
    ],
)
def test_a_denied_call_names_action_resource_and_policy(because: str, way: str) -> None:
    """R224: in AWS's words where it says which policy it was; the action is the one it misses."""
    found = translated(refusal("AccessDenied", message=DENIED + ROLE + because))
    assert isinstance(found, RefusedError)
    assert way in found.hint


@pytest.mark.parametrize(
    ("error", "what", "way"),
    [
        (
            ProfileNotFound(profile="x"),
            "The AWS profile does not exist",
            "aws configure list-profiles",
        ),
        (
            UnauthorizedSSOTokenError(),
            "The session of AWS SSO has expired, or was never begun",
            "aws sso login",
        ),
        (
            SSOTokenLoadError(error_msg="none"),
            "The session of AWS SSO has expired, or was never begun",
            "aws sso login",
        ),
        (NoCredentialsError(), "There are no AWS credentials to work with", "AWS_PROFILE"),
        (
            ProxyConnectionError(proxy_url="http://p"),
            "`lambda:GetAlias` got no answer in `eu-west-1`",
            "HTTPS_PROXY",
        ),
        (
            SSLError(endpoint_url="https://x", error="self-signed"),
            "`lambda:GetAlias` got no answer in `eu-west-1`",
            "AWS_CA_BUNDLE",
        ),
        (
            EndpointConnectionError(endpoint_url="https://x"),
            "`lambda:GetAlias` got no answer in `eu-west-1`",
            "sam-deploy doctor",
        ),
        (
            EndpointConnectionError(endpoint_url="http://127.0.0.1:4566/"),
            "`lambda:GetAlias` got no answer in `eu-west-1`",
            "cloud fault list",
        ),
    ],
    ids=lambda each: name(each) if isinstance(each, Exception) else "",
)
def test_each_way_to_be_out_of_reach_has_its_own_way_back(
    error: Exception, what: str, way: str
) -> None:
    """A profile, a session, a proxy, a certificate: none is mended by what mends another."""
    found = translated(error)
    assert what == found.what
    assert way in found.hint


@pytest.mark.parametrize(
    ("code", "way"),
    [
        ("ThrottlingException", "wait a minute"),
        ("LimitExceededException", "Service Quotas"),
        ("CodeStorageExceededException", "sam-deploy layers prune"),
        ("InsufficientCapabilitiesException", "--capabilities CAPABILITY_NAMED_IAM"),
        ("ResourceConflictException", "wait a minute"),
        ("SomethingElse", "correct the cause"),
    ],
)
def test_other_refusals_say_what_mends_them(code: str, way: str) -> None:
    """By their code, where there is one thing to do."""
    assert way in translated(refusal(code)).hint
