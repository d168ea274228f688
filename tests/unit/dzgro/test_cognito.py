# ruff: noqa: N803 - arguments have the names that boto3 gives them
from __future__ import annotations

import json
import logging
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

Load = Callable[..., ModuleType]


def trigger(kind: str, **request: object) -> dict[str, Any]:
    attributes = {"email": "ann@example.com", "sub": "s-1", "name": "Ann <b>"}
    return {
        "version": "2",
        "triggerSource": kind,
        "userPoolId": "ap-south-1_abc",
        "request": {"userAttributes": attributes, **request},
        "response": {},
    }


class Pool:
    """As much of a user pool as the sign-up trigger uses."""

    def __init__(self, **users: str) -> None:
        self.users = users
        self.filters: list[str] = []

    def list_users(self, *, UserPoolId: str, Filter: str) -> dict[str, Any]:
        """Source: Cognito API ListUsers."""
        self.filters.append(f"{UserPoolId}: {Filter}")
        return {"Users": [{"Username": n, "UserStatus": s} for n, s in self.users.items()]}

    def admin_delete_user(self, *, UserPoolId: str, Username: str) -> None:
        """Source: Cognito API AdminDeleteUser."""
        assert UserPoolId == "ap-south-1_abc"
        del self.users[Username]


def test_only_an_unconfirmed_user_makes_room(function: Load) -> None:
    """Somebody who confirmed the address keeps the account."""
    sign_up = pytest.importorskip("bson") and function("CognitoTrigger", "sign_up")
    pool = Pool(old="UNCONFIRMED", real="CONFIRMED", invited="FORCE_CHANGE_PASSWORD")

    sign_up.make_room(trigger("PreSignUp_SignUp"), pool)

    assert {"real": "CONFIRMED", "invited": "FORCE_CHANGE_PASSWORD"} == pool.users
    assert ['ap-south-1_abc: email = "ann@example.com"'] == pool.filters


def test_an_address_cannot_change_the_search(function: Load) -> None:
    """Quotes and backslashes in an address stay part of it."""
    sign_up = pytest.importorskip("bson") and function("CognitoTrigger", "sign_up")
    pool, event = Pool(), trigger("PreSignUp_SignUp")
    event["request"]["userAttributes"]["email"] = 'a" or \\b'

    sign_up.make_room(event, pool)

    assert [r'ap-south-1_abc: email = "a\" or \\b"'] == pool.filters


@pytest.mark.usefixtures("dev")
def test_a_new_users_document_holds_no_personal_data(
    function: Load, caplog: pytest.LogCaptureFixture
) -> None:
    """The log line is extended JSON with id, status and environment, no address and no name."""
    sign_up = pytest.importorskip("bson") and function("CognitoTrigger", "sign_up")
    caplog.set_level(logging.INFO)

    sign_up.welcome(trigger("PostConfirmation_ConfirmSignUp"))

    document = json.loads(caplog.messages[-1].removeprefix("user "))
    assert {"$oid"} == document.pop("_id").keys()
    assert {"uid": "s-1", "status": "Pending Onboarding", "environment": "dev"} == document


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("CustomMessage_SignUp", "Confirm your e-mail address - Dzgro"),
        ("CustomMessage_ResendCode", "Your new code - Dzgro"),
        ("CustomMessage_ForgotPassword", "Reset your password - Dzgro"),
    ],
)
def test_a_mail_has_its_subject_and_the_place_of_the_code(
    function: Load, kind: str, subject: str
) -> None:
    """Cognito refuses a text without its placeholder; the name is escaped."""
    event = trigger(kind, codeParameter="{####}")

    function("CognitoTrigger", "mails").write(event)

    assert subject == event["response"]["emailSubject"]
    assert 1 == event["response"]["emailMessage"].count("{####}")
    assert "Hello Ann &lt;b&gt;," in event["response"]["emailMessage"]


def test_tokens_carry_the_status_and_the_scope(function: Load) -> None:
    """Both tokens get the claim; only the access token has scopes (event version V2_0)."""
    event = trigger("TokenGeneration_HostedAuth")

    function("CognitoTrigger", "tokens").add_claims(event)

    claims = {"claimsToAddOrOverride": {"status": "Pending Onboarding"}}
    expected = {
        "idTokenGeneration": claims,
        "accessTokenGeneration": {**claims, "scopesToAdd": ["dzgro/read"]},
    }
    assert {"claimsAndScopeOverrideDetails": expected} == event["response"]


def test_triggers_that_are_not_handled_go_back_as_they_came(function: Load) -> None:
    """Cognito fails a sign-in when its event does not come back."""
    pytest.importorskip("bson")
    event = trigger("CustomMessage_AdminCreateUser", codeParameter="{####}")

    answer = function("CognitoTrigger").handler(event, None)

    assert trigger("CustomMessage_AdminCreateUser", codeParameter="{####}") == answer
