"""After every deployment: publish what $LATEST holds, and move the first environment to it."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sam_deploy import naming
from sam_deploy.aws import Alias, Aws, AwsCallError, Functions, FunctionState
from sam_deploy.aws.functions import PRECONDITION
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.manifest import FunctionWork
from sam_deploy.release.move import AT_ONCE, Move, Moved, move
from sam_deploy.steps import step

DEPLOYED: Final = "deployed"
"""How the description of an alias begins that a deployment has moved."""
FIRST_VERSION: Final = "1"
ACTIVE_SECONDS: Final = 300.0
POLL_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Release:
    """Which version each function serves in an environment, in every region deployed to."""

    environment: str
    moved: tuple[Moved, ...]

    @property
    def changed(self) -> int:
        """How many aliases were moved; the others already served what was deployed."""
        return sum(each.changed for each in self.moved)


def publish(
    functions: Sequence[FunctionWork],
    stack: str,
    region: str,
    environment: str,
    aws: Aws,
    *,
    known: bool,
    report: Report,
    stop: Stop,
) -> tuple[Moved, ...]:
    """Publish every function of a stack in a region and move an alias.

    Runs after each deployment, also when the stack did not change: a process killed between
    update and publication must not leave the environment behind. `known` says that the deployment
    before this one came to its end and that nothing changed since: then an alias whose
    description tells of this very code is left as it is. Raises `IncompleteError` when a function
    does not hold the archive that was deployed; running the deployment again mends that.
    """
    with step(report, "release", region, stack) as under_way, ThreadPoolExecutor(AT_ONCE) as pool:
        decide = functools.partial(_decide, Functions(aws, region), environment, stop, known=known)
        moves = list(pool.map(decide, functions))
        moved = move(moves, aws, report=report)
        changed = sum(each.changed for each in moved)
        under_way.detail = f"{environment}: {changed} moved, {len(moved) - changed} unchanged"
    return moved


def mark_of(version: str, code_sha256: str) -> str:
    """Return the description of an alias that serves what was deployed. It tells of what."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return f"{DEPLOYED} {now} version {version} code {code_sha256}"


def tells_of(alias: Alias, code_sha256: str) -> bool:
    """Whether an alias still serves the version, and the code, that its description names.

    Whoever moves it by other means leaves the description as it was.
    """
    said = f"version {alias.version} code {code_sha256}"
    marked = alias.description.startswith(DEPLOYED) and alias.description.endswith(said)
    # CloudFormation makes aliases at the first version, and describes none
    untouched = not alias.description and alias.version == FIRST_VERSION
    return (marked or untouched) and not alias.weights


def _decide(
    functions: Functions,
    environment: str,
    stop: Stop,
    each: FunctionWork,
    *,
    known: bool,
) -> Move:
    alias = functions.alias(each.function_name, naming.alias_name(environment))
    if alias is None:
        raise IncompleteError(
            f"`{each.function_name}` in `{functions.region}` has no alias `{environment}`",
            why="the stack should have made it",
            hint="run `sam-deploy deploy` again",
        )
    if known and tells_of(alias, each.code_sha256):
        version = alias.version
    else:
        version = _version(functions, each, stop)
    mark = mark_of(version, each.code_sha256)
    # an alias that is right is written all the same when its description tells of something else
    stale = bool(alias.description) and not tells_of(alias, each.code_sha256)
    return Move(functions.region, each.function_name, alias, version, mark, always=stale)


def _version(functions: Functions, each: FunctionWork, stop: Stop) -> str:
    """Return the version that holds what was deployed, made now unless it was there."""
    for _ in range(3):
        latest = _settled(functions, each.function_name, "", stop)
        if latest.code_sha256 != each.code_sha256:
            raise _foreign(functions.region, each.function_name)
        try:
            made = functions.publish_version(
                each.function_name, each.code_sha256, latest.revision_id
            )
        except AwsCallError as error:
            # the revision moved under us (CloudFormation still settling): look again
            if error.code != PRECONDITION:
                raise
            stop.pause(POLL_SECONDS)
            continue
        _settled(functions, each.function_name, made.version, stop)
        return made.version
    raise IncompleteError(
        f"`{each.function_name}` in `{functions.region}` keeps changing while it is published",
        why="somebody else updates it at the same time",
        hint="run the same command again",
    )


def _settled(functions: Functions, function: str, qualifier: str, stop: Stop) -> FunctionState:
    deadline = time.monotonic() + ACTIVE_SECONDS
    while time.monotonic() < deadline:
        found = functions.state(function, qualifier)
        if found is None:
            raise _foreign(functions.region, function)
        if found.failed:
            raise IncompleteError(
                f"`{function}` in `{functions.region}` did not become active",
                why=found.reason or found.state,
                hint="correct the cause, then run `sam-deploy deploy` again",
            )
        if found.settled:
            return found
        stop.pause(POLL_SECONDS)
    raise IncompleteError(
        f"Waited {ACTIVE_SECONDS:.0f} s for `{function}` in `{functions.region}`",
        why="it is neither active nor failed",
        hint="run the same command again; it goes on from there",
    )


def _foreign(region: str, function: str) -> SamDeployError:
    return IncompleteError(
        f"`{function}` in `{region}` does not hold the archive that was deployed",
        why="it was changed outside of its stack, or the stack was not updated",
        hint="run `sam-deploy deploy` again",
    )
