"""CognitoTrigger: what happens when people sign up and sign in."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Until: TypeAlias = Callable[..., Any]

HOME = "ap-south-1"
PASSWORD = "Passw0rd!-for-tests"


@pytest.fixture(scope="module")
def pool(dzgro: Project) -> dict[str, str]:
    """The ids of dev's user pool and of its client, from the outputs of the deployment."""
    stacks = dzgro.first.json["stacks"]
    outputs = next(
        each["outputs"] for each in stacks if (each["stack"], each["region"]) == ("dzgro-sam", HOME)
    )
    return {"pool": outputs["DzgroUserPoolDevId"], "client": outputs["DzgroDevClientId"]}


def sign_up(project: Project, pool: dict[str, str], email: str, name: str) -> str:
    """Sign up over Cognito and return the new user's id."""
    answer = project.client("cognito-idp", HOME).sign_up(
        ClientId=pool["client"],
        Username=email,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "name", "Value": name}],
    )
    user: str = answer["UserSub"]
    return user


def trigger(
    project: Project, source: str, attributes: dict[str, str], pool: str = "ap-south-1_example"
) -> dict[str, Any]:
    """Invoke dev's alias with the event that Cognito documents, and return its answer."""
    event = {
        "version": "1",
        "region": HOME,
        "userPoolId": pool,
        "userName": "someone",
        "callerContext": {"awsSdkVersion": "1", "clientId": "example"},
        "triggerSource": source,
        "request": {
            "userAttributes": attributes,
            "codeParameter": "{####}",
            "usernameParameter": None,
        },
        "response": {"smsMessage": None, "emailMessage": None, "emailSubject": None},
    }
    answer = project.client("lambda", HOME).invoke(
        FunctionName="CognitoTriggerFunction", Qualifier="dev", Payload=json.dumps(event)
    )
    payload = answer["Payload"].read().decode()
    assert "FunctionError" not in answer, payload
    returned: dict[str, Any] = json.loads(payload)
    assert {**event, "response": None} == {**returned, "response": None}
    return returned


def calls(project: Project) -> int:
    """Return how often CognitoTrigger was called in the home region, as its log says."""
    client = project.client("logs", HOME)
    group = "/aws/lambda/CognitoTriggerFunction"
    if not client.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return 0
    pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
    messages = [event["message"] for page in pages for event in page["events"]]
    return sum(message.startswith("START ") for message in messages)


def users(project: Project, pool: dict[str, str], email: str) -> list[str]:
    """Return the ids of the pool's users with this address."""
    found = project.client("cognito-idp", HOME).list_users(
        UserPoolId=pool["pool"], Filter=f'email = "{email}"'
    )
    attributes = [attribute for user in found["Users"] for attribute in user["Attributes"]]
    return [each["Value"] for each in attributes if each["Name"] == "sub"]


def test_the_pool_asks_the_function_before_somebody_signs_up(
    dzgro: Project, pool: dict[str, str], until: Until
) -> None:
    """PreSignUp is called by the pool and lets the sign-up pass."""
    before, email = calls(dzgro), f"{uuid.uuid4()}@example.com"
    user = sign_up(dzgro, pool, email, "Asha")
    assert [user] == users(dzgro, pool, email)
    until("the call in the function's log", lambda: calls(dzgro) > before)


def test_a_second_sign_up_replaces_one_that_was_never_confirmed(
    dzgro: Project, pool: dict[str, str]
) -> None:
    """PreSignUp makes room for people who lost their first code.

    Cognito asks the trigger first; the emulator refuses an address that is taken without asking,
    so the function is invoked with Cognito's documented event, and the second sign-up then passes.
    """
    email = f"{uuid.uuid4()}@example.com"
    first = sign_up(dzgro, pool, email, "First")
    trigger(dzgro, "PreSignUp_SignUp", {"email": email, "name": "Second"}, pool["pool"])
    assert [] == users(dzgro, pool, email)
    second = sign_up(dzgro, pool, email, "Second")
    assert first != second
    assert [second] == users(dzgro, pool, email)


def test_a_confirmed_user_is_never_replaced(dzgro: Project, pool: dict[str, str]) -> None:
    """PreSignUp leaves people alone who have confirmed their address."""
    email = f"{uuid.uuid4()}@example.com"
    user = sign_up(dzgro, pool, email, "Asha")
    dzgro.client("cognito-idp", HOME).admin_confirm_sign_up(UserPoolId=pool["pool"], Username=email)
    trigger(dzgro, "PreSignUp_SignUp", {"email": email, "name": "Mallory"}, pool["pool"])
    assert [user] == users(dzgro, pool, email)


def test_tokens_carry_the_claims_of_the_app(dzgro: Project, pool: dict[str, str]) -> None:
    """PreTokenGeneration, called by the pool, adds the status to the tokens of who signs in."""
    email, client = f"{uuid.uuid4()}@example.com", dzgro.client("cognito-idp", HOME)
    sign_up(dzgro, pool, email, "Asha")
    client.admin_confirm_sign_up(UserPoolId=pool["pool"], Username=email)
    answer = client.initiate_auth(
        ClientId=pool["client"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
    )
    token = answer["AuthenticationResult"]["IdToken"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    assert (email, "Pending Onboarding") == (claims["email"], claims["status"])


def newest_mail(project: Project, email: str) -> dict[str, Any]:
    """The newest mail to an address, as `cloud mail` shows it."""
    ran = project.run("cloud", "mail", "--json")
    return [each for each in ran.json if each["recipients"] == [email]][-1]


def code_of(mail: dict[str, Any]) -> str:
    found = re.search(r">(\d{6})<", mail["html"])
    assert found is not None, mail
    return found[1]


def test_people_sign_up_and_change_their_password_by_the_codes_of_their_mails(
    dzgro: Project, pool: dict[str, str]
) -> None:
    """CustomMessage has written each of them, the name escaped; a wrong code is refused.

    PostConfirmation, which the pool calls behind the right one, lets it pass.
    """
    email, client = f"{uuid.uuid4()}@example.com", dzgro.client("cognito-idp", HOME)
    sign_up(dzgro, pool, email, "<b>Asha</b>")
    first = newest_mail(dzgro, email)
    assert "Confirm your e-mail address - Dzgro" == first["subject"]
    assert "Hello &lt;b&gt;Asha&lt;/b&gt;," in first["html"]
    person = {"ClientId": pool["client"], "Username": email}
    client.resend_confirmation_code(**person)
    again = newest_mail(dzgro, email)
    assert "Your new code - Dzgro" == again["subject"]
    code = code_of(again)
    with pytest.raises(client.exceptions.CodeMismatchException):
        client.confirm_sign_up(**person, ConfirmationCode=f"{(int(code) + 1) % 1_000_000:06d}")
    client.confirm_sign_up(**person, ConfirmationCode=code)
    client.forgot_password(**person)
    reset = newest_mail(dzgro, email)
    assert "Reset your password - Dzgro" == reset["subject"]
    client.confirm_forgot_password(
        **person, ConfirmationCode=code_of(reset), Password=f"{PASSWORD}-2"
    )
