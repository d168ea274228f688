"""Everything that is in the way of a deployment is said at once, before anything is written."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from sam_deploy.aws import Aws, Endpoint, ExpiredError, Stack, UnansweredError
from sam_deploy.deploy import Live, Options, Survey
from sam_deploy.deploy.journal import Entry, PlaceEntry
from sam_deploy.deploy.lock import EXPIRES_SECONDS, Held
from sam_deploy.deploy.owner import this_process
from sam_deploy.deploy.preflight import Facts, one_error
from sam_deploy.deploy.preflight.history import history
from sam_deploy.deploy.preflight.stacks import stacks
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError, UnreachableError
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Needs

HOME, EAST = "eu-west-1", "us-east-1"
CORE = ("shop-sam", HOME)
OTHERS = replace(this_process("sam-deploy deploy", "ann"), machine="another:1", host="elsewhere")
OPEN = Entry(
    state="open",
    command="sam-deploy deploy",
    who="ann",
    host="elsewhere",
    started="2026-01-01T00:00:00Z",
    places={
        "shop-sam eu-west-1": PlaceEntry("done"),
        "shop-sam us-east-1": PlaceEntry("executing", token="token"),
    },
)


def facts(**given: Any) -> Facts:
    """An app of one stack in two regions, both as they should be, and nobody at work."""
    wanted = Manifest(
        name="shop",
        home_region=HOME,
        environment="dev",
        stacks=(StackPlan("shop-sam", "core", (HOME, EAST), ("dev",)),),
        templates={},
        needs=Needs("shop", HOME, (HOME, EAST), (), ()),
    )
    live = {("shop-sam", region): stands("UPDATE_COMPLETE") for region in (HOME, EAST)}
    return Facts(
        manifest=given.get("manifest", wanted),
        account="123456789012",
        survey=Survey(live | given.get("live", {}), given.get("failed", {})),
        entry=given.get("entry", Entry()),
        held=given.get("held"),
        options=given.get("options", Options()),
        aws=Aws(Endpoint("aws")),
        stop=Stop(),
        take_expired_lock=given.get("take_expired_lock", False),
    )


def stands(status: str) -> Live:
    return Live(Stack("shop-sam", status, "", {}, updated="2026-01-01T00:00:00Z"))


def errors(found: Any) -> list[SamDeployError]:
    return [each.error for each in found if each.error is not None]


def test_where_nothing_is_in_the_way_nothing_is_said() -> None:
    """Neither an error nor a warning."""
    assert [] == [*history(facts()), *stacks(facts())]


def test_a_stack_that_does_not_exist_is_not_in_the_way() -> None:
    """A first deployment."""
    assert [] == list(stacks(facts(live={CORE: Live()})))


def test_everything_is_said_at_once() -> None:
    """Two stacks that are stuck or busy, and somebody who holds the lock: one error, exit 5."""
    found = facts(
        live={
            CORE: stands("UPDATE_ROLLBACK_FAILED"),
            ("shop-sam", EAST): stands("UPDATE_IN_PROGRESS"),
        },
        held=Held(OTHERS, time.time()),
    )
    error = one_error([*errors(history(found)), *errors(stacks(found))])
    assert isinstance(error, RefusedError)
    assert "3 things are in the way of this deployment" == error.what
    told = "\n".join(error.problems)
    assert "`sam-deploy recover --stack shop-sam --region eu-west-1`" in told
    assert "UPDATE_IN_PROGRESS since 2026-01-01T00:00:00Z" in told
    assert "`sam-deploy deploy` is at work on this app" in told


def test_one_thing_is_its_own_error() -> None:
    """With its own exit code and hint."""
    found = errors(stacks(facts(live={CORE: stands("UPDATE_ROLLBACK_FAILED")})))
    error = one_error(found)
    assert (found, True) == ([error], isinstance(error, IncompleteError))
    assert "recover" in error.hint


def test_what_is_out_of_reach_stays_out_of_reach() -> None:
    """Exit code 8 when there is nothing else; 5 when a guard has said no, too."""
    unanswered = [UnansweredError("a"), ExpiredError("b")]
    assert UnreachableError is type(one_error(list(unanswered)))
    assert RefusedError is type(one_error([*unanswered, RefusedError("c")]))


def test_a_region_that_does_not_answer_is_told_once() -> None:
    """Its other stacks fail in the same way. Here every region is gone: all of them are told."""
    failed = {
        ("a", HOME): UnansweredError("x", why="no route"),
        ("b", HOME): UnansweredError("y", why="no route"),
        ("c", HOME): UnansweredError("z", why="slow"),
        ("a", EAST): UnansweredError("x", why="no route"),
    }
    assert 2 == len(errors(stacks(facts(failed=failed))))


@pytest.mark.fault(30)
def test_a_region_that_is_no_first_one_falls_behind_alone() -> None:
    """Fault 30: a warning, while the others can go on; an error when nothing is to be skipped."""
    failed = {("shop-sam", EAST): UnansweredError("x", why="no route")}
    (found,) = stacks(facts(failed=failed))
    assert f"`{EAST}` does not answer, and falls behind: no route" == found.warning
    strict = facts(failed=failed, options=Options(stop_on_failure=True))
    assert 1 == len(errors(stacks(strict)))


@pytest.mark.parametrize(
    ("wait", "entry", "refused"),
    [(False, Entry(), True), (True, Entry(), False), (False, OPEN, False)],
)
@pytest.mark.fault(31)
def test_what_will_be_awaited_is_not_in_the_way(entry: Entry, *, wait: bool, refused: bool) -> None:
    """Fault 31: `--wait`, or an operation that an earlier run of ours began."""
    busy = {("shop-sam", EAST): stands("UPDATE_IN_PROGRESS")}
    found = facts(live=busy, entry=entry, options=Options(wait=wait))
    assert refused == bool(errors(stacks(found)))


@pytest.mark.fault(35)
def test_waiting_does_not_help_what_is_stuck() -> None:
    """Fault 35: `--wait` is for what goes on."""
    found = facts(live={CORE: stands("UPDATE_ROLLBACK_FAILED")}, options=Options(wait=True))
    assert 1 == len(errors(stacks(found)))


@pytest.mark.parametrize(
    ("silent", "take", "refused"),
    [
        (0.0, False, True),
        (0.0, True, True),
        (EXPIRES_SECONDS + 60, False, True),
        (EXPIRES_SECONDS + 60, True, False),
    ],
)
@pytest.mark.fault(49)
def test_who_holds_the_lock_is_told_before_anything_is_made(
    silent: float, *, take: bool, refused: bool
) -> None:
    """Fault 49: an expired one is in nobody's way who may take it."""
    held = Held(OTHERS, time.time() - silent)
    assert refused == bool(errors(history(facts(held=held, take_expired_lock=take))))


@pytest.mark.parametrize(("age", "refused"), [(0.0, True), (EXPIRES_SECONDS + 1, False)])
@pytest.mark.fault(49)
def test_a_lock_is_expired_by_the_clock_of_s3(age: float, *, refused: bool) -> None:
    """Fault 49: the holder's clock and ours may be minutes apart."""
    apart = -900 if refused else 900
    held = Held(OTHERS, time.time() + apart, age_seconds=age)
    assert refused == bool(errors(history(facts(held=held, take_expired_lock=True))))


@pytest.mark.fault(49)
def test_a_dead_holder_is_in_nobodys_way() -> None:
    """Fault 49: killed on this machine."""
    dead = replace(this_process("sam-deploy deploy", "ann"), process_started=1.0)
    assert [] == errors(history(facts(held=Held(dead, time.time()))))


@pytest.mark.fault(34)
def test_an_unfinished_deployment_is_told_and_replaced() -> None:
    """Fault 34: who began it and when; this one does what is left, and waits for what runs."""
    (told,) = history(facts(entry=OPEN))
    assert told.error is None
    assert told.warning == (
        "`sam-deploy deploy`, begun 2026-01-01T00:00:00Z by ann on elsewhere, was not finished "
        "(1 stack left); this deployment takes its place"
    )


def test_resume_is_not_told_of_what_it_finishes() -> None:
    """It takes nothing's place: it is the same deployment."""
    assert () == tuple(history(facts(entry=OPEN, take_expired_lock=True)))


def test_what_this_deployment_does_not_finish_is_named() -> None:
    """A deployment of one feature set after a killed one of all: exit 7, `resume` first."""
    places = {**OPEN.places, "shop-sam-extra us-east-1": PlaceEntry("to do")}
    (error,) = errors(history(facts(entry=replace(OPEN, places=places))))
    assert isinstance(error, IncompleteError)
    assert error.why.endswith("has left `shop-sam-extra` in `us-east-1`")
    assert "begun 2026-01-01T00:00:00Z by ann on elsewhere" in error.why
    assert "run `sam-deploy resume` first, or deploy all of it" == error.hint


@pytest.mark.parametrize("state", ["done", "failed"])
@pytest.mark.fault(34)
def test_a_part_is_refused_for_what_is_left_alone(state: Any) -> None:
    """Fault 34: what came to its end elsewhere is nobody's business; what failed is left."""
    places = {**OPEN.places, "shop-sam-extra us-east-1": PlaceEntry(state)}
    found = errors(history(facts(entry=replace(OPEN, places=places))))
    assert (state == "failed") == bool(found)


@pytest.mark.parametrize("kind", ["destroy", "promote"])
@pytest.mark.fault(1)
def test_something_else_that_was_not_finished_is_finished_first(kind: str) -> None:
    """Fault 1: exit code 7, and the command that does it."""
    (error,) = errors(history(facts(entry=replace(OPEN, kind=kind))))
    assert isinstance(error, IncompleteError)
    assert f"A {kind} of this app was not finished" == error.what
    assert ("again: it goes on" if kind == "destroy" else "sam-deploy resume") in error.hint
