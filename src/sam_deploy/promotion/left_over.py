"""Says what is live when a promotion that deploys has not come to its end. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sam_deploy.deploy import Deployment, Place
from sam_deploy.deploy.journal import Entry
from sam_deploy.errors import (
    IncompleteError,
    RefusedError,
    RolledBackError,
    SamDeployError,
    UnreachableError,
)
from sam_deploy.promotion.aliases import MovedError
from sam_deploy.promotion.model import ReleasePlan

WAYS_ON = (
    "correct the cause, then `sam-deploy resume` deploys what is left and moves all aliases; "
    "`sam-deploy resume --abort` leaves every alias where it is"
)


def failed(plan: ReleasePlan, deployment: Deployment, entry: Entry) -> SamDeployError:
    """Return the error of stacks that could not be deployed. `entry` says how far each has come.

    `RolledBackError` when CloudFormation has taken everything back, and nothing else was changed.
    """
    (stack, region), cause = next(iter(deployment.failed.items()), (("", ""), None))
    changed = [place for place, each in deployment.done.items() if each.outcome != "no changes"]
    back = all(
        not isinstance(error, (IncompleteError, UnreachableError))
        and entry.place(place).state in {"to do", "failed"}
        for place, error in deployment.failed.items()
    )
    if not changed and back:
        return RolledBackError(
            f"{plan.environment} was not promoted: its stacks could not be deployed",
            why=_named(stack, region, cause),
            state=f"no stack and no alias was changed: {_served(plan)}",
            problems=_problems(deployment),
            hint="correct the cause, then promote again",
        )
    missing = [*deployment.failed, *deployment.not_started]
    return IncompleteError(
        f"{plan.environment} was not promoted: not all of its stacks could be deployed",
        why=_named(stack, region, cause),
        state="; ".join(_state(plan, changed, missing)),
        problems=_problems(deployment),
        hint=WAYS_ON,
    )


def unknown(plan: ReleasePlan, cause: SamDeployError) -> IncompleteError:
    """Return the error of a promotion that stopped between its stacks and its aliases."""
    return IncompleteError(
        f"{plan.environment} was not promoted yet",
        why=str(cause),
        state=f"its stacks may be new, no alias was moved: {_served(plan)}",
        hint="run `sam-deploy resume`, or `sam-deploy resume --abort`",
    )


def moved(plan: ReleasePlan, cause: MovedError) -> RefusedError:
    """Return the error of a promotion whose aliases somebody else has moved meanwhile."""
    return RefusedError(
        f"{plan.environment} was not promoted, since somebody else has changed it",
        why=str(cause),
        state="no alias was moved; its stacks keep their new configuration",
        hint="look at `sam-deploy status`, then decide anew",
    )


def aborted(plan: ReleasePlan, deployed: Sequence[Place], at_work: Sequence[Place]) -> str:
    """Return what is live after a promotion was given up while its stacks were deployed."""
    lines = [f"no alias was moved: {_served(plan)}", *_new(plan, deployed)]
    if deployed:
        lines.append(f"these keep their new configuration: {_places(deployed)}")
    if at_work:
        lines.append(f"CloudFormation may still be at work on {_places(at_work)}")
    return "; ".join(lines)


def _state(plan: ReleasePlan, changed: list[Place], missing: list[Place]) -> Iterator[str]:
    yield f"no alias was moved: {_served(plan)}"
    yield from _new(plan, changed)
    if changed:
        yield f"new configuration: {_places(changed)}"
    yield f"not: {_places(missing)}"


def _served(plan: ReleasePlan) -> str:
    old = [each for each in plan.flips if each.key not in plan.new]
    if not old:
        return f"{plan.environment} served nobody before"
    return f"{plan.environment} serves what it served before, in every region"


def _new(plan: ReleasePlan, there: Iterable[Place]) -> list[str]:
    """Return which regions serve for the first time: an alias comes with its stack."""
    regions = {region for _, region in there}
    served = list(dict.fromkeys(region for region, _ in plan.new if region in regions))
    nobody = list(dict.fromkeys(region for region, _ in plan.new if region not in regions))
    found = [f"new, and serving the new code already: {', '.join(served)}"] if served else []
    return [*found, f"new, and not there yet: {', '.join(nobody)}"] if nobody and found else found


def _places(places: Iterable[Place]) -> str:
    return ", ".join(f"`{stack}` in `{region}`" for stack, region in places)


def _named(stack: str, region: str, error: SamDeployError | None) -> str:
    if error is None:
        return "it was stopped"
    place = f"`{stack}` in `{region}`"
    return str(error) if place in str(error) else f"{place}: {error}"


def _problems(deployment: Deployment) -> tuple[str, ...]:
    found = tuple(_named(*place, error) for place, error in deployment.failed.items())
    return found if len(found) > 1 else ()
