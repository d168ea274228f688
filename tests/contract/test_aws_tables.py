"""Replicas of global tables on a real DynamoDB of the embedded cloud."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest

from sam_deploy import local
from sam_deploy.aws import Aws, AwsCallError, CloudFormation, Endpoint, Tables
from sam_deploy.deploy import StackOutcome
from sam_deploy.deploy.replicas import replicate
from sam_deploy.events import Event, Note
from sam_deploy.template import Template

HOME, AWAY = "eu-west-1", "us-east-1"
STACK = "replicas-contract"
Client: TypeAlias = Any
KEYS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
}
BODY = {
    "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
    "Resources": {
        "World": {
            "Type": "AWS::DynamoDB::GlobalTable",
            "Properties": {
                **KEYS,
                "TableName": "replicas-contract-world",
                "Replicas": [{"Region": {"Ref": "AWS::Region"}}, {"Region": AWAY}],
            },
        },
        "Elsewhere": {
            "Type": "AWS::DynamoDB::GlobalTable",
            "Condition": "Never",
            "Properties": {**KEYS, "Replicas": [{"Region": AWAY}]},
        },
        "Plain": {"Type": "AWS::DynamoDB::Table", "Properties": KEYS},
    },
}


@pytest.fixture(scope="module")
def account(cloud: local.RunningCloud) -> Iterator[Aws]:
    """The embedded cloud with a stack that has a global table, as the emulator makes it."""
    made = Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))
    client: Client = made.client("cloudformation", HOME)
    client.create_stack(StackName=STACK, TemplateBody=json.dumps(BODY))
    client.get_waiter("stack_create_complete").wait(StackName=STACK)
    yield made
    client.delete_stack(StackName=STACK)


def test_the_emulator_makes_a_global_table_without_its_replicas(account: Aws) -> None:
    """When this fails, `deploy/replicas.py` is no longer needed."""
    assert () == Tables(account, HOME).replicas("replicas-contract-world")


def test_a_resource_that_a_stack_has_not_made_has_no_physical_id(account: Aws) -> None:
    """Neither by a condition, nor because there is none."""
    stacks = CloudFormation(account, HOME)
    assert "replicas-contract-world" == stacks.physical_id(STACK, "World")
    assert None is stacks.physical_id(STACK, "Elsewhere")
    assert None is stacks.physical_id(STACK, "Nothing")


def test_replicas_that_are_missing_are_made_once_and_told(account: Aws) -> None:
    """Afterwards an item is in both regions, and a second look finds nothing to do (R166)."""
    template = Template(STACK, json.dumps(BODY), (), {}, 3, ())
    outcome = StackOutcome(STACK, HOME, "created", (), {}, 0.0)
    seen: list[Event] = []
    replicate(template, outcome, account, seen.append)
    words = f"table `replicas-contract-world` got its replica in `{AWAY}` after the stack"
    told = Note(f"{words}, since the embedded cloud makes none", region=HOME)
    assert [told] == seen
    assert (AWAY,) == Tables(account, HOME).replicas("replicas-contract-world")
    item = {"id": {"S": "one"}}
    account.client("dynamodb", HOME).put_item(TableName="replicas-contract-world", Item=item)
    read = account.client("dynamodb", AWAY).get_item
    assert item == read(TableName="replicas-contract-world", Key=item, ConsistentRead=True)["Item"]
    replicate(template, outcome, account, seen.append)
    assert [told] == seen


def test_a_table_that_is_not_there_is_an_error_with_awss_code(account: Aws) -> None:
    """The gateway does not take silence for an answer."""
    with pytest.raises(AwsCallError) as raised:
        Tables(account, HOME).replicas("nothing")
    assert "ResourceNotFoundException" == raised.value.code
