"""Names that CloudFormation makes up belong to a region; and the fault without the patch.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.slow

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
REGIONS = ("eu-west-1", "us-east-1")
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
TEMPLATE = {
    "Resources": {
        "Worker": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    }
}


def roles(stack: Stack, name: str) -> list[str]:
    """Make the same stack in two regions; return the name of the role in each."""
    found = []
    for region in REGIONS:
        client = stack.client("cloudformation", region)
        client.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
        client.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
        told = client.describe_stack_resource(StackName=name, LogicalResourceId="Worker")
        found.append(told["StackResourceDetail"]["PhysicalResourceId"])
    return found


def deleted(stack: Stack, name: str, region: str) -> None:
    client = stack.client("cloudformation", region)
    client.delete_stack(StackName=name)
    client.get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def test_a_stack_that_goes_leaves_the_role_of_another_region(stack: Stack) -> None:
    """With `regional_names`, each region has a role of its own, whose name stays in updates."""
    here, there = roles(stack, "regional")
    assert here != there
    client = stack.client("cloudformation", REGIONS[0])
    client.update_stack(
        StackName="regional", TemplateBody=json.dumps(TEMPLATE | {"Description": "again"})
    )
    client.get_waiter("stack_update_complete").wait(
        StackName="regional", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    deleted(stack, "regional", REGIONS[1])
    assert here == stack.client("iam").get_role(RoleName=here)["Role"]["RoleName"]
    with pytest.raises(ClientError, match="NoSuchEntity"):
        stack.client("iam").get_role(RoleName=there)
    deleted(stack, "regional", REGIONS[0])


def test_a_stack_that_goes_takes_the_role_of_another_region_without_the_patch(
    unmended: Stack,
) -> None:
    """The emulator by itself has one role for both."""
    here, there = roles(unmended, "regional")
    assert here == there
    deleted(unmended, "regional", REGIONS[1])
    with pytest.raises(ClientError, match="NoSuchEntity"):
        unmended.client("iam").get_role(RoleName=here)
