"""What people run in the model: the functions behind `promote`, `resume`, `rollback`, `unlock`."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from tests.promotion_model.clients import MemoryAws
from tests.promotion_model.cloud import ACCOUNT, ENVIRONMENTS, FUNCTIONS, REGIONS, Cloud
from tests.promotion_model.process import Process

from sam_deploy import config
from sam_deploy.aws import Records
from sam_deploy.config.model import App
from sam_deploy.deploy import journal as journals
from sam_deploy.deploy import lock, promotions
from sam_deploy.errors import SamDeployError
from sam_deploy.events import ignore
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.promotion import Done, Promoting, Request, promote
from sam_deploy.promotion import resume as resuming
from sam_deploy.promotion import rollback as going_back
from sam_deploy.promotion.resume import Resumed
from sam_deploy.promotion.session import Parts, Session, agreed, no_hooks

S = TypeVar("S")
T = TypeVar("T")
SHOP: Final = Path(__file__).parent / "shop"
LOCK: Final = lock.key_of("shop")
JOURNAL: Final = journals.key_of(journals.release_name("shop"))


@functools.cache
def app() -> App:
    """Return the app of the model."""
    return config.load(SHOP)


def one_by_one(work: Callable[[S], T], items: Sequence[S]) -> list[T]:
    """Do the work of all in their order, so that a schedule says all there is to say."""
    return [work(each) for each in items]


def no_pause(seconds: float) -> None:
    """Wait for nobody: time is what the schedule says."""
    del seconds


PARTS: Final = Parts(side_by_side=one_by_one, pause=no_pause)


@dataclass(slots=True)
class Came:
    """How a command ended: with a result, an error, or not at all."""

    command: str
    done: Done | Resumed | None = None
    error: SamDeployError | StoppedError | None = None
    was_open: bool = False
    """Whether an earlier one was unfinished when it began."""


@dataclass(slots=True)
class Operator:
    """Somebody at a computer, with a process for each command."""

    process: Process
    parts: Parts = PARTS
    now: Callable[[], float] = time.time
    approve: Callable[[Session, object], str] = agreed
    hooks: Callable[..., None] = no_hooks
    came: list[Came] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)

    @property
    def cloud(self) -> Cloud:
        """Where everything goes."""
        return self.process.cloud

    def promote(self, environment: str, only: tuple[str, ...] = ()) -> Came:
        """Run `promote`."""
        request = Request(environment, only)
        return self._ran(f"promote {environment}", lambda to: promote(to, app(), request))

    def rollback(self, environment: str, release: str = "") -> Came:
        """Run `rollback`."""
        request = going_back.Request(environment, release)
        name = f"rollback {environment}"
        return self._ran(name, lambda to: going_back.rollback(to, app(), request))

    def resume(self, *, abort: bool = False, without: tuple[str, ...] = ()) -> Came | None:
        """Run `resume`, with what it sees at its beginning; nothing when nothing is unfinished."""
        try:
            left = promotions.read(documents(self.process), app().name)
        except SamDeployError as error:
            self.came.append(Came("resume", None, error, was_open=True))
            return self.came[-1]
        if not left.is_open:
            return None
        request = resuming.Request((left.id, left.epoch), abort, without)
        name = "resume --abort" if abort else "resume"
        return self._ran(
            name, lambda to: resuming.resume(to, app(), request, now=self.now), expired=True
        )

    def unlock(self) -> None:
        """Run `unlock`: whoever holds the lock, holds it no more."""
        self.process.trace.append(f"{self.process.name}: unlock")
        self.cloud.remove(LOCK, self.process.name)

    def to(self, command: str, *, expired: bool = False) -> Promoting:
        """Return where a promotion goes, and how."""
        return Promoting(
            aws=MemoryAws(self.cloud, self.process),
            report=ignore,
            stop=self.stop,
            command=command,
            approve=self.approve,
            take_expired_lock=expired,
            hooks=self.hooks,
            parts=self.parts,
        )

    def _ran(
        self, command: str, work: Callable[[Promoting], Done | Resumed], *, expired: bool = False
    ) -> Came:
        self.process.trace.append(f"{self.process.name}: {command}")
        self.stop = Stop()
        to = self.to(command, expired=expired)
        body = self.cloud.documents.get(JOURNAL)
        was_open = body is not None and json.loads(body)["state"] == "open"
        came = Came(command, was_open=was_open)
        self.came.append(came)
        try:
            came.done = work(to)
        except (SamDeployError, StoppedError) as error:
            came.error = error
        said = f"{type(came.error).__name__} {came.error}" if came.error else "done"
        self.process.trace.append(f"{self.process.name}: {command} ended: {said}")
        return came


def documents(process: Process) -> Records:
    """Return the documents of the app's bucket, as a process reaches them."""
    return Records(MemoryAws(process.cloud, process), REGIONS[0], "bucket", ACCOUNT)


def expire_lock(cloud: Cloud) -> None:
    """Whoever holds the lock has been silent for long, so that `resume` may take it over."""
    cloud.clock += 2 * lock.EXPIRES_SECONDS


def beginning() -> Cloud:
    """Return a cloud in which prod serves version 1, staging 2, and dev 3."""
    cloud = Cloud()
    for number, environment in zip(("3", "2", "1"), ENVIRONMENTS, strict=True):
        cloud.publish(number)
        for region in REGIONS:
            for function in FUNCTIONS:
                cloud.point((region, function, environment), number)
    cloud.effects.clear()
    return cloud


def released() -> Cloud:
    """Return a cloud with releases on record: prod went from 1 to 2, and staging serves 3 now."""
    cloud = beginning()
    operator = Operator(Process("once", cloud))
    for environment in ("prod", "staging"):
        assert operator.promote(environment).error is None
    return cloud.copied()
