"""Computers that answer as told, because no Docker engine and no Windows are at hand here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest

from sam_deploy.build.container.engine import Finished, Machine

RUNNING = Finished(0, '{"OSType": "linux", "SecurityOptions": ["name=seccomp"]}\n', "")
STOPPED = Finished(1, "{}", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n")


@dataclass(slots=True)
class Computer:
    """Notes the commands it is asked to run; gives its answers in order, the last for ever."""

    system: str
    programs: Sequence[str]
    answers: list[Finished]
    commands: list[str] = field(default_factory=list)
    variables: list[Mapping[str, str]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def run(self, arguments: Sequence[str], variables: Mapping[str, str], _: float) -> Finished:
        """Note the command and answer it."""
        self.commands.append(" ".join(arguments))
        self.variables.append(variables)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def machine(self) -> Machine:
        """Return the computer as the code under test sees it."""
        return Machine(self.system, self._which, self.run, self.slept.append)

    def _which(self, name: str) -> str | None:
        return f"/bin/{name}" if name in self.programs else None


MakeComputer: TypeAlias = Callable[..., Computer]


@pytest.fixture
def computer() -> MakeComputer:
    """Return a maker of computers: system, programs on the PATH, answers."""

    def make(system: str, programs: Sequence[str], *answers: Finished) -> Computer:
        return Computer(system, programs, list(answers))

    return make


@pytest.fixture
def running() -> Finished:
    """What `docker info` answers where an engine runs."""
    return RUNNING


@pytest.fixture
def stopped() -> Finished:
    """What `docker info` answers where no engine runs."""
    return STOPPED
