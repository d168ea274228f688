"""What a `destroy` was told to take down, and what else the app has. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

    @property
    def places(self) -> tuple[Place, ...]:
        """(stack name, region) of what is to go."""
        return _places(self.stacks)

    @property
    def others(self) -> tuple[Place, ...]:
        """The same of what is not."""
        return tuple(each for each in _places(self.every) if each not in self.places)


def _places(stacks: Sequence[StackPlan]) -> tuple[Place, ...]:
    return tuple((stack.name, region) for stack in stacks for region in stack.regions)
