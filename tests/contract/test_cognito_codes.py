"""Codes, required attributes and tokens of a pool, and the faults without the patches.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself.
"""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from sam_deploy import local

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
PASSWORD = "Secret-123456"
ANOTHER = "Another-123456"
pytestmark = pytest.mark.slow

COUNTS = """
import boto3, json, os

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["SEEN"], MessageBody=json.dumps(event))
    added = {"claimsToAddOrOverride": {"seen": "yes"}}
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "idTokenGeneration": added, "accessTokenGeneration": added
    }
    return event
"""


@dataclass(frozen=True, slots=True)
class Pool:
    """A user pool that knows people by their address and requires their name."""

    stack: Stack
    pool: str
    client: str

    @property
    def cognito(self) -> Any:
        """The API of user pools."""
        return self.stack.client("cognito-idp")

    def sign_up(self, email: str, **attributes: str) -> None:  # noqa: D102
        given = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self.cognito.sign_up(
            ClientId=self.client, Username=email, Password=PASSWORD, UserAttributes=given
        )

    def code(self, email: str) -> str:
        """The code of the newest mail to an address."""
        found = [each for each in local.mails(self.stack.cloud) if each.recipients == (email,)]
        code = re.search(r"\b\d{6}\b", found[-1].text)
        assert code is not None, found[-1]
        return code[0]

    def confirm(self, email: str, code: str) -> None:  # noqa: D102
        self.cognito.confirm_sign_up(ClientId=self.client, Username=email, ConfirmationCode=code)

    def reset(self, email: str, code: str) -> None:  # noqa: D102
        self.cognito.confirm_forgot_password(
            ClientId=self.client, Username=email, ConfirmationCode=code, Password=ANOTHER
        )

    def sign_in(self, email: str, password: str) -> dict[str, Any]:  # noqa: D102
        answer: dict[str, Any] = self.cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        return answer

    def refused(self, call: Any, *given: str, **named: str) -> tuple[str, str]:
        """The code and message of what a call is refused with."""
        with pytest.raises(ClientError) as caught:
            call(*given, **named)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]


@contextmanager
def pool(stack: Stack, **more: object) -> Iterator[Pool]:
    cognito = stack.client("cognito-idp")
    made = cognito.create_user_pool(
        PoolName=f"codes-{uuid.uuid4().hex[:8]}",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        Schema=[{"Name": name, "Required": True, "Mutable": True} for name in ("email", "name")],
        **more,
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=made, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    try:
        yield Pool(stack, made, client)
    finally:
        cognito.delete_user_pool(UserPoolId=made)


def address() -> str:
    return f"{uuid.uuid4()}@example.com"


def other(code: str) -> str:
    """Another code of six digits."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


MISMATCH = ("CodeMismatchException", "Invalid verification code provided, please try again.")


def test_a_sign_up_is_confirmed_by_the_code_of_its_mail_alone(stack: Stack) -> None:
    """A wrong code is refused, the right one is taken once, and the address is verified then."""
    email = address()
    with pool(stack) as users:
        users.sign_up(email, name="Asha")
        code = users.code(email)
        assert MISMATCH == users.refused(users.confirm, email, other(code))
        users.confirm(email, code)
        user = users.cognito.admin_get_user(UserPoolId=users.pool, Username=email)
        again = users.refused(users.confirm, email, code)
        by_admin = users.refused(
            users.cognito.admin_confirm_sign_up, UserPoolId=users.pool, Username=email
        )
    known = {each["Name"]: each["Value"] for each in user["UserAttributes"]}
    assert ("CONFIRMED", "true") == (user["UserStatus"], known["email_verified"])
    said = "User cannot be confirmed. Current status is CONFIRMED"
    assert [("NotAuthorizedException", said)] * 2 == [again, by_admin]


def test_another_code_makes_the_first_one_worthless(stack: Stack) -> None:
    """ResendConfirmationCode mails a new one."""
    email = address()
    with pool(stack) as users:
        users.sign_up(email, name="Asha")
        first = users.code(email)
        users.cognito.resend_confirmation_code(ClientId=users.client, Username=email)
        second = users.code(email)
        if first != second:  # one time in a million they are the same
            assert MISMATCH == users.refused(users.confirm, email, first)
        users.confirm(email, second)


def test_a_password_is_changed_by_the_code_of_its_mail_alone(stack: Stack) -> None:
    """Not by a wrong one, not by one that was used, not without having asked."""
    email = address()
    with pool(stack) as users:
        users.sign_up(email, name="Asha")
        users.confirm(email, users.code(email))
        expired = ("ExpiredCodeException", "Invalid code provided, please request a code again.")
        assert expired == users.refused(users.reset, email, "000001")
        users.cognito.forgot_password(ClientId=users.client, Username=email)
        code = users.code(email)
        assert MISMATCH == users.refused(users.reset, email, other(code))
        assert "AuthenticationResult" in users.sign_in(email, PASSWORD)
        users.reset(email, code)
        assert "AuthenticationResult" in users.sign_in(email, ANOTHER)
        assert expired == users.refused(users.reset, email, code)


def test_a_sign_up_without_a_required_attribute_is_refused(stack: Stack) -> None:
    """In Cognito's words; the address is known by the user's name."""
    with pool(stack) as users:
        said = users.refused(users.sign_up, address())
    why = "Attributes did not conform to the schema: name: The attribute is required\n"
    assert ("InvalidParameterException", why) == said


def counting(stack: Stack, name: str) -> tuple[str, str]:
    """A PreTokenGeneration function: its ARN, and the queue where it notes its events."""
    queue = stack.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", COUNTS)
    arn = stack.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Timeout=20,
        Role="arn:aws:iam::000000000000:role/r",
        Code={"ZipFile": data.getvalue()},
        Environment={"Variables": {"SEEN": queue}},
    )["FunctionArn"]
    return arn, queue


def sources(stack: Stack, queue: str) -> list[str]:
    """Why the function was called since the last time."""
    found: list[str] = []
    client = stack.client("sqs")
    while messages := client.receive_message(QueueUrl=queue).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"])["triggerSource"])
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return found


def login(stack: Stack) -> tuple[list[str], list[str]]:
    """Why PreTokenGeneration was called for a login, and for a refresh."""
    name, email = f"tokens-{uuid.uuid4().hex[:8]}", address()
    arn, queue = counting(stack, name)
    lambdas = {"PreTokenGenerationConfig": {"LambdaArn": arn, "LambdaVersion": "V2_0"}}
    with pool(stack, LambdaConfig=lambdas) as users:
        users.sign_up(email, name="Asha")
        users.confirm(email, users.code(email))
        tokens = users.sign_in(email, PASSWORD)["AuthenticationResult"]
        signed_in = sources(stack, queue)
        users.cognito.initiate_auth(
            ClientId=users.client,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]},
        )
        refreshed = sources(stack, queue)
    stack.client("lambda").delete_function(FunctionName=name)
    return signed_in, refreshed


def test_pretokengeneration_is_called_once_for_a_login(stack: Stack) -> None:
    """Its one answer is in both tokens; a refresh asks anew."""
    assert (["TokenGeneration_Authentication"], ["TokenGeneration_RefreshTokens"]) == login(stack)


def test_it_is_called_twice_without_the_patch(unmended: Stack) -> None:
    """Without `cognito_tokens`, for each token."""
    signed_in, _ = login(unmended)
    assert ["TokenGeneration_Authentication"] * 2 == signed_in


def test_any_code_is_taken_without_the_patch(unmended: Stack) -> None:
    """Without `cognito_codes`, also again, and what is required is not asked for."""
    email = address()
    with pool(unmended) as users:
        users.sign_up(email)
        users.confirm(email, other(users.code(email)))
        users.confirm(email, "999999")
        users.reset(email, "000001")
