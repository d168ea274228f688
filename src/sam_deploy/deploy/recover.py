"""Leads stacks out of states in which nothing can be deployed. What to do is decided in `cases`.

May call, beside looking: ContinueUpdateRollback, DeleteStack, DeleteChangeSet; and what
`wipe` may, for data that was named.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sam_deploy import lanes
from sam_deploy.aws import AwsCallError, CloudFormation
from sam_deploy.deploy import wipe
from sam_deploy.deploy.cases import Case, Wish, all_in_one, case_of, refusals
from sam_deploy.deploy.ground import Ground, new_token, take_down
from sam_deploy.deploy.operation import STACK_SECONDS, Watch
from sam_deploy.deploy.review import forget
from sam_deploy.deploy.standing import look_at_all
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.events import PhaseStarted, Planned, RegionFinished
from sam_deploy.steps import RECOVER_STEPS, step


@dataclass(frozen=True, slots=True)
class Recovered:
    """What came of every stack for which something was done."""

    done: Mapping[Place, str]
    """What was done, such as `rolled back`."""
    failed: Mapping[Place, SamDeployError]


def look(ground: Ground, places: tuple[Place, ...], wish: Wish) -> dict[Place, Case]:
    """Return what is wrong with each stack. Writes nothing."""
    found = look_at_all(places, ground.aws, at_once=ground.at_once, stop=ground.stop)
    return {place: case_of(each, wish) for place, each in found.items()}


def guard(cases: Mapping[Place, Case], wish: Wish) -> None:
    """Raise `RefusedError` when something that was named is not there, or data would be lost."""
    errors = list(refusals(cases, wish))
    if errors:
        raise all_in_one(errors, "recovering")


def carry_out(ground: Ground, cases: Mapping[Place, Case], wish: Wish) -> Recovered:
    """Every stack of these cases can be deployed to again, or is gone where it never served.

    All stacks go at once: none waits for another one here. Errors are collected.
    """
    acting = sum(case.acts for case in cases.values())
    ground.report(Planned(0, 0, 0, steps=acting * len(RECOVER_STEPS)))
    ground.report(PhaseStarted("recover", "Recovering the stacks"))
    outcomes = lanes.run(
        {
            place: functools.partial(_timed, ground, case, wish)
            for place, case in cases.items()
            if case.acts
        },
        after={},
        at_once=ground.at_once,
        stop=ground.stop,
    )
    return Recovered(outcomes.done, outcomes.failed)


def _timed(ground: Ground, case: Case, wish: Wish) -> str:
    stack, region = case.place
    started = time.monotonic()
    try:
        with step(ground.report, "recover", region, stack, RECOVER_STEPS) as under_way:
            did = under_way.detail = _one(ground, case, wish)
    except SamDeployError:
        ground.report(RegionFinished(region, stack, "failed", time.monotonic() - started))
        raise
    ground.report(RegionFinished(region, stack, did, time.monotonic() - started))
    return did


def _one(ground: Ground, case: Case, wish: Wish) -> str:
    work = ground.work(case.place)
    for arn in case.orphans:
        work.cloudformation.delete_change_set(work.name, arn)
    if case.kind == "continue":
        return _go_on(ground, case, wish)
    if case.kind == "delete":
        return _delete(ground, case, wish)
    if case.kind == "discard":
        return "removed" if forget(work) else "tidied"
    return "tidied"


def _go_on(ground: Ground, case: Case, wish: Wish) -> str:
    """The stack is as it was before the update that failed."""
    work, token = ground.work(case.place), new_token()
    before = work.cloudformation.describe_stack(work.name)
    skip = tuple(each.logical_id for each in case.stuck if each.logical_id in wish.skip)
    watch = Watch(work, before, work.cloudformation.last_event(work.name), token)
    try:
        work.cloudformation.continue_update_rollback(work.name, token, skip)
    except AwsCallError as error:
        raise _not_yet(case, error.why) from error
    work.patience.until(watch.look, f"`{work.name}` to be rolled back", STACK_SECONDS)
    # read anew: the stack of the last look may be older than the event that ended it
    now = work.cloudformation.describe_stack(work.name)
    if now is not None and now.status == "UPDATE_ROLLBACK_COMPLETE":
        return "rolled back"
    raise _not_yet(case, watch.cause() or (now.reason if now else "it is gone"))


def _not_yet(case: Case, why: str) -> IncompleteError:
    stack, region = case.place
    named = " ".join(f"--skip {each.logical_id}" for each in case.stuck)
    return IncompleteError(
        f"Stack `{stack}` in `{region}` was not rolled back",
        why=why,
        state="it stands as before, and its functions go on serving; nothing of it was deleted",
        hint=f"remove the cause, then `sam-deploy recover --stack {stack} --region {region}`; or "
        f"leave resources out that cannot be put back: add `{named or '--skip LOGICAL_ID'}`",
    )


def _delete(ground: Ground, case: Case, wish: Wish) -> str:
    """A stack that never served, or was to be deleted, is gone but for what is kept."""
    work, region = ground.work(case.place), case.place[1]
    live = work.cloudformation.describe_stack(work.name)
    if live is None:
        return "deleted"
    for part in case.wiped:
        wipe.prepare(ground, region, part)
    retain = _undeleted(work.cloudformation, work.name, wish) if _has_failed(case) else ()
    try:
        take_down(work, live, new_token(), retain)
    except IncompleteError:
        # what was named may be retained only now, since it could not be deleted
        now = work.cloudformation.describe_stack(live.arn or work.name)
        retain = _undeleted(work.cloudformation, work.name, wish)
        if _has_failed(case) or not retain or now is None:
            raise
        take_down(work, now, new_token(), retain)
    for part in case.wiped:
        wipe.delete(ground, region, part)
    return "deleted"


def _has_failed(case: Case) -> bool:
    """Whether a deletion got stuck before, so that resources can be left out of the next one."""
    return case.status == "DELETE_FAILED"


def _undeleted(cloudformation: CloudFormation, name: str, wish: Wish) -> tuple[str, ...]:
    return tuple(
        each.logical_id
        for each in cloudformation.resources(name)
        if each.status == "DELETE_FAILED" and each.logical_id in wish.retain
    )
