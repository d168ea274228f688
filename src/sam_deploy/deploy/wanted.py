"""What a `destroy` was told to take down, and what else the app has. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sam_deploy.deploy.standing import Part
from sam_deploy.deploy.survey import Place
from sam_deploy.plan import StackPlan


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to go. `every` has all stacks of the app, in all environments."""

    stacks: tuple[StackPlan, ...]
    every: tuple[StackPlan, ...]
    delete_data: frozenset[str] = frozenset()
    layers: tuple[str, ...] = ()
    artifacts: bool = False
    declared: tuple[tuple[Place, Part], ...] = ()
    """Data that the config declares, where its stack makes it. It can outlive that."""
    known_layers: tuple[str, ...] = ()
    """Names of all layers, also of those that stay."""

    @property
    def places(self) -> tuple[Place, ...]:
        """(stack name, region) of what is to go."""
        return _places(self.stacks)

    @property
    def others(self) -> tuple[Place, ...]:
        """The same of what is not."""
        return tuple(each for each in _places(self.every) if each not in self.places)

    @property
    def regions(self) -> tuple[str, ...]:
        """Every region of what is to go, once."""
        return tuple(dict.fromkeys(region for _, region in self.places))

    def emptied(self, standing: Collection[Place]) -> tuple[tuple[str, str], ...]:
        """Return (region, environment) of what no stack serves any more. `standing` are others."""
        served = {
            (region, environment)
            for plan in self.every
            for region in plan.regions
            if (plan.name, region) in standing
            for environment in plan.environments
        }
        meant = dict.fromkeys(
            (region, environment)
            for plan in self.stacks
            for region in plan.regions
            for environment in plan.environments
        )
        return tuple(each for each in meant if each not in served)

    def last_in(self, region: str) -> Place:
        """Return the place of a region that goes last: that of the first feature set."""
        return next(place for place in self.places if place[1] == region)


def _places(stacks: Sequence[StackPlan]) -> tuple[Place, ...]:
    return tuple((stack.name, region) for stack in stacks for region in stack.regions)
