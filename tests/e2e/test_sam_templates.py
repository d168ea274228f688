"""SAM templates that somebody else wrote: two in one project, deployed as they are."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HEAD = """AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::Serverless-2016-10-31
Parameters:
  GlobalTableName: {Type: String}
Globals:
  Function: {Runtime: python3.12, Timeout: 10}
Resources:
"""
FUNCTION = """
  Function:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Exclude: [notes.txt]}}
    Properties:
      FunctionName: !Sub "${AWS::StackName}-function"
      CodeUri: ROLE/
      Handler: app.lambda_handler
      AutoPublishAlias: live
      Layers: [!Ref Shared]
      Environment:
        Variables: {TABLE_NAME: !Ref GlobalTableName, REGION: !Ref AWS::Region}
"""
LAYERS = """
  Shared:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: python3.12}
    Properties: {LayerName: !Sub "${AWS::StackName}-shared", ContentUri: shared/}
Outputs:
  FunctionArn: {Value: !GetAtt Function.Arn}
"""
CODE = """import os

import shared
import six


def lambda_handler(event, context):
    return {
        "role": "ROLE",
        "table": os.environ["TABLE_NAME"],
        "region": os.environ["REGION"],
        "shared": shared.ANSWER,
        "six": six.__version__,
    }
"""
SAMCONFIG = """version = 0.1
[default.deploy.parameters]
stack_name = "queues"
template_file = "queue.yaml"
region = "eu-west-1"
parameter_overrides = "Retention=60"
capabilities = "CAPABILITY_IAM"
s3_bucket = "of-somebody"

[prod.deploy.parameters]
stack_name = "queues-prod"
parameter_overrides = "Retention=120"
"""
QUEUE = """Parameters: {Retention: {Type: Number, Default: 90}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "${AWS::StackName}-q", MessageRetentionPeriod: !Ref Retention}
"""
WRITER = ("--stack-name", "table-writer", "--region", "us-east-1")
READER = ("--stack-name", "table-reader", "--region", "eu-west-1", "--region", "us-west-2")


def deploy(project: Project, role: str, *arguments: str) -> Any:
    overrides = (
        "--parameter-overrides",
        "GlobalTableName=orders",
        "--capabilities",
        "CAPABILITY_IAM",
    )
    return project.deploy("-t", f"{role}-template.yaml", *arguments, *overrides)


def answer(project: Project, role: str, region: str, qualifier: str = "live") -> dict[str, Any]:
    """What the function of a stack says in a region."""
    said = project.client("lambda", region).invoke(
        FunctionName=f"table-{role}-function", Qualifier=qualifier, Payload=b"{}"
    )
    found: dict[str, Any] = json.loads(said["Payload"].read())
    return found


def write(folder: Path) -> None:
    """The project of the global-table guide: a writer, a reader, no `deploy.py`."""
    for role in ("writer", "reader"):
        (folder / role).mkdir(parents=True)
        (folder / role / "app.py").write_text(CODE.replace("ROLE", role))
        (folder / role / "requirements.txt").write_text("six==1.16.0\n")
        (folder / role / "notes.txt").write_text("not for Lambda\n")
        text = HEAD + FUNCTION.replace("ROLE", role) + LAYERS
        (folder / f"{role}-template.yaml").write_text(text)
    (folder / "shared").mkdir()
    (folder / "shared" / "shared.py").write_text("ANSWER = 42\n")
    (folder / "samconfig.toml").write_text(SAMCONFIG)
    (folder / "queue.yaml").write_text(QUEUE)


@pytest.fixture
def sam_project(make_project: Callable[..., Project], tmp_path: Path) -> Iterator[Project]:
    write(tmp_path / "tables")
    return make_project(tmp_path / "tables", {})


@pytest.mark.long
def test_two_templates_of_one_project_are_deployed_side_by_side(sam_project: Project) -> None:
    """Writer and reader, three regions, one build each; neither erases the other's.

    Existing templates work as they are, with parameters and AWS::Region
    (R037, R038, R050, R053, R148, R151, R165).
    """
    writer, reader = deploy(sam_project, "writer", *WRITER), deploy(sam_project, "reader", *READER)
    assert (0, 0) == (writer.code, reader.code), writer.err + reader.err
    assert ("table-reader", True, None) == (
        reader.json["app"],
        reader.json["changed"],
        reader.json["release"],
    )
    built = sorted((sam_project.folder / ".sam-deploy" / "build").rglob("*.zip"))
    assert [
        f"{stack}/{name}.zip"
        for stack in ("table-reader", "table-writer")
        for name in ("Function", "Shared")
    ] == [f"{path.parent.name}/{path.name}" for path in built]
    for role, region in (("writer", "us-east-1"), ("reader", "eu-west-1"), ("reader", "us-west-2")):
        assert {
            "role": role,
            "table": "orders",
            "region": region,
            "shared": 42,
            "six": "1.16.0",
        } == answer(sam_project, role, region)
    with zipfile.ZipFile(built[0]) as opened:
        assert "notes.txt" not in opened.namelist()
    assert "auto-publish-alias" in writer.err


@pytest.mark.slow
def test_new_code_is_a_new_version_and_nothing_new_is_no_change(sam_project: Project) -> None:
    """A second run does nothing; changed code publishes a version, and the alias moves (R179)."""
    first = deploy(sam_project, "writer", *WRITER)
    assert 0 == first.code, first.err
    again = deploy(sam_project, "writer", *WRITER)
    assert (0, False, ["no changes"]) == (
        again.code,
        again.json["changed"],
        [each["outcome"] for each in again.json["stacks"]],
    )
    with sam_project.edited("writer/app.py", '"role": "writer"', '"role": "author"'):
        changed = deploy(sam_project, "writer", *WRITER)
    assert 0 == changed.code, changed.err
    assert "author" == answer(sam_project, "writer", "us-east-1")["role"]
    assert "writer" == answer(sam_project, "writer", "us-east-1", "1")["role"]


@pytest.mark.long
@pytest.mark.slow
def test_samconfig_says_what_to_deploy_and_its_environments_inherit(sam_project: Project) -> None:
    """`sam-deploy deploy` alone deploys what samconfig names; prod adds only what differs."""
    default, prod = sam_project.deploy(), sam_project.deploy("--config-env", "prod")
    assert (0, 0) == (default.code, prod.code), default.err + prod.err
    assert "`s3_bucket` has no effect" in default.err
    queues = sam_project.client("sqs", "eu-west-1")
    kept = {}
    for stack in ("queues", "queues-prod"):
        url = queues.get_queue_url(QueueName=f"{stack}-q")["QueueUrl"]
        name = "MessageRetentionPeriod"
        found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        kept[stack] = found["Attributes"][name]
    assert {"queues": "60", "queues-prod": "120"} == kept


@pytest.mark.long
@pytest.mark.slow
def test_every_mistake_of_a_template_is_said_before_anything_starts(sam_project: Project) -> None:
    """Exit 2 with all of them, each with its line, and no cloud was started for it."""
    file = sam_project.folder / "writer-template.yaml"
    text = file.read_text()
    wrong = text.replace("CodeUri: writer/", "CodeUri: wirter/")
    file.write_text(wrong.replace("BuildMethod: python3.12", "BuildMethod: makefile"))
    ran = deploy(sam_project, "writer", *WRITER)
    assert 2 == ran.code
    assert "`writer-template.yaml` cannot be deployed as it is" in ran.err
    for mistake in (
        "writer-template.yaml:14: Resources.Function.CodeUri: `wirter/` does not exist; did you ",
        "Resources.Shared.Metadata.BuildMethod: `BuildMethod: makefile` is not built here",
    ):
        assert mistake in ran.err
    assert not (sam_project.folder / ".sam-deploy" / "cloud").exists()


@pytest.mark.long
@pytest.mark.slow
def test_what_cfn_lint_objects_to_is_not_deployed(sam_project: Project) -> None:
    """A reference to nothing is found in the template as it was written (R035)."""
    with sam_project.edited("queue.yaml", "!Ref Retention", "!Ref Retentoin"):
        ran = sam_project.deploy()
    assert 2 == ran.code
    assert "queue.yaml:5: Resources.Queue.MessageRetentionPeriod" in ran.err
    assert "Retentoin" in ran.err


@pytest.mark.long
@pytest.mark.slow
def test_a_template_is_built_and_shown_without_a_cloud(sam_project: Project) -> None:
    """`build` makes archives for Lambda, `template` shows what CloudFormation gets (R152, R153)."""
    built = sam_project.run("build", "-t", "writer-template.yaml", "--json")
    assert 0 == built.code, built.err
    assert ["writer-template/Function.zip", "writer-template/Shared.zip"] == sorted(
        each["archive"] for each in built.json["archives"]
    )
    assert (sam_project.folder / "locks").is_dir()
    shown = sam_project.run("template", "-t", "writer-template.yaml", "--lint")
    assert 0 == shown.code, shown.err
    assert "Ref: SamDeployArtifactBucket" in shown.out
    assert "CodeUri: writer/" not in shown.out
    assert not (sam_project.folder / ".sam-deploy" / "cloud").exists()


NODE = """Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Metadata:
      BuildMethod: esbuild
      BuildProperties: {Target: es2020, Sourcemap: true, EntryPoints: [src/app.ts]}
    Properties: {FunctionName: hello, CodeUri: hello, Handler: app.handler, Runtime: nodejs22.x}
  Plain:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: plain, CodeUri: plain, Handler: app.handler, Runtime: nodejs22.x}
"""


@pytest.mark.long
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.slow
def test_node_functions_are_bundled_for_the_handler_that_they_name(sam_project: Project) -> None:
    """The bundle is the file of `Handler`, and a function without packages goes up as it is."""
    folder = sam_project.folder
    (folder / "hello" / "src").mkdir(parents=True)
    (folder / "plain").mkdir()
    (folder / "node.yaml").write_text(NODE)
    (folder / "hello" / "src" / "app.ts").write_text(
        "export const handler = async (event: {x: number}): Promise<{y: number}> => "
        "({ y: event.x + 1 });"
    )
    (folder / "plain" / "app.js").write_text("exports.handler = async () => ({ y: 7 });")
    ran = sam_project.deploy("-t", "node.yaml", "--stack-name", "node", "--region", "eu-west-1")
    assert 0 == ran.code, ran.err
    with zipfile.ZipFile(folder / ".sam-deploy" / "build" / "node" / "Hello.zip") as opened:
        assert ["app.js", "app.js.map"] == sorted(opened.namelist())
    client = sam_project.client("lambda", "eu-west-1")
    said = {
        name: json.loads(client.invoke(FunctionName=name, Payload=b'{"x": 2}')["Payload"].read())
        for name in ("hello", "plain")
    }
    assert {"hello": {"y": 3}, "plain": {"y": 7}} == said


HEY = """Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, CodeUri: hey, Timeout: 10}}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.hello
      Events:
        Http: {Type: HttpApi, Properties: {Path: /hi, Method: get}}
        Rest: {Type: Api, Properties: {Path: /hello, Method: get}}
  Fails:
    Type: AWS::Serverless::Function
    Properties: {Handler: app.fails}
"""
SAYS = """def hello(event, context):
    return {"statusCode": 200, "body": "hello"}


def fails(event, context):
    raise ValueError("as asked")
"""


@pytest.mark.long
@pytest.mark.slow
def test_it_is_told_where_the_apis_of_a_stack_answer(
    make_project: Callable[..., Project], tmp_path: Path, http: httpx.Client
) -> None:
    """By the deployment and by `cloud url`; `cloud invoke` calls a function by its logical id."""
    (tmp_path / "hey" / "hey").mkdir(parents=True)
    (tmp_path / "hey" / "template.yaml").write_text(HEY)
    (tmp_path / "hey" / "hey" / "app.py").write_text(SAYS)
    project = make_project(tmp_path / "hey", {})
    stack = ("--stack-name", "hey", "--region", "eu-west-1")
    deployed = project.deploy(*stack)
    assert 0 == deployed.code, deployed.err
    told = project.run("cloud", "url", *stack)
    urls = told.out.split()
    http_url, *rest_urls = urls
    assert "hello" == http.get(f"{http_url}/hi").text
    assert "hello" == http.get(f"{rest_urls[0]}/hello").text
    assert all(f"\n  {each}\n" in deployed.err for each in urls)
    assert deployed.err.rstrip().endswith(f"cloud url {' '.join(stack)}")
    said = project.run("cloud", "invoke", "Hello", *stack, "--json").json
    assert ("Hello", None, {"statusCode": 200, "body": "hello"}) == (
        said["function"],
        said["environment"],
        said["answer"],
    )
    failed = project.run("cloud", "invoke", "Fails", *stack)
    assert 4 == failed.code
    assert "error: `Fails` failed in `eu-west-1`\n" in failed.err
    assert f"logs Fails {' '.join(stack)}` shows more" in failed.err
    unknown = project.run("cloud", "invoke", "Helo", *stack)
    assert (2, True) == (unknown.code, "did you mean `Hello`?" in unknown.err)
    absent = project.run("cloud", "url", "--stack-name", "he", "--region", "eu-west-1")
    assert (5, True) == (absent.code, "The stack `he` has no APIs in `eu-west-1`" in absent.err)
