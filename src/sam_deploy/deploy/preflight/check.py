"""Runs every check, and says all that they object to in one error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sam_deploy.deploy.preflight.access_logs import access_logs
from sam_deploy.deploy.preflight.aliases import aliases
from sam_deploy.deploy.preflight.collisions import collisions
from sam_deploy.deploy.preflight.domains import domains
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.deploy.preflight.history import history
from sam_deploy.deploy.preflight.limits import limits
from sam_deploy.deploy.preflight.outside import sender, zone
from sam_deploy.deploy.preflight.promoted import promoted
from sam_deploy.deploy.preflight.stacks import stacks
from sam_deploy.deploy.preflight.target import target
from sam_deploy.deploy.preflight.updates import updates
from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError
from sam_deploy.events import Note, Report

Check = Callable[[Facts], Iterable[Finding]]
CHECKS: Final[tuple[Check, ...]] = (
    target,
    history,
    promoted,
    stacks,
    collisions,
    limits,
    updates,
    aliases,
    access_logs,
    sender,
    zone,
    domains,
)


def check(facts: Facts, report: Report) -> None:
    """Tell every warning. Raises one error for everything that is in the way."""
    with ThreadPoolExecutor(len(CHECKS)) as pool:
        found = [
            each for findings in pool.map(lambda c: list(c(facts)), CHECKS) for each in findings
        ]
    for each in found:
        if each.warning:
            report(Note(each.warning, "warning", each.region))
    errors = [each.error for each in found if each.error is not None]
    if errors:
        raise one_error(errors)


def one_error(errors: list[SamDeployError]) -> SamDeployError:
    """Return one error that says all of them; the error itself where there is one."""
    if len(errors) == 1:
        return errors[0]
    unreachable = all(isinstance(each, UnreachableError) for each in errors)
    kind: type[SamDeployError] = UnreachableError if unreachable else RefusedError
    return kind(
        f"{len(errors)} things are in the way of this deployment",
        why="all of them were found before anything was written",
        problems=tuple(_lines(errors)),
        hint="put them right, then run the same command again",
    )


def _lines(errors: Iterable[SamDeployError]) -> Iterator[str]:
    for error in errors:
        text = str(error)
        yield f"{text}\n{error.hint}" if error.hint else text
        yield from error.problems
