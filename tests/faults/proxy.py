"""The product's proxy, which also writes down every call and sends signals to who made it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from typing import Any

from tests.faults.rules import Action, Aged, Kill, Signal, When, is_read

from sam_deploy.local.faults import proxy
from sam_deploy.local.faults.answers import Made
from sam_deploy.local.faults.calls import Known, Request


@dataclass(frozen=True, slots=True)
class Call:
    """A call that reached the proxy. `at` is monotonic, in seconds; `number` counts from 1."""

    number: int
    known: Known
    at: float
    body_bytes: int
    action: Action | None
    """What was done to it, or nothing."""

    @property
    def name(self) -> str:
        """Return `service:Operation`."""
        return f"{self.known.service}:{self.known.operation}"


@dataclass(frozen=True, slots=True)
class Victim:
    """A process group that `Kill` ends, and how to wait until it is gone."""

    group: int
    gone: Callable[[], None]


class Proxy(proxy.Proxy):
    """Between a client and `cloud`, such as http://127.0.0.1:4566. Safe from all threads."""

    def __init__(self, cloud: str) -> None:
        self._calls: list[Call] = []
        self.victim: Victim | None = None
        super().__init__(cloud)

    def clear_calls(self) -> None:
        """No call is known; rules and victims stay."""
        with self._lock:
            self._calls.clear()

    def clear(self) -> None:
        """No rule is in force, no call is known, nobody is a victim."""
        self.calm()
        self.clear_calls()
        self.victim = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """Return all calls since `clear`, as they came."""
        with self._lock:
            return tuple(self._calls)

    def made(self, when: When) -> list[Call]:
        """Return the calls of one kind."""
        return [call for call in self.calls if when.fits(call.known)]

    def writes(self) -> list[Call]:
        """Return the calls that may have changed something."""
        return [call for call in self.calls if not is_read(call.known.operation)]

    def note(self, call: Known, request: Request, action: Any) -> None:
        """Write a call down."""
        with self._lock:
            number = len(self._calls) + 1
            self._calls.append(Call(number, call, time.monotonic(), len(request.body), action))

    def answer(self, request: Request, action: Any) -> Made | None:
        """Return the answer, or nothing when the connection is to break."""
        match action:
            case Kill(moment="before"):
                self._kill()
                return None
            case Kill():
                self.forward(request)
                self._kill()
                return None
            case Signal():
                self._signal(action)
                return self.forward(request)
            case Aged(seconds):
                return _aged(self.forward(request), seconds)
        return super().answer(request, action)

    def _kill(self) -> None:
        victim = self._victim()
        with suppress(ProcessLookupError):
            os.killpg(victim.group, signal.SIGKILL)
        victim.gone()

    def _signal(self, action: Signal) -> None:
        for number in range(action.times):
            time.sleep(action.every_seconds if number else 0)
            with suppress(ProcessLookupError):
                os.killpg(self._victim().group, action.number)
        time.sleep(action.then_seconds)

    def _victim(self) -> Victim:
        if self.victim is None:
            raise AssertionError("a rule sends a signal, and there is no victim")
        return self.victim


def _aged(made: Made, seconds: float) -> Made:
    """Return an answer whose Last-Modified is so many seconds earlier."""

    def told(name: str, value: str) -> str:
        if name.lower() != "last-modified":
            return value
        return formatdate(parsedate_to_datetime(value).timestamp() - seconds, usegmt=True)

    headers = tuple((name, told(name, value)) for name, value in made.headers)
    return Made(made.status, headers, made.body)
