"""Stacks in every bad state: busy, stuck, never come up, about to lose something."""

from __future__ import annotations

import json
import time

import pytest
from tests.faults import world
from tests.faults.place import DEPLOY, Place
from tests.faults.rules import Drop, Fail, Rewrite, When

from sam_deploy.local.faults.calls import Known

pytestmark = pytest.mark.long

FIRST, SECOND = "eu-west-1", "us-east-1"
READ = When("cloudformation", "DescribeStacks", FIRST)
STACK = "tiny-sam"
REFUSED = Fail("ValidationError", "Template error: injected")


def rewritten(status: str) -> Rewrite:
    """The stack's status, as a read says it."""
    return Rewrite("<StackStatus>CREATE_COMPLETE<", f"<StackStatus>{status}<")


def words(err: str) -> str:
    """The error of a run, on one line."""
    return " ".join(err.partition("error:")[2].split())


@pytest.mark.fault(30)
def test_a_region_that_fails_does_not_stop_the_others(faulty: Place) -> None:
    """Fault 30: exit 7 names it; the others serve; the next run sends nothing again."""
    three = 'regions=["eu-west-1", "us-east-1", "us-west-2"]'
    with faulty.edited("deploy.py", f"regions={list(faulty.regions)}", three):
        rule = faulty.proxy.add(When("cloudformation", "CreateChangeSet", SECOND), REFUSED)
        ran = faulty.deploy()
        assert 7 == ran.code, ran.err
        assert 1 == rule.hits
        assert SECOND in words(ran.err)
        for region in (FIRST, "us-west-2"):
            stack = faulty.client("cloudformation", region).describe_stacks(StackName=STACK)
            assert "CREATE_COMPLETE" == stack["Stacks"][0]["StackStatus"]
        assert (FIRST, "HelloFunction", "dev") in world.look(faulty).served
        faulty.proxy.calm()
        again = faulty.deploy()
    assert 0 == again.code, again.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)
    executed = faulty.proxy.made(When("cloudformation", "ExecuteChangeSet"))
    assert sorted([FIRST, SECOND, "us-west-2"]) == sorted(each.known.region for each in executed)


@pytest.mark.fault(30)
def test_a_region_that_is_gone_touches_no_stack(faulty: Place) -> None:
    """Fault 30: while archives cannot be there, exit 7 or 8; once it is back, all is done."""
    faulty.proxy.add(When(region=SECOND), Drop())
    ran = faulty.deploy()
    assert ran.code in {7, 8}, ran.err
    assert SECOND in words(ran.err)
    assert "Traceback" not in ran.err
    assert SECOND not in {each.region for each in _executed(faulty)}
    faulty.proxy.calm()
    again = faulty.deploy()
    assert 0 == again.code, again.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


def _executed(place: Place) -> list[Known]:
    made = place.proxy.made(When("cloudformation", "ExecuteChangeSet"))
    return [each.known for each in made]


@pytest.mark.fault(31)
def test_a_busy_stack_is_left_alone(faulty: Place) -> None:
    """Fault 31: exit 5 with its status, and no change set beside the other deployment."""
    assert 0 == faulty.deploy().code
    faulty.proxy.clear()
    faulty.proxy.add(READ, rewritten("UPDATE_IN_PROGRESS"))
    ran = faulty.deploy()
    assert 5 == ran.code, ran.err
    assert "UPDATE_IN_PROGRESS" in words(ran.err)
    assert [] == faulty.proxy.made(When("cloudformation", "CreateChangeSet", FIRST))


@pytest.mark.fault(35)
def test_a_stack_whose_rollback_failed_is_never_deleted(faulty: Place) -> None:
    """Fault 35: exit 7 with the command that goes on; no change set, no deletion."""
    assert 0 == faulty.deploy().code
    faulty.proxy.clear()
    faulty.proxy.add(READ, rewritten("UPDATE_ROLLBACK_FAILED"))
    ran = faulty.deploy()
    assert 7 == ran.code, ran.err
    assert f"sam-deploy recover --stack {STACK} --region {FIRST}" in words(ran.err)
    for operation in ("DeleteStack", "CreateChangeSet"):
        assert [] == faulty.proxy.made(When("cloudformation", operation, FIRST))


@pytest.mark.fault(36)
def test_a_stack_that_never_came_up_is_made_again(faulty: Place) -> None:
    """Fault 36: what a failed creation left, and holds nothing, is removed first."""
    formation = faulty.client("cloudformation", FIRST)
    broken = {"Fn::GetAtt": ["Good", "NoSuchAttribute"]}
    template = {
        "Resources": {
            "Good": {"Type": "AWS::SQS::Queue"},
            "Bad": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": broken}},
        }
    }
    formation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
    deadline = time.monotonic() + 20
    while (status := _status(faulty)) != "ROLLBACK_COMPLETE":
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    ran = faulty.deploy()
    assert 0 == ran.code, ran.err
    assert "never came up" in ran.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


def _status(place: Place) -> str:
    found = place.client("cloudformation", FIRST).describe_stacks(StackName=STACK)["Stacks"]
    return str(found[0]["StackStatus"])


@pytest.mark.fault(37)
def test_where_nothing_changes_no_change_set_is_made(faulty: Place) -> None:
    """Fault 37: a second deployment makes and executes nothing, and ends with 0."""
    assert 0 == faulty.deploy().code
    before = world.look(faulty)
    faulty.proxy.clear()
    ran = faulty.deploy()
    assert (0, ["no changes"] * 2) == (ran.code, [e["outcome"] for e in ran.json["stacks"]])
    assert [] == faulty.proxy.made(When("cloudformation", "ExecuteChangeSet"))
    assert [] == faulty.proxy.made(When("cloudformation", "CreateChangeSet"))
    assert before == world.look(faulty)


@pytest.mark.fault(38)
def test_a_bucket_is_not_lost_by_a_new_name(faulty: Place) -> None:
    """Fault 38: exit 5 before anything is changed; `--allow-replace` with its name allows it."""
    assert 0 == faulty.deploy().code
    before = world.look(faulty)
    with (
        faulty.edited("deploy.py", 'Bucket("tiny-files")', 'Bucket("tiny-papers")'),
        faulty.edited("deploy.py", '"Jobs", "tiny-files"', '"Jobs", "tiny-papers"'),
    ):
        ran = faulty.deploy()
        assert 5 == ran.code, ran.err
        assert before == world.look(faulty)
        hint = words(ran.err).rpartition("--allow-replace ")[2]
        names = [word for word in words(ran.err).replace(";", " ").split() if "Bucket" in word]
        chosen = {each.strip("`.,") for each in [hint.split()[0], *names] if "::" not in each}
        allowed = [part for each in sorted(chosen) for part in ("--allow-replace", each)]
        again = faulty.run(*DEPLOY, *allowed)
    assert 0 == again.code, again.err


@pytest.mark.fault(48)
def test_a_bucket_of_another_account_gets_nothing(faulty: Place) -> None:
    """Fault 48: S3 refuses whoever names the wrong owner: exit 5, nothing is put there."""
    faulty.proxy.add(When("s3", "HeadBucket"), Fail("403", "Forbidden", 403))
    ran = faulty.deploy()
    assert 5 == ran.code, ran.err
    assert [] == faulty.proxy.writes()


@pytest.mark.fault(58)
def test_a_cloud_that_has_forgotten_everything_is_deployed_to_again(faulty: Place) -> None:
    """Fault 58: what the project folder remembers is not taken for what is there."""
    assert 0 == faulty.deploy().code
    before = world.look(faulty)
    faulty.emulator.reset()
    ran = faulty.deploy()
    assert (0, ["created"] * 2) == (ran.code, [e["outcome"] for e in ran.json["stacks"]])
    assert [] == world.differences(world.look(faulty), before)
