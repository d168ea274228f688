"""What is wrong with a stack, and the way out of it. Pure.

Source: CloudFormation user guide, "Stack status codes", and the API's ContinueUpdateRollback and
DeleteStack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from sam_deploy.deploy import status as statuses
from sam_deploy.deploy.guard import HOLD_DATA
from sam_deploy.deploy.review import OURS, UNDER_WAY
from sam_deploy.deploy.standing import Part, Standing
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import RefusedError

Kind = Literal[
    "absent", "fine", "busy", "continue", "delete", "discard", "anew", "elsewhere", "unknown"
]
"""continue: a rollback that got stuck. delete: it never came up, or its deletion got stuck.
discard: nothing was ever in it. anew: `deploy` makes it anew. elsewhere: a change set of somebody
else waits. unknown: only a person can tell."""
NEVER_SERVED_OR_DELETED: Final = frozenset({"CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED"})
"""The only states from which a stack is deleted: fault 35. None of them follows an update."""
QUEUE: Final = "AWS::SQS::Queue"
ENDED: Final = frozenset({"AVAILABLE", "UNAVAILABLE", "OBSOLETE", "EXECUTE_FAILED", ""})
"""Change sets in these execution states do nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user has named: logical ids, or physical ones for what may be lost."""

    skip: frozenset[str] = frozenset()
    retain: frozenset[str] = frozenset()
    delete_data: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Case:
    """A stack, and what can be done for it."""

    place: Place
    kind: Kind
    status: str = ""
    since: str = ""
    """When its last operation began: UTC, ISO 8601."""
    protected: bool = False
    stuck: tuple[Part, ...] = ()
    """What is in the way, with AWS's reasons."""
    lost: tuple[Part, ...] = ()
    """Data that deleting the stack would take along, and that was not named."""
    wiped: tuple[Part, ...] = ()
    """Data that was named to be deleted."""
    stays: tuple[Part, ...] = ()
    """Data that outlives the stack."""
    orphans: tuple[str, ...] = field(default=())
    """ARNs of our change sets that an earlier run left behind."""

    @property
    def acts(self) -> bool:
        """Whether anything is to be done."""
        return self.kind in {"continue", "delete", "discard"} or bool(self.orphans)


def kind_of(standing: Standing) -> Kind:
    """Return the way out of a stack's status."""
    status = standing.status
    if standing.stack is None:
        return "absent"
    if status == "REVIEW_IN_PROGRESS":
        ours = all(each.name.startswith(OURS) for each in standing.change_sets)
        return "discard" if ours and not standing.parts else "elsewhere"
    if statuses.in_progress(status):
        return "busy"
    if status == "UPDATE_ROLLBACK_FAILED":
        return "continue"
    if status in NEVER_SERVED_OR_DELETED:
        return "delete"
    if status == "ROLLBACK_COMPLETE":
        return "anew"
    fine = statuses.succeeded(status) or status in statuses.CAN_BE_UPDATED
    return "fine" if fine else "unknown"


def case_of(standing: Standing, wish: Wish) -> Case:
    """Return what is wrong with a stack, and what would be done for it."""
    stack, kind = standing.stack, kind_of(standing)
    if stack is None:
        return Case(standing.place, kind)
    parts = [each for each in standing.parts if each.exists]
    data = [each for each in parts if each.kind in HOLD_DATA] if kind == "delete" else []
    # a queue goes with its stack or not at all: there is nothing in it to be deleted by itself
    wiped = [
        each
        for each in data
        if is_named(each, wish.delete_data) and not (each.kind == QUEUE and each.kept)
    ]
    stays = [
        each
        for each in data
        if each not in wiped and (each.kept or _is_retained(each, stack.status, wish))
    ]
    return Case(
        place=standing.place,
        kind=kind,
        status=stack.status,
        since=stack.updated,
        protected=stack.protected,
        stuck=tuple(each for each in standing.parts if each.failed and kind != "fine"),
        lost=tuple(each for each in data if each not in wiped and each not in stays),
        wiped=tuple(wiped),
        stays=tuple(stays),
        orphans=tuple(
            each.arn
            for each in standing.change_sets
            if kind in {"fine", "anew"}
            and each.name.startswith(OURS)
            and each.execution in ENDED
            and each.status not in UNDER_WAY
        ),
    )


def is_named(part: Part, names: frozenset[str]) -> bool:
    """Whether the user has named it, by its logical id or as AWS calls it."""
    return part.logical_id in names or part.physical_id in names


def _is_retained(part: Part, status: str, wish: Wish) -> bool:
    """Whether DeleteStack can be told to leave it: only what could not be deleted before."""
    return status == "DELETE_FAILED" and part.failed and part.logical_id in wish.retain


def refusals(cases: Mapping[Place, Case], wish: Wish) -> Iterator[RefusedError]:
    """Yield why nothing is done, before anything is."""
    yield from _unknown_names(tuple(cases.values()), wish)
    for (stack, region), case in cases.items():
        if case.kind != "delete":
            continue
        if case.protected:
            yield protection(stack, region)
        if case.lost:
            yield loss(stack, region, case.lost, "recover")


def _unknown_names(cases: Sequence[Case], wish: Wish) -> Iterator[RefusedError]:
    stuck = {each.logical_id for case in cases if case.kind == "continue" for each in case.stuck}
    undeleted = {
        each.logical_id
        for case in cases
        if case.kind == "delete"
        for each in case.stuck
        if each.status == "DELETE_FAILED"
    }
    wiped = {
        name
        for case in cases
        for part in case.wiped
        for name in (part.logical_id, part.physical_id)
    }
    yield from _not_there("--skip", wish.skip, stuck, "kept a rollback from ending")
    yield from _not_there("--retain", wish.retain, undeleted, "could not be deleted")
    yield from _not_there("--delete-data", wish.delete_data, wiped, "holds data and would be lost")


def _not_there(
    option: str, names: Iterable[str], known: set[str], what: str
) -> Iterator[RefusedError]:
    for name in sorted(set(names) - known):
        these = ", ".join(f"`{each}`" for each in sorted(known))
        yield RefusedError(
            f"`{option} {name}` names nothing that {what}",
            why=f"{these} {what}" if known else "there is no such resource in these stacks",
            hint=f"leave `{option} {name}` out"
            + (", or name one of these exactly" if known else ""),
        )


def protection(stack: str, region: str) -> RefusedError:
    """Return the error for a stack that must not be deleted, and how to lift that."""
    return RefusedError(
        f"Stack `{stack}` in `{region}` is protected",
        why="termination protection is on: somebody wanted that nobody deletes it by mistake",
        hint="if it is to go: `aws cloudformation update-termination-protection "
        f"--no-enable-termination-protection --stack-name {stack} --region {region}`",
    )


def loss(stack: str, region: str, parts: Sequence[Part], command: str) -> RefusedError:
    """Return the error that says which data would be lost, and how to allow it."""
    named = "; ".join(f"{each.kind} `{each.logical_id}` ({each.physical_id})" for each in parts)
    options = " ".join(f"--delete-data {each.logical_id}" for each in parts)
    return RefusedError(
        f"Deleting `{stack}` in `{region}` would delete data",
        why=named,
        hint="save what they hold or give them `DeletionPolicy: Retain` by a deployment; if the "
        f"data is to go, name each: `sam-deploy {command} {options}`",
    )


def all_in_one(errors: Sequence[RefusedError], doing: str) -> RefusedError:
    """Return one error that says all of them; the error itself where there is one."""
    if len(errors) == 1:
        return errors[0]
    return RefusedError(
        f"{len(errors)} things are in the way of {doing}",
        why="all of them were found before anything was changed",
        problems=tuple(f"{each}\n{each.hint}" for each in errors),
        hint="put them right, then run the same command again",
    )
