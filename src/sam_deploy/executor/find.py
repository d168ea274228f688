"""Is the SAM CLI there, and is it one that we know how to talk to? If not: the way there."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sam_deploy.errors import ConfigError
from sam_deploy.executor import environment
from sam_deploy.executor.command import Program
from sam_deploy.executor.process import TIMED_OUT, Run, run
from sam_deploy.lanes import Stop
from sam_deploy.wsl import Wsl

VARIABLE: Final = "SAM_DEPLOY_SAM"
"""Names the SAM CLI when it is not on the PATH."""
OLDEST: Final = (1, 100, 0)
"""The oldest version that has been tried."""
VERSION_SECONDS: Final = 60.0
"""Its first start after an installation compiles it; through WSL that starts Linux, too."""
_VERSION: Final = re.compile(r"SAM CLI, version (\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Computer:
    """Where the SAM CLI is looked for."""

    system: str = sys.platform
    which: Callable[[str], str | None] = shutil.which
    run: Run = run
    variables: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def whole(self, given: Mapping[str, str], wsl: Wsl | None) -> dict[str, str]:
        """Return the environment of the SAM CLI's process."""
        found = environment.variables(self.variables, given)
        return environment.for_wsl(found) if wsl else found


def find(computer: Computer | None = None) -> Program:
    """Return the SAM CLI: the one that `SAM_DEPLOY_SAM` names, else the one on the PATH.

    On Windows it is the one in WSL. Raises `ConfigError` when there is none, or too old a one.
    """
    computer = computer or Computer()
    named = computer.variables.get(VARIABLE, "")
    if computer.system == "win32":
        wsl = Wsl()
        return _asked(computer, Program(wsl.path(named) if named else "sam", wsl))
    path = computer.which(named or "sam")
    if path is None:
        where = f"{VARIABLE} names `{named}`, which cannot be run" if named else "not on the PATH"
        raise _missing(computer, where)
    # the process runs in another folder than the one in which the path was typed
    return _asked(computer, Program(os.path.abspath(path)))  # noqa: PTH100 - keeps symlinks


def _asked(computer: Computer, program: Program) -> Program:
    """Return the program with its version, which it was asked for."""
    lines: list[str] = []
    code = computer.run(
        program.command(["--version"]),
        computer.whole({}, program.wsl),
        Path.cwd(),
        lines.append,
        Stop(),
        VERSION_SECONDS,
    )
    said = " ".join(" ".join(lines).split())
    found = _VERSION.search(said)
    if code != 0 or found is None:
        if code == TIMED_OUT:
            said = f"`{program.path} --version` had no end after {VERSION_SECONDS:.0f} seconds"
        raise _missing(computer, said or f"`{program.path} --version` ended with {code}")
    version = tuple(int(part) for part in found.groups())
    if version < OLDEST:
        raise ConfigError(
            f"The SAM CLI {_dotted(version)} is too old",
            why=f"{_dotted(OLDEST)} is the oldest one that is known to work here",
            hint="install a newer one (`uv tool install aws-sam-cli`), or leave `--executor sam` "
            "away",
        )
    return Program(program.path, program.wsl, _dotted(version))


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _missing(computer: Computer, why: str) -> ConfigError:
    there = " in WSL (Ubuntu)" if computer.system == "win32" else ""
    return ConfigError(
        f"The SAM CLI does not answer{there}",
        why=why,
        hint=f"install it{there} (`uv tool install aws-sam-cli`), name it by {VARIABLE}, or leave "
        "`--executor sam` away: sam-deploy needs no SAM CLI",
    )
