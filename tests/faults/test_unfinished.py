"""What was not finished is finished first, and what was not agreed to was never begun."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.faults import world
from tests.faults.place import DEPLOY, Place
from tests.faults.rules import Drop, Kill, Signal, When
from tests.faults.terminal import at_terminal

pytestmark = pytest.mark.long

HOME, EAST = "eu-west-1", "us-east-1"
BUCKET = f"tiny-sam-000000000000-{HOME}"
JOURNAL = "journal/tiny.json"
EXECUTE = When("cloudformation", "ExecuteChangeSet", HOME)
TO_AWS = ("deploy", "--target", "aws", "--progress", "plain")
RESUME = ("resume", "--target", "aws", "--auto-approve", "--progress", "plain")
GREETING = ("functions/Hello/handler.py", "{GREETING} ", "{GREETING}, ")


def journal(place: Place) -> dict[str, Any] | None:
    """The journal as it lies there; nothing where there is none."""
    s3 = place.client("s3", HOME)
    try:
        found = s3.get_object(Bucket=BUCKET, Key=JOURNAL)
    except s3.exceptions.NoSuchKey:
        return None
    document: dict[str, Any] = json.loads(found["Body"].read())
    return document


def put_journal(place: Place, document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    place.client("s3", HOME).put_object(Bucket=BUCKET, Key=JOURNAL, Body=body)


def locks(place: Place) -> list[str]:
    listed = place.client("s3", HOME).list_objects_v2(Bucket=BUCKET, Prefix="locks/")
    return [each["Key"] for each in listed.get("Contents", [])]


def words(err: str) -> str:
    """The error of a run, on one line."""
    return " ".join(err.partition("error:")[2].split())


def assert_right(place: Place) -> None:
    assert [] == world.problems(world.look(place), place.proxy.calls)


def killed(place: Place, when: When = EXECUTE, moment: Any = "before", *arguments: str) -> None:
    """A deployment that is killed at a call; the proxy has no rules afterwards."""
    with place.proxy.rule(when, Kill(moment), times=1):
        ran = place.deploy(*arguments)
    assert -signal.SIGKILL == ran.code, ran.err


@contextmanager
def two_feature_sets(place: Place) -> Iterator[None]:
    """The project with a second stack, in both regions."""
    one = f'FeatureSet("core", regions={list(place.regions)})'
    two = f'{one}, FeatureSet("more", regions={list(place.regions)})'
    queue = 'Queue("Jobs")'
    more = f'{queue}, Queue("Others", feature_set="more")'
    with place.edited("deploy.py", one, two), place.edited("deploy.py", f"[{queue}]", f"[{more}]"):
        yield


@pytest.mark.fault(34)
def test_a_region_is_not_deployed_over_what_is_left_in_another(faulty: Place) -> None:
    """Fault 34: exit 7 says what is left and how to finish it; the whole takes its place."""
    killed(faulty)
    before = journal(faulty)
    part = faulty.deploy("--region", EAST)
    assert 7 == part.code, part.err
    assert f"has left `tiny-sam` in `{HOME}`" in words(part.err)
    assert "run `sam-deploy resume --target aws` first, or deploy all of it" in words(part.err)
    assert before == journal(faulty)
    assert [] == faulty.proxy.made(When("cloudformation", "ExecuteChangeSet", EAST))
    whole = faulty.deploy()
    assert 0 == whole.code, whole.err
    assert "this deployment takes its place" in whole.err
    assert_right(faulty)
    again = faulty.deploy("--region", EAST)
    assert (0, False) == (again.code, again.json["changed"]), again.err


@pytest.mark.fault(34)
def test_a_feature_set_is_not_deployed_over_what_is_left_of_another(faulty: Place) -> None:
    """Fault 34: after `resume` it is."""
    with two_feature_sets(faulty):
        killed(faulty)
        part = faulty.deploy("more")
        assert 7 == part.code, part.err
        assert "has left `tiny-sam`" in words(part.err)
        resumed = faulty.run(*RESUME)
        assert 0 == resumed.code, resumed.err
        again = faulty.deploy("more")
        assert (0, False) == (again.code, again.json["changed"]), again.err
        assert_right(faulty)


@pytest.mark.fault(30)
def test_one_stack_that_cannot_be_looked_at_loses_its_region(faulty: Place) -> None:
    """Fault 30: exit 7, and no traceback: the other region is whole, and the next run the rest."""
    with two_feature_sets(faulty):
        silent = When("cloudformation", "DescribeStacks", EAST, "tiny-sam-more")
        rule = faulty.proxy.add(silent, Drop())
        ran = faulty.deploy()
        assert rule.hits
        assert ran.code in {7, 8}, ran.err
        assert "Traceback" not in ran.err
        assert f"`{EAST}` does not answer, and falls behind" in " ".join(ran.err.split())
        assert {HOME} == {region for region, _ in world.look(faulty).stacks}
        assert [] == faulty.proxy.made(When("cloudformation", "CreateChangeSet", EAST))
        faulty.proxy.calm()
        again = faulty.deploy()
        assert 0 == again.code, again.err
        assert 4 == len(world.look(faulty).stacks)
        assert_right(faulty)


@pytest.mark.fault(34)
@pytest.mark.parametrize("left", ["nothing", "a review"])
def test_without_a_journal_that_ended_every_function_is_looked_at(faulty: Place, left: str) -> None:
    """Fault 34: the stack is as it should be, and its function was never released."""
    killed(faulty, When("lambda", "PublishVersion", HOME))
    found = journal(faulty)
    assert found is not None
    if left == "nothing":
        faulty.client("s3", HOME).delete_object(Bucket=BUCKET, Key=JOURNAL)
    else:
        put_journal(faulty, {**found, "state": "review", "places": {}})
    assert 0 == faulty.deploy().code
    assert_right(faulty)


@pytest.mark.fault(56)
def test_ctrl_c_at_the_question_leaves_nothing(faulty: Place) -> None:
    """Fault 56: exit 130: no lock, no stack, no change set, nothing to resume."""
    with at_terminal(faulty, *TO_AWS) as terminal:
        terminal.until("(yes/no)")
        terminal.interrupt()
        assert 130 == terminal.end(), terminal.said
    assert "Traceback" not in terminal.said
    left = world.look(faulty)
    assert ({}, ()) == (left.stacks, left.change_sets)
    assert [] == locks(faulty)
    found = journal(faulty)
    assert found is not None
    assert "done" == found["state"]
    resumed = faulty.run(*RESUME)
    assert 0 == resumed.code, resumed.err
    assert "Nothing to resume" in resumed.err
    assert 0 == faulty.deploy().code
    assert_right(faulty)


@pytest.mark.fault(56)
def test_ctrl_c_at_the_question_of_an_update_leaves_what_stands(faulty: Place) -> None:
    """Fault 56: what was finished before is still on record as that."""
    assert 0 == faulty.deploy().code
    before, stands = journal(faulty), world.look(faulty)
    assert before is not None
    with faulty.edited(*GREETING), at_terminal(faulty, *TO_AWS) as terminal:
        terminal.until("(yes/no)")
        terminal.interrupt()
        assert 130 == terminal.end(), terminal.said
    after = journal(faulty)
    assert after is not None
    passing = {"epoch", "updated", "layers"}
    assert {k: v for k, v in before.items() if k not in passing} == {
        k: v for k, v in after.items() if k not in passing
    }
    assert stands == world.look(faulty)
    assert [] == locks(faulty)


@pytest.mark.fault(56)
@pytest.mark.parametrize("operation", ["CreateChangeSet", "DescribeChangeSet"])
def test_ctrl_c_in_the_review_leaves_no_change_set(faulty: Place, operation: str) -> None:
    """Fault 56: of no region, and no stack that was made for one."""
    faulty.proxy.add(When("cloudformation", operation, HOME), Signal(), times=1)
    assert 130 == faulty.deploy().code
    left = world.look(faulty)
    assert ({}, ()) == (left.stacks, left.change_sets)
    found = journal(faulty)
    assert found is not None
    assert "done" == found["state"]


@pytest.mark.fault(34)
def test_tokens_survive_a_run_that_is_killed_in_its_review(faulty: Place) -> None:
    """Fault 34: the operation of the first run is still known, and the third awaits it."""
    killed(faulty, EXECUTE, "after")
    before = journal(faulty)
    assert before is not None
    with faulty.edited(*GREETING):
        killed(faulty, When("cloudformation", "CreateChangeSet"), "after")
    after = journal(faulty)
    assert after is not None
    assert before["epoch"] < after["epoch"]
    for name in ("state", "id", "places", "manifest", "command"):
        assert before[name] == after[name]
    assert "executing" == after["places"][f"tiny-sam {HOME}"]["state"]
    assert after["places"][f"tiny-sam {HOME}"]["token"]
    resumed = faulty.run(*RESUME)
    assert 0 == resumed.code, resumed.err
    assert_right(faulty)


@pytest.mark.fault(38)
def test_resume_knows_what_was_allowed(faulty: Place) -> None:
    """Fault 38: nobody is asked twice whether a bucket may go; without the word it may not."""
    assert 0 == faulty.deploy().code
    unused = faulty.edited("deploy.py", 'uses=["Jobs", "tiny-files"]', 'uses=["Jobs"]')
    with unused, faulty.edited("deploy.py", '[Bucket("tiny-files")]', "[]"):
        refused = faulty.deploy()
        assert 5 == refused.code, refused.err
        allowed = [
            option
            for name in ("TinyFilesDevBucket", "TinyFilesProdBucket")
            for option in ("--allow-replace", name)
        ]
        killed(faulty, EXECUTE, "before", *allowed)
    found = journal(faulty)
    assert found is not None
    assert ["TinyFilesDevBucket", "TinyFilesProdBucket"] == found["allowed"]
    resumed = faulty.run(*RESUME)
    assert 0 == resumed.code, resumed.err
    assert_right(faulty)


@pytest.mark.fault(5)
def test_resume_goes_on_with_what_it_has_read_alone(faulty: Place) -> None:
    """Fault 5: it stood still while somebody else finished: exit 5, and nothing is undone."""
    killed(faulty)
    kept = When("s3", "GetObject", HOME, "manifests/")
    faulty.proxy.add(kept, Signal(signal.SIGSTOP), times=1)
    slow = faulty.start(*RESUME)
    try:
        while not faulty.proxy.made(kept):
            assert slow.poll() is None, slow.communicate()
            time.sleep(0.05)
        with faulty.edited(*GREETING):
            other = faulty.deploy()
        assert 0 == other.code, other.err
        stands = world.look(faulty)
    finally:
        slow.send_signal(signal.SIGCONT)
        _, err = slow.communicate(timeout=60)
    assert 5 == slow.returncode, err
    assert "Somebody else has gone on meanwhile" in words(err)
    assert stands == world.look(faulty)
    assert [] == locks(faulty)


@pytest.mark.fault(51)
def test_nobody_sets_the_journal_of_a_running_deployment_aside(faulty: Place) -> None:
    """Fault 51: `unlock --journal` takes the lock, and is told who holds it."""
    faulty.proxy.add(EXECUTE, Signal(signal.SIGSTOP), times=1)
    first = faulty.start(*DEPLOY)
    try:
        while not faulty.proxy.made(EXECUTE):
            assert first.poll() is None, first.communicate()
            time.sleep(0.05)
        before = journal(faulty)
        aside = faulty.run("unlock", "--journal", "--target", "aws")
        assert 5 == aside.code, aside.err
        assert str(first.pid) in words(aside.err)
        assert before == journal(faulty)
    finally:
        first.send_signal(signal.SIGCONT)
        _, err = first.communicate(timeout=60)
    assert 0 == first.returncode, err


@pytest.mark.fault(51)
def test_a_lock_that_cannot_be_read_can_be_taken_away(faulty: Place) -> None:
    """Fault 51: its refusal names the command, and the command works."""
    assert 0 == faulty.deploy().code
    s3 = faulty.client("s3", HOME)
    s3.put_object(Bucket=BUCKET, Key="locks/tiny.json", Body=b'{"owner": ')
    refused = faulty.deploy()
    assert 5 == refused.code, refused.err
    assert "sam-deploy unlock" in words(refused.err)
    shown = faulty.run("unlock", "--target", "aws")
    assert 5 == shown.code, shown.err
    lock = words(shown.err).rpartition("sam-deploy unlock ")[2].split("`")[0].split()[0]
    ended = faulty.run("unlock", lock, "--target", "aws")
    assert 0 == ended.code, ended.err
    assert [] == locks(faulty)
    assert 0 == faulty.deploy().code


def test_an_environment_is_not_seeded_before_it_is_agreed_to(faulty: Place) -> None:
    """C13, C15: `no` leaves no alias and no change set; nothing is open."""
    assert 0 == faulty.deploy().code
    stands = world.look(faulty)
    prod = 'Environment("prod", promote_from="dev")'
    qa = f'Environment("qa", promote_from="dev"), {prod}'
    with faulty.edited("deploy.py", prod, qa):
        with at_terminal(faulty, *TO_AWS) as terminal:
            terminal.until("(yes/no)")
            terminal.type("no")
            assert 5 == terminal.end(), terminal.said
        assert stands == world.look(faulty)
        found = journal(faulty)
        assert found is not None
        assert "done" == found["state"]
        assert "Nothing to resume" in faulty.run(*RESUME).err
        plan = faulty.folder / "plan.json"
        planned = faulty.run(*TO_AWS, "--plan-only", "--auto-approve", "--out", str(plan))
        assert 0 == planned.code, planned.err
        assert stands == world.look(faulty)
        carried = faulty.run(*TO_AWS, "--plan", str(plan), "--json")
        plan.unlink()
    assert 0 == carried.code, carried.err
    served = world.look(faulty).served
    for region in faulty.regions:
        started = served[region, "HelloFunction", "qa"]
        assert stands.served[region, "HelloFunction", "dev"] == started
    assert_right(faulty)
