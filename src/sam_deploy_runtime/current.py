"""The environment of the call being handled, and what may be kept per environment."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import TypeVar

T = TypeVar("T")


class EnvironmentUnknownError(RuntimeError):
    """There is no environment here. Nothing falls back to one: it could be the wrong one."""


@dataclass(frozen=True)
class Unknown:
    """A call that names no environment, and why."""

    reason: str


OUTSIDE = Unknown(
    "no call is being handled here: this code runs at import time, or in a thread that was "
    "started without contextvars.copy_context(). All aliases of a version share this process, so "
    "an environment exists only during a call: ask inside the handler, or make the value in a "
    "factory with @per_environment"
)


@dataclass(frozen=True)
class Call:
    """What is known of a call: its environment, and who owns the function that answers it."""

    environment: str | Unknown
    account: str = ""
    partition: str = ""


NO_CALL = Call(OUTSIDE)
_current: ContextVar[Call] = ContextVar("sam_deploy_call", default=NO_CALL)


def environment() -> str:
    """Return the environment of this call: dev, staging, prod, ...

    Raises EnvironmentUnknownError at import time and for calls that name none.
    """
    found = _current.get().environment
    if isinstance(found, Unknown):
        raise EnvironmentUnknownError(f"The environment is unknown: {found.reason}.")
    return found


def account_and_partition() -> tuple[str, str]:
    """Return whose account this call is answered in: ("123456789012", "aws").

    Raises RuntimeError for a call whose context does not say so.
    """
    call = _current.get()
    if not call.account:
        raise RuntimeError(
            "The account is unknown: the ARN of the function is not in the call's context."
        )
    return call.account, call.partition


@contextmanager
def in_environment(
    found: str | Unknown, *, account: str = "000000000000", partition: str = "aws"
) -> Iterator[None]:
    """Make `environment()` answer `found` in this block: what the shim does, and a test may.

    `resource_arn` makes ARNs of `account` and `partition` there.
    """
    token = _current.set(Call(found, account, partition))
    try:
        yield
    finally:
        _current.reset(token)


def per_environment(factory: Callable[[], T]) -> Callable[[], T]:
    """Call `factory` once per environment and process, and return its result from then on.

    For clients whose address or credentials differ between environments. Raises TypeError for an
    async factory: what it returns could be awaited only once.
    """
    if inspect.iscoroutinefunction(factory) or inspect.isasyncgenfunction(factory):
        raise TypeError(
            f"@per_environment keeps what '{factory.__name__}' returns, and a coroutine can be "
            "awaited only once: make the client in a plain function, and connect where it is used"
        )
    made: dict[str, T] = {}
    locks: dict[str, threading.RLock] = {}

    @wraps(factory)
    def get() -> T:
        name = environment()
        with locks.setdefault(name, threading.RLock()):  # one environment never waits for another
            if name not in made:
                made[name] = factory()
            return made[name]

    return get
