"""Reads the outputs of stacks, in all their regions side by side."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sam_deploy import lanes, naming
from sam_deploy.aws import Aws, CloudFormation
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop

AT_ONCE: Final = 12
GONE: Final = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS")
"""A stack that was deleted, or that has a first change set and nothing else."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a stack in a region tells; `status` is empty where it is not deployed."""

    stack: str
    region: str
    status: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def deployed(self) -> bool:
        """Whether there is such a stack."""
        return bool(self.status) and self.status not in GONE


@dataclass(frozen=True, slots=True)
class Read:
    """The outputs in the order that was asked for, and the regions that did not answer."""

    stacks: tuple[Outputs, ...]
    failed: Mapping[str, SamDeployError]


def read(places: Sequence[tuple[str, str]], aws: Aws, stop: Stop) -> Read:
    """Return the outputs of stacks by (name, region). Source: DescribeStacks.

    A region that fails does not keep the others.
    """
    work = {place: functools.partial(_read_one, *place, aws) for place in places}
    outcomes = lanes.run(work, after={}, at_once=AT_ONCE, stop=stop)
    found = tuple(outcomes.done[place] for place in work if place in outcomes.done)
    return Read(found, {region: error for (_, region), error in outcomes.failed.items()})


def _read_one(stack: str, region: str, aws: Aws) -> Outputs:
    found = CloudFormation(aws, region).describe_stack(stack)
    if found is None:
        return Outputs(stack, region)
    return Outputs(stack, region, found.status, dict(sorted(found.outputs.items())))


def of_environment(stacks: Sequence[Outputs], wanted: str, every: Sequence[str]) -> list[Outputs]:
    """Leave out what belongs to other environments, in stacks that all of them share.

    Their names are parts of such outputs' names: ApiHttpApiDevUrl, JobsProdQUrl.
    """
    others = [naming.title(each) for each in every if each != wanted]
    if not others:
        return list(stacks)
    theirs = re.compile(rf"({'|'.join(map(re.escape, others))})(?![a-z])")
    own = re.compile(rf"{re.escape(naming.title(wanted))}(?![a-z])")
    return [
        replace(
            each,
            values={
                name: value
                for name, value in each.values.items()
                if own.search(name) or not theirs.search(name)
            },
        )
        for each in stacks
    ]


def named(stacks: Sequence[Outputs], name: str) -> list[Outputs]:
    """Return that one output of every stack that has it."""
    return [
        replace(each, values={name: each.values[name]}) for each in stacks if name in each.values
    ]
