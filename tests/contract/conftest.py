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

HANDLER = """
import json, os, time

BUILD = "{build}"

def seen(event, context):
    return {{
        "arn": context.invoked_function_arn,
        "version": context.function_version,
        "variable": os.environ["AWS_LAMBDA_FUNCTION_VERSION"],
        "build": BUILD,
        "event": event,
    }}

def handler(event, context):
    if event.get("version") != "2.0":
        import boto3
        url = os.environ["SEEN_QUEUE"]
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(seen(event, context)))
        return event
    action = (event.get("queryStringParameters") or {{}}).get("do", "")
    if action == "raise":
        raise RuntimeError("as asked")
    if action == "sleep":
        time.sleep(float(event["queryStringParameters"]["seconds"]))
    if action == "text":
        return "plain"
    if action == "environment":
        return dict(os.environ)
    if action == "log":
        print("first", flush=True)
        time.sleep(0.03)
        print("last", end="", flush=True)
    if action == "binary":
        return {{"statusCode": 201, "headers": {{"Content-Type": "image/png"}},
                "cookies": ["a=1; Path=/", "b=2"], "isBase64Encoded": True, "body": "iVBORw=="}}
    return {{"statusCode": 200, "headers": {{"content-type": "application/json"}},
            "body": json.dumps(seen(event, context))}}
"""


def template() -> dict[str, Any]:
    """Three aliases of one function, an HTTP API with four stages, and every kind of trigger."""
    uri = (
        "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        "${Echo.Arn}:${!stageVariables.LambdaAlias}/invocations"
    )
    resources: dict[str, Any] = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
        "Seen": {"Type": "AWS::SQS::Queue"},
        "Echo": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "Echo",
                "Runtime": "python3.12",
                "Handler": "app.handler",
                "Timeout": 20,
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"S3Bucket": "code", "S3Key": {"Ref": "CodeKey"}},
                "Environment": {"Variables": {"SEEN_QUEUE": {"Ref": "Seen"}}},
            },
        },
        "First": {
            "Type": "AWS::Lambda::Version",
            "DeletionPolicy": "Retain",
            "Properties": {"FunctionName": {"Ref": "Echo"}},
        },
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Name": "echo",
                "ProtocolType": "HTTP",
                "CorsConfiguration": {
                    "AllowOrigins": ["https://app.example.com"],
                    "AllowMethods": ["GET", "POST"],
                    "AllowHeaders": ["content-type"],
                    "MaxAge": 600,
                },
            },
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::Sub": uri},
                "PayloadFormatVersion": "2.0",
                "TimeoutInMillis": 3000,
            },
        },
    }
    for alias in ("dev", "staging", "prod"):
        resources[f"Alias{alias}"] = {
            "Type": "AWS::Lambda::Alias",
            "Properties": {
                "Name": alias,
                "FunctionName": {"Ref": "Echo"},
                "FunctionVersion": {"Fn::GetAtt": ["First", "Version"]},
            },
        }
    for index, key in enumerate(("ANY /api/{proxy+}", "GET /items/{id}", "POST /items/new")):
        resources[f"Route{index}"] = {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "RouteKey": key,
                "Target": {"Fn::Sub": "integrations/${Integration}"},
            },
        }
    stages = {"dev": "dev", "staging": "staging", "prod": "prod", "$default": "prod"}
    for index, (stage, alias) in enumerate(stages.items()):
        resources[f"Stage{index}"] = {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {
                "ApiId": {"Ref": "Api"},
                "StageName": stage,
                "AutoDeploy": True,
                "StageVariables": {"LambdaAlias": alias},
            },
        }
    resources |= _triggers()
    outputs = {
        "ApiId": {"Value": {"Ref": "Api"}},
        "Seen": {"Value": {"Ref": "Seen"}},
        "Work": {"Value": {"Ref": "Work"}},
        "Topic": {"Value": {"Ref": "Topic"}},
        "Pool": {"Value": {"Ref": "Pool"}},
        "PoolClient": {"Value": {"Ref": "PoolClient"}},
    }
    parameters = {"CodeKey": {"Type": "String"}}
    return {"Parameters": parameters, "Resources": resources, "Outputs": outputs}


def _triggers() -> dict[str, Any]:
    """One of each, all to the alias `staging`."""
    staging = {"Ref": "Aliasstaging"}
    return {
        "Work": {"Type": "AWS::SQS::Queue"},
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": {"Fn::GetAtt": ["Work", "Arn"]},
                "FunctionName": staging,
                "BatchSize": 1,
            },
        },
        "Files": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "BucketName": "files",
                "NotificationConfiguration": {
                    "LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": staging}]
                },
            },
        },
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {"Subscription": [{"Protocol": "lambda", "Endpoint": staging}]},
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["test"]},
                "Targets": [{"Id": "echo", "Arn": staging}],
            },
        },
        "Pool": {
            "Type": "AWS::Cognito::UserPool",
            "Properties": {"UserPoolName": "people", "LambdaConfig": {"PreSignUp": staging}},
        },
        "PoolClient": {
            "Type": "AWS::Cognito::UserPoolClient",
            "Properties": {"UserPoolId": {"Ref": "Pool"}},
        },
    }


def code(build: str) -> bytes:
    """The function as a zip; `build` tells two of them apart."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("app.py", HANDLER.format(build=build))
    return data.getvalue()


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The deployed stack, and how to reach it."""

    cloud: local.RunningCloud
    outputs: dict[str, str]

    def client(self, service: str) -> Client:
        """A boto3 client of the stack's region."""
        return aws(self.cloud.endpoint, service)

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
    """The stack of `template` is deployed; version 2 of its function exists, without an alias."""
    storage = aws(cloud.endpoint, "s3")
    storage.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
    storage.put_object(Bucket="code", Key="one.zip", Body=code("one"))
    formation = aws(cloud.endpoint, "cloudformation")
    formation.create_stack(
        StackName="echo",
        TemplateBody=json.dumps(template()),
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
