"""The broker's policies against AWS's service authorization reference, and cfn-lint's."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import yaml
from cfnlint.api import ManualArgs, lint
from policy_sentry.querying.actions import get_action_data
from policy_sentry.querying.all import get_all_actions
from policy_sentry.querying.conditions import get_condition_keys_for_service

from sam_deploy.broker.function.settings import BrokerSettings
from sam_deploy.broker.guard import BrokerNames
from sam_deploy.broker.policies import Audience, PolicyScope, policies
from sam_deploy.broker.template import broker_template

ACCOUNT = "123456789012"
NAMES = BrokerNames("orders", "eu-west-1", "orders-broker")
SETTINGS = BrokerSettings(
    app="orders",
    guarded={"prod": {"ApiFunction": ("eu-west-1", "us-east-1")}},
    sender="noreply@orders.example",
    sender_region="eu-west-1",
    recipients=("lead@orders.example",),
    minutes=10,
    attempts=3,
    codes_an_hour=5,
    codes_a_day=20,
    approval_hours=24,
)
SCOPE = PolicyScope(SETTINGS, NAMES, ACCOUNT, ("orders-sam",), f"arn:aws:iam::{ACCOUNT}:role/Admin")
GLOBAL_KEYS = {"aws:CalledViaFirst", "aws:PrincipalArn"}
AUDIENCES: tuple[Audience, ...] = ("people", "pipeline", "account")


@cache
def known() -> frozenset[str]:
    return frozenset(each.lower() for each in get_all_actions())


def statements(audience: Audience) -> list[dict[str, Any]]:
    return [each for document in policies(SCOPE, audience) for each in document["Statement"]]


def role() -> list[dict[str, Any]]:
    """What the broker itself may do."""
    document = yaml.load(broker_template(SETTINGS, NAMES), Loader=yaml.CSafeLoader)
    (policy,) = document["Resources"]["Role"]["Properties"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def actions(statement: dict[str, Any]) -> list[str]:
    given = statement.get("Action", statement.get("NotAction", []))
    return [given] if isinstance(given, str) else list(given)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_action_of_a_policy_exists(audience: Audience) -> None:
    """A Deny of a misspelt action denies nothing, and nobody is told."""
    named = [action for each in statements(audience) for action in actions(each)]
    for action in named:
        if action.endswith("*"):
            assert any(each.startswith(action[:-1].lower()) for each in known()), action
        else:
            assert action.lower() in known(), action


def test_every_action_of_the_broker_exists() -> None:
    """One that is misspelt would be missing when the first promotion goes through it."""
    assert [] == [a for each in role() for a in actions(each) if a.lower() not in known()]


@pytest.mark.parametrize("action", ["UpdateAlias", "CreateAlias", "DeleteAlias"])
def test_aliases_are_denied_for_functions_as_aws_has_it(action: str) -> None:
    """There is no resource type of an alias: that is why there is a broker."""
    (found,) = get_action_data("lambda", action)["lambda"]
    assert "function" in found["resource_arn_format"]
    assert "alias" not in found["resource_arn_format"].partition("function:")[2].lower()
    assert [] == [key for key in found["condition_keys"] if "alias" in key.lower()]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_condition_key_exists(audience: Audience) -> None:
    """A key that no request has makes a Deny hold always, or never."""
    kms = set(get_condition_keys_for_service("kms"))
    for each in statements(audience):
        for keys in each.get("Condition", {}).values():
            assert set() == set(keys) - GLOBAL_KEYS - kms


@pytest.mark.parametrize("audience", ["people", "pipeline"])
def test_cfn_lint_takes_the_policies(audience: Audience) -> None:
    """As managed policies of a template, which is how many teams keep theirs."""
    document = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            f"Policy{number}": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"PolicyDocument": each},
            }
            for number, each in enumerate(policies(SCOPE, audience))
        },
    }
    assert [] == lint(json.dumps(document), config=ManualArgs(regions=["eu-west-1"]))
