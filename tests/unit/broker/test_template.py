"""The stack of a broker, held to AWS's rules and to ours."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from cfnlint.api import ManualArgs, lint
from tests.unit.broker.conftest import APART, SETTINGS

from sam_deploy.broker.bundle import bundle
from sam_deploy.broker.guard import BrokerNames
from sam_deploy.broker.template import broker_template
from sam_deploy.template import audit

NAMES = BrokerNames("orders", "eu-west-1", "orders-broker")


@pytest.fixture(scope="module")
def text() -> str:
    """The template as it is written."""
    return broker_template(SETTINGS, NAMES)


@pytest.fixture(scope="module")
def document(text: str) -> dict[str, Any]:
    """The template as CloudFormation reads it."""
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


def statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    """What the broker's role may do."""
    (policy,) = document["Resources"]["Role"]["Properties"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def test_it_is_clean_by_cfn_lint(text: str) -> None:
    """Not even a warning, in the home region."""
    assert [] == lint(text, config=ManualArgs(regions=["eu-west-1"]))


def test_it_is_clean_by_our_audit(document: dict[str, Any]) -> None:
    """Held to the strict rules, without a waiver."""
    assert () == audit(document, strict=["prod"])


def test_the_code_stands_in_it_as_it_is(document: dict[str, Any]) -> None:
    """What is reviewed is what runs."""
    function = document["Resources"]["Function"]["Properties"]
    assert bundle(SETTINGS) == function["Code"]["ZipFile"]
    assert "index.handler" == function["Handler"]


def test_the_broker_may_move_aliases_of_its_functions_and_no_more(
    document: dict[str, Any],
) -> None:
    """UpdateAlias, not CreateAlias; of these functions; in any region."""
    every = [action for each in statements(document) for action in each["Action"]]
    assert {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "kms:GenerateMac",
        "lambda:GetAlias",
        "lambda:GetFunctionConfiguration",
        "lambda:UpdateAlias",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "ses:SendEmail",
    } == set(every)
    (moves,) = [each for each in statements(document) if "lambda:UpdateAlias" in each["Action"]]
    ends = {each["Fn::Sub"].partition(":function:")[2] for each in moves["Resource"]}
    assert {"ApiFunction", "ApiFunction:*", "JobsFunction", "JobsFunction:*"} == ends


def test_where_functions_are_apart_it_looks_at_those_that_are_promoted() -> None:
    """It reads what dev serves there, and moves nothing of it."""
    document = yaml.load(broker_template(APART, NAMES), Loader=yaml.CSafeLoader)
    (looks,) = [each for each in statements(document) if each["Sid"] == "LooksAtWhatIsPromoted"]
    assert ["lambda:GetAlias", "lambda:GetFunctionConfiguration"] == looks["Action"]
    ends = {each["Fn::Sub"].partition(":function:")[2] for each in looks["Resource"]}
    assert {
        "ApiDevFunction",
        "ApiDevFunction:*",
        "JobsDevFunction",
        "JobsDevFunction:*",
    } == ends
    assert () == audit(document, strict=["prod"])


def test_it_sends_from_its_sender_only(document: dict[str, Any]) -> None:
    """Whoever takes the broker over cannot write mails of others."""
    (sends,) = [each for each in statements(document) if "ses:SendEmail" in each["Action"]]
    assert {"StringEquals": {"ses:FromAddress": SETTINGS.sender}} == sends["Condition"]


def test_only_its_role_makes_macs(document: dict[str, Any]) -> None:
    """Administrators of the key may do anything but use it: they cannot try out codes."""
    keeps, uses = document["Resources"]["Key"]["Properties"]["KeyPolicy"]["Statement"]
    assert not {"kms:GenerateMac", "kms:VerifyMac", "kms:*", "kms:CreateGrant"} & {*keeps["Action"]}
    assert "kms:GenerateMac" == uses["Action"]
    role = uses["Condition"]["ArnEquals"]["aws:PrincipalArn"]["Fn::Sub"]
    assert role.endswith(":role/orders-broker")
