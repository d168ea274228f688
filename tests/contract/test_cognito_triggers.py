"""A pool's triggers around confirming and signing in, and the fault without `cognito_triggers`.

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
NAMES = (
    "PreSignUp",
    "PostConfirmation",
    "PreAuthentication",
    "PostAuthentication",
    "CustomMessage",
)
pytestmark = pytest.mark.slow

SOURCE = """
import boto3, json, os

def handler(event, context):
    queue = os.environ["SEEN"]
    boto3.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(event))
    if event["triggerSource"].startswith(os.environ["FAILS"]):
        raise ValueError("not today")
    if event["triggerSource"] == "PreSignUp_SignUp" and event["userName"].startswith("auto"):
        event["response"]["autoConfirmUser"] = True
    if event["triggerSource"].startswith("CustomMessage"):
        code = event["request"]["codeParameter"] if event["userName"] != "mute" else "nothing"
        event["response"]["emailSubject"] = "From us"
        event["response"]["emailMessage"] = f"<p>{event['triggerSource']}: {code}</p>"
    return event
"""


@dataclass(frozen=True, slots=True)
class Pool:
    """A user pool whose triggers note their events in a queue."""

    stack: Stack
    pool: str
    client: str
    queue: str

    @property
    def cognito(self) -> Any:
        """The API of user pools."""
        return self.stack.client("cognito-idp")

    def sign_up(self, name: str) -> None:  # noqa: D102
        self.cognito.sign_up(
            ClientId=self.client,
            Username=name,
            Password=PASSWORD,
            UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}],
        )

    def mail(self, name: str) -> local.Mail:
        """The newest mail to a user."""
        found = local.mails(self.stack.cloud)
        return [each for each in found if each.recipients == (f"{name}@example.com",)][-1]

    def code(self, name: str) -> str:
        """The code in it."""
        mail = self.mail(name)
        found = re.search(r"\b\d{6}\b", mail.text or mail.html)
        assert found is not None, mail
        return found[0]

    def confirm(self, name: str) -> None:
        """The user has entered the code of the mail."""
        self.cognito.confirm_sign_up(
            ClientId=self.client, Username=name, ConfirmationCode=self.code(name)
        )

    def sign_in(  # noqa: D102
        self, name: str, password: str = PASSWORD
    ) -> dict[str, Any]:
        answer: dict[str, Any] = self.cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )
        return answer

    def seen(self) -> list[dict[str, Any]]:
        """The events since the last time, in their order."""
        found: list[dict[str, Any]] = []
        queue = self.stack.client("sqs")
        while messages := queue.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                found.append(json.loads(message["Body"]))
                queue.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return found


@contextmanager
def pool(stack: Stack, fails: str = "nothing") -> Iterator[Pool]:
    name = f"triggers-{uuid.uuid4().hex[:8]}"
    queue = stack.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", SOURCE)
    functions, cognito = stack.client("lambda"), stack.client("cognito-idp")
    arn = functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Timeout=20,
        Role="arn:aws:iam::000000000000:role/r",
        Code={"ZipFile": data.getvalue()},
        Environment={"Variables": {"SEEN": queue, "FAILS": fails}},
    )["FunctionArn"]
    made = cognito.create_user_pool(PoolName=name, LambdaConfig=dict.fromkeys(NAMES, arn))
    pool_id = made["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName=name, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    try:
        yield Pool(stack, pool_id, client, queue)
    finally:
        cognito.delete_user_pool(UserPoolId=pool_id)
        functions.delete_function(FunctionName=name)


def sources(events: list[dict[str, Any]]) -> list[str]:
    return [event["triggerSource"] for event in events]


def test_confirming_and_signing_in_fire_their_triggers(stack: Stack) -> None:
    """PostConfirmation once, then PreAuthentication and PostAuthentication, with AWS's events."""
    with pool(stack) as users:
        users.sign_up("ann")
        users.confirm("ann")
        signed_up = users.seen()
        assert "AccessToken" in users.sign_in("ann")["AuthenticationResult"]
        signed_in = users.seen()
    expected = ["PreSignUp_SignUp", "CustomMessage_SignUp", "PostConfirmation_ConfirmSignUp"]
    assert expected == sources(signed_up)
    confirmed = signed_up[2]
    assert ("1", "eu-west-1", users.pool, "ann", users.client) == (
        confirmed["version"],
        confirmed["region"],
        confirmed["userPoolId"],
        confirmed["userName"],
        confirmed["callerContext"]["clientId"],
    )
    attributes = confirmed["request"]["userAttributes"]
    assert ("ann@example.com", "CONFIRMED") == (
        attributes["email"],
        attributes["cognito:user_status"],
    )
    expected = ["PreAuthentication_Authentication", "PostAuthentication_Authentication"]
    assert expected == sources(signed_in)
    assert False is signed_in[1]["request"]["newDeviceUsed"]


def test_every_way_to_be_confirmed_fires_it(stack: Stack) -> None:
    """By PreSignUp, by an administrator, by a new password."""
    with pool(stack) as users:
        users.sign_up("auto")
        users.sign_up("ben")
        users.seen()
        users.cognito.admin_confirm_sign_up(UserPoolId=users.pool, Username="ben")
        by_admin = users.seen()
        users.cognito.forgot_password(ClientId=users.client, Username="ben")
        users.seen()
        users.cognito.confirm_forgot_password(
            ClientId=users.client,
            Username="ben",
            ConfirmationCode=users.code("ben"),
            Password=f"{PASSWORD}-new",
        )
        by_password = users.seen()
    assert ["PostConfirmation_ConfirmSignUp"] == sources(by_admin)
    assert ["PostConfirmation_ConfirmForgotPassword"] == sources(by_password)


def test_a_user_that_presignup_confirms_fires_it_at_once(stack: Stack) -> None:
    """`autoConfirmUser`: PreSignUp, then PostConfirmation, in one request."""
    with pool(stack) as users:
        users.sign_up("auto")
        expected = ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]
        assert expected == sources(users.seen())


@pytest.mark.parametrize("name", ["PreAuthentication", "PostAuthentication"])
def test_a_trigger_that_raises_refuses_the_sign_in(stack: Stack, name: str) -> None:
    """In Cognito's words; a wrong password never reaches PostAuthentication."""
    with pool(stack, fails=name) as users:
        users.sign_up("auto")
        with pytest.raises(ClientError) as refused:
            users.sign_in("auto")
        users.seen()
        with pytest.raises(ClientError):
            users.sign_in("auto", "Wrong-123456")
        later = sources(users.seen())
    error = refused.value.response["Error"]
    assert ("UserLambdaValidationException", f"{name} failed with error not today.") == (
        error["Code"],
        error["Message"],
    )
    assert ["PreAuthentication_Authentication"] == later


def test_a_postconfirmation_that_raises_leaves_the_user_confirmed(stack: Stack) -> None:
    """The request fails, the confirmation stays, as on AWS."""
    with pool(stack, fails="PostConfirmation") as users:
        users.sign_up("ann")
        with pytest.raises(ClientError, match="PostConfirmation failed with error not today"):
            users.confirm("ann")
        user = users.cognito.admin_get_user(UserPoolId=users.pool, Username="ann")
    assert "CONFIRMED" == user["UserStatus"]


def test_mails_with_a_code_have_the_texts_of_custommessage(stack: Stack) -> None:
    """Signing up, another code, a forgotten password: each by its documented source."""
    with pool(stack) as users:
        users.sign_up("eve")
        written = [users.mail("eve")]
        users.cognito.resend_confirmation_code(
            ClientId=users.client, Username="eve", ClientMetadata={"from": "app"}
        )
        written.append(users.mail("eve"))
        users.confirm("eve")
        users.cognito.forgot_password(ClientId=users.client, Username="eve")
        written.append(users.mail("eve"))
        users.cognito.admin_reset_user_password(UserPoolId=users.pool, Username="eve")
        written.append(users.mail("eve"))
        seen = [each for each in users.seen() if each["triggerSource"].startswith("CustomMessage")]
    expected = ["SignUp", "ResendCode", "ForgotPassword", "ForgotPassword"]
    assert [f"CustomMessage_{each}" for each in expected] == sources(seen)
    assert {"From us"} == {mail.subject for mail in written}
    for source, mail in zip(expected, written, strict=True):
        assert re.fullmatch(rf"<p>CustomMessage_{source}: \d{{6}}</p>", mail.html), mail
    request = seen[1]["request"]
    assert ("{####}", None, {"from": "app"}, "eve@example.com") == (
        request["codeParameter"],
        request["usernameParameter"],
        request["clientMetadata"],
        request["userAttributes"]["email"],
    )
    empty = {"smsMessage": None, "emailMessage": None, "emailSubject": None}
    assert (users.client, empty) == (seen[1]["callerContext"]["clientId"], seen[1]["response"])


def test_a_custommessage_that_fails_refuses_the_request(stack: Stack) -> None:
    """By an exception, or by a mail without a place for the code."""
    with pool(stack, fails="CustomMessage") as users, pytest.raises(ClientError) as failed:
        users.sign_up("fay")
    with pool(stack) as users, pytest.raises(ClientError) as empty:
        users.sign_up("mute")
    said = [each.value.response["Error"]["Message"] for each in (failed, empty)]
    assert [
        "CustomMessage failed with error not today.",
        "CustomMessage returned an emailMessage without {####}.",
    ] == said


@pytest.mark.slow
def test_none_of_them_is_fired_without_the_patch(unmended: Stack) -> None:
    """Without `cognito_triggers` PreSignUp alone is called."""
    with pool(unmended) as users:
        users.sign_up("ann")
        users.confirm("ann")
        users.sign_in("ann")
        assert ["PreSignUp_SignUp"] == sources(users.seen())
