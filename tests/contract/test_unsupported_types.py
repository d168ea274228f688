"""What the embedded cloud's CloudFormation refuses, which is why `deploy` leaves it out there."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from sam_deploy import local
from sam_deploy.local.unsupported import UNSUPPORTED

ONE_OF = {
    "AWS::ApplicationAutoScaling::*": "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::CodeDeploy::*": "AWS::CodeDeploy::Application",
}
"""A type for each service that is listed as a whole."""


@pytest.mark.parametrize("kind", sorted(UNSUPPORTED))
def test_a_type_that_is_left_out_is_one_that_the_cloud_refuses(
    cloud: local.RunningCloud, kind: str
) -> None:
    """On the day that the emulator knows it, it must not be left out any more."""
    client = boto3.client(
        "cloudformation",
        region_name="eu-west-1",
        endpoint_url=cloud.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    wanted = ONE_OF.get(kind, kind)
    template = {"Resources": {"Thing": {"Type": wanted, "Properties": {}}}}
    with pytest.raises(ClientError) as caught:
        client.create_change_set(
            StackName=f"left-out-{wanted.replace(':', '')}",
            ChangeSetName="try",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(template),
        )
    assert f"Unrecognized resource types: [{wanted}]" in str(caught.value)
