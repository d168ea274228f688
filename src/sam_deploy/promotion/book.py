"""The journal of a promotion: written before anything that cannot be taken back, and after it.

It is one document in the artifact bucket of the home region, beside that of deployments, with the
release plan in a document of its own. A process that was put aside, since somebody went on with
its promotion, finds its next write refused, and writes no alias any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from sam_deploy.deploy import journal as journals
from sam_deploy.deploy.journal import Entry, Read
from sam_deploy.deploy.kept import Kept, PutAsideError
from sam_deploy.deploy.lock import Documents
from sam_deploy.deploy.owner import Owner
from sam_deploy.errors import RefusedError
from sam_deploy.promotion import model
from sam_deploy.promotion.marks import Mark
from sam_deploy.promotion.model import ReleasePlan

Phase: TypeAlias = Literal["deploying", "flipping", "shifting", "returning", "committed"]
"""deploying: stacks of the environment change, and no alias moves (isolated topology).
flipping: all aliases go to the new version. shifting: a part of the calls does.
returning: all go back; this never turns forward again.
committed: all serve the new version; only the record is missing, and nothing goes back any more."""
Outcome: TypeAlias = Literal["committed", "returned"]
PHASE: Final = "phase"
APPROVED: Final = "approved"
"""When it was agreed to: UTC, ISO 8601."""
APPROVAL: Final = "approval"
"""How, and by whom."""
STEP: Final = "step"
"""Number of the canary's step, from 1 on."""
WEIGHT: Final = "weight"
"""What the new versions serve in the step: a fraction (0-1)."""
SINCE: Final = "since"
"""When the step began: UTC, ISO 8601."""
ENDS: Final = "ends"
"""When the step's time is over: UTC, ISO 8601."""
EXCUSED: Final = "excused"
"""Alarms that fired before the first step and are let be: `region=alarm`, separated by spaces."""
UNTIL: Final = "until"
"""When the schedules take a canary back that nobody watches over: UTC, ISO 8601."""
GUARDED: Final = "guarded"
"""Regions in which schedules may stand, separated by spaces: nowhere else is one deleted."""
LEFT: Final = "left"
"""Schedules in regions that were given up on (`shifting.left_behind`), separated by spaces."""
WITHOUT: Final = "without"
"""Regions that were given up on, separated by spaces."""
NOTE: Final = "note"
"""Why it is done, in the user's words; whoever goes on with it keeps that."""
FOUND: Final = "found"
"""Id of the record of what was there before, when there is none yet."""
RELEASE: Final = "release"
"""Id of the record of this release: decided here, so that two who write it write the same one."""


class SupersededError(RefusedError):
    """Somebody else has gone on with the promotion: this process may write nothing any more."""


class Book:
    """The journal of the promotion under way."""

    def __init__(self, documents: Documents, app: str, before: Read, entry: Entry) -> None:
        key = journals.key_of(journals.release_name(app))
        self._kept = Kept(documents, key, before.etag, journals.entry_of)
        self._entry = entry

    @property
    def entry(self) -> Entry:
        """What it says now."""
        return self._entry

    @property
    def id(self) -> str:
        """The promotion's id."""
        return self._entry.id

    def mark(self, what: str) -> Mark:
        """Return how this attempt marks an alias."""
        return Mark(self._entry.id, self._entry.epoch, what)

    def phase(self, phase: Phase, **more: str) -> None:
        """What begins now is on record. Raises `SupersededError`."""
        self._write(replace(self._entry, state="open", release=self._release(PHASE, phase, more)))

    def note(self, **more: str) -> None:
        """Something about the phase is on record. Raises `SupersededError`."""
        self._write(replace(self._entry, release={**self._entry.release, **more}))

    def turn(self, plan: ReleasePlan) -> None:
        """Its stacks stand, and versions have numbers: from now on that plan is carried out."""
        release = self._release(PHASE, "flipping", {})
        self._write(replace(self._entry, state="open", manifest=plan.key, release=release))

    def close(self, outcome: Outcome, **more: str) -> None:
        """It has come to its end, one way or the other. Raises `SupersededError`."""
        release = self._release("outcome", outcome, more)
        self._write(replace(self._entry, state="done", release=release))

    def _release(self, name: str, value: str, more: Mapping[str, str]) -> dict[str, str]:
        return {**self._entry.release, name: value, **more}

    def _write(self, entry: Entry) -> None:
        entry = replace(entry, updated=journals.utc_now())
        try:
            self._kept.put(entry)
        except PutAsideError as error:
            raise superseded(error.entry) from error
        self._entry = entry


def superseded(entry: Entry | None) -> SupersededError:
    """Return the error for a process that wakes up too late."""
    who = f"`{entry.command}` by {entry.who} on {entry.host}" if entry else "somebody"
    return SupersededError(
        f"This command was superseded by {who}",
        why=f"its promotion was gone on with{f' at {entry.updated}' if entry else ''}",
        state="this command writes nothing any more",
        hint="`sam-deploy status` shows what is live",
    )


def begin(owner: Owner, before: Entry, plan: ReleasePlan, left: str = "") -> Entry:
    """Return the entry of a promotion that begins. `before` is that of the last one.

    `left` are the schedules of before that it could not delete, as the journal has them.
    """
    # that it has made no schedule yet is said: a journal without this word is of an older tool
    release = ({LEFT: left} if left else {}) | ({GUARDED: ""} if plan.strategy.shifts else {})
    return Entry(
        id=owner.id,
        epoch=before.epoch + 1,
        writer=owner.id,
        kind=plan.act,
        state="review",
        command=owner.command,
        who=owner.who,
        host=owner.host,
        started=owner.started,
        environment=plan.environment,
        manifest=plan.key,
        release=release,
    )


def take_over(owner: Owner, left: Entry) -> Entry:
    """Return the entry of an unfinished promotion that somebody goes on with.

    It stays the same promotion, in its next epoch.
    """
    return replace(
        left,
        epoch=left.epoch + 1,
        writer=owner.id,
        command=owner.command,
        who=owner.who,
        host=owner.host,
    )


def keep(documents: Documents, plan: ReleasePlan) -> None:
    """The plan lies beside the journal: `resume` needs nothing else. Safe to repeat."""
    documents.create(plan.key, plan.written())


def kept(documents: Documents, entry: Entry) -> ReleasePlan:
    """Return the plan of a journal's promotion. Raises `RefusedError` when it cannot be had."""
    return _kept_at(documents, entry.manifest)


def agreed(documents: Documents, plan: ReleasePlan) -> ReleasePlan:
    """Return the plan that somebody has agreed to, before its versions had numbers.

    Raises `RefusedError` when it cannot be had.
    """
    return _kept_at(documents, model.key_of(plan.app, plan.agreed)) if plan.agreed else plan


def _kept_at(documents: Documents, key: str) -> ReleasePlan:
    found = documents.read(key) if key else None
    if found is None:
        raise RefusedError(
            "The plan of the unfinished promotion is gone",
            why=f"`{key}` is not in the artifact bucket",
            hint="earlier states of the bucket are kept (versioning): bring it back",
        )
    plan = model.read(found.body, f"`{key}`")
    if plan.key != key:
        raise RefusedError(
            "The plan of the unfinished promotion was changed",
            why=f"`{key}` is not the plan that was agreed to",
            hint="earlier states of the bucket are kept (versioning): bring it back",
        )
    return plan
