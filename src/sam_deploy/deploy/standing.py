"""Reads what a stack holds, and what its template says becomes of each part when the stack goes.

May call: DescribeStacks, ListStackResources, GetTemplate, ListChangeSets, DescribeStackEvents.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sam_deploy import lanes
from sam_deploy.aws import (
    Aws,
    ChangeSet,
    CloudFormation,
    Stack,
    StackEventRecord,
    StackResource,
)
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop
from sam_deploy.template.compare.reading import from_text

NOTHING_MADE: Final = frozenset({"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"})
GONE: Final = frozenset({"DELETE_COMPLETE", "CREATE_FAILED"})
KEPT: Final = frozenset({"Retain", "RetainExceptOnCreate"})
"""Policies by which a resource outlives its stack, when that is deleted. Source: CloudFormation
user guide, "DeletionPolicy attribute"."""
NESTED: Final = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, slots=True)
class Part:
    """A resource of a stack. That of a nested stack has `NestedStackName.` before its id."""

    logical_id: str
    physical_id: str
    kind: str
    status: str = ""
    reason: str = ""
    policy: str = ""
    """Its DeletionPolicy; '' for none, or for one that cannot be read."""

    @property
    def exists(self) -> bool:
        """Whether there is anything that could be lost."""
        return bool(self.physical_id) and self.status not in GONE

    @property
    def kept(self) -> bool:
        """Whether it stays when the stack is deleted."""
        return self.policy in KEPT or self.status == "DELETE_SKIPPED"

    @property
    def failed(self) -> bool:
        """Whether the last operation got stuck here."""
        return self.status.endswith("_FAILED")


@dataclass(frozen=True, slots=True)
class Beside:
    """What an app has beside its stacks in a region: no stack takes it along."""

    name: str
    """On AWS: a path, where it is a setting or a secret."""
    kind: str
    """As CloudFormation calls it."""
    region: str
    logical_id: str = ""
    """Of the resource of a stack whose copy it is, such as a table's replica; else ''."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A stack as it is; `stack` is nothing where there is none."""

    place: Place
    stack: Stack | None = None
    parts: tuple[Part, ...] = ()
    change_sets: tuple[ChangeSet, ...] = ()

    @property
    def status(self) -> str:
        """Its status; '' where there is none."""
        return self.stack.status if self.stack else ""


def look_at_all(
    places: Iterable[Place], aws: Aws, *, at_once: int, stop: Stop
) -> dict[Place, Standing]:
    """Return every stack with what it holds. Writes nothing. Raises what the first look raised."""
    work = {place: functools.partial(look, place, aws) for place in places}
    outcomes = lanes.run(work, after={}, at_once=at_once, stop=stop)
    for error in outcomes.failed.values():
        raise error
    return {place: outcomes.done[place] for place in work}


def look(place: Place, aws: Aws) -> Standing:
    """Return one stack with what it holds."""
    name, region = place
    gateway = CloudFormation(aws, region)
    stack = gateway.describe_stack(name)
    if stack is None or stack.status == "DELETE_COMPLETE":
        return Standing(place)
    parts = () if stack.status in NOTHING_MADE else tuple(_parts(gateway, stack.arn or name))
    if stack.status.endswith("_FAILED"):
        parts = with_reasons(parts, gateway.events_since(stack.arn or name, ""), name)
    return Standing(place, stack, parts, gateway.change_sets(name))


def with_reasons(
    parts: Iterable[Part], events: Sequence[StackEventRecord], stack: str
) -> tuple[Part, ...]:
    """Return the parts with what the events of the last operation say of their failures.

    The list of resources has states, but not always that of a rollback, and seldom the reasons.
    What failed and is not listed any more is added. `events` are in order, the oldest first.
    """
    last: dict[str, StackEventRecord] = {}
    for event in reversed(events):
        if event.logical_id == stack and event.status.endswith("_IN_PROGRESS"):
            break
        last.setdefault(event.logical_id, event)
    failed = {
        name: each
        for name, each in last.items()
        if name != stack and each.status.endswith("_FAILED")
    }
    known = []
    for each in parts:
        told = failed.pop(each.logical_id, None)
        known.append(replace(each, status=told.status, reason=told.reason) if told else each)
    gone = (
        Part(name, "", each.resource_type, each.status, each.reason)
        for name, each in failed.items()
    )
    return (*known, *gone)


def _parts(gateway: CloudFormation, stack: str, prefix: str = "") -> Iterator[Part]:
    policies = _policies(gateway, stack)
    for each in gateway.resources(stack):
        yield _part(each, policies.get(each.logical_id, ""), prefix)
        if each.resource_type == NESTED and each.physical_id and each.status not in GONE:
            # arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
            nested = each.physical_id.split("/")[1] if "/" in each.physical_id else each.physical_id
            yield from _parts(gateway, each.physical_id, f"{nested}.")


def _part(found: StackResource, policy: str, prefix: str) -> Part:
    return Part(
        f"{prefix}{found.logical_id}",
        found.physical_id,
        found.resource_type,
        found.status,
        found.reason,
        policy,
    )


def _policies(gateway: CloudFormation, stack: str) -> dict[str, str]:
    """Return logical id -> DeletionPolicy. What cannot be read counts as not kept: it is asked."""
    text = gateway.processed_template(stack)
    try:
        found = from_text(text, f"the template of `{stack}`")
    except RefusedError:
        return {}
    resources = found.get("Resources")
    if not isinstance(resources, Mapping):
        return {}
    return {
        str(name): str(each.get("DeletionPolicy") or "")
        for name, each in resources.items()
        if isinstance(each, Mapping) and isinstance(each.get("DeletionPolicy"), str)
    }
