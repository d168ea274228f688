from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

from sam_deploy.aws import is_transient
from sam_deploy.aws.errors import calling
from sam_deploy.errors import SamDeployError

URL = "https://lambda.eu-west-1.amazonaws.com"


def refusal(code: str, status: int) -> ClientError:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PublishLayerVersion")  # type: ignore[arg-type] # what is read of it


def translated(error: Exception) -> SamDeployError:
    with (
        pytest.raises(SamDeployError) as raised,
        calling("lambda:PublishLayerVersion", "eu-west-1"),
    ):
        raise error
    return raised.value


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ReadTimeoutError(endpoint_url=URL), True),
        (EndpointConnectionError(endpoint_url=URL), True),
        (refusal("ServiceException", 500), True),
        (refusal("ServiceUnavailable", 503), True),
        (refusal("TooManyRequestsException", 429), True),
        (refusal("ThrottlingException", 400), True),
        (refusal("InvalidParameterValueException", 400), False),
        (refusal("AccessDeniedException", 403), False),
        (refusal("ExpiredTokenException", 403), False),
        (refusal("CodeStorageExceededException", 400), False),
        (NoCredentialsError(), False),
        (ParamValidationError(report="bad"), False),
    ],
    ids=str,
)
def test_only_what_passes_by_itself_is_transient(error: Exception, *, expected: bool) -> None:
    """R221: no answer, a server error, throttling; never a refusal or missing credentials."""
    assert expected == is_transient(translated(error))


def test_an_error_of_ours_is_not_transient() -> None:
    """It has no cause in the SDK."""
    assert not is_transient(SamDeployError("ours"))
