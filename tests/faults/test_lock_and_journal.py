"""The lock of a dead process, a store that cannot lock, a journal that cannot be read."""

from __future__ import annotations

import re
import signal
import time

import pytest
from tests.faults import world
from tests.faults.place import DEPLOY, Place
from tests.faults.rules import Fail, Kill, Signal, Strip, When

pytestmark = pytest.mark.long

HOME = "eu-west-1"
BUCKET = f"tiny-sam-000000000000-{HOME}"
EXECUTE = When("cloudformation", "ExecuteChangeSet", HOME)


def keys(place: Place, part: str) -> list[str]:
    """The keys of the home region's artifact bucket that have `part` in them."""
    listed = place.client("s3", HOME).list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return [each["Key"] for each in listed if part in each["Key"]]


def words(err: str) -> str:
    """The error of a run, on one line."""
    return " ".join(err.partition("error:")[2].split())


@pytest.mark.fault(31, 49)
def test_a_second_deployment_is_told_who_holds_the_lock(faulty: Place) -> None:
    """Faults 31, 49: while one stands still, others end with 5, name it, and change nothing."""
    faulty.proxy.add(EXECUTE, Signal(signal.SIGSTOP), times=1)
    first = faulty.start(*DEPLOY)
    try:
        while not faulty.proxy.made(EXECUTE):
            assert first.poll() is None, first.communicate()
            time.sleep(0.05)
        (lock,) = keys(faulty, "lock")
        settled(faulty)
        before = world.look(faulty)
        other = faulty.run(*DEPLOY)
        assert 5 == other.code, other.err
        assert str(first.pid) in words(other.err)
        assert before == world.look(faulty)
        assert [lock] == keys(faulty, "lock")
    finally:
        first.send_signal(signal.SIGCONT)
        _, err = first.communicate(timeout=60)
    assert 0 == first.returncode, err
    assert [] == keys(faulty, "lock")


def settled(place: Place) -> None:
    """The change set that was executed is carried out, which nobody waits for."""
    deadline = time.monotonic() + 60
    while "CREATE_COMPLETE" not in world.look(place).stacks.values():
        assert time.monotonic() < deadline, world.look(place).stacks
        time.sleep(0.05)


@pytest.mark.fault(49)
def test_the_lock_of_a_dead_process_is_taken_away_by_its_id(faulty: Place) -> None:
    """Fault 49: `unlock` wants the id that the refusal shows, and no other one."""
    faulty.proxy.add(EXECUTE, Kill("before"), times=1)
    assert -signal.SIGKILL == faulty.deploy().code
    assert 1 == len(keys(faulty, "lock"))
    wrong = faulty.run("unlock", "00000000", "--target", "aws")
    assert wrong.code in {2, 5}, wrong.err
    assert 1 == len(keys(faulty, "lock"))
    shown = faulty.run("unlock", "--target", "aws")
    found = re.search(r"unlock ([0-9a-zA-Z-]+)", shown.err)
    assert found is not None, shown.err
    assert 0 == faulty.run("unlock", found[1], "--target", "aws").code
    assert [] == keys(faulty, "lock")
    faulty.proxy.calm()
    again = faulty.deploy()
    assert 0 == again.code, again.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


@pytest.mark.fault(50)
def test_a_store_that_cannot_lock_is_found_out(faulty: Place) -> None:
    """Fault 50: one that ignores If-None-Match is refused, exit 5, before any stack is touched."""
    rule = faulty.proxy.add(When("s3", "PutObject"), Strip("If-None-Match"))
    ran = faulty.deploy()
    assert 5 == ran.code, ran.err
    assert rule.hits
    assert "If-None-Match" in words(ran.err)
    assert [] == faulty.proxy.made(When("cloudformation", "CreateChangeSet"))


@pytest.mark.fault(51)
@pytest.mark.parametrize("content", [b'{"schema": 1, "id', b""])
def test_a_journal_that_cannot_be_read_is_refused_with_its_address(
    faulty: Place, content: bytes
) -> None:
    """Fault 51: cut off, it is named and never guessed; then it is set aside, and all is mended."""
    faulty.proxy.add(EXECUTE, Kill("before"), times=1)
    assert -signal.SIGKILL == faulty.deploy().code
    journals = keys(faulty, "journal")
    assert journals
    for key in journals:
        faulty.client("s3", HOME).put_object(Bucket=BUCKET, Key=key, Body=content)
    faulty.proxy.clear()
    ran = faulty.deploy()
    assert ran.code in {5, 7}, ran.err
    assert "Traceback" not in ran.err
    assert any(key in words(ran.err) for key in journals), ran.err
    assert [] == faulty.proxy.made(When("cloudformation", "CreateChangeSet"))
    aside = faulty.run("unlock", "--journal", "--target", "aws")
    assert 0 == aside.code, aside.err
    rebuilt = faulty.deploy()
    assert 0 == rebuilt.code, rebuilt.err
    assert [] == world.problems(world.look(faulty), faulty.proxy.calls)


@pytest.mark.fault(51)
def test_a_journal_of_another_version_is_left_to_that_version(faulty: Place) -> None:
    """Fault 51: exit 5, also by `unlock --journal`: what it says can be read, elsewhere."""
    assert 0 == faulty.deploy().code
    (key,) = keys(faulty, "journal")
    faulty.client("s3", HOME).put_object(Bucket=BUCKET, Key=key, Body=b'{"schema": 999}')
    for command in (DEPLOY, ("unlock", "--journal", "--target", "aws")):
        ran = faulty.run(*command)
        assert 5 == ran.code, ran.err
        assert "use the version that wrote it" in words(ran.err)
    assert [key] == keys(faulty, "journal")
    assert [] == keys(faulty, "lock")


@pytest.mark.fault(39)
def test_without_a_journal_nothing_is_written(faulty: Place) -> None:
    """Fault 39: what cannot be noted is not begun: no stack, no alias."""
    rule = faulty.proxy.add(
        When("s3", "PutObject", detail="journal"), Fail("AccessDenied", "no", 403)
    )
    ran = faulty.deploy()
    assert rule.hits
    assert ran.code in {3, 5, 7, 8}, ran.err
    for operation in ("CreateChangeSet", "ExecuteChangeSet"):
        assert [] == faulty.proxy.made(When("cloudformation", operation))
    assert [] == faulty.proxy.made(When("lambda", "UpdateAlias"))


@pytest.mark.fault(30)
def test_resume_does_only_what_is_missing(faulty: Place) -> None:
    """Fault 30: the same archives go to the failed region alone, whatever the source says now."""
    refused = Fail("ValidationError", "Template error: injected")
    faulty.proxy.add(When("cloudformation", "CreateChangeSet", "us-east-1"), refused)
    assert 7 == faulty.deploy().code
    home = {key: code for key, code in world.look(faulty).served.items() if HOME in key}
    faulty.proxy.clear()
    with faulty.edited("functions/Hello/handler.py", "{GREETING} ", "{GREETING}, "):
        ran = faulty.run("resume", "--target", "aws", "--auto-approve")
    assert 0 == ran.code, ran.err
    left = world.look(faulty)
    assert [] == world.problems(left, faulty.proxy.calls)
    assert home == {key: code for key, code in left.served.items() if HOME in key}
    assert 1 == len(set(left.deployed.values()))
    assert [] == faulty.proxy.made(When("cloudformation", "ExecuteChangeSet", HOME))
    assert {} == world.uploads(faulty.proxy.calls)


@pytest.mark.fault(56)
def test_an_interrupted_deployment_is_known_to_the_next_command(faulty: Place) -> None:
    """Fault 56: after a second Ctrl-C the journal stays open, and `status` says so."""
    faulty.proxy.add(EXECUTE, Signal(times=2, then_seconds=5), times=1)
    assert 130 == faulty.deploy().code
    faulty.proxy.calm()
    assert keys(faulty, "journal")
    assert "resume" in faulty.run("status", "--target", "aws").err
