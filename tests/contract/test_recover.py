"""Stuck stacks of a real CloudFormation in the embedded cloud, and the way out of each.

What gets them stuck is a custom resource whose function can be told to fail.
"""

from __future__ import annotations

import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from sam_deploy import local
from sam_deploy.aws import Aws, Buckets, Endpoint
from sam_deploy.deploy import recover
from sam_deploy.deploy.cases import Case, Wish
from sam_deploy.deploy.ground import Ground
from sam_deploy.errors import IncompleteError, RefusedError
from sam_deploy.events import ignore
from sam_deploy.lanes import Stop

REGION = "eu-west-1"
NUMBERS = itertools.count()
Json: TypeAlias = dict[str, Any]
FICKLE = """
import json, os, urllib.request
def handler(event, context):
    failed = event["RequestType"] in os.environ["FAIL"].split(",")
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "FAILED" if failed else "SUCCESS", "Reason": "told to fail"}
    answer |= {"PhysicalResourceId": "fickle-" + event["LogicalResourceId"]}
    body = json.dumps(answer).encode()
    headers = {"content-type": ""}
    request = urllib.request.Request(event["ResponseURL"], body, headers, method="PUT")
    urllib.request.urlopen(request)
"""


@pytest.fixture(scope="module")
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud, as every command reaches it."""
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture
def ground(account: Aws) -> Ground:
    """An app of its own."""
    name = f"recover{next(NUMBERS)}"
    return Ground(account, name, REGION, "000000000000", ignore, Stop(), "recover")


@pytest.fixture(scope="module")
def fail(account: Aws) -> Callable[[str], str]:
    """Tells the function of every custom resource when to fail; returns its ARN."""
    functions = account.client("lambda", REGION)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", FICKLE)
    made = functions.create_function(
        FunctionName="recover-fickle",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/fickle",
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"FAIL": ""}},
    )

    def when(kinds: str) -> str:
        variables = {"Variables": {"FAIL": kinds}}
        functions.update_function_configuration(
            FunctionName="recover-fickle", Environment=variables
        )
        arn: str = made["FunctionArn"]
        return arn

    return when


class Stack:
    """A stack with a queue and a custom resource, driven by boto3."""

    def __init__(self, ground: Ground, function: str) -> None:
        self.place = (f"{ground.name}-sam", REGION)
        self.client = ground.aws.client("cloudformation", REGION)
        self._function = function

    def body(self, version: str, **more: Json) -> str:
        """Return its template."""
        properties = {"ServiceToken": self._function, "Version": version}
        resources: Json = {
            "Jobs": {"Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain"},
            "Fickle": {"Type": "Custom::Fickle", "Properties": properties},
            **more,
        }
        return json.dumps({"Resources": resources})

    def create(self, version: str = "1", **more: Json) -> str:
        """Create it, and return how that ended."""
        self.client.create_stack(StackName=self.place[0], TemplateBody=self.body(version, **more))
        return self.ended()

    def update(self, version: str) -> str:
        """Update it, and return how that ended."""
        self.client.update_stack(StackName=self.place[0], TemplateBody=self.body(version))
        return self.ended()

    def delete(self) -> str:
        """Delete it, and return how that ended."""
        self.client.delete_stack(StackName=self.place[0])
        return self.ended()

    def ended(self) -> str:
        """Return its status once nothing is in progress; '' when it is gone."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            status = self.status()
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.05)
        pytest.fail("the stack did not come to rest within 30 s")

    def status(self) -> str:
        """Return its status; '' when it is gone."""
        found = self.client.get_paginator("describe_stacks").paginate()
        stacks = {
            each["StackName"]: each["StackStatus"] for page in found for each in page["Stacks"]
        }
        return str(stacks.get(self.place[0], ""))


def looked(ground: Ground, stack: Stack, wish: Wish) -> dict[tuple[str, str], Case]:
    cases = recover.look(ground, (stack.place,), wish)
    recover.guard(cases, wish)
    return cases


def recovered(ground: Ground, stack: Stack, wish: Wish) -> recover.Recovered:
    with ground.held():
        return recover.carry_out(ground, looked(ground, stack, wish), wish)


@pytest.mark.fault(35)
def test_a_stuck_rollback_goes_on(ground: Ground, fail: Callable[[str], str]) -> None:
    """Fault 35: what is in the way is named; it goes on once the cause is gone, or skipped."""
    stack = Stack(ground, fail(""))
    assert "CREATE_COMPLETE" == stack.create()
    fail("Update")
    assert "UPDATE_ROLLBACK_FAILED" == stack.update("2")
    (case,) = looked(ground, stack, Wish()).values()
    assert ("continue", ["Fickle"]) == (case.kind, [each.logical_id for each in case.stuck])
    assert "told to fail" in case.stuck[0].reason
    result = recovered(ground, stack, Wish())
    error = result.failed[stack.place]
    assert isinstance(error, IncompleteError)
    assert f"Stack `{stack.place[0]}` in `{REGION}` was not rolled back" == error.what
    assert "--skip Fickle" in error.hint
    assert "UPDATE_ROLLBACK_FAILED" == stack.status()
    fail("")
    assert {stack.place: "rolled back"} == recovered(ground, stack, Wish()).done
    assert "UPDATE_ROLLBACK_COMPLETE" == stack.status()
    fail("Update")
    assert "UPDATE_ROLLBACK_FAILED" == stack.update("3")
    skip = Wish(skip=frozenset({"Fickle"}))
    assert {stack.place: "rolled back"} == recovered(ground, stack, skip).done
    assert "UPDATE_ROLLBACK_COMPLETE" == stack.status()


@pytest.mark.long
@pytest.mark.fault(35)
def test_only_what_is_stuck_can_be_skipped(ground: Ground, fail: Callable[[str], str]) -> None:
    """Refused before anything is begun, with what could be meant."""
    stack = Stack(ground, fail(""))
    assert "CREATE_COMPLETE" == stack.create()
    fail("Update")
    assert "UPDATE_ROLLBACK_FAILED" == stack.update("2")
    with pytest.raises(RefusedError) as raised:
        recovered(ground, stack, Wish(skip=frozenset({"Jobs"})))
    assert "`Fickle` kept a rollback from ending" == raised.value.why
    assert "UPDATE_ROLLBACK_FAILED" == stack.status()


@pytest.mark.long
def test_a_stuck_deletion_ends_without_what_cannot_go(
    ground: Ground, fail: Callable[[str], str]
) -> None:
    """DELETE_FAILED: tried again, and, where that is of no use, without what is named."""
    stack = Stack(ground, fail(""))
    assert "CREATE_COMPLETE" == stack.create()
    fail("Delete")
    assert "DELETE_FAILED" == stack.delete()
    (case,) = looked(ground, stack, Wish()).values()
    assert ("delete", ["Fickle"]) == (case.kind, [each.logical_id for each in case.stuck])
    error = recovered(ground, stack, Wish()).failed[stack.place]
    assert isinstance(error, IncompleteError)
    assert "told to fail" in error.why
    retain = Wish(retain=frozenset({"Fickle"}))
    assert {stack.place: "deleted"} == recovered(ground, stack, retain).done
    assert "" == stack.status()


@pytest.mark.long
def test_a_creation_that_could_not_be_taken_back_is_deleted(
    ground: Ground, fail: Callable[[str], str]
) -> None:
    """ROLLBACK_FAILED: it never served, so that nothing of it is missed."""
    stack = Stack(ground, fail("Delete,Never"))
    broken = {"Type": "Custom::Fickle", "DependsOn": "Fickle", "Properties": {"ServiceToken": "?"}}
    assert "ROLLBACK_FAILED" == stack.create(Broken=broken)
    (case,) = looked(ground, stack, Wish()).values()
    assert "delete" == case.kind
    reasons = {each.logical_id: each.reason for each in case.stuck}
    assert "told to fail" in reasons["Fickle"]
    result = recovered(ground, stack, Wish())
    assert ({stack.place: "deleted"}, {}) == (result.done, result.failed)
    assert "" == stack.status()


@pytest.mark.long
def test_data_of_a_stack_that_never_came_up_goes_by_name(
    ground: Ground, fail: Callable[[str], str]
) -> None:
    """CREATE_FAILED: its bucket holds something, so that nothing goes before it was named."""
    stack, bucket = Stack(ground, fail("Create")), f"{ground.name}-files"
    files = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}
    fickle = {"Fickle": {"Type": "Custom::Fickle", "DependsOn": "Files"}}
    template = json.loads(stack.body("1", Files=files))
    template["Resources"]["Fickle"] |= fickle["Fickle"]
    stack.client.create_stack(
        StackName=stack.place[0], TemplateBody=json.dumps(template), DisableRollback=True
    )
    assert "CREATE_FAILED" == stack.ended()
    ground.aws.client("s3", REGION).put_object(Bucket=bucket, Key="a", Body=b"1")
    with pytest.raises(RefusedError) as raised:
        recovered(ground, stack, Wish())
    assert f"AWS::S3::Bucket `Files` ({bucket})" == raised.value.why
    assert "CREATE_FAILED" == stack.status()
    named = Wish(delete_data=frozenset({"Files"}))
    assert {stack.place: "deleted"} == recovered(ground, stack, named).done
    assert "" == stack.status()
    assert not Buckets(ground.aws, REGION, ground.account).exists(bucket)


@pytest.mark.parametrize(("name", "goes"), [("sd-left", True), ("by-hand", False)])
@pytest.mark.fault(34)
def test_an_empty_stack_in_review_is_removed(
    ground: Ground, fail: Callable[[str], str], name: str, *, goes: bool
) -> None:
    """Fault 34: made by a change set of ours that was never executed; not by anybody's."""
    stack = Stack(ground, fail(""))
    stack.client.create_change_set(
        StackName=stack.place[0],
        ChangeSetName=name,
        ChangeSetType="CREATE",
        TemplateBody=stack.body("1"),
    )
    assert "REVIEW_IN_PROGRESS" == stack.status()
    result = recovered(ground, stack, Wish())
    assert ({stack.place: "removed"} if goes else {}) == result.done
    assert ("" if goes else "REVIEW_IN_PROGRESS") == stack.status()


@pytest.mark.fault(34)
def test_change_sets_that_were_left_behind_are_removed(
    ground: Ground, fail: Callable[[str], str]
) -> None:
    """Fault 34: ours alone; the stack stays as it is."""
    stack = Stack(ground, fail(""))
    assert "CREATE_COMPLETE" == stack.create()
    for name in ("sd-left", "by-hand"):
        stack.client.create_change_set(
            StackName=stack.place[0], ChangeSetName=name, TemplateBody=stack.body("2")
        )
    assert {stack.place: "tidied"} == recovered(ground, stack, Wish()).done
    left = stack.client.list_change_sets(StackName=stack.place[0])["Summaries"]
    assert ["by-hand"] == [each["ChangeSetName"] for each in left]
    assert "CREATE_COMPLETE" == stack.status()
    assert not any(each.acts for each in looked(ground, stack, Wish()).values())
