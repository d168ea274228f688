"""An app that is taken down, the data that stays, and a stack that got stuck: by the commands."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Make: TypeAlias = Callable[..., Project]
Until: TypeAlias = Callable[..., Any]

HOME, AWAY = "eu-west-1", "us-east-1"
REGIONS = (HOME, AWAY, "us-west-2", "sa-east-1")
BUCKET = 'Bucket("tiny-files")'
BROKEN = """
import json, urllib.request
def handler(event, context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    failed = event["RequestType"] == "Delete"
    answer |= {"Status": "FAILED" if failed else "SUCCESS", "Reason": "told to fail"}
    answer |= {"PhysicalResourceId": event["LogicalResourceId"]}
    body = json.dumps(answer).encode()
    headers = {"content-type": ""}
    request = urllib.request.Request(event["ResponseURL"], body, headers, method="PUT")
    urllib.request.urlopen(request)
"""


def destroy(project: Project, *arguments: str) -> Any:
    """Run `sam-deploy destroy` on the embedded cloud, with lines as progress."""
    return project.run(
        "destroy", *arguments, "--target", "embedded", "--progress", "plain", "--json"
    )


def left(project: Project, region: str) -> dict[str, list[str]]:
    """What there is in a region of what an app is made of."""
    client = project.client
    return {
        "stacks": list(project.stacks(region)),
        "functions": [
            each["FunctionName"] for each in client("lambda", region).list_functions()["Functions"]
        ],
        "queues": client("sqs", region).list_queues().get("QueueUrls", []),
        "apis": [each["Name"] for each in client("apigatewayv2", region).get_apis()["Items"]],
        "logs": [
            each["logGroupName"]
            for each in client("logs", region).describe_log_groups()["logGroups"]
        ],
    }


EMPTY: dict[str, list[str]] = {
    name: [] for name in ("stacks", "functions", "queues", "apis", "logs")
}


def buckets(project: Project) -> set[str]:
    """All buckets of the account."""
    return {each["Name"] for each in project.client("s3", HOME).list_buckets()["Buckets"]}


def kept(region: str) -> set[str]:
    suffix = "" if region == HOME else f"-{region}"
    return {f"tiny-files-{environment}{suffix}" for environment in ("dev", "prod")}


@pytest.mark.long
def test_an_app_is_destroyed_after_a_kill_and_comes_back(
    make_tiny: Make, until: Until, tmp_path: Path
) -> None:
    """Killed among its regions, `destroy` goes on by the same command; data stays throughout.

    Until then nothing is deployed (fault 36 in reverse: no half of an app is built upon). What
    stayed has its name still, so that it is either taken over or deleted.
    """
    project = make_tiny(regions=REGIONS)
    first = project.deploy()
    assert 0 == first.code, first.err
    project.client("s3", HOME).put_object(Bucket="tiny-files-dev", Key="a", Body=b"precious")

    log = tmp_path / "said.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            project.command("destroy", "--target", "embedded", "--progress", "plain"),
            env=dict(project.environment),
            cwd=project.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
        )
    until("a region to be gone", lambda: " deleted in " in log.read_text(), every_seconds=0.005)
    process.kill()
    assert -signal.SIGKILL == process.wait(10)

    again = project.deploy()
    assert again.code in {5, 7}, again.err  # alone, or with other things that are in the way
    assert "A destroy of this app was not finished" in again.err
    assert "run `sam-deploy destroy` again: it goes on" in again.err
    resumed = project.run("resume", "--target", "embedded")
    assert 5 == resumed.code, resumed.err
    assert "run `sam-deploy destroy --target embedded` again: it goes on from there" in resumed.err

    ended = destroy(project)
    assert 0 == ended.code, ended.err
    assert all(left(project, region) == EMPTY for region in REGIONS)
    everything = set[str]().union(*map(kept, REGIONS))
    assert everything <= buckets(project)
    body = project.client("s3", HOME).get_object(Bucket="tiny-files-dev", Key="a")["Body"]
    assert b"precious" == body.read()
    nothing = destroy(project)
    assert (0, False) == (nothing.code, nothing.json["destroyed"])
    assert "Nothing to destroy" in nothing.err

    collided = project.deploy()
    assert 5 == collided.code, collided.err
    assert "tiny-files-dev" in collided.err
    recovered = project.run("recover", "--target", "embedded", "--progress", "plain")
    assert 0 == recovered.code, recovered.err
    existing = 'Bucket("tiny-files", existing=True, physical_name="tiny-files-{environment}")'
    with project.edited("deploy.py", BUCKET, existing):
        back = project.deploy()
        assert 0 == back.code, back.err


@pytest.mark.long
def test_destroy_names_what_stays_and_deletes_what_is_named(make_tiny: Make) -> None:
    """A bucket of one region by its own name, those of all regions by their logical id."""
    project = make_tiny(regions=(HOME, AWAY))
    assert 0 == project.deploy().code
    project.client("s3", AWAY).put_object(Bucket=f"tiny-files-dev-{AWAY}", Key="a", Body=b"1")
    refused = destroy(project, "--delete-data", "tiny-file")
    assert 5 == refused.code, refused.err
    assert "`--delete-data tiny-file` names no bucket" in refused.err
    assert "tiny-sam" in project.stacks(HOME)
    ended = destroy(
        project,
        "--delete-data",
        "TinyFilesProdBucket",
        "--delete-data",
        f"tiny-files-dev-{AWAY}",
        "--layers-too",
        "--artifacts-too",
    )
    assert 0 == ended.code, ended.err
    assert {"tiny-files-dev"} == buckets(project)
    (stays,) = [part["name"] for stack in ended.json["stacks"] for part in stack["kept"]]
    assert "tiny-files-dev" == stays
    assert "This stays, with what it holds:" in ended.err
    assert "`existing=True`" in ended.err
    assert (2, 2) == (ended.json["layer_versions"], len(ended.json["artifact_buckets"]))


def rested(project: Project) -> str:
    """The status of the stack once nothing is in progress; '' until then."""
    status: str = project.stacks(HOME)["tiny-sam"][0]
    return "" if status.endswith("_IN_PROGRESS") else status


@pytest.mark.long
@pytest.mark.fault(35)
def test_a_stack_that_is_stuck_is_recovered(make_tiny: Make, until: Until) -> None:
    """Fault 35: `deploy` refuses a stuck stack and names the command, after which it works."""
    project = make_tiny()
    assert 0 == project.run("cloud", "start").code
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", BROKEN)
    function = project.client("lambda", HOME).create_function(
        FunctionName="broken",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/broken",
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
    )
    broken = {"Type": "Custom::Broken", "Properties": {"ServiceToken": function["FunctionArn"]}}
    template = {"Resources": {"Broken": broken}}
    stacks = project.client("cloudformation", HOME)
    stacks.create_stack(StackName="tiny-sam", TemplateBody=json.dumps(template))
    assert "CREATE_COMPLETE" == until("the stack", lambda: rested(project))
    stacks.delete_stack(StackName="tiny-sam")
    assert "DELETE_FAILED" == until("its end", lambda: rested(project))

    stuck = project.deploy()
    assert 7 == stuck.code, stuck.err
    named = ("recover", "--stack", "tiny-sam", "--region", HOME, "--target", "embedded")
    assert f"sam-deploy recover --stack tiny-sam --region {HOME}" in stuck.err
    tried = project.run(*named)
    assert 7 == tried.code, tried.err
    assert "told to fail" in tried.err
    ended = project.run(*named, "--retain", "Broken", "--json")
    assert 0 == ended.code, ended.err
    (stack,) = ended.json["stacks"]
    assert ("deleted", None) == (stack["done"], stack["status"])
    back = project.deploy()
    assert 0 == back.code, back.err
