"""Executes what was reviewed, and follows it to its end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sam_deploy.aws import AwsCallError, Change, Stack, UnansweredError
from sam_deploy.deploy import status
from sam_deploy.deploy.journal import PlaceEntry
from sam_deploy.deploy.operation import STACK_SECONDS, Watch, follow, went_wrong
from sam_deploy.deploy.review import Review, prepare
from sam_deploy.deploy.work import StackWork
from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.events import Note
from sam_deploy.steps import step

Result = Literal["created", "updated", "no changes"]


@dataclass(frozen=True, slots=True)
class StackOutcome:
    """What came of one stack in one region. `outcome`: created, updated or no changes."""

    stack: str
    region: str
    outcome: Result
    changes: tuple[Change, ...]
    outputs: Mapping[str, str]
    seconds: float


def execute(work: StackWork, found: Review, token: str) -> StackOutcome:
    """The stack is as the template says, or as it was before.

    `token` marks the stack events that this causes, so that a later run can tell that it was us.
    Raises `RefusedError` before a change, `RolledBackError` after one that was taken back.
    """
    started = time.monotonic()
    with step(work.report, "execute", work.region, work.name) as under_way:
        if found.empty:
            outcome: Result = "no changes"
            outputs = found.outputs
        else:
            # the last moment at which stopping leaves the stack as it was
            work.stop.check()
            live = _carry_out(work, found, token)
            outcome = "updated" if found.way == "update" else "created"
            outputs = live.outputs
        under_way.detail = outcome
    return StackOutcome(
        work.name, work.region, outcome, found.changes, outputs, time.monotonic() - started
    )


def _carry_out(work: StackWork, found: Review, token: str) -> Stack:
    change_set = found.change_set
    if found.way == "recreate":
        work.book.place(work.place, PlaceEntry("executing", token=token))
        change_set = _anew(work, found, token)
    # written first: whoever comes after a crash knows what to wait for
    work.book.place(work.place, PlaceEntry("executing", change_set, token))
    before = work.cloudformation.describe_stack(work.name)
    watch = Watch(work, before, work.cloudformation.last_event(work.name), token)
    try:
        _start(work, change_set, token)
        return follow(watch)
    except SamDeployError as error:
        if not isinstance(error, UnansweredError):
            work.book.place(work.place, PlaceEntry("failed", change_set, token, "", str(error)))
        raise


def _start(work: StackWork, change_set: str, token: str) -> None:
    """The change set is being executed, whatever became of the answer to that call."""
    try:
        work.cloudformation.execute_change_set(work.name, change_set, token)
    except (AwsCallError, UnansweredError):
        # the SDK repeats a call whose answer was lost, and is then told that it has begun already
        if not _has_begun(work, change_set, token):
            raise


def _has_begun(work: StackWork, change_set: str, token: str) -> bool:
    now = work.cloudformation.describe_change_set(work.name, change_set)
    if now.execution in {"EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE"}:
        return True
    return any(each.token == token for each in work.cloudformation.events_since(work.name, ""))


def _anew(work: StackWork, found: Review, token: str) -> str:
    """Delete a stack that never came up; return the change set that makes it."""
    message = f"`{work.name}` never came up (ROLLBACK_COMPLETE); deleting what is left"
    work.report(Note(message, region=work.region))
    delete(work, found.before, token)
    made = prepare(work, "create", None)
    if made.empty:
        raise RefusedError(
            f"`{work.name}` in `{work.region}` would be an empty stack",
            why=made.reason,
            hint="give it a resource, or take its feature set out of `deploy.py`",
        )
    return made.arn


def delete(work: StackWork, live: Stack | None, token: str, retain: tuple[str, ...] = ()) -> None:
    """The stack is gone, but for what is to be retained. Raises when it could not be deleted."""
    if live is None:
        return
    identity = live.arn or work.name
    watch = Watch(work, live, work.cloudformation.last_event(identity), token)
    work.cloudformation.delete_stack(identity, token, retain)

    def look() -> bool | None:
        now = work.cloudformation.describe_stack(identity)
        if now is None or now.status == "DELETE_COMPLETE":
            return True
        ended = watch.look()
        if ended is not None and not status.in_progress(ended.status):
            raise went_wrong(watch, ended)
        return None

    work.patience.until(look, f"`{work.name}` being deleted", STACK_SECONDS)
