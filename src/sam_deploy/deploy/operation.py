"""Follows an operation of CloudFormation on one stack to its end, and says what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sam_deploy.aws import ExpiredError, Stack, StackEventRecord
from sam_deploy.deploy import status
from sam_deploy.deploy.survey import Live, look_at
from sam_deploy.deploy.work import StackWork
from sam_deploy.errors import IncompleteError, RolledBackError, SamDeployError, UnreachableError
from sam_deploy.events import Note, StackEvent

STACK_SECONDS: Final = 3600.0
TAKEN_BACK: Final = frozenset(
    {"ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
)


@dataclass(slots=True)
class Watch:
    """What is seen of an operation while it runs."""

    work: StackWork
    before: Stack | None
    last_event: str
    token: str = ""
    failures: list[StackEventRecord] = field(default_factory=list)
    ended: str = ""
    """The final status, as an event of this very operation told it."""
    over: bool = False
    """Whether the operation has come to its end, whatever became of it."""

    def look(self) -> Stack | None:
        """Report new events; return the stack once the operation is over."""
        live = self.work.cloudformation.describe_stack(self._identity)
        for event in self.work.cloudformation.events_since(self._identity, self.last_event):
            self.last_event = event.event_id
            self._see(event)
        if live is None or status.in_progress(live.status) or self._is_stale(live):
            return None
        self.over = True
        return live

    @property
    def _identity(self) -> str:
        """A stack that is gone can be asked for by its ARN only."""
        return (self.before.arn if self.before else "") or self.work.name

    def _see(self, event: StackEventRecord) -> None:
        if event.status.endswith("_FAILED"):
            self.failures.append(event)
        of_stack = event.resource_type == "AWS::CloudFormation::Stack"
        if of_stack and event.logical_id == self.work.name and not status.in_progress(event.status):
            self.ended = event.status
        self.work.report(event_of(self.work, event))

    def _is_stale(self, live: Stack) -> bool:
        """Whether this is the state before: reads may lag behind what was accepted."""
        if live.status == "REVIEW_IN_PROGRESS":
            return True
        before = self.before
        same = before is not None and (live.status, live.updated) == (before.status, before.updated)
        return same and self.ended != live.status

    def cause(self) -> str:
        """The first failing event is the cause; what follows are its consequences."""
        first = next(
            (each for each in self.failures if "cancelled" not in each.reason.lower()), None
        )
        return f"`{first.logical_id}` failed: {first.reason}" if first else ""


def follow(watch: Watch, at_most_seconds: float = STACK_SECONDS) -> Stack:
    """Return the stack when the operation has succeeded.

    Raises `RolledBackError` when it was taken back, `IncompleteError` when it is stuck, and
    `UnreachableError` when the credentials end while CloudFormation goes on.
    """
    work = watch.work
    try:
        live = work.patience.until(watch.look, f"`{work.name}` (CloudFormation)", at_most_seconds)
    except ExpiredError as error:
        raise UnreachableError(
            f"The credentials expired while `{work.name}` in `{work.region}` was being deployed",
            why=error.why,
            state=f"CloudFormation continues in `{work.region}` by itself",
            hint="renew them (`aws sso login`, or new keys), then run `sam-deploy resume`",
        ) from error
    if status.succeeded(live.status):
        return live
    raise went_wrong(watch, live)


def went_wrong(watch: Watch, live: Stack) -> SamDeployError:
    """Return the error for a stack whose operation did not succeed."""
    why = watch.cause() or live.reason or live.status
    what = f"Stack `{live.name}` in `{watch.work.region}`"
    if live.status in TAKEN_BACK:
        made = "updated" if live.status.startswith(("UPDATE", "IMPORT")) else "created"
        return RolledBackError(
            f"{what} was not {made}",
            why=why,
            state="CloudFormation took the change back; every alias is where it was",
            hint="correct the cause, then run the same command again",
        )
    stuck = status.advice(live.name, watch.work.region, live.status)
    return IncompleteError(
        f"{what} ended as {live.status}",
        why=why,
        state="the aliases were not moved",
        hint=stuck or "`sam-deploy status` shows what is live; correct the cause and run it again",
    )


def settled(work: StackWork, live: Live, token: str) -> Live:
    """Return the stack when nobody is at work on it any more.

    An operation that an earlier run of ours began (`token`) is awaited, and so is that of anybody
    else when `wait` says so. What came of it is not judged here: what is left to do, is.
    """
    if not status.in_progress(live.status) or not (token or work.wait):
        return live
    whose = "an earlier run began" if token else "somebody else began"
    work.report(Note(f"`{work.name}`: waiting for what {whose}", region=work.region))
    # by its ARN: one that is being deleted is not found by its name any more
    identity = (live.stack.arn if live.stack else "") or work.name
    watch = Watch(work, live.stack, work.cloudformation.last_event(identity), token)
    work.patience.until(
        watch.look, f"`{work.name}` ({live.status}) to be left alone", STACK_SECONDS
    )
    return look_at(work.cloudformation, work.name)


def event_of(work: StackWork, event: StackEventRecord) -> StackEvent:
    """Return a stack event as progress."""
    return StackEvent(
        work.region,
        work.name,
        event.logical_id,
        event.resource_type,
        event.status,
        event.reason,
    )
