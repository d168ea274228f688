"""Moves one alias of many functions in many regions: the routine of every promotion.

An alias is written with its RevisionId as a fence, with explicitly empty weights (Lambda keeps
the weights of an old canary otherwise), and is read back when an answer was lost.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from sam_deploy.aws import Alias, Aws, AwsCallError, Functions
from sam_deploy.aws.functions import PRECONDITION
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.events import AliasMoved, Report

AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Move:
    """One alias and where it shall point. `before` is what was read when that was decided."""

    region: str
    function: str
    """The function's name on AWS, such as ApiFunction."""
    before: Alias
    version: str
    mark: str
    """Goes into the description of the alias."""
    always: bool = False
    """Write it even when it is there already: its description then says so."""

    @property
    def needed(self) -> bool:
        """Whether it is to be written."""
        return self.always or self.changes

    @property
    def changes(self) -> bool:
        """Whether something else will be served: it does not serve this version, alone, yet."""
        return self.before.version != self.version or bool(self.before.weights)


@dataclass(frozen=True, slots=True)
class Moved:
    """An alias after its move; `changed` is false when it already was there."""

    region: str
    function: str
    alias: str
    version: str
    previous: str
    changed: bool


def move(moves: Sequence[Move], aws: Aws, *, report: Report) -> tuple[Moved, ...]:
    """Point every alias at its version, all at once.

    Raises `IncompleteError` naming what is live when some moved and some did not.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(functools.partial(_attempt, aws, report), moves))
    failed = [
        (each, result)
        for each, result in zip(moves, results, strict=True)
        if isinstance(result, SamDeployError)
    ]
    moved = tuple(result for result in results if isinstance(result, Moved))
    if failed:
        first, error = failed[0]
        raise IncompleteError(
            f"Alias `{first.before.name}` moved for {len(moved)} of {len(moves)} functions",
            why=f"`{first.function}` in `{first.region}`: {error}",
            state="; ".join(
                f"`{each.function}` in `{each.region}` still serves version {each.before.version}"
                for each, _ in failed
            ),
            hint="run the same command again; it moves only what is left",
        )
    return moved


def put_back(moved: Sequence[Moved], aws: Aws, *, mark: str, report: Report) -> tuple[Moved, ...]:
    """Point every alias that was moved at the version it had before, and nothing else.

    One that somebody else has moved since is left as it is.
    """
    moves = []
    for each in moved:
        now = Functions(aws, each.region).alias(each.function, each.alias) if each.changed else None
        if now is not None and now.version == each.version:
            moves.append(Move(each.region, each.function, now, each.previous, mark))
    return move(moves, aws, report=report)


def _attempt(aws: Aws, report: Report, each: Move) -> Moved | SamDeployError:
    try:
        return _move_one(aws, report, each)
    except SamDeployError as error:
        return error


def _move_one(aws: Aws, report: Report, each: Move) -> Moved:
    name = each.before.name
    result = Moved(
        each.region, each.function, name, each.version, each.before.version, each.changes
    )
    if not each.needed:
        return result
    functions = Functions(aws, each.region)
    try:
        functions.update_alias(
            each.function,
            name,
            each.version,
            revision_id=each.before.revision_id,
            description=each.mark,
        )
    except AwsCallError as error:
        if error.code != PRECONDITION:
            raise
        # our own write whose answer was lost looks the same as somebody else's: read and compare
        now = functions.alias(each.function, name)
        if now is None or (now.version, now.weights, now.description) != (
            each.version,
            (),
            each.mark,
        ):
            raise RefusedError(
                f"Alias `{name}` of `{each.function}` in `{each.region}` was moved by someone else",
                why=f"it serves version {now.version if now else 'none'} now",
                hint="look at `sam-deploy status`, then run the same command again",
            ) from error
    report(AliasMoved(each.region, each.function, name, each.version, each.before.version))
    return result
