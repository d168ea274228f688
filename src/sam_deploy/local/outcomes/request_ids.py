"""One request id for all tries of a call, as on AWS; the emulator makes one for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_given: Final = ContextVar("given_request_id", default="")


@contextmanager
def request_id(name: str) -> Iterator[None]:
    """Calls within the block have this request id."""
    token = _given.set(name)
    try:
        yield
    finally:
        _given.reset(token)


def given(otherwise: str) -> str:
    """The request id that is in force, or another where there is none."""
    return _given.get() or otherwise
