"""What the server needs from the command line: readings, and work that asks somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

from sam_deploy.events import Event
from sam_deploy.lanes import Stop
from sam_deploy.promotion import ReleasePlan

Json: TypeAlias = dict[str, Any]
"""An object of the contract, ready to be written."""


class Source(Protocol):
    """Where readings come from. Each may take seconds, and raises `SamDeployError`."""

    def app(self) -> Json:
        """Return what the app is, and where it is looked at."""

    def status(self) -> Json:
        """Return what is served everywhere. Tells what cannot be read, and raises nothing."""

    def history(self, environment: str, limit: int) -> Json:
        """Return the newest releases; of all environments when '' is given."""

    def release(self, release_id: str) -> Json:
        """Return a release. Raises `RefusedError` when there is none of this id."""

    def diff(self, old: str, new: str) -> Json:
        """Return what differs between two releases."""

    def artifacts(self) -> Json:
        """Return the archives that were built last."""

    def artifact(self, name: str) -> Json:
        """Return what is in one of them."""

    def shifts(self) -> Json:
        """Return the canaries under way, and those of the last hour."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a page asks for."""

    kind: Literal["promote", "rollback"]
    environment: str
    only: tuple[str, ...] = ()
    canary: tuple[float, ...] = ()
    """Percent of the calls in each step before the last one."""
    every_minutes: float = 0.0
    min_requests: int | None = None
    quiet: tuple[str, ...] = ()
    release: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a job."""

    summary: str
    regions_done: int
    regions_total: int
    window_ms: int


class Asked(Protocol):
    """What a person is asked: text, kind, and what no answer means."""

    @property
    def text(self) -> str:
        """The question."""

    @property
    def kind(self) -> Literal["confirm", "name", "code"]:
        """What is expected."""


class Talk(Protocol):
    """A job's ears and mouth: a console and a person in one."""

    def report(self, event: Event) -> None:
        """Hear what happens."""

    def say(self, text: str = "") -> None:
        """Hear what a terminal would show."""

    def close(self) -> None:
        """Have nothing to end."""

    def changes(self, lines: Sequence[str]) -> None:
        """Show what changes in stacks, with the plan that comes next."""

    def seen(self, plan: ReleasePlan, lines: Sequence[str], *, final: bool) -> None:
        """Show the plan, and in `lines` what it does beside the aliases of its rows."""

    def answer(self, question: Asked, stop: Stop) -> str:
        """Return what the person answers."""

    def look(self) -> None:
        """Raise KeyboardInterrupt when the person wants the work to end."""


class Work(Protocol):
    """Carries out what a page asks for, as the commands do."""

    def command(self, ask: Ask) -> str:
        """Return the command that does the same. Raises `ConfigError` for what cannot be meant."""

    def lifetime_seconds(self) -> float:
        """Return how long a question waits: as long as a one-time code is good."""

    def run(self, ask: Ask, talk: Talk) -> Came:
        """Carry it out; return what came of it.

        Raises `SamDeployError`, and `Stopped` when the person has ended it.
        """


class Stopped(Exception):  # noqa: N818 - it is no error
    """The person has ended a job. `state` says what is live now."""

    def __init__(self, state: str, hint: str = "") -> None:
        super().__init__(state)
        self.state = state
        self.hint = hint


def error_object(what: str, why: str = "", state: str = "", hint: str = "") -> Json:
    """Return an error as the contract has it."""
    return {"what": what, "why": why, "state": state, "hint": hint}


def parts(ask: Ask) -> Mapping[str, object]:
    """Return what tells two jobs apart, for logs: no text that somebody typed."""
    return {"kind": ask.kind, "environment": ask.environment}
