"""One running command of the model: each call that it makes may be the place of a fault."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError
from tests.promotion_model.cloud import Cloud, refused

T = TypeVar("T")
Fault: TypeAlias = Literal[
    "", "dies before", "dies after", "dies in flight", "lost", "lost for good", "unsent",
    "late", "throttled", "refused", "denied",
]  # fmt: skip
"""What becomes of a call.

dies: SIGKILL before it is carried out, or after it was, or while it is on its way, to arrive later.
lost: it is carried out, and nobody is told; what the SDK repeats is carried out twice then, but
for good: nobody hears of any try.
unsent: it never arrives, and nobody is told. late: it arrives when nobody waits any more.
throttled, refused, denied: AWS answers so, and nothing is carried out.
"""
FAULTS: Final[tuple[Fault, ...]] = (
    "dies before", "dies after", "dies in flight", "lost", "lost for good", "unsent",
    "late", "throttled", "refused", "denied",
)  # fmt: skip

DEATHS: Final = FAULTS[:3]


class Died(BaseException):
    """The process is gone: no `except` and no `finally` of it does anything any more."""


class Moments(Protocol):
    """Lets others go on when they have their turn."""

    def wait(self) -> None:
        """Return when it is this process's turn."""


class Alone:
    """There is nobody else."""

    def wait(self) -> None:
        """Return at once."""


def never(number: int, call: str, *, writes: bool) -> Fault:
    """Let every call succeed."""
    del number, call, writes
    return ""


class Fate(Protocol):
    """Decides what becomes of the calls of a process, which are numbered from 1 on."""

    def __call__(self, number: int, call: str, *, writes: bool) -> Fault:
        """Return what becomes of this one; `call` is its operation, and what it is about."""


@dataclass(slots=True)
class Process:
    """A process. Calls of further threads of it, which only read, are no places of faults."""

    name: str
    cloud: Cloud
    fate: Fate = never
    moments: Moments = field(default_factory=Alone)
    trace: list[str] = field(default_factory=list)
    calls: int = 0
    dead: bool = False
    thread: int = field(default_factory=threading.get_ident)

    def call(
        self,
        operation: str,
        what: str,
        act: Callable[[], T],
        *,
        writes: bool = False,
        repeats: bool = False,
    ) -> T:
        """Return what a call answers, or raise what the SDK would; `repeats` as the SDK does."""
        if threading.get_ident() != self.thread:
            return act()
        if not self.dead:
            self.moments.wait()
        if self.dead:
            raise Died
        self.calls += 1
        fault = self.fate(self.calls, f"{operation} {what}", writes=writes)
        if not fault:
            return self._told(operation, what, act)
        self.trace.append(f"{self.name}: {operation} {what}: {fault}")
        return self._faulty(fault, operation, act, repeats=repeats)

    def _told(self, operation: str, what: str, act: Callable[[], T]) -> T:
        try:
            answer = act()
        except Exception as error:
            self.trace.append(f"{self.name}: {operation} {what}: {error}")
            raise
        self.trace.append(f"{self.name}: {operation} {what}")
        return answer

    def _faulty(self, fault: Fault, operation: str, act: Callable[[], T], *, repeats: bool) -> T:
        if fault == "throttled":
            raise refused(operation, "ThrottlingException")
        if fault == "refused":
            raise refused(operation, "InvalidParameterValueException")
        if fault == "denied":
            raise refused(operation, "AccessDeniedException")
        if fault in {"lost", "lost for good", "dies after"}:
            _carried_out(act)
        if fault in {"late", "dies in flight"}:
            self.cloud.in_flight.append((self.name, act))
        if fault.startswith("dies"):
            self.dead = True
            raise Died
        if fault == "lost" and repeats:
            return act()
        raise ReadTimeoutError(endpoint_url=operation)


def _carried_out(act: Callable[[], object]) -> None:
    """AWS does it or refuses it, and nobody hears of either."""
    with contextlib.suppress(ClientError):
        act()
