"""The environment of the call being handled, and what may be kept per environment."""

from __future__ import annotations

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

_current: ContextVar[str | Unknown] = ContextVar("sam_deploy_environment", default=OUTSIDE)


def environment() -> str:
    """Return the environment of this call: dev, staging, prod, ...

    Raises EnvironmentUnknownError at import time and for calls that name none.
    """
    found = _current.get()
    if isinstance(found, Unknown):
        raise EnvironmentUnknownError(f"The environment is unknown: {found.reason}.")
    return found


@contextmanager
def in_environment(found: str | Unknown) -> Iterator[None]:
    """Make `environment()` answer `found` in this block: what the shim does, and a test may."""
    token = _current.set(found)
    try:
        yield
    finally:
        _current.reset(token)


def per_environment(factory: Callable[[], T]) -> Callable[[], T]:
    """Call `factory` once per environment and process, and return its result from then on.

    For clients whose address or credentials differ between environments.
    """
    made: dict[str, T] = {}
    lock = threading.RLock()

    @wraps(factory)
    def get() -> T:
        name = environment()
        with lock:
            if name not in made:
                made[name] = factory()
            return made[name]

    return get
