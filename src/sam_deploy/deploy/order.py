"""Which stack waits for which. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sam_deploy.deploy.survey import Place
from sam_deploy.plan import StackPlan


def behind(waits: Mapping[Place, Sequence[Place]], lost: Collection[Place]) -> set[Place]:
    """Return what waits for a place that is lost, or for one that waits for it."""
    found: set[Place] = set()
    for place in waits:
        if any(each in lost or each in found for each in waits[place]):
            found.add(place)
    return found - set(lost)


def order(stacks: Sequence[StackPlan], places: Collection[Place]) -> dict[Place, list[Place]]:
    """Return what each place waits for: its first region, and the stacks before it in its own.

    Theirs may be the buckets it uses.
    """
    after: dict[Place, list[Place]] = {}
    for number, stack in enumerate(stacks):
        for region in stack.regions:
            first = (stack.name, stack.regions[0])
            waits = [] if region == stack.regions[0] else [first]
            waits += [(each.name, region) for each in stacks[:number] if region in each.regions]
            after[stack.name, region] = [each for each in waits if each in places]
    return after
