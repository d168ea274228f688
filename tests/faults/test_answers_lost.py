"""Requests and answers that get lost on the way, one kind of call at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.faults import world
from tests.faults.place import DEPLOY, Place
from tests.faults.rules import Action, CutBody, Drop, LoseAnswer, When
from tests.faults.world import World

pytestmark = pytest.mark.long

WRITES = (
    ("s3", "CreateBucket"),
    ("s3", "PutPublicAccessBlock"),
    ("s3", "PutBucketVersioning"),
    ("s3", "PutObject"),
    ("s3", "CopyObject"),
    ("lambda", "PublishLayerVersion"),
    ("lambda", "PublishVersion"),
    ("cloudformation", "CreateChangeSet"),
    ("cloudformation", "ExecuteChangeSet"),
)
"""What a first deployment writes with."""


@pytest.fixture(scope="module")
def quiet(shared_place: Place) -> World:
    """What a first deployment leaves when nothing gets lost."""
    shared_place.fresh()
    assert 0 == shared_place.deploy().code
    return world.look(shared_place)


@pytest.fixture
def changed(faulty: Place) -> Iterator[Place]:
    """A deployed app with a changed function: the next deployment moves aliases."""
    assert 0 == faulty.deploy().code
    with faulty.edited("functions/Hello/handler.py", "{GREETING} ", "{GREETING}, "):
        faulty.proxy.clear()
        yield faulty


def assert_as_quiet(place: Place, quiet: World) -> None:
    left = world.look(place)
    assert [] == world.problems(left, place.proxy.calls)
    assert [] == world.differences(left, quiet)


@pytest.mark.fault(32, 33)
@pytest.mark.parametrize(("service", "operation"), WRITES)
def test_a_lost_answer_is_no_failure_and_no_second_write(
    faulty: Place, quiet: World, service: str, operation: str
) -> None:
    """Faults 32, 33: the SDK's second try meets the first one, and that is read as a success.

    Nothing is uploaded or published twice, and one run leaves what a quiet one does (R221).
    """
    rule = faulty.proxy.add(When(service, operation), LoseAnswer(), times=1)
    ran = faulty.deploy()
    assert (0, 1) == (ran.code, rule.hits), ran.err
    assert_as_quiet(faulty, quiet)


@pytest.mark.parametrize(("service", "operation"), WRITES)
def test_a_request_that_gets_lost_once_is_sent_again(
    faulty: Place, quiet: World, service: str, operation: str
) -> None:
    """A connection that breaks before the call is carried out goes unnoticed (R221)."""
    rule = faulty.proxy.add(When(service, operation), Drop(), times=1)
    ran = faulty.deploy()
    assert (0, 1) == (ran.code, rule.hits), ran.err
    assert_as_quiet(faulty, quiet)


@pytest.mark.parametrize("action", [Drop(), LoseAnswer()])
@pytest.mark.parametrize("operation", ["UpdateAlias", "PublishVersion"])
def test_an_alias_is_moved_once_whatever_gets_lost(
    changed: Place, operation: str, action: Action
) -> None:
    """The move is read back before it is called a failure; dev serves the change (R221)."""
    rule = changed.proxy.add(When("lambda", operation), action, times=1)
    ran = changed.deploy()
    assert (0, 1) == (ran.code, rule.hits), ran.err
    left = world.look(changed)
    assert [] == world.problems(left, changed.proxy.calls)
    assert {2} == set(left.versions.values())


@pytest.mark.fault(47)
def test_an_upload_that_is_cut_once_is_sent_again(faulty: Place, quiet: World) -> None:
    """Fault 47: of what broke off nothing is stored; the second try brings all of it."""
    rule = faulty.proxy.add(When("s3", "PutObject"), CutBody(200), times=1)
    assert 0 == faulty.deploy().code
    assert 1 == rule.hits
    assert_as_quiet(faulty, quiet)


@pytest.mark.fault(47)
def test_uploads_that_are_always_cut_end_in_an_error_before_any_stack(
    faulty: Place, quiet: World
) -> None:
    """Fault 47: exit 8 without a stack or half an archive; then the same command completes."""
    faulty.proxy.add(When("s3", "PutObject"), CutBody(200))
    ran = faulty.deploy()
    assert 8 == ran.code, ran.err
    assert "Traceback" not in ran.err
    assert [] == faulty.proxy.made(When("cloudformation", "CreateChangeSet"))
    bucket = f"tiny-sam-000000000000-{faulty.regions[0]}"
    listed = faulty.client("s3", faulty.regions[0]).list_objects_v2(Bucket=bucket)
    assert [] == [each["Key"] for each in listed.get("Contents", []) if "artifacts" in each["Key"]]
    faulty.proxy.calm()
    assert 0 == faulty.run(*DEPLOY).code
    assert_as_quiet(faulty, quiet)
