"""A draft of `deploy.py` from a SAM template: right in what it says, silent about nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sam_deploy import config, plan, sam
from sam_deploy.cli.starting.deriving import Derived, derive
from sam_deploy.sam.resources import every

TEMPLATES = Path(__file__).parents[3] / "sam_templates"
FOLDERS = sorted(
    each for each in TEMPLATES.iterdir() if each.is_dir() and (each / "template.yaml").is_file()
)
TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Parameters:
  Size: {Type: Number, Default: 256}
  Key: {Type: String, Default: very-secret, NoEcho: true}
Globals:
  Function: {Runtime: python3.13, Environment: {Variables: {LEVEL: info}}}
Resources:
  ApiFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Exclude: [notes.txt]}}
    Properties:
      CodeUri: ./src/
      Handler: app.handler
      MemorySize: !Ref Size
      Timeout: "10"
      Environment:
        Variables: {JOBS: !Ref JobsQueue, KEY: !Ref Key, FAST: true, WHERE: !Ref AWS::Region}
      Policies:
        - SQSSendMessagePolicy: {QueueName: !GetAtt JobsQueue.QueueName}
        - DynamoDBCrudPolicy: {TableName: !Ref Orders}
        - AmazonSESFullAccess
      Events:
        Get: {Type: HttpApi, Properties: {Path: "/orders/{id}", Method: get}}
        Old: {Type: HttpApi, Properties: {Path: /old, Method: get, PayloadFormatVersion: "1.0"}}
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Events:
        Job:
          Type: SQS
          Properties:
            Queue: !GetAtt JobsQueue.Arn
            BatchSize: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
      Policies: [S3WritePolicy: {BucketName: !Ref ReceiptFiles}]
  JobsQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 180
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Dead: {Type: AWS::SQS::Queue}
  ReceiptFiles: {Type: AWS::S3::Bucket, DeletionPolicy: Delete}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
        - {AttributeName: at, AttributeType: N}
      KeySchema: [{AttributeName: id, KeyType: HASH}, {AttributeName: at, KeyType: RANGE}]
      TimeToLiveSpecification: {AttributeName: gone, Enabled: true}
  News: {Type: AWS::SNS::Topic}
Outputs:
  Url: {Value: !Ref News}
"""
EXPECTED = """
from sam_deploy import (
    App,
    Bucket,
    Environment,
    FeatureSet,
    Function,
    HttpApi,
    Key,
    Queue,
    Route,
    Table,
    on_queue,
)

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    queues=[Queue("Jobs", visibility_timeout_seconds=180, max_receive_count=3)],
    buckets=[Bucket("shop-receipt-files")],
    tables=[
        Table("Orders", partition_key=Key("id"), sort_key=Key("at", kind="N"), time_to_live="gone"),
    ],
    http_api=HttpApi(),
    functions=[
        Function(
            "Api",
            source="src",
            handler="app.handler",
            runtime="python3.13",
            timeout_seconds=10,
            memory_mb=256,
            environment={"LEVEL": "info", "FAST": "true"},
            routes=[Route("GET", "/orders/{id}")],
            uses=["Jobs.write", "Orders"],
        ),
        Function(
            "Worker",
            source="src",
            handler="app.handler",
            runtime="python3.13",
            timeout_seconds=3,
            environment={"LEVEL": "info"},
            triggers=[on_queue("Jobs", batch_size=5)],
            uses=["shop-receipt-files.write"],
        ),
    ],
)
"""
LEFT = {
    "ApiFunction.Metadata",
    "ApiFunction.Environment.JOBS",
    "ApiFunction.Environment.KEY",
    "ApiFunction.Environment.WHERE",
    "ApiFunction.Policies",
    "ApiFunction.Events.Old",
    "ApiFunction.Events.Daily",
    "Dead",
    "ReceiptFiles.DeletionPolicy",
    "News",
    "Size",
    "Key",
    "Url",
}


def planned(derived: Derived, project: Path, folder: Path) -> plan.Plan:
    """The plan of a draft, as `init --derive` makes it before it writes anything."""
    folder.mkdir(exist_ok=True)
    (folder / "deploy.py").write_text(derived.text, encoding="utf-8")
    return plan.make(config.load(folder), project, plan.Request())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A template with some of everything, and its code."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def test_what_is_derived_is_what_the_template_says(project: Path) -> None:
    """Word for word, laid out as ruff does; and it plans for both regions."""
    derived = derive(sam.read(project / "template.yaml"), "shop", ("eu-west-1", "us-east-1"))
    _, _, rest = derived.text.partition('"""\n')
    assert EXPECTED == rest[: rest.index("\n# Not in it:")]
    made = planned(derived, project, project / "new")
    assert ("eu-west-1", "us-east-1") == made.regions
    assert {"function/Api", "function/Worker"} == {each.key for each in made.builds}


def test_what_is_not_derived_is_told_by_its_logical_id(project: Path) -> None:
    """Each with a reason, also as comments in the draft; a secret's value is in neither."""
    derived = derive(sam.read(project / "template.yaml"), "shop", ("eu-west-1",))
    assert LEFT == {each.logical_id for each in derived.left}
    reasons = {each.logical_id: each.reason for each in derived.left}
    assert 'resource_name("Jobs")' in reasons["ApiFunction.Environment.JOBS"]
    assert "Secret(" in reasons["ApiFunction.Environment.KEY"]
    assert "'256'" in reasons["Size"]
    comments = derived.text.partition("# Not in it:")[2]
    assert [] == [each for each in LEFT if f"# - {each}: " not in comments]
    assert "very-secret" not in derived.text + str(derived.left)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda each: each.name)
def test_no_resource_of_any_template_is_dropped(folder: Path, tmp_path: Path) -> None:
    """Of all our templates each resource is in the draft or told; what comes out plans."""
    given = folder / "overrides.json"
    overrides = json.loads(given.read_text()) if given.is_file() else {}
    template = sam.read(folder / "template.yaml", overrides)
    derived = derive(template, "shop", ("eu-west-1",))
    told = {each.logical_id for each in derived.left}
    there = {each.logical_id for each in every(template.document)}
    assert set() == there - told - derived.carried.keys()
    if derived.carried:
        names = {each.name for each in planned(derived, folder, tmp_path / "new").builds}
        functions = {
            derived.carried[each.logical_id]
            for each in every(template.document)
            if each.kind == "AWS::Serverless::Function" and each.logical_id in derived.carried
        }
        assert functions == names
