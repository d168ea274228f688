"""The policies that make the broker the only way, decided as IAM decides."""

from __future__ import annotations

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from tests.unit.broker.conftest import ACCOUNT, SETTINGS

from sam_deploy.broker.guard import BrokerNames
from sam_deploy.broker.policies import MOST, Audience, PolicyScope, policies

NAMES = BrokerNames("orders", "eu-west-1", "orders-broker")
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/Admin"
SCOPE = PolicyScope(SETTINGS, NAMES, ACCOUNT, ("orders-sam", "orders-sam-ams"))
API = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:ApiFunction"
BROKER = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders-broker"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders-broker"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders-broker"
STACK = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/orders-sam/1234"
OWN_STACK = f"arn:aws:cloudformation:eu-west-1:{ACCOUNT}:stack/orders-broker/1234"
BY_STACK = {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}
OF_KEY = {"kms:ResourceAliases": "alias/orders-broker"}


def denied(
    audience: Audience,
    action: str,
    resource: str,
    scope: PolicyScope = SCOPE,
    **context: str,
) -> bool:
    """Whether a policy denies a call, whatever else allows it."""
    return any(
        each["Effect"] == "Deny"
        and _acts(each, action)
        and any(fnmatchcase(resource, pattern) for pattern in each["Resource"])
        and all(
            _holds(operator, key, wanted, context)
            for operator, keys in each.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
        for document in policies(scope, audience)
        for each in document["Statement"]
    )


def _acts(statement: dict[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not any(fnmatchcase(action, pattern) for pattern in statement["NotAction"])
    return action in statement["Action"]


def _holds(operator: str, key: str, wanted: str | list[str], context: dict[str, str]) -> bool:
    """Source: IAM user guide, condition operators; a negated one holds for a key that is absent."""
    values = [wanted] if isinstance(wanted, str) else wanted
    given = context.get(key)
    match operator:
        case "StringNotEquals":
            return given not in values
        case "ArnNotEquals":
            return given is None or not any(fnmatchcase(given, each) for each in values)
        case "ForAnyValue:StringEquals":
            return given in values
        case _:
            raise LookupError(operator)


@pytest.mark.parametrize("audience", ["people", "pipeline", "account"])
@pytest.mark.parametrize("resource", [API, f"{API}:prod"])
def test_nobody_moves_an_alias_past_the_broker(audience: Audience, resource: str) -> None:
    """Not by hand, nor by a template that pins it to a version."""
    assert denied(audience, "lambda:UpdateAlias", resource)
    assert denied(audience, "lambda:UpdateAlias", resource, **BY_STACK)
    assert not denied(audience, "lambda:UpdateAlias", f"{API}Other")


@pytest.mark.parametrize(
    ("audience", "by_stack"), [("people", True), ("pipeline", False), ("account", False)]
)
@pytest.mark.parametrize("action", ["lambda:CreateAlias", "lambda:DeleteAlias"])
def test_aliases_come_and_go_with_stacks_alone(
    audience: Audience, action: str, *, by_stack: bool
) -> None:
    """Pipelines deploy, so CloudFormation makes and removes aliases for them; not for people."""
    assert denied(audience, action, API)
    assert by_stack == denied(audience, action, API, **BY_STACK)
    assert denied(audience, action, API, **{"aws:CalledViaFirst": "athena.amazonaws.com"})


def test_the_broker_itself_is_not_denied() -> None:
    """A service control policy holds for every role of the account: for its own it must not."""
    scope = replace(SCOPE, administrator=ADMIN)
    own = {"aws:PrincipalArn": ROLE}
    assert not denied("account", "lambda:UpdateAlias", API, scope, **own)
    assert not denied("account", "dynamodb:PutItem", TABLE, scope, **own)
    assert not denied("account", "kms:GenerateMac", KEY, scope, **own, **OF_KEY)
    log = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/orders-broker:log-stream:x"
    assert not denied("account", "logs:PutLogEvents", log, scope, **own)
    assert denied("account", "lambda:CreateAlias", API, scope)
    assert not denied(
        "account", "lambda:UpdateFunctionCode", BROKER, scope, **{"aws:PrincipalArn": ADMIN}
    )


@pytest.mark.parametrize("audience", ["people", "pipeline", "account"])
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("lambda:UpdateFunctionCode", BROKER),
        ("lambda:UpdateFunctionConfiguration", BROKER),
        ("lambda:DeleteFunction", BROKER),
        ("lambda:AddPermission", BROKER),
        ("lambda:SomethingOfNextYear", BROKER),
        ("iam:PassRole", ROLE),
        ("iam:PutRolePolicy", ROLE),
        ("iam:UpdateAssumeRolePolicy", ROLE),
        ("sts:AssumeRole", ROLE),
        ("dynamodb:PutItem", TABLE),
        ("dynamodb:GetItem", TABLE),
        ("dynamodb:DeleteTable", TABLE),
        ("cloudformation:UpdateStack", OWN_STACK),
        ("cloudformation:ExecuteChangeSet", OWN_STACK),
        ("cloudformation:DeleteStack", OWN_STACK),
    ],
)
def test_nobody_changes_the_broker(audience: Audience, action: str, resource: str) -> None:
    """Its function, role, memory and stack, and nobody passes its role to a function of theirs."""
    scope = replace(SCOPE, administrator=ADMIN)
    assert denied(audience, action, resource, scope)
    assert denied(audience, action, resource, scope, **BY_STACK)


@pytest.mark.parametrize("action", ["kms:GenerateMac", "kms:PutKeyPolicy", "kms:CreateGrant"])
def test_nobody_uses_its_key(action: str) -> None:
    """The key is known by its alias, as nobody knows its id before it is made."""
    assert denied("people", action, KEY, **OF_KEY)
    assert not denied("people", action, KEY, **{"kms:ResourceAliases": "alias/other"})
    alias = f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/orders-broker"
    assert denied("people", "kms:DeleteAlias", alias)


def test_people_deploy_nothing_and_pipelines_do() -> None:
    """A template can lead a stage of prod elsewhere, so the app's stacks are for pipelines."""
    for action in ("cloudformation:CreateChangeSet", "cloudformation:UpdateStack"):
        assert denied("people", action, STACK)
        assert not denied("pipeline", action, STACK)


@pytest.mark.parametrize("audience", ["people", "pipeline"])
def test_everybody_may_look_and_ask(audience: Audience) -> None:
    """Calling the broker is allowed; reading aliases and the broker is not denied."""
    (ask,) = [e for e in policies(SCOPE, audience)[0]["Statement"] if e["Effect"] == "Allow"]
    assert ("lambda:InvokeFunction", BROKER) == (ask["Action"], ask["Resource"][0])
    for action, resource in (
        ("lambda:InvokeFunction", BROKER),
        ("lambda:GetFunction", BROKER),
        ("lambda:GetAlias", API),
        ("lambda:UpdateFunctionCode", API),
        ("lambda:PublishVersion", API),
        ("iam:GetRole", ROLE),
    ):
        assert not denied(audience, action, resource)


@pytest.mark.parametrize("audience", ["people", "pipeline", "account"])
def test_many_functions_take_several_policies(audience: Audience) -> None:
    """Each fits into what IAM takes, and together they are about every function."""
    functions = {f"{'Long' * 10}{number}Function": ("eu-west-1",) for number in range(60)}
    scope = replace(SCOPE, settings=replace(SETTINGS, guarded={"prod": functions}))
    made = policies(scope, audience)
    assert len(made) > 1
    assert max(len(json.dumps(each, separators=(",", ":"))) for each in made) <= MOST[audience]
    for function in functions:
        arn = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{function}"
        assert denied(audience, "lambda:UpdateAlias", arn, scope)


def test_other_partitions_have_their_own_arns() -> None:
    """China and GovCloud."""
    scope = replace(SCOPE, names=BrokerNames("orders", "cn-north-1", "orders-broker"))
    text = json.dumps(policies(scope, "people"))
    assert "arn:aws-cn:lambda" in text
    assert "arn:aws:" not in text
