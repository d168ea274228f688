"""Is there a Docker engine that answers? If not: what exactly is missing, and the way there.

Asks `docker info`. Starts nothing unless it lies stopped behind WSL and the user says yes, and
never changes the permissions of Docker's socket: who may use it may do anything on the computer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from sam_deploy.build.container.engine import (
    NOT_STARTED,
    TIMED_OUT,
    Engine,
    Finished,
    Machine,
)
from sam_deploy.errors import BuildError
from sam_deploy.wsl import DISTRIBUTION, Wsl

Ask = Callable[[str], bool]
"""Asks the user a question that is answered by yes or no; without a terminal the answer is no."""
INFO: Final = ("info", "--format", "{{json .}}")
INFO_SECONDS: Final = 30.0
START_SECONDS: Final = 30
_WITHOUT: Final = "or build without `--use-container`"
_INSTALL: Final = {
    "linux": "install Docker Engine (docs.docker.com/engine/install)",
    "darwin": "install Docker Desktop (docs.docker.com/desktop)",
    "win32": "install Docker Desktop, or WSL (`wsl --install`) and Docker Engine in it",
}
_START: Final = {
    "linux": "start it with `sudo systemctl start docker` (rootless: `systemctl --user start "
    "docker`)",
    "darwin": "start Docker Desktop with `open -a Docker`",
    "win32": "start Docker Desktop",
}
_NOT_RUNNING: Final = (
    "Cannot connect to the Docker daemon",
    "Is the docker daemon running",
    "error during connect",
    "failed to connect to the docker API",
    "connection refused",
)
_NOT_INSTALLED: Final = ("execvpe(docker) failed", "could not be found in this WSL")
"""The second is what Docker Desktop puts into distributions that it is switched off for."""


def prepare(
    ask: Ask, machine: Machine | None = None, *, distribution: str = DISTRIBUTION
) -> Engine:
    """Return an engine that answers and runs Linux containers.

    On Windows `docker` is taken when it is there, else that of the WSL distribution, which is
    started after asking. Raises `BuildError` with what is missing.
    """
    machine = machine or Machine()
    if machine.which("docker"):
        return _answering(Engine(machine))
    if machine.system == "win32" and machine.which("wsl"):
        return _behind_wsl(Engine(machine, Wsl(distribution)), ask)
    raise BuildError(
        "`--use-container` needs Docker, which is not installed",
        why="there is no `docker` on the PATH",
        hint=f"{_INSTALL.get(machine.system, _INSTALL['linux'])}, {_WITHOUT}",
    )


def _answering(engine: Engine) -> Engine:
    asked = _info(engine)
    if asked.code != 0:
        raise _refused(asked, engine.machine.system)
    return _described(engine, asked)


def _behind_wsl(engine: Engine, ask: Ask) -> Engine:
    asked = _info(engine)
    if asked.code != 0 and _is_stopped(asked):
        _start(engine, ask)
        asked = _info(engine)
    if asked.code == 0:
        return _described(engine, asked)
    raise _refused_by_wsl(asked, engine.wsl or Wsl())


def _info(engine: Engine) -> Finished:
    return engine.run(INFO, {}, INFO_SECONDS)


def _is_stopped(asked: Finished) -> bool:
    said = asked.words.casefold()
    return "permission denied" not in said and any(w.casefold() in said for w in _NOT_RUNNING)


def _described(engine: Engine, asked: Finished) -> Engine:
    """Return the engine with what it says of itself."""
    try:
        info = json.loads(asked.stdout)
    except ValueError:
        info = {}
    info = info if isinstance(info, dict) else {}
    if info.get("OSType") == "windows":
        raise BuildError(
            "Docker runs Windows containers",
            why="Lambda functions are built in Linux containers",
            hint="choose `Switch to Linux containers` in the menu of Docker Desktop",
        )
    options = info.get("SecurityOptions") or ()
    rootless = any("rootless" in str(option) for option in options)
    return Engine(engine.machine, engine.wsl, rootless)


def _refused(asked: Finished, system: str) -> BuildError:
    if "permission denied" in asked.words.casefold():
        return BuildError(
            "The Docker engine may not be used by this user",
            why=asked.words,
            hint="run `sudo usermod -aG docker $USER` and log in again, or use rootless Docker",
        )
    if _is_stopped(asked):
        return BuildError(
            "The Docker engine is not running",
            why=asked.words,
            hint=f"{_START.get(system, _START['linux'])}, {_WITHOUT}",
        )
    if asked.code == TIMED_OUT:
        return BuildError(
            "The Docker engine does not answer",
            why=f"`docker info` had {asked.words}",
            hint=f"restart Docker, {_WITHOUT}",
        )
    return BuildError(
        "Docker does not work",
        why=asked.words or f"`docker info` ended with exit code {asked.code}",
        hint=f"correct it until `docker info` succeeds, {_WITHOUT}",
    )


def _refused_by_wsl(asked: Finished, wsl: Wsl) -> BuildError:
    inside = f"the WSL distribution `{wsl.distribution}`"
    if "DISTRO_NOT_FOUND" in asked.words or "no distribution" in asked.words:
        return BuildError(
            f"There is no WSL distribution `{wsl.distribution}`",
            why=asked.words,
            hint=f"install it with `wsl --install -d {wsl.distribution}` and Docker Engine in it, "
            "or install Docker Desktop",
        )
    if asked.code == NOT_STARTED or any(words in asked.words for words in _NOT_INSTALLED):
        return BuildError(
            f"Docker is not installed in {inside}",
            why=asked.words,
            hint="install Docker Engine there (docs.docker.com/engine/install/ubuntu), or install "
            "Docker Desktop",
        )
    error = _refused(asked, "linux")
    return BuildError(f"{error.what} (in {inside})", why=error.why, hint=error.hint)


def _start(engine: Engine, ask: Ask) -> None:
    """Start the engine behind WSL when the user wants it, and wait until it answers."""
    wsl = engine.wsl or Wsl()
    command = " ".join(wsl.start_docker)
    if not ask(f"The Docker engine in `{wsl.distribution}` is stopped. Start it?"):
        raise BuildError(
            "The Docker engine is not running",
            why=f"it is stopped in the WSL distribution `{wsl.distribution}`",
            hint=f"start it with `{command}`, {_WITHOUT}",
        )
    started = engine.machine.run(wsl.start_docker, {}, START_SECONDS)
    if started.code != 0:
        raise BuildError(
            "The Docker engine could not be started",
            why=started.words or f"exit code {started.code}",
            hint=f"run `{command}` and correct what it says",
        )
    for _ in range(START_SECONDS):
        if not _is_stopped(_info(engine)):
            return
        engine.machine.sleep(1.0)
    raise BuildError(
        "The Docker engine was started, but does not answer",
        why=f"`docker info` failed for {START_SECONDS} seconds",
        hint=f"look at `/var/log/docker.log` in `{wsl.distribution}`",
    )
