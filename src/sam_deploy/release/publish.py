"""After every deployment: publish what $LATEST holds, and move the first environment to it."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sam_deploy import naming
from sam_deploy.aws import Aws, AwsCallError, Functions, FunctionState
from sam_deploy.aws.functions import PRECONDITION
from sam_deploy.build import Artifacts
from sam_deploy.config import physical
from sam_deploy.config.model import App
from sam_deploy.errors import IncompleteError, SamDeployError
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.plan.units import functions_of
from sam_deploy.release.move import AT_ONCE, Move, Moved, move
from sam_deploy.steps import step

Place = tuple[str, str]
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


@dataclass(frozen=True, slots=True)
class _Wanted:
    region: str
    stack: str
    function: str
    code_sha256: str


def publish(
    app: App,
    environment: str,
    places: Sequence[tuple[str, str, str]],
    artifacts: Artifacts,
    aws: Aws,
    *,
    report: Report,
    stop: Stop,
) -> Release:
    """Publish every function of these (stack, feature set, region) and move an alias.

    Runs after each deployment, also when no stack changed: a process killed between update and
    publication must not leave the environment behind. Raises `IncompleteError` when a function
    does not hold the archive that was deployed; running the deployment again mends that.
    """
    wanted = [
        _Wanted(
            region,
            stack,
            physical.function_name(app, function, environment),
            artifacts[f"function/{function.name}"].code_sha256,
        )
        for stack, feature_set, region in places
        for function in functions_of(app, feature_set)
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        moves = list(pool.map(functools.partial(_publish_one, aws, environment, stop), wanted))
    mark = f"deployed {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}"
    moved = move(moves, aws, mark=mark, report=report)
    _tell(places, moved, wanted, environment, report)
    return Release(environment, moved)


def _tell(
    places: Sequence[tuple[str, str, str]],
    moved: Sequence[Moved],
    wanted: Sequence[_Wanted],
    environment: str,
    report: Report,
) -> None:
    for stack, _, region in places:
        here: Mapping[str, Moved] = {
            each.function: result
            for each, result in zip(wanted, moved, strict=True)
            if (each.stack, each.region) == (stack, region)
        }
        changed = sum(result.changed for result in here.values())
        with step(report, "release", region, stack) as under_way:
            kept = len(here) - changed
            under_way.detail = f"{environment}: {changed} moved, {kept} unchanged"


def _publish_one(aws: Aws, environment: str, stop: Stop, each: _Wanted) -> Move:
    functions = Functions(aws, each.region)
    alias = functions.alias(each.function, naming.alias_name(environment))
    if alias is None:
        raise IncompleteError(
            f"`{each.function}` in `{each.region}` has no alias `{environment}`",
            why="the stack should have made it",
            hint="run `sam-deploy deploy` again",
        )
    return Move(each.region, each.function, alias, _version(functions, each, stop))


def _version(functions: Functions, each: _Wanted, stop: Stop) -> str:
    """Return the version that holds what was deployed, made now unless it was there."""
    for _ in range(3):
        latest = _settled(functions, each.function, "", stop)
        if latest.code_sha256 != each.code_sha256:
            raise _foreign(functions.region, each.function)
        try:
            made = functions.publish_version(each.function, each.code_sha256, latest.revision_id)
        except AwsCallError as error:
            # the revision moved under us (CloudFormation still settling): look again
            if error.code != PRECONDITION:
                raise
            stop.pause(POLL_SECONDS)
            continue
        _settled(functions, each.function, made.version, stop)
        return made.version
    raise IncompleteError(
        f"`{each.function}` in `{functions.region}` keeps changing while it is published",
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
