"""Finds out what a deployment would do to one stack, by a change set that is not executed."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from sam_deploy.aws import AwsCallError, Change, ChangeSet, Stack
from sam_deploy.deploy import guard, leftovers, operation, status
from sam_deploy.deploy.patience import Patience
from sam_deploy.deploy.refused import refusal
from sam_deploy.deploy.survey import Live, Place, is_as_it_should_be
from sam_deploy.deploy.work import StackWork
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Note
from sam_deploy.lanes import Stop
from sam_deploy.steps import step

Way = Literal["create", "update", "recreate", "none"]
CHANGE_SET_SECONDS: Final = 300.0
GONE_SECONDS: Final = 60.0
SETTLE_SECONDS: Final = 30.0
"""How long change sets that are being made are awaited when nobody wants them any more."""
UNDER_WAY: Final = frozenset(
    {"CREATE_PENDING", "CREATE_IN_PROGRESS", "DELETE_PENDING", "DELETE_IN_PROGRESS"}
)
"""Statuses of change sets that DeleteChangeSet refuses (InvalidChangeSetStatus)."""
OURS: Final = "sd-"
"""How the names of our change sets begin."""
DIGEST_CHARACTERS: Final = 24


@dataclass(frozen=True, slots=True)
class Review:
    """What would happen to a stack. `change_set` is '' where there is nothing to execute yet."""

    stack: str
    region: str
    way: Way
    """none: it is as it should be. recreate: it never came up, and is deleted first."""
    changes: tuple[Change, ...] = ()
    change_set: str = ""
    """ARN."""
    before: Stack | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """(stack name, region)."""
        return self.stack, self.region

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return self.way == "none"


def review(work: StackWork, live: Live, token: str = "") -> Review:
    """Return what would change of a stack, and leave a change set that does it.

    `live` is what was found before; `token` is that of an operation which an earlier run of ours
    began and did not see the end of: it is awaited. Raises `RefusedError` when the stack cannot
    be changed as it is, or CloudFormation refuses the template.
    """
    with step(work.report, "change set", work.region, work.name) as under_way:
        live = operation.settled(work, live, token)
        guard.same_first_region(work.name, work.region, live.stack, work.parameters)
        found = _review(work, live)
        if token and found.empty:
            # a run between that one and this may have been killed in its own review
            tidy(work)
        under_way.detail = summary(found)
    return found


def _review(work: StackWork, live: Live) -> Review:
    way = status.way_forward(work.name, work.region, live.status)
    if way == "update" and is_as_it_should_be(live, work.template, work.parameters, work.tags):
        return _none(work, live)
    if way == "recreate":
        leftovers.guard(work)
        kinds = work.template.kinds.items()
        changes = tuple(Change("Add", logical_id, kind) for logical_id, kind in kinds)
        return Review(work.name, work.region, "recreate", changes, before=live.stack)
    change_set = prepare(work, way, live.stack)
    if change_set.empty:
        work.cloudformation.delete_change_set(work.name, change_set.arn)
        return _none(work, live)
    tidy(work, keep=change_set.arn)
    return Review(
        work.name, work.region, way, change_set.changes, change_set.arn, before=live.stack
    )


def _none(work: StackWork, live: Live) -> Review:
    outputs = live.stack.outputs if live.stack else {}
    return Review(work.name, work.region, "none", before=live.stack, outputs=outputs)


def prepare(work: StackWork, way: Literal["create", "update"], before: Stack | None) -> ChangeSet:
    """Return a change set that is ready, or empty. Raises `RefusedError` when AWS refuses it.

    Its name follows from what it does and to what, so that it is found again when the answer to
    its creation was lost, and after a crash.
    """
    state = (before.arn, before.updated, before.status) if before else ()
    name = f"{OURS}{work.digest(*state)[:DIGEST_CHARACTERS]}"
    previous = work.kept(before) if way == "update" else ()
    identity = _create(work, way, name, previous)
    found = work.patience.until(
        lambda: _ready(work, identity), f"the change set of `{work.name}`", CHANGE_SET_SECONDS
    )
    if found.status == "FAILED" and not found.empty:
        refused = refusal(work, found)
        work.cloudformation.delete_change_set(work.name, found.arn)
        discard_empty_stack(work)
        raise refused
    return found


def _create(
    work: StackWork, way: Literal["create", "update"], name: str, previous: tuple[str, ...]
) -> str:
    def create() -> str:
        return work.cloudformation.create_change_set(
            work.name,
            name,
            kind="CREATE" if way == "create" else "UPDATE",
            template=work.template_argument(),
            parameters=work.parameters,
            tags=work.tags,
            previous=previous,
        )

    try:
        return create()
    except AwsCallError as error:
        if error.code != "AlreadyExistsException":
            raise
    # a lost answer or a run that was killed: the same name means the same change
    there = work.cloudformation.describe_change_set(work.name, name)
    if there.status != "FAILED" and there.execution in {"AVAILABLE", "UNAVAILABLE", ""}:
        return there.arn
    work.cloudformation.delete_change_set(work.name, there.arn)
    return create()


def _ready(work: StackWork, identity: str) -> ChangeSet | None:
    found = work.cloudformation.describe_change_set(work.name, identity)
    return found if found.status in {"CREATE_COMPLETE", "FAILED"} else None


def tidy(work: StackWork, keep: str = "") -> tuple[ChangeSet, ...]:
    """Change sets that an earlier run of ours left behind are gone: AWS keeps only so many.

    Returns those that stay, since AWS deletes none that it is still making.
    """
    ended = {"AVAILABLE", "UNAVAILABLE", "OBSOLETE", "EXECUTE_FAILED", ""}
    return tuple(
        each
        for each in _ours(work)
        if each.arn != keep and each.execution in ended and not _deleted(work, each)
    )


def _ours(work: StackWork) -> list[ChangeSet]:
    there = work.cloudformation.change_sets(work.name)
    return [each for each in there if each.name.startswith(OURS)]


def _deleted(work: StackWork, each: ChangeSet) -> bool:
    """Whether a change set is gone. One that is being made or deleted has to be waited for."""
    if each.status in UNDER_WAY:
        return False
    try:
        work.cloudformation.delete_change_set(work.name, each.arn)
    except AwsCallError as error:
        if error.code not in {"InvalidChangeSetStatus", "ChangeSetNotFound"}:
            raise
        return error.code == "ChangeSetNotFound"
    return True


def withdraw(work: StackWork, found: Review) -> None:
    """What a review left in AWS is gone: its change set, and a stack that holds nothing else."""
    if found.change_set:
        with contextlib.suppress(AwsCallError):  # executed or gone by now
            work.cloudformation.delete_change_set(work.name, found.change_set)
        discard_empty_stack(work)


def forget(work: StackWork, at_most_seconds: float = SETTLE_SECONDS) -> bool:
    """No change set of ours is left of a stack, and no stack that was made for one.

    Those that AWS is still making are awaited so long, also while everything else stops. What
    stays all the same is told; the answer is whether nothing did.
    """

    def settled() -> bool | None:
        return None if any(each.status in UNDER_WAY for each in _ours(work)) else True

    with contextlib.suppress(IncompleteError):
        _undisturbed(work).until(settled, f"the change sets of `{work.name}`", at_most_seconds)
    left = tidy(work)
    discard_empty_stack(work)
    if left:
        named = ", ".join(f"{each.name} ({each.status})" for each in left)
        message = f"`{work.name}` still has {named}; `sam-deploy recover` takes it away"
        work.report(Note(message, "warning", work.region))
    return not left


def _undisturbed(work: StackWork) -> Patience:
    """Return how to wait for what has to be done although everything stops."""
    return replace(work, stop=Stop()).patience


def discard_empty_stack(work: StackWork) -> None:
    """A stack that was made by a change set alone, and holds nothing, is gone.

    Somebody else may have made it, for a change set that waits to be executed: then it stays.
    """
    live = work.cloudformation.describe_stack(work.name)
    if live is None or live.status != "REVIEW_IN_PROGRESS":
        return
    if work.cloudformation.change_sets(work.name):
        return
    identity = live.arn or work.name
    work.cloudformation.delete_stack(identity)

    def gone() -> bool | None:
        now = work.cloudformation.describe_stack(identity)
        return True if now is None or now.status == "DELETE_COMPLETE" else None

    # the next command must not meet it while it goes
    _undisturbed(work).until(gone, f"`{work.name}` to be gone", GONE_SECONDS)


def summary(found: Review) -> str:
    """Return '2 to add, 1 to change', or 'no changes'."""
    if found.empty:
        return "no changes"
    actions = (("Add", "to add"), ("Modify", "to change"), ("Remove", "to remove"))
    counts = [
        (sum(1 for each in found.changes if each.action == action), word)
        for action, word in actions
    ]
    return ", ".join(f"{count} {word}" for count, word in counts if count) or "other changes"
