"""The Docker engine as a value, and the computer that it is asked on.

Everything that touches the outside (processes, time) is a field of `Machine`, so that each answer
of Docker can be tried. Source: Docker documentation, "docker info" and "docker container run".
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy.wsl import Wsl

NOT_STARTED: Final = 127
"""The exit code of a command that does not exist, as shells have it."""
TIMED_OUT: Final = 124


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command came to."""

    code: int
    stdout: str
    stderr: str

    @property
    def words(self) -> str:
        """What it said about its failure, on one line."""
        return " ".join((self.stderr.strip() or self.stdout.strip()).split())


Run = Callable[[Sequence[str], Mapping[str, str], float], Finished]
"""Runs a command with further environment variables, for at most so many seconds."""


def run(arguments: Sequence[str], variables: Mapping[str, str], seconds: float) -> Finished:
    """Run a command to its end. A missing program is exit code 127, too long a run 124."""
    try:
        finished = subprocess.run(
            arguments,
            env=kept(os.environ) | dict(variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as error:
        return Finished(NOT_STARTED, "", str(error))
    except subprocess.TimeoutExpired:
        return Finished(TIMED_OUT, "", f"no end after {seconds:.0f} seconds")
    return Finished(finished.returncode, decoded(finished.stdout), decoded(finished.stderr))


def kept(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that Docker's client needs, without AWS credentials."""
    return {name: value for name, value in variables.items() if not name.startswith("AWS_")}


def decoded(output: bytes) -> str:
    """Return output as text. `wsl` itself writes UTF-16, what runs in it UTF-8."""
    encoding = "utf-16-le" if b"\0" in output else "utf-8"
    return output.decode(encoding, "replace").replace("\ufeff", "")


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer that builds."""

    system: str = sys.platform
    which: Callable[[str], str | None] = shutil.which
    run: Run = run
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Engine:
    """A Docker engine that has answered."""

    machine: Machine
    wsl: Wsl | None = None
    """Where the engine is, when Windows reaches it through WSL."""
    rootless: bool = False
    """Root in a container is the user outside, so nobody else has to be named."""

    def command(self, arguments: Sequence[str]) -> list[str]:
        """Return the whole command for arguments of `docker`."""
        docker = ["docker", *arguments]
        return self.wsl.command(docker) if self.wsl else docker

    def path(self, host: str) -> str:
        """Return a path of this computer as the engine sees it."""
        return self.wsl.path(host) if self.wsl else host

    def run(
        self, arguments: Sequence[str], variables: Mapping[str, str], seconds: float
    ) -> Finished:
        """Run `docker` with these arguments."""
        return self.machine.run(self.command(arguments), self._passed(variables), seconds)

    def _passed(self, variables: Mapping[str, str]) -> Mapping[str, str]:
        """Windows hands on to WSL only the variables that `WSLENV` names."""
        if self.wsl is None or not variables:
            return variables
        return {**variables, "WSLENV": ":".join(variables)}
