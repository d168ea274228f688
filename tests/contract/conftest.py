"""A real embedded cloud for the contract tests, with one small native stack in it.

The stack is made by boto3 and plain CloudFormation, not by sam-deploy: these tests show what the
cloud does, whoever deploys to it.
"""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import boto3
import pytest
from botocore.config import Config

from sam_deploy import local
from sam_deploy.events import ignore

REGION = "eu-west-1"
Client: TypeAlias = Any
"""Whatever boto3 makes at run time."""

ECHO = Path(__file__).with_name("echo")


def code(build: str) -> bytes:
    """The function as a zip; `build` tells two of them apart."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.write(ECHO / "app.py", "app.py")
        archive.writestr("build.py", f"BUILD = {build!r}\n")
    return data.getvalue()


@cache
def _kept(endpoint: str, service: str, region: str) -> Client:
    return aws(endpoint, service, region)


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The deployed stack, and how to reach it."""

    cloud: local.RunningCloud
    outputs: dict[str, str]

    def client(self, service: str, region: str = REGION) -> Client:
        """A boto3 client, of the stack's region unless another is named."""
        return _kept(self.cloud.endpoint, service, region)

    def stage(self, name: str) -> str:
        """The gateway's URL of a stage of the stack's API."""
        return self.cloud.url(REGION, self.outputs["ApiId"], name)

    def next_seen(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next call by an event that a function noted and that is `wanted`."""
        queue, deadline = self.client("sqs"), time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = queue.receive_message(QueueUrl=self.outputs["Seen"], WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                queue.delete_message(
                    QueueUrl=self.outputs["Seen"], ReceiptHandle=message["ReceiptHandle"]
                )
                found: dict[str, Any] = json.loads(message["Body"])
                if wanted(found["event"]):
                    return found
        pytest.fail("no such event reached the function within 30 s")


def aws(endpoint: str, service: str, region: str = REGION) -> Client:
    """A boto3 client to an endpoint, without any configuration of this machine."""
    session = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name=region
    )
    config = Config(retries={"total_max_attempts": 1}, read_timeout=60, proxies={})
    return session.client(service, endpoint_url=endpoint, config=config)


def deploy(cloud: local.RunningCloud) -> Stack:
    """The stack of `echo/` is deployed; version 2 of its function exists, without an alias."""
    storage = aws(cloud.endpoint, "s3")
    storage.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
    storage.put_object(Bucket="code", Key="one.zip", Body=code("one"))
    formation = aws(cloud.endpoint, "cloudformation")
    formation.create_stack(
        StackName="echo",
        TemplateBody=(ECHO / "template.json").read_text(),
        Parameters=[{"ParameterKey": "CodeKey", "ParameterValue": "one.zip"}],
        Capabilities=["CAPABILITY_IAM"],
    )
    formation.get_waiter("stack_create_complete").wait(
        StackName="echo", WaiterConfig={"Delay": 0.2, "MaxAttempts": 100}
    )
    stack = formation.describe_stacks(StackName="echo")["Stacks"][0]
    functions = aws(cloud.endpoint, "lambda")
    functions.update_function_code(FunctionName="Echo", ZipFile=code("two"))
    assert functions.publish_version(FunctionName="Echo")["Version"] == "2"
    outputs = {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}
    return Stack(cloud, outputs)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.RunningCloud]:
    """One embedded cloud for all contract tests of this run. Leave it as it was found."""
    project = tmp_path_factory.mktemp("cloud")
    started = local.start(project, ignore)
    yield started
    local.stop(project)


@pytest.fixture(scope="session")
def stack(cloud: local.RunningCloud) -> Stack:
    """The stack in the cloud with all patches."""
    return deploy(cloud)


@pytest.fixture(scope="session")
def deployed() -> Callable[[local.RunningCloud], Stack]:
    """Deploys the stack to another cloud."""
    return deploy


@pytest.fixture(scope="session")
def unmended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The same stack in an emulator as it is published, without our patches."""
    project = tmp_path_factory.mktemp("unmended")
    before = os.environ.get("SAM_DEPLOY_PATCHES")
    os.environ["SAM_DEPLOY_PATCHES"] = "none"
    try:
        started = local.start(project, ignore)
    finally:
        if before is None:
            del os.environ["SAM_DEPLOY_PATCHES"]
        else:
            os.environ["SAM_DEPLOY_PATCHES"] = before
    yield deploy(started)
    local.stop(project)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """An empty project folder, whose cloud is stopped afterwards."""
    yield tmp_path
    local.stop(tmp_path)
