"""After every deployment: publish what $LATEST holds, and move the first environment to it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sam_deploy import naming
from sam_deploy.aws import Alias, Aws, Functions
from sam_deploy.errors import IncompleteError
from sam_deploy.events import Report
from sam_deploy.lanes import Stop
from sam_deploy.manifest import FunctionWork
from sam_deploy.release.move import AT_ONCE, Move, Moved, move
from sam_deploy.release.versions import Versions
from sam_deploy.steps import step

DEPLOYED: Final = "deployed"
"""How the description of an alias begins that a deployment has moved."""
FIRST_VERSION: Final = "1"


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
    place: tuple[str, str],
    bucket: str,
    environment: str,
    aws: Aws,
    *,
    known: bool,
    description: str = "",
    guard: Callable[[Sequence[Move]], object] = bool,
    report: Report,
    stop: Stop,
) -> tuple[Moved, ...]:
    """Publish every function of a stack in a region and move an alias.

    Runs after each deployment, also when the stack did not change: a process killed between
    update and publication must not leave the environment behind. `known` says that the deployment
    before this one came to its end and that nothing changed since: then an alias whose
    description tells of this very code is left as it is. `bucket` holds the archives: a function
    that was changed outside of its stack gets its own one back. `description` is that of the
    versions which are made. `guard` is called when all versions are there, and ends it by what it
    raises: no alias is moved then.
    """
    stack, region = place
    with step(report, "release", region, stack) as under_way, ThreadPoolExecutor(AT_ONCE) as pool:
        versions = Versions(Functions(aws, region), bucket, report, stop, description)
        decide = functools.partial(_decide, versions, environment, known=known)
        moves = list(pool.map(decide, functions))
        guard(moves)
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


def _decide(versions: Versions, environment: str, each: FunctionWork, *, known: bool) -> Move:
    functions = versions.functions
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
        version = versions.publish(each)
    mark = mark_of(version, each.code_sha256)
    # an alias that is right is written all the same when its description tells of something else
    stale = bool(alias.description) and not tells_of(alias, each.code_sha256)
    return Move(functions.region, each.function_name, alias, version, mark, always=stale)
