"""Deploys a project to a cloud of its own by the command line, and ends that cloud afterwards.

The command is a process: what it says is kept for its error, and the tests' own process imports
nothing of the project's build.
PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from sam_deploy.errors import ConfigError, RefusedError, SamDeployError
from sam_deploy.local.state import VARIABLE, StateFolder
from sam_deploy.testing.app import DeployedApp

COMMAND: Final = (sys.executable, "-m", "sam_deploy")
_ENDS_SECONDS: Final = 30.0
_NOT_THEIRS: Final = frozenset({"ENV", "SAM_DEPLOY_TARGET", "SAM_DEPLOY_PATCHES"})


class DeploymentError(SamDeployError):
    """The app under test was not deployed; `what` is all that the command said."""


@contextmanager
def kept(project: Path, worker: str) -> Iterator[Path]:
    """Return the folder of the cloud that a worker keeps from one session to the next.

    Raises `RefusedError` when another session works with it.
    """
    _check(project)
    folder = project / ".sam-deploy" / "testing" / worker
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "session.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise RefusedError(
            "The cloud that is kept for tests is in use",
            why=f"another session of pytest has locked {folder}",
            hint="wait for its end, or run without `--sam-deploy-keep`",
        ) from error
    with lock:
        yield folder


@contextmanager
def deployed(
    project: Path, folder: Path, options: Sequence[str] = (), *, keep: bool = False
) -> Iterator[DeployedApp]:
    """The project's app is deployed to a cloud of its own, whose state is in `folder`.

    `options` are more arguments of `sam-deploy deploy`. Raises `ConfigError` when there is no
    `deploy.py`, `DeploymentError` when the command fails. The cloud ends with the block, or with
    this process, however that ends; unless it is to be kept.
    """
    _check(project)
    variables = environment(folder)
    with contextlib.nullcontext() if keep else _ended(project, variables):
        _deploy(project, variables, options)
        state = StateFolder(project, folder)
        cloud = state.running(state.read())
        if cloud is None:
            raise DeploymentError(
                "The embedded cloud died right after the deployment",
                why="it was killed, or it failed; its logs may say why",
                hint=f"see `{state.path}`",
            )
        yield DeployedApp(project, cloud, variables)


def _check(project: Path) -> None:
    if not (project / "deploy.py").is_file():
        raise ConfigError(
            f"There is no `deploy.py` in {project}",
            why="`sam_deploy_app` deploys what it declares",
            hint="name its folder in pytest's ini file: `sam_deploy_project = path/to/app`",
        )


def environment(folder: Path) -> dict[str, str]:
    """Return the variables of commands that work on the cloud in `folder`, and on no account."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name not in _NOT_THEIRS
    }
    return {**kept, VARIABLE: str(folder)}


def _deploy(project: Path, variables: Mapping[str, str], options: Sequence[str]) -> None:
    done = subprocess.run(
        [
            *COMMAND,
            "-C",
            project,
            "--target",
            "embedded",
            "deploy",
            "--progress",
            "plain",
            *options,
        ],
        env=dict(variables),
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip()
        _, found, error = said.rpartition("\nerror: ")
        text = f"error: {error}" if found else said
        raise DeploymentError(text or f"`sam-deploy deploy` ended with {done.returncode}")


@contextmanager
def _ended(project: Path, variables: Mapping[str, str]) -> Iterator[None]:
    """After the block the cloud does not run.

    A process of its own waits for the end of a pipe, which comes also when this process is killed;
    so that no cloud is left behind.
    """
    guard = subprocess.Popen(
        [sys.executable, "-m", "sam_deploy.testing.guard", project],
        env=dict(variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        if guard.stdin is not None:
            guard.stdin.close()
        guard.wait(_ENDS_SECONDS)
