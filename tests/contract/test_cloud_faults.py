"""Faults in force in a real cloud: they hit the calls that functions make themselves, too."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sam_deploy import local
from sam_deploy.events import ignore
from sam_deploy.local.faults import client
from sam_deploy.local.faults.fault import Fault
from sam_deploy.local.faults.rules import When

HERE, THERE = "eu-west-1", "us-east-1"
ONCE = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
CODE = """
import os, urllib.request, urllib.error
def handler(event, context):
    scope = "Credential=test/20261129/" + event["region"] + "/dynamodb/aws4_request"
    request = urllib.request.Request(
        os.environ["AWS_ENDPOINT_URL"], b"{}",
        {"Authorization": "AWS4-HMAC-SHA256 " + scope,
         "X-Amz-Target": "DynamoDB_20120810.ListTables",
         "Content-Type": "application/x-amz-json-1.0"})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.read().decode()
"""


def aws(cloud: local.RunningCloud, service: str, region: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=cloud.endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=ONCE,
    )


def function(cloud: local.RunningCloud) -> Any:
    """A function that asks DynamoDB, and answers with the status or the error."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", CODE)
    functions = aws(cloud, "lambda", HERE)
    functions.create_function(
        FunctionName="asks",
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/x",
        Code={"ZipFile": data.getvalue()},
    )
    return functions


@pytest.mark.slow
def test_a_fault_hits_clients_and_functions_and_ends(project: Path) -> None:
    """One service of one region, for whoever calls it; `stop` ends what nobody has removed."""
    cloud = local.start(project, ignore)
    functions = function(cloud)

    def asked(region: str) -> Any:
        answer = functions.invoke(
            FunctionName="asks", Payload=json.dumps({"region": region}).encode()
        )
        return json.loads(answer["Payload"].read())

    assert [200, 200] == [asked(HERE), asked(THERE)]
    added = client.add(cloud, Fault(When("dynamodb", "List*", THERE), throttle=1.0))
    assert 200 == asked(HERE)
    assert "ThrottlingException" in asked(THERE)
    with pytest.raises(ClientError, match="ThrottlingException"):
        aws(cloud, "dynamodb", THERE).list_tables()
    aws(cloud, "dynamodb", HERE).list_tables()
    (shown,) = client.in_force(cloud)
    assert (added.id, 2, 2) == (shown.id, shown.calls, shown.failed)
    assert [added.id] == [each.id for each in client.remove(cloud, [added.id])]
    assert 200 == asked(THERE)
    client.add(cloud, Fault(outage=True))
    local.stop(project)
    assert [] == client.in_force(local.start(project, ignore))


@pytest.mark.slow
def test_a_region_that_is_gone_answers_no_requests(project: Path) -> None:
    """The gateway takes it for stopped, until the last outage of the whole region is removed."""
    cloud = local.start(project, ignore)

    def stopped() -> list[str]:
        said = httpx.get(f"{cloud.gateway}/_gateway/regions", trust_env=False).json()
        found: list[str] = said["stopped"]
        return found

    part = client.add(cloud, Fault(When("lambda", "", THERE), outage=True))
    assert [] == stopped()
    first = client.add(cloud, Fault(When("", "", THERE), outage=True))
    second = client.add(cloud, Fault(When("", "", THERE), outage=True))
    assert [THERE] == stopped()
    client.remove(cloud, [first.id, part.id])
    assert [THERE] == stopped()
    client.remove(cloud, [second.id])
    assert [] == stopped()
