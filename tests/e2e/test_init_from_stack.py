"""`init --from-stack`: stacks of several origins become projects that deploy and answer at once."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.contract.sam_cli import NEWEST, installed

from sam_deploy.aws import Endpoint
from sam_deploy.executor.environment import credentials, variables

pytestmark = pytest.mark.slow

REGION = "eu-west-1"
WAIT_SECONDS = 60.0
"""A first call starts the function, on a computer that does other things as well."""
HANDLER = """import json
import os

import boto3
from greeting import GREETING


def handler(event, context):
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    if event["requestContext"]["http"]["method"] == "PUT":
        table.put_item(Item={"id": event["pathParameters"]["id"], "text": "kept"})
    found = table.get_item(Key={"id": event["pathParameters"]["id"]}).get("Item")
    return {"statusCode": 200 if found else 404, "body": json.dumps([GREETING, found])}
"""
SAM = """AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Password: {Type: String, NoEcho: true}
Globals:
  Function: {Runtime: python3.12, Timeout: 9}
Resources:
  Orders: {Type: AWS::Serverless::SimpleTable}
  Jobs: {Type: AWS::SQS::Queue}
  News: {Type: AWS::SNS::Topic}
  OrdersFunction:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: OrdersFunction
      CodeUri: {Bucket: codes, Key: code.zip}
      Handler: app.handler
      Layers: [!Ref Shared]
      Environment:
        Variables:
          TABLE: !Ref Orders
          PLAIN: hello
          LOGIN: !Ref Password
          API_TOKEN: abc-not-to-be-written
      Policies: [DynamoDBCrudPolicy: {TableName: !Ref Orders}]
      Events:
        Get: {Type: HttpApi, Properties: {Path: "/orders/{id}", Method: GET}}
        Put: {Type: HttpApi, Properties: {Path: "/orders/{id}", Method: PUT}}
        Work: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
  Shared:
    Type: AWS::Serverless::LayerVersion
    Properties:
      LayerName: shared-code
      ContentUri: {Bucket: codes, Key: layer.zip}
      CompatibleRuntimes: [python3.12]
"""
PLAIN = """AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: old-orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
      Policies:
        - PolicyName: data
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: ["dynamodb:GetItem", "dynamodb:PutItem"],
                 Resource: !GetAtt Orders.Arn}
  Reader:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      Role: !GetAtt Role.Arn
      Code: {S3Bucket: codes, S3Key: code.zip}
      Environment: {Variables: {TABLE: !Ref Orders}}
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: old, ProtocolType: HTTP}}
  Integration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt Reader.Arn
      PayloadFormatVersion: "2.0"
  GetRoute: &route
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: "GET /orders/{id}"
      Target: !Sub "integrations/${Integration}"
  PutRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: "PUT /orders/{id}"
      Target: !Sub "integrations/${Integration}"
"""


def zipped(files: Mapping[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()


@pytest.fixture
def old(make_project: Callable[..., Any], tmp_path: Path) -> Any:
    """A folder with a cloud of its own, in which code lies."""
    (tmp_path / "orders").mkdir()
    project = make_project(tmp_path / "orders", {})
    started = project.run("cloud", "start")
    assert 0 == started.code, started.err
    s3 = project.client("s3", REGION)
    where = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket="codes", CreateBucketConfiguration=where)
    greeting = 'GREETING = "good morning"\n'
    s3.put_object(Bucket="codes", Key="code.zip", Body=zipped({"app.py": HANDLER}))
    both = zipped({"app.py": HANDLER, "greeting.py": greeting})
    s3.put_object(Bucket="codes", Key="both.zip", Body=both)
    layer = zipped({"python/greeting.py": greeting})
    s3.put_object(Bucket="codes", Key="layer.zip", Body=layer)
    return project


def stand(project: Any, name: str, template: str, until: Callable[..., Any], **values: str) -> None:
    formation = project.client("cloudformation", REGION)
    formation.create_stack(
        StackName=name,
        TemplateBody=template,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()],
    )
    until("the stack", lambda: project.stacks(REGION)[name][0] == "CREATE_COMPLETE")


def answers(project: Any, environment: str = "dev") -> str:
    """Return the URL of the new app once it is deployed."""
    deployed = project.deploy()
    assert 0 == deployed.code, deployed.err
    return str(project.run("cloud", "url", "--environment", environment).out.strip())


def test_a_sam_stack_becomes_a_project_that_answers_on_its_data(
    old: Any, until: Callable[..., Any]
) -> None:
    """Code, layer, variables and routes are the old ones; secrets are named and not written.

    The table is the old one: what it held is found, and its stack is not touched.
    """
    stand(old, "old-orders", SAM, until, Password="hunter2-not-to-be-written")
    table = next(iter(old.client("dynamodb", REGION).list_tables()["TableNames"]))
    item = {"id": {"S": "1"}, "text": {"S": "before"}}
    old.client("dynamodb", REGION).put_item(TableName=table, Item=item)
    before = old.stacks(REGION)["old-orders"]
    made = old.run("init", "--from-stack", "old-orders", "--region", REGION)
    assert (0, "") == (made.code, made.out), made.err
    assert made.err.endswith("\nnext: sam-deploy deploy\n")
    text = (old.folder / "deploy.py").read_text(encoding="utf-8")
    for said in ('"PLAIN": "hello"', f'physical_name="{table}"', 'layers=["shared-code"]'):
        assert said in text, text
    for said in ("OrdersFunction.Environment.LOGIN", "API_TOKEN", "News", "Events.Work"):
        assert f"  - {said}" in made.err or f".{said}: " in made.err
        assert said in text
    everything = b"".join(e.read_bytes() for e in old.folder.rglob("*.*") if e.is_file())
    assert b"not-to-be-written" not in everything.replace(b"emulator", b"")
    url = answers(old)
    assert ["good morning", {"id": "1", "text": "before"}] == httpx.get(
        f"{url}/orders/1", timeout=WAIT_SECONDS
    ).json()
    assert 200 == httpx.put(f"{url}/orders/2", timeout=WAIT_SECONDS).status_code
    assert before == old.stacks(REGION)["old-orders"]


def test_a_stack_of_plain_cloudformation_does_as_well(old: Any, until: Callable[..., Any]) -> None:
    """Routes and integrations become routes, a role's rights become `uses`."""
    stand(old, "old-orders", PLAIN.replace("code.zip", "both.zip"), until)
    made = old.run("init", "--from-stack", "old-orders", "--region", REGION, "--name", "shop")
    assert (0, "") == (made.code, made.out), made.err
    text = (old.folder / "deploy.py").read_text(encoding="utf-8")
    assert 'uses=["Orders"]' in text, text
    url = answers(old)
    assert 404 == httpx.get(f"{url}/orders/1", timeout=WAIT_SECONDS).status_code
    assert ["good morning", {"id": "1", "text": "kept"}] == httpx.put(
        f"{url}/orders/1", timeout=WAIT_SECONDS
    ).json()


@pytest.mark.long
def test_a_stack_of_sam_deploys_own_does_as_well(
    make_project: Callable[..., Any], tmp_path: Path
) -> None:
    """Handlers, layers and names that functions call are the old ones, on the old data."""
    (tmp_path / "both").mkdir()
    project = make_project(tmp_path / "both", {})
    started = project.run("init", "--template", "full", "--name", "first")
    assert 0 == started.code, started.err
    url = answers(project)
    order = httpx.post(f"{url}/orders", json={"item": "lamp"}, timeout=WAIT_SECONDS).json()
    made = project.run("init", "second", "--from-stack", "first-sam", "--region", REGION)
    assert (0, "") == (made.code, made.out), made.err
    text = (project.folder / "second" / "deploy.py").read_text(encoding="utf-8")
    assert 'handler="handler.handler"' in text
    deployed = project.run(
        *("-C", str(project.folder / "second"), "deploy", "--target", "embedded"),
        environment={"SAM_DEPLOY_CLOUD_DIR": str(project.folder / ".sam-deploy" / "cloud")},
    )
    assert 0 == deployed.code, deployed.err
    address = project.run(
        *("-C", str(project.folder / "second"), "cloud", "url"),
        environment={"SAM_DEPLOY_CLOUD_DIR": str(project.folder / ".sam-deploy" / "cloud")},
    ).out.strip()
    assert (
        order["id"]
        == httpx.get(f"{address}/orders/{order['id']}", timeout=WAIT_SECONDS).json()["id"]
    )


def test_what_cannot_be_is_refused_before_anything_is_written(
    old: Any, until: Callable[..., Any]
) -> None:
    """No such stack, none of Python in it, files in the way: one error each, and no file."""
    text = json.dumps({"Resources": {"News": {"Type": "AWS::SNS::Topic"}}})
    stand(old, "news", text, until)
    (old.folder / "functions").mkdir()
    for arguments, code, said in (
        (("--from-stack", "newz", "--name", "shop"), 5, "  - functions"),
        (("sub", "--from-stack", "newz"), 5, "did you mean `news`?"),
        (("sub", "--from-stack", "news"), 5, "  - News: it stays; `Topic(existing=True"),
        (("sub", "--from-stack", "news", "--template", "api"), 2, "two ways to begin"),
        (("--template", "api", "--profile", "x"), 2, "--profile and --target go with"),
        (("sub", "--from-stack", "news", "--profile", "x", "--target", "embedded"), 2, "about AWS"),
    ):
        refused = old.run("init", *arguments)
        assert (code, "") == (refused.code, refused.out), refused.err
        assert said in refused.err
        assert "Traceback" not in refused.err
    assert not (old.folder / "sub").exists()
    assert not (old.folder / "deploy.py").exists()


def test_without_a_cloud_it_says_where_to_look(
    make_project: Callable[..., Any], tmp_path: Path
) -> None:
    """Nothing is started by looking."""
    (tmp_path / "orders").mkdir()
    project = make_project(tmp_path / "orders", {})
    refused = project.run("init", "--from-stack", "old")
    assert (5, "") == (refused.code, refused.out)
    assert "add `--target aws`" in refused.err


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_stack_of_the_sam_cli_does_as_well(
    old: Any, tmp_path: Path, until: Callable[..., Any]
) -> None:
    """`sam deploy` has packed and uploaded it: what it wrote into the template is no hindrance."""
    sam = installed(NEWEST, tmp_path / "venv") / "bin" / "sam"
    source = tmp_path / "source"
    (source / "src").mkdir(parents=True)
    (source / "src" / "app.py").write_text(HANDLER)
    (source / "src" / "greeting.py").write_text('GREETING = "good evening"\n')
    template = SAM.replace("{Bucket: codes, Key: code.zip}", "src")
    template = template[: template.index("  Shared:")].replace("      Layers: [!Ref Shared]\n", "")
    (source / "template.yaml").write_text(template)
    endpoint = Endpoint("embedded", old.endpoint, "", "test", "test")
    subprocess.run(
        [
            *(sam, "deploy", "--template-file", "template.yaml", "--stack-name", "by-sam"),
            *("--region", REGION, "--s3-bucket", "codes", "--capabilities", "CAPABILITY_IAM"),
            *("--parameter-overrides", "Password=hunter2-not-to-be-written"),
            "--no-confirm-changeset",
        ],
        cwd=source,
        env=variables(os.environ, credentials(endpoint)),
        check=True,
        capture_output=True,
        timeout=300,
    )
    until("the stack", lambda: old.stacks(REGION)["by-sam"][0] == "CREATE_COMPLETE")
    made = old.run("init", "--from-stack", "by-sam", "--region", REGION)
    assert (0, "") == (made.code, made.out), made.err
    url = answers(old)
    assert ["good evening", {"id": "1", "text": "kept"}] == httpx.put(
        f"{url}/orders/1", timeout=WAIT_SECONDS
    ).json()
