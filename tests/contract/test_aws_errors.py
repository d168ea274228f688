"""Every way in which a call can fail, over real connections, in the user's words."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from botocore.awsrequest import AWSResponse

from sam_deploy import local
from sam_deploy.aws import Aws, AwsCallError, Endpoint, Functions
from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError

REGION = "eu-west-1"
Client: TypeAlias = Any
Answers = Callable[[int, str, str], Functions]


class _Body:
    """The content of an answer, as urllib3 streams it."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self) -> Iterator[bytes]:
        """Yield all of it."""
        yield self.content


@pytest.fixture
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud, as every command reaches it."""
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture
def answers(account: Aws) -> Answers:
    """Makes a Lambda that answers every call with an error of AWS, before it is sent."""

    def make(status: int, code: str, message: str) -> Functions:
        client: Client = account.client("lambda", REGION)

        def answer(request: Client, **_: object) -> AWSResponse:
            headers = {"x-amzn-errortype": code, "x-amzn-requestid": "request-1"}
            body = f'{{"message": "{message}"}}'.encode()
            return AWSResponse(request.url, status, headers, _Body(body))  # type: ignore[arg-type]

        client.meta.events.register("before-send.lambda", answer)
        return Functions(account, REGION)

    return make


def raised_by(call: Callable[[], object]) -> SamDeployError:
    with pytest.raises(SamDeployError) as raised:
        call()
    return raised.value


def test_the_account_is_the_one_of_the_key(account: Aws) -> None:
    """The emulator gives the key `test` the account of twelve zeros; it is asked for once."""
    assert "000000000000" == account.account(REGION)
    account.client("sts", REGION).meta.events.register(
        "before-send.sts", lambda **_: pytest.fail("it was known already")
    )
    assert "000000000000" == account.account(REGION)


def test_clients_are_made_once(account: Aws) -> None:
    """One for each service and region."""
    assert account.client("s3", REGION) is account.client("s3", REGION)
    assert account.client("s3", REGION) is not account.client("s3", "us-east-1")


@pytest.mark.fault(28)
@pytest.mark.parametrize(
    "code", ["ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"]
)
def test_credentials_that_aws_refuses_are_out_of_reach(answers: Answers, code: str) -> None:
    """Exit code 8, and how to renew them."""
    error = raised_by(lambda: answers(403, code, "not valid").alias("Api", "dev"))
    assert isinstance(error, UnreachableError)
    assert "AWS did not accept the credentials in `eu-west-1`" == error.what
    assert f"{code}: not valid" == error.why
    assert "aws sso login" in error.hint


def test_a_denied_call_names_the_action(answers: Answers) -> None:
    """Exit code 5: nothing was changed, which permission is missing, and for what."""
    message = "User x is not authorized to perform: lambda:GetAlias"
    error = raised_by(lambda: answers(403, "AccessDeniedException", message).alias("Api", "dev"))
    assert isinstance(error, RefusedError)
    assert "The credentials may not call `lambda:GetAlias` in `eu-west-1`" == error.what
    assert f"{message} (about Api, dev)" == error.why
    assert "`lambda:GetAlias`" in error.hint


def test_any_other_refusal_keeps_code_message_and_request(answers: Answers) -> None:
    """For whoever knows what to do with the code, and for AWS support."""
    lambdas = answers(400, "InvalidParameterValueException", "no such runtime")
    error = raised_by(lambda: lambdas.alias("Api", "dev"))
    assert isinstance(error, AwsCallError)
    assert ("InvalidParameterValueException", "no such runtime", "lambda:GetAlias", REGION) == (
        error.code,
        error.message,
        error.action,
        error.region,
    )
    assert "InvalidParameterValueException: no such runtime (request request-1)" == error.why


def test_what_is_not_there_is_nothing(answers: Answers) -> None:
    """A missing alias or function is an answer, not an error."""
    lambdas = answers(404, "ResourceNotFoundException", "not found")
    assert (None, None, ()) == (
        lambdas.alias("Api", "dev"),
        lambdas.state("Api"),
        lambdas.aliases("Api"),
    )


def test_a_request_that_the_model_forbids_is_told(account: Aws) -> None:
    """Botocore checks arguments before it sends them; its words are kept."""
    error = raised_by(lambda: Functions(account, REGION).alias("", "dev"))
    assert isinstance(error, AwsCallError)
    assert "ParamValidationError" == error.code
    assert "FunctionName" in error.why


def test_a_closed_port_is_out_of_reach() -> None:
    """With the address, and where to look; without the SDK's pauses between its tries."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    account = Aws(Endpoint("embedded", f"http://127.0.0.1:{port}", "", "test", "test"))
    _without_retries(account, "sts")
    error = raised_by(lambda: account.account(REGION))
    assert isinstance(error, UnreachableError)
    assert "`sts:GetCallerIdentity` got no answer in `eu-west-1`" == error.what
    assert str(port) in error.why
    assert 8 == error.exit_code


def test_without_credentials_nothing_is_sent(tmp_path: Path) -> None:
    """No key, no profile, no metadata service: the hint names the ways to get some."""
    account = Aws(Endpoint("aws", "http://127.0.0.1:9"))
    error = raised_by(lambda: account.account(REGION))
    assert isinstance(error, UnreachableError)
    assert "There are no AWS credentials to work with" == error.what
    assert "AWS_PROFILE" in error.hint
    assert [] == list(tmp_path.iterdir())


def test_a_profile_that_does_not_exist_is_named() -> None:
    """From `.env` or the shell."""
    account = Aws(Endpoint("aws", profile="nobody"))
    error = raised_by(lambda: account.account(REGION))
    assert isinstance(error, UnreachableError)
    assert "nobody" in error.why


def _without_retries(account: Aws, service: str) -> None:
    events = account.client(service, REGION).meta.events
    events.unregister(f"needs-retry.{service}", unique_id=f"retry-config-{service}")
