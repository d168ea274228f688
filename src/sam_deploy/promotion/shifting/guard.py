"""The schedules that take a canary back when nobody watches over it any more.

One for each alias, in its own region: EventBridge Scheduler writes the old version back, alone, at
a time that the watching process keeps pushing forward. A process that is dead pushes no more.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol

from sam_deploy.aws import Aws, AwsCallError, DeniedError, Role, Roles, Schedule, Schedules
from sam_deploy.aws.schedules import NAME_MAX, UPDATE_ALIAS
from sam_deploy.deploy import guard_role
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.promotion import book as books
from sam_deploy.promotion.engine import Engine
from sam_deploy.promotion.marks import RESTORED
from sam_deploy.promotion.model import Flip, ReleasePlan

AT_ONCE: Final = 32
TRIES: Final = 20
PAUSE_SECONDS: Final = 3.0
"""Between two tries with a role that was just made: IAM takes some seconds to tell everybody."""
NOT_YET: Final = "ValidationException"
HASH_DIGITS: Final = 12
VERSION: Final = "2012-10-17"
POLICY_LETTERS: Final = 8_000


class LeftError(IncompleteError):
    """A schedule could not be deleted: it would take the release back later."""


class Guard(Protocol):
    """Takes everything back when it is not pushed any more."""

    def prepare(self) -> None:
        """It can be pushed."""

    def push(self, until: float) -> bool:
        """It takes everything back at `until` (Unix seconds); say whether it stood already."""

    def remove(self) -> None:
        """It takes nothing back any more. Raises `LeftError`."""


@dataclass(slots=True)
class ScheduleGuard:
    """The guard on AWS: a role for all regions, and a schedule for each alias that moves."""

    aws: Aws
    engine: Engine
    functions: Sequence[tuple[str, str]]
    """(region, name on AWS) of every function of the app, in all environments."""
    pause: Callable[[float], None] = time.sleep
    _role: str = ""
    _fresh: bool = False

    def prepare(self) -> None:
        """The role that Scheduler assumes is there."""
        plan = self.engine.plan
        role = role_of(plan, self.functions)
        self._role, self._fresh = Roles(self.aws, plan.home_region).ensure(role)

    def push(self, until: float) -> bool:
        """Every schedule runs at `until`, and at no time before. Raises the first error.

        The journal names a region before its first schedule; where that is denied none stands.
        """
        if not self._role:
            self.prepare()
        flips = self.engine.moves
        if not flips:
            return True
        new = {each.region for each in flips} - guarded(self.engine)
        if new:
            self._note(guarded(self.engine) | new)
        with ThreadPoolExecutor(min(AT_ONCE, len(flips))) as pool:
            found = list(pool.map(lambda flip: self._tried(flip, until), flips))
        tried = zip(flips, found, strict=True)
        may_stand = {flip.region for flip, came in tried if not isinstance(came, DeniedError)}
        if new - may_stand:
            self._note(guarded(self.engine) - (new - may_stand))
        for each in found:
            if isinstance(each, SamDeployError):
                raise each
        return all(found)

    def _note(self, regions: frozenset[str]) -> None:
        self.engine.book.note(**{books.GUARDED: " ".join(sorted(regions))})

    def _tried(self, flip: Flip, until: float) -> bool | SamDeployError:
        try:
            return self._push_one(flip, until)
        except SamDeployError as error:
            return error

    def _push_one(self, flip: Flip, until: float) -> bool:
        schedules = Schedules(self.aws, flip.region)
        schedule = schedule_of(self.engine, flip, until, self._role)
        for attempt in range(TRIES):
            try:
                return schedules.put(schedule)
            except AwsCallError as error:
                last = attempt + 1 == TRIES or not self._fresh
                if error.code != NOT_YET or last:
                    raise
            self.pause(PAUSE_SECONDS)
        raise AssertionError  # pragma: no cover - the last try returns or raises

    def remove(self) -> None:
        """No schedule of this promotion is left, but for regions that are given up on."""
        regions = guarded(self.engine)
        flips = [each for each in self.engine.moves if each.region in regions]
        if not flips:
            return
        with ThreadPoolExecutor(min(AT_ONCE, len(flips))) as pool:
            found = list(pool.map(self._remove_one, flips))
        left = [(flip, why) for flip, why in zip(flips, found, strict=True) if why]
        if left:
            raise LeftError(
                f"A schedule that takes {self.engine.plan.environment} back could not be deleted",
                why="; ".join(f"`{flip.region}`: {why}" for flip, why in left[:3]),
                state=f"at its time it writes the old version to {_named(left)}",
                hint="run `sam-deploy resume` now: it goes on, and deletes it",
            )

    def _remove_one(self, flip: Flip) -> str:
        try:
            Schedules(self.aws, flip.region).delete(name_of(self.engine.book.id, flip.function))
        except SamDeployError as error:
            return str(error)
        return ""


def guarded(engine: Engine) -> frozenset[str]:
    """Return the regions in which schedules of a promotion may stand."""
    release = engine.book.entry.release
    if books.GUARDED in release:
        return frozenset(release[books.GUARDED].split())
    # one that an older sam-deploy has begun says nothing of it
    begun = books.STEP in release
    return frozenset(each.region for each in engine.plan.moves) if begun else frozenset()


def _named(left: list[tuple[Flip, str]]) -> str:
    return ", ".join(f"`{flip.function}` in `{flip.region}`" for flip, _ in left)


def name_of(promotion: str, function: str) -> str:
    """Return the name of a function's schedule: the same in every region and attempt."""
    name = f"sd-{promotion}-{function}"
    if len(name) <= NAME_MAX:
        return name
    digest = hashlib.sha256(function.encode()).hexdigest()[:HASH_DIGITS]
    return f"sd-{promotion}-{digest}"


def schedule_of(engine: Engine, flip: Flip, until: float, role: str) -> Schedule:
    """Return what takes one alias back: its old version, alone, with a mark that says who did."""
    plan = engine.plan
    return Schedule(
        name=name_of(engine.book.id, flip.function),
        at=until,
        target=UPDATE_ALIAS,
        given={
            "FunctionName": flip.function,
            "Name": flip.alias,
            "FunctionVersion": flip.before.number,
            "Description": str(engine.book.mark(RESTORED)),
            "RoutingConfig": {"AdditionalVersionWeights": {}},
        },
        role=role,
        description=f"sam-deploy: takes {plan.app} {plan.environment} back when nobody watches it",
    )


def role_of(plan: ReleasePlan, functions: Sequence[tuple[str, str]]) -> Role:
    """Return the role: Scheduler of this account may move aliases of the app's functions."""
    return Role(
        name=guard_role.name_of(plan.app),
        description=f"Takes canaries of {plan.app} back that nobody watches any more (sam-deploy)",
        trust={
            "Version": VERSION,
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "scheduler.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"aws:SourceAccount": plan.account}},
                }
            ],
        },
        policy_name=guard_role.POLICY,
        policy={"Version": VERSION, "Statement": [_statement(plan, functions)]},
        tags={"Project": plan.app, "ManagedBy": "sam-deploy"},
    )


def _statement(plan: ReleasePlan, functions: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return what may be moved: each function in its regions, or all in all when that is too long.

    An inline policy has 10,240 letters at most. Source: IAM and AWS STS quotas.
    """
    partition = plan.caller.split(":")[1] if plan.caller.startswith("arn:") else "aws"
    allow: dict[str, object] = {"Effect": "Allow", "Action": "lambda:UpdateAlias"}

    def arns(places: Sequence[tuple[str, str]]) -> list[str]:
        head = f"arn:{partition}:lambda"
        return sorted({f"{head}:{r}:{plan.account}:function:{name}" for r, name in places})

    exact = arns(functions)
    if sum(map(len, exact)) <= POLICY_LETTERS:
        return {**allow, "Resource": exact}
    regions = sorted({region for region, _ in functions})
    short = arns([("*", name) for _, name in functions])
    where = {"StringEquals": {"aws:RequestedRegion": regions}}
    return {**allow, "Resource": short, "Condition": where}
